"""The pictures of a report: drawn, kept beside it, and shown with what is on them as a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .. import plots
from ..errors import MissingDependency
from ..fieldmap.drawing import drawing
from ..fieldmap.fieldmap import field_map
from ..table import Table
from .described import Described


@dataclass(frozen=True)
class Picture:
    """A picture: its file's name, what it shows in words, its SVG, and its numbers.

    ``svg`` is empty where what draws it is not installed: the table stands alone then.
    """

    name: str
    alt: str
    svg: str
    table: Table | None = None


@dataclass
class Gallery:
    """The pictures of one report, by name; ``missing`` says why some could not be drawn.

    Nothing ``draws`` where there is no folder that pictures could go to.
    """

    pictures: dict[str, Picture] = field(default_factory=dict)
    missing: str = ""
    draws: bool = True

    def field(self, net: Described, layer: str = "", alt: str = "") -> Picture:
        """Draw what a unit sees, to scale."""
        made = field_map(net.analysis, layer, layout=net.layout, drawn=True)
        said = alt or f"What a unit of {made.layer} of {net.name} sees of the input"
        svg = drawing(made) if self.draws else ""
        return self.hung(f"field-{net.name}-{layer}", said, svg, None)

    def plot(
        self, kind: str, nets: Sequence[Described], alt: str = "", name: str = "", **options: Any
    ) -> Picture:
        """Draw a plot; without matplotlib its table stands alone."""
        analyses = [net.analysis for net in nets]
        made = plots.plot(kind, analyses, [net.name for net in nets], **options)
        svg = ""
        try:
            svg = plots.document(made, "svg").decode("utf-8") if self.draws else ""
        except MissingDependency as error:
            self.missing = f"{error.message}; {error.help}"
        shown = name or "-".join([kind, *(net.name for net in nets)])
        return self.hung(shown, alt or made.title, svg, made.table)

    def hung(self, name: str, alt: str, svg: str, table: Table | None) -> Picture:
        """Keep a picture under a name that is a file's, no other picture's."""
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].strip("-") or "picture"
        called, number = plain, 1
        while called in self.pictures and self.pictures[called].svg != svg:
            number += 1
            called = f"{plain}-{number}"
        self.pictures[called] = Picture(called, alt, svg, table)
        return self.pictures[called]
