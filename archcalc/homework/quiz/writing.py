"""The key of a quiz as YAML: its specs and its questions, never an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .asks import Ask

_PLAIN = re.compile(r"[A-Za-z_][\w./-]*", re.ASCII)
_RESERVED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def key_text(title: str, texts: Mapping[str, str], asks: Sequence[Ask], layout: str) -> str:
    """Return a key that asks the questions in their order, numbered from 1."""
    numbers = {ask.topic: i for i, ask in enumerate(asks, 1)}
    lines = [
        "archcalc-key: 1",
        f"title: {_quoted(title)}",
        "convention: macs",
        f"order: {layout}",
        "specs:",
        *(f"  {_scalar(name)}: {_quoted(text)}" for name, text in texts.items()),
        "questions:",
        *(f"  - {{{_fields(i, ask, numbers)}}}" for i, ask in enumerate(asks, 1)),
    ]
    return "\n".join(lines) + "\n"


def _fields(number: int, ask: Ask, numbers: Mapping[str, int]) -> str:
    if ask.parts:
        of = ", ".join(str(numbers[part.topic]) for part in ask.parts)
        return f"id: {number}, ask: ratio, of: [{of}]"
    if ask.claim:
        return f"id: {number}, claim: {_quoted(ask.claim)}"
    return f"id: {number}, ask: {ask.ask}, of: {_scalar(ask.of)}"


def _scalar(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and text.lower() not in _RESERVED
    return text if plain else _quoted(text)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
