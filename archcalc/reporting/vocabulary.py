"""What a template can say: nets, tables, plots, evidence and times, all by the words of the tool.

Every function returns a block that prints itself, a picture, or exact numbers. Files are read from
below the current folder or the template's own, and nothing is ever run.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..analysis import Settings, walk
from ..arithmetic import units
from ..arithmetic.unknown import Unknown
from ..clock import Clocked, predicted, stored
from ..comparison import change, compare
from ..conventions import cost
from ..errors import UsageError
from ..explanation import working
from ..explanation.layer import METRICS, explanation
from ..fieldmap.fieldmap import field_map
from ..latency import profile
from ..quantities import quantity
from ..readers import read
from ..readers import torch as code
from ..reconciliation import reconcile, reconciliation_page
from ..remarks import where_table
from ..renderers import cells
from ..table import Block, Steps, Table
from ..timing import read_times
from ..zoo import entries
from . import agreement, evidence, ordering, tables
from .described import Described
from .dialects import MARKDOWN, Dialect
from .pictures import Gallery, Picture

if TYPE_CHECKING:
    from markupsafe import Markup

_MOST_BYTES = 64 * 2**20


@dataclass
class Vocabulary:
    """The words of one report; ``gallery`` keeps what it draws.

    ``folder`` is the template's own. ``counting``, ``layout`` and ``train`` hold for every net.
    """

    folder: Path | None = None
    counting: str = "macs"
    layout: str = "hwc"
    train: bool = False
    dialect: Dialect = MARKDOWN
    gallery: Gallery = field(default_factory=Gallery)
    known: dict[Any, Described] = field(default_factory=dict)

    def words(self) -> dict[str, Callable[..., Any]]:
        """Return every function of the vocabulary by its name in templates."""
        names = [name for name in vars(Vocabulary) if not name.startswith("_") and name != "words"]
        return {name: getattr(self, name) for name in names if callable(getattr(self, name))}

    # Nets

    def net(
        self, source: str, name: str = "", *, input: str = "", train: bool = False, **symbols: Any
    ) -> Described:
        """Read a spec, a file or an architecture of the zoo.

        Errors: :class:`UsageError` (E71) for code: only the command line runs any.
        """
        key = (source, name, input, train, tuple(sorted(symbols.items())))
        if key not in self.known:
            if code.reads(source):
                raise UsageError(
                    "E71", f'"{source[:60]}" is code; a template runs none',
                    "name it on the command line: archcalc report SPEC --template FILE",
                )  # fmt: skip
            graph = read(source, symbols, layout=self.layout, input=input)
            analysis = walk(graph, Settings(train=train or self.train))
            self.known[key] = Described(
                name or graph.name or "A", analysis, source, layout=self.layout
            )
        return self.known[key]

    def zoo(self, text: str = "") -> list[str]:
        """Return the names of the zoo that contain a text."""
        return [name for name in entries() if text in name]

    def architectures(self, *names: str) -> list[Described]:
        """Read architectures of the zoo by their names."""
        return [self.net(f"zoo:{name}", name) for name in names]

    def ratio(self, one: Any, other: Any) -> str:
        """Write how many times as large one number is as another, three digits."""
        if isinstance(one, Unknown) or isinstance(other, Unknown):
            return "?"
        return units.short_ratio(max(one, other), min(one, other))

    def versus(self, one: Described, other: Described, column: str = "macs") -> str:
        """Write how a total compares with another net's: ``21.4x fewer``."""
        of = quantity(column)
        return cells.text(change(of.total(one.analysis), of.total(other.analysis), of))

    # Tables

    def specs(self, *nets: Described, full: bool = False) -> Markup:
        """Print the specs of nets as code, long ones on several lines."""
        return self.dialect.specs([net.spec_text(full=full) for net in _flat(nets)])

    def costs(self, *nets: Described, columns: str = "", **options: Any) -> Table:
        """Put nets below each other, a row each, beside their ratios to the ``reference``."""
        keys = _keys(columns) or tables.DEFAULT_COLUMNS
        return tables.cost_table(_flat(nets), keys, counting=self.counting, **options)

    def compare(self, *nets: Described, columns: str = "", reference: int = 0) -> Table:
        """Put nets side by side, quantities down."""
        shown = _flat(nets)
        made = compare(
            [net.analysis for net in shown], [net.name for net in shown], reference=reference,
            columns=_keys(columns) or tables.DEFAULT_COLUMNS, convention=self.counting,
            layout=self.layout,
        )  # fmt: skip
        return made.table()

    def where(self, net: Described, remark: str = "") -> list[Block]:
        """Show where the cost of a net goes; nothing where nobody knows all of it."""
        column = cost(self.counting)
        if not isinstance(column.total(net.analysis), int):
            return []
        found = where_table(net.analysis, net.name, column, remark)
        return [] if found is None else [found]

    def stages(self, net: Described, columns: str = "") -> Table:
        """Sum a net by its stages."""
        return tables.stages(net, _keys(columns) or tables.LAYER_COLUMNS, self.counting)

    def stage_layers(self, net: Described, columns: str = "") -> list[tuple[str, Table]]:
        """Return the layers of each stage as a table, under the stage's name."""
        return tables.stage_layers(net, _keys(columns) or tables.LAYER_COLUMNS, self.counting)

    def fields(self, net: Described, layer: str = "") -> Table:
        """Show the receptive fields of the layers."""
        return tables.field_table(net, layer)

    def has_field(self, net: Described) -> bool:
        """Tell whether a layer of the net sees a part of its input that can be drawn."""
        try:
            return bool(field_map(net.analysis, layout=net.layout, drawn=True).shown)
        except UsageError:
            return False

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[Any]], **options: Any) -> Table:
        """Make a table of a template's own rows."""
        return tables.own_table(columns, rows, **options)

    # Arithmetic shown

    def explain(self, net: Described, layer: str, metrics: str = "") -> Steps:
        """Work out the numbers of a layer."""
        position = net.analysis.position(layer)
        keys = _keys(metrics) or METRICS
        return explanation(net.analysis, position, keys, self.counting, self.layout)

    def working(self, net: Described, metric: str = "macs") -> Steps:
        """Work out a total, layer by layer."""
        return working(net.analysis, None, metric, counting=self.counting, layout=self.layout)

    # Pictures

    def field_picture(self, net: Described, layer: str = "", alt: str = "") -> Picture:
        """Draw the receptive field of a layer to scale."""
        return self.gallery.field(net, layer, alt)

    def plot(
        self, kind: str, *nets: Described, alt: str = "", name: str = "", **options: Any
    ) -> Picture:
        """Draw a plot of nets."""
        return self.gallery.plot(kind, _flat(nets), alt, name, **options)

    # Evidence

    def conventions(self, *nets: Described, tools: bool = True) -> Table:
        """Show what every convention counts."""
        return evidence.conventions_table(_flat(nets), tools=tools)

    def published(self, *nets: Described, layers: bool | None = None) -> Table | None:
        """Hold published figures against nets: of all, of their ``layers`` only, or of none."""
        return evidence.published_table(_flat(nets), layers)

    def agreement(self, *nets: Described) -> Table:
        """Count the published figures that agree, by family of the zoo."""
        return agreement.agreement_table(_flat(nets))

    def verdicts(self, *nets: Described) -> Mapping[str, int]:
        """Return how many published figures are ``equal``, ``rounded``, ``truncated``, ..."""
        return agreement.verdicts(_flat(nets))

    def disagreements(self, *nets: Described) -> Table:
        """Show the published figures that differ, each with the reason."""
        return agreement.differing_table(_flat(nets))

    def reconcile(
        self, source: str, *printed: str, metric: str = "macs", torchvision: bool = False,
        most: int = 3,
    ) -> list[Block]:  # fmt: skip
        """Show which net and convention gives printed numbers: the table, then the conventions.

        At most so many (``most``) explanations of each are shown.
        """
        found = reconcile(
            source, printed, metric=metric, torchvision=torchvision, layout=self.layout
        )
        return list(reconciliation_page(found, layout=self.layout, metric=metric, most=most).blocks)

    def verified(self, path: str) -> evidence.Verified:
        """Read what ``archcalc verify --format json`` found."""
        return evidence.Verified.read(self._file(path))

    # Times

    def predicted(
        self, *nets: Described, device: str, batches: Sequence[int] = (1,),
        dtype: str = "bfloat16", mode: str = "graph", reference: int = 0,
    ) -> Clocked:  # fmt: skip
        """Predict times on a device."""
        shown = _flat(nets)
        return predicted(
            [net.analysis for net in shown], [net.name for net in shown], profile(device),
            batches=batches, dtype=dtype, mode=mode, reference=reference,
        )  # fmt: skip

    def measured(
        self, *nets: Described, times: str, batches: Sequence[int] = (1,), dtype: str = "float32",
        reference: int = 0,
    ) -> Clocked:  # fmt: skip
        """Show the times that a store of ``archcalc bench`` has."""
        shown = _flat(nets)
        return stored(
            [net.analysis for net in shown], [net.name for net in shown], str(self._file(times)),
            shown_path=times, batches=batches, dtype=dtype, reference=reference,
        )  # fmt: skip

    def time_by_stage(self, net: Described, clocked: Clocked) -> Table | None:
        """Sum the predicted times of a net's layers by stage, at the last batch size."""
        return tables.time_table(net, clocked)

    def macs_order(self, times: str) -> Table:
        """Tell how often more MACs take longer, over all pairs of a store of times."""
        return ordering.order_table(read_times(str(self._file(times))).measurements)

    def macs_order_share(self, times: str, least: float, most: float) -> float:
        """Return the share of pairs in the right order, of those with such a ratio of MACs."""
        measurements = read_times(str(self._file(times))).measurements
        return ordering.right_share(measurements, least, most)

    # Data

    def json(self, path: str) -> Any:
        """Read a JSON file."""
        try:
            return json.loads(self._text(path))
        except ValueError as error:
            raise UsageError("E51", f"{path} is no JSON: {error}") from None

    def json_lines(self, path: str) -> list[Any]:
        """Read a file of JSON objects, one a line."""
        try:
            return [json.loads(line) for line in self._text(path).splitlines() if line.strip()]
        except ValueError as error:
            raise UsageError("E51", f"{path} is no JSON: {error}") from None

    def csv(self, path: str) -> list[dict[str, str]]:
        """Read a CSV file as rows by title."""
        return [dict(row) for row in csv.DictReader(io.StringIO(self._text(path)))]

    def excerpt(self, path: str) -> dict[str, str]:
        """Return the title, the first sentence and the first picture of a report beside this."""
        return excerpt(self._text(path))

    def _text(self, path: str) -> str:
        file = self._file(path)
        try:
            if file.stat().st_size > _MOST_BYTES:
                raise UsageError("E44", f"{path} is larger than {_MOST_BYTES:,} bytes")
            return file.read_text(encoding="utf-8")
        except OSError as error:
            raise UsageError("E33", f"cannot read {path}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise UsageError("E35", f"{path} is not UTF-8") from None

    def _file(self, path: str) -> Path:
        """Return a file below the current folder or the template's; E71 for any other."""
        places = [Path.cwd(), *([self.folder] if self.folder else [])]
        for place in places:
            found = (place / path).resolve()
            if found.is_relative_to(place.resolve()) and found.exists():
                return found
        raise UsageError(
            "E71", f'no file "{path[:80]}" below this folder or the template\'s',
            "paths in a template are those of the command line",
        )  # fmt: skip


def excerpt(text: str) -> dict[str, str]:
    """Return what a report opens with: its title, its finding and its first picture.

    >>> excerpt("# Heads\\n\\nA finding.\\n\\n![alt](a_files/b.svg)\\n")
    {'title': 'Heads', 'finding': 'A finding.', 'picture': '![alt](a_files/b.svg)'}
    """
    parts = [part.strip() for part in text.split("\n\n")]
    title = next((part[2:] for part in parts if part.startswith("# ")), "")
    finding = next((part for part in parts if part and not part.startswith(("#", "`", "!"))), "")
    picture = next((part for part in parts if part.startswith("![")), "")
    return {"title": title, "finding": finding, "picture": picture}


def _keys(columns: str) -> tuple[str, ...]:
    parts = [part.strip() for part in columns.split(",") if part.strip()]
    return tuple(part if part in tables.SAID else quantity(part).key for part in parts)


def _flat(nets: Sequence[Any]) -> list[Described]:
    """Return nets that are given one by one or as lists."""
    return list(_each(nets))


def _each(nets: Sequence[Any]) -> Iterator[Described]:
    for one in nets:
        if isinstance(one, list | tuple):
            yield from _each(one)
        else:
            yield one
