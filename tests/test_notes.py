"""Claims in notes: what is one, whether it is true, and that our own notes are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archcalc.errors import ArchcalcError, SpecError, UsageError
from archcalc.homework.measures import measure
from archcalc.homework.notes import Checked, Claim, check_notes, notes_page
from archcalc.homework.notes.words import _PHRASES, asked, titled
from archcalc.renderers import render

ROOT = Path(__file__).resolve().parents[1]
OURS = [ROOT / "README.md", *sorted((ROOT / "reports").glob("*.md"))]
NAIVE = "14x14x480 | conv 5x5x48 pad 2"
BOTTLENECK = "14x14x480 | r: conv 1x1x16 | c: conv 5x5x48 pad 2"
ONE = f"```archcalc\n{NAIVE}\n```\n"
TWO = f"```archcalc\nnaive: {NAIVE}\nbottleneck: {BOTTLENECK}\n```\n"
ALEXNET = "```archcalc\nzoo:alexnet\n```\n"
RIGHT, WRONG, CUT, UNCLEAR = "right", "wrong", "cut off", "unclear"


def claims(text: str) -> list[Claim]:
    return list(check_notes(text, "notes.md").claims)


def verdicts(text: str) -> list[str]:
    return [claim.verdict for claim in claims(text)]


@pytest.mark.parametrize(
    ("block", "said", "expected"),
    [
        (ONE, "MACs = 112.9M", [RIGHT]),
        (ONE, "MACs = 14*14*48 * 5*5*480 = 112,896,000", [RIGHT]),
        (ONE, "MACs = 14*14*48 * 5*5*480 = 112,896,001", [WRONG]),
        (ONE, "MACs = 14*14*48 * 5*5*48 = 112,896,000", [WRONG]),
        (ONE, "It has 576,048 parameters and costs 112.9M MACs.", [RIGHT, RIGHT]),
        (ONE, "The convolution costs 112.8M MACs.", [CUT]),
        (ONE, "112.5 million MACs.", [WRONG]),
        (ONE, "about 110M MACs", [RIGHT]),
        (ONE, "output = 14x14x48, receptive field: 5x5, RF = 5", [RIGHT] * 3),
        (ONE, "output size is 48@14x14", [RIGHT]),
        (ONE, "output size = 14", [RIGHT]),
        (ONE, "output size = 15x15x48", [WRONG]),
        (ONE, "FLOPs: 225,792,000", [RIGHT]),
        (ONE, "FLOPs: 225,801,408", [RIGHT]),
        (ONE, "FLOPs: 112.9M", [WRONG]),
        (ONE, "`MACs` = **112.9M** per image", [RIGHT]),
        (ONE, "memory = 36.75 KiB", [RIGHT]),
        (ONE, "memory = 36.75", [UNCLEAR]),
        (ONE, "576,048 params = 576,000 + 48", [RIGHT]),
        (ONE, "activations: 9,408 (112.9M MACs)", [RIGHT, RIGHT]),
        (TWO, "naive costs 112.9M MACs, the bottleneck 5.268M MACs.", [RIGHT, RIGHT]),
        (TWO, "The bottleneck (5.268M MACs) is cheaper than naive (112.7M MACs).", [RIGHT, WRONG]),
        (TWO, "bottleneck's MACs = 5.268M, params = 26,944", [RIGHT, RIGHT]),
        (TWO, "bottleneck/r has 7,696 parameters.", [RIGHT]),
        (TWO, "`r` costs 1,505,280 MACs; `c` 3,763,200 MACs", [RIGHT, RIGHT]),
        (TWO, "- **bottleneck**: 26.94K params / 5.268M MACs", [RIGHT, RIGHT]),
        (TWO, "### bottleneck\n\n- params: 26,944\n- MACs: 5.268M", [RIGHT, RIGHT]),
        (TWO, "The naive layer:\n\n- params: 576,048\n- MACs: 5.268M", [RIGHT, WRONG]),
        (ALEXNET, "AlexNet has 60,965,224 params.", [RIGHT]),
        (ALEXNET, "- conv2: 307,456 params\n- conv5: RF = 163\n- fc6: RF = whole", [RIGHT] * 2),
        (ALEXNET, "After pool5 the output is 6x6x256.", [RIGHT]),
    ],
)
def test_sentences(block: str, said: str, expected: list[str]) -> None:
    assert verdicts(f"# Notes\n\n{block}\n{said}\n") == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("파라미터 수는 576,048개이다.", [RIGHT]),
        ("연산량은 112.9M이고 파라미터는 576,048개이다.", [RIGHT, RIGHT]),
        ("연산량: 약 1억 1290만", [RIGHT]),
        ("연산량 = 225.8M", [RIGHT]),
        ("출력 크기는 14x14x48입니다.", [RIGHT]),
        ("수용 영역 = 7", [WRONG]),
        ("naive의 파라미터 수는 576,000개이다.", [WRONG]),
        ("편향 없이 파라미터는 576,000개이다.", [UNCLEAR]),
    ],
)
def test_korean(said: str, expected: list[str]) -> None:
    block = f"```archcalc\nnaive: {NAIVE}\n```\n"
    assert verdicts(f"{block}\n{said}\n") == expected


@pytest.mark.parametrize(
    "said",
    [
        "MACs = 3M",
        "naive and bottleneck have 3M params",
        "naive has more than 3M params",
        "Without the bias, naive has 576,000 params.",
        "naive doesn't have 3M params",
        "Does naive have 3M params?",
        "The paper gives naive 3M params",
        "naive saves 3M MACs",
        "Each filter of naive has 75 weights",
        "Compared to naive, it costs 5.268M MACs",
        "naive: params = 3M ± 1M",
    ],
)
def test_what_is_not_clear_is_not_wrong(said: str) -> None:
    found = claims(f"{TWO}\n{said}\n")
    assert [claim.verdict for claim in found] == [UNCLEAR]
    assert found[0].explanation


@pytest.mark.parametrize(
    "said",
    [
        "2024-01-02 = today, version 1.13.1 = 2, v2.1",
        "[2*2 = 5](http://x.y/?a=2*2=5) https://a.b/2*3=7 ![2*3 = 7](x.png)",
        "<img width=3*3=8>",
        "3x3 -> 5x5, 224 → 112, k = 3, C = 64*2, FLOPs = 2*MACs, 2x = 4",
        "conv 3x3 = 27 weights",
        "1 MAC = 1 multiply + 1 add",
        "```\n2*2 = 5\n```",
        "```console\n$ archcalc x\n2*2 = 5\n```",
        "~~~\n2*2 = 5\n~~~",
        "    2*2 = 5",
        "~~2*2 = 5~~",
        "<!-- 2*2 = 5 -->",
        "<!--\n2*2 = 5\n-->",
        "<!-- archcalc: ignore -->\n2*2 = 5\nand 3*3 = 8",
        "`<!-- archcalc: 2*2 = 5 -->`",
        "112K = 114,688/1024",
        "see 5:2*2 = 8 and conv1-2*2 = 3",
        "---\na: 2*2 = 5\n---",
    ],
)
def test_what_only_looks_like_a_claim(said: str) -> None:
    assert not [claim for claim in claims(said) if not claim.holds]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("14*14*48 * 5*5*480 = 112,896,000", RIGHT),
        ("`14*14*48 * 5*5*480 = 112,896,000`", RIGHT),
        ("14*14*48 * 5*5*480 = 112.9M", RIGHT),
        ("14·14·48·(5·5·480) ≈ 113M", RIGHT),
        (r"so $\lfloor\frac{224+2\cdot3-7}{2}\rfloor+1 = 112$.", RIGHT),
        ("(224+2*3-7)/2 + 1 = 112", CUT),
        ("1/3 = 0.33", RIGHT),
        ("2*3 = 6 = 7", WRONG),
        ("112.9M / 5.268M = 21.5", WRONG),
        ("(and 4 + 4 = 9)", WRONG),
        ("| a | 3*3 = 10 |\n|---|---|", WRONG),
        ("| a | b |\n|---|---|\n| x | 3*3 = 10 |", WRONG),
        ("2^99999 + 1 = 3", "could not read"),
    ],
)
def test_arithmetic_is_checked_without_a_spec(said: str, expected: str) -> None:
    assert verdicts(said) == [expected]


TABLES = {
    "nets in rows": (
        TWO,
        "| | output | MACs (M) | params |\n|---|---|---|---|\n"
        "| naive | 14x14x48 | 112.9 | 576.0K |\n| bottleneck | 14x14x48 | 3.8 | - |",
        [RIGHT] * 4 + [WRONG],
    ),
    "nets in columns": (
        TWO,
        "| 양 | naive | **bottleneck** |\n|---|---|---|\n| 연산량 | 112.9M | 5.268M |\n"
        "| ratio | 1 | 21.4 |\n| receptive field | 5 | 7x7 |",
        [RIGHT, RIGHT, RIGHT, WRONG],
    ),
    "layers by name": (
        ALEXNET,
        "| layer | output | params | RF |\n|:--|--:|--:|--:|\n| conv1 | 55x55x96 | 34.94K | 11 |\n"
        "| conv2 | 27x27x256 | 614,656 | 51x51 |\n| **total** | 1000 | 60.97M | whole |",
        [RIGHT] * 4 + [WRONG] + [RIGHT] * 4,
    ),
    "layers in order": (
        f"```archcalc\n{BOTTLENECK}\n```\n",
        "| 층 | 출력 | 파라미터 수 |\n|---|---|---|\n| 입력 | 14x14x480 | |\n"
        "| 1x1 reduction | 14x14x16 | 7,696 |\n| 5x5 | 14x14x48 | 19,249 |\n| 합계 | | 26,944 |",
        [RIGHT, RIGHT, RIGHT, WRONG, RIGHT],
    ),
    "the layers of one of two": (
        TWO,
        "| layer | MACs |\n|---|---|\n| r | 14*14*16 * 480 = 1,505,280 |\n| c | 3.763M |",
        [RIGHT, RIGHT],
    ),
    "a layer that is not there": (
        ALEXNET,
        "| layer | MACs |\n|---|---|\n| conv1 | 105.4M |\n| conv9 | 3 |",
        [RIGHT, UNCLEAR],
    ),
    "a heading with more to it": (
        TWO,
        "| | params (no bias) | share |\n|---|---|---|\n| naive | 576,000 | 3 |",
        [],
    ),
    "nothing of ours": (TWO, "| day | topic |\n|---|---|\n| 3 | MACs |", []),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables(name: str) -> None:
    block, table, expected = TABLES[name]
    assert verdicts(f"{block}\n{table}\n") == expected


def test_a_wrong_claim_names_its_place_the_number_and_the_slip() -> None:
    (found,) = claims(f"# Notes\n\n{TWO}\nText before.\nIt is true: bottleneck costs\n3.8M MACs.")[
        :1
    ]
    assert (found.line, found.written, found.verdict) == (10, "3.8M", UNCLEAR)  # "true"
    (found,) = claims(f"# Notes\n\n{TWO}\nText before.\n\nThe bottleneck costs\n3.8M MACs.")
    assert (found.line, found.written, found.expected) == (11, "3.8M", "5.268M")
    assert "[O08]" in found.explanation[-1]
    assert found.about == "MACs of bottleneck"


def test_another_convention_is_named() -> None:
    (found,) = claims(f"{ONE}\nMACs = 112,905,408\n")
    assert found.verdict == WRONG
    assert "macs+bias" in " ".join(found.explanation) or "[O12]" in " ".join(found.explanation)


def test_a_scope_ends_at_a_heading_of_its_level_or_at_the_next_block() -> None:
    text = f"## A\n\n{ONE}\nMACs = 3\n\n### B\n\nMACs = 3\n\n## C\n\nMACs = 3\n"
    assert [claim.line for claim in claims(text)] == [7, 11]
    text = f"{ONE}\nMACs = 112.9M\n\n```archcalc\n{BOTTLENECK}\n```\n\nMACs = 5.268M\n"
    assert verdicts(text) == [RIGHT, RIGHT]


@pytest.mark.parametrize(
    ("block", "names"),
    [
        ("32x32x3\nconv 5x5x6\nrelu", ["params"]),
        ("32x32x3\n| conv 5x5x6\n| relu", ["params"]),
        ("archcalc: 1\ninput: 32x32x3\nlayers:\n  - conv 5x5x6", ["params"]),
        ("# a comment\nlenet: 32x32x3 | conv 5x5x6", ["lenet has"]),
        ("a1: 32x32x3 | conv 5x5x6\nb1: 32x32x3\n    | conv 5x5x6", ["a1 params", "b1 params"]),
    ],
)
def test_how_a_block_is_written(block: str, names: list[str]) -> None:
    lines = "\n\n".join(
        f"{name} = 456" if "has" not in name else f"{name} 456 params" for name in names
    )
    assert verdicts(f"```archcalc\n{block}\n```\n\n{lines}\n") == [RIGHT] * len(names)


@pytest.mark.parametrize(
    ("spec", "code", "line"),
    [
        ("14x14x480 | cnov 5x5x48", "E07", 4),
        ("a: 14x14x480 | conv 3x3x8\nb: 14x14x480 | cnov 3", "E07", 5),
        ("zoo:resnet51", "E34", 4),
        ("torchvision:resnet50", "E52", 4),
        ("nets.py:Small", "E52", 4),
        ("../net.yaml", "E33", 4),
        ("HxWx3 | conv 3x3x8", "E28", 4),
        ("archcalc: 1\ninput: 8x8x3\nlayers:\n  - cnov 3", "E07", 7),
        ("a: 8x8x3 | relu\na: 8x8x3 | relu", "E26", 4),
        ("", "E01", 4),
    ],
)
def test_a_spec_that_does_not_read_is_an_error_with_its_place(
    spec: str, code: str, line: int
) -> None:
    with pytest.raises(SpecError) as caught:
        check_notes(f"# A\n\n```archcalc\n{spec}\n```\n\nMACs = 3\n", "notes.md")
    problem = caught.value.problems[0]
    assert problem.code == code
    assert problem.span is not None
    assert problem.span.source.name == "notes.md"
    assert problem.span.line == line


@pytest.mark.parametrize("text", ["```archcalc", "a\n```archcalc", "```archcalc\n"])
def test_a_block_that_is_never_closed(text: str) -> None:
    with pytest.raises(SpecError, match="without a spec"):
        check_notes(text, "n.md")


def test_markers_are_always_claims() -> None:
    text = f"{TWO}\n<!-- archcalc: bottleneck MACs = 5.268M; naive params = 576,048 -->\n"
    found = claims(text)
    assert [(claim.verdict, claim.required) for claim in found] == [(RIGHT, True)] * 2
    assert check_notes("<!-- archcalc: zoo:alexnet params = 60,965,224 -->", "n").holds
    assert check_notes("<!-- archcalc: zoo:alexnet/conv1 MACs = 105.4M -->", "n").holds
    for said in ("MACs = 3", "the bottleneck is nice", "naive MACs = 3M"):
        assert not check_notes(f"{TWO}\nText <!-- archcalc: {said} -->\n", "n").holds
    with pytest.raises(SpecError, match="resnet51"):
        check_notes("<!-- archcalc: zoo:resnet51 MACs = 3 -->", "n")


def test_ignore_covers_what_follows_without_a_blank_line() -> None:
    text = f"{ONE}\n<!-- archcalc: ignore -->\n\n- MACs: 3\n- MACs: 4\n\nMACs = 5\n"
    assert [claim.written for claim in claims(text)] == ["5"]
    table = "| layer | MACs |\n|---|---|\n| conv1 | 3 |\n"
    assert not claims(f"{ONE}\n<!-- archcalc: ignore -->\n{table}")
    assert claims(f"{ONE}\n{table}")


def test_many_blocks_do_not_mix() -> None:
    parts = [f"```archcalc\n8x8x{n} | conv 1x1x1\n```\n\nparams = {n + 1}\n" for n in range(1, 200)]
    assert verdicts("\n".join(parts)) == [RIGHT] * 199


MUTATED = f"""# Notes

{TWO}
The naive layer costs 14*14*48 * 5*5*480 = 112,896,000 MACs and has 576,048 parameters.

|            | output   | MACs   | params |
|------------|----------|--------|--------|
| naive      | 14x14x48 | 112.9M | 576,048 |
| bottleneck | 14x14x48 | 5.268M | 26,944 |

- bottleneck: 26,944 params, 5,268,480 MACs
- 14*14*16*480 = 1,505,280
"""


def test_one_changed_digit_is_found() -> None:
    assert check_notes(MUTATED, "n").holds
    start = MUTATED.index("The naive")
    places = [m.start() for m in re.finditer(r"\d", MUTATED) if m.start() > start]
    assert len(places) > 80
    for place in places:
        digit = "7" if MUTATED[place] != "7" else "2"
        changed = MUTATED[:place] + digit + MUTATED[place + 1 :]
        line = MUTATED.count("\n", 0, place) + 1
        wrong = [claim.line for claim in claims(changed) if not claim.holds]
        assert wrong in ([line], [line, line]), changed[place - 20 : place + 20]


def test_every_word_asks_for_something_that_can_be_had() -> None:
    for key in _PHRASES:
        what = asked(key)
        for one in (what.key, *what.also, *what.unsure):
            assert measure(one).title
    assert titled("Params") == asked("params")
    assert titled("colour") is None


def test_page() -> None:
    good = check_notes(f"{ONE}\nMACs = 112.9M\n", "good.md")
    bad = check_notes(f"{ONE}\nMACs = 112.7M | It may be 3 MACs.\n\nparams = 576,000\n", "bad.md")
    text = render(notes_page([good]), "table")
    assert text.strip() == "good.md: 1 claim checked, 1 right, 0 wrong"
    text = render(notes_page([good, bad], every=True), "table")
    assert "bad.md:7" in text
    assert "576,048" in text
    assert "2 notes: " in text
    data = notes_page([good, bad]).data()
    assert data["holds"] is False
    assert [note["wrong"] for note in data["notes"]] == [0, 1]
    assert {"line", "verdict", "written", "expected"} <= set(data["notes"][1]["claims"][0])
    for format in ("json", "csv", "markdown", "html", "plain"):
        assert "bad.md" in render(notes_page([good, bad], every=True), format)
    assert "archcalc block" in render(notes_page([check_notes("text", "n.md")]), "table")


def test_limits() -> None:
    with pytest.raises(UsageError, match="1 MiB"):
        check_notes("x" * (2**20 + 1), "n.md")
    with pytest.raises(SpecError, match="too many layers"):
        check_notes("```archcalc\n8x8x8 | [ relu ]*90000\n```\n" * 3, "n.md")
    assert verdicts(f"{ONE}\n" + "MACs = 3, " * 1000) == [UNCLEAR]
    with pytest.raises(SpecError, match="300 blocks"):
        check_notes(ONE * 301, "n.md")
    many = check_notes("2*3 = 6\n\n" * 10_001, "n.md")
    assert not many.holds
    assert many.claims[-1].line == 20_001


PARTS = st.sampled_from(
    [
        *"|`*_=<>-#\n$\\{}()[]~:;,. 0159xX×≈→은",
        *(
            "\n\n",
            "<!-- archcalc: ",
            "-->",
            "```archcalc\n",
            "```\n",
            "\n|---|\n",
            "naive",
            "conv1",
        ),
        *(
            "MACs",
            "params",
            "FLOPs",
            "출력 크기",
            "112.9M",
            "\\frac{",
            "9^9^9^9",
            "1e400",
            "/0",
            " = ",
        ),
        *("14x14x480 | conv 5x5x48 pad 2\n", "zoo:alexnet\n", " is "),
    ]
)


@given(st.lists(PARTS, max_size=60).map("".join) | st.text(max_size=200))
def test_any_text_ends_in_a_result_or_a_clean_error(text: str) -> None:
    for note in (text, f"{TWO}\n{text}"):
        found, refusal = outcome(note)
        if found is None:
            assert refusal.startswith("error[E")
            assert "E48" not in refusal
            continue
        assert render(notes_page([found], every=True), "table")
        assert all(1 <= claim.line <= note.count("\n") + 1 for claim in found.claims)


def outcome(note: str) -> tuple[Checked | None, str]:
    try:
        return check_notes(note, "n.md"), ""
    except ArchcalcError as error:
        return None, error.render()


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_our_own_notes_are_true(path: Path) -> None:
    found = check_notes(path.read_text(encoding="utf-8"), path.name)
    wrong = [(claim.line, claim.text, claim.expected) for claim in found.failing]
    assert not wrong
    if path == ROOT / "README.md":
        assert len(found.judged) >= 20
