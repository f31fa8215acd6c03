"""``archcalc rules``."""

from __future__ import annotations

from typing import Any

import click

from .options import shared


@click.command(short_help="List and explain the slips that homework is checked for.")
@click.argument("slip", required=False)
@click.option("-w", "--wide", is_flag=True, help="All columns, however wide.")
@shared
def command(slip: str | None, **options: Any) -> None:
    """Examples:

    \b
    archcalc rules
    archcalc rules O08

    List the slips that `archcalc check` knows, or explain one: the wrong formula, what is said
    of it, and what it gives on reference problems.
    """
    from ..homework.pages import rule_page, rules_page
    from ..homework.slips import slip as slip_of
    from .output import show

    show(rule_page(slip_of(slip)) if slip else rules_page(), options)
