"""``archcalc schema``."""

from __future__ import annotations

import click


@click.command(short_help="Print the JSON Schema of the JSON output.")
def command() -> None:
    """Example:

    \b
    archcalc schema > archcalc.schema.json

    Print the JSON Schema of the JSON output.
    """
    from pkgutil import get_data

    text = get_data("archcalc", "schema.json") or b""
    click.echo(text.decode(), nl=False)
