"""What is to be timed of a net: its layers, equal ones once, and the net as a whole."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from ..analysis import Analysis
from ..notation.format import layer_text
from .ranks import median
from .stopwatch import DoesNotFit, Stopwatch
from .task import Piece, Rules, Task, layer_piece, net_piece

LARGEST_BATCH = 2**16
ABOVE_FLOOR = 10
NO_WORK = "a view: nothing is computed"


@dataclass(frozen=True)
class Row:
    """A layer of the net, or the whole: what is timed for it, or why nothing is.

    ``refused`` tells a refusal from a layer that does no work.
    """

    name: str
    what: str
    macs: int | None
    piece: Piece | None
    reason: str = ""
    refused: bool = False


@dataclass(frozen=True)
class Plan:
    """The rows of one net; ``whole`` is None where only layers are wanted."""

    name: str
    analysis: Analysis
    rows: tuple[Row, ...]
    whole: Row | None

    @property
    def all_rows(self) -> tuple[Row, ...]:
        """The layers, then the whole net."""
        return (*self.rows, self.whole) if self.whole else self.rows

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """What is timed, each once."""
        return tuple(dict.fromkeys(row.piece for row in self.all_rows if row.piece))


@dataclass(frozen=True)
class Conditions:
    """How pieces are run; the cache is one thing for layers and may be another for nets."""

    dtype: str = "fp32"
    direction: str = "forward"
    layer_cache: str = "warm"
    net_cache: str = "warm"
    compiled: bool = False

    def task(self, piece: Piece, batch: int) -> Task:
        """Return a piece under these conditions."""
        cache = self.net_cache if piece.whole else self.layer_cache
        return Task(piece, batch, self.dtype, self.direction, cache, self.compiled)


def planned(analysis: Analysis, name: str, *, training: bool = False, parts: str = "all") -> Plan:
    """Return what is timed of a net; ``parts`` is ``all``, ``layers`` or ``whole``.

    Every layer is first held against torch on the meta device; what differs is refused.
    """
    from ..oracles.subject import Subject
    from .equality import idle, refusals

    subject = Subject(analysis)
    refused = refusals(subject)
    return rows(analysis, name, refused, idle(subject, training=training), parts)


def rows(
    analysis: Analysis,
    name: str,
    refused: Mapping[str, str],
    asleep: Collection[str] = (),
    parts: str = "all",
) -> Plan:
    """Return the rows of a net whose refusals, by layer, and layers without work are known."""
    found = []
    for node, facts in zip(analysis.nodes, analysis.facts, strict=True):
        made = layer_piece(node, facts)
        reason = refused.get(node.name, "")
        note = reason or (NO_WORK if node.name in asleep else "")
        what = layer_text(node.layer, full=False)
        piece = None if note else made
        found.append(Row(node.name, what, made.macs, piece, note, bool(reason)))
    whole = None
    if parts != "layers":
        working = sum(row.piece is not None for row in found)
        net = net_piece(analysis, name, working)
        reason = refused.get("", "")
        whole = Row("whole net", "", net.macs, None if reason else net, reason, bool(reason))
    return Plan(name, analysis, () if parts == "whole" else tuple(found), whole)


def automatic(
    plans: Sequence[Plan],
    stopwatch: Stopwatch,
    conditions: Conditions,
    rules: Rules,
    *,
    tell: Callable[[str], None] = lambda title: None,
) -> int:
    """Return the smallest power of two whose time is above ten times the launch floor.

    The floor of a net is an empty launch for each of its layers that does any work. Of several
    nets the largest batch is taken, so that they can be compared; where one no longer fits into
    memory, the largest that does.
    """
    null = median(stopwatch.null())
    found, fitting = 1, LARGEST_BATCH
    for piece in filter(None, map(_representative, plans)):
        batch = 1
        while batch < LARGEST_BATCH:
            tell(f"{piece.name}, trying batch {batch}")
            try:
                seconds = _glance(stopwatch, conditions.task(piece, batch))
            except DoesNotFit:
                fitting = min(fitting, max(batch // 2, 1))
                break
            except Exception:  # the schedule will say what is wrong with it
                break
            if seconds > ABOVE_FLOOR * null * piece.launches:
                break
            batch *= 2
        found = max(found, batch)
    return min(found, fitting)


def _representative(plan: Plan) -> Piece | None:
    """Return the whole net, or its most costly layer where the whole is not timed."""
    if plan.whole and plan.whole.piece:
        return plan.whole.piece
    return max(plan.pieces, key=lambda piece: piece.macs or 0, default=None)


def _glance(stopwatch: Stopwatch, task: Task) -> float:
    prepared = stopwatch.prepare(task)
    try:
        prepared.samples(1)
        return median(prepared.samples(3))
    finally:
        prepared.close()
