"""A report's files: written side by side, or held against those that are there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import UsageError

_MOST_LINES = 40
_DRAWN_BY = re.compile(r"<metadata>(matplotlib [^<]+)</metadata>")
_WORDS = re.compile(r"<title>.*?</title>|<desc>.*?</desc>", re.DOTALL)


@dataclass
class Files:
    """The text of a report, where it goes, and the pictures that go beside it.

    ``pictures`` are by path, relative to the report's folder.
    """

    path: Path
    text: str
    pictures: dict[str, str] = field(default_factory=dict)

    def all(self) -> Iterator[tuple[Path, str]]:
        """Yield every file: the pictures first, so that a report never names one that is not."""
        for name, text in sorted(self.pictures.items()):
            yield self.path.parent / name, text
        yield self.path, self.text

    def left_over(self) -> list[Path]:
        """Return the pictures in the report's own folder that it no longer shows."""
        folder = pictures_folder(self.path)
        wanted = {path.name for path, _ in self.all()}
        return [path for path in sorted(folder.glob("*.svg")) if path.name not in wanted]


def pictures_folder(path: Path) -> Path:
    """Return the folder of a report's pictures: ``bottleneck_files`` of ``bottleneck.md``."""
    return path.with_name(f"{path.stem}_files")


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
        path.unlink()


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
