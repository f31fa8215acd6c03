"""Explanations as a page: the plainest first, each with its sum, and what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..arithmetic.units import exact, short, significant
from ..conventions import convention
from ..envelope import SCHEMA, jsonable
from ..figures import DIFFERS, VERDICTS
from ..table import Block, Cell, Column, Page, Table, Text
from .search import Reconciled
from .ways import Way

_MOST_SHOWN = 3


def reconciliation_page(
    found: Sequence[Reconciled], *, every: bool = False, layout: str = "hwc", metric: str = "macs",
    most: int = _MOST_SHOWN, remedy: str = " (--all)",
) -> Page:  # fmt: skip
    """Return the table of explanations, the plainest ones unless ``every``, and what they mean.

    At most so many (``most``) of each number are shown; ``remedy`` says how to see the others.
    """
    limit = None if every else most
    rows: list[tuple[Cell, ...]] = []
    used: dict[str, None] = {}
    for one in found:
        rows += _rows(one, limit, layout, remedy)
        shown = [way for way, _ in one.found[:limit]]
        for way in shown or ([one.nearest] if one.nearest else []):
            used.update(dict.fromkeys(way.counted[:1]))
    heads = (
        Column("printed", "printed", right=False),
        Column("how", "net, counted as, input", right=False, wraps=True),
        Column("computed", "computed"),
        Column("verdict", "", right=False),
    )
    blocks: list[Block] = [Table(heads, tuple(rows))]
    if metric == "macs":
        blocks += [
            Text(f"Convention {key}: {convention(key).sentence}.", "convention") for key in used
        ]
    else:
        blocks.append(Text("params: learned values.", "convention"))
    return Page(tuple(blocks), lambda: _data(found, metric, layout), _records(found), layout)


def _rows(one: Reconciled, limit: int | None, layout: str, remedy: str) -> list[tuple[Cell, ...]]:
    if not one.found:
        rows: list[tuple[Cell, ...]] = [
            (Cell(one.text), Cell("no exact explanation"), Cell(""), Cell(""))
        ]
        if one.nearest is not None:
            how = f"nearest: {one.nearest.text(layout)}"
            value, away = Cell(one.nearest.value, "count"), Cell(_away(one, one.nearest))
            rows.append((Cell(""), Cell(how), value, away))
        return rows
    rows = []
    shown = one.found[:limit]
    digits = exact if one.step == 1 else short
    for place, (way, said) in enumerate(shown):
        printed_text = one.text if place == 0 else ""
        unit = "exact" if one.step == 1 else "count"
        cells = (Cell(way.text(layout)), Cell(way.value, unit), Cell(VERDICTS[said]))
        rows.append((Cell(printed_text), *cells))
        if way.sum_text():
            rows.append((Cell(""), Cell(way.sum_text(digits)), Cell(""), Cell("")))
    rest = len(one.found) - len(shown)
    if rest:
        more = f"{rest} other{'s' * (rest > 1)}{remedy}"
        rows.append((Cell(""), Cell(more), Cell(""), Cell("")))
    return rows


def _away(one: Reconciled, way: Way) -> str:
    """Return how far the printed number is from the computed one, in percent."""
    if not way.value:
        return ""
    difference = (one.number - way.value) / abs(way.value) * 100
    text = significant(difference.numerator, difference.denominator, 2)
    return f"{'' if text.startswith('-') else '+'}{text}%"


def _records(found: Sequence[Reconciled]) -> Table:
    """Return every explanation as scripts read them; the nearest way where there is none."""
    keys = ("printed", "nets", "counted", "input", "computed", "verdict", "difference", "sum")
    rows = []
    for one in found:
        ways = one.found or (((one.nearest, DIFFERS),) if one.nearest else ())
        for way, said in ways:
            texts = (" ".join(way.nets), " ".join(way.counted))
            rows.append(
                (
                    Cell(one.text),
                    *(Cell(text) for text in texts),
                    Cell(way.input, "shape"),
                    Cell(way.value, "exact"),
                    Cell(said),
                    Cell(_away(one, way)),
                    Cell(way.sum_text(str)),
                )
            )
    return Table(tuple(Column(key, key, right=False) for key in keys), tuple(rows))


def _data(found: Sequence[Reconciled], metric: str, layout: str) -> dict[str, Any]:
    from .. import __version__

    return {
        "schema": SCHEMA,
        "archcalc": __version__,
        "metric": metric,
        "layout": layout,
        "values": [
            {
                "printed": one.text,
                "explained": one.is_explained,
                "explanations": [_way_data(way, said, layout) for way, said in one.found],
                "nearest": None if one.found else _nearest_data(one, layout),
            }
            for one in found
        ],
    }


def _way_data(way: Way, said: str, layout: str) -> dict[str, Any]:
    return {
        "nets": list(way.nets),
        "input": jsonable(way.input, "shape", layout),
        "counted": list(way.counted),
        "value": way.value,
        "parts": dict(way.parts),
        "verdict": said,
    }


def _nearest_data(one: Reconciled, layout: str) -> dict[str, Any] | None:
    """Return the nearest way, with how far the printed number is from it as a ratio."""
    way = one.nearest
    if way is None:
        return None
    ratio = float(one.number / way.value) if way.value else None
    return {**_way_data(way, DIFFERS, layout), "printed_to_computed": ratio}
