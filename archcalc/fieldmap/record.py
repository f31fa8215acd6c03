"""The JSON object of ``archcalc field``."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from ..envelope import SCHEMA, jsonable
from ..errors import Problem
from ..notation.format import canonical, inlined, layer_text
from ..quantities import quantity
from .columns import center, covers_input, effective_padding
from .fieldmap import FieldMap
from .unit import Rectangle, inside


def data(made: FieldMap, found: Sequence[Problem] = ()) -> dict[str, Any]:
    """Return the JSON object: exact integers, places as in the columns first and jump."""
    from .. import __version__

    analysis, layout = made.analysis, made.layout
    spec = analysis.graph.spec
    problems = [*analysis.graph.warnings, *found]
    return {
        "schema": SCHEMA,
        "archcalc": __version__,
        "layout": layout,
        "name": analysis.graph.name or "A",
        "spec": canonical(inlined(spec)) if spec else "",
        "symbols": {
            name: value if isinstance(value, int) else str(value)
            for name, value in analysis.graph.values.items()
        },
        "input": jsonable(made.input, "shape", layout),
        "layers": [_layer_data(made, i) for i in range(made.target + 1)],
        "unit": _unit_data(made) if made.unit is not None else None,
        "warnings": [
            {"code": w.code, "message": w.message, "span": w.span.as_dict() if w.span else None}
            for w in problems
        ],
    }


def _layer_data(made: FieldMap, i: int) -> dict[str, Any]:
    analysis = made.analysis
    node = analysis.nodes[i]
    row: dict[str, Any] = {"name": node.name, "layer": layer_text(node.layer, full=True)}
    for key in ("output", "receptive_field", "jump", "first"):
        column = quantity(key)
        row[key] = jsonable(column.of(analysis)[i], column.unit, made.layout)
    row["padding"] = jsonable(effective_padding(quantity("first").of(analysis)[i]), "position")
    middle = center(made, i)
    row["center"] = jsonable(middle and tuple(_whole(part) for part in middle), "position")
    row["covers_input"] = covers_input(made, i)
    return row


def _whole(place: Any) -> Any:
    if isinstance(place, Fraction) and place.denominator == 1:
        return place.numerator
    return place


def _unit_data(made: FieldMap) -> dict[str, Any]:
    seen = inside(made.field, made.sizes)
    return {
        "layer": made.layer,
        "unit": list(made.unit or ()),
        "axes": list(made.axes),
        "field": _pairs(made.field),
        "padding": [
            list(axis.outside(n)) for axis, n in zip(made.field or (), made.sizes, strict=False)
        ],
        "seen": _pairs(seen),
        "reached": _pairs(made.reached),
    }


def _pairs(field: Rectangle | None) -> list[list[int]] | None:
    return None if field is None else [list(axis) for axis in field]
