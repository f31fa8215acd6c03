"""Slips about parameters: P01 to P14."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from ...arithmetic.dims import Shape, product
from ...layers.base import channels, hwc, spatial
from ...layers.conv import LENET5_CONNECTIONS
from ..measures import Place
from .base import Example, KindSlip, NumberSlip, Slip, TermSlip
from .shape import R3
from .term import Term

R4 = "27x27x96 | conv 5x5x256 pad 2 groups 2"
R5 = "300x300x3 | conv 5x5x100"
PARAMS = frozenset({"params", "weights"})
BOTH = PARAMS | {"macs"}
_NORMS = ("bn", "ln", "gn", "rmsnorm", "lrn")  # their bias is a learned shift
_FILTERS = ("conv", "deconv", "dwconv")
_PARAMETERLESS = ("relu", "maxpool", "avgpool", "gap", "flatten", "dropout", "softmax", "add")


def _with_bias(term: Term, bias: tuple[int, ...]) -> Term:
    return replace(term, weights={**term.weights, "bias": bias})


def _no_bias(term: Term, place: Place) -> Term | None:
    kept = {name: shape for name, shape in term.weights.items() if "bias" not in name}
    if not kept or len(kept) == len(term.weights) or place.word in _NORMS:
        return None
    return replace(term, weights=kept)


def _no_input_depth(term: Term, place: Place) -> Term | None:
    if place.word == "deconv" and len(term.weight) > 2 and term.weight[0] > 1:
        return replace(term, weights={**term.weights, "weight": (1, *term.weight[1:])})
    if place.word != "conv" or len(term.weight) < 3 or term.weight[1] == 1:
        return None
    return term.reweighted((term.weight[0], 1, *term.weight[2:]))


def _one_bias(term: Term, place: Place) -> Term | None:
    bias = term.weights.get("bias")
    if bias is None or term.counted is None or product(bias) == 1:
        return None
    return _with_bias(term, (1,))


def _bias_everywhere(term: Term, place: Place) -> Term | None:
    bias = term.weights.get("bias")
    if bias is None or place.word not in _FILTERS:
        return None
    return _with_bias(term, (*bias, *spatial(place.facts.output)))


def _unshared(term: Term, place: Place) -> Term | None:
    if place.word not in _FILTERS or len(term.weight) < 3:
        return None
    places = spatial(place.facts.output)
    bias = term.weights.get("bias")
    weights = {**term.weights, "weight": (*term.weight, *places)}
    if bias is not None:
        weights["bias"] = (*bias, *places)
    return replace(term, weights=weights)


def _unshared_weights(term: Term, place: Place) -> Term | None:
    if place.word not in _FILTERS or len(term.weight) < 3 or "bias" not in term.weights:
        return None
    weight = (*term.weight, *spatial(place.facts.output))
    return replace(term, weights={**term.weights, "weight": weight})


def _statistics(term: Term, place: Place) -> Term | None:
    buffers = place.facts.buffers
    if place.word != "bn" or "running_mean" not in buffers:
        return None
    kept = {name: buffers[name] for name in ("running_mean", "running_var")}
    return replace(term, weights={**term.weights, **kept})


def no_groups(term: Term, place: Place) -> Term | None:
    """Connect every filter to every input channel."""
    groups = getattr(place.layer, "groups", 1)
    if groups == 1 or len(term.weight) < 3:
        return None
    return term.reweighted((term.weight[0], term.weight[1] * groups, *term.weight[2:]))


def _groups_twice(term: Term, place: Place) -> Term | None:
    groups = getattr(place.layer, "groups", 1)
    if groups == 1 or len(term.weight) < 3 or term.weight[0] % groups:
        return None
    # the number of filters in MACs stays that of the output
    weight = (term.weight[0] // groups, *term.weight[1:])
    return replace(term, weights={**term.weights, "weight": weight})


def _bias_per_input(term: Term, place: Place) -> Term | None:
    if place.word not in ("fc", "linear") or "bias" not in term.weights:
        return None
    return _with_bias(term, (term.weight[1],))


def unflattened(place: Place) -> Shape:
    """Return a layer's input before it was flattened."""
    x, before = place.facts.inputs[0], place.before
    while before is not None and len(x) == 1 and before.word in ("flatten", "dropout", "relu"):
        x, before = before.facts.inputs[0], before.before
    return x


def _not_flattened(term: Term, place: Place) -> Term | None:
    """Take the depth of the volume for all its values."""
    if place.word != "fc":
        return None
    x = unflattened(place)
    if len(x) < 3 or product(spatial(x)) == 1:
        return None
    return term.reweighted((term.weight[0], channels(x)))


def _full_for_depthwise(term: Term, place: Place) -> Term | None:
    if place.word == "dwconv" or (place.word == "conv" and _is_depthwise(place)):
        depth = channels(place.facts.inputs[0])
        return term.reweighted((term.weight[0], depth, *term.weight[2:]))
    return None


def _is_depthwise(place: Place) -> bool:
    groups = getattr(place.layer, "groups", 1)
    return bool(groups > 1 and groups == channels(place.facts.inputs[0]))


def _full_table(term: Term, place: Place) -> Term | None:
    if getattr(place.layer, "table", None) is None or term.counted is None:
        return None
    maps = channels(place.facts.inputs[0]) * place.layer.channels
    assert term.weight[0] == LENET5_CONNECTIONS
    return replace(
        term,
        counted=(*term.counted[:-1], maps),
        weights={**term.weights, "weight": (maps, *term.weight[1:])},
    )


def _learns_nothing(place: Place, value: Fraction) -> bool:
    return place.word in _PARAMETERLESS and place.facts.params == 0 and value > 0


def _binary(power: int, ask: str) -> Iterable[Fraction]:
    if power and ask in PARAMS:
        yield Fraction(1000, 1024) ** power


SLIPS: tuple[Slip, ...] = (
    TermSlip(
        "P01",
        "no biases",
        "k^2*Ci*Co",
        "{given} = {weights} counts the weights. The {b} biases count too.",
        "{given} counts the weights. The {all_b} biases count too.",
        fraction=Fraction(1, 2),
        almost=True,
        change=_no_bias,
        counts=frozenset({"params"}),
        examples=(
            Example(R3, "params", "9,408"),
            Example(R5, "params", "7,500"),
            Example("14x14x480 | conv 1x1x16", "params", "7,680"),
        ),
    ),
    TermSlip(
        "P02",
        "input channels left out",
        "(k^2 + 1)*Co",
        "Each filter is {window}x{depth}: it looks through all input channels.",
        "A filter looks through all input channels of its layer: k*k*Ci weights.",
        change=_no_input_depth,
        counts=PARAMS,
        examples=(Example(R5, "params", "2,600"),),
    ),
    TermSlip(
        "P03",
        "one bias per layer",
        "k^2*Ci*Co + 1",
        "One bias per filter ({b}), not one for the layer.",
        "One bias per filter, not one for each layer.",
        change=_one_bias,
        counts=frozenset({"params"}),
        examples=(Example(R5, "params", "7,501"),),
    ),
    TermSlip(
        "P04",
        "a bias for every output position",
        "(k^2*Ci + Ho*Wo)*Co",
        "The bias is shared over positions, like the weights.",
        change=_bias_everywhere,
        counts=frozenset({"params"}),
        examples=(Example(R3, "params", "812,224"),),
    ),
    TermSlip(
        "P05",
        "no weight sharing",
        "params * Ho*Wo",
        "That would be a separate filter at every position (a locally connected layer).",
        change=_unshared,
        counts=PARAMS,
        examples=(Example(R3, "params", "118,816,768"),),
    ),
    TermSlip(
        "P05",
        "no weight sharing",
        "weights * Ho*Wo + biases",
        "That would be a separate filter at every position (a locally connected layer).",
        change=_unshared_weights,
        counts=frozenset({"params"}),
    ),
    KindSlip(
        "P06",
        "pooling or ReLU with parameters",
        "more than 0",
        "Max and average pooling, ReLU, flatten and dropout have nothing to learn: 0. (LeNet-5's "
        "1998 subsampling is the exception: 2 per map.)",
        holds=_learns_nothing,
        examples=(
            Example("32x32x16 | maxpool 2x2 s2", "params", "64"),
            Example("32x32x16 | relu", "params", "16"),
        ),
    ),
    TermSlip(
        "P07",
        "moving statistics of batch norm",
        "4C",
        "4C counts the running mean and variance, which are stored but not trained. "
        "Trainable: 2C = {right}.",
        "This counts the running mean and variance of batch norm too, which are stored but not "
        "trained.",
        change=_statistics,
        counts=frozenset({"params"}),
        examples=(Example("56x56x256 | bn", "params", "1,024"),),
    ),
    TermSlip(
        "P08",
        "groups ignored",
        "k^2*Ci*Co + Co",
        "With {g} groups each filter sees {depth} channels, not {n_in}.",
        "In a layer with groups each filter sees Ci/g channels, not Ci.",
        change=no_groups,
        counts=PARAMS,
        examples=(Example(R4, "params", "614,656"),),
    ),
    TermSlip(
        "P09",
        "groups divided twice",
        "k^2*(Ci/g)*(Co/g) + Co",
        "Divide by the groups once.",
        change=_groups_twice,
        counts=PARAMS,
        examples=(Example(R4, "params", "153,856"),),
    ),
    TermSlip(
        "P10",
        "fully connected bias on the inputs",
        "n_in*(n_out + 1)",
        "One bias per output: {values}*{filters}+{filters} = {right}.",
        "One bias per output of a fully connected layer, not per input.",
        change=_bias_per_input,
        counts=frozenset({"params"}),
        examples=(Example("128 | fc 256", "params", "32,896"),),
    ),
    TermSlip(
        "P11",
        "fully connected layer without flattening",
        "C*n + n",
        "The layer sees {flat} = {values} numbers, not {n_in}.",
        "A fully connected layer sees height x width x depth numbers, not the depth alone.",
        change=_not_flattened,
        counts=BOTH,
        examples=(Example("6x6x256 | fc 4096", "params", "1,052,672"),),
    ),
    TermSlip(
        "P12",
        "depthwise as a full convolution",
        "k^2*C*C",
        "Depthwise: one {window} filter per channel: {taps}*{filters} = {only_weights}.",
        "In a depthwise layer each channel has one filter: k*k*C weights.",
        change=_full_for_depthwise,
        counts=BOTH,
        examples=(Example("56x56x144 | dwconv 3x3 pad 1 nobias", "params", "186,624"),),
    ),
    TermSlip(
        "P13",
        "LeNet-5's C3 connected to all maps",
        "k^2*6*16 + 16",
        "In the 1998 paper C3 is connected by a table: {right}. {given} is the modern version.",
        change=_full_table,
        counts=BOTH,
        examples=(Example("14x14x6 | conv 5x5x16 table lenet5", "params", "2,416"),),
    ),
    NumberSlip(
        "P14",
        "K = 1024",
        "params / 1024",
        "{given} is {right}/{binary}. Here K = 1000: {short}.",
        almost=True,
        factors=_binary,
        examples=(
            Example("28x28x64 | conv 1x1x64 nobias | conv 3x3x192 nobias same", "params", "112K"),
        ),
    ),
)


def full_shape(place: Place) -> str:
    """Return the input of a fully connected layer as a product: 6x6x256."""
    return "x".join(map(str, hwc(place.facts.inputs[0])))
