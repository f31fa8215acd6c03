"""From the atoms behind a word to a layer with options: the signature table at work.

Every atom is consumed by an option of the layer, or it is an error; nothing is ever ignored.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..arithmetic.expression import Expression
from ..errors import LayerError, Span
from ..layers import layer_type, words
from ..layers.options import REQUIRED, Option, Pad, options_of
from .synonyms import LAYERS, OPTIONS, layer_meant, plain_word

LARGEST_SIZE = 2**31 - 1
POSITIONAL = ("sizes", "size", "name", "shape")
VALUES = ("dims", "decimal", "pad")


@dataclass(frozen=True, slots=True)
class Atom:
    """One token behind a word. ``kind``: dims, decimal, pad, slash, short, plus or name."""

    kind: str
    value: Any
    text: str
    span: Span


class BindError(Exception):
    """An atom that does not fit; becomes a problem in the parser."""

    def __init__(self, code: str, message: str, span: Span | None, help: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.span, self.help = code, message, span, help
        self.others: list[BindError] = []  # what else is wrong with the stage


@dataclass
class Bound:
    """The outcome of binding: the layer or block and where its options were written."""

    made: Any
    parts: dict[str, Span]
    symbolic: bool
    suffixes: tuple[Atom, ...]
    given: frozenset[str]


def bind(
    kind: type,
    word: str,
    atoms: list[Atom],
    stage: Span,
    leading: list[Atom],
    defaults: list[Atom] | None = None,
) -> Bound:
    """Fill the options of a layer or block class from atoms.

    ``leading`` are sizes written before the word (``7x7 conv``), ``defaults`` the options of a
    document that hold where the stage gives none. Errors: :class:`BindError`, the first of
    several with the others.
    """
    return _Binder(kind, word, stage).run(atoms, leading, defaults or [])


class _Binder:
    def __init__(self, kind: type, word: str, stage: Span) -> None:
        self.kind, self.word, self.stage = kind, word, stage
        self.options = options_of(kind)
        self.values: dict[str, Any] = {}
        self.parts: dict[str, Span] = {}
        self.sizes: list[Any] = []
        self.size_spans: list[Span] = []
        self.suffixes: list[Atom] = []
        self.queue: list[Atom] = []

    def run(self, atoms: list[Atom], leading: list[Atom], defaults: list[Atom]) -> Bound:
        self.queue = list(atoms)
        for atom in leading:
            self.add_sizes(atom)
        self.loose = bool(leading)
        errors = self.take_all()
        self.raise_first(errors)
        self.place_sizes()
        given = frozenset(self.values)
        self.fill(defaults)
        self.check_missing()
        made = self.made()
        symbolic = any(_has_expression(value) for value in self.values.values())
        return Bound(made, self.parts, symbolic, tuple(self.suffixes), given)

    def take_all(self) -> list[BindError]:
        """Take every atom; return what is wrong, a misspelled option together with its value."""
        errors: list[BindError] = []
        while self.queue:
            atom = self.queue.pop(0)
            try:
                self.take(atom)
            except BindError as error:
                errors.append(error)
                if atom.kind == "name" and self.queue and self.queue[0].kind in VALUES:
                    self.queue.pop(0)
        return errors

    def made(self) -> Any:
        """Make the layer; what its limits refuse is reported for every option."""
        errors: list[BindError] = []
        values = dict(self.values)
        while True:
            try:
                made = self.kind(**values)
                break
            except LayerError as error:
                span = self.parts.get(error.part, self.stage)
                errors.append(BindError(error.code, error.message, span, error.help))
                option = self.options.get(error.part)
                if option is None or option.default is REQUIRED or error.part not in values:
                    break
                del values[error.part]
        self.raise_first(errors)
        return made

    def raise_first(self, errors: list[BindError]) -> None:
        if errors:
            errors[0].others = errors[1:]
            raise errors[0] from None

    def fill(self, defaults: list[Atom]) -> None:
        """Take from a document's default options what the stage does not say itself."""
        if not defaults:
            return
        other = _Binder(self.kind, self.word, self.stage)
        other.loose, other.queue = False, list(defaults)
        while other.queue:
            other.take(other.queue.pop(0))
        for atom in other.suffixes:
            raise BindError("E08", f'"+{atom.text}" is no default option', atom.span, "nobias")
        if other.sizes:
            fact = f"a default of {self.word} is an option, not a size"
            raise BindError("E08", fact, defaults[0].span, "nobias, or pad 1")
        self.values = {**other.values, **self.values}
        self.parts = {**other.parts, **self.parts}

    # One atom

    def take(self, atom: Atom) -> None:
        if atom.kind == "plus":
            self.suffixes.append(atom)
        elif atom.kind == "slash":
            self.set(self.by(lambda o: o.kind == "axes" and o.short == "s", atom), atom, atom)
        elif atom.kind == "short":
            letter = atom.text[0]
            field = self.find(lambda o: o.short == letter)
            if field is None:
                raise self.not_an_option(atom)
            self.set(field, atom, atom)
        elif atom.kind in ("dims", "decimal", "pad"):
            self.take_value(atom)
        else:
            self.take_name(atom)

    def take_value(self, atom: Atom) -> None:
        if "probability" in self.options and not self.sizes and atom.kind != "pad":
            self.set("probability", atom, atom)  # `dropout 0.5`
            return
        shape = self.find(lambda o: o.kind == "shape")
        if shape is not None and shape not in self.values and atom.kind == "dims":
            self.values[shape] = atom.value
            self.parts[shape] = atom.span
            return
        positional = self.find(lambda o: o.kind in ("sizes", "size")) is not None
        if atom.kind == "dims" and positional and (not self.sizes or self.loose):
            self.add_sizes(atom)
            return
        if atom.kind == "dims" and len(atom.value) == 1 and self.lacks_filters():
            self.add_sizes(atom)  # `conv 3x3, 64`, as tables write it
            return
        if positional and not self.sizes:
            self.dims(atom)  # `fc 1.5`
        raise self.not_an_option(atom)

    def lacks_filters(self) -> bool:
        """Tell whether only a square or larger window was given where filters are needed too."""
        kinds = [option.kind for option in self.options.values()]
        return "sizes" in kinds and "size" in kinds and len(self.sizes) == 2

    def add_sizes(self, atom: Atom) -> None:
        self.sizes += atom.value
        self.size_spans += _part_spans(atom)

    def take_name(self, atom: Atom) -> None:
        text = atom.text
        if text in ("same", "valid") and self.find(lambda o: o.kind == "pad"):
            field = self.by(lambda o: o.kind == "pad", atom)
            self.put(field, "same" if text == "same" else (Pad(0),), atom)
            return
        for field, option in self.options.items():
            if option.kind == "flag" and text in (option.word, option.off):
                self.put(field, text == option.word, atom)
                return
            if option.kind == "choice" and not option.word and text in option.choices:
                self.put(field, text, atom)
                return
            if option.kind == "name" and field not in self.values:
                self.put(field, text, atom)
                return
            if option.word == text and option.kind not in (*POSITIONAL, "flag"):
                self.set(field, atom, self.next_value(atom, option))
                return
            if option.word == text and option.kind == "size":
                value = self.next_value(atom, option)
                self.put(field, self.single(value), atom)
                return
        raise self.not_an_option(atom)

    def next_value(self, atom: Atom, option: Option) -> Atom:
        wanted = ("name",) if option.kind == "choice" else VALUES
        if option.kind == "pad" and self.queue and self.queue[0].text in ("same", "valid"):
            return self.queue.pop(0)
        if not self.queue or self.queue[0].kind not in wanted:
            examples = {
                "pad": "`pad 1`, `pad 0:1`, or `same`",
                "choice": " or ".join(f"`{option.word} {c}`" for c in option.choices),
            }
            help = examples.get(option.kind, f"`{option.word} 2`")
            if option.kind != "choice" and self.queue and self.queue[0].kind == "name":
                symbol = self.queue[0].text
                if symbol.lower() not in self.known() and layer_type(symbol) is None:
                    self.queue.pop(0)
                    help = f"`{atom.text} ({symbol})`, if {symbol} is a symbol; or {help}"
            raise BindError("E09", f'option "{atom.text}" has no value', atom.span, help)
        return self.queue.pop(0)

    # Values

    def set(self, field: str, atom: Atom, value: Atom) -> None:
        option = self.options[field]
        made: Any
        if option.kind == "pad":
            made = "same" if value.text == "same" else self.pads(value)
        elif option.kind == "axes":
            parts = self.dims(value)
            made = parts[0] if len(set(parts)) == 1 else tuple(parts)
        elif option.kind == "number":
            made = self.share(value)
        elif option.kind == "choice":
            if value.text not in option.choices:
                known = ", ".join(option.choices)
                raise BindError(
                    "E09", f'{option.word} "{value.text}" is not one of {known}', value.span
                )
            made = value.text
        else:
            made = self.single(value)
        self.put(field, made, atom, value.span)

    def put(self, field: str, value: Any, atom: Atom, upto: Span | None = None) -> None:
        if field in self.values:
            raise BindError("E08", f'"{atom.text}": this option is given twice', atom.span)
        self.values[field] = value
        end = (upto or atom.span).end
        self.parts[field] = Span(atom.span.source, atom.span.start, max(end, atom.span.end))

    def share(self, atom: Atom) -> str:
        if not re.fullmatch(r"[\d.e-]+", atom.text) or not 0 <= float(atom.text) <= 1:
            raise BindError("E11", f"{atom.text} is not a number from 0 to 1", atom.span)
        return atom.text

    def dims(self, atom: Atom) -> list[Any]:
        if atom.kind in ("decimal", "pad"):
            raise BindError("E11", "sizes must be whole numbers of at least 1", atom.span)
        return list(atom.value)

    def single(self, atom: Atom) -> Any:
        parts = self.dims(atom)
        if len(parts) != 1:
            raise BindError(
                "E09", f'"{atom.text}" is {len(parts)} values; one is needed', atom.span
            )
        return parts[0]

    def pads(self, atom: Atom) -> tuple[Pad, ...]:
        if atom.text == "valid":
            return (Pad(0),)
        if atom.kind == "decimal":
            raise BindError("E11", "padding must be a whole number", atom.span)
        parts = [part if isinstance(part, Pad) else Pad(part) for part in atom.value]
        parts = [Pad(p.before) if p.after == p.before else p for p in parts]
        return (parts[0],) if len(set(parts)) == 1 else tuple(parts)

    def place_sizes(self) -> None:
        fields = [f for f, o in self.options.items() if o.kind in ("sizes", "size")]
        fields = [f for f in fields if f not in self.values]
        several = [f for f in fields if self.options[f].kind == "sizes"]
        singles = [f for f in fields if self.options[f].kind == "size"]
        count = len(self.sizes)
        if not count:
            return
        if not several and count > len(singles):
            raise BindError(
                "E08",
                f"{self.word} takes {len(singles)} size{'s' * (len(singles) != 1)}, got {count}",
                self.size_spans[0],
                self.signature(),
            )
        if several and count <= len(singles):
            return  # reported as missing
        spread = count - len(singles) if several else 0
        taken = 0
        for field in fields:
            width = spread if field in several else 1
            if taken >= count:
                break
            value = self.sizes[taken : taken + width]
            span = Span(
                self.size_spans[taken].source,
                self.size_spans[taken].start,
                self.size_spans[taken + width - 1].end,
            )
            self.values[field] = tuple(value) if field in several else value[0]
            self.parts[field] = span
            taken += width

    def check_missing(self) -> None:
        for field, option in self.options.items():
            if option.default is REQUIRED and field not in self.values and option.needed:
                needed = option.needed
                if option.kind == "sizes" and self.sizes:
                    needed = next(
                        (o.needed for o in self.options.values() if o.kind == "size"), needed
                    )
                raise BindError(
                    "E10",
                    f"{self.word} needs {needed}: {self.example()}",
                    self.size_spans[0] if self.size_spans else self.stage,
                    self.signature(),
                )

    # Words

    def find(self, test: Callable[[Option], bool]) -> str | None:
        return next((field for field, option in self.options.items() if test(option)), None)

    def by(self, test: Callable[[Option], bool], atom: Atom) -> str:
        field = self.find(test)
        if field is None:
            raise self.not_an_option(atom)
        return field

    def signature(self) -> str:
        return f"archcalc layers {self.word}"

    def example(self) -> str:
        """Return a stage to imitate: the last of the first example that the class gives."""
        examples: tuple[str, ...] = self.kind.examples  # type: ignore[attr-defined]
        return f"`{examples[0].rpartition('|')[2].strip()}`"

    def size_advice(self, atom: Atom) -> str:
        """Return how a size that stands alone, and those behind it, are meant to be written."""
        if self.sizes:
            more = list(atom.value)
            while self.queue and self.queue[0].kind == "dims":
                more += self.queue.pop(0).value
            return self.joined_advice(self.sizes, more)
        words = [o.word for o in self.options.values() if o.kind in ("integer", "axes")]
        return f"`{self.word} {words[0]} {atom.text}`" if words else f"{self.word} takes no sizes"

    def joined_advice(self, sizes: list[Any], more: list[Any]) -> str:
        """Return one word with its sizes from numbers that other libraries write one by one."""
        kinds = [option.kind for option in self.options.values()]
        window, filters = "sizes" in kinds, kinds.count("size") == 1
        if not window and filters:  # `Linear(100, 10)`
            return f"`{self.word} {more[-1]}`: what comes in is known"
        if window and "stride" in self.options and len(more) <= 2 and not isinstance(more[0], Pad):
            complete = len(sizes) >= 3 if filters else bool(sizes)
            small = all(isinstance(one, int) and one < 16 for one in more)
            if complete and small:  # `MaxPool2d(3, 2, 1)`
                square = sizes if len(sizes) > 1 else sizes * 2
                options = [f"s{more[0]}"] + [f"pad {one}" for one in more[1:]]
                return f"`{self.word} {_crossed(square)} {' '.join(options)}`"
        if window and filters and len(sizes) == 1:  # `Conv2D(64, (3, 3))`
            count, kernel = sizes[0], more
            if len(more) == 1:
                numbers = isinstance(count, int) and isinstance(more[0], int)
                if numbers and count < more[0]:
                    count, kernel = more[0], sizes
                kernel = [*kernel, *kernel]
            if len(kernel) <= 3:
                return f"the filters come last: `{self.word} {_crossed([*kernel, count])}`"
        return f"sizes are joined by x: `{self.word} {_crossed([*sizes, *more])}`"

    def known(self) -> list[str]:
        """Return the words that stand for options."""
        known = [o.word for o in self.options.values() if o.word and o.kind not in POSITIONAL]
        known += [o.off for o in self.options.values() if o.off]
        if self.find(lambda o: o.kind == "pad"):
            known += ["same", "valid"]
        return known

    def not_an_option(self, atom: Atom) -> BindError:
        text = atom.text
        known = self.known()
        message = f'"{text}" is not an option of {self.word}'
        layer = text if layer_type(text) is not None else ""
        if not layer and text.lower() not in known and text not in OPTIONS:
            layer = layer_meant(text) if atom.kind == "name" else ""
        if layer:
            own = f"a layer of its own `| {layer}`, or `+{layer}`"
            if not is_suffix(layer):
                own = f"a layer of its own `| {layer} ...`"
            return BindError("E08", message, atom.span, own)
        following = self.queue[0].text if self.queue and self.queue[0].kind == "name" else ""
        if text == "activation" and text not in known and is_suffix(layer_meant(following)):
            self.queue.pop(0)
            return BindError("E08", message, atom.span, f"`+{layer_meant(following)}`")
        if re.fullmatch(r"x\d+", text):
            repeated = f"`[ {written(self.stage, atom.span)} ]*{text[1:]}` repeats"
            return BindError("E08", message, atom.span, repeated)
        meant = text.lower() if text.lower() in known else OPTIONS.get(text.lower(), "")
        if meant in known and atom.kind == "name":
            value = self.queue[0].text if self.queue and self.queue[0].kind in VALUES else ""
            if meant == "pad" and self.queue and self.queue[0].text in ("same", "valid"):
                value, meant = self.queue.pop(0).text, ""
            other = f"{meant} {value}".strip()
            return BindError("E08", f'{message}; did you mean "{other}"?', atom.span)
        if atom.kind == "name" and len(text) == 1 and not self.sizes:
            symbol = f"a size as a symbol: `{self.word} ({text})`, or in capitals"
            return BindError("E08", message, atom.span, symbol)
        if atom.kind == "dims":
            return BindError("E08", message, atom.span, self.size_advice(atom))
        joined = re.fullmatch(r"([a-z]+)(\d+)", text)
        if joined and joined[1] in known:
            return BindError(
                "E08", f'{message}; did you mean "{joined[1]} {joined[2]}"?', atom.span
            )
        near = difflib.get_close_matches(text, known, 1)
        if near:
            return BindError("E08", f'{message}; did you mean "{near[0]}"?', atom.span)
        sized = self.find(lambda o: o.kind in ("sizes", "size")) is not None
        if atom.kind == "name" and sized and not self.sizes:
            symbol = f"`{self.word} ({text})`, if {text} is a symbol"
            return BindError("E08", message, atom.span, symbol)
        help = (
            f"{self.word} takes: {', '.join(known)}" if known else f"{self.word} takes no options"
        )
        return BindError("E08", message, atom.span, help)


def written(stage: Span, upto: Span) -> str:
    """Return what a stage says in front of a place in it, in its author's words."""
    source = stage.source
    start, end = Span(source, stage.start, upto.start).text_range()
    text = source.original[start : source.place(upto.start)] if end else ""
    return " ".join(text.split()) if len(text) <= 60 else "..."


def _crossed(sizes: list[Any]) -> str:
    return "x".join(map(str, sizes))


def _part_spans(atom: Atom) -> list[Span]:
    """Return where each size of ``3x3x(C/r)`` stands."""
    texts, level = [""], 0
    for char in atom.text:
        level += {"(": 1, ")": -1}.get(char, 0)
        if char == "x" and not level:
            texts.append("")
        else:
            texts[-1] += char
    if len(texts) != len(atom.value):
        return [atom.span] * len(atom.value)
    spans, start = [], atom.span.start
    for text in texts:
        spans.append(Span(atom.span.source, start, start + len(text)))
        start += len(text) + 1
    return spans


def is_suffix(word: str) -> bool:
    """Tell whether a word can be written as ``+word``: a layer that needs no sizes."""
    found = layer_type(word)
    if found is None or word in ("flatten", "tokens", "cls", "gap", "attn", "concat", "add", "mul"):
        return False
    return all(option.default is not REQUIRED for option in options_of(found).values())


def suggestion(word: str, others: tuple[str, ...]) -> str:
    """Return the known word nearest to an unknown one, or nothing."""
    meant = layer_meant(word)
    if meant:
        return meant
    lowered, known = plain_word(word), (*words(), *others)
    if word.lower() in known:
        return word.lower()
    near = difflib.get_close_matches(lowered, known, 1, 0.6)
    if near:
        return near[0]
    near = difflib.get_close_matches(lowered, LAYERS, 1, 0.8)
    return LAYERS[near[0]] if near else ""


def _has_expression(value: Any) -> bool:
    if isinstance(value, tuple):
        return any(_has_expression(part) for part in value)
    return isinstance(value, Expression)
