"""``archcalc report``."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import UsageError
from .options import assuming, columns_option, complete_spec, counting, mode_option, reading, shared

if TYPE_CHECKING:
    from ..reporting import Files, Report
    from .variants import Variants

_TEMPLATE = ".j2"
_ENDINGS = (".md", ".html", ".tex")
_INDEX = "README.md"  # made last: it quotes the others


@click.command(short_help="Write a report that people keep: markdown, HTML, LaTeX.")
@click.argument("specs", nargs=-1, metavar="[SPEC]...", shell_complete=complete_spec)
@click.option("--title", default="", metavar="TEXT", help="The title; the nets' names otherwise.")
@columns_option("output,receptive_field,macs,params,activations")
@click.option("--reference", metavar="NAME", help="What the others are compared with (first).")
@click.option(
    "--template", metavar="FILE", help="Your own text (jinja2); a folder: a report of each."
)
@click.option("--check", is_flag=True, help="Write nothing: exit 1, with a diff, if it is stale.")
@click.option("--verify", is_flag=True, help="Check against torch now, and say so.")
@click.option("--verified", metavar="FILE", help="What `verify --format json -o FILE` found.")
@click.option("--times", metavar="FILE", default="", help="A store of bench: measured times.")
@click.option("--device", default="", metavar="NAME", help="Predict times: h200, a100-sxm-80, ...")
@click.option("--batches", default="1", metavar="1,32", help="For times: the batch sizes.")
@mode_option
@click.option("--words", is_flag=True, help="List what a template can say.")
@click.option("--stamp", is_flag=True, help="Say when it was made, and by which release.")
@click.option("--siunitx", is_flag=True, help="LaTeX: align numbers by the package siunitx.")
@counting
@reading
@assuming
@shared
@click.pass_context
def command(context: click.Context, /, specs: tuple[str, ...], **options: Any) -> None:
    """Examples:

    \b
    archcalc report googlenet -o googlenet.md
    archcalc report alexnet vgg16 resnet50 --columns params,macs,paper -o table.tex
    archcalc report resnet18 resnet50 --device h200 -o nets.html
    archcalc report --template my.md.j2 -o my.md
    archcalc report googlenet -o googlenet.md --check

    Write a cost report: specs, totals, plots, layers, the arithmetic, receptive fields, what
    other tools print, what torch says, times. The same input gives the same bytes.

    A file's ending names the format: .md (pictures go into a folder beside it, with matplotlib),
    .html (one file), .tex, .csv, .json. Without -o it is markdown, without pictures.
    """
    if options["words"]:
        from ..reporting.glossary import words_page
        from .output import show

        show(words_page(), options)
        return
    template = Path(options["template"]) if options["template"] else None
    _refuse_odd(template, options)
    if options["check"] and not options["output"]:
        raise UsageError("E51", "--check holds a file against its making", "-o report.md")
    if template and template.is_dir():
        made = _folder(template, options)
    else:
        if options["output"] and Path(options["output"]).is_dir():
            raise UsageError("E33", f"{options['output']} is a folder", "-o report.md")
        path = Path(options["output"]) if options["output"] else None
        if template and path and path.resolve() == template.resolve():
            raise UsageError("E33", f"{path} is the template itself", "-o report.md")
        made = [_made(specs, template, path, _command(context), options)]
    if options["check"]:
        sys.exit(_checked(made))
    for files, _ in made:
        _written(files, options)
    if any(code for _, code in made):
        sys.exit(1)


def _refuse_odd(template: Path | None, options: dict[str, Any]) -> None:
    """Refuse what could only mislead; say which options have no effect."""
    if options["check"] and options["stamp"]:
        raise UsageError("E50", "a stamp is another one every day: --check cannot hold it", "")
    if options["batches"] != "1" and not (options["device"] or options["times"] or template):
        print("note: --batches is for times: --device h200, or --times FILE", file=sys.stderr)
    if template is None or template.is_dir():
        return
    own = Path(template.name.removesuffix(_TEMPLATE)).suffix.lower()
    wanted = Path(options["output"] or "").suffix.lower()
    if options["format_"]:
        raise UsageError("E50", "a template has its own format", "no --format")
    if own in _ENDINGS and wanted in _ENDINGS and own != wanted:
        raise UsageError(
            "E51",
            f"{template.name} writes {own} and {options['output']} ends in {wanted}",
            f"-o {Path(options['output']).with_suffix(own)}",
        )


def _folder(folder: Path, options: dict[str, Any]) -> list[tuple[Files, int]]:
    """Make a report of every template in a folder, in the folder of ``-o``; the index last.

    Each is written as soon as it is made, so that the index can quote the others.
    """
    from ..reporting import save
    from .output import progress

    names = sorted(path.name for path in folder.glob(f"*{_TEMPLATE}"))
    if not names:
        raise UsageError("E33", f"no templates ({_TEMPLATE}) in {folder}", "bottleneck.md.j2")
    if not options["output"]:
        raise UsageError("E51", "reports of a folder go to a folder", "-o reports")
    target = Path(options["output"])
    names.sort(key=lambda name: name.removesuffix(_TEMPLATE) == _INDEX)
    made = []
    with progress(len(names)) as step:
        for name in names:
            step(name)
            path = target / name.removesuffix(_TEMPLATE)
            words = ["archcalc", "report", "--template", f"{folder / name}", "-o", f"{path}"]
            files, code = _made((), folder / name, path, shlex.join(words), options)
            if not options["check"]:
                save(files)
            made.append((files, code))
    return made


def _made(
    specs: Sequence[str],
    template: Path | None,
    path: Path | None,
    command: str,
    options: dict[str, Any],
) -> tuple[Files, int]:
    """Make a report; return it with 1 where one of its nets breaks a budget of its own, else 0."""
    from ..reporting import made
    from .output import budget_code, width_of
    from .variants import variants

    if template and not template.is_file():
        raise UsageError("E33", f"cannot read {template}: no such file", "--template FILE")
    name = _format(path, template, options)
    shown = variants(tuple(specs), options)
    one = _report(shown, template, command, options)
    files = made(
        one,
        name,
        path,
        siunitx=options["siunitx"],
        exact=options["exact"],
        width=width_of(options, options["output"]),
    )
    if missing := one.vocabulary.gallery.missing:
        if options["check"]:
            from ..errors import MissingDependency

            raise MissingDependency("plots cannot be checked without matplotlib", missing)
        if not options["quiet"]:
            print(f"note: plots are left out, their tables are not: {missing}", file=sys.stderr)
    return files, budget_code(shown.analyses, one.names, options)


def _report(
    shown: Variants,
    template: Path | None,
    command: str,
    options: dict[str, Any],
) -> Report:
    from ..comparison import position_of
    from ..reporting import Asked, report_of
    from .pace import batch_sizes

    found, names, sources, left_out = shown
    reference = options["reference"]
    asked = Asked(
        title=options["title"],
        columns=_columns(options["columns"]),
        reference=0 if reference is None else position_of(reference, names),
        counting=options["convention"],
        layout=options["layout"],
        train=options["train"],
        template=template,
        command=command,
        stamp=_stamp() if options["stamp"] else "",
        verified=_verified(found, names, options),
        times=options["times"],
        device=options["device"],
        dtype=found[0].settings.dtype if found else "float32",
        batches=batch_sizes(options["batches"]),
        mode=options["mode"],
        exact=options["exact"],
        remarks=left_out,
    )
    return report_of(found, asked, names, sources)


def _format(path: Path | None, template: Path | None, options: dict[str, Any]) -> str:
    """Return the format: as asked, by the ending, else markdown; a template's is its own."""
    from ..renderers import format_named, format_of

    if options["format_"]:
        return format_named(options["format_"])
    if path is None or template is not None:
        return "markdown"
    return format_of(f"{path}")


def _columns(text: str) -> tuple[str, ...]:
    """Return the keys of the columns; ``paper`` and ``published`` are what the sources print."""
    from ..quantities import words
    from ..reporting.tables import PUBLISHED, PUBLISHED_NAMES
    from .options import column_keys

    found: list[str] = []
    for part in words(text):
        found += [PUBLISHED] if part.lower() in PUBLISHED_NAMES else column_keys(part)
    return tuple(dict.fromkeys(found))


def _verified(found: Sequence[Any], names: Sequence[str], options: dict[str, Any]) -> Any:
    """Return what torch says: from a file, or found out now."""
    from ..reporting.evidence import Verified

    if options["verified"]:
        return Verified.read(Path(options["verified"]))
    if not options["verify"]:
        return None
    from ..verification import page, require_torch, verify
    from .output import progress

    require_torch()
    with progress(len(found)) as step:
        checked = []
        for analysis, name in zip(found, names, strict=True):
            step(name)
            checked.append(verify(analysis, name))
    return Verified(page(checked).data())


def _stamp() -> str:
    from datetime import date

    from .. import __version__

    return f"on {date.today().isoformat()} with archcalc {__version__}"


def _command(context: click.Context) -> str:
    """Return the command line that makes the report: what was given, without ``--check``."""
    given: list[str] = []
    specs: list[str] = []
    for parameter in context.command.params:
        name = parameter.name or ""
        source = context.get_parameter_source(name)
        if source is None or source.name != "COMMANDLINE" or name in ("check", "quiet", "verbose"):
            continue
        value = context.params[name]
        if isinstance(parameter, click.Argument):
            specs += list(value)
            continue
        flag = max(parameter.opts, key=len) if name != "output" else "-o"
        for one in value if isinstance(value, tuple) else (value,):
            given += [flag] if one is True else [flag, f"{one}"]
    return shlex.join(["archcalc", "report", *specs, *given])


def _checked(made: Sequence[tuple[Files, int]]) -> int:
    """Print what is stale; return the exit code."""
    from ..reporting import differences

    stale = 0
    for files, _ in made:
        found = differences(files)
        stale += bool(found)
        for text in found:
            print(text)
    word = "report" if len(made) == 1 else "reports"
    if stale:
        print(f"{stale} of {len(made)} {word} stale; without --check they are made anew")
    else:
        print(f"{len(made)} {word} up to date")
    return int(bool(stale))


def _written(files: Files, options: dict[str, Any]) -> None:
    from ..reporting import save

    if options["output"] is None:
        sys.stdout.write(files.text)
    else:
        save(files)
