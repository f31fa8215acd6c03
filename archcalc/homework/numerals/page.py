"""An answer in plain characters, each of which knows where it stood in the original text.

Full-width forms, LaTeX, HTML and markdown become ordinary arithmetic here, so that everything
behind sees one kind of cross, dot, space and bracket.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import category, normalize

from .latex import ESCAPES, FRACTIONS, SIGNS, WRAPPERS
from .refusal import Unreadable

LONGEST = 2000

_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-", strict=True))
_DROPPED = frozenset('$`"“”„\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0f')
_SAME = {
    **dict.fromkeys("×✕✖⨯╳хХ", "×"),
    **dict.fromkeys("∗⁎", "*"),
    **dict.fromkeys("·⋅∙•・ㆍ‧", "·"),
    **dict.fromkeys("−–—‐‑‒", "-"),
    **dict.fromkeys("≈≃≅≒≡→⇒⟶⟹", "="),
    **dict.fromkeys("∼〜", "~"),
    **dict.fromkeys("’‘′´", "'"),
    **dict.fromkeys("、", ","),
    **dict.fromkeys("。", "."),
    **dict.fromkeys("÷∕", "/"),
}
_MARKUP = {
    "<sup>": "^(",
    "</sup>": ")",
    "<br>": " ",
    "<br/>": " ",
    "<b>": "",
    "</b>": "",
    "&times;": "×",
    "&middot;": "·",
    "&sdot;": "·",
    "&asymp;": "=",
    "&nbsp;": " ",
    "&thinsp;": " ",
}


@dataclass(frozen=True)
class Page:
    """The plain text and, for each of its characters, its stretch of the original."""

    original: str
    text: str
    places: tuple[tuple[int, int], ...]

    def stretch(self, start: int, end: int) -> tuple[int, int]:
        """Return where a stretch of the plain text stands in the original."""
        if start >= len(self.places) or start >= end:
            return len(self.original), len(self.original)
        return self.places[start][0], max(self.places[end - 1][1], self.places[start][1])

    def quote(self, start: int, end: int) -> str:
        """Return a stretch of the plain text as the student wrote it."""
        first, last = self.stretch(start, end)
        return self.original[first:last].strip()

    def refuse(self, fact: str, start: int, end: int, suggestion: str = "") -> Unreadable:
        """Return the refusal of a stretch of the plain text."""
        return Unreadable(fact, suggestion, *self.stretch(start, end))


def page(original: str) -> Page:
    """Return an answer in plain characters."""
    if len(original) > LONGEST:
        fact = f"{len(original):,} characters, and at most {LONGEST:,} are read"
        raise Unreadable(fact, "", LONGEST, len(original))
    writer = _Writer(original)
    writer.write()
    return _without_emphasis(Page(original, "".join(writer.plain), tuple(writer.places)))


class _Writer:
    """Writes the plain characters one after the other."""

    def __init__(self, original: str) -> None:
        self.original = original
        self.plain: list[str] = []
        self.places: list[tuple[int, int]] = []
        self.braces: list[str] = []  # what each open brace is: ( dressing numerator denominator
        self.at = 0

    def put(self, plain: str, width: int = 1) -> None:
        """Write characters that stand for the next ``width`` characters of the original."""
        self.plain.extend(plain)
        end = min(self.at + width, len(self.original))
        self.places.extend([(self.at, end)] * len(plain))
        self.at += width

    def write(self) -> None:
        while self.at < len(self.original):
            char = self.original[self.at]
            if char == "\\":
                self.command()
            elif char in "{}":
                self.brace(char)
            elif char in "<&":
                self.markup()
            elif char in _SUPERSCRIPTS:
                self.superscript()
            elif "\u1100" <= char <= "\u11ff":
                self.jamo()
            else:
                self.put(_plain(char))

    def run(self, start: int, belongs: str | frozenset[str] | dict[str, str]) -> int:
        while start < len(self.original) and self.original[start] in belongs:
            start += 1
        return start

    def superscript(self) -> None:
        end = self.run(self.at, _SUPERSCRIPTS)
        digits = "".join(_SUPERSCRIPTS[char] for char in self.original[self.at : end])
        self.put(f"^({digits})", end - self.at)

    def jamo(self) -> None:
        """Compose Hangul that was typed in pieces, as file systems keep it."""
        end = self.at
        while end < len(self.original) and "\u1100" <= self.original[end] <= "\u11ff":
            end += 1
        self.put(normalize("NFC", self.original[self.at : end]), end - self.at)

    def markup(self) -> None:
        for tag, plain in _MARKUP.items():
            if self.original.startswith(tag, self.at):
                return self.put(plain, len(tag))
        return self.put(self.original[self.at])

    def command(self) -> None:
        end = self.at + 1
        while (
            end < len(self.original)
            and self.original[end].isascii()
            and (self.original[end].isalpha())
        ):
            end += 1
        name, width = self.original[self.at + 1 : end], end - self.at
        if not name:
            char = self.original[self.at + 1 : self.at + 2]
            self.put(ESCAPES.get(char, char), 2)
        elif name in FRACTIONS:
            self.put("((", width)
            self.part("numerator")
        elif name in WRAPPERS and self.opens(end):
            self.braces.append("dressing")
            self.at = self.run(end, " ") + 1
        elif name in SIGNS:
            self.put(SIGNS[name], width)
        else:
            fact = f"\\{name[:20]} is no command that is read here"
            raise Unreadable(fact, "", self.at, end)

    def opens(self, at: int) -> bool:
        at = self.run(at, " ")
        return at < len(self.original) and self.original[at] == "{"

    def part(self, which: str) -> None:
        """Begin the numerator or denominator: a brace, or one digit."""
        start = self.at
        self.at = self.run(start, " ")
        following = self.original[self.at : self.at + 1]
        if following == "{":
            self.braces.append(which)
            self.at += 1
        elif following.isdecimal():
            self.put(_plain(following))
            self.end_part(which, 0)
        else:
            raise Unreadable("a fraction needs two groups in braces", "", start - 1, self.at)

    def end_part(self, which: str, width: int) -> None:
        if which == "denominator":
            return self.put("))", width)
        self.put(")/(", width)
        return self.part("denominator")

    def brace(self, char: str) -> None:
        three = self.original[self.at : self.at + 3]
        if three in ("{,}", "{.}"):
            self.put(three[1], 3)
        elif char == "{":
            self.braces.append("(")
            self.put("(")
        else:
            which = self.braces.pop() if self.braces else "("
            if which == "(":
                self.put(")")
            elif which == "dressing":
                self.at += 1
            else:
                self.end_part(which, 1)


def _plain(char: str) -> str:
    """Return the plain form of one character."""
    if char.isascii() and char.isalnum():
        return char
    if char in _DROPPED:
        return ""
    if char.isspace():
        return " "
    if char in _SAME:
        return _SAME[char]
    if category(char)[0] == "C":
        return "\ufffd"
    same = normalize("NFKC", char)
    if "⁄" in same:
        return f"({same.replace('⁄', '/')})"
    return "".join(_SAME.get(one, " " if one.isspace() else one) for one in same)


def _without_emphasis(page: Page) -> Page:
    """Take away stars that only make a number bold: an opening pair follows no operand."""
    gone: set[int] = set()
    for start, marker in _openings(page.text):
        end = page.text.find(marker, start + len(marker))
        behind = page.text[end + len(marker) : end + len(marker) + 1]
        if end > 0 and start not in gone and (not behind or behind in " .,;:)=("):
            gone.update(range(start, start + len(marker)))
            gone.update(range(end, end + len(marker)))
    if not gone:
        return page
    kept = [at for at in range(len(page.text)) if at not in gone]
    text = "".join(page.text[at] for at in kept)
    return Page(page.original, text, tuple(page.places[at] for at in kept))


def _openings(text: str) -> Iterator[tuple[int, str]]:
    """Yield the stars, with their number, in front of which no operand stands."""
    before, at = "", 0
    while at < len(text):
        if text[at] == "*" and (not before or before in "=:~"):
            marker = "*" * (len(text) - at - len(text[at:].lstrip("*")))
            yield at, marker
            at += len(marker)
            continue
        before = text[at] if text[at] != " " else before
        at += 1
