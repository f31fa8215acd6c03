"""What a template can say: nets, tables, plots, evidence and times, all by the words of the tool.

Every function returns a block that prints itself, a picture, or exact numbers. Files are read from
below the current folder or the template's own, and nothing is ever run. One part per file; a word
is a public method.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .evidenced import Evidenced
from .files import DataFiles, excerpt
from .nets import Nets
from .shown import Shown
from .timed import Timed

__all__ = ["Vocabulary", "excerpt"]

_PARTS = (Nets, Shown, Evidenced, Timed, DataFiles)


class Vocabulary(Nets, Shown, Evidenced, Timed, DataFiles):
    """All words of one report."""

    def words(self) -> dict[str, Callable[..., Any]]:
        """Return every word by its name in templates."""
        return {
            name: getattr(self, name)
            for part in _PARTS
            for name, word in vars(part).items()
            if callable(word) and not name.startswith("_")
        }
