"""Maps of keys in a YAML spec: what stands under them, and the mistakes that are reported."""

from __future__ import annotations

import difflib
import re
from typing import Any

from ..arithmetic.expression import exact_number
from ..errors import Problem, Source, Span
from . import tree
from .entries import (
    Number,
)
from .tree import Node, Scalar

MOST_PROBLEMS = 20

Fields = dict[str, tuple[Scalar, Node]]


class Keys:
    """Reads maps, texts and numbers of a document and collects what is wrong with them."""

    text: str
    source: Source
    problems: list[Problem]

    def problem(self, code: str, fact: str, span: Span | None, help: str = "") -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(code, fact, span, help))

    def pairs(self, node: Node | None, what: str) -> list[tuple[Scalar, Node]]:
        """Return the pairs of a map; report what is none."""
        if node is None:
            return []
        if not isinstance(node, tree.Mapping):
            if not (isinstance(node, Scalar) and not node.text):
                self.problem("E22", f"{what} is a map of keys and values", node.span)
            return []
        return list(node.pairs)

    def fields(self, node: Node, known: tuple[str, ...], what: str) -> Fields:
        """Return a map's values by key; report keys that mean nothing."""
        found: Fields = {}
        for key, value in self.pairs(node, what):
            if key.text in known:
                found[key.text] = (key, value)
            else:
                self.unknown(key, known)
        return found

    def unknown(self, key: Scalar, known: tuple[str, ...]) -> None:
        near = difflib.get_close_matches(key.text, known, 1, 0.6)
        also = f'; did you mean "{near[0]}"?' if near else ""
        self.problem(
            "E25",
            f'unknown key "{key.text[:40]}" at line {key.span.line}{also}',
            key.span,
            "" if near else f"keys here: {', '.join(known)}",
        )

    def words(self, merged: Fields, key: str) -> str:
        if key not in merged:
            return ""
        node = merged[key][1]
        if not isinstance(node, Scalar):
            self.problem("E22", f"{key} is a text", node.span, f"{key}: ...")
            return ""
        return " ".join(node.text.split())

    def places(self, scalar: Scalar) -> Any:
        """Return where each character of a scalar stands in the file."""
        at, end = scalar.span.start, scalar.span.end
        if self.text.startswith(scalar.text, at):
            return range(at, at + len(scalar.text) + 1)
        if self.text[at : at + 1] in ("|", ">"):
            at = self.text.find("\n", at, end) + 1
        places: list[int] = []
        lost = 0
        for word in re.findall(r"\s+|\S+", scalar.text):
            found = -1 if word.isspace() or lost > 20 else self.text.find(word, at, end)
            if found >= 0:
                places += range(found, found + len(word))
                at = found + len(word)
            else:  # blanks, and what is written with escapes
                places += [at] * len(word)
                lost += not word.isspace()
        return [*places, at]

    def numbers(self, merged: Fields) -> dict[str, Number]:
        """Return the values of the symbols; report what YAML would read as another number."""
        found: dict[str, Number] = {}
        for key, node in self.pairs(merged.get("symbols", (None, None))[1], "symbols"):
            text = node.text if isinstance(node, Scalar) else ""
            number = exact_number(text)
            if not re.fullmatch(r"[A-Za-z_]\w*", key.text) or not key.text.isascii():
                self.problem(
                    "E22", f'"{key.text[:40]}" is no name for a symbol', key.span, "C: 480"
                )
            elif re.fullmatch(r"0[0-9xXoObB_][\w]*", text):
                self.problem(
                    "E22",
                    f"{text} is another number in YAML (octal, hexadecimal or binary)",
                    node.span,
                    "a decimal number without a leading 0",
                )
            elif re.fullmatch(r"\d+(:\d+)+", text):
                self.problem("E22", f"{text} is counted in sixties by YAML", node.span, "C: 480")
            elif number is None or number <= 0:
                self.problem(
                    "E22", f'"{text[:40]}" is no number above 0', node.span, "480, 0.75 or 3/4"
                )
            else:
                found[key.text] = number
        return found
