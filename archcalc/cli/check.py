"""``archcalc check``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import click

from ..errors import UsageError
from .options import shared


@click.command(short_help="Mark homework, or check the numbers in a note.")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path())
@click.option("--key", "key_path", metavar="KEY", help="The key: a YAML file with questions.")
@click.option("--lint", metavar="KEY", help="Print a key's expected answers and its mistakes.")
@click.option("--report", metavar="FILE", help="Also write the report of the class.")
@click.option("--out-dir", metavar="DIR", help="Also write each student's feedback, as markdown.")
@click.option("--no-hints", is_flag=True, help="Right or not yet, and nothing else.")
@click.option("--each", is_flag=True, help="Every sheet's marks instead of the class summary.")
@click.option("--encoding", default="", metavar="NAME", help="Of the files: cp949, latin-1, ...")
@click.option("--all", "every", is_flag=True, help="In notes: list what is unclear or cut off too.")
@click.option("-w", "--wide", is_flag=True, help="All columns, however wide.")
@shared
def command(files: tuple[str, ...], **options: Any) -> None:
    """Examples:

    \b
    archcalc check --lint hw3.key.yaml
    archcalc check --key hw3.key.yaml lee.md
    archcalc check --key hw3.key.yaml subs -o marks.csv --report class.md
    archcalc check NOTES.md

    Mark answers against a key: right, not yet or could not read, and which slip gives the
    number. Answers are text, markdown, csv, yaml, json or notebooks; a folder stands for its
    files. Without a key, check the claims that a note makes about its specs.

    \b
    --format gradescope or prairielearn writes the result file of one
    submission, with exit code 0. Else the exit code is 1 where something is
    wrong or could not be read.
    """
    from ..homework.results import GRADERS

    if options["lint"]:
        sys.exit(_lint(options))
    if not files:
        raise click.UsageError("Missing argument 'FILE...', or --lint KEY.")
    if not options["key_path"]:
        sys.exit(_notes(files, options))
    sys.exit(_mark(files, options, options["format_"] if options["format_"] in GRADERS else ""))


def _lint(options: dict[str, Any]) -> int:
    from ..homework.key import read_key
    from ..homework.pages import key_page
    from ..homework.pages.keys import warnings
    from .output import show

    key = read_key(options["lint"])
    show(key_page(key), options)
    return int(bool(warnings(key)))


def _notes(files: tuple[str, ...], options: dict[str, Any]) -> int:
    from ..homework.answers.files import text_of
    from ..homework.notes import check_notes, notes_page
    from .output import show

    checked = [check_notes(text_of(path, options["encoding"]), path) for path in files]
    show(notes_page(checked, every=options["every"]), options)
    return int(not all(one.holds for one in checked))


def _mark(files: Sequence[str], options: dict[str, Any], grader: str) -> int:
    from ..homework.key import read_key
    from ..homework.marking import mark_files, sheets_in
    from ..homework.pages import class_page, report_page, sheet_page
    from ..renderers import format_of, render
    from ..renderers.html import document
    from .output import progress, show, write

    for path in (options["report"], None if grader else options["output"]):
        if path:
            format_of(path)  # an ending that means nothing is said before the work
    key = read_key(options["key_path"])
    own = (options["key_path"], options["output"], options["report"])
    files, passed = sheets_in(files, own)
    with progress(len(files)) as step:
        found = mark_files(key, files, encoding=options["encoding"], progress=step)
    writes = any(options[name] for name in ("output", "report", "out_dir"))
    if writes and found.failed and not found.sheets:
        raise found.failed[0].error  # nothing to write, and nothing written before is lost
    if passed and not options["quiet"]:
        names = ", ".join(passed[:6]) + (", ..." if len(passed) > 6 else "")
        print(f"note: not answers, passed over: {names}", file=sys.stderr)
    if options["no_hints"]:
        found = replace(found, sheets=tuple(one.without_hints() for one in found.sheets))
    written = [*_out_dir(found, options["out_dir"])]
    if grader:
        _results(found, grader, options["output"])
        return 0
    single = options["each"] or len(found.sheets) + len(found.failed) == 1
    if options["report"]:
        report = report_page(found)
        kind = format_of(options["report"])
        text = render(report, kind)
        write(document(text, key.title) if kind == "html" else text, options["report"])
        written.append(options["report"])
    page = sheet_page(found) if single else class_page(found)
    if options["output"]:
        show(page, options)
        written.insert(0, options["output"])
        show(page, {**options, "output": None, "format_": None})
    else:
        show(page, options)
    if written and not options["quiet"] and (options["output"] or not options["format_"]):
        print(f"wrote {', '.join(written)}")
    return int(not found.is_right)


def _out_dir(found: Any, folder: str | None) -> list[str]:
    """Write each student's feedback into a folder."""
    if not folder:
        return []
    from pathlib import Path

    from ..homework.marking import Class
    from ..homework.pages import sheet_page
    from ..renderers import render
    from .output import write

    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError("E33", f"cannot write {folder}: {error.strerror}") from None
    taken: set[str] = set()
    for marked in found.sheets:
        stem = "".join(c if c.isalnum() or c in "-_." else "_" for c in marked.sheet.name)[:100]
        stem = stem.removesuffix(".md")
        name, number = f"{stem}.feedback.md", 1
        while name in taken:
            number += 1
            name = f"{stem}.{number}.feedback.md"
        taken.add(name)
        page = sheet_page(Class(found.key, (marked,)))
        write(render(page, "markdown"), str(Path(folder) / name))
    return [f"{len(taken)} files in {folder}"]


def _results(found: Any, grader: str, path: str | None) -> None:
    from ..homework.results import results_text
    from .output import write

    if found.failed:
        raise found.failed[0].error
    if len(found.sheets) != 1:
        count = len(found.sheets)
        raise UsageError(
            "E50", f"{grader} takes one submission, not {count}", "one run for each file"
        )
    text = results_text(found.key, found.sheets[0], grader)
    if path:
        write(text, path)
    else:
        sys.stdout.write(text)
