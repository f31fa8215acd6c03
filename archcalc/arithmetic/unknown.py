"""A number nobody may take for zero."""

from __future__ import annotations

from typing import Any

_MOST_REASONS = 12
_MORE = "and more"


class Unknown:
    """A count that is not known, with the reason and the part of it that is.

    It absorbs addition and multiplication by known numbers: a total with an unknown part is a
    lower bound, ``at_least``, and stays visibly so.

    >>> Unknown("opaque block") + 12
    Unknown('opaque block', at_least=12)
    """

    __slots__ = ("at_least", "reason")

    def __init__(self, reason: str, at_least: Any = 0) -> None:
        self.reason = reason
        self.at_least = at_least

    def __add__(self, other: Any) -> Unknown:
        if isinstance(other, Unknown):
            return Unknown(self._reasons(other), self.at_least + other.at_least)
        return Unknown(self.reason, self.at_least + other)

    __radd__ = __add__

    def __mul__(self, factor: Any) -> Unknown:
        if isinstance(factor, Unknown):
            return Unknown(self._reasons(factor), self.at_least * factor.at_least)
        return Unknown(self.reason, self.at_least * factor)

    __rmul__ = __mul__

    def _reasons(self, other: Unknown) -> str:
        """Return both reasons, each part once; of very many the first, and that there are more."""
        parts = list(dict.fromkeys((*self.reason.split("; "), *other.reason.split("; "))))
        if len(parts) > _MOST_REASONS:
            parts = [*(part for part in parts[:_MOST_REASONS] if part != _MORE), _MORE]
        return "; ".join(parts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Unknown):
            return NotImplemented
        return (self.reason, self.at_least) == (other.reason, other.at_least)

    def __hash__(self) -> int:
        return hash((self.reason, self.at_least))

    def __bool__(self) -> bool:
        raise TypeError(f"an unknown number is neither zero nor not: {self.reason}")

    def __repr__(self) -> str:
        bound = f", at_least={self.at_least}" if self.known_part else ""
        return f"Unknown({self.reason!r}{bound})"

    @property
    def known_part(self) -> bool:
        """Whether some part of the number is known (the bound says more than "at least 0")."""
        return bool(self.at_least != 0)
