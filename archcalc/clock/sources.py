"""Whose times they are: predicted for a device, measured, or read from a store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..analysis import Analysis
from ..arithmetic.units import short_seconds
from ..errors import UsageError
from ..latency import NetPrediction, Profile, predict_net
from ..timing import read_times
from ..timing.measurement import Measurement
from ..timing.task import net_piece
from .clocked import Clocked
from .words import Time

_BOUNDS = {
    "launch": "launching kernels",
    "memory": "moving memory",
    "compute": "computing",
    "tiles": "computing in tiles that are not full",
    "algorithm": "computing by a faster algorithm",
    "host": "the host, which launches",
}


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
            labels |= dict.fromkeys(found.labels)
            is_timed = not found.unknown and found.seconds > 0  # a net of views takes none
            times.append(_predicted(name, batch, found) if is_timed else None)
        rows.append(tuple(times))
    basis = [basis_of(profile, labels)]
    basis += [f"no prediction for {place}: {why}" for place, why in list(missing.items())[:6]]
    title = f"Time per batch, predicted for {profile.title}, {dtype}, {MODES[mode]}"
    return Clocked(
        tuple(names), tuple(analyses), tuple(rows), tuple(batches), title, tuple(basis), reference
    )


def basis_of(profile: Profile, labels: Iterable[str]) -> str:
    """Return whose times predicted ones are, and how far off they were on layers held out."""
    errors = "; ".join(label.removeprefix("predicted, ") for label in labels)
    return (
        f"Predicted for {profile.title}, not measured; a range holds nine of ten times of its "
        f"class: {errors}."
    )


MODES = {
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
    missing = [
        f"No time of {name} at batch {batch} in {short} there."
        for name, text in zip(names, texts, strict=True)
        for batch in batches
        if (text, batch) not in found
    ]
    return measured(
        analyses,
        names,
        time_of,
        batches=batches,
        title=f"Time per batch, measured on {place}, {short}",
        basis=[f"Measured on {place}: {shown_path or path}.", *missing],
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
        why = f"host-bound: a call takes the host {short_seconds(found.host)}"
    elif found.null and found.launches:
        share = found.null * found.launches / found.median
        if share > 0.5:
            why = f"launch-bound: {found.launches} launches of {short_seconds(found.null)}"
    if found.verdict:
        why = f"{why}; {found.verdict} samples" if why else f"{found.verdict} samples"
    return Time(name, batch, found.median, low, high, why, found)


def _why(found: NetPrediction) -> str:
    """Return what most of a predicted time goes to, with the numbers."""
    running = [one for one in found.layers.values() if one.seconds > 0]
    kernels = f"{len(running)} kernel{'s' * (len(running) != 1)}"
    if found.host > found.device:
        return (
            f"host-bound: launching {kernels} takes {short_seconds(found.host)}, the device "
            f"{short_seconds(found.device)}"
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
