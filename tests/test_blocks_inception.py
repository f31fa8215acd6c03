"""Inception modules, fire and recurrent stacks: what they stand for, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from archcalc.errors import SpecError

# Spec: params, MACs, output, receptive field. Those of the factorized modules, of fire and of the
# module with batch norm are torchvision 0.29.2's; the others are worked out by hand.
BLOCKS = {
    "28x28x192 | inception 64x96x128x16x32x32": (163_696, 128_049_152, (256, 28, 28), 5),
    "28x28x192 | inception 64x96x128x16x32x32 kernel 3 bn": (
        155_872,
        121_626_624,
        (256, 28, 28),
        3,
    ),
    "28x28x192 | naiveinception 64x128x32": (387_296, 303_464_448, (416, 28, 28), 5),
    "28x28x256 | naiveinception 128x192x96": (1_089_952, 854_196_224, (672, 28, 28), 5),
    "35x35x192 | inceptiona 32": (255_904, 312_345_600, (256, 35, 35), 5),
    "17x17x768 | inceptionb 128": (1_297_408, 374_063_104, (768, 17, 17), 13),
    "8x8x1280 | inceptionc": (5_044_608, 322_437_120, (2048, 8, 8), 5),
    "35x35x288 | reductiona": (1_153_280, 401_937_408, (768, 17, 17), 5),
    "17x17x768 | reductionb": (1_698_304, 291_004_416, (1280, 8, 8), 9),
    "55x55x96 | fire 16x64x64": (11_920, 35_622_400, (128, 55, 55), 3),
}


@pytest.mark.parametrize("spec", BLOCKS)
def test_counts(spec: str) -> None:
    net = archcalc.analyze(spec)
    params, macs, output, field = BLOCKS[spec]
    assert net.total("params") == params
    assert net.total("macs") == macs
    assert net.output == output
    assert net.total("receptive_field") == (field, field)


WRITTEN_OUT = {
    "inception 64x96x128x16x32x32": (
        "concat( conv 1x1x64 +relu ; conv 1x1x96 +relu | conv 3x3x128 pad 1 +relu"
        " ; conv 1x1x16 +relu | conv 5x5x32 pad 2 +relu"
        " ; maxpool 3x3 s1 pad 1 | conv 1x1x32 +relu )"
    ),
    "naiveinception 64x128x32 bn": (
        "concat( conv 1x1x64 +bn +relu ; conv 3x3x128 pad 1 +bn +relu"
        " ; conv 5x5x32 pad 2 +bn +relu ; maxpool 3x3 s1 pad 1 )"
    ),
    "fire 16x64x32": ("conv 1x1x16 +relu | concat( conv 1x1x64 +relu ; conv 3x3x32 pad 1 +relu )"),
    "tokens | rnnstack 8 layers 3 cell gru dropout": (
        "tokens | gru 8 | dropout | gru 8 | dropout | gru 8"
    ),
    "tokens | rnnstack 8 bidirectional": "tokens | lstm 8 bidirectional | lstm 8 bidirectional",
}


@pytest.mark.parametrize("block", WRITTEN_OUT)
def test_a_block_is_what_it_stands_for(block: str) -> None:
    one, other = (archcalc.analyze(f"28x28x192 | {text}") for text in (block, WRITTEN_OUT[block]))
    assert [node.layer for node in one.graph.nodes] == [node.layer for node in other.graph.nodes]
    for column in ("params", "macs", "activations", "elementwise_ops", "peak_memory"):
        assert one.total(column) == other.total(column)


def test_names_say_where_a_layer_stands() -> None:
    net = archcalc.analyze("55x55x96 | fire2: fire 16x64x64 | 3a: inception 8x8x8x8x8x8")
    names = [node.name for node in net.graph.nodes if ".relu" not in node.name]
    assert names[:4] == [
        "fire2.squeeze",
        "fire2.expand.1.conv1",
        "fire2.expand.2.conv1",
        "fire2.expand.concat",
    ]
    assert names[4] == "3a.1.conv1"
    assert names[-1] == "3a.concat"


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("layers", [1, 2, 5])
def test_a_stack_counts_as_one_layer_with_several_inside(cell: str, layers: int) -> None:
    stack = archcalc.analyze(f"20x16 | rnnstack 12 layers {layers} cell {cell}")
    inside = archcalc.analyze(f"20x16 | {cell} 12 layers {layers}")
    for column in ("params", "macs", "depth", "elementwise_ops"):
        assert stack.total(column) == inside.total(column)


GATES = {"rnn": 1, "lstm": 4, "gru": 3}


@pytest.mark.parametrize("cell", GATES)
def test_params_of_a_cell_by_hand(cell: str) -> None:
    steps, width, hidden = 50, 78, 512
    net = archcalc.analyze(f"{steps}x{width} | {cell} {hidden}")
    weights = GATES[cell] * hidden * (width + hidden)
    assert net.total("weights") == weights
    assert net.total("params") == weights + 2 * GATES[cell] * hidden
    assert net.total("macs") == steps * weights


def value(expression: Any, known: dict[str, int]) -> Any:
    """Put numbers into a closed form."""
    return expression.subs({symbol: known[symbol.name] for symbol in expression.free_symbols})


@pytest.mark.parametrize("cell", GATES)
def test_closed_forms_of_cells(cell: str) -> None:
    net = archcalc.analyze(f"LxD | {cell} N")
    known = {"L": 7, "D": 5, "N": 3}
    assert value(net.total("weights"), known) == GATES[cell] * 3 * (5 + 3)
    assert value(net.total("macs"), known) == 7 * GATES[cell] * 3 * (5 + 3)


def test_closed_form_of_a_module() -> None:
    net = archcalc.analyze("HxWxC | inception (a)x(b)x(c)x(d)x(e)x(C/4)")
    known = {"H": 28, "W": 28, "C": 192, "a": 64, "b": 96, "c": 128, "d": 16, "e": 32}
    assert value(net.total("weights"), known) == 163_328 + 192 * (48 - 32)
    assert value(net.total("macs"), known) == 28 * 28 * (163_328 + 192 * (48 - 32))


def test_a_symbolic_kernel_needs_to_be_odd_only_when_it_is_known() -> None:
    assert archcalc.analyze("28x28x8 | inception 1x1x1x1x1x1 kernel K", K=7).output == (4, 28, 28)
    with pytest.raises(SpecError, match="kernel 4 is even"):
        archcalc.analyze("28x28x8 | inception 1x1x1x1x1x1 kernel K", K=4)


REFUSED = {
    "100 | inception 1x2x3x4x5x6": "inception needs height x width x channels",
    "20x16 | naiveinception 1x2x3": "naiveinception needs height x width x channels",
    "8x8x8x3 | fire 1x2x3": "fire needs height x width x channels",
    "20x16 | inceptiona 32": "inceptiona needs height x width x channels",
    "20x16 | inceptionb 32": "inceptionb needs height x width x channels",
    "20x16 | inceptionc": "inceptionc needs height x width x channels",
    "20x16 | reductiona": "reductiona needs height x width x channels",
    "20x16 | reductionb": "reductionb needs height x width x channels",
    "28x28x3 | inception 1x2x3x4x5x6 kernel 2": "kernel 2 is even",
    "28x28x3 | inception 1x2x3x4x5": "inception needs",
    "28x28x3 | inception 1x2x3x4x5x6x7": "takes 6 sizes, got 7",
    "28x28x3 | rnnstack 8": "rnnstack needs tokens x width; the input is 28x28x3",
    "100 | rnnstack 8": "rnnstack needs tokens x width; the input is a vector of 100",
    "20x16 | rnnstack 8 layers (K)": "layers must be a number, not K",
    "20x16 | rnnstack 8 layers 0": "layers must be at least 1",
    "20x16 | rnnstack 8 layers 1001": "over the limit of 1,000",
    "20x16 | rnnstack 8 cell conv": "is not one of rnn, lstm, gru",
}


@pytest.mark.parametrize("spec", REFUSED)
def test_what_is_refused(spec: str) -> None:
    with pytest.raises(SpecError) as caught:
        archcalc.analyze(spec)
    assert REFUSED[spec] in str(caught.value)
