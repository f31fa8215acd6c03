"""The known totals, without torch: every net's params, MACs, output and receptive field."""

from __future__ import annotations

import pytest

import archcalc

from nets import NETS, RECEPTIVE_FIELDS

OUTPUTS = {
    "lenet5": (10,),
    "alexnet": (1000,),
    "vgg16": (1000,),
    "inception-3a": (256, 28, 28),
    "inception-3a-naive": (416, 28, 28),
}
DEPTHS = {"lenet5": 5, "alexnet": 8, "vgg16": 16, "resnet50": 50, "resnet50-v1": 50}


@pytest.mark.parametrize("name", NETS)
def test_totals(name: str) -> None:
    net = archcalc.analyze(NETS[name].text)
    assert net.total("params") == NETS[name].params
    assert net.total("macs") == NETS[name].macs
    for column in ("params", "macs"):
        assert sum(net.column(column).values()) == net.total(column)


@pytest.mark.parametrize("name", OUTPUTS)
def test_outputs(name: str) -> None:
    assert archcalc.analyze(NETS[name].text).output == OUTPUTS[name]


@pytest.mark.parametrize("name", DEPTHS)
def test_depths(name: str) -> None:
    assert archcalc.analyze(NETS[name].text).total("depth") == DEPTHS[name]


@pytest.mark.parametrize("name", RECEPTIVE_FIELDS)
def test_receptive_fields(name: str) -> None:
    layer, size = RECEPTIVE_FIELDS[name]
    net = archcalc.analyze(NETS[name].text)
    assert net.column("receptive_field")[layer] == (size, size)
    assert net.column("jump")[layer] == (32, 32)
