"""Marks: right, partly, not yet or could not read, and why."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.errors import SpecError
from archcalc.homework.answers import read_text
from archcalc.homework.key import Key, key_of, read_key
from archcalc.homework.marking import Marked, mark, mark_files
from archcalc.homework.questions import Mark, Verdict
from archcalc.homework.questions.rows import matched

from transcripts import GOLDEN, run

HEAD = "archcalc-key: 1\n"
RIGHT, PARTLY, NOT_YET = Verdict.RIGHT, Verdict.PARTLY, Verdict.NOT_YET


def one_question(spec: str, question: str, head: str = "") -> Key:
    text = f"{HEAD}{head}specs:\n  net: '{spec}'\nquestions:\n  - {{id: 1, of: net, {question}}}\n"
    return key_of(text)


def marked(key: Key, *answers: str) -> Marked:
    text = "\n".join(f"{id} = {answer}" for id, answer in zip(key.ids, answers, strict=False))
    (sheet,) = read_text(text, ".txt", key.ids, "lee.txt")
    return mark(key, sheet)


def one_mark(spec: str, question: str, answer: str, head: str = "") -> Mark:
    return marked(one_question(spec, question, head), answer).marks[0]


CONV = "14x14x480 | conv 5x5x48 pad 2"
TWO = "14x14x480 | r: conv 1x1x16 | c: conv 5x5x48 pad 2"
LENET = "32x32x1 | conv 5x5x6 | maxpool 2x2 | conv 5x5x16 | maxpool 2x2 | fc 120 | fc 84 | fc 10"

CASES = [
    # spec, question, answer, verdict, score, what the feedback says
    (CONV, "ask: MACs", "112,896,000", RIGHT, 1, ""),
    (CONV, "ask: MACs", "112.9M", RIGHT, 1, ""),
    (CONV, "ask: MACs", "1억 1289만 6000", RIGHT, 1, ""),
    (CONV, "ask: MACs", "112.8M", RIGHT, 1, "Cut off, not rounded: 112,896,000 rounds to 112.9M"),
    (CONV, "ask: MACs, truncated: 0.5", "112.8M", PARTLY, Fraction(1, 2), "Cut off"),
    (CONV, "ask: MACs, digits: 3", "110M", NOT_YET, 0, ""),
    (CONV, "ask: MACs, digits: 3", "1.1e8", NOT_YET, 0, "Not precise enough: 1.1e8 agrees"),
    (CONV, "ask: MACs", "112,896,001", NOT_YET, 0, "Off by 1."),
    (CONV, "ask: MACs", "113.5M", NOT_YET, 0, "No known slip gives 113.5M."),
    (CONV, "ask: MACs, tolerance: {rel: 0.01}", "113.5M", RIGHT, 1, ""),
    (CONV, "ask: MACs, tolerance: {sigfigs: 2}", "113M", RIGHT, 1, ""),
    (CONV, "ask: MACs", "225.8M", PARTLY, Fraction(1, 2), "[O01]"),
    (CONV, "ask: MACs", "112.9 MFLOPs", PARTLY, Fraction(1, 2), "are FLOPs by their unit"),
    (CONV, "ask: MACs, partial: {O01: 0.25}", "225.8M", PARTLY, Fraction(1, 4), "[O01]"),
    (CONV, "ask: MACs", "112,905,408", RIGHT, 1, "[O12]"),
    (CONV, "ask: MACs, accept: [macs+bias]", "112,905,408", RIGHT, 1, "which this course accepts"),
    (CONV, "ask: MACs, partial: {O12: 0}", "112,905,408", NOT_YET, 0, "[O12]"),
    (CONV, "ask: flops2", "225.8M", RIGHT, 1, ""),
    (CONV, "ask: FLOPs, convention: flops2", "112.9M", NOT_YET, 0, "[O02]"),
    (CONV, "ask: MACs, convention: flops2", "225.8M", RIGHT, 1, ""),
    (CONV, "ask: MACs", "14*14*48*25*480 = 112.9G", NOT_YET, 0, "Your working is right"),
    (CONV, "ask: MACs", "14*14*48*25*480 = 112.9M", RIGHT, 1, "= 112,896,000, which agrees"),
    (CONV, "ask: MACs", "14*14*48*5*480 = 112.9M", RIGHT, 1, "But your working says"),
    (CONV, "ask: output", "14x14x48", RIGHT, 1, ""),
    (CONV, "ask: output", "48@14x14", RIGHT, 1, ""),
    (CONV, "ask: output", "(48, 14, 14)", NOT_YET, 0, "in another order"),
    (CONV, "ask: output, order: any", "(48, 14, 14)", RIGHT, 1, "fine here"),
    (CONV, "ask: output, order: chw", "(48, 14, 14)", RIGHT, 1, ""),
    (CONV, "ask: output", "14x14x480", NOT_YET, 0, "[S07]"),
    (CONV, "ask: output", "14", NOT_YET, 0, "the depth belongs to the shape too"),
    (CONV, "ask: output", "10x10x48", NOT_YET, 0, "[S05]"),
    (CONV, "ask: height", "14", RIGHT, 1, ""),
    (CONV, "ask: params", "576,048", RIGHT, 1, ""),
    (CONV, "ask: weights", "576,000", RIGHT, 1, ""),
    (CONV, "ask: units", "9,408", RIGHT, 1, ""),
    (CONV, "ask: connections", "112,896,000", RIGHT, 1, ""),
    (CONV, "ask: activations", "9.408K", RIGHT, 1, ""),
    (CONV, "ask: jump", "1", RIGHT, 1, ""),
    (CONV, "ask: memory", "37,632 bytes", RIGHT, 1, ""),
    (CONV, "ask: memory", "36.75 KiB", RIGHT, 1, ""),
    (CONV, "ask: memory", "36.75 KB", NOT_YET, 0, "[A01]"),
    (CONV, "ask: memory, unit: KB", "37.63", RIGHT, 1, ""),
    (CONV, "ask: memory", "37.63", PARTLY, Fraction(1, 2), "right in KB: write the unit"),
    (CONV, "ask: memory, batch: 32", "1,204,224 B", RIGHT, 1, ""),
    (CONV, "ask: memory, batch: 32", "37,632 B", NOT_YET, 0, "[A02]"),
    (CONV, "ask: memory, dtype: float16", "18,816 B", RIGHT, 1, ""),
    ("63x63x16 | conv 7x7x32", "ask: padding", "3", RIGHT, 1, ""),
    ("32x32x3 | conv 3x3x8 d2", "ask: span", "5", RIGHT, 1, ""),
    ("32x32x3 | conv 3x3x8 d2", "ask: span", "6", NOT_YET, 0, "[S13]"),
    ("googlenet", "ask: smallest input", "31", RIGHT, 1, ""),
    ("googlenet", "ask: smallest input, train: true", "79", RIGHT, 1, ""),
    ("vgg16", "ask: receptive field, of: net/fc6", "404", RIGHT, 1, ""),
    ("vgg16", "ask: receptive field, of: net/fc6", "the whole image", RIGHT, 1, ""),
    ("vgg16", "ask: receptive field, of: net/fc6", "224x224", RIGHT, 1, ""),
    ("vgg16", "ask: receptive field, of: net/fc6", "1", NOT_YET, 0, "[F07]"),
    (LENET, "ask: params, of: [net/fc1, net/fc2]", "58,284", RIGHT, 1, ""),
    (LENET, "ask: params, of: net/fc1", "2,040", NOT_YET, 0, "[P11]"),
    (CONV, "ask: MACs", "113,000,000", RIGHT, 1, "Read as rounded to 3 digits"),
    (CONV, "ask: MACs, digits: 4", "113,000,000", NOT_YET, 0, "No known slip"),
    (CONV, "ask: params", "576,000", PARTLY, Fraction(1, 2), "[P01]"),
    (CONV, "ask: FLOPs", "225,792,000", RIGHT, 1, "flops2"),
    (CONV, "ask: FLOPs", "225,801,408", RIGHT, 1, ""),
    (CONV, "ask: size", "14 by 14", RIGHT, 1, ""),
    (CONV, "ask: size", "(14, 14)", RIGHT, 1, ""),
    (TWO, "ask: MACs", "3.8M", NOT_YET, Fraction(1, 2), "[O08]"),
    (LENET, "claim: net params > 60K", "true", RIGHT, 1, ""),
    (LENET, "claim: net params > 60K", "X", NOT_YET, 0, "Expected true"),
]


@pytest.mark.parametrize(("spec", "question", "answer", "verdict", "score", "says"), CASES)
def test_one_answer(
    spec: str, question: str, answer: str, verdict: Verdict, score: Fraction, says: str
) -> None:
    if "of: net/" in question or "of: [" in question:
        text = f"{HEAD}specs:\n  net: '{spec}'\nquestions:\n  - {{id: 1, {question}}}\n"
        found = marked(key_of(text), answer).marks[0]
    else:
        found = one_mark(spec, question, answer)
    assert (found.verdict, found.score) == (verdict, score)
    assert says in "\n".join(found.lines)


@pytest.mark.parametrize(
    ("answer", "verdict", "problem"),
    [
        ("112 9 M", Verdict.UNREADABLE, "did you mean 112.9 M?"),
        ("(14x14x48) x (FX5x480)", Verdict.UNREADABLE, "FX5"),
        ("224 (224+2-3)/1+1=224", Verdict.UNREADABLE, "two values"),
        ("9^9^9", Verdict.UNREADABLE, ""),
        ("?", Verdict.MISSING, ""),
        ("", Verdict.MISSING, ""),
    ],
)
def test_what_cannot_be_read_is_not_wrong(answer: str, verdict: Verdict, problem: str) -> None:
    found = one_mark(CONV, "ask: MACs", answer)
    assert found.verdict is verdict
    assert problem in found.problem
    assert found.score == 0


# Follow-through

CHAIN = """archcalc-key: 1
specs:
  naive: '14x14x480 | c: conv 5x5x48 pad 2'
  two: '14x14x480 | r: conv 1x1x16 | c: conv 5x5x48 pad 2'
questions:
  - {id: out, ask: output, of: naive}
  - {id: macs, ask: MACs, of: naive}
  - {id: r, ask: MACs, of: two/r}
  - {id: c, ask: MACs, of: two/c}
  - {id: both, ask: MACs, of: two}
  - {id: ratio, ask: ratio, of: [macs, both]}
"""


def by_id(key: Key, answers: dict[str, str]) -> dict[str, Mark]:
    text = "\n".join(f"{id} = {answer}" for id, answer in answers.items())
    (sheet,) = read_text(text, ".txt", key.ids, "lee.txt")
    return {one.question.id: one for one in mark(key, sheet).marks}


def test_a_wrong_size_is_carried_on() -> None:
    found = by_id(key_of(CHAIN), {"out": "13x13x48", "macs": "97,344,000"})
    assert found["out"].verdict is NOT_YET
    assert found["macs"].followed
    assert found["macs"].score == 1
    assert "your answer to out (13x13x48)" in found["macs"].lines[0]
    assert "112,896,000" in found["macs"].lines[1]
    strict = by_id(
        key_of(CHAIN.replace("specs:", "follow_through: false\nspecs:")),
        {"out": "13x13x48", "macs": "97,344,000"},
    )
    assert not strict["macs"].followed


def test_wrong_parts_are_added() -> None:
    found = by_id(key_of(CHAIN), {"r": "1.6M", "c": "3.8M", "both": "5.4M"})
    assert found["both"].followed
    assert "r and c: their sum" in found["both"].lines[0]


def test_a_ratio_of_wrong_numbers() -> None:
    found = by_id(key_of(CHAIN), {"macs": "112.9M", "both": "3.8M", "ratio": "29.7"})
    assert found["ratio"].followed
    assert found["ratio"].lines == (
        "Follows correctly from your answers to macs and both (112.9 / 3.8).",
        "With the right answer to both it is 21.4.",
    )
    wrong = by_id(key_of(CHAIN), {"macs": "112.9M", "both": "3.8M", "ratio": "35"})
    assert wrong["ratio"].verdict is NOT_YET
    turned = by_id(key_of(CHAIN), {"ratio": "0.0467"})
    assert "the other way round" in turned["ratio"].lines[0]


@settings(deadline=None, max_examples=100)
@given(st.integers(10**6, 10**9), st.integers(10**5, 10**7))
def test_the_higher_score_counts(one: int, other: int) -> None:
    """Follow-through never takes points away, and its ratio is that of the student's numbers."""
    key = key_of(CHAIN)
    answers = {"macs": str(one), "both": str(other), "ratio": f"{one / other:.4f}"}
    found = by_id(key, answers)
    assert found["ratio"].score == 1


# Tables

TABLE = f"""archcalc-key: 1
specs: {{net: '{LENET}'}}
questions:
  - {{id: 1, ask: table, of: net, columns: [output, params, MACs], points: 10}}
"""
ROWS = [
    ("conv1", "28x28x6", "156", "117,600"),
    ("maxpool1", "14x14x6", "0", "0"),
    ("conv2", "10x10x16", "2,416", "240,000"),
    ("maxpool2", "5x5x16", "0", "0"),
    ("fc1", "120", "48,120", "48,000"),
    ("fc2", "84", "10,164", "10,080"),
    ("fc3", "10", "850", "840"),
    ("total", "", "61,706", "416,520"),
]


def table_mark(rows: list[tuple[str, ...]]) -> Mark:
    lines = ["| layer | output | parameters | MACs |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    key = key_of(TABLE)
    (sheet,) = read_text("\n".join(lines), ".md", key.ids, "lee.md")
    return mark(key, sheet).marks[0]


def test_a_table_is_marked_cell_by_cell() -> None:
    assert table_mark(ROWS).score == 10
    wrong = [list(row) for row in ROWS]
    wrong[0][2] = "150"
    found = table_mark([tuple(row) for row in wrong])
    assert found.verdict is PARTLY
    assert found.score == 10 * (Fraction(22) + Fraction(1, 2)) / 23
    assert any("conv1" in line and "[P01]" in line for line in found.lines)


def test_a_total_that_is_not_the_sum() -> None:
    wrong = [list(row) for row in ROWS]
    wrong[-1][2] = "61,000"
    found = table_mark([tuple(row) for row in wrong])
    assert any("Your rows add to 61,706, your total says 61,000. [A03]" in n for n in found.lines)


def test_a_table_follows_through() -> None:
    """A wrong output is carried on into the rows below it."""
    wrong = [list(row) for row in ROWS[:3]]
    wrong[0][1] = "27x27x6"
    wrong[0][3] = "109,350"
    found = table_mark([tuple(row) for row in wrong])
    assert found.followed


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["conv1", "maxpool1", "conv2"], ["conv1", "maxpool1", "conv2"]),
        (["input", "C1", "S2", "C3", "FC"], ["", "conv1", "maxpool1", "conv2", "fc1"]),
        (
            ["합성곱", "풀링", "합성곱", "완전연결", "합계"],
            ["conv1", "maxpool1", "conv2", "fc1", "total"],
        ),
        (["conv", "relu", "max pooling", "flatten", "dense"], ["conv1", "", "maxpool1", "", "fc1"]),
        (["1", "2", "3", "4"], ["conv1", "maxpool1", "conv2", "fc1"]),
        (["a", "b"], None),
        (["conv", "conv", "conv", "pool"], ["conv1", "", "", "maxpool1"]),
    ],
)
def test_rows_are_matched_with_layers(rows: list[str], expected: list[str] | None) -> None:
    names = ["conv1", "maxpool1", "conv2", "fc1"]
    assert matched(rows, names, ["conv", "maxpool", "conv", "fc"]) == expected


def test_a_table_without_the_rows_that_change_nothing_is_whole() -> None:
    spec = "28x28x1 | conv 3x3x8 | relu | maxpool 2x2 | flatten | fc 10"
    key = key_of(
        f"{HEAD}specs: {{net: '{spec}'}}\n"
        "questions: [{id: 1, ask: table, of: net, columns: [output, params], points: 6}]"
    )
    rows = "| conv | 26x26x8 | 80 |\n| pool | 13x13x8 | 0 |\n| fc | 10 | 13,530 |\n"
    (sheet,) = read_text(
        f"| layer | output | params |\n|---|---|---|\n{rows}", ".md", key.ids, "lee.md"
    )
    assert mark(key, sheet).marks[0].score == 6


# Files and classes


def test_a_bad_file_stops_nothing(tmp_path: Path) -> None:
    key = read_key(str(GOLDEN / "hw3.key.yaml"))
    (tmp_path / "a.md").write_text((GOLDEN / "lee.md").read_text())
    (tmp_path / "b.md").write_bytes("1. 답\n".encode("cp949"))
    paths = [str(tmp_path / name) for name in ("b.md", "none.md", "a.md")]
    heard: list[str] = []
    found = mark_files(key, paths, progress=heard.append)
    assert [one.sheet.name for one in found.sheets] == ["a.md"]
    assert [one.error.code for one in found.failed] == ["E35", "E33"]
    assert heard == paths
    assert not found.is_right


KEY = (GOLDEN / "hw3.key.yaml").read_text()
CLASS_KEY = KEY.replace(
    "  - {id: 1,  ask: output, of: naive, ", "  - {id: 1,  ask: output, of: first, "
).replace("specs:\n", "specs:\n  first: '224x224x3 | conv 7x7x64 s2 pad 3'\n")
RIGHT_ANSWERS = ["112x112x64", "112.9M", "5.268M", "7,696", "21.4"]


def _class(folder: Path) -> None:
    """Write 38 sheets: as in a real class, most slips are the same few."""
    names = ["kim", "park", "choi", *(f"s{i:02d}" for i in range(35))]
    sheets = {name: list(RIGHT_ANSWERS) for name in names}
    sheets["kim"][1] = "112 9 M"
    others = names[1:]
    for name in others[5:7]:
        sheets[name][0] = "111x111x64"
    for name in others[7:13]:
        sheets[name][1] = "225.8M"
    for name in others[13:15]:
        sheets[name][1] = "112.9K"
    for name in others[15:24]:
        sheets[name][2] = "3.8M"
        sheets[name][4] = "29.7"
    sheets["park"][2], sheets["choi"][2] = "61.2M", "8.4M"
    for name in others[20:35]:
        sheets[name][3] = "7,680"
    for name in others[30:36]:
        sheets[name][4] = "12.5"
    for name, answers in sheets.items():
        lines = [f"{i}. {answer}" for i, answer in enumerate(answers, 1)]
        text = "\n".join(["# Homework 3", "", *lines, ""])
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


CLASS_SUMMARY = """\
38 files: 37 marked, 1 could not be read
  kim.md:4: "112 9 M" - a number with a space in it; did you mean 112.9 M?

  question       right  partly  not yet  commonest slip
  1 output size     35       0        2  S01 or S02: no +1, or padding on one
                                         side
  2 MACs            29       6        2  O01: FLOPs instead of MACs (6)
  3 MACs            26       9        2  O08: 1x1 reduction left out (9)
  4 parameters      22      15        0  P01: no biases (15)
  5 ratio           31       0        6  - (9 by follow-through)

8 wrong answers match no known slip: choi.md q3 (8.4M), park.md q3 (61.2M),
s28.md q5 (12.5), s29.md q5 (12.5), s30.md q5 (12.5), s31.md q5 (12.5), s32.md
q5 (12.5), s33.md q5 (12.5)
wrote marks.csv, class.md
[exit 1]"""


def test_a_class(tmp_path: Path) -> None:
    (tmp_path / "hw3.key.yaml").write_text(CLASS_KEY)
    (tmp_path / "subs").mkdir()
    _class(tmp_path / "subs")
    names = " ".join(f"subs/{path.name}" for path in sorted((tmp_path / "subs").iterdir()))
    command = f"archcalc check --key hw3.key.yaml {names} -o marks.csv --report class.md"
    assert run(command, tmp_path) == CLASS_SUMMARY
    marks = (tmp_path / "marks.csv").read_text().splitlines()
    assert len(marks) == 39
    assert marks[0].startswith("student,file,status,total,of,1,2,3,4,5,1 slip")
    assert "kim,kim.md,could not read,?,7,1,?,2,1,1,,,,," in marks
    report = (tmp_path / "class.md").read_text()
    for said in ("| O08 ", "choi.md q3 (8.4M)", "did you mean 112.9 M?", "Course convention"):
        assert said in report


def test_one_layer_of_three_earns_nothing_by_default() -> None:
    three = "14x14x480 | conv 1x1x16 | conv 3x3x48 pad 1 | conv 5x5x48 pad 2"
    assert one_mark(three, "ask: MACs, points: 2", "1,505,280").score == 0
    without_first = one_mark(three, "ask: MACs, points: 2", "12,644,352")
    assert (without_first.score, "[O08]" in without_first.lines[-1]) == (1, True)


def test_a_point_may_stand_for_thousands() -> None:
    found = one_mark(CONV, "ask: params", "576.048")
    assert found.verdict is Verdict.UNREADABLE
    assert "did you mean 576,048?" in found.problem


def test_a_folder_holds_answers_and_other_things(tmp_path: Path) -> None:
    (tmp_path / "hw.key.yaml").write_text(KEY)
    for name in ("lee.md", "a.feedback.md", "class.md", "marks.csv"):
        (tmp_path / name).write_text((GOLDEN / "lee.md").read_text())
    (tmp_path / "notes.docx").write_bytes(b"PK")
    (tmp_path / "park").mkdir()
    said = run("archcalc check --key hw.key.yaml . -o marks.csv --report class.md", tmp_path)
    assert "5.5 of 7 points" in said
    assert "note: not answers, passed over: ./notes.docx, ./park" in said
    assert (tmp_path / "marks.csv").read_text().count("lee") == 2


def test_a_wrong_path_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "hw.key.yaml").write_text(KEY)
    (tmp_path / "marks.csv").write_text("kept")
    said = run("archcalc check --key hw.key.yaml answerz -o marks.csv", tmp_path)
    assert "no such file" in said
    assert said.endswith("[exit 2]")
    assert (tmp_path / "marks.csv").read_text() == "kept"


def test_every_student_gets_feedback(tmp_path: Path) -> None:
    (tmp_path / "key.yaml").write_text(KEY)
    for name in ("a", "b"):
        (tmp_path / f"{name}.md").write_text((GOLDEN / "lee.md").read_text())
    said = run("archcalc check --key key.yaml a.md b.md --out-dir back -q", tmp_path)
    assert said.endswith("[exit 1]")
    texts = [path.read_text() for path in sorted((tmp_path / "back").iterdir())]
    assert len(texts) == 2
    assert all("5.5 of 7 points" in text and "O08" in text for text in texts)


def test_graders_exit_with_0_once_written(tmp_path: Path) -> None:
    (tmp_path / "key.yaml").write_text(KEY)
    (tmp_path / "lee.md").write_text((GOLDEN / "lee.md").read_text())
    for grader in ("gradescope", "prairielearn"):
        command = f"archcalc check --key key.yaml lee.md --format {grader} -o results.json"
        assert run(command, tmp_path) == ""
        assert '"score"' in (tmp_path / "results.json").read_text()


# Keys


def test_lint_warns_where_a_tolerance_is_too_wide() -> None:
    from archcalc.homework.pages.keys import notes, warnings

    wide = one_question(CONV, "ask: MACs, tolerance: {rel: 0.01}, accept: [macs+bias]")
    assert "cannot tell macs (112,896,000) and macs+bias (112,905,408) apart" in warnings(wide)[0]
    narrow = one_question(CONV, "ask: MACs, tolerance: {rel: 0.00001}")
    assert warnings(narrow) == []
    assert "does not tell macs and macs+bias apart" in notes(one_question(CONV, "ask: MACs"))[0]
    never = one_question(CONV, "ask: MACs, partial: {O08: 0.5}")
    assert warnings(never) == ["partial: O08 cannot happen in question 1"]


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("- 1", "E22", "a key is a map"),
        ("archcalc-key: 2\nspecs: {n: '8 | fc 2'}\nquestions: [{ask: MACs}]", "E22", "version 1"),
        (HEAD + "specs: {n: '8 | fc 2'}\nquestions: [{ask: MACs, of: m}]", "E36", "specs are n"),
        (HEAD + "specs: {n: 'torchvision:vgg16'}\nquestions: [{ask: MACs}]", "E52", "is code"),
        (HEAD + "specs: {n: 'a.py:f'}\nquestions: [{ask: MACs}]", "E52", "is code"),
        (HEAD + "specs: {n: /etc/passwd}\nquestions: [{ask: MACs}]", "E33", "no spec"),
        (HEAD + "specs: {n: '-'}\nquestions: [{ask: MACs}]", "E33", "no spec"),
        (HEAD + "specs: {n: 'HxWx3 | conv 3x3x8'}\nquestions: [{ask: MACs}]", "E36", "no number"),
        (
            HEAD + "specs: {n: '8x8x3 | opaque f 8x8x8'}\nquestions: [{ask: MACs}]",
            "E36",
            "nobody knows",
        ),
        (HEAD + "specs: {n: '8 | fc 2'}\nquestions: [{ask: MACs, partial: {X1: 1}}]", "E48", "X1"),
        (HEAD + "specs: {n: !!python/name:os.system x}\nquestions: []", "E22", "tag"),
    ],
)
def test_a_bad_key_is_one_clear_error(text: str, code: str, says: str) -> None:
    with pytest.raises(SpecError) as caught:
        key_of(text)
    assert code in {problem.code for problem in caught.value.problems}
    assert any(says in problem.message for problem in caught.value.problems)
