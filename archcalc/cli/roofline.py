"""``archcalc roofline``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..errors import UsageError
from .options import complete_spec, reading, shared, train_option

if TYPE_CHECKING:
    from ..roofline import Roofline

_PICTURES = ("svg", "png")


@click.command(short_help="Put layers under a device's roof: FLOPs per byte, FLOP/s.")
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...", shell_complete=complete_spec)
@click.option("--device", default="", metavar="NAME", help="h200, a100-sxm-80, ...; or its file.")
@click.option("--dtype", default="float32", metavar="TYPE", help="bfloat16, float16, tf32, ...")
@click.option("--batch", type=click.IntRange(1), default=1, help="Batch size.")
@click.option("--times", metavar="FILE", default="", help="A store of bench: measured times.")
@train_option
@click.option("-w", "--wide", is_flag=True, help="All columns, however wide.")
@reading
@shared
def command(specs: tuple[str, ...], **options: Any) -> None:
    """Examples:

    \b
    archcalc roofline resnet50 --device h200 --dtype bfloat16 --batch 32
    archcalc roofline resnet50 --device h200 -o roofline.svg
    archcalc roofline resnet50 --device h200 --times archcalc-times.jsonl

    Put every layer under the roof of a device: its FLOPs per byte, whether memory or compute
    bounds it there, and how much of what the roof allows it reaches. Times are predicted, with
    their error, and measured where --times has the layer on that device.

    A file that ends in .svg or .png gets the plot (.png needs matplotlib). Layers that do
    nothing, such as views, are left out.
    """
    from ..comparison import unique_names
    from ..latency import profile
    from ..roofline import roofline
    from ..roofline.page import page
    from .output import analyses, picture_asked, show

    if not options["device"]:
        raise UsageError(
            "E61", "a roof is a device's", "--device h200; archcalc devices lists them"
        )
    device, picture = profile(options["device"]), picture_asked(options, _PICTURES, "roofline")
    found = analyses(specs, {**options, "batch": 1, "dtype": "float32"})
    made = roofline(
        found,
        unique_names([one.graph.name for one in found]),
        device,
        batch=options["batch"],
        dtype=options["dtype"],
        times=options["times"],
    )
    if picture:
        _draw(made, picture, options["output"])
        return
    show(page(made, options["layout"]), options)


def _draw(made: Roofline, picture: str, path: str | None) -> None:
    from ..roofline.picture import drawn
    from .output import write

    if picture == "svg":
        from ..roofline.svg import document

        write(document(drawn(made)), path)
        return
    from ..roofline.png import image

    write(image(drawn(made)), path)
