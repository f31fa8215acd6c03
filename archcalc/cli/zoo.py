"""``archcalc zoo``."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import click

from .options import (
    column_keys,
    columns_option,
    complete_spec,
    counting,
    exact_option,
    reading,
    shared,
)


@click.group("zoo", short_help="List, show and export the architectures by name.")
def command() -> None:
    """Examples:

    \b
    archcalc zoo list resnet
    archcalc zoo show alexnet
    archcalc zoo export resnet50 -o my.yaml

    The architectures that have a name, with their published numbers.

    A name stands wherever a spec does: archcalc compare alexnet vgg16 resnet50.
    """


@command.command("list", short_help="Print all architectures with their totals.")
@click.argument("text", default="")
@columns_option("params,macs,depth,trunk_field")
@click.option("--sort", metavar="COLUMN", help="Order by a column, the largest first.")
@click.option(
    "--convention", default="macs", metavar="NAME", help="How to count: macs, flops, flops2, ..."
)
@exact_option
@click.option("-w", "--wide", is_flag=True, help="All columns, however wide.")
@shared
def list_(text: str, **options: Any) -> None:
    """Examples:

    \b
    archcalc zoo list
    archcalc zoo list resnet --columns params,macs,units
    archcalc zoo list --format markdown

    Print the architectures whose names contain TEXT, all by default, with their totals.

    In csv the column of the cost is named by the convention that it follows: macs, flops, ...
    """
    from ..architectures import list_page, names
    from ..readers.zoo import unknown
    from .output import progress, show

    columns = column_keys(options["columns"])
    wanted = names(text)
    if not wanted:
        raise unknown(text)
    with progress(len(wanted)) as step:
        page = list_page(
            wanted,
            columns,
            convention=options["convention"],
            progress=step,
            sort=options["sort"] or "",
        )
    show(page, options)


@command.command("show", short_help="Print one architecture and its published figures.")
@click.argument("name", shell_complete=complete_spec)
@counting
@reading
@shared
def show_(name: str, **options: Any) -> None:
    """Examples:

    \b
    archcalc zoo show alexnet
    archcalc zoo show googlenet --format json

    Print one architecture: its net, its totals, and its published figures, each held against the
    net: equal, equal to the digits printed, or different and why.
    """
    from ..architectures import show_page, zoo_architecture
    from .options import symbol_values
    from .output import show

    values = symbol_values(options["values"])
    one = zoo_architecture(name, values, train=options["train"], input=options["input"])
    show(show_page(one, convention=options["convention"]), options)


@command.command("export", short_help="Write one architecture as a file of your own.")
@click.argument("name", shell_complete=complete_spec)
@click.option("-o", "--output", metavar="FILE", help="Write to a file.")
@click.option("-v", "--verbose", is_flag=True, help="Show the traceback of an internal error.")
def export(name: str, output: str | None, verbose: bool) -> None:
    """Examples:

    \b
    archcalc zoo export resnet50 -o my.yaml
    archcalc fmt lenet5 --inline --short

    Write one architecture as a YAML spec of its own, to change it.
    """
    from ..notation.yaml_text import to_yaml
    from ..readers import spec_of
    from .output import write

    spec = replace(spec_of(f"zoo:{name.removeprefix('zoo:')}"), published=())
    text = to_yaml(spec)
    if output is None:
        sys.stdout.write(text)
    else:
        write(text, output)
