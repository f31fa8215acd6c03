"""What a slip's message says about a layer: its numbers and names, put into the text's letters."""

from __future__ import annotations

from fractions import Fraction
from string import Formatter
from typing import Any

from ..arithmetic.dims import Shape, product
from ..arithmetic.units import exact, short, short_bytes, significant
from ..arithmetic.unknown import Unknown
from ..layers.base import channels, hwc, spatial, written
from ..layers.window import TransposedWindow, Window
from ..notation.format import layer_text
from ..quantities.receptive_field import WHOLE
from .measures import Measure, Place, Subject
from .slips.params import unflattened
from .slips.shape import passes_pool

_POOLED = {"maxpool": "max pooling", "avgpool": "average pooling", "subsample": "subsampling"}


class Letters(dict[str, str]):
    """The texts of a message; what does not apply to the layer reads ``?``."""

    def __missing__(self, key: str) -> str:
        return "?"


def wanted(message: str) -> set[str]:
    """Return the letters that a message needs."""
    return {name for _, name, _, _ in Formatter().parse(message) if name}


def letters(place: Place) -> Letters:
    """Return what messages may say about one layer."""
    facts = place.facts
    found = Letters(
        n_in=exact(int(channels(unflattened(place)))),
        out="x".join(map(str, spatial(facts.output))),
        filters=exact(int(channels(facts.output))),
        values=exact(int(product(hwc(facts.inputs[0])))),
        flat="x".join(map(str, hwc(unflattened(place)))),
        depths="+".join(str(channels(x)) for x in facts.inputs),
        g=str(getattr(place.layer, "groups", 1)),
    )
    pooled = [
        channels(x)
        for name, x in zip(place.node.inputs, facts.inputs, strict=True)
        if place.word == "concat" and passes_pool(place, name)
    ]
    if pooled:
        found["pooled"] = str(pooled[0])
    found["in"] = "x".join(map(str, spatial(facts.inputs[0])))
    weight = facts.weights.get("weight", ())
    if len(weight) > 1:
        number, depth, *window = weight
        taps = [*window, depth]
        found["depth"] = exact(int(number if place.word == "deconv" else depth))
        found["taps"] = exact(int(product(tuple(window))))
        found["weights"] = "*".join(str(n) for n in (*taps, number))
        found["only_weights"] = exact(int(product(weight)))
    biases = [product(shape) for name, shape in facts.weights.items() if "bias" in name]
    if biases:
        found["b"] = found["all_b"] = exact(int(sum(biases)))
    found |= _of_windows(place)
    before = place.before
    while before is not None and before.word in ("relu", "bn"):
        before = before.before
    if before is not None:
        found["before"] = layer_text(before.layer, full=False)
        found["depth_before"] = exact(int(channels(before.facts.inputs[0])))
    return found


def _of_windows(place: Place) -> dict[str, str]:
    """Return what messages may say about how a layer slides over its input."""
    windows, sizes = place.facts.windows, spatial(place.facts.inputs[0])
    if not isinstance(windows, tuple) or len(windows) != len(sizes):
        return {}
    sliding = [one for one in windows if isinstance(one, Window | TransposedWindow)]
    if len(sliding) < len(windows) or not sliding:
        return {}
    padding, size = max(zip((one.before for one in sliding), sizes, strict=True))
    found = {
        "window": "x".join(str(one.kernel) for one in sliding),
        "k": _one_or_all([one.kernel for one in sliding]),
        "s": _one_or_all([one.stride for one in sliding]),
        "span": _one_or_all([one.span for one in sliding]),
        "p": str(padding),
        "n": str(size),
    }
    grows = [one for one in sliding if isinstance(one, TransposedWindow)]
    if grows:
        found["extra"] = f" + {grows[0].extra}" if grows[0].extra else ""
    plain = [one for one in sliding if isinstance(one, Window)]
    if len(plain) == len(sliding):
        padded = [one.padded(n) for one, n in zip(plain, sizes, strict=True)]
        found["padded"] = "x".join(map(str, padded))
        rounds_up = plain[0].ceil or plain[0].same
        found["rounding"] = "down" if rounds_up else "up"
        found["other_rounding"] = "up" if rounds_up else "down"
    return found


def _one_or_all(sizes: list[Any]) -> str:
    return str(sizes[0]) if len(set(sizes)) == 1 else "x".join(map(str, sizes))


def side_text(shape: Shape) -> str:
    """Return the sizes of a shape without its channels: 14, or 14x20 where they differ."""
    sizes = [Fraction(n) for n in spatial(shape)]
    sides = [str(n) if n.denominator == 1 else decimal(n) for n in sizes]
    return sides[0] if len(set(sides)) == 1 else "x".join(sides)


def called(place: Place) -> str:
    """Return what people call a layer: ``5x5``, ``1x1 reduction``, ``2x2 max pooling``."""
    layer, facts = place.layer, place.facts
    kernel = getattr(layer, "kernel", ())
    window = "x".join(map(str, kernel[: len(spatial(facts.output)) or 1])) if kernel else ""
    if place.word == "conv":
        before, after = channels(facts.inputs[0]), channels(facts.output)
        if window == "1x1":
            return (
                f"1x1{' reduction' if after < before else ' expansion' if after > before else ''}"
            )
        return window
    if place.word == "dwconv":
        return f"{window} depthwise"
    if place.word in _POOLED:
        return f"{window} {_POOLED[place.word]}".strip()
    return layer_text(layer, full=False)


def names_of(subject: Subject) -> dict[int, str]:
    """Return what the layers asked about are called; their own names where two are alike."""
    found = {place.position: called(place) for place in subject.places}
    all_names = list(found.values())
    for place in subject.places:
        if all_names.count(found[place.position]) > 1:
            found[place.position] = f"{place.node.name} ({found[place.position]})"
    return found


def shown(value: Any, measure: Measure, layout: str = "hwc", given: str = "") -> str:
    """Return an expected value as feedback writes it; in full where the answer was."""
    if value is WHOLE:
        return "whole"
    if isinstance(value, Unknown):
        return "unknown"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        if measure.unit == "shape":
            return written(value, layout)
        return "x".join(str(part) for part in value)
    if isinstance(value, Fraction) and value.denominator == 1:
        value = value.numerator
    if measure.unit == "bytes" and isinstance(value, int):
        return short_bytes(value) if not given else f"{value:,} bytes ({short_bytes(value)})"
    if isinstance(value, int):
        return exact(value) if given or measure.unit == "pixels" else short(value)
    return decimal(value)


def decimal(value: Fraction | int) -> str:
    """Return a number as a decimal one, exact where it ends soon.

    >>> decimal(Fraction(225, 2)), decimal(Fraction(1, 3)), decimal(Fraction(60_000))
    ('112.5', '0.333', '60,000')
    """
    if value.denominator == 1:
        return exact(value.numerator)
    for places in range(1, 5):
        scaled = value * 10**places
        if scaled.denominator == 1:
            text = f"{abs(scaled.numerator):0{places + 1}d}"
            return f"{'-' if value < 0 else ''}{text[:-places]}.{text[-places:]}"
    return significant(value.numerator, value.denominator, 3)
