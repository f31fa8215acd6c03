"""What a convention is: rules that say which layers cost what, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..arithmetic.dims import product
from ..arithmetic.unknown import Unknown
from ..layers.base import Facts, Layer, hwc

Formula = Callable[[Any, Facts], Any]

CONVOLUTIONS = frozenset({"conv", "dwconv", "deconv"})
LINEAR = frozenset({"fc", "linear"})
POOLS = frozenset({"maxpool", "avgpool", "adaptivemaxpool", "adaptiveavgpool", "gap"})
ADAPTIVE_MEANS = frozenset({"gap", "adaptiveavgpool"})
RECURRENT = frozenset({"rnn", "lstm", "gru"})
# the names of operations recorded from torch that multiply two inputs
PRODUCTS = ("attention", "matmul", "mm", "bmm", "addmm", "baddbmm", "einsum", "bilinear")


@dataclass(frozen=True)
class Rule:
    """What some layers cost: the name of the part in a sum, the layers' words, the formula.

    No words stand for every layer.
    """

    part: str
    formula: Formula
    words: frozenset[str] = frozenset()

    def applies(self, layer: Layer) -> bool:
        """Tell whether the rule is about a layer."""
        return not self.words or layer.word in self.words

    def amount(self, layer: Layer, facts: Facts) -> Any:
        """Return what the rule adds for a layer: nothing for those it is not about."""
        return self.formula(layer, facts) if self.applies(layer) else 0


@dataclass(frozen=True)
class Convention:
    """A way of counting: its name, the column's title, one line that states it, its rules.

    A counter counts what a rule names and nothing else. ``source`` says where its rules stand and
    ``prints`` how it rounds; ``tool`` marks the conventions of other programs. ``kept`` are the
    words of the layers whose outputs it counts as activations; ``statistics`` says that its params
    include the batch norm's moving mean and variance.
    """

    key: str
    title: str
    sentence: str
    rules: tuple[Rule, ...]
    source: str = ""
    prints: str = "all digits"
    tool: bool = True
    kept: frozenset[str] = frozenset()
    statistics: bool = False

    def count(self, layer: Layer, facts: Facts) -> Any:
        """Return what a layer costs; 0 where the counter has no rule for it.

        What nobody knows the counter does not know either.
        """
        amounts = [rule.amount(layer, facts) for rule in self.rules if rule.applies(layer)]
        if not amounts:
            return facts.macs if isinstance(facts.macs, Unknown) else 0
        whole = amounts[0]
        for amount in amounts[1:]:
            whole = whole + amount
        return whole


def words(text: str) -> frozenset[str]:
    """Return the layers of a list of words."""
    return frozenset(text.split())


# Formulas: each takes the layer and what it states


def macs(layer: Layer, facts: Facts) -> Any:
    """Return the multiply-adds of the contractions."""
    return facts.macs


def twice(layer: Layer, facts: Facts) -> Any:
    """Return two operations per multiply-add."""
    return 2 * facts.macs


def bias_adds(layer: Layer, facts: Facts) -> Any:
    """Return one addition per output value where there is a bias."""
    return facts.bias_adds


def bias_values(layer: Layer, facts: Facts) -> Any:
    """Return one addition per learned bias, however many positions it is added at."""
    return product(facts.weights.get("bias", (0,)))


def elementwise(layer: Layer, facts: Facts) -> Any:
    """Return the operations outside contractions and their bias."""
    return facts.elementwise


def params(layer: Layer, facts: Facts) -> Any:
    """Return one operation per learned value, however many positions it is used at."""
    return facts.params


def per_output(times: int) -> Formula:
    """Return so many operations per output value."""
    return lambda layer, facts: product(hwc(facts.output)) * times


def per_input(times: int, plain: int | None = None) -> Formula:
    """Return so many operations per value of the (first) input; ``plain`` without learned values.

    What a layer without learned values costs is only asked of layers that may have some.
    """

    def formula(layer: Layer, facts: Facts) -> Any:
        each = times if plain is None or facts.weights else plain
        return product(hwc(facts.inputs[0])) * each

    return formula


def additions(layer: Layer, facts: Facts) -> Any:
    """Return one addition per value for each branch after the first."""
    return product(hwc(facts.output)) * (len(facts.inputs) - 1)


def without(*left_out: str) -> Formula:
    """Return the multiply-adds of all layers but these, of which the counter does not know."""
    omitted = frozenset(left_out)
    return lambda layer, facts: 0 if layer.word in omitted else facts.macs


def twice_without(*left_out: str) -> Formula:
    """Return two operations per multiply-add of all layers but these."""
    formula = without(*left_out)
    return lambda layer, facts: 2 * formula(layer, facts)


def projections(layer: Layer, facts: Facts) -> Any:
    """Return an attention layer's multiply-adds without scores and what they weigh."""
    length, width = facts.inputs[0]
    return facts.input_macs + product((length, width, width))


def window_positions(layer: Any, facts: Facts) -> Any:
    """Return the positions of all windows of window attention, those that fill a map up too."""
    width = facts.inputs[0][0]
    return facts.input_macs // product((width, 3 * width))  # type: ignore[operator]


def window_softmax(layer: Any, facts: Facts) -> Any:
    """Return one operation per score of window attention."""
    return window_positions(layer, facts) * product((layer.heads, layer.window, layer.window))


def on_output_grid(layer: Layer, facts: Facts) -> Any:
    """Return a transposed convolution as if each output met every tap: s*s times too many."""
    depth, _, *kernel = facts.weights["weight"]
    groups = layer.groups  # type: ignore[attr-defined]
    return product(hwc(facts.output)) * product((*kernel, depth // groups))


def gate_steps(times: dict[str, int]) -> Formula:
    """Return a recurrent layer's operations besides products and biases.

    ``times`` are those per hidden value, token and direction of each layer, by word.
    """

    def formula(layer: Any, facts: Facts) -> Any:
        cells = layer.layers * (2 if layer.bidirectional else 1)
        return product((facts.inputs[0][0], layer.hidden)) * (cells * times[layer.word])

    return formula
