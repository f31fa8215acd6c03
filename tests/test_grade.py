"""Marks in Python: a float that graders take, with what to tell the student."""

from __future__ import annotations

import subprocess
import sys

import pytest

import archcalc
from archcalc.errors import SpecError, UsageError

from transcripts import GOLDEN, run

CONV = "14x14x480 | conv 5x5x48 pad 2"


def test_a_score_is_a_float_with_a_message() -> None:
    score = archcalc.grade.case("7,680", "14x14x480 | conv 1x1x16", "params", points=4)
    assert isinstance(score, float)
    assert score == 2.0
    assert score.verdict == "partly"
    assert "The 16 biases count too. [P01]" in score.message


@pytest.mark.parametrize(
    ("answer", "ask", "options", "points"),
    [
        (112_896_000, "MACs", {}, 1.0),
        (225_792_000, "MACs", {"convention": "flops2"}, 1.0),
        ((48, 14, 14), "output", {}, 1.0),
        ([14, 14, 48], "output", {}, 1.0),
        ((48, 14, 14), "output", {"order": "hwc"}, 0.0),
        (576_048, "params", {"of": "conv1"}, 1.0),
        ("9^9^9", "params", {}, 0.0),
        ("225.8M", "MACs", {"partial": {"O01": 0.25}}, 0.25),
        (None, "params", {}, 0.0),
    ],
)
def test_cases(answer: object, ask: str, options: dict[str, object], points: float) -> None:
    assert archcalc.grade.case(answer, CONV, ask, **options) == points


def test_nothing_is_printed() -> None:
    """Some graders take anything on standard error for a failure."""
    code = f"import archcalc; archcalc.grade.case('x y', {CONV!r}, 'params')"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_student_s_marks() -> None:
    marks = archcalc.check(GOLDEN / "hw3.key.yaml", GOLDEN / "lee.md")
    assert (marks.score, marks.points) == (5.5, 7.0)
    assert marks[4].verdict == "partly"
    printed = run("archcalc check --key hw3.key.yaml lee.md").removesuffix("\n[exit 1]")
    assert str(marks).strip() == printed.strip()
    assert "<h3>lee.md - 5.5 of 7 points</h3>" in marks._repr_html_()
    with pytest.raises(KeyError):
        marks[9]


def test_answers_by_question() -> None:
    marks = archcalc.check(GOLDEN / "hw3.key.yaml", {1: (14, 14, 48), 4: 7696})
    assert marks.score == 2.0
    with pytest.raises(UsageError, match="no question"):
        archcalc.check(GOLDEN / "hw3.key.yaml", {"nine": 1})


def test_a_bad_question_is_an_error() -> None:
    with pytest.raises(SpecError):
        archcalc.grade.case("1", "14x14x3 | cnov 3x3x8", "params")
    with pytest.raises(SpecError):
        archcalc.grade.case("1", CONV, "macks")
