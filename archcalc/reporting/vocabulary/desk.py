"""What the words of a template share: settings, what was read and drawn, files they may read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import UsageError
from ...quantities import quantity, words
from ...readers import stored, zoo
from ...readers import torch as code
from .. import tables
from ..described import Described
from ..dialects import MARKDOWN, Dialect
from ..pictures import Gallery

_MOST_BYTES = 64 * 2**20


@dataclass
class Desk:
    """The settings of one report; ``gallery`` keeps what it draws, ``known`` what it read.

    ``folder`` is the template's own. ``counting``, ``layout`` and ``train`` hold for every net.
    """

    folder: Path | None = None
    counting: str = "macs"
    layout: str = "hwc"
    train: bool = False
    dialect: Dialect = MARKDOWN
    gallery: Gallery = field(default_factory=Gallery)
    known: dict[Any, Described] = field(default_factory=dict)

    def _text(self, path: str) -> str:
        file = self._file(path)
        try:
            if file.stat().st_size > _MOST_BYTES:
                raise UsageError("E44", f"{path} is larger than {_MOST_BYTES:,} bytes")
            return file.read_text(encoding="utf-8")
        except OSError as error:
            raise UsageError("E33", f"cannot read {path}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise UsageError("E35", f"{path} is not UTF-8") from None

    def _file(self, path: str) -> Path:
        """Return a file below the current folder or the template's; E71 for any other."""
        places = [Path.cwd(), *([self.folder] if self.folder else [])]
        for place in places:
            with suppress(OSError, ValueError):  # a name that no file can have
                found = (place / path).resolve()
                if found.is_relative_to(place.resolve()) and found.exists():
                    return found
        raise UsageError(
            "E71", f'no file "{path[:80]}" below this folder or the template\'s',
            "paths in a template are those of the command line",
        )  # fmt: skip

    def _source(self, source: str) -> str:
        """Return what a net is read from; E71 for code, which a template never runs, and for a
        file elsewhere.
        """
        if code.reads(source):
            raise UsageError(
                "E71", f'"{source[:60]}" is code; a template runs none',
                "name it on the command line: archcalc report SPEC --template FILE",
            )  # fmt: skip
        if zoo.reads(source) or not stored.reads(source):
            return source
        path = stored.path_of(source)
        file = self._file(path)
        return source if Path(path).resolve() == file else f"{file}{source[len(path) :]}"

    def _device(self, name: str) -> str:
        """Return a device's name; a profile's file, where it may be read."""
        return str(self._file(name)) if Path(name).suffix else name


def keys_of(columns: str) -> tuple[str, ...]:
    """Return the keys of columns named in a text, separated by commas."""
    return tuple(part if part in tables.SAID else quantity(part).key for part in words(columns))


def flat(nets: Sequence[Any]) -> list[Described]:
    """Return nets that are given one by one or as lists."""
    return list(_each(nets))


def _each(nets: Sequence[Any]) -> Iterator[Described]:
    for one in nets:
        if isinstance(one, list | tuple):
            yield from _each(one)
        else:
            yield one
