"""Where paths fork: which node all paths to some nodes pass, and what can be joined inside."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

MOST = 64


class Forks:
    """The nodes of a draft, each with the nearest one that every path to it passes."""

    def __init__(self, start: str) -> None:
        self.above = {start: start}
        self.order = {start: 0}

    def add(self, name: str, inputs: Sequence[str]) -> None:
        """Take a node in; one that reads what could not be said stands aside."""
        if inputs and all(one in self.above for one in inputs):
            self.above[name] = self.common(inputs)
            self.order[name] = len(self.order)

    def common(self, names: Sequence[str]) -> str:
        """Return the nearest node that every path to these passes, itself included."""
        return min([*self.meetings(names), names[0]], key=self.order.__getitem__)

    def meetings(self, names: Sequence[str]) -> list[str]:
        """Return the nodes where paths to these meet, back to the one where all have met."""
        above, order = self.above, self.order
        waiting = [(-order[name], name) for name in names]
        heapify(waiting)
        found = []
        while len(waiting) > 1:
            _, last = heappop(waiting)
            if waiting[0][1] == last:
                found.append(last)
            else:
                heappush(waiting, (-order[above[last]], above[last]))
        return found

    def inner(self, names: Sequence[str]) -> list[int]:
        """Return the places of those that a later node than of all is behind; none where none is.

        >>> forks = Forks("x")
        >>> for name, read in {"a": "x", "b": "a", "c": "b"}.items():
        ...     forks.add(name, [read])
        >>> forks.inner(["c", "b", "a"]), forks.inner(["b", "a"])
        ([0, 1], [])
        """
        if len(names) < 3 or len(names) > MOST or any(one not in self.above for one in names):
            return []
        met = self.meetings(names)
        deepest = max(met, key=self.order.__getitem__)
        if deepest == self.common(names):
            return []
        return [at for at, one in enumerate(names) if self.common([deepest, one]) == deepest]
