"""The rectangle of the input that reaches one unit, against the gradient of that unit in torch.

Weights are positive, so that nothing cancels. Maximum pooling is left out: its gradient reaches
only the largest value.
"""

from __future__ import annotations

import pytest
import torch

import archcalc
from archcalc.fieldmap.fieldmap import field_map
from archcalc.layers.base import spatial
from archcalc.oracles.gradient_field import positive
from archcalc.oracles.module import build

SPECS = [
    "12x13x1 | conv 3x3x2 pad 1 | conv 5x5x2 pad 2",
    "14x12x1 | conv 3x1x2 s2 pad 2 | conv 1x5x2 pad 0x3",
    "15x14x1 | conv 3x3x2 same s2 | conv 3x3x2 same | avgpool 2x2",
    "12x12x1 | conv 3x3x2 s2 | conv 3x3x2 pad 1",
    "11x11x1 | conv 3x3x2 d2 pad 3 | avgpool 3x3 s2 pad 1 ceil",
    "9x9x1 | conv 3x3x2 pad 1 | upsample 2 | conv 3x3x2 pad 1",
    "7x8x1 | conv 3x3x2 pad 1 | upsample 2 mode bilinear",
    "7x8x1 | deconv 4x4x2 s2 pad 1 | conv 3x3x2 pad 1",
    "8x8x1 | deconv 1x2x2 s3 | conv 2x2x2 pad 1",
    "12x12x1 | res( conv 3x3x1 pad 1 | conv 3x3x1 pad 1 ) | conv 3x3x2 s2",
    "12x12x1 | concat( conv 1x5x2 pad 0x2 ; conv 5x1x2 pad 2x0 ) | conv 1x1x2",
    "12x12x2 | adaptiveavgpool 5x7 | conv 3x3x2 pad 1",
    "20x2 | conv 3x4 pad 1 s2 | conv 5x4 pad 0:4 | avgpool 2",
    "5x6x7x1 | conv 3x2x1x2 pad 1x0x0 | avgpool 2x2x1",
]


@pytest.mark.parametrize("text", SPECS)
def test_every_unit_is_reached_by_its_rectangle(text: str) -> None:
    net = archcalc.analyze(text)
    module = positive(build(net.graph).double().eval())
    (shape,) = net.graph.inputs.values()
    x = torch.ones(1, *shape, dtype=torch.double, requires_grad=True)
    y = module(x)[0]
    y = y.sum(-1) if y.dim() == 2 else y.sum(0)  # sequences: length, then width
    assert y.shape == spatial(net.output)
    for place in range(0, y.numel(), 1 + y.numel() // 40):
        unit = tuple(int(i) for i in torch.unravel_index(torch.tensor(place), y.shape))
        found = field_map(net.analysis, "", unit).reached
        if not y[unit].requires_grad:
            assert found is None
            continue
        (gradient,) = torch.autograd.grad(y[unit], x, retain_graph=True)
        touched = gradient[0].sum(-1) if len(shape) == 2 else gradient[0].sum(0)
        places = touched.nonzero()
        expected = None
        if len(places):
            ends = zip(places.amin(0).tolist(), places.amax(0).tolist(), strict=True)
            expected = tuple(ends)
        assert (found and tuple(map(tuple, found))) == expected, unit
