"""Bytes to text: the encoding is stated or marked, and never guessed."""

from __future__ import annotations

import codecs
from pathlib import Path

from ...errors import UsageError

LARGEST_FILE = 2**20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_KINDS = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
)


def text_of(path: str, encoding: str = "") -> str:
    """Return the text of a file, UTF-8 unless its mark or ``encoding`` says otherwise.

    Errors: :class:`UsageError`; E33 for what cannot be read, E35 for another encoding, E44 for a
    file over 1 MiB.
    """
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise UsageError("E33", f"cannot read {path}: no such file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError("E33", f"cannot read {path}: {reason}") from None
    if len(data) > LARGEST_FILE:
        raise UsageError("E44", f"{path} is larger than 1 MiB", "answers without pictures fit")
    return decoded(data, path, encoding)


def decoded(data: bytes, name: str, encoding: str = "") -> str:
    """Return the text that bytes hold. Errors: E35 as :func:`text_of`."""
    for start, kind in _KINDS:
        if data.startswith(start):
            help = "save the answers as text, markdown or csv"
            raise UsageError("E35", f"{name} is {kind}, not text", help)
    marked = next((codec for mark, codec in _MARKS if data.startswith(mark)), "")
    codec = marked or encoding or "utf-8"
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        raise _foreign(data, name, codec, error.start) from None
    except LookupError:
        known = "cp949, euc-kr, utf-16 or cp1252"
        raise UsageError("E35", f'no encoding is called "{encoding}"', known) from None
    except (UnicodeError, ValueError):
        raise UsageError("E35", f"{name} is not {codec}", "try another --encoding") from None
    if not marked and text.count("\0") * 4 > len(text):
        wide = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
        fact = f"{name} is full of null bytes; it looks like {wide}"
        raise UsageError("E35", fact, f"try --encoding {wide}")
    return text


def _foreign(data: bytes, name: str, codec: str, place: int) -> UsageError:
    """Say which byte does not fit, and offer the encoding in which all of them do."""
    line = data.count(b"\n", 0, place) + 1
    called = "UTF-8" if codec.startswith("utf-8") else codec
    fact = f"{name} is not {called} (byte 0x{data[place]:02X} at {place}, line {line})"
    if called != "UTF-8":
        return UsageError("E35", fact, "try another --encoding, or save it as UTF-8")
    try:
        data.decode("cp949")
    except UnicodeDecodeError:
        return UsageError("E35", fact, "save it as UTF-8, or try --encoding cp1252")
    return UsageError("E35", f"{fact}; it looks like cp949", "try --encoding cp949")
