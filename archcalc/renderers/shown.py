"""What prints in Python as the command line prints it, and shows as HTML in a notebook."""

from __future__ import annotations

from abc import ABC, abstractmethod

from ..table import Page
from . import render


class Shown(ABC):
    """A result with a page; ``str`` gives its text at 80 columns."""

    @abstractmethod
    def to_page(self) -> Page:
        """Return the page that is shown."""

    def __str__(self) -> str:
        return render(self.to_page(), "table", width=80)

    def _repr_html_(self) -> str:
        return render(self.to_page(), "html")
