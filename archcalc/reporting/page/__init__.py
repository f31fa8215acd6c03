"""The page of ``archcalc report -o page.html``: one file that needs neither network nor script.

anchors    ids: layers by their names
stages     a net in parts; rows the layer table, counted the costs by every convention
worked     the formulas of a layer; fields what is needed to draw its receptive field
boxes      the graph as boxes; strips, repeats, layout and sketch draw it
net        all of it for one net
switched   the costs of the sections' tables by every convention
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from ...conventions import CONVENTIONS, cost
from ...errors import printable
from ...remarks import convention_text
from ...renderers.html import render
from ...table import Block, Page, Table
from .anchors import Anchors, link
from .contract import Picture, Report, Section
from .net import layer_ids, net
from .switched import switched
from .values import Shown, embedded, shown

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["Picture", "Report", "Section", "document"]

_TEMPLATES = Path(__file__).parent.parent / "templates"
_LEADING = ("compared", "comparison")  # sections that stand before the nets
_UNCHANGED = " !$&'()*+,-./:;=?@_~"  # what the address of a picture may have in it
_SCRIPTS = ("page_numbers.js", "page.js", "page_field.js", "page_copy.js")


class _Counted(NamedTuple):
    """A convention with the total of each net."""

    key: str
    title: str
    sentence: str
    totals: tuple[Shown, ...]


class _Block(NamedTuple):
    """A block; ``costs`` is the number of its costs by every convention, from 1, else 0."""

    markup: Markup
    title: str
    is_table: bool
    is_convention: bool
    costs: int


class _Section(NamedTuple):
    anchor: str
    href: str
    title: str
    blocks: tuple[_Block, ...]
    pictures: tuple[tuple[str, str], ...]


def document(report: Report) -> str:
    """Return the report as one HTML document, the same bytes for the same report.

    Everything that comes from a spec is escaped; nothing on the page refers to another place.
    """
    from markupsafe import Markup

    anchors = Anchors()
    ids = layer_ids(report, anchors)
    nets = [net(report, number, own, anchors) for number, own in enumerate(ids)]
    tables: list[dict[str, Any]] = []
    sections = [_section(section, report, anchors, tables) for section in report.sections]
    data = {
        "counting": report.counting,
        "conventions": {
            key: {
                "title": found.title,
                "sentence": found.sentence,
                "line": convention_text(key).text,
            }
            for key, found in CONVENTIONS.items()
        },
        "tables": tables,
        "nets": [one.data for one in nets],
    }
    script = "\n".join((_TEMPLATES / name).read_text("utf-8") for name in _SCRIPTS)
    script_hash = b64encode(sha256(f"\n{script}".encode()).digest()).decode()
    return str(
        _environment()
        .get_template("page.html.j2")
        .render(
            title=report.title,
            nets=nets,
            reference=report.reference,
            counting=report.counting,
            convention=CONVENTIONS[report.counting],
            conventions=_conventions(report),
            sections=sections,
            leading=[one for one in sections if one.anchor in _LEADING],
            data=Markup(embedded(data)),
            style=Markup((_TEMPLATES / "page.css").read_text("utf-8")),
            script=Markup(f"\n{script}"),
            script_hash=script_hash,
            link=link,
        )
    )


def _conventions(report: Report) -> list[_Counted]:
    return [
        _Counted(
            key,
            found.title,
            found.sentence,
            tuple(shown(cost(key).total(analysis), "count") for analysis in report.analyses),
        )
        for key, found in CONVENTIONS.items()
    ]


def _section(
    section: Section, report: Report, anchors: Anchors, tables: list[dict[str, Any]]
) -> _Section:  # fmt: skip
    anchor = anchors.claim(section.anchor)
    blocks = tuple(_block(block, report, tables) for block in section.blocks)
    pictures = tuple((_embedded_picture(one.svg), one.alt) for one in section.pictures if one.svg)
    return _Section(anchor, link(anchor), section.title, blocks, pictures)


def _block(block: Block, report: Report, tables: list[dict[str, Any]]) -> _Block:
    from markupsafe import Markup

    made = Markup(render(Page((block,), dict, layout=report.layout)))
    costs = switched(block, report) if isinstance(block, Table) else {}
    if costs:
        tables.append(costs)
    return _Block(
        made, getattr(block, "title", ""), isinstance(block, Table),
        getattr(block, "kind", "") == "convention", len(tables) if costs else 0,
    )  # fmt: skip


def _embedded_picture(svg: str) -> str:
    """Return a picture as the address of its own text.

    As a document of its own it cannot clash with another's ids and styles, and runs nothing.
    """
    return f"data:image/svg+xml,{quote(svg, safe=_UNCHANGED)}"


@cache
def _environment() -> Any:
    """Return the templates, every text in them escaped and without what cannot be seen."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
