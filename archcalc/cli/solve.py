"""``archcalc solve``."""

from __future__ import annotations

import sys
from typing import Any

import click

from ..errors import UsageError
from .options import (
    column_keys,
    columns_option,
    complete_spec,
    reading,
    shared,
    symbol_values,
    totalling,
)

_DOMAIN = "1:4096"


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
    Memory of training with Adam: 'saved_bytes + 4*weight_bytes' (activations kept, then weights,
    gradients and two moments). Exit code 1: nothing satisfies all conditions.
    """
    from fractions import Fraction

    from ..notation.free import symbols
    from ..readers import spec_of
    from ..solving import goal, page, solve
    from ..sweeping.grid import span
    from .output import progress, settings_of, show

    read = spec_of(spec, layout=options["layout"], input=options["input"])
    name, _, domain = options["unknown"].partition("=")
    name = name.strip()
    known = set(symbols(read))
    if name not in known and name != "batch":
        from ..expansion import no_symbol

        raise no_symbol(name, known)
    values = span(domain or _DOMAIN, Fraction(0))
    if name == "batch" and values[0] < 1:
        raise UsageError("E48", "a batch has at least 1 sample", "--for batch=1:4096")
    given = symbol_values(options["values"])
    goals = [goal(text, known, _total) for text in options["goals"]]
    objective = _objective(options["objective"], known)
    with progress(-(-len(values) // 8192)) as step:
        solved = solve(
            read, name, values, goals, objective=objective, given=given,
            columns=column_keys(options["columns"]), settings=settings_of(options), watch=step,
        )  # fmt: skip
    show(page(solved, options["layout"]), options)
    if not solved.found:
        sys.exit(1)


def _objective(text: str, known: set[str]) -> Any:
    """Read ``min r``, ``max params``; nothing where there is none."""
    from ..arithmetic.expression import BadExpression, Expression
    from ..quantities import quantity
    from ..solving import Objective

    if not text.strip():
        return None
    word, _, measure = text.strip().partition(" ")
    if word not in ("min", "max") or not measure.strip():
        raise UsageError("E50", f'"{text[:40]}" is no objective', "--objective 'max params'")
    if "/" in measure.replace("//", ""):
        raise UsageError("E50", f'"{measure[:40]}": a quotient may be no whole number', "// rounds")
    try:
        made = Expression.parse(measure.strip())
    except BadExpression as error:
        raise UsageError("E50", f'"{measure[:40]}": {error}', "--objective 'max params'") from None
    for name in made.free:
        if name not in known and name != "batch" and quantity(name).key != name:
            raise UsageError("E48", f'unknown column "{name}"', f"write {quantity(name).key}")
    return Objective(f"{word} {made.text}", word == "max", made)


def _total(column: str, net: str) -> int:
    """Return what another net has in all; :class:`UsageError` (E50) where that is no number."""
    from ..analysis import walk
    from ..quantities import quantity
    from ..readers import read
    from ..zoo import entries

    if net not in entries():
        raise UsageError("E50", f"no net {net} in the zoo", "archcalc zoo list")
    total = quantity(column).total(walk(read(net)))
    if not isinstance(total, int):
        raise UsageError("E50", f"{column} of {net} is not a whole number")
    return total
