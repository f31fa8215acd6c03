"""Published questions and answers are marked as a key's: right, wrong and why, by convention."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from archcalc.homework.answers import read_text
from archcalc.homework.key import Key, key_of
from archcalc.homework.marking import mark
from archcalc.homework.numerals import number, sizes, truth
from archcalc.homework.questions import Mark, Question, ShapeQuestion, TruthQuestion, Verdict
from archcalc.layers.base import ordered

SECTIONS = ("published", "forum", "unseen")
_OWN = ("published", "answer", "verdict", "slip", "by", "note", "as")
ASKED_FOR = (
    *("grosse-lenet-table", "grosse-lenet-units-total", "grosse-fc-256"),
    *("grosse-googlenet-params", "csc413-2021-hw2-rf", "csc413-2022-hw2-size"),
    *("csc413-pa2-pool-upsample-question", "cs231n-l5-conv", "cs231n-fc-cifar"),
    *("cs231n-neuron-3x3", "cs231n-im2col", "cs231n-pool", "cs231n-3x3-stack"),
    *("cs231n-vgg16-memory", "cs231n-inception-reduced", "dlai-w1-q2", "dlai-w1-q4", "dlai-w1-q6"),
    *("dlai-w1-q11", "dlai-w1-q15", "dlai-w1-2025-conv", "dlai-w2-mbv2", "dlai-280"),
    *("dlai-lenet-corrected", "udl-10-16", "udl-10-9", "udl-10-11", "udl-10-17", "udl-11-8"),
    *("raschka-q11-bn", "geron-14-2-ram", "hse-2100", "kaggle-cv4", "rmit-2779-rf"),
    *("notes-conv3-8", "monkeyark-mnist", "m2ds-dense", "convguide-2.1", "convguide-2.3"),
    *("convguide-2.5", "convguide-2.7", "eva-googlenet-mutum", "eva-googlenet-curiousss"),
)

with (Path(__file__).parent / "published_questions.yaml").open(encoding="utf-8") as _stream:
    DATA: dict[str, Any] = yaml.safe_load(_stream)


@dataclass(frozen=True)
class Row:
    """One question of an item, and one answer to it."""

    item: dict[str, Any]
    place: int

    @property
    def data(self) -> dict[str, Any]:
        return dict(self.item["questions"][self.place])

    @property
    def id(self) -> str:
        return str(self.data.get("id", f"q{self.place + 1}"))

    def __str__(self) -> str:
        given = self.data.get("published", self.data.get("answer"))
        return f"{self.item['id']}-{self.id}-{given}"


def rows() -> Iterator[Row]:
    for section in SECTIONS:
        for item in DATA.get(section, ()):
            for place in range(len(item["questions"])):
                yield Row(item, place)


ROWS = list(rows())


def key_for(item: dict[str, Any], **top: Any) -> Key:
    questions = []
    for place, row in enumerate(item["questions"]):
        asked = {name: value for name, value in row.items() if name not in _OWN}
        questions.append({"id": f"q{place + 1}", **asked})
    whole = {"archcalc-key": 1, "title": item["course"], **item.get("key", {}), **top}
    text = yaml.safe_dump({**whole, "specs": item["specs"], "questions": questions})
    return key_of(text, f"{item['id']}.key.yaml")


@lru_cache(maxsize=200)
def _key(id: str, accept: str = "") -> Key:
    item = next(one for section in SECTIONS for one in DATA.get(section, ()) if one["id"] == id)
    return key_for(item, **({"accept": [accept]} if accept else {}))


def marked(row: Row, accept: str = "") -> Mark:
    key = _key(row.item["id"], accept)
    given = row.data.get("published", row.data.get("answer"))
    (sheet,) = read_text(f"{row.id} = {given}\n", ".txt", key.ids, "sheet.txt")
    (found,) = [one for one in mark(key, sheet).marks if one.question.id == row.id]
    return found


def exact(question: Question, text: str) -> Any:
    if isinstance(question, ShapeQuestion):
        return list(sizes(text).values)
    return truth(text) if isinstance(question, TruthQuestion) else number(text).final.value


def tags(found: Mark) -> list[str]:
    return [one.tag for one in found.findings if one.slips]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_published_answer_is_marked_as_it_deserves(row: Row) -> None:
    found = marked(row)
    verdict = row.data.get("verdict", "right")
    assert found.verdict not in (Verdict.UNREADABLE, Verdict.MISSING)
    if verdict == "right":
        assert found.verdict is Verdict.RIGHT
        assert found.score == found.question.points
    elif verdict == "wrong":
        assert found.verdict is not Verdict.RIGHT
        assert found.score < found.question.points
        slip = row.data.get("slip")
        assert tags(found) == [] if slip is None else slip in tags(found)
    else:
        told = [one.convention.key for one in found.findings if one.convention is not None]
        assert row.data["as"] in told or (row.data["as"], tags(found)) == ("macs+bias", ["O12"])
        assert marked(row, row.data["as"]).score == found.question.points


@pytest.mark.parametrize("row", [row for row in ROWS if "answer" in row.data], ids=str)
def test_the_expected_answer_is_the_one_worked_out_by_hand(row: Row) -> None:
    question = marked(row).question
    by_hand = exact(question, str(row.data["answer"]))
    expected = question.expected
    if isinstance(question, ShapeQuestion):
        expected = list(ordered(expected, question.layout))
    assert expected == by_hand
    assert isinstance(expected, list | bool) or Fraction(expected) == by_hand


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_is_said_reads_as_a_sentence(row: Row) -> None:
    for line in marked(row).lines:
        assert "?" not in line
        assert "None" not in line
        assert "{" not in line


def test_every_reference_question_is_covered_or_says_why_not() -> None:
    covered = {item["id"] for item in DATA["published"]}
    assert covered.isdisjoint(DATA["uncovered"])
    assert sorted(covered | set(DATA["uncovered"])) == sorted(ASKED_FOR)
    assert all(DATA["uncovered"].values())


def test_every_wrong_answer_says_what_is_expected_or_what_is_missing() -> None:
    wrong = [row for row in ROWS if row.data.get("verdict") == "wrong"]
    assert len(wrong) > 40
    assert all(marked(row).lines for row in wrong)
