"""Every number of a net beside what the oracles say, as a page: equal, different, not checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .analysis import Analysis
from .architectures import zoo_architecture
from .envelope import SCHEMA, jsonable
from .errors import MissingDependency
from .oracles import ORACLES
from .oracles.base import DIFFERS, EQUAL, NOT_CHECKED, Check, NotCounted, Refused
from .oracles.subject import Limits, Subject, torch_version
from .quantities import quantity
from .remarks import notes, spec_text
from .table import Block, Cell, Column, Page, Table, Text

ZOO_LIMITS = Limits(cpu_macs=10**9, cpu_layers=500, cpu_bytes=10**9, gradient_macs=2 * 10**8)
_MOST_NAMES = 6


@dataclass(frozen=True)
class Verification:
    """A net with all that was compared."""

    name: str
    analysis: Analysis
    checks: tuple[Check, ...]

    @property
    def verdict(self) -> str:
        """``differs`` where anything does; ``equal`` where something was compared."""
        verdicts = {check.verdict for check in self.checks}
        return next((v for v in (DIFFERS, EQUAL) if v in verdicts), NOT_CHECKED)

    @property
    def totals(self) -> tuple[Check, ...]:
        """The checks of the whole net."""
        return tuple(check for check in self.checks if not check.layer)

    def having(self, verdict: str) -> tuple[Check, ...]:
        """Return the checks with a verdict, of layers and of the whole net."""
        return tuple(check for check in self.checks if check.verdict == verdict)


def require_torch() -> None:
    """Raise :class:`MissingDependency` (E39) where torch is not installed: nothing is checked."""
    try:
        import torch.nn  # noqa: F401
    except ImportError:
        raise MissingDependency(
            "verify needs torch, which is not installed; nothing was checked",
            "pip install 'archcalc[torch]'. Counts do not need it.",
        ) from None


def verify(analysis: Analysis, name: str = "", *, limits: Limits | None = None) -> Verification:
    """Return a net beside what every oracle says about it.

    Errors: :class:`MissingDependency` (E39) without torch, :class:`UsageError` (E29) while a size
    is a symbol.
    """
    require_torch()
    subject = Subject(analysis, limits)
    name = name or analysis.graph.name or "A"
    try:
        _ = subject.module
    except (RuntimeError, ValueError) as error:
        refused = Refused(f"torch cannot build the net: {error}")
        check = Check("output", "shapes", "", len(analysis.nodes), refused, "layers", "torch")
        return Verification(name, analysis, (check,))
    checks = tuple(check for oracle in ORACLES() for check in oracle.checks(subject))
    return Verification(name, analysis, checks)


def verify_zoo(
    names: Iterable[str],
    *,
    train: bool = False,
    progress: Callable[[str], None] = lambda name: None,
) -> list[Verification]:
    """Return the entries of the zoo verified; ``progress`` hears of each before it is.

    What computes with real numbers is left to nets within ``ZOO_LIMITS``.
    """
    found = []
    for name in names:
        progress(name)
        one = zoo_architecture(name, train=train)
        found.append(verify(one.analysis, one.name, limits=ZOO_LIMITS))
    return found


# Pages


def page(verified: Sequence[Verification], *, per_layer: bool = False, layout: str = "hwc") -> Page:
    """Return one line per check with both numbers, and every layer that differs."""
    several = len(verified) > 1
    blocks: list[Block] = []
    for one in verified:
        blocks.append(spec_text(one.analysis, one.name if several else "", layout))
    for one in verified:
        blocks.append(_totals(one, one.name if several else ""))
        blocks += _differences([one])
        if per_layer:
            blocks.append(_layers(one))
        blocks += [
            Text(f"{check.title}: {check.remark}", "note") for check in one.totals if check.remark
        ]
        blocks += _not_checked([one])
        blocks += notes(one.analysis, one.name if several else "")
        blocks.append(Text(_sentence(one), "note"))
    return Page(tuple(blocks), lambda: _data(verified, layout), _records(verified), layout=layout)


def zoo_page(verified: Sequence[Verification]) -> Page:
    """Return one line per architecture, the sums, and what was not checked, by reason."""
    heads = (
        Column("architecture", "architecture", right=False),
        Column("layers", "layers"),
        Column("params", "params"),
        Column("macs", "MACs"),
        Column("equal", "equal"),
        Column("differs", "differs"),
        Column("not_checked", "not checked"),
    )
    rows = []
    for one in verified:
        counts = [len(one.having(verdict)) for verdict in (EQUAL, DIFFERS, NOT_CHECKED)]
        totals = [quantity(key).total(one.analysis) for key in ("params", "macs")]
        rows.append((len(one.analysis.nodes), *totals, *counts))
    sums = [sum(column) for column in zip(*rows, strict=True)] if rows else [0] * 6
    units = ("layers", "count", "count", "layers", "layers", "layers")
    cells = [
        (Cell(one.name), *map(Cell, row, units)) for one, row in zip(verified, rows, strict=True)
    ]
    agree = sum(one.verdict == EQUAL for one in verified)
    total = (Cell("total"), *map(Cell, sums, units))
    blocks: list[Block] = [Table(heads, (*cells, total), last_is_total=True)]
    blocks += _differences(verified)
    blocks += _not_checked(verified)
    blocks.append(
        Text(
            f"{agree} of {len(verified)} architectures agree with torch {torch_version()}.", "note"
        )
    )
    return Page(tuple(blocks), lambda: _data(verified, "hwc", layers=False))


def _totals(one: Verification, title: str) -> Table:
    heads = (
        Column("check", "check", right=False),
        Column("archcalc", "archcalc"),
        Column("witness", "witness"),
        Column("by", "by", right=False, wraps=True),
        Column("verdict", "", right=False),
    )
    rows = []
    for check in one.totals:
        by = " ".join(part for part in (check.witness, check.means) if part)
        shown = (_cell(check, check.ours), _cell(check, check.theirs))
        rows.append((Cell(check.title), *shown, Cell(by), Cell(check.verdict)))
    return Table(heads, tuple(rows), title=title)


def _differences(verified: Sequence[Verification]) -> list[Block]:
    """Return the layers that differ, however many; what else is shown does not matter."""
    several = len(verified) > 1
    rows = []
    for one in verified:
        for check in one.having(DIFFERS):
            layer = check.layer or "total"
            shown = (_cell(check, check.ours), _cell(check, check.theirs))
            reason = check.theirs.reason if isinstance(check.theirs, Refused) else ""
            rows.append(
                (
                    Cell(f"{one.name} {layer}" if several else layer),
                    Cell(check.title),
                    *shown,
                    Cell(reason or check.witness),
                )
            )
    if not rows:
        return []
    heads = (
        Column("layer", "differs", right=False),
        Column("check", "check", right=False),
        Column("archcalc", "archcalc"),
        Column("witness", "witness"),
        Column("by", "by", right=False, wraps=True),
    )
    return [Table(heads, tuple(rows))]


def _layers(one: Verification) -> Table:
    """Return a line per layer: its numbers, and how many witnesses agree with them."""
    keys = ("output", "params", "macs", "backward_macs")
    heads = [Column("layer", "layer", right=False)]
    heads += [Column(key, quantity(key).title) for key in keys]
    heads += [Column("verdict", "checks", right=False)]
    by_layer: dict[str, list[Check]] = {}
    for check in one.checks:
        by_layer.setdefault(check.layer, []).append(check)
    columns = [quantity(key) for key in keys]
    values = [column.of(one.analysis) for column in columns]
    rows = []
    for i, node in enumerate(one.analysis.nodes):
        cells = [Cell(column[i], of.unit) for column, of in zip(values, columns, strict=True)]
        rows.append((Cell(node.name), *cells, Cell(_counted(by_layer.get(node.name, [])))))
    return Table(tuple(heads), tuple(rows))


def _counted(checks: Sequence[Check]) -> str:
    parts = []
    for verdict in (EQUAL, NOT_CHECKED):
        count = sum(check.verdict == verdict for check in checks)
        if count:
            parts.append(f"{count} {verdict}")
    wrong = dict.fromkeys(check.title for check in checks if check.verdict == DIFFERS)
    return "; ".join([*parts, *(f"differs: {title}" for title in wrong)]) or NOT_CHECKED


def _sentence(one: Verification) -> str:
    """Return what was verified, in one sentence that never lets silence pass for agreement."""
    counts = {verdict: len(one.having(verdict)) for verdict in (EQUAL, DIFFERS, NOT_CHECKED)}
    said = [
        f"{counts[EQUAL]:,} checks of {len(one.analysis.nodes):,} layers and their totals equal"
    ]
    if counts[DIFFERS]:
        said.append(f"{counts[DIFFERS]:,} differ")
    if counts[NOT_CHECKED]:
        said.append(f"{counts[NOT_CHECKED]:,} not checked")
    return f"{', '.join(said)}; torch {torch_version()}."


def _not_checked(verified: Sequence[Verification]) -> list[Block]:
    """Return which totals were not checked, and why; of several nets, in which of them."""
    reasons: dict[str, dict[str, list[str]]] = {}
    for one in verified:
        for check in one.totals:
            if check.verdict == NOT_CHECKED:
                reasons.setdefault(check.reason, {}).setdefault(check.title, []).append(one.name)
    found: list[Block] = []
    for reason, titles in reasons.items():
        names = list(dict.fromkeys(name for mine in titles.values() for name in mine))
        said = f"Not checked: {', '.join(titles)}: {reason}"
        count = f": {len(names)} nets, {_some(names)}" if len(verified) > 1 else ""
        found.append(Text(f"{said}{count}.", "note"))
    return found


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _cell(check: Check, value: Any) -> Cell:
    """Return a value to be read: counts and bytes in full, names as a text."""
    if isinstance(value, NotCounted | Refused):
        return Cell(None)
    if isinstance(value, str):
        return Cell(value)
    if check.unit == "names":
        return Cell("; ".join(value) or "none")
    return Cell(value, "exact" if check.unit in ("count", "bytes") else check.unit)


def _records(verified: Sequence[Verification]) -> Table:
    """Return every check as scripts read it: one row each, layers included."""
    keys = ("net", "layer", "check", "archcalc", "witness", "by", "verdict", "reason")
    heads = tuple(Column(key, key) for key in keys)
    rows = [
        (
            Cell(one.name),
            Cell(check.layer),
            Cell(check.key),
            _cell(check, check.ours),
            _cell(check, check.theirs),
            Cell(check.witness),
            Cell(check.verdict),
            Cell(check.theirs.reason if isinstance(check.theirs, Refused) else check.reason),
        )
        for one in verified
        for check in one.checks
    ]
    return Table(heads, tuple(rows))


def _data(verified: Sequence[Verification], layout: str, *, layers: bool = True) -> dict[str, Any]:
    from . import __version__

    return {
        "schema": SCHEMA,
        "archcalc": __version__,
        "torch": torch_version(),
        "layout": layout,
        "verified": [
            {
                "name": one.name,
                "layers": len(one.analysis.nodes),
                "verdict": one.verdict,
                "equal": len(one.having(EQUAL)),
                "differs": len(one.having(DIFFERS)),
                "not_checked": len(one.having(NOT_CHECKED)),
                "checks": [
                    _check_data(check, layout)
                    for check in one.checks
                    if layers or not check.layer or check.verdict == DIFFERS
                ],
            }
            for one in verified
        ],
    }


def _check_data(check: Check, layout: str) -> dict[str, Any]:
    theirs = check.theirs
    counted = not isinstance(theirs, NotCounted | Refused)
    known = not isinstance(check.ours, NotCounted)
    return {
        "quantity": check.key,
        "title": check.title,
        "layer": check.layer or None,
        "archcalc": jsonable(check.ours, check.unit, layout) if known else None,
        "witness": jsonable(theirs, check.unit, layout) if counted else None,
        "by": check.witness,
        "verdict": check.verdict,
        "reason": theirs.reason if isinstance(theirs, Refused) else check.reason,
        "remark": check.remark,
    }
