"""Jupyter notebooks: cells tagged ``archcalc:3``, or that begin with ``# q3``; nothing is run."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...errors import UsageError
from ...notation.tree import Mapping, Node, Scalar, Sequence
from . import prose
from .base import Draft, Sheet
from .json_tree import json_tree
from .markup import undressed
from .questions import Questions

SUFFIXES = (".ipynb",)

_TAG = re.compile(r"(?:archcalc|answer|question)[:_-]\s*(.{1,60})", re.IGNORECASE)
_ASSIGNED = re.compile(r"[A-Za-z_][\w.\[\]\"', ]{0,60}=(?!=)\s*")
_PRINTED = re.compile(r"print\s*\((.*)\)\s*;?$")
_QUOTED = re.compile(r"""(['"])([^'"\\]*)\1""")
_MOST_CELLS = 2_000
_MOST_VALUES = 200_000


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook: its kind, its text and what it printed last."""

    kind: str
    text: str
    tags: tuple[str, ...]
    output: str
    line: int


def sheets(text: str, questions: Questions, name: str) -> list[Sheet]:
    """Return the one sheet that a notebook is. Errors: E22 for what is no notebook, E44."""
    draft = Draft(name, questions)
    tree = json_tree(text, name, _MOST_VALUES)
    found = _entry(tree, "cells")
    if not isinstance(found, Sequence):
        raise UsageError("E22", f"{name} is not a notebook: it has no cells", "save it as .ipynb")
    if len(found.items) > _MOST_CELLS:
        draft.remark("E44", f"the first {_MOST_CELLS:,} of {len(found.items):,} cells are read")
    for item in found.items[:_MOST_CELLS]:
        _take(_cell(item), draft)
    return [draft.sheet()]


def _take(cell: Cell, draft: Draft) -> None:
    tagged = _tagged(cell.tags, draft)
    if cell.kind != "code":
        # The statement of a question stands in markdown too: a code cell overrules it.
        prose.read_into(draft, cell.text, first=cell.line, id=tagged, aside=not tagged)
        return
    first, _, below = cell.text.lstrip().partition("\n")
    label = ""
    if first.startswith(("#", "%%")):
        title = undressed(first.lstrip("#% \t"))
        opening = draft.questions.opening(title)
        label = opening.id if opening else draft.questions.labelled(title)
        if opening and not opening.id and opening.explicit and not tagged:
            draft.unknown(opening.label, cell.line)
    if tagged or label:
        text = cell.output or _expression(below if label else cell.text)
        draft.answer(tagged or label, text, cell.line)


def _tagged(tags: tuple[str, ...], draft: Draft) -> str:
    """Return the question that the tags of a cell name."""
    for tag in tags:
        named = _TAG.fullmatch(tag.strip())
        id = draft.questions.find(named[1] if named else tag)
        if id:
            return id
        if named and tag.lower().startswith("archcalc"):
            draft.unknown(named[1], 0)
    return ""


def _expression(code: str) -> str:
    """Return the right-hand side of the last line of code that says something."""
    lines = [line.strip() for line in code.split("\n")]
    lines = [line.partition(" #")[0].strip() for line in lines if line and line[0] not in "#%!"]
    last = lines[-1] if lines else ""
    printed = _PRINTED.match(last)
    last = printed[1].strip() if printed else last
    assigned = _ASSIGNED.match(last)
    return _unquoted(last[assigned.end() :] if assigned else last)


def _unquoted(text: str) -> str:
    quoted = _QUOTED.fullmatch(text.strip())
    return quoted[2] if quoted else text.strip()


def _cell(node: Node) -> Cell:
    tags = _entry(_entry(node, "metadata"), "tags")
    names = tags.items if isinstance(tags, Sequence) else ()
    source = _entry(node, "source")
    return Cell(
        _text(_entry(node, "cell_type")),
        _text(source).replace("\r\n", "\n").replace("\r", "\n"),
        tuple(_text(name) for name in names),
        _output(_entry(node, "outputs")),
        source.span.line if source else 0,
    )


def _output(node: Node | None) -> str:
    """Return the last result of a cell, or the last line that it printed."""
    for item in reversed(node.items if isinstance(node, Sequence) else ()):
        result = _text(_entry(_entry(item, "data"), "text/plain")).strip()
        if result:
            return _unquoted(result)
        printed = _text(_entry(item, "text")).strip()
        if printed and _text(_entry(item, "name")) != "stderr":
            return printed.split("\n")[-1].strip()
    return ""


def _entry(node: Node | None, key: str) -> Node | None:
    pairs = node.pairs if isinstance(node, Mapping) else ()
    return next((value for name, value in pairs if name.text == key), None)


def _text(node: Node | None) -> str:
    """Return a text that may be written as a list of lines."""
    if isinstance(node, Sequence):
        return "".join(item.text for item in node.items if isinstance(item, Scalar))
    return node.text if isinstance(node, Scalar) else ""
