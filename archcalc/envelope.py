"""The JSON that scripts depend on: one envelope for every command, exact numbers throughout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .analysis import Analysis, Settings
from .arithmetic.unknown import Unknown
from .conventions import cost
from .figures import budget
from .formulas import Formula
from .layers.base import ordered
from .notation.format import canonical, inlined, layer_text
from .quantities import QUANTITIES
from .quantities.receptive_field import WHOLE

SCHEMA = 1


def envelope(
    analyses: Sequence[Analysis],
    names: Sequence[str],
    *,
    convention: str = "macs",
    layout: str = "hwc",
    reference: int = 0,
    ratios: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """Return the JSON object of one or several architectures."""
    from . import __version__

    return {
        "schema": SCHEMA,
        "archcalc": __version__,
        "convention": convention,
        "layout": layout,
        **conditions(analyses[0].settings),
        "reference": reference,
        "architectures": [
            architecture(analysis, name, convention, layout)
            for analysis, name in zip(analyses, names, strict=True)
        ],
        "ratios": list(ratios),
    }


def conditions(settings: Settings) -> dict[str, Any]:
    """Return what counts depend on besides the net."""
    return {"batch": settings.batch, "dtype": settings.dtype, "train": settings.train}


def architecture(analysis: Analysis, name: str, convention: str, layout: str) -> dict[str, Any]:
    """Return the JSON object of one architecture."""
    columns = list(QUANTITIES())
    if convention not in ("macs", "flops"):
        columns.append(cost(convention))
    (shape, *_) = analysis.graph.inputs.values()
    totals = {c.key: jsonable(c.total(analysis), c.unit, layout) for c in columns}
    del totals["output"]
    by_layer = {c.key: c.of(analysis) for c in columns}
    layers = []
    for i, (node, facts) in enumerate(zip(analysis.nodes, analysis.facts, strict=True)):
        row: dict[str, Any] = {
            "name": node.name,
            "layer": layer_text(node.layer, full=True),
            "inputs": list(node.inputs),
            "input": [jsonable(x, "shape", layout) for x in facts.inputs],
        }
        for column in columns:
            row[column.key] = jsonable(by_layer[column.key][i], column.unit, layout)
        row["weights_by_name"] = {
            key: [jsonable(size, "count", layout) for size in sizes]
            for key, sizes in facts.weights.items()
        }
        row["training_only"] = node.training_only
        layers.append(row)
    spec = analysis.graph.spec
    return {
        "name": name,
        "spec": canonical(inlined(spec)) if spec else "",
        "symbols": {
            name: value if isinstance(value, int) else str(value)
            for name, value in analysis.graph.values.items()
        },
        "input": jsonable(shape, "shape", layout),
        "output": jsonable(analysis.output, "shape", layout),
        "totals": totals,
        "layers": layers,
        "unknown": list(analysis.unknown()),
        "budget": [
            {
                "quantity": checked.figure.key,
                "limit": f"{checked.figure.relation} {checked.figure.text}",
                "value": jsonable(checked.value, checked.column.unit, layout),
                "verdict": checked.verdict,
            }
            for checked in budget(analysis)
        ],
        "warnings": [
            {"code": w.code, "message": w.message, "span": w.span.as_dict() if w.span else None}
            for w in analysis.graph.warnings
        ],
    }


def jsonable(value: Any, unit: str, layout: str = "hwc") -> Any:
    """Return a value as JSON has it: exact integers; expressions and lower bounds as objects."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if value is WHOLE:
        return "whole"
    if isinstance(value, Unknown):
        return {"at_least": jsonable(value.at_least, unit), "unknown": value.reason}
    if isinstance(value, tuple):
        if unit == "ratio":
            return value[0] / value[1]
        parts = ordered(value, layout) if unit == "shape" else value
        return [jsonable(part, "count") for part in parts]
    if hasattr(value, "free_symbols"):
        if value.is_Integer:
            return int(value)
        return Formula(value).as_dict()
    return str(value)  # a Fraction: a jump between pixels
