"""Options that commands share, stated once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from ..errors import UsageError

Command = TypeVar("Command", bound=Callable[..., Any])

train_option = click.option("--train", is_flag=True, help="Include auxiliary heads.")
exact_option = click.option("--exact", is_flag=True, help="Print every count in full.")
batch_option = click.option(
    "--batch", type=click.IntRange(1), default=1, help="Batch size, for bytes."
)
dtype_option = click.option(
    "--dtype", default="float32", metavar="TYPE", help="Number format, for bytes."
)
mode_option = click.option(
    "--mode",
    type=click.Choice(["eager", "graph", "compile"]),
    default="graph",
    help="For predicted times: how the net is run.",
)

# The choices here are checked where they are used; listing them would load what they name.
_SHARED = (
    click.option(
        "--format",
        "format_",
        metavar="FORMAT",
        help="table, plain, markdown, csv, json, html or latex.",
    ),
    click.option(
        "-o", "--output", metavar="FILE", help="Write to a file; its ending names the format."
    ),
    click.option("-q", "--quiet", is_flag=True, help="Tables only: no spec, notes or warnings."),
    click.option("-v", "--verbose", is_flag=True, help="Show the traceback of an internal error."),
)
_COUNTED = click.option(
    "--convention",
    default="macs",
    metavar="NAME",
    help="How to count: macs, flops, flops2, macs+bias, or as a tool: fvcore, thop, ...",
)
_CONVENTION = (
    _COUNTED,
    train_option,
    click.option("-w", "--wide", is_flag=True, help="All columns, however wide."),
)
_PRINTING = (exact_option, batch_option, dtype_option)
_TOTALLING = (_COUNTED, batch_option, dtype_option, train_option, exact_option)
_READING = (
    click.option(
        "--layout",
        type=click.Choice(["hwc", "chw"]),
        default="hwc",
        help="Order of shapes: height x width x channels, or channels first.",
    ),
    click.option(
        "--set", "values", multiple=True, metavar="C=480,r=16", help="Numbers for symbols."
    ),
    click.option(
        "--input", metavar="SHAPE", default="", help="Another input: 32x32x3; of a module 3x32x32."
    ),
    click.option("--strict", is_flag=True, help="Warnings are errors."),
)


_ASSUMING = (
    click.option(
        "--assume", multiple=True, metavar="'H = 32*h'", help="What a symbol is, to drop roundings."
    ),
)
_TIMED = (
    click.option(
        "--time", type=click.Choice(["predicted", "measured"]), help="Put time beside the MACs."
    ),
    click.option(
        "--device", default="", metavar="NAME", help="For times: h200, a100-sxm-80, ...; cpu, cuda."
    ),
    click.option(
        "--batches", default="1", metavar="1,32", help="For times: the batch sizes, each a row."
    ),
    mode_option,
    click.option("--times", metavar="FILE", help="For measured times: a store of bench."),
)


def timed(command: Command) -> Command:
    """Add the options of commands that put time beside counts."""
    return _added(command, _TIMED)


def shared(command: Command) -> Command:
    """Add the options every command has."""
    return _added(command, _SHARED)


def counting(command: Command) -> Command:
    """Add the options of commands that count."""
    return _added(command, (*_CONVENTION, *_PRINTING))


def working(command: Command) -> Command:
    """Add the options of commands that show working: exact anyway, without bytes."""
    return _added(command, _CONVENTION)


def totalling(command: Command) -> Command:
    """Add the options of commands that count totals of many variants."""
    return _added(command, _TOTALLING)


def reading(command: Command) -> Command:
    """Add the options of commands that read specs."""
    return _added(command, _READING)


def assuming(command: Command) -> Command:
    """Add the option of commands that show formulas."""
    return _added(command, _ASSUMING)


def columns_option(default: str) -> Callable[[Command], Command]:
    """Add ``--columns``, completed from the columns there are."""
    return click.option(
        "--columns",
        metavar="A,B,...",
        default=default,
        shell_complete=_complete_columns,
        help="Columns, separated by commas; `archcalc columns` lists them; `all`.",
    )


def column_keys(text: str) -> tuple[str, ...]:
    """Return the keys of a comma-separated list; ``all`` stands for every column."""
    from ..quantities import QUANTITIES, quantity, words

    if text.strip().lower() == "all":
        return tuple(column.key for column in QUANTITIES())
    return tuple(dict.fromkeys(quantity(word).key for word in words(text)))


def symbol_values(texts: tuple[str, ...]) -> dict[str, Any]:
    """Return the numbers of ``--set C=480,width=0.75``; :class:`UsageError` (E50) for others."""
    from ..arithmetic.expression import exact_number

    found: dict[str, Any] = {}
    several = re.search(r"=[\d.]+(:[\d.:]+|,[\d.]+(?=,|$))", ",".join(texts))
    if several:
        raise UsageError(
            "E50",
            f'"{several[0][1:]}" is a range, and here a symbol stands for one number',
            "compare, report, sweep and plot sweep take ranges of at least two",
        )
    for part in ",".join(texts).split(","):
        name, _, number = part.partition("=")
        if not part.strip():
            continue
        value = exact_number(number.strip())
        if value == 0 or re.fullmatch(r"-\d+([./]\d+)?", number.strip()):
            raise UsageError(
                "E50",
                f'"{part.strip()}": a symbol stands for a number above 0',
                "--set C=480,r=16 or width=0.75",
            )
        if not name.strip().isidentifier() or not value:
            raise UsageError(
                "E50", f'"{part.strip()}" is not NAME=NUMBER', "--set C=480,r=16 or width=0.75"
            )
        found[name.strip()] = value
    return found


def _added(command: Command, options: tuple[Any, ...]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


def complete_spec(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete a spec: the names of the zoo, else files."""
    from ..zoo import entries

    names = [name for name in entries() if name.startswith(incomplete)]
    return [CompletionItem(name) for name in names] or [CompletionItem(incomplete, type="file")]


def _complete_columns(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from ..quantities import keys

    done, comma, last = incomplete.rpartition(",")
    return [done + comma + key for key in keys() if key.startswith(last)]
