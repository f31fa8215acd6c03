"""What an operation costs, counted from the primitive operations that it comes down to.

Contractions by torch's own flop formulas, on the meta device, where attention and recurrent layers
are counted too; a primitive that is in none of the tables is unknown, and unknown is never zero.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

# Operations per value of the input, for primitives that are neither pointwise nor contractions.
REDUCTIONS = {
    "_softmax": 5,
    "_safe_softmax": 5,
    "_log_softmax": 5,
    "native_layer_norm": 7,
    "native_group_norm": 7,
    "_native_batch_norm_legit_no_training": 2,
    "native_batch_norm": 2,
    "_native_batch_norm_legit": 2,
    "native_dropout": 2,
    "cumsum": 1,
    "cumprod": 1,
    "linalg_vector_norm": 2,
    "norm": 2,
    "var": 3,
    "var_mean": 3,
    "std": 3,
    **dict.fromkeys(
        (
            *("sum", "mean", "amax", "amin", "max", "min", "prod", "any", "all", "logsumexp"),
            *("argmax", "argmin", "median", "nansum", "count_nonzero"),
            *("avg_pool2d", "avg_pool3d", "max_pool2d_with_indices", "max_pool3d_with_indices"),
            *("_adaptive_avg_pool2d", "_adaptive_avg_pool3d", "adaptive_max_pool2d"),
            *("upsample_bilinear2d", "upsample_bicubic2d", "upsample_linear1d"),
            *("_upsample_bilinear2d_aa", "_upsample_bicubic2d_aa", "upsample_trilinear3d"),
        ),
        1,
    ),
}

# Primitives that move values and compute none.
MOVES = frozenset(
    (
        *("cat", "stack", "clone", "copy", "copy_", "_to_copy", "empty_like", "empty", "new_empty"),
        *("zeros", "ones", "full", "zeros_like", "ones_like", "full_like", "new_zeros", "new_ones"),
        *("new_full", "arange", "linspace", "eye", "scalar_tensor", "rand", "randn", "rand_like"),
        *("randn_like", "randint", "randperm", "fill_", "fill", "zero_", "zero", "lift_fresh"),
        *("embedding", "index", "index_select", "gather", "take", "index_put", "index_put_"),
        *("scatter", "slice_scatter", "select_scatter", "masked_select", "_unsafe_index"),
        *("constant_pad_nd", "reflection_pad1d", "reflection_pad2d", "replication_pad2d", "roll"),
        *("flip", "repeat", "repeat_interleave", "tril", "triu", "one_hot", "_unsafe_view"),
        *("upsample_nearest2d", "upsample_nearest1d", "upsample_nearest3d", "pixel_shuffle"),
        *(
            "_upsample_nearest_exact2d",
            "pixel_unshuffle",
            "channel_shuffle",
            "native_channel_shuffle",
        ),
        *("unsafe_split", "unsafe_chunk", "max_unpool2d", "max_unpool3d", "index_copy", "scatter_"),
        *("sort", "topk", "argsort", "empty_strided", "new_empty_strided", "detach", "alias"),
        *("_reshape_alias", "split", "split_with_sizes", "chunk", "unbind", "resize_", "set_"),
        *("im2col", "unfold", "col2im", "_efficientzerotensor", "bernoulli", "bernoulli_"),
        *("normal_", "uniform_", "diagonal_copy", "meshgrid", "rot90", "_local_scalar_dense"),
    )
)


_VECTORS = {"mv": 0, "addmv": 1, "dot": 0, "vdot": 0}  # which argument is as large as the work
_GATHERED = {  # which argument holds one addition per value
    "_embedding_bag": 1,
    "_embedding_bag_forward_only": 1,
    "scatter_add": 3,
    "scatter_add_": 3,
    "index_add": 3,
    "index_add_": 3,
}


class Tally(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Adds up what happens inside: ``macs``, ``bias_adds``, ``elementwise`` and ``unknown``."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.macs = 0
        self.bias_adds = 0
        self.elementwise = 0
        self.unknown: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        packet = func.overloadpacket
        if packet not in flop_registry and func._schema.name.startswith("aten::"):
            decomposed = func.decompose(*args, **kwargs) if _composite(func) else NotImplemented
            if decomposed is not NotImplemented:
                return decomposed
        out = func(*args, **kwargs)
        self.count(func, packet, args, kwargs, out)
        return out

    def count(self, func: Any, packet: Any, args: Any, kwargs: Any, out: Any) -> None:
        if packet in flop_registry:
            self.macs += flop_registry[packet](*args, **kwargs, out_val=out) // 2
            self.bias_adds += _bias_adds(packet, args, out)
            return
        name = func._schema.name.partition("::")[2]
        if name in _VECTORS:  # contractions that torch's counter leaves out
            self.macs += args[_VECTORS[name]].numel()
            return
        if torch.Tag.pointwise in func.tags:
            self.elementwise += _values(out)
        elif name in REDUCTIONS:
            read = next((a for a in args if isinstance(a, torch.Tensor)), out)
            self.elementwise += REDUCTIONS[name] * _values(read)
        elif name in _GATHERED:
            self.elementwise += _values(args[_GATHERED[name]]) * (
                args[0].shape[-1] if name.startswith("_embedding") else 1
            )
        elif not (func.is_view or name in MOVES):
            self.unknown.append(func._schema.name)


def _composite(func: Any) -> bool:
    return bool(func._can_decompose()) if hasattr(func, "_can_decompose") else True


def _bias_adds(packet: Any, args: Any, out: Any) -> int:
    name = packet.__name__
    if name in ("addmm", "baddbmm"):
        return _values(out)
    if name in ("convolution", "_convolution") and len(args) > 2 and args[2] is not None:
        return _values(out)
    return 0


def _values(out: Any) -> int:
    if isinstance(out, torch.Tensor):
        return out.numel()
    if isinstance(out, tuple | list):
        return sum(_values(one) for one in out[:1])
    return 0
