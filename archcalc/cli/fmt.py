"""``archcalc fmt``."""

from __future__ import annotations

import sys
from typing import Any

import click

from .options import shared


@click.command(short_help="Print a spec in canonical form, with every default written out.")
@click.argument("spec")
@click.option("--short", is_flag=True, help="Leave out what is a default.")
@click.option("--check", is_flag=True, help="Print nothing; exit 1 if it is not canonical.")
@click.option(
    "--layout", type=click.Choice(["hwc", "chw"]), default="hwc", help="Order of the input."
)
@shared
def command(spec: str, **options: Any) -> None:
    """Example:

    \b
    archcalc fmt '224x224x3 -> 7x7 conv, 64, /2 -> maxpool 3x3 /2'
    archcalc fmt net.arch --short

    Print a spec in canonical form, with every default written out.
    """
    from ..notation.format import stages
    from ..readers import spec_of
    from ..readers.stored import text_of
    from ..renderers.table import folded
    from ..table import Page, SpecText
    from .output import show

    text = text_of(spec)
    parsed = spec_of(spec, layout=options["layout"], fragment=True)
    parts = stages(parsed, full=not options["short"])
    line = " | ".join(parts)
    laid_out = line
    if len(line) > 80:
        lines = [parts[0], *(f"  | {part}" for part in parts[1:])]
        laid_out = "\n".join(piece for one in lines for piece in folded(one, 6, 80))
    if options["check"]:
        sys.exit(0 if text.strip() == laid_out else 1)
    if options["format_"] is None and options["output"] is None:
        print(laid_out)
        return
    data = {"schema": 1, "spec": line, "stages": list(parts)}
    show(Page((SpecText("", parts),), lambda: data), options)
