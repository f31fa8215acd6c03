"""Answers by key: YAML and JSON, read as trees of texts so that 112.90 stays 112.90."""

from __future__ import annotations

from bisect import bisect_left

from ...errors import Source, SpecError, UsageError
from ...notation.tree import Mapping, Node, Scalar, Sequence, tree_of
from . import prose
from .base import MOST_COLUMNS, Draft, Grid, Sheet
from .headings import heading
from .json_tree import json_tree
from .questions import Questions

SUFFIXES = (".yaml", ".yml", ".json")

_LISTS = ("answer", "question")
_SILENT = {"archcalc-key", "archcalc-answers", "course", "title", "date", "homework", "assignment"}


def sheets(text: str, questions: Questions, name: str) -> list[Sheet]:
    """Return the one sheet that a mapping of questions to answers is.

    What YAML refuses is read line by line instead, with a remark. Errors: :class:`UsageError` and
    :class:`SpecError` where that finds nothing either.
    """
    draft = Draft(name, questions)
    is_json = name.lower().endswith(".json") or text.lstrip()[:1] in ("{", "[")
    try:
        tree = json_tree(text, name) if is_json else tree_of(text, Source(name, text))
    except SpecError as error:
        if error.code == "E01":  # nothing but comments
            return [draft.sheet()]
        return _by_line(text, draft, error)
    except UsageError as error:
        if error.code == "E44":
            raise
        try:
            tree = tree_of(text, Source(name, text))
        except SpecError:
            raise error from None
        draft.remark(error.code, error.message, 0, "it is read as YAML")
    _Filling(draft, text).top(tree)
    return [draft.sheet()]


def _by_line(text: str, draft: Draft, error: SpecError) -> list[Sheet]:
    """Read a file that is no YAML as plain text, if that finds an answer."""
    if error.code == "E44":
        raise error
    for problem in error.problems[:10]:
        line = problem.span.line if problem.span else 0
        if problem.code != "E26":  # answered twice: that is seen again below
            draft.remark(problem.code, problem.message, line, "the lines are read as plain text")
    prose.read_into(draft, "\n".join(line.partition(" #")[0].strip() for line in text.split("\n")))
    made = draft.sheet()
    if not made.answers:
        raise error
    return [made]


class _Filling:
    """Puts what a tree holds into a sheet."""

    def __init__(self, draft: Draft, text: str) -> None:
        self.draft, self.questions, self.text = draft, draft.questions, text
        self.breaks = [place for place, char in enumerate(text) if char == "\n"]

    def line(self, node: Node) -> int:
        """Return the line on which a node begins."""
        return bisect_left(self.breaks, node.span.start) + 1

    def top(self, node: Node) -> None:
        if isinstance(node, Mapping):
            self.mapping(node)
        elif isinstance(node, Sequence):
            for item in node.items:
                self.item(item)
        elif isinstance(node, Scalar):
            prose.read_into(self.draft, node.text)

    def mapping(self, node: Mapping) -> None:
        for key, value in node.pairs:
            id = self.questions.find(key.text) or self.questions.labelled(key.text)
            if id:
                self.value(id, key, value)
            elif heading(key.text) == "student":
                self.draft.named(_written(value, self.text))
            elif isinstance(value, Mapping) and self.questions.has_parts(key.text):
                self.parts(key.text, value)
            elif isinstance(value, Mapping | Sequence) and heading(key.text) in _LISTS:
                self.top(value)
            elif key.text.casefold() not in _SILENT:
                self.draft.unknown(key.text, self.line(key))

    def item(self, node: Node) -> None:
        """Take one of a list of mappings: ``{question: 3, answer: 112.9M}``, or ``{3: 112.9M}``."""
        if not isinstance(node, Mapping):
            fact = "an answer without its question"
            self.draft.remark("E22", fact, self.line(node), "3: 112.9M, for each question")
            return
        asked = _entry(node, "question")
        answer = _entry(node, "answer")
        if not isinstance(asked, Scalar) or answer is None:
            self.mapping(node)
            return
        id = self.questions.labelled(asked.text)
        if id:
            self.value(id, asked, answer)
        else:
            self.draft.unknown(asked.text, self.line(asked))

    def parts(self, label: str, node: Mapping) -> None:
        for key, value in node.pairs:
            id = self.questions.find(f"{label}({key.text})")
            if id:
                self.value(id, key, value)
            else:
                self.draft.unknown(f"{label}({key.text})", self.line(key))

    def value(self, id: str, key: Scalar, node: Node) -> None:
        line = self.line(key)
        if isinstance(node, Sequence) and node.items and _is_table(node):
            self.draft.table(self.grid(node), id, id)
        elif isinstance(node, Mapping):
            answer = _entry(node, "answer")
            if answer is not None:
                self.value(id, key, answer)
            elif self.questions.has_parts(id):
                self.parts(id, node)
            else:
                fact = f"the answer to {id} is a mapping"
                self.draft.remark("E22", fact, line, f"{id}: the answer, or answer: below {id}:")
        else:
            self.draft.answer(id, _written(node, self.text), line, self.line(node))

    def grid(self, node: Sequence) -> Grid:
        """Return a list of mappings as a table, its columns in the order of their appearance."""
        maps = [item for item in node.items if isinstance(item, Mapping)]
        head = tuple(dict.fromkeys(key.text for item in maps for key, _ in item.pairs))
        rows = []
        for item in maps:
            cells = {key.text: _written(value, self.text) for key, value in item.pairs}
            rows.append(tuple(cells.get(column, "") for column in head[:MOST_COLUMNS]))
        lines = tuple(self.line(item.pairs[0][0]) for item in maps)
        return Grid(head[:MOST_COLUMNS], tuple(rows), lines, self.line(node))


def _entry(node: Mapping, meaning: str) -> Node | None:
    return next((value for key, value in node.pairs if heading(key.text) == meaning), None)


def _is_table(node: Sequence) -> bool:
    return all(isinstance(item, Mapping) and item.pairs for item in node.items)


def _written(node: Node, text: str) -> str:
    """Return the text of a value: a list in brackets stays as it is written."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        if node.flow:
            return text[node.span.start : node.span.end]
        return f"[{', '.join(_written(item, text) for item in node.items)}]"
    assert isinstance(node, Mapping)
    pairs = (f"{key.text}: {_written(value, text)}" for key, value in node.pairs)
    return f"{{{', '.join(pairs)}}}"
