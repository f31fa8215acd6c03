"""The plain text in tokens: numbers, signs, what stands behind a number, and words.

``x`` is a sign or a letter and a point a product or the end of a sentence by what stands around
it; letters and digits grown together, such as ``4O8``, stay one word that nobody reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .literals import HANGUL_SCALES, SEPARATORS, Literal, begins, hangul_number, literal
from .page import Page
from .vocabulary import NOT_READ, Behind, behind, hangul_behind

BATCH = frozenset(("n", "b", "none", "batch"))
FEWEST_BYTES = 1000
FUNCTIONS = ("floor", "ceil", "ceiling", "max", "min")
OPENING = {"(": ")", "[": ")", "⌊": "⌋", "⌈": "⌉"}
CLOSING = {")": ")", "]": ")", "⌋": "⌋", "⌉": "⌉"}
OPERATORS = frozenset(("+", "-", "*", "/", "//", "^"))
_ENDS_VALUE = frozenset(("number", "behind", ")", "⌋", "⌉"))
_SIGNS = {"×": "*", "·": "*", "[": "(", "]": ")"}
_LOOKALIKES = {"O": "0", "o": "0", "l": "1", "I": "1", "|": "1"}


@dataclass(frozen=True)
class Token:
    """One token of the plain text.

    ``kind`` is ``number``, ``behind`` (a suffix or unit behind a value), ``function``, ``word``
    (prose), ``odd`` (a sign without meaning here) or the sign itself, of which there is one per
    meaning: every cross, dot and star is ``*``, every bracket ``(``.
    """

    kind: str
    start: int
    end: int
    text: str
    literal: Literal | None = None
    behind: Behind | None = None


def tokens(page: Page, separators: str = SEPARATORS) -> list[Token]:
    """Return the tokens of a page; ``separators`` may stand within a number."""
    lexer = _Lexer(page, separators)
    while lexer.at < len(page.text):
        lexer.step()
    return lexer.found


def lookalike(text: str) -> str:
    """Return a word with O for 0 and l for 1 turned into digits, empty where more is amiss.

    >>> lookalike("9,4O8"), lookalike("FX5")
    ('9,408', '')
    """
    if not any(char.isdecimal() for char in text) and text not in ("O", "o", "l"):
        return ""
    read = "".join(_LOOKALIKES.get(char, char) for char in text)
    return read if all(char.isdecimal() or char in ".,_" for char in read) else ""


class _Lexer:
    def __init__(self, page: Page, separators: str) -> None:
        self.page, self.text, self.separators = page, page.text, separators
        self.at = 0
        self.found: list[Token] = []
        self.lists: list[bool] = []  # for each open bracket: whether commas part values in it

    @property
    def before(self) -> Token | None:
        return self.found[-1] if self.found else None

    @property
    def behind_value(self) -> bool:
        return self.before is not None and self.before.kind in _ENDS_VALUE

    @property
    def glued(self) -> bool:
        """Whether the number before ends where this begins."""
        return (
            self.before is not None and self.before.kind == "number" and self.before.end == self.at
        )

    def add(self, kind: str, end: int, behind: Behind | None = None) -> None:
        self.found.append(Token(kind, self.at, end, self.text[self.at : end], None, behind))
        self.at = end

    def peek(self, offset: int) -> str:
        return self.text[self.at + offset : self.at + offset + 1]

    def step(self) -> None:
        char = self.text[self.at]
        if char == " " or char in "'_":
            self.at += 1
        elif begins(self.text, self.at):
            self.number()
        elif char in "xX" and self.is_times():
            self.times()
        elif char.isalpha():
            self.word()
        else:
            self.sign(char)

    def number(self) -> None:
        separators = self.separators
        if self.lists and self.lists[-1]:
            separators = separators.replace(",", "")
        read = literal(self.page, self.at, separators)
        if self.before and self.before.kind == "word" and self.before.end == self.at:
            self.grow(read.end)  # Q3, 4,B0
            return
        text = self.text[self.at : read.end]
        self.found.append(Token("number", self.at, read.end, text, read))
        self.at = read.end

    def grow(self, end: int) -> None:
        """Let the token before swallow what follows it, as one word."""
        start = self.found.pop().start
        self.found.append(Token("word", start, end, self.text[start:end]))
        self.at = end

    def is_times(self) -> bool:
        following = self.peek(1)
        if not following.isalpha():
            previous = self.text[self.at - 1 : self.at] if self.at else ""
            return not previous.isalpha() and (self.behind_value or self.digit_follows(1))
        return self.glued and (
            self.text[self.at + 1 : self.at + 3].lstrip("FfOolI")[:1].isdecimal()
            or following.isupper()
        )

    def digit_follows(self, offset: int) -> bool:
        rest = self.text[self.at + offset : self.at + offset + 8].lstrip(" ")
        return bool(rest) and (rest[0].isdecimal() or rest[0] in "([⌊⌈.")

    def times(self) -> None:
        """Read a cross: a product, or the sign of a ratio where nothing follows (21.4x fewer)."""
        factor = len(self.found) > 1 and self.found[-2].kind in OPERATORS
        if self.behind_value and not factor and not self.digit_follows(1):
            rest = self.text[self.at + 1 :].lstrip(" ")
            word = len(rest) > 1 and rest[0].isalpha() and rest[1].isalpha()
            if not rest or rest[0] in ".,;:)]=!" or (word and self.glued):
                return self.add("behind", self.at + 1, Behind(unit="times"))
        return self.add("*", self.at + 1)

    def word(self) -> None:
        end = self.word_end()
        word = self.text[self.at : end]
        if "가" <= word[0] <= "힣":
            return self.korean(end)
        if end < len(self.text) and self.text[end].isdecimal():
            if word[-1] == "x" and word[:-1].lower() in BATCH:  # Nx48x14x14
                self.add("word", end - 1)
                return self.add("*", end)
            return self.name(end)
        name = word.lower().rsplit(".", 1)[-1]
        if name in FUNCTIONS and self.text[end:].lstrip(" ")[:1] in ("(", "["):
            return self.add("function", end)
        if self.behind_value and word.lower() in NOT_READ:
            fact = f'"{word}" behind a number is not read'
            raise self.page.refuse(fact, self.at, end)
        read = behind(word) if self.behind_value else None
        before = self.before.literal if self.before else None
        if word == "B" and before and before.whole and before.value >= FEWEST_BYTES:
            read = Behind(unit="bytes")  # nobody counts thousands of billions
        if read is not None:
            return self.add("behind", end, read)
        if self.glued:
            return self.grow(end)
        return self.add("word", end)

    def word_end(self) -> int:
        """Return where a word ends: letters of one script, joined by ``-``, ``/`` or a point."""
        korean = "가" <= self.text[self.at] <= "힣"
        at = self.at
        while at < len(self.text):
            char, following = self.text[at], self.text[at + 1 : at + 2]
            if char.isalpha() and ("가" <= char <= "힣") == korean:
                at += 1
            elif char in "-/._'" and following.isalpha() and not korean and at > self.at:
                at += 2
            else:
                break
        return at

    def korean(self, end: int) -> None:
        word = self.text[self.at : end]
        if len(word) > 1 and not self.behind_value and HANGUL_SCALES.issuperset(word):
            read_number = hangul_number(self.page, self.at)
            self.found.append(Token("number", self.at, end, word, read_number))
            self.at = end
            return None
        read = hangul_behind(word) if self.behind_value else None
        if read is None:
            return self.add("word", end)
        unit, length = read
        self.add("behind", self.at + length, Behind(unit=unit))
        if self.at < end:
            self.add("word", end)
        return None

    def name(self, end: int) -> None:
        """Read letters and digits grown together: conv2, FX5x480, or 4B0 with a number before."""
        while end < len(self.text) and (
            self.text[end].isalnum()
            or (self.text[end] in ".,_" and self.text[end + 1 : end + 2].isdecimal())
        ):
            end += 1
        if self.glued:
            return self.grow(end)
        return self.add("word", end)

    def sign(self, char: str) -> None:
        two = self.text[self.at : self.at + 2]
        if two in ("->", "=>", "==", "=~", "~="):
            return self.add("=", self.at + 2)
        if two == "**":
            return self.add("^", self.at + 2)
        if two in ("//", "=="):
            return self.add(two, self.at + 2)
        if char in OPENING:
            function = self.before is not None and self.before.kind == "function"
            self.lists.append(function and self.before_text() in ("max", "min"))
        elif char in CLOSING and self.lists:
            self.lists.pop()
        if char == "%" and self.behind_value:
            return self.add("behind", self.at + 1, Behind("", "percent", Fraction(1, 100)))
        if char == "." and self.is_spaced_dot():
            return self.add("*", self.at + 1)
        if char == "×" and self.behind_value:
            return self.times()
        kind = _SIGNS.get(char, char)
        known = kind in OPERATORS or kind in OPENING or kind in CLOSING or kind in "=,:;.~@?"
        return self.add(kind if known else "odd", self.at + 1)

    def before_text(self) -> str:
        return self.before.text.lower().rsplit(".", 1)[-1] if self.before else ""

    def is_spaced_dot(self) -> bool:
        """Tell whether a point stands for a product: ``14 . 14 . 48``."""
        around = self.text[self.at - 1 : self.at + 3] if self.at else ""
        if not (self.behind_value and around[:3] == " . " and around[3:].isdecimal()):
            return False
        if self.text.count(" . ") > 1:
            return True
        raise self.page.refuse("a point with spaces around it", self.at - 1, self.at + 2)
