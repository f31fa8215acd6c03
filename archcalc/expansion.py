"""Entries to a flat graph: names given, repeats unrolled, blocks expanded, shapes checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from functools import lru_cache
from itertools import count
from typing import Any

from .arithmetic.dims import NotExact, Shape, divisors, is_known
from .arithmetic.expression import Expression, NoFormula, TooLarge
from .errors import LayerError, Problem, Span, SpecError, UsageError
from .graph import Graph, Node
from .layers import layer_type
from .layers.base import Facts, Layer, described, volume, written
from .layers.options import Pad
from .notation.binding import LARGEST_SIZE
from .notation.entries import Aux, BlockStage, Call, Chain, Entry, Identity, Parallel, Spec, Stage
from .notation.free import symbols
from .notation.parser import parse

MOST_LAYERS = 100_000
MOST_SYMBOLIC_LAYERS = 2_000
MOST_PROBLEMS = 20
MOST_OPERATIONS = 200

_MERGES = {"concat": "concat", "add": "add", "mul": "mul", "res": "add"}


def expand(spec: Spec, values: Mapping[str, Any] | None = None, *, unused: bool = False) -> Graph:
    """Return the graph of a spec; ``values`` replace its symbols, before the spec's own.

    Symbols without a value stay, as positive integers. Errors: :class:`SpecError` with every
    layer that refuses its input; :class:`UsageError` (E29) for a value without a symbol, unless
    ``unused`` lets it pass.
    """
    known = symbols(spec)
    given = dict(values or {})
    for name in given:
        if name not in known and not unused:
            raise no_symbol(name, known)
    mine = {name: value for name, value in {**spec.symbols, **given}.items() if name in known}
    return _Expansion(spec, mine, known).graph()


def no_symbol(name: str, known: Iterable[str], where: str = "the spec") -> UsageError:
    """Return the error for a value whose symbol is not there; it says which there are (E29)."""
    others = sorted(known)
    alike = [one for one in others if one.lower() == name.lower()]
    alike = alike or get_close_matches(name, others, 1, 0.6)
    also = f'; did you mean "{alike[0]}"?' if alike else ""
    listed = ", ".join(others[:12]) + (", ..." if len(others) > 12 else "")
    help = "" if also and len(others) == 1 else f"symbols: {listed or 'none'}"
    return UsageError("E29", f"no symbol {name[:40]} in {where}{also}", help)


class _Scope:
    """The names given under one prefix: labels as written, the others by word and position."""

    def __init__(self, prefix: str, chain: Chain) -> None:
        self.prefix = prefix
        self.counts: dict[str, int] = {}
        self.owners: dict[str, Entry] = {}
        self.taken: set[str] = set()
        _collect_labels(chain, self.taken)

    def name(self, entry: Entry, word: str, label: str = "") -> str:
        """Name an entry after its label, or after its word and its place among those."""
        number = self.counts[word] = self.counts.get(word, 0) + 1
        label = entry.label or label
        if not label:
            return self.prefix + self._free(word, number)
        if self.owners.setdefault(label, entry) is not entry:
            raise LayerError(
                "E26",
                f'label "{label}" appears twice',
                help="give each stage a name of its own, or none",
            )
        turn = self.counts[f"{label}:"] = self.counts.get(f"{label}:", 0) + 1
        return self.prefix + (label if turn == 1 else self._free(f"{label}_", turn))

    def _free(self, stem: str, number: int) -> str:
        while f"{stem}{number}" in self.taken:
            number = self.counts[stem] = number + 1
        self.taken.add(f"{stem}{number}")
        return f"{stem}{number}"


def _collect_labels(chain: Chain, found: set[str]) -> None:
    for entry in chain.entries:
        if entry.label:
            found.add(entry.label)
        elif isinstance(entry, Chain):
            _collect_labels(entry, found)


class _Expansion:
    def __init__(self, spec: Spec, values: dict[str, Any], known: tuple[str, ...]) -> None:
        self.spec, self.given = spec, values
        self.symbols = known
        self.free = [name for name in self.symbols if name not in values]
        symbolic = self.free or any(hasattr(n, "free_symbols") for n in values.values())
        self.most = MOST_SYMBOLIC_LAYERS if symbolic else MOST_LAYERS
        self.values = dict(values)  # and what stands for an expression inside a block
        self.nodes: list[Node] = []
        self.names: set[str] = {"input"}
        self.shapes: dict[str, Shape] = {}
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = list(spec.warnings)
        self.known: dict[Any, Facts] = {}
        self.resolved: dict[int, Layer] = {}
        self.bodies: dict[tuple[int, Shape], Chain] = {}
        self.merges: dict[str, Layer] = {}
        self.training = False
        self.inside: Span | None = None  # the stage of the block that is being expanded

    def graph(self) -> Graph:
        if self.spec.input is None:
            raise SpecError(
                [
                    Problem(
                        "E02",
                        "the spec has no input shape",
                        None,
                        "start with one: 14x14x480 | ...",
                    )
                ]
            )
        layers = _count(self.spec.body, self.values)
        if layers > self.most:
            raise self.too_many(f"{layers:,} layers" if layers < 10**15 else "over 10^15 layers")
        shape = self.input_shape()
        self.shapes["input"] = shape
        output = self.chain(self.spec.body, "input", _Scope("", self.spec.body))
        if self.problems or output is None:
            raise SpecError(self.problems)
        return Graph(
            inputs={"input": shape},
            nodes=tuple(self.nodes),
            output=output,
            name=self.spec.name,
            spec=self.spec,
            values=self.given,
            warnings=tuple(self.warnings),
            stated=self.known,
        )

    def too_many(self, layers: str) -> SpecError:
        fact, help = f"the spec expands to {layers} (limit {self.most:,})", "repeat less"
        if self.free:
            fact = (
                fact[:-1]
                + f" while {' and '.join(self.free)} {'is' if len(self.free) == 1 else 'are'} free)"
            )
            help += f", or --set {','.join(f'{name}=3' for name in self.free)}"
        return SpecError([Problem("E44", fact, self.spec.body.span, help)])

    def input_shape(self) -> Shape:
        sizes = []
        for size in self.spec.input or ():
            try:
                value = size.value(self.values) if isinstance(size, Expression) else size
            except NotExact as error:
                raise SpecError([self.not_whole(size, error, self.spec.input_span)]) from None
            sizes.append(value)
        shape = volume(sizes[-1], tuple(sizes[:-1]))
        over = _over_limit(shape)
        if over is not None:
            raise SpecError([Problem(*over, self.spec.input_span)])
        return shape

    def report(self, problem: Problem) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(self.placed(problem))

    def placed(self, problem: Problem) -> Problem:
        """Return a problem of a layer inside a block at the stage that its author wrote."""
        return problem if self.inside is None else replace(problem, span=self.inside, label="")

    # Entries: each takes the name it reads and returns the name to read on, or None on an error

    def chain(self, chain: Chain, x: str, scope: _Scope) -> str | None:
        here: str | None = x
        for entry in chain.entries:
            if here is None:
                return None
            here = self.entry(entry, here, scope)
        return here

    def entry(self, entry: Entry, x: str, scope: _Scope) -> str | None:
        try:
            if isinstance(entry, Stage):
                return self.stage(entry, x, scope)
            if isinstance(entry, Identity):
                return x
            if isinstance(entry, Chain):
                return self.group(entry, x, scope)
            if isinstance(entry, Parallel):
                return self.parallels(entry, x, scope)
            if isinstance(entry, BlockStage):
                return self.block(entry, x, scope)
            if isinstance(entry, Call):
                name = scope.name(entry, entry.definition.name)
                return self.composition(entry.body, x, name)
            assert isinstance(entry, Aux)
            return self.aux(entry, x, scope)
        except LayerError as error:
            self.report(Problem(error.code, error.message, entry.span, error.help, error.label))
            return None

    def group(self, group: Chain, x: str, scope: _Scope) -> str | None:
        times = self.times(group)
        here: str | None = x
        base = scope.name(group, "") if group.label else ""
        for i in range(times):
            if here is None:
                return None
            inner = scope
            if group.label:
                inner = _Scope(f"{base}.{i + 1}." if times > 1 else f"{base}.", group)
            here = self.chain(group, here, inner)
        return here

    def parallels(self, entry: Parallel, x: str, scope: _Scope) -> str | None:
        times = self.times(entry)
        here: str | None = x
        base = scope.name(entry, entry.kind) if entry.label else ""
        for i in range(times):
            if here is None:
                return None
            if entry.label:
                name = f"{base}.{i + 1}" if times > 1 else base
            else:
                name = scope.name(entry, entry.kind)
            here = self.parallel(entry, here, name)
        return here

    def parallel(self, entry: Parallel, x: str, name: str) -> str | None:
        ends: list[str | None] = []
        for i, branch in enumerate(entry.branches):
            prefix = f"{name}.{i + 1}."
            if entry.kind == "res":
                prefix = f"{name}." if i == 0 else f"{name}.shortcut."
            ends.append(self.chain(branch, x, _Scope(prefix, branch)))
        if entry.kind == "res" and len(ends) == 1:
            ends.append(x)
        if any(end is None for end in ends):
            return None
        kind = _MERGES[entry.kind]
        if kind not in self.merges:
            found = layer_type(kind)
            assert found is not None
            self.merges[kind] = found()
        inputs = tuple(end for end in ends if end is not None)
        return self.add(f"{name}.{kind}", self.merges[kind], inputs, entry)

    def block(self, entry: BlockStage, x: str, scope: _Scope) -> str | None:
        shape = self.shapes[x]
        name = scope.name(entry, entry.block.word)
        key = (id(entry), shape)
        if key not in self.bodies:
            try:
                block = self.nameable(self.with_values(entry.block))
                inside = tuple(self.named(size) for size in shape)
                body = _fragment(self.findable(block.body(inside)))
            except LayerError as error:
                self.report(self.problem_of(error, entry.parts, entry.span, name, (shape,)))
                return None
            self.bodies[key] = body
        outer, self.inside = self.inside, self.inside or entry.span
        here = self.composition(self.bodies[key], x, name)
        self.inside = outer
        return here

    def composition(self, body: Chain, x: str, name: str) -> str | None:
        """Expand a block's body; branches it begins with take the block's own name."""
        first, rest = body.entries[0], Chain(body.entries[1:])
        if not isinstance(first, Parallel) or first.label or first.repeat != 1 or _branches(rest):
            return self.chain(body, x, _Scope(f"{name}.", body))
        here = self.parallel(first, x, name)
        return None if here is None else self.chain(rest, here, _Scope(f"{name}.", rest))

    def nameable(self, block: Any) -> Any:
        """Return a block whose options the notation can hold."""
        given = {item.name: getattr(block, item.name) for item in fields(block)}
        return replace(block, **{key: self.named(value) for key, value in given.items()})

    def findable(self, body: str) -> str:
        """Return a block's text, in which numbers of many variants stand by their names."""
        for value in self.given.values():
            if hasattr(value, "variants"):
                self.values.update(value.family.texts)
        return body

    def named(self, value: Any) -> Any:
        """Return what the notation can hold as it is, and ``floor(C/2)`` under a new name."""
        if not getattr(value, "free_symbols", None) or value.is_Symbol:
            return value
        if not re.search(r"[A-Za-z]\(|\b\d+/\d", str(value)):
            return value
        import sympy

        taken = {*self.values, *self.symbols}
        name = next(name for i in count() if (name := f"_{i}") not in taken)
        self.values[name] = value
        return sympy.Symbol(name, integer=True, positive=True)

    def aux(self, entry: Aux, x: str, scope: _Scope) -> str | None:
        outer, self.training = self.training, True
        base = scope.name(entry, "aux", entry.title)
        self.chain(entry.body, x, _Scope(f"{base}.", entry.body))
        self.training = outer
        return x

    def stage(self, entry: Stage, x: str, scope: _Scope) -> str | None:
        layer = entry.layer
        name = scope.name(entry, layer.word)
        if entry.symbolic:
            try:
                layer = self.resolved_layer(entry)
            except LayerError as error:
                x_shape = (self.shapes[x],)
                self.report(self.problem_of(error, entry.parts, entry.span, name, x_shape))
                return None
        here = self.add(name, layer, (x,), entry, entry.parts)
        for suffix in entry.suffixes:
            if here is None:
                return None
            here = self.add(f"{name}.{suffix.layer.word}", suffix.layer, (here,), suffix)
        return here

    def add(
        self,
        name: str,
        layer: Layer,
        inputs: tuple[str, ...],
        entry: Entry,
        parts: Mapping[str, Span] | None = None,
    ) -> str | None:
        """Append a node whose layer accepts its inputs; report it where it does not."""
        shapes = tuple([self.shapes[one] for one in inputs])
        key = (id(layer), shapes)
        facts = self.known.get(key)
        if facts is None:
            try:
                facts = layer.facts(*shapes)
                over = _over_limit(facts.output)
                if over is not None:
                    raise LayerError(*over)
            except LayerError as error:
                self.report(self.problem_of(error, parts or {}, entry.span, name, shapes, entry))
                return None
            except NotExact as error:
                self.report(Problem("E27", str(error), entry.span, "", where=_where(name, shapes)))
                return None
            self.known[key] = facts
            for code, text in layer.cautions(*shapes):
                if len(self.warnings) < MOST_PROBLEMS:
                    caution = Problem(code, text.replace("{name}", name), entry.span)
                    self.warnings.append(self.placed(caution))
        if len(self.nodes) == self.most:  # blocks such as se stand for several
            raise self.too_many(f"more than {self.most:,} layers")
        unique, number = name, 1
        while unique in self.names:
            number += 1
            unique = f"{name}_{number}"
        self.names.add(unique)
        self.shapes[unique] = facts.output
        self.nodes.append(Node(unique, layer, inputs, entry.span, self.training))
        return unique

    # Values

    def times(self, entry: Chain | Parallel) -> int:
        return _times(entry.repeat, self.values, entry.span)

    def resolved_layer(self, entry: Stage) -> Layer:
        made = self.resolved.get(id(entry))
        if made is None:
            made = self.resolved[id(entry)] = self.with_values(entry.layer)
        return made

    def with_values(self, made: Any) -> Any:
        """Put the values into the options that are expressions."""
        changed = {}
        for item in fields(made):
            value = getattr(made, item.name)
            try:
                known = _valued(value, self.values)
            except NotExact as error:
                problem = self.not_whole(value, error, None)
                raise LayerError(
                    problem.code, problem.message, help=problem.help, part=item.name
                ) from None
            if known is not value:
                changed[item.name] = known
        try:
            return replace(made, **changed) if changed else made
        except LayerError as error:
            written = getattr(made, error.part, None)
            for text, value in _valued_texts(written, changed.get(error.part)):
                if value < 1:
                    error.args = (f"{error.message}: {text} = {value}",)
            raise

    def not_whole(self, value: Any, error: NotExact, span: Span | None) -> Problem:
        text = _failing(value, self.values)
        stated = f"{text} = " if text else ""
        if isinstance(error, TooLarge):
            return Problem("E44", f"{text or 'a size'} is over the limit of 2^31 - 1", span)
        if isinstance(error, NoFormula):
            return Problem("E27", f"{stated}{error}", span)
        if error.divisor == 0:
            return Problem("E27", f"{stated}{error.dividend}/0 is not a number", span)
        if not isinstance(error.dividend, int):
            return Problem("E27", f"{stated}{error}", span)
        if "/" not in text:
            help = f"`({text}//1)` to round down, or `(divisible({text}))`"
            message = f"{stated}{error.dividend}/{error.divisor} is not a whole number"
            return Problem("E27", message, span, help)
        known = divisors(abs(error.dividend))
        shown = ", ".join(map(str, known[:7])) + (", ..." if len(known) > 7 else "")
        rounding = re.sub(r"(?<!/)/(?!/)", "//", text) or "//"
        return Problem(
            "E27",
            f"{stated}{error.dividend}/{error.divisor} is not a whole number",
            span,
            f"`({rounding})` to round down, or a divisor of {error.dividend}: {shown}",
        )

    def problem_of(
        self,
        error: LayerError,
        parts: Mapping[str, Span],
        span: Span | None,
        name: str,
        shapes: tuple[Shape, ...],
        entry: Entry | None = None,
    ) -> Problem:
        at = parts.get(error.part, span)
        if error.part.startswith("branch ") and isinstance(entry, Parallel):
            index = int(error.part.split()[1])
            at = entry.branches[index].span if index < len(entry.branches) else span
        help = self.other_reading(error, shapes) or error.help
        return Problem(error.code, error.message, at, help, error.label, _where(name, shapes))

    def other_reading(self, error: LayerError, shapes: tuple[Shape, ...]) -> str:
        """Return what to write where the input, and not the layer, seems to be the mistake."""
        given = self.spec.input or ()
        if not all(isinstance(size, int) for size in given):
            return ""
        text = "x".join(map(str, given))
        if error.code == "E12" and _like_channels_first(given):
            first, middle, last = given
            return (
                f"{text} is read as height {first}, width {middle}, {last} channels. Meant "
                f"channels first? --layout chw; otherwise {error.help}"
            )
        from_input = len(given) == 2 and shapes == (self.shapes["input"],)
        if error.code == "E31" and from_input and "height x width" in error.message:
            return f"an image has channels too: `{text}x1`, `{text}x3`"
        return ""


@lru_cache(maxsize=1024)
def _fragment(text: str) -> Chain:
    """Return what a block's notation says; the same blocks come again and again."""
    return parse(f"... | {text}", fragment=True).body


def _branches(chain: Chain) -> bool:
    """Tell whether anything in a chain is more than a layer."""
    return not all(isinstance(entry, Stage) for entry in chain.entries)


def _like_channels_first(sizes: tuple[Any, ...]) -> bool:
    return len(sizes) == 3 and sizes[0] <= 4 and min(sizes[1:]) >= 16


def _where(name: str, shapes: tuple[Shape, ...]) -> str:
    if len(shapes) != 1:
        return f"layer {name}"
    (x,) = shapes
    given = written(x) if len(x) != 2 else described(x)
    return f"layer {name}, input {given if len(given) <= 50 else given[:47] + '...'}"


def _over_limit(shape: Shape) -> tuple[str, str] | None:
    for size in shape:
        if is_known(size) and size > LARGEST_SIZE:
            return "E44", f"a size of {size:,} is over the limit of 2^31 - 1"
        if is_known(size) and size < 1:
            return "E12", f"nothing is left: the output would be {written(shape)}"
        if not is_known(size) and hasattr(size, "count_ops"):
            operations = size.count_ops()
            if operations > MOST_OPERATIONS:
                return "E44", (
                    f"a size is an expression of {operations} operations (limit "
                    f"{MOST_OPERATIONS}): give its symbols numbers"
                )
    return None


def _valued(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, Expression):
        return value.value(values)
    if isinstance(value, tuple):
        parts = tuple(_valued(part, values) for part in value)
        if all(a is b for a, b in zip(parts, value, strict=True)):
            return value
        return Pad(*parts) if isinstance(value, Pad) else parts
    return value


def _valued_texts(value: Any, known: Any) -> list[tuple[str, int]]:
    """Return the expressions of an option with the whole numbers they come to."""
    if isinstance(value, tuple) and isinstance(known, tuple):
        pairs = zip(value, known, strict=True)
        return [found for pair in pairs for found in _valued_texts(*pair)]
    if isinstance(value, Expression) and isinstance(known, int):
        return [(value.text, known)]
    return []


def _failing(value: Any, values: Mapping[str, Any]) -> str:
    """Return the text of the expression, among several, that has no value."""
    if isinstance(value, tuple):
        return next((text for part in value if (text := _failing(part, values))), "")
    try:
        _valued(value, values)
    except NotExact:
        return str(value.text)
    return ""


def _times(repeat: Any, values: Mapping[str, Any], span: Span | None) -> int:
    if isinstance(repeat, int):
        return repeat
    try:
        times = repeat.value(values)
        if isinstance(times, int) and times >= 0:
            return times
        fact = f"{repeat.text} = {times}"
    except NotExact as error:
        fact = f"{repeat.text} = {error.dividend}/{error.divisor}"
        if isinstance(error, NoFormula | TooLarge):
            fact = f"{repeat.text}: {error}"
    free = [name for name in repeat.free if name not in values]
    if free:
        fact = f"{' and '.join(free)} {'is' if len(free) == 1 else 'are'} free"
    help = "for example [ conv 3x3x64 pad 1 | relu ]*3"
    if free:
        help = f"--set {','.join(f'{name}=3' for name in free)}"
    message = f"repeat count must be a whole number of at least 1 ({fact})"
    raise SpecError([Problem("E20", message, span, help)])


def _count(entry: Entry, values: Mapping[str, Any]) -> int:
    """Return how many layers an entry expands to, without expanding it; nothing repeated is 1."""
    if isinstance(entry, Chain):
        times = _times(entry.repeat, values, entry.span)
        inner = sum(_count(e, values) for e in entry.entries)
        return times * (inner if times == 1 else max(inner, 1))
    if isinstance(entry, Parallel):
        inner = 1 + sum(_count(branch, values) for branch in entry.branches)
        return _times(entry.repeat, values, entry.span) * inner
    if isinstance(entry, Aux | Call):
        return _count(entry.body, values)
    return 1 + len(entry.suffixes) if isinstance(entry, Stage) else 1
