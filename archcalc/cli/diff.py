"""``archcalc diff``."""

from __future__ import annotations

import sys
from typing import Any

import click

from .options import column_keys, columns_option, complete_spec, counting, reading, shared


@click.command(short_help="Show what changed against a base; hold nets to budgets.")
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...", shell_complete=complete_spec)
@click.option("--base", metavar="REF|FILE", help="A git commit, or saved JSON (FILE.json).")
@click.option(
    "--fail-if",
    "conditions",
    multiple=True,
    metavar="'macs > +2%'",
    help="What is too much: more than the base by 2%, or 'params > 3.5M'.",
)
@click.option("--step-summary", is_flag=True, help="Append to the file $GITHUB_STEP_SUMMARY.")
@click.option("--comment-file", metavar="FILE", help="Write the text of a pull request comment.")
@columns_option("macs,params")
@counting
@reading
@shared
def command(specs: tuple[str, ...], **options: Any) -> None:
    """Examples:

    \b
    archcalc diff old.yaml new.yaml
    archcalc diff --base origin/main models/*.yaml --fail-if 'macs > +2%'
    archcalc summary resnet50 --format json -o base.json
    archcalc diff --base base.json resnet50 --input 256x256x3

    Show what changed: layers added, removed, renamed and changed, and the totals. Without --base
    the first SPEC is compared with the second, and the first may be saved JSON.

    Budgets stand in a spec (budget:), in pyproject.toml ([tool.archcalc.budget], for one net
    [tool.archcalc.budget.NET]) or in --fail-if. The exit code is 1 where one is broken, or where
    nobody knows; what only changed is no failure. --format github writes annotations.
    """
    from pathlib import Path

    from ..changes.annotations import annotated
    from ..changes.comment import append_summary, comment
    from ..changes.difference import COUNTED
    from ..changes.page import difference_page, over_text
    from ..changes.reading import differences
    from ..quantities import quantity
    from .options import symbol_values
    from .output import analyses, format_asked, settings_of, show, write

    columns = column_keys(options["columns"])
    if options["columns"].strip().lower() == "all":
        columns = tuple(key for key in columns if quantity(key).unit in COUNTED)
    found = differences(
        specs,
        lambda sources: analyses(sources, options),
        base=options["base"] or "",
        conditions=options["conditions"],
        columns=columns,
        settings=settings_of(options),
        convention=options["convention"],
        layout=options["layout"],
        values=symbol_values(options["values"]),
        input=options["input"],
        folder=Path.cwd(),
    )
    written = None
    asked = format_asked(options) if options["format_"] != "github" else "github"
    if asked == "github":
        written = annotated(found)
    elif asked == "markdown":
        written = comment(found)
    if written is None:
        show(difference_page(found, exact=options["exact"]), options)
    else:
        write(written, options["output"])
    if options["comment_file"]:
        write(comment(found, marked=True), options["comment_file"])
    if options["step_summary"]:
        append_summary(comment(found))
    unsaid = options["quiet"] or options["output"] or asked in ("csv", "json")
    for net, held in found.broken if unsaid else ():
        print(over_text(net, held), file=sys.stderr)
    if found.broken:
        sys.exit(1)
