"""What ``archcalc field`` shows: the layers' fields, one unit's place in the input, warnings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import takewhile
from typing import Any

from ..arithmetic.expression import size_text
from ..arithmetic.unknown import Unknown
from ..errors import Problem
from ..layers.base import written
from ..quantities import quantity
from ..quantities.field import AxisField
from ..quantities.receptive_field import WHOLE, states
from ..remarks import spec_text, values_note
from ..table import Block, Cell, Column, Page, Table, Text
from .alignment import Centers, aligning_input, centers, odd_input, partings
from .columns import center, covers_input, effective_padding
from .fieldmap import FieldMap, is_placed
from .record import data
from .rulers import rulers
from .unit import inside

_COLUMNS = (
    Column("layer", "layer", right=False, wraps=True),
    Column("output", "output"),
    Column("receptive_field", "field"),
    Column("jump", "jump"),
    Column("padding", "padding"),
    Column("center", "centre"),
    Column("covers_input", "covers"),
)
_MEANING = (
    "Padding: how far unit 0 looks out of the input. Centre: the middle of what unit 0 sees. "
    "Covers: whether the unit in the middle sees the whole input."
)
_RULERS = "Rulers: of each earlier layer the unit in the middle of what this unit looks through."
_SIDES = {"rows": ("above", "below"), "columns": ("left", "right")}
_MOST_WARNINGS = 3


def page(made: FieldMap, found: Sequence[Problem] = (), *, width: int = 0) -> Page:
    """Return everything ``archcalc field`` shows; with a width, also the picture as text.

    ``found`` are the :func:`warnings` about the field.
    """
    analysis, name = made.analysis, made.analysis.graph.name
    layers = Table(_COLUMNS, tuple(_rows(made)))
    blocks: list[Block] = [spec_text(analysis, name, made.layout), layers]
    unit = None
    if made.unit is not None:
        unit = _unit_table(made)
        blocks.append(unit)
        about = list(_about_unit(made))
        blocks += [Text(line, "note") for line in about]
        if width and made.shown:
            lines = [*[""] * bool(about), *rulers(made, width), ""]
            blocks += [Text(line, "picture") for line in lines]
    meaning = f"{_MEANING} {_RULERS}" if width and len(made.shown) > 1 else _MEANING
    blocks += [Text(line, "note") for line in (*_notes(made, found), meaning)]
    return Page(
        tuple(blocks), lambda: data(made, found), unit if made.asked else layers, made.layout
    )


# The layers


def _rows(made: FieldMap) -> Iterable[tuple[Cell, ...]]:
    analysis = made.analysis
    columns = [quantity(key) for key in ("output", "receptive_field", "jump")]
    values = [(column.of(analysis), column.unit) for column in columns]
    firsts = quantity("first").of(analysis)
    for i in range(made.target + 1):
        middle = center(made, i)
        covers = covers_input(made, i)
        yield (
            Cell(analysis.nodes[i].name),
            *(Cell(column[i], unit) for column, unit in values),
            Cell(effective_padding(firsts[i]), "position"),
            Cell("x".join(map(_decimal, middle)) if middle else None),
            Cell(None if covers is None else "yes" if covers else "no"),
        )


def _decimal(place: Any) -> str:
    """Return a place as people read it: a half is exact as a decimal.

    >>> _decimal(Fraction(-3, 2))
    '-1.5'
    """
    if not isinstance(place, Fraction):
        return size_text(place)
    if place.denominator > 2:
        return size_text(place)
    whole = f"{'-' * (place < 0)}{abs(place.numerator) // place.denominator}"
    return whole + (".5" if place.denominator == 2 else "")


# One unit


def _unit_table(made: FieldMap) -> Table:
    field, seen = made.field, inside(made.field, made.sizes)
    rows = []
    for i, axis in enumerate(made.axes):
        padding = field[i].outside(made.sizes[i]) if field else (0, 0)
        rows.append(
            (
                Cell(axis),
                Cell(str(field[i]) if field else "nothing"),
                Cell(_sides(axis, *padding)),
                Cell(str(seen[i]) if seen else "nothing"),
                Cell(f"0..{made.sizes[i] - 1}"),
            )
        )
    columns = (
        Column("axis", "", right=False),
        Column("field", "sees"),
        Column("padding", "in padding"),
        Column("seen", "in the input"),
        Column("input", "of"),
    )
    title = f"Unit {_place(made)} of {made.layer}"
    if not made.asked:
        title += ", the one in the middle"
    if made.state is WHOLE:
        title = f"Every unit of {made.layer}"
    return Table(columns, tuple(rows), title)


def _place(made: FieldMap) -> str:
    return ",".join(map(str, made.unit or ()))


def _sides(axis: str, before: int, after: int) -> str:
    """Return how many positions lie in the padding on each side, in words."""
    sides = zip((before, after), _SIDES.get(axis, ("before", "after")), strict=True)
    return ", ".join(f"{count} {side}" for count, side in sides if count) or "none"


def _about_unit(made: FieldMap) -> Iterable[str]:
    """Say where more than the rectangle matters: everything, nothing, or zeros on the way."""
    if made.state is WHOLE:
        yield f"{made.layer} sees everything."
    elif made.field is None:
        yield f"No input reaches unit {_place(made)} of {made.layer}: no tap writes there."
    elif made.reached != inside(made.field, made.sizes):
        if made.reached is None:
            yield "Nothing of it reaches the unit: all it reads is padding."
        else:
            parts = zip(made.axes, made.reached, strict=True)
            where = ", ".join(f"{axis} {one}" for axis, one in parts)
            yield (
                f"Only {where} reach the unit: beyond, a layer on the way reads its own padding."
            )


# Notes and warnings


def _notes(made: FieldMap, found: Sequence[Problem]) -> Iterable[str]:
    analysis = made.analysis
    yield from (one.text for one in values_note(analysis))
    for one in found:  # of the zoo's nets no warning is printed
        if one.span and one.span.source.name.startswith("zoo/"):
            yield f"{one.message} [{one.code}]; {one.help}"
    fields = states(analysis)
    reasons = dict.fromkeys(one.reason for one in fields if isinstance(one, Unknown))
    yield from (f"field ?: {reason}" for reason in list(reasons)[:3])
    yield from _about_patterns(made)
    later = list(zip(analysis.nodes, fields, strict=True))[made.target + 1 :]
    seeing = [node.name for node, _ in takewhile(lambda one: one[1] is WHOLE, reversed(later))]
    if seeing:
        every = seeing[-1] if len(seeing) == 1 else f"{seeing[-1]} and every layer behind it"
        yield f"{every} see{'s' * (len(seeing) == 1)} everything."
    odd = odd_input(analysis, made.target) if is_placed(made.state) else None
    if odd is not None:
        state = states(odd)[made.target]
        mine = centers(made.state)
        if is_placed(state) and None not in mine and centers(state) != mine:
            padding = "x".join(str(-axis.first) for axis in state)
            (shape,) = odd.graph.inputs.values()
            yield (
                "`same` with a stride pads by the input's size: with the input "
                f"{written(shape, made.layout)}, {made.layer} has padding {padding} and centre "
                f"{_centers_text(centers(state))}."
            )


def _about_patterns(made: FieldMap) -> Iterable[str]:
    """Say which units the numbers are about where neighbours' fields follow a pattern."""
    analysis = made.analysis
    fields = states(analysis)[: made.target + 1]
    patterns = [i for i, state in enumerate(fields) if is_placed(state) and _varies(state)]
    if not patterns:
        return
    names = [analysis.nodes[i].name for i in patterns]
    shown = f"{names[0]} to {names[-1]}" if len(names) > 1 else names[0]
    yield (
        f"Behind an upsampling neighbours see different stretches ({shown}): the field is that of "
        "the unit that sees most, the jump an average; padding and centre are those of unit 0."
    )


def _varies(state: Sequence[AxisField]) -> bool:
    """Tell whether neighbours see stretches of different sizes."""
    return any(
        len(
            {
                end - start
                for start, end in zip(axis.starts, axis.ends, strict=True)
                if start is not None
            }
        )
        > 1
        for axis in state
        if len(axis.starts) > 1
    )


def _centers_text(places: Centers) -> str:
    return "x".join(map(_decimal, places))


def warnings(made: FieldMap) -> list[Problem]:
    """Return W09 for merges whose paths have different centres."""
    found = partings(made.analysis, made.target)
    remedy = _remedy(made) if found else ""
    problems = []
    for i, (node, paths) in enumerate(found[:_MOST_WARNINGS]):
        looks = ", ".join(f"at {_centers_text(at)} through {name}" for name, at in paths)
        message = (
            f"branches of {node.name} have different centres: unit 0 looks {looks}; "
            "the field is the union"
        )
        more = len(found) - _MOST_WARNINGS
        if i == _MOST_WARNINGS - 1 and more > 0:
            message += f" (so it is at {more} more)"
        problems.append(Problem("W09", message, node.span, remedy))
    return problems


def _remedy(made: FieldMap) -> str:
    always = "padding by (kernel - 1)/2 on both sides of every path"
    larger = aligning_input(made.analysis, made.target)
    if larger is None:
        return f"{always} keeps them together"
    (shape,) = larger.graph.inputs.values()
    return (
        f"the input {written(shape, made.layout)} keeps them together (`same` with a stride pads "
        f"an even size less in front than an odd one), and so does {always}"
    )
