"""Inception-v3's modules: large windows factorized into small and into one-sided ones.

Szegedy et al. 2015, https://arxiv.org/abs/1512.00567, figures 5 to 7 and 10, with the widths of
the released net. The letters are those that Inception-v4 gave them (A at 35x35, B at 17x17, C at
8x8), https://arxiv.org/abs/1602.07261; torchvision calls B InceptionC and C InceptionE.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..arithmetic.dims import Shape
from ..arithmetic.expression import size_text
from ..layers.options import size
from .base import Block
from .pieces import check_volume

_AFTER = "+bn +relu"
_ONE = f"conv 1x1x{{}} {_AFTER}"
_ROW = f"conv 1x7x{{}} pad 0x3 {_AFTER}"
_COLUMN = f"conv 7x1x{{}} pad 3x0 {_AFTER}"
_SPLIT = f"concat( conv 1x3x384 pad 0x1 {_AFTER} ; conv 3x1x384 pad 1x0 {_AFTER} )"


def _chain(*stages: str) -> str:
    return " | ".join(stages)


@dataclass(frozen=True)
class InceptionA(Block, word="inceptiona"):
    """Inception-A at 35x35: a 5x5, two 3x3 in a row, a pooling, each behind its reduction."""

    pool: int = size("np", "1x1 filters behind the pooling", "the pooling's projection")

    examples = ("35x35x192 | inceptiona 32",)

    def body(self, x: Shape) -> str:
        check_volume(self.word, x)
        three = f"conv 3x3x96 pad 1 {_AFTER}"
        branches = (
            _ONE.format(64),
            _chain(_ONE.format(48), f"conv 5x5x64 pad 2 {_AFTER}"),
            _chain(_ONE.format(64), three, three),
            _chain("avgpool 3x3 s1 pad 1", _ONE.format(size_text(self.pool))),
        )
        return f"concat( {' ; '.join(branches)} )"


@dataclass(frozen=True)
class InceptionB(Block, word="inceptionb"):
    """Inception-B at 17x17: 7x7 windows factorized into 1x7 and 7x1."""

    inner: int = size("c", "filters of the 1x7 and 7x1 inside", "a number of filters")

    examples = ("17x17x768 | inceptionb 128",)

    def body(self, x: Shape) -> str:
        check_volume(self.word, x)
        c = size_text(self.inner)
        row, column = _ROW.format(c), _COLUMN.format(c)
        branches = (
            _ONE.format(192),
            _chain(_ONE.format(c), row, _COLUMN.format(192)),
            _chain(_ONE.format(c), column, row, column, _ROW.format(192)),
            _chain("avgpool 3x3 s1 pad 1", _ONE.format(192)),
        )
        return f"concat( {' ; '.join(branches)} )"


@dataclass(frozen=True)
class InceptionC(Block, word="inceptionc"):
    """Inception-C at 8x8: 1x3 and 3x1 side by side, which widens the output."""

    examples = ("8x8x1280 | inceptionc",)

    def body(self, x: Shape) -> str:
        check_volume(self.word, x)
        branches = (
            _ONE.format(320),
            _chain(_ONE.format(384), _SPLIT),
            _chain(_ONE.format(448), f"conv 3x3x384 pad 1 {_AFTER}", _SPLIT),
            _chain("avgpool 3x3 s1 pad 1", _ONE.format(192)),
        )
        return f"concat( {' ; '.join(branches)} )"


@dataclass(frozen=True)
class ReductionA(Block, word="reductiona"):
    """Grid reduction from 35x35 to 17x17: convolutions and a pooling of stride 2 side by side."""

    examples = ("35x35x288 | reductiona",)

    def body(self, x: Shape) -> str:
        check_volume(self.word, x)
        branches = (
            f"conv 3x3x384 s2 {_AFTER}",
            _chain(_ONE.format(64), f"conv 3x3x96 pad 1 {_AFTER}", f"conv 3x3x96 s2 {_AFTER}"),
            "maxpool 3x3 s2",
        )
        return f"concat( {' ; '.join(branches)} )"


@dataclass(frozen=True)
class ReductionB(Block, word="reductionb"):
    """Grid reduction from 17x17 to 8x8, one of its paths behind a 1x7 and a 7x1."""

    examples = ("17x17x768 | reductionb",)

    def body(self, x: Shape) -> str:
        check_volume(self.word, x)
        branches = (
            _chain(_ONE.format(192), f"conv 3x3x320 s2 {_AFTER}"),
            _chain(
                _ONE.format(192),
                _ROW.format(192),
                _COLUMN.format(192),
                f"conv 3x3x192 s2 {_AFTER}",
            ),
            "maxpool 3x3 s2",
        )
        return f"concat( {' ; '.join(branches)} )"
