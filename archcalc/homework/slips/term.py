"""A layer's count taken apart: the positions that are counted, and the weights used at each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ...arithmetic.dims import Shape, product
from ...layers.base import Contraction, Facts, Weights, channels, hwc, spatial
from ..measures import Place


@dataclass(frozen=True)
class Term:
    """The multiply-adds of a contraction as a product, and its learned tensors.

    ``counted`` are the places at which the taps of ``weight`` are used: height, width and number
    of filters; MACs are their product times that of ``taps``. ``counted`` is None for layers
    that are no such product.
    """

    counted: Shape | None
    taps: Shape
    weights: Weights

    def facts(self, place: Place) -> Facts:
        """Return what the layer would state."""
        facts = place.facts
        if self.counted is None:
            return replace(facts, weights=self.weights)
        macs = product(self.counted) * product(self.taps)
        return replace(facts, weights=self.weights, macs=macs, connections=macs)

    def reweighted(self, weight: Shape) -> Term:
        """Return the term with another weight tensor, its taps with it."""
        return replace(self, weights={**self.weights, "weight": weight}, taps=weight[1:])

    @property
    def weight(self) -> Shape:
        """The weight tensor: filters, input depth, window."""
        return self.weights.get("weight", ())


def term_of(place: Place) -> Term:
    """Return the term of a layer."""
    facts = place.facts
    weight = facts.weights.get("weight", ())
    if not isinstance(place.layer, Contraction) or len(weight) < 2:
        return Term(None, (), facts.weights)
    counted = _counted(place, weight)
    whole: Any = product(counted) * product(weight[1:])
    if whole != facts.macs:
        return Term(None, (), facts.weights)
    return Term(counted, weight[1:], facts.weights)


def _counted(place: Place, weight: Shape) -> Shape:
    x, y = place.facts.inputs[0], place.facts.output
    if place.word == "deconv":  # each input value is spread over the window of each filter
        return hwc(x)
    if getattr(place.layer, "table", None) is not None:
        return (*spatial(y), weight[0])
    if place.word == "fc":
        return (channels(y),)
    return hwc(y)
