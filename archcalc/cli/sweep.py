"""``archcalc sweep``."""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import MissingDependency, UsageError
from .options import (
    column_keys,
    columns_option,
    complete_spec,
    mode_option,
    reading,
    shared,
    totalling,
)

if TYPE_CHECKING:
    from ..sweeping import Sweep

_ROWS = 1000  # shown unless --limit says otherwise
_MOST_JSON = 100_000
_AT_ONCE = 100_000  # rows written to csv


@click.command(short_help="Count every variant of nets over ranges of their symbols.")
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...", shell_complete=complete_spec)
@columns_option("macs,params")
@click.option("--pareto", metavar="A,B", default="", help="Only rows that no other row beats.")
@click.option("--sort", metavar="A", default="", help="By a column or symbol; -A: largest first.")
@click.option("--limit", type=click.IntRange(1), help="At most so many rows.")
@click.option("--device", default="", metavar="NAME", help="Predict times: h200, ...")
@mode_option
@totalling
@reading
@shared
def command(specs: tuple[str, ...], **options: Any) -> None:
    """Examples:

    \b
    archcalc sweep '14x14x480 | conv 1x1x(480/r) | conv 5x5x48 pad 2' --set r=2,4,8,16,32
    archcalc sweep resnet50 --input HxHx3 --set H=32:512:32 --sort macs
    archcalc sweep '56x56x16 | [conv KxKx16 same]*(n)' --set K=3:7:2,n=1:6 \\
                   --pareto macs,+receptive_field
    archcalc sweep resnet50 --input HxWx3 --set H=32:1031,W=32:1031 -o sweep.csv
    archcalc sweep 'HxHxC | dwconv 3x3 same | conv 1x1xN' --set H=56,C=64,N=32:512:32 \\
                   --device h200 --dtype bf16 --batch 32 --pareto=-N,time

    Count every combination of the values that symbols take: --set r=2,4,8 or --set r=2:64:2
    (from, to, step), one --set per symbol or several in one. The symbol batch is the batch size.
    A variant that cannot be is marked with the code of its error and the layer; it has no numbers.

    --pareto keeps the rows that no other row beats: less is better, more where a column has a
    plus (--pareto macs,+activations). --device puts a predicted time per batch beside the counts,
    with its range; the front may be about it: --pareto params,time. -o takes csv, parquet (needs
    pyarrow), json, md, html, tex; svg, png and pdf of one symbol's values, or of a front of two
    columns (needs matplotlib).
    """
    from ..comparison import unique_names
    from ..plots import FORMATS
    from ..quantities import words
    from ..readers import spec_of
    from ..sweeping import grid, page, sweep
    from ..sweeping.counting import CHUNK
    from .output import picture_asked, progress, settings_of, show

    values = grid(options["values"])
    if not values.values:
        raise UsageError("E50", "a sweep needs values", "--set r=2:64:2 or --set r=2,4,8,16")
    keys = _keys(options, values.values)
    picture = picture_asked(options, FORMATS, "sweep")
    if picture and not options["pareto"]:
        _draw(specs, keys, picture, options)
        return
    read = [spec_of(source, layout=options["layout"], input=options["input"]) for source in specs]
    chunks = -(-len(values) // CHUNK) * len(read)
    with progress(chunks) as step:
        made = sweep(
            read,
            unique_names([one.name for one in read]),
            values,
            columns=keys,
            convention=options["convention"],
            settings=settings_of(options),
            watch=step,
        )
    if options["device"]:
        made = _timed(made, options)
    if picture:
        _draw_front(made, picture, options)
        return
    if options["pareto"]:
        made = made.pareto(words(options["pareto"]))
    if options["sort"]:
        made = made.sorted(options["sort"])
    count = len(made)
    if options["limit"]:
        made = made.first(options["limit"])
    ending = _ending(options)
    if options["output"] and ending in ("csv", "parquet"):
        _save(made, options, ending)
        return
    if ending == "json" and len(made) > _MOST_JSON:
        raise UsageError("E50", f"{len(made):,} rows are too many for json", "-o sweep.csv")
    if not options["limit"] and ending not in ("json", "csv"):
        made = made.first(_ROWS)
    show(page(made, of=count, layout=options["layout"]), options)


def _keys(options: dict[str, Any], symbols: Collection[str]) -> tuple[str, ...]:
    """Return the columns, with those that the front is about."""
    from ..conventions import counted_column
    from ..quantities import words
    from ..sweeping import to_count

    counting = options["convention"]
    columns = [*column_keys(options["columns"])]
    asked = [*words(options["pareto"]), *words([options["sort"]])]
    for word in to_count(asked, symbols, options["device"]):
        known = [counted_column(key, counting).key for key in columns]
        if word not in known and counted_column(word, counting).key not in known:
            columns.append(word)
    return tuple(columns)


def _timed(made: Sweep, options: dict[str, Any]) -> Sweep:
    """Put predicted times beside the counts."""
    from ..clock.swept import EVERY, timed
    from ..latency import profile
    from .output import progress

    device = profile(options["device"])
    with progress(-(-len(made.valid) // EVERY)) as step:
        return timed(made, device, mode=options["mode"], watch=step)


def _ending(options: dict[str, Any]) -> str:
    ending = Path(options["output"] or "").suffix.lower()[1:]
    return str(options["format_"] or ending).lower()


def _draw(
    specs: tuple[str, ...], keys: tuple[str, ...], picture: str, options: dict[str, Any]
) -> None:
    """Write the plot of one symbol's values; archcalc plot sweep is the same."""
    from ..comparison import unique_names
    from ..plots import document, plot
    from .output import write
    from .plot import swept

    if options["sort"] or options["limit"] or options["device"]:
        raise UsageError("E50", "a picture shows the counts of every value", "-o sweep.csv")
    found, symbol, values = swept(specs, options)
    names = unique_names([one.graph.name for one in found])
    drawn = plot(
        "sweep", found, names, symbol=symbol, values=values, columns=keys,
        convention=options["convention"],
    )  # fmt: skip
    write(document(drawn, picture), options["output"])


def _draw_front(made: Sweep, picture: str, options: dict[str, Any]) -> None:
    """Write the plot of the variants and their front; archcalc plot pareto is the same."""
    from ..plots import document, with_convention, with_specs
    from ..plots.pareto import front_of
    from ..quantities import words
    from .output import write

    if options["sort"] or options["limit"]:
        raise UsageError("E50", "a picture shows every variant", "-o sweep.csv")
    drawn = front_of(made, words(options["pareto"]))
    drawn = with_specs(drawn, [one.spec for one in made.counters], made.names)
    write(document(with_convention(drawn, made.convention), picture), options["output"])


def _save(made: Any, options: dict[str, Any], ending: str) -> None:
    """Write all rows to a file, without making a table of them first."""
    frame = _written(made, options["layout"])
    path = options["output"]
    try:
        if ending == "parquet":
            frame.to_parquet(path, index=False)
        else:
            with open(path, "w", encoding="utf-8", newline="\n") as stream:
                for start in range(0, len(frame), _AT_ONCE):
                    part = frame.iloc[start : start + _AT_ONCE]
                    part.to_csv(stream, index=False, header=not start, lineterminator="\n")
    except ImportError:
        raise MissingDependency(
            "parquet files need pyarrow", "pip install pyarrow, or -o sweep.csv"
        ) from None
    except OSError as error:
        raise UsageError("E33", f"cannot write {path}: {error.strerror}") from None
    print(f"{len(frame):,} rows in {path}", file=sys.stderr)


def _written(made: Any, layout: str) -> Any:
    """Return the rows as a data frame in which what is no whole number is a text."""
    from ..renderers.cells import raw
    from ..renderers.csv import safe
    from ..sweeping.grid import shown
    from ..table import Cell

    frame = made.to_frame()
    units = {one.key: one.unit for one in made.quantities}
    for key in frame.columns:
        if key in units and frame[key].dtype == object:
            unit = units[key]
            frame[key] = [raw(Cell(value, unit), layout) for value in frame[key]]
        elif frame[key].dtype == object:
            frame[key] = [safe(shown(value)) for value in frame[key]]
    return frame
