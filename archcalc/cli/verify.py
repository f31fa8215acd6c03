"""``archcalc verify``."""

from __future__ import annotations

import sys
from typing import Any

import click

from .options import complete_spec, reading, shared, train_option


@click.command(short_help="Check every number against torch, layer by layer.")
@click.argument("spec", nargs=-1, shell_complete=complete_spec)
@click.option("--per-layer", is_flag=True, help="Show every layer, not only those that differ.")
@click.option("--zoo", is_flag=True, help="All architectures, or those whose names contain SPEC.")
@train_option
@click.option("-w", "--wide", is_flag=True, help="All columns, however wide.")
@reading
@shared
def command(spec: tuple[str, ...], **options: Any) -> None:
    """Examples:

    \b
    archcalc verify alexnet
    archcalc verify '14x14x480 | conv 5x5x48 pad 2' --per-layer
    archcalc verify --zoo --format markdown

    Build the net in torch, from the same graph, and hold every number against what torch, fvcore
    and gradients say: shapes, weights, MACs forward and backward, memory, receptive fields.
    Nothing is allocated where shapes suffice.

    What a witness cannot count is "not checked". Exit code 1 where a number differs, 3 without
    torch: pip install 'archcalc[torch]'.
    """
    from ..verification import page, require_torch, verify, verify_zoo, zoo_page
    from .output import analyses, progress, show

    if not spec and not options["zoo"]:
        raise click.UsageError("Missing argument 'SPEC...', or --zoo.")
    require_torch()
    if options["zoo"]:
        from ..architectures import names
        from ..readers.zoo import unknown

        for text in spec:
            if not names(text):
                raise unknown(text)
        wanted = tuple(dict.fromkeys(name for text in spec or ("",) for name in names(text)))
        with progress(len(wanted)) as step:
            verified = verify_zoo(wanted, train=options["train"], progress=step)
        show(zoo_page(verified), options)
    else:
        verified = []
        found = analyses(spec, options)
        labels = [one.graph.name or chr(ord("A") + i % 26) for i, one in enumerate(found)]
        with progress(len(found)) as step:
            for analysis, label in zip(found, labels, strict=True):
                step(label)
                verified.append(verify(analysis, label))
        show(
            page(verified, per_layer=options["per_layer"], layout=options["layout"]),
            options,
        )
    if any(one.verdict == "differs" for one in verified):
        sys.exit(1)
