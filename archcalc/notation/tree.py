"""YAML text to a tree that remembers where everything stands; nothing in it is interpreted.

Every scalar keeps its text, so that no octal, sexagesimal or boolean can slip in. Tags, anchors
and aliases are refused; size, depth and number of nodes are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import Problem, Source, Span, SpecError
from .source import LARGEST_TEXT

DEEPEST = 50
MOST_NODES = 20_000
_REFUSED = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\ufeff")


@dataclass(frozen=True)
class Node:
    """A piece of a YAML document; ``span`` is where it stands in the file."""

    span: Span


@dataclass(frozen=True)
class Scalar(Node):
    """A text; ``plain`` when it stands without quotes and on its own lines."""

    text: str
    plain: bool = True


@dataclass(frozen=True)
class Sequence(Node):
    """A list; ``flow`` when it is written in brackets."""

    items: tuple[Node, ...]
    flow: bool = False


@dataclass(frozen=True)
class Mapping(Node):
    """Keys with their values, in order; ``flow`` when it is written in braces."""

    pairs: tuple[tuple[Scalar, Node], ...]
    flow: bool = False


def tree_of(text: str, source: Source) -> Node:
    """Return the tree of a YAML text with one document.

    Errors: :class:`SpecError`; E22 for what YAML or archcalc refuses, E26 for a key that appears
    twice, E44 for a text that is too large, too deep or has too many nodes.
    """
    import yaml

    if len(text) > LARGEST_TEXT:
        raise SpecError([Problem("E44", f"{source.name} is larger than 1 MiB")])
    undecoded = re.search("[\ud800-\udfff]", text)
    if undecoded:
        byte = ord(undecoded[0]) & 0xFF
        fact = f"the spec is not UTF-8 (byte 0x{byte:02X} at {undecoded.start()})"
        raise SpecError([Problem("E35", fact, None, "save it as UTF-8")])
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Builder(source, yaml.parse(text, Loader=loader)).document()
    except yaml.MarkedYAMLError as error:
        raise SpecError([_unreadable(text, source, error)]) from None
    except yaml.YAMLError:
        found = _REFUSED.search(text)
        place = found.start() if found else 0
        span = Span(source, place, place + 1)
        fact = "a character that YAML does not allow"
        if found:
            fact += f" (U+{ord(found[0]):04X})"
        raise SpecError([Problem("E22", fact, span, "remove it")]) from None


def count(node: Node) -> int:
    """Return how many nodes a tree has."""
    if isinstance(node, Sequence):
        return 1 + sum(map(count, node.items))
    if isinstance(node, Mapping):
        return 1 + sum(1 + count(value) for _, value in node.pairs)
    return 1


def texts(node: Node) -> list[str]:
    """Return the texts of a tree, keys left out."""
    if isinstance(node, Scalar):
        return [node.text]
    if isinstance(node, Sequence):
        return [text for item in node.items for text in texts(item)]
    if isinstance(node, Mapping):
        return [text for _, value in node.pairs for text in texts(value)]
    return []


class _Builder:
    def __init__(self, source: Source, events: Iterator[Any]) -> None:
        self.source, self.events = source, events
        self.nodes = 0
        self.problems: list[Problem] = []

    def document(self) -> Node:
        next(self.events)  # the stream
        if type(next(self.events)).__name__ == "StreamEndEvent":
            raise SpecError([Problem("E01", "nothing to compute: the spec is empty")])
        node = self.node(next(self.events), 0)
        next(self.events)  # the document's end
        event = next(self.events)
        if type(event).__name__ != "StreamEndEvent":
            fact = "a second document begins; a spec is one"
            raise SpecError([Problem("E22", fact, self.span(event), "a file for each net")])
        if self.problems:
            raise SpecError(self.problems)
        return node

    def node(self, event: Any, depth: int) -> Node:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise SpecError([Problem("E44", f"more than {MOST_NODES:,} YAML nodes")])
        if depth > DEEPEST:
            fact = f"the YAML is nested deeper than {DEEPEST} levels"
            raise SpecError([Problem("E44", fact, self.span(event))])
        kind = type(event).__name__
        if kind == "AliasEvent" or event.anchor is not None:
            self.refuse(
                event,
                f'"{"*" if kind == "AliasEvent" else "&"}{event.anchor}" is a YAML '
                f"{'alias' if kind == 'AliasEvent' else 'anchor'}; they are not allowed",
                "a block under `blocks:`, or quotes around a stage",
            )
            if kind == "AliasEvent":
                return Scalar(self.span(event), "")
        if event.tag is not None:
            self.refuse(event, f"the tag {event.tag[:40]} is not allowed", "remove it")
        if kind == "ScalarEvent":
            return Scalar(self.span(event), event.value, event.style in (None, ""))
        if kind == "SequenceStartEvent":
            items: list[Node] = []
            while type(inner := next(self.events)).__name__ != "SequenceEndEvent":
                items.append(self.node(inner, depth + 1))
            return Sequence(self.upto(event, inner), tuple(items), bool(event.flow_style))
        return self.mapping(event, depth)

    def mapping(self, event: Any, depth: int) -> Mapping:
        pairs: list[tuple[Scalar, Node]] = []
        seen: dict[str, Scalar] = {}
        while type(inner := next(self.events)).__name__ != "MappingEndEvent":
            key = self.node(inner, depth + 1)
            value = self.node(next(self.events), depth + 1)
            if not isinstance(key, Scalar):
                self.problems.append(
                    Problem("E22", "a list or map stands where a key is wanted", key.span, "quotes")
                )
                continue
            if key.text in seen:
                first, second = (one.span.line for one in (seen[key.text], key))
                lines = f"line {first}" if first == second else f"lines {first} and {second}"
                fact = f'key "{key.text[:40]}" appears twice ({lines})'
                self.problems.append(
                    Problem("E26", fact, key.span, "a name of its own for each, or a list")
                )
                continue
            seen[key.text] = key
            pairs.append((key, value))
        return Mapping(self.upto(event, inner), tuple(pairs), bool(event.flow_style))

    def refuse(self, event: Any, fact: str, help: str) -> None:
        if len(self.problems) < 20:
            self.problems.append(Problem("E22", fact, self.span(event), help))

    def span(self, event: Any) -> Span:
        return Span(self.source, event.start_mark.index, event.end_mark.index)

    def upto(self, first: Any, last: Any) -> Span:
        return Span(self.source, first.start_mark.index, last.end_mark.index)


def _unreadable(text: str, source: Source, error: Any) -> Problem:
    """Say what YAML stumbled over in words that fit a spec."""
    mark = error.problem_mark or error.context_mark
    place = min(mark.index, max(len(text) - 1, 0)) if mark else 0
    start = text.rfind("\n", 0, place) + 1
    line = text[start:].partition("\n")[0]
    span = Span(source, place, place + 1)
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent or text[place : place + 1] == "\t":
        at = start + line.index("\t")
        fact = "a tab: YAML indents with spaces"
        return Problem("E22", fact, Span(source, at, at + 1), "replace the tab by spaces")
    if "nesting depth" in str(error.problem):  # libyaml stops before we count so far
        return Problem("E44", f"the YAML is nested deeper than {DEEPEST} levels", span)
    item = line.strip().removeprefix("- ")
    if item.startswith("*"):
        return Problem("E22", 'a plain YAML text cannot start with "*"', span, f'- "{item}"')
    if "]*" in line or "] *" in line:
        return Problem(
            "E22",
            "to YAML, `[ ... ]` is a list, and nothing may follow it",
            span,
            f"quotes, or {{repeat: n, of: [...]}}: `{item}` in quotes is one stage"
            if len(item) < 40
            else "put the stage into quotes, or write {repeat: n, of: [...]}",
        )
    problem = str(error.problem or "").partition(",")[0]
    help = ""
    if "mapping values" in problem:
        help = "a colon with a blank behind it starts a value: put the text into quotes"
    elif item[:1] in "%@`!&|>":
        help = f"a plain YAML text cannot start with {item[:1]}: put it into quotes"
    return Problem("E22", f"YAML cannot be read here: {problem}", span, help)
