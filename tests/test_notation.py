"""The notation: every way of writing gives one spec, and every spec is written back the same."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.blocks import block_type, block_words
from archcalc.expansion import expand, symbols
from archcalc.layers import LAYERS, layer_type, words
from archcalc.layers.base import MergeLayer
from archcalc.layers.options import REQUIRED, Option, options_of
from archcalc.notation.binding import is_suffix
from archcalc.notation.entries import Spec
from archcalc.notation.format import canonical, short_form, stages
from archcalc.notation.parser import parse

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


@settings(max_examples=300, deadline=None)
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

    @settings(max_examples=30, deadline=None)
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


@settings(max_examples=200, deadline=None)
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
