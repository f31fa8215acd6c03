"""``archcalc layers``."""

from __future__ import annotations

from typing import Any

import click

from ..errors import UsageError
from .options import shared


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from ..layers import words

    return [word for word in words() if word.startswith(incomplete)]


@click.command(short_help="List the layer words, or show one with its options and formulas.")
@click.argument("word", required=False, shell_complete=_complete)
@shared
def command(word: str | None, **options: Any) -> None:
    """Example:

    \b
    archcalc layers
    archcalc layers conv

    List the layer words, or show one with its options and formulas.
    """
    from ..catalogue import catalogue_page, word_page
    from ..layers import layer_type
    from ..notation.binding import suggestion
    from .output import show

    if word is None:
        show(catalogue_page(), options)
        return
    if layer_type(word) is None:
        from ..blocks import block_type, block_words

        if block_type(word) is None:
            near = suggestion(word, block_words())
            raise UsageError(
                "E07",
                f'unknown layer "{word}"' + (f'; did you mean "{near}"?' if near else ""),
                "archcalc layers",
            )
    show(word_page(word), options)
