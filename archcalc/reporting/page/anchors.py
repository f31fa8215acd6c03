"""Ids of a page: layers have their names, everything else begins with a colon or is named after."""

from __future__ import annotations

import re
from urllib.parse import quote

from ...errors import printable


class Anchors:
    """Ids that are given once each.

    What begins with a colon is the page's own, so that a layer may have any name.

    >>> given = Anchors()
    >>> given.claim("3a/3x3"), given.claim("3a/3x3"), given.claim("a b"), given.claim(":1:table")
    ('3a/3x3', '3a/3x3~2', 'a_b', '_:1:table')
    """

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._numbers: dict[str, int] = {}

    def claim(self, wanted: str) -> str:
        """Return an id nobody has, the one that is wanted where it is free."""
        plain = re.sub(r"\s+", "_", printable(wanted)) or "_"
        plain = f"_{plain}" if plain.startswith(":") else plain
        found = plain
        number = self._numbers.get(plain, 1)
        while found in self._given:
            number += 1
            found = f"{plain}~{number}"
        self._numbers[plain] = number
        self._given.add(found)
        return found


def link(anchor: str) -> str:
    """Return the reference to an id on the same page.

    >>> link("3a/3x3"), link('"><x')
    ('#3a/3x3', '#%22%3E%3Cx')
    """
    return "#" + quote(anchor, safe="/.-_~")
