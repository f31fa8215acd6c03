"""``archcalc solve``."""

from __future__ import annotations

import sys
from typing import Any

import click

from .options import (
    column_keys,
    columns_option,
    complete_spec,
    reading,
    shared,
    symbol_values,
    totalling,
)


@click.command(short_help="Find the values of a symbol that satisfy a condition, with the proof.")
@click.argument("spec", shell_complete=complete_spec)
@click.option("--for", "unknown", metavar="r[=1:4096]", required=True, help="What is looked for.")
@click.option("--so-that", "goals", multiple=True, metavar="'macs <= 5.3M'", help="What must hold.")
@click.option("--objective", metavar="'min r'", default="", help="Which solution is best.")
@columns_option("macs,params")
@totalling
@reading
@shared
def command(spec: str, **options: Any) -> None:
    """Examples:

    \b
    archcalc solve '14x14x480 | conv 1x1x(480/r) | conv 5x5x48 pad 2' --for r \\
                   --so-that 'macs <= 5.3M' --objective 'min r'
    archcalc solve '14x14x480 | conv 5x5x48 pad (p)' --for p=0:9 \\
                   --so-that 'output_size = input_size'
    archcalc solve alexnet --input HxHx3 --for H --objective 'min H'
    archcalc solve resnet50 --for batch --objective 'max batch' \\
                   --so-that 'saved_bytes + 4*weight_bytes <= 16GiB'
    archcalc solve '32x32x3 | [conv 3x3x16 same]*(n)' --for n=1:99 --objective 'min n' \\
                   --so-that 'receptive_field >= 31'

    Count every value from 1 to 4096 (--for r=1:100000 for others; from, to, step) and say at which
    all conditions hold; the table shows the values just inside and just outside.

    A condition compares (<= < >= > =) columns, symbols, numbers (5.3M, 16GiB), sizes (14x14),
    input, input_size, output_size, totals of other nets: 'macs <= macs(resnet18)'; with + - * // ^.
    By --convention fvcore a condition may say fvcore for what that counts; macs stay MACs.
    Memory of training with Adam: 'saved_bytes + 4*weight_bytes' (activations kept, then weights,
    gradients and two moments). Exit code 1: nothing satisfies all conditions.
    """
    from ..readers import spec_of
    from ..solving import asked, page, solve, unknown_of
    from ..sweeping.counting import CHUNK
    from .output import progress, settings_of, show

    read = spec_of(spec, layout=options["layout"], input=options["input"])
    unknown = unknown_of(options["unknown"], read)
    goals, best = asked(read, options["goals"], options["objective"], options["convention"])
    with progress(-(-len(unknown[1]) // CHUNK)) as step:
        solved = solve(
            read, *unknown, goals, objective=best,
            given=symbol_values(options["values"]), columns=column_keys(options["columns"]),
            convention=options["convention"], settings=settings_of(options), watch=step,
        )  # fmt: skip
    show(page(solved, options["layout"]), options)
    if not solved.found:
        sys.exit(1)
