"""``archcalc plot``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from ..analysis import Analysis
from ..errors import SpecError, UsageError
from .options import complete_spec, mode_option, reading, shared, working

_MOST_VALUES = 1000
_CHOSEN = (
    "columns", "convention", "reference", "device", "dtype", "batch", "batches", "mode", "times",
)  # fmt: skip


def _complete_kind(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from ..plots import kinds, meaning

    return [CompletionItem(k, help=meaning(k)) for k in kinds() if k.startswith(incomplete)]


class _Command(click.Command):
    """A command whose help lists the kinds, from their files."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from ..plots import kinds, meaning

        with formatter.section("Kinds"):
            formatter.write_dl([(kind, meaning(kind)) for kind in kinds()])


@click.command(
    cls=_Command, short_help="Draw nets: cost by stage or depth, fields, times, sweeps, ..."
)
@click.argument("kind", shell_complete=_complete_kind)
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...", shell_complete=complete_spec)
@click.option("--columns", metavar="A,B", default="", help="What is drawn: macs, params, ...")
@click.option("--reference", metavar="NAME", default="", help="What the others are compared with.")
@click.option("--device", default="", metavar="NAME", help="h200, ...: for predicted times.")
@click.option("--times", metavar="FILE", default="", help="A store of bench: measured times.")
@click.option("--dtype", default="float32", metavar="TYPE", help="Number format, for times.")
@click.option("--batch", type=click.IntRange(1), default=1, help="Batch size, for the roofline.")
@click.option("--batches", default="1", metavar="1,32", help="Batch sizes, for time.")
@mode_option
@working
@reading
@shared
def command(kind: str, specs: tuple[str, ...], **options: Any) -> None:
    """Examples:

    \b
    archcalc plot stages resnet50 vgg16 -o stages.svg
    archcalc plot depth googlenet --columns macs,params -o depth.png
    archcalc plot field vgg16 resnet50 -o field.pdf
    archcalc plot time alexnet vgg16 --device h200 -o time.svg
    archcalc plot sweep '14x14x480 | conv 1x1x(480/r) | conv 5x5x48 pad 2' \\
                        --set r=2:60:2 -o sweep.svg
    archcalc plot pareto '56x56x16 | [conv KxKx16 same]*(n)' --set K=3:7:2,n=1:6 \\
                         --columns macs,+receptive_field -o front.svg

    Draw nets. A file that ends in .svg, .png or .pdf gets the plot; without one its table is
    shown, which holds every number drawn. A sweep takes --set r=2:64:2 (from, to, step) or
    --set r=2,4,8; a Pareto front takes several symbols, and --columns params,time of a --device.

    Plots need matplotlib; their tables do not.
    """
    from ..comparison import unique_names
    from ..plots import FORMATS, document, options_of, plot, with_convention
    from ..plots.page import page
    from .output import picture_asked, show, write

    taken = options_of(kind)
    _refuse_others(kind, taken)
    format = picture_asked(options, FORMATS, "plot")
    chosen: dict[str, Any] = {}
    if "symbol" in taken:
        found, symbol, values = swept(specs, options)
        chosen |= {"symbol": symbol, "values": values}
    elif "grid" in taken:
        found, chosen["grid"] = varied(specs, options)
    else:
        found = _read(specs, options)
    names = unique_names([one.graph.name for one in found])
    chosen |= {key: options[key] for key in taken if key in _CHOSEN and options[key]}
    if "batches" in chosen:
        from .pace import batch_sizes

        chosen["batches"] = batch_sizes(options["batches"])
    made = plot(kind, found, names, **chosen)
    if "convention" in taken:
        made = with_convention(made, options["convention"])
    if format:
        write(document(made, format), options["output"])
        return
    show(page(made, options["layout"]), options)


def _refuse_others(kind: str, taken: tuple[str, ...]) -> None:
    """Raise :class:`UsageError` (E50) for an option that says nothing about this kind."""
    context = click.get_current_context()
    for name in _CHOSEN:
        given = context.get_parameter_source(name) is not ParameterSource.DEFAULT
        if given and name not in taken:
            known = ", ".join(f"--{one}" for one in _CHOSEN if one in taken) or "none of these"
            raise UsageError("E50", f"plot {kind} has no use for --{name}", f"it takes {known}")


def _read(specs: tuple[str, ...], options: dict[str, Any]) -> list[Analysis]:
    from .output import analyses

    return analyses(specs, {**options, "batch": 1, "dtype": "float32"})


def swept(
    specs: tuple[str, ...], options: dict[str, Any]
) -> tuple[list[Analysis], str, tuple[Any, ...]]:
    """Return the nets at the first value that fits all, the symbol that is swept, its values."""
    symbol, values, rest = swept_values(options["values"])
    sets = ((*rest, f"{symbol}={value}") for value in values)
    return _fitting(specs, sets, options), symbol, values


def varied(
    specs: tuple[str, ...], options: dict[str, Any]
) -> tuple[list[Analysis], dict[str, Sequence[Any]]]:
    """Return the nets at the first combination of values that fits all, and the values.

    Errors: :class:`UsageError` (E50) where no symbol has several values.
    """
    from ..sweeping import grid

    made = grid(options["values"])
    if len(made) < 2:
        raise UsageError("E50", "a front is over several values", "--set r=2:64:2 or --set r=2,4,8")
    sets = (
        tuple(f"{name}={value}" for name, value in made.at(i).items() if name != "batch")
        for i in range(min(len(made), _MOST_VALUES))
    )
    return _fitting(specs, sets, options), dict(made.values)


def _fitting(
    specs: tuple[str, ...], sets: Iterable[tuple[str, ...]], options: dict[str, Any]
) -> list[Analysis]:
    """Return the nets with the first numbers for symbols that fit all; the first error if none."""
    first: SpecError | None = None
    for there in sets:
        try:
            return _read(specs, {**options, "values": there})
        except SpecError as error:
            first = first or error
    assert first is not None  # there are values
    raise first


def swept_values(texts: tuple[str, ...]) -> tuple[str, tuple[Any, ...], tuple[str, ...]]:
    """Return the symbol of ``--set`` with several values, these, and the rest as it was given.

    Errors: :class:`UsageError` (E50) where no symbol has several values, or two have.

    >>> swept_values(("C=480,r=2:8:2",)), swept_values(("r=2,4,8,C=480",))
    (('r', (2, 4, 6, 8), ('C=480',)), ('r', (2, 4, 8), ('C=480',)))
    """
    from ..sweeping import grid

    given = grid(texts).values
    several = [name for name, values in given.items() if len(values) > 1]
    if len(several) != 1:
        names = ", ".join(name[:20] for name in several)
        raise UsageError(
            "E50",
            f"a sweep is over one symbol, not over {names or 'none'}",
            "--set r=2:64:2 (from, to, step) or --set r=2,4,8,16",
        )
    (symbol,) = several
    if len(given[symbol]) > _MOST_VALUES:
        raise UsageError("E50", f"{symbol} has more than {_MOST_VALUES} values")
    rest = tuple(f"{name}={value}" for name, (value, *_) in given.items() if name != symbol)
    return symbol, tuple(sorted(given[symbol])), rest
