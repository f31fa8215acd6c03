"""``archcalc schema``."""

from __future__ import annotations

import click


@click.command(short_help="Print the JSON Schema of the JSON output, or of YAML specs.")
@click.option("--spec", is_flag=True, help="The schema of YAML specs, for editors.")
def command(spec: bool) -> None:
    """Example:

    \b
    archcalc schema > archcalc.schema.json
    archcalc schema --spec > spec.schema.json

    Print the JSON Schema of the JSON output, or of YAML specs.

    An editor with YAML support completes and checks a spec whose first line is
    `# yaml-language-server: $schema=spec.schema.json`.
    """
    from pkgutil import get_data

    text = get_data("archcalc", "spec.schema.json" if spec else "schema.json") or b""
    click.echo(text.decode(), nl=False)
