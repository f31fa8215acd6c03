"""Plain text and markdown: lines that open a question, and what stands below them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import tables
from .base import MOST_COLUMNS, MOST_LINES, Draft, Grid, Sheet
from .headings import heading
from .markup import cells, is_rule, plain, undressed, without_comments
from .questions import Opening, Questions

SUFFIXES = (".txt", ".md", ".markdown")

_HEADING = re.compile(r" {0,3}#{1,6}(?!#)")
_FENCE = re.compile(r"\s*(?:[-*+]\s+)?(```|~~~)")
_MARK = re.compile(
    r"(?:(?:final\s+|my\s+)?(?:answer|ans|result)|정답|답안|답|antwort)\s*[:：=]\s*|=>\s*|⇒\s*",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"[=≈→]")
_STEP = re.compile(r"^\d{1,2}[.)]\s+(?=\S)")
_LABEL = re.compile(r"([^\W\d_][^:=]{0,80})(?:[:：]|=(?!=))\s*(?=\S)")
_WORD = re.compile(r"[^\W\d_][\w-]{2,}")
_MANY_WORDS = 4


def sheets(text: str, questions: Questions, name: str) -> list[Sheet]:
    """Return the one sheet that a text is."""
    draft = Draft(name, questions)
    read_into(draft, text)
    return [draft.sheet()]


def read_into(draft: Draft, text: str, *, first: int = 1, id: str = "", aside: bool = False) -> str:
    """Put the answers of a text into a sheet.

    ``first`` is the number of its first line, ``id`` a question that it is about from the start;
    an ``aside`` is overruled by other answers. Returns the question that is open at its end.
    """
    reader = _Reader(draft, id, first, aside)
    lines = without_comments(text).split("\n")
    if len(lines) > MOST_LINES:
        fact = f"the text has {len(lines):,} lines; the first {MOST_LINES:,} are read"
        draft.remark("E44", fact, first + MOST_LINES, "only the answers")
        lines = lines[:MOST_LINES]
    start = reader.front_matter(lines)
    at = start
    while at < len(lines):
        at += reader.take(lines, at)
    reader.close()
    return reader.id


class _Reader:
    def __init__(self, draft: Draft, id: str, first: int, aside: bool) -> None:
        self.draft, self.questions = draft, draft.questions
        self.first, self.aside = first, aside
        self.above = ""
        self.fence = ""
        self.label = id  # of the question that parts belong to
        self.start(Opening(id, id, ""), first, under_heading=bool(id))

    def start(
        self, opening: Opening, line: int, indent: int = 0, under_heading: bool = False
    ) -> None:
        self.id, self.under_heading = opening.id, under_heading
        self.indent = indent
        self.rest = [(line, opening.rest)] if opening.rest else []
        self.body: list[tuple[int, str]] = []
        self.marked: list[tuple[int, str]] = []
        self.awaits = False

    def close(self) -> None:
        """Give the open question its answer."""
        chosen = self.chosen() if self.id else []
        if chosen:
            text = "\n".join(_value(line) for _, line in chosen)
            aside = self.aside and not self.marked
            self.draft.answer(self.id, text, chosen[0][0], chosen[-1][0], aside=aside)

    def chosen(self) -> list[tuple[int, str]]:
        """Return the lines of the answer: marked as such, or behind the label, or the last."""
        if self.marked or not self.rest:
            return self.marked or _last(self.body)
        first = self.rest[0][1]
        below = self.rest[1:] + self.body
        if _is_question(first) or (below and _asks(first)):
            return _last(below)
        if not self.under_heading:
            titled = bool(self.body) and len(self.rest) == 1 and _talks(first)
            return _last(below) if titled else self.rest
        if _counts(first) and not any(_counts(text) for _, text in below):
            return self.rest
        return _last(below)

    def front_matter(self, lines: Sequence[str]) -> int:
        """Read the student's name between two lines of dashes; tell where the text begins."""
        if not lines or lines[0].rstrip() != "---":
            return 0
        for end, line in enumerate(lines[1:40], 1):
            if line.rstrip() in ("---", "..."):
                for inner in lines[1:end]:
                    self.student(inner)
                return end + 1
        return 0

    def student(self, line: str) -> bool:
        """Take a line such as ``Name: Kim``; tell whether it is one."""
        found = _LABEL.match(line)
        if not found or heading(found[1]) != "student":
            return False
        self.draft.named(line[found.end() :])
        return True

    def take(self, lines: Sequence[str], at: int) -> int:
        """Read one line, or the table that begins on it; return how many lines that was."""
        raw, line = lines[at], self.first + at
        fence = _FENCE.match(raw)
        if fence and self.fence in ("", fence[1]):
            self.fence = "" if self.fence else fence[1]
            return 1
        if not self.fence:
            title = _HEADING.match(raw)
            if title:
                self.heading(raw[title.end() :].strip(" \t#"), line)
                return 1
            if at + 1 < len(lines) and "|" in raw and is_rule(lines[at + 1]):
                return self.table(lines, at)
        self.line(raw, line)
        return 1

    def heading(self, title: str, line: int) -> None:
        self.close()
        title = undressed(title)
        self.above = title
        opening = self.questions.opening(title)
        if opening is None or not opening.id:
            id = self.questions.labelled(title)
            opening = Opening(id, title, "") if id else opening
        if opening is None and self.label and (part := self.questions.part(self.label, title)):
            self.start(part, line, under_heading=True)
            return
        if opening and not opening.id and opening.explicit:
            self.draft.unknown(opening.label, line)
        if opening is None and self.questions.has_parts(title):
            opening = Opening("", title, "")
        self.label = opening.base if opening else ""
        self.start(opening or Opening("", "", ""), line, under_heading=bool(opening))

    def table(self, lines: Sequence[str], at: int) -> int:
        end = at + 2
        while end < len(lines) and "|" in lines[end]:
            end += 1
        rows = tuple(cells(line) for line in lines[at + 2 : end])
        numbers = tuple(range(self.first + at + 2, self.first + end))
        head = self.first + at
        grid = Grid(cells(lines[at])[:MOST_COLUMNS], rows, numbers, head, " | ")
        tables.take(grid, self.draft, self.above, self.id)
        return end - at

    def line(self, raw: str, line: int) -> None:
        text = undressed(raw)
        if not text:
            return
        indent = len(raw) - len(raw.lstrip())
        indented = indent > self.indent or text[0] in "=≈→"
        opening = self.opening(text)
        goes_on = indented and bool(self.rest) and bool(self.id)
        if opening and (opening.explicit or opening.base != opening.label or not goes_on):
            self.close()
            self.label = opening.base
            self.start(opening, line, indent)
            if not opening.id:
                self.draft.unknown(opening.label, line)
            self.above = text
            return
        if not opening and not self.draft.student and self.student(text):
            return
        self.below(text, line, indented, raw.lstrip().startswith(">"))

    def opening(self, text: str) -> Opening | None:
        """Return the question that a line opens where it stands."""
        part = self.questions.part(self.label, text) if self.label else None
        if part:
            return part
        found = self.questions.opening(text)
        if found is None or (self.under_heading and not found.explicit):
            return None  # a numbered step under a heading is no question
        within = self.questions.part(found.label, found.rest) if found.rest else None
        return within or found

    def below(self, text: str, line: int, indented: bool, quoted: bool) -> None:
        """Take a line that belongs to the open question, if one is open."""
        self.above = text
        if not self.id or quoted:
            return
        mark = _MARK.match(text)
        if mark and not (self.rest and text.startswith(("=>", "⇒"))):
            rest = text[mark.end() :].strip()
            self.marked = [(line, rest)] if rest else []
            self.awaits = not rest
        elif self.awaits:
            self.marked, self.awaits = [(line, text)], False
        elif self.marked and _GOES_ON.match(text):
            self.marked.append((line, text))
        elif self.rest and indented and not self.under_heading:
            self.rest.append((line, text))
        else:
            self.body.append((line, _STEP.sub("", text)))


def _last(lines: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return the last line that can be an answer; a closing sentence without a number cannot."""
    fit = [one for one in lines if any(map(str.isalnum, one[1])) and not _is_question(one[1])]
    counted = [one for one in fit if _counts(one[1])]
    return [counted[-1] if counted and _talks(fit[-1][1]) else fit[-1]] if fit else []


def _counts(text: str) -> bool:
    return any(map(str.isdigit, text))


def _talks(text: str) -> bool:
    return not _counts(text) and len(text.split()) >= _MANY_WORDS


def _is_question(text: str) -> bool:
    return text.rstrip("*_ ").endswith(("?", "？"))


def _asks(text: str) -> bool:
    """Tell whether a text says what is asked; ``No`` is an answer, not a number."""
    return heading(text) not in (None, "question", "student")


def _value(line: str) -> str:
    """Return a line without a label that only repeats what is asked: ``MACs: 112.9M``."""
    line = plain(line)
    label = _LABEL.match(line)
    if label and (_asks(label[1]) or any(map(_asks, _WORD.findall(label[1])))):
        return line[label.end() :]
    return line
