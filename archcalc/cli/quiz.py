"""``archcalc quiz``."""

from __future__ import annotations

import re
import sys
from pathlib import PurePath
from typing import Any

import click

from ..errors import UsageError
from .options import complete_spec, reading, shared

_MOST_STUDENTS = 1_000
_STUDENT = re.compile(r"[^\W_](?:[\w.-]{0,58}[^\W_])?")


@click.command(short_help="Make questions with answers to choose from, another set per student.")
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...", shell_complete=complete_spec)
@click.option("--seed", type=int, default=0, metavar="N", help="Another number, another quiz.")
@click.option("--questions", type=int, metavar="N", help="How many, at most; default 10.")
@click.option("--choices", type=int, default=4, metavar="N", help="Per question; 0: all open.")
@click.option(
    "--students", metavar="A,B,...", default="", help="A quiz for each: kim,lee,... or a number."
)
@click.option("--vary", is_flag=True, help="Other sizes, channels and kernels for each student.")
@click.option("--key-out", metavar="FILE", help="Write the key that marks it (YAML).")
@click.option("--sheet-out", metavar="FILE", help="Write the sheet to hand out (markdown).")
@reading
@shared
def command(specs: tuple[str, ...], **options: Any) -> None:
    """Examples:

    \b
    archcalc quiz '224x224x3 | conv 7x7x64 s2 pad 3' --seed 7
    archcalc quiz naive.arch bottleneck.arch --questions 8 --format json
    archcalc quiz net.arch --students 30 --vary \\
                  --key-out quiz.key.yaml --sheet-out quiz.md

    Make questions about specs, with the right answer and wrong ones that common slips give.

    The same seed, student and spec give the same quiz; every student has another one. Of several
    students each has a key and a sheet of their own, such as quiz-kim.md; `archcalc check` marks
    a sheet that was filled in by its key. Where files are written, nothing is printed unless a
    format is asked for.

    Formats: markdown (with the answers folded away), json, table, csv, plain or html.
    """
    from ..homework.quiz import Material, draw, texts
    from .output import analyses, progress

    names = _students(options["students"])
    graphs = [one.graph for one in analyses(specs, {**options, "train": False})]
    material = Material(texts(graphs, specs), options["layout"])
    wanted = 10 if options["questions"] is None else options["questions"]
    quizzes = []
    with progress(len(names)) as step:
        for name in names:
            step(name)
            made = draw(
                material,
                seed=options["seed"],
                student=name,
                questions=wanted,
                choices=options["choices"],
                vary=options["vary"],
            )
            quizzes.append(made)
    fewest = min(len(quiz.items) for quiz in quizzes)
    if options["questions"] and fewest < wanted and not options["quiet"]:
        print(f"note: only {fewest} questions can be asked, not {wanted}", file=sys.stderr)
    _write_files(quizzes, options)
    if options["format_"] or options["output"] or not (options["key_out"] or options["sheet_out"]):
        _print(quizzes, options)


def _students(text: str) -> list[str]:
    """Return the names of the students; numbers of equal width where only a number is given."""
    given = text.strip()
    if not given:
        return [""]
    if given.isascii() and given.isdigit():
        count = int(given[:9])
        if not 1 <= count <= _MOST_STUDENTS:
            fact = f"1 to {_MOST_STUDENTS:,} students, not {given[:20]}"
            raise UsageError("E48", fact, "--students 30")
        return [f"{number:0{max(2, len(str(count)))}d}" for number in range(1, count + 1)]
    names = [part.strip() for part in given.split(",") if part.strip()]
    for name in names:
        if not _STUDENT.fullmatch(name):
            fact = f'"{name[:40]}" is no name for a file'
            raise UsageError("E48", fact, "letters, digits, - and _: --students kim,lee")
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise UsageError("E48", f"{twice} appears twice in --students", "a name for each")
    if not names or len(names) > _MOST_STUDENTS:
        raise UsageError("E48", f"1 to {_MOST_STUDENTS:,} students", "--students kim,lee")
    return names


def _write_files(quizzes: list[Any], options: dict[str, Any]) -> None:
    from ..homework.quiz import sheet_text
    from .output import write

    for quiz in quizzes:
        if options["key_out"]:
            write(quiz.key_text, _own(options["key_out"], quiz.student))
        if options["sheet_out"]:
            write(sheet_text(quiz), _own(options["sheet_out"], quiz.student))


def _own(path: str, student: str) -> str:
    """Return a student's own file.

    >>> _own("out/quiz.key.yaml", "kim"), _own("quiz.md", "")
    ('out/quiz-kim.key.yaml', 'quiz.md')
    """
    if not student:
        return path
    file = PurePath(path)
    stem, dot, ending = file.name.partition(".")
    return str(file.with_name(f"{stem}-{student}{dot}{ending}"))


def _print(quizzes: list[Any], options: dict[str, Any]) -> None:
    from ..homework.quiz import page, quiz_text
    from ..renderers import format_of
    from .output import show, write

    path = options["output"]
    name = options["format_"] or (format_of(path) if path else "markdown")
    if name not in ("markdown", "md"):
        show(page(quizzes), {**options, "format_": name})
    elif path:
        write(quiz_text(quizzes), path)
    else:
        sys.stdout.write(quiz_text(quizzes))
