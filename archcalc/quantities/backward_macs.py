"""Backward MACs: what training adds to the forward pass, exactly."""

from __future__ import annotations

from typing import Any

from ..analysis import Analysis
from ..arithmetic.unknown import Unknown
from .base import Quantity, sum_of


class BackwardMacs(Quantity):
    """Multiply-adds of the backward pass per sample: each contraction's two gradients, without
    the input gradient where nothing before the layer learns.
    """

    key, title, symbol, unit, rank = "backward_macs", "backward MACs", "", "count", 46

    def values(self, analysis: Analysis) -> list[Any]:
        """Count both gradients; skip the input's where nothing before the layer learns.

        A constant, such as the zero state before a recurrence, has no gradient either.

        A contraction of two tensors has a gradient for each, as large as itself; grouped
        convolutions are no exception.
        """
        learns: dict[str, bool] = dict.fromkeys(analysis.graph.inputs, False)
        found: list[Any] = []
        for node, facts in zip(analysis.nodes, analysis.facts, strict=True):
            inputs = node.inputs
            input_learns = learns[inputs[0]] if len(inputs) == 1 else any(map(learns.get, inputs))
            uses_learned = bool(facts.weights) or facts.shared_params != 0
            learns[node.name] = input_learns or uses_learned
            if not learns[node.name]:
                found.append(0)  # products of activations that no weight has touched
            else:
                needless = facts.constant_macs + (0 if input_learns else facts.input_macs)
                if isinstance(needless, Unknown):  # some part of the MACs: at most all of them
                    found.append(facts.macs + Unknown(needless.reason))
                else:
                    found.append(2 * facts.macs + (-1) * needless)
        return found

    def total(self, analysis: Analysis) -> Any:
        """Add the layers."""
        return sum_of(self.of(analysis))


QUANTITY = BackwardMacs()
