"""``archcalc field``."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import click

from ..errors import UsageError
from .options import reading, shared, train_option


@click.command(short_help="Show what the units of each layer see of the input.")
@click.argument("spec")
@click.option(
    "--layer", metavar="NAME", help="Up to this layer or group; the last with a field otherwise."
)
@click.option(
    "--unit", metavar="3,4", help="One unit of the layer: row,column from 0; the middle otherwise."
)
@train_option
@click.option("-w", "--wide", is_flag=True, help="All columns, however wide.")
@reading
@shared
def command(spec: str, **options: Any) -> None:
    """Example:

    \b
    archcalc field '32x32x3 | conv 3x3x8 pad 1 | maxpool 2x2 | conv 3x3x8'
    archcalc field net.arch --layer conv2 --unit 3,4
    archcalc field net.arch -o field.svg

    Show what the units of each layer see of the input: the size of the
    receptive field, the jump from one unit to the next, the padding, and the
    rectangle of the input that one unit sees. A file that ends in .svg gets a
    drawing to scale.
    """
    from ..fieldmap.drawing import drawing
    from ..fieldmap.fieldmap import field_map
    from ..fieldmap.page import page, warnings
    from ..renderers import format_of
    from .output import analyses, show, warn, write

    unit = _unit(options["unit"])
    path, name = options["output"], options["format_"]
    is_drawing = name == "svg" or (not name and path and Path(path).suffix.lower() == ".svg")
    if not is_drawing and not name:
        name = format_of(path) if path else "table"
    (analysis,) = analyses((spec,), options)
    made = field_map(
        analysis, options["layer"] or "", unit, layout=options["layout"], drawn=bool(is_drawing)
    )
    found = warnings(made)
    warn(found, options)
    if is_drawing:
        write(drawing(made), path)
        return
    width = min(shutil.get_terminal_size((80, 24)).columns, 80) if name == "table" else 0
    show(page(made, found, width=width), options)


def _unit(text: str | None) -> tuple[int, ...] | None:
    """Return the unit of ``--unit 3,4``; :class:`UsageError` (E50) for anything else."""
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and len(part) < 16 for part in parts):
        raise UsageError(
            "E50", f'"{text}" is not a unit', "--unit 3,4 (row,column from 0); one number for 1-D"
        )
    return tuple(map(int, parts))
