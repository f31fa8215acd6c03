"""Arithmetic as students write it: sums, products, powers, floor, ceil, max and brackets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from . import amounts
from .amounts import Amount, Unbounded
from .page import Page
from .refusal import Unreadable
from .tokens import CLOSING, OPENING, Token, lookalike

DEEPEST = 60
_SUMS = {"+": amounts.add, "-": amounts.subtract}
_PRODUCTS = {"*": amounts.multiply, "/": amounts.divide, "//": amounts.divide_down}
_FUNCTIONS: dict[str, Callable[[Amount, Amount], Amount]] = {
    "max": amounts.larger,
    "min": amounts.smaller,
}
_ROUNDINGS = {"floor": amounts.down, "ceil": amounts.up, "ceiling": amounts.up}


class Lettered(Unreadable):
    """A calculation with letters in it: a formula, or a digit that was misread."""


def evaluate(page: Page, tokens: Sequence[Token]) -> Amount:
    """Return what a calculation comes to; :class:`Unreadable` where it is none."""
    if not tokens:
        raise page.refuse("nothing between brackets", 0, 0)
    parser = _Parser(page, tokens)
    amount = parser.sum()
    if parser.at < len(tokens):
        raise parser.unexpected()
    return amount


def lettered(page: Page, word: Token) -> Lettered:
    """Return the refusal of a word between numbers; it points at the word's first piece."""
    end = word.start + 1
    while end < word.end and not (page.text[end] in "xX" and page.text[end - 1].isdecimal()):
        end += 1
    text = page.text[word.start : end]
    fact = f'"{page.quote(word.start, end)[:40]}" is no number'
    return Lettered(fact, lookalike(text), *page.stretch(word.start, end))


class _Parser:
    def __init__(self, page: Page, tokens: Sequence[Token]) -> None:
        self.page, self.tokens, self.at, self.depth = page, tokens, 0, 0

    @property
    def kind(self) -> str:
        """The kind of the token ahead, empty at the end."""
        return self.tokens[self.at].kind if self.at < len(self.tokens) else ""

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def refuse(self, fact: str, token: Token, suggestion: str = "") -> Unreadable:
        return self.page.refuse(fact, token.start, token.end, suggestion)

    def unexpected(self) -> Unreadable:
        """Return what is wrong where no sign stands that could be read on."""
        if self.at >= len(self.tokens):
            last = self.tokens[-1]
            if last.kind in ("(", "⌊", "⌈"):
                return self.refuse("a bracket that is not closed", last)
            return self.refuse(f'nothing behind "{self.page.quote(last.start, last.end)}"', last)
        token = self.tokens[self.at]
        if token.kind in ("word", "odd"):
            return lettered(self.page, token)
        if token.kind in ("number", "(", "⌊", "⌈", "function") and self.at:
            first = self.at - 1
            while first and self.tokens[first].kind == "behind":
                first -= 1
            start = self.tokens[first].start
            return self.page.refuse("two values in one cell?", start, token.end)
        if token.kind in CLOSING:
            return self.refuse("a bracket that was not opened", token)
        return self.refuse(f'"{self.page.quote(token.start, token.end)}" without a number', token)

    def apply(self, operation: Callable[[Amount, Amount], Amount], a: Amount, b: Amount) -> Amount:
        """Compute, and say where it was when the result is not to be had."""
        sign = self.at - 1
        try:
            return operation(a, b)
        except Unbounded as error:
            raise self.refuse(str(error), self.tokens[sign]) from None

    def sum(self) -> Amount:
        amount = self.product()
        while self.kind in _SUMS:
            sign = self.take()
            amount = self.apply(_SUMS[sign.kind], amount, self.product())
        return amount

    def product(self) -> Amount:
        amount = self.scientific() or self.signed()
        while True:
            if self.kind in _PRODUCTS:
                sign = self.take()
                amount = self.apply(_PRODUCTS[sign.kind], amount, self.signed())
            elif self.kind in OPENING and self.tokens[self.at - 1].kind in CLOSING:
                amount = self.apply(amounts.multiply, amount, self.signed())
            else:
                return amount

    def scientific(self) -> Amount | None:
        """Read ``1.129x10^8`` where it is a term of its own: one rounded number."""
        kinds = [token.kind for token in self.tokens[self.at : self.at + 8]]
        if kinds[:4] != ["number", "*", "number", "^"]:
            return None
        ten = self.tokens[self.at + 2].literal
        if ten is None or ten.value != 10 or not ten.whole:
            return None
        bracket = kinds[4:5] == ["("]
        sign = 4 + bracket
        minus = kinds[sign : sign + 1] in (["-"], ["+"])
        last = sign + minus
        if kinds[last : last + 1] != ["number"] or (bracket and kinds[last + 1 :][:1] != [")"]):
            return None
        after = kinds[last + 1 + bracket :][:1]
        exponent = self.tokens[self.at + last].literal
        mantissa = self.tokens[self.at].literal
        if after and after[0] in (*_PRODUCTS, "^", "(", "number"):
            return None
        if exponent is None or mantissa is None or not exponent.whole:
            return None
        if exponent.value > amounts.LARGEST_POWER:
            return None  # refused as a power is
        power = int(exponent.value) * (-1 if kinds[sign] == "-" else 1)
        self.at += last + 1 + bracket
        return self.behind(amounts.scientific(amounts.written(mantissa), power))

    def signed(self) -> Amount:
        minus = False
        while self.kind in ("+", "-"):
            minus ^= self.take().kind == "-"
        amount = self.power()
        return amounts.negative(amount) if minus else amount

    def power(self) -> Amount:
        base = self.primary()
        if self.kind == "^":
            self.take()
            self.deeper()
            base = self.apply(amounts.power, base, self.signed_exponent())
            self.depth -= 1
        return self.behind(base)

    def signed_exponent(self) -> Amount:
        """Read an exponent; the suffix behind it belongs to the whole power."""
        minus = False
        while self.kind in ("+", "-"):
            minus ^= self.take().kind == "-"
        exponent = self.primary()
        if self.kind == "^":
            self.take()
            self.deeper()
            exponent = self.apply(amounts.power, exponent, self.signed_exponent())
            self.depth -= 1
        return amounts.negative(exponent) if minus else exponent

    def behind(self, amount: Amount) -> Amount:
        while self.kind == "behind":
            token = self.take()
            assert token.behind is not None
            if token.behind.suffix and amount.scale != 1:
                raise self.refuse("two scales behind one number", token)
            amount = amounts.with_behind(amount, token.behind)
        return amount

    def primary(self) -> Amount:
        if self.kind == "number":
            literal = self.take().literal
            assert literal is not None
            return amounts.written(literal)
        if self.kind == "function":
            return self.function()
        if self.kind in OPENING:
            opening = self.take()
            inside = self.inside(opening)
            if opening.kind in "⌊⌈":
                return (amounts.down if opening.kind == "⌊" else amounts.up)(inside[0])
            if len(inside) > 1:
                raise self.refuse("a list of numbers where one number belongs", opening)
            return inside[0]
        raise self.unexpected()

    def function(self) -> Amount:
        name = self.take()
        word = name.text.lower().rsplit(".", 1)[-1]
        inside = self.inside(self.take())
        if word in _ROUNDINGS:
            if len(inside) > 1:
                raise self.refuse(f"{word} rounds one number", name)
            return _ROUNDINGS[word](inside[0])
        best = inside[0]
        for other in inside[1:]:
            best = _FUNCTIONS[word](best, other)
        return best

    def inside(self, opening: Token) -> list[Amount]:
        """Read what stands between brackets, values parted by commas."""
        self.deeper()
        found = [self.sum()]
        while self.kind == ",":
            self.take()
            found.append(self.sum())
        if self.kind != OPENING[opening.kind]:
            if self.at < len(self.tokens):
                raise self.unexpected()
            raise self.refuse("a bracket that is not closed", opening)
        self.take()
        self.depth -= 1
        return found

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            token = self.tokens[min(self.at, len(self.tokens) - 1)]
            raise self.refuse(f"brackets more than {DEEPEST} deep", token)
