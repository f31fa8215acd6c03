"""Receptive fields against what really reaches an output in torch.

Weights are positive and biases zero, so that nothing cancels and an all-zero input gives zero:
an output that is larger than zero after an impulse in one row of the input sees this row. That is
the gradient field of all outputs at once, and max pooling needs no special care, for the maximum
of one impulse and zeros is the impulse.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
from counting import agreed, subject
from torch import Tensor

import archcalc
from archcalc.oracles.gradient_field import ORACLE, positive
from archcalc.oracles.module import build
from archcalc.quantities.receptive_field import states

SPECS = {  # with the published truth, where there is one (size per axis)
    "48x48x1 | conv 3x3x2 | conv 5x5x2 pad 2 | conv 2x2x1 s2": None,
    "48x44x1 | conv 3x1x2 | conv 1x7x2": (3, 7),
    "48x48x1 | conv 3x3x2 pad 1 | conv 3x3x2 pad 2 d2 | conv 3x3x2 pad 4 d4": (15, 15),
    "48x48x1 | conv 3x3x2 s2 pad 1 | res( conv 3x3x2 pad 1 ; conv 1x1x2 )": (7, 7),
    "40x40x1 | concat( conv 3x3x2 pad 1 ; conv 5x5x2 pad 2 ) | conv 3x3x2": (7, 7),
    "48x48x1 | conv 2x2x2 s2 | deconv 2x2x2 s2": (2, 2),
    "48x48x1 | conv 3x3x2 s2 | deconv 2x2x2 s2": (3, 3),
    "48x48x1 | conv 3x3x2 s2 pad 1 | upsample 2 | conv 3x3x2 pad 1": (5, 5),
    "48x48x1 | conv 3x3x2 pad 0:1 | conv 4x4x2 pad 2:1 s2 | conv 2x2x2 pad 1:0": None,
    "59x61x1 | conv 4x4x2 same s3 | conv 3x3x2 same d2": None,
    "48x48x1 | maxpool 3x3 s2 pad 1 | conv 3x3x2 pad 1 | avgpool 2x2": None,
    "48x48x1 | maxpool 3x3 s2 ceil | maxpool 3x3 s1 pad 1 d1 | maxpool 2x2 s1 d3": None,
    "40x40x1 | conv 3x3x2 pad 1 | upsample 2 mode bilinear | conv 3x3x2 pad 1 | maxpool 2x2": None,
    "30x30x1 | conv 3x3x2 pad 1 | upsample 3 mode bilinear": None,
    "40x40x1 | deconv 3x3x2 s2 pad 1 outpad 1 | conv 3x3x2 pad 1": None,
    "40x40x1 | deconv 5x4x2 s3x2 pad 1:0 | conv 3x3x2 s2 | dwconv 3x3 d2": None,
    "40x40x1 | conv 2x2x2 | deconv 2x2x2 s3 | conv 2x2x2 | conv 3x3x1 s3": None,
    "48x48x4 | pixelshuffle 2 | conv 3x3x2 pad 1 | conv 2x2x2 s2": None,
    "48x48x2 | conv 3x3x4 s2 p1 +bn +relu | res( dwconv 5x5 pad 2 | res( conv 3x3x4 p1 ) )": None,
    "60x60x1 | concat( maxpool 3x3 s2 pad 1 ; conv 5x5x2 s2 p2 ; avgpool 2x2 ) | conv 3x3x2": None,
    "48x48x1 | add( conv 3x3x2 s2 pad 1 | upsample 2 ; conv 1x1x2 ) | conv 3x3x1 pad 1": None,
    "48x48x1 | adaptiveavgpool 12x16 | conv 3x3x2 pad 1": None,
    "60x2 | conv 3x4 pad 1 s2 | conv 5x4 pad 0:4 | maxpool 2": None,
    "24x20x22x1 | conv 3x2x1x2 pad 1x0x0 | maxpool 2x2x1": None,
    "48x48x1 | conv 3x3x2 pad 1 | crop 30x41 | conv 3x3x2": (5, 5),
    "49x46x1 | conv 3x3x2 s2 pad 1 | crop 16x17 | conv 2x2x2": (5, 5),
    "60x2 | conv 3x4 pad 1 | crop 41 | maxpool 3": (5,),
    "60x60x1 | conv 3x3x2 | concat( crop 40x40 ; maxpool 2x2 | conv 3x3x2 | conv 3x3x2"
    " | deconv 2x2x2 s2 | crop 40x40 ) | conv 3x3x1": None,
    "48x48x2 | conv 3x3x2 pad 1 | pixelunshuffle 2 | conv 3x3x2 pad 1": (8, 8),
    "48x48x4 | pixelshuffle 2 | pixelunshuffle 3 | shuffle groups 3 | padchannels 12": None,
    "48x48x2 | conv 3x3x4 pad 1 | winattn 4 heads 2": (6, 6),
    "48x48x2 | conv 3x3x4 pad 1 | winattn 5 heads 2 shift | layerscale": (7, 7),
    "90x90x1 | conv 2x2x4 s2 | res( winattn 3 ) | res( winattn 3 shift ) | conv 3x3x2": None,
    "60x60x1 | conv 1x1x4 | winattn 4 | pixelunshuffle 2 | winattn 3 shift": None,
}


def reached(net: archcalc.Net, axis: int) -> Tensor:
    """Return a table of truth values: does output position (column) see input position (row)?"""
    module = positive(build(net.graph).double().eval())
    (shape,) = net.graph.inputs.values()
    place = 0 if len(shape) == 2 else axis + 1  # sequences: length, then width
    impulses = torch.eye(shape[place], dtype=torch.double)
    for i in range(len(shape)):
        if i != place:
            impulses = impulses.unsqueeze(i + 1)
    with torch.no_grad():
        y = module(impulses.expand(shape[place], *shape))
    others = [i + 1 for i in range(len(shape)) if i != place]
    seen: Tensor = y.amax(others) > 1e-12 * y.max()
    return seen


@pytest.mark.parametrize("text", SPECS)
def test_field_is_what_reaches_the_output(text: str) -> None:
    net = archcalc.analyze(text)
    fields: Any = states(net.analysis)[-1]
    sizes, jumps, firsts = (net.total(key) for key in ("receptive_field", "jump", "first"))
    assert sizes == (SPECS[text] or sizes)
    for axis, field in enumerate(fields):
        seen, size = reached(net, axis), sizes[axis]
        inside = range(size, len(seen) - size + 1)  # nearer to the border padding replaces values
        measured = {}
        for position, column in enumerate(seen.T):
            turn, place = divmod(position, len(field.starts))
            start, end = (ends[place] + turn * field.shift for ends in (field.starts, field.ends))
            if start in inside and end in inside and column.any():
                rows = column.nonzero().flatten()
                measured[position] = int(rows[0]), int(rows[-1]) + 1
                assert measured[position] == (start, end), f"position {position} of axis {axis}"
        assert len(measured) > len(field.starts), "too few positions far from the border"
        assert max(end - start for start, end in measured.values()) == size
        if len(field.starts) == 1:  # regular: one start and one step say everything
            for position, (start, _) in measured.items():
                assert start == firsts[axis] + position * jumps[axis]
        else:  # a pattern that repeats, on average a jump further
            for position, (start, _) in measured.items():
                if position + len(field.starts) in measured:
                    after, _ = measured[position + len(field.starts)]
                    assert after - start == len(field.starts) * jumps[axis]


@pytest.mark.parametrize("text", SPECS)
def test_gradients_say_the_same(text: str) -> None:
    *_, total = agreed(ORACLE.checks(subject(text)))
    assert total.theirs == archcalc.analyze(text).total("receptive_field")
