"""A page to text: one format per file, chosen by name or by a file's ending."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from ..errors import UsageError
from ..table import Page

_PARTS = (
    "cells", "decimals", "latex_fit", "latex_grid", "latex_table", "latex_text", "listed", "shown",
    "texts", "worked",
)  # fmt: skip
_ENDINGS = {".md": "markdown", ".txt": "table", ".tsv": "plain", ".htm": "html", ".tex": "latex"}


@cache
def formats() -> tuple[str, ...]:
    """Return the names of the formats."""
    return tuple(sorted(m.name for m in iter_modules(__path__) if m.name not in _PARTS))


def format_of(path: str) -> str:
    """Return the format that a file's ending asks for; :class:`UsageError` (E51) if none does."""
    ending = Path(path).suffix.lower()
    name = _ENDINGS.get(ending, ending[1:])
    if name not in formats():
        known = ".md .txt .tsv .csv .json .html .tex"
        raise UsageError("E51", f'no format for "{path}"', f"endings: {known}; or --format")
    return name


def format_named(name: str) -> str:
    """Return the format that a name, or a file's ending, stands for.

    Errors: :class:`UsageError` (E51) for none.

    >>> format_named("md"), format_named("latex")
    ('markdown', 'latex')
    """
    found = _ENDINGS.get(f".{name}", name)
    if found not in formats():
        raise UsageError("E51", f'unknown format "{found}"', f"one of {', '.join(formats())}")
    return found


def render(page: Page, name: str, **options: Any) -> str:
    """Return the page in a format. Options: ``exact``, ``width``, ``siunitx``."""
    renderer = import_module(f"{__name__}.{format_named(name)}")
    text: str = renderer.render(page, **options)
    return text
