"""Files to convert: texts of at most a mebibyte, binary files of at most a gibibyte."""

from __future__ import annotations

from pathlib import Path

from ..errors import UsageError
from ..readers.stored import text_of
from .base import LARGEST_FILE

BINARY = (".onnx", ".pb", ".h5", ".hdf5", ".keras", ".caffemodel", ".weights", ".pt", ".pth")


def opened(path: str) -> tuple[str, bytes]:
    """Return a file's text and bytes, one of which is empty; ``-`` is standard input.

    Errors: :class:`UsageError` for what cannot be read (E33), is too large (E44) or no UTF-8 (E35).
    """
    if path != "-" and not Path(path).is_file():
        raise UsageError("E33", f"cannot read {path}: no such file", "a path, or - for a pipe")
    if not path.endswith(BINARY):
        return text_of(path if path == "-" or "/" in path else f"./{path}"), b""
    if Path(path).stat().st_size > LARGEST_FILE:
        raise UsageError("E44", f"{path} is larger than 1 GiB", "export it without its weights")
    try:
        return "", Path(path).read_bytes()
    except OSError as error:
        raise UsageError("E33", f"cannot read {path}: {error.strerror}") from None
