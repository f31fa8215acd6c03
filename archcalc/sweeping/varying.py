"""A number that differs from variant to variant: one array that goes through every formula.

A formula asks about sizes only to check or to choose. Where the answer is not the same for all
variants, :class:`Differing` says so, and who counts them asks again for each part by itself: an
array never takes a way that one of its numbers would not take.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from ..arithmetic.dims import NotExact

_LARGEST = 2**63 - 1


class Differing(Exception):
    """A question whose answer differs between variants; ``labels`` holds each one's answer."""

    def __init__(self, labels: Any) -> None:
        super().__init__("the variants differ")
        self.labels = labels


class Family:
    """The numbers of some variants that are counted together; what is computed twice is shared.

    ``texts`` holds every number that was written into a text, by what was written.
    """

    def __init__(self, prefix: str = "V") -> None:
        self.prefix = prefix
        self.texts: dict[str, Varying] = {}
        self.known: dict[Any, Any] = {}

    def leave(self) -> None:
        """Let go of all arrays: they know the family, and it knows them."""
        self.texts.clear()
        self.known.clear()

    def number(self, values: Any) -> Any:
        """Return the number with these values (an array of int64 or of objects).

        Where all are equal it is an ordinary ``int``.
        """
        least, most = int(values.min()), int(values.max())
        return least if least == most else Varying(self, _Base(values, least, most), 0)


class _Base:
    """An array with bounds of its values; they may be wider than need be."""

    __slots__ = ("least", "most", "values")

    def __init__(self, values: Any, least: int, most: int) -> None:
        self.values, self.least, self.most = values, least, most


class Varying:
    """An exact whole number per variant: an array and what is added to all of it.

    int64 where the bounds allow it, Python's integers beyond: nothing ever wraps around.
    """

    __slots__ = ("base", "family", "offset", "shifted")

    def __init__(self, family: Family, base: _Base, offset: int) -> None:
        self.family, self.base, self.offset = family, base, offset
        self.shifted: Any = None

    @property
    def variants(self) -> Any:
        """The values as an array, one per variant."""
        if not self.offset:
            return self.base.values
        if self.shifted is None:
            values, reach = self.base.values, max(abs(self.least), abs(self.most), abs(self.offset))
            if reach > _LARGEST and values.dtype != object:
                values = values.astype(object)
            self.shifted = values + self.offset
        return self.shifted

    @property
    def least(self) -> int:
        """A lower bound of the values."""
        return self.base.least + self.offset

    @property
    def most(self) -> int:
        """An upper bound of the values."""
        return self.base.most + self.offset

    # Arithmetic

    def __add__(self, other: Any) -> Any:
        if type(other) is int:
            return self._moved(self.base, self.offset + other) if other else self
        if not isinstance(other, Varying):
            return self._meeting(operator.add, other)
        one, two = self.base, other.base
        bounds = (one.least + two.least, one.most + two.most)
        made = _computed(operator.add, one.values, two.values, bounds)
        return _settled(self.family, made, self.offset + other.offset)

    __radd__ = __add__

    def __neg__(self) -> Any:
        return self * -1

    def __sub__(self, other: Any) -> Any:
        if not isinstance(other, Varying):
            return self + -other
        if self.base is other.base:
            return self.offset - other.offset
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        if type(other) is int:
            if other in (0, 1):
                return self if other else 0
            return self._shared("*", other, self._times_number)
        if not isinstance(other, Varying):
            return self._meeting(operator.mul, other)
        return self._shared("*", other, self._times)

    __rmul__ = __mul__

    def _times_number(self, factor: int) -> Any:
        ends = (self.base.least * factor, self.base.most * factor)
        made = _computed(operator.mul, self.base.values, factor, (min(ends), max(ends)))
        return _settled(self.family, made, self.offset * factor)

    def _times(self, other: Varying) -> Any:
        ends = [a * b for a in (self.least, self.most) for b in (other.least, other.most)]
        made = _computed(operator.mul, self.variants, other.variants, (min(ends), max(ends)))
        return _settled(self.family, made, 0)

    def __floordiv__(self, other: Any) -> Any:
        if type(other) is int and other > 0:
            whole, rest = divmod(self.offset, other)
            if other == 1:
                return self
            return self._moved(self.base, rest)._shared("//", other, _by_number) + whole
        if not _is_number(other):
            return self._meeting(operator.floordiv, other)
        return _divided(self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return _divided(other, self) if type(other) is int else NotImplemented

    def __mod__(self, other: Any) -> Any:
        return self - self // other * other if _is_number(other) else NotImplemented

    def __rmod__(self, other: Any) -> Any:
        return other - other // self * self if type(other) is int else NotImplemented

    def __truediv__(self, other: Any) -> Any:
        return self._meeting(operator.truediv, other)

    def __rtruediv__(self, other: Any) -> Any:
        return other / operator.index(self)

    def _meeting(self, operation: Callable[[Any, Any], Any], other: Any) -> Any:
        """Meet a fraction: each value does so by itself."""
        if not hasattr(other, "denominator"):
            return NotImplemented
        return operation(operator.index(self), other)

    # What arithmetic.dims asks for

    @staticmethod
    def _ceil_div(one: Any, other: Any) -> Any:
        return -(-one // other)

    @staticmethod
    def _exact_div(one: Any, other: Any) -> Any:
        quotient = one // other
        if quotient * other != one:
            raise NotExact(one, other)
        return quotient

    @staticmethod
    def _smaller(one: Any, other: Any) -> Any:
        import numpy

        return _chosen(numpy.minimum, min, one, other)

    @staticmethod
    def _larger(one: Any, other: Any) -> Any:
        import numpy

        return _chosen(numpy.maximum, max, one, other)

    @staticmethod
    def _common_divisor(one: Any, other: Any) -> Any:
        import numpy

        family = one.family if isinstance(one, Varying) else other.family
        return family.number(numpy.gcd(_values(one), _values(other)))

    # Questions: one answer for all, or Differing

    def __eq__(self, other: object) -> bool:
        if other is self:
            return True
        if not _is_number(other):
            return False
        return self._answer(operator.eq, other, *self._apart(other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: Any) -> bool:
        low, high = self._gap(other)
        return self._answer(operator.lt, other, high < 0, low >= 0)

    def __le__(self, other: Any) -> bool:
        low, high = self._gap(other)
        return self._answer(operator.le, other, high <= 0, low > 0)

    def __gt__(self, other: Any) -> bool:
        return not self <= other

    def __ge__(self, other: Any) -> bool:
        return not self < other

    def _apart(self, other: Any) -> tuple[bool, bool]:
        low, high = self._gap(other)
        return low == high == 0, low > 0 or high < 0

    def _gap(self, other: Any) -> tuple[int, int]:
        """Return bounds of the difference to another number."""
        if isinstance(other, Varying):
            if other.base is self.base:
                return (self.offset - other.offset,) * 2
            return self.least - other.most, self.most - other.least
        return self.least - other, self.most - other

    def _answer(
        self, question: Callable[[Any, Any], Any], other: Any, yes: bool, no: bool
    ) -> bool:  # fmt: skip
        if yes or no:
            return yes
        answers = question(self.variants, _values(other)).astype(bool)
        if answers.all():
            return True
        if not answers.any():
            return False
        raise Differing(answers)

    def __bool__(self) -> bool:
        return self != 0

    def __index__(self) -> int:
        values = self.variants
        if (values == values[0]).all():
            return int(values[0])
        raise Differing(values)

    __int__ = __index__

    def __hash__(self) -> int:
        return id(self)

    def __str__(self) -> str:
        key = ("text", id(self))
        text = self.family.known.get(key)
        if text is None:
            text = self.family.known[key] = f"{self.family.prefix}{len(self.family.texts)}"
            self.family.texts[text] = self
        return str(text)

    __repr__ = __str__

    def __format__(self, form: str) -> str:
        return str(self)

    # Sharing

    def _moved(self, base: _Base, offset: int) -> Varying:
        key = (id(base), offset)
        made = self.family.known.get(key)
        if made is None:
            made = self.family.known[key] = Varying(self.family, base, offset)
        return made

    def _shared(self, operation: str, other: Any, compute: Callable[..., Any]) -> Any:
        key = (operation, id(self), other if type(other) is int else id(other))
        known = self.family.known.get(key)
        if known is None:
            made = compute(self, other) if compute is _by_number else compute(other)
            known = self.family.known[key] = (made, self, other)  # they live, their ids stay
        return known[0]


def _by_number(number: Varying, divisor: int) -> Any:
    bounds = (number.least // divisor, number.most // divisor)
    made = _computed(operator.floordiv, number.variants, divisor, bounds)
    return _settled(number.family, made, 0)


def _divided(one: Any, other: Any) -> Any:
    """Divide where the divisor varies or is no positive number, and round down."""
    if other == 0:
        raise NotExact(one, 0)
    family = one.family if isinstance(one, Varying) else other.family
    least, most = (one.least, one.most) if isinstance(one, Varying) else (one, one)
    reach = max(abs(least), abs(most)) + 1
    made = _computed(operator.floordiv, _values(one), _values(other), (-reach, reach))
    return family.number(made.values)


def _chosen(choose: Any, of_bounds: Callable[[int, int], int], one: Any, other: Any) -> Any:
    if not (_is_number(one) and _is_number(other)):  # a fraction
        one, other = (operator.index(n) if isinstance(n, Varying) else n for n in (one, other))
        return of_bounds(one, other)
    (a, b), (c, d) = _bounds(one), _bounds(other)
    least, most = of_bounds(a, c), of_bounds(b, d)
    if b <= c or d <= a:  # the same one for all
        low, high = (one, other) if b <= c else (other, one)
        return low if of_bounds is min else high
    family = one.family if isinstance(one, Varying) else other.family
    return _settled(family, _Base(choose(_values(one), _values(other)), least, most), 0)


def _computed(
    operation: Callable[[Any, Any], Any], one: Any, other: Any, bounds: tuple[int, int]
) -> _Base:
    """Compute on int64 where operands and result certainly fit, on Python's integers elsewhere."""
    import numpy

    fits = all(
        abs(part) <= _LARGEST if type(part) is int else part.dtype == numpy.int64
        for part in (one, other)
    )
    if not fits or max(abs(bounds[0]), abs(bounds[1])) > _LARGEST:
        one, other = (
            part.astype(object) if hasattr(part, "astype") else part for part in (one, other)
        )
        made = operation(one, other)
        least, most = int(made.min()), int(made.max())
        if max(abs(least), abs(most)) <= _LARGEST:
            made = made.astype(numpy.int64)
        return _Base(made, least, most)
    return _Base(operation(one, other), *bounds)


def _settled(family: Family, base: _Base, offset: int) -> Any:
    """Return the number; an ordinary ``int`` where all variants have the same."""
    if base.least == base.most:
        return base.least + offset
    return Varying(family, base, offset)


def _is_number(value: Any) -> bool:
    return type(value) is int or isinstance(value, Varying)


def _values(value: Any) -> Any:
    return value.variants if isinstance(value, Varying) else value


def _bounds(value: Any) -> tuple[int, int]:
    return (value.least, value.most) if isinstance(value, Varying) else (value, value)
