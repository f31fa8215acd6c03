"""Predicted times beside the counts of a sweep, one column each for the time and its range."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import UsageError
from ..latency import Profile, predict_net
from ..sweeping import TIMES, Added, Sweep
from .sources import MODES, basis_of

MOST_VARIANTS = 20_000
_TITLES = ("predicted time", "from", "to")
EVERY = 50  # variants between two words of progress


def timed(
    sweep: Sweep,
    profile: Profile,
    *,
    mode: str = "graph",
    watch: Callable[[str], object] | None = None,
) -> Sweep:
    """Return a sweep with the predicted seconds per batch of every variant, and their range.

    Times are worked out net by net, as counts are not; ``watch`` hears of every 50th. A variant
    without a prediction has no number there. Errors: :class:`UsageError` (E50) for over 20,000
    variants, (E61) for a mode that there is not.
    """
    import numpy

    rows = sweep.valid.tolist()
    if len(rows) > MOST_VARIANTS:
        raise UsageError(
            "E50",
            f"{len(rows):,} variants are too many to predict times of (limit {MOST_VARIANTS:,})",
            "take larger steps, or leave --device out",
        )
    columns = [numpy.full(len(sweep.refused), numpy.nan) for _ in TIMES]
    labels: dict[str, None] = {}
    unknown: dict[str, None] = {}
    for done, row in enumerate(rows):
        found = predict_net(sweep.analysis(row), profile, mode=mode)
        unknown |= dict.fromkeys(found.unknown.values())
        if not found.unknown and found.seconds > 0:
            labels |= dict.fromkeys(found.labels)
            for column, seconds in zip(
                columns, (found.seconds, found.low, found.high), strict=True
            ):
                column[row] = seconds
        if watch is not None and done % EVERY == 0:
            watch(f"{done:,} of {len(rows):,} times")
    dtype = sweep.settings.dtype
    basis = [
        basis_of(profile, labels),
        f"Times are per batch, {dtype}, {MODES[mode]}; where ranges overlap, the order may differ.",
    ]
    basis += [f"No prediction for some: {why}." for why in list(unknown)[:4]]
    added = [
        Added(key, title, "seconds", values)
        for key, title, values in zip(TIMES, _TITLES, columns, strict=True)
    ]
    return sweep.with_columns(added, basis)
