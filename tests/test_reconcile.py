"""``archcalc reconcile``: which net, input and convention give a printed number."""

from __future__ import annotations

import csv
import io
import json

import pytest

from archcalc.errors import UsageError
from archcalc.reconciliation import Reconciled, reconcile

from transcripts import run


def one(source: str, text: str, **options: object) -> Reconciled:
    (found,) = reconcile(source, [text], **options)  # type: ignore[arg-type]
    return found


def first(source: str, text: str, **options: object) -> tuple[str, str, tuple[int, ...]]:
    """Return net, convention and input of the plainest explanation."""
    way, _ = one(source, text, **options).found[0]
    return way.nets[0], way.counted[0], way.input


IMAGE = (3, 224, 224)


@pytest.mark.parametrize(
    ("source", "text", "net", "counted"),
    [
        ("resnet50", "4.09G", "resnet50", "macs"),
        ("resnet50", "4,089,184,256", "resnet50", "macs"),
        ("resnet50", "4,089,185,256", "resnet50", "macs+bias"),
        ("resnet50", "4.134G", "resnet50", "thop"),
        ("resnet50", "4,111,512,576", "resnet50", "fvcore"),
        ("resnet50", "4,132,436,968", "resnet50", "ptflops"),
        ("resnet50", "4.12G", "resnet50", "ptflops-0.6"),
        ("resnet50", "8,211,108,352", "resnet50", "calflops-flops"),
        ("resnet50", "8.18G", "resnet50", "flops2"),
        ("resnet50", "3.8G", "resnet50:v1", "macs"),
        ("resnet50", "3.86G", "resnet50:v1", "macs"),
        ("resnet50:v1", "4.09G", "resnet50", "macs"),
        ("zoo:alexnet", "714,188,480", "alexnet:torchvision", "macs"),
        ("googlenet", "1.591G", "googlenet with auxiliary heads", "macs"),
    ],
)
def test_a_number_by_net_and_convention(source: str, text: str, net: str, counted: str) -> None:
    assert first(source, text)[:2] == (net, counted)


def test_another_resolution() -> None:
    assert first("resnet50", "5.34G") == ("resnet50", "macs", (3, 256, 256))


def test_the_parts_are_the_sum_of_the_issue() -> None:
    way, verdict = one("resnet50", "4.134G").found[0]
    assert verdict == "rounded"
    assert way.parts == {
        "MACs": 4_089_184_256,
        "batch norm 4 per value": 44_455_936,
        "adaptive average pooling": 102_400,
    }
    assert way.value == 4_133_742_592
    assert way.sum_text() == (
        "= 4.089G MACs + batch norm 4 per value 44.46M + adaptive average pooling 102.4K"
    )


def test_no_exact_explanation_names_the_nearest() -> None:
    found = one("resnet50", "9.74G")
    assert not found.is_explained
    assert found.nearest is not None
    assert (found.nearest.nets[0], found.nearest.counted[0]) == ("resnet50:v1", "flops2")
    assert found.nearest.input == (3, 256, 256)


def test_every_explanation_is_equal_at_the_printed_digits() -> None:
    for way, _ in one("resnet50", "4.1G", zoo=True).found:
        assert 4_050_000_000 <= way.value < 4_200_000_000


def test_zoo_searches_the_family() -> None:
    assert not one("resnet50", "11,513,626,624").is_explained
    assert first("resnet50", "11,513,626,624", zoo=True)[:2] == ("resnet152", "macs")


def test_torchvision_searches_its_builders() -> None:
    found = one("efficientnet_b0", "1,088,000,000", torchvision=True)
    assert found.nearest is not None
    assert found.nearest.nets == ("efficientnet_b2:torchvision",)


def test_a_size_that_changes_the_params_is_another_net() -> None:
    """AlexNet's first fully connected layer reads as many values as its maps have."""
    inputs = {way.input for way, _ in one("alexnet", "1.5G").found}
    assert inputs <= {(3, 227, 227), (3, 224, 224)}


def test_small_nets_keep_their_size() -> None:
    found = one("resnet56", "164M")
    assert {way.input for way, _ in found.found} <= {(3, 32, 32)}


@pytest.mark.parametrize(
    ("source", "text", "counted"),
    [
        ("resnet50", "25,557,032", "params"),
        ("resnet50", "25,610,152", "params with moving mean and variance"),
        # Keras's ResNet50, with and without its last layer
        (
            "resnet50",
            "25,636,712",
            "params with moving mean and variance, a bias in every convolution",
        ),
        (
            "resnet50",
            "23,587,712",
            "params with moving mean and variance, a bias in every convolution, "
            "without the last layer",
        ),
        ("vgg16", "138,344,128", "params without biases"),
    ],
)
def test_params(source: str, text: str, counted: str) -> None:
    assert first(source, text, metric="params")[1] == counted


def test_params_with_auxiliary_heads() -> None:
    net, counted, _ = first("googlenet", "13,378,280", metric="params")
    assert (net, counted) == ("googlenet with auxiliary heads", "params")


def test_inline_specs_and_symbols() -> None:
    assert first("14x14x480 | conv 5x5x48 pad 2", "112.9M")[0] == "the spec"
    assert first("naive: 28x28x8 | conv 1x1x4", "25088")[0] == "naive"
    (found,) = reconcile("HxWxC | conv 1x1x8", ["6272"], {"H": 14, "W": 14, "C": 4})
    assert found.is_explained


def test_symbols_without_values_have_no_number() -> None:
    found = one("HxWxC | conv 1x1x8", "6272")
    assert not found.is_explained
    assert found.nearest is None


def test_another_input_is_the_only_one() -> None:
    found = one("resnet50", "5.34G", input="256x256x3")
    assert {way.input for way, _ in found.found} == {(3, 256, 256)}


def test_exit_codes() -> None:
    assert "[exit" not in run("archcalc reconcile resnet50 4.09G")
    assert run("archcalc reconcile resnet50 4.09G 9.74G").endswith("[exit 1]")
    assert run("archcalc reconcile resnet50 many").endswith("[exit 2]")


def test_bad_values() -> None:
    with pytest.raises(UsageError):
        reconcile("resnet50", ["many"])
    with pytest.raises(UsageError):
        reconcile("resnet50", ["4G"], metric="units")
    with pytest.raises(UsageError):
        reconcile("784 | fc 10", ["7840"], zoo=True)


def test_json_csv_and_markdown() -> None:
    data = json.loads(run("archcalc reconcile resnet50 4.134G --format json"))
    (value,) = data["values"]
    assert value["explained"]
    assert value["explanations"][0]["counted"] == ["thop"]
    assert sum(value["explanations"][0]["parts"].values()) == 4_133_742_592
    text = run("archcalc reconcile resnet50 4.134G --format csv")
    (record,) = csv.DictReader(io.StringIO(text))
    assert record["counted"] == "thop"
    assert record["computed"] == "4133742592"
    assert "| resnet50, thop, 224x224x3" in run(
        "archcalc reconcile resnet50 4.134G --format markdown"
    )


def test_the_convention_of_each_explanation_is_stated() -> None:
    text = run("archcalc reconcile resnet50 4.134G")
    assert "Convention thop: as thop counts" in text
