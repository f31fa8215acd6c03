"""``archcalc roofline``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import UsageError
from .options import complete_spec, reading, shared

if TYPE_CHECKING:
    from ..roofline import Roofline

_PICTURES = ("svg", "png")


@click.command(short_help="Put layers under a device's roof: FLOPs per byte, FLOP/s.")
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...", shell_complete=complete_spec)
@click.option("--device", default="", metavar="NAME", help="h200, a100-sxm-80, ...; or its file.")
@click.option("--dtype", default="float32", metavar="TYPE", help="bfloat16, float16, tf32, ...")
@click.option("--batch", type=click.IntRange(1), default=1, help="Batch size.")
@click.option("--times", metavar="FILE", default="", help="A store of bench: measured times.")
@click.option("--train", is_flag=True, help="Include auxiliary heads.")
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
    from .output import analyses, show

    if not options["device"]:
        raise UsageError(
            "E61", "a roof is a device's", "--device h200; archcalc devices lists them"
        )
    device, picture = profile(options["device"]), _picture(options)
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


def _picture(options: dict[str, Any]) -> str:
    """Return which picture is asked for, or nothing."""
    path, name = options["output"], (options["format_"] or "").lower()
    ending = Path(path).suffix.lower()[1:] if path and not name else name
    if ending not in _PICTURES:
        return ""
    if ending == "png" and path is None:
        raise UsageError("E51", "a png goes to a file", "-o roofline.png")
    return ending


def _draw(made: Roofline, picture: str, path: str | None) -> None:
    from ..roofline.picture import drawn
    from .output import write

    if picture == "svg":
        from ..roofline.svg import document

        text = document(drawn(made))
        sys.stdout.write(text) if path is None else write(text, path)
        return
    from ..roofline.png import image

    assert path is not None
    data = image(drawn(made))
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        raise UsageError("E33", f"cannot write {path}: {error.strerror}") from None
