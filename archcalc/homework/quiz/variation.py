"""Other numbers for the same nets, so that every student calculates another one.

A number is changed wherever it stands, in all nets alike: what was equal stays equal, what was
less stays less, and a kernel keeps the padding that kept its size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from ...errors import ArchcalcError, UsageError
from ...expansion import expand
from ...layers.options import Option, Pad, options_of
from ...notation.entries import Aux, BlockStage, Chain, Entry, Parallel, Spec, Stage
from ...notation.format import short_form
from ...notation.parser import parse

_SIDES = (
    *(7, 8, 12, 13, 14, 15, 16, 20, 24, 27, 28, 32, 40, 48, 54, 55, 56, 64, 80, 96, 112, 128),
    *(160, 192, 224, 227, 240, 256, 299, 300, 320, 384, 416, 448, 512),
)
_CHANNELS = (
    *(4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 112, 128, 144, 160, 192, 208, 224),
    *(256, 288, 320, 384, 448, 480, 512, 528, 640, 768, 832, 1024, 1280, 1536, 2048),
)
_KERNELS = (3, 5, 7, 9, 11)
_CLASSES = frozenset({10, 100, 1000})  # of data sets, in fully connected layers
_TRIES = 60
_WINDOWS = ("conv", "dwconv", "deconv")
_POOLS = ("maxpool", "avgpool", "subsample", "adaptiveavgpool", "adaptivemaxpool", "resize")


@dataclass(frozen=True)
class _Numbers:
    """What becomes of each number, by what it is."""

    sides: Mapping[int, int]
    channels: Mapping[int, int]
    kernels: Mapping[int, int]


def varied(texts: Mapping[str, str], rng: Random) -> dict[str, str]:
    """Return the nets with other input sides, channels and kernels.

    The texts as they are where no try fits as well as they do. Errors: :class:`UsageError` (E48)
    for a net that is no line of the notation.
    """
    for name, text in texts.items():
        if "|" not in text:
            fact = f"--vary changes specs written out, not {name}"
            raise UsageError("E48", fact, f"archcalc fmt {text[:60]} --inline writes it out")
    specs = {name: parse(text) for name, text in texts.items()}
    known = {name: _codes(text) for name, text in texts.items()}
    for _ in range(_TRIES):
        numbers = _drawn(list(specs.values()), rng)
        found = {name: short_form(_changed(spec, numbers)) for name, spec in specs.items()}
        if found != texts and all(_fits(found[name], known[name]) for name in found):
            return found
    return dict(texts)


def _codes(text: str) -> set[str]:
    return {warning.code for warning in expand(parse(text)).warnings}


def _fits(text: str, known: set[str]) -> bool:
    """Tell whether a net can be analysed, with no warning that the original is without."""
    try:
        return _codes(text) <= known
    except ArchcalcError:
        return False


# Drawing


def _drawn(specs: Sequence[Spec], rng: Random) -> _Numbers:
    sides: set[int] = set()
    channels: set[int] = set()
    kernels: set[int] = set()
    for spec in specs:
        *around, depth = [n for n in spec.input or () if isinstance(n, int)]
        sides |= set(around)
        channels.add(depth)
        for layer in _layers(spec.body):
            for key, option in _options(layer).items():
                value = getattr(layer, key)
                if option.kind == "size":
                    channels |= _whole([value])
                elif option.kind == "sizes" and layer.word in _WINDOWS:
                    kernels |= _whole(value)
                elif option.kind == "sizes" and layer.word not in _POOLS:
                    channels |= _whole(value)
    channels -= _CLASSES
    return _Numbers(
        _other(sides, _SIDES, rng),
        _other({n for n in channels if n >= 4}, _CHANNELS, rng),
        _other({n for n in kernels if n in _KERNELS}, _KERNELS, rng),
    )


def _options(layer: Any) -> dict[str, Option]:
    kind: type = type(layer)
    return options_of(kind)


def _whole(values: Any) -> set[int]:
    return {n for n in values if type(n) is int}


def _other(numbers: Iterable[int], known: Sequence[int], rng: Random) -> dict[int, int]:
    """Return another number for each: of the textbook's, at most twice or half, in their order."""
    found: dict[int, int] = {}
    least = 0
    for number in sorted(numbers):
        near = [n for n in known if number <= 2 * n and n <= 2 * number and n > least]
        found[number] = near[int(rng.random() * len(near))] if near else max(number, least + 1)
        least = found[number]
    return found


def _layers(entry: Entry) -> Iterable[Any]:
    if isinstance(entry, Stage):
        yield entry.layer
    elif isinstance(entry, BlockStage):
        yield entry.block
    elif isinstance(entry, Chain | Parallel):
        for child in entry.entries if isinstance(entry, Chain) else entry.branches:
            yield from _layers(child)
    elif isinstance(entry, Aux):
        yield from _layers(entry.body)


# Putting in


def _changed(spec: Spec, numbers: _Numbers) -> Spec:
    *around, depth = spec.input or ()
    sides = tuple(numbers.sides.get(n, n) if isinstance(n, int) else n for n in around)
    last = numbers.channels.get(depth, depth) if isinstance(depth, int) else depth
    return replace(spec, input=(*sides, last), body=_chain(spec.body, numbers))


def _chain(chain: Chain, numbers: _Numbers) -> Chain:
    return replace(chain, entries=tuple(_entry(entry, numbers) for entry in chain.entries))


def _entry(entry: Entry, numbers: _Numbers) -> Entry:
    if isinstance(entry, Stage):
        return replace(entry, layer=_layer(entry.layer, numbers))
    if isinstance(entry, BlockStage):
        return replace(entry, block=_layer(entry.block, numbers))
    if isinstance(entry, Chain):
        return _chain(entry, numbers)
    if isinstance(entry, Parallel):
        branches = tuple(_chain(branch, numbers) for branch in entry.branches)
        return replace(entry, branches=branches)
    if isinstance(entry, Aux):
        return replace(entry, body=_chain(entry.body, numbers))
    return entry


def _layer(layer: Any, numbers: _Numbers) -> Any:
    changed: dict[str, Any] = {}
    for key, option in _options(layer).items():
        value = getattr(layer, key)
        if option.kind == "size" and type(value) is int:
            changed[key] = numbers.channels.get(value, value)
        elif option.kind == "sizes" and layer.word in _WINDOWS:
            changed[key] = _each(value, lambda n: numbers.kernels.get(n, n))
        elif option.kind == "sizes" and layer.word not in _POOLS:
            changed[key] = _each(value, lambda n: numbers.channels.get(n, n))
        elif option.kind == "pad" and isinstance(value, tuple):
            kernel = [n for n in getattr(layer, "kernel", ()) if type(n) is int]
            grown = {(n - 1) // 2: (numbers.kernels.get(n, n) - 1) // 2 for n in kernel}
            changed[key] = tuple(_pad(pad, grown) for pad in value)
    return replace(layer, **changed) if changed else layer


def _each(value: Any, change: Callable[[int], int]) -> Any:
    return tuple(change(n) if type(n) is int else n for n in value)


def _pad(pad: Pad, grown: Mapping[int, int]) -> Pad:
    if pad.after is None and pad.before and pad.before in grown:
        return Pad(grown[pad.before])
    return pad
