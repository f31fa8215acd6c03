"""The fenced block that gives the nets of a note, one spec on a line or over several lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from ...analysis import walk
from ...errors import ArchcalcError, Problem, Source, Span, SpecError, UsageError
from ...expansion import expand
from ...layers import layer_type
from ...notation.documents import read_document
from ...notation.entries import Spec
from ...notation.free import symbols
from ...notation.parser import parse
from ...notation.source import Places
from ...readers import torch, zoo
from .scope import Net, Scope

MOST_SPECS = 100  # in one block
_LABEL = re.compile(r"\s*(\w[\w.+/-]{0,59}):\s+(?=\S)")
_SIZE = r"(?:\d+|[A-Z]\d?|\([^()|\n]{1,40}\))"
_BEGINS = re.compile(rf"\s*{_SIZE}(?:\s?[xX×*]\s?{_SIZE})*\s*(?:\||->|→|#|$)")
_WORD = re.compile(r"[A-Za-z.~/\\][\w./\\-]*(?::[\w.()=,/-]+)?(?:@[\dx]+)?")
_YAML = re.compile(r"\s*(?:---\s+)?archcalc[ \t]*:")


@dataclass(frozen=True)
class Note:
    """The text of a note, and where its lines begin."""

    source: Source

    @cached_property
    def starts(self) -> list[int]:
        """The place of the first character of every line."""
        lengths = (len(line) + 1 for line in self.source.original.split("\n"))
        return [0, *accumulate(lengths)]

    def problem(self, line: int, code: str, fact: str, help: str = "") -> Problem:
        """Return a problem with a line."""
        line = min(line, len(self.starts) - 1)  # a block that opens on the last line
        start, end = self.starts[line - 1 : line + 1]
        return Problem(code, fact, Span(self.source, start, end - 1), help)


def scope_of(lines: Sequence[str], first: int, note: Note, room: int) -> Scope:
    """Return the nets of a block, which may have ``room`` layers together.

    Errors: :class:`SpecError` with every mistake in the block.
    """
    problems: list[Problem] = []
    nets: list[Net] = []
    written = list(_split(lines, first, note))
    if not written:
        raise SpecError([note.problem(first, "E01", "a block without a spec", _HELP)])
    if len(written) > MOST_SPECS:
        fact = f"more than {MOST_SPECS} specs in one block"
        raise SpecError([note.problem(first, "E44", fact, "a block for each part of the note")])
    for at, one in enumerate(written):
        name = one.name
        try:
            analysis = walk(expand(one.numbers()))
            room -= len(analysis.nodes)
            if room < 0:
                raise UsageError("E44", "the note's specs have too many layers", "split the note")
            if not name and len(written) > 1:
                name = analysis.graph.name or _letters(at)
            nets.append(Net(name or analysis.graph.name, analysis))
        except SpecError as error:
            problems += error.problems
        except ArchcalcError as error:
            problems.append(note.problem(one.line, error.code, error.message, error.help))
            if error.code == "E44":
                break
    for name in {net.name for net in nets}:
        if sum(net.name == name for net in nets) > 1:
            fact = f'the block calls two specs "{name}"'
            problems.append(note.problem(first, "E26", fact, "a name of its own for each"))
    if problems:
        raise SpecError(problems[:20])
    return Scope(nets)


_HELP = "14x14x480 | conv 5x5x48 pad 2"


def _letters(at: int) -> str:
    return chr(ord("A") + at) if at < 26 else f"S{at + 1}"


@dataclass(frozen=True)
class _Written:
    """The text of one spec and where it stands in the note."""

    name: str
    text: str
    start: int
    line: int
    note: Note
    is_yaml: bool = False

    def numbers(self) -> Spec:
        """Return the spec; one with free symbols has no numbers to check."""
        spec = self.spec()
        free = sorted(set(symbols(spec)) - set(spec.symbols))
        if free:
            fact = f"a note's claims are about numbers; free: {', '.join(free[:6])}"
            raise UsageError("E28", fact, "write the numbers, or YAML with `symbols`")
        return spec

    def spec(self) -> Spec:
        text = self.text.strip()
        if self.is_yaml:
            return read_document("\n" * (self.line - 1) + self.text, self.note.source.name)
        if "|" not in text and "\n" not in text and "->" not in text:
            if torch.reads(text):
                fact = f"{text[:60]} is code, and a note never runs any"
                raise SpecError([self.note.problem(self.line, "E52", fact, _HELP)])
            if _WORD.fullmatch(text):
                if not text.startswith("zoo:") and "." in text and text.lower() not in _zoo():
                    fact = f"{text[:60]} is no spec; a note reads no other file"
                    raise SpecError([self.note.problem(self.line, "E33", fact, _HELP)])
                return zoo.spec(text, "hwc", False)
        places = range(self.start, self.start + len(self.text) + 1)
        return parse(self.text, self.note.source.name, places=Places(self.note.source, places))


def _zoo() -> dict[str, str]:
    from ...zoo import entries

    return entries()


def _is_zoo(text: str) -> bool:
    """Tell whether a line can only be meant as an architecture's name."""
    return text.startswith("zoo:") or (text.lower() in _zoo() and layer_type(text) is None)


def _split(lines: Sequence[str], first: int, note: Note) -> Iterator[_Written]:
    """Yield the specs of a block: one on a line, or on the lines from one input to the next."""
    text = "\n".join(lines)
    start = note.starts[first - 1]
    if _YAML.match(text):
        yield _Written("", text, start, first, note, is_yaml=True)
        return
    name, begun, line = "", start, first
    parts: list[str] = []
    for number, raw in enumerate(lines, first):
        label = _LABEL.match(raw)
        rest = raw[label.end() :] if label else raw
        bare = rest.strip()
        named = _WORD.fullmatch(bare) is not None and not parts
        named = named or torch.reads(bare) or _is_zoo(bare)
        if named or _BEGINS.match(rest) or (label and not parts):
            if parts:
                yield _Written(name, "\n".join(parts), begun, line, note)
            name, line = label[1] if label else "", number
            begun = start + (label.end() if label else 0)
            parts = [rest]
        elif parts:
            parts.append(raw)
        elif bare and not bare.startswith("#"):
            begun, parts, line = start, [raw], number
        start += len(raw) + 1
    if parts:
        yield _Written(name, "\n".join(parts).rstrip(), begun, line, note)
