"""The receptive field against brute force: which input positions does each output depend on?

The index maps below are written from the layers' definitions, one axis at a time, and know nothing
of archcalc's windows. A position is *interior* when nothing on its way reads padding.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nets import NETS, RECEPTIVE_FIELDS

from archcalc.api import analyze
from archcalc.arithmetic.unknown import Unknown
from archcalc.quantities.receptive_field import WHOLE

# Index maps: the input positions that output position o reads, on an axis without ends


def sliding(k: int, s: int, d: int, before: int) -> Callable[[int], Iterable[int]]:
    """Convolution and pooling: tap t of output o lies at o*s - before + t*d."""
    return lambda o: (o * s - before + t * d for t in range(k))


def transposed(k: int, s: int, d: int, before: int) -> Callable[[int], Iterable[int]]:
    """Transposed convolution: tap t of input i is added to output i*s - before + t*d."""
    return lambda o: ((o + before - t * d) // s for t in range(k) if (o + before - t * d) % s == 0)


def nearest(f: int) -> Callable[[int], Iterable[int]]:
    """Each input is repeated f times."""
    return lambda o: (o // f,)


def blended(f: int) -> Callable[[int], Iterable[int]]:
    """The centre of output o lies at (o + 1/2)/f - 1/2: between two inputs, or on one."""

    def reads(o: int) -> Iterable[int]:
        place = Fraction(2 * o + 1, 2 * f) - Fraction(1, 2)
        return {math.floor(place), math.ceil(place)}

    return reads


def adaptive(n: int, target: int) -> Callable[[int], Iterable[int]]:
    """Output o covers inputs floor(o*n/target) up to ceil((o + 1)*n/target), excluded."""
    return lambda o: range(
        math.floor(Fraction(o * n, target)), math.ceil(Fraction((o + 1) * n, target))
    )


@dataclass(frozen=True)
class Op:
    """One layer: its notation, and per axis its input size, its output size and its index map."""

    text: str
    sizes: tuple[int, ...]
    outputs: tuple[int, ...]
    reads: tuple[Callable[[int], Iterable[int]], ...]
    period: int = 1  # outputs after which the pattern repeats, at most


@dataclass(frozen=True)
class Branches:
    """Chains that start from one tensor and are joined."""

    kind: str
    chains: tuple[Any, ...]
    period: int = 1


Chain = tuple["Op | Branches", ...]


def written(chain: Chain) -> str:
    parts = []
    for item in chain:
        if isinstance(item, Op):
            parts.append(item.text)
            continue
        inner = " ; ".join(written(one) or "id" for one in item.chains)
        parts.append(f"{item.kind}( {inner} )" + (" | " + POINT if item.kind == "concat" else ""))
    return " | ".join(parts)


POINT = "{point}"  # a 1x1 convolution that brings the channels back to two


class Seen(NamedTuple):
    """The input positions that something depends on, and whether no padding was read."""

    positions: frozenset[int]
    interior: bool

    @property
    def span(self) -> int:
        return max(self.positions) - min(self.positions) + 1


def look_back(chain: Chain, positions: frozenset[int], axis: int) -> Seen:
    """Follow positions of the chain's output back to its input."""
    interior = True
    for item in reversed(chain):
        if isinstance(item, Op):
            positions = frozenset(i for o in positions for i in item.reads[axis](o))
            interior &= all(0 <= i < item.sizes[axis] for i in positions)
        else:
            seen = [look_back(one, positions, axis) for one in item.chains]
            positions = frozenset().union(*(one.positions for one in seen))
            interior &= all(one.interior for one in seen)
    return Seen(positions, interior)


# Random nets


@dataclass
class Builder:
    """Draws layers, keeping track of the sizes."""

    draw: st.DrawFn
    sizes: tuple[int, ...]
    gaps: bool = False  # whether transposed convolutions may leave outputs that nothing reaches
    chain: list[Any] = field(default_factory=list)

    def number(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))

    def several(self, least: int, most: int) -> list[int]:
        return [self.number(least, most) for _ in self.sizes]

    def choose(self, *values: Any) -> Any:
        return self.draw(st.sampled_from(values))

    def add(
        self,
        text: str,
        outputs: Iterable[int],
        reads: Iterable[Callable[[int], Iterable[int]]],
        period: int = 1,
    ) -> None:
        """Append a layer, unless nothing or too much would be left."""
        made = Op(text, self.sizes, tuple(outputs), tuple(reads), period)
        if all(1 <= n <= 200 for n in made.outputs):
            self.chain.append(made)
            self.sizes = made.outputs

    # One layer of each kind; pads None means such that the size becomes ceil(n/stride)

    def window(self, strides: list[int], keeping: bool) -> None:
        word = self.choose("conv", "conv", "maxpool", "avgpool")
        kernels, spacings = self.several(1, 4), [1] * len(self.sizes)
        if word != "avgpool":
            spacings = self.several(1, 3)
        if keeping and word != "conv":  # pools take half a window of padding at most
            kernels, spacings = [self.choose(1, 2, 3) for _ in self.sizes], [1] * len(self.sizes)
        spans = [d * (k - 1) + 1 for k, d in zip(kernels, spacings, strict=True)]
        if keeping:
            before = [(s - 1) // 2 if word != "conv" else self.number(0, s - 1) for s in spans]
            after = [s - 1 - b for s, b in zip(spans, before, strict=True)]
        else:
            most = 3 if word == "conv" else min(kernels) // 2
            before, after = self.several(0, most), self.several(0, most)
        outputs = [
            (n + b + a - span) // s + 1
            for n, b, a, span, s in zip(self.sizes, before, after, spans, strides, strict=True)
        ]
        filters = "x2" if word == "conv" else ""
        dilated = "" if word == "avgpool" else f" dilation {_x(spacings)}"
        pads = "x".join(f"{b}:{a}" for b, a in zip(before, after, strict=True))
        maps = [sliding(*one) for one in zip(kernels, strides, spacings, before, strict=True)]
        if all(n + b + a >= s for n, b, a, s in zip(self.sizes, before, after, spans, strict=True)):
            text = f"{word} {_x(kernels)}{filters} stride {_x(strides)}{dilated} pad {pads}"
            self.add(text, outputs, maps)

    def larger(self, factors: list[int], keeping: bool) -> None:
        """Upsampling, or a transposed convolution."""
        period = math.prod(factors)
        mode = self.choose("nearest", "bilinear", "deconv", "deconv")
        if mode != "deconv":
            outputs = [n * f for n, f in zip(self.sizes, factors, strict=True)]
            maps = [(nearest if mode == "nearest" else blended)(f) for f in factors]
            self.add(f"upsample {_x(factors)} mode {mode}", outputs, maps, period)
            return
        spacings = self.several(1, 2)
        kernels = [self.number(1 if self.gaps else f, f + 2) for f in factors]
        if not self.gaps:
            spacings = [1] * len(factors)
        spans = [d * (k - 1) + 1 for k, d in zip(kernels, spacings, strict=True)]
        pairs = list(zip(spans, factors, strict=True))
        if keeping and all(span >= f for span, f in pairs):
            before = [self.number(0, span - f) for span, f in pairs]
            after = [span - f - b for (span, f), b in zip(pairs, before, strict=True)]
            extra = [0] * len(pairs)
        elif keeping:
            return self.larger(factors, keeping)
        else:
            before, after = self.several(0, 1), self.several(0, 1)
            extra = [self.number(0, f - 1) for f in factors]
        outputs = [
            (n - 1) * f - b - a + span + e
            for n, f, b, a, span, e in zip(
                self.sizes, factors, before, after, spans, extra, strict=True
            )
        ]
        pads = "x".join(f"{b}:{a}" for b, a in zip(before, after, strict=True))
        text = (
            f"deconv {_x(kernels)}x2 stride {_x(factors)} dilation {_x(spacings)} pad {pads}"
            f" outpad {_x(extra)}"
        )
        maps = [transposed(*one) for one in zip(kernels, factors, spacings, before, strict=True)]
        return self.add(text, outputs, maps, period)

    def adaptive(self) -> None:
        targets = [self.number(1, min(n, 12)) for n in self.sizes]
        maps = [adaptive(n, t) for n, t in zip(self.sizes, targets, strict=True)]
        self.add(f"adaptiveavgpool {_x(targets)}", targets, maps, math.lcm(*targets))

    # Branches that end with the same size and the same stride: they follow one recipe

    def branches(self, depth: int, recipe: tuple[list[int], ...] = ()) -> None:
        made = []
        for _ in range(self.number(2, 3)):
            inner = Builder(self.draw, self.sizes, self.gaps)
            for strides in recipe:
                inner.unchanged(depth)
                inner.window(strides, keeping=True)
            inner.unchanged(depth)
            made.append((tuple(inner.chain), inner.sizes))
        (_, sizes), *_ = made
        chains = tuple(chain for chain, ends in made if ends == sizes)
        if len(chains) > 1:
            period = math.prod(item.period for chain in chains for item in chain)
            self.chain.append(Branches(self.choose("concat", "add"), chains, period))
            self.sizes = sizes

    def unchanged(self, depth: int) -> None:
        """Append layers that keep the size: none, some, or a way down and up again."""
        for _ in range(self.number(0, 2)):
            strides = self.several(1, 3)
            whole = all(n % s == 0 for n, s in zip(self.sizes, strides, strict=True))
            what = self.choose("keep", "keep", "down and up", "branches")
            if what == "down and up" and whole:
                self.window(strides, keeping=True)
                self.larger(strides, keeping=True)
            elif what == "branches" and depth:
                self.branches(depth - 1)
            else:
                self.window([1] * len(self.sizes), keeping=True)


def _x(values: Iterable[int]) -> str:
    return "x".join(map(str, values))


class RandomNet(NamedTuple):
    """A net as text and as index maps."""

    text: str
    chain: Chain
    outputs: tuple[int, ...]


@st.composite
def nets(draw: st.DrawFn, axes: int, gaps: bool = False) -> RandomNet:
    start = tuple(draw(st.sampled_from([24, 36, 37, 48, 53])) for _ in range(axes))
    builder = Builder(draw, start, gaps)
    for _ in range(draw(st.integers(1, 4))):
        what = draw(st.sampled_from(["window", "window", "larger", "branches", "adaptive"]))
        if what == "window":
            builder.window(builder.several(1, 3), keeping=False)
        elif what == "larger":
            builder.larger(builder.several(1, 3), keeping=False)
        elif what == "branches":
            builder.branches(1, draw(st.sampled_from([(), (builder.several(1, 3),)])))
        else:
            builder.adaptive()
    point = f"conv {_x([1] * axes)}x2"
    stages = written(tuple(builder.chain)) or POINT
    text = f"{_x(start)}x2 | {stages}".replace(POINT, point)
    return RandomNet(text, tuple(builder.chain), builder.sizes)


def assert_field(net: RandomNet) -> None:
    """Compare size, jump and first with brute force, per axis."""
    analyzed = analyze(net.text)
    sizes, jumps = analyzed.total("receptive_field"), analyzed.total("jump")
    firsts = analyzed.total("first")
    shape = analyzed.output[1:] if len(net.outputs) > 1 else analyzed.output[:1]
    assert shape == net.outputs, net.text
    period = math.prod(item.period for item in net.chain)
    for axis, (size, jump, first) in enumerate(zip(sizes, jumps, firsts, strict=True)):
        # On an axis without ends every position is interior: one period says it all
        count = min(period, 144)
        seen = [look_back(net.chain, frozenset({o}), axis) for o in range(count)]
        known = [one for one in seen if one.positions]
        widest = max(one.span for one in known)
        assert widest == size if count == period else widest <= size, (net.text, axis)
        if seen[0].positions:
            assert min(seen[0].positions) == first, (net.text, axis)
            later = look_back(net.chain, frozenset({period}), axis)
            moved = Fraction(min(later.positions) - min(seen[0].positions), period)
            assert moved == jump, (net.text, axis)
        # The positions that there are, as far as nothing on their way reads padding
        real = [
            look_back(net.chain, frozenset({o}), axis) for o in range(min(net.outputs[axis], 60))
        ]
        inside = [one.span if one.interior and one.positions else 0 for one in real]
        assert max(inside, default=0) <= size, (net.text, axis)
        if any(inside) and period == 1:
            assert max(inside) == size, (net.text, axis)


@settings(max_examples=120, deadline=None)
@given(nets(1))
def test_one_axis(net: RandomNet) -> None:
    assert_field(net)


@settings(max_examples=80, deadline=None)
@given(nets(2))
def test_two_axes(net: RandomNet) -> None:
    assert_field(net)


@settings(max_examples=80, deadline=None)
@given(nets(1, gaps=True))
def test_outputs_that_nothing_reaches(net: RandomNet) -> None:
    assert_field(net)
