"""How a layer's fields are written: each option states its word, letter, default and limits once.

The inline text, YAML keys, help, the README table and the worked formulas all derive from these.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, NamedTuple

from ..arithmetic.dims import is_known, require
from ..errors import LayerError

REQUIRED: Any = object()  # an option without a default


class Pad(NamedTuple):
    """Padding of one axis: ``after`` is None when it is the same on both sides."""

    before: int
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """How one field of a layer is written and what values it takes.

    ``kind`` is ``sizes`` (several positional sizes), ``size`` (one positional size), ``axes``
    (one number or one per axis), ``pad``, ``integer``, ``number`` (a decimal), ``flag``,
    ``choice`` or ``name`` (a word given positionally).
    """

    kind: str
    word: str
    meaning: str
    letter: str = ""
    short: str = ""
    off: str = ""
    least: int = 1
    most: int = 0  # 0: no limit of its own
    choices: tuple[str, ...] = ()
    default: Any = REQUIRED
    key: str = ""
    needed: str = ""  # what to say when it is missing


def sizes(letter: str, meaning: str, needed: str, example: str = "") -> Any:
    """State several positional sizes, such as a kernel ``3x3``."""
    return _option(Option("sizes", example, meaning, letter=letter, needed=needed))


def size(letter: str, meaning: str, needed: str, default: Any = REQUIRED, word: str = "") -> Any:
    """State one positional size, such as a number of filters."""
    return _option(
        Option("size", word, meaning, letter=letter, needed=needed, default=default), default
    )


def axes(
    word: str, letter: str, meaning: str, default: Any, short: str = "", least: int = 1
) -> Any:
    """State one number for all axes or one per axis: ``stride 2``, ``stride 2x1``."""
    made = Option("axes", word, meaning, letter=letter, short=short, least=least, default=default)
    return _option(made, default)


def padding(meaning: str) -> Any:
    """State padding: ``pad 1``, ``pad 1x2``, ``pad 0:1``, ``same`` or ``valid``."""
    default = (Pad(0),)
    made = Option("pad", "pad", meaning, letter="P", short="p", least=0, default=default)
    return _option(made, default)


def integer(
    word: str,
    letter: str,
    meaning: str,
    default: Any,
    short: str = "",
    least: int = 1,
    most: int = 0,
) -> Any:
    """State a whole number: ``groups 2``."""
    made = Option(
        "integer",
        word,
        meaning,
        letter=letter,
        short=short,
        least=least,
        most=most,
        default=default,
    )
    return _option(made, default)


def number(word: str, meaning: str, default: Any) -> Any:
    """State a decimal that enters no count, such as a dropout probability; kept as text."""
    return _option(Option("number", word, meaning, default=default), default)


def flag(word: str, off: str, meaning: str, default: bool) -> Any:
    """State a flag by the word that sets it and the word that clears it."""
    return _option(Option("flag", word, meaning, off=off, default=default), default)


def choice(word: str, choices: tuple[str, ...], meaning: str, default: str | None) -> Any:
    """State one of several modes, written as ``word value``."""
    return _option(Option("choice", word, meaning, choices=choices, default=default), default)


def name(meaning: str, needed: str) -> Any:
    """State a positional word."""
    return _option(Option("name", "", meaning, needed=needed))


def shape(meaning: str, needed: str) -> Any:
    """State a positional shape, written like an input shape."""
    return _option(Option("shape", "", meaning, needed=needed))


def _option(option: Option, default: Any = REQUIRED) -> Any:
    if default is REQUIRED:
        return field(metadata={"option": option})
    return field(default=default, metadata={"option": option})


@cache
def options_of(layer_type: type) -> dict[str, Option]:
    """Return the options of a layer class by field name, in the order they are written."""
    found: dict[str, Option] = {}
    for item in fields(layer_type):
        option = item.metadata.get("option")
        if option is not None:
            found[item.name] = option
    return found


def check_limits(made: Any) -> None:
    """Raise E11 or E13 where a number is below its option's least, E44 where above its most."""
    kind: type = type(made)
    for key, option in options_of(kind).items():
        if option.kind not in ("sizes", "size", "axes", "integer"):
            continue
        value = getattr(made, key)
        for part in value if isinstance(value, tuple) else (value,):
            if part is None:
                continue
            require(part >= option.least, _too_small, option, key)
            if option.most and is_known(part):
                require(part <= option.most, _too_large, option, key, part)


def _too_small(option: Option, key: str) -> LayerError:
    if option.kind == "sizes" or (option.kind == "size" and not option.word):
        return LayerError("E11", "sizes must be whole numbers of at least 1", part=key)
    return LayerError(
        "E13",
        f"{option.word} must be at least {option.least}",
        part=key,
        help=f"`{option.word} {max(option.least, 1)}`",
    )


def _too_large(option: Option, key: str, value: int) -> LayerError:
    return LayerError(
        "E44", f"{option.word} {value:,} is over the limit of {option.most:,}", part=key
    )
