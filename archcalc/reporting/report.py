"""What ``archcalc report`` is asked for, and what it makes: files, or a page of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..analysis import Analysis
from ..clock import Clocked, predicted, stored
from ..comparison import compare, position_of, unique_names
from ..conventions import cost
from ..envelope import envelope
from ..errors import UsageError
from ..formulas import assumed
from ..latency import profile
from ..remarks import assumptions, budget_notes, convention_text, notes
from ..renderers import format_named, render
from ..table import Block, Page, Table, Text
from . import evidence, tables
from .described import Described
from .dialects import Dialect, dialect
from .environment import rendered
from .pictures import Picture
from .sections import Section, sections
from .vocabulary import Vocabulary
from .writing import Files, link, pictures_folder

if TYPE_CHECKING:
    from markupsafe import Markup

STANDARD = "report.md.j2"
_MOST_LAYERS = 10_000  # of an HTML page
_LONG_NET = 400  # layers above which a report shows stages only


@dataclass(frozen=True)
class Asked:
    """What a report is about, besides its nets.

    ``command`` is what makes it, and stands in it; ``stamp`` the day and release, if they shall.
    ``template`` is a file of templates' language; without one the standard report is made.
    ``verified`` is what torch said, ``times`` a store of measured times, ``device`` whose times
    are predicted; ``remarks`` are further notes.
    """

    title: str = ""
    columns: tuple[str, ...] = tables.DEFAULT_COLUMNS
    reference: int = 0
    counting: str = "macs"
    layout: str = "hwc"
    train: bool = False
    template: Path | None = None
    command: str = ""
    stamp: str = ""
    verified: evidence.Verified | None = None
    times: str = ""
    device: str = ""
    dtype: str = "float32"
    batches: tuple[int, ...] = (1,)
    mode: str = "graph"
    exact: bool = False
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """A cost report of one or several nets, or of those that its template names."""

    nets: tuple[Described, ...]
    asked: Asked
    vocabulary: Vocabulary = field(compare=False, repr=False)

    # What the HTML page asks for

    @property
    def title(self) -> str:
        """The title: as given, else the nets' names."""
        *first, last = self.names or ("archcalc",)
        return self.asked.title or (f"{', '.join(first)} and {last}" if first else last)

    @property
    def names(self) -> tuple[str, ...]:
        """The nets' names, all different."""
        return tuple(net.name for net in self.nets)

    @property
    def analyses(self) -> tuple[Analysis, ...]:
        """The nets' analyses."""
        return tuple(net.analysis for net in self.nets)

    @property
    def reference(self) -> int:
        """The position of the net that the others are compared with."""
        return self.asked.reference

    @property
    def counting(self) -> str:
        """The convention that MACs follow."""
        return self.asked.counting

    @property
    def cost_title(self) -> str:
        """What the convention calls what it counts: MACs, FLOPs, ..."""
        return cost(self.counting).title

    @property
    def layout(self) -> str:
        """The order in which shapes are written."""
        return self.asked.layout

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table of costs."""
        return self.asked.columns

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """What stands below the nets."""
        return tuple(sections(self))

    # Its content

    @cached_property
    def costs(self) -> Any:
        """The table of costs: a row per net."""
        return tables.cost_table(
            self.nets, self.columns, counting=self.counting, reference=self.reference
        )

    @cached_property
    def comparison(self) -> Table | None:
        """Two nets side by side, quantities down; None for others, and beside published figures.

        Those have their column in the table of costs.
        """
        if len(self.nets) != 2 or tables.PUBLISHED in self.columns:
            return None
        made = compare(
            self.analyses, self.names, reference=self.reference, columns=self.columns,
            convention=self.counting, layout=self.layout,
        )  # fmt: skip
        return made.table()

    @cached_property
    def predicted(self) -> Clocked | None:
        """Predicted times, where a device is named; None for nets with free symbols."""
        if not self.asked.device or any(net.symbols for net in self.nets):
            return None
        return predicted(
            self.analyses, self.names, profile(self.asked.device), batches=self.asked.batches,
            dtype=self.asked.dtype, mode=self.asked.mode, reference=self.reference,
        )  # fmt: skip

    @cached_property
    def measured(self) -> Clocked | None:
        """Measured times, where a store is named."""
        if not self.asked.times:
            return None
        return stored(
            self.analyses, self.names, self.asked.times, batches=self.asked.batches,
            dtype=self.asked.dtype, reference=self.reference,
        )  # fmt: skip

    def notes(self) -> list[Block]:
        """Return what a reader has to know: values put in, unknown layers, heads left out."""
        several = len(self.nets) > 1
        found: list[Block] = []
        for net in self.nets:
            name = net.name if several else ""
            found += [*notes(net.analysis, name), *budget_notes(net.analysis, name)]
        found += [Text(remark, "note") for remark in self.asked.remarks]
        if said := assumed(self.analyses):
            found.append(Text(said, "note"))
        columns = [key for key in self.columns if key not in tables.PUBLISHED_NAMES]
        return found + (assumptions(self.nets[0].analysis.settings, columns) if self.nets else [])

    def is_long(self, net: Described) -> bool:
        """Tell whether a net has too many layers to be shown one by one."""
        return net.layers > _LONG_NET

    def text(self, path: Path | None = None) -> Files:
        """Return the report as its template has it; pictures go beside ``path``.

        Without a path no picture is shown, only its table.
        """
        template = self.asked.template
        folder = pictures_folder(path) if path else None
        name = template.name if template else STANDARD
        spoken = self.vocabulary.dialect
        self.vocabulary.gallery.draws = folder is not None
        words: dict[str, Any] = {
            **self.vocabulary.words(),
            "report": self,
            "nets": self.nets,
            "title": self.title,
            "command": self.asked.command,
            "stamp": self.asked.stamp,
            "convention_line": convention_text(self.counting),
            "picture": lambda one: _shown(one, folder, spoken),
            "clocked": lambda one: _listed(one, spoken),
        }
        text = rendered(
            name, template.parent if template else None, words, layout=self.layout, spoken=spoken
        )
        used = self.vocabulary.gallery.pictures if folder else {}
        pictures = {
            f"{folder.name}/{one.name}.svg": one.svg
            for one in used.values()
            if folder and one.svg and link(folder, one.name) in text
        }
        return Files(path or Path("report.md"), text, pictures, is_illustrated=bool(folder))

    def page(self) -> Page:
        """Return the tables of the report, for formats that have no prose."""
        blocks: list[Block] = [Text(self.title, "title"), self.costs]
        if len(self.nets) == 1:
            blocks += self._alone(self.nets[0])
        for one in (self.measured, self.predicted):
            blocks += one.blocks() if one else []
        for net in self.nets:
            if self.asked.verified:
                blocks += self.asked.verified.blocks(net)
        blocks += self.notes()
        blocks.append(convention_text(self.counting))
        return Page(tuple(blocks), self.data, self.costs, self.layout)

    def _alone(self, net: Described) -> list[Block]:
        """Return what is shown of a net that is not compared: its figures and its layers."""
        columns = [key for key in self.columns if key not in tables.PUBLISHED_NAMES]
        figures = evidence.published_table([net])
        found: list[Block] = [figures] if figures else []
        if not self.is_long(net):
            found.append(tables.layer_table(net, columns, self.counting))
        return found

    def data(self) -> dict[str, Any]:
        """Return the JSON object: the envelope, with times and checks where there are any."""
        found = envelope(
            list(self.analyses), list(self.names), convention=self.counting, layout=self.layout,
            reference=self.reference,
        )  # fmt: skip
        found["title"] = self.title
        found["times"] = [
            {"basis": basis, "rows": one.data()}
            for basis, one in (("measured", self.measured), ("predicted", self.predicted))
            if one
        ]
        found["published"] = [
            {
                "architecture": net.name, "quantity": one.figure.key, "of": list(one.figure.of),
                "printed": one.figure.text, "verdict": one.verdict, "source": one.figure.source,
                "differs": one.figure.differs,
            }
            for net in self.nets for one in evidence.figures(net)
        ]  # fmt: skip
        return found


def report_of(
    analyses: Sequence[Analysis],
    asked: Asked | None = None,
    names: Sequence[str] = (),
    sources: Sequence[str] = (),
) -> Report:
    """Return the report of some nets; ``sources`` are what the command line calls them.

    Errors: :class:`UsageError` (E50) for neither a net nor a template, and for a reference that
    is none of them.
    """
    asked = asked or Asked()
    if not analyses and asked.template is None:
        raise UsageError("E50", "nothing to report", "archcalc report SPEC..., or --template FILE")
    called = unique_names([analysis.graph.name for analysis in analyses], names)
    if analyses:
        position_of(asked.reference, called)
    given = [*sources, *called[len(sources) :]]
    nets = tuple(
        Described(name, analysis, source, asked.layout)
        for name, analysis, source in zip(called, analyses, given, strict=True)
    )
    folder = asked.template.parent if asked.template else None
    spoken = dialect(asked.template.name if asked.template else STANDARD)
    spoken = replace(spoken, exact=asked.exact)
    words = Vocabulary(folder, asked.counting, asked.layout, asked.train, spoken)
    return Report(nets, asked, words)


def made(one: Report, name: str, path: Path | None = None, **options: Any) -> Files:
    """Return a report in a format; markdown and a template's own text are templates' work."""
    name = format_named(name)
    if one.asked.template is not None or name == "markdown":
        return one.text(path)
    target = path or Path(f"report.{name}")
    if name == "html":
        from .page import document

        for net in one.nets:
            if net.layers > _MOST_LAYERS:
                raise UsageError(
                    "E44",
                    f"a page of {net.layers:,} layers ({net.name}) is more than a browser shows "
                    f"({_MOST_LAYERS:,})",
                    "-o report.md, or archcalc summary SPEC --depth 1",
                )
        return Files(target, document(one))
    return Files(target, render(one.page(), name, **options))


def _listed(one: Clocked, spoken: Dialect) -> Markup:
    """Return times as a table, then why they are what they are, and whose, as a list."""
    from markupsafe import Markup

    first, *said = one.blocks()
    lines = [spoken.escape(text.text) for text in said if isinstance(text, Text)]
    return Markup(f"{spoken.text(first)}\n\n{spoken.items(lines)}\n\n")


def _shown(one: Picture, folder: Path | None, spoken: Dialect) -> Markup:
    """Return a picture and its numbers; without a folder its numbers alone."""
    path = link(folder, one.name) if folder else ""
    return spoken.shown(path, one.svg, one.alt, one.table)
