"""Activation functions: one value in, one value out. An exp, a tanh, a root counts as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..arithmetic.dims import NotExact, Shape, exact_div, product
from ..errors import LayerError
from .base import Count, Elementwise, Weights, channels, hwc
from .options import number

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class _Activation(Elementwise):
    """A function of each value by itself: ``ops`` operations, ``torch_name`` in torch.nn."""

    ops: ClassVar[int]
    torch_name: ClassVar[str]
    examples = ("14x14x32 | {word}", "10x16 | {word}", "100 | {word}")

    def check(self, x: Shape) -> None:
        """Take any shape."""

    def weights(self, x: Shape) -> Weights:
        return {}

    def buffers(self, x: Shape) -> Weights:
        return {}

    def elementwise(self, x: Shape, y: Shape) -> Count:
        return product(hwc(y)) * self.ops

    def is_view(self) -> bool:
        return False

    def build(self, *inputs: Shape) -> nn.Module:
        from torch import nn

        made: nn.Module = getattr(nn, self.torch_name)()
        return made


class Relu(_Activation, word="relu"):
    """max(x, 0): one comparison."""

    ops, torch_name = 1, "ReLU"


class Relu6(_Activation, word="relu6"):
    """min(max(x, 0), 6): two comparisons."""

    ops, torch_name = 2, "ReLU6"


class LeakyRelu(_Activation, word="leakyrelu"):
    """x, or 0.01 x below 0: a comparison and a product."""

    ops, torch_name = 2, "LeakyReLU"


class Elu(_Activation, word="elu"):
    """x, or exp(x) - 1 below 0: comparison, exp, subtraction."""

    ops, torch_name = 3, "ELU"


class Selu(_Activation, word="selu"):
    """Scaled ELU: comparison, exp, subtraction, two products."""

    ops, torch_name = 5, "SELU"


class Celu(_Activation, word="celu"):
    """x, or a (exp(x/a) - 1) below 0: comparison, division, exp, subtraction, product."""

    ops, torch_name = 5, "CELU"


class Gelu(_Activation, word="gelu"):
    """x/2 (1 + erf(x/sqrt 2)): division, erf, addition, two products."""

    ops, torch_name = 5, "GELU"


class Silu(_Activation, word="silu"):
    """x sigmoid(x): the sigmoid's four and a product."""

    ops, torch_name = 5, "SiLU"


class Mish(_Activation, word="mish"):
    """x tanh(ln(1 + exp x)): exp, addition, ln, tanh, product."""

    ops, torch_name = 5, "Mish"


class Sigmoid(_Activation, word="sigmoid"):
    """1/(1 + exp(-x)): negation, exp, addition, division."""

    ops, torch_name = 4, "Sigmoid"


class HardSigmoid(_Activation, word="hardsigmoid"):
    """relu6(x + 3)/6: addition, two comparisons, division."""

    ops, torch_name = 4, "Hardsigmoid"


class HardSwish(_Activation, word="hardswish"):
    """x relu6(x + 3)/6: the hard sigmoid's four and a product."""

    ops, torch_name = 5, "Hardswish"


class Tanh(_Activation, word="tanh"):
    """tanh(x): one function."""

    ops, torch_name = 1, "Tanh"


class HardTanh(_Activation, word="hardtanh"):
    """min(max(x, -1), 1): two comparisons."""

    ops, torch_name = 2, "Hardtanh"


class Softplus(_Activation, word="softplus"):
    """ln(1 + exp x): exp, addition, ln."""

    ops, torch_name = 3, "Softplus"


class Softsign(_Activation, word="softsign"):
    """x/(1 + |x|): absolute value, addition, division."""

    ops, torch_name = 3, "Softsign"


@dataclass(frozen=True)
class Prelu(Elementwise, word="prelu"):
    """x, or a x below 0 with a learned per channel: a comparison and a product."""

    examples = ("14x14x32 | prelu", "10x16 | prelu")

    def check(self, x: Shape) -> None:
        """Take any shape."""

    def weights(self, x: Shape) -> Weights:
        return {"weight": (channels(x),)}

    def buffers(self, x: Shape) -> Weights:
        return {}

    def elementwise(self, x: Shape, y: Shape) -> Count:
        return product(hwc(y)) * 2

    def is_view(self) -> bool:
        return False

    def build(self, *inputs: Shape) -> nn.Module:
        from .torch_modules import prelu

        return prelu(channels(inputs[0]), len(inputs[0]) == 2)


@dataclass(frozen=True)
class _Normalizing(_Activation):
    """Softmax over the channels at each position."""

    def build(self, *inputs: Shape) -> nn.Module:
        from torch import nn

        made: nn.Module = getattr(nn, self.torch_name)(dim=1 if len(inputs[0]) > 2 else -1)
        return made


class Softmax(_Normalizing, word="softmax"):
    """exp(x)/sum of exp over the channels: compare, subtract, exp, add, divide."""

    ops, torch_name = 5, "Softmax"


class LogSoftmax(_Normalizing, word="logsoftmax"):
    """ln softmax: compare, subtract, exp, add, subtract."""

    ops, torch_name = 5, "LogSoftmax"


@dataclass(frozen=True)
class Glu(_Activation, word="glu"):
    """Half of the channels times the sigmoid of the other half: five operations per output."""

    ops, torch_name = 5, "GLU"

    def check(self, x: Shape) -> None:
        try:
            exact_div(channels(x), 2)
        except NotExact:
            raise LayerError(
                "E14", f"{channels(x)} channels cannot be split into 2 halves"
            ) from None

    def output(self, x: Shape) -> Shape:
        half = exact_div(channels(x), 2)
        return (half, *x[1:]) if len(x) > 2 else (*x[:-1], half)

    def build(self, *inputs: Shape) -> nn.Module:
        from torch import nn

        return nn.GLU(dim=1 if len(inputs[0]) > 2 else -1)


@dataclass(frozen=True)
class Dropout(Elementwise, word="dropout"):
    """Dropout: zeroes values at random in training; at inference it does nothing."""

    probability: str = number("p", "share of the values dropped in training", "0.5")

    examples = ("100 | dropout 0.4", "6x6x16 | dropout")

    def check(self, x: Shape) -> None:
        """Take any shape."""

    def weights(self, x: Shape) -> Weights:
        return {}

    def buffers(self, x: Shape) -> Weights:
        return {}

    def elementwise(self, x: Shape, y: Shape) -> Count:
        """Count nothing: the counts are those of inference."""
        return 0

    def is_view(self) -> bool:
        return True

    def build(self, *inputs: Shape) -> nn.Module:
        from torch import nn

        return nn.Dropout(float(self.probability))
