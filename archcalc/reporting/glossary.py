"""The words of templates as a table: read off the functions, filters and nets themselves."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from ..table import Cell, Column, Page, Table, Text
from .described import Described
from .filters import FILTERS
from .vocabulary import Vocabulary

_GIVEN = {
    "nets": "The nets of the command line.",
    "title": "The title, as given or the nets' names.",
    "command": "The command that makes the report.",
    "stamp": "The day and the release, with --stamp.",
    "report": "What the standard report asks for: report.costs, report.measured, ...",
    "fold(title, open=False)": "{% call fold(title) %} ... {% endcall %} folds away.",
    "picture(plot)": "Show a picture, and its numbers as a table that folds away.",
    "clocked(times)": "Show times, and why they are what they are.",
}


def words_page() -> Page:
    """Return every word that a template may use, with what it says."""
    columns = (
        Column("word", "word", right=False, wraps=True),
        Column("meaning", "", right=False, wraps=True),
    )
    parts = (
        ("Given", _GIVEN.items()),
        ("Functions", _functions()),
        ("Of a net, such as net.macs", _of_a_net()),
        ("Filters, such as net.macs | short", _filters()),
    )
    tables = [
        Table(columns, tuple((Cell(word, "code"), Cell(said)) for word, said in rows), title)
        for title, rows in parts
    ]
    note = "Every column of archcalc columns is a word of a net too. LaTeX templates say << >>."
    records = Table(columns, tuple(row for table in tables for row in table.rows))
    return Page((*tables, Text(note, "note")), lambda: _data(tables), records)


def _data(tables: list[Table]) -> dict[str, Any]:
    return {
        "schema": 1,
        "words": [
            {"part": table.title, "word": word.value, "meaning": meaning.value}
            for table in tables
            for word, meaning in table.rows
        ],
    }


def _functions() -> Iterator[tuple[str, str]]:
    for name, function in Vocabulary().words().items():
        yield f"{name}({_signature(function)})", _first(function)


def _of_a_net() -> Iterator[tuple[str, str]]:
    for name, member in vars(Described).items():
        if name.startswith("_") or not (callable(member) or isinstance(member, property)):
            continue
        if isinstance(member, property):
            yield name, _first(member)
        else:
            yield f"{name}({_signature(member)})", _first(member)


def _filters() -> Iterator[tuple[str, str]]:
    for name, function in FILTERS.items():
        rest = _signature(function, skipped=1)
        yield f"{name}({rest})" if rest else name, _first(function)
    yield "code", "Write a text as code."


def _signature(function: Callable[..., Any], skipped: int = 0) -> str:
    """Return the parameters as they are called, without types."""
    shown = []
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name != "self"]
    for one in parameters[skipped:]:
        if one.kind is one.VAR_POSITIONAL:
            shown.append(f"*{one.name}")
        elif one.kind is one.VAR_KEYWORD:
            shown.append(f"**{one.name}")
        else:
            default = "" if one.default is one.empty else f"={one.default!r}"
            shown.append(one.name + default)
    return ", ".join(shown)


def _first(documented: object) -> str:
    """Return the first sentence of what is documented, on one line."""
    text = inspect.getdoc(documented) or ""
    return " ".join(text.split("\n\n")[0].split()).replace("``", "")
