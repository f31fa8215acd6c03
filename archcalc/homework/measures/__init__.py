"""What questions ask for, by the words that a key uses."""

from __future__ import annotations

import difflib
from collections.abc import Callable

from ...conventions import CONVENTIONS
from ...errors import UsageError
from ...quantities import keys
from .base import Measure, OfFacts, OfLayers, Place, Subject
from .counts import Column, Cost, OfNet, Ram, counted
from .places import (
    Field,
    KeepingPadding,
    OutputPart,
    OutputShape,
    SmallestInput,
    Span,
    part_of,
    without_heads,
)

__all__ = [
    "Column",
    "Cost",
    "Field",
    "Measure",
    "OfFacts",
    "OfLayers",
    "OfNet",
    "OutputPart",
    "OutputShape",
    "Place",
    "Ram",
    "Subject",
    "measure",
    "part_of",
    "without_heads",
    "words",
]

_PLACES: dict[str, Callable[[], Measure]] = {
    "output": OutputShape,
    "span": Span,
    "padding": KeepingPadding,
    "smallest_input": SmallestInput,
    "ram": Ram,
}
_PARTS = ("height", "width", "size", "channels")
_FIELDS = ("receptive_field", "trunk_field", "jump", "first")
_SYNONYMS = {
    "shape": "output",
    "output_shape": "output",
    "output_size": "output",
    "depth_of_output": "channels",
    "parameters": "params",
    "param": "params",
    "mac": "macs",
    "multiply_adds": "macs",
    "mult_adds": "macs",
    "flop": "flops",
    "rf": "receptive_field",
    "field": "receptive_field",
    "neurons": "units",
    "memory": "activation_bytes",
    "activation_memory": "activation_bytes",
    "weight_memory": "weight_bytes",
    "peak_memory": "peak_memory_bytes",
    "training_memory": "saved_bytes",
    "prediction_memory": "ram",
    "inference_memory": "ram",
    "effective_kernel": "span",
    "effective_stride": "jump",
    "stride": "jump",
    "same_padding": "padding",
    "minimum_input": "smallest_input",
    "layers": "depth",
}
_NOT_ASKED = ("output", "receptive_field", "trunk_field", "jump", "first", "arithmetic_intensity")


_FIRST_NAMES = {  # what people call some columns
    "activation_bytes": "memory",
    "weight_bytes": "weight_memory",
    "peak_memory_bytes": "peak_memory",
    "saved_bytes": "training_memory",
}


def words() -> tuple[str, ...]:
    """Return what a question may ask for."""
    columns = [_FIRST_NAMES.get(key, key) for key in keys() if key not in _NOT_ASKED]
    own = [key for key, one in CONVENTIONS.items() if not one.tool and key not in columns]
    return (*_PLACES, *_PARTS, *_FIELDS, *columns, *own)


def measure(word: str) -> Measure:
    """Return what a question asks for, by a column's key, a convention, or a common name.

    Errors: :class:`UsageError` (E48) naming the nearest word.
    """
    plain = word.strip().lower()
    if plain in CONVENTIONS:
        return counted(plain)
    wanted = "_".join(plain.replace("-", "_").split())
    wanted = _SYNONYMS.get(wanted, wanted)
    if wanted in _PLACES:
        return _PLACES[wanted]()
    if wanted in _PARTS:
        return OutputPart(wanted)
    if wanted in _FIELDS:
        return Field(wanted)
    if wanted in keys() and wanted not in _NOT_ASKED:
        return counted(wanted)
    near = difflib.get_close_matches(wanted, words(), 1)
    also = f'; did you mean "{near[0]}"?' if near else ""
    raise UsageError(
        "E48",
        f'nobody can ask for "{word.strip()[:40]}"{also}',
        f"one of {', '.join((*words(), 'ratio', 'true', 'table'))}",
    )
