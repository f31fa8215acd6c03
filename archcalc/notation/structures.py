"""Stages, branches, repeats and labels of a YAML spec, as entries."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..arithmetic.dims import NotExact
from ..arithmetic.expression import BadExpression, Expression
from ..blocks import block_type
from ..errors import Problem, Span, SpecError
from ..layers import layer_type
from ..layers.options import options_of
from . import tree
from .binding import Atom
from .entries import (
    Aux,
    Chain,
    Definition,
    Entry,
    Parallel,
    Size,
)
from .keys import MOST_PROBLEMS, Keys
from .parser import DEEPEST, parse_input, parse_options, parse_stage
from .source import Places
from .stages import KINDS
from .synonyms import layer_meant
from .tree import Node, Scalar, Sequence

STRUCTURES = (*KINDS, "shortcut", "aux", "repeat", "of", "seq")
_LABEL = re.compile(r"\w[\w./+-]{0,99}")
_NO_SPACE = re.compile(r"([A-Za-z_][\w./+-]*):(?=[A-Za-z\[(])")
_BOOLEANS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"}
_LOOSE_OPTION = re.compile(r"[/\d(]|[spdg]\d|same$|valid$")


def takes_label(label: str) -> bool:
    """Tell whether a label can be a key; one like ``concat`` or ``yes`` means something else."""
    return label.lower() not in _BOOLEANS and not like_structure(label)


def like_structure(label: str) -> bool:
    """Tell whether a key is a word of the structure or nearly one; ``concat1`` is none."""
    near = difflib.get_close_matches(label, STRUCTURES, 1, 0.75)
    return bool(near) and not re.fullmatch(rf"{near[0]}[\d_.-].*", label)


class Structures(Keys):
    """Reads the stages of a document; ``called`` gives the blocks that it defines."""

    called: Callable[[str, int], Definition | None]
    defaults: dict[str, list[Atom]]
    warnings: list[Problem]
    stages: list[tuple[Scalar, Entry]]
    level: int

    def guarded(self, read: Callable[..., Any], scalar: Scalar, **more: Any) -> Any:
        """Read a text of the document with the inline parser; keep its problems, return None."""
        places = Places(self.source, self.places(scalar))
        if read is not parse_input and read is not parse_options:
            more.update(blocks=self.called, defaults=self.defaults, level=self.level)
        try:
            return read(scalar.text, self.source.name, places=places, **more)
        except SpecError as error:
            self.problems += error.problems[: MOST_PROBLEMS - len(self.problems)]
            return None

    def entry(self, node: Node) -> Entry | None:
        if self.level >= DEEPEST:
            fact = f"stages are nested deeper than {DEEPEST} levels, blocks included"
            self.problem("E44", fact, node.span)
            return None
        self.level += 1
        try:
            if isinstance(node, Scalar):
                return self.stage(node)
            if isinstance(node, Sequence):
                return self.chain(node)
            assert isinstance(node, tree.Mapping)
            return self.structure(node)
        finally:
            self.level -= 1

    def chain(self, node: Node, repeat: Size = 1) -> Chain:
        """Read a list of stages, or one stage, as a chain."""
        if isinstance(node, Sequence):
            if self.split_at_commas(node):
                return Chain((), span=node.span)
            if not node.items:
                self.problem("E06", "an empty list of stages", node.span, "write `id`")
            entries = [self.entry(item) for item in node.items]
        else:
            entries = [self.entry(node)]
        return Chain(tuple(one for one in entries if one is not None), repeat, span=node.span)

    def stage(self, scalar: Scalar) -> Entry | None:
        text = scalar.text.strip()
        if not text:
            self.problem("E06", "an empty stage", scalar.span, "remove the dash, or write `id`")
            return None
        if scalar.plain and text.lower() in _BOOLEANS:
            fact = f"{text} means yes, no or nothing in YAML"
            self.problem("E22", fact, scalar.span, f'"{text}" in quotes, if it is meant')
            return None
        tight = _NO_SPACE.match(text)
        if tight and scalar.plain:
            rest = text[tight.end() :]
            fact = f'"{tight[1]}:{rest[:20]}" has no blank behind the colon'
            self.problem("E22", fact, scalar.span, f"{tight[1]}: {rest[:40]}")
            return None
        made: Entry | None = self.guarded(parse_stage, scalar, warnings=self.warnings)
        if made is not None:
            self.stages.append((scalar, made))
        return made

    def split_at_commas(self, node: Sequence) -> bool:
        """Report stages that YAML took apart at their commas; tell whether there are any."""
        if not node.flow:
            return False
        level, first = 0, None
        for before, item in zip((None, *node.items), node.items, strict=False):
            if not isinstance(item, Scalar) or not item.plain:
                continue
            level += item.text.count("(") - item.text.count(")")
            if level > 0 and first is None:
                first = item
            loose = isinstance(before, Scalar) and _LOOSE_OPTION.match(item.text)
            if (first is not None and level <= 0) or (loose and first is None):
                begin = first or before
                assert begin is not None
                span = Span(self.source, begin.span.start, item.span.end)
                whole = self.text[span.start : span.end]
                self.problem(
                    "E22",
                    f'YAML split "{whole[:60]}" at the commas',
                    span,
                    f"write `{whole.replace(',', '')[:60]}`, or quote it",
                )
                return True
        return False

    def structure(self, node: tree.Mapping) -> Entry | None:
        """Read a map among the stages: a branching, a repeat, a side head or a labelled stage."""
        found = {key.text: value for key, value in node.pairs}
        keys = set(found)
        if not keys:
            self.problem("E06", "an empty map among the stages", node.span, "remove it")
            return None
        for key, value in node.pairs:
            if node.flow and isinstance(value, Scalar) and value.plain and not value.text:
                whole = self.text[node.span.start : node.span.end]
                fact = f'YAML split "{whole[:60]}" at the commas'
                self.problem("E22", fact, key.span, "quotes around the stage")
                return None
        if keys & {"repeat", "of"}:
            return self.repeated(node, found)
        if "res" in keys and keys <= {"res", "shortcut"}:
            branches = [self.chain(found[key]) for key in ("res", "shortcut") if key in found]
            return Parallel("res", tuple(branches), span=node.span)
        if len(keys) > 1:
            name = next(
                (key for key, _ in node.pairs if key.text not in STRUCTURES), node.pairs[1][0]
            )
            fact = f'a stage is one key; "{name.text[:40]}" is one more'
            self.problem("E22", fact, name.span, "a dash before each stage")
            return None
        ((key, value),) = node.pairs
        if key.text in ("concat", "add", "mul"):
            return self.parallel(key, value)
        if key.text == "aux":
            return Aux(title="", body=self.chain(value), span=node.span)
        if key.text == "seq":
            return self.chain(value)
        return self.labelled(key, value)

    def parallel(self, key: Scalar, node: Node) -> Entry | None:
        if not isinstance(node, Sequence) or len(node.items) < 2:
            fact = f"{key.text} needs at least two branches, a list"
            self.problem("E18", fact, node.span, f"{key.text}: [id, conv 3x3x64 pad 1]")
            return None
        if self.split_at_commas(node):
            return None
        branches = tuple(self.chain(item) for item in node.items)
        return Parallel(key.text, branches, span=Span(self.source, key.span.start, node.span.end))

    def repeated(self, node: tree.Mapping, found: dict[str, Node]) -> Entry | None:
        for key, _ in node.pairs:
            if key.text not in ("repeat", "of"):
                self.unknown(key, ("repeat", "of"))
                return None
        times = found.get("repeat")
        if len(found) < 2 or not isinstance(times, Scalar):
            fact = "a repeat has a count and what it repeats"
            self.problem("E20", fact, node.span, "{repeat: 3, of: conv 3x3x64 pad 1}")
            return None
        try:
            count = Expression.parse(times.text)
            repeat = count.put({})
        except (BadExpression, NotExact) as error:
            self.problem("E20", f"repeat count: {error}", times.span, "a number, or n - 1")
            return None
        if isinstance(repeat, int) and repeat < 1:
            fact = "repeat count must be a whole number of at least 1"
            self.problem("E20", fact, times.span, "{repeat: 3, of: conv 3x3x64 pad 1}")
            return None
        body = self.chain(found["of"], repeat)
        only = body.entries[0] if len(body.entries) == 1 else None
        if isinstance(only, Parallel) and only.repeat == 1 and not only.label:
            return replace(only, repeat=repeat, span=node.span)
        return replace(body, span=node.span)

    def labelled(self, key: Scalar, value: Node) -> Entry | None:
        if key.plain and key.text.lower() in _BOOLEANS:
            fact = f'the key "{key.text}" means yes, no or nothing in YAML'
            self.problem("E22", fact, key.span, f'"{key.text}" in quotes, or another label')
            return None
        if not _LABEL.fullmatch(key.text):
            called = re.fullmatch(r"\w+\(.*", key.text)
            help = "letters, digits and _ . / + -"
            fact = f'"{key.text[:40]}" is no label'
            self.problem("E22", fact, key.span, "remove the colon" if called else help)
            return None
        if not isinstance(value, Scalar) and like_structure(key.text):
            self.unknown(key, STRUCTURES)
            return None
        if self.word_as_label(key, value):
            return None
        made = self.entry(value)
        if made is None:
            return None
        if made.label:
            fact = f'a stage has two labels, "{key.text}" and "{made.label}"'
            self.problem("E26", fact, key.span, "keep one")
            return None
        return replace(made, label=key.text)

    def word_as_label(self, key: Scalar, value: Node) -> bool:
        """Report ``- fc: 10``, a layer with a colon behind its word; tell whether it is one."""
        kind: Any = layer_type(key.text) or block_type(key.text)
        word = key.text if kind else layer_meant(key.text)
        kind = kind or layer_type(word) or block_type(word)
        if not kind:
            return False
        if isinstance(value, Sequence):
            numbers = [item.text for item in value.items if isinstance(item, Scalar)]
            if len(numbers) < len(value.items) or not all(map(str.isdigit, numbers)):
                return False
            text = "x".join(numbers)
        else:
            text = value.text.strip() if isinstance(value, Scalar) else "other"
        if not text:
            self.problem("E06", f'nothing behind "{key.text}:"', key.span, f"`{word}`, no colon")
            return True
        words = re.findall(r"(?<![\w+])[a-z]\w*", text)
        options = {one for option in options_of(kind).values() for one in (option.word, option.off)}
        starts = re.match(r"[\d(./+]|[spdghk]\d", text) or (words and words[0] in options)
        if not starts or any(layer_type(one) or block_type(one) for one in words):
            return False
        fact = f'"{key.text}:" is a label, and "{text[:40]}" names no layer'
        self.problem("E07", fact, key.span, f"`{word} {text[:60]}`, no colon")
        return True
