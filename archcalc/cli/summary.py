"""``archcalc summary``."""

from __future__ import annotations

import sys
from typing import Any

import click

from .options import assuming, column_keys, columns_option, complete_spec, counting, reading, shared


@click.command(short_help="Show every layer of one architecture, with totals.")
@click.argument("spec", shell_complete=complete_spec)
@columns_option("output,params,macs,receptive_field")
@click.option("--depth", type=click.IntRange(0), default=0, help="Group by N parts of the names.")
@click.option("--rf", is_flag=True, help="Draw the receptive field as a ruler.")
@counting
@reading
@assuming
@shared
def command(spec: str, **options: Any) -> None:
    """Example:

    \b
    archcalc summary '227x227x3 | conv 11x11x96 /4 | maxpool 3x3 /2' --rf
    archcalc summary net.arch --columns params,macs,units,connections
    archcalc summary - --format json < net.arch
    archcalc summary torchvision:resnet50 --depth 1

    Show every layer of one architecture, with totals.

    A SPEC may be a torch module too: torchvision:NAME, timm:NAME, torch:package:factory or
    file.py:factory, with its input, channels first: file.py:factory@3x224x224. Reading one imports
    and runs that code; nothing else does.

    In csv the column of the cost is named by the convention that it follows:
    macs, flops, ...
    """
    from ..summary import summarize
    from .output import analyses, budget_code, on_terminal, show

    columns = column_keys(options["columns"])
    (analysis,) = analyses((spec,), options)
    made = summarize(
        analysis,
        columns=columns,
        convention=options["convention"],
        depth=options["depth"],
        ruler=options["rf"],
        layout=options["layout"],
    )
    show(made.page(hint=on_terminal(options)), options)
    if code := budget_code([analysis], ("",), options):
        sys.exit(code)
