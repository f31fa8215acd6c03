"""Layers and blocks among the stages: a word with its atoms, bound to a class."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Any

from ..arithmetic.dims import NotExact
from ..arithmetic.expression import BadExpression, Expression, TooLarge
from ..blocks import block_type, block_words
from ..errors import LayerError, Problem, Span
from ..layers import layer_type
from ..layers.base import Layer
from .binding import Atom, BindError, Bound, bind, is_suffix, suggestion
from .entries import BlockStage, Call, Chain, Definition, Entry, Size, Stage
from .scanner import Scanner, Skip
from .substitution import put_in
from .synonyms import layer_meant

_TEXTBOOK = re.compile(r"conv(\d{1,10})-(\d{1,10})")
_TEXTBOOK_FC = re.compile(r"(?:fc|FC)-(\d{1,10})")
_REPEATED = re.compile(r"(conv\d{1,10}-\d{1,10})x(\d+)")
KINDS = ("concat", "add", "mul", "res")
_WORDS = (*KINDS, "id", "aux")


class StageReader(Scanner):
    """Reads one layer or block behind its word."""

    # Layers

    def layer(self, name: str, here: Span, leading: list[Atom], start: int, label: str) -> Entry:
        full = _TEXTBOOK_FC.fullmatch(name)
        if full:  # `FC-4096`, as VGG's table has it
            leading, name = [Atom("dims", (int(full[1]),), full[1], here)], "fc"
        textbook = _TEXTBOOK.fullmatch(name)
        block = block_type(name)
        kind: Any = layer_type("conv") if textbook else (block or layer_type(name))
        merge = name in ("concat", "add", "mul")
        if self.context.blocks(name, self.depth) is not None and not textbook:
            raise self.unknown(name, here)
        if kind is None or merge or (name in KINDS):
            if merge or name in KINDS:
                self.recover(self.at)
                raise self.fail(
                    "E18", f"{name} needs branches in parentheses", here, f"`{name}( a ; b )`"
                )
            raise self.unknown(name, here)
        atoms = self.atoms()
        stage_span = self.span(start, max(here.end, atoms[-1].span.end if atoms else 0))
        if textbook:
            k, filters = int(textbook[1]), int(textbook[2])
            leading = [Atom("dims", (k, k, filters), name, here)]
            if not any(a.text.startswith("p") or a.text in ("same", "valid") for a in atoms):
                atoms.append(Atom("name", "pad", "pad", here))
                atoms.append(Atom("dims", ((k - 1) // 2,), str((k - 1) // 2), here))
            name = "conv"
        has_bn = any(a.kind == "plus" and a.text == "bn" for a in atoms)
        try:
            defaults = self.context.defaults.get(name, [])
            bound = bind(kind, name, atoms, stage_span, leading, defaults)
            if block is not None:
                self.no_suffixes(bound, name)
                return BlockStage(bound.made, parts=bound.parts, label=label, span=stage_span)
            return self.finished(bound, has_bn, label, stage_span)
        except BindError as error:
            raise self.refused(error, stage_span) from None

    def refused(self, error: BindError, span: Span) -> Skip:
        """Report everything that does not fit a layer or block."""
        for one in (error, *error.others):
            self.problem(one.code, one.message, one.span or span, one.help)
        return Skip()

    def no_suffixes(self, bound: Bound, name: str) -> None:
        for atom in bound.suffixes:
            raise BindError("E08", f"{name} takes no +{atom.text}", atom.span, f"`| {atom.text}`")

    def finished(self, bound: Bound, has_bn: bool, label: str, span: Span) -> Stage:
        made = bound.made
        if has_bn and hasattr(made, "bias"):
            if "bias" not in bound.given:
                object.__setattr__(made, "bias", False)
            elif made.bias:
                self.warnings.append(
                    Problem(
                        "W04",
                        "a bias before batch norm has no effect; counted because you asked",
                        bound.parts.get("bias", span),
                    )
                )
        suffixes = []
        for atom in bound.suffixes:
            if not is_suffix(atom.text):
                raise BindError(
                    "E08",
                    f'"+{atom.text}" is not an option of {made.word}',
                    atom.span,
                    f"`+{atom.text.lower()}`"
                    if is_suffix(atom.text.lower())
                    else "`+bn`, `+relu` and other layers without sizes can follow a +",
                )
            kind = layer_type(atom.text)
            assert kind is not None
            suffixes.append(Stage(self.one(kind()), span=atom.span))
        return Stage(
            self.one(made), tuple(suffixes), bound.symbolic, bound.parts, label=label, span=span
        )

    def one(self, layer: Layer) -> Layer:
        """Return the layer met before that equals this one: its facts are then asked once."""
        return self.layers.setdefault(layer, layer)

    def unknown(self, name: str, here: Span) -> Skip:
        if self.context.blocks(name, self.depth) is not None:
            fact = f"the block {name} is called with its values"
            return self.fail("E23", fact, here, f"`{name}( )` with values between")
        repeated = _REPEATED.fullmatch(name)
        if repeated:  # `conv3-64 x3`, its blank dropped
            fact = f'"x{repeated[2]}" repeats nothing'
            return self.fail("E20", fact, here, f"`[ {repeated[1]} ]*{repeated[2]}`")
        near = suggestion(name, (*_WORDS, *block_words()))
        also = f'; did you mean "{near}"?' if near else ""
        help = f"archcalc layers {near}" if layer_type(layer_meant(name)) else "archcalc layers"
        return self.fail("E07", f'unknown layer "{name[:40]}"{also}', here, help)

    def definition_call(self, definition: Definition, opened: int, start: int, label: str) -> Entry:
        """Read the values of a document's block and put them into its body."""
        arguments = self.arguments(opened)
        span = self.span(start)
        name, wanted = definition.name, definition.parameters
        if len(arguments) != len(wanted):
            listed = f" ({' '.join(wanted)})" if wanted else ""
            raise self.fail(
                "E23",
                f"block {name} takes {len(wanted)} value{'s' * (len(wanted) != 1)}{listed}, "
                f"got {len(arguments)}",
                span,
                f"{name}({' '.join(wanted)})",
            )
        try:
            body = put_in(definition.body, dict(zip(wanted, arguments, strict=True)))
        except LayerError as error:
            raise self.fail(error.code, f"{name}: {error.message}", span, error.help) from None
        except NotExact as error:
            code = "E44" if isinstance(error, TooLarge) else "E27"
            raise self.fail(code, f"{name}: {error}", span) from None
        made = Call(definition, tuple(arguments), body, label=label, span=span)
        repeat = self.repeat()
        return made if repeat == 1 else Chain((made,), repeat, span=span)

    def arguments(self, opened: int) -> list[Size]:
        """Read the values of a call: expressions, with blanks or commas between them."""
        found: list[Size] = []
        while True:
            self.space()
            if self.peek(","):
                self.at += 1
                continue
            start, level = self.at, 0
            while not self.done:
                char = self.text[self.at]
                if level == 0 and (char in ",);|\n" or char.isspace()):
                    break
                level += {"(": 1, ")": -1}.get(char, 0)
                self.at += 1
            text = self.text[start : self.at]
            if not text:
                self.closing(")", opened)
                return found
            try:
                value = Expression.parse(text)
            except BadExpression as error:
                raise self.fail(
                    "E23",
                    f'"{text[:40]}" is no value of a block: {error}',
                    self.span(start),
                    "numbers with blanks between, such as (64 2*c)",
                ) from None
            found.append(int(text) if text.isdigit() else value)

    def block_call(self, name: str, here: Span, opened: int, start: int, label: str) -> Entry:
        atoms = self.atoms(closing=True)
        self.closing(")", opened)
        block = block_type(name)
        assert block is not None
        span = self.span(start)
        try:
            sizes = list(takewhile(lambda atom: atom.kind == "dims", atoms))
            defaults = self.context.defaults.get(name, [])
            bound = bind(block, name, atoms[len(sizes) :], span, sizes, defaults)
            self.no_suffixes(bound, name)
        except BindError as error:
            raise self.refused(error, span) from None
        made = BlockStage(bound.made, parts=bound.parts, label=label, span=span)
        repeat = self.repeat()
        return made if repeat == 1 else Chain((made,), repeat, span=span)
