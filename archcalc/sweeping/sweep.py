"""A sweep: the totals of every variant of one or several nets, as arrays."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..analysis import Analysis, Settings
from ..conventions import counted_column
from ..errors import UsageError
from ..expansion import no_symbol
from ..notation.entries import Spec
from ..notation.free import symbols
from ..quantities.base import Quantity
from .counting import CHUNK, Counter, Refusal, counter
from .grid import Grid
from .pareto import front

if TYPE_CHECKING:
    import pandas

Watch = Callable[[str], object]
_PLAIN = Settings()
TIMES = ("seconds", "seconds_low", "seconds_high")  # predicted, where a device is named
_TIME = "time"  # what people call the first of them


def to_count(words: Sequence[str], symbols: Collection[str], device: str) -> list[str]:
    """Return which words name columns to be counted: not symbols, nor times of a device.

    ``words`` may have a sign in front. Errors: :class:`UsageError` (E61) for a time without a
    device.
    """
    plain = [word.strip().lstrip("+-") for word in words]
    if not device and any(word in (_TIME, *TIMES) and word not in symbols for word in plain):
        raise _no_device()
    return [word for word in plain if word not in (_TIME, *TIMES, *symbols)]


def _no_device() -> UsageError:
    return UsageError("E61", "a predicted time is for a device", "--device h200")


@dataclass(frozen=True)
class Added:
    """A column that is not counted, such as predicted seconds: a number per row, or NaN."""

    key: str
    title: str
    unit: str
    values: Any


@dataclass(frozen=True)
class Sweep:
    """The totals of every variant, column by column.

    ``counters`` count each net; rows are numbered net by net, then in the order of the grid.
    ``shown`` are the numbers of the rows that are left, in their order. ``refused`` holds for
    each row -1 or which of the ``refusals`` is the reason that it cannot be: the numbers of such
    a row mean nothing. ``basis`` says where those columns come from that are not counted.
    """

    names: tuple[str, ...]
    grid: Grid
    counters: tuple[Counter, ...]
    quantities: tuple[Quantity | Added, ...]
    columns: tuple[Any, ...]
    refused: Any
    refusals: tuple[Refusal, ...]
    shown: Any
    convention: str = "macs"
    basis: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.shown)

    @property
    def settings(self) -> Settings:
        """What the counts depend on besides the symbols."""
        return self.counters[0].settings

    def analysis(self, row: int) -> Analysis:
        """Return one variant by itself; :class:`SpecError` for one that is refused."""
        net, place = divmod(row, len(self.grid))
        return self.counters[net].analysis(self.grid.at(place))

    @cached_property
    def valid(self) -> Any:
        """The rows that are left and have numbers."""
        return self.shown[self.refused[self.shown] < 0]

    def column(self, text: str) -> tuple[Any, bool]:
        """Return a column's numbers, row by row, and whether larger is better: ``+macs``.

        A field that is as high as wide in every variant is its side. Errors: :class:`UsageError`
        (E48) for a column that is not in the sweep, (E50) where it holds something besides whole
        numbers.
        """
        name = text.strip()
        key = name.lstrip("+-")
        if key in self.grid.values:
            return self.symbol(key), name[:1] in "+-"
        by = self.quantity(key)
        values = self.columns[self.quantities.index(by)]
        if values.dtype.kind == "f" and (values[self.valid] != values[self.valid]).any():
            raise UsageError(
                "E50", f"the {by.title} is not known of every variant", "the sweep's notes say why"
            )
        if values.dtype == object and by.unit == "field":
            values = _sides(values)
        if values.dtype == object and not all(type(n) is int for n in values[self.valid]):
            raise UsageError("E50", f"{by.key} is not one whole number in every variant")
        return values, name[:1] in "+-"

    def quantity(self, key: str) -> Quantity | Added:
        """Return a column by its key, or as the convention has it; :class:`UsageError` (E48)."""
        known = {one.key: one for one in self.quantities}
        key = TIMES[0] if key == _TIME else key
        if key in TIMES and key not in known:
            raise _no_device()
        found = known.get(key) or known.get(counted_column(key, self.convention).key)
        if found is None:
            listed = ", ".join((*known, *self.grid.values))
            raise UsageError("E48", f"{key} is not in the sweep", f"columns: {listed}")
        return found

    def symbol(self, name: str) -> Any:
        """Return what a symbol is, row by row."""
        import numpy

        places = self.grid.places(numpy.arange(len(self.refused)) % len(self.grid))[name]
        values = self.grid.values[name]
        whole = all(type(value) is int for value in values)
        return numpy.array(values, dtype=numpy.int64 if whole else object)[places]

    def pareto(self, keys: Sequence[str]) -> Sweep:
        """Return the rows that no other beats: less is better, more where a column has a ``+``."""
        chosen = []
        for key in keys:
            values, more = self.column(key)
            there = values[self.valid]
            chosen.append(-there if more else there)
        if not chosen or not len(self.valid):
            return replace(self, shown=self.valid)
        return replace(self, shown=self.valid[front(chosen)])

    def sorted(self, key: str) -> Sweep:
        """Return the rows in the order of a column, refused ones last; ``-macs``: largest first."""
        import numpy

        values, down = self.column(key)
        there = values[self.valid]
        order = numpy.argsort(-there if down else there, kind="stable")
        rest = self.shown[self.refused[self.shown] >= 0]
        return replace(self, shown=numpy.concatenate([self.valid[order], rest]))

    def with_columns(self, added: Sequence[Added], basis: Sequence[str]) -> Sweep:
        """Return the sweep with columns that are not counted; ``basis`` says whose they are."""
        return replace(
            self,
            quantities=(*self.quantities, *added),
            columns=(*self.columns, *(one.values for one in added)),
            basis=(*self.basis, *basis),
        )

    def first(self, count: int) -> Sweep:
        """Return so many rows."""
        return replace(self, shown=self.shown[:count])

    def to_frame(self) -> pandas.DataFrame:
        """Return the rows as a pandas DataFrame: symbols, exact totals, and why one cannot be.

        Columns of whole numbers are int64, with missing values (Int64) where rows are refused.
        """
        import numpy
        import pandas

        data: dict[str, Any] = {}
        if len(self.names) > 1:
            data["net"] = numpy.array(self.names, dtype=object)[self.shown // len(self.grid)]
        for name in self.grid.values:
            data[name] = self.symbol(name)[self.shown]
        refused = self.refused[self.shown] >= 0
        for one, values in zip(self.quantities, self.columns, strict=True):
            there = values[self.shown]
            if refused.any() and there.dtype.kind == "i":
                data[one.key] = pandas.arrays.IntegerArray(there.copy(), refused.copy())
            else:
                hidden = refused.any() and there.dtype == object
                data[one.key] = numpy.where(refused, None, there) if hidden else there
        if refused.any():
            reasons = numpy.array([*(one.why for one in self.refusals), ""], dtype=object)
            data["refused"] = reasons[self.refused[self.shown]]
        frame: pandas.DataFrame = pandas.DataFrame(data)
        return frame


def _sides(values: Any) -> Any:
    """Return the side of each field; a field that has several stays as it is."""
    found = values.copy()
    for row, value in enumerate(values):
        if isinstance(value, tuple) and value and len(set(value)) == 1:
            found[row] = value[0]
    return found


def sweep(
    specs: Sequence[Spec],
    names: Sequence[str],
    grid: Grid,
    *,
    columns: Sequence[str] = ("macs", "params"),
    convention: str = "macs",
    settings: Settings = _PLAIN,
    watch: Watch | None = None,
    chunk: int = CHUNK,
) -> Sweep:
    """Return the totals of every variant of every spec; ``watch`` hears of every chunk.

    Errors: :class:`UsageError` (E29) for a symbol that no spec has or that has no value, (E48)
    for a column or a convention that there is not.
    """
    import numpy

    counted = tuple(dict.fromkeys(counted_column(key, convention) for key in columns))
    known = set().union(*(symbols(spec) for spec in specs))
    for name in grid.values:
        if name not in known and name != "batch":
            raise no_symbol(name, known, "any spec")
    counters = tuple(counter(spec, settings, counted, grid) for spec in specs)
    parts = [part for one in counters for part in _watched(one, chunk, watch)]
    refusals: dict[tuple[str, str], Refusal] = {}
    refused = []
    for part in parts:
        for one in part.refusals:
            refusals.setdefault(one.key, one)
        places = [list(refusals).index(one.key) for one in part.refusals]
        refused.append(numpy.array([*places, -1], numpy.int32)[part.refused])
    return Sweep(
        names=tuple(names),
        grid=grid,
        counters=counters,
        quantities=counted,
        columns=tuple(
            numpy.concatenate([part.columns[i] for part in parts]) for i in range(len(counted))
        ),
        refused=numpy.concatenate(refused),
        refusals=tuple(refusals.values()),
        shown=numpy.arange(len(grid) * len(specs)),
        convention=convention,
    )


def _watched(made: Any, chunk: int, watch: Watch | None) -> Any:
    for part in made.counted(chunk):
        if watch is not None:
            watch(f"{part.stop:,} of {len(made.grid):,} variants")
        yield part
