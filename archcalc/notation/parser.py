"""The inline notation, read by recursive descent: its error messages are the product.

    network  : input ("|" stage)*                 fragment : "..." ("|" stage)+
    stage    : [LABEL] (layer | group | parallel | residual | aux | call)
    group    : "[" pipeline "]" [REPEAT]          parallel : KIND "(" pipeline (";" pipeline)* ")"

A newline between two stages counts as a bar; ``#`` starts a comment.
"""

from __future__ import annotations

import re
from typing import Any

from ..arithmetic.expression import BadExpression, Expression
from ..blocks import block_type, block_words
from ..errors import Problem, Source, Span, SpecError
from ..layers import layer_type
from ..layers.base import Layer
from ..layers.options import Pad
from .binding import LARGEST_SIZE, Atom, BindError, Bound, bind, is_suffix, suggestion
from .entries import Aux, BlockStage, Chain, Entry, Identity, Parallel, Size, Spec, Stage
from .source import normalized

DEEPEST = 50
MOST_PROBLEMS = 20

_BLANK = re.compile(r"(?:[ \t\r\f\v]|#[^\n]*)*")
_SPACE = re.compile(r"(?:\s|#[^\n]*)*")
_LABEL = re.compile(r"(\w[\w./+-]*):(?=\s)")
_NAME = re.compile(r"[^\W\d]\w*(?:-\w+)*")
_SYMBOL = re.compile(r"[A-WYZ][A-Za-wyz0-9_]*")
_DECIMAL = re.compile(r"-?(?:\d+\.\d*|\.\d+)(?:e-?\d+)?")
_PADS = re.compile(r"\d+:\d+(?:x\d+(?::\d+)?)*(?!\w)")
_SHORT = re.compile(r"[spdghk](\d+(?:x\d+)*)(?![\w(])")
_TEXTBOOK = re.compile(r"conv(\d{1,10})-(\d{1,10})")
_REPEAT = re.compile(r"[ \t]*(?:\*[ \t]*|x[ \t]*(?=[-\d.A-WYZ(]|$|[|;)\]]))")
_PLAIN = r"(?:\d|[A-WYZ])\w*"
_OTHER_SHAPE = re.compile(rf"\[?\s*({_PLAIN}(?:\s*[*·,@]\s*{_PLAIN})+)\s*\]?(?=\s|\||->|$)")
_TUPLE = re.compile(rf"\(\s*({_PLAIN}(?:\s*,\s*{_PLAIN})+)\s*\)(?=\s|\||->|$)")
_KINDS = ("concat", "add", "mul", "res")
_WORDS = (*_KINDS, "id", "aux")


def parse(text: str, name: str = "spec", *, layout: str = "hwc", fragment: bool = False) -> Spec:
    """Read a spec; ``layout="chw"`` takes the input's channels first.

    Errors: :class:`SpecError` with every mistake found, up to twenty.
    """
    plain, source = normalized(text, name)
    return _Parser(plain, source, layout).spec(fragment)


class _Skip(Exception):
    """The stage being read is beyond repair; go on with the next."""


class _Parser:
    def __init__(self, text: str, source: Source, layout: str) -> None:
        self.text, self.source, self.layout = text, source, layout
        self.at = 0
        self.depth = 0
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.layers: dict[Layer, Layer] = {}

    # Positions and problems

    def span(self, start: int, end: int | None = None) -> Span:
        return Span(self.source, start, self.at if end is None else end)

    def problem(self, code: str, message: str, span: Span | None, help: str = "") -> None:
        self.problems.append(Problem(code, message, span, help))
        if len(self.problems) == MOST_PROBLEMS:
            raise SpecError(self.problems)  # a text of nothing but mistakes is not read on

    def fail(self, code: str, message: str, span: Span | None, help: str = "") -> _Skip:
        self.problem(code, message, span, help)
        return _Skip()

    def blank(self) -> None:
        self.at = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]

    def space(self) -> bool:
        """Skip white space; tell whether a line ended in it."""
        start = self.at
        self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
        return "\n" in self.text[start : self.at]

    def peek(self, text: str) -> bool:
        return self.text.startswith(text, self.at)

    @property
    def done(self) -> bool:
        return self.at >= len(self.text)

    # The whole

    def spec(self, fragment: bool) -> Spec:
        self.space()
        if self.done:
            raise SpecError(
                [
                    Problem(
                        "E01",
                        "nothing to compute: the spec is empty",
                        None,
                        "archcalc summary '32x32x3 | conv 5x5x6'",
                    )
                ]
            )
        title, sizes, input_span = "", None, None
        try:
            if self.peek("..."):
                self.at += 3
            else:
                title, sizes, input_span = self.input()
            body = self.body(sizes is None)
        except _Skip:
            body = Chain(())
        if not self.problems and sizes is None and not fragment:
            self.problem("E02", *self.no_input(self.text[3:]))
        if self.problems:
            raise SpecError(self.problems)
        whole = self.span(0, len(self.text.rstrip()))
        if sizes is not None and self.layout == "chw":
            sizes = (*sizes[1:], sizes[0])
        return Spec(title, sizes, body, whole, input_span, tuple(self.warnings))

    def body(self, is_fragment: bool) -> Chain:
        start = self.at
        crossed = self.space()
        if self.done:
            if not is_fragment:
                self.problem(
                    "E03",
                    "only a shape arrived; if more was typed, the shell took the rest as a pipe",
                    self.span(0, start),
                    "put the spec in quotes: '14x14x480 | conv 5x5x48 pad 2'",
                )
            raise _Skip
        if self.peek("->") or self.peek("|"):
            self.bar()
        elif not crossed:
            word = re.compile(r"\S+").match(self.text, self.at)
            text = word[0] if word else ""
            raise self.fail(
                "E05",
                f'missing "|" before "{text}"',
                self.span(self.at, self.at + len(text)),
                f"{self.text[:start].strip()} | {text} ...",
            )
        entries = self.pipeline()
        self.space()
        if not self.done and not any(problem.code == "E19" for problem in self.problems):
            char = self.text[self.at]
            fact, help = "closes nothing", "remove it, or open it before"
            if char == ";":
                fact, help = "separates no branches", "`concat( a ; b )` has branches"
            self.problem(
                "E19",
                f'"{char}" at column {self.column(self.at)} {fact}',
                self.span(self.at, self.at + 1),
                help,
            )
        return self.chain(entries, start)

    def chain(self, entries: list[Entry], start: int) -> Chain:
        spans = [entry.span for entry in entries if entry.span is not None]
        span = self.span(spans[0].start, spans[-1].end) if spans else self.span(start)
        return Chain(tuple(entries), span=span)

    def column(self, at: int) -> int:
        return self.source.line_column(self.source.place(at))[1]

    def no_input(self, rest: str) -> tuple[str, Span | None, str]:
        start = " ".join(rest.strip(" |\n").split("|")[0].split())
        word = start.split(" ")[0].split("(")[0]
        known = layer_type(word) or block_type(word) or word in _KINDS
        shown = start if known and len(start) <= 40 else "conv 5x5x48 pad 2"
        first = re.compile(r"\s*(\S+)").match(self.text)
        return (
            "the spec has no input shape",
            self.span(*first.span(1)) if first else None,
            f"start with one, e.g. `14x14x480 | {shown}`",
        )

    def input(self) -> tuple[str, tuple[Size, ...] | None, Span]:
        title = self.label()
        start = self.at
        bracket = self.peek("[")
        if bracket:
            self.at += 1
            self.blank()
        other = _OTHER_SHAPE.match(self.text, self.at) or _TUPLE.match(self.text, self.at)
        if other:
            sign = re.sub(r"[\w\s]", "", other[1])[0]
            parts = re.split(r"\s*[*·,@]\s*", other[1])
            order = parts[1:] + parts[:1] if sign == "@" else parts
            raise self.fail(
                "E04", f'"{sign}" in a shape', self.span(*other.span(1)), f"write {'x'.join(order)}"
            )
        if not re.compile(r"-?\d|\.\d|\(|[A-WYZ](?:[A-Za-wyz0-9_]*)(?:x|[\s|\]]|->|$)").match(
            self.text, self.at
        ):
            raise self.fail("E02", *self.no_input(self.text[start:]))
        atom = self.value_atom()
        if atom is None or atom.kind != "dims":
            raise self.fail(
                "E11",
                "sizes must be whole numbers of at least 1",
                self.span(start, max(self.at, start + 1)),
                "an input is height x width x channels, e.g. 14x14x480",
            )
        if bracket:
            self.blank()
            if not self.peek("]"):
                self.at = start
                raise self.fail("E02", *self.no_input(self.text[start:]))
            self.at += 1
        if any(size == 0 for size in atom.value if isinstance(size, int)):
            self.problem("E11", "sizes must be whole numbers of at least 1", atom.span)
        if len(atom.value) > 5:
            self.problem("E11", f"an input of {len(atom.value)} sizes (at most 5)", atom.span)
        self.looks_like_chw(atom)
        return title, atom.value, atom.span

    def looks_like_chw(self, atom: Atom) -> None:
        sizes = atom.value
        if self.layout == "hwc" and len(sizes) == 3 and all(isinstance(n, int) for n in sizes):
            first, middle, last = sizes
            if first <= 4 and middle == last and last >= 16:
                self.warnings.append(
                    Problem(
                        "W02",
                        f"{atom.text} is read as height {first}, width {middle}, {last} channels. "
                        "Meant channels first?",
                        atom.span,
                        "--layout chw",
                    )
                )

    # Stages

    def bar(self) -> None:
        self.at += 2 if self.peek("->") else 1

    def pipeline(self) -> list[Entry]:
        """Read stages up to the end or to a closing sign of the level above."""
        entries: list[Entry] = []
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.fail(
                "E44",
                f"the spec is nested deeper than {DEEPEST} levels",
                self.span(self.at, self.at + 1),
            )
        while True:
            self.space()
            start = self.at
            if self.done or self.text[self.at] in ";)]" or self.peek("|") or self.peek("->"):
                self.empty(start)
                if self.done or self.text[self.at] in ";)]":
                    break
                self.bar()
                continue
            try:
                entries.append(self.stage())
            except _Skip:
                self.recover(start)
            if not self.separated():
                break
        self.depth -= 1
        return entries

    def empty(self, start: int) -> None:
        before = self.text[:start].rstrip()[-1:] or "the start"
        after = self.text[start : start + 1] or "the end"
        quoted = [f'"{sign}"' if len(sign) == 1 else sign for sign in (before, after)]
        if before == ">":
            quoted[0] = '"->"'
        if after == "-":
            quoted[1] = '"->"'
        bars = before in "|>" and after in ("|", "-", "the end")
        self.problem(
            "E06",
            f"empty stage between {quoted[0]} and {quoted[1]}",
            self.span(max(start - 1, 0), max(start, 1)),
            f"{'remove one of them' if bars else 'write a layer there'}, or write `id` for an "
            "unchanged branch",
        )

    def separated(self) -> bool:
        """Pass the separator behind a stage; False at the end of the pipeline."""
        crossed = self.space()
        if self.done or self.text[self.at] in ";)]":
            return False
        if self.peek("|") or self.peek("->"):
            self.bar()
            return True
        if crossed:
            return True
        found = re.compile(r"\S+").match(self.text, self.at)
        text = found[0] if found else ""
        self.problem(
            "E05",
            f'missing "|" before "{text[:20]}"',
            self.span(self.at, self.at + len(text)),
            "stages are joined by |",
        )
        self.recover(self.at)
        return self.separated() if self.at < len(self.text) and text else False

    def recover(self, start: int) -> None:
        """Go to the separator that ends this stage, passing over balanced brackets."""
        self.at = max(self.at, start)
        level = 0
        while not self.done:
            char = self.text[self.at]
            if char in "([":
                level += 1
            elif char in ")]":
                if level == 0:
                    return
                level -= 1
            elif level == 0 and (char in "|;\n" or self.peek("->")):
                return
            self.at += 1

    def label(self) -> str:
        found = _LABEL.match(self.text, self.at)
        if not found:
            return ""
        if len(found[1]) > 100:
            self.problem("E44", f"a label of {len(found[1])} characters", self.span(*found.span(1)))
        self.at = found.end()
        self.space()
        return found[1]

    def stage(self) -> Entry:
        start = self.at
        label = self.label()
        if self.peek("["):
            return self.group(start, label)
        leading: list[Atom] = []
        if re.compile(r"[\d(]").match(self.text, self.at) or (
            _SYMBOL.match(self.text, self.at)
            and re.compile(r"[A-WYZ]\w*x[\d(A-WYZ]").match(self.text, self.at)
        ):
            atom = self.value_atom()
            if atom is not None:
                if atom.kind != "dims":
                    raise self.fail(
                        "E11",
                        f'"{atom.text}": sizes must be whole numbers of at least 1',
                        atom.span,
                        "for example 7x7 conv, 64",
                    )
                leading.append(atom)
            self.blank()
        word = _NAME.match(self.text, self.at)
        if not word:
            raise self.unreadable(leading, start)
        name = word[0]
        here = self.span(self.at, word.end())
        self.at = word.end()
        if self.peek("(") and not leading:
            return self.call(name, here, start, label)
        if name == "aux":
            return self.aux(start, label)
        if name == "id" and not leading:
            return Identity(label=label, span=here)
        return self.layer(name, here, leading, start, label)

    def unreadable(self, leading: list[Atom], start: int) -> _Skip:
        if leading:
            atom = leading[0]
            return self.fail(
                "E07",
                f'"{atom.text}" is a size without a layer',
                atom.span,
                "`[ relu ]*3` repeats"
                if self.peek("*") or self.peek("[")
                else f"`conv {atom.text}`, or put the input shape first",
            )
        if self.done:
            named = self.text[start:].strip()
            return self.fail("E07", f'"{named}" names nothing', self.span(start), f"{named} relu")
        char = self.text[self.at]
        shown = char if char.isprintable() else f"U+{ord(char):04X}"
        return self.fail(
            "E07", f'a stage cannot start with "{shown}"', self.span(self.at, self.at + 1)
        )

    # Groups

    def closing(self, sign: str, opened: int) -> None:
        self.space()
        if not self.peek(sign):
            shown = "(" if sign == ")" else "["
            found = "" if self.done else f'; found "{self.text[self.at]}"'
            raise self.fail(
                "E19",
                f'"{shown}" at column {self.column(opened)} is never closed{found}',
                self.span(opened, opened + 1),
                f'add "{sign}" where it ends',
            )
        self.at += 1

    def repeat(self) -> Size:
        mark = _REPEAT.match(self.text, self.at)
        if not mark:
            return 1
        start = self.at
        self.at = mark.end()
        sizes: tuple[Size, ...] = ()
        remedy = "for example [ conv 3x3x64 pad 1 | relu ]*3"
        if self.peek("("):
            atom = self.value_atom()
            sizes = atom.value if atom else ()
        else:
            found = re.compile(r"[-\w.]+").match(self.text, self.at)
            text = found[0] if found else ""
            self.at += len(text)
            if text.isidentifier():
                remedy = f"a symbol in parentheses: *({text})"
            if re.fullmatch(r"\d{1,12}", text):
                sizes = (int(text),)
            elif _SYMBOL.fullmatch(text):
                sizes = (Expression.parse(text),)
        if len(sizes) == 1 and sizes[0] >= 1:
            return sizes[0]
        raise self.fail(
            "E20",
            "repeat count must be a whole number of at least 1",
            self.span(start),
            remedy,
        )

    def group(self, start: int, label: str) -> Entry:
        opened = self.at
        self.at += 1
        entries = self.pipeline()
        self.closing("]", opened)
        repeat = self.repeat()
        return Chain(tuple(entries), repeat, label=label, span=self.span(start))

    def call(self, name: str, here: Span, start: int, label: str) -> Entry:
        opened = self.at
        self.at += 1
        if name == "aux":
            body = Chain(tuple(self.pipeline()))
            self.closing(")", opened)
            return Aux(title="", body=body, label=label, span=self.span(start))
        if name in _KINDS:
            return self.parallel(name, here, opened, start, label)
        if block_type(name) is not None:
            return self.block_call(name, here, opened, start, label)
        self.at = opened
        self.recover(opened)
        if layer_type(name) is not None:
            raise self.fail(
                "E08",
                f'"{name}(" is not a call: {name} is a layer',
                here,
                f"`{name} 3x3x64`, and a space before a bracketed size: `{name} (C/2)`",
            )
        raise self.unknown(name, here)

    def parallel(self, kind: str, here: Span, opened: int, start: int, label: str) -> Entry:
        branches = []
        while True:
            branch_start = self.at
            entries = self.pipeline()
            branches.append(self.chain(entries, branch_start))
            self.space()
            if not self.peek(";"):
                break
            self.at += 1
        self.closing(")", opened)
        if kind != "res" and len(branches) < 2:
            self.problem(
                "E18",
                f'{kind} needs at least two branches, separated by ";"',
                here,
                f"`{kind}( conv 1x1x64 ; conv 3x3x64 pad 1 )`",
            )
        if kind == "res" and len(branches) > 2:
            self.problem(
                "E18",
                f"res takes a body and one shortcut, got {len(branches)} branches",
                here,
                "`add( a ; b ; c )` adds any number of branches",
            )
        repeat = self.repeat()
        return Parallel(kind, tuple(branches), repeat, label=label, span=self.span(start))

    def aux(self, start: int, label: str) -> Entry:
        self.blank()
        name = re.compile(r"[\w/-]+").match(self.text, self.at)
        title = name[0] if name else ""
        self.at += len(title)
        self.blank()
        if not self.peek("("):
            raise self.fail(
                "E19",
                "aux needs a side branch in parentheses",
                self.span(start),
                "`aux head( gap | fc 10 )`",
            )
        opened = self.at
        self.at += 1
        body = Chain(tuple(self.pipeline()))
        self.closing(")", opened)
        return Aux(title=title, body=body, label=label, span=self.span(start))

    # Layers

    def layer(self, name: str, here: Span, leading: list[Atom], start: int, label: str) -> Entry:
        textbook = _TEXTBOOK.fullmatch(name)
        block = block_type(name)
        kind: Any = layer_type("conv") if textbook else (block or layer_type(name))
        merge = name in ("concat", "add", "mul")
        if kind is None or merge or (name in _KINDS):
            if merge or name in _KINDS:
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
            bound = bind(kind, name, atoms, stage_span, leading)
            if block is not None:
                self.no_suffixes(bound, name)
                return BlockStage(bound.made, parts=bound.parts, label=label, span=stage_span)
            return self.finished(bound, has_bn, label, stage_span)
        except BindError as error:
            raise self.fail(
                error.code, error.message, error.span or stage_span, error.help
            ) from None

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
                    "`+bn`, `+relu` and other layers without sizes can follow a +",
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

    def unknown(self, name: str, here: Span) -> _Skip:
        near = suggestion(name, (*_WORDS, *block_words()))
        also = f'; did you mean "{near}"?' if near else ""
        return self.fail("E07", f'unknown layer "{name[:40]}"{also}', here, "archcalc layers")

    def block_call(self, name: str, here: Span, opened: int, start: int, label: str) -> Entry:
        atoms = self.atoms(closing=True)
        self.closing(")", opened)
        block = block_type(name)
        assert block is not None
        span = self.span(start)
        try:
            bound = bind(block, name, atoms, span, [])
            self.no_suffixes(bound, name)
        except BindError as error:
            raise self.fail(error.code, error.message, error.span or span, error.help) from None
        made = BlockStage(bound.made, parts=bound.parts, label=label, span=span)
        repeat = self.repeat()
        return made if repeat == 1 else Chain((made,), repeat, span=span)

    # Atoms

    def atoms(self, closing: bool = False) -> list[Atom]:
        found: list[Atom] = []
        while True:
            self.space() if closing else self.blank()
            if self.done or self.text[self.at] in "|;)]\n" or self.peek("->"):
                return found
            if self.text[self.at] == ",":
                self.at += 1
                continue
            if len(found) > 100:
                raise self.fail("E44", "more than 100 options in one stage", self.span(self.at - 1))
            found.append(self.atom())

    def atom(self) -> Atom:
        text, start = self.text, self.at
        if text[start] == "/":
            self.at += 1
            self.blank()
            value = self.value_atom() if re.compile(r"[\d(A-Z]").match(text, self.at) else None
            if value is None or value.kind != "dims":
                raise self.fail("E09", '"/" has no value', self.span(start, start + 1), "`/2`")
            return Atom("slash", value.value, text[start : self.at], self.span(start))
        if text[start] == "+":
            name = _NAME.match(text, start + 1)
            if not name:
                raise self.fail("E08", '"+" needs a layer', self.span(start, start + 1), "`+relu`")
            self.at = name.end()
            return Atom("plus", None, name[0], self.span(start))
        short = _SHORT.match(text, start)
        if short:
            self.at = short.end()
            sizes = tuple(self.whole(part, start) for part in short[1].split("x"))
            return Atom("short", sizes, short[0], self.span(start))
        value = self.value_atom()
        if value is not None:
            return value
        name = _NAME.match(text, start)
        if name:
            self.at = name.end()
            if self.peek("="):
                self.at += 1
            elif self.peek("("):
                raise self.fail(
                    "E08",
                    f'"{name[0]}(" cannot be read',
                    self.span(start, self.at + 1),
                    "a symbolic value takes the long word and a space: `stride (s)`",
                )
            return Atom("name", name[0], name[0], self.span(start, name.end()))
        char = text[start]
        shown = char if char.isprintable() else f"U+{ord(char):04X}"
        help = "`[ relu ]*3` repeats" if char == "*" else ""
        raise self.fail("E08", f'"{shown}" cannot be read here', self.span(start, start + 1), help)

    def whole(self, digits: str, start: int) -> int:
        if len(digits) > 15 or int(digits) > 10**15:
            raise self.fail("E11", f"{digits[:20]} is too large", self.span(start))
        return int(digits)

    def value_atom(self) -> Atom | None:
        """Read sizes, a decimal or padding like 0:1 at this place, or nothing."""
        text, start = self.text, self.at
        decimal = _DECIMAL.match(text, start)
        if decimal and not text.startswith("...", decimal.end() - 1):
            self.at = decimal.end()
            if re.compile(r"x[\d(A-Z]").match(text, self.at) or text[start] == "-":
                return self.bad_size(start)
            return Atom("decimal", decimal[0], decimal[0], self.span(start))
        pads = _PADS.match(text, start)
        if pads:
            self.at = pads.end()
            parts = []
            for part in pads[0].split("x"):
                before, _, after = part.partition(":")
                one = self.whole(before, start)
                parts.append(Pad(one, self.whole(after, start)) if after else Pad(one))
            return Atom("pad", tuple(parts), pads[0], self.span(start))
        if text.startswith("-", start):
            return self.bad_size(start)
        sizes: list[Size] = []
        while True:
            size = self.size_part()
            if size is None:
                if not sizes:
                    return None
                return self.bad_size(start)
            sizes.append(size)
            if not self.peek("x") or re.compile(r"x\s*[)|\]\n]|x$").match(text, self.at):
                break
            self.at += 1
        if re.compile(r"\w|\.\d").match(text, self.at):
            return self.bad_size(start)
        return Atom("dims", tuple(sizes), text[start : self.at], self.span(start))

    def bad_size(self, start: int) -> Atom:
        rest = re.compile(r"[-\w.()/:]*").match(self.text, start)
        self.at = max(self.at, rest.end() if rest else start + 1)
        text = self.text[start : self.at]
        if text.startswith("-"):
            raise self.fail("E11", f'"{text[:40]}": no value is below 0', self.span(start))
        help = "for example conv 3x3x64"
        product = re.fullmatch(r"(.*x)?(\d+)([A-Z])", text)
        if product:
            help = f"a product needs parentheses: {product[1] or ''}({product[2]}*{product[3]})"
        raise self.fail(
            "E11",
            f'"{text[:40]}": sizes must be whole numbers of at least 1',
            self.span(start),
            help,
        )

    def size_part(self) -> Size | None:
        text, start = self.text, self.at
        digits = re.compile(r"\d+").match(text, start)
        if digits:
            self.at = digits.end()
            if len(digits[0]) > 15 or int(digits[0]) > 10**15:
                raise self.fail("E11", f"{digits[0][:20]} is too large", self.span(start))
            return int(digits[0])
        symbol = _SYMBOL.match(text, start)
        if symbol:
            self.at = symbol.end()
            return Expression.parse(symbol[0])
        if not self.peek("("):
            return None
        level, end = 0, start
        while end < len(text) and end - start < 400:
            level += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
            if level == 0:
                break
        if level:
            raise self.fail(
                "E19",
                f'"(" at column {self.column(start)} is never closed',
                self.span(start, start + 1),
                'add ")" where it ends',
            )
        inner = text[start + 1 : end - 1]
        self.at = end
        try:
            expression = Expression.parse(inner)
        except BadExpression as error:
            place = start + 1 + error.position
            raise self.fail(
                "E11", f"{error}", self.span(place, max(place + 1, place)), "for example (C/2)"
            ) from None
        return int(inner) if inner.strip().isdigit() else expression


__all__ = ["LARGEST_SIZE", "parse"]
