"""What the tests of conversions ask of a file: its spec, its numbers, its notes, its refusal."""

from __future__ import annotations

import pytest

from archcalc.analysis import Analysis, walk
from archcalc.converting import Given, converted
from archcalc.errors import SpecError
from archcalc.expansion import expand
from archcalc.notation.format import short_form
from archcalc.quantities import quantity


def analyzed(text: str, path: str = "net.json", data: bytes = b"") -> Analysis:
    return walk(expand(converted(Given(path, text, data)).spec))


def spec(text: str, path: str = "net.json") -> str:
    return short_form(converted(Given(path, text)).spec)


def notes(text: str, path: str = "net.json") -> str:
    return " ".join(converted(Given(path, text)).notes)


def total(analysis: Analysis, key: str) -> int:
    found: int = quantity(key).total(analysis)
    return found


def refused(text: str, path: str = "net.json", data: bytes = b"") -> str:
    with pytest.raises(SpecError) as caught:
        converted(Given(path, text, data))
    return caught.value.render().replace("\n  ", " ")
