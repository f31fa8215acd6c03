"""The text format of protocol buffers, as Caffe writes it: names, values and messages in braces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..errors import Problem, Source, Span, SpecError

DEEPEST = 20
_TOKEN = re.compile(
    r"""(?P<space>[\s,;]+|\#[^\n]*)
      | (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      | (?P<word>[+-]?[\w.][\w.+-]*)
      | (?P<sign>[:{}<>\[\]])""",
    re.VERBOSE,
)
_CLOSING = {"{": "}", "<": ">"}


@dataclass(frozen=True)
class Field:
    """A name with its value, a text or a message, and where it stands."""

    name: str
    value: str | Message
    start: int
    end: int


@dataclass
class Message:
    """Fields in the order in which they are written; a name may come several times."""

    fields: list[Field] = field(default_factory=list)

    def all(self, name: str) -> list[Field]:
        """Return every field of a name."""
        return [one for one in self.fields if one.name == name]

    def texts(self, name: str) -> list[str]:
        """Return every value of a name that is no message."""
        return [one.value for one in self.all(name) if isinstance(one.value, str)]

    def text(self, name: str, default: str = "") -> str:
        """Return the last value of a name."""
        return (self.texts(name) or [default])[-1]

    def messages(self, name: str) -> list[Message]:
        """Return every message of a name."""
        return [one.value for one in self.all(name) if isinstance(one.value, Message)]

    def message(self, name: str) -> Message:
        """Return the last message of a name, an empty one where there is none."""
        return (self.messages(name) or [Message()])[-1]


def parsed(text: str, name: str) -> Message:
    """Return the message that a text holds; SpecError (E56) where it is none."""
    return _Reader(Source(name, text)).message("", 0)


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.tokens = self.scanned()
        self.kind, self.token, self.start = next(self.tokens)
        self.last = 0

    def scanned(self) -> Iterator[tuple[str, str, int]]:
        text, place = self.source.original, 0
        while place < len(text):
            found = _TOKEN.match(text, place)
            if found is None:
                raise self.wrong(f'"{text[place]}" has no place here', place)
            if found.lastgroup != "space":
                yield str(found.lastgroup), found[0], place
            place = found.end()
        yield "end", "", len(text)

    def wrong(self, message: str, place: int) -> SpecError:
        span = Span(self.source, place, place + 1)
        return SpecError([Problem("E56", f"not a prototxt: {message}", span)])

    def advance(self) -> str:
        token = self.token
        self.last = self.start + len(token)
        self.kind, self.token, self.start = next(self.tokens)
        return token

    def message(self, closing: str, depth: int) -> Message:
        if depth > DEEPEST:
            raise self.wrong(f"nested more than {DEEPEST} deep", self.start)
        made = Message()
        while self.kind == "word":
            self.field(made, depth)
        if self.token != closing:
            expected = f'"{closing}"' if closing else "a name"
            raise self.wrong(f'{expected} expected, not "{self.token[:20]}"', self.start)
        return made

    def field(self, made: Message, depth: int) -> None:
        start = self.start
        name = self.advance()
        if self.token == ":":
            self.advance()
        elif self.token not in _CLOSING:
            raise self.wrong(f'"{name[:40]}" has no value', start)
        if self.token == "[":
            self.advance()
            while self.token != "]":
                made.fields.append(Field(name, self.value(depth), start, self.last))
            self.advance()
        else:
            made.fields.append(Field(name, self.value(depth), start, self.last))

    def value(self, depth: int) -> str | Message:
        if self.token in _CLOSING:
            closing = _CLOSING[self.advance()]
            inner = self.message(closing, depth + 1)
            self.advance()
            return inner
        if self.kind == "word":
            return self.advance()
        if self.kind != "string":
            raise self.wrong(f'a value expected, not "{self.token[:20]}"', self.start)
        text = ""
        while self.kind == "string":
            text += self.advance()[1:-1]
        return text
