"""What one layer asks of a device: products of matrices, bytes, and operations on single values.

A convolution of M output positions, N filters and K weights per filter is the product of an MxK
with a KxN matrix; a linear layer is one already. Only integers here, and no time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..analysis import DTYPES, Analysis
from ..arithmetic.dims import ceil_div, product
from ..arithmetic.unknown import Unknown
from ..layers.base import Count, Facts, channels, spatial
from ..layers.window import Window

if TYPE_CHECKING:
    from .model import Kernels

MULTIPLYING = ("linear", "conv", "grouped conv", "attention")
STREAMING = ("depthwise conv", "pooling", "normalization", "softmax", "elementwise", "movement")
FREE = "view"
KINDS = (*MULTIPLYING, *STREAMING, FREE)

_RECURRENT = "a recurrence runs step by step, and the time of its steps is not modelled"
_OPAQUE = "nobody knows what runs inside an opaque layer"
_WORDS = {
    "linear": "fc linear unembed rbf",
    "conv": "conv deconv dwconv",
    "attention": "attn winattn",
    "pooling": "maxpool avgpool subsample adaptiveavgpool adaptivemaxpool gap",
    "normalization": "bn ln gn rmsnorm lrn",
    "softmax": "softmax logsoftmax",
    "elementwise": "relu relu6 leakyrelu elu selu celu gelu silu mish sigmoid hardsigmoid hardswish"
    " tanh hardtanh softplus softsign prelu glu add mul layerscale posembed",
    "movement": "concat shuffle padchannels zeropad upsample pixelshuffle pixelunshuffle embedding"
    " dropout flatten tokens cls crop",  # those that are views cost nothing
}
KIND_OF_WORD = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_UNKNOWN_WORDS = {"rnn": _RECURRENT, "lstm": _RECURRENT, "gru": _RECURRENT, "opaque": _OPAQUE}


@dataclass(frozen=True)
class Work:
    """What one layer asks for at one batch and number format.

    ``groups`` products of an ``m`` x ``k`` with a ``k`` x ``n`` matrix, all 0 without products;
    ``read``, ``stored`` and ``written`` are the bytes of inputs, weights and output, each once.
    ``tiles2`` and ``tiles4`` are the output tiles of 2x2 and 4x4 where Winograd's algorithms
    apply, else 0.
    """

    name: str
    word: str
    kind: str
    batch: int
    dtype: str
    m: int
    n: int
    k: int
    groups: int
    kernel: tuple[int, ...]
    read: int
    stored: int
    written: int
    elementwise: int
    tiles2: int = 0
    tiles4: int = 0

    @property
    def macs(self) -> int:
        """The multiply-adds of the products."""
        return self.m * self.n * self.k * self.groups

    @property
    def bytes(self) -> int:
        """Inputs, weights and output, each once."""
        return self.read + self.stored + self.written

    @property
    def size(self) -> int:
        """The bytes of one value."""
        return DTYPES[self.dtype]


def works(
    analysis: Analysis, batch: int | None = None, dtype: str | None = None
) -> tuple[Work | Unknown, ...]:
    """Return what every layer asks for, in the order of ``analysis.nodes``."""
    count = analysis.settings.batch if batch is None else batch
    format_ = analysis.settings.dtype if dtype is None else dtype
    return tuple(
        work_of(node.name, node.layer.word, facts, count, format_)
        for node, facts in zip(analysis.nodes, analysis.facts, strict=True)
    )


def work_of(name: str, word: str, facts: Facts, batch: int, dtype: str) -> Work | Unknown:
    """Return what a layer asks for, or why that is not known."""
    if word in _UNKNOWN_WORDS:
        return Unknown(_UNKNOWN_WORDS[word])
    kind = FREE if facts.is_view else KIND_OF_WORD.get(word)
    if kind is None:
        return Unknown(f"nobody said how {word} runs on a device")
    sizes = (*facts.output, *(size for shape in facts.inputs for size in shape))
    if any(type(size) is not int for size in sizes):
        return Unknown("the sizes are symbols: give them numbers")
    if isinstance(facts.macs, Unknown) or isinstance(facts.elementwise, Unknown):
        return Unknown(f"the counts of {word} are not known")
    size = DTYPES[dtype]
    free = kind == FREE
    read, stored = _read(word, facts, batch), _stored(word, facts)
    gemm = _products(word, facts, batch) if kind in MULTIPLYING else _NOTHING
    if kind == "conv" and gemm.groups > 1:
        kind = "depthwise conv" if gemm.depth == 1 else "grouped conv"
    tiles = _tiles(facts, batch, gemm.groups) if word == "conv" else (0, 0)
    return Work(
        name, word, kind, batch, dtype, gemm.m, gemm.n, gemm.k, gemm.groups, gemm.kernel,
        0 if free else read * size,
        0 if free else stored * size,
        0 if free else product(facts.output) * batch * size,
        (facts.elementwise + _known(facts.bias_adds)) * batch,
        *tiles,
    )  # fmt: skip


@dataclass(frozen=True)
class _Products:
    m: int = 0
    n: int = 0
    k: int = 0
    groups: int = 0
    kernel: tuple[int, ...] = ()
    depth: int = 0


_NOTHING = _Products()


def _products(word: str, facts: Facts, batch: int) -> _Products:
    """Return the layer's multiply-adds as products of matrices."""
    (x,), y, macs = facts.inputs, facts.output, _known(facts.macs)
    if word == "deconv":
        return _transposed(facts, batch)
    if word in ("conv", "dwconv"):
        filters, depth, *kernel = facts.weights["weight"]
        groups = channels(x) // depth
        rows = product(spatial(y))
        n = channels(y) // groups
        # LeNet-5's table leaves maps out: K is then the mean over its filters
        k = ceil_div(macs, rows * channels(y))
        kernel = kernel if filters == channels(y) else [depth, *kernel][-2:]
        if filters != channels(y):
            groups, n = 1, channels(y)
        return _Products(batch * rows, n, k, groups, tuple(kernel), depth)
    rows = product(spatial(x)) if word != "fc" else 1
    if word in ("attn", "winattn"):
        # the projections and the products of tokens as one product of the same size
        depth = channels(x)
        return _Products(batch * rows, ceil_div(macs, rows * depth), depth, 1)
    return _Products(batch * rows, channels(y), macs // (rows * channels(y)), 1)


def _transposed(facts: Facts, batch: int) -> _Products:
    """Return the products of a transposed convolution: every input position meets all taps."""
    (x,) = facts.inputs
    depth, per_group, *kernel = facts.weights["weight"]
    groups = channels(facts.output) // per_group
    rows = product(spatial(x))
    return _Products(
        batch * rows, per_group * product(kernel), depth // groups, groups, tuple(kernel),
        depth // groups,
    )  # fmt: skip


def _tiles(facts: Facts, batch: int, groups: int) -> tuple[int, int]:
    """Return the tiles of 2x2 and 4x4 outputs of a 3x3 convolution with stride 1, else zeros."""
    windows = facts.windows
    if groups != 1 or not isinstance(windows, tuple) or len(windows) != 2:
        return 0, 0
    for window in windows:
        if not isinstance(window, Window):
            return 0, 0
        if (window.kernel, window.stride, window.dilation) != (3, 1, 1):
            return 0, 0
    sides = spatial(facts.output)
    two, four = (batch * product(ceil_div(size, edge) for size in sides) for edge in (2, 4))
    return two, four


def _read(word: str, facts: Facts, batch: int) -> int:
    """Return the values that are read from the inputs of the whole batch."""
    # of a table of embeddings only the rows that are looked up are read, one per token
    looked_up = product(facts.output) if word == "embedding" else 0
    return (sum(product(shape) for shape in facts.inputs) + looked_up) * batch


def _stored(word: str, facts: Facts) -> int:
    """Return the values that are read once whatever the batch: weights and buffers."""
    if word == "embedding":
        return 0
    buffers = sum(product(shape) for shape in facts.buffers.values())
    return _known(facts.params + facts.shared_params) + buffers


def _known(count: Count) -> int:
    """Return a count; what is not known counts with its known part."""
    return int(count.at_least) if isinstance(count, Unknown) else count


def kernels_of(works: Sequence[Work]) -> Kernels:
    """Return the works as arrays."""
    import numpy as np

    from .model import Kernels

    def array(*names: str) -> Any:
        return np.array([sum(getattr(work, name) for name in names) for work in works], float)

    taps = np.array([max(1, product(work.kernel)) for work in works], float)
    return Kernels(
        array("m"), array("n"), array("k"), array("groups"), array("read", "written"),
        array("stored"), array("size"), taps, array("tiles2"), array("tiles4"), array("batch"),
    )  # fmt: skip
