"""``archcalc compare``."""

from __future__ import annotations

import sys
from typing import Any

import click

from .options import (
    assuming,
    column_keys,
    columns_option,
    complete_spec,
    counting,
    reading,
    shared,
    timed,
)


@click.command(short_help="Put architectures side by side.")
@click.argument(
    "specs", nargs=-1, required=True, metavar="SPEC SPEC...", shell_complete=complete_spec
)
@click.option("--reference", metavar="NAME", help="What the others are compared with (first).")
@columns_option("output,receptive_field,macs,params,activations")
@click.option(
    "--where",
    default="",
    metavar="NAME",
    help="Whose costs are laid out: NAME, all or none; the cheapest's otherwise.",
)
@click.option("--per-layer", is_flag=True, help="Lay the layers side by side.")
@timed
@counting
@reading
@assuming
@shared
def command(specs: tuple[str, ...], **options: Any) -> None:
    """Example:

    \b
    archcalc compare '14x14x480 | conv 5x5x48 pad 2' \\
                     '14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2'

    Put architectures side by side; --set r=2:64:2 (from, to, step) or r=2,4,8 puts a net there for
    each value. --time predicted --device h200 puts predicted times beside the
    MACs, with their error; --time measured measures here, or shows a store (--times).

    A SPEC is a text in the notation, a file that holds one, or - for standard input. An
    architecture is called A, B, C, ..., by its own name ('naive: 28x28x192 | ...'), or by its
    file's. In csv the row of the cost is named by the convention that it
    follows: macs, flops, ...

    A SPEC may be a torch module too: torchvision:NAME, timm:NAME, torch:package:factory or
    file.py:factory, with its input, channels first: file.py:factory@3x224x224. Reading one imports
    and runs that code; nothing else does.
    """
    from ..comparison import compare
    from .output import budget_code, show
    from .variants import variants

    columns = column_keys(options["columns"])
    found, names, *_ = variants(specs, options)
    compared = compare(
        found,
        names,
        reference=options["reference"] or 0,
        columns=columns,
        convention=options["convention"],
        layout=options["layout"],
    )
    page = compared.page(per_layer=options["per_layer"], where=options["where"])
    if options["time"]:
        from .pace import with_times

        page = with_times(page, compared, options)
    show(page, options)
    if code := budget_code(found, compared.names, options):
        sys.exit(code)
