"""What a net came to at some time: from an analysis or from JSON that was saved, in one form."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

from ..analysis import Analysis, Settings
from ..arithmetic.unknown import Unknown
from ..envelope import SCHEMA, architecture, jsonable
from ..errors import UsageError

LARGEST_RECORD = 2**26
_REFRESH = "save it anew: archcalc summary SPEC --format json -o base.json"


@dataclass(frozen=True)
class Counting:
    """How numbers were counted; only those counted alike can be compared."""

    convention: str = "macs"
    layout: str = "hwc"
    batch: int = 1
    dtype: str = "float32"
    train: bool = False

    @classmethod
    def of(cls, settings: Settings, convention: str, layout: str) -> Counting:
        """Return how the analyses of these settings count."""
        return cls(convention, layout, settings.batch, settings.dtype, settings.train)


@dataclass(frozen=True)
class Formula:
    """A count with free symbols, as JSON has it."""

    expr: str
    free: tuple[str, ...]
    latex: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.expr


@dataclass(frozen=True)
class LayerState:
    """A layer as it was: its name, its text, its shapes and every count by its column's key.

    A count is an integer, None, an Unknown or a Formula. ``line`` is where the spec's file has
    it, 0 where nobody knows.
    """

    name: str
    text: str
    inputs: tuple[str, ...]
    output: str
    values: dict[str, Any]
    line: int = 0

    @property
    def is_named_by_place(self) -> bool:
        """Whether the name is a word and a number, as a stage without a name of its own has it."""
        word = self.name.rstrip("0123456789")
        return word != self.name and "." not in word


@dataclass(frozen=True)
class State:
    """A net as it was: its layers in order and its totals by their columns' keys."""

    name: str
    layers: tuple[LayerState, ...]
    totals: dict[str, Any]
    input: str = ""


def state(analysis: Analysis, name: str, counting: Counting) -> State:
    """Return what an analysis comes to, as it would be read back from its JSON."""
    record = architecture(analysis, name, counting.convention, counting.layout)
    lines = [node.span.line if node.span else 0 for node in analysis.nodes]
    return _state(record, lines)


def saved_states(path: str) -> tuple[Counting, list[State]]:
    """Return how a saved JSON output counts, and its nets.

    Errors: :class:`UsageError` (E33) for what cannot be read, is no JSON of ``summary`` or
    ``compare``, or larger than 64 MiB.
    """
    try:
        if Path(path).stat().st_size > LARGEST_RECORD:
            raise UsageError("E44", f"{path} is larger than 64 MiB")
        data = json.loads(Path(path).read_bytes())
        return _counting(data), [_state(record) for record in data["architectures"]]
    except OSError as error:
        raise UsageError("E33", f"cannot read {path}: {error.strerror}", _REFRESH) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        fact = f"{path} is no JSON output of archcalc summary or compare, schema {SCHEMA}"
        raise UsageError("E33", fact, _REFRESH) from None


def _counting(data: Any) -> Counting:
    if data["schema"] != SCHEMA:
        raise ValueError(data["schema"])
    return Counting(
        str(data["convention"]),
        str(data["layout"]),
        int(data["batch"]),
        str(data["dtype"]),
        bool(data["train"]),
    )


def _state(record: dict[str, Any], lines: list[int] | None = None) -> State:
    about = ("name", "layer", "inputs", "input", "output", "weights_by_name")
    layers = tuple(
        LayerState(
            str(layer["name"]),
            str(layer["layer"]),
            tuple(_shape(one) for one in layer["input"]),
            _shape(layer["output"]),
            {key: _value(one) for key, one in layer.items() if key not in about},
            lines[i] if lines else 0,
        )
        for i, layer in enumerate(record["layers"])
    )
    totals = {key: _value(one) for key, one in record["totals"].items()}
    return State(str(record["name"]), layers, totals, _shape(record["input"]))


def _shape(sizes: Any) -> str:
    """Return a shape as people write it, its expressions in brackets."""
    return "x".join(f"({one['expr']})" if isinstance(one, dict) else f"{one:d}" for one in sizes)


def _value(value: Any) -> Any:
    """Return a count of the JSON; what is no count stays as it is."""
    if isinstance(value, dict) and "unknown" in value:
        return Unknown(str(value["unknown"]), _value(value["at_least"]))
    if isinstance(value, dict):
        free = tuple(map(str, value["free"]))
        return Formula(str(value["expr"]), free, str(value.get("latex", "")))
    if isinstance(value, float) and not isfinite(value):
        raise ValueError(value)
    return value


def count_as_json(value: Any) -> Any:
    """Return a count as the JSON output has it, whether it was read back or not."""
    if isinstance(value, Unknown):
        return {"at_least": count_as_json(value.at_least), "unknown": value.reason}
    if isinstance(value, Formula):
        return {"expr": value.expr, "latex": value.latex, "free": list(value.free)}
    return jsonable(value, "count")
