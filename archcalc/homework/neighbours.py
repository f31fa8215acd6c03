"""Numbers that are right for another question: the parameters where the weights are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .measures import Measure, Subject
from .measures import measure as measure_of

_NEAR = {
    "weights": ("params",),
    "params": ("macs", "buffers"),
    "macs": ("params", "units", "training_macs"),
    "connections": ("connections_with_bias", "params", "units"),
    "connections_with_bias": ("connections",),
    "units": ("activations", "connections"),
    "activations": ("units", "params"),
    "receptive_field": ("trunk_field", "jump"),
    "trunk_field": ("jump",),
    "jump": ("receptive_field",),
    "activation_bytes": ("peak_memory_bytes", "weight_bytes", "saved_bytes"),
    "peak_memory_bytes": ("activation_bytes", "weight_bytes"),
    "ram": ("peak_memory_bytes", "weight_bytes", "activation_bytes"),
}
_RECURRENT = ("rnn", "lstm", "gru")


@dataclass(frozen=True)
class Neighbour:
    """Another count: its ``key``, its exact ``value``, and what to say of it."""

    key: str
    value: int | Fraction
    line: str
    brief: str


def neighbours(subject: Subject, measure: Measure) -> Iterator[Neighbour]:
    """Return the counts that are taken for the one asked for."""
    for key in _NEAR.get(measure.key, ()):
        other = measure_of(key)
        value = other.value(subject)
        if _is_count(value) and value != 0:
            line = f"That is the answer for another question: {other.title}, not {measure.title}."
            yield Neighbour(key, value, line, f"{other.title} instead of {measure.title}")
    if measure.key == "params":
        yield from _one_bias(subject)


def _one_bias(subject: Subject) -> Iterator[Neighbour]:
    """Count one bias per gate of recurrent layers, as textbooks and Keras do."""
    second = 0
    for place in subject.places:
        if place.word in _RECURRENT:
            weights = place.facts.weights
            second += sum(int(n[0]) for name, n in weights.items() if name.startswith("bias_hh"))
    if second:
        value = measure_of("params").value(subject) - second
        line = (
            "That counts one bias per unit and gate, as textbooks and Keras do. PyTorch, and "
            f"this spec, keep two: {second:,} more."
        )
        yield Neighbour("one bias", value, line, "one bias per gate instead of two")


def _is_count(value: Any) -> bool:
    return isinstance(value, int | Fraction) and not isinstance(value, bool)
