"""What each layer keeps for its backward pass, by the layer's word, as torch's operators do.

Measured with ``torch.autograd.graph.saved_tensors_hooks`` (torch 2.13) on the modules that layers
build, in training. The operators are torch's own, one by one: attention and recurrence are not
fused, and dropout keeps its choice in the net's number format. Where a layer wants another order
of axes in memory than its input has, it keeps a copy; so the order is followed too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ...arithmetic.dims import Shape, ceil_div, product, smaller
from ...layers.base import Facts, Layer, channels, hwc, spatial
from ...layers.sliding import certainly, plain
from ...layers.window import Window

FIRST, LAST, STEPS = "channels first", "channels last", "steps before the batch"
_INDEX = 8  # bytes of a place: int64


class Undecided(Exception):
    """What is kept depends on a size that is still a symbol."""


@dataclass(eq=False, slots=True)  # not frozen: hundreds are made for a net
class Memory:
    """What tensors lie in: values per sample, or per batch where they are kept ``once``.

    Two tensors share memory where it is the same object. ``each`` is the bytes of a value; None
    stands for those of the net's number format.
    """

    values: Any
    each: int | None = None
    once: bool = False

    def size(self, batch: int, bytes_per_value: int) -> Any:
        """Return the bytes for a batch."""
        each = bytes_per_value if self.each is None else self.each
        return self.values * (each if self.once else each * batch)


@dataclass(slots=True)
class Tensor:
    """A tensor: its shape, its memory, the order of its axes there, and whether it has a gradient.

    ``cut`` says for each spatial axis whether the memory holds more positions than the tensor.
    """

    shape: Shape
    memory: Memory
    order: str
    learns: bool = False
    cut: tuple[bool, ...] = ()

    @classmethod
    def new(cls, shape: Shape, order: str = "", learns: bool = False) -> Tensor:
        """Return a tensor in memory of its own, contiguous unless an order is given."""
        return cls(shape, Memory(product(hwc(shape))), order or natural(shape), learns)

    @property
    def thin(self) -> bool:
        """Whether there is one channel or one position, and so one order only."""
        positions = spatial(self.shape)
        return certainly(channels(self.shape) == 1) or all(certainly(n == 1) for n in positions)

    def rows(self, batch: int) -> bool:
        """Tell whether a matrix of positions x channels can lie in the same memory."""
        if not spatial(self.shape):
            return True
        if batch == 1:
            return not any(self.cut[1:])
        return not any(self.cut) and (self.order == LAST or self.thin)

    def row(self, batch: int) -> bool:
        """Tell whether a vector per sample can lie in the same memory."""
        if len(self.shape) == 2:
            in_order = self.order == LAST or (self.order == STEPS and batch == 1)
            return in_order or (self.thin and self.order != STEPS)
        return len(self.shape) == 1 or (not any(self.cut) and (self.order == FIRST or self.thin))


class Call(NamedTuple):
    """A layer with what it reads and makes."""

    layer: Any
    facts: Facts
    inputs: tuple[Tensor, ...]
    output: Tensor
    batch: int

    @property
    def x(self) -> Tensor:
        """The first input."""
        return self.inputs[0]


Keeps = Callable[[Call], list[Memory]]
Makes = Callable[[Layer, Facts, tuple[Tensor, ...], int], Tensor]


def natural(shape: Shape) -> str:
    """Return the order of a contiguous tensor of this shape."""
    return FIRST if len(shape) > 2 else LAST


# What layers make: the memory and the order of the output


def _order(order: str) -> Makes:
    """Return a tensor in new memory in this order; contiguous where none is given."""
    return lambda layer, facts, inputs, batch: Tensor.new(facts.output, order)


def _same(layer: Layer, facts: Facts, inputs: tuple[Tensor, ...], batch: int) -> Tensor:
    """Return a tensor in new memory, in the order of the first input that is as large."""
    full = inputs if len(inputs) == 1 else [x for x in inputs if x.shape == facts.output]
    order = full[0].order if full else ""
    return Tensor.new(facts.output, LAST if batch == 1 and order == STEPS else order)


def _joined(layer: Layer, facts: Facts, inputs: tuple[Tensor, ...], batch: int) -> Tensor:
    if len(facts.output) > 2 and all(x.order == LAST for x in inputs):
        return Tensor.new(facts.output, LAST)
    return Tensor.new(facts.output)


def _sequence_first(layer: Layer, facts: Facts, inputs: tuple[Tensor, ...], batch: int) -> Tensor:
    return Tensor.new(facts.output, inputs[0].order if len(facts.output) > 2 else FIRST)


def _padded_channels(layer: Layer, facts: Facts, inputs: tuple[Tensor, ...], batch: int) -> Tensor:
    (x,) = inputs
    sequence, more = len(x.shape) == 2, not certainly(channels(x.shape) == channels(facts.output))
    return Tensor.new(facts.output, LAST if sequence and more else x.order)


def _bordered(layer: Layer, facts: Facts, inputs: tuple[Tensor, ...], batch: int) -> Tensor:
    (x,) = inputs
    return Tensor.new(facts.output, LAST if len(x.shape) == 2 else x.order)


def _pool_order(x: Tensor, volumes: bool) -> str:
    """Return the order after pooling; ``volumes`` tells whether 3D pooling keeps channels last."""
    return FIRST if x.order == STEPS or (len(x.shape) > 3 and not volumes) else x.order


def _pooled(volumes: bool) -> Makes:
    """Return a part of what torch pools where it cannot tell the padding from the input."""

    def makes(layer: Any, facts: Facts, inputs: tuple[Tensor, ...], batch: int) -> Tensor:
        (x,) = inputs
        padded = len(x.shape) == 2 and _pads_itself(facts.windows, spatial(x.shape))
        y = Tensor.new(facts.output, FIRST if padded else _pool_order(x, volumes))
        whole = _pooled_sizes(layer, facts)
        return _part(y, whole) if whole is not None else y

    return makes


def _adaptive(layer: Layer, facts: Facts, inputs: tuple[Tensor, ...], batch: int) -> Tensor:
    return Tensor.new(facts.output, _pool_order(inputs[0], False))


def _subsampled(layer: Layer, facts: Facts, inputs: tuple[Tensor, ...], batch: int) -> Tensor:
    (x,) = inputs
    padded = len(x.shape) == 2 and _pads_itself(_all_taps(facts), spatial(x.shape))
    return Tensor.new(facts.output, FIRST if padded else _pool_order(x, False))


def _transposed(layer: Any, facts: Facts, inputs: tuple[Tensor, ...], batch: int) -> Tensor:
    """Return a part of the output without padding where torch cannot cut unevenly."""
    y = Tensor.new(facts.output, FIRST)
    if not _uneven(facts.windows):
        return y
    windows: Any = facts.windows
    whole = zip(windows, spatial(facts.inputs[0]), strict=True)
    return _part(y, tuple(replace(w, before=0, after=0).output(n) for w, n in whole))


def _part(y: Tensor, whole: Shape) -> Tensor:
    """Return a tensor that is cut out of one with these spatial sizes."""
    cut = tuple(not certainly(n == m) for n, m in zip(spatial(y.shape), whole, strict=True))
    memory = Memory(product((*whole, channels(y.shape))))
    return replace(y, memory=memory, cut=cut)


def _flattened(layer: Layer, facts: Facts, inputs: tuple[Tensor, ...], batch: int) -> Tensor:
    (x,) = inputs
    if x.row(batch):
        return Tensor(facts.output, x.memory, LAST)
    return Tensor.new(facts.output)


def _tokens(layer: Layer, facts: Facts, inputs: tuple[Tensor, ...], batch: int) -> Tensor:
    (x,) = inputs
    if any(x.cut[1:]):
        return Tensor.new(facts.output, FIRST)
    return Tensor(facts.output, x.memory, x.order, cut=(any(x.cut),))


def _class_token(layer: Any, facts: Facts, inputs: tuple[Tensor, ...], batch: int) -> Tensor:
    if layer.do == "add":
        return Tensor.new(facts.output)
    return Tensor(facts.output, inputs[0].memory, LAST)


def _cropped(layer: Layer, facts: Facts, inputs: tuple[Tensor, ...], batch: int) -> Tensor:
    (x,) = inputs
    sizes = zip(spatial(x.shape), spatial(facts.output), strict=True)
    before = x.cut or (False,) * len(spatial(x.shape))
    cut = tuple(b or not certainly(n == m) for b, (n, m) in zip(before, sizes, strict=True))
    return Tensor(facts.output, x.memory, x.order, cut=cut)


def _dropped(layer: Any, facts: Facts, inputs: tuple[Tensor, ...], batch: int) -> Tensor:
    (x,) = inputs
    return x if _probability(layer) == 0 else Tensor.new(facts.output, x.order)


# What layers keep


def nothing(call: Call) -> list[Memory]:
    """Keep nothing: moving and adding values need none of them."""
    return []


def the_input(call: Call) -> list[Memory]:
    """Keep what was read."""
    return [call.x.memory]


def the_output(call: Call) -> list[Memory]:
    """Keep what was made."""
    return [call.output.memory]


def as_rows(call: Call) -> list[Memory]:
    """Keep the input as a matrix of positions x channels."""
    return [call.x.memory if call.x.rows(call.batch) else _like(call.x)]


def as_row(call: Call) -> list[Memory]:
    """Keep the input as a vector."""
    return [call.x.memory if call.x.row(call.batch) else _like(call.x)]


def _like(x: Tensor) -> Memory:
    return Memory(product(hwc(x.shape)))


def _softsign(call: Call) -> list[Memory]:
    """Keep the input and 1 + |x|."""
    return [call.x.memory, _like(call.x)]


def _probability(layer: Any) -> float:
    return float(layer.probability)


def _dropout(call: Call) -> list[Memory]:
    """Keep a factor per value; a single zero where everything is dropped."""
    probability = _probability(call.layer)
    if probability in (0, 1):
        return [Memory(1, once=True)] if probability else []
    return [_like(call.x)]


def _convolution(call: Call) -> list[Memory]:
    """Keep the input, padded where torch cannot pad unevenly itself."""
    if call.layer.table is not None:
        return _by_table(call)
    return [_padded(call.x, call.facts.windows)]


def _depthwise(call: Call) -> list[Memory]:
    return [_padded(call.x, call.facts.windows)]


def _by_table(call: Call) -> list[Memory]:
    """Keep for each filter the maps that it sees, and which they are."""
    count, *_ = call.facts.weights["weight"]
    windows: Any = call.facts.windows
    sizes = [w.padded(n) for w, n in zip(windows, spatial(call.x.shape), strict=True)]
    places = [Memory(count, _INDEX, once=True)] if call.x.learns else []
    return [Memory(product((*sizes, count))), *places]


def _padded(x: Tensor, windows: Any, *, always: bool = False) -> Memory:
    """Return the input's memory, or a padded copy of it."""
    if not always and not _uneven(windows):
        return x.memory
    sizes = [w.padded(n) for w, n in zip(windows, spatial(x.shape), strict=True)]
    return Memory(product((*sizes, channels(x.shape))))


def _uneven(windows: Any) -> bool:
    """Tell whether some axis is padded differently at its ends."""
    ends = [(w.before, w.before if w.after is None else w.after) for w in windows]
    if all(one is other or certainly(one == other) for one, other in ends):
        return False
    if any(plain(one, other) and one != other for one, other in ends):
        return True
    raise Undecided("whether the padding is the same at both ends depends on a symbol")


def _pads_itself(windows: Any, sizes: Shape) -> bool:
    """Tell whether padding has to come before the pooling, because torch's own cannot do it."""
    pairs = zip(windows, sizes, strict=True)
    refused = any(certainly(2 * w.before > w.kernel) or certainly(w.kernel > n) for w, n in pairs)
    return refused or _uneven(windows)


def _pooled_sizes(layer: Any, facts: Facts) -> Shape | None:
    """Return the sizes of torch's output where a part of it is the layer's."""
    windows: Any = facts.windows
    sizes = spatial(facts.inputs[0])
    if not layer.ceil or not _pads_itself(windows, sizes):
        return None
    found = []
    for w, n in zip(windows, sizes, strict=True):
        last = ceil_div(w.padded(n) - w.span, w.stride) + 1
        found.append(smaller(last, ceil_div(w.padded(n), w.stride)))
    return tuple(found)


def _pool(call: Call) -> list[Memory]:
    windows: Any = call.facts.windows
    return [_padded(call.x, windows, always=_pads_itself(windows, spatial(call.x.shape)))]


def _max_pool(call: Call) -> list[Memory]:
    """Keep the input and where each maximum was."""
    return [*_pool(call), Memory(call.output.memory.values, _INDEX)]


def _adaptive_max_pool(call: Call) -> list[Memory]:
    return [call.x.memory, Memory(call.output.memory.values, _INDEX)]


def _adaptive_mean(call: Call) -> list[Memory]:
    """Keep the input; a mean over all positions keeps nothing."""
    return [] if all(certainly(n == 1) for n in spatial(call.output.shape)) else [call.x.memory]


def _subsample(call: Call) -> list[Memory]:
    """Keep the sums that meet the coefficients, and what the pooling keeps."""
    sums = [_like(call.output)]
    if not call.x.learns:
        return sums
    full = _all_taps(call.facts)
    return [*sums, _padded(call.x, full, always=_pads_itself(full, spatial(call.x.shape)))]


def _all_taps(facts: Facts) -> list[Window]:
    """Return windows that are padded up to the end of the last one."""
    windows: Any = facts.windows
    sizes, made = spatial(facts.inputs[0]), spatial(facts.output)
    return [
        replace(w, after=(out - 1) * w.stride - w.before + w.span - n, ceil=False, same=False)
        for w, n, out in zip(windows, sizes, made, strict=True)
    ]


def _batch_norm(call: Call) -> list[Memory]:
    """Keep the input, and the mean and deviation of each channel over the batch."""
    return [call.x.memory, Memory(2 * channels(call.x.shape), once=True)]


def _layer_norm(call: Call) -> list[Memory]:
    """Keep the input, and the mean and deviation of each position."""
    return [call.x.memory, Memory(2 * product(spatial(call.x.shape)))]


def _group_norm(call: Call) -> list[Memory]:
    """Keep the input, contiguous, and the mean and deviation of each group."""
    x = call.x
    contiguous = not spatial(x.shape) or (
        (x.order == FIRST or (x.thin and x.order != STEPS)) and not any(x.cut)
    )
    return [x.memory if contiguous else _like(x), Memory(2 * call.layer.groups)]


def _rms_norm(call: Call) -> list[Memory]:
    """Keep the normalized values; the input and its scales where it learns."""
    scaled = [call.x.memory, Memory(product(spatial(call.x.shape)))] if call.x.learns else []
    return [_like(call.x), *scaled]


def _local_response_norm(call: Call) -> list[Memory]:
    """Keep the input, the squares padded along the channels, their means, and these' powers."""
    positions, depth = spatial(call.x.shape), channels(call.x.shape)
    squares = Memory(product(positions) * (depth + call.layer.window - 1))
    return [call.x.memory, squares, _like(call.x), _like(call.x)]


def _multiply(call: Call) -> list[Memory]:
    """Keep the factors of all that learns; of several, what came out so far is a factor."""
    so_far, *others = call.inputs
    found = []
    for other in others:
        found += [other.memory] if so_far.learns else []
        found += [so_far.memory] if other.learns else []
        shape = call.layer.output(so_far.shape, other.shape)
        so_far = Tensor.new(shape, learns=so_far.learns or other.learns)
    return found


def _attention(call: Call) -> list[Memory]:
    """Keep the input, scaled queries and keys, scores after softmax, values, what they gather.

    The values of one head, or of one sample, are a part of the projected queries, keys and values.
    """
    (length, width), layer = call.x.shape, call.layer
    grouped = "q_proj.weight" in call.facts.weights
    kept = as_rows(call)
    if grouped and kept[0] is not call.x.memory:  # each projection makes its own copy
        kept += [_like(call.x), _like(call.x)]
    shared = not grouped and (call.batch == 1 or certainly(layer.heads == 1))
    values = product((length, 3 * width if shared else width))
    scores = product((layer.heads, length, length))
    return [*kept, Memory(3 * product((length, width))), Memory(scores), Memory(values)]


def _window_attention(call: Call) -> list[Memory]:
    """Keep for all windows what attention keeps; once the places of the biases, and the mask."""
    layer, windows, width = call.layer, call.facts.windows, channels(call.x.shape)
    count = product(ceil_div(n, layer.window) for n in spatial(call.x.shape))
    positions = layer.window * layer.window
    values = count * product((positions, width))
    scores = product((positions, positions))
    kept = [Memory(5 * values), Memory(count * layer.heads * scores)]
    kept += [Memory(scores, _INDEX, once=True)]
    shifts = [w.offset for w in windows]  # type: ignore[union-attr]
    if not all(plain(shift) for shift in shifts):
        raise Undecided("whether windows are shifted depends on a symbol")
    return [*kept, Memory(count * scores, 1, once=True)] if any(shifts) else kept


def _recurrence(start: int, per_step: int) -> Keeps:
    """Keep the input and so many values per hidden value: at the start and for each step.

    Between two layers the outputs of the lower one are put together.
    """

    def keeps(call: Call) -> list[Memory]:
        layer, length = call.layer, call.x.shape[0]
        states = layer.hidden * (2 if layer.bidirectional else 1)
        inside = layer.layers * (start + per_step * length) + (layer.layers - 1) * length
        return [call.x.memory, Memory(states * inside)]

    return keeps


@dataclass(frozen=True)
class Rule:
    """What a layer keeps where a gradient is needed, and how its output lies in memory."""

    keeps: Keeps
    makes: Makes = _same


def _each(words: str, rule: Rule) -> dict[str, Rule]:
    return dict.fromkeys(words.split(), rule)


_FIRST, _LAST, _CONTIGUOUS = _order(FIRST), _order(LAST), _order("")

RULES: dict[str, Rule] = {
    **_each("relu sigmoid tanh", Rule(the_output)),
    **_each("relu6 leakyrelu elu selu celu gelu silu mish hardsigmoid hardswish", Rule(the_input)),
    **_each("hardtanh softplus prelu glu layerscale", Rule(the_input)),
    **_each("softmax logsoftmax", Rule(the_output, _CONTIGUOUS)),
    "softsign": Rule(_softsign),
    "dropout": Rule(_dropout, _dropped),
    "conv": Rule(_convolution, _FIRST),
    "dwconv": Rule(_depthwise, _FIRST),
    "deconv": Rule(the_input, _transposed),
    "fc": Rule(as_row, _LAST),
    **_each("linear unembed", Rule(as_rows, _LAST)),
    "rbf": Rule(the_input, _LAST),
    "embedding": Rule(the_input, _LAST),
    "maxpool": Rule(_max_pool, _pooled(volumes=True)),
    "avgpool": Rule(_pool, _pooled(volumes=False)),
    "subsample": Rule(_subsample, _subsampled),
    "adaptivemaxpool": Rule(_adaptive_max_pool, _adaptive),
    "adaptiveavgpool": Rule(_adaptive_mean, _adaptive),
    "gap": Rule(nothing, _CONTIGUOUS),
    "bn": Rule(_batch_norm),
    "ln": Rule(_layer_norm, _LAST),
    "gn": Rule(_group_norm, _FIRST),
    "rmsnorm": Rule(_rms_norm, _LAST),
    "lrn": Rule(_local_response_norm),
    **_each("add posembed pixelunshuffle", Rule(nothing)),
    **_each("shuffle pixelshuffle", Rule(nothing, _FIRST)),
    "padchannels": Rule(nothing, _padded_channels),
    "zeropad": Rule(nothing, _bordered),
    "concat": Rule(nothing, _joined),
    "upsample": Rule(nothing, _sequence_first),
    "mul": Rule(_multiply),
    "flatten": Rule(nothing, _flattened),
    "tokens": Rule(nothing, _tokens),
    "cls": Rule(nothing, _class_token),
    "crop": Rule(nothing, _cropped),
    "attn": Rule(_attention, _LAST),
    "winattn": Rule(_window_attention, _FIRST),
    "rnn": Rule(_recurrence(1, 1), _order(STEPS)),
    "lstm": Rule(_recurrence(0, 7), _order(STEPS)),
    "gru": Rule(_recurrence(0, 7), _order(STEPS)),
}
