"""``archcalc fmt``."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import click

from ..errors import UsageError
from ..renderers.table import folded
from ..table import Page, SpecText
from .options import complete_spec, shared


@click.command(short_help="Print a spec in canonical form, with every default written out.")
@click.argument("spec", shell_complete=complete_spec)
@click.option("--short", is_flag=True, help="Leave out what is a default.")
@click.option("--check", is_flag=True, help="Print nothing; exit 1 if it is not canonical.")
@click.option("--inline", is_flag=True, help="One line of text, also of a YAML spec.")
@click.option("--yaml", "as_yaml", is_flag=True, help="A YAML spec, also of a line of text.")
@click.option("--input", metavar="SHAPE", default="", help="Input of a torch module: 3x224x224.")
@click.option(
    "--layout", type=click.Choice(["hwc", "chw"]), default="hwc", help="Order of the input."
)
@shared
def command(spec: str, **options: Any) -> None:
    """Example:

    \b
    archcalc fmt '224x224x3 -> 7x7 conv, 64, /2 -> maxpool 3x3 /2'
    archcalc fmt net.arch --short
    archcalc fmt net.yaml -o net.yaml
    archcalc fmt resnet50 --inline

    Print a spec in canonical form, with every default written out.

    A YAML file keeps its layout and comments; only its stages are rewritten.
    """
    from ..notation.format import inlined, stages
    from ..notation.yaml_text import formatted, to_yaml
    from ..readers import read, spec_of
    from ..readers.stored import text_of
    from ..readers.torch import reads as is_code
    from ..transcription import transcribed
    from .output import show, write

    if options["inline"] and options["as_yaml"]:
        raise UsageError("E50", "--inline and --yaml are two forms", "one of them")
    text = spec if is_code(spec) else text_of(spec)
    if is_code(spec):
        parsed = transcribed(read(spec, input=options["input"]))
    else:
        parsed = spec_of(spec, layout=options["layout"], fragment=True)
    parts = stages(inlined(parsed), full=not options["short"])
    line = " | ".join(parts)
    is_file = parsed.is_yaml and text is not spec and not options["as_yaml"]
    if options["inline"] or not (options["as_yaml"] or parsed.is_yaml):
        laid_out = on_lines(parts, line) + "\n"
    elif is_file:
        laid_out = formatted(text, spec, full=not options["short"])
    else:
        kept = parsed.published if text is not spec else ()  # of the zoo's net, not of yours
        laid_out = to_yaml(replace(parsed, published=kept))
    if options["check"]:
        sys.exit(0 if text.strip() == laid_out.strip() else 1)
    path = options["output"]
    if options["format_"] is None and path is None:
        print(laid_out, end="")
    elif options["format_"] is None and path.endswith((".yaml", ".yml", ".arch")):
        write(laid_out, path)
    else:
        data = {"schema": 1, "spec": line, "stages": list(parts)}
        show(Page((SpecText("", parts),), lambda: data), options)


def on_lines(parts: tuple[str, ...], line: str) -> str:
    """Return a spec on one line, or with a line for each stage where that is too long."""
    if len(line) <= 80:
        return line
    lines = [parts[0], *(f"  | {part}" for part in parts[1:])]
    return "\n".join(piece for one in lines for piece in folded(one, 6, 80))
