"""What cannot be read, where it stands and what the student may have meant."""

from __future__ import annotations


class Unreadable(ValueError):
    """A text that is not marked because nobody may guess what it says.

    ``fact`` is what was found, ``suggestion`` what to write instead (or empty); ``start`` and
    ``end`` are the stretch of the original text it is about.
    """

    def __init__(self, fact: str, suggestion: str = "", start: int = 0, end: int = 0) -> None:
        super().__init__(fact)
        self.fact = fact
        self.suggestion = suggestion
        self.start = start
        self.end = end

    def __str__(self) -> str:
        return f"{self.fact}; did you mean {self.suggestion}?" if self.suggestion else self.fact


class Blank(Unreadable):
    """Nothing was written, or only that nothing is known."""
