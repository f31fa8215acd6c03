"""The scanner: characters to atoms, positions, problems, and the way on after a mistake."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..arithmetic.expression import BadExpression, Expression
from ..errors import Problem, Source, Span, SpecError
from ..layers.base import Layer
from ..layers.options import Pad
from .binding import Atom
from .entries import Definition, Size
from .synonyms import capitalised_layer

MOST_PROBLEMS = 20

_BLANK = re.compile(r"(?:[ \t\r\f\v]|#[^\n]*)*")
_SPACE = re.compile(r"(?:\s|#[^\n]*)*")
NAME = re.compile(r"[^\W\d]\w*(?:-\w+)*")
SYMBOL = re.compile(r"[A-WYZ][A-Za-wyz0-9_]*")
_DECIMAL = re.compile(r"-?(?:\d+\.\d*|\.\d+)(?:e-?\d+)?")
_PADS = re.compile(r"(?:\d+x)*\d+:\d+(?:x\d+(?::\d+)?)*(?!\w)")
_SHORT = re.compile(r"[spdghk](\d+(?:x\d+)*)(?![\w(])")
_LOWER_CASE = re.compile(r"((?:(?:\d+|\([^()]*\)|[A-WYZ][A-Za-wyz0-9_]*)x)*)([a-z_]\w*)")
_REPEAT = re.compile(r"[ \t]*(?:\*[ \t]*|x[ \t]*(?=[-\d.A-WYZ(]|$|[|;)\]]))")


@dataclass(frozen=True)
class Context:
    """What a text is read with: the order of shapes, a document's blocks and default options.

    ``blocks`` takes a name and the level it is called at, ``level`` is that of the text.
    """

    layout: str = "hwc"
    level: int = 0
    blocks: Callable[[str, int], Definition | None] = lambda name, level: None
    defaults: Mapping[str, list[Atom]] = field(default_factory=dict)


class Skip(Exception):
    """The stage being read is beyond repair; go on with the next."""


class Scanner:
    """Reads the pieces that stages are made of; knows no stages.

    ``problems`` collects mistakes; :class:`Skip` leaves a stage that is beyond repair.
    """

    def __init__(self, text: str, source: Source, context: Context) -> None:
        self.text, self.source, self.context = text, source, context
        self.at = 0
        self.begun = 0  # where the stage being read begins, its label left out
        self.depth = context.level
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

    def fail(self, code: str, message: str, span: Span | None, help: str = "") -> Skip:
        self.problem(code, message, span, help)
        return Skip()

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

    def column(self, at: int) -> int:
        return self.source.line_column(self.source.place(at))[1]

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
            found = re.compile(r"-?[\w.]+").match(self.text, self.at)
            text = found[0] if found else ""
            self.at += len(text)
            if text.isidentifier():
                remedy = f"a symbol in parentheses: *({text})"
            if re.fullmatch(r"\d{1,12}", text):
                sizes = (int(text),)
            elif SYMBOL.fullmatch(text):
                sizes = (Expression.parse(text),)
        if len(sizes) == 1 and sizes[0] >= 1:
            return sizes[0]
        raise self.fail(
            "E20",
            "repeat count must be a whole number of at least 1",
            self.span(start),
            remedy,
        )

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
            self.repeat_or_size(start)
            return Atom("slash", value.value, text[start : self.at], self.span(start))
        if text[start] == "+":
            name = NAME.match(text, start + 1)
            if not name:
                raise self.fail("E08", '"+" needs a layer', self.span(start, start + 1), "`+relu`")
            self.at = name.end()
            return Atom("plus", None, name[0], self.span(start))
        short = _SHORT.match(text, start)
        if short:
            self.at = short.end()
            self.repeat_or_size(start)
            sizes = tuple(self.whole(part, start) for part in short[1].split("x"))
            return Atom("short", sizes, short[0], self.span(start))
        name = NAME.match(text, start)
        is_word = name and (capitalised_layer(name[0]) or name[0] in ("SAME", "VALID"))
        value = None if is_word else self.value_atom()
        if value is not None:
            self.repeat_or_size(start)
            return value
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
        help = ""
        if char == "*":
            times = re.compile(r"\*\s*(\w+)").match(text, start)
            help = f"{self.repeated(start, times[1] if times else '3')} repeats"
        raise self.fail("E08", f'"{shown}" cannot be read here', self.span(start, start + 1), help)

    def repeated(self, upto: int, times: str) -> str:
        """Return the stage so far as a group that is repeated."""
        stage = " ".join(self.text[self.begun : upto].split())
        return f"`[ {stage if len(stage) <= 60 else '...'} ]*{times}`"

    def repeat_or_size(self, start: int) -> None:
        """Refuse ``pad 1 x3``: a blank before the cross, none behind it or behind the others.

        Blanks around a cross are dropped before reading; the source knows where they were.
        """
        place = self.source.place
        first_tight = None
        for at in range(start + 1, self.at):
            if self.text[at] != "x" or place(at) - place(at - 1) < 2:
                continue
            if first_tight is None:
                first_tight = self.first_tight()
            if place(at + 1) - place(at) > 1 and at < first_tight:
                continue
            found = re.compile(r"x(\d+)").match(self.text, at)
            count = found[1] if found else "3"
            joined = self.text[self.begun : self.at]
            self.problem(
                "E11",
                f'" x{count}" may be one more size or a repeat',
                self.span(at, self.at),
                f"{self.repeated(at, count)} repeats; `{joined}` is one more size"
                if len(joined) <= 60
                else f"{self.repeated(at, count)} repeats",
            )
            return

    def first_tight(self) -> int:
        """Return where sizes without blanks stand first in the stage so far, or its end."""
        place = self.source.place
        for found in re.finditer(r"\dx(?=\d)|conv\d", self.text[self.begun : self.at]):
            at = self.begun + found.start()
            if place(at + 2) - place(at) == 2:
                return at
        return self.at

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
        if isinstance(sizes[-1], Expression) and re.compile(r"/[\w(]").match(text, self.at):
            quotient = f"{sizes[-1].text}{text[self.at : self.at + 2]}"
            raise self.fail(
                "E11",
                f'"{text[start : self.at + 2]}" may be a quotient or a stride',
                self.span(start, self.at + 2),
                f"`({quotient})` for the quotient, a space before the / for the stride",
            )
        return Atom("dims", tuple(sizes), text[start : self.at], self.span(start))

    def bad_size(self, start: int) -> Atom:
        rest = re.compile(r"[-\w.()/:]*").match(self.text, start)
        self.at = max(self.at, rest.end() if rest else start + 1)
        text = self.text[start : self.at]
        if text.startswith("-"):
            raise self.fail("E11", f'"{text[:40]}": no value is below 0', self.span(start))
        help = "for example conv 3x3x64"
        product = re.fullmatch(r"(.*x)?(\d+)([A-WYZa-wyz_]\w*)", text)
        symbol = _LOWER_CASE.fullmatch(text)
        if symbol:
            help = f"`{symbol[1]}({symbol[2]})`: small letters of a symbol need parentheses"
        elif product:
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
        symbol = SYMBOL.match(text, start)
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
