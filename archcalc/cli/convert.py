"""``archcalc convert``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from ..errors import UsageError, printable
from ..table import Page, SpecText, Text
from .options import shared


@click.command(short_help="Turn a file of Caffe, darknet, Keras or ONNX into a spec.")
@click.argument("file", type=click.Path())
@click.option(
    "--from",
    "format",
    metavar="FORMAT",
    default="",
    help="The format, where the file does not tell.",
)
@click.option("--input", metavar="SHAPE", default="", help="The input where the file has none.")
@click.option(
    "--layout", type=click.Choice(["hwc", "chw"]), default="hwc", help="Order of --input."
)
@click.option("--yaml", "as_yaml", is_flag=True, help="A YAML spec instead of lines of text.")
@shared
def command(file: str, **options: Any) -> None:
    """Examples:

    \b
    archcalc convert deploy.prototxt
    archcalc convert yolov3-tiny.cfg -o yolo.yaml
    archcalc convert model.json --from keras --input 224x224x3
    archcalc convert net.onnx | archcalc summary -

    Turn a file of another program into a spec that gives the same numbers.

    Formats: caffe (prototxt), darknet (cfg), keras (JSON), onnx, timm (block strings) and vgg
    (lists of layers). A layer that the notation has no word for is an error, never left out;
    what has to be known about a conversion stands in comments above the spec.
    """
    from .. import __version__
    from ..converting import converted
    from ..converting.base import Given, channels_last
    from ..converting.files import opened
    from ..notation.format import stages
    from ..notation.parser import parse_input
    from ..notation.yaml_text import to_yaml
    from .fmt import on_lines
    from .output import show, write

    text, data = opened(file)
    shape = None
    if options["input"]:
        sizes = [size for size in parse_input(options["input"], "--input") if isinstance(size, int)]
        if len(sizes) < options["input"].count("x") + 1:
            raise UsageError("E28", f"--input {options['input']} needs numbers", "224x224x3")
        shape = tuple(sizes) if options["layout"] == "chw" else channels_last(sizes)
    found = converted(Given(file, text, data, shape), options["format"])
    spec = found.spec
    parts = stages(spec, full=False)
    line = " | ".join(parts)
    path, name = options["output"], options["format_"]
    if name is not None or (path and not path.endswith((".yaml", ".yml", ".arch"))):
        notes = tuple(Text(note, "note") for note in found.notes)
        document = {
            "schema": 1,
            "archcalc": __version__,
            "format": found.format,
            "spec": line,
            "stages": list(parts),
            "notes": list(found.notes),
        }
        show(Page((SpecText("", parts), *notes), lambda: document), options)
        return
    if options["as_yaml"] or (path and not path.endswith(".arch")):
        made = to_yaml(replace(spec, origin=f"{file} ({found.format})"))
    else:
        made = on_lines(parts, line) + "\n"
    remarks = () if options["quiet"] else found.notes
    write("".join(map(_comment, remarks)) + made, path)


def _comment(note: str) -> str:
    """Return a note as lines of comment."""
    import textwrap

    text = printable(note)
    return textwrap.fill(text, 80, initial_indent="# ", subsequent_indent="#   ") + "\n"
