"""The verbs for Python: read, analyze, compare, ... The command line speaks the same words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from .quantities import QUANTITIES, quantity, words
from .remarks import spec_text
from .renderers import render
from .renderers.shown import Shown
from .summary import DEFAULT_COLUMNS, Summary, summarize
from .table import Page, Table

if TYPE_CHECKING:
    import pandas

    from .plots import Plot
    from .solving import Solution


@dataclass(frozen=True)
class Net(Shown):
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

    def formula(self, column: str) -> Any:
        """Return a column's value for the whole net as a closed form.

        A :class:`~archcalc.formulas.Formula` with ``text``, ``latex``, ``free`` and ``at(H=14)``;
        one per axis for fields and shapes; what has no symbol in it as :meth:`total` has it.

        >>> net = analyze("HxWxC | conv 1x1x(C/r) | conv KxKxN same")
        >>> print(net.formula("macs"))
        H*W*C*(C + K^2*N)/r
        >>> net.formula("macs").at(H=14, W=14, C=480, r=30, K=5, N=48)
        5268480
        """
        from .formulas import Formula, is_formula

        value = self.total(column)
        if isinstance(value, tuple):
            return tuple(Formula(part) if is_formula(part) else part for part in value)
        return Formula(value) if is_formula(value) else value

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

    def to_page(self) -> Page:
        """Return the page of the layer table."""
        return self.summary().page()


Source = str | PathLike[str] | Graph | Net  # or a torch module


def read(
    source: Any,
    *,
    layout: str = "hwc",
    input: str = "",
    input_shape: Any = None,
    keywords: Mapping[str, Any] | None = None,
    train: bool = False,
    **symbols: Any,
) -> Graph:
    """Return the graph of a spec, a file, an architecture of the zoo, or a torch module.

    ``layout="chw"`` takes the input's channels first; ``input="32x32x3"`` replaces the spec's
    input; keywords replace symbols. For a module ``input_shape`` is the shape of one sample in
    torch's order, (3, 224, 224), or a list of what its forward takes, shapes or tensors;
    ``keywords`` are its keyword inputs; ``train`` runs it as in training. Only shapes are used:
    the module runs once on the meta device. Errors: :class:`~archcalc.errors.SpecError` with
    every mistake of a spec, :class:`~archcalc.errors.UsageError` for a module that cannot be run.

    >>> len(read("HxWxC | conv 1x1x(C/r) | relu", H=14, W=14, C=480, r=30))
    2
    """
    from .readers import torch

    if torch.is_module(source):
        if input_shape is None and keywords is None:
            raise UsageError(
                "E52",
                f"{type(source).__name__} needs the shape of its input",
                "input_shape=(3, 224, 224): one sample, channels first",
            )
        inputs = input_shape if isinstance(input_shape, list) else [input_shape]
        given = [] if input_shape is None else inputs
        return torch.traced(source, given, keywords, train=train)
    numbers = _numbers(symbols)
    return readers.read(fspath(source), numbers, layout=layout, input=input, train=train)


def _numbers(symbols: dict[str, Any]) -> dict[str, Any]:
    """Return the symbols' exact numbers; :class:`UsageError` (E50) where one is no number."""
    found: dict[str, Any] = {}
    for name, value in symbols.items():
        number = value.__index__() if hasattr(value, "__index__") else exact_number(str(value))
        if isinstance(value, bool) or number is None or number <= 0:
            raise UsageError(
                "E50",
                f"{name}={value!r} is not a number above 0",
                "symbols are given as keywords: analyze('resnet50', n4=6)",
            )
        found[name] = number
    return found


def analyze(
    source: Any,
    *,
    batch: int = 1,
    dtype: str = "float32",
    train: bool = False,
    **options: Any,
) -> Net:
    """Return the analyzed net of whatever :func:`read` takes, or of a graph.

    ``batch`` and ``dtype`` enter bytes and intensity only; ``train`` counts auxiliary heads;
    the other options are those of :func:`read`.

    >>> analyze("32x32x3 | conv 3x3x16 pad 1 | relu | gap | fc 10").total("params")
    618
    """
    if isinstance(source, Net):
        return source
    graph = source if isinstance(source, Graph) else read(source, train=train, **options)
    return Net(walk(graph, Settings(batch, dtype, train)))


def compare(
    *sources: Any,
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


def verify(source: Any, **settings: Any) -> Any:
    """Hold every number of a spec against what torch, fvcore and gradients say.

    Returns a :class:`~archcalc.verification.Verification`. Errors:
    :class:`~archcalc.errors.MissingDependency` without torch.
    """
    from .verification import verify as held

    return held(analyze(source, **settings).analysis)


def reconcile(source: str, *printed: str, **options: Any) -> Any:
    """Return which net, convention and input size gives each printed number.

    >>> [one.is_explained for one in reconcile("resnet50", "4.134G", "9.74G")]
    [True, False]
    """
    from .reconciliation import reconcile as explained

    return explained(source, printed, **options)


def report(
    *sources: Any,
    path: str | PathLike[str] = "",
    format: str = "",
    names: Sequence[str] = (),
    template: str | PathLike[str] = "",
    **asked: Any,
) -> str:
    """Return a report of nets as text, and write it with its pictures where there is a path.

    ``format`` is markdown, html, latex, csv, json, ...; that of the path's ending unless given.
    ``template`` is a file of your own text. The other options are those of
    :class:`~archcalc.reporting.Asked`: ``title``, ``columns``, ``device``, ``batches``, ...
    Errors: :class:`UsageError` (E50) for neither a net nor a template, (E51) for an ending without
    a format.

    >>> print(report("784 | fc 300 | relu | fc 10", title="An MLP").splitlines()[0])
    # An MLP
    """
    from pathlib import Path

    from .renderers import format_of
    from .reporting import Asked, made, report_of, save

    if isinstance(asked.get("columns"), str):
        asked["columns"] = tuple(words(asked["columns"]))
    file, own = (Path(place) if place else None for place in (path, template))
    one = report_of(
        [analyze(source).analysis for source in sources], Asked(template=own, **asked), names
    )
    files = made(one, format or (format_of(f"{file}") if file and not own else "markdown"), file)
    if file:
        save(files)
    return files.text


def sweep(
    *sources: str | PathLike[str],
    columns: Sequence[str] | str = ("macs", "params"),
    input: str = "",
    layout: str = "hwc",
    names: Sequence[str] = (),
    convention: str = "macs",
    pareto: Sequence[str] | str = (),
    device: str = "",
    mode: str = "graph",
    batch: Any = 1,
    dtype: str = "float32",
    train: bool = False,
    **symbols: Any,
) -> pandas.DataFrame:
    """Return the totals of every combination of the values that symbols take, one row each.

    A symbol is given numbers, or a text such as ``"2:64:2"`` (from, to, step). ``sources`` are
    specs, files or names of the zoo. ``device`` adds predicted seconds per batch; ``pareto`` keeps
    the rows that no other beats in some columns. The column ``refused`` is there where some
    variants cannot be: it says why, and they have no numbers. Errors: :class:`UsageError` (E29,
    E50) for symbols that no spec has, that have no value, or too many variants.

    >>> sweep("14x14x480 | conv 1x1x(480/r) | conv 5x5x48 pad 2", r=[15, 30])
        r      macs  params
    0  15  10536960   53840
    1  30   5268480   26944
    """
    from .sweeping import Grid
    from .sweeping import sweep as swept

    specs = [
        readers.spec_of(fspath(source), layout=layout, input=input, called="input")
        for source in sources
    ]
    values = _values({"batch": batch, **symbols} if hasattr(batch, "__iter__") else symbols)
    called = comparison.unique_names([spec.name for spec in specs], names)
    made = swept(
        specs, called, Grid(values), columns=words(columns), convention=convention,
        settings=Settings(1 if "batch" in values else batch, dtype, train),
    )  # fmt: skip
    if device:
        from .clock import timed
        from .latency import profile

        made = timed(made, profile(device), mode=mode)
    return (made.pareto(words(pareto)) if pareto else made).to_frame()


def _values(symbols: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numbers of each symbol: of a text as ``--set`` takes it, of one or of several.

    Errors: :class:`UsageError` (E50) for none, and for what is no number above 0.
    """
    from .sweeping import grid

    values: dict[str, Any] = {}
    for name, given in symbols.items():
        if isinstance(given, str):
            values |= grid([f"{name}={given}"]).values
            continue
        many = list(given) if hasattr(given, "__iter__") else [given]
        if not many:
            raise UsageError("E50", f"{name} has no values", f"{name}=[2, 4, 8] or {name}='2:8:2'")
        values[name] = tuple(_numbers({name: number})[name] for number in many)
    return values


def solve(
    source: str | PathLike[str],
    unknown: str,
    *so_that: str,
    objective: str = "",
    columns: Sequence[str] | str = ("macs", "params"),
    input: str = "",
    layout: str = "hwc",
    convention: str = "macs",
    batch: int = 1,
    dtype: str = "float32",
    train: bool = False,
    **symbols: Any,
) -> Solution:
    """Find the values of a symbol at which all conditions hold; every value is counted.

    ``unknown`` is a symbol of the spec, or ``batch``, from 1 to 4096, or ``"r=2:64:2"`` (from, to,
    step). The solution prints as an answer with its proof; ``best.value`` is the value that the
    objective puts first, ``found`` lists all. Errors: :class:`UsageError` (E29, E48, E50) for
    symbols, columns and conditions that there are not.

    >>> widest = solve("14x14x480 | conv 1x1x(480/r) | conv 5x5x48 pad 2", "r",
    ...                "macs <= 5.3M", objective="min r")
    >>> widest.best.value, widest.best.numbers["macs"]
    (30, 5268480)
    """
    from .solving import asked, unknown_of
    from .solving import solve as solved

    spec = readers.spec_of(fspath(source), layout=layout, input=input, called="input")
    goals, best = asked(spec, so_that, objective, convention)
    return solved(
        spec, *unknown_of(unknown, spec), goals, objective=best, given=_numbers(symbols),
        columns=words(columns), convention=convention, settings=Settings(batch, dtype, train),
    )  # fmt: skip


def plot(kind: str, *sources: Any, names: Sequence[str] = (), **options: Any) -> Plot:
    """Return a plot of nets: its ``table``, and its drawing where a notebook shows it.

    ``archcalc.plots.document(plot, "png")`` gives the bytes of a file. Errors:
    :class:`UsageError` (E48) for a kind that there is not.

    >>> plot("bars", "784 | fc 300 | relu | fc 10").title
    'Params, MACs, activations: A'
    """
    from .plots import plot as plotted

    analyses = [analyze(source).analysis for source in sources]
    called = comparison.unique_names([one.graph.name for one in analyses], names)
    if isinstance(options.get("grid"), Mapping):
        options["grid"] = _values(options["grid"])
    return plotted(kind, analyses, called, **options)


def explain(source: Any, layer: str = "", **settings: Any) -> str:
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
