"""Which question a label means: ``3``, ``Q3.``, ``(3)``, ``Question 3``, ``문제 3`` and ``3번``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .headings import heading

LONGEST_LABEL = 80
_WORD = (
    r"(?:questions?|ques|problem|prob|exercise|ex|task|part|item|answer|ans|aufgabe|frage"
    r"|문제|문항|질문|정답|답|no\.|nr\.|[qa])"
)
_PREFIX = re.compile(rf"{_WORD}[\s.:#_-]{{0,3}}(?=\(?\d)|{_WORD}[\s.:#_-]{{1,3}}(?=\(?[a-z]\)?$)")
_SUFFIX = re.compile(r"(?<=\d)\s*번(?:\s*문[제항])?$")
_PIECE = re.compile(r"\d+|[^\W\d_]+")
_NUMBER = r"\(?\d{1,4}\)?(?:[.\-_]?\(?(?:\d{1,3}|[a-z](?![a-z]))\)?){0,3}"
_EXPLICIT = re.compile(
    rf"(?:{_WORD}[\s.#_-]{{0,3}}{_NUMBER}(?:\s?번(?:\s?문[제항])?)?|{_NUMBER}\s?번(?:\s?문[제항])?)"
    r"(?=\W|$)",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"\s*\([^()]{2,40}\)")
_AFTER = re.compile(r"\s*(?:[=-]>|→|⇒|[:：=.)\]]|[-–—](?=\s))?\s*")
_CUT = re.compile(
    r"[=-]>|→|⇒|[:：]|=(?!=)|\.(?=\s|$)|\)(?=\s|$|[^(\s.x*×/+^·)])|\t|\s{2,}|\s[-–—]\s(?!.*=)"
)
_SPACED = re.compile(r"(\S{2,12})\s+(?=\S)")
_PLAIN = re.compile(r"\(?\d{1,2}(?:[.-]\d{1,2})?\s?\(?[a-z]?\)?", re.IGNORECASE)
_LETTERED = re.compile(r"(.*\d)\W{0,3}[a-z]\W{0,2}", re.IGNORECASE)
_PART = re.compile(r"\(?([a-z]|\d{1,2}|i{2,3}|iv|vi{0,3})\s*[).:=]\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Opening:
    """The start of an answer on a line: which question, and what follows.

    ``id`` is empty for a question that the key does not have; ``explicit`` says that a word such
    as ``Question`` or ``번`` stands there, not only a number; ``whole`` is the label of the
    question that this is a part of.
    """

    id: str
    label: str
    rest: str
    explicit: bool = False
    whole: str = ""

    @property
    def base(self) -> str:
        """The label that parts such as ``(b)`` on the next lines belong to."""
        lettered = _LETTERED.fullmatch(self.label)
        return self.whole or (lettered[1] if lettered else self.label)


class Questions:
    """The ids of a key, found under the names that people give them."""

    def __init__(self, ids: Sequence[str]) -> None:
        self.ids = tuple(ids)
        self._exact = {id.strip().casefold(): id for id in reversed(self.ids)}
        self._loose: dict[str, str] = {}
        for id in reversed(self.ids):
            self._loose[loose(id)] = id
        counted = [loose(id) for id in self.ids]
        self._ambiguous = {key for key in counted if counted.count(key) > 1}

    def find(self, label: str) -> str:
        """Return the id that a label means, an empty text when there is none."""
        if len(label) > LONGEST_LABEL:
            return ""
        if label.strip().casefold() in self._exact:
            return self._exact[label.strip().casefold()]
        key = loose(label)
        return "" if not key or key in self._ambiguous else self._loose.get(key, "")

    def labelled(self, label: str) -> str:
        """Return the id of a whole label, which may also say what is asked: ``3. MACs``."""
        label = label.strip()
        if not label or len(label) >= LONGEST_LABEL:
            return ""
        opening = None if self.find(label) else self.opening(f"{label}:")
        return opening.id if opening else self.find(label)

    def consecutive(self, first: str, second: str) -> bool:
        """Tell whether two labels are a question of the key and the next one."""
        one, other = self.find(first), self.find(second)
        return bool(one and other) and self.ids.index(other) - self.ids.index(one) == 1

    def near(self, label: str, least: float = 0.6) -> str:
        """Return the id most like a label, an empty text when none is."""
        from difflib import get_close_matches

        alike = get_close_matches(loose(label[:LONGEST_LABEL]), self._loose, 1, least)
        return self._loose[alike[0]] if alike else ""

    def has_parts(self, label: str) -> bool:
        """Tell whether the key has parts of a question: 2a and 2b for ``2``."""
        key = loose(label)
        return bool(key) and any(
            one.startswith(key) and not one[len(key) : len(key) + 1].isdigit() and one != key
            for one in self._loose
        )

    def part(self, label: str, line: str) -> Opening | None:
        """Return the opening of a part: ``(a) 112.9M`` under question 2."""
        found = _PART.match(line)
        if not found or not label:
            return None
        id = self.find(f"{loose(label)}({found[1]})")
        return Opening(id, f"{label}({found[1]})", line[found.end() :], whole=label) if id else None

    def opening(self, line: str) -> Opening | None:
        """Return the question that a line starts to answer, None when it starts none."""
        start = line[:LONGEST_LABEL]
        explicit = _EXPLICIT.match(start)
        if explicit and (found := self._explicit(line, explicit)):
            return found
        for label, place in _cuts(start):
            id = self.find(label) or self._commented(label)
            if id:
                after = _AFTER.match(line, place) if label.endswith(")") else None
                rest = line[after.end() if after else place :]
                return Opening(id, label.strip(), rest.strip())
        spaced = _SPACED.match(start)
        if spaced and any(map(str.isdigit, spaced[1])) and any(map(str.isalpha, spaced[1])):
            id = self.find(spaced[1])
            if id:
                return Opening(id, spaced[1], line[spaced.end() :].strip())
        return self._stranger(line)

    def _explicit(self, line: str, found: re.Match[str]) -> Opening | None:
        label, place = found[0], found.end()
        comment = _COMMENT.match(line, place)
        after = _AFTER.match(line, comment.end() if comment else place)
        assert after is not None  # it matches the empty text
        rest = line[after.end() :].strip()
        id = self.find(label)
        if not id and (part := self.part(label, rest)):
            return part
        return Opening(id, label.strip(), rest, True)

    def _commented(self, label: str) -> str:
        """Return the id of ``3 (MACs)`` or ``3 MACs``."""
        bare = re.sub(r"\s*\([^()]{2,40}\)\s*$", "", label)
        if bare != label:
            return self.find(bare)
        first, _, words = label.strip().partition(" ")
        return self.find(first) if words and heading(words) else ""

    def _stranger(self, line: str) -> Opening | None:
        """Return an opening without an id where a line looks like one for another question."""
        for label, place in _cuts(line[:LONGEST_LABEL]):
            plain = label.strip()
            similar = plain[:1].isalpha() and not heading(plain) and self.near(plain, 0.75)
            if _PLAIN.fullmatch(plain) or similar:
                return Opening("", plain, line[place:].strip())
            break
        return None


def _cuts(start: str) -> Iterator[tuple[str, int]]:
    """Yield what stands before each of the first separators, and where the rest begins."""
    for number, found in enumerate(_CUT.finditer(start)):
        if number == 6:
            return
        keep = found[0] == ")"
        yield start[: found.end() if keep else found.start()], found.end()


def loose(label: str) -> str:
    """Return what remains of a label when its case, dress and punctuation are taken off.

    >>> loose("Question 2(a)."), loose("2.A"), loose("2-a"), loose("문제 2"), loose("1.5")
    ('2a', '2a', '2a', '2', '1.5')
    """
    plain = unicodedata.normalize("NFKC", label).casefold().strip(" \t\n*_`#\"'[]:.")
    prefix = _PREFIX.match(plain)
    if prefix:
        plain = plain[prefix.end() :]
    plain = _SUFFIX.sub("", plain)
    key = ""
    for piece in _PIECE.findall(plain):
        piece = (piece.lstrip("0") or "0") if piece.isdecimal() else piece
        joint = key and key[-1].isdigit() == piece[0].isdigit()
        key += ("." if joint else "") + piece
    return key
