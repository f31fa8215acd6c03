"""A report's files: written side by side, or held against those that are there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from ..errors import UsageError

_MOST_LINES = 40
_DRAWN_BY = re.compile(r"<metadata>(matplotlib [^<]+)</metadata>")
_SIGNS = ('role="img"', "</desc>", "@media (prefers-color-scheme: dark)")
_WORDS = re.compile(r"<title>.*?</title>|<desc>.*?</desc>", re.DOTALL)


@dataclass
class Files:
    """The text of a report, where it goes, and the pictures that go beside it.

    ``pictures`` are by path, relative to the report's folder. ``is_illustrated`` tells whether
    the folder of pictures is the report's at all: a browser saves pages with such a folder too.
    """

    path: Path
    text: str
    pictures: dict[str, str] = field(default_factory=dict)
    is_illustrated: bool = False

    def all(self) -> Iterator[tuple[Path, str]]:
        """Yield every file: the pictures first, so that a report never names one that is not."""
        for name, text in sorted(self.pictures.items()):
            yield self.path.parent / name, _encodable(text)
        yield self.path, _encodable(self.text)

    def left_over(self) -> list[Path]:
        """Return the pictures that archcalc drew for this report and that it no longer shows.

        Whatever else is in the folder stays, and so do those of a report beside it with the same
        name and another ending.
        """
        folder = pictures_folder(self.path)
        if not self.is_illustrated or folder.is_symlink():
            return []
        wanted = {path.name for path, _ in self.all()}
        found = [one for one in sorted(folder.glob("*.svg")) if one.name not in wanted]
        found = [one for one in found if one.is_file() and not one.is_symlink() and _is_drawn(one)]
        beside = self._beside() if found else ""
        return [one for one in found if link(folder, one.stem) not in beside]

    def _beside(self) -> str:
        """Return the texts of files that differ from the report's in their ending only."""
        folder, stem = self.path.parent, self.path.stem
        files = [one for one in folder.iterdir() if one.stem == stem and one != self.path]
        return "\n".join(_stored(one) or "" for one in files if one.is_file())


def pictures_folder(path: Path) -> Path:
    """Return the folder of a report's pictures: ``bottleneck_files`` of ``bottleneck.md``."""
    return path.with_name(f"{path.stem}_files")


def link(folder: Path, name: str) -> str:
    """Return how a report names a picture in the folder beside it.

    >>> link(Path("my nets_files"), "stages")
    'my%20nets_files/stages.svg'
    """
    return f"{quote(folder.name)}/{name}.svg"


def save(made: Files) -> None:
    """Write a report and its pictures; pictures that it no longer shows go.

    What is the same already is not touched. Errors: :class:`UsageError` (E33) where a file cannot
    be written.
    """
    for path, text in made.all():
        try:
            if _stored(path) == text:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise UsageError("E33", f"cannot write {path}: {error.strerror}") from None
    for path in made.left_over():
        try:
            path.unlink()
        except OSError as error:
            raise UsageError("E33", f"cannot remove {path}: {error.strerror}") from None


def differences(made: Files) -> list[str]:
    """Return what is stale, as unified differences; nothing where all files are as made."""
    found: list[str] = []
    for path, text in made.all():
        stored = _stored(path)
        if stored is None:
            found.append(f"{path}: not there")
        elif stored != text and not _same_picture(stored, text):
            found.append(_difference(path, stored, text))
    found += [f"{path}: no longer part of {made.path.name}" for path in made.left_over()]
    return found


def _stored(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError:
        return ""
    except OSError as error:
        raise UsageError("E33", f"cannot read {path}: {error.strerror}") from None


def _encodable(text: str) -> str:
    """Return a text without what the command line could not decode."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _is_drawn(path: Path) -> bool:
    """Tell whether a picture is one of archcalc's."""
    text = _stored(path) or ""
    return text.startswith("<svg xmlns=") and all(sign in text for sign in _SIGNS)


def _same_picture(stored: str, made: str) -> bool:
    """Tell whether two releases of matplotlib drew the same numbers, which stand in words too."""
    releases = [_DRAWN_BY.search(text) for text in (stored, made)]
    if not all(releases):
        return False
    one, other = (found[1] for found in releases if found)
    return one != other and _WORDS.findall(stored) == _WORDS.findall(made)


def _difference(path: Path, stored: str, made: str) -> str:
    lines = list(
        difflib.unified_diff(
            stored.splitlines(), made.splitlines(), f"{path}", f"{path} (made now)", "", "", 1,
            lineterm="",
        )
    )  # fmt: skip
    shown = [line[:200] for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        shown.append(f"... {len(lines) - _MOST_LINES} more lines")
    return "\n".join(shown)
