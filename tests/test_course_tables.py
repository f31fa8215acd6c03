"""The course's units, weights and connections: each printed figure equal, or explained.

Grosse, CSC321 lecture 12 (2017), the same tables in CSC413 2020, readings L05a and L05b; the
counts with biases are those of LeCun et al. 1998, section II.B, and of LeCun et al. 1989.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

import pytest

import archcalc
from archcalc.arithmetic.units import printed
from archcalc.figures import check
from archcalc.notation.entries import Figure, Spec
from archcalc.readers.zoo import spec


def net(name: str) -> Any:
    return archcalc.analyze(name)


def summed(name: str, column: str, layers: tuple[str, ...]) -> Any:
    """Return the sum over layers, or of the whole net where none is given."""
    values = net(name).column(column)
    return sum(values[layer] for layer in layers) if layers else net(name).total(column)


# Table 1: LeNet with an all-to-all C3; units, connections and weights, without biases

TABLE_1 = {
    "c1": (4704, 117_600, 150),
    "s2": (1176, 4704, 0),
    "c3": (1600, 240_000, 2400),
    "s4": (400, 1600, 0),
    "f5": (120, 48_000, 48_000),
    "f6": (84, 10_080, 10_080),
    "output": (10, 840, 840),
}
COURSE = ("units", "connections", "weights")


@pytest.mark.parametrize("layer", TABLE_1)
def test_table_1(layer: str) -> None:
    counts = tuple(net("lenet5:modern").column(column)[layer] for column in COURSE)
    assert counts == TABLE_1[layer]


def test_table_1_sums() -> None:
    modern = net("lenet5:modern")
    for column, values in zip(COURSE, zip(*TABLE_1.values(), strict=True), strict=True):
        assert modern.total(column) == sum(values)
    assert (modern.total("params"), modern.total("macs")) == (61_706, 416_520)


# LeNet-5 as LeCun counts it: a connection for each unit's bias

LENET5 = {
    "c1": (156, 122_304),
    "s2": (12, 5880),
    "c3": (1516, 151_600),
    "s4": (32, 2000),
    "c5": (48_120, 48_120),
    "f6": (10_164, 10_164),
    "output": (0, 840),
}


@pytest.mark.parametrize("layer", LENET5)
def test_lenet5(layer: str) -> None:
    columns = net("lenet5").column("params"), net("lenet5").column("connections_with_bias")
    assert tuple(column[layer] for column in columns) == LENET5[layer]


def test_lenet5_sums() -> None:
    lenet5 = net("lenet5")
    assert lenet5.total("connections_with_bias") == 340_908
    learned = [params for layer, (params, _) in LENET5.items() if layer != "output"]
    assert sum(learned) == 60_000
    assert lenet5.total("params") - lenet5.column("params")["output"] == 60_000


LENET1989 = {"h1": 19_968, "h2": 38_592, "h3": 5790, "output": 310}


@pytest.mark.parametrize("layer", LENET1989)
def test_lenet1989(layer: str) -> None:
    assert net("lenet1989").column("connections_with_bias")[layer] == LENET1989[layer]


def test_lenet1989_sums() -> None:
    lenet = net("lenet1989")
    assert lenet.total("connections_with_bias") == sum(LENET1989.values()) == 64_660
    assert lenet.column("weights")["h1"] == 25 * 12
    assert lenet.column("weights")["h2"] == 25 * 8 * 12


# Table 2, and what else the readings print: equal to its digits, or explained by arithmetic


class Printed(NamedTuple):
    """A printed figure, what it is about, and what it is where it does not follow."""

    name: str
    column: str
    layers: tuple[str, ...]
    text: str
    explained: int | None = None


HIDDEN = ("c1", "s2", "c3", "s4", "c5", "f6")
CONVOLUTIONS = ("conv1", "conv2", "conv3", "conv4", "conv5")
UNITS = (*CONVOLUTIONS, "fc6", "fc7")
BIASES_OF_UNITS = (768 - 12) + (192 - 12)

TABLE_2 = [
    Printed("lenet1989", "units", (), "1256", 16 * 16 + 1000),
    Printed("lenet1989", "params", (), "9760", 8824 + BIASES_OF_UNITS),
    Printed("lenet1989", "connections_with_bias", (), "65K"),
    Printed("lenet5", "units", HIDDEN, "8084"),
    Printed("lenet5", "params", HIDDEN, "60000"),
    Printed("alexnet", "units", UNITS, "658K"),
    Printed("alexnet", "params", (), "60M"),
    Printed(
        "alexnet",
        "connections",
        CONVOLUTIONS,
        "652M",
        665_784_864 - 290_400 * 363 + 253_440 * 363,
    ),
]


def agrees(value: int, text: str) -> bool:
    """Tell whether a value has the printed digits, rounded or cut off."""
    number, step = printed(text, 1000)
    return 2 * abs(Fraction(value) - number) <= step or number <= value < number + step


@pytest.mark.parametrize("case", TABLE_2, ids=lambda case: f"{case.name}-{case.column}")
def test_table_2(case: Printed) -> None:
    value = summed(case.name, case.column, case.layers)
    if case.explained is None:
        assert agrees(value, case.text)
    else:
        assert not agrees(value, case.text)
        assert agrees(case.explained, case.text)


def test_what_the_explanations_rest_on() -> None:
    assert net("lenet1989").total("units") == 1000
    assert net("lenet1989").total("params") == 8824
    alexnet = net("alexnet")
    units = alexnet.column("units")
    assert units["conv1"] == 55 * 55 * 96 == 290_400
    assert 55 * 48 * 96 == 253_440
    assert sum(units[layer] for layer in CONVOLUTIONS[1:]) + 2 * 4096 + 290_400 == 658_272
    assert summed("alexnet", "connections", CONVOLUTIONS) == 665_784_864
    assert alexnet.total("macs") == 724_406_816


def test_no_count_of_lenet5_gives_344_thousand_connections() -> None:
    counts = [
        summed(name, column, ())
        for name in ("lenet5", "lenet5:modern")
        for column in ("connections", "connections_with_bias")
    ]
    assert counts == [332_824, 340_908, 422_824, 429_342]
    assert not any(agrees(count, "344K") for count in counts)


FIELDS = {"c1": (5, 5), "s2": (6, 6), "c3": (14, 14), "s4": (16, 16), "c5": (32, 32)}


@pytest.mark.parametrize("layer", FIELDS)
def test_receptive_fields(layer: str) -> None:
    assert net("lenet5").column("receptive_field")[layer] == FIELDS[layer]


# Examples of the readings

EXAMPLES = {
    "50x50x32 | conv 5x5x16 same": ("connections", "32M"),
    "50x50x32 | conv 5x5x16 same nobias": ("params", "12800"),
    "50x50x32 | fc (16*50*50) nobias": ("connections", "3.2G"),
    "256x256x1 | fc 1000": ("connections", "65M"),
}


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_of_the_readings(text: str) -> None:
    column, figure = EXAMPLES[text]
    assert agrees(net(text).total(column), figure)


# The zoo says the same

IN_ZOO = [
    *(Printed("lenet5:modern", column, (layer,), str(value))
      for layer, row in TABLE_1.items()
      for column, value in zip(COURSE, row, strict=True)),
    *(Printed("lenet5", "connections_with_bias", (layer,), str(row[1]))
      for layer, row in LENET5.items() if layer not in ("f6", "output")),
    *(Printed("lenet1989", "connections_with_bias", (layer,), str(value))
      for layer, value in LENET1989.items() if layer != "output"),
    Printed("lenet5", "connections_with_bias", (), "340908"),
    Printed("lenet5", "connections", (), "344K", 0),
    *TABLE_2,
]  # fmt: skip


def published(name: str) -> Spec:
    return spec(name, "hwc", False)


@pytest.mark.parametrize(
    "case", IN_ZOO, ids=lambda case: f"{case.name}-{case.column}-{case.text}-{case.layers[:1]}"
)
def test_the_zoo_prints_the_same_figures(case: Printed) -> None:
    wanted = (case.column, case.text, case.layers)
    found: list[Figure] = [
        figure
        for figure in published(case.name).published
        if (figure.key, figure.text, figure.of) == wanted
    ]
    assert found, f"{case.name} has no published {wanted}"
    for figure in found:
        assert bool(figure.differs) == (case.explained is not None)
        assert check(net(case.name).analysis, figure).holds


# The column of connections with bias

COUNTED: dict[str, int | None] = {
    "28x28x1 | conv 5x5x6": 24 * 24 * 6 * (25 + 1),
    "28x28x1 | conv 5x5x6 nobias": 24 * 24 * 6 * 25,
    "28x28x1 | conv 5x5x6 pad 2": 28 * 28 * 6 * (25 + 1),
    "8x8x4 | conv 3x3x8 groups 2": 6 * 6 * 8 * (9 * 2 + 1),
    "8x8x4 | dwconv 3x3": 6 * 6 * 4 * (9 + 1),
    "8x8x4 | subsample 2x2": 4 * 4 * 4 * (4 + 1),
    "8x8x4 | maxpool 2x2": 4 * 4 * 4 * 4,
    "8x8x4 | avgpool 2x2": 4 * 4 * 4 * 4,
    "8x8x4 | gap": 8 * 8 * 4,
    "784 | fc 300": 300 * (784 + 1),
    "784 | fc 300 nobias": 300 * 784,
    "20x16 | linear 8": 20 * 8 * (16 + 1),
    "20x16 | rnn 8": 20 * 8 * (16 + 8 + 2),
    "20x16 | lstm 8 nobias": 20 * 4 * 8 * (16 + 8),
    "8x8x4 | bn": None,
    "8x8x4 | ln": None,
    "8x8x4 | relu": None,
    "8x8x4 | dropout 0.5": None,
}


@pytest.mark.parametrize("text", COUNTED)
def test_connections_with_bias(text: str) -> None:
    (value,) = net(text).column("connections_with_bias").values()
    assert value == COUNTED[text]


def test_what_nobody_states_stays_unknown() -> None:
    value = net("8x8x4 | opaque routing 8x8x4").total("connections_with_bias")
    assert "not stated" in str(value.reason)
