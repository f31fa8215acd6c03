"""What is said about a note: its claims, each with a verdict."""

from __future__ import annotations

from dataclasses import dataclass

RIGHT, CUT_OFF, WRONG = "right", "cut off", "wrong"
UNCLEAR, UNREADABLE = "unclear", "could not read"
JUDGED = (RIGHT, CUT_OFF, WRONG)


@dataclass(frozen=True)
class Claim:
    """A number that a note states, and what it should be.

    ``about`` says what of which net, or ``arithmetic``; ``expected`` is empty where the verdict is
    ``unclear`` or ``could not read``, and ``explanation`` then says why. A ``required`` claim is
    one that its author marked: it has to be understood.
    """

    line: int
    text: str
    about: str
    written: str
    expected: str
    verdict: str
    explanation: tuple[str, ...] = ()
    required: bool = False

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong with it, as far as could be told."""
        return self.verdict != WRONG and (self.verdict in JUDGED or not self.required)


@dataclass(frozen=True)
class Checked:
    """A note with its claims in the order of their lines; ``specs`` is how many nets it gives."""

    name: str
    claims: tuple[Claim, ...]
    specs: int = 0

    @property
    def holds(self) -> bool:
        """Whether no claim is wrong, and every marked claim was understood."""
        return all(claim.holds for claim in self.claims)

    @property
    def judged(self) -> tuple[Claim, ...]:
        """The claims that were checked: right, cut off or wrong."""
        return tuple(claim for claim in self.claims if claim.verdict in JUDGED)

    @property
    def failing(self) -> tuple[Claim, ...]:
        """The claims because of which the note does not hold."""
        return tuple(claim for claim in self.claims if not claim.holds)

    def count(self, *verdicts: str) -> int:
        """Return how many claims have one of these verdicts."""
        return sum(claim.verdict in verdicts for claim in self.claims)
