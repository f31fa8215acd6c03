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
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.api import analyze
from archcalc.arithmetic.unknown import Unknown
from archcalc.graph import Graph, Node
from archcalc.layers.activation import Relu
from archcalc.layers.merge import Multiply
from archcalc.quantities.receptive_field import WHOLE

from nets import NETS, RECEPTIVE_FIELDS

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

    def rounded(self, strides: list[int]) -> None:
        """TensorFlow's `same`, the odd pixel at the end; or pooling that rounds its size up."""
        kernels = [self.choose(1, 2, 3, 4) for _ in strides]
        pairs = list(zip(self.sizes, kernels, strides, strict=True))
        if self.draw(st.booleans()):
            outputs = [-(-n // s) for n, _, s in pairs]
            total = [
                max((o - 1) * s + k - n, 0) for (n, k, s), o in zip(pairs, outputs, strict=True)
            ]
            before = [t // 2 for t in total]
            word, rest = self.choose(("conv", "x2"), ("maxpool", ""), ("avgpool", "")), "same"
        else:
            before = [k // 2 for k in kernels]
            outputs = []
            for (n, k, s), pad in zip(pairs, before, strict=True):
                out = -(-(n + 2 * pad - k) // s) + 1
                outputs.append(out - ((out - 1) * s >= n + pad))  # it would start in the padding
            word, rest = self.choose(("maxpool", ""), ("avgpool", "")), f"pad {_x(before)} ceil"
        maps = [sliding(k, s, 1, b) for (_, k, s), b in zip(pairs, before, strict=True)]
        self.add(f"{word[0]} {_x(kernels)}{word[1]} stride {_x(strides)} {rest}", outputs, maps)

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
        what = draw(
            st.sampled_from(["window", "window", "rounded", "larger", "branches", "adaptive"])
        )
        if what == "window":
            builder.window(builder.several(1, 3), keeping=False)
        elif what == "rounded":
            builder.rounded(builder.several(1, 3))
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
        widest = max((one.span for one in known), default=0)
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


@settings(max_examples=200, deadline=None)
@given(nets(1))
def test_one_axis(net: RandomNet) -> None:
    assert_field(net)


@settings(max_examples=150, deadline=None)
@given(nets(2))
def test_two_axes(net: RandomNet) -> None:
    assert_field(net)


@settings(max_examples=150, deadline=None)
@given(nets(1, gaps=True))
def test_outputs_that_nothing_reaches(net: RandomNet) -> None:
    assert_field(net)


# Known truths: recursion, confirmed by a one-output gradient probe in torch


class Truth(NamedTuple):
    """A net, and what its output sees."""

    text: str
    size: Any
    jump: Any = None


TRUTHS = {
    "one layer": Truth("14x14x480 | conv 5x5x48 pad 2", (5, 5), (1, 1)),
    "bottleneck": Truth("14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2", (5, 5), (1, 1)),
    "AlexNet's trunk": Truth(NETS["alexnet"].text.partition(" | fc6")[0], (195, 195), (32, 32)),
    "VGG-16's trunk": Truth(NETS["vgg16"].text.partition(" | fc 4096")[0], (212, 212), (32, 32)),
    "ResNet-50 to layer4": Truth(
        NETS["resnet50"].text.partition(" | gap")[0], (427, 427), (32, 32)
    ),
    "ResNet-50 v1": Truth(NETS["resnet50-v1"].text.partition(" | gap")[0], (483, 483), (32, 32)),
    "3x1 then 1x7": Truth("32x32x3 | conv 3x1x8 | conv 1x7x8", (3, 7)),
    "dilation 1, 2, 4": Truth("32x32x3 | conv 3x3x8 | conv 3x3x8 d2 | conv 3x3x8 d4", (15, 15)),
    "residual, 1x1 shortcut": Truth(
        "32x32x8 | conv 3x3x8 | res( conv 3x3x8 pad 1 | conv 3x3x8 pad 1 ; conv 1x1x8 )", (7, 7)
    ),
    "parallel 3x3 and 5x5, then 3x3": Truth(
        "32x32x3 | concat( conv 3x3x8 pad 1 ; conv 5x5x8 pad 2 ) | conv 3x3x8", (7, 7)
    ),
    "conv s2 then deconv k2 s2": Truth("32x32x3 | conv 3x3x8 s2 | deconv 2x2x8 s2", (3, 3), (1, 1)),
    "conv s2, nearest upsample 2, conv3": Truth(
        "32x32x3 | conv 3x3x8 s2 | upsample 2 | conv 3x3x8", (5, 5), (1, 1)
    ),
    "5x5 and 2x2 pools in turn": Truth(
        "64x64x1 | conv 5x5x4 | maxpool 2x2 | conv 5x5x4 | maxpool 2x2 | conv 5x5x4", (32, 32)
    ),
    "upsampling alone": Truth("8x8x3 | upsample 2", (1, 1), (Fraction(1, 2), Fraction(1, 2))),
    "blending": Truth("8x8x3 | upsample 2 mode bilinear", (2, 2)),
    "odd adaptive pooling": Truth("13x13x3 | adaptiveavgpool 6x6", (3, 3)),
    "nothing reached": Truth("8x2 | deconv 1x2 s2 | conv 1x2 s2 pad 1:0 | conv 1x2", (0,)),
    "a sequence": Truth("100x16 | conv 3x16 s2 | conv 3x16 | maxpool 2", (9,), (4,)),
    "a volume in three axes": Truth("9x9x9x1 | conv 3x3x1x4 | conv 3x1x3x4", (5, 3, 3)),
    "a value of a vector": Truth("100 | relu", (1,), (1,)),
    "tokens see what pixels saw": Truth("32x32x3 | conv 8x8x16 s8 | tokens | linear 8", (8, 8)),
    "tokens added": Truth("8x8x4 | add( tokens ; conv 3x3x4 pad 1 | tokens )", (3, 3)),
    "symbols": Truth("HxWxC | conv 3x3x8 s2 | conv 3x3x8 | upsample 2", (7, 7), (1, 1)),
}


@pytest.mark.parametrize("name", TRUTHS)
def test_known_truths(name: str) -> None:
    truth = TRUTHS[name]
    net = analyze(truth.text)
    assert net.total("receptive_field") == truth.size
    if truth.jump is not None:
        assert net.total("jump") == truth.jump


@pytest.mark.parametrize("name", RECEPTIVE_FIELDS)
def test_fields_inside_a_net(name: str) -> None:
    layer, size = RECEPTIVE_FIELDS[name]
    assert analyze(NETS[name].text).column("receptive_field")[layer] == (size, size)


def test_a_symbolic_kernel_is_a_symbolic_field() -> None:
    net = analyze("HxWxC | conv (K)x3x8 | maxpool 2x2 | conv (K)x3x8 s2")
    sizes = [str(size) for size in net.total("receptive_field")]
    assert sizes == ["3*K - 1", "8"]
    joined, _ = analyze("HxWxC | concat( conv (K)x1x2 same ; conv 3x1x2 same )").total(
        "receptive_field"
    )
    k, h = (sympy.Symbol(name, integer=True, positive=True) for name in "KH")
    assert [joined.subs({k: size, h: 9}) for size in (1, 3, 5)] == [3, 3, 5]


@pytest.mark.parametrize(
    "stages", ["gap", "fc 10", "flatten | fc 10", "tokens | attn heads 2", "tokens | lstm 3"]
)
def test_what_sees_everything_is_whole(stages: str) -> None:
    net = analyze(f"8x8x4 | conv 3x3x4 | {stages}")
    assert net.total("receptive_field") is WHOLE
    assert repr(WHOLE) == "WHOLE"
    assert net.total("jump") is None
    assert net.total("first") is None


@pytest.mark.parametrize(
    "stages", ["mul( id ; gap )", "concat( gap ; gap ) | relu", "gap | conv 1x1x3", "gap | flatten"]
)
def test_whole_stays_whole(stages: str) -> None:
    assert analyze(f"8x8x4 | {stages}").total("receptive_field") is WHOLE


# What nobody can say is Unknown, with the reason

UNKNOWNS = {
    "strides 2 and 1": (
        "24x24x2 | concat( conv 3x3x2 s2 pad 1 ; conv 13x13x2 )",
        "misaligned paths meet in concat1.concat: through concat1.1.conv1 and concat1.2.conv1, "
        "paths step by 2 and by 1 input pixels",
    ),
    "an identity": (
        "24x24x2 | res( conv 3x3x2 s2 pad 1 | deconv 13x13x2 )",
        "misaligned paths meet in res1.add: through res1.deconv1 and input, "
        "paths step by 2 and by 1 input pixels",
    ),
    "the third of three, on one axis": (
        "24x24x2 | add( id ; conv 3x3x2 pad 1 ; conv 1x3x2 stride 2x1 pad 0x1 | deconv 13x1x2 )",
        "paths step by 1 and by 2 input pixels",
    ),
    "half steps": (
        "24x2 | concat( upsample 2 ; conv 3x2 pad 13 )",
        "paths step by 1/2 and by 1 input pixels",
    ),
    "rearranged positions": (
        "8x8x4 | tokens | conv 3x4",
        "conv1 looks at rearranged positions",
    ),
    "nobody said": ("8x8x4 | opaque routing 8x8x4 | conv 3x3x4", "nobody said what opaque1 sees"),
    "an unknown branch": (
        "8x8x4 | add( id ; opaque routing 8x8x4 )",
        "nobody said what add1.2.opaque1 sees",
    ),
    "a long pattern": (
        "4099x2 | adaptiveavgpool 4098",
        "the receptive field of adaptiveavgpool1: neighbours' fields repeat only after 4098 "
        "positions",
    ),
    "two patterns": (
        "4288x2 | concat( maxpool 64 | upsample 64 ; maxpool 67 | upsample 67 )",
        "the receptive field of concat1.concat: neighbours' fields repeat only after 4288 "
        "positions",
    ),
    "an expression nobody can read": (
        "HxWxC | [ res( conv (K)x3xC same ) ]*9",
        "its expression has grown too long; give the symbols numbers",
    ),
    "symbols where numbers are needed": (
        "HxWxC | deconv (K)x(K)x4 s2",
        "the receptive field of deconv1: needs numbers, and a size is a symbol",
    ),
}


@pytest.mark.parametrize("name", UNKNOWNS)
def test_unknown_fields_say_why(name: str) -> None:
    text, reason = UNKNOWNS[name]
    net = analyze(text)
    value = net.total("receptive_field")
    assert isinstance(value, Unknown)
    assert reason in value.reason
    assert net.total("jump") is None
    assert net.total("first") is None


def test_paths_over_different_inputs() -> None:
    """Graphs made by hand may have several inputs, with axes of their own."""
    nodes = (
        Node("scale", Relu(), ("vector",)),
        Node("mul", Multiply(), ("map", "scale")),
    )
    graph = Graph({"map": (8, 4, 4), "vector": (8,)}, nodes, "mul")
    value = analyze(graph).total("receptive_field")
    assert value == Unknown("the paths into mul have different axes")


@pytest.mark.parametrize(
    ("shape", "size"), [((3, 8, 8), (1, 1)), ((10, 16), (1,)), ((10,), (1,))], ids=str
)
def test_a_net_without_layers_sees_itself(shape: tuple[int, ...], size: tuple[int, ...]) -> None:
    net = analyze(Graph({"input": shape}, (), "input"))
    assert net.total("receptive_field") == size
    assert net.total("jump") == size
    assert net.total("first") == (0,) * len(size)
    assert net.output == net.total("output") == shape


TRUNKS = [
    ("14x14x3 | conv 5x5x4 | gap | fc 10", (5, 5)),
    ("14x14x3 | conv 5x5x4 | relu | flatten | fc 10 | relu | fc 3", (5, 5)),
    ("14x14x3 | conv 5x5x4 | se ratio 2 | conv 3x3x4 | gap", WHOLE),
    ("14x14x3 | fc 10", WHOLE),
    ("14x14x3 | conv 5x5x4", (5, 5)),
    ("14x14x3 | res( conv 3x3x3 pad 1 ) | tokens | attn | cls | fc 10", WHOLE),
    ("14x14x3 | conv 3x3x3 | tokens | res( attn ) | cls | fc 10", WHOLE),
]


@pytest.mark.parametrize(("spec", "field"), TRUNKS)
def test_field_in_front_of_the_head(spec: str, field: Any) -> None:
    net = analyze(spec)
    assert net.total("trunk_field") == field
    assert set(net.column("trunk_field").values()) == {None}


def test_a_factor_of_one_position_sees_the_same_place_for_all() -> None:
    assert analyze("8x8x4 | mul( id ; conv 8x8x4 )").total("receptive_field") is WHOLE
    assert analyze("8x8x4 | mul( id ; maxpool 9x9 pad 1 s9 )").total("receptive_field") is WHOLE
    part = analyze("8x8x4 | mul( id ; conv 3x3x4 s8 )").total("receptive_field")
    assert isinstance(part, Unknown)
    assert "scales all" in part.reason
    assert analyze("8x8x4 | mul( id ; conv 3x3x4 pad 1 )").total("receptive_field") == (3, 3)
    assert analyze("1x1x4 | mul( id ; conv 1x1x4 )").total("receptive_field") == (1, 1)
