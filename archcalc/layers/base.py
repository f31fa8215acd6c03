"""A layer states facts: shapes, named weights, multiply-adds, windows, a torch module, examples.

Every class here is abstract; every class that has a word in the notation is final. There are no
defaults at the root: a layer that costs nothing says so by the family it inherits from.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, final

from ..arithmetic.dims import Dim, Shape, product, total
from ..arithmetic.expression import size_text
from ..arithmetic.rounding import one_rounding
from ..arithmetic.unknown import Unknown
from ..errors import LayerError
from .options import check_limits
from .window import AxisWindow

if TYPE_CHECKING:
    from torch import nn

Weights = dict[str, Shape]
Count = int | Unknown


class View(Enum):
    """How an output sees the input when it does not look through windows."""

    POINTWISE = "each position sees its own"
    WHOLE = "every position sees everything"
    SCATTERED = "positions are rearranged; each value sees what it saw before"
    UNKNOWN = "nobody said what a position sees"


Windows = tuple[AxisWindow, ...] | View


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """What one layer states for given inputs, per sample.

    ``macs`` are contractions only; ``bias_adds`` and ``elementwise`` are the operations outside
    them. ``input_macs`` is the part of ``macs`` whose gradient is only needed when the input
    itself needs one, ``constant_macs`` the part that meets a constant, such as the zero state
    before a recurrence, whose gradient nobody needs. ``shared_params`` are learned values of
    another layer that this one uses too. ``connections`` is None where the course's count does
    not apply, and ``depth`` is the number of weighted layers inside.
    """

    inputs: tuple[Shape, ...]
    output: Shape
    weights: Weights
    buffers: Weights
    shared_params: Count
    macs: Count
    input_macs: Count
    constant_macs: Count
    bias_adds: Count
    elementwise: Count
    connections: Count | None
    windows: Windows
    depth: Count
    is_view: bool

    @property
    def params(self) -> Count:
        """Learned values: the sizes of the named weights, added."""
        return total(product(shape) for shape in self.weights.values())


class Layer(ABC):
    """A kind of layer with its options; states facts, and nothing else.

    ``word`` is its name in the notation and ``examples`` are specs that contain it.
    """

    word: ClassVar[str] = ""
    examples: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, word: str = "", **rest: Any) -> None:
        super().__init_subclass__(**rest)
        if not word:
            return
        known = WORDS.get(word)
        if known is not None and known.__qualname__ != cls.__qualname__:
            raise TypeError(f"the word {word!r} is used by both {known!r} and {cls!r}")
        cls.word = word
        WORDS[word] = cls

    def __post_init__(self) -> None:
        check_limits(self)

    @abstractmethod
    def facts(self, *inputs: Shape) -> Facts:
        """Return everything the layer states for these inputs."""

    @abstractmethod
    def build(self, *inputs: Shape) -> nn.Module:
        """Return the equivalent torch module for inputs of these shapes; torch loads here."""

    def cautions(self, *inputs: Shape) -> tuple[tuple[str, str], ...]:
        """Return code and text of what is legal but probably not meant."""
        return ()


WORDS: dict[str, type[Layer]] = {}


class UnaryLayer(Layer):
    """A layer with one input."""

    @final
    def facts(self, *inputs: Shape) -> Facts:
        """Return everything the layer states for one input shape."""
        (x,) = inputs
        self.check(x)
        return self.given(x, rounded_once(self.output(x)))

    @final
    def given(self, x: Shape, output: Shape) -> Facts:
        """Return what the layer states where its output is taken to be this one."""
        y = settled(output)
        return Facts(
            inputs=(x,),
            output=output,
            weights=self.weights(x),
            buffers=self.buffers(x),
            shared_params=self.shared_params(x),
            macs=self.macs(x, y),
            input_macs=self.input_macs(x, y),
            constant_macs=self.constant_macs(x, y),
            bias_adds=self.bias_adds(x, y),
            elementwise=self.elementwise(x, y),
            connections=self.connections(x, y),
            windows=self.windows(x),
            depth=self.depth(),
            is_view=self.is_view(),
        )

    @abstractmethod
    def check(self, x: Shape) -> None:
        """Raise :class:`LayerError` when the layer cannot take this input."""

    @abstractmethod
    def windows(self, x: Shape) -> Windows:
        """Return one window per spatial axis, or how else the output sees the input."""

    @abstractmethod
    def output(self, x: Shape) -> Shape:
        """Return the output shape."""

    @abstractmethod
    def weights(self, x: Shape) -> Weights:
        """Return the learned tensors by torch's names."""

    @abstractmethod
    def buffers(self, x: Shape) -> Weights:
        """Return the tensors that are stored but not learned."""

    def shared_params(self, x: Shape) -> Count:
        """Say that every learned value that is used is the layer's own."""
        return 0

    @abstractmethod
    def macs(self, x: Shape, y: Shape) -> Count:
        """Return the multiply-adds of the contractions; ``y`` is the output shape."""

    @abstractmethod
    def input_macs(self, x: Shape, y: Shape) -> Count:
        """Return the multiply-adds that contract weights with the input itself."""

    @abstractmethod
    def constant_macs(self, x: Shape, y: Shape) -> Count:
        """Return the multiply-adds that contract weights with a constant."""

    @abstractmethod
    def bias_adds(self, x: Shape, y: Shape) -> Count:
        """Return the additions of a bias to the result of a contraction."""

    @abstractmethod
    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Return the other operations outside contractions; an exp or a root counts once."""

    @abstractmethod
    def connections(self, x: Shape, y: Shape) -> Count | None:
        """Return the inputs read by each unit, summed; None where the count does not apply."""

    @abstractmethod
    def depth(self) -> Count:
        """Return the number of weighted layers, one after the other, inside."""

    @abstractmethod
    def is_view(self) -> bool:
        """Return whether the output is the input's memory seen otherwise."""


class Contraction(UnaryLayer):
    """A layer that multiplies its input with one weight tensor: convolution, linear.

    ``weights`` holds ``weight`` and, with a bias, ``bias``.
    """

    def buffers(self, x: Shape) -> Weights:
        """Say that nothing is stored that is not learned."""
        return {}

    def input_macs(self, x: Shape, y: Shape) -> Count:
        """Say that all multiply-adds contract the weights with the input."""
        return self.macs(x, y)

    def constant_macs(self, x: Shape, y: Shape) -> Count:
        """Say that no constant is contracted."""
        return 0

    def bias_adds(self, x: Shape, y: Shape) -> Count:
        """Count one addition per output value when there is a bias."""
        return product(hwc(y)) if "bias" in self.weights(x) else 0

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Say that there is nothing besides the contraction and its bias."""
        return 0

    def connections(self, x: Shape, y: Shape) -> Count | None:
        """Count each weight once per use: the multiply-adds."""
        return self.macs(x, y)

    def depth(self) -> int:
        """Count one weighted layer."""
        return 1

    def is_view(self) -> bool:
        """Say that the output is new memory."""
        return False


class Weightless(UnaryLayer):
    """A layer without contraction, and with nothing learned unless it says otherwise."""

    def macs(self, x: Shape, y: Shape) -> Count:
        """Say that there is no contraction."""
        return 0

    def input_macs(self, x: Shape, y: Shape) -> Count:
        """Say that there is no contraction."""
        return 0

    def constant_macs(self, x: Shape, y: Shape) -> Count:
        """Say that there is no contraction."""
        return 0

    def bias_adds(self, x: Shape, y: Shape) -> Count:
        """Say that no bias follows a contraction."""
        return 0


class Pooling(Weightless):
    """A window that summarizes each channel by itself."""

    def buffers(self, x: Shape) -> Weights:
        """Say that nothing is stored."""
        return {}

    def is_view(self) -> bool:
        """Say that the output is new memory."""
        return False


class Elementwise(Weightless):
    """Each value by itself (or with its channel's neighbours): the shape stays."""

    def windows(self, x: Shape) -> Windows:
        """Say that each position sees its own."""
        return View.POINTWISE

    def output(self, x: Shape) -> Shape:
        """Keep the shape."""
        return x

    def connections(self, x: Shape, y: Shape) -> Count | None:
        """Say that units and connections are not counted for this layer."""
        return None

    def depth(self) -> int:
        """Say that this is no weighted layer."""
        return 0


class Reshape(Weightless):
    """The same values in another shape: no memory, no work."""

    def weights(self, x: Shape) -> Weights:
        """Say that nothing is learned."""
        return {}

    def buffers(self, x: Shape) -> Weights:
        """Say that nothing is stored."""
        return {}

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Say that nothing is computed."""
        return 0

    def connections(self, x: Shape, y: Shape) -> Count | None:
        """Say that units and connections are not counted for this layer."""
        return None

    def depth(self) -> int:
        """Say that this is no weighted layer."""
        return 0

    def is_view(self) -> bool:
        """Say that the output is the input's memory."""
        return True


class MergeLayer(Layer):
    """A layer that joins several inputs and learns nothing."""

    @final
    def facts(self, *inputs: Shape) -> Facts:
        """Return everything the layer states for these input shapes."""
        self.check(*inputs)
        y = self.output(*inputs)
        return Facts(
            inputs=inputs,
            output=y,
            weights={},
            buffers={},
            shared_params=0,
            macs=0,
            input_macs=0,
            constant_macs=0,
            bias_adds=0,
            elementwise=self.elementwise(inputs, y),
            connections=None,
            windows=View.POINTWISE,
            depth=0,
            is_view=False,
        )

    @abstractmethod
    def check(self, *inputs: Shape) -> None:
        """Raise :class:`LayerError` when the inputs cannot be joined."""

    @abstractmethod
    def output(self, *inputs: Shape) -> Shape:
        """Return the output shape."""

    @abstractmethod
    def elementwise(self, inputs: tuple[Shape, ...], y: Shape) -> Count:
        """Return the operations that joining takes."""


# Shapes: (C, H, W) with any number of spatial axes, (L, D) for sequences, (D,) for vectors


def settled(x: Shape) -> Shape:
    """Return the sizes without their working, so that explanations do not nest."""
    if all(type(size) is int for size in x):
        return x
    return tuple(getattr(size, "settled", lambda size=size: size)() for size in x)


def rounded_once(x: Shape) -> Shape:
    """Return the sizes, a rounding of a rounded symbol as one: ceil(H/4) for two halvings."""
    if not any(hasattr(size, "free_symbols") for size in x if type(size) is not int):
        return x
    return tuple(one_rounding(size) for size in x)


def channels(x: Shape) -> Dim:
    """Return the number of channels: the width D of a sequence or vector."""
    return x[0] if len(x) > 2 else x[-1]


def spatial(x: Shape) -> tuple[Dim, ...]:
    """Return the spatial sizes: (H, W) of a volume, (L,) of a sequence, () of a vector."""
    return x[1:] if len(x) > 2 else x[:-1]


def volume(channel_count: Dim, sizes: tuple[Dim, ...]) -> Shape:
    """Return the shape with these channels and spatial sizes."""
    return (channel_count, *sizes) if len(sizes) > 1 else (*sizes, channel_count)


def hwc(x: Shape) -> Shape:
    """Return the sizes in the textbook's order: height, width, channels."""
    return (*spatial(x), channels(x))


def ordered(x: Shape, layout: str) -> Shape:
    """Return the sizes in a layout: ``hwc``, or ``chw`` with the channels first."""
    return (channels(x), *spatial(x)) if layout == "chw" else hwc(x)


def written(x: Shape, layout: str = "hwc") -> str:
    """Return a shape as people write it: 14x14x480, or 480x14x14 in the layout ``chw``."""
    return "x".join(size_text(part) for part in ordered(x, layout))


def described(x: Shape) -> str:
    """Return what a shape is, for messages."""
    if len(x) == 1:
        return f"a vector of {x[0]}"
    if len(x) == 2:
        return f"{x[0]} tokens of width {x[1]}"
    return written(x)


def spread(value: Any, count: int, word: str, part: str) -> tuple[Any, ...]:
    """Return one value per axis, from one for all or exactly as many."""
    if not isinstance(value, tuple):
        return (value,) * count
    if len(value) == 1:
        return value * count
    if len(value) != count:
        raise LayerError(
            "E09",
            f"{word} has {len(value)} values, but there {'is' if count == 1 else 'are'} {count} "
            f"spatial {'axis' if count == 1 else 'axes'}",
            part=part,
        )
    return value
