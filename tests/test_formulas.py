"""Closed forms are the integers, whatever is put in; what is said to be cheaper is."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import ceil, floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc import analyze, compare
from archcalc.errors import SpecError, UsageError
from archcalc.formulas import Formula, relation, stated
from archcalc.notation.free import symbols
from archcalc.quantities import quantity
from archcalc.readers import spec_of

from transcripts import run

REDUCED = "HxWxC | conv 1x1x(C/r) | conv KxKxN same"
PLAIN = "HxWxC | conv KxKxN same"
NETS = ("resnet50", "googlenet", "alexnet", "vgg16", "mobilenet_v2")
COLUMNS = ("macs", "params", "activations", "elementwise_ops", "connections")


@cache
def closed(name: str) -> Any:
    return analyze(name, input="HxWx3")


def put(form: Any, **numbers: int) -> Any:
    """Put numbers into a formula; a symbol that it does not have is left out."""
    if not isinstance(form, Formula):
        return form
    return form.at(**{name: n for name, n in numbers.items() if name in form.free})


@pytest.mark.parametrize("name", NETS)
@settings(max_examples=6, deadline=None)
@given(height=st.integers(64, 331), width=st.integers(64, 331))
def test_substituting_is_the_integer(name: str, height: int, width: int) -> None:
    try:
        net = analyze(name, input=f"{height}x{width}x3")
    except SpecError:
        return  # too small for it
    for column in COLUMNS:
        form = closed(name).formula(column)
        assert put(form, H=height, W=width) == net.total(column), column
        if isinstance(form, Formula):
            known = {"H": height, "W": width, "floor": floor, "ceil": ceil, "min": min}
            assert eval(form.as_dict()["expr"], known) == net.total(column), column


def test_a_net_has_one_closed_form() -> None:
    assert str(closed("resnet50").formula("macs")) == (
        "9408*ceil(H/2)*ceil(W/2) + 245760*ceil(H/4)*ceil(W/4) + 1310720*ceil(H/8)*ceil(W/8)"
        " + 7471104*ceil(H/16)*ceil(W/16) + 14417920*ceil(H/32)*ceil(W/32) + 2048000"
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), *[st.integers(1, 12)] * 4)
def test_cheaper_exactly_when_it_is_said(
    height: int, width: int, depth: int, r: int, k: int, n: int
) -> None:
    channels = depth * r
    values = {"H": height, "W": width, "C": channels, "K": k, "N": n}
    plain = analyze(PLAIN, **values)
    reduced = analyze(REDUCED, **values, r=r)
    said = r * k**2 * n > k**2 * n + channels  # r > 1 + C/(K^2*N)
    assert (reduced.total("macs") < plain.total("macs")) == said


def test_the_condition_is_derived() -> None:
    (macs,) = [one for one in compare(PLAIN, REDUCED).ratios() if one["quantity"] == "macs"]
    assert macs["lower"] == {
        "condition": "when r > 1 + C/(K^2*N)",
        "difference": "H*W*C*(r*K^2*N - C - K^2*N)/r",
    }


def test_nothing_is_said_that_is_not_proven() -> None:
    both = compare("HxWxC | conv 3x3xC same", "HxWxN | conv KxKxM same")
    (macs,) = [one for one in both.ratios() if one["quantity"] == "macs"]
    assert macs["lower"]["difference"] == "H*W*(9*C^2 - K^2*M*N)"
    both = compare("HxWxC | conv 3x3xC same | fc 10", "HxWxC | conv KxKxC same | conv KxKxC same")
    (macs,) = [one for one in both.ratios() if one["quantity"] == "macs"]
    assert "lower" not in macs or "K <" not in macs["lower"]["condition"]


def test_a_bound_in_channels_is_exact() -> None:
    text = run(f"archcalc compare '{PLAIN}' '{REDUCED}' --set C=480,N=48,K=5,r=30 --quiet")
    assert "fewer than 343 channels" in text
    plain = analyze("14x14x480 | conv 5x5x48 same").total("macs")

    def cost(width: int) -> int:
        total: int = analyze(f"14x14x480 | conv 1x1x{width} | conv 5x5x48 same").total("macs")
        return total

    assert cost(342) < plain <= cost(343)


def test_a_stated_divisibility_removes_the_roundings() -> None:
    text = run("archcalc summary resnet50 --input HxWx3 --assume 'H = 32*h' --assume 'W = 32*w'")
    assert "83410944*h*w + 2048000" in text
    assert analyze("resnet50").total("macs") == 83410944 * 49 + 2048000


@pytest.mark.parametrize("text", ["H", "H = H + 1", "H = 2*(", "3 = h"])
def test_bad_assumptions(text: str) -> None:
    with pytest.raises(UsageError):
        stated([text], {})


def test_names_are_whole_in_latex() -> None:
    import sympy

    symbol = sympy.Symbol("expand_x", integer=True, positive=True)
    assert Formula(2 * symbol).latex == "2 \\cdot \\mathrm{expand\\_x}"


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("9x9xC | conv 7x7xC same", "9x9xC | [conv 3x3xC same]*3", "always"),
        ("9x9xC | [conv 3x3xC same]*3", "9x9xC | conv 7x7xC same", "never"),
        ("9x9xC | conv 3x3xC same", "9x9x1 | conv 3x3xC same", "when C > 1"),
    ],
)
def test_a_symbol_is_at_least_one(first: str, second: str, said: str) -> None:
    params = next(one for one in compare(first, second).ratios() if one["quantity"] == "params")
    assert params["lower"]["condition"] == said
    for C in range(1, 12):
        one, two = (analyze(text, C=C).total("params") for text in (first, second))
        assert (two < one) == {"always": True, "never": False, "when C > 1": C > 1}[said]


@pytest.mark.parametrize(
    "text",
    [
        "HxHxC | conv 3x3xC s2 | flatten",
        "HxHxC | maxpool (r)x(r) stride (r) | flatten | fc N",
        "14x14xC | [ avgpool (K+2)x(K+2) s3 ]*2 | fc (C/r)",
        "14x14xC | avgpool 5x5 stride (r)",
        "HxHxC | dwconv (K+2)x(K+2) pad (K//2) | gap",
    ],
)
def test_powers_of_roundings_are_written(text: str) -> None:
    out = run(f"archcalc summary '{text}' --columns all --format json")
    assert "[exit" not in out
    net = analyze(text)
    numbers = {"H": 20, "C": 12, "K": 2, "r": 3, "N": 5}
    given = {name: numbers[name] for name in symbols(spec_of(text))}
    for column in ("params", "macs", "activations"):
        formula = net.formula(column)
        exact = analyze(text, **given).total(column)
        free = getattr(formula, "free", ())
        assert (formula.at(**{n: given[n] for n in free}) if free else formula) == exact


SIZES = ["C", "N", "(N-1)", "(2*N)", "(N+C)", "16", "(C/r)"]
STAGES = [
    "conv 3x3x{} pad 1", "conv KxKx{} same", "conv 1x1x{} nobias", "dwconv 3x3 same", "maxpool 2x2",
    "bn | relu", "res( conv 1x1x{0} | dwconv 3x3 same ; conv 1x1x{0} )", "transition",
    "basic {} s2", "concat( conv 1x1x{} ; conv 3x3x{} pad 1 )", "inverted {} s2", "convnext",
    "conv 3x3x{} s2",
]  # fmt: skip


@st.composite
def pairs_of_nets(draw: st.DrawFn) -> tuple[str, str]:
    """Draw two nets of symbolic sizes on one input."""
    shape = draw(st.sampled_from(["HxWxC", "HxHxC", "16x16xC", "HxWx(N+C)"]))
    nets = []
    for _ in range(2):
        stages = draw(st.lists(st.sampled_from(STAGES), min_size=1, max_size=4))
        size = draw(st.sampled_from(SIZES))
        nets.append(" | ".join([shape, *(stage.replace("{0}", "{}").replace("{}", size)
                                         for stage in stages)]))  # fmt: skip
    return nets[0], nets[1]


NUMBERS = st.fixed_dictionaries(
    {
        "H": st.integers(8, 40), "W": st.integers(8, 40), "N": st.integers(2, 40),
        "C": st.integers(1, 8).map(lambda n: 12 * n),
        "K": st.sampled_from([1, 3, 5]), "r": st.sampled_from([1, 2, 3, 4]),
    }
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(pairs_of_nets(), st.lists(NUMBERS, min_size=6, max_size=6))
def test_conditions_and_forms_are_true_of_numbers(
    nets: tuple[str, str], cases: list[dict[str, int]]
) -> None:
    try:
        first, second = (analyze(text) for text in nets)
    except SpecError:
        return  # a layer needs a number
    relations = {
        key: relation(first.analysis, second.analysis, quantity(key))
        for key in ("params", "macs", "activations")
    }
    for case in cases:
        used = [{n: case[n] for n in symbols(spec_of(text))} for text in nets]
        try:
            one, two = (analyze(text, **own) for text, own in zip(nets, used, strict=True))
        except SpecError:
            continue
        for key, made in relations.items():
            for exact, net in ((one, first), (two, second)):
                form = net.formula(key)
                if isinstance(form, Formula):
                    form = form.at(**{name: case[name] for name in form.free})
                assert form == exact.total(key), (key, nets, case)
            if made is not None and made.lower is not None:
                truth = two.total(key) < one.total(key)
                assert said(str(made.lower), case) == truth, (key, nets, case, made.lower)


def said(condition: str, case: dict[str, int]) -> bool:
    """Tell whether a condition holds for some numbers."""
    if not condition.startswith("when"):
        return condition == "always"
    exact = {name: Fraction(number) for name, number in case.items()}
    known = {"floor": floor, "ceil": ceil, "max": max, "min": min, **exact}
    return bool(eval(condition.removeprefix("when ").replace("^", "**"), known))
