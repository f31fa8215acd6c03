"""Window attention, crops, zero channels and shared tables: what their modules compute."""

from __future__ import annotations

import pytest
import torch
from counting import sample
from test_backward import on_meta, trained
from test_gradient_field import reached

import archcalc
from archcalc.layers.embedding import PositionEmbedding, Unembedding
from archcalc.layers.resize import Crop
from archcalc.layers.window_attention import WindowAttention
from archcalc.oracles.module import build


@pytest.mark.parametrize(
    ("window", "shift", "size"), [(3, True, 8), (4, True, 12), (4, False, 6), (4, True, 4)]
)
def test_windows_up_to_the_border(window: int, shift: bool, size: int) -> None:
    """The ends of the axis only cut windows off: what a roll brings together stays apart."""
    (blocks, _) = WindowAttention(window, 1, shift).windows((2, size, 5))
    net = archcalc.analyze(f"{size}x5x2 | winattn {window} {'shift' if shift else ''}")
    seen = reached(net, 0)
    for position in range(size):
        inside = [i for i in blocks.inputs(position) if 0 <= i < size]
        assert seen[:, position].nonzero().flatten().tolist() == inside


# Values

equal = torch.testing.assert_close


@pytest.mark.parametrize("shift", [False, True])
def test_windows_attend_by_themselves(shift: bool) -> None:
    module = WindowAttention(4, 2, shift).build((6, 12, 8)).double()
    x = torch.randn(2, 6, 12, 8, dtype=torch.double)
    offset = 2 * shift
    one = WindowAttention(4, 2).build((6, 4, 4)).double()
    one.load_state_dict(module.state_dict())
    for row in range(offset, 12 - 4 + 1, 4):
        for column in range(offset, 8 - 4 + 1, 4):
            place = (..., slice(row, row + 4), slice(column, column + 4))
            equal(module(x)[place], one(x[place]))


def test_one_window_is_torchs_attention_with_a_bias() -> None:
    module = WindowAttention(3, 2).build((8, 3, 3)).double()
    theirs = torch.nn.MultiheadAttention(8, 2, batch_first=True).double()
    weights = module.state_dict()
    theirs.load_state_dict(
        {
            "in_proj_weight": weights["qkv.weight"],
            "in_proj_bias": weights["qkv.bias"],
            "out_proj.weight": weights["proj.weight"],
            "out_proj.bias": weights["proj.bias"],
        }
    )
    table = weights["relative_position_bias_table"].reshape(5, 5, 2)
    bias = torch.empty(2, 9, 9, dtype=torch.double)
    for query in range(9):
        for key in range(9):
            down, right = query // 3 - key // 3, query % 3 - key % 3
            bias[:, query, key] = table[down + 2, right + 2]
    x = torch.randn(1, 8, 3, 3, dtype=torch.double)
    tokens = x.flatten(2).mT
    y, _ = theirs(tokens, tokens, tokens, attn_mask=bias)
    equal(module(x).flatten(2).mT, y)


@pytest.mark.parametrize("size", [(9, 4), (6, 7)])
def test_a_crop_keeps_the_middle(size: tuple[int, int]) -> None:
    x = torch.randn(2, 3, 9, 8)
    y = Crop(size).build((3, 9, 8))(x)
    top, left = (9 - size[0]) // 2, (8 - size[1]) // 2
    equal(y, x[..., top : top + size[0], left : left + size[1]])
    assert y.untyped_storage().data_ptr() == x.untyped_storage().data_ptr()


def test_zero_channels_stand_on_both_sides() -> None:
    x = torch.randn(2, 4, 5, 3)
    y = build(archcalc.analyze("5x3x4 | padchannels 7").graph)(x)
    equal(y[:, 1:5], x)
    assert not y[:, :1].any()
    assert not y[:, 5:].any()


def test_the_first_rows_of_a_longer_table_are_added() -> None:
    module = PositionEmbedding(9).build((5, 4))
    x = torch.randn(2, 5, 4)
    equal(module(x), x + module.get_parameter("weight")[:5])


def test_a_shared_table_follows_its_module() -> None:
    module = Unembedding(7).build((5, 4))
    x = torch.randn(2, 5, 4, dtype=torch.double)
    y = module.double()(x)
    equal(y, x @ module.weight.mT)  # type: ignore[operator, union-attr]
    assert not [*module.parameters(), *module.buffers()]
    table = torch.nn.Embedding(7, 4)
    module.weight = table.weight
    assert module.float().weight is table.weight


@pytest.mark.parametrize(
    "text",
    [
        "16x16x8 | winattn 4",
        "16x18x3 | conv 2x2x8 s2 | res( ln | winattn 3 heads 2 ) | layerscale | winattn 4 shift",
        "20x20x3 | conv 3x3x8 | concat( crop 12x12 ; maxpool 2x2 | conv 3x3x8 | upsample 2"
        " | crop 12x12 ) | conv 3x3x4",
        "8x8x3 | linear 4 | pixelunshuffle 2 | shuffle | padchannels 20 | linear 2",
        "12 | embedding 100x8 | posembed 40 | res( ln | attn heads 2 causal ) | ln | unembed 100",
        "5x3 | unembed 10",
        "5x3 | unembed 10 | unembed 4",
    ],
)
def test_training_macs_are_torchs(text: str) -> None:
    net = archcalc.analyze(text)
    x = sample(net.graph.inputs["input"], tokens="| embedding" in text)
    assert net.total("training_macs") == trained(on_meta(net), x)
