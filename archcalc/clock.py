"""Time beside MACs: what a saving is worth on a device, predicted or measured, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Any

from .analysis import Analysis
from .arithmetic.unknown import Unknown
from .errors import UsageError
from .latency import NetPrediction, Profile, predict_net
from .quantities import quantity
from .table import Block, Cell, Column, Table, Text
from .timing import read_times
from .timing.measurement import Measurement, ratio
from .timing.task import net_piece

_BOUNDS = {
    "launch": "launching kernels",
    "memory": "moving memory",
    "compute": "computing",
    "tiles": "computing in tiles that are not full",
    "algorithm": "computing by a faster algorithm",
    "host": "the host, which launches",
}


@dataclass(frozen=True)
class Time:
    """The seconds per batch of one net; ``low`` to ``high`` is where they probably are.

    ``why`` says in a few words what they go to.
    """

    name: str
    batch: int
    seconds: float
    low: float
    high: float
    why: str = ""
    source: Measurement | NetPrediction | None = None


@dataclass(frozen=True)
class Clocked:
    """Nets side by side at some batch sizes; ``basis`` says whose times these are.

    ``reference`` is the position of the net compared with.
    """

    names: tuple[str, ...]
    analyses: tuple[Analysis, ...]
    times: tuple[tuple[Time | None, ...], ...]
    batches: tuple[int, ...]
    title: str
    basis: tuple[str, ...]
    reference: int = 0

    def blocks(self) -> list[Block]:
        """Return the table, the reasons, and what the times are."""
        found: list[Block] = [self.table()]
        found += [Text(line) for line in self.reasons()]
        first, *others = self.basis
        found.append(Text(first, "convention"))  # whose times these are is never left out
        found += [Text(line, "note") for line in others]
        return found

    def table(self) -> Table:
        """Return a row per batch size: each net's time, and how it compares."""
        columns = [Column("batch", "batch")]
        columns += [Column(f"{name}_seconds", name) for name in self.names]
        others = [i for i in range(len(self.names)) if i != self.reference]
        base = self.names[self.reference]
        columns += [
            Column(f"{self.names[i]}_ratio", f"{self.names[i]} compared with {base}", False)
            for i in others
        ]
        rows = []
        for batch, times in zip(self.batches, self.times, strict=True):
            row = [Cell(str(batch)), *(Cell(_shown(time)) for time in times)]
            row += [Cell(compared(times[i], times[self.reference])) for i in others]
            rows.append(tuple(row))
        return Table(tuple(columns), tuple(rows), self.title)

    def reasons(self) -> list[str]:
        """Return why the ratio of times is not that of MACs, batch by batch."""
        macs = [quantity("macs").total(analysis) for analysis in self.analyses]
        lines = []
        for i, name in enumerate(self.names):
            if i == self.reference or isinstance(macs[i], Unknown):
                continue
            base = macs[self.reference]
            if isinstance(base, Unknown) or not base or not macs[i]:
                continue
            lines.append(f"{name} has {_times(macs[i], base)} {self.names[self.reference]}.")
        for batch, times in zip(self.batches, self.times, strict=True):
            parts = [f"{time.name}: {time.why}" for time in times if time and time.why]
            if parts:
                lines.append(f"Batch {batch}: {'; '.join(parts)}.")
        return lines

    def data(self) -> list[dict[str, Any]]:
        """Return the times for scripts."""
        return [
            {
                "name": time.name,
                "batch": time.batch,
                "seconds": time.seconds,
                "low": time.low,
                "high": time.high,
                "why": time.why,
            }
            for times in self.times
            for time in times
            if time is not None
        ]


def predicted(
    analyses: Sequence[Analysis],
    names: Sequence[str],
    profile: Profile,
    *,
    batches: Sequence[int] = (1,),
    dtype: str = "bfloat16",
    mode: str = "graph",
    reference: int = 0,
) -> Clocked:
    """Predict the times of nets on a device, each with the error of its layers' classes."""
    rows = []
    labels: dict[str, None] = {}
    missing: dict[str, str] = {}
    for batch in batches:
        times: list[Time | None] = []
        for analysis, name in zip(analyses, names, strict=True):
            found = predict_net(analysis, profile, batch=batch, dtype=dtype, mode=mode)
            missing |= {f"{name}, {layer}": why for layer, why in found.unknown.items()}
            labels |= {
                one.error_class.label.removeprefix("predicted, "): None
                for one in found.layers.values()
                if one.seconds > 0
            }
            known = None if found.unknown or not found.layers else _predicted(name, batch, found)
            times.append(known)
        rows.append(tuple(times))
    basis = [
        f"Predicted for {profile.title}, not measured; a range holds nine of ten times of its "
        f"class: {'; '.join(labels)}."
    ]
    basis += [f"no prediction for {place}: {why}" for place, why in list(missing.items())[:6]]
    title = f"Time per batch, predicted for {profile.title}, {dtype}, {_MODES[mode]}"
    return Clocked(
        tuple(names), tuple(analyses), tuple(rows), tuple(batches), title, tuple(basis), reference
    )


_MODES = {
    "eager": "run eagerly",
    "graph": "replayed as a graph",
    "compile": "compiled",
}


def measured(
    analyses: Sequence[Analysis],
    names: Sequence[str],
    find: Callable[[Analysis, str, int], Measurement | None],
    *,
    batches: Sequence[int],
    title: str,
    basis: Sequence[str],
    reference: int = 0,
) -> Clocked:
    """Put measurements side by side; ``find`` returns that of a net at a batch size."""
    rows = []
    for batch in batches:
        times: list[Time | None] = []
        for analysis, name in zip(analyses, names, strict=True):
            found = find(analysis, name, batch)
            times.append(None if found is None else _measured(name, batch, found))
        rows.append(tuple(times))
    return Clocked(
        tuple(names), tuple(analyses), tuple(rows), tuple(batches), title, tuple(basis), reference
    )


SHORT_DTYPES = {"float32": "fp32", "tf32": "tf32", "bfloat16": "bf16", "float16": "fp16"}


def stored(
    analyses: Sequence[Analysis],
    names: Sequence[str],
    path: str,
    *,
    shown_path: str = "",
    batches: Sequence[int] = (1,),
    dtype: str = "float32",
    reference: int = 0,
) -> Clocked:
    """Put the times of nets side by side that a store of ``archcalc bench`` has.

    Forward passes of whole nets in one number format. Errors: :class:`UsageError` (E33) where the
    store has none of these nets.
    """
    times = read_times(path)
    short = SHORT_DTYPES.get(dtype, dtype)
    found: dict[tuple[str, int], tuple[Measurement, int]] = {}
    for one, run in zip(times.measurements, times.of_run, strict=True):
        key = one.key
        if (key.dtype, key.direction, key.compiled) == (short, "forward", False):
            found[key.text, key.batch] = one, run
    texts = [
        net_piece(analysis, name, 1).text for analysis, name in zip(analyses, names, strict=True)
    ]
    used = [found[text, batch][1] for text in texts for batch in batches if (text, batch) in found]
    if not used:
        raise UsageError(
            "E33",
            f"no time of {', '.join(names)} in {short} at batch {', '.join(map(str, batches))} in "
            f"{shown_path or path}",
            "archcalc bench SPEC... --whole measures them",
        )
    by_analysis = {id(analysis): text for analysis, text in zip(analyses, texts, strict=True)}

    def time_of(analysis: Analysis, name: str, batch: int) -> Measurement | None:
        return found.get((by_analysis[id(analysis)], batch), (None, 0))[0]

    place = _place(times.runs[used[0]])
    return measured(
        analyses,
        names,
        time_of,
        batches=batches,
        title=f"Time per batch, measured on {place}, {short}",
        basis=[f"Measured on {place}: {shown_path or path}."],
        reference=reference,
    )


def _place(run: dict[str, Any]) -> str:
    """Return the device of a run and the release of torch, in words."""
    device, environment = run.get("device") or {}, run.get("environment") or {}
    cores = device.get("cores")
    where = f"{device.get('name', 'an unnamed device')}{f' ({cores} cores)' if cores else ''}"
    return f"{where}, torch {environment['torch']}" if environment.get("torch") else where


def _predicted(name: str, batch: int, found: NetPrediction) -> Time:
    return Time(name, batch, found.seconds, found.low, found.high, _why(found), found)


def _measured(name: str, batch: int, found: Measurement) -> Time:
    low, high = found.interval
    why = ""
    if found.is_host_bound:
        assert found.host is not None
        why = f"host-bound: a call takes the host {seconds_text(found.host)}"
    elif found.null and found.launches:
        share = found.null * found.launches / found.median
        if share > 0.5:
            why = f"launch-bound: {found.launches} launches of {seconds_text(found.null)}"
    if found.verdict:
        why = f"{why}; {found.verdict} samples" if why else f"{found.verdict} samples"
    return Time(name, batch, found.median, low, high, why, found)


def _why(found: NetPrediction) -> str:
    """Return what most of a predicted time goes to, with the numbers."""
    running = [one for one in found.layers.values() if one.seconds > 0]
    kernels = f"{len(running)} kernel{'s' * (len(running) != 1)}"
    if found.host > found.device:
        return (
            f"host-bound: launching {kernels} takes {seconds_text(found.host)}, the device "
            f"{seconds_text(found.device)}"
        )
    shares: dict[str, float] = {}
    for one in running:
        shares[one.bound] = shares.get(one.bound, 0.0) + one.seconds
    bound = max(shares, key=lambda key: shares[key])
    text = f"{kernels}, {100 * shares[bound] / found.device:.0f}% of the time {_BOUNDS[bound]}"
    longest = max(running, key=lambda one: one.seconds)
    if longest.terms.text and bound in ("tiles", "compute"):
        text += f" ({longest.terms.text})"
    return text


def _times(macs: int, base: int) -> str:
    """Return how many multiply-adds there are beside a reference's.

    >>> _times(10, 30), _times(30, 30), _times(10001, 10000)
    ('3x fewer MACs than', 'as many MACs as', 'nearly as many MACs as')
    """
    shown = f"{max(macs, base) / min(macs, base):.3g}"
    if shown == "1":
        return "as many MACs as" if macs == base else "nearly as many MACs as"
    return f"{shown}x {'fewer' if macs < base else 'more'} MACs than"


def compared(time: Time | None, base: Time | None) -> str:
    """Return how many times faster or slower, with a range; nothing where one is not known."""
    if time is None or base is None:
        return "?"
    if isinstance(time.source, Measurement) and isinstance(base.source, Measurement):
        return str(ratio(time.source, base.source))
    value = time.seconds / base.seconds
    spread = exp(sqrt(sum(log(one.high / one.seconds) ** 2 for one in (time, base))))
    low, high = value / spread, value * spread
    if low <= 1 <= high:
        return f"no clear difference (~{value:.2f}x)"
    if value > 1:
        return f"{value:.2g}x slower ({low:.2g} to {high:.2g})"
    return f"{1 / value:.2g}x faster ({1 / high:.2g} to {1 / low:.2g})"


def _shown(time: Time | None) -> str:
    if time is None:
        return "?"
    if isinstance(time.source, Measurement):
        half = time.source.half
        return f"{seconds_text(time.seconds)} +- {seconds_text(half, 1)}"
    text = seconds_text(time.seconds, 2)
    scale = _UNITS[text.rpartition(" ")[2]]
    low, high = (_digits(seconds / scale, 2) for seconds in (time.low, time.high))
    return f"{text} ({low} to {high})"


_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6}


def seconds_text(seconds: float, digits: int = 3) -> str:
    """Return a time with a few digits.

    >>> seconds_text(1.12e-05), seconds_text(0.000612, 2), seconds_text(0.0731)
    ('11.2 us', '610 us', '73.1 ms')
    """
    unit, scale = next(
        ((unit, scale) for unit, scale in _UNITS.items() if seconds >= scale), ("us", 1e-6)
    )
    return f"{_digits(seconds / scale, digits)} {unit}"


def _digits(value: float, digits: int) -> str:
    """Return a number with so many significant digits, zeros at the end included."""
    text = f"{float(f'{value:.{digits}g}'):f}"
    whole, _, decimals = text.partition(".")
    places = max(digits - len(whole.lstrip("0")), 0)
    return f"{whole}.{decimals[:places]}" if places else whole
