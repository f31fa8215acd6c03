"""Slips about the receptive field: F01 to F07, each a walk of its own with one rule changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from ...layers.base import View
from ...layers.window import Window
from ...quantities.receptive_field import WHOLE, states
from ..measures import Place
from .base import Example, FieldSlip, SizeSlip, Slip
from .shape import POOLS, SLIDING

R6 = "32x32x3 | conv 5x5x8 | maxpool 2x2 s2 | conv 3x3x8 | maxpool 2x2 s2"

State = tuple[int, int]  # size and jump, of the first axis
Step = Callable[[State, Window, str], State]
Join = Callable[[list[tuple[State, bool]]], State]


def _plain(state: State, window: Window, word: str) -> State:
    size, jump = state
    return size + (window.span - 1) * jump, jump * window.stride


def _no_strides(state: State, window: Window, word: str) -> State:
    return state[0] + window.span - 1, 1


def _own_stride_first(state: State, window: Window, word: str) -> State:
    jump = state[1] * window.stride
    return state[0] + (window.span - 1) * jump, jump


def _product(state: State, window: Window, word: str) -> State:
    return state[0] * window.span, 1


def _no_pools(state: State, window: Window, word: str) -> State:
    return state if word in POOLS else _plain(state, window, word)


def _no_dilation(state: State, window: Window, word: str) -> State:
    return state[0] + (window.kernel - 1) * state[1], state[1] * window.stride


def _undilated(window: Window, n: int, place: Place) -> int | None:
    if window.dilation == 1 or window.same:
        return None
    return int(replace(window, dilation=1).output(n))


def _widest(paths: list[tuple[State, bool]]) -> State:
    return max(size for (size, _), _ in paths), paths[0][0][1]


def _summed(paths: list[tuple[State, bool]]) -> State:
    return sum(size for (size, _), _ in paths), paths[0][0][1]


def _summed_without_pools(paths: list[tuple[State, bool]]) -> State:
    kept = [path for path in paths if not path[1]]
    return _summed(kept or paths)


def _walk(place: Place, step: Step, join: Join = _widest) -> int | None:
    """Return the size that comes out, None where a layer has no sliding window."""
    analysis = place.analysis
    reached: dict[str, tuple[State, bool]] = {
        name: ((1, 1), False) for name in analysis.graph.inputs
    }
    for position in range(place.position + 1):
        node, facts = analysis.nodes[position], analysis.facts[position]
        if any(name not in reached for name in node.inputs):
            continue
        pools = node.layer.word in POOLS
        if len(node.inputs) > 1:
            state = join([reached[name] for name in node.inputs])
            reached[node.name] = (state, False)
            continue
        state, pooled = reached[node.inputs[0]]
        if facts.windows is View.POINTWISE:
            reached[node.name] = (state, pooled)
        elif isinstance(facts.windows, tuple) and isinstance(facts.windows[0], Window):
            window = facts.windows[0]
            reached[node.name] = (step(state, window, node.layer.word), pooled or pools)
    found = reached.get(analysis.nodes[place.position].name)
    return None if found is None else found[0][0]


def _walks(*ways: tuple[Step, Join]) -> Callable[[Place], Iterable[int]]:
    def walks(place: Place) -> Iterable[int]:
        for step, join in ways:
            size = _walk(place, step, join)
            if size is not None:
                yield size

    return walks


def _one(place: Place) -> Iterable[int]:
    if states(place.analysis)[place.position] is WHOLE:
        yield 1


def scale(place: Place) -> Any:
    """Return the step between neighbours in front of a layer: what its window is multiplied by."""
    analysis = place.analysis
    jump = 1
    before = place.before
    if before is not None:
        state = states(analysis)[before.position]
        jump = state[0].jump if isinstance(state, tuple) else 1
    return jump


SLIPS: tuple[Slip, ...] = (
    FieldSlip(
        "F01",
        "strides ignored",
        "1 + sum(k - 1)",
        "After the first stride, one step is more than one input pixel: multiply by the strides "
        "before the layer.",
        walk=_walks((_no_strides, _widest)),
        examples=(Example(R6, "receptive_field", "9"),),
    ),
    FieldSlip(
        "F02",
        "own stride included",
        "jump updated first",
        "Use the strides of the layers before this one, not its own.",
        walk=_walks((_own_stride_first, _widest)),
        examples=(Example(R6, "receptive_field", "15"),),
    ),
    FieldSlip(
        "F03",
        "kernels multiplied",
        "product of k",
        "Sizes add up (times the jump), they do not multiply.",
        walk=_walks((_product, _widest)),
        examples=(Example(R6, "receptive_field", "60"),),
    ),
    FieldSlip(
        "F04",
        "pooling skipped",
        "convolutions only",
        "Pooling windows widen the view too, and their strides count.",
        walk=_walks((_no_pools, _widest)),
        examples=(Example(R6, "receptive_field", "7"),),
    ),
    FieldSlip(
        "F05",
        "dilation ignored",
        "k instead of d(k - 1) + 1",
        "Use d*(k-1)+1 for a dilated window.",
        walk=_walks((_no_dilation, _widest)),
        examples=(Example("32x32x3 | conv 3x3x8 d2 | conv 3x3x8", "receptive_field", "5"),),
    ),
    SizeSlip(
        "F05",
        "dilation ignored",
        "k instead of d(k - 1) + 1",
        "Use d*(k-1)+1 for a dilated window: {span}.",
        size=_undilated,
        words=SLIDING,
        examples=(Example("65x65x8 | conv 3x3x8 dilation 4 pad 4", "size", "71"),),
    ),
    FieldSlip(
        "F06",
        "branches summed",
        "k1 + k2 + k3",
        "Branches run side by side: take the widest ({right}).",
        walk=_walks((_plain, _summed), (_plain, _summed_without_pools)),
        examples=(Example("28x28x192 | inception 64x96x128x16x32x32", "receptive_field", "9"),),
    ),
    FieldSlip(
        "F07",
        "fully connected or global layer sees 1",
        "1",
        "A fully connected layer or global pooling sees the whole map: {right}.",
        walk=_one,
        examples=(Example("zoo:vgg16", "receptive_field", "1", of="fc6"),),
    ),
)
