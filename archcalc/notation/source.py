"""What people paste, brought to plain characters, with the way back to where each came from."""

from __future__ import annotations

import re
import unicodedata

from ..errors import Problem, Source, Span, SpecError

LARGEST_TEXT = 2**20

_SIGNS = {"×": "x", "✕": "x", "✖": "x", "⨯": "x", "→": "->", "⟶": "->", "−": "-", "–": "-"}
_LOOSE = re.compile(r"(?<=[0-9)]) *x +(?=[0-9(])|(?<=[0-9]) +x *(?=[0-9(])")
_QUOTES = "“”‘’„‟«»‚‛"


def normalized(text: str, name: str) -> tuple[str, Source]:
    """Return the text in plain characters and the source that remembers the original.

    Full-width characters become ordinary ones (NFKC), multiplication signs and an ``X`` between
    digits become ``x``, arrows become ``->``. Errors: E44 for a text over 1 MiB, E45 for
    typographic quotes.
    """
    if len(text) > LARGEST_TEXT:
        raise SpecError(
            [Problem("E44", f"the spec has {len(text):,} characters (limit {LARGEST_TEXT:,})")]
        )
    if text.isascii() and not _LOOSE.search(text):
        source = Source(name, text)
        return (_crosses(text) if "X" in text else text), source
    characters: list[str] = []
    positions: list[int] = []
    for place, char in enumerate(text):
        for plain in _SIGNS.get(char) or unicodedata.normalize("NFKC", char):
            characters.append(plain)
            positions.append(place)
    source = Source(name, text, positions)
    _tighten(characters, positions)
    for place, char in enumerate(text):
        if char in _QUOTES:
            column = source.line_column(place)[1]
            at = positions.index(place)
            raise SpecError(
                [
                    Problem(
                        "E45",
                        f"typographic quote at column {column}: copied from a document?",
                        Span(source, at, at + 1),
                        "use ' or \" around the spec, and none inside",
                    )
                ]
            )
    return _crosses("".join(characters)), source


def _crosses(text: str) -> str:
    """Turn an X between digits into x."""
    return re.sub(r"(?<=[0-9])X(?=[0-9])", "x", text)


def _tighten(characters: list[str], positions: list[int]) -> None:
    """Drop the spaces around a cross that stood between sizes: ``14 × 14`` reads 14x14."""
    text = "".join(characters)
    for found in reversed(list(_LOOSE.finditer(text))):
        cross = text.index("x", found.start())
        for start, end in ((cross + 1, found.end()), (found.start(), cross)):
            del characters[start:end]
            del positions[start:end]
