"""The verbs for Python: read, analyze, compare, explain. The command line speaks the same words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from . import comparison, explanation, readers
from .analysis import Analysis, Settings, walk
from .arithmetic.dims import Shape
from .arithmetic.expression import exact_number
from .errors import UsageError
from .graph import Graph
from .layers.base import Facts
from .quantities import QUANTITIES, quantity
from .remarks import spec_text
from .renderers import render
from .summary import DEFAULT_COLUMNS, Summary, summarize
from .table import Table

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Net:
    """An analyzed architecture: ask it for totals, columns, tables, a data frame."""

    analysis: Analysis

    @property
    def graph(self) -> Graph:
        """The nodes in order."""
        return self.analysis.graph

    @property
    def output(self) -> Shape:
        """The output shape, channels first: (C, H, W), (L, D) or (D,)."""
        return self.analysis.output

    def __getitem__(self, layer: str) -> Facts:
        """Return what one layer states: shapes, named weights, MACs, windows."""
        return self.analysis[layer]

    def total(self, column: str) -> Any:
        """Return a column's value for the whole net, exact.

        An int for counts and bytes, a tuple per axis for fields, an Unknown with its lower bound
        where a layer is opaque, a sympy expression where sizes are symbols.

        >>> analyze("14x14x480 | conv 5x5x48 pad 2").total("receptive_field")
        (5, 5)
        """
        return quantity(column).total(self.analysis)

    def column(self, column: str) -> dict[str, Any]:
        """Return a column's value for every layer, by name.

        >>> analyze("784 | fc 300 | relu | fc 10").column("params")
        {'fc1': 235500, 'relu1': 0, 'fc2': 3010}
        """
        values = quantity(column).of(self.analysis)
        return {node.name: value for node, value in zip(self.analysis.nodes, values, strict=True)}

    def summary(
        self, columns: Sequence[str] = DEFAULT_COLUMNS, *, convention: str = "macs", depth: int = 0
    ) -> Summary:
        """Return the layer table of ``archcalc summary``."""
        return summarize(self.analysis, columns=columns, convention=convention, depth=depth)

    def table(self, columns: Sequence[str] = DEFAULT_COLUMNS) -> Table:
        """Return the layer table as cells with units."""
        return self.summary(columns).table()

    def to_frame(self) -> pandas.DataFrame:
        """Return all columns as a pandas DataFrame, one row per layer; counts are exact."""
        import pandas

        rows = {node.name: {"layer": node.layer.word} for node in self.analysis.nodes}
        for column in QUANTITIES():
            for node, value in zip(self.analysis.nodes, column.of(self.analysis), strict=True):
                is_quotient = column.unit == "ratio" and isinstance(value, tuple)
                rows[node.name][column.key] = value[0] / value[1] if is_quotient else value
        frame: pandas.DataFrame = pandas.DataFrame.from_dict(rows, orient="index")
        return frame

    def explain(self, layer: str = "") -> str:
        """Return the worked arithmetic of one layer, or of all with their sums, as text."""
        return explain(self, layer)

    def __repr__(self) -> str:
        name = f"{self.graph.name}: " if self.graph.name else ""
        return f"<Net {name}{len(self.analysis.nodes)} layers>"

    def __str__(self) -> str:
        return render(self.summary().page(), "table", width=80)

    def _repr_html_(self) -> str:
        return render(self.summary().page(), "html")


Source = str | PathLike[str] | Graph | Net


def read(source: str | PathLike[str], *, layout: str = "hwc", **symbols: int) -> Graph:
    """Return the graph of a spec: a text in the notation, or the path of a file that holds one.

    ``layout="chw"`` takes the input's channels first; keywords replace symbols. Errors:
    :class:`~archcalc.errors.SpecError` with every mistake of the spec.

    >>> len(read("HxWxC | conv 1x1x(C/r) | relu", H=14, W=14, C=480, r=30))
    2
    """
    return readers.read(fspath(source), _numbers(symbols), layout=layout)


def _numbers(symbols: dict[str, Any]) -> dict[str, Any]:
    """Return the symbols' exact numbers; :class:`UsageError` (E50) where one is no number."""
    found: dict[str, Any] = {}
    for name, value in symbols.items():
        number = value.__index__() if hasattr(value, "__index__") else exact_number(str(value))
        if isinstance(value, bool) or number is None or number <= 0:
            raise UsageError("E50", f"{name}={value!r} is not a number above 0")
        found[name] = number
    return found


def analyze(
    source: Source,
    *,
    batch: int = 1,
    dtype: str = "float32",
    train: bool = False,
    layout: str = "hwc",
    **symbols: int,
) -> Net:
    """Return the analyzed net of a spec, a file or a graph.

    ``batch`` and ``dtype`` enter bytes and intensity only; ``train`` counts auxiliary heads.

    >>> analyze("32x32x3 | conv 3x3x16 pad 1 | relu | gap | fc 10").total("params")
    618
    """
    if isinstance(source, Net):
        return source
    graph = source if isinstance(source, Graph) else read(source, layout=layout, **symbols)
    return Net(walk(graph, Settings(batch, dtype, train)))


def compare(
    *sources: Source,
    names: Sequence[str] = (),
    reference: int | str = 0,
    columns: Sequence[str] = comparison.DEFAULT_COLUMNS,
    convention: str = "macs",
    **settings: Any,
) -> comparison.Comparison:
    """Put architectures side by side, relative to a reference.

    >>> both = compare("14x14x480 | conv 5x5x48 pad 2",
    ...                "14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2")
    >>> round(1 / both.ratios()[0]["ratio"], 1)
    21.4
    """
    analyses = [analyze(source, **settings).analysis for source in sources]
    return comparison.compare(
        analyses, names, reference=reference, columns=columns, convention=convention
    )


def explain(source: Source, layer: str = "", **settings: Any) -> str:
    """Return the worked arithmetic of one layer, or of all with their sums, as text.

    >>> print(explain("14x14x480 | conv 5x5x48 pad 2", "conv1"))  # doctest: +ELLIPSIS
    A  14x14x480 | conv 5x5x48 pad 2 stride 1 dilation 1 groups 1 bias
    <BLANKLINE>
    conv1  conv 5x5x48 pad 2    input 14x14x480
      height           floor((14 + 2*2 - 5) / 1) + 1  =  floor(13 / 1) + 1  =  14
    ...
    """
    analysis = analyze(source, **settings).analysis
    name = analysis.graph.name or "A"
    spec = spec_text(analysis, name)
    page = explanation.page(analysis, spec, (layer,) if layer else ())
    return render(page, "table", width=80)
