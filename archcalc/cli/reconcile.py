"""``archcalc reconcile``."""

from __future__ import annotations

import sys
from typing import Any

import click

from .options import complete_spec, exact_option, reading, shared


@click.command(short_help="Find out where a printed number comes from.")
@click.argument("spec", shell_complete=complete_spec)
@click.argument("values_", nargs=-1, required=True, metavar="VALUE...")
@click.option(
    "--metric", default="macs", metavar="NAME", help="What the numbers count: macs or params."
)
@click.option("--zoo", is_flag=True, help="Search the whole family of the zoo entry.")
@click.option("--torchvision", is_flag=True, help="Search the family as torchvision builds it.")
@click.option("--all", "every", is_flag=True, help="Print every explanation.")
@exact_option
@click.option("-w", "--wide", is_flag=True, help="All columns, however wide.")
@reading
@shared
def command(spec: str, values_: tuple[str, ...], **options: Any) -> None:
    """Examples:

    \b
    archcalc reconcile resnet50 3.8G 4.12G 9.74G
    archcalc reconcile resnet50 25,636,712 --metric params
    archcalc reconcile resnet50 11.5G --zoo

    Find out where a printed number comes from: which counting convention, which variant of the
    net and which input size give it, at its printed digits.

    Of a zoo entry the variants are searched too, of nets for images the usual sizes. The exit
    code is 1 where a number has no exact explanation.
    """
    from ..reconciliation import reconcile, reconciliation_page
    from .options import symbol_values
    from .output import show

    found = reconcile(
        spec,
        values_,
        symbol_values(options["values"]),
        metric=options["metric"].strip().lower(),
        zoo=options["zoo"],
        torchvision=options["torchvision"],
        layout=options["layout"],
        input=options["input"],
    )
    page = reconciliation_page(
        found,
        every=options["every"],
        layout=options["layout"],
        metric=options["metric"].strip().lower(),
    )
    show(page, options)
    if not all(one.is_explained for one in found):
        sys.exit(1)
