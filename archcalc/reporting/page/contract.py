"""What the page asks of a report: nets under their names, and further sections of blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ...analysis import Analysis
from ...table import Block


class Picture(Protocol):
    """An SVG document with what it shows in words."""

    @property
    def name(self) -> str: ...
    @property
    def alt(self) -> str: ...
    @property
    def svg(self) -> str: ...


class Section(Protocol):
    """A part of a report below the nets, reached by its anchor."""

    @property
    def anchor(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def blocks(self) -> Sequence[Block]: ...
    @property
    def pictures(self) -> Sequence[Picture]: ...


class Report(Protocol):
    """One net or several with their names, the convention in use, columns and sections.

    ``reference`` is the position of the net that the others are compared with.
    """

    @property
    def title(self) -> str: ...
    @property
    def names(self) -> Sequence[str]: ...
    @property
    def analyses(self) -> Sequence[Analysis]: ...
    @property
    def reference(self) -> int: ...
    @property
    def counting(self) -> str: ...
    @property
    def layout(self) -> str: ...
    @property
    def columns(self) -> Sequence[str]: ...
    @property
    def sections(self) -> Sequence[Section]: ...
