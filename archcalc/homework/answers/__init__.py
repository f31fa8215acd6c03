"""A student's file to plain answers by question; what they mean is read elsewhere.

A file of this folder with ``SUFFIXES`` and ``sheets(text, questions, name)`` is a format.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import PurePath
from pkgutil import iter_modules
from types import ModuleType

from ...errors import UsageError
from .base import Given, GivenTable, Remark, Sheet, clean
from .files import LARGEST_FILE, text_of
from .headings import heading
from .questions import Questions

FORMATS: dict[str, ModuleType] = {
    suffix: module
    for file in iter_modules(__path__)
    for module in [import_module(f"{__name__}.{file.name}")]
    for suffix in getattr(module, "SUFFIXES", ())
}


def read(path: str, ids: Sequence[str], *, encoding: str = "") -> list[Sheet]:
    """Return the sheets of a file: one, or one for each student of a class.

    ``ids`` are the questions of the key. Errors: :class:`~archcalc.errors.ArchcalcError` for a
    file that cannot be read at all; anything less is a remark on its sheet.
    """
    file = PurePath(path)
    return read_text(text_of(path, encoding), file.suffix, ids, file.name)


def read_text(text: str, suffix: str, ids: Sequence[str], name: str) -> list[Sheet]:
    """Return the sheets of a text as :func:`read`; an unknown suffix is read as plain text."""
    if len(text) > LARGEST_FILE:
        raise UsageError("E44", f"{name} is larger than 1 MiB")
    nulls = text.count("\0")
    text = clean(text).removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    reader = FORMATS.get(suffix.lower(), FORMATS[".txt"])
    sheets: list[Sheet] = reader.sheets(text, Questions(ids), name)
    if nulls:
        first = sheets[0]
        remark = Remark("E35", f"{nulls:,} null bytes are left out", 0, "save it as UTF-8 text")
        sheets[0] = Sheet(
            first.name, first.student, first.answers, first.tables, (remark, *first.remarks)
        )
    return sheets


__all__ = [
    "FORMATS",
    "Given",
    "GivenTable",
    "Remark",
    "Sheet",
    "heading",
    "read",
    "read_text",
]
