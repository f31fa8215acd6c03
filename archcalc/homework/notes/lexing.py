"""Sentences of a note as tokens; what the tokens cannot hold is set aside, not fatal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..numerals.page import LONGEST, Page, page
from ..numerals.refusal import Unreadable
from ..numerals.tokens import Token, tokens
from .cleaning import STRANGE

_ENDS = re.compile(r"(?<=[.!?。])[\"')\]]*\s+(?=\S)|\n\n|<br/?>")
_SHORT = ("e.g.", "i.e.", "vs.", "approx.", "ca.", "Fig.", "fig.", "resp.", "cf.", "Eq.", "no.")
_TRIES = 12


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Yield the sentences of a paragraph and where each begins.

    >>> [said for _, said in sentences("It has 5.3M MACs. See e.g. A. Done.")]
    ['It has 5.3M MACs.', 'See e.g. A.', 'Done.']
    """
    start = 0
    for end in _ENDS.finditer(text):
        said = text[start : end.start()]
        if not end[0].startswith(("\n\n", "<")) and said.endswith(_SHORT):
            continue
        yield start, said
        start = end.end()
    yield start, text[start:]


def lexed(text: str) -> tuple[Page, list[Token]] | None:
    """Return the tokens of a sentence; None where it is too long or cannot be read at all."""
    if len(text) > LONGEST:
        return None
    for _ in range(_TRIES):
        try:
            sheet = page(text)
            return sheet, tokens(sheet)
        except Unreadable as refusal:
            start, end = refusal.start, max(refusal.end, refusal.start + 1)
            if start >= len(text):
                return None
            text = text[:start] + STRANGE * (min(end, len(text)) - start) + text[end:]
    return None


def number_in(tokens: Sequence[Token]) -> bool:
    """Tell whether there is a number among tokens."""
    return any(token.kind == "number" for token in tokens)
