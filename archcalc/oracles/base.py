"""What an oracle says: the same number by other means, or that it cannot count, and why."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ..arithmetic.unknown import Unknown

if TYPE_CHECKING:
    from .subject import Subject

EQUAL, DIFFERS, NOT_CHECKED = "equal", "differs", "not checked"


@dataclass(frozen=True)
class NotCounted:
    """A witness cannot tell: never zero, never agreement. ``reason`` names what it misses."""

    reason: str


@dataclass(frozen=True)
class Refused:
    """A witness fails on what archcalc accepts: a difference."""

    reason: str


@dataclass(frozen=True)
class Check:
    """One number of archcalc's beside that of a witness, for a layer or (``""``) the whole net.

    ``means`` says in words how a number was found; ``remark`` is a further line for the reader.
    """

    key: str
    title: str
    layer: str
    ours: Any
    theirs: Any
    unit: str
    witness: str
    means: str = ""
    remark: str = ""

    @property
    def verdict(self) -> str:
        """``equal``, ``differs``, or ``not checked``: only two counted numbers can disagree."""
        if isinstance(self.theirs, Refused):
            return DIFFERS
        if self.reason:
            return NOT_CHECKED
        return EQUAL if self.ours == self.theirs else DIFFERS

    @property
    def reason(self) -> str:
        """Why there is no verdict; empty where there is one."""
        if isinstance(self.theirs, NotCounted):
            return self.theirs.reason
        if isinstance(self.ours, NotCounted | Unknown):
            return f"not counted by archcalc: {self.ours.reason}"
        return ""


class Oracle(ABC):
    """A witness: some other means to the same numbers.

    ``key`` is the file's name, ``witness`` what stands beside its numbers, ``rank`` the order.
    """

    key: ClassVar[str]
    witness: ClassVar[str]
    rank: ClassVar[int]

    @abstractmethod
    def checks(self, subject: Subject) -> Iterable[Check]:
        """Return what was compared: the layers, then the whole net."""
