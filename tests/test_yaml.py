"""YAML specs: what they may hold, what they mean, and each trap with its own message."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import archcalc
from archcalc import zoo
from archcalc.errors import SpecError, UsageError
from archcalc.notation import documents
from archcalc.notation.yaml_text import formatted, to_yaml
from archcalc.readers import read

from nets import NETS
from transcripts import run

HEAD = "archcalc: 1\ninput: 28x28x192\n"
SCHEMA = json.loads(run("archcalc schema --spec"))


def problems(text: str) -> list[tuple[str, str]]:
    """Return codes and messages of everything that is wrong with a text."""
    with pytest.raises(SpecError) as error:
        read(text)
    return [(one.code, one.message) for one in error.value.problems]


def nodes(text: str, **values: Any) -> Any:
    return read(text, values).nodes


# The same net, inline and in YAML


@pytest.mark.parametrize("name", NETS)
def test_yaml_of_a_net_gives_the_same_graph(name: str) -> None:
    graph = read(NETS[name].text)
    assert graph.spec is not None
    again = read(to_yaml(graph.spec))
    assert (again.nodes, again.output, again.inputs) == (graph.nodes, graph.output, graph.inputs)


PAIRS = [
    ("- conv 3x3x8 pad 1\n- relu", "conv 3x3x8 pad 1 | relu"),
    ("- c1: conv 3x3x8 pad 1\n- c1/reduce: conv 1x1x4",
     "c1: conv 3x3x8 pad 1 | c1/reduce: conv 1x1x4"),
    ("- concat: [id, conv 1x1x8]", "concat( id ; conv 1x1x8 )"),
    ("- 3a: {add: [conv 1x1x8, [relu, conv 1x1x8]]}", "3a: add( conv 1x1x8 ; relu | conv 1x1x8 )"),
    ("- {mul: [id, [gap, fc 192, sigmoid]]}", "mul( id ; gap | fc 192 | sigmoid )"),
    ("- {res: conv 3x3x192 pad 1}", "res( conv 3x3x192 pad 1 )"),
    ("- {res: [conv 1x1x8], shortcut: conv 1x1x8}", "res( conv 1x1x8 ; conv 1x1x8 )"),
    ("- {repeat: 3, of: conv 1x1x8}", "[ conv 1x1x8 ]*3"),
    ("- st: {repeat: 2, of: [conv 1x1x8, relu]}", "st: [ conv 1x1x8 | relu ]*2"),
    ("- r: {repeat: 2, of: {res: conv 1x1x192}}", "r: res( conv 1x1x192 )*2"),
    ("- h: {aux: [gap, fc 10]}\n- relu", "aux h( gap | fc 10 ) | relu"),
    ("- {seq: [relu, {seq: [tanh]}]}", "[ relu | [ tanh ] ]"),
    ('- "[ relu | tanh ]*2"', "[ relu | tanh ]*2"),
    ("- st: [conv 1x1x8, relu]", "st: [ conv 1x1x8 | relu ]"),
    ("- bottleneck 16", "bottleneck 16"),
]  # fmt: skip


@pytest.mark.parametrize(("layers", "text"), PAIRS)
def test_structures(layers: str, text: str) -> None:
    graph = read(f"{HEAD}layers:\n{layers}\n")
    assert graph.nodes == read(f"28x28x192 | {text}").nodes
    assert graph.spec is not None
    assert read(to_yaml(graph.spec)).nodes == graph.nodes


@pytest.mark.parametrize(
    "text",
    [
        *(f"{word}: relu" for word in ("concat", "res", "seq", "aux", "of", "repeat", "on", "y")),
        *(f"{word}: relu" for word in ("1", "1.5", "null", "0x1f", "2001-01-01")),
        "concatt: [ relu | tanh ]",
        "seqq: concat( relu ; tanh )",
        "g: [ concat( relu ; tanh ) ]*3",
        "g: [ res( relu ) ]",
        "[ concat( relu ; tanh )*2 ]*3",
        "l: aux t( relu )",
        "aux repeat( relu )",
        "l: id | a: [ b: concat( relu ; tanh ) ] | [ b2: relu ]*2",
        "a: [ " * 40 + "relu" + " ]" * 40,
        "res( " * 40 + "relu" + " )" * 40,
    ],
)
def test_what_yaml_has_no_structure_for_is_written_as_a_stage(text: str) -> None:
    graph = read(f"28x28x192 | {text}")
    assert graph.spec is not None
    again = read(to_yaml(graph.spec))
    assert (again.nodes, again.output) == (graph.nodes, graph.output)


def test_blocks_take_values_symbols_and_expressions() -> None:
    text = HEAD + (
        "symbols: {n: 2}\n"
        "blocks:\n"
        "  pair(c, s): [conv 1x1x(c), unit((2*c) s)]\n"
        "  unit(c, s): conv 3x3x(c) pad 1 stride (s)\n"
        "layers:\n"
        "  - a: pair(8 1)\n"
        "  - b: pair((4*n) 2)\n"
        "  - {repeat: n - 1, of: pair(3 1)}\n"
    )
    found = [(node.name, node.layer.channels) for node in read(text).nodes]  # type: ignore[attr-defined]
    assert found == [
        ("a.conv1", 8),
        ("a.unit1.conv1", 16),
        ("b.conv1", 8),
        ("b.unit1.conv1", 16),
        ("pair3.conv1", 3),
        ("pair3.unit1.conv1", 6),
    ]
    assert len(read(text, {"n": 5}).nodes) == 4 + 2 * 4
    assert read(text).output == "pair3.unit1.conv1"


def test_a_block_that_begins_with_its_branches_gives_them_its_name() -> None:
    text = HEAD + "blocks: {b(): [{res: conv 1x1x192}, relu]}\nlayers:\n- x: b()\n- b()\n"
    names = [node.name for node in read(text).nodes]
    assert names == ["x.conv1", "x.add", "x.relu1", "b2.conv1", "b2.add", "b2.relu1"]


def test_symbols_are_defaults_and_may_be_fractions() -> None:
    text = "archcalc: 1\ninput: (R)x(R)x3\nsymbols: {R: 8, w: 0.75}\nlayers: [conv 1x1x(16*w)]\n"
    assert archcalc.analyze(text).output == (12, 8, 8)
    assert archcalc.analyze(text, R=4, w=0.5).output == (8, 4, 4)
    with pytest.raises(SpecError, match=r"16\*w = 16/3 is not a whole number"):
        read(text, {"w": __import__("fractions").Fraction(1, 3)})


def test_a_symbol_of_a_block_is_no_parameter_of_the_block_around_it() -> None:
    text = HEAD + (
        "symbols: {n: 100}\nblocks:\n  f(m): conv 1x1x(m+n)\n  g(n): [f((n*2)), f((n*2)), h((n))]\n"
        "  h(m): f(m)\nlayers: [g(5), h(n)]\n"
    )
    assert [node.layer.channels for node in nodes(text)] == [110, 110, 105, 200]
    assert [node.layer.channels for node in nodes(text, n=1)] == [11, 11, 6, 2]


def test_free_symbols_stay_free() -> None:
    text = "archcalc: 1\ninput: HxWxC\nlayers: [conv 3x3xN same]\n"
    assert str(archcalc.analyze(text).total("macs")) == str(
        archcalc.analyze("HxWxC | conv 3x3xN same").total("macs")
    )


def test_defaults_hold_where_a_stage_does_not_say() -> None:
    text = HEAD + (
        "defaults: {conv: nobias pad 1, pool: ceil}\n"
        "layers: [conv 3x3x8, conv 3x3x8 pad 0 bias, maxpool 3x3 s2, avgpool 3x3 s2 floor]\n"
    )
    same = (
        "28x28x192 | conv 3x3x8 nobias pad 1 | conv 3x3x8 pad 0 bias | maxpool 3x3 s2 ceil"
        " | avgpool 3x3 s2 floor"
    )
    assert nodes(text) == nodes(same)


def test_inline_text_in_yaml() -> None:
    text = "archcalc: 1\nnet: |\n  28x28x192\n  | a: conv 3x3x8 pad 1   # a comment\n  | relu\n"
    assert nodes(text) == nodes("28x28x192 | a: conv 3x3x8 pad 1 | relu")
    given = HEAD + "net: |\n  ... | conv 3x3x8 pad 1\n"
    assert nodes(given) == nodes("28x28x192 | conv 3x3x8 pad 1")


def test_variants_are_laid_over_the_base_and_over_each_other() -> None:
    text = (
        "archcalc: 1\nname: base\ninput: 8x8x3\nsymbols: {c: 4, n: 1}\nnote: mine\n"
        "blocks: {u(k): conv 3x3x(k) pad 1}\nlayers: [u(c), {repeat: n, of: relu}]\n"
        "variants:\n"
        "  wide: {symbols: {c: 8}}\n"
        "  wide:deep: {extends: wide, symbols: {n: 3}, note: deep}\n"
        "  other: {blocks: {u(k): conv 5x5x(k) pad 2}}\n"
        "  flat: {layers: [fc 10]}\n"
    )
    spec = documents.read_document(text, "x.yaml", variant="wide:deep")
    assert (spec.name, spec.note, spec.symbols) == ("wide:deep", "deep", {"c": 8, "n": 3})
    sizes = {}
    for name in ("", "wide", "wide:deep", "other", "flat"):
        made = archcalc.expansion.expand(documents.read_document(text, "x.yaml", variant=name))  # type: ignore[attr-defined]
        sizes[name] = (len(made.nodes), archcalc.analyze(made).total("params"))
    assert sizes == {
        "": (2, 112),
        "wide": (2, 224),
        "wide:deep": (4, 224),
        "other": (2, 304),
        "flat": (1, 1930),
    }
    with pytest.raises(UsageError, match='no variant "narrow"'):
        documents.read_document(text, "x.yaml", variant="narrow")


def test_variant_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("archcalc: 1\ninput: 9x9x3\nlayers: [relu]\nvariants:\n  two: {input: 9x9x2}\n")
    assert read(str(path)).name == "net"
    assert read(f"{path}:two").inputs["input"] == (2, 9, 9)


def test_a_budget_is_a_finding_when_it_is_exceeded(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    text = HEAD + "budget: {params: <= %s, macs: < 1G}\nlayers: [conv 1x1x10]\n"
    for limit, said in (("1930", "within"), ("1929", "exceeded by 1 (1,930)")):
        path.write_text(text % limit)
        printed = run(f"archcalc summary {path}")
        assert f"budget params <= {limit}: {said}" in printed
        assert ("[exit 1]" in printed) == (limit == "1929")
        assert ("[exit 1]" in run(f"archcalc compare {path} {path}")) == (limit == "1929")
    printed = run(f"archcalc summary {path} --format json")
    (one,) = json.JSONDecoder().raw_decode(printed)[0]["architectures"]
    assert "exceeded by 1" in printed  # on standard error, behind the object
    assert [found["verdict"] for found in one["budget"]] == ["over", "within"]


def test_a_variant_keeps_the_limits_that_it_does_not_change(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        HEAD + "symbols: {w: 1}\nbudget: {params: <= 3K, macs: <= 9G}\nlayers: [conv 1x1x(10*w)]\n"
        "variants:\n  big: {symbols: {w: 2}}\n  free: {symbols: {w: 2}, budget: {params: <= 4K}}\n"
    )
    assert "[exit 1]" not in run(f"archcalc summary {path}")
    big = run(f"archcalc summary {path}:big")
    assert "budget params <= 3K: exceeded by 860 (3,860)" in big
    assert "budget MACs <= 9G: within" in big
    assert "[exit 1]" in big
    assert "[exit 1]" not in run(f"archcalc summary {path}:free")


def test_a_budget_that_nobody_can_decide_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(HEAD + "budget: {params: <= 1M}\nlayers: [opaque magic 3x3x8 macs 100]\n")
    printed = run(f"archcalc summary {path}")
    assert "budget params <= 1M: not known (at least 0)" in printed
    assert "[exit 1]" in printed
    path.write_text(HEAD + "budget: {macs: <= 1M}\nlayers: [conv 1x1xN]\n")
    assert "the budget of MACs needs a number; N is free" in run(f"archcalc summary {path}")


# Traps

TRAPS = [
    ("layers: [first(64, 256, 1)]", "E22", 'YAML split "first(64, 256, 1)" at the commas'),
    ("layers: [conv 3x3, 64, /2]", "E22", 'YAML split "conv 3x3, 64" at the commas'),
    ("layers: [relu, {res: conv 3x3, 64}]", "E22", "at the commas"),
    ("layers:\n- conv1:conv 3x3x8", "E22", '"conv1:conv 3x3x8" has no blank behind the colon'),
    ("layers:\n- [ relu ]*3", "E22", "to YAML, `[ ... ]` is a list, and nothing may follow it"),
    ("layers:\n- *3", "E22", "alias"),
    ("layers:\n- &a relu\n- relu", "E22", '"&a" is a YAML anchor; they are not allowed'),
    ("layers:\n- &a relu\n- *a", "E22", '"*a" is a YAML alias; they are not allowed'),
    ("layers:\n\t- relu", "E22", "a tab: YAML indents with spaces"),
    ("layers:\n- relu\n-\tconv", "E22", "a tab: YAML indents with spaces"),
    ("layers:\n- !!python/object:os.system relu", "E22", "the tag tag:yaml.org,2002:python/object"),
    ("layers:\n- !!int 3", "E22", "the tag tag:yaml.org,2002:int is not allowed"),
    ("layers:\n- a: relu\ninput: 3x3x3", "E26", 'key "input" appears twice (lines 2 and 5)'),
    ("layers:\n- {a: relu, a: tanh}", "E26", 'key "a" appears twice (line 4)'),
    ("layers:\n- on: relu", "E22", 'the key "on" means yes, no or nothing in YAML'),
    ("layers:\n- no", "E22", "no means yes, no or nothing in YAML"),
    ("layers:\n- ~", "E22", "~ means yes, no or nothing in YAML"),
    ("layers:\n-", "E06", "an empty stage"),
    ("layers: []", "E22", "layers is a list of stages"),
    ("layers: [[]]", "E06", "an empty list of stages"),
    ("layers: relu", "E22", "layers is a list of stages"),
    ("layers:\n- relu | tanh", "E22", "a stage of a YAML spec is one stage"),
    ("layers:\n- relu tanh", "E08", '"tanh" is not an option of relu'),
    ("layers:\n- a: relu\n  b: tanh", "E22", 'a stage is one key; "a" is one more'),
    ("layers:\n- a: 'b: relu'", "E26", 'a stage has two labels, "a" and "b"'),
    ("layers:\n- conv(3): relu", "E22", '"conv(3)" is no label'),
    ("layers:\n- concatt: [relu, tanh]",
     "E25", 'unknown key "concatt" at line 4; did you mean "concat"?'),
    ("layers:\n- concat: relu", "E18", "concat needs at least two branches, a list"),
    ("layers:\n- {add: [relu]}", "E18", "add needs at least two branches, a list"),
    ("layers:\n- {repeat: 3}", "E20", "a repeat has a count and what it repeats"),
    ("layers:\n- {repeat: 0, of: relu}",
     "E20", "repeat count must be a whole number of at least 1"),
    ("layers:\n- {repeat: 1.5, of: relu}", "E20", "repeat count"),
    ("layers:\n- {repeat: 3, of: relu, off: tanh}", "E25", 'unknown key "off" at line 4'),
    ("layer: [relu]", "E25", 'unknown key "layer" at line 3; did you mean "layers"?'),
    ("symbols: {C: 0x10}\nlayers: [relu]", "E22", "0x10 is another number in YAML"),
    ("symbols: {C: 010}\nlayers: [relu]", "E22", "010 is another number in YAML"),
    ("symbols: {C: 12:30}\nlayers: [relu]", "E22", "12:30 is counted in sixties by YAML"),
    ("symbols: {C: yes}\nlayers: [relu]", "E22", '"yes" is no number above 0'),
    ("symbols: {C: 0}\nlayers: [relu]", "E22", '"0" is no number above 0'),
    ("symbols: [C]\nlayers: [relu]", "E22", "symbols is a map of keys and values"),
    ("defaults: {cnov: nobias}\nlayers: [relu]", "E07", 'unknown layer "cnov"'),
    ("defaults: {conv: nobais}\nlayers: [conv 1x1x8]", "E08", '"nobais" is not an option of conv'),
    ("defaults: {conv: +bn}\nlayers: [conv 1x1x8]", "E08", '"+bn" is no default option'),
    ("defaults: {conv: 3x3}\nlayers: [conv 1x1x8]", "E08", "a default of conv is an option"),
    ("blocks: {a(c): b(c), b(c): a(c)}\nlayers: [a(3)]",
     "E24", "block a calls itself (a -> b -> a)"),
    ("blocks: {a(c): 'conv 1x1x(c)'}\nlayers: [a(1 2)]", "E23", "block a takes 1 value (c), got 2"),
    ("blocks: {a(c): 'conv 1x1x(c)'}\nlayers: [a 1]",
     "E23", "the block a is called with its values"),
    ("blocks: {a(c): 'conv 1x1x(c)'}\nlayers: [a(1:2)]", "E23", '"1:2" is no value of a block'),
    ("blocks: {a(c): 'conv 1x1x(c)'}\nlayers: [a(0)]", "E11", "a: sizes must be whole numbers"),
    ("blocks: {a(c): 'conv 1x1x(c/2)'}\nlayers: [a(3)]", "E27", "a: 3 / 2 is not a whole number"),
    ("blocks: {conv(c): relu}\nlayers: [relu]", "E26", '"conv" is a word of the notation'),
    ("blocks:\n  a(c, c): relu\nlayers: [relu]", "E22", "the parameters of a are names"),
    ("blocks: {3x: relu}\nlayers: [relu]", "E22", '"3x" is no block'),
    ("blocks:\n  a(c): cnov 3x3\nlayers: [relu]", "E07", 'unknown layer "cnov"'),
    ("budget: {params: 3M}\nlayers: [relu]", "E22", "the budget of params is no limit"),
    ("published: [params]\nlayers: [relu]", "E22", "a published figure"),
    ("published: [{params: 3, of: {a: b}}]\nlayers: [relu]", "E22", "`of` names layers"),
    ("published: [{params: 3, source: [a]}]\nlayers: [relu]", "E22", "`source` is a text"),
    ("symbols: {C: 3/٠}\nlayers: [relu]", "E22", '"3/٠" is no number above 0'),
    ("blocks: {a(c): [relu, {repeat: c - 5, of: relu}]}\nlayers: [a(1)]",
     "E20", "a: repeat count must be a whole number of at least 1 (c-5 = -4)"),
    ("layers: ['conv 1x1x(1/8-8)']", "E27", "1/8-8 = 1/8 is not a whole number"),
    ("symbols: {w: 0.5}\nlayers: ['conv 1x1x(w/8-8)']", "E27", "= -127/16 is not a whole number"),
    ("layers: [{repeat: q^16^2, of: relu}]", "E20", "repeat count"),
    ("layers:\n- relu\x07", "E22", "a character that YAML does not allow (U+0007)"),
    ("layers:\n- relu\udc80", "E35", "the spec is not UTF-8 (byte 0x80 at"),
    ("layers: [relu]\nnet: relu", "E22", "both layers and net are given"),
    ("layers: [relu]\nlayout: cwh", "E22", "layout cwh is not known"),
    ("layers: [relu]\n---\nlayers: [tanh]", "E22", "a second document begins"),
    ("layers: [relu\n", "E22", "YAML cannot be read here"),
    ("layers: [relu]\nname: [a]", "E22", "name is a text"),
    ("name: x", "E25", "the key layers is missing"),
    ("layers:\n- fc: 10", "E07", '"fc:" is a label, and "10" names no layer'),
    ("layers: [{fc: 10}]", "E07", '"fc:" is a label, and "10" names no layer'),
    ("layers:\n- conv: 3x3x64 pad 1 +relu", "E07", '"conv:" is a label, and "3x3x64 pad 1'),
    ("layers:\n- conv: [3, 3, 64]", "E07", '"conv:" is a label, and "3x3x64" names no layer'),
    ("layers:\n- Dense: 10", "E07", '"Dense:" is a label, and "10" names no layer'),
    ("layers:\n- attn: heads 2", "E07", '"attn:" is a label, and "heads 2" names no layer'),
    ("layers:\n- basic: 64 s2", "E07", '"basic:" is a label, and "64 s2" names no layer'),
    ("layers:\n- relu:", "E06", 'nothing behind "relu:"'),
    ("layers: ['conv 1x1xc']", "E11", '"1x1xc": sizes must be whole numbers'),
    ("layers: ['conv 3x3x8 stride s']", "E09", 'option "stride" has no value'),
    ("layers: ['conv 3x3x8 pad 1 x3']", "E11", '" x3" may be one more size or a repeat'),
    ("layers:\n- >-\n  conv 3x3x8\n  pad 1 x3", "E11", '" x3" may be one more size or a repeat'),
    ("symbols: {w: 2}\nlayers: ['conv 1x1x(v)', 'conv 1x1x(w)']",
     "E29", '"v" is no symbol of the spec'),
    ("symbols: {width: 2}\nlayers: ['conv 1x1x(widht)', 'conv 1x1x(width)']",
     "E29", '"widht" is no symbol of the spec; did you mean "width"?'),
    ("symbols: {w: 2}\nblocks: {u(c): 'conv 1x1x(c*v*w)'}\nlayers: [u(3)]",
     "E29", '"v" is neither a symbol of the spec nor a parameter of u'),
    ("symbols: {w: 2}\nblocks: {u(c): 'conv 1x1x(c)'}\nlayers: [u(v), u(w)]",
     "E29", '"v" is no symbol of the spec'),
    ("symbols: {w: 2}\nlayers: ['conv 1x1x(w)', {repeat: n, of: relu}]",
     "E29", '"n" is no symbol of the spec'),
    ("symbols: {w: 2}\nlayers: ['fc (w*m)']\nvariants: {big: {symbols: {m: 2}}}",
     "E29", '"m" is no symbol of the spec'),
    ("symbols: {w: 2}\nlayers: [relu]", "E29", 'symbol "w" is declared and used nowhere'),
    ("symbols: {n: 2}\nlayers: ['conv 1x1x3']", "E29", 'symbol "n" is declared and used nowhere'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "message"), TRAPS)
def test_trap(text: str, code: str, message: str) -> None:
    found = problems(HEAD + text + "\n")
    assert any(one == code and message in said for one, said in found), found


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("archcalc: 2\nlayers: [relu]", "E25", "schema version 2 is not known"),
        ("archcalc: 1\nlayers: [relu]", "E02", "the spec has no input shape"),
        ("archcalc: 1\ninput: 28*28*3\nlayers: [relu]", "E04", '"*" in a shape'),
        ("archcalc: 1\ninput: [28, 28]\nlayers: [relu]", "E22", "the input is a shape"),
        ("archcalc: 1\ninput: 3x3x0\nlayers: [relu]", "E11", "sizes must be whole numbers"),
        ("archcalc: 1\nnet: relu", "E02", "the spec has no input shape"),
        ("archcalc: 1\nvariants: {a: {layrs: [relu]}}", "E25", 'did you mean "layers"?'),
    ],
)
def test_wrong_whole(text: str, code: str, message: str) -> None:
    found = problems(text + "\n")
    assert any(one == code and message in said for one, said in found), found


@pytest.mark.parametrize(
    ("stage", "help"),
    [
        ("fc: 10", "`fc 10`, no colon"),
        ("Dense: 10", "`fc 10`, no colon"),
        ("conv: [3, 3, 64]", "`conv 3x3x64`, no colon"),
        ("relu:", "`relu`, no colon"),
        ("conv 3x3x8 stride s", "`stride (s)`, if s is a symbol; or `stride 2`"),
        ("conv 1x1xc", "`1x1x(c)`: small letters of a symbol need parentheses"),
    ],
)
def test_the_help_is_the_stage_that_was_meant(stage: str, help: str) -> None:
    with pytest.raises(SpecError) as error:
        read(f"{HEAD}layers:\n- {stage}\n")
    assert error.value.help == help


def test_a_label_may_be_a_word_of_the_notation() -> None:
    text = HEAD + "layers: [conv: '3x3 conv, 8', fc: fc 10, {relu: {res: relu}}, pool: dropout 0.5]"
    assert [node.name for node in nodes(text)] == ["conv", "fc", "relu.relu1", "relu.add", "pool"]


def test_a_symbol_declared_in_vain_is_named_with_the_one_meant() -> None:
    text = HEAD + "symbols: {widht: 2}\nlayers: ['conv 1x1x(8*width)']\n"
    assert problems(text) == [
        ("E29", '"width" is no symbol of the spec'),
        ("E29", 'symbol "widht" is declared and used nowhere; did you mean "width"?'),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "layers: ['conv 1x1x(v)']",  # nothing is declared: a formula
        "symbols: {C: 8}\nlayers: ['conv 1x1xC', 'conv 1x1xK', 'conv 1x1x(K*C)']",
        "symbols: {c: 8}\nlayers: [{repeat: c, of: relu}]",
        "symbols: {c: 8}\nnet: '... | [ relu ]*(c)'",
        "symbols: {c: 8}\ndefaults: {conv: stride (c)}\nlayers: [conv 1x1x3]",
        "symbols: {exp: 8}\nlayers: ['conv 1x1x(exp)']",
        "symbols: {n: 8}\nblocks: {u(c): 'conv 1x1x(c)'}\nlayers: [u(n)]",
        "symbols: {n: 8}\nblocks: {u(c): 'conv 1x1x(c*n)', w(c): 'fc (q)'}\nlayers: [u(2)]",
        "symbols: {n: 8}\nlayers: [relu]\nvariants: {big: {layers: ['fc (n)']}}",
    ],
)
def test_symbols_that_are_declared_and_read(text: str) -> None:
    spec = documents.read_document(HEAD + text, "x.yaml")
    assert read(to_yaml(spec)).spec is not None


def test_several_mistakes_are_reported_together_where_they_stand() -> None:
    text = HEAD + "layers:\n  - cnov 1x1x8   # one\n  - a: conv 3x3x8 stride 0\n  - [relu, tnah]\n"
    with pytest.raises(SpecError) as error:
        read(text)
    places = [(one.code, one.span.line) for one in error.value.problems if one.span]
    assert places == [("E07", 4), ("E13", 5), ("E07", 6)]
    assert "^^^^^^^^" in error.value.render()


def test_the_caret_stands_under_the_word_behind_korean_text() -> None:
    text = "# 합성곱 신경망\narchcalc: 1\ninput: 9x9x3\nlayers:\n  - 합성곱: conv 3x3x8 stride 0\n"
    with pytest.raises(SpecError) as error:
        read(text)
    (problem,) = error.value.problems
    assert problem.span is not None
    start, end = problem.span.text_range()
    assert text[start:end] == "stride 0"


@pytest.mark.parametrize(
    ("net", "line", "word"),
    [
        ("net: |2\n      9x9x3\n   # 합성곱\n     | 합: relu\n  | relu | tnah\n", 6, "tnah"),
        ("net: >\n  9x9x3\n  | relu\n\n  | tnah\n", 6, "tnah"),
        ("net: 9x9x3\n  | relu\n     | relu\n  | tnah\n", 5, "tnah"),
        ('net: "9x9x3\n  | re\\u006cu\n  | tnah"\n', 4, "tnah"),
        ('net: "9x9x3 \\n | relu \\n | tnah"\n', 2, "tnah"),
        ("input: 9x9x3\nlayers:\n- >-\n  conv 3x3x8\n  strde 2\n", 6, "strde"),
        ('input: 9x9x3\nlayers:\n- "co\\x6ev 3x3x8 strde 2"\n', 4, "strde"),
        ("input: 9x9x3\r\nlayers:\r\n- 합: relu\r\n- tnah\r\n", 5, "tnah"),
    ],
)
def test_the_caret_finds_the_line_of_a_text_on_several(net: str, line: int, word: str) -> None:
    text = "archcalc: 1\n" + net
    with pytest.raises(SpecError) as error:
        read(text)
    (problem,) = error.value.problems
    assert problem.span is not None
    start, end = problem.span.text_range()
    assert (problem.span.line, text[start:end]) == (line, word)


def test_a_refused_character_is_pointed_at_behind_korean_text() -> None:
    text = "# 합성곱\n" + HEAD + "layers:\n- relu\0\n"
    with pytest.raises(SpecError) as error:
        read(text)
    (problem,) = error.value.problems
    assert problem.span is not None
    assert problem.span.start == text.index("\0")


def chained(count: int, argument: str = "c") -> str:
    """Return blocks of which each calls the next."""
    blocks = "".join(f"  b{i}(c): b{i + 1}(({argument}))\n" for i in range(count))
    return HEAD + f"blocks:\n{blocks}  b{count}(c): conv 1x1x(c)\nlayers: [b0(1)]\n"


def test_blocks_in_blocks_are_bounded() -> None:
    assert len(nodes(chained(15))) == 1
    assert {code for code, _ in problems(chained(3000))} == {"E44"}
    assert {code for code, _ in problems(chained(12, "c*c"))} == {"E44"}
    backwards = "".join(f"b{i}(1), " for i in reversed(range(60)))
    text = chained(60).replace("layers: [b0(1)]", f"layers: [{backwards}]")
    assert "E44" in {code for code, _ in problems(text)}
    deep = "".join(f"  b{i}(): {'[' * 40}b{i + 1}(){']' * 40}\n" for i in range(40))
    text = HEAD + f"blocks:\n{deep}  b40(): relu\nlayers: [b0()]\n"
    assert {code for code, _ in problems(text)} == {"E44"}


def test_calls_and_variants_are_bounded() -> None:
    calls = "".join(f"- f({i})\n" for i in range(1, 9000))
    text = HEAD + "blocks:\n  f(c):\n" + "    - relu\n" * 9000 + f"layers:\n{calls}"
    assert {code for code, _ in problems(text)} == {"E44"}
    text = HEAD + "layers:\n" + "- relu\n" * 5000 + "variants:\n"
    text += "".join(f"  v{i}: {{}}\n" for i in range(3000))
    assert {code for code, _ in problems(text)} == {"E44"}
    nothing = "symbols: {n: 1}\nlayers: [{repeat: 99999999, of: {repeat: n - 1, of: relu}}]\n"
    assert {code for code, _ in problems(HEAD + nothing)} == {"E44"}


@pytest.mark.parametrize("layers", ["- " + "a" * 10**6, 'net: "' + "r\\x65lu \\n" * 15_000 + '"'])
def test_long_texts_take_no_minutes(layers: str) -> None:
    assert problems(HEAD + (layers if layers.startswith("net") else f"layers:\n{layers}\n"))


def test_blocks_that_double_and_double_again_are_bounded() -> None:
    doubling = "".join(f"  b{i}(): [b{i + 1}(), b{i + 1}()]\n" for i in range(40))
    text = HEAD + f"blocks:\n{doubling}  b40(): relu\nlayers: [b0()]\n"
    assert {code for code, _ in problems(text)} == {"E44"}


def test_depth_and_size_are_bounded() -> None:
    deep = HEAD + "layers: " + "[" * 60 + "relu" + "]" * 60
    assert problems(deep)[0][0] == "E44"
    many = HEAD + "layers:\n" + "- relu\n" * 20_001
    assert problems(many)[0][0] == "E44"
    large = HEAD + f"note: {'x' * 2**20}\nlayers: [relu]\n"
    assert problems(large)[0][0] == "E44"
    repeated = HEAD + "layers: [{repeat: 1000, of: {repeat: 1000, of: relu}}]\n"
    assert problems(repeated)[0][0] == "E44"


# Writing and formatting


def test_formatting_keeps_comments_and_layout() -> None:
    text = (
        "# the net\narchcalc: 1\ninput: 28x28x192   # maps\nlayers:\n"
        "  - a:   1x1 conv, 16   # reduce\n  - {res: [relu, 'conv3-16']}\n  - \"[ relu ]*2\"\n"
        "variants:\n  v:\n    layers: [conv 1x1x8 s1]\n"
    )
    short = formatted(text, "x.yaml", full=False)
    assert short == (
        "# the net\narchcalc: 1\ninput: 28x28x192   # maps\nlayers:\n"
        "  - a:   conv 1x1x16   # reduce\n  - {res: [relu, 'conv 3x3x16 pad 1']}\n"
        '  - "[ relu ]*2"\nvariants:\n  v:\n    layers: [conv 1x1x8]\n'
    )
    assert nodes(short) == nodes(text)
    full = formatted(text, "x.yaml", full=True)
    assert "  - a:   conv 1x1x16 pad 0 stride 1 dilation 1 groups 1 bias   # reduce\n" in full
    assert formatted(full, "x.yaml", full=True) == full
    assert nodes(full) == nodes(text)


@pytest.mark.parametrize("family", zoo.families())
def test_formatting_the_zoo_changes_no_graph(family: str) -> None:
    text = zoo.families()[family]
    for full in (True, False):
        again = formatted(text, f"{family}.yaml", full=full)
        for variant in documents.variants(text, family):
            one, two = (documents.read_document(t, "x", variant=variant) for t in (text, again))
            assert read(to_yaml(one)).nodes == read(to_yaml(two)).nodes


def test_fmt_command(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(HEAD + "layers:\n  - conv3-8   # small\n")
    assert "[exit 1]" in run(f"archcalc fmt {path} --check")
    assert run(f"archcalc fmt {path} -o {path}") == ""
    assert "- conv 3x3x8 pad 1 stride 1 dilation 1 groups 1 bias   # small\n" in path.read_text()
    assert run(f"archcalc fmt {path} --check") == ""
    assert run(f"archcalc fmt {path} --inline --short") == "net: 28x28x192 | conv 3x3x8 pad 1"
    assert run("archcalc fmt '9x9x3 | a: relu' --yaml") == (
        "archcalc: 1\ninput: 9x9x3\nlayers:\n  - a: relu"
    )


# The schema for editors


def test_the_schema_is_one_and_knows_the_keys() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["properties"]) == {*documents.KEYS, "archcalc", "variants"}


def accepted(text: str) -> bool:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    return bool(validator.is_valid(yaml.safe_load(text)))


@pytest.mark.parametrize("family", zoo.families())
def test_the_zoo_follows_the_schema(family: str) -> None:
    assert accepted(zoo.families()[family])


@pytest.mark.parametrize(("layers", "_"), PAIRS)
def test_structures_follow_the_schema(layers: str, _: str) -> None:
    assert accepted(f"{HEAD}layers:\n{layers}\n")


@pytest.mark.parametrize(
    "text",
    [
        "layer: [relu]",
        "layers: []",
        "layers: relu",
        "layers: [{concat: [relu]}]",
        "layers: [{concatt: 3}]",
        "layers: [{a: relu, b: tanh}]",
        "layers: [{repeat: 3}]",
        "layers: [relu]\nsymbols: {C: -1}",
        "layers: [relu]\nbudget: {params: 3M}",
        "layers: [relu]\nlayout: cwh",
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(text: str) -> None:
    assert not accepted(HEAD + text)
    assert problems(HEAD + text + "\n")
