"""Solutions: every value is counted, so each answer equals a search by the plain engine."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_output import validated

import archcalc
from archcalc.analysis import Settings, walk
from archcalc.conventions import cost
from archcalc.errors import SpecError, UsageError
from archcalc.expansion import expand
from archcalc.notation.parser import parse
from archcalc.quantities import quantity
from archcalc.readers import read, spec_of
from archcalc.solving import Goal, goal, solve
from archcalc.sweeping.grid import span

from transcripts import run

BOTTLENECK = "14x14x480 | conv 1x1x(480/r) | conv 5x5x48 pad 2"
SPECS = [
    BOTTLENECK.replace("r", "n"),
    "(n)x(n)x3 | conv 7x7x8 s2 | maxpool 3x3 s2 | conv 5x5x4",
    "32x32x3 | conv (n)x(n)x8 pad 2 | conv 3x3x(n)",
    "16x16x4 | [conv 3x3x8]*(n)",
]


def total(column: str, net: str) -> int:
    found = quantity(column).total(walk(read(net)))
    assert isinstance(found, int)
    return found


def condition(text: str, *symbols: str) -> Goal:
    return goal(text, set(symbols), total)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(SPECS),
    st.sampled_from(["macs", "params", "activations"]),
    st.sampled_from(["<=", "<", ">=", ">", "="]),
    st.integers(0, 60).map(lambda k: int(1.4**k)),
)
def test_solutions_equal_a_search(text: str, column: str, sign: str, limit: int) -> None:
    spec = parse(text)
    solved = solve(spec, "n", range(1, 41), [condition(f"{column} {sign} {limit}", "n")])
    expected = []
    valid = []
    for n in range(1, 41):
        try:
            count: Any = quantity(column).total(walk(expand(spec, {"n": n})))
        except SpecError:
            continue
        valid.append(n)
        truth = {"<=": count <= limit, "<": count < limit, ">=": count >= limit,
                 ">": count > limit, "=": count == limit}  # fmt: skip
        if truth[sign]:
            expected.append(n)
    assert [one.value for one in solved.found] == expected
    assert [one.value for one in solved.tried] == valid
    shown = [one.value for one in solved.proof()]
    if expected:
        assert {expected[0], expected[-1]} <= set(shown)
        before = valid[: valid.index(expected[0])]
        assert not before or before[-1] in shown
        assert solved.binding() is None
    else:
        failing, nearest = solved.binding() or (None, None)
        assert failing is solved.goals[0]
        assert nearest is not None


SIDES = {
    "macs <= 5.3M": (5268480, True),
    "macs <= 5,268,479": (5268480, False),
    "macs < 5268480": (5268480, False),
    "5.3M >= macs": (5268480, True),
    "macs == 5268480": (5268480, True),
    "2*macs <= 3*3.6M": (5268480, True),
    "macs <= 16GiB": (2**34, True),
    "macs < 16 GiB": (2**34, False),
    "macs <= 2^10*2^10 - 1": (2**20, False),
    "macs >= 123,456,789,012,345,678": (123456789012345677, False),
    "macs >= macs(alexnet)": (724406816, True),
    "macs > macs(alexnet)": (724406816, False),
}


@pytest.mark.parametrize("text", SIDES)
def test_conditions(text: str) -> None:
    macs, holds = SIDES[text]
    assert condition(text).holds({"macs": macs}) is holds


def test_conditions_on_sizes() -> None:
    numbers = {"output": (14, 14, 48), "input_size": (14, 14), "output_size": (14, 14)}
    assert condition("output = 14x14x48").holds(numbers)
    assert condition("output_size = input_size").holds(numbers)
    assert condition("output_size >= 14").holds(numbers)
    assert not condition("output_size > 13x14").holds(numbers)
    assert not condition("output = 14x14").holds(numbers)


BAD = [
    "", "macs", "macs <= 5 <= 6", "macs <= ", "macs <= nothing", "macs/params >= 3",
    "macs <= 5.5", "macs <= __import__('os')", "macs <= macs(alexnet, 3)", "macs <= 1" + "0" * 300,
    "macs <= x.y",
]  # fmt: skip


@pytest.mark.parametrize("text", BAD)
def test_bad_conditions(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        condition(text)
    assert caught.value.code in ("E48", "E50")


def test_the_best() -> None:
    out = run(
        f"archcalc solve '{BOTTLENECK}' --for r --so-that 'macs <= 5.3M' --objective 'min r' -q"
        " --format plain"
    )
    rows = [line for line in out.splitlines() if "\tmacs\t" in line]
    assert [line.split("\t")[0] for line in rows] == ["24", "30", "32"], out
    most = run(f"archcalc solve '{BOTTLENECK}' --for r --objective 'max macs' --so-that 'r > 1'")
    assert most.startswith("r = 2 (max macs)")


def test_padding_input_batch_field_width() -> None:
    same = run(
        "archcalc solve '14x14x480 | conv 5x5x48 pad (p)' --for p=0:9"
        " --so-that 'output_size = input_size'"
    )
    assert same.startswith("p = 2 so that")
    smallest = run("archcalc solve alexnet --input HxHx3 --for H=1:300 --objective 'min H'")
    assert smallest.startswith("H = 67 ")
    assert "66" in smallest
    with pytest.raises(SpecError):
        read("alexnet", input="66x66x3")
    assert read("alexnet", input="67x67x3").nodes
    field = run(
        "archcalc solve '32x32x3 | [conv 3x3x16 same]*(n)' --for n=1:99 --objective 'min n'"
        " --so-that 'receptive_field >= 31'"
    )
    assert field.startswith("n = 15 ")
    width = run(
        "archcalc solve mobilenet_v2 --for width=0.25:2:0.25 --objective 'max width'"
        " --so-that 'macs <= macs(mobilenet_v2_1.4)'"
    )
    assert width.startswith("width = 1.25 ")


def test_the_batch_is_an_unknown() -> None:
    text = "saved_bytes + 4*weight_bytes <= 1GiB"
    solved = solve(spec_of("resnet18"), "batch", span("1:64"), [condition(text)])
    found = [one.value for one in solved.found]
    assert found == list(range(1, found[-1] + 1))
    inside, outside = (
        quantity("saved_bytes").total(net(batch)) + 4 * quantity("weight_bytes").total(net(batch))
        for batch in (found[-1], found[-1] + 1)
    )
    assert inside <= 2**30 < outside


def net(batch: int) -> Any:
    return walk(read("resnet18"), Settings(batch))


def test_nothing_solves() -> None:
    out = run(f"archcalc solve '{BOTTLENECK}' --for r --so-that 'macs <= 3K' --so-that 'r < 500'")
    assert out.startswith("No r from 1 to 4,096")
    assert "It fails for macs <= 3K; nearest at r = 480: 329,280 against 3,000." in out
    assert out.rstrip().endswith("[exit 1]")


def test_unknown_numbers_do_not_count() -> None:
    spec = parse("8x8xC | conv 3x3x8 | opaque mine 6x6x8")
    solved = solve(spec, "C", range(1, 5), [condition("macs <= 1G", "C")])
    assert not solved.found
    assert all(one.undecided(solved.goals) for one in solved.tried)


def test_refused_requests() -> None:
    for text, code in {
        "'8x8xC | conv 3x3x8' --for K": "E29",
        "'8x8xC | conv 3x3xN' --for C": "E29",
        "'2x2xC | conv 3x3x8' --for C=1:9": "E50",
        "'8x8xC | conv 3x3x8' --for C=1:999999": "E50",
        "'8x8xC | conv 3x3x8' --for batch=0:9 --set C=3": "E48",
        "'8x8xC | conv 3x3x8' --for C --objective 'most macs'": "E50",
        "'8x8xC | conv 3x3x8' --for C --objective 'max none'": "E48",
        "'8x8xC | conv 3x3x8' --for C --so-that 'macs <= macs(none)'": "E50",
        "'8x8x(macs) | conv 3x3x8' --for macs": "E50",
    }.items():
        assert f"error[{code}]" in run(f"archcalc solve {text}"), text


def test_json() -> None:
    text = f"archcalc solve '{BOTTLENECK}' --for r --so-that 'macs <= 5.3M' --objective 'min r'"
    data = validated(run(f"{text} --format json"))
    solution = data["solution"]
    assert (solution["best"], solution["count"]) == (30, 11)
    assert solution["rows"][1] == [30, 5268480, 26944, True]


def test_a_convention_has_its_own_name() -> None:
    text = "14x14x480 | conv 1x1x(480/r) +bn | conv 5x5x48 pad 2 +bn"
    solved = archcalc.solve(
        text, "r=1:480", "fvcore <= 5.3M", "macs <= fvcore(alexnet)", "macs >= 5.2M",
        objective="max fvcore", convention="fvcore",
    )  # fmt: skip
    assert [one.key for one in solved.quantities] == ["fvcore", "params", "macs"]
    fits = []
    for r in range(1, 481):
        if 480 % r == 0:
            analysis = archcalc.analyze(text, r=r).analysis
            macs, counted = quantity("macs").total(analysis), cost("fvcore").total(analysis)
            if counted <= 5_300_000 and macs >= 5_200_000:
                fits.append((counted, r, macs))
    assert fits
    assert [one.value for one in solved.found] == [r for _, r, _ in sorted(fits)][::-1]
    best = solved.best
    assert best is not None
    assert (best.numbers["fvcore"], best.value, best.numbers["macs"]) == max(fits)
    assert "Convention fvcore: as fvcore counts" in str(solved)


def test_python_says_what_the_command_says() -> None:
    said = run(
        f"archcalc solve '{BOTTLENECK}' --for r --so-that 'macs <= 5.3M' --objective 'min r'"
    )
    solved = archcalc.solve(BOTTLENECK, "r", "macs <= 5.3M", objective="min r")
    assert str(solved).rstrip() == said
    assert repr(solved) == "<Solution r = 30 (min r) so that macs <= 5.3M>"
    assert '<td style="text-align:right">26.94K</td>' in solved._repr_html_()
    with pytest.raises(UsageError, match="no symbol q"):
        archcalc.solve(BOTTLENECK, "q", "macs <= 5.3M")
    given = archcalc.solve("14x14xC | conv 1x1xN", "N=1:99", "params = 20*N", C=19)
    assert [one.value for one in given.found] == list(range(1, 100))
