"""What can go wrong, how it points at the text, and the exit code it means.

    ArchcalcError                exit code 2
      SpecError                  one or more problems in a spec, each with a span
      LayerError                 a layer refuses its options or its input (no span yet)
      UsageError                 a request that makes no sense: an unknown column, format, file
      MisalignedPaths            paths of different strides meet; their fields have no union
      MissingDependency          exit code 3: an optional library is not installed

Deep code raises :class:`LayerError` with the short fact; the boundary that knows the text adds
node, input and caret once and collects several into one :class:`SpecError`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from unicodedata import combining, east_asian_width


class ArchcalcError(Exception):
    """Anything archcalc refuses, with a code, a message and a remedy."""

    exit_code = 2
    code = "E00"
    help = ""
    place = ""  # the template and its line that asked for what is refused

    @property
    def message(self) -> str:
        """The fact, in one sentence."""
        return str(self.args[0]) if self.args else ""

    def as_dict(self) -> dict[str, object]:
        """Return code, message, span and help, the error object of the JSON output."""
        return {"code": self.code, "message": self.message, "span": None, "help": self.help}

    def render(self) -> str:
        """Return the error as a person reads it on a terminal."""
        text = wrapped(f"error[{self.code}]: {self.message}")
        text = f"{text}\n{wrapped(f'help: {self.help}')}" if self.help else text
        return text + self._asked()

    def _asked(self) -> str:
        return f"\n  asked for by {printable(self.place)}" if self.place else ""


class UsageError(ArchcalcError):
    """A request that cannot be understood; names what is possible."""

    def __init__(self, code: str, message: str, help: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.help = help


class MissingDependency(ArchcalcError):
    """An optional library is missing; says how to install it."""

    exit_code = 3
    code = "E39"

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.help = help


class MisalignedPaths(ArchcalcError):
    """Two paths step over the input differently where they meet; names both."""

    code = "E47"


class LayerError(ArchcalcError):
    """A layer refuses its options or its input.

    ``part`` names the option the caret belongs under (a field of the layer; ``""`` for the whole
    stage) and ``label`` is the short text beside the caret.
    """

    def __init__(
        self, code: str, message: str, *, help: str = "", part: str = "", label: str = ""
    ) -> None:
        super().__init__(message)
        self.code = code
        self.help = help
        self.part = part
        self.label = label


@dataclass(frozen=True)
class Source:
    """A text and what to call it in messages.

    ``positions`` maps each character of the normalized text to its place in the original.
    """

    name: str
    original: str
    positions: Sequence[int] = ()
    first_line: int = 1

    def place(self, offset: int) -> int:
        """Return where a character of the normalized text stands in the original."""
        if not self.positions:
            return offset
        return self.positions[min(offset, len(self.positions) - 1)]

    def line_column(self, offset: int) -> tuple[int, int]:
        """Return the line and column, both from 1, of a place in the original text."""
        before = self.original[:offset]
        return before.count("\n") + self.first_line, offset - (before.rfind("\n") + 1) + 1


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source's normalized text: start included, end excluded."""

    source: Source = field(repr=False, compare=False)
    start: int
    end: int

    @property
    def line(self) -> int:
        """The line it starts on, from 1."""
        return self.source.line_column(self.text_range()[0])[0]

    def text_range(self) -> tuple[int, int]:
        """Return the stretch of the original text."""
        start = self.source.place(self.start)
        end = self.source.place(self.end - 1) + 1 if self.end > self.start else start
        return start, max(end, start)

    def as_dict(self) -> dict[str, object]:
        """Return source, offsets, line and column, as the JSON output has them."""
        start, end = self.text_range()
        line, column = self.source.line_column(start)
        return {
            "source": self.source.name,
            "start": start,
            "end": end,
            "line": line,
            "column": column,
        }


@dataclass(frozen=True)
class Problem:
    """One mistake (``E..``) or warning (``W..``, ``N..``) in a spec."""

    code: str
    message: str
    span: Span | None = None
    help: str = ""
    label: str = ""
    where: str = ""

    def as_dict(self) -> dict[str, object]:
        """Return the four fields of the JSON output."""
        span = self.span.as_dict() if self.span else None
        return {"code": self.code, "message": self.message, "span": span, "help": self.help}

    def render(self, severity: str = "error", width: int = 80) -> str:
        """Return the message with the line it is about and a caret under the place."""
        lines = [wrapped(f"{severity}[{self.code}]: {self.message}", width)]
        if self.span is not None:
            lines += self._frame(self.span, width)
        if self.help:
            lines.append(wrapped(f"help: {self.help}", width))
        return "\n".join(lines)

    def _frame(self, span: Span, width: int) -> list[str]:
        start, end = span.text_range()
        number, column = span.source.line_column(start)
        original = span.source.original
        line = printable(original[start - column + 1 :].split("\n", 1)[0].rstrip("\r"))
        where = f"   ({self.where})" if self.where else ""
        gutter = len(str(number))
        margin = " " * (gutter + 2)
        first, last = column - 1, max(min(column - 1 + (end - start), len(line)), column)
        line, first, last = _windowed(line, first, last, width - gutter - 5)
        under = "^" * max(cells(line[first:last]), 1)
        label = f" {self.label}" if self.label else ""
        return [
            f"{' ' * gutter} --> {printable(span.source.name)}:{number}:{column}{where}",
            f"{margin}|",
            f" {number} | {line}".rstrip(),
            f"{margin}| {' ' * cells(line[:first])}{under}{label}",
        ]


class SpecError(ArchcalcError):
    """One or more problems in a spec, reported together."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems[0].message)
        self.problems = tuple(problems)
        self.code = problems[0].code
        self.help = problems[0].help

    def as_dict(self) -> dict[str, object]:
        """Return the first problem's fields, and all of them under ``all`` when there are more."""
        first = self.problems[0].as_dict()
        if len(self.problems) > 1:
            first["all"] = [problem.as_dict() for problem in self.problems]
        return first

    def render(self) -> str:
        """Return every problem with its frame, a blank line between them."""
        text = "\n\n".join(problem.render() for problem in self.problems[:10])
        if len(self.problems) > 10:
            text += f"\n\nand {len(self.problems) - 10} more errors"
        return text + self._asked()


def cells(text: str) -> int:
    """Return how many terminal cells a text takes (Hangul and other wide characters take two).

    >>> cells("conv"), cells("합성곱")
    (4, 6)
    """
    if text.isascii():
        return len(text)
    wide = sum(1 for char in text if east_asian_width(char) in "WF")
    return len(text) + wide - sum(1 for char in text if combining(char))


def printable(text: str) -> str:
    """Return the text without characters that would move the cursor, hide or reverse it.

    >>> printable("a\\x1b[31mb"), printable("a\\tb")
    ('a?[31mb', 'a b')
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " if char.isspace() else "?" for char in text)


def wrapped(text: str, width: int = 80) -> str:
    """Return a message in lines of at most so many characters, indented from the second on."""
    import textwrap

    text = printable(text)
    if len(text) <= width:
        return text
    return textwrap.fill(
        text,
        width,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _windowed(line: str, first: int, last: int, width: int) -> tuple[str, int, int]:
    """Cut a long line around the stretch it is shown for."""
    if cells(line) <= width:
        return line, first, last
    left = max(0, min(first - width // 3, len(line) - width + 3))
    right = left + width - (3 if left else 0)
    head = "..." if left else ""
    tail = "..." if right < len(line) else ""
    cut = head + line[left : right - len(tail)] + tail
    shift = len(head) - left
    first = max(first + shift, 0)
    return cut, first, min(max(last + shift, first + 1), len(cut))
