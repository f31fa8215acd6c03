"""Quizzes: the right answers get full marks, each wrong one is explained by its slip."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.errors import UsageError
from archcalc.expansion import expand
from archcalc.homework.answers import Given, Sheet, read_text
from archcalc.homework.key import read_key
from archcalc.homework.marking import mark
from archcalc.homework.questions import Earlier, Verdict
from archcalc.homework.quiz import Item, Material, Quiz, data, draw, quiz_text, sheet_text, texts
from archcalc.notation.parser import parse
from archcalc.readers import read

from transcripts import GOLDEN, run

R1 = "14x14x480 | conv 5x5x48 pad 2"
R2 = "14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2"
R3 = "224x224x3 | conv 7x7x64 s2 pad 3"
LENET = "32x32x1 | conv 5x5x6 | avgpool 2x2 | conv 5x5x16 | avgpool 2x2 | fc 120 | fc 84 | fc 10"
PAIR = ("naive: 14x14x480 | conv 5x5x48 pad 2", "B: 14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2")
WRITTEN = [
    (R1,),
    (R3,),
    (LENET,),
    PAIR,
    ("28x28x192 | inception 64x96x128x16x32x32",),
    ("56x56x64 | res( conv 3x3x64 pad 1 +bn +relu | conv 3x3x64 pad 1 +bn )",),
    ("32x32x8 | conv 3x3x16 pad 1 d2 | dwconv 3x3 pad 1 s2 | zeropad 2 | deconv 3x3x4 s2",),
    ("33x20x6 | conv 3x5x8 pad 1x2 stride 2x1 | conv 1x1x4 groups 2 | gap | fc 10",),
]
NETS = [*WRITTEN, ("vgg16",), ("resnet50",), ("alexnet",), ("mobilenet_v2",), ("gpt2",)]
SEEDS = range(20)


@cache
def material(*sources: str) -> Material:
    return Material(texts([read(source) for source in sources], sources))


def is_right(quiz: Quiz, answers: dict[str, str]) -> bool:
    given = tuple(Given(id, text, 1, 1) for id, text in answers.items())
    marked = mark(quiz.key, Sheet("kim.md", "kim", given, (), ()))
    return marked.score == quiz.key.points and marked.is_right


def wrong_ones(quiz: Quiz) -> list[tuple[Item, Any]]:
    return [(i, c) for i in quiz.items for c in i.choices if not c.is_right and c.slips]


@pytest.mark.parametrize("sources", NETS, ids=lambda s: s[0][:24])
def test_right_answers_get_full_marks(sources: tuple[str, ...], tmp_path: Path) -> None:
    for seed in SEEDS if "|" in sources[0] else range(3):
        quiz = draw(material(*sources), seed=seed)
        path = tmp_path / "quiz.key.yaml"
        path.write_text(quiz.key_text, encoding="utf-8")
        key = read_key(str(path))
        assert key.ids == tuple(item.question.id for item in quiz.items)
        assert is_right(quiz, {item.question.id: item.answer for item in quiz.items})


@pytest.mark.parametrize("sources", NETS, ids=lambda s: s[0][:24])
def test_wrong_answers_are_explained_by_their_slips(sources: tuple[str, ...]) -> None:
    count = 0
    for seed in SEEDS if "|" in sources[0] else range(3):
        for item, choice in wrong_ones(draw(material(*sources), seed=seed)):
            found = item.question.mark(Given("1", choice.text, 1, 1), Earlier())
            assert found.verdict is not Verdict.RIGHT
            assert found.score < item.question.points
            assert choice.slips == tuple(one.tag for one in found.findings)
            assert choice.says
            count += 1
    assert count > 10


@settings(max_examples=60, deadline=None)
@given(
    st.integers(-(2**63), 2**63),
    st.sampled_from(WRITTEN),
    st.sampled_from([0, 2, 3, 4, 6, 8]),
    st.integers(1, 15),
    st.booleans(),
)
def test_any_seed(
    seed: int, sources: tuple[str, ...], choices: int, questions: int, vary: bool
) -> None:
    own = material(*sources)
    quiz = draw(own, seed=seed, choices=choices, questions=questions, vary=vary)
    assert 1 <= len(quiz.items) <= questions
    assert is_right(quiz, {item.question.id: item.answer for item in quiz.items})
    assert len({item.text for item in quiz.items}) == len(quiz.items)
    for item in quiz.items:
        shown = [choice.text for choice in item.choices]
        assert len(set(shown)) == len(shown)
        assert bool(item.choices) != bool(item.why_open)
        if item.choices:
            assert len(shown) == (2 if item.question.title == "true or false" else choices)
            assert [c.text for c in item.choices if c.is_right] == [item.answer]
            assert shown["ABCDEFGH".index(item.letter)] == item.answer
    assert data([draw(own, seed=seed, choices=choices, questions=questions, vary=vary)]) == data(
        [quiz]
    )


def test_choices_have_the_form_of_the_right_answer() -> None:
    for seed in SEEDS:
        for item, choice in wrong_ones(draw(material(LENET), seed=seed)):
            assert choice.text.count("x") == item.answer.count("x")
            assert choice.text.replace(",", "").replace("x", "").isdigit()


def test_at_most_one_question_is_easy() -> None:
    spec = "32x32x3 | conv 3x3x8 | relu | maxpool 2x2 | relu | maxpool 2x2 | conv 3x3x4"
    for seed in SEEDS:
        answers = [i.answer for i in draw(material(spec), seed=seed, questions=30).items]
        assert answers.count("0") <= 1


def test_the_ratio_of_two_nets_follows_its_parts() -> None:
    seen = set()
    for seed in SEEDS:
        quiz = draw(material(*PAIR), seed=seed)
        (ratio,) = [item for item in quiz.items if item.question.title == "ratio"]
        assert not ratio.choices
        assert ratio.why_open == "a ratio of two answers"
        assert all(int(id) < int(ratio.question.id) for id in ratio.question.needs)
        seen.add(ratio.answer)
    assert seen == {"21.4"}  # of MACs and of parameters, to three digits


# Students


def questions(quiz: Quiz) -> str:
    return sheet_text(quiz).partition("## Question 1")[2]


@pytest.mark.parametrize("sources", [PAIR, (LENET,), ("vgg16",)], ids=lambda s: s[0][:12])
def test_thirty_students_get_thirty_sheets(sources: tuple[str, ...]) -> None:
    own = material(*sources)
    sheets = {questions(draw(own, seed=1, student=f"{n:02}")) for n in range(30)}
    assert len(sheets) == 30


def test_every_student_calculates_another_net() -> None:
    own = material(LENET)
    quizzes = [draw(own, seed=1, student=f"{n:02}", vary=True) for n in range(30)]
    assert len({quiz.nets[0].text for quiz in quizzes}) == 30
    assert all(quiz.is_varied for quiz in quizzes)
    assert not draw(own, seed=1).is_varied


@pytest.mark.parametrize("sources", WRITTEN, ids=lambda s: s[0][:24])
def test_varied_nets_have_no_new_warnings(sources: tuple[str, ...]) -> None:
    before = [{w.code for w in expand(parse(source)).warnings} for source in sources]
    varied = 0
    for seed in range(20):
        quiz = draw(material(*sources), seed=seed, vary=True)
        varied += quiz.is_varied
        for net, codes in zip(quiz.nets, before, strict=True):
            assert {w.code for w in net.analysis.graph.warnings} <= codes
    assert varied >= 18


def test_equal_numbers_stay_equal_in_all_nets() -> None:
    for seed in range(20):
        naive, other = draw(material(*PAIR), seed=seed, vary=True).nets
        assert naive.analysis.graph.inputs == other.analysis.graph.inputs
        assert naive.analysis.output == other.analysis.output
        reduced = other.analysis.facts[0].output[0]
        assert reduced < other.analysis.graph.inputs["input"][0]


def test_a_net_of_the_zoo_is_not_varied() -> None:
    with pytest.raises(UsageError, match="vgg16") as caught:
        draw(material("vgg16"), vary=True)
    assert caught.value.code == "E48"


@pytest.mark.parametrize("hash_seed", ["0", "1", "12345"])
def test_hashes_change_nothing(hash_seed: str) -> None:
    command = [sys.executable, "-m", "archcalc", "quiz", *PAIR, "--seed", "5", "--vary"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        command, capture_output=True, env=environment, check=True, encoding="utf-8"
    )
    assert done.stdout == quiz_text([draw(material(*PAIR), seed=5, vary=True)])


# Sheets and keys


@pytest.mark.parametrize("seed", range(10))
def test_a_filled_in_sheet_is_read_back(seed: int) -> None:
    quiz = draw(material(*PAIR), seed=seed, student="kim_lee")
    text = sheet_text(quiz)
    (empty,) = read_text(text, ".md", quiz.key.ids, "quiz.md")
    assert empty.student == "kim_lee"
    assert {one.verdict for one in mark(quiz.key, empty).marks} == {Verdict.MISSING}
    (bare,) = read_text(text.replace("______", ""), ".md", quiz.key.ids, "quiz.md")
    assert {one.verdict for one in mark(quiz.key, bare).marks} == {Verdict.MISSING}
    for item in quiz.items:
        text = text.replace("______", item.answer, 1)
    (sheet,) = read_text(text, ".md", quiz.key.ids, "quiz.md")
    assert not sheet.remarks
    assert mark(quiz.key, sheet).score == quiz.key.points


def test_a_sheet_tells_no_answers() -> None:
    quiz = draw(material(R1), seed=3, choices=0)
    text = questions(quiz)
    assert {item.letter for item in quiz.items} == {""}
    assert all(item.answer not in text for item in quiz.items if len(item.answer) > 1)
    assert "<details>" in quiz_text([quiz])
    assert "<details>" not in text
    assert "seed" not in sheet_text(quiz)


def test_a_key_holds_specs_and_questions_only() -> None:
    for seed in range(10):
        quiz = draw(material(*PAIR), seed=seed, student="o'hara: [x]")
        key = yaml.safe_load(quiz.key_text)
        assert key.pop("questions")
        assert key == {
            "archcalc-key": 1,
            "title": "Quiz for o'hara: [x]",
            "convention": "macs",
            "order": "hwc",
            "specs": {net.name: net.text for net in quiz.nets},
        }
        for question in yaml.safe_load(quiz.key_text)["questions"]:
            assert set(question) <= {"id", "ask", "of", "claim"}


def test_names_are_no_markup() -> None:
    quiz = draw(material(R1), student="<script>|`x`")
    for text in (sheet_text(quiz), quiz_text([quiz])):
        assert "<script" not in text
        assert "&lt;script&gt;\\|\\`x\\`" in text


def test_channels_first() -> None:
    own = Material(texts([read(R3)], [R3]), "chw")
    quiz = draw(own, seed=1)
    (shape,) = [i for i in quiz.items if i.question.title == "output size"]
    assert shape.answer == "64x112x112"
    assert is_right(quiz, {item.question.id: item.answer for item in quiz.items})
    assert "Shapes are channels x height x width." in sheet_text(quiz)


def test_symbols_get_their_numbers() -> None:
    graph = read("HxHx3 | conv 3x3x(2*C) pad 1 | maxpool 2x2", {"H": 32, "C": 8})
    assert texts([graph], ["-"]) == {"net": "32x32x3 | conv 3x3x16 pad 1 | maxpool 2x2"}


# The command


def test_markdown_is_as_recorded(update_golden: bool) -> None:
    path = GOLDEN / "quiz.md"
    shown = run(f"archcalc quiz '{R1}' '{R2}' --seed 1 --questions 6")
    if update_golden:
        path.write_text(shown + "\n", encoding="utf-8", newline="\n")
    assert shown + "\n" == path.read_text(encoding="utf-8")


def test_json_is_as_recorded(update_golden: bool) -> None:
    path = GOLDEN / "quiz.json"
    shown = run(f"archcalc quiz '{R2}' --seed 2 --format json")
    if update_golden:
        path.write_text(shown + "\n", encoding="utf-8", newline="\n")
    assert shown + "\n" == path.read_text(encoding="utf-8")
    found = json.loads(shown)
    assert (found["schema"], found["seed"], found["convention"]) == (1, 2, "macs")
    (quiz,) = found["quizzes"]
    assert len(quiz["questions"]) == 10
    for question in quiz["questions"]:
        assert question["open"] == (not question["choices"]) == bool(question["why_open"])


def test_every_student_has_files(tmp_path: Path) -> None:
    key, sheet = tmp_path / "quiz.key.yaml", tmp_path / "quiz.md"
    shown = run(
        f"archcalc quiz '{LENET}' --students kim,이 --vary --key-out {key} --sheet-out {sheet}"
    )
    assert shown == ""
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["quiz-kim.key.yaml", "quiz-kim.md", "quiz-이.key.yaml", "quiz-이.md"]
    for student in ("kim", "이"):
        read_back = read_key(str(tmp_path / f"quiz-{student}.key.yaml"))
        text = (tmp_path / f"quiz-{student}.md").read_text(encoding="utf-8")
        (sheet_read,) = read_text(text, ".md", read_back.ids, "quiz.md")
        assert sheet_read.student == student
        assert len(read_back.questions) == 10


@pytest.mark.parametrize(
    ("options", "fact"),
    [
        ("--questions 0", "a quiz has 1 to 100 questions, not 0"),
        ("--questions 101", "a quiz has 1 to 100 questions, not 101"),
        ("--choices 1", "not 1"),
        ("--choices 9", "not 9"),
        ("--choices -4", "not -4"),
        ("--students 0", "1 to 1,000 students, not 0"),
        ("--students 99999999999999999999", "1 to 1,000 students"),
        ("--students kim,../lee", '"../lee" is no name for a file'),
        ("--students kim,kim", "kim appears twice"),
        ("--students ,", "1 to 1,000 students"),
    ],
)
def test_bad_options(options: str, fact: str) -> None:
    shown = run(f"archcalc quiz '{R1}' {options}")
    assert shown.startswith("error[E48]: ")
    assert fact in " ".join(shown.split())
    assert shown.endswith("[exit 2]")


@pytest.mark.parametrize("form", ["table", "plain", "csv", "html", "markdown", "md", "json"])
def test_formats(form: str) -> None:
    shown = run(f"archcalc quiz '{R3}' --questions 3 --seed 1 --format {form}")
    assert "receptive field" in shown or "MACs" in shown
    assert "[exit" not in shown
