"""``archcalc explain``."""

from __future__ import annotations

from typing import Any

import click

from .options import (
    assuming,
    batch_option,
    complete_spec,
    dtype_option,
    reading,
    shared,
    working,
)


@click.command(short_help="Show how each number comes about, with the numbers put in.")
@click.argument("spec", shell_complete=complete_spec)
@click.argument("layers", nargs=-1, metavar="[LAYER]...")
@click.option(
    "--metric",
    metavar="A,B,...",
    help="Only these: output, params, macs, flops, activations, receptive_field, jump, first, "
    "peak_memory_bytes, ...",
)
@click.option("--formula", is_flag=True, help="The general formulas, in letters, come first.")
@batch_option
@dtype_option
@working
@reading
@assuming
@shared
def command(spec: str, layers: tuple[str, ...], **options: Any) -> None:
    """Example:

    \b
    archcalc explain '14x14x480 | conv 5x5x48 pad 2'
    archcalc explain net.arch conv2 --metric params --formula
    archcalc explain vgg16 --metric receptive_field

    Show how each number comes about, with the numbers put in.
    """
    from ..explanation import METRICS, checked, page
    from ..quantities import words
    from ..remarks import spec_text
    from .output import analyses, show

    metrics: tuple[str, ...] = METRICS
    if options["metric"]:
        metrics = tuple(dict.fromkeys(map(checked, words(options["metric"])))) or METRICS
    (analysis,) = analyses((spec,), options)
    name = analysis.graph.name
    shown = page(
        analysis,
        spec_text(analysis, name, options["layout"]),
        layers,
        metrics,
        options["convention"],
        options["layout"],
        options["formula"],
    )
    show(shown, options)
