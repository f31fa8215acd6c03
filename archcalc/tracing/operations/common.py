"""The table of handlers, and what handlers share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from ...layers import layer_type
from ...layers.base import Layer, View
from ..names import MAP, TOKENS, Axes, numbers, places, shape_of
from ..recorder import Call, Recorder
from ..traced import Traced, stated

Handler = Callable[[Recorder, Call], bool]
OPERATIONS: dict[str, Handler] = {}


def handles(*names: str) -> Callable[[Handler], Handler]:
    """Register a handler for functions of these plain names."""

    def register(handler: Handler) -> Handler:
        for name in names:
            OPERATIONS[name] = handler
        return handler

    return register


def made(word: str, **options: Any) -> Layer:
    """Return a layer by its word."""
    kind = layer_type(word)
    assert kind is not None
    return kind(**options)


def as_map(recorder: Recorder, tensor: Tensor, rank: int) -> bool:
    """Tell whether a tensor is a map of so many axes; lost axes get their meaning."""
    ref = recorder.refs.get(id(tensor))
    if ref is None or tensor.dim() != rank + 2 or tensor.shape[0] != 1:
        return False
    wanted = MAP[rank]
    if ref.axes == wanted:
        return True
    if rank == 1 and ref.axes == ("n", "d", "l"):
        return True
    if "?" in ref.axes or (rank == 1 and ref.axes == TOKENS and ref.node in recorder.inputs):
        recorder.relabel(tensor, wanted)
        return True
    return False


def logical(recorder: Recorder, tensor: Tensor) -> tuple[int, ...]:
    """Return a tensor's shape as its axes say, which may differ from that of its node."""
    return shape_of(tuple(tensor.shape), recorder.refs[id(tensor)].axes)


def one_or_all(sizes: tuple[int, ...]) -> Any:
    """Return one number where all are the same, else all of them."""
    return sizes[0] if len(set(sizes)) == 1 else sizes


def spread(value: Any, rank: int) -> tuple[int, ...]:
    """Return a number for each axis from one for all."""
    sizes = numbers(value)
    return sizes * rank if len(sizes) == 1 else sizes


def measured(
    recorder: Recorder,
    call: Call,
    sources: list[Tensor],
    facts: Any,
    learned: list[Any],
    windows: Any,
    word: str,
    axes: Axes = (),
) -> bool:
    """Record an operation with a layer's counts, on axes whose meaning was lost."""
    refs = [recorder.refs[id(one)] for one in sources]
    weights, shared, cost = recorder.learned(learned)
    axes = axes or ("?",) * call.out.dim()
    made_facts = stated(
        tuple(ref.shape for ref in refs),
        shape_of(tuple(call.out.shape), axes),
        weights=weights,
        shared_params=shared,
        macs=facts.macs + cost.macs,
        input_macs=facts.input_macs,
        bias_adds=facts.bias_adds,
        elementwise=facts.elementwise + cost.elementwise,
        windows=windows,
    )
    name = recorder.name(word, leaf=recorder.is_leaf())
    recorder.append(name, Traced(word, made_facts), refs, made_facts)
    recorder.place(call.out, name, made_facts.output, axes)
    return True


def same_shape(recorder: Recorder, call: Call, layer: Layer, x: Tensor) -> bool:
    """Record a layer of each value by itself."""
    ref = recorder.refs.get(id(x))
    if ref is None:
        return False
    return recorder.emit(layer, [x], call.out, ref.axes, shapes=(logical(recorder, x),))


def moved_only(recorder: Recorder, call: Call, x: Tensor, axes: Axes = ()) -> bool:
    """Record a view; it looks at the same places where only channels are left out."""
    ref = recorder.refs[id(x)]
    axes = axes or ("?",) * call.out.dim()
    output = shape_of(tuple(call.out.shape), axes)
    stays = axes == ref.axes and "?" not in axes
    stays = stays and all(x.shape[i] == call.out.shape[i] for i in places(axes))
    windows = View.POINTWISE if stays else View.SCATTERED
    facts = stated((ref.shape,), output, windows=windows, is_view=True)
    name = recorder.name(call.name, leaf=False)
    recorder.append(name, Traced(call.name, facts), [ref], facts)
    recorder.place(call.out, name, output, axes)
    return True
