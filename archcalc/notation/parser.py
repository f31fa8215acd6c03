"""The inline notation, read by recursive descent: its error messages are the product.

    network  : input ("|" stage)*                 fragment : "..." ("|" stage)+
    stage    : [LABEL] (layer | group | parallel | residual | aux | call)
    group    : "[" pipeline "]" [REPEAT]          parallel : KIND "(" pipeline (";" pipeline)* ")"

A newline between two stages counts as a bar; ``#`` starts a comment.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from ..blocks import block_type
from ..errors import Problem, Span, SpecError
from ..layers import layer_type
from .binding import Atom
from .entries import Aux, Chain, Entry, Identity, Parallel, Size, Spec
from .scanner import NAME, SYMBOL, Context, Skip
from .source import Places, normalized
from .stages import KINDS, StageReader
from .synonyms import capitalised_layer

Piece = TypeVar("Piece")
DEEPEST = 50
_LABEL = re.compile(r"(\w[\w./+-]*):(?=\s)")
_TIMES = re.compile(r"(\d+)[ \t]*[*x][ \t]*(?=[(\[a-z])|(\d+)[ \t]*(?=\[)")
_PLAIN = r"(?:\d|[A-WYZ])\w*"
_OTHER_SHAPE = re.compile(rf"\[?\s*({_PLAIN}(?:\s*[*·,@]\s*{_PLAIN})+)\s*\]?(?=\s|\||->|$)")
_TUPLE = re.compile(rf"\(\s*({_PLAIN}(?:\s*,\s*{_PLAIN})+)\s*\)(?=\s|\||->|$)")


def parse(
    text: str,
    name: str = "spec",
    *,
    fragment: bool = False,
    places: Places | None = None,
    **context: Any,
) -> Spec:
    """Read a spec; ``layout="chw"`` takes the input's channels first.

    ``fragment`` lets a text without an input pass; ``places`` says where the text stands in a
    larger one; ``context`` is that of :class:`Context`. Errors: :class:`SpecError` with every
    mistake found, up to twenty.
    """
    plain, source = normalized(text, name, places)
    return _Parser(plain, source, Context(**context)).spec(fragment)


def parse_stage(
    text: str, name: str, *, places: Places, warnings: list[Problem], **context: Any
) -> Entry:
    """Read exactly one stage of a document. Errors: as :func:`parse`."""
    plain, source = normalized(text, name, places)
    parser = _Parser(plain, source, Context(**context))
    made = parser.alone(parser.stage)
    warnings += parser.warnings
    return made


def parse_input(text: str, name: str, *, places: Places | None = None) -> tuple[Size, ...]:
    """Read an input shape that stands by itself. Errors: as :func:`parse`."""
    plain, source = normalized(text, name, places)
    parser = _Parser(plain, source, Context())
    _, sizes, _ = parser.alone(parser.input)
    return sizes or ()


def parse_options(text: str, name: str, *, places: Places) -> list[Atom]:
    """Read options without a word, the defaults of a document. Errors: as :func:`parse`."""
    plain, source = normalized(text, name, places)
    parser = _Parser(plain, source, Context())
    return parser.alone(parser.atoms)


class _Parser(StageReader):
    """Reads the structure: chains, groups, branches."""

    # The whole

    def alone(self, read: Callable[[], Piece]) -> Piece:
        """Read a text that is one piece and nothing else."""
        made = None
        try:
            self.space()
            made = read()
            self.space()
            if not self.done and not self.problems:
                rest = self.text[self.at :]
                is_next = self.peek("|") or self.peek("->")
                self.problem(
                    "E22" if is_next else "E05",
                    "a stage of a YAML spec is one stage"
                    if is_next
                    else f'"{rest[:20]}" cannot stand here',
                    self.span(self.at, self.at + 1),
                    "a list item for each stage, or `net: |` for inline text" if is_next else "",
                )
        except Skip:
            pass
        if self.problems:
            raise SpecError(self.problems)
        assert made is not None
        return made

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
        except Skip:
            body = Chain(())
        if not self.problems and sizes is None and not fragment:
            self.problem("E02", *self.no_input(self.text[3:]))
        if self.problems:
            raise SpecError(self.problems)
        whole = self.span(0, len(self.text.rstrip()))
        if sizes is not None and self.context.layout == "chw":
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
            raise Skip
        if self.peek("->") or self.peek("|"):
            self.bar()
        elif not crossed:
            word = re.compile(r"\S+").match(self.text, self.at)
            text = word[0] if word else ""
            raise self.fail(
                "E05",
                f'missing "|" before "{text}"',
                self.span(self.at, self.at + len(text)),
                f"{self.text[:start].strip()} | {text} ..."
                if text[:1].isalnum()
                else "stages are joined by |",
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

    def no_input(self, rest: str) -> tuple[str, Span | None, str]:
        start = " ".join(rest.strip(" |\n").split("|")[0].split())
        word = start.split(" ")[0].split("(")[0]
        known = layer_type(word) or block_type(word) or word in KINDS
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
        if (
            self.context.layout == "hwc"
            and len(sizes) == 3
            and all(isinstance(n, int) for n in sizes)
        ):
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
            except Skip:
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
        plain = text[:20].lstrip("+>,-")
        self.problem(
            "E05",
            f'missing "|" before "{text[:20]}"',
            self.span(self.at, self.at + len(text)),
            f"stages are joined by |: `| {plain} ...`" if plain else "stages are joined by |",
        )
        self.recover(self.at)
        return self.separated() if self.at < len(self.text) and text else False

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
        self.begun = self.at
        if self.peek("["):
            return self.group(start, label)
        self.not_a_group()
        leading: list[Atom] = []
        named = NAME.match(self.text, self.at)
        if named and capitalised_layer(named[0]):
            pass
        elif re.compile(r"[\d(]").match(self.text, self.at) or (
            SYMBOL.match(self.text, self.at)
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
        word = NAME.match(self.text, self.at)
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

    def not_a_group(self) -> None:
        """Refuse ``(conv 3x3x16)*3`` and ``3x[ conv 3x3x16 ]``: a repeat is ``[ ... ]*3``."""
        start = self.at
        times = _TIMES.match(self.text, start)
        at = times.end() if times else start
        if not times and not self.peek("("):
            return
        opened = self.text[at : at + 1]
        word = NAME.match(self.text, self.after_blanks(at + (opened in "([")))
        known = word and (
            layer_type(word[0]) or block_type(word[0]) or word[0] in (*KINDS, "id", "aux")
        )
        if not known and opened != "[":
            return
        self.at = at
        if opened in "([":
            self.at = self.balanced(at)
            inner = self.text[at + 1 : self.at - 1]
        else:
            self.recover(at)
            inner = self.text[at : self.at]
        behind = re.compile(r"\s*[*x]\s*(\w+|\(\w+\))").match(self.text, self.at)
        if behind and opened == "(":
            self.at = behind.end()
        count = (times[1] or times[2]) if times else behind[1] if behind else ""
        inner = " ".join(inner.split())
        inner = inner if 0 < len(inner) <= 60 else "..."
        shown = self.text[start : at + (opened in "([")].strip()
        help = f"`[ {inner} ]*{count}`" if count else f"`[ {inner} ]` groups stages"
        raise self.fail("E07", f'a stage cannot start with "{shown}"', self.span(start), help)

    def after_blanks(self, at: int) -> int:
        found = re.compile(r"\s*").match(self.text, at)
        return found.end() if found else at

    def balanced(self, opened: int) -> int:
        """Return the place behind the bracket that closes the one at this place."""
        level = 0
        for at in range(opened, len(self.text)):
            level += {"(": 1, "[": 1, ")": -1, "]": -1}.get(self.text[at], 0)
            if level == 0:
                return at + 1
        return len(self.text)

    def unreadable(self, leading: list[Atom], start: int) -> Skip:
        if leading:
            atom = leading[0]
            return self.fail(
                "E07",
                f'"{atom.text}" is a size without a layer',
                atom.span,
                "`[ relu ]*3` repeats"
                if self.peek("*") or self.peek("[")
                else f"`{'fc' if len(atom.value) == 1 else 'conv'} {atom.text}`; a second net goes "
                "into a file of its own",
            )
        if self.done:
            named = self.text[start:].strip()
            return self.fail("E07", f'"{named}" names nothing', self.span(start), f"{named} relu")
        char = self.text[self.at]
        shown = char if char.isprintable() else f"U+{ord(char):04X}"
        after = re.compile(r"\+\s*(\w+)").match(self.text, self.at)
        return self.fail(
            "E07",
            f'a stage cannot start with "{shown}"',
            self.span(self.at, self.at + 1),
            f"`| {after[1]}`: a + only follows a layer" if after else "",
        )

    # Groups

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
        if name in KINDS:
            return self.parallel(name, here, opened, start, label)
        definition = self.context.blocks(name, self.depth)
        if definition is not None:
            return self.definition_call(definition, opened, start, label)
        if block_type(name) is not None:
            return self.block_call(name, here, opened, start, label)
        self.at = opened
        self.recover(opened)
        if layer_type(name) is not None:
            raise self.fail(
                "E08",
                f'"{name}(" is not a call: {name} is a layer',
                here,
                f"write it without parentheses; archcalc layers {name}",
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
