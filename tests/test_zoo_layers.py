"""Layers that the architectures of the zoo need: their counts, their fields, what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.api import analyze
from archcalc.arithmetic.unknown import Unknown
from archcalc.errors import SpecError
from archcalc.layers.window import BlockWindow, Window
from archcalc.notation.format import canonical, short_form
from archcalc.notation.parser import parse
from archcalc.quantities.receptive_field import states
from archcalc.readers import read


class Counts(NamedTuple):
    """What a net of one layer costs, worked out by hand."""

    output: tuple[int, ...]  # channels first
    params: int
    macs: int
    elementwise: int  # bias additions included


COUNTS = {
    "28x28x240 | shuffle groups 3": Counts((240, 28, 28), 0, 0, 0),
    "32x32x16 | padchannels 32": Counts((32, 32, 32), 0, 0, 0),
    "64x64x512 | crop 56": Counts((512, 56, 56), 0, 0, 0),
    "31x31x32 | zeropad 1": Counts((32, 33, 33), 0, 0, 0),
    "56x56x96 | pixelunshuffle 2": Counts((384, 28, 28), 0, 0, 0),
    "56x56x96 | layerscale": Counts((96, 56, 56), 96, 0, 56 * 56 * 96),
    "197x768 | layerscale": Counts((197, 768), 768, 0, 197 * 768),
    "14x14x384 | linear 1536": Counts(
        (1536, 14, 14), 384 * 1536 + 1536, 14 * 14 * 384 * 1536, 14 * 14 * 1536
    ),
    # the paper's equation 2: 4HWC^2 + 2M^2HWC
    "56x56x96 | winattn 7 heads 3": Counts(
        (96, 56, 56),
        4 * 96 * 96 + 4 * 96 + 13 * 13 * 3,
        4 * 56 * 56 * 96 * 96 + 2 * 7 * 7 * 56 * 56 * 96,
        56 * 56 * 4 * 96 + 7 * 3 * 56 * 56 * 49,
    ),
    # 15x10 is filled up to 16x12
    "15x10x32 | winattn 4 heads 2 shift": Counts(
        (32, 15, 10),
        4 * 32 * 32 + 4 * 32 + 7 * 7 * 2,
        4 * 16 * 12 * 32 * 32 + 2 * 4 * 4 * 16 * 12 * 32,
        16 * 12 * 4 * 32 + 7 * 2 * 16 * 12 * 16,
    ),
    "128x768 | posembed": Counts((128, 768), 128 * 768, 0, 128 * 768),
    "128x768 | posembed 512": Counts((128, 768), 512 * 768, 0, 128 * 768),
    "512x768 | posembed positions 512": Counts((512, 768), 512 * 768, 0, 512 * 768),
    "128x768 | unembed 50257": Counts((128, 50257), 0, 128 * 768 * 50257, 0),
}


@pytest.mark.parametrize("text", COUNTS)
def test_counts(text: str) -> None:
    net = analyze(text)
    found = (net.output, *(net.total(key) for key in ("params", "macs", "elementwise_ops")))
    assert found == COUNTS[text]


@pytest.mark.parametrize("options", ["winattn 7 heads 4", "winattn 5 heads 2"])
def test_a_shift_costs_nothing(options: str) -> None:
    net, shifted = (analyze(f"23x31x16 | {options} {shift}") for shift in ("", "shift"))
    for key in ("params", "macs", "elementwise_ops", "receptive_field", "jump"):
        assert net.total(key) == shifted.total(key)


def test_linear_on_a_map_is_a_1x1_convolution() -> None:
    linear, conv = (analyze(f"9x8x6 | {layer}") for layer in ("linear 5", "conv 1x1x5"))
    for key in ("params", "macs", "elementwise_ops", "connections", "depth", "receptive_field"):
        assert linear.total(key) == conv.total(key)
    assert linear.output == conv.output


# An embedding's table that serves twice


def test_a_tied_table_is_stored_once_and_read_twice() -> None:
    tied = analyze("5 | embedding 10x3 | unembed 10", batch=2)
    free = analyze("5 | embedding 10x3 | linear 10 nobias", batch=2)
    assert (tied.total("params"), free.total("params")) == (10 * 3, 2 * 10 * 3)
    assert tied.total("buffers") == 0
    for key in ("macs", "bytes_moved", "training_macs", "connections", "depth"):
        assert tied.total(key) == free.total(key)


def test_a_table_learns_wherever_it_stands() -> None:
    net = analyze("5x3 | unembed 10")
    assert net.total("backward_macs") == net.total("macs")  # its own gradient, not the input's
    assert analyze("5x3 | unembed 10 | unembed 4").total("backward_macs") == 150 + 2 * 200


# Notation


@pytest.mark.parametrize(
    ("text", "full", "short"),
    [
        ("9x4 | posembed", "9x4 | posembed", "9x4 | posembed"),
        ("9x4 | posembed 12", "9x4 | posembed positions 12", "9x4 | posembed positions 12"),
        ("9x9x4 | winattn 3", "9x9x4 | winattn 3 heads 1 noshift", "9x9x4 | winattn 3"),
        (
            "9x9x4 | winattn 3 heads 2 shift",
            "9x9x4 | winattn 3 heads 2 shift",
            "9x9x4 | winattn 3 h2 shift",
        ),
        ("9x9x4 | shuffle", "9x9x4 | shuffle groups 2", "9x9x4 | shuffle"),
    ],
)
def test_written_back(text: str, full: str, short: str) -> None:
    spec = parse(text)
    assert (canonical(spec), short_form(spec)) == (full, short)


REFUSALS = {
    "28x28x240 | shuffle groups 7": (
        "E14",
        "240 channels cannot be split into 7 groups",
        "`groups 1` is possible",
    ),
    "28x28x240 | shuffle groups 36": (
        "E14",
        "240 channels cannot be split into 36 groups",
        "`groups 12` is possible",
    ),
    "HxWx240 | shuffle groups 7": ("E14", "240 channels cannot be split into 7 groups", "`groups"),
    "240 | shuffle": ("E31", "a vector of 240", ""),
    "28x28x64 | padchannels 32": (
        "E13",
        "padchannels 32 is less than the 64 channels of the input",
        "`conv 1x1x32` makes fewer",
    ),
    "56x57x3 | crop 57x56": ("E12", "crop 57x56 does not fit into 56x57", "`crop 56x57`"),
    "Hx57x3 | crop 58": ("E12", "crop 58x58 does not fit into Hx57", "`crop Hx57`"),
    "10x16 | crop 11": ("E12", "crop 11 does not fit into 10", "`crop 10`"),
    "8x8x3 | crop 2x2x2": ("E09", "crop has 3 values", ""),
    "784 | crop 28": ("E31", "a vector of 784", ""),
    "10x16 | pixelunshuffle 2": ("E31", "10 tokens of width 16", ""),
    "6x7x3 | pixelunshuffle 2": (
        "E14",
        "6x7 cannot be cut into blocks of 2x2 pixels",
        "multiples of 2",
    ),
    "10x16 | winattn 2": ("E31", "10 tokens of width 16", ""),
    "4x8x8x16 | winattn 2": ("E31", "4x8x8x16", ""),
    "8x8x10 | winattn 2 heads 3": ("E32", "10 is not divisible by 3 heads", "`heads 2`"),
    "197x768 | posembed 196": (
        "E13",
        "posembed with 196 positions is too short for 197 tokens",
        "`posembed 197` at least",
    ),
    "8x8x4 | unembed 10": ("E31", "8x8x4", "`tokens` turns a volume"),
}


@pytest.mark.parametrize("text", REFUSALS)
def test_refusals(text: str) -> None:
    code, message, remedy = REFUSALS[text]
    with pytest.raises(SpecError) as caught:
        read(text)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert message in problem.message
    assert remedy in problem.help


# Receptive fields


def test_a_crop_moves_where_the_field_begins() -> None:
    net = analyze("64x64x3 | conv 3x3x8 pad 1 s2 | crop 20x21 | conv 5x5x8")
    assert net.column("first") == {"conv1": (-1, -1), "crop1": (11, 9), "conv2": (11, 9)}
    assert net.column("jump")["crop1"] == (2, 2)
    assert net.total("receptive_field") == (11, 11)
    symbolic = analyze("HxWx3 | crop 20x20").total("first")
    assert [str(first) for first in symbolic] == ["floor(H/2) - 10", "floor(W/2) - 10"]


def test_copy_and_crop_lie_where_the_other_path_is() -> None:
    """As in U-Net: the copy's first position sees the middle of what the first two below see."""
    net = analyze(
        "140x140x8 | concat( conv 3x3x8 | conv 3x3x8 | copy: crop 120x120"
        " ; conv 3x3x8 | conv 3x3x8 | maxpool 2x2 | conv 3x3x8 | conv 3x3x8 | deconv 2x2x8 s2"
        " | below: crop 120x120 )"
    )
    firsts, fields = net.column("first"), net.column("receptive_field")
    copy, below = "concat1.1.copy", "concat1.2.below"
    assert (firsts[copy], fields[copy]) == ((8, 8), (5, 5))  # 8 to 12, its neighbour 9 to 13
    assert (firsts[below], fields[below]) == ((4, 4), (14, 14))  # 4 to 17, and its neighbour too
    assert net.total("receptive_field") == (14, 14)


def test_swins_windows_are_its_field() -> None:
    net = analyze("224x224x3 | conv 4x4x8 s4 | winattn 7 | winattn 7 shift | pixelunshuffle 2")
    fields = net.column("receptive_field")
    assert [fields[name][0] for name in fields] == [4, 4 * 7, 4 * 14, 4 * 14 + 4 * 7]
    assert net.column("first")["winattn2"] == (-28, -28)
    assert net.total("jump") == (8, 8)


def test_a_symbolic_shift_needs_numbers() -> None:
    assert analyze("HxWx8 | winattn 7").total("receptive_field") == (7, 7)
    value = analyze("HxWx8 | winattn 7 shift").total("receptive_field")
    assert isinstance(value, Unknown)
    assert "needs numbers" in value.reason


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_fields_by_brute_force(data: st.DataObject) -> None:
    """Which inputs does each output depend on? Index maps written from the definitions."""
    size, stages = 96, []
    maps: list[Callable[[int], range]] = []
    for _ in range(data.draw(st.integers(1, 5))):
        word = data.draw(st.sampled_from(["crop", "unshuffle", "shuffle", "windows", "conv"]))
        if word == "crop":
            kept = data.draw(st.integers(max(1, size // 2), size))
            offset, size = (size - kept) // 2, kept
            stages.append(f"crop {kept}")
            maps.append(lambda o, offset=offset: range(o + offset, o + offset + 1))
        elif word == "windows":
            m, shift = data.draw(st.integers(1, 5)), data.draw(st.booleans())
            offset = m // 2 if shift and size > m else 0
            stages.append(f"winattn {m} {'shift' if shift else ''}")
            maps.append(
                lambda o, m=m, offset=offset: range(
                    offset + m * ((o - offset) // m), offset + m * ((o - offset) // m) + m
                )
            )
        elif word == "unshuffle" and size % 2 == 0:
            size //= 2
            stages.append("pixelunshuffle 2 | conv 1x1x4")
            maps.append(lambda o: range(2 * o, 2 * o + 2))
        elif word == "shuffle" and size <= 96:
            size *= 2
            stages.append("pixelshuffle 2 | conv 1x1x4")
            maps.append(lambda o: range(o // 2, o // 2 + 1))
        elif word == "conv":
            stages.append("conv 3x3x4 pad 1")
            maps.append(lambda o: range(o - 1, o + 2))
    net = analyze(" | ".join(["96x96x4 | conv 1x1x4", *stages]))
    assert net.output == (4, size, size)
    rows, columns = states(net.analysis)[-1]
    assert rows == columns
    for position in range(size):
        seen = {position}
        for reads in reversed(maps):
            seen = {i for o in seen for i in reads(o)}
        turn, place = divmod(position, len(rows.starts))
        ends = (rows.starts[place] + turn * rows.shift, rows.ends[place] + turn * rows.shift)
        assert ends == (min(seen), max(seen) + 1), (net.analysis.graph, position)


def test_windows_state_their_inputs() -> None:
    assert [BlockWindow(4, 2).inputs(o).start for o in range(7)] == [-2, -2, 2, 2, 2, 2, 6]
    middle: Any = Window(1, before=-2, after=-3)
    assert middle.output(9) == 4
    assert [*map(middle.reach, range(4))] == [(2, 2), (3, 3), (4, 4), (5, 5)]
