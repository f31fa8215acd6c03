"""The notation: every way of writing gives one spec, and every spec is written back the same."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.blocks import block_type, block_words
from archcalc.cli.options import symbol_values
from archcalc.errors import Problem, SpecError, UsageError
from archcalc.expansion import expand, no_symbol
from archcalc.layers import LAYERS, layer_type, words
from archcalc.layers.base import MergeLayer
from archcalc.layers.options import REQUIRED, Option, options_of
from archcalc.notation.binding import is_suffix
from archcalc.notation.entries import Spec
from archcalc.notation.format import canonical, short_form, stages
from archcalc.notation.free import symbols
from archcalc.notation.parser import parse
from archcalc.notation.synonyms import capitalised_layer, layer_meant
from archcalc.readers import read

# Random texts, from the words and options that there are

PLAIN = [word for word, kind in LAYERS().items() if not issubclass(kind, MergeLayer)]
SUFFIXES = [word for word in PLAIN if is_suffix(word)]

WHOLE = st.integers(1, 99).map(str)
SYMBOLIC = st.sampled_from(["C", "N", "Cout", "(C/2)", "(r)", "(2*C+1)", "(C // 3)"])
SIZE = st.one_of(WHOLE, WHOLE, SYMBOLIC)


def several(part: st.SearchStrategy[str], least: int, most: int) -> st.SearchStrategy[str]:
    return st.lists(part, min_size=least, max_size=most).map("x".join)


def ways(option: Option) -> st.SearchStrategy[str]:
    """Return the ways to write an option that has a word."""
    number = st.integers(max(option.least, 1), 9).map(str)
    equals = st.sampled_from([" ", " ", "="])
    named = st.tuples(st.just(option.word), equals)
    if option.kind == "flag":
        return st.sampled_from([word for word in (option.word, option.off) if word])
    if option.kind == "choice":
        head = f"{option.word} " if option.word else ""
        return st.sampled_from([head + choice for choice in option.choices])
    if option.kind == "number":
        return st.sampled_from(["0.4", ".25", "0.5"])
    if option.kind == "pad":  # each side of each axis, unless one axis alone is uneven
        side = st.one_of(number, st.integers(0, 3).map(str))
        uneven = st.tuples(side, side).map(":".join)
        values = st.one_of(several(side, 1, 3), several(uneven, 1, 3), SYMBOLIC)
        short = several(number, 1, 3).map(option.short.__add__)
        alone = st.sampled_from(["same", "valid", f"{option.word} same"])
        return st.one_of(st.tuples(named.map("".join), values).map("".join), short, alone)
    most = 3 if option.kind == "axes" else 1
    values = st.one_of(several(number, 1, most), SYMBOLIC)
    spelled = [st.tuples(named.map("".join), values).map("".join)]
    if option.short:
        spelled.append(several(number, 1, most).map(option.short.__add__))
    if option.short == "s" and option.kind == "axes":
        spelled.append(several(number, 1, most).map("/{}".format))
    return st.one_of(spelled)


@st.composite
def layers(draw: st.DrawFn, word: str, kind: Any) -> str:
    """Draw a layer or block with its sizes and some of its options, in any order."""
    sizes: list[str] = []
    options: list[str] = []
    head = word
    for option in options_of(kind).values():
        needed = option.default is REQUIRED
        if option.kind == "name":
            head += " " + draw(st.sampled_from(["routing", "my-block", "other_2"]))
        elif option.kind == "shape":
            head += " " + draw(several(SIZE, 1, 3))
        elif option.kind == "sizes":
            sizes.append(draw(several(SIZE, 1, 3)))
        elif option.kind == "size" and not option.word.islower():
            if needed or draw(st.booleans()):
                sizes.append(draw(SIZE))
        elif draw(st.booleans()):
            options.append(draw(ways(option)))
    written = ["x".join(sizes)] if sizes else []
    atoms = draw(st.permutations([*written, *options]))
    comma = draw(st.sampled_from([" ", " ", ", ", "  "]))
    return " ".join([head, comma.join(atoms)]).strip()


def textbook() -> st.SearchStrategy[str]:
    """Return the spellings of course notes, of VGG's table and of ResNet's figure."""
    small = st.integers(1, 11)
    vgg = st.tuples(small, WHOLE).map(lambda p: f"conv{p[0]}-{p[1]}")
    padded = st.tuples(vgg, st.sampled_from(["", " pad 0", " same", " s2", " /2 +bn"])).map("".join)
    figure = st.tuples(small, small, WHOLE, st.sampled_from(["", ", /2", ", s2, pad 3"])).map(
        lambda p: f"{p[0]}x{p[1]} conv, {p[2]}{p[3]}"
    )
    pool = small.map(lambda k: f"{k}x{k} maxpool, /2")
    return st.one_of(padded, figure, pool)


@st.composite
def stage(draw: st.DrawFn) -> str:
    text = draw(
        st.one_of(
            st.sampled_from(PLAIN).flatmap(lambda word: layers(word, layer_type(word))),
            textbook(),
        )
    )
    plus = draw(st.lists(st.sampled_from(["bn", "relu", *SUFFIXES]), max_size=2))
    return text + "".join(f" +{word}" for word in plus)


def calls() -> st.SearchStrategy[str]:
    """Return blocks, written as a stage or as a call."""
    kind = st.sampled_from(block_words())
    words = kind.flatmap(lambda word: layers(word, block_type(word)))
    return st.one_of(words, st.sampled_from(["se(4)", "se(ratio 8)*2", "se(4, gate hardsigmoid)"]))


REPEAT = st.sampled_from(["", "", "*3", "x2", " * 4", "*N", "*(N)", "*1"])
LABEL = st.sampled_from(["", "", "", "stem: ", "3a: ", "conv2/reduce: ", "층: ", "a.b-c: "])
BAR = st.sampled_from([" | ", " | ", "|", " -> ", "->", "\n", "\n  | ", " |\n", "  # why\n"])


def chains(entries: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return stages with labels, joined by bars of all kinds."""
    labelled = st.tuples(LABEL, entries).map("".join)
    more = st.lists(st.tuples(BAR, labelled).map("".join), max_size=3).map("".join)
    return st.tuples(labelled, more).map("".join)


def nested(entries: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return groups, branches, residuals and heads of such entries."""
    chain = chains(st.one_of(entries, st.just("id")))
    semicolon = st.sampled_from([" ; ", ";", "\n; "])
    branches = st.tuples(chain, semicolon, chain, st.sampled_from(["", " ; id"])).map("".join)
    return st.one_of(
        st.tuples(chain, REPEAT).map(lambda p: f"[ {p[0]} ]{p[1]}"),
        st.tuples(st.sampled_from(["concat", "add", "mul"]), branches, REPEAT).map(
            lambda p: f"{p[0]}( {p[1]} ){p[2]}"
        ),
        st.tuples(chain, st.sampled_from(["", " ; id", " ; conv 1x1x8 s2"]), REPEAT).map(
            lambda p: f"res({p[0]}{p[1]}){p[2]}"
        ),
        st.tuples(st.sampled_from(["aux(", "aux head( "]), chain).map(lambda p: f"{p[0]}{p[1]} )"),
    )


BODY = chains(st.recursive(st.one_of(stage(), stage(), calls()), nested, max_leaves=6))
INPUT = st.one_of(
    several(WHOLE, 1, 5),
    several(st.one_of(WHOLE, st.sampled_from(["H", "W", "C", "(C/r)"])), 1, 4),
    st.sampled_from(["[32x32x3]", "[ 32x32x3 ]", "net: 14x14x480", "이름: HxWxC"]),
)
TEXTS = st.tuples(INPUT, st.sampled_from([" | ", "\n", " -> "]), BODY).map("".join)


def assert_written_back(spec: Spec, fragment: bool = False) -> None:
    full, short = canonical(spec), short_form(spec)
    assert parse(full, fragment=fragment) == spec
    assert parse(short, fragment=fragment) == spec
    assert canonical(parse(full, fragment=fragment)) == full
    assert short_form(parse(short, fragment=fragment)) == short
    assert "\n" not in full
    assert " | ".join(stages(spec)) == full


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_every_spec_is_written_back(text: str) -> None:
    assert_written_back(parse(text))


@settings(max_examples=100, deadline=None)
@given(BODY)
def test_every_fragment_is_written_back(body: str) -> None:
    assert_written_back(parse(f"... | {body}", fragment=True), fragment=True)


@pytest.mark.parametrize("word", PLAIN)
def test_every_word_is_written_back(word: str) -> None:
    """Each word on its own, so that none depends on luck; and its examples, whole."""

    @settings(max_examples=20, deadline=None)
    @given(
        layers(word, layer_type(word)),
        st.lists(st.sampled_from(SUFFIXES), max_size=2),
    )
    def written_back(text: str, plus: list[str]) -> None:
        assert_written_back(parse(f"8x8x8 | {text}" + "".join(f" +{one}" for one in plus)))

    written_back()


EXAMPLES = [
    example.format(word=word)
    for word, kind in [*LAYERS().items(), *((word, block_type(word)) for word in block_words())]
    for example in getattr(kind, "examples", ())
]


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_are_written_back(text: str) -> None:
    spec = parse(text)
    assert_written_back(spec)
    made, again = expand(spec), expand(parse(short_form(spec)))
    assert (made.nodes, made.inputs, made.output) == (again.nodes, again.inputs, again.output)


# Noise around a spec changes nothing

NOISE = {
    " | ": [" | ", "|", " -> ", "\n", " |\n  ", " # | no stage\n| ", "\t|\t", "\r\n", " → "],
    " ; ": [" ; ", ";", "\n;\n", " # ;\n; "],
    "( ": ["( ", "(", "(\n", "( # (\n"],
    " )": [" )", ")", "\n)"],
    " ]": [" ]", "]", "\n]"],
}
CROSSES = ["x", "×", "X", "✕", " × ", " x "]


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.data())
def test_noise_changes_nothing(text: str, data: st.DataObject) -> None:
    spec = parse(text)
    plain = canonical(spec)
    for sign, others in NOISE.items():
        parts = plain.split(sign)
        joints = [data.draw(st.sampled_from(others)) for _ in parts[1:]]
        plain = "".join(map("".join, zip(parts, [*joints, ""], strict=True)))
    cross = data.draw(st.sampled_from(CROSSES))
    plain = re.sub(r"(?<=\d)x(?=\d)", cross, plain)
    assert parse(f"\n  {plain}  # the end\n") == spec, plain


# Two ways of writing the same

SAME: list[tuple[str, str]] = [
    ("14x14x480 | conv 5x5x48 pad 2", "14x14x480 -> conv 5x5x48 pad 2"),
    ("14x14x480 | conv 5x5x48 pad 2", "14x14x480\nconv 5x5x48 pad 2\n"),
    ("14x14x480 | conv 5x5x48 pad 2", "[14x14x480] | conv 5x5x48 pad 2"),
    ("14x14x480 | conv 5x5x48 pad 2", "14 × 14 × 480 | conv 5×5×48 pad 2"),
    ("14x14x480 | conv 5x5x48 pad 2", "14X14X480 | conv 5X5X48 p2"),
    ("14x14x480 | conv 5x5x48 pad 2", "１４x１４x４８０ | conv 5x5x48 pad=2"),
    ("14x14x480 | conv 5x5x48 pad 2", "14x14x480 → conv 5x5x48, pad 2"),
    ("14x14x480 | conv 5x5x48 pad 2", "# a net\n14x14x480 # input\n| conv 5x5x48 pad 2 # end"),
    ("14x14x480 | conv 5x5x48 pad 2", "14x14x480 | conv pad 2 5x5x48"),
    ("14x14x480 | conv 5x5x48 pad 2", "14x14x480 | 5x5 conv, 48, pad 2"),
    ("14x14x480 | conv 5x5x48 pad 2", "14x14x480 | 5x5x48 conv pad 2x2"),
    ("8x8x3 | conv 3x3x64 pad 1", "8x8x3 | conv3-64"),
    ("8x8x3 | conv 5x5x64 pad 2 s2", "8x8x3 | conv5-64 /2"),
    ("8x8x3 | conv 3x3x64", "8x8x3 | conv3-64 pad 0"),
    ("8x8x3 | conv 3x3x64 same", "8x8x3 | conv3-64 same"),
    ("8x8x3 | conv 7x7x64 s2", "8x8x3 | 7x7 conv, 64, /2"),
    ("8x8x3 | conv 7x7x64 s2", "8x8x3 | conv 7x7x64 stride 2"),
    ("8x8x3 | conv 7x7x64 s2", "8x8x3 | conv 7x7x64 stride=2"),
    ("8x8x3 | conv 7x7x64 s2", "8x8x3 | conv 7x7x64 / 2"),
    ("8x8x3 | conv 7x7x64 s2", "8x8x3 | conv 7x7x64 stride 2x2 dilation 1 groups 1 bias pad 0"),
    ("8x8x3 | conv 7x7x64 s2x1", "8x8x3 | conv 7x7x64 stride 2x1"),
    ("8x8x3 | conv 3x3x4 pad 1", "8x8x3 | conv 3x3x4 pad 1:1"),
    ("8x8x3 | conv 3x3x4 pad 0", "8x8x3 | conv 3x3x4 valid"),
    ("8x8x3 | conv 3x3x4 same", "8x8x3 | conv 3x3x4 pad same"),
    ("8x8x3 | conv 3x3x4 nobias +bn +relu", "8x8x3 | conv 3x3x4 +bn +relu"),
    ("8x8x4 | conv 3x3x4 d2 g2", "8x8x4 | conv 3x3x4 dilation 2 groups 2"),
    ("8x8x3 | maxpool 2x2", "8x8x3 | maxpool 2x2 s2"),
    ("8x8x3 | maxpool 2x3", "8x8x3 | maxpool 2x3 stride 2x3"),
    ("8x8x3 | maxpool 2x2", "8x8x3 | 2x2 maxpool"),
    ("4x8 | attn heads 2", "4x8 | attn h2 full kvheads 2 bias"),
    ("8 | dropout", "8 | dropout 0.5"),
    ("8x8x32 | gn", "8x8x32 | gn 32"),
    ("8x8x32 | se", "8x8x32 | se ratio 16"),
    ("8x8x32 | se ratio 4", "8x8x32 | se(4)"),
    ("8x8x32 | [ se ratio 4 ]*2", "8x8x32 | se(ratio 4)*2"),
    ("8x8x3 | [ relu ]*3", "8x8x3 | [relu]x3"),
    ("8x8x3 | [ relu ]*3", "8x8x3 | [ relu ] * 3"),
    ("8x8x3 | [ relu ]*3 | gap", "8x8x3 -> [relu]*3->gap"),
    ("8x8x3 | [ relu ]*N | gap", "8x8x3 -> [relu]xN->gap"),
    ("8x8x3 | [ relu ]", "8x8x3 | [ relu ]*1"),
    ("HxWxC | conv 1x1xC", "HxWxC | conv 1x1x(C)"),
    ("HxWxC | conv 1x1x(C/r)", "HxWxC | conv 1x1x( C / r )"),
    ("8x8x3 | upsample 2", "8x8x3 | upsample 2 mode nearest"),
    ("8x8x3 | concat( relu ; id )", "8x8x3 | concat(relu;id)"),
    ("8x8x3 | a: relu", "8x8x3 | a:   relu"),
    ("8x8x3 | aux side( relu ) | relu", "8x8x3\naux side(\n  relu\n)\nrelu"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_equivalent_spellings(one: str, other: str) -> None:
    assert parse(one) == parse(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("8x8x3 | relu", "8x8x4 | relu"),
        ("8x8x3 | relu", "net: 8x8x3 | relu"),
        ("8x8x3 | relu", "8x8x3 | a: relu"),
        ("8x8x3 | relu", "8x8x3 | [ relu ]"),
        ("8x8x3 | add( relu ; id )", "8x8x3 | res( relu )"),
        ("8x8x3 | conv 3x3x4 +relu", "8x8x3 | conv 3x3x4 | relu"),
        ("8x8x3 | conv 3x3x4 pad 0:1", "8x8x3 | conv 3x3x4 pad 1:0"),
        ("8x8x3 | aux( relu )", "8x8x3 | aux a( relu )"),
    ],
)
def test_different_specs_differ(one: str, other: str) -> None:
    assert parse(one) != parse(other)


def test_channels_first_is_a_way_of_reading() -> None:
    assert parse("480x14x14 | relu", layout="chw") == parse("14x14x480 | relu")
    assert parse("16x100 | relu", layout="chw") == parse("100x16 | relu")


# How it is written

FORMS = {
    "14x14x480 | conv 5x5x48 p2": (
        "14x14x480 | conv 5x5x48 pad 2 stride 1 dilation 1 groups 1 bias",
        "14x14x480 | conv 5x5x48 pad 2",
    ),
    "8x8x3 | conv 3x3x4 s2 d2 +bn +relu": (
        "8x8x3 | conv 3x3x4 pad 0 stride 2 dilation 2 groups 1 nobias +bn +relu",
        "8x8x3 | conv 3x3x4 s2 d2 +bn +relu",
    ),
    "8x8x3 | conv 3x3x4 bias +bn": (
        "8x8x3 | conv 3x3x4 pad 0 stride 1 dilation 1 groups 1 bias +bn",
        "8x8x3 | conv 3x3x4 bias +bn",
    ),
    "8x8x3 | maxpool 2x3": (
        "8x8x3 | maxpool 2x3 stride 2x3 pad 0 floor dilation 1",
        "8x8x3 | maxpool 2x3",
    ),
    "8x8x3 | maxpool 3x3 /2 ceil": (
        "8x8x3 | maxpool 3x3 stride 2 pad 0 ceil dilation 1",
        "8x8x3 | maxpool 3x3 s2 ceil",
    ),
    "4x8 | attn heads 2": (
        "4x8 | attn heads 2 kvheads 2 full bias",
        "4x8 | attn h2",
    ),
    "HxWxC | conv (K)x(K)x(C/r) stride (S)": (
        "HxWxC | conv KxKx(C/r) pad 0 stride S dilation 1 groups 1 bias",
        "HxWxC | conv KxKx(C/r) stride S",
    ),
    "9 | opaque routing 4 macs 7": ("9 | opaque routing 4 macs 7",) * 2,
    "net: 8x8x3 | a: [ b: relu -> id ]*2": ("net: 8x8x3 | a: [ b: relu | id ]*2",) * 2,
    "8x8x3 | aux one( gap )": ("8x8x3 | aux one( gap )",) * 2,
    "8 | dropout 0.5": ("8 | dropout 0.5", "8 | dropout"),
}


@pytest.mark.parametrize("text", FORMS)
def test_forms(text: str) -> None:
    spec = parse(text)
    assert (canonical(spec), short_form(spec)) == FORMS[text]


def test_symbols_of_a_spec() -> None:
    text = (
        "HxWx(C/r) | [ conv (K)xKx(N+1) stride (S) pad (P) ]*(R) | aux( fc (A) ) | res( fc B )*N"
        " | se (Q) | mul( id ; fc D )"
    )
    assert symbols(parse(text)) == (*"ABCDHKNPQRSW", "r")


# Warnings: legal, but probably not meant

WARNINGS: dict[str, tuple[str, ...]] = {
    "15x16x3 | conv 3x3x4 s2": ("W01",),
    "16x16x3 | conv 3x3x4 s2": ("W01",),  # rows and columns in one
    "16x17x3 | conv 3x4x4 s2": ("W01", "W01"),  # other numbers for each
    "16x17x3 | conv 3x4x4 s4": ("W01",),  # a step over one row is meant
    "15x15x3 | maxpool 2x2": ("W01",),
    "15x15x3 | maxpool 2x2 ceil": (),
    "16x16 | conv 3x4 s2": ("W01",),
    "16x16x3 | dwconv 3x3 s2": ("W01",),
    "8x8x8x3 | maxpool 3x2x2": ("W01",),
    "15x15x3 | conv 3x3x4 s3": (),
    "15x15x3 | conv 1x1x4 s2": (),
    "16x16x3 | conv 1x1x4 s2": (),
    "16x16x3 | conv 3x3x4 s2 pad 1": (),
    "HxWxC | conv 3x3x4 s2": (),
    "14x14x3 | deconv 3x3x4 s2": (),
    "3x32x32 | conv 3x3x4 pad 1": ("W02",),
    "4x16x16 | relu": ("W02",),
    "3x32x31 | relu": (),
    "3x8x8 | relu": (),
    "5x32x32 | relu": (),
    "14x14x480 | conv 5x5x480 pad 2": ("W03",),
    "14x14x480 | conv 3x3x480 pad 1": (),
    "14x14x64 | conv 5x5x64 pad 2": (),
    "14x14x480 | conv 5x7x480 pad 2x3": (),
    "8x8x3 | conv 3x3x4 bias +bn": ("W04",),
    "8x8x3 | conv 3x3x4 +bn": (),
    "8x8x3 | conv 3x3x4 nobias +bn": (),
    "8x8x3 | conv 4x4x4 same": ("W05",),
    "8x8x3 | conv 4x3x4 same s2": ("W05", "W06"),
    "8x8x3 | conv 3x3x4 same s2": ("W06",),
    "8x8x3 | conv 3x3x4 same": (),
    "5x5x4 | maxpool 2x2 pad 1 ceil": ("W07",),
    "6x6x4 | maxpool 3x3 s2 ceil": (),
}


@pytest.mark.parametrize("text", WARNINGS)
def test_warnings(text: str) -> None:
    graph = expand(parse(text))
    assert tuple(sorted(warning.code for warning in graph.warnings)) == WARNINGS[text]
    for warning in graph.warnings:
        assert warning.span is not None
        start, end = warning.span.text_range()
        assert text[start:end].strip()
        assert warning.render("warning").startswith(f"warning[{warning.code}]: ")


def test_every_warning_is_in_the_table() -> None:
    found = {code for codes in WARNINGS.values() for code in codes}
    assert found == {f"W0{n}" for n in range(1, 8)}


def test_channels_first_needs_no_warning() -> None:
    assert not parse("3x32x32 | relu", layout="chw").warnings


def test_the_words_are_known() -> None:
    assert set(PLAIN) | {"concat", "add", "mul"} == set(words())
    assert {"bn", "relu", "dropout"} <= set(SUFFIXES)
    assert not {"conv", "flatten", "gap"} & set(SUFFIXES)


def test_padding_uneven_on_a_later_axis() -> None:
    text = "8x8x3 | conv 3x3x4 pad 1:1x1:2"
    assert parse(canonical(parse(text))) == parse(text) == parse("8x8x3 | conv 3x3x4 pad 1x1:2")


# What newcomers write, and the stage that the help leads to

NEWCOMERS: list[tuple[str, str]] = [
    ("conv 64 3x3", "conv 3x3x64"),
    ("conv 64 3", "conv 3x3x64"),
    ("conv 3 64", "conv 3x3x64"),
    ("conv (C) 3x3", "conv 3x3xC"),
    ("conv 3x3x64 2", "conv 3x3x64 s2"),
    ("conv 3x3x64 2 1", "conv 3x3x64 s2 pad 1"),
    ("conv 3x3x64 128", "conv 3x3x64x128"),
    ("sepconv 64 3x3", "sepconv 3x3x64"),
    ("maxpool 3 2", "maxpool 3x3 s2"),
    ("maxpool 2 2", "maxpool 2x2 s2"),
    ("maxpool 3 2 1", "maxpool 3x3 s2 pad 1"),
    ("avgpool 3x3 2", "avgpool 3x3 s2"),
    ("dwconv 3 1 1", "dwconv 3x3 s1 pad 1"),
    ("fc 100 10", "fc 10"),
    ("inception 64 96 128 16 32 32", "inception 64x96x128x16x32x32"),
    ("conv 3x3x16 pad 1 x3", "[ conv 3x3x16 pad 1 ]*3"),
    ("conv 3x3x16 pad 1 x 3", "[ conv 3x3x16 pad 1 ]*3"),
    ("conv3-16 pad 1 x 3", "[ conv3-16 pad 1 ]*3"),
    ("conv 3x3x16 pad 1 \u00d73", "[ conv 3x3x16 pad 1 ]*3"),
    ("conv 3x3x16 s2 x3", "[ conv 3x3x16 s2 ]*3"),
    ("conv 3x3x16 stride 2 x3", "[ conv 3x3x16 stride 2 ]*3"),
    ("conv 3x3x16 /2 x3", "[ conv 3x3x16 /2 ]*3"),
    ("conv 3x3x16 dilation 2 x3 pad 1", "[ conv 3x3x16 dilation 2 ]*3"),
    ("conv 3x3x16 x3", "[ conv 3x3x16 ]*3"),
    ("c: conv 3x3x16 pad 1 x3", "[ conv 3x3x16 pad 1 ]*3"),
    ("conv3-16 x3", "[ conv3-16 ]*3"),
    ("maxpool 2x2 x3", "[ maxpool 2x2 ]*3"),
    ("relu x3", "[ relu ]*3"),
    ("conv 3x3x16 pad 1 *3", "[ conv 3x3x16 pad 1 ]*3"),
    ("(conv 3x3x16 pad 1)*3", "[ conv 3x3x16 pad 1 ]*3"),
    ("( conv 3x3x16 pad 1 | relu ) x 3", "[ conv 3x3x16 pad 1 | relu ]*3"),
    ("3x[conv 3x3x16 pad 1]", "[ conv 3x3x16 pad 1 ]*3"),
    ("3 x (conv 3x3x16 pad 1)", "[ conv 3x3x16 pad 1 ]*3"),
    ("3*[ concat( id ; relu ) ]", "[ concat( id ; relu ) ]*3"),
    ("3[ relu ]", "[ relu ]*3"),
    ("3 x conv 3x3x16 pad 1", "[ conv 3x3x16 pad 1 ]*3"),
]


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(SpecError) as error:
        expand(parse(text))
    return error.value.problems


@pytest.mark.parametrize(("written", "meant"), NEWCOMERS)
def test_the_help_leads_to_the_stage_that_was_meant(written: str, meant: str) -> None:
    (problem,) = problems(f"32x32x3 | {written}")
    offered = re.findall(r"`([^`]+)`", problem.help)
    assert meant in offered
    assert parse(f"32x32x3 | {offered[0]}") == parse(f"32x32x3 | {meant}")


def test_a_repeat_or_one_more_size_is_for_its_author_to_say() -> None:
    (problem,) = problems("8x8x3 | conv 3x3x16 pad 1 x3 | relu")
    assert problem.code == "E11"
    assert "`conv 3x3x16 pad 1x3`" in problem.help
    for plain in ("conv 3x3x16 pad 1x3", "conv 3 x 3 x 16 pad 1 x 3", "3 x 3 conv, 16, pad 1 x 3"):
        assert parse(f"8 x 8 x 3 | {plain}") == parse("8x8x3 | conv 3x3x16 pad 1x3")
    assert parse("8 x8 x3 | [ relu ] x3") == parse("8x8x3 | [ relu ]*3")


FOREIGN = {
    "MaxPool 2x2": "maxpool",
    "MaxPool2d 2": "maxpool",
    "MaxPool2d(2, 2)": "maxpool",
    "MaxPooling2D": "maxpool",
    "AvgPool2d 2": "avgpool",
    "AveragePooling2D 2": "avgpool",
    "GlobalAveragePooling2D": "gap",
    "AdaptiveAvgPool2d 1": "adaptiveavgpool",
    "Conv2d 3x3x64": "conv",
    "Conv2D 64": "conv",
    "ConvTranspose2d 3x3x8": "deconv",
    "BatchNorm2d": "bn",
    "BatchNormalization": "bn",
    "batch_norm": "bn",
    "LayerNorm": "ln",
    "ReLU": "relu",
    "LeakyReLU": "leakyrelu",
    "Softmax": "softmax",
    "Sigmoid": "sigmoid",
    "Linear 10": "linear",
    "Dense 10": "fc",
    "dense 10": "fc",
    "Dropout": "dropout",
    "Flatten": "flatten",
    "LSTM 3": "lstm",
}


@pytest.mark.parametrize("written", FOREIGN)
def test_layers_of_other_libraries_are_named(written: str) -> None:
    first, *_ = problems(f"8x8x3 | {written}")
    assert first.message.endswith(f'; did you mean "{FOREIGN[written]}"?')
    assert first.help.startswith("archcalc layers")
    behind = written.split()[0].partition("(")[0]
    (problem,) = problems(f"8x8x3 | conv 3x3x16 pad 1 {behind}")
    assert problem.code == "E08"
    assert f"`| {FOREIGN[written]}" in problem.help


def test_symbols_are_no_layers() -> None:
    for name in ("C", "N", "Cout", "Width", "KxK", "HxWxC", "Max", "GN"):
        assert not capitalised_layer(name)
    assert layer_meant("Cout") == layer_meant("MaxPol") == ""


MISTAKES: dict[str, tuple[tuple[str, str], ...]] = {
    "conv 3x3x16 pad 1 ReLU": (("E08", "a layer of its own `| relu`, or `+relu`"),),
    "conv 3x3x16 padding 1 strides 2": (
        ("E08", 'did you mean "pad 1"?'),
        ("E08", 'did you mean "stride 2"?'),
    ),
    "conv 3x3x16 padding same": (("E08", 'did you mean "same"?'),),
    "conv 3x3x16 SAME": (("E08", 'did you mean "same"?'),),
    "conv 3x3x16 pad SAME": (("E09", "or `same`"), ("E08", 'did you mean "same"?')),
    "conv 3x3x16 activation relu": (("E08", "`+relu`"),),
    "conv 3x3x16 foo 1 bar 2": (("E08", '"foo"'), ("E08", '"bar"')),
    "conv 3x3x16 foo 1 stride 2 nobais": (("E08", '"foo"'), ("E08", '"nobias"')),
    "conv foo 1 bar": (("E08", '"foo"'), ("E08", '"bar"')),
    "conv 3x3x16 stride 0 dilation 0": (("E13", "stride"), ("E13", "dilation")),
    "basic 8 foo bar": (("E08", '"foo"'), ("E08", '"bar"')),
    "se(4 foo bar)": (("E08", '"foo"'), ("E08", '"bar"')),
    "conv 3x3x16 stride s": (("E09", "`stride (s)`"),),
    "conv 3x3x16 stride s pad p": (("E09", "`stride (s)`"), ("E09", "`pad (p)`")),
    "conv 3x3x16 stride relu": (("E09", "`stride 2`"), ("E08", "`+relu`")),
    "conv 1x1xc": (("E11", "`1x1x(c)`"),),
    "conv KxKxwidth": (("E11", "`KxKx(width)`"),),
    "conv 3x3x2c": (("E11", "3x3x(2*c)"),),
    "fc classes": (("E08", "`fc (classes)`"),),
    "10": (("E07", "`fc 10`"),),
}


@pytest.mark.parametrize("stage", MISTAKES)
def test_every_mistake_of_a_stage_is_reported(stage: str) -> None:
    found = problems(f"8x8x3 | {stage} | relu")
    assert [problem.code for problem in found] == [code for code, _ in MISTAKES[stage]]
    for problem, (_, said) in zip(found, MISTAKES[stage], strict=True):
        assert said in f"{problem.message} {problem.help}"


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("1x28x28 | conv 3x3x32", "E12", "Meant channels first? --layout chw; otherwise `pad 1`"),
        ("3x32x48 | conv 3x3x4 | conv 3x3x4", "E12", "--layout chw"),
        ("4x9x3 | conv 5x5x8", "E12", "`pad 1` gives"),
        ("224x224 | conv 3x3x8", "E31", "an image has channels too: `224x224x1`, `224x224x3`"),
        ("28x28 | maxpool 2x2", "E31", "`28x28x3`"),
        ("14x14x8 | tokens | conv 3x3x8", "E31", ""),
    ],
)
def test_the_input_may_be_the_mistake(text: str, code: str, said: str) -> None:
    (problem,) = problems(text)
    assert problem.code == code
    assert said in problem.help
    assert ("chw" in problem.help) == ("chw" in said)
    assert ("image" in problem.help) == (code == "E31" and bool(said))


def test_the_words_of_a_block_alone_are_meant_as_an_architecture() -> None:
    with pytest.raises(UsageError) as error:
        read("inception")
    assert "nearest: googlenet, inception_v3" in error.value.message
    assert "`56x56x64 | inception ...`" in error.value.help
    with pytest.raises(SpecError, match="the spec has no input shape"):
        read("fire")


@pytest.mark.parametrize("text", ["n4=0", "n4=-1", "n4=0.0", "n4=-0.5"])
def test_symbols_stand_for_numbers_above_0(text: str) -> None:
    with pytest.raises(UsageError, match="a symbol stands for a number above 0"):
        symbol_values((text,))


def test_a_value_without_a_symbol_names_the_symbols_there_are() -> None:
    with pytest.raises(UsageError) as error:
        read("mobilenet_v2", {"Width": 1})
    assert error.value.code == "E29"
    assert error.value.message == 'no symbol Width in the spec; did you mean "width"?'
    none = no_symbol("Q", (), "any spec")
    assert (none.message, none.help) == ("no symbol Q in any spec", "symbols: none")
    many = no_symbol("Q", [f"n{i}" for i in range(20)])
    assert many.help.endswith(", ...")
