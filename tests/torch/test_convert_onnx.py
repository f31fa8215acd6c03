"""Nets that torch exports to ONNX come back with the same numbers."""

from __future__ import annotations

import io
import warnings
from typing import Any

import pytest

from archcalc.analysis import Analysis, walk
from archcalc.converting import Conversion, Given, converted
from archcalc.errors import SpecError
from archcalc.expansion import expand
from archcalc.oracles.module import build
from archcalc.quantities import quantity
from archcalc.readers import read

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")


def exported(module: Any, *shape: int) -> Conversion:
    """Convert a module by way of ONNX, batch norms kept."""
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of its own old exporter
        torch.onnx.export(
            module.train(),
            (torch.zeros(2, *shape),),
            stream,
            training=torch.onnx.TrainingMode.TRAINING,
            do_constant_folding=False,
            dynamo=False,
        )
    return converted(Given("net.onnx", "", stream.getvalue()))


def totals(analysis: Analysis) -> dict[str, Any]:
    return {key: quantity(key).total(analysis) for key in ("params", "macs", "output")}


NETS = [
    "lenet5:modern",
    "alexnet:torchvision",
    "vgg11@64x64x3",
    "resnet18@64x64x3",
    "resnet50@65x65x3",
    "squeezenet1_1@64x64x3",
    "mobilenet_v2@64x64x3",
    "9x9x4 | conv 3x3x8 pad 1 s2 d2 g2 nobias | leakyrelu | deconv 2x2x6 s2 | gap | fc 3",
    "12x12x4 | res( conv 3x3x4 pad 1 +bn +relu ) | concat( id ; conv 1x1x2 ) | avgpool 2x2 s1",
    "12x12x4 | mul( id ; conv 1x1x4 | sigmoid ) | maxpool 3x3 s2 ceil | fc 5 | softmax",
]


@pytest.mark.parametrize("source", NETS)
def test_nets_of_the_zoo(source: str) -> None:
    source, _, size = source.partition("@")
    net = read(source, input=size)
    (shape,) = net.inputs.values()
    made = exported(build(net), *shape)
    assert totals(walk(expand(made.spec))) == totals(walk(net))


def test_what_has_no_word() -> None:
    class Odd(torch.nn.Module):
        def forward(self, x: Any) -> Any:
            return torch.cumsum(torch.sin(x), 1)

    with pytest.raises(SpecError) as caught:
        exported(Odd(), 3, 8, 8)
    assert [problem.code for problem in caught.value.problems] == ["E53", "E53"]
    assert "(Sin)" in caught.value.render()
    assert "(CumSum)" in caught.value.render()


def test_what_is_no_onnx_file() -> None:
    with pytest.raises(SpecError) as caught:
        converted(Given("net.onnx", "", b"\xff\xff\xff hello"))
    assert caught.value.code == "E56"
