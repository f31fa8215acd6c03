"""``archcalc devices``."""

from __future__ import annotations

from typing import Any

import click

from .options import shared


@click.command(short_help="List devices: peaks, bandwidth, ridge points, calibration.")
@click.argument("name", required=False)
@shared
def command(name: str | None, **options: Any) -> None:
    """Example:

    \b
    archcalc devices
    archcalc devices h200

    List the device profiles; with a name (or a profile's file), every figure with its source and
    what was fitted, with its error on layers held out.
    """
    from ..latency.listing import device_page, devices_page
    from .output import show

    show(device_page(name) if name else devices_page(), options)
