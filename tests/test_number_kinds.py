"""One formula, any number: every layer's facts agree on integers, working, symbols and arrays.

The cases grow out of the layers' own examples and options, so a new layer is covered by existing.
What cannot take some kind of number is stated in the tables ``STAYS_A_NUMBER`` and
``NEEDS_NUMBERS``, and the tests beside them fail when an entry is no longer true.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any, NamedTuple

import numpy
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.analysis import walk
from archcalc.api import analyze
from archcalc.arithmetic.dims import Shape
from archcalc.arithmetic.unknown import Unknown
from archcalc.arithmetic.working import Working
from archcalc.errors import LayerError, SpecError
from archcalc.explanation import worked
from archcalc.layers import LAYERS
from archcalc.layers.attention import Attention
from archcalc.layers.base import Facts, Layer, channels
from archcalc.layers.conv import Conv
from archcalc.layers.norm import GroupNorm
from archcalc.layers.options import Option, Pad, options_of
from archcalc.quantities import QUANTITIES
from archcalc.readers import read

# Everything a layer states, new facts included; `windows` say how, and show in all the others
COUNTS = (
    "params",
    *sorted({f.name for f in fields(Facts)} - {"inputs", "windows", "weights", "buffers"}),
)
NUMBERS = ("sizes", "size", "axes", "integer", "pad")  # the kinds of option that are numbers

_BY_LAYER = "weights are named layer by layer, so the number of layers has to be known (E13)"
_TABLE = "table lenet5 joins exactly 6 maps to 16 with one window (E15)"

# Word and what stays a plain number among symbols and arrays, and why
STAYS_A_NUMBER: dict[tuple[str, str], str] = {
    ("rnn", "layers"): _BY_LAYER,
    ("lstm", "layers"): _BY_LAYER,
    ("gru", "layers"): _BY_LAYER,
    ("conv table", "input channels"): _TABLE,
    ("conv table", "channels"): _TABLE,
    ("conv table", "groups"): _TABLE,
    ("mul", "input 1"): "one value per channel is told from a map by its sizes 1x1",
}


class Case(NamedTuple):
    """A layer and the shapes it gets."""

    layer: Layer
    inputs: tuple[Shape, ...]


# Cases: the examples of a layer, with other options and sizes


def examples_of(word: str) -> list[Case]:
    kind = LAYERS()[word]
    analyses = [walk(read(text.format(word=word))) for text in kind.examples]
    return [
        Case(node.layer, facts.inputs)
        for analysis in analyses
        for node, facts in zip(analysis.nodes, analysis.facts, strict=True)
        if type(node.layer) is kind
    ]


Path = tuple[Any, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, int]]:
    """Yield every number of an option's value with its place."""
    if isinstance(value, tuple):  # a Pad is one
        for i, part in enumerate(value):
            yield from leaves(part, (*path, i))
    elif type(value) is int:
        yield path, value


def with_leaves(value: Any, new: dict[Path, Any], path: Path = ()) -> Any:
    """Return the value with other numbers in the same places."""
    if isinstance(value, tuple):
        parts = [with_leaves(part, new, (*path, i)) for i, part in enumerate(value)]
        return Pad(*parts) if isinstance(value, Pad) else tuple(parts)
    return new.get(path, value)


def numbers_of(case: Case) -> dict[Path, int]:
    """Return all numbers of a case: those of its options and the sizes of its inputs."""
    found: dict[Path, int] = {}
    for key, option in options_of(type(case.layer)).items():
        if option.kind in NUMBERS:
            found.update(leaves(getattr(case.layer, key), (key,)))
    for i, shape in enumerate(case.inputs):
        found.update(leaves(shape, ("input", i)))
    return found


def with_numbers(case: Case, new: dict[Path, Any]) -> Case:
    changed = {
        key: with_leaves(getattr(case.layer, key), new, (key,))
        for key, option in options_of(type(case.layer)).items()
        if option.kind in NUMBERS
    }
    layer: Any = case.layer
    inputs = tuple(with_leaves(x, new, ("input", i)) for i, x in enumerate(case.inputs))
    return Case(replace(layer, **changed), inputs)


def role(case: Case, place: Path) -> str:
    """Return what a size of an input is: ``channels``, or the number of its spatial axis."""
    _, which, axis = place
    shape = case.inputs[which]
    of_channels = 0 if len(shape) > 2 else len(shape) - 1
    return "channels" if axis == of_channels else str(axis - (len(shape) > 2))


def limits(option: Option, value: int) -> st.SearchStrategy[int]:
    """Return small numbers that an option may hold."""
    if option.kind == "size":
        return st.sampled_from([1, 2, 3, 4, 6, 8, 12])
    most = {"sizes": max(3, min(value, 6)), "axes": 3, "pad": 2, "integer": 4}[option.kind]
    return st.integers(option.least, most)


@st.composite
def structures(draw: st.DrawFn, word: str) -> Case:
    """Draw an example with other flags, modes and numbers of values per option."""
    base = draw(st.sampled_from(examples_of(word)))
    rank = max(len(base.inputs[0]) - 1, 1)
    changed: dict[str, Any] = {}
    for key, option in options_of(type(base.layer)).items():
        value = getattr(base.layer, key)
        if option.kind == "flag":
            changed[key] = draw(st.booleans())
        elif option.kind == "choice" and option.default is not None:
            changed[key] = draw(st.sampled_from(option.choices))
        elif option.kind == "axes" and draw(st.booleans()):
            changed[key] = (option.least or 1,) * rank
        elif option.kind == "pad":
            around = st.sampled_from([(Pad(0),), (Pad(0, 0),), (Pad(0),) * rank, "same", value])
            changed[key] = draw(around)
        elif option.kind == "integer" and option.default is None and value is not None:
            changed[key] = draw(st.sampled_from([value, None]))
    layer: Any = base.layer
    made = Case(replace(layer, **changed), base.inputs)
    if isinstance(on_integers(made), str):  # refusals are worth a few cases, not most
        made = draw(st.sampled_from([base, base, base, made]))
    return made


@st.composite
def numbered(draw: st.DrawFn, case: Case) -> Case:
    """Draw other numbers for a case; sizes of inputs that were equal stay equal."""
    options = options_of(type(case.layer))
    old = numbers_of(case)
    new: dict[Path, int] = {}
    shared: dict[tuple[str, int], int] = {}
    for place, value in old.items():
        if place[0] != "input":
            continue
        kind = role(case, place)
        if value == 1 and kind != "channels" and len(case.inputs) > 1:
            new[place] = 1  # one value per channel
        elif (kind, value) not in shared:
            sizes = [1, 3, 4, 5, 6, 8, 12, 24] if kind == "channels" else range(1, 25)
            shared[kind, value] = draw(st.one_of(st.just(value), st.sampled_from(sizes)))
        new.setdefault(place, shared.get((kind, value), 1))
    depth = channels(case.inputs[0])
    for place, value in old.items():
        if place[0] != "input":
            tied = options[place[0]].kind == "sizes" and value == depth > 8
            numbers = st.one_of(st.just(value), limits(options[place[0]], value))
            new[place] = shared["channels", depth] if tied else draw(numbers)
    return with_numbers(case, new)


# The kinds of number


def stays(case: Case, place: Path) -> bool:
    """Tell whether the tables say that this number cannot be a symbol or an array."""
    word, what = case.layer.word, str(place[0])
    if getattr(case.layer, "table", None) is not None:
        word = f"{word} table"
    if place[0] == "input":
        what = f"input {role(case, place)}"
        if len(case.inputs) > 1 and numbers_of(case)[place] == 1:
            what = "input 1"
    return (word, what) in STAYS_A_NUMBER


def on_integers(case: Case) -> Facts | str:
    """Return the facts, or the code of the refusal."""
    try:
        return case.layer.facts(*case.inputs)
    except LayerError as error:
        return error.code


def on_working(case: Case) -> Facts | str:
    remembered: Any = tuple(tuple(Working(size) for size in x) for x in case.inputs)
    try:
        facts: Facts = worked(case.layer).facts(*remembered)
    except LayerError as error:
        return error.code
    return facts


def on_symbols(case: Case, options: bool) -> tuple[Facts, dict[Any, int]]:
    """Return the facts for symbols, one per distinct size, and what the symbols stand for."""
    known: dict[Any, Any] = {}
    new: dict[Path, Any] = {}
    for place, value in numbers_of(case).items():
        if place in kept(case, options):
            continue
        name = (role(case, place), value) if place[0] == "input" else place
        if name not in known:
            sign = {"positive": True} if value else {"nonnegative": True}
            known[name] = sympy.Symbol(f"n{len(known)}", integer=True, **sign)
        new[place] = known[name]
    values = {new[place]: numbers_of(case)[place] for place in new}
    if not options:  # a filter depth written out has to be the input's symbol
        depth = channels(case.inputs[0])
        for place, value in numbers_of(case).items():
            if place[0] == "kernel" and value == depth > 8 and ("channels", depth) in known:
                new[place] = known["channels", depth]
    made = with_numbers(case, new)
    return made.layer.facts(*made.inputs), values


def kept(case: Case, options: bool) -> dict[Path, int]:
    """Return the numbers that variants have to share, because they do not become arrays."""
    numbers = numbers_of(case).items()
    return {p: n for p, n in numbers if stays(case, p) or (p[0] != "input" and not options)}


def on_arrays(cases: list[Case], options: bool) -> Facts:
    """Return the facts of variants as arrays, one entry per variant."""
    columns = [numbers_of(case) for case in cases]
    new = {
        place: numpy.array([column[place] for column in columns], dtype=numpy.int64)
        for place in columns[0]
        if place not in kept(cases[0], options)
    }
    made = with_numbers(cases[0], new)
    return made.layer.facts(*made.inputs)


# Agreement


def substituted(value: Any, values: dict[Any, int]) -> Any:
    if isinstance(value, tuple):
        return tuple(substituted(part, values) for part in value)
    if not isinstance(value, sympy.Basic):
        return value
    number = value.subs(values)
    return int(number) if number.is_Integer else number


def spread_out(value: Any, count: int) -> list[Any]:
    """Return a fact of several variants as one value per variant."""
    if value is None or isinstance(value, Unknown):
        return [value] * count
    if isinstance(value, tuple):
        return list(zip(*(spread_out(part, count) for part in value), strict=True)) or [()] * count
    return [int(n) for n in numpy.broadcast_to(numpy.asarray(value), (count,))]


def facts_of(facts: Facts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in COUNTS}


def assert_working(case: Case, facts: Facts | str) -> None:
    again = on_working(case)
    if isinstance(facts, str) or isinstance(again, str):
        assert again == facts, case
        return
    assert facts_of(again) == facts_of(facts), case
    assert again.weights == facts.weights, case
    assert again.buffers == facts.buffers, case


def assert_symbols(case: Case, facts: Facts, options: bool) -> None:
    symbolic, values = on_symbols(case, options)
    for name, value in facts_of(symbolic).items():
        assert substituted(value, values) == facts_of(facts)[name], (name, case)
    if not options:
        weights = {name: substituted(shape, values) for name, shape in symbolic.weights.items()}
        assert weights == facts.weights, case


def assert_arrays(cases: list[Case], options: bool) -> None:
    cases = [case for case in cases if kept(case, options) == kept(cases[0], options)]
    if not cases:
        return
    many = facts_of(on_arrays(cases, options))
    single = [facts_of(case.layer.facts(*case.inputs)) for case in cases]
    for name, value in many.items():
        assert spread_out(value, len(cases)) == [one[name] for one in single], (name, cases)


def test_there_are_layers() -> None:
    assert len(LAYERS()) >= 40


@pytest.mark.parametrize("word", LAYERS())
def test_every_layer_has_examples(word: str) -> None:
    assert LAYERS()[word].examples, f"{word} has no examples: nobody can test it"
    assert examples_of(word), f"no example of {word} contains it"
    assert len(examples_of(word)) >= len(LAYERS()[word].examples), f"an example lacks {word}"


@pytest.mark.parametrize("word", LAYERS())
def test_examples_agree_on_all_kinds(word: str) -> None:
    for case in examples_of(word):
        facts = on_integers(case)
        assert isinstance(facts, Facts), (facts, case)
        assert_working(case, facts)
        for options in (False, True):
            assert_symbols(case, facts, options)
            assert_arrays([case, case], options)


@pytest.mark.parametrize("word", LAYERS())
def test_all_kinds_agree(word: str) -> None:
    tally: Counter[str] = Counter()
    has_options = any(o.kind in NUMBERS for o in options_of(LAYERS()[word]).values())

    @settings(max_examples=15 if has_options else 6, deadline=None)
    @given(st.data())
    def agree(data: st.DataObject) -> None:
        structure = data.draw(structures(word))
        variants = data.draw(st.lists(numbered(structure), min_size=1, max_size=4))
        accepted = []
        for case in variants:
            facts = on_integers(case)
            assert_working(case, facts)
            tally[facts if isinstance(facts, str) else "accepted"] += 1
            if isinstance(facts, Facts):
                accepted.append((case, facts))
        for case, facts in accepted[:1]:
            for options in (False, True):
                assert_symbols(case, facts, options)
        for options in (False, True):
            assert_arrays([case for case, _ in accepted], options)

    agree()
    assert tally["accepted"] >= tally.total() // 8, f"most cases of {word} are refused: {tally}"


# The tables of what cannot be: each entry is still true


def _number_of_layers(word: str, number: Any) -> str:
    (case, *_) = examples_of(word)
    changed: Any = replace(case.layer, layers=number)  # type: ignore[type-var]
    with pytest.raises(LayerError) as caught:
        changed.facts(*case.inputs)
    return caught.value.code


@pytest.mark.parametrize("word", [word for word, what in STAYS_A_NUMBER if what == "layers"])
@pytest.mark.parametrize("number", [sympy.Symbol("n", integer=True), numpy.array([1, 2])], ids=str)
def test_layers_stay_a_number(word: str, number: Any) -> None:
    assert _number_of_layers(word, number) == "E13"


@pytest.mark.parametrize(
    "place", [what for word, what in STAYS_A_NUMBER if word == "conv table"], ids=str
)
@pytest.mark.parametrize(
    "number", [sympy.Symbol("n", integer=True, positive=True), numpy.array([6, 6])], ids=str
)
def test_the_connection_table_stays_as_it_is(place: str, number: Any) -> None:
    (case,) = [c for c in examples_of("conv") if getattr(c.layer, "table", None)]
    changed: Any = case.layer
    x: Any = case.inputs[0]
    if place == "input channels":
        x = (number, *x[1:])
    else:
        changed = replace(changed, **{place: number})
    with pytest.raises(LayerError) as caught:
        changed.facts(x)
    assert caught.value.code == "E15"


def test_a_scale_is_told_by_its_sizes() -> None:
    size = sympy.Symbol("n", integer=True, positive=True)
    (multiply, *_) = (case.layer for case in examples_of("mul"))
    for scale in ((8, 1, 1), (8,)):
        assert multiply.facts((8, 14, 14), scale).output == (8, 14, 14)
        assert multiply.facts(scale, (8, 14, 14)).output == (8, 14, 14)
    unclear: Any = (8, size, size)  # taken for a map of the same size, not for a scale
    assert multiply.facts(unclear, (8, 14, 14)).output == unclear


# Whole nets: a symbolic spec with numbers put in is the spec of those numbers

SIZES = st.integers(9, 40)
SMALL = st.integers(1, 6)


class SymbolicNet(NamedTuple):
    """A spec with symbols and what they may stand for."""

    text: str
    values: dict[str, st.SearchStrategy[int]]


SYMBOLIC_NETS = {
    "floors": SymbolicNet(
        "HxWxC | conv 3x3x8 s2 pad 1 +bn +relu | maxpool 3x3 s2 | [ conv 3x3x8 pad 1 +relu ]*2"
        " | avgpool 2x2 s1 | gap | fc 10 | softmax",
        {"H": SIZES, "W": SIZES, "C": SMALL},
    ),
    "kernels": SymbolicNet(
        "HxWxC | conv (K)x(K)x(N) stride (S) | conv 1x1x(C*N) dilation (S) nobias | relu6",
        {"H": SIZES, "W": SIZES, "C": SMALL, "K": SMALL, "N": SMALL, "S": st.integers(1, 3)},
    ),
    "same and ceil": SymbolicNet(
        "HxWxC | conv 4x3x6 same s3 | maxpool 2x2 s2 ceil | dwconv 3x3 same d2 | pixelshuffle 1"
        " | ln | gelu",
        {"H": SIZES, "W": SIZES, "C": SMALL},
    ),
    "residual with shortcut": SymbolicNet(
        "HxWxC | res( conv 1x1x(C//2) +bn +relu | conv 3x3x(C//2) s2 pad 1 groups (C//2)"
        " | conv 1x1x(3*C) +bn ; conv 1x1x(3*C) s2 +bn ) | relu",
        {"H": SIZES, "W": SIZES, "C": st.integers(1, 5).map(lambda n: 2 * n)},
    ),
    "branches": SymbolicNet(
        "HxWxC | concat( conv 1x1x4 ; conv 3x3x(C+1) pad 1 ; maxpool 3x3 s1 pad 1 ; id )"
        " | mul( id ; gap | fc 3 | relu | fc (2*C+1+4+C) | sigmoid ) | subsample 2x2",
        {"H": SIZES, "W": SIZES, "C": SMALL},
    ),
    "squeeze": SymbolicNet(
        "HxWxC | conv 1x1x(C/2) | conv 3x3x(C^2) pad 1 | se ratio 2 | glu | lrn 3",
        {"H": SIZES, "W": SIZES, "C": st.integers(1, 4).map(lambda n: 2 * n)},
    ),
    "up and down": SymbolicNet(
        "HxWxC | conv 3x3x4 s2 | deconv 4x4x(C) s2 pad 1 | upsample 3 mode bilinear | conv 5x5x2",
        {"H": SIZES, "W": SIZES, "C": SMALL},
    ),
    "sequence": SymbolicNet(
        "LxD | posembed | res( ln | attn heads 2 ) | res( ln | linear (4*D) | gelu | linear D )"
        " | attn heads 4 kvheads 2 nobias | maxpool 2 | conv 3x(D) pad 1 | cls add | cls | fc 7",
        {"L": SIZES, "D": st.integers(1, 4).map(lambda n: 4 * n)},
    ),
    "recurrent": SymbolicNet(
        "LxD | lstm (N) layers 2 bidirectional | gru (N) | rnn (N) nobias | flatten | fc 3",
        {"L": SMALL, "D": SMALL, "N": SMALL},
    ),
    "patches": SymbolicNet(
        "HxWx3 | conv 8x8xD stride 8 | tokens | cls add | linear (2*D) | rmsnorm | silu",
        {"H": SIZES, "W": SIZES, "D": SMALL},
    ),
    "volume": SymbolicNet(
        "TxHxWxC | conv 3x3x3x4 pad 1 s2 | bn | prelu | avgpool 2x2x2 s1 | gap",
        {"T": SIZES, "H": SIZES, "W": SIZES, "C": SMALL},
    ),
    "adaptive": SymbolicNet(
        "HxWxC | adaptiveavgpool 6x5 | adaptivemaxpool (T) | conv 1x1xC",
        {"H": SIZES, "W": SIZES, "C": SMALL, "T": SMALL},
    ),
    "words": SymbolicNet("L | embedding (V)x(D) | gn 1", {"L": SMALL, "V": SMALL, "D": SMALL}),
}

_PATTERN = "how many neighbours see different stretches depends on the numbers"

# Net (any, where empty) and column that needs numbers, and why
NEEDS_NUMBERS = {
    ("same and ceil", "saved_bytes"): "whether `same` pads both ends alike depends on the numbers",
    ("branches", "saved_bytes"): "whether subsampling reads its last row depends on the numbers",
    ("adaptive", "receptive_field"): _PATTERN,
    ("adaptive", "trunk_field"): _PATTERN,
    ("adaptive", "jump"): _PATTERN,
    ("adaptive", "first"): _PATTERN,
}


def _as_number(value: Any) -> Any:
    """Return a ratio, which is a pair of integers, as what an expression becomes."""
    if isinstance(value, tuple):
        return tuple(_as_number(part) for part in value)
    return sympy.Rational(value) if isinstance(value, Fraction) else value


@pytest.mark.parametrize("name", SYMBOLIC_NETS)
def test_symbolic_totals_stand_for_all_numbers(name: str) -> None:
    net = SYMBOLIC_NETS[name]
    symbolic = analyze(net.text, batch=3, dtype="float16")
    totals = {column: column.total(symbolic.analysis) for column in QUANTITIES()}

    @settings(max_examples=12, deadline=None)
    @given(st.fixed_dictionaries(net.values))
    def stand_for(values: dict[str, int]) -> None:
        exact = analyze(net.text, batch=3, dtype="float16", **values)
        symbols = {sympy.Symbol(s, integer=True, positive=True): n for s, n in values.items()}
        assert substituted(symbolic.output, symbols) == exact.output
        for column, total in totals.items():
            if NEEDS_NUMBERS.keys() & {("", column.key), (name, column.key)}:
                assert total is None or isinstance(total, Unknown)
                continue
            number = column.total(exact.analysis)
            if column.unit == "ratio":
                number = sympy.Rational(*number)
            assert substituted(total, symbols) == _as_number(number), column.key

    stand_for()


def test_the_table_of_limits_is_about_layers_that_exist() -> None:
    assert {word.split()[0] for word, _ in STAYS_A_NUMBER} <= set(LAYERS())
    assert {key for _, key in NEEDS_NUMBERS} <= {column.key for column in QUANTITIES()}
    assert {net for net, _ in NEEDS_NUMBERS if net} <= set(SYMBOLIC_NETS)


# What layers refuse: the code, and the remedy where there is one. Text and caret are golden files

REFUSALS: dict[str, tuple[str, str]] = {
    "784 | conv 3x3x8": ("E31", "`fc N` takes a vector"),
    "100x16 | conv 3x3x8": ("E31", ""),
    "8x8x8x3 | conv 3x8": ("E31", ""),
    "8x8x3 | conv 3x64": ("E10", "archcalc layers conv"),
    "8x8x3 | conv 3x3x5x8": ("E15", "`conv 3x3x8`; depth is taken from the input"),
    "8x8x3 | conv 3x3x3x8 groups 2": ("E14", "divisors of 3 and 8: 1"),
    "8x8x4 | conv 3x3x8 groups 3": ("E14", "divisors of 4 and 8: 1, 2, 4"),
    "8x8x4 | conv 3x3x6 groups 4": ("E14", "divisors of 4 and 6: 1, 2"),
    "8x8x720 | conv 3x3x720 groups 7": ("E14", "divisors of 720 and 720: 1, 2, 3, 4, 5, 6, 8, 9, "),
    "8x8x4 | conv 3x3x8 stride 1x2x3": ("E09", ""),
    "100x4 | conv 3x8 stride 1x2": ("E09", ""),
    "2x2x3 | conv 3x3x8": ("E12", "`pad 1` gives 2x2; or give a larger input"),
    "2x9x3 | conv 5x5x8": ("E12", "`pad 2` gives 2x9; or"),
    "4x9x3 | conv 5x5x8 stride 2": ("E12", "`pad 1` gives 1x4; or"),
    "4x9x3 | conv 5x5x8": ("E12", "`pad 1` gives 2x7, `pad 2` keeps 4x9; or"),
    "2x9x3 | conv 3x3x8 pad 1 d3": ("E12", "`pad 3` gives 2x9; or"),
    "Hx2x3 | conv 3x3x8": ("E12", "`pad 1` gives Hx2; or"),
    "8x8x7 | conv 5x5x16 table lenet5": ("E15", "leave the table out"),
    "8x8x6 | conv 5x5x17 table lenet5": ("E15", "leave the table out"),
    "9x9x9x6 | conv 3x3x3x16 table lenet5": ("E15", "leave the table out"),
    "8x8x3 | dwconv 3x3x8": ("E15", "`dwconv 3x3`, with `mult 2` for two per channel"),
    "2x2x3 | dwconv 3x3": ("E12", "`pad 1`"),
    "8x8x3 | deconv 3x3x8 same": ("E09", "give the padding"),
    "8x8x4 | deconv 3x3x8 groups 3": ("E14", "divisors"),
    "8x8x4 | deconv 3x3x8 outpad 1": ("E13", ""),
    "8x8x4 | deconv 3x3x8 s2 outpad 0x2": ("E13", ""),
    "2x2x4 | deconv 3x3x8 pad 2": ("E12", ""),
    "2x2x4 | deconv 3x3x8 pad 3:2": ("E12", ""),
    "784 | maxpool 2": ("E31", ""),
    "100x16 | maxpool 2x2": ("E31", ""),
    "8x8x3 | maxpool 2": ("E31", "`maxpool 2x2`"),
    "8x8x3 | maxpool 2x2 pad 2": ("E21", "`pad 1` is the most"),
    "8x8x3 | avgpool 3x3 pad 0:2": ("E21", "`pad 1` is the most"),
    "2x2x3 | avgpool 3x3": ("E12", "`pad 1`"),
    "784 | adaptiveavgpool 2": ("E31", ""),
    "8x8x3 | adaptivemaxpool 2x2x2": ("E31", ""),
    "784 | gap": ("E31", ""),
    "10x16 | fc 5": ("E30", "`cls | fc 5`, `linear 5`"),
    "8x8x30 | gn": ("E14", "`gn 2` is possible"),
    "HxWx30 | gn 32": ("E14", ""),
    "784 | lrn": ("E31", ""),
    "8x8x3 | glu": ("E14", ""),
    "784 | attn": ("E31", ""),
    "8x8x4 | attn": ("E31", "`tokens` turns a volume"),
    "10x16 | attn heads 3": ("E32", "`heads 2` or `heads 4`"),
    "10x16 | attn heads 4 kvheads 3": ("E32", "`kvheads 2` or `kvheads 4`"),
    "10x16 | attn heads 20": ("E32", "`heads 16`"),
    "784 | lstm 3": ("E31", ""),
    "8x8x4 | gru 3": ("E31", "`tokens`"),
    "10x16 | rnn 3 layers 1001": ("E44", ""),
    "10x16 | rnn 3 layers 0": ("E13", "`layers 1`"),
    "10x16 | embedding 10x3": ("E31", "start with their count"),
    "784 | posembed": ("E31", ""),
    "8x8x4 | posembed": ("E31", "`tokens`"),
    "784 | tokens": ("E31", ""),
    "784 | cls": ("E31", "`tokens`"),
    "784 | upsample 2": ("E31", ""),
    "8x8x3 | upsample 2x2x2": ("E09", ""),
    "10x16 | pixelshuffle 2": ("E31", ""),
    "8x8x3 | pixelshuffle 2": ("E14", "the channels must be a multiple of 4"),
    "8x8x3 | concat( conv 3x3x8 ; id )": ("E16", "padding keeps the size"),
    "8x8x3 | concat( gap | flatten ; id )": ("E16", ""),
    "9x4 | concat( conv 3x4 ; id ; id )": ("E16", "every branch has to end with the same number"),
    "HxWxC | res( conv 3x3xC )": ("E17", ""),
    "8x8x3 | res( conv 1x1x8 )": ("E17", "conv 1x1x8"),
    "8x8x3 | res( conv 1x1x8 s2 )": ("E17", "conv 1x1x8 stride 2"),
    "8x8x3 | res( conv 3x3x3 )": ("E17", "padding keeps the size"),
    "8x8x3 | res( upsample 2 )": ("E17", ""),
    "8x8x3 | add( id ; gap | fc 3 )": ("E17", "conv 1x1x3"),
    "10x16 | res( linear 8 )": ("E17", "linear 8"),
    "10 | res( fc 8 )": ("E17", "fc 8"),
    "8x8x3 | mul( id ; conv 3x3x3 )": ("E17", "`gap | fc 3`"),
    "8x8x3 | mul( id ; gap | fc 4 )": ("E17", "`gap | fc 3`"),
    "10 | mul( id ; fc 8 )": ("E17", ""),
}


@pytest.mark.parametrize("text", REFUSALS)
def test_refusals(text: str) -> None:
    code, remedy = REFUSALS[text]
    with pytest.raises(SpecError) as caught:
        read(text)
    (problem,) = caught.value.problems
    assert problem.code == code, problem.message
    assert remedy in problem.help
    assert problem.message


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"kernel": (0, 3)}, "E11"),
        ({"channels": 0}, "E11"),
        ({"stride": 0}, "E13"),
        ({"stride": (1, 0)}, "E13"),
        ({"groups": 0}, "E13"),
        ({"channels": numpy.array([1, 0])}, "E11"),
    ],
    ids=str,
)
def test_options_have_limits(options: dict[str, Any], code: str) -> None:
    wanted: dict[str, Any] = {"kernel": (3, 3), "channels": 8, **options}
    with pytest.raises(LayerError) as caught:
        Conv(**wanted)
    assert caught.value.code == code
    assert caught.value.part == next(iter(options))


def test_arrays_are_refused_as_one() -> None:
    """Where one variant of many does not fit, all are refused; divisors of all are not shown."""
    heads: Any = numpy.array([2, 3])
    with pytest.raises(LayerError) as caught:
        Attention(heads).facts((10, 16))
    assert (caught.value.code, caught.value.help) == ("E32", "")
    with pytest.raises(LayerError) as caught:
        GroupNorm(heads).facts((16, 5, 5))
    assert (caught.value.code, caught.value.help) == ("E14", "")
