"""The JSON output follows the schema that ``archcalc schema`` prints, goldens included."""

from __future__ import annotations

import jsonschema
import pytest
from json_output import schema, validated

from archcalc.conventions import CONVENTIONS
from archcalc.quantities import QUANTITIES

from transcripts import GOLDEN, commands, run

JSON = [
    pytest.param(output, id=f"{path.stem}:{i}")
    for path in sorted(GOLDEN.glob("*.txt"))
    for i, (command, output) in enumerate(commands(path.read_text(encoding="utf-8")))
    if "--format json" in command
    and not command.startswith(("archcalc explain", "archcalc fmt"))
    and not command.startswith(("archcalc columns", "archcalc layers"))
]
SPECS = [
    "14x14x480 | conv 5x5x48 pad 2",
    "HxWxC | conv KxKxN same | maxpool 2x2 | fc 10",
    "28x28x192 | opaque one 14x14x8 | conv 3x3x8",
    "9x9x3 | conv 3x3x4 s2 | upsample 3 | conv 3x3x4",
    "14x14x3 | id",
    "10x16 | lstm 32 bidirectional | attn heads 4",
    "14x14x3 | aux head( gap | fc 10 ) | conv 3x3x8 +bn +relu",
]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"schema": 1}, schema())


@pytest.mark.parametrize("output", JSON)
def test_goldens(output: str) -> None:
    validated(output)


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("spec", SPECS)
def test_summary(spec: str, convention: str) -> None:
    data = validated(run(f"archcalc summary '{spec}' --format json --convention {convention} -q"))
    (architecture,) = data["architectures"]
    assert convention in architecture["totals"]
    assert set(architecture["totals"]) >= {q.key for q in QUANTITIES()} - {"output"}


def test_the_issue_s_example() -> None:
    """The keys and numbers that scripts were promised."""
    one, two = SPECS[0], "14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2"
    data = validated(run(f"archcalc compare '{one}' '{two}' --format json"))
    first, second = data["architectures"]
    assert (data["schema"], data["convention"], data["layout"], data["batch"]) == (
        1,
        "macs",
        "hwc",
        1,
    )
    assert (first["input"], first["output"]) == ([14, 14, 480], [14, 14, 48])
    assert first["totals"]["params"] == 576048
    assert first["totals"]["macs"] == 112896000
    assert first["totals"]["receptive_field"] == [5, 5]
    assert second["totals"]["macs"] == 5268480
    assert [layer["macs"] for layer in second["layers"]] == [1505280, 3763200]
    assert second["layers"][0]["inputs"] == ["input"]
    assert first["unknown"] == []
    macs = next(ratio for ratio in data["ratios"] if ratio["quantity"] == "macs")
    assert macs == {"quantity": "macs", "of": 1, "to": 0, "ratio": 5268480 / 112896000}


def test_channels_first() -> None:
    data = validated(
        run("archcalc summary '3x32x30 | conv 3x3x8 | fc 10' --layout chw --format json")
    )
    (architecture,) = data["architectures"]
    assert architecture["input"] == [3, 32, 30]
    assert architecture["layers"][0]["output"] == [8, 30, 28]


@pytest.mark.parametrize(
    "command",
    [
        "archcalc devices --format json",
        "archcalc devices h200 --format json",
        f"archcalc roofline '{SPECS[0]}' --device h200 --format json",
        "archcalc report --words --format json",
        "archcalc report resnet18 googlenet --format json --device h200",
        *(f"archcalc report '{spec}' --format json -q" for spec in SPECS),
        f"archcalc compare '{SPECS[0]}' '{SPECS[4]}' --time predicted --device h200 --format json",
    ],
)
def test_other_commands(command: str) -> None:
    validated(run(command))
