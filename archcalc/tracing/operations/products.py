"""Linear layers and attention."""

from __future__ import annotations

from torch import Tensor

from ...arithmetic.dims import product
from ...layers.base import View
from ..names import (
    VECTOR,
    channel_axis,
    shape_of,
)
from ..recorder import Call, Recorder, flat
from ..traced import Traced, stated
from .common import (
    handles,
    logical,
    made,
    measured,
)


@handles("linear")
def _linear(recorder: Recorder, call: Call) -> bool:
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
    return measured(recorder, call, [x], facts, [weight, bias], View.POINTWISE, "linear")


@handles("multi_head_attention_forward")
def _attention(recorder: Recorder, call: Call) -> bool:
    query, key, value, _, heads = call.given("query key value embed_dim_to_check num_heads")
    words = (
        "query key value embed_dim_to_check num_heads in_proj_weight in_proj_bias bias_k bias_v "
        "add_zero_attn dropout_p out_proj_weight out_proj_bias"
    )
    (*_, in_weight, in_bias, bias_k, _, _, _, out_weight, out_bias) = call.given(words)
    out = flat(call.out)[0]
    ref = recorder.refs.get(id(query))
    alike = all(recorder.refs.get(id(one)) == ref for one in (key, value))
    if ref is None or not alike or in_weight is None or bias_k is not None:
        return False
    if set(ref.axes) != {"n", "l", "d"}:
        return False
    layer = made("attn", heads=heads, bias=in_bias is not None)
    learned = [in_weight, in_bias, out_weight, out_bias]
    call.out = (out, *flat(call.out)[1:]) if isinstance(call.out, tuple) else out
    if not recorder.emit(
        layer, [query], out, ref.axes, shapes=(logical(recorder, query),), learned=learned
    ):
        return False
    for extra in flat(call.out)[1:]:
        if isinstance(extra, Tensor):
            recorder.part(
                extra, recorder.refs[id(out)].node, "weights", recorder.refs[id(out)].shape
            )
    return True


@handles("scaled_dot_product_attention")
def _products(recorder: Recorder, call: Call) -> bool:
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
