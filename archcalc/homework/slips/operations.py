"""Slips about operations: O01 to O18."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import Any

from ...analysis import walk
from ...arithmetic.dims import product
from ...layers.base import channels, spatial
from ...layers.window import Window
from ..measures import Place
from .base import Example, NetSlip, NumberSlip, Slip, SumSlip, TermSlip
from .params import R4, no_groups
from .shape import R3, other_input
from .term import Term

R1 = "14x14x480 | conv 5x5x48 pad 2"
R2 = "14x14x480 | r: conv 1x1x16 | c: conv 5x5x48 pad 2"
MACS = frozenset({"macs"})
COSTS = frozenset({"macs", "macs+bias"})
FLOPS = frozenset({"flops", "flops2"})
_SIDES = (
    32,
    64,
    96,
    112,
    128,
    160,
    192,
    224,
    227,
    229,
    240,
    256,
    288,
    299,
    300,
    320,
    384,
    448,
    512,
)


def _twice(power: int, ask: str) -> Iterable[Fraction]:
    if ask in COSTS:
        yield Fraction(2)


def _half(power: int, ask: str) -> Iterable[Fraction]:
    if ask in COSTS | FLOPS:
        yield Fraction(1, 2)


def _at_inputs(term: Term, place: Place) -> Term | None:
    if place.word not in ("conv", "dwconv") or term.counted is None:
        return None
    return replace(term, counted=(*spatial(place.facts.inputs[0]), term.counted[-1]))


def _at_padded_inputs(term: Term, place: Place) -> Term | None:
    windows = place.facts.windows
    if place.word not in ("conv", "dwconv") or term.counted is None:
        return None
    assert isinstance(windows, tuple)
    sliding = [window for window in windows if isinstance(window, Window)]
    sizes = spatial(place.facts.inputs[0])
    padded = tuple(int(w.padded(n)) for w, n in zip(sliding, sizes, strict=True))
    return None if padded == tuple(sizes) else replace(term, counted=(*padded, term.counted[-1]))


def _no_input_depth(term: Term, place: Place) -> Term | None:
    if place.word not in ("conv", "linear") or term.counted is None or term.taps[0] == 1:
        return None
    return replace(term, taps=(1, *term.taps[1:]))


def _no_filters(term: Term, place: Place) -> Term | None:
    if place.word != "conv" or term.counted is None or term.counted[-1] == 1:
        return None
    return replace(term, counted=(*term.counted[:-1], 1))


def _one_side(term: Term, place: Place) -> Term | None:
    window = term.taps[1:]
    if place.word not in ("conv", "dwconv") or len(window) != 2 or len(set(window)) > 1:
        return None
    return None if window[0] == 1 else replace(term, taps=term.taps[:-1])


def _depth_before_reduction(term: Term, place: Place) -> Term | None:
    """Take the depth in front of the 1x1 layer that feeds this one."""
    before = place.before
    while before is not None and before.word in ("relu", "bn"):
        before = before.before
    if place.word not in ("conv", "deconv") or term.counted is None or before is None:
        return None
    if before.word != "conv" or set(before.layer.kernel[:2]) != {1} or place.layer.groups > 1:
        return None
    depth = channels(before.facts.inputs[0])
    return None if depth == term.taps[0] else replace(term, taps=(depth, *term.taps[1:]))


def _window_of_next(term: Term, place: Place) -> Term | None:
    """Take the next layer's window for this one's 1x1."""
    if place.word != "conv" or term.counted is None or set(term.taps[1:]) != {1}:
        return None
    for after in place.after:
        following = after
        while following.word in ("relu", "bn") and len(following.after) == 1:
            following = following.after[0]
        window = following.facts.weights.get("weight", ())[2:]
        if following.word == "conv" and prod(window) > 1:
            return replace(term, taps=(term.taps[0], *window))
    return None


def _weights_once(term: Term, place: Place) -> Term | None:
    if term.counted is None or len(term.counted) < 2 or product(term.counted[:-1]) == 1:
        return None
    return replace(term, counted=(*(1 for _ in term.counted[:-1]), term.counted[-1]))


def _one_missing(amounts: list[int]) -> Iterable[tuple[int, tuple[int, ...]]]:
    costly = [i for i, amount in enumerate(amounts) if amount]
    if len(costly) < 2:
        return
    whole = sum(amounts)
    for i in costly:
        yield whole - amounts[i], (i,)
    if len(costly) > 2:
        for i in costly:
            yield amounts[i], tuple(j for j in costly if j != i)


def _multiplied(amounts: list[int]) -> Iterable[tuple[int, tuple[int, ...]]]:
    costly = [i for i, amount in enumerate(amounts) if amount]
    if 1 < len(costly) <= 8:
        yield prod(amounts[i] for i in costly), tuple(costly)


def _scaled(power: int, ask: str) -> Iterable[Fraction]:
    for digits in (3, 6, 9, 1, 2, 4, 5):
        yield Fraction(10) ** digits
        yield Fraction(1, 10) ** digits


def _binary(power: int, ask: str) -> Iterable[Fraction]:
    if power and ask in COSTS | FLOPS:
        yield Fraction(1000, 1024) ** power


def _with_heads(subject: Any, measure: Any) -> Iterable[tuple[Any, str]]:
    from ..measures import OfLayers, Subject

    analysis = subject.analysis
    if not subject.is_whole or analysis.settings.train or not analysis.graph.training_only:
        return
    settings = replace(analysis.settings, train=True)
    trained = walk(analysis.graph, settings)
    if isinstance(measure, OfLayers):
        yield measure.value(Subject(trained, tuple(range(len(trained.nodes))))), ""


def _other_sides(subject: Any, measure: Any) -> Iterable[tuple[Any, str]]:
    from ..measures import Cost

    shape = next(iter(subject.analysis.graph.inputs.values()))
    if not isinstance(measure, Cost) or len(spatial(shape)) != 2 or len(set(spatial(shape))) > 1:
        return
    own = spatial(shape)[0]
    if own < 32 or len(subject.analysis.nodes) < 3:  # a map inside a net, not an image
        return
    for side in _SIDES:
        if side == own:
            continue
        other = other_input(subject, side)
        if other is not None:
            yield measure.value(replace(subject, analysis=other)), f"{side}x{side}"


def _biased(subject: Any, measure: Any) -> Iterable[tuple[Any, str]]:
    from ..measures import measure as measure_of

    if measure.key != "macs":
        return
    value = measure_of("macs+bias").value(subject)
    if value != measure.value(subject):
        yield value, ""


SLIPS: tuple[Slip, ...] = (
    NumberSlip(
        "O01",
        "FLOPs instead of MACs",
        "2 * MACs",
        "Twice the answer: you counted multiply and add separately. The question asks for MACs.",
        fraction=Fraction(1, 2),
        almost=True,
        factors=_twice,
        examples=(Example(R1, "macs", "225.8M"),),
    ),
    NumberSlip(
        "O02",
        "half, or MACs instead of FLOPs",
        "MACs / 2",
        "Half the answer: one FLOP pair is one MAC, so FLOPs = 2 x MACs, not the other way.",
        factors=_half,
        examples=(Example(R1, "macs", "56.45M"), Example(R1, "flops2", "112.9M")),
    ),
    TermSlip(
        "O03",
        "input size for output size",
        "H*W instead of Ho*Wo",
        "Count output positions: {out}, not {in}. Yours is {times} as many.",
        "Count output positions, not input positions, in each layer.",
        change=_at_inputs,
        counts=MACS,
        collides=("S06",),
        examples=(Example(R3, "macs", "472,055,808"),),
    ),
    TermSlip(
        "O04",
        "padded input for output size",
        "(n + 2p)^2",
        "{padded} is the padded input. Outputs are {out}.",
        "Count output positions, not those of the padded input, in each layer.",
        change=_at_padded_inputs,
        counts=MACS,
        examples=(Example(R1, "macs", "186,624,000"),),
    ),
    TermSlip(
        "O05",
        "input depth left out",
        "Ho*Wo*Co*k^2",
        "Each output needs {window}x{depth} products: the window goes through all {depth} "
        "channels.",
        "Each output needs k*k*Ci products: the window goes through all input channels.",
        change=_no_input_depth,
        counts=MACS,
        examples=(Example(R1, "macs", "235,200"),),
    ),
    TermSlip(
        "O06",
        "one filter only",
        "Ho*Wo*k^2*Ci",
        "That is one output map; there are {filters}.",
        "That is one output map of a layer; there are as many as filters.",
        change=_no_filters,
        counts=MACS,
        examples=(Example(R1, "macs", "2,352,000"),),
    ),
    TermSlip(
        "O07",
        "k instead of k^2",
        "Ho*Wo*Co*k*Ci",
        "A {window} window has {taps} positions, not {k}.",
        "A kxk window has k*k positions, not k.",
        change=_one_side,
        counts=MACS,
        examples=(Example(R1, "macs", "22,579,200"),),
    ),
    SumSlip(
        "O08",
        "a layer left out",
        "one term of the sum is missing",
        "This is what you get if the {missing} left out.",
        fraction=Fraction(1, 2),
        sums=_one_missing,
        examples=(Example(R2, "macs", "3,763,200"), Example(R2, "macs", "3.8M")),
    ),
    TermSlip(
        "O09",
        "old depth after the reduction",
        "Ci in the second term",
        "After `{before}` the {window} layer sees {depth} channels, not {depth_before}. (This is "
        "why the trick works.)",
        "After a 1x1 convolution the next layer sees the 1x1 layer's filters, not its input depth.",
        change=_depth_before_reduction,
        counts=MACS,
        examples=(Example(R2, "macs", "114,401,280"),),
    ),
    TermSlip(
        "O10",
        "k^2 on the 1x1",
        "k^2 in the first term",
        "This layer is 1x1: one product per channel.",
        change=_window_of_next,
        counts=MACS,
        examples=(Example(R2, "macs", "41,395,200"),),
    ),
    TermSlip(
        "O11",
        "parameters for operations",
        "k^2*Ci*Co",
        "That is the number of weights. Each is used at {out} places.",
        "That is the number of weights. Each is used at every output position.",
        change=_weights_once,
        counts=MACS,
        examples=(Example(R1, "macs", "576,000"),),
    ),
    NetSlip(
        "O12",
        "bias adds counted",
        "MACs + Ho*Wo*Co",
        "Also a convention (torchinfo): {given} counts the bias adds. This course does not.",
        fraction=Fraction(1),
        almost=True,
        values=_biased,
        examples=(Example(R1, "macs", "112,905,408"),),
    ),
    TermSlip(
        "O13",
        "groups ignored",
        "k^2*Ci instead of k^2*Ci/g",
        "With {g} groups each filter sees {depth} channels, not {n_in}.",
        "In a layer with groups each filter sees Ci/g channels, not Ci.",
        change=no_groups,
        counts=MACS,
        collides=("O01",),
        examples=(Example(R4, "macs", "447,897,600"),),
    ),
    SumSlip(
        "O14",
        "layers multiplied",
        "f1 * f2",
        "Costs of layers in sequence are added, not multiplied.",
        sums=_multiplied,
        examples=(Example(R2, "macs", "5,664,669,696,000"),),
    ),
    NumberSlip(
        "O15",
        "wrong unit or misplaced point",
        "x1000, /1000",
        "Digits right, unit wrong: {right} is {short}.",
        factors=_scaled,
        examples=(Example(R1, "macs", "112.9K"), Example(R1, "macs", "112.9G")),
    ),
    NumberSlip(
        "O16",
        "M = 2^20",
        "MACs / 2^20",
        "That divides by {binary}. Counts use M = 10^6: {short}.",
        almost=True,
        factors=_binary,
        examples=(Example(R1, "macs", "107.7M"),),
    ),
    NetSlip(
        "O17",
        "auxiliary heads counted",
        "+ auxiliary heads",
        "Includes the auxiliary classifiers, which exist only in training.",
        values=_with_heads,
        examples=(Example("zoo:googlenet", "macs", "1,591,044,096"),),
    ),
    NetSlip(
        "O18",
        "another input size",
        "x (256/224)^2",
        "This fits a {label} input.",
        values=_other_sides,
        examples=(Example("zoo:vgg11", "macs", "9.932G"),),
    ),
)
