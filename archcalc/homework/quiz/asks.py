"""What can be asked about a net: every question whose answer is a plain number or shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...layers.base import View
from ...notation.format import layer_text
from ..measures import Subject, measure
from ..measures.places import windows_of
from .nets import Net

_MOST_LAYERS = 80  # of one net that are asked about
_OF_LAYERS = ("output", "params", "macs", "receptive_field", "units", "jump", "padding")
_OF_BLOCKS = ("output", "params", "macs")
_OF_NETS = ("params", "macs", "output", "receptive_field", "units")
KEY_WORDS = {"macs": "MACs"}
_WORDS = {
    "output": ("What is the output shape of ", "?"),
    "params": ("How many learned parameters does ", " have?"),
    "macs": ("How many MACs does ", " take?"),
    "units": ("How many units (output values) does ", " have?"),
    "receptive_field": ("How large is the receptive field of ", ", in input pixels?"),
    "jump": ("How many input pixels lie between neighboring outputs of ", "?"),
    "padding": (
        "What is the smallest padding on each side with which ",
        " keeps the size of its input?",
    ),
}


@dataclass(frozen=True)
class Ask:
    """A question that could be put: the words of a key, and those of a student's sheet.

    ``words`` are plain text and code in turn. ``topic`` is what two questions may not share,
    ``subject`` what a question with a measure is about, ``parts`` the two questions of a ratio.
    ``is_easy`` says that the answer can be seen without calculating.
    """

    family: str
    ask: str
    of: str
    words: tuple[str, ...]
    topic: str
    subject: Subject | None = None
    claim: str = ""
    parts: tuple[Ask, ...] = ()
    is_easy: bool = False


@dataclass(frozen=True)
class _Target:
    """Something that a key can name: a net, a block, a layer with what is written behind it."""

    of: str
    words: tuple[str, ...]
    subject: Subject
    measures: tuple[str, ...]


def asks_of(net: Net, several: bool) -> list[Ask]:
    """Return every question with a measure about a net, its blocks and its layers.

    ``several`` says that a quiz has other nets too, so that this one has to be named.
    """
    found: dict[str, Ask] = {}
    for target in (_whole(net, several), *_blocks(net, several), *_layers(net, several)):
        for ask in _asks(target, net):
            found.setdefault(ask.topic, ask)
    return list(found.values())


# What can be named


def _whole(net: Net, several: bool) -> _Target:
    analysis = net.analysis
    subject = Subject(analysis, tuple(range(len(analysis.nodes))), net.name)
    words = ("", net.name, "") if several else ("the whole net",)
    return _Target(net.name, words, subject, _OF_NETS)


def _blocks(net: Net, several: bool) -> Iterator[_Target]:
    names = {node.name for node in net.analysis.nodes}
    for name, positions in net.analysis.groups(1).items():
        if name not in names and 1 < len(positions) < len(net.analysis.nodes):
            yield _target(net, name, ("block ", name), positions, several, _OF_BLOCKS)


def _layers(net: Net, several: bool) -> Iterator[_Target]:
    """Return one layer of each kind, with what is written behind it, such as +bn."""
    analysis = net.analysis
    names = {node.name for node in analysis.nodes}
    seen: set[tuple[int, ...]] = set()
    for node in analysis.nodes:
        if node.name.rpartition(".")[0] in names or len(seen) >= _MOST_LAYERS:
            continue
        positions = [
            i
            for i, other in enumerate(analysis.nodes)
            if other.name == node.name or other.name.startswith(f"{node.name}.")
        ]
        kinds = tuple(analysis.kinds[i] for i in positions)
        if kinds in seen:
            continue
        seen.add(kinds)
        behind = (f"+{analysis.nodes[i].layer.word}" for i in positions[1:])
        written = " ".join([layer_text(node.layer, full=False), *behind])
        words = ("layer ", node.name, " (", written, ")")
        yield _target(net, node.name, words, positions, several, _OF_LAYERS)


def _target(
    net: Net,
    name: str,
    words: tuple[str, ...],
    positions: Sequence[int],
    several: bool,
    measures: tuple[str, ...],
) -> _Target:
    of = f"{net.name}/{name}"
    subject = Subject(net.analysis, tuple(positions), of, is_whole=False)
    if several:
        words = (*words, " of ", net.name) if len(words) % 2 == 0 else _joined(words, net.name)
    return _Target(of if "/" not in name else "", words, subject, measures)


def _joined(words: tuple[str, ...], net: str) -> tuple[str, ...]:
    return (*words[:-1], f"{words[-1]} of ", net)


# What is asked of it


def _asks(target: _Target, net: Net) -> Iterator[Ask]:
    if not target.of:  # a label with a slash, which a key would read as a path
        return
    for key in target.measures:
        value = measure(key).value(target.subject)
        if not _is_askable(key, value, target.subject):
            continue
        before, after = _WORDS[key]
        yield Ask(
            key,
            KEY_WORDS.get(key, key),
            target.of,
            _sentence(before, target.words, after),
            f"{net.name} {key} {value}",
            target.subject,
            is_easy=value == 0 or _is_seen(key, target.subject),
        )


def _is_askable(key: str, value: Any, subject: Subject) -> bool:
    """Tell whether an answer is a number or shape that is neither missing nor copied."""
    analysis, last = subject.analysis, subject.last
    if last < 0:
        return False
    facts = analysis.facts[last]
    layer: Any = analysis.nodes[last].layer
    first = analysis.nodes[subject.positions[0]].layer
    if key == "output":
        slides = isinstance(analysis.facts[subject.positions[0]].windows, tuple)
        shaped = slides or layer.word in ("concat", "zeropad")
        return shaped and all(isinstance(n, int) for n in value)
    if not isinstance(value, int):
        return False
    if key == "padding":
        if layer.word not in ("conv", "dwconv") or not isinstance(layer.padding, tuple):
            return False
        steps = all(window.stride == 1 for window in windows_of(subject))
        return value > 0 and steps and {pad.before for pad in layer.padding} != {value}
    if key == "params":
        return value > 0 or first.word in ("maxpool", "avgpool", "relu")
    if key == "jump":
        return value > 1
    if key == "receptive_field":
        return value > 1 and facts.windows is not View.POINTWISE
    return value > 0


def _is_seen(key: str, subject: Subject) -> bool:
    """Tell whether the answer stands in the layer itself, as the first layer's field does."""
    return key == "receptive_field" and subject.last == 0


def _sentence(before: str, words: tuple[str, ...], after: str) -> tuple[str, ...]:
    """Put what is asked about into a sentence; the parts go on being text and code in turn."""
    first, *middle = words
    if len(words) % 2 == 0:
        return (before + first, *middle, after)
    if not middle:
        return (before + first + after,)
    return (before + first, *middle[:-1], middle[-1] + after)
