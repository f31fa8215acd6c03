"""Lists of numbers and words as Python writes them, read without running anything."""

from __future__ import annotations

import re
from typing import Any

from ..errors import Problem, Source, Span, SpecError

DEEPEST = 4
MOST_ITEMS = 2_000
_TOKEN = re.compile(
    r"""(?P<space>[\s,]+|\#[^\n]*)
      | (?P<string>"[^"\\\n]*"|'[^'\\\n]*')
      | (?P<number>\d{1,9})(?![\w.])
      | (?P<sign>[\[\]()])""",
    re.VERBOSE,
)


def items(text: str, name: str) -> list[Any]:
    """Return the list that a text holds: whole numbers, texts and lists, each with its span.

    What stands before the first bracket, such as ``cfg =``, is passed over. Errors:
    :class:`SpecError` (E56) where it is no such list.
    """
    source = Source(name, text)
    opened = re.search(r"[\[(]", text)
    if opened is None:
        raise SpecError([Problem("E56", f"{name} has no list in brackets")])
    stack: list[list[Any]] = [[]]
    place, count = opened.start(), 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise _wrong(source, place, f'"{text[place]}" has no place in a list')
        token, kind, span = found[0], found.lastgroup, Span(source, place, found.end())
        place, count = found.end(), count + 1
        if count > MOST_ITEMS or len(stack) > DEEPEST + 1:
            raise _wrong(source, span.start, f"over {MOST_ITEMS:,} items or {DEEPEST} levels")
        if kind == "number":
            stack[-1].append((int(token), span))
        elif kind == "string":
            stack[-1].append((token[1:-1], span))
        elif kind == "sign" and token in "[(":
            inner: list[Any] = []
            stack[-1].append(inner)
            stack.append(inner)
        elif kind == "sign":
            stack.pop()
            if len(stack) == 1:
                break
    if len(stack) != 1:
        raise _wrong(source, len(text) - 1, "a bracket is never closed")
    if text[place:].strip():
        raise _wrong(source, place, "a second list: convert one at a time")
    made: list[Any] = stack[0][0]
    return made


def _wrong(source: Source, place: int, message: str) -> SpecError:
    return SpecError([Problem("E56", f"not a list: {message}", Span(source, place, place + 1))])
