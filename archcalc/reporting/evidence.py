"""What others say about a net's numbers: published figures, torch's, and other tools' counts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..analysis import Settings, walk
from ..arithmetic.units import exact
from ..conventions import CONVENTIONS, convention, cost
from ..errors import UsageError
from ..figures import DIFFERS, VERDICTS, Checked, check
from ..quantities import QUANTITIES, quantity
from ..table import Block, Cell, Column, Table, Text
from . import witnesses
from .described import Described

_MOST_BYTES = 64 * 2**20
_PLACE = r"(?:table|section|abstract|figure|appendix|text|caption)\b"  # within a paper


def conventions_table(nets: Sequence[Described], *, tools: bool | None = None) -> Table:
    """Return what each convention counts of each net, ours first, those of tools behind.

    ``tools`` are the conventions of tools only (True), or ours only (False).
    """
    shown = [one for one in CONVENTIONS.values() if tools in (None, one.tool)]
    columns = [Column("convention", "counted as", right=False)]
    columns += [Column(net.name, net.name) for net in nets]
    columns.append(Column("sentence", "what is counted", right=False, wraps=True))
    rows = [
        (
            Cell(one.key, "code"),
            *(Cell(cost(one.key).total(net.analysis), "count") for net in nets),
            Cell(convention(one.key).sentence),
        )
        for one in shown
    ]
    return Table(tuple(columns), tuple(rows))


def figures(net: Described, keys: Sequence[str] = ()) -> list[Checked]:
    """Return the published figures of a net, of some columns, each held against it.

    There are none of a net that has other numbers for its symbols than the published one.
    Whatever number format the report is about, printed bytes are those of float32.
    """
    spec = net.analysis.graph.spec
    if spec is None or not spec.published:
        return []
    given = net.analysis.graph.values
    if any(given.get(name, number) != number for name, number in spec.symbols.items()):
        return []
    settings = Settings(train=net.analysis.settings.train)
    plain = (
        net.analysis if net.analysis.settings == settings else walk(net.analysis.graph, settings)
    )
    found = [check(plain, figure) for figure in spec.published]
    return [one for one in found if not keys or one.column.key in keys]


def published_table(nets: Sequence[Described], layers: bool | None = None) -> Table | None:
    """Return the published figures of nets beside ours, with their sources; None without any.

    ``layers`` are figures of layers only (True), or of whole nets only (False).
    """
    rows = []
    for net in nets:
        for one in figures(net):
            if layers is not None and bool(one.figure.of) != layers:
                continue
            of = f" of {', '.join(one.figure.of)}" if one.figure.of else ""
            note = one.figure.differs if one.verdict == DIFFERS else ""
            rows.append(
                (
                    Cell(net.name),
                    Cell(f"{one.column.title}{of}"),
                    Cell(one.figure.text),
                    Cell(one.value, "exact" if one.column.unit == "count" else one.column.unit),
                    Cell(VERDICTS[one.verdict], "text", note),
                    Cell(source(net, one)),
                )
            )
    columns = (
        Column("architecture", "architecture", right=False),
        Column("figure", "figure", right=False),
        Column("printed", "published"),
        Column("computed", "computed"),
        Column("verdict", "", right=False),
        Column("source", "source", right=False, wraps=True),
    )
    return Table(columns, tuple(rows)) if rows else None


def source(net: Described, one: Checked) -> str:
    """Return where a figure was printed; a table or section alone is that of the net's paper."""
    text = one.figure.source
    if not (net.origin and re.match(_PLACE, text, re.I)):
        return text
    paper = re.sub(rf", {_PLACE}[^,]*$", "", net.origin, flags=re.I)
    return f"{paper}, {text}"


# Checked against torch


class Verified:
    """What ``archcalc verify --format json`` found, read from its file or just run."""

    def __init__(self, data: dict[str, Any], place: str = "") -> None:
        self.data, self.place = data, place

    @classmethod
    def read(cls, path: Path) -> Verified:
        """Return a stored run. Errors: :class:`UsageError` (E33, E51) for what is none."""
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise UsageError("E44", f"{path} is too large", "archcalc verify --format json")
            data = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise UsageError("E33", f"cannot read {path}: {error.strerror}") from None
        except ValueError:
            raise UsageError("E51", f"{path} is no JSON", "archcalc verify --format json") from None
        if not isinstance(data, dict) or not isinstance(data.get("verified"), list):
            raise UsageError(
                "E51", f"{path} is not from verify", "archcalc verify SPEC --format json -o FILE"
            )
        return cls(data, path.name)

    @property
    def torch(self) -> str:
        """The version of torch it was run with."""
        return str(self.data.get("torch", "?"))

    @property
    def nets(self) -> list[dict[str, Any]]:
        """What is stored, a net each."""
        return list(self.data["verified"])

    @property
    def sums(self) -> dict[str, int]:
        """How many nets, layers and checks there are: ``equal``, ``differs``, ``not_checked``."""
        return witnesses.sums(self.nets)

    def families(self) -> Table:
        """Return the checks by family of the zoo."""
        return witnesses.family_table(self.nets)

    def listed(self) -> Table:
        """Return the checks by net."""
        return witnesses.net_table(self.nets)

    def witnesses(self, means: Mapping[str, str]) -> Table:
        """Return what each witness was asked; ``means`` says what a witness is."""
        return witnesses.witness_table(self.nets, means)

    def missing(self) -> Table:
        """Return what was not checked, by reason."""
        return witnesses.missing_table(self.nets)

    def changed(self, nets: Sequence[Described]) -> list[str]:
        """Return what of these nets is not as it was checked: new nets, other totals."""
        found = []
        for net in nets:
            if self.of(net) is None:
                found.append(f"{net.name} is new")
            elif stale := self.stale(net):
                found.append(f"{net.name}: {'; '.join(stale)}")
        return found

    def of(self, net: Described) -> dict[str, Any] | None:
        """Return what is stored about a net, by its name; None where nothing is."""
        return next((one for one in self.data["verified"] if one.get("name") == net.name), None)

    def stale(self, net: Described) -> list[str]:
        """Return the totals that were checked with another value than the net has now."""
        known = {column.key for column in QUANTITIES() if column.unit in ("count", "bytes")}
        found = []
        for one in (self.of(net) or {}).get("checks", ()):
            key, stored = one.get("quantity"), one.get("archcalc")
            if one.get("layer") or key not in known or not isinstance(stored, int):
                continue
            value = quantity(key).total(net.analysis)
            if isinstance(value, int) and value != stored and key in ("params", "macs"):
                found.append(f"{key} {exact(stored)}, now {exact(value)}")
        return list(dict.fromkeys(found))

    def blocks(self, net: Described) -> list[Block]:
        """Return the totals of a net beside their witnesses, and what was not checked."""
        found = self.of(net)
        if found is None:
            return [Text(f"{net.name}: not checked.", "note")]
        if stale := self.stale(net):
            return [
                Text(f"{net.name}: checked when it was another net ({'; '.join(stale)}).", "note")
            ]
        totals = [one for one in found["checks"] if not one.get("layer")]
        rows = [_check_row(one) for one in totals if one.get("verdict") != "not checked"]
        columns = (
            Column("check", "check", right=False),
            Column("archcalc", "archcalc"),
            Column("witness", "witness"),
            Column("by", "by", right=False, wraps=True),
            Column("verdict", "", right=False),
        )
        title = net.name if len(self.data["verified"]) > 1 else ""
        blocks: list[Block] = [Table(columns, tuple(rows), title)] if rows else []
        missing: dict[str, list[str]] = {}
        for one in totals:
            if one.get("verdict") == "not checked":
                missing.setdefault(str(one.get("reason")), []).append(_title(one))
        blocks += [
            Text(f"Not checked: {', '.join(titles)}: {reason}.", "note")
            for reason, titles in missing.items()
        ]
        layers = f"{found['layers']:,} layer{'s' * (found['layers'] != 1)}"
        counts = f"{found['equal']:,} checks of {layers} and the totals equal"
        if found["differs"]:
            counts += f", {found['differs']:,} differ"
        if found["not_checked"]:
            counts += f", {found['not_checked']:,} not checked"
        blocks.append(Text(f"{counts}; torch {self.torch}.", "note"))
        return blocks


def _title(one: dict[str, Any]) -> str:
    return str(one.get("title") or one.get("quantity"))


def _check_row(one: dict[str, Any]) -> tuple[Cell, ...]:
    shown = (_stored(one.get("archcalc")), _stored(one.get("witness")))
    verdict = Cell(str(one.get("verdict")))
    return (Cell(_title(one)), *shown, Cell(str(one.get("by"))), verdict)


def _stored(value: Any) -> Cell:
    """Return a value of the file as it is read: counts in full, sizes with crosses."""
    if value is None or isinstance(value, int):
        return Cell(value, "exact")
    if isinstance(value, list) and all(isinstance(part, int) for part in value):
        return Cell("x".join(map(str, value)))
    if isinstance(value, list):
        return Cell(f"{len(value):,} names" if value else "none")
    return Cell(value if isinstance(value, str) else json.dumps(value)[:40])
