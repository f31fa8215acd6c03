"""Worked arithmetic: every step is true, and the last is the quantity's own value."""

from __future__ import annotations

import json
import math
import re
import time
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_output import validated

from archcalc import explanation
from archcalc.analysis import Analysis, Settings, walk
from archcalc.arithmetic.latex import latex
from archcalc.arithmetic.unknown import Unknown
from archcalc.arithmetic.working import Working
from archcalc.conventions import CONVENTIONS, cost
from archcalc.errors import UsageError
from archcalc.explanation import page, working, workings
from archcalc.layers.base import written
from archcalc.quantities import keys, quantity
from archcalc.quantities.receptive_field import WHOLE
from archcalc.readers import read
from archcalc.renderers import formats, render
from archcalc.table import SpecText, Step, Steps

from nets import NETS
from transcripts import run

OTHERS = {
    "same": "15x14x3 | conv 3x3x5 same s2 | conv 4x4x5 same d2",
    "unequal": "32x20x6 | conv 3x5x8 pad 1x2 stride 2x1 dilation 2x1 | maxpool 2x3",
    "uneven pads": "9x9x1 | add( conv 3x3x4 pad 2:0 ; conv 3x3x4 pad 0:2 )",
    "deconv": "5x5x8 | deconv 3x3x4 s2 outpad 1 | avgpool 2x3 s2x1 ceil | conv 3x3x2",
    "adaptive": "14x14x8 | adaptiveavgpool 4 | conv 3x3x8",
    "sequence": "100x16 | conv 3x64 pad 1 s2 | lstm 32 bidirectional | linear 5",
    "opaque": "10 | opaque thing 5 macs 12 | fc 3",
    "3-D": "8x16x16x3 | conv 3x3x3x16 pad 1 s2 | maxpool 2x2x2",
    "scale": "14x14x8 | se 4 | conv 3x3x8",
    "views": "14x14x8 | flatten | fc 10 | relu",
    "nothing": "14x14x3 | id",
    "upsample": "32x32x3 | upsample 2 | conv 3x3x4 pad 1 | maxpool 2x2",
    "misaligned": "8x8x3 | add( conv 3x3x4 pad 1 ; maxpool 2x2 | upsample 2 | conv 1x1x4 ) | relu",
}
TEXTS = {**{name: net.text for name, net in NETS.items()}, **OTHERS}
METRICS = workings()


def net(text: str, **options: Any) -> Analysis:
    return walk(read(text), Settings(**options))


ANALYSES = {name: net(text, batch=3) for name, text in TEXTS.items()}


# A reader of arithmetic of our own, for plain text and for LaTeX

WORD = re.compile(r"(floor|ceil|min|max|gcd)\(|(\d{1,3}(?:,\d{3})+|\d+)|([-+*/(),x])| ")


class Reader:
    """Evaluates ``floor((14 + 2*2 - 5) / 1) + 1`` exactly, by the rules of school."""

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        place = 0
        while place < len(text):
            found = WORD.match(text, place)
            assert found, f"{text!r} at {text[place:]!r}"
            if found[0] != " ":
                self.tokens.append(found[0])
            place = found.end()
        self.tokens.append("")

    def value(self) -> Fraction:
        number = self.sum()
        assert self.tokens == [""], self.tokens
        return number

    def sum(self) -> Fraction:
        negative = self.tokens[0] == "-" and bool(self.tokens.pop(0))
        number = -self.term() if negative else self.term()
        while self.tokens[0] in ("+", "-"):
            number += self.term() if self.tokens.pop(0) == "+" else -self.term()
        return number

    def term(self) -> Fraction:
        number = self.atom()
        while self.tokens[0] in ("*", "/", "x"):
            number = number / self.atom() if self.tokens.pop(0) == "/" else number * self.atom()
        return number

    def atom(self) -> Fraction:
        token = self.tokens.pop(0)
        if token[0].isdigit():
            return Fraction(int(token.replace(",", "")))
        assert token.endswith("("), token
        parts = [self.sum()]
        while self.tokens[0] == ",":
            self.tokens.pop(0)
            parts.append(self.sum())
        assert self.tokens.pop(0) == ")"
        calls: dict[str, Any] = {
            "": lambda one: one,
            "floor": lambda one: Fraction(math.floor(one)),
            "ceil": lambda one: Fraction(math.ceil(one)),
            "min": min,
            "max": max,
            "gcd": lambda one, other: Fraction(math.gcd(int(one), int(other))),
        }
        return Fraction(calls[token[:-1]](*parts))


def evaluated(text: str) -> Fraction:
    return Reader(text).value()


def unlatexed(text: str) -> str:
    """Return LaTeX as plain arithmetic; anything that no rule knows makes the reader fail."""
    depth = 0
    for char in text:
        depth += {"{": 1, "}": -1}.get(char, 0)
        assert depth >= 0, text
    assert depth == 0, text
    assert text.count("\\left") - text.count("\\left\\l") == text.count("\\right)"), text
    text = text.replace("{,}", ",")
    frac = re.compile(r"\\frac\{([^{}]*)\}\{([^{}]*)\}")
    while frac.search(text):
        text = frac.sub(r"((\1) / (\2))", text)
    for left, right in (
        ("\\left\\lfloor", "floor("),
        ("\\left\\lceil", "ceil("),
        ("\\right\\rfloor", ")"),
        ("\\right\\rceil", ")"),
        ("\\min\\left(", "min("),
        ("\\max\\left(", "max("),
        ("\\gcd\\left(", "gcd("),
        ("\\left(", "("),
        ("\\right)", ")"),
        ("\\cdot", "*"),
        ("\\times", "*"),
    ):
        text = text.replace(left, right)
    return text


def steps_of(name: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return every line that is worked out of a net, each kind of line once."""
    analysis = ANALYSES[name]
    blocks = [working(analysis, None, metric) for metric in METRICS]
    for i in range(len(analysis.nodes)):
        blocks.append(explanation.explanation(analysis, i, METRICS, "flops"))
    return list(dict.fromkeys(line for block in blocks for line in block.lines))


@pytest.mark.parametrize("name", TEXTS)
def test_every_step_is_true_plain_and_as_latex(name: str) -> None:
    checked = 0
    for title, steps in steps_of(name):
        formulas = [step for step in steps if isinstance(step, Step)]
        if not formulas or ("x" in formulas[-1] and title != "output"):  # a place per axis
            continue
        wanted = evaluated(formulas[-1])
        for step in formulas:
            assert evaluated(step) == wanted, (title, steps)
            assert step.latex, step
            assert evaluated(unlatexed(step.latex)) == wanted, step.latex
            checked += len(formulas) > 1
    assert checked or name == "nothing"


def stated(metric: str, value: Any) -> str:
    """Return a quantity's value as a last step has to say it."""
    if value is None:
        return "does not apply"
    if value is WHOLE:
        return "whole"
    if isinstance(value, Unknown):
        return f"at least {value.at_least:,}: " if value.known_part else "unknown: "
    if metric == "output":
        return written(value)
    if isinstance(value, tuple):
        return "x".join(f"({n})" if isinstance(n, Fraction) else str(n) for n in value)
    return f"{value:,}"


def agrees(said: str, metric: str, value: Any) -> bool:
    """Tell whether a last step states a value; a square's side stands for both of its sides."""
    wanted = stated(metric, value)
    if isinstance(value, tuple) and metric != "output" and len(set(value)) == 1:
        return said in (wanted, str(value[0]))
    if value is None or value is WHOLE or isinstance(value, Unknown):
        return said.startswith(wanted)
    return said == wanted


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("name", TEXTS)
def test_the_last_step_is_the_value(name: str, metric: str) -> None:
    analysis = ANALYSES[name]
    column = quantity(metric)
    whole = working(analysis, None, metric).lines[-1][1][-1]
    assert agrees(whole, metric, column.total(analysis))
    for i, value in enumerate(column.of(analysis)):
        said = working(analysis, [i], metric).lines[-1][1][-1]
        assert agrees(said, metric, value), (analysis.nodes[i].name, said, value)


@pytest.mark.parametrize("counting", CONVENTIONS)
def test_the_cost_is_that_of_the_convention(counting: str) -> None:
    for name in ("lenet5", "bottleneck", "vit-b-block", "opaque"):
        analysis = ANALYSES[name]
        column = cost(counting)
        whole = working(analysis, None, "macs", counting=counting)
        assert whole.title == column.title
        assert agrees(whole.lines[-1][1][-1], "macs", column.total(analysis))
        for i, value in enumerate(column.of(analysis)):
            said = working(analysis, [i], "macs", counting=counting).lines[-1][1]
            assert agrees(said[-1], "macs", value)


def test_some_layers_add_up_to_their_own_sum() -> None:
    analysis = ANALYSES["alexnet"]
    chosen = [i for i, node in enumerate(analysis.nodes) if node.name.startswith("conv")]
    column = quantity("params")
    block = working(analysis, chosen, "params")
    assert [name for name, _ in block.lines] == [
        *(analysis.nodes[i].name for i in chosen if column.of(analysis)[i]),
        "total of these layers",
    ]
    wanted = sum(column.of(analysis)[i] for i in chosen)
    assert block.lines[-1][1][-1] == f"{wanted:,}"
    places = working(analysis, chosen, "receptive_field")
    assert places.lines[-1][1][-1] == "x".join(
        map(str, quantity("receptive_field").of(analysis)[chosen[-1]])
    )
    peaks = working(analysis, chosen, "peak_memory_bytes").lines[-1][1][-1]
    column = quantity("peak_memory_bytes")
    assert peaks == f"{max(column.of(analysis)[i] for i in chosen):,}"


# What it says, word for word


def lines(text: str, metric: str, **options: Any) -> list[tuple[str, str]]:
    block = working(net(text, **options), None, metric)
    return [(title, " = ".join(steps)) for title, steps in block.lines]


TWO = "14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2"


def test_costs_layer_by_layer() -> None:
    assert lines(TWO, "macs") == [
        ("conv1", "14*14*16 * 1*1*480 = 1,505,280"),
        ("conv2", "14*14*48 * 5*5*16 = 3,763,200"),
        ("total", "1,505,280 + 3,763,200 = 5,268,480"),
    ]


def test_fields_row_by_row() -> None:
    text = "32x32x3 | conv 5x5x6 | maxpool 2x2 | relu | conv 3x3x8 | maxpool 2x2"
    block = working(net(text), None, "receptive_field")
    assert block.columns == ("kernel", "stride", "jump before")
    rows = [
        (title, *beside, " = ".join(steps))
        for (title, steps), beside in zip(block.lines, block.beside, strict=True)
    ]
    assert rows == [
        ("conv1", "5", "1", "1", "1 + (5 - 1)*1 = 5"),
        ("maxpool1", "2", "2", "1", "5 + (2 - 1)*1 = 6"),
        ("conv2", "3", "1", "2", "6 + (3 - 1)*2 = 10"),
        ("maxpool2", "2", "2", "2", "10 + (2 - 1)*2 = 12"),
        ("receptive field", "", "", "", "12x12"),
    ]


def test_fields_follow_the_widest_path() -> None:
    text = "32x32x3 | concat( conv 1x1x4 ; conv 3x3x4 pad 1 ; conv 5x5x4 pad 2 ) | conv 3x3x8"
    block = working(net(text), None, "receptive_field")
    assert block.subtitle == "along the widest path"
    assert [title for title, _ in block.lines] == ["concat1.3.conv1", "conv1", "receptive field"]
    assert lines(TWO, "receptive_field")[0] == ("conv1", "1 + (1 - 1)*1 = 1")
    first = working(net(text), None, "first")
    assert first.lines[0] == ("concat1.3.conv1", ("0 - 2*1", "-2"))
    apart = lines("9x9x1 | add( conv 3x3x4 pad 2:0 ; conv 3x3x4 pad 0:2 )", "receptive_field")
    assert ("add1.add", "2 - (-2) + 1, all paths together = 5") in apart


def test_memory_names_what_is_kept() -> None:
    assert lines(TWO, "peak_memory_bytes", batch=8, dtype="float16") == [
        ("values of input", "14*14*480 = 94,080"),
        ("values of conv1", "14*14*16 = 3,136"),
        ("peak memory", "(94,080 + 3,136)*2*8 = 97,216*2*8 = 1,555,456"),
    ]
    assert lines(TWO, "weight_bytes")[0] == ("conv1", "(1*1*480*16 + 16)*4 = 30,784")


def test_many_that_are_kept_are_not_all_named() -> None:
    text = "4x4x2 | concat( " + " ; ".join(["conv 1x1x1"] * 20) + " )"
    found = lines(text, "peak_memory_bytes")
    assert len(found) == 13
    assert re.fullmatch(r"values of \d+ others", found[-2][0])


def test_outputs_layer_by_layer() -> None:
    block = working(net("14x14x480 | conv 5x5x48 pad 2 | relu"), None, "output", layout="chw")
    assert [title for title, _ in block.lines] == ["conv1"] * 4 + ["relu1", "output"]
    assert [part for (part,) in block.beside] == ["height", "width", "channels", "", "", ""]
    assert [record[1] for record in block.records][:4] == [
        "output height",
        "output width",
        "output channels",
        "output",
    ]
    assert block.lines[-1][1] == ("48x14x14",)


def test_sums_of_many_layers_are_grouped_by_block() -> None:
    found = dict(lines("resnet50", "macs"))
    assert found["conv3_x"] == "the sum of 13 layers = 1,027,604,480"
    assert found["total"].startswith("118,013,952 + 667,942,912 + 1,027,604,480 + ")
    long = "4x4x2 | " + " | ".join(["conv 1x1x2"] * 30)
    assert lines(long, "params")[-1] == ("total", "the sum of 30 layers = 180")


def test_symbols_keep_their_formulas() -> None:
    found = lines("HxWxC | conv 1x1x(C/r) | conv 3x3x8 pad 1", "macs")
    assert found[0] == ("conv1", "H*W*C^2/r")
    assert Step(found[0][1]).latex == "\\frac{H \\cdot W \\cdot C^{2}}{r}"
    for metric in METRICS:
        assert working(net("HxWxC | conv KxKxN same | relu"), None, metric).lines


@pytest.mark.parametrize("metric", sorted(set(keys()) - set(METRICS)))
def test_what_has_no_working_is_refused(metric: str) -> None:
    with pytest.raises(UsageError) as caught:
        working(ANALYSES["lenet5"], None, metric)
    assert caught.value.code == "E48"
    assert "peak_memory_bytes" in caught.value.help


def test_no_layers_are_refused() -> None:
    with pytest.raises(UsageError, match="no layer to explain"):
        working(ANALYSES["lenet5"], [], "output")


def test_a_long_net_is_quick_and_readable() -> None:
    analysis = net("resnet152")
    begun = time.perf_counter()
    block = working(analysis, None, "receptive_field")
    text = render(Page_of(block), "table", width=80)
    assert time.perf_counter() - begun < 1
    assert len(block.lines) < 60
    assert max(map(len, text.splitlines())) <= 80


def Page_of(*blocks: Steps) -> Any:
    from archcalc.table import Page

    return Page(blocks, dict)


# The general formulas

GENERAL = {
    ("14x14x480 | conv 5x5x48 pad 2", "output"): [
        "Ho = floor((H + 2*P - K) / S) + 1",
        "Wo = floor((W + 2*P - K) / S) + 1",
    ],
    ("14x14x480 | conv 5x5x48 pad 2", "macs"): ["Ho*Wo*N * K*K*(C/G)"],
    ("14x14x480 | conv 3x5x48 d2", "params"): ["Kh*Kw*(C/G)*N + N"],
    ("14x14x480 | conv 3x3x48 d2", "receptive_field"): ["Ro = R + d*(K - 1)*J"],
    ("14x14x480 | conv 3x3x48 same s2", "output"): ["Ho = ceil(H / S)", "Wo = ceil(W / S)"],
    ("14x14x480 | conv 4x4x48 pad 1:2", "first"): ["Fo = F - Pb*J"],
    ("14x14x480 | maxpool 2x2", "jump"): ["Jo = J*S"],
    ("14x14x480 | fc 10", "params"): ["H*W*C*N + N"],
    ("14x14x8 | concat( id ; conv 1x1x3 )", "output"): [
        "Ho = floor((H + 2*P - K) / S) + 1",
        "Wo = floor((W + 2*P - K) / S) + 1",
        "Co = C1 + C2",
    ],
}


@pytest.mark.parametrize(("text", "metric"), GENERAL)
def test_general_formulas(text: str, metric: str) -> None:
    made = page(net(text), SpecText("", ()), metrics=(metric,), formula=True)
    blocks = [b for b in made.blocks if isinstance(b, Steps) and b.title.endswith("in general")]
    found = [" = ".join(steps) for block in blocks for _, steps in block.lines]
    assert found == GENERAL[text, metric]
    assert all(step.latex for b in blocks for _, steps in b.lines for step in map(Step, steps))


def test_the_legend_names_the_letters_used_and_no_others() -> None:
    shown = run("archcalc explain '14x14x8 | conv 3x3x5 | fc 7' --metric params --formula")
    (legend,) = re.findall(r"^H height.*?\.$", shown, re.DOTALL | re.MULTILINE)
    letters = [part.split()[0] for part in " ".join(legend.split()).split("; ")]
    assert sorted(letters) == ["C", "G", "H", "K", "N", "W"]


def test_every_kind_of_layer_has_its_general_formulas() -> None:
    from archcalc.layers import LAYERS

    for word, kind in LAYERS().items():
        analysis = net(kind.examples[0].format(word=word))
        made = page(analysis, SpecText("", ()), metrics=METRICS, formula=True)
        assert render(made, "markdown"), word


# LaTeX and the formats


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789,+-*/^()x HWKfloorminmax", max_size=40))
def test_any_text_is_latex_or_nothing(text: str) -> None:
    made = latex(text)
    assert made.count("{") == made.count("}")
    assert not re.search(r"\\[^A-Za-z]", made), "markdown takes it for an escape"


@pytest.mark.parametrize(
    "text",
    ["", "the sum of 54 layers", "unknown: why", "(1 + 2", "1 +", "2)", "$", "1, 2", "(" * 99,
     "1 + " * 900 + "1"],
)  # fmt: skip
def test_what_is_no_arithmetic_has_no_latex(text: str) -> None:
    assert latex(text) == ""


def test_working_knows_its_latex() -> None:
    size, letter = Working(224, "H"), Working(3, "P")
    assert (size + 2 * letter - 7).latex() == "H + 2 \\cdot P - 7"
    assert Working(1_234_567).latex() == "1{,}234{,}567"


NASTY = Steps(
    "a|b $x$ <script>",
    "`sub` & more",
    (
        ("n|a`m`e$1$", (Step("2*3"), Step("6"))),
        ("<b>", ("unknown: `a` | $b$ <i>",)),
        ("_c_", ("a view: *none* $of$ its own", Step("0"))),
    ),
)


def test_names_are_escaped_in_markdown() -> None:
    text = render(Page_of(NASTY), "markdown")
    assert "**a\\|b \\$x\\$ &lt;script&gt;** \\`sub\\` &amp; more" in text
    assert "- n\\|a\\`m\\`e\\$1\\$: $2 \\cdot 3$ $= 6$" in text
    assert "- &lt;b&gt;: `` unknown: `a` | $b$ <i> ``" in text
    assert "a view: \\*none\\* \\$of\\$ its own $= 0$" in text


def test_tables_of_steps_are_escaped_in_markdown_and_html() -> None:
    table = Steps(
        "q|<", "", (("l|<b>", (Step("1 + 1"), Step("2"))),), "", True, ("k|<",), (("3|<",),)
    )
    text = render(Page_of(table), "markdown")
    rows = text.splitlines()[-3:]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {4}
    assert "<" not in text
    html = render(Page_of(table, NASTY), "html")
    assert not re.findall(r"<(?!/?(?:div|h4|dl|dt|dd|code|table|thead|tbody|tr|th|td)\b)", html)
    assert "<dd><code>2*3</code> = <code>6</code></dd>" in html
    assert "<td><code>1 + 1</code> = <code>2</code></td>" in html


@pytest.mark.parametrize("metric", [*METRICS, "macs,params,jump"])
def test_every_format_of_every_metric(metric: str) -> None:
    for text in (TWO, OTHERS["unequal"], OTHERS["opaque"], "HxWxC | conv 3x3xN"):
        data = validated(
            run(f"archcalc explain '{text}' --metric {metric} --formula -q --format json")
        )
        assert data.get("layers") or data["totals"]
        analysis = net(text)
        made = page(analysis, SpecText("", ()), metrics=tuple(metric.split(",")), formula=True)
        for name in formats():
            assert render(made, name, width=80)


def test_json_sorts_layers_and_totals() -> None:
    data = json.loads(run(f"archcalc explain '{TWO}' --metric macs --formula --format json"))
    assert [layer["name"] for layer in data["layers"]] == ["conv1", "conv2"]
    assert data["layers"][1]["working"] == [
        {"quantity": "MACs", "steps": ["14*14*48 * 5*5*16", "3,763,200"], "value": 3763200}
    ]
    assert data["totals"] == [
        {"quantity": "MACs", "steps": ["1,505,280 + 3,763,200", "5,268,480"], "value": 5268480}
    ]
    assert [one["word"] for one in data["formulas"]] == ["conv"]


def test_csv_has_the_layer_and_the_quantity() -> None:
    shown = run(f"archcalc explain '{TWO}' --metric params --format csv").splitlines()
    assert shown[1] == "conv1,params,1*1*480*16 + 16,7696"


def test_bytes_say_what_a_value_takes() -> None:
    shown = run(f"archcalc explain '{TWO}' --metric activation_bytes --batch 2 --dtype float16")
    assert "14*14*16*2*2  =  12,544" in shown
    assert "Bytes: 2 bytes per value (float16), batch 2." in shown
