"""YAML specs: the structured form of the notation, read into the same entries as inline text."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from ..arithmetic.dims import NotExact
from ..arithmetic.expression import BadExpression, Expression, exact_number
from ..blocks import block_type
from ..errors import Problem, Source, Span, SpecError, UsageError
from ..layers import layer_type
from ..layers.options import options_of
from . import tree
from .binding import Atom
from .entries import (
    Aux,
    Chain,
    Definition,
    Entry,
    Figure,
    Number,
    Parallel,
    Size,
    Spec,
)
from .free import Places as FreePlaces
from .free import collect, free_in
from .parser import DEEPEST, parse, parse_input, parse_options, parse_stage
from .source import Places
from .stages import KINDS
from .substitution import entries_in
from .synonyms import layer_meant
from .tree import Node, Scalar, Sequence

MOST_PROBLEMS = 20
MOST_CALLED = 200_000
MOST_VARIANT_NODES = 200_000
VERSION = "1"
TEXTS = ("name", "note", "source")
OVERLAID = ("symbols", "defaults", "blocks", "budget")
KEYS = (*TEXTS, "input", "layout", *OVERLAID, "layers", "net", "published")
STRUCTURES = (*KINDS, "shortcut", "aux", "repeat", "of", "seq")
POOLS = ("maxpool", "avgpool")
_LABEL = re.compile(r"\w[\w./+-]{0,99}")
_DEFINED = re.compile(r"([a-z][A-Za-z0-9_]*)\s*(?:\(([^()]*)\))?")
_NO_SPACE = re.compile(r"([A-Za-z_][\w./+-]*):(?=[A-Za-z\[(])")
_BOOLEANS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"}
_LOOSE_OPTION = re.compile(r"[/\d(]|[spdg]\d|same$|valid$")

Fields = dict[str, tuple[Scalar, Node]]


def read_document(text: str, name: str, *, variant: str = "", layout: str = "hwc") -> Spec:
    """Return the spec of a YAML text, or the variant of it that has this name.

    Errors: :class:`SpecError` with every mistake, up to twenty; :class:`UsageError` (E34) for a
    variant that the text does not have.
    """
    return _document(text, name, layout).spec(variant)


def variants(text: str, name: str) -> tuple[str, ...]:
    """Return the names of what a YAML text describes: its own, then its variants'."""
    document = _document(text, name, "hwc")
    return (document.own_name(), *document.variants)


def stage_places(text: str, name: str) -> list[tuple[Scalar, Entry]]:
    """Return every stage text of a YAML spec with the entry it was read as, variants included.

    Stages of words that have default options in the text are left out: what they say does not
    tell what they are.
    """
    document = _document(text, name, "hwc")
    found: dict[int, tuple[Scalar, Entry]] = {}
    words: set[str] = set()
    for variant in ("", *document.variants):
        if variant and not document.variants[variant].keys() & {"layers", "net", *OVERLAID[1:]}:
            continue  # no stages of its own
        document.stages.clear()
        document.spec(variant)
        words |= document.defaults.keys()
        found.update({scalar.span.start: (scalar, entry) for scalar, entry in document.stages})
    return [
        (scalar, entry)
        for _, (scalar, entry) in sorted(found.items())
        if not words & set(re.findall(r"\w+", scalar.text))
    ]


def takes_label(label: str) -> bool:
    """Tell whether a label can be a key; one like ``concat`` or ``yes`` means something else."""
    return label.lower() not in _BOOLEANS and not like_structure(label)


def like_structure(label: str) -> bool:
    """Tell whether a key is a word of the structure or nearly one; ``concat1`` is none."""
    near = difflib.get_close_matches(label, STRUCTURES, 1, 0.75)
    return bool(near) and not re.fullmatch(rf"{near[0]}[\d_.-].*", label)


@lru_cache(maxsize=8)
def _document(text: str, name: str, layout: str) -> _Document:
    """Return a document; its tree serves all its variants."""
    return _Document(text, name, layout)


@dataclass
class _Blocks:
    """The blocks of a document: their bodies are read when they are first called."""

    nodes: dict[str, tuple[Scalar, tuple[str, ...], Node]] = field(default_factory=dict)
    made: dict[str, Definition | None] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    called: int = 0  # stages that the calls so far stand for
    used: set[str] = field(default_factory=set)  # called by the layers, or by what they call


class _Document:
    def __init__(self, text: str, name: str, layout: str) -> None:
        self.text, self.layout = text, layout
        self.source = Source(name, text)
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.stages: list[tuple[Scalar, Entry]] = []
        self.level = 0
        self.blocks = _Blocks()
        self.defaults: dict[str, list[Atom]] = {}
        root = tree.tree_of(text, self.source)
        if not isinstance(root, tree.Mapping):
            raise SpecError(
                [Problem("E22", "a YAML spec is a map of keys", root.span, "archcalc: 1")]
            )
        self.base = self.fields(root, (*KEYS, "archcalc", "variants"), "the top level")
        self.version(root)
        self.variants: dict[str, Fields] = {}
        _, node = self.base.pop("variants", (None, None))
        for key, overlay in self.pairs(node, "variants"):
            known = (*KEYS, "extends")
            self.variants[key.text] = self.fields(overlay, known, f"variant {key.text}")
        nodes = tree.count(root)
        if len(self.variants) * nodes > MOST_VARIANT_NODES:
            fact = f"{len(self.variants):,} variants of a text of {nodes:,} YAML nodes"
            raise SpecError([Problem("E44", fact, None, "several files")])
        self.misplaced = tuple(self.problems)

    # The whole

    def own_name(self) -> str:
        node = self.base.get("name", (None, None))[1]
        return node.text if isinstance(node, Scalar) else ""

    def version(self, root: Node) -> None:
        key, node = self.base.pop("archcalc", (None, None))
        if key is None or node is None:
            span = Span(self.source, root.span.start, root.span.start + 1)
            self.problem("E25", "the key archcalc is missing", span, "archcalc: 1")
        elif not isinstance(node, Scalar) or node.text != VERSION:
            shown = node.text if isinstance(node, Scalar) else "a list"
            self.problem("E25", f"schema version {shown} is not known", node.span, "archcalc: 1")

    def spec(self, variant: str) -> Spec:
        """Return one spec of the document: its own, or a variant."""
        self.problems, self.warnings, self.blocks = list(self.misplaced), [], _Blocks()
        merged = self.merged(variant)
        texts = {key: self.words(merged, key) for key in TEXTS}
        symbols = self.numbers(merged)
        self.defaults = self.options(merged)
        self.define(merged)
        sizes, input_span = self.input(merged)
        body = self.body(merged, sizes is not None)
        budget = tuple(self.limits(merged))
        published = tuple(self.figures(merged))
        used = sorted(self.blocks.used)
        for name in self.blocks.nodes:
            self.definition(name)
        self.check_symbols(merged, sizes, input_span, body, used)
        if self.problems:
            raise SpecError(self.problems[:MOST_PROBLEMS])
        if isinstance(body, Spec):  # `net:` with an input of its own
            sizes, input_span, chain = body.input, body.input_span, body.body
        else:
            chain = body
        return Spec(
            name=variant or texts["name"],
            input=sizes,
            body=chain,
            span=Span(self.source, 0, len(self.text)),
            input_span=input_span,
            warnings=tuple(self.warnings),
            is_yaml=True,
            symbols=symbols,
            definitions=tuple(one for one in self.blocks.made.values() if one is not None),
            note=texts["note"],
            origin=texts["source"],
            budget=budget,
            published=published,
        )

    def merged(self, variant: str) -> Fields:
        """Lay a variant over what it extends; some keys are joined, the others replaced."""
        if not variant or (variant == self.own_name() and variant not in self.variants):
            return dict(self.base)
        layers: list[Fields] = []
        seen: list[str] = []
        name: str = variant
        while name and name != self.own_name():
            if name not in self.variants:
                near = difflib.get_close_matches(name, (self.own_name(), *self.variants), 3)
                known = near or [self.own_name(), *self.variants][:5]
                raise UsageError(
                    "E34",
                    f'{self.source.name} has no variant "{name[:40]}"',
                    f"one of {', '.join(filter(None, known))}" if any(known) else "",
                )
            if name in seen:
                path = " -> ".join((*seen, name))
                key = self.variants[name]["extends"][0]
                raise SpecError([Problem("E24", f"{name} extends itself ({path})", key.span)])
            seen.append(name)
            layers.append(self.variants[name])
            extends = self.variants[name].get("extends")
            name = extends[1].text if extends and isinstance(extends[1], Scalar) else ""
        found = {key: value for key, value in self.base.items() if key in _INHERITED}
        for overlay in reversed(layers):
            own = {key: value for key, value in overlay.items() if key != "extends"}
            kept = {key: value for key, value in found.items() if key in _INHERITED}
            if {"layers", "net"} & own.keys():
                kept = {key: value for key, value in kept.items() if key not in ("layers", "net")}
            joined = {
                key: self.joined(kept[key], own[key])
                for key in OVERLAID
                if key in kept and key in own
            }
            found = {**kept, **own, **joined}
        return found

    def joined(self, base: tuple[Scalar, Node], over: tuple[Scalar, Node]) -> tuple[Scalar, Node]:
        """Join two maps key by key; a block is known by the name before its parameters."""
        pairs: dict[str, tuple[Scalar, Node]] = {}
        for _, node in (base, over):
            for key, value in self.pairs(node, over[0].text):
                pairs[key.text.partition("(")[0].strip()] = (key, value)
        return over[0], tree.Mapping(over[1].span, tuple(pairs.values()))

    # Keys

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

    def options(self, merged: Fields) -> dict[str, list[Atom]]:
        """Return the default options of layer words; ``pool`` stands for both poolings."""
        found: dict[str, list[Atom]] = {}
        for key, node in self.pairs(merged.get("defaults", (None, None))[1], "defaults"):
            if layer_type(key.text) is None and block_type(key.text) is None and key.text != "pool":
                self.problem("E07", f'unknown layer "{key.text[:40]}"', key.span, "archcalc layers")
            elif not isinstance(node, Scalar):
                self.problem("E22", "default options are a text", node.span, "conv: nobias")
            else:
                atoms = self.guarded(parse_options, node)
                for word in POOLS if key.text == "pool" else (key.text,):
                    found[word] = atoms or []
        return found

    def input(self, merged: Fields) -> tuple[tuple[Size, ...] | None, Span | None]:
        layout = self.layout
        if "layout" in merged:
            layout = self.words(merged, "layout")
            if layout not in ("hwc", "chw"):
                self.problem(
                    "E22",
                    f"layout {layout[:20]} is not known",
                    merged["layout"][1].span,
                    "layout: hwc (height x width x channels) or chw",
                )
        if "input" not in merged:
            return None, None
        node = merged["input"][1]
        if not isinstance(node, Scalar):
            self.problem("E22", "the input is a shape", node.span, "input: 224x224x3")
            return None, None
        sizes = self.guarded(parse_input, node)
        if sizes and layout == "chw":
            sizes = (*sizes[1:], sizes[0])
        return sizes, node.span

    def body(self, merged: Fields, has_input: bool) -> Chain | Spec:
        """Return the layers, or the whole spec where the net is inline text with an input."""
        nothing = Chain(())
        if "net" in merged and "layers" in merged:
            self.problem("E22", "both layers and net are given", merged["net"][0].span, "keep one")
            return nothing
        if "net" in merged:
            node = merged["net"][1]
            if not isinstance(node, Scalar):
                self.problem("E22", "net is inline text", node.span, "net: |  (or layers: [...])")
                return nothing
            made: Spec | None = self.guarded(parse, node, layout=self.layout, fragment=has_input)
            if made is None:
                return nothing
            if has_input and made.input is not None:
                self.problem("E22", "the input is given twice", made.input_span, "begin with ... |")
            self.warnings += made.warnings
            return made.body if has_input else made
        if "layers" not in merged:
            span = Span(self.source, 0, 1)
            if not self.misplaced:  # it may be there under another name
                self.problem("E25", "the key layers is missing", span, "layers: [...], or net: |")
            return nothing
        if not has_input and "input" not in merged and not self.misplaced:
            fact = "the spec has no input shape"
            self.problem("E02", fact, merged["layers"][0].span, "input: 224x224x3")
        node = merged["layers"][1]
        if not isinstance(node, Sequence) or not node.items:
            self.problem("E22", "layers is a list of stages", node.span, "- conv 3x3x64 pad 1")
            return nothing
        return self.chain(node)

    # Stages

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

    # Symbols

    def check_symbols(
        self,
        merged: Fields,
        sizes: tuple[Size, ...] | None,
        input_span: Span | None,
        body: Chain | Spec,
        used: list[str],
    ) -> None:
        """Report small letters that nothing declares, and symbols that nothing reads."""
        declared = self.pairs(merged.get("symbols", (None, None))[1], "symbols")
        if not declared:
            return
        names = {key.text for key, _ in declared}
        unread = [key for key, _ in declared if key.text not in self.read_names]
        whole: FreePlaces = {}
        free_in(sizes, input_span, whole)
        if isinstance(body, Spec):
            free_in(body.input, body.input_span, whole)
        collect(body.body if isinstance(body, Spec) else body, whole, called=False)
        likely = sorted(names - {key.text for key in unread})[:100]
        undeclared = self.undeclared(whole, names, likely, "")
        for name in used:
            made = self.blocks.made.get(name)
            if made is not None:
                inside: FreePlaces = {}
                collect(made.body, inside, called=False)
                known = names | set(made.parameters)
                near = [*made.parameters, *likely]
                undeclared += self.undeclared(inside, known, near, made.name)
        for key in unread[:MOST_PROBLEMS]:
            also = _also(key.text, undeclared[:100])
            fact = f'symbol "{key.text}" is declared and used nowhere{also}'
            self.problem("E29", fact, key.span, "" if also else "remove it, or use it")

    def undeclared(
        self, found: FreePlaces, known: set[str], likely: list[str], block: str
    ) -> list[str]:
        """Report symbols in small letters that are not known here; return them."""
        names = sorted(name for name in found if name not in known and not name[:1].isupper())
        for name in names[:MOST_PROBLEMS]:
            no = f'"{name[:40]}" is no symbol of the spec'
            if block:
                no = f'"{name[:40]}" is neither a symbol of the spec nor a parameter of {block}'
            help = f"`symbols: {{{name[:40]}: 1}}`; capitals stay free without a value"
            self.problem("E29", no + _also(name, likely), found[name], help)
        return names

    @cached_property
    def read_names(self) -> set[str]:
        """The words of the file that may be symbols, those of its variants included."""
        found: set[str] = set()
        for fields in (self.base, *self.variants.values()):
            for key in ("input", "layers", "net", "blocks", "defaults"):
                for text in tree.texts(fields[key][1]) if key in fields else ():
                    words = re.findall(r"\w+", text)
                    found.update(words)
                    found.update(part for word in words for part in word.split("x"))
        return found

    # Blocks

    def define(self, merged: Fields) -> None:
        for key, node in self.pairs(merged.get("blocks", (None, None))[1], "blocks"):
            found = _DEFINED.fullmatch(key.text)
            if not found:
                fact = f'"{key.text[:40]}" is no block'
                self.problem("E22", fact, key.span, "name(a, b): body; quote it inside { }")
                continue
            name = found[1]
            parameters = tuple(part for part in re.split(r"[\s,]+", found[2] or "") if part)
            bad = [part for part in parameters if not re.fullmatch(r"[A-Za-z_]\w*", part)]
            if bad or len(set(parameters)) < len(parameters):
                fact = f"the parameters of {name} are names, each given once"
                self.problem("E22", fact, key.span, f"{name}(c, s)")
            elif layer_type(name) or name in (*STRUCTURES, "id"):
                fact = f'"{name}" is a word of the notation'
                self.problem("E26", fact, key.span, f"another name, such as my_{name}")
            elif name in self.blocks.nodes:
                self.problem("E26", f"block {name} is defined twice", key.span, "keep one")
            else:
                self.blocks.nodes[name] = (key, parameters, node)

    def called(self, name: str, level: int) -> Definition | None:
        """Return a block for a call of it at this level; bound what all calls stand for."""
        if name not in self.blocks.nodes:
            return None
        self.blocks.used.add(name)
        if self.blocks.called <= MOST_CALLED:
            outer, self.level = self.level, level + 1
            try:
                made = self.definition(name)
            finally:
                self.level = outer
            assert made is not None
            self.blocks.called += entries_in(made.body)
            return made
        fact = f"calls of blocks stand for more than {MOST_CALLED:,} stages"
        raise SpecError([Problem("E44", fact, self.blocks.nodes[name][0].span)])

    def definition(self, name: str) -> Definition | None:
        """Return a block of the document; report one that calls itself."""
        blocks = self.blocks
        if name not in blocks.nodes:
            return None
        key, parameters, node = blocks.nodes[name]
        if name in blocks.open:
            path = " -> ".join((*blocks.open[blocks.open.index(name) :], name))
            raise SpecError([Problem("E24", f"block {name} calls itself ({path})", key.span)])
        if name not in blocks.made:
            blocks.made[name] = None  # one that cannot be read is reported once
            blocks.open.append(name)
            body = self.chain(node)
            blocks.open.pop()
            if body.entries:
                blocks.made[name] = Definition(name, parameters, body)
        return blocks.made[name] or Definition(name, parameters, Chain(()))

    # What is said about the net

    def limits(self, merged: Fields) -> list[Figure]:
        found = []
        for key, node in self.pairs(merged.get("budget", (None, None))[1], "budget"):
            text = node.text.strip() if isinstance(node, Scalar) else ""
            limit = re.fullmatch(r"(<=|<)\s*(\S.*)", text)
            if not limit:
                fact = f'the budget of {key.text[:40]} is no limit: "{text[:40]}"'
                help = "an upper limit, <= or <, of a column: `params: <= 3.6M`"
                self.problem("E22", fact, node.span, help)
                continue
            found.append(Figure(key.text, limit[2], limit[1], span=key.span))
        return found

    def figures(self, merged: Fields) -> list[Figure]:
        if "published" not in merged:
            return []
        key, node = merged["published"]
        if not isinstance(node, Sequence):
            self.problem(
                "E22",
                "published is a list of figures",
                key.span,
                "- {params: 60M, source: abstract}",
            )
            return []
        made = (self.figure(item, self.words(merged, "source")) for item in node.items)
        return [one for one in made if one is not None]

    def figure(self, node: Node, source: str) -> Figure | None:
        about = ("source", "differs", "of", "thousand", "train")
        given: dict[str, Node] = {}
        keys: list[Scalar] = []
        for key, value in self.pairs(node, "a published figure"):
            given[key.text] = value
            if key.text not in about:
                keys.append(key)
        if len(keys) != 1 or not isinstance(given[keys[0].text], Scalar):
            fact = "a published figure has one quantity, its value and its source"
            self.problem("E22", fact, node.span, "- {params: 60M, source: abstract}")
            return None
        texts = {key: value.text for key, value in given.items() if isinstance(value, Scalar)}
        of = given.get("of")
        names = of.items if isinstance(of, Sequence) else (of,) if of else ()
        if not all(isinstance(one, Scalar) for one in names) or "source" in given.keys() - texts:
            fact = "`of` names layers or groups, `source` is a text"
            self.problem("E22", fact, node.span, "of: [conv1, conv2_x]")
            return None
        thousand, train = texts.get("thousand", "1000"), texts.get("train", "false")
        if thousand not in ("1000", "1024") or train not in ("true", "false"):
            self.problem("E22", "thousand is 1000 or 1024, train is true or false", node.span)
            return None
        return Figure(
            keys[0].text,
            texts[keys[0].text].strip(),
            of=tuple(name.text for name in names if isinstance(name, Scalar)),
            source=" ".join(texts.get("source", source).split()),
            differs=" ".join(texts.get("differs", "").split()),
            thousand=int(thousand),
            train=train == "true",
            span=keys[0].span,
        )


def _also(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1, 0.6)
    return f'; did you mean "{near[0]}"?' if near else ""


_INHERITED = tuple(key for key in KEYS if key not in ("name", "note", "published"))
