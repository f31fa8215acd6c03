"""Everything that can be asked about some nets: of each by itself, and how they compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from ..measures import measure
from .asks import KEY_WORDS, Ask, asks_of
from .nets import Net

_COMPARED = {"macs": "MACs", "params": "learned parameters"}


def pool(nets: Sequence[Net]) -> tuple[Ask, ...]:
    """Return every question about the nets, in their order."""
    several = len(nets) > 1
    found: list[Ask] = []
    wholes: list[dict[str, Ask]] = []
    for net in nets:
        own = asks_of(net, several)
        wholes.append({ask.ask: ask for ask in own if ask.of == net.name})
        found += [*own, *_between_layers(own, net, several)]
    for one in wholes:
        for other in wholes:
            if one is not other:
                found += _between_nets(one, other)
    return tuple(found)


def _between_layers(asks: Sequence[Ask], net: Net, several: bool) -> Iterator[Ask]:
    for key in _COMPARED:
        own = [one for one in asks if one.family == key and one.of != net.name and _value(one)]
        for one, other in pairwise(own):
            yield from _claims(one, other, key, several)


def _between_nets(one: dict[str, Ask], other: dict[str, Ask]) -> Iterator[Ask]:
    for key, what in _COMPARED.items():
        word = KEY_WORDS.get(key, key)
        if word not in one or word not in other:
            continue
        mine, its = one[word], other[word]
        more, less = _value(mine), _value(its)
        if more <= less or not less:
            continue
        yield from _claims(mine, its, key, several=True)
        words = (f"What is the ratio of {what}, ", mine.of, " to ", its.of, "? Give three digits.")
        topic = f"ratio {key} {mine.of} {its.of}"
        yield Ask("ratio", "ratio", "", words, topic, parts=(mine, its))


def _claims(one: Ask, other: Ask, key: str, several: bool) -> Iterator[Ask]:
    """Return a comparison as a true and as a false claim, either way round."""
    if _value(one) == _value(other):
        return
    word = KEY_WORDS.get(key, key)
    topic = f"claim {key} {one.of} {other.of}"
    for first, second in ((one, other), (other, one)):
        for relation, less in (("<", "fewer"), (">", "more")):
            claim = f"{first.of} {word} {relation} {second.of} {word}"
            verb = "takes" if key == "macs" else "has"
            middle = f" {verb} {less} {_COMPARED[key]} than "
            names = _short(first, several), _short(second, several)
            words = ("True or false: ", names[0], middle, names[1], ".")
            yield Ask("claim", "true", "", words, topic, claim=claim)


def _value(ask: Ask) -> Any:
    assert ask.subject is not None
    return measure(ask.family).value(ask.subject)


def _short(ask: Ask, several: bool) -> str:
    """Return how a key names what is asked about; without the net where there is only one."""
    return ask.of if several else ask.of.partition("/")[2]
