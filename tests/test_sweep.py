"""Sweeps: arrays through the engine give what plain integers give, variant by variant."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_output import validated

import archcalc
from archcalc.analysis import Settings, walk
from archcalc.arithmetic import dims
from archcalc.blocks import block_type, block_words
from archcalc.conventions import CONVENTIONS, cost, counted_column
from archcalc.errors import SpecError, UsageError
from archcalc.expansion import expand
from archcalc.layers import LAYERS
from archcalc.notation.parser import parse
from archcalc.quantities import QUANTITIES, quantity
from archcalc.quantities.base import Quantity
from archcalc.readers import spec_of
from archcalc.sweeping import counting
from archcalc.sweeping.counting import counter
from archcalc.sweeping.grid import Grid, grid
from archcalc.sweeping.pareto import front
from archcalc.sweeping.varying import Differing, Family

from nets import NETS
from transcripts import run

_NUMBER = re.compile(r"\d+")


def examples() -> list[str]:
    """Return every example of a layer or a block, and the nets of the tests."""
    texts = [net.text for net in NETS.values() if not net.text.startswith("227")]
    for word, kind in LAYERS().items():
        texts += [text.format(word=word) for text in kind.examples]
    for word in block_words():
        kind = block_type(word)
        assert kind is not None
        texts += kind.examples
    return [text for text in texts if len(text) < 2500]


EXAMPLES = examples()


@st.composite
def sweeps(draw: st.DrawFn) -> tuple[str, Grid]:
    """Draw an example in which some numbers have become symbols, and values for these."""
    text = draw(st.sampled_from(EXAMPLES))
    names, values = iter(("Q1", "Q2", "Q3")), {}
    numbers = [
        found
        for found in _NUMBER.finditer(text)
        if not (
            found.start() and (text[found.start() - 1].isalpha() or text[found.start() - 1] in "._")
        )
    ]
    chosen = draw(st.lists(st.sampled_from(numbers), min_size=1, max_size=3, unique=True))
    pieces, last = [], 0
    for found in sorted(chosen, key=lambda one: one.start()):
        name = next(names)
        number = int(found.group())
        near = st.integers(max(number - 4, 1), number + 4)
        multiples = st.sampled_from([max(number // 2, 1), max(number, 1), 2 * number + 2])
        values[name] = tuple(
            draw(st.lists(st.one_of(near, multiples), min_size=1, max_size=5, unique=True))
        )
        pieces += [text[last : found.start()], f"({name})"]
        last = found.end()
    return "".join([*pieces, text[last:]]), Grid(values)


def counted_as(convention: str) -> tuple[Quantity, ...]:
    """Return every column as a convention has it."""
    columns = QUANTITIES()
    return tuple(dict.fromkeys(counted_column(one.key, convention) for one in columns))


def scalar(spec: Any, values: dict[str, Any], columns: tuple[Quantity, ...]) -> list[Any] | str:
    """Return all totals of one variant by the engine alone, or the code of its refusal."""
    try:
        analysis = walk(expand(spec, values, unused=True), Settings())
    except SpecError as error:
        return error.problems[0].code
    return [quantity.total(analysis) for quantity in columns]


@settings(max_examples=300, deadline=None)
@given(sweeps(), st.sampled_from(list(CONVENTIONS)))
def test_arrays_give_what_integers_give(sweep: tuple[str, Grid], convention: str) -> None:
    text, values = sweep
    columns = counted_as(convention)
    try:
        spec = parse(text)
    except SpecError:
        return  # a number that has to be one
    made = counter(spec, Settings(), columns, values)
    (counted,) = made.counted()
    for i in range(len(values)):
        alone = scalar(spec, values.at(i), columns)
        if counted.refused[i] >= 0:
            assert counted.refusals[counted.refused[i]].code == alone, (text, values.at(i))
            continue
        totals = [column[i] for column in counted.columns]
        assert totals == alone, (text, values.at(i))


@pytest.mark.parametrize("few", [1, 4])
def test_numbers_beyond_64_bits_are_exact(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_FEW", few)
    spec = parse("HxHxC | conv KxKxN pad K | conv KxKxN pad K")
    values = grid(["H=1000,2000000", "C=3,1000000", "K=3,1001", "N=7,2000000"])
    quantities = (quantity("macs"), quantity("params"))
    (counted,) = counter(spec, Settings(), quantities, values).counted()
    largest = 0
    for i in range(len(values)):
        analysis = walk(expand(spec, values.at(i)))
        macs = quantity("macs").total(analysis)
        assert [column[i] for column in counted.columns] == [
            macs,
            quantity("params").total(analysis),
        ]
        largest = max(largest, macs)
    assert largest > 2**80


CASES = {
    "fractions": ("32x32x3 | conv 3x3x(w*32) | conv 3x3x(divisible(w*24))", "w=0.25:1:0.25"),
    "repeats": ("32x32x3 | [conv 3x3xN pad 1 | relu]*(n) | fc 10", "n=1:12,N=2:30:7"),
    "blocks": ("HxHxC | bottleneck N | bottleneck N stride (s)", "H=5:20,C=4:40:4,N=4,8,s=1:2"),
    "layers of a block": ("HxHx8 | denseblock (n) growth (k) | fc 3", "H=4:9,n=1:4,k=3,5"),
    "shapes": ("HxWxC | conv 3x3xC s2 | maxpool 3x3 s2 ceil", "H=1:24,W=1:24,C=1,2"),
    "divisions": (
        "HxHxC | conv 3x3x(C/r) same groups (g) | conv 1x1x(480/r)",
        "H=8,C=1:32,r=1:9,g=1:4",
    ),
    "batch": ("32x32x3 | conv 3x3x8 | fc 10", "batch=1:9"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_cases(case: str) -> None:
    text, sets = CASES[case]
    spec, values = parse(text), grid([sets])
    assert len(values) > 3
    costs = (*QUANTITIES(), *(cost(convention) for convention in CONVENTIONS))
    parts = list(counter(spec, Settings(), costs, values).counted(chunk=1000))
    found = 0
    for part in parts:
        for i in range(0, part.stop - part.start, max(len(values) // 200, 1)):
            there = values.at(part.start + i)
            chosen = Settings(batch=there.pop("batch", 1))
            if part.refused[i] >= 0:
                with pytest.raises(SpecError) as caught:
                    expand(spec, there)
                refusal, problem = part.refusals[part.refused[i]], caught.value.problems[0]
                layer = problem.where.partition(",")[0].removeprefix("layer ")
                assert (refusal.code, refusal.layer) == (problem.code, layer)
                continue
            analysis = walk(expand(spec, there), chosen)
            totals = [column[i] for column in part.columns]
            assert totals == [one.total(analysis) for one in costs], there
            found += 1
    assert found


def test_whole_chunks_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """A net of the zoo is walked a few times for thousands of variants, not once for each."""
    walks = []
    monkeypatch.setattr(counting, "walk", lambda *given: walks.append(1) or walk(*given))
    spec = replace(spec_of("resnet50"), input=parse("HxWx3 | id").input)
    values = grid(["H=64:163", "W=64:163"])
    parts = list(counter(spec, Settings(), (quantity("macs"),), values).counted())
    assert sum(part.stop - part.start for part in parts) == 10_000
    assert len(walks) < 20


numbers = st.one_of(st.integers(-9, 9), st.integers(-(2**62), 2**62), st.integers(-(2**70), 2**70))
OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "smaller": dims.smaller,
    "larger": dims.larger,
    "ceil_div": dims.ceil_div,
    "common_divisor": dims.common_divisor,
}


@pytest.mark.parametrize("name", OPERATIONS)
@given(st.lists(st.tuples(numbers, numbers), min_size=2, max_size=6), st.data())
def test_arithmetic(name: str, pairs: list[tuple[int, int]], data: st.DataObject) -> None:
    operation = OPERATIONS[name]
    divides = name in ("//", "%", "ceil_div")
    pairs = [(a, b or 1) if divides else (a, b) for a, b in pairs]
    family = Family()
    one, two = (family.number(numpy.array(part, dtype=object)) for part in zip(*pairs, strict=True))
    kind = data.draw(st.sampled_from(["both", "left", "right"]))
    if kind == "left":
        two = pairs[0][1]
    if kind == "right":
        one = pairs[0][0]
    expected = [
        operation(pairs[0][0] if kind == "right" else a, pairs[0][1] if kind == "left" else b)
        for a, b in pairs
    ]
    assert _spread(operation(one, two), len(pairs)) == expected


def _spread(number: Any, count: int) -> list[int]:
    if isinstance(number, int):
        return [number] * count
    return [int(value) for value in number.variants]


def test_questions_part_the_variants() -> None:
    number: Any = Family().number(numpy.array([1, 5, 9]))
    assert number > 0
    assert not number > 9
    with pytest.raises(Differing) as caught:
        bool(number >= 5)
    assert caught.value.labels.tolist() == [True, False, False]  # 1 is below, 5 and 9 are not
    assert number - number == 0
    assert (number + 1) - number == 1


def test_pareto_equals_the_definition() -> None:
    rows = numpy.random.default_rng(3).integers(0, 12, size=(300, 3))
    for width in (1, 2, 3):
        points = rows[:, :width]
        expected = [
            not any((other <= one).all() and (other < one).any() for other in points)
            for one in points
        ]
        assert front([points[:, i] for i in range(width)]).tolist() == expected
        exact = [(points[:, i].astype(object) * 10**20) for i in range(width)]
        assert front(exact).tolist() == expected


BAD = {
    "r": "E50", "r=": "E50", "r=0": "E50", "r=2:1": "E50", "r=1:9:0": "E50", "r=-1:3": "E50",
    "r=1:2:3:4": "E50", "r=1:99999999": "E50", "r=a": "E50", "2r=3": "E50", "3": "E50",
    "r=1:3000,s=1:3000,t=1:3000": "E50", "r=3000000000": "E50",
}  # fmt: skip


@pytest.mark.parametrize("text", BAD)
def test_bad_values(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        grid([text])
    assert caught.value.code == BAD[text]


BOTTLENECK = "'14x14x480 | conv 1x1x(480/r) | conv 5x5x48 pad 2'"


def test_command() -> None:
    out = run(f"archcalc sweep {BOTTLENECK} --set r=7,16,30 --format csv")
    assert out == ("r,macs,params,refused\n7,,,E27 conv1\n16,9878400,50478,\n30,5268480,26944,")
    page = run(f"archcalc sweep {BOTTLENECK} --set r=7,16,30 --sort -r")
    assert page.index("5.268M") < page.index("9.878M") < page.index("E27")
    assert "480/7 is not a whole number" in page
    data = validated(run(f"archcalc sweep {BOTTLENECK} --set r=7,30 --format json"))
    assert data["sweep"]["rows"] == [
        ["A", 7, None, None, "E27 conv1"],
        ["A", 30, 5268480, 26944, None],
    ]


def test_files(tmp_path: Path) -> None:
    file = tmp_path / "sweep.csv"
    run(f"archcalc sweep {BOTTLENECK} --set r=7,16,30 --columns macs,output -o {file}")
    assert file.read_text(encoding="utf-8") == (
        "r,macs,output,refused\n7,,,E27 conv1\n16,9878400,14x14x48,\n30,5268480,14x14x48,\n"
    )
    assert "E33" in run(f"archcalc sweep {BOTTLENECK} --set r=30 -o {tmp_path}/none/sweep.csv")
    picture = tmp_path / "sweep.svg"
    run(f"archcalc sweep {BOTTLENECK} --set r=2,4,8 -o {picture}")
    assert "<svg" in picture.read_text(encoding="utf-8")


def test_parquet(tmp_path: Path) -> None:
    file = tmp_path / "sweep.parquet"
    out = run(f"archcalc sweep {BOTTLENECK} --set r=7,16,30 -o {file}")
    if find_spec("pyarrow") or find_spec("fastparquet"):
        assert file.exists()
    else:
        assert "E39" in out


def test_refused_requests() -> None:
    assert "E29" in run("archcalc sweep '8x8xC | conv 3x3xN' --set C=3")
    assert 'did you mean "C"' in run("archcalc sweep '8x8xC | conv 3x3x8' --set c=3")
    assert "E48" in run(f"archcalc sweep {BOTTLENECK} --set r=2 --columns nothing")
    assert "E50" in run(f"archcalc sweep {BOTTLENECK}")
    assert "E50" in run(f"archcalc sweep {BOTTLENECK} --set r=2,4 --sort output")


def test_python() -> None:
    frame = archcalc.sweep("HxHx3 | conv 3x3x8 | fc N", H=range(2, 6), N="1:3")
    assert frame.columns.tolist() == ["H", "N", "macs", "params", "refused"]
    assert frame["macs"].isna().sum() == 3
    assert frame["macs"].iloc[-1] == 9 * 8 * 27 + 72 * 3
    both = archcalc.sweep("8x8xC | conv 3x3x8", "8x8xC | conv 1x1x8", C=(1, 2), names=("a", "b"))
    assert both["net"].tolist() == ["a", "a", "b", "b"]
    assert archcalc.sweep("8x8x3 | conv 3x3x(w*8)", w=0.5)["w"].tolist() == [Fraction(1, 2)]


def test_a_convention_counts_in_its_own_column() -> None:
    text = "14x14xC | conv 3x3xN +bn | gap | fc 10"
    frame = archcalc.sweep(text, C=(8, 16), N=(4, 8), convention="fvcore")
    assert frame.columns.tolist() == ["C", "N", "fvcore", "params"]
    assert frame["fvcore"].tolist() == [
        cost("fvcore").total(archcalc.analyze(text, C=C, N=N).analysis)
        for C in (8, 16) for N in (4, 8)
    ]  # fmt: skip
    out = run(
        f"archcalc sweep '{text}' --set C=8,16,N=4,8 --convention fvcore --pareto macs,-C"
        " --sort -fvcore --columns params --format json"
    )
    data = json.loads(out)["sweep"]
    assert data["columns"] == ["net", "C", "N", "params", "fvcore", "refused"]
    assert [row[1:3] for row in data["rows"]] == [[16, 4], [8, 4]]
    assert data["convention"] == "fvcore"
