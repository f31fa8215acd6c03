"""What a template says that nobody knows, with the word that was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from ..quantities import QUANTITIES
from .described import Described
from .filters import FILTERS

_OF_A_NET = re.compile(r"'\S*Described object' has no attribute '(\w+)'")
_UNDEFINED = re.compile(r"'(\w+)' is undefined")
_FILTER = re.compile(r"No filter named '(\w+)'")
_NO_NET = re.compile(r"tuple object has no element (\d+)")


def near_word(fact: str, words: Iterable[str]) -> str:
    """Return what jinja2 says of an unknown word in our words, with the nearest that there is.

    >>> near_word("'shrot' is undefined", ["short", "net"])
    'no word "shrot"; did you mean short?'
    """
    if found := _OF_A_NET.search(fact):
        known = [*(column.key for column in QUANTITIES()), *_members()]
        return _told("a net has no", found[1], known)
    if found := _UNDEFINED.search(fact):
        return _told("no word", found[1], [*words, *FILTERS])
    if found := _FILTER.search(fact):
        return _told("no filter", found[1], [*FILTERS, "code"])
    if found := _NO_NET.search(fact):
        return f"nets has no element {found[1]}: name so many specs on the command line"
    return fact


def _members() -> list[str]:
    return [name for name in vars(Described) if not name.startswith("_")]


def _told(fact: str, word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word, list(known), 1)
    return f'{fact} "{word}"' + (f"; did you mean {near[0]}?" if near else "")
