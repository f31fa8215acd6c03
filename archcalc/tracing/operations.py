"""Torch functions as layers of the notation, one handler each.

A handler gets the call that ran and records it, or returns False: then the operation is recorded
by what it came down to, which is right in every count but has no word in the notation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..layers import layer_type
from ..layers.base import Layer, View, product
from ..layers.options import Pad
from ..layers.window import Window
from .names import (
    MAP,
    SHUFFLED,
    SPLIT,
    TOKENS,
    VECTOR,
    Axes,
    channel_axis,
    numbers,
    permuted,
    places,
    shape_of,
    viewed,
)
from .recorder import Call, Recorder, _flat, _tensors
from .traced import Traced, stated

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
    """Tell whether a tensor is a map with so many axes of places, giving lost axes their meaning."""
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
    return sizes[0] if len(set(sizes)) == 1 else sizes


def spread(value: Any, rank: int) -> tuple[int, ...]:
    sizes = numbers(value)
    return sizes * rank if len(sizes) == 1 else sizes


# Convolutions


@handles("conv1d", "conv2d", "conv3d")
def convolution(recorder: Recorder, call: Call) -> bool:
    x, weight, bias, stride, padding, dilation, groups = call.given(
        "input weight bias stride padding dilation groups", 1, 0, 1, 1
    )
    rank = weight.dim() - 2
    if not as_map(recorder, x, rank):
        return False
    kernel = tuple(weight.shape[2:])
    spacings = spread(dilation, rank)
    if padding == "same":  # torch's: one more at the end where the sum is odd
        total = [d * (k - 1) for d, k in zip(spacings, kernel, strict=True)]
        pads = tuple(Pad(n // 2, n - n // 2) if n % 2 else Pad(n // 2) for n in total)
    else:
        pads = tuple(Pad(n) for n in spread(0 if padding == "valid" else padding, rank))
    pads = (pads[0],) if len(set(pads)) == 1 else pads
    depth = x.shape[1]
    options: dict[str, Any] = {
        "kernel": kernel,
        "padding": pads,
        "stride": one_or_all(spread(stride, rank)),
        "dilation": one_or_all(spacings),
        "bias": bias is not None,
    }
    if groups == depth > 1 and rank < 3:
        layer = made("dwconv", mult=weight.shape[0] // depth, **options)
    else:
        layer = made("conv", channels=weight.shape[0], groups=groups, **options)
    shape = logical(recorder, x)
    return recorder.emit(layer, [x], call.out, MAP[rank], shapes=(shape,), learned=[weight, bias])


@handles("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def transposed(recorder: Recorder, call: Call) -> bool:
    x, weight, bias, stride, padding, extra, groups, dilation = call.given(
        "input weight bias stride padding output_padding groups dilation", 1, 0, 0, 1, 1
    )
    rank = weight.dim() - 2
    if not as_map(recorder, x, rank):
        return False
    pads = tuple(Pad(n) for n in spread(padding, rank))
    layer = made(
        "deconv",
        kernel=tuple(weight.shape[2:]),
        channels=weight.shape[1] * groups,
        padding=(pads[0],) if len(set(pads)) == 1 else pads,
        stride=one_or_all(spread(stride, rank)),
        outpad=one_or_all(spread(extra, rank)),
        dilation=one_or_all(spread(dilation, rank)),
        groups=groups,
        bias=bias is not None,
    )
    shape = logical(recorder, x)
    return recorder.emit(layer, [x], call.out, MAP[rank], shapes=(shape,), learned=[weight, bias])


# Linear


@handles("linear")
def linear(recorder: Recorder, call: Call) -> bool:
    x, weight, bias = call.given("input weight bias")
    ref = recorder.refs.get(id(x))
    if ref is None or id(weight) in recorder.refs:
        return False
    units, width = weight.shape
    axes = ref.axes
    has_bias = bias is not None
    if axes == VECTOR:
        layer = made("fc", units=units, bias=has_bias)
        return recorder.emit(layer, [x], call.out, VECTOR, learned=[weight, bias])
    layer = made("linear", units=units, bias=has_bias)
    positions = x.numel() // width
    if channel_axis(axes) == len(axes) - 1:
        shape = logical(recorder, x)
        return recorder.emit(layer, [x], call.out, axes, shapes=(shape,), learned=[weight, bias])
    facts = layer.facts((positions, width))
    return _measured(recorder, call, [x], facts, [weight, bias], View.POINTWISE, "linear")


def _measured(
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


# Attention


@handles("multi_head_attention_forward")
def attention(recorder: Recorder, call: Call) -> bool:
    query, key, value, width, heads = call.given("query key value embed_dim_to_check num_heads")
    words = (
        "query key value embed_dim_to_check num_heads in_proj_weight in_proj_bias bias_k bias_v "
        "add_zero_attn dropout_p out_proj_weight out_proj_bias"
    )
    (*_, in_weight, in_bias, bias_k, _, _, _, out_weight, out_bias) = call.given(words)
    out = _flat(call.out)[0]
    ref = recorder.refs.get(id(query))
    alike = all(recorder.refs.get(id(one)) == ref for one in (key, value))
    if ref is None or not alike or in_weight is None or bias_k is not None:
        return False
    if set(ref.axes) != {"n", "l", "d"}:
        return False
    layer = made("attn", heads=heads, bias=in_bias is not None)
    learned = [in_weight, in_bias, out_weight, out_bias]
    call.out = (out, *_flat(call.out)[1:]) if isinstance(call.out, tuple) else out
    if not recorder.emit(
        layer, [query], out, ref.axes, shapes=(logical(recorder, query),), learned=learned
    ):
        return False
    for extra in _flat(call.out)[1:]:
        if isinstance(extra, Tensor):
            recorder.part(
                extra, recorder.refs[id(out)].node, "weights", recorder.refs[id(out)].shape
            )
    return True


@handles("scaled_dot_product_attention")
def products(recorder: Recorder, call: Call) -> bool:
    query, key, value = call.given("query key value")
    if any(id(one) not in recorder.refs for one in (query, key, value)):
        return False
    *batch, length, width = query.shape
    seen = key.shape[-2]
    scores = product((*batch, length, seen))
    macs = scores * width + scores * value.shape[-1]
    sources = list({recorder.refs[id(t)]: t for t in (query, key, value)}.values())
    refs = [recorder.refs[id(one)] for one in sources]
    axes = ("?",) * call.out.dim()
    weights, shared, cost = recorder.learned([])
    facts = stated(
        tuple(ref.shape for ref in refs),
        shape_of(tuple(call.out.shape), axes),
        weights=weights,
        shared_params=shared,
        macs=macs + cost.macs,
        elementwise=6 * scores + cost.elementwise,
        windows=View.WHOLE if query.dim() == 4 and query.shape[0] == 1 else View.UNKNOWN,
    )
    name = recorder.name("attention", leaf=False)
    recorder.append(name, Traced("attention", facts), refs, facts)
    recorder.place(call.out, name, facts.output, axes)
    return True


# Recurrent


@handles("lstm", "gru", "rnn_tanh", "rnn_relu")
def recurrent(recorder: Recorder, call: Call) -> bool:
    if len(call.args) < 9 or not isinstance(call.args[2], tuple | list):
        return False  # a packed sequence
    x, _, flat, has_biases, layers, _, _, both, batch_first = call.args[:9]
    ref = recorder.refs.get(id(x))
    wanted = TOKENS if batch_first else ("l", "n", "d")
    if ref is None or x.dim() != 3:
        return False
    if ref.node in recorder.inputs and ref.axes != wanted and 1 in x.shape[:2]:
        recorder.relabel(x, wanted)
    hidden = flat[1].shape[1]
    if flat[0].shape[1] != x.shape[2] or _projects(flat, has_biases):
        return False
    word = {"lstm": "lstm", "gru": "gru"}.get(call.name, "rnn")
    options = {"hidden": hidden, "layers": layers, "bidirectional": both, "bias": has_biases}
    layer = made(word, **options)
    out, *states = _flat(call.out)
    shape = logical(recorder, x)
    if not recorder.emit(layer, [x], out, wanted, shapes=(shape,), learned=list(flat)):
        return False
    here = recorder.refs[id(out)]
    for state in states:
        recorder.part(state, here.node, "state", here.shape)
    return True


def _projects(flat: Any, has_biases: bool) -> bool:
    return len(flat) % (4 if has_biases else 2) != 0


# Pooling


@handles("max_pool1d", "max_pool2d", "max_pool3d")
def max_pool(recorder: Recorder, call: Call) -> bool:
    x, kernel, stride, padding, dilation, ceil = call.given(
        "input kernel_size stride padding dilation ceil_mode", 0, 1, False
    )
    return _pool(recorder, call, x, kernel, stride, padding, ceil, "maxpool", dilation=dilation)


@handles("avg_pool1d", "avg_pool2d", "avg_pool3d")
def avg_pool(recorder: Recorder, call: Call) -> bool:
    x, kernel, stride, padding, ceil = call.given(
        "input kernel_size stride padding ceil_mode", 0, False
    )
    return _pool(recorder, call, x, kernel, stride, padding, ceil, "avgpool")


def _pool(
    recorder: Recorder,
    call: Call,
    x: Tensor,
    kernel: Any,
    stride: Any,
    padding: Any,
    ceil: bool,
    word: str,
    **options: Any,
) -> bool:
    rank = x.dim() - 2
    if rank not in MAP or not as_map(recorder, x, rank):
        return False
    sizes = spread(kernel, rank)
    pads = tuple(Pad(n) for n in spread(padding, rank))
    if "dilation" in options:
        options["dilation"] = one_or_all(spread(options["dilation"], rank))
    steps = sizes if stride is None or stride == [] else spread(stride, rank)
    layer = made(
        word,
        kernel=sizes,
        stride=one_or_all(steps),
        padding=(pads[0],) if len(set(pads)) == 1 else pads,
        ceil=ceil,
        **options,
    )
    out = _flat(call.out)[0]
    return recorder.emit(layer, [x], out, MAP[rank], shapes=(logical(recorder, x),))


@handles("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d")
def adaptive_average(recorder: Recorder, call: Call) -> bool:
    return _adaptive(recorder, call, "adaptiveavgpool")


@handles("adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d")
def adaptive_maximum(recorder: Recorder, call: Call) -> bool:
    return _adaptive(recorder, call, "adaptivemaxpool")


def _adaptive(recorder: Recorder, call: Call, word: str) -> bool:
    (x,) = call.given("input")
    rank = x.dim() - 2
    if rank not in MAP or not as_map(recorder, x, rank):
        return False
    out = _flat(call.out)[0]
    target = tuple(out.shape[2:])
    if word == "adaptiveavgpool" and set(target) == {1}:
        layer = made("gap")
    else:
        layer = made(word, target=target)
    return recorder.emit(layer, [x], out, MAP[rank], shapes=(logical(recorder, x),))


@handles("mean")
def mean(recorder: Recorder, call: Call) -> bool:
    x, axes, keep = call.given("input dim keepdim", None, False)
    ref = recorder.refs.get(id(x))
    if ref is None or axes is None or not isinstance(call.out, Tensor):
        return False
    over = {n % x.dim() for n in numbers(axes)}
    if not over or over != places(ref.axes):
        return False
    if len(ref.axes) < 4 or "c" not in ref.axes:
        facts = stated((ref.shape,), ref.shape, elementwise=x.numel())
        kept = ref.axes if keep else VECTOR
        return _measured(recorder, call, [x], facts, [], View.WHOLE, "mean", kept)
    shape = logical(recorder, x)
    unit = (shape[0], *(1 for _ in shape[1:]))
    with torch._C.DisableTorchFunction():
        kept = torch.empty(1, *unit, device="meta")
    if not recorder.emit(made("gap"), [x], kept, MAP[len(unit) - 1], shapes=(shape,)):
        return False
    if keep:
        here = recorder.refs[id(kept)]
        recorder.place(call.out, here.node, here.shape, ref.axes)
        return True
    return recorder.emit(made("flatten"), [kept], call.out, VECTOR, leaf=False)


# Norms


@handles("batch_norm", "instance_norm")
def batch_norm(recorder: Recorder, call: Call) -> bool:
    x, average, variance, weight, bias = call.given("input running_mean running_var weight bias")
    ref = recorder.refs.get(id(x))
    if ref is None or call.name == "instance_norm":
        return False
    rank = x.dim() - 2
    axes = ref.axes
    if rank in MAP and as_map(recorder, x, rank):
        axes = MAP[rank]
    elif axes != VECTOR:
        return False
    layer = made("bn", affine=weight is not None)
    shape = logical(recorder, x)
    statistics = recorder.stored([average, variance])
    if average is not None:
        statistics["num_batches_tracked"] = ()
    return recorder.emit(
        layer, [x], call.out, axes, shapes=(shape,), learned=[weight, bias], buffers=statistics
    )


@handles("layer_norm", "rms_norm")
def layer_norm(recorder: Recorder, call: Call) -> bool:
    x, sizes, weight, bias = call.given("input normalized_shape weight bias")
    ref = recorder.refs.get(id(x))
    if ref is None or len(sizes) != 1:
        return False
    word = "ln" if call.name == "layer_norm" else "rmsnorm"
    options = {"affine": weight is not None} if word == "ln" else {}
    if word == "rmsnorm" and weight is None:
        return False
    layer = made(word, **options)
    learned = [weight, bias]
    if channel_axis(ref.axes) == len(ref.axes) - 1 and (bias is not None) == (weight is not None):
        shape = logical(recorder, x)
        return recorder.emit(layer, [x], call.out, ref.axes, shapes=(shape,), learned=learned)
    facts = layer.facts((x.numel() // sizes[0], sizes[0]))
    return _measured(recorder, call, [x], facts, learned, View.POINTWISE, word, ref.axes)


@handles("group_norm")
def group_norm(recorder: Recorder, call: Call) -> bool:
    x, groups, weight, bias = call.given("input num_groups weight bias")
    rank = x.dim() - 2
    if rank not in MAP or not as_map(recorder, x, rank):
        return False
    layer = made("gn", groups=groups, affine=weight is not None)
    shape = logical(recorder, x)
    return recorder.emit(layer, [x], call.out, MAP[rank], shapes=(shape,), learned=[weight, bias])


@handles("local_response_norm")
def response_norm(recorder: Recorder, call: Call) -> bool:
    x, size = call.given("input size")
    ref = recorder.refs.get(id(x))
    return ref is not None and recorder.emit(
        made("lrn", window=size), [x], call.out, ref.axes, shapes=(logical(recorder, x),)
    )


# Functions of each value

_FUNCTIONS = {
    "relu": "relu",
    "relu6": "relu6",
    "leaky_relu": "leakyrelu",
    "elu": "elu",
    "selu": "selu",
    "celu": "celu",
    "gelu": "gelu",
    "silu": "silu",
    "mish": "mish",
    "sigmoid": "sigmoid",
    "hardsigmoid": "hardsigmoid",
    "hardswish": "hardswish",
    "tanh": "tanh",
    "softplus": "softplus",
    "softsign": "softsign",
}


@handles(*_FUNCTIONS)
def function(recorder: Recorder, call: Call) -> bool:
    (x,) = call.given("input")
    return _same_shape(recorder, call, made(_FUNCTIONS[call.name]), x)


def _same_shape(recorder: Recorder, call: Call, layer: Layer, x: Tensor) -> bool:
    ref = recorder.refs.get(id(x))
    if ref is None:
        return False
    return recorder.emit(layer, [x], call.out, ref.axes, shapes=(logical(recorder, x),))


@handles("hardtanh")
def hard_tanh(recorder: Recorder, call: Call) -> bool:
    x, low, high = call.given("input min_val max_val", -1.0, 1.0)
    return _same_shape(recorder, call, made("relu6" if (low, high) == (0, 6) else "hardtanh"), x)


@handles("softmax", "log_softmax")
def softmax(recorder: Recorder, call: Call) -> bool:
    x, axis = call.given("input dim")
    ref = recorder.refs.get(id(x))
    if ref is None or axis is None or axis % x.dim() != channel_axis(ref.axes):
        return False
    return _same_shape(recorder, call, made(call.name.replace("_", "")), x)


@handles("prelu")
def prelu(recorder: Recorder, call: Call) -> bool:
    x, weight = call.given("input weight")
    ref = recorder.refs.get(id(x))
    if ref is None or weight.numel() != x.shape[channel_axis(ref.axes)]:
        return False
    shape = logical(recorder, x)
    return recorder.emit(made("prelu"), [x], call.out, ref.axes, shapes=(shape,), learned=[weight])


@handles("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_dropout")
def dropout(recorder: Recorder, call: Call) -> bool:
    x, share = call.given("input p", 0.5)
    if not isinstance(share, int | float) or not 0 <= share <= 1:
        return False
    return _same_shape(recorder, call, made("dropout", probability=f"{share:g}"), x)


# Joining


@handles("add", "sub", "mul")
def binary(recorder: Recorder, call: Call) -> bool:
    if len(call.args) < 2 or call.kwargs.get("alpha", 1) != 1:
        return False
    one, two = call.args[:2]
    refs = [recorder.refs.get(id(t)) if isinstance(t, Tensor) else None for t in (one, two)]
    if refs[0] is None or refs[1] is None:
        return _with_constant(recorder, call, one, two)
    if call.name == "sub":
        return False
    sources = [one, two]
    main = one if one.shape == call.out.shape else two
    axes = recorder.refs[id(main)].axes
    if call.name == "add" and one.shape != two.shape:
        return False
    if refs[0].axes != refs[1].axes and one.shape == two.shape and "?" not in axes:
        return False
    if "?" in axes:
        return False
    shapes = tuple(logical(recorder, t) for t in sources)
    return recorder.emit(made(call.name), sources, call.out, axes, shapes=shapes, leaf=False)


def _with_constant(recorder: Recorder, call: Call, one: Any, two: Any) -> bool:
    """Record a sum with, or a product by, a learned tensor: position tables and layer scales."""
    x, other = (one, two) if isinstance(one, Tensor) and id(one) in recorder.refs else (two, one)
    ref = recorder.refs.get(id(x))
    if ref is None or not isinstance(other, Tensor) or id(other) not in recorder.constants:
        return False
    shape = logical(recorder, x)
    if call.name == "add" and ref.axes == TOKENS and other.shape[-2:] == x.shape[-2:]:
        sizes = [tuple(p.shape) for p in recorder.constants[id(other)].params.values()]
        if len(sizes) != 1 or product(sizes[0]) != product(shape):
            return False
        layer = made("posembed")
        return recorder.emit(layer, [x], call.out, ref.axes, shapes=(shape,), learned=[other])
    width = x.shape[channel_axis(ref.axes)] if channel_axis(ref.axes) >= 0 else 0
    if call.name == "mul" and other.numel() == width and call.out.shape == x.shape:
        layer = made("layerscale")
        return recorder.emit(layer, [x], call.out, ref.axes, shapes=(shape,), learned=[other])
    return False


@handles("cat", "concat", "concatenate")
def concat(recorder: Recorder, call: Call) -> bool:
    tensors, axis = call.given("tensors dim", 0)
    if call.args and isinstance(call.args[0], Tensor):
        return False
    axis %= call.out.dim()
    refs = [recorder.refs.get(id(one)) for one in tensors]
    if len(tensors) == 2 and refs[0] is None and refs[1] is not None:
        x = tensors[1]
        is_token = refs[1].axes == TOKENS and axis == 1 and tensors[0].shape[1] == 1
        if is_token and id(tensors[0]) in recorder.constants:
            shape = (logical(recorder, x),)
            layer = made("cls", do="add")
            return recorder.emit(layer, [x], call.out, TOKENS, shapes=shape, learned=[tensors[0]])
    if any(ref is None for ref in refs) or len(refs) < 2:
        return False
    axes = refs[0].axes  # type: ignore[union-attr]
    rank = call.out.dim() - 2
    if axis == 1 and rank in MAP and rank > 1 and all(as_map(recorder, t, rank) for t in tensors):
        axes = MAP[rank]
    elif any(ref.axes != axes for ref in refs if ref) or axis != channel_axis(axes):
        return False
    shapes = tuple(logical(recorder, t) for t in tensors)
    return recorder.emit(made("concat"), list(tensors), call.out, axes, shapes=shapes, leaf=False)


# The same values in another shape


@handles("flatten")
def flatten(recorder: Recorder, call: Call) -> bool:
    (x,) = call.given("input")
    return _reshaped(recorder, call, x)


@handles("view", "reshape", "squeeze", "unflatten", "view_as", "reshape_as")
def reshape(recorder: Recorder, call: Call) -> bool:
    return _reshaped(recorder, call, call.args[0])


def _reshaped(recorder: Recorder, call: Call, x: Any) -> bool:
    ref = recorder.refs.get(id(x)) if isinstance(x, Tensor) else None
    if ref is None or not isinstance(call.out, Tensor):
        return False
    axes = viewed(tuple(x.shape), ref.axes, tuple(call.out.shape))
    if axes is None:
        return _moved_only(recorder, call, x)
    if axes == ref.axes and x.shape == call.out.shape:
        return recorder.alias(x, call.out, axes)
    if axes == SPLIT:
        return recorder.alias(x, call.out, axes)
    shape = logical(recorder, x)
    if ref.axes == SHUFFLED:
        layer = made("shuffle", groups=x.shape[2])
        return recorder.emit(layer, [x], call.out, axes, shapes=(shape,), leaf=False)
    word = "flatten" if axes == VECTOR else "tokens"
    return recorder.emit(made(word), [x], call.out, axes, shapes=(shape,))


def _moved_only(recorder: Recorder, call: Call, x: Tensor, axes: Axes = ()) -> bool:
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


@handles("permute", "transpose", "swapaxes", "t", "swapdims", "movedim", "mT", "mH")
def permute(recorder: Recorder, call: Call) -> bool:
    x = call.args[0]
    ref = recorder.refs.get(id(x))
    if ref is None:
        return False
    order = _order(call, x.dim())
    if order is None:
        return False
    if "?" in ref.axes:
        return _moved_only(recorder, call, x)
    return recorder.alias(x, call.out, permuted(ref.axes, order))


def _order(call: Call, count: int) -> tuple[int, ...] | None:
    if call.name == "permute":
        given = call.kwargs.get("dims") or (
            call.args[1]
            if len(call.args) == 2 and not isinstance(call.args[1], int)
            else call.args[1:]
        )
        return tuple(n % count for n in numbers(given))
    order = list(range(count))
    if call.name in ("transpose", "swapaxes", "swapdims"):
        _, one, two = call.given("input dim0 dim1")
    elif call.name == "t" and count == 2:
        one, two = 0, 1
    else:
        return None
    if one is None or two is None:
        return None
    order[one], order[two] = order[two], order[one]
    return tuple(order)


@handles(
    "contiguous", "detach", "to", "float", "half", "type_as", "clone", "identity", "requires_grad"
)
def untouched(recorder: Recorder, call: Call) -> bool:
    x = call.args[0]
    ref = recorder.refs.get(id(x)) if isinstance(x, Tensor) else None
    if ref is None or not isinstance(call.out, Tensor) or x.shape != call.out.shape:
        return False
    return recorder.alias(x, call.out, ref.axes)


@handles("getitem")
def item(recorder: Recorder, call: Call) -> bool:
    x, index = call.args[:2]
    ref = recorder.refs.get(id(x))
    if ref is None:
        return False
    if ref.axes == TOKENS and index in ((slice(None), 0), (slice(None), 0, slice(None))):
        shape = (logical(recorder, x),)
        return recorder.emit(made("cls"), [x], call.out, VECTOR, shapes=shape, leaf=False)
    axes = _kept(ref.axes, index, call.out) if call.out.shape != x.shape else ref.axes
    return _moved_only(recorder, call, x, axes)


def _kept(axes: Axes, index: Any, out: Tensor) -> Axes:
    """Return the axes of a slice that takes no axis away."""
    parts = index if isinstance(index, tuple) else (index,)
    plain = all(isinstance(part, slice) or part is Ellipsis for part in parts)
    return axes if plain and len(axes) == out.dim() else ()


@handles("chunk", "split", "unbind", "tensor_split", "split_with_sizes")
def parts(recorder: Recorder, call: Call) -> bool:
    x = call.args[0]
    ref = recorder.refs.get(id(x))
    outputs = _tensors(call.out)
    if ref is None or not outputs:
        return False
    whole = call.out
    for one in outputs:
        call.out = one
        axes = ref.axes if one.dim() == len(ref.axes) else ()
        _moved_only(recorder, call, x, axes)
    call.out = whole
    return True


@handles("setitem")
def assignment(recorder: Recorder, call: Call) -> bool:
    """Record values written into a tensor: it is the joined memory from then on."""
    x, _, value = call.args[:3]
    ref = recorder.refs.get(id(x))
    other = recorder.refs.get(id(value)) if isinstance(value, Tensor) else None
    found = [one for one in (ref, other) if one is not None]
    axes = ref.axes if ref else ("?",) * x.dim()
    output = ref.shape if ref else shape_of(tuple(x.shape), axes)
    facts = stated(tuple(one.shape for one in found), output, windows=View.SCATTERED)
    name = recorder.name("assign", leaf=False)
    recorder.append(name, Traced("assign", facts), found, facts)
    recorder.place(x, name, output, axes)
    return True


@handles("pixel_shuffle", "pixel_unshuffle", "channel_shuffle")
def shuffled(recorder: Recorder, call: Call) -> bool:
    x, factor = call.args[0], call.args[1] if len(call.args) > 1 else None
    if factor is None or not as_map(recorder, x, 2):
        return False
    word = {"pixel_shuffle": "pixelshuffle", "pixel_unshuffle": "pixelunshuffle"}.get(
        call.name, "shuffle"
    )
    key = {"pixelshuffle": "factor", "pixelunshuffle": "factor", "shuffle": "groups"}[word]
    try:
        layer = made(word, **{key: factor})
    except TypeError:
        return False
    return recorder.emit(layer, [x], call.out, MAP[2], shapes=(logical(recorder, x),))


@handles("interpolate", "upsample")
def resized(recorder: Recorder, call: Call) -> bool:
    x, _, _, mode = call.given("input size scale_factor mode", "nearest")
    rank = x.dim() - 2
    if rank not in MAP or not as_map(recorder, x, rank) or mode not in ("nearest", "bilinear"):
        return False
    factors = {b / a for a, b in zip(x.shape[2:], call.out.shape[2:], strict=True)}
    factor = factors.pop()
    if factors or factor != int(factor):
        return False
    try:
        layer = made("upsample", factor=(int(factor),), mode=mode)
    except TypeError:
        return False
    return recorder.emit(layer, [x], call.out, MAP[rank], shapes=(logical(recorder, x),))


@handles("pad")
def padded(recorder: Recorder, call: Call) -> bool:
    x, pads, mode = call.given("input pad mode", "constant")
    ref = recorder.refs.get(id(x))
    if ref is None or mode != "constant" or ref.axes not in MAP.values() or len(ref.axes) < 4:
        return False
    rank = x.dim() - 2
    if len(pads) > 2 * rank:
        return False
    around = {x.dim() - 1 - i // 2: tuple(pads[i : i + 2]) for i in range(0, len(pads), 2)}
    windows = tuple(Window(1, 1, *around.get(axis, (0, 0))) for axis in range(2, x.dim()))
    facts = stated((ref.shape,), ref.shape)
    return _measured(recorder, call, [x], facts, [], windows, "pad", ref.axes)


@handles("embedding")
def embedding(recorder: Recorder, call: Call) -> bool:
    x, weight = call.given("input weight")
    ref = recorder.refs.get(id(x))
    if ref is None or ref.axes != VECTOR:
        return False
    rows, width = weight.shape
    layer = made("embedding", vocabulary=rows, width=width)
    return recorder.emit(layer, [x], call.out, TOKENS, learned=[weight])
