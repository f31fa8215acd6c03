"""Questions that are true or false: one number compared with another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..answers import Given
from ..letters import decimal
from ..numerals import truth
from .base import Earlier, Mark, Question
from .number import NumberQuestion


@dataclass(frozen=True, kw_only=True)
class TruthQuestion(Question):
    """A claim about two numbers: ``holds`` is worked out from them."""

    claim: str
    left: NumberQuestion
    right_side: Any
    relation: str

    @property
    def expected(self) -> Any:
        one, other = self.left.expected, self._other
        return {
            "<": one < other,
            "<=": one <= other,
            ">": one > other,
            ">=": one >= other,
            "=": one == other,
            "!=": one != other,
        }[self.relation]

    @property
    def _other(self) -> Any:
        side = self.right_side
        return side.expected if isinstance(side, NumberQuestion) else side

    def expected_text(self, exact: bool = True) -> str:
        """Return true or false."""
        return "true" if self.expected else "false"

    def working(self) -> tuple[str, ...]:
        side = self.right_side
        other = side.expected_text() if isinstance(side, NumberQuestion) else decimal(side)
        name = side.about if isinstance(side, NumberQuestion) else ""
        return (
            f"{self.left.title} of {self.left.about}: {self.left.expected_text()}; "
            f"{f'of {name}: ' if name else ''}{other}.",
        )

    def marked(self, given: Given, earlier: Earlier) -> Mark:
        said = truth(given.text)
        if said == self.expected:
            return self.right(given.text, said)
        return self.wrong(given.text, said, [])
