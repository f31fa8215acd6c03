"""``archcalc calibrate``."""

from __future__ import annotations

from typing import Any

import click

from ..errors import UsageError
from .options import shared


@click.command(short_help="Fit a device's profile from measured layers.")
@click.argument("store", required=False, metavar="[STORE]")
@click.option("--quick", "size", flag_value="quick", help="First measure some forty layers.")
@click.option("--full", "size", flag_value="full", help="First measure some three hundred layers.")
@click.option("--device", default="auto", help="What to measure on: cuda or cpu.")
@click.option("--dtype", default="fp32", help="fp32, tf32, bf16 or fp16.")
@click.option("--base", metavar="NAME", help="The profile with the datasheet figures: h200, ...")
@click.option("--name", default="", metavar="NAME", help="What the profile is called.")
@click.option("--profile", "path", metavar="FILE", help="Write the profile: my.yaml.")
@click.option("--time-limit", type=float, default=1.0, metavar="S", help="Seconds per layer.")
@shared
def command(store: str | None, size: str | None, **options: Any) -> None:
    """Examples:

    \b
    archcalc calibrate --quick --device cuda --dtype bf16 --base h200 --profile mine.yaml
    archcalc calibrate times.jsonl --base h200 --profile mine.yaml
    archcalc compare A.arch B.arch --time predicted --device mine.yaml

    Fit the numbers of the latency model to measured layers, with their errors on layers held out,
    and write a device profile. --quick and --full measure a design of layers first, into the
    store; what is there already is not measured again.
    """
    from ..calibrating import calibrate, calibration_page, write_profile
    from ..latency import profile
    from ..timing import read_times
    from .output import show

    if not store and not size:
        raise click.UsageError("Missing argument 'STORE', or --quick.")
    path = store or "archcalc-calibration.jsonl"
    if size:
        _measure(size, path, options)
    base = profile(options["base"]) if options["base"] else None
    made = calibrate(read_times(path), base, options["name"])
    if options["path"]:
        if not options["path"].endswith((".yaml", ".yml")):
            raise UsageError("E51", f'"{options["path"]}" is no YAML file', "--profile mine.yaml")
        write_profile(made, options["path"])
    show(calibration_page(made), options)


def _measure(size: str, path: str, options: dict[str, Any]) -> None:
    """Measure the layers of a design, those of one batch size together."""
    from ..latency import calibration_layers
    from ..timing import Rules, measure
    from .output import progress

    layers = calibration_layers(size)
    batches = sorted({layer.batch for layer in layers})
    with progress(len(batches)) as step:
        for batch in batches:
            step(f"batch {batch}")
            measure(
                *(layer.spec for layer in layers if layer.batch == batch),
                device=options["device"],
                dtype=options["dtype"],
                batches=(batch,),
                parts="layers",
                store=path,
                resume=True,
                rules=Rules(limit=options["time_limit"]),
            )
