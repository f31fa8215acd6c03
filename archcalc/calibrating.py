"""From a store of measured layers to a device profile: what the model's numbers are here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from .analysis import Settings, walk
from .errors import ArchcalcError, UsageError
from .expansion import expand
from .latency import Profile, Work, calibrated, works
from .latency.profile import Figure
from .notation.parser import parse
from .table import Block, Cell, Column, Page, Table, Text
from .timing import Measurement, Times
from .timing.task import DTYPES

HEADROOM = 1.1  # a ceiling above the fastest layer that was seen


def layers_of(times: Times) -> Iterator[tuple[Measurement, Work]]:
    """Return the measured single layers with what they ask of a device; the last of each."""
    last = {one.key: one for one in times.measurements}
    for key, made in last.items():
        usable = made.about.get("parses", True) and not made.about.get("whole", False)
        if not usable or key.direction != "forward" or key.compiled or made.verdict == "unusable":
            continue
        try:
            analysis = walk(expand(parse(key.text)), Settings(batch=key.batch))
        except ArchcalcError:
            continue
        dtype = DTYPES.get(key.dtype, key.dtype)
        found = [one for one in works(analysis, key.batch, dtype) if isinstance(one, Work)]
        if len(analysis.nodes) == 1 and found:
            yield made, found[0]


def calibrate(times: Times, base: Profile | None = None, name: str = "") -> Profile:
    """Return the profile that a store's layers say.

    Without a ``base`` the ceilings are what the fastest layers reached: they are measured, not
    quoted. Errors: :class:`UsageError` (E33) for a store without usable layers.
    """
    found = list(layers_of(times))
    if not found:
        raise UsageError(
            "E33",
            f"{times.path or 'the store'} holds no usable measurement of single layers",
            "archcalc calibrate --quick measures them",
        )
    header = times.runs[-1] if times.runs else {}
    title = str(dict(header.get("device") or {}).get("name", "this device"))[:80]
    profile = base or _bare(name or "here", title, found)
    if name:
        profile = replace(profile, name=name)
    uncertainty = [max(made.half / made.median, 1e-3) for made, _ in found]
    host = any(made.is_host_bound for made, _ in found) or header.get("stopwatch") == "cpu"
    return calibrated(
        profile,
        [work for _, work in found],
        [made.median for made, _ in found],
        source=f"measured by archcalc bench on {title}, {len(found)} layers",
        host_included=host,
        uncertainty=uncertainty,
    )


def _bare(name: str, title: str, found: Sequence[tuple[Measurement, Work]]) -> Profile:
    """Return a profile whose ceilings are what the fastest layers reached, and a little more."""
    source = f"the fastest of {len(found)} layers measured here, and 10% more"
    peaks: dict[str, Figure] = {}
    bandwidth = 0.0
    for made, work in found:
        flops = 2 * work.macs / made.median
        known = peaks.get(work.dtype)
        if flops and (known is None or flops * HEADROOM > known.value):
            peaks[work.dtype] = Figure(flops * HEADROOM, source)
        bandwidth = max(bandwidth, work.bytes / made.median)
    import os

    return Profile(
        name,
        title,
        peaks,
        Figure(bandwidth * HEADROOM, source),
        Figure(float(os.cpu_count() or 1), "processors that the system reports"),
        Figure(32e6, "assumed: a cache of 32 MB"),
        Figure(0.0, "not known"),
    )


def write_profile(profile: Profile, path: str) -> None:
    """Write a profile to a file; :class:`UsageError` (E33) where that cannot be."""
    from .latency import text_of

    try:
        Path(path).write_text(text_of(profile), encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError("E33", f"cannot write {path}: {error.strerror}") from None


def calibration_page(profile: Profile) -> Page:
    """Return what was fitted, with the error on layers held out."""
    columns = (
        Column("kind", "kind of layer", right=False),
        Column("dtype", "dtype", right=False),
        Column("n", "layers"),
        Column("mape", "held-out error"),
        Column("median", "median"),
        Column("p90", "nine of ten within"),
    )
    rows = tuple(
        (
            Cell(one.kind),
            Cell(one.dtype),
            Cell(str(one.fit.n)),
            *(Cell(f"{n:.1f}%") for n in (one.error.mape, one.error.median, one.error.p90)),
        )
        for one in profile.calibrations
    )
    blocks: list[Block] = [Table(columns, rows, f"{profile.name}: {profile.title}")]
    for source in dict.fromkeys(one.source for one in profile.calibrations):
        blocks.append(Text(source, "note"))

    def data() -> dict[str, object]:
        from . import __version__

        return {
            "schema": 1,
            "archcalc": __version__,
            "name": profile.name,
            "title": profile.title,
            "calibrations": [
                {"kind": one.kind, "dtype": one.dtype, "n": one.fit.n, "mape": one.error.mape}
                for one in profile.calibrations
            ],
        }

    return Page(tuple(blocks), data)
