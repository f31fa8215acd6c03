"""From a page to a stream or a file, and from sources to analyses."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..analysis import Analysis, Settings, walk
from ..errors import Problem, SpecError, UsageError
from ..expansion import no_symbol
from ..figures import budget
from ..notation.free import symbols
from ..readers import read
from ..readers.torch import reads as is_code
from ..renderers import format_of, render
from ..table import Block, Page, SpecText, Text
from .options import symbol_values


def analyses(sources: tuple[str, ...], options: dict[str, Any]) -> list[Analysis]:
    """Read and walk every source; warnings go to standard error.

    A value of ``--set`` has to be a symbol of at least one source.
    """
    values = _values(options)
    settings = settings_of(options)
    found = []
    code = [source for source in sources if is_code(source)]
    if options["input"] and 0 < len(code) < len(sources):
        raise UsageError(
            "E52",
            "--input is channels first for a module and HxWxC for a spec",
            f"{code[0]}@{options['input']}",
        )
    for source in sources:
        graph = read(
            source,
            values,
            layout=options["layout"],
            input=options["input"],
            unused=True,
            train=settings.train,
        )
        found.append(walk(graph, settings))
    for name in values:
        if not any(name in analysis.graph.values for analysis in found):
            specs = [analysis.graph.spec for analysis in found]
            raise no_symbol(
                name, {one for spec in specs if spec for one in symbols(spec)}, "any spec"
            )
    warn([w for analysis in found for w in analysis.graph.warnings], options)
    return found


def settings_of(options: dict[str, Any]) -> Settings:
    """Return what a command line says of batch, number format and training."""
    return Settings(options.get("batch", 1), options.get("dtype", "float32"), options["train"])


def _values(options: dict[str, Any]) -> dict[str, Any]:
    """Return what ``--set`` and ``--assume`` put in for symbols."""
    numbers = symbol_values(options["values"])
    if not options.get("assume"):
        return numbers
    from ..formulas import behind, stated

    values = stated(options["assume"], numbers)
    inner = behind(options["assume"])
    return {**values, **{name: n for name, n in numbers.items() if name not in inner}}


def budget_code(found: Sequence[Analysis], names: Sequence[str], options: dict[str, Any]) -> int:
    """Return exit code 1 where a net breaks, or may break, a limit that its own spec sets.

    Where what is printed does not say so, standard error does.
    """
    from ..remarks import budget_notes

    broken = False
    for analysis, name in zip(found, names, strict=True):
        lines = budget_notes(analysis, name)
        verdicts = [checked.verdict for checked in budget(analysis)]
        for line, verdict in zip(lines, verdicts, strict=True):
            if verdict != "within":
                broken = True
                unsaid = format_asked(options) in ("csv", "json")
                if options["quiet"] or unsaid or options["output"]:
                    print(line.text, file=sys.stderr)
    return int(broken)


def on_terminal(options: dict[str, Any]) -> bool:
    """Tell whether a table goes to a terminal."""
    return format_asked(options) == "table" and not options["output"] and sys.stdout.isatty()


def format_asked(options: dict[str, Any]) -> str:
    """Return the format asked for."""
    path = options["output"]
    name: str = options["format_"] or (format_of(path) if path else "table")
    return name


def picture_asked(options: dict[str, Any], formats: Sequence[str], stem: str) -> str:
    """Return which of the formats of pictures is asked for, or nothing where none is.

    Errors: :class:`UsageError` (E51), with a file's name of that ``stem``, for a picture that is
    no text and has no file to go to.
    """
    path, name = options["output"], (options["format_"] or "").lower()
    ending = Path(path).suffix.lower()[1:] if path and not name else name
    if ending not in formats:
        return ""
    if ending != "svg" and path is None:
        raise UsageError("E51", f"a {ending} goes to a file", f"-o {stem}.{ending}")
    return str(ending)


def warn(warnings: list[Problem], options: dict[str, Any]) -> None:
    """Print warnings to standard error, or raise them under ``--strict``.

    The zoo's nets are what they are: no warning is about them.
    """
    warnings = [w for w in warnings if not (w.span and w.span.source.name.startswith("zoo/"))]
    if warnings and options["strict"]:
        raise SpecError(warnings)
    if options["quiet"]:
        return
    for warning in warnings:
        print(warning.render("warning") + "\n", file=sys.stderr)


def show(page: Page, options: dict[str, Any]) -> None:
    """Write a page in the format asked for, to standard output or to a file."""
    path, name = options["output"], format_asked(options)
    if options["quiet"]:
        page = replace(page, blocks=tuple(block for block in page.blocks if _essential(block)))
    text = render(page, name, exact=options.get("exact", False), width=width_of(options, path))
    write(text, path)


def write(data: str | bytes, path: str | None) -> None:
    """Write a text as UTF-8, or bytes, to a file; a text to standard output where there is none.

    Errors: :class:`UsageError` (E33) where the file cannot be written.
    """
    if path is None:
        sys.stdout.write(data if isinstance(data, str) else data.decode())
        return
    try:
        Path(path).write_bytes(data.encode() if isinstance(data, str) else data)
    except OSError as error:
        raise UsageError("E33", f"cannot write {path}: {error.strerror}") from None


@contextmanager
def progress(count: int) -> Iterator[Callable[[str], None]]:
    """Give a function that shows how far long work is, on a terminal's standard error only."""
    if not sys.stderr.isatty():
        yield lambda name: None
        return
    done = 0

    def step(name: str) -> None:
        nonlocal done
        done += 1
        sys.stderr.write(f"\r{done}/{count} {name[:40]:40}")
        sys.stderr.flush()

    try:
        yield step
    finally:
        sys.stderr.write(f"\r{'':60}\r")


def _essential(block: Block) -> bool:
    """Tell what ``--quiet`` leaves: the tables, and the convention that their numbers follow."""
    if isinstance(block, Text):
        return block.kind == "convention"
    return not isinstance(block, SpecText)


def width_of(options: dict[str, Any], path: str | None) -> int:
    """Return the columns to fit into: the terminal's, or no limit in a pipe or a file."""
    if path is not None or options.get("wide") or not sys.stdout.isatty():
        return 0
    try:
        return int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        return shutil.get_terminal_size((80, 24)).columns
