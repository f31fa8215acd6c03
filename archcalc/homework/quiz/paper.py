"""A quiz as markdown: the student's sheet with blanks, and the teacher's with the answers.

Questions stand in quotation blocks: whoever reads a sheet that was handed in skips those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ...renderers.markdown import escaped
from ...renderers.table import folded
from .drawing import Item, Quiz, letter_of

_BLANK = "______"
_WIDTH = 80


def sheet_text(quiz: Quiz) -> str:
    """Return a student's sheet: numbered questions and blanks, without answers."""
    lines = ["# Quiz", "", f"Name: {_name(quiz.student) or _BLANK}", "", *_specs(quiz)]
    if any(item.choices for item in quiz.items):
        lines += ["Write the answer itself, not its letter.", ""]
    for item in quiz.items:
        lines += [*_question(item), "", f"Answer: {_BLANK}", ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def quiz_text(quizzes: Sequence[Quiz]) -> str:
    """Return quizzes with their answers, each folded away below its questions."""
    return "\n---\n\n".join("\n".join(_with_answers(quiz)) + "\n" for quiz in quizzes)


def _with_answers(quiz: Quiz) -> Iterator[str]:
    of = f"{quiz.student}, " if quiz.student else ""
    yield from (f"# Quiz ({escaped(of)}seed {quiz.seed})", "")
    yield from _specs(quiz)
    for item in quiz.items:
        yield from (*_question(item), "")
    yield from ("<details>", "<summary>Answers</summary>", "")
    for item in quiz.items:
        yield from _answer(item)
    yield "</details>"


def _specs(quiz: Quiz) -> Iterator[str]:
    named = len(quiz.nets) > 1
    wide = max(len(net.name) for net in quiz.nets) + 2 if named else 0
    lines = []
    for net in quiz.nets:
        head = f"{net.name:{wide}}" if named else ""
        lines += _spec(head, net.shown)
    yield from _fenced(lines)
    order = "channels x height x width" if quiz.key.order == "chw" else "height x width x channels"
    yield from ("", f"{quiz.key.sentence} Shapes are {order}.", "")


def _name(student: str) -> str:
    """Return a name as the reader of sheets takes it: a line within a word is no markup."""
    return escaped(student).replace("\\_", "_")


def _spec(head: str, stages: Sequence[str]) -> list[str]:
    """Return a spec in lines, broken in front of its bars."""
    margin = " " * len(head)
    lines, line = [], head + stages[0]
    for stage in stages[1:]:
        if len(line) + 3 + len(stage) > _WIDTH and line.strip():
            lines.append(line)
            line = f"{margin}  | {stage}"
        else:
            line += f" | {stage}"
    return [piece for one in (*lines, line) for piece in folded(one, len(head) + 6, _WIDTH)]


def _question(item: Item) -> Iterator[str]:
    points = item.question.points
    yield f"## Question {item.question.id} ({points} point{'s' * (points != 1)})"
    yield ""
    yield f"> {_sentence(item.words)}"
    if item.choices:
        yield ">"
        for i, choice in enumerate(item.choices):
            yield f"> - ({letter_of(i)}) {choice.text}"


def _sentence(words: Sequence[str]) -> str:
    """Return text and code in turn, as markdown."""
    parts = [_code(word) if i % 2 else escaped(word) for i, word in enumerate(words)]
    return "".join(parts)


def _answer(item: Item) -> Iterator[str]:
    letter = f"({item.letter}) " if item.letter else ""
    yield f"**{item.question.id}.** {letter}{escaped(item.answer)}"
    yield ""
    if item.working:
        yield from (*_fenced(item.working), "")
    wrong = [
        (letter_of(i), choice)
        for i, choice in enumerate(item.choices)
        if not choice.is_right and choice.slips
    ]
    for letter, choice in wrong:
        said = " ".join(line for line in choice.says if not line.startswith(" "))
        yield f"- ({letter}) {choice.text}: {', '.join(choice.slips)}. {_said(said)}"
    if wrong:
        yield ""


def _said(text: str) -> str:
    """Return what the checker says, its code between single backticks."""
    parts = text.split("`")
    return _sentence(parts) if len(parts) % 2 else escaped(text)


def _fenced(lines: Sequence[str]) -> list[str]:
    longest = max((len(run) for run in re.findall("`+", "".join(lines))), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *lines, fence]


def _code(text: str) -> str:
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}{text}{fence}"
