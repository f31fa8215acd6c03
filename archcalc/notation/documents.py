"""YAML specs: the structured form of the notation, read into the same entries as inline text."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from ..blocks import block_type
from ..errors import Problem, Source, Span, SpecError, UsageError
from ..layers import layer_type
from . import tree
from .binding import Atom
from .claims import Claims
from .entries import (
    Chain,
    Definition,
    Entry,
    Size,
    Spec,
)
from .free import Places as FreePlaces
from .free import collect, free_in
from .keys import MOST_PROBLEMS, Fields
from .parser import parse, parse_input, parse_options
from .structures import STRUCTURES, Structures
from .substitution import entries_in
from .tree import Node, Scalar, Sequence

MOST_CALLED = 200_000
MOST_VARIANT_NODES = 200_000
VERSION = "1"
TEXTS = ("name", "note", "source")
OVERLAID = ("symbols", "defaults", "blocks", "budget")
KEYS = (*TEXTS, "input", "layout", *OVERLAID, "layers", "net", "published")
POOLS = ("maxpool", "avgpool")
_DEFINED = re.compile(r"([a-z][A-Za-z0-9_]*)\s*(?:\(([^()]*)\))?")


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


class _Document(Claims, Structures):
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


def _also(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1, 0.6)
    return f'; did you mean "{near[0]}"?' if near else ""


_INHERITED = tuple(key for key in KEYS if key not in ("name", "note", "published"))
