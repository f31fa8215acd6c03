"""What a slip's message says about a layer: its numbers and names, put into the text's letters."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..arithmetic.dims import product
from ..arithmetic.units import exact, short, short_bytes, significant
from ..arithmetic.unknown import Unknown
from ..layers.base import channels, hwc, spatial, written
from ..layers.window import Window
from ..notation.format import layer_text
from ..quantities.receptive_field import WHOLE
from .measures import Measure, Place, Subject
from .slips.shape import passes_pool

_POOLED = {"maxpool": "max pooling", "avgpool": "average pooling", "subsample": "subsampling"}


class Letters(dict[str, str]):
    """The texts of a message; what does not apply to the layer reads ``?``."""

    def __missing__(self, key: str) -> str:
        return "?"


def letters(place: Place) -> Letters:
    """Return what messages may say about one layer."""
    facts = place.facts
    found = Letters(
        n_in=exact(int(channels(facts.inputs[0]))),
        out="x".join(map(str, spatial(facts.output))),
        filters=exact(int(channels(facts.output))),
        values=exact(int(product(hwc(facts.inputs[0])))),
        flat="x".join(map(str, hwc(facts.inputs[0]))),
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
        found["depth"] = exact(int(depth))
        found["taps"] = exact(int(product(tuple(window))))
        found["weights"] = "*".join(str(n) for n in (*taps, number))
        found["only_weights"] = exact(int(product(weight)))
    if "bias" in facts.weights:
        found["b"] = found["all_b"] = exact(int(product(facts.weights["bias"])))
    windows = facts.windows
    if isinstance(windows, tuple) and isinstance(windows[0], Window):
        first = windows[0]
        found["window"] = "x".join(str(one.kernel) for one in windows if isinstance(one, Window))
        found["k"], found["s"], found["p"] = map(str, (first.kernel, first.stride, first.before))
        found["n"] = str(spatial(facts.inputs[0])[0])
        found["span"] = str(first.span)
        found["rounding"] = "down" if first.ceil else "up"
        found["other_rounding"] = "up" if first.ceil else "down"
        sizes = spatial(facts.inputs[0])
        padded = [w.padded(n) for w, n in zip(windows, sizes, strict=True) if isinstance(w, Window)]
        found["padded"] = "x".join(map(str, padded))
    before = place.before
    while before is not None and before.word in ("relu", "bn"):
        before = before.before
    if before is not None:
        found["before"] = layer_text(before.layer, full=False)
        found["depth_before"] = exact(int(channels(before.facts.inputs[0])))
    return found


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
