"""The file reader: a spec in a file or on standard input."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

from ..errors import UsageError
from ..notation.entries import Spec
from ..notation.source import LARGEST_TEXT
from . import inline

_VARIANT = re.compile(r"(.+\.ya?ml):([\w.:-]+)")


def reads(source: str) -> bool:
    """Take ``-`` and anything that looks like a path; a spec has a bar or a space."""
    if source == "-":
        return True
    if any(sign in source for sign in "|\n") or "->" in source or source.lstrip().startswith("..."):
        return False
    if " " not in source and ("/" in source or source.endswith((".arch", ".txt", ".yaml", ".yml"))):
        return True
    path = _VARIANT.fullmatch(source)
    try:
        return len(source) < 4096 and Path(path[1] if path else source).is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


def path_of(source: str) -> str:
    """Return the path of a source that is read from a file, without the variant's name."""
    found = _VARIANT.fullmatch(source)
    return found[1] if found else source


def spec(source: str, layout: str, fragment: bool) -> Spec:
    """Return the spec of a file; ``net.yaml:wide`` names a variant in it.

    A net without a name of its own takes the file's.
    """
    found = _VARIANT.fullmatch(source)
    path, variant = found.groups() if found else (source, "")
    made = inline.spec(text_of(path), layout, fragment, name=path, variant=variant)
    if made.name or path == "-":
        return made
    return replace(made, name=Path(path).stem)


def text_of(source: str) -> str:
    """Return the text of a file or of standard input; any other source is a text itself.

    Errors: :class:`UsageError` for what cannot be read, is no UTF-8 or larger than 1 MiB.
    """
    if source == "-":
        return _standard_input()
    return _text(Path(source), source) if reads(source) else source


@cache
def _standard_input() -> str:
    """Read standard input, once: a second ``-`` means the same text."""
    if sys.stdin is None:
        raise UsageError("E33", "cannot read -: standard input is closed")
    try:
        return _decoded(sys.stdin.buffer.read(LARGEST_TEXT + 1), "standard input")
    except OSError as error:
        raise UsageError("E33", f"cannot read standard input: {error.strerror}") from None


def _text(path: Path, source: str) -> str:
    remedy = 'inline specs contain "|"; quote them'
    try:
        if path.is_file() and path.stat().st_size > LARGEST_TEXT:
            raise UsageError("E44", f"{source} is larger than 1 MiB")
        with path.open("rb") as stream:
            return _decoded(stream.read(LARGEST_TEXT + 1), source)
    except FileNotFoundError:
        raise UsageError("E33", f"cannot read {source}: no such file", remedy) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError("E33", f"cannot read {source}: {reason}", remedy) from None


def _decoded(data: bytes, source: str) -> str:
    if len(data) > LARGEST_TEXT:
        raise UsageError("E44", f"{source} is larger than 1 MiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = data[error.start]
        raise UsageError(
            "E35",
            f"{source} is not UTF-8 (byte 0x{byte:02X} at {error.start})",
            "save it as UTF-8",
        ) from None
