"""A note in pieces: headings, fenced blocks, tables, prose and the comments meant for archcalc."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..answers.markup import cells, is_rule
from .cleaning import CODE, cleaned
from .elements import Element, Fence, Marker, NotedTable, Prose

MOST_CELLS = 200
_FENCE = re.compile(r"[ \t>]*(?:[-*+][ \t]+)?(`{3,}|~{3,})[ \t]*([^`\n]*)$")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)(.*)")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_ITEM = re.compile(r"[ \t]*(?:[-*+•·]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
_QUOTE = re.compile(r"[ \t]*>")
_COMMENT = re.compile(r"archcalc:\s*(.*)", re.DOTALL)


@dataclass(frozen=True)
class _Line:
    number: int
    text: str
    comments: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        return not self.text.strip() and not self.comments


def elements(text: str) -> Iterator[Element]:
    """Yield the pieces of a markdown text in order."""
    reader = _Reader(text.split("\n"))
    while reader.at < len(reader.lines):
        yield from reader.take()
    yield from reader.close()


class _Reader:
    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.at = 0
        self.open: list[tuple[int, str]] = []  # the lines of the prose being read
        self.indent, self.is_item, self.is_quoted = 0, False, False
        self.armed = self.ignoring = self.ignored = False
        self.in_list = False
        if lines and lines[0].rstrip() == "---":  # front matter
            ends = (at for at, line in enumerate(lines[1:200], 1) if line.rstrip() == "---")
            self.at = next(ends, -1) + 1

    def line(self) -> _Line:
        """Return the next line without its comments, which may end lines below."""
        number, text = self.at + 1, self.next()
        kept: list[str] = []
        comments: list[str] = []
        at, codes = 0, _codes(text)
        while (start := _comment(text, at, codes)) >= 0:
            kept.append(text[at:start])
            end = text.find("-->", start + 4)
            if end >= 0:
                comments.append(text[start + 4 : end].strip())
            else:
                inside = [text[start + 4 :]]
                text, end, codes = "", 0, ()
                while self.at < len(self.lines):
                    text = self.next()
                    end = text.find("-->")
                    inside.append(text[: max(end, 0)] if end >= 0 else text)
                    if end >= 0:
                        break
                else:
                    text = ""
                comments.append("\n".join(inside).strip())
                codes = _codes(text)
            at = end + 3
        kept.append(text[at:])
        return _Line(number, "".join(kept), tuple(comments))

    def next(self) -> str:
        self.at += 1
        return self.lines[self.at - 1]

    def take(self) -> Iterator[Element]:
        raw = self.lines[self.at]
        fence = _FENCE.match(raw)
        if fence:
            yield from self.close()
            yield self.fence(fence)
            return
        line = self.line()
        for comment in line.comments:
            said = _COMMENT.fullmatch(comment)
            if said and said[1].strip().lower() == "ignore":
                self.armed = True
            elif said:
                yield Marker(said[1].strip(), line.number)
        if line.is_blank:
            yield from self.close()
            self.ignoring = False
        elif line.text.strip():
            self.ignoring, self.armed = self.ignoring or self.armed, False
            yield from self.content(line)

    def content(self, line: _Line) -> Iterator[Element]:
        heading = _HEADING.match(line.text)
        following = self.lines[self.at] if self.at < len(self.lines) else ""
        if heading:
            yield from self.close()
            title = cleaned(heading[2].rstrip("# \t"))
            yield Prose(title, ((0, line.number),), level=len(heading[1]))
            self.in_list = False
        elif "|" in line.text and is_rule(following):
            yield from self.close()
            yield self.table(line)
        elif self.open and not self.is_item and (underline := _UNDERLINE.match(line.text)):
            yield from self.close(1 if underline[1][0] == "=" else 2)
        elif not self.open and not self.in_list and line.text.startswith(("    ", "\t")):
            return  # an indented block of code
        else:
            yield from self.prose(line)

    def prose(self, line: _Line) -> Iterator[Element]:
        text = line.text
        quote = _QUOTE.match(text)
        if quote:
            text = text[quote.end() :]
        item = _ITEM.match(text)
        if item or bool(quote) != self.is_quoted:
            yield from self.close()
        if not self.open:
            self.indent = len(text) - len(text.lstrip())
            self.is_item, self.is_quoted = bool(item), bool(quote)
            self.in_list = bool(item) or (self.in_list and self.indent > 0)
            self.ignored = False
        self.ignored |= self.ignoring
        self.open.append((line.number, text[item.end() :] if item else text.lstrip()))

    def close(self, level: int = 0) -> Iterator[Element]:
        if not self.open:
            return
        parts: list[str] = []
        breaks: list[tuple[int, int]] = []
        offset = 0
        for number, text in self.open:
            breaks.append((offset, number))
            ends = text.endswith(("  ", "\\"))  # a line break that is meant
            part = cleaned(text.rstrip(" \t\\")) + ("\n\n" if ends else "\n")
            parts.append(part)
            offset += len(part)
        yield Prose(
            "".join(parts),
            tuple(breaks),
            self.indent,
            self.is_item,
            self.is_quoted,
            level,
            self.ignored,
        )
        self.open = []

    def fence(self, opening: re.Match[str]) -> Fence:
        mark = opening[1]
        first = self.at + 1
        at = first
        while at < len(self.lines):
            found = self.lines[at].strip(" \t>")
            if found.startswith(mark) and not found.strip(mark[0]):
                break
            at += 1
        self.at = min(at + 1, len(self.lines))
        return Fence(opening[2].strip(), tuple(self.lines[first:at]), first + 1)

    def table(self, head: _Line) -> NotedTable:
        self.at += 1
        rows: list[tuple[str, ...]] = []
        numbers: list[int] = []
        while self.at < len(self.lines) and "|" in self.lines[self.at]:
            numbers.append(self.at + 1)
            rows.append(_cells(self.lines[self.at]))
            self.at += 1
        return NotedTable(
            _cells(head.text), tuple(rows), tuple(numbers), head.number, self.ignoring
        )


def _codes(text: str) -> tuple[tuple[int, int], ...]:
    """Return where code stands in a line that has a comment too."""
    if "<!--" not in text or "`" not in text:
        return ()
    return tuple(found.span() for found in CODE.finditer(text))


def _comment(text: str, at: int, codes: Sequence[tuple[int, int]]) -> int:
    """Return where the next comment begins that does not stand in code, -1 where none does."""
    start = text.find("<!--", at)
    while start >= 0 and codes:
        place = bisect(codes, (start, len(text))) - 1
        if place < 0 or codes[place][1] <= start:
            return start
        start = text.find("<!--", codes[place][1])
    return start


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cleaned(cell).strip() for cell in cells(line)[:MOST_CELLS])
