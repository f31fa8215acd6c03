"""What people paste, brought to plain characters, with the way back to where each came from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import Problem, Source, Span, SpecError

LARGEST_TEXT = 2**20

_SIGNS = {"×": "x", "✕": "x", "✖": "x", "⨯": "x", "→": "->", "⟶": "->", "−": "-", "–": "-"}
_LOOSE = re.compile(r"(?<=[0-9)]) *x +(?=[0-9(])|(?<=[0-9]) +x *(?=[0-9(])")
_QUOTES = "“”‘’„‟«»‚‛"
_QUOTE_OR_COMMENT = re.compile(rf"[{_QUOTES}]|#[^\n]*")


@dataclass(frozen=True)
class Places:
    """Where the characters of a text stand in a larger one, such as a stage in a YAML file."""

    whole: Source
    places: Sequence[int]

    def of(self, source: Source) -> Source:
        """Return a source of the part as a source of the whole."""
        last = len(self.places) - 1
        found = [self.places[min(place, last)] for place in source.positions] or self.places
        return Source(self.whole.name, self.whole.original, found)


def normalized(text: str, name: str, places: Places | None = None) -> tuple[str, Source]:
    """Return the text in plain characters and the source that remembers the original.

    Full-width characters become ordinary ones (NFKC), multiplication signs and an ``X`` between
    digits become ``x``, arrows become ``->``. Errors: E44 for a text over 1 MiB, E45 for
    typographic quotes.
    """
    if len(text) > LARGEST_TEXT:
        raise SpecError(
            [Problem("E44", f"the spec has {len(text):,} characters (limit {LARGEST_TEXT:,})")]
        )
    undecoded = re.search("[\ud800-\udfff]", text)
    if undecoded:
        byte = ord(undecoded[0]) & 0xFF
        raise SpecError(
            [
                Problem(
                    "E35",
                    f"the spec is not UTF-8 (byte 0x{byte:02X} at {undecoded.start()})",
                    None,
                    "set PYTHONUTF8=1 and a UTF-8 terminal, or put the spec into a UTF-8 file",
                )
            ]
        )
    text = unicodedata.normalize("NFC", text)
    if text.isascii() and not _LOOSE.search(text):
        source = Source(name, text)
        plain = _crosses(text) if "X" in text else text
        return plain, places.of(source) if places else source
    characters: list[str] = []
    positions: list[int] = []
    for place, char in enumerate(text):
        for plain in _SIGNS.get(char) or unicodedata.normalize("NFKC", char):
            characters.append(plain)
            positions.append(place)
    source = Source(name, text, positions)
    _tighten(characters, positions)
    if places:
        source = places.of(source)
    for found in _QUOTE_OR_COMMENT.finditer(text):
        if found[0] in _QUOTES:
            at = positions.index(found.start())
            column = source.line_column(source.place(at))[1]
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
    """Turn an X between digits, also a Cyrillic one, into x."""
    return re.sub(r"(?<=[0-9])[XхХ](?=[0-9])", "x", text)


def _tighten(characters: list[str], positions: list[int]) -> None:
    """Drop the spaces around a cross that stood between sizes: ``14 × 14`` reads 14x14."""
    text = "".join(characters)
    dropped = {
        place
        for found in _LOOSE.finditer(text)
        for place in range(*found.span())
        if text[place] != "x"
    }
    if dropped:
        kept = [place for place in range(len(text)) if place not in dropped]
        characters[:] = [characters[place] for place in kept]
        positions[:] = [positions[place] for place in kept]
