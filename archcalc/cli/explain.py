"""``archcalc explain``."""

from __future__ import annotations

from typing import Any

import click

from ..errors import UsageError
from .options import complete_spec, reading, shared, working


@click.command(short_help="Show how each number comes about, with the numbers put in.")
@click.argument("spec", shell_complete=complete_spec)
@click.argument("layers", nargs=-1, metavar="[LAYER]...")
@click.option(
    "--metric",
    metavar="A,B,...",
    help="Only these: output, params, macs, elementwise_ops, activations, receptive_field.",
)
@working
@reading
@shared
def command(spec: str, layers: tuple[str, ...], **options: Any) -> None:
    """Example:

    \b
    archcalc explain '14x14x480 | conv 5x5x48 pad 2'
    archcalc explain net.arch conv2 --metric params

    Show how each number comes about, with the numbers put in.
    """
    from ..explanation import METRICS, page
    from ..quantities import quantity
    from ..remarks import spec_text
    from .output import analyses, show

    metrics: tuple[str, ...] = METRICS
    if options["metric"]:
        metrics = tuple(quantity(part).key for part in options["metric"].split(","))
        unknown = [key for key in metrics if key not in METRICS]
        if unknown:
            raise UsageError(
                "E48", f'no working for "{unknown[0]}"', f"one of {', '.join(METRICS)}"
            )
    (analysis,) = analyses((spec,), options)
    name = analysis.graph.name
    shown = page(
        analysis,
        spec_text(analysis, name, options["layout"]),
        layers,
        metrics,
        options["convention"],
        options["layout"],
    )
    show(shown, options)
