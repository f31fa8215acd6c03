"""``archcalc schema``."""

from __future__ import annotations

import click


@click.command()
def command() -> None:
    """Print the JSON Schema of the JSON output.

    \b
    archcalc schema > archcalc.schema.json
    """
    from pkgutil import get_data

    text = get_data("archcalc", "schema.json") or b""
    click.echo(text.decode(), nl=False)
