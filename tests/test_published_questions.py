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

from archcalc.analysis import Settings, walk
from archcalc.homework.answers import read_text
from archcalc.homework.diagnosis import Diagnosis
from archcalc.homework.key import Key, key_of
from archcalc.homework.marking import mark
from archcalc.homework.measures import Subject, measure
from archcalc.homework.numerals import number, sizes, truth
from archcalc.homework.questions import Mark, Question, ShapeQuestion, TruthQuestion, Verdict
from archcalc.layers.base import ordered
from archcalc.readers import read

SECTIONS = ("published", "forum", "unseen")
_OWN = ("published", "answer", "verdict", "slip", "count", "by", "note", "as")
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
    return [one.tag for one in found.findings if one.convention is None]


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
        reason = row.data.get("slip", row.data.get("count"))
        assert tags(found) == [] if reason is None else reason in tags(found)
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


def table_of(item: dict[str, Any], **changed: str) -> str:
    """Return the answers of an item as a student's table, some cells changed: c1_units."""
    columns = list(dict.fromkeys(row["ask"] for row in item["questions"]))
    cells: dict[str, dict[str, str]] = {}
    for row in item["questions"]:
        layer = row["of"].partition("/")[2]
        given = changed.get(f"{layer}_{row['ask']}", row["published"])
        cells.setdefault(layer, {})[row["ask"]] = given
    lines = [f"| layer | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for layer, row in cells.items():
        lines.append(f"| {layer} | {' | '.join(row[column] for column in columns)} |")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("changed", "right", "tag"),
    [
        ({}, 21, ""),
        ({"c3_weights": "2,416"}, 20, "params"),
        ({"f5_weights": "1,920"}, 20, "P11"),
        ({"s2_connections": "1,176"}, 20, ""),
        ({"c1_units": "784", "c3_connections": "100"}, 19, ""),
    ],
    ids=str,
)
def test_a_published_table_is_marked_cell_by_cell(
    changed: dict[str, str], right: int, tag: str
) -> None:
    item = next(one for one in DATA["published"] if one["id"] == "grosse-lenet-table")
    asked = {"id": 1, "ask": "table", "of": "net", "columns": ["units", "connections", "weights"]}
    whole = {"archcalc-key": 1, "specs": item["specs"], "questions": [{**asked, "points": 21}]}
    key = key_of(yaml.safe_dump(whole), "table.key.yaml")
    (sheet,) = read_text(table_of(item, **changed), ".md", key.ids, "sheet.md")
    (found,) = mark(key, sheet).marks
    assert found.given == f"{right} of 21 cells"
    assert found.score >= right
    assert (found.verdict is Verdict.RIGHT) == (right == 21)
    assert not tag or tag in tags(found)


# Every message, over many kinds of layers

KINDS = {
    "1d": "100x16 | conv 5x32 s2 pad 2 | maxpool 2 | gap",
    "3d": "8x20x20x3 | conv 3x7x7x6 s1x2x2 pad 1x3x3 | maxpool 1x2x2 | relu",
    "deconv": "7x7x16 | deconv 4x4x8 s2 pad 1 | relu",
    "uneven": "16x10x8 | deconv 2x3x4 s2x3 pad 0x1 outpad 1",
    "dilated": "32x30x3 | conv 3x5x8 pad 1x2 dilation 2 s2x1 | bn | avgpool 3x3 s2 ceil",
    "grouped": "32x32x8 | dwconv 3x3 same s2 | conv 1x1x16 | conv 3x3x8 same groups 4",
    "inception": "28x28x192 | inception 64x96x128x16x32x32",
    "naive": "28x28x192 | naiveinception 64x128x32",
    "alexnet": "227x227x3 | conv 11x11x96 s4 | maxpool 3x3 s2 | flatten | fc 10 | fc 5",
    "lstm": "10x32 | lstm 16 | linear 8",
    "gru": "10x32 | gru 16",
    "attention": "10x32 | attn heads 4 | linear 8",
    "basic": "20x20x16 | basic 32 stride 2",
    "bottleneck": "20x20x64 | bottleneck 16",
    "inverted": "20x20x16 | inverted 16",
    "lenet": "14x14x6 | conv 5x5x16 table lenet5 | subsample 2x2 | fc 120",
    "zeropad": "31x31x8 | zeropad 2 | conv 3x3x8 dilation 1",
    "upsampled": "24x24x3 | conv 3x3x8 same +relu | upsample 2 | conv 1x1x4",
}
ASKED = (
    *("output", "size", "channels", "params", "weights", "macs", "flops", "flops2", "macs+bias"),
    *("units", "connections", "receptive_field", "span", "memory", "peak_memory", "ram"),
)


def subjects(spec: str) -> Iterator[Subject]:
    analysis = walk(read(spec), Settings(batch=2))
    yield Subject(analysis, tuple(range(len(analysis.nodes))), "net")
    for position, node in enumerate(analysis.nodes):
        if position < 6 or position == len(analysis.nodes) - 1:
            yield Subject(analysis, (position,), node.name, is_whole=False)


@pytest.mark.parametrize("spec", KINDS.values(), ids=KINDS)
def test_no_message_lacks_a_number(spec: str) -> None:
    said = []
    for subject in subjects(spec):
        for word in ASKED:
            diagnosis = Diagnosis(subject, measure(word))
            known = diagnosis.candidates
            for candidate in (*known.singles, *known.numbers(2), *known.pairs):
                said += diagnosis.finding(candidate, "GIVEN").lines
    assert said
    lacking = {line for line in said if any(mark in line for mark in ("?", "None", "{", "Unkn"))}
    assert not lacking


def test_every_reference_question_is_covered_or_says_why_not() -> None:
    covered = {item["id"] for item in DATA["published"]}
    assert covered.isdisjoint(DATA["uncovered"])
    assert sorted(covered | set(DATA["uncovered"])) == sorted(ASKED_FOR)
    assert all(DATA["uncovered"].values())


def test_every_wrong_answer_says_what_is_expected_or_what_is_missing() -> None:
    wrong = [row for row in ROWS if row.data.get("verdict") == "wrong"]
    assert len(wrong) > 40
    assert all(marked(row).lines for row in wrong)
