"""JSON text to the tree that YAML gives, every number the text that stands in the file."""

from __future__ import annotations

import re
from typing import Any

from ...errors import Source, Span, UsageError
from ...notation.tree import DEEPEST, MOST_NODES, Mapping, Node, Scalar, Sequence

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"(\s*:)?', re.DOTALL)


class _Pairs(list[tuple[str, Any]]):
    """An object of the file: all its pairs, in order, a key twice where it stands twice."""


def json_tree(text: str, name: str, most: int = MOST_NODES) -> Node:
    """Return the tree of a JSON text; the nodes of a pair span its key.

    Errors: :class:`UsageError`; E22 for what is no JSON, E44 for what is nested too deep or has
    more than ``most`` nodes.
    """
    import json

    try:
        value = json.loads(
            text,
            object_pairs_hook=_Pairs,
            parse_int=str,
            parse_float=str,
            parse_constant=str,
            strict=False,
        )
    except RecursionError:
        raise _too_deep(name) from None
    except ValueError as error:
        fact = str(getattr(error, "msg", error))
        line = getattr(error, "lineno", 0)
        fact = f"{name} is not JSON: {fact[:1].lower()}{fact[1:]} on line {line}"
        raise UsageError("E22", fact, '{"1": "14x14x48", "2": "112.9M"}') from None
    return _Builder(text, name, most).node(value, 0, 0)


class _Builder:
    def __init__(self, text: str, name: str, most: int) -> None:
        self.source, self.most, self.nodes = Source(name, text), most, 0
        # the keys of a file come in the order of its pairs
        self.keys = (found.start() for found in _STRING.finditer(text) if found[1])

    def node(self, value: Any, place: int, depth: int) -> Node:
        """Return the node of a value that belongs to the key at a place."""
        self.nodes += 1
        if self.nodes > self.most:
            raise UsageError("E44", f"{self.source.name} has more than {self.most:,} values")
        if depth > DEEPEST:
            raise _too_deep(self.source.name)
        span = Span(self.source, place, place + 1)
        if isinstance(value, _Pairs):
            return Mapping(span, tuple(self.pair(key, inner, depth) for key, inner in value))
        if isinstance(value, list):
            return Sequence(span, tuple(self.node(item, place, depth + 1) for item in value))
        if isinstance(value, str):
            return Scalar(span, value, False)
        return Scalar(span, {None: "", True: "true", False: "false"}[value], False)

    def pair(self, key: str, value: Any, depth: int) -> tuple[Scalar, Node]:
        place = next(self.keys)
        spelled = Scalar(Span(self.source, place, place + 1), key, False)
        return spelled, self.node(value, place, depth + 1)


def _too_deep(name: str) -> UsageError:
    return UsageError("E44", f"{name} is nested deeper than {DEEPEST} levels")
