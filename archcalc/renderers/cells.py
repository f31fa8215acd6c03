"""Cells to text, the same in every format; rounding is done here and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..arithmetic import units
from ..arithmetic.expression import size_text, symbolic_ratio, symbolic_text
from ..arithmetic.unknown import Unknown
from ..errors import cells, printable
from ..layers.base import written
from ..quantities.receptive_field import WHOLE
from ..table import Cell

if TYPE_CHECKING:
    from .decimals import Scale


def text(
    cell: Cell,
    *,
    exact: bool = False,
    bar: int = 20,
    layout: str = "hwc",
    scale: Scale | None = None,
) -> str:
    """Return one cell as people read it; a number in the unit of its column, where it has one."""
    value, unit = cell.value, cell.unit
    if unit in ("share", "bar", "change"):
        return _relation(value, unit, bar)
    if value is None:
        return "-"
    if isinstance(value, Unknown):
        if unit in ("field", "position", "shape") or not value.known_part:
            return "?"
        return ">= " + text(Cell(value.at_least, unit), exact=exact, scale=scale)
    if value is WHOLE:
        return "whole"
    if unit == "title":
        return str(value[0])
    if unit == "shape":
        return written(value, layout)
    if unit in ("field", "position"):
        return _per_axis(value)
    if scale is not None and (written_so := scale.cell(cell)) is not None:
        return written_so
    if unit == "ratio":
        if isinstance(value, tuple):
            return units.significant(value[0], value[1], 4)
        return symbolic_text(value)
    if isinstance(value, str):
        return printable(value)
    if unit == "seconds":
        return units.short_seconds(value) if value == value else "?"
    if not isinstance(value, int):
        return symbolic_text(value)
    if unit == "bytes":
        return units.exact(value) + " B" if exact else units.short_bytes(value)
    if unit == "layers":
        return str(value)
    return units.exact(value) if exact or unit == "exact" else units.short(value)


def raw(cell: Cell, layout: str = "hwc") -> str:
    """Return one cell as scripts read it: exact, without commas; empty where nothing applies."""
    value, unit = cell.value, cell.unit
    if unit == "change":
        now, before = value[:2]
        if isinstance(now, int) and isinstance(before, int) and before:
            return repr(now / before)
        if isinstance(now, tuple) and isinstance(before, tuple) and now[1] and before[0]:
            return repr(now[0] * before[1] / (now[1] * before[0]))
        return ""
    if unit == "share":
        return repr(value[0] / value[1]) if isinstance(value[1], int) and value[1] else ""
    if unit == "title":
        return str(value[1])
    if unit == "bar" or value is None:
        return ""
    if isinstance(value, Unknown):
        return f">={value.at_least}" if value.known_part else "?"
    if unit == "ratio" and isinstance(value, tuple):
        return repr(value[0] / value[1])
    if isinstance(value, int):
        return str(value)
    if unit == "seconds":
        return repr(value) if value == value else "?"
    return text(cell, exact=True, layout=layout)


def as_json(cell: Cell) -> Any:
    """Return one cell as JSON has it: exact, sizes per axis, null where there is nothing."""
    value = cell.value
    if value is None or isinstance(value, int):
        return value
    if cell.unit == "seconds":
        return value if value == value else None
    if cell.unit == "share":
        part, whole = value
        known = isinstance(part, int) and isinstance(whole, int) and whole
        return part / whole if known else None
    if cell.unit in ("field", "position", "shape") and isinstance(value, tuple):
        return [part if isinstance(part, int) else str(part) for part in value]
    return raw(cell)


def plain_number(text: str) -> str:
    """Return a worked value as scripts read it: a number without its commas."""
    digits = text.replace(",", "")
    return digits if digits.isdigit() else text


def shortened(name: str, most: int) -> str:
    """Return a name of at most so many terminal cells, its middle left out.

    >>> shortened("stage1.block12.conv1", 15)
    'stage1...conv1'
    """
    name = printable(name)
    head, tail = name[: len(name) // 2], name[len(name) // 2 :]
    if cells(name) <= most:
        return name
    while cells(head) + cells(tail) > most - 2:
        head, tail = (head[:-1], tail) if cells(head) > cells(tail) else (head, tail[1:])
    return f"{head.rstrip('.')}..{tail}"


def _per_axis(value: Any) -> str:
    if not isinstance(value, tuple):
        return str(value)
    return "x".join(str(part) if isinstance(part, int) else size_text(part) for part in value)


def _relation(value: Any, unit: str, bar: int) -> str:
    if unit == "change":
        return _change(*value)
    part, whole = value
    if not isinstance(part, int) or not isinstance(whole, int) or not whole:
        return ""
    if unit == "share":
        thousandths = (2 * 1000 * part + whole) // (2 * whole)
        return f"{thousandths // 10}.{thousandths % 10}%"
    return "#" * max((2 * bar * part + whole) // (2 * whole), 1 if part else 0)


def _change(value: Any, reference: Any, more: str, less: str) -> str:
    if isinstance(value, Unknown) or isinstance(reference, Unknown):
        return "?"
    if isinstance(value, tuple) and isinstance(reference, tuple):
        value, reference = value[0] * reference[1], reference[0] * value[1]
    if value is None or reference is None:
        return "same" if value is reference else "-"
    if not isinstance(value, int) or not isinstance(reference, int):
        if value == reference:
            return "same"
        known = all(isinstance(n, int) or hasattr(n, "free_symbols") for n in (value, reference))
        if not known or reference == 0:
            return "differs"
        return f"times {symbolic_text(symbolic_ratio(value, reference))}"
    if value == reference:
        return "same"
    if not reference:
        return f"{more}: none before"
    if not value:
        return f"{less}: none left"
    big, small = max(value, reference), min(value, reference)
    word = more if value > reference else less
    ratio = units.short_ratio(big, small)
    if ratio == "1.00":
        return f"{units.exact(big - small)} {word}"
    return f"{ratio}x {word}"
