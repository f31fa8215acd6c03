"""What the HTML page shows below its nets: costs, conventions, evidence and times as sections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..remarks import convention_text
from ..table import Block, Text
from . import evidence
from .pictures import Picture

if TYPE_CHECKING:
    from .report import Report


@dataclass(frozen=True)
class Section:
    """A part of a report, reached by its anchor."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]
    pictures: tuple[Picture, ...] = ()


def sections(report: Report) -> Iterator[Section]:
    """Yield the sections that have something to say."""
    nets, several = report.nets, len(report.nets) > 1
    blocks: list[Block] = [report.comparison if report.comparison else report.costs]
    yield Section("compared" if several else "totals", "Compared" if several else "Totals",
                  (*blocks, *report.notes(), convention_text(report.counting)),
                  tuple(_plots(report, several)))  # fmt: skip
    figures = evidence.published_table(nets)
    if figures:
        yield Section("published", "Published figures beside ours", (figures,))
    checked = report.asked.verified
    said: list[Block] = [block for net in nets for block in checked.blocks(net)] if checked else []
    yield Section(
        "verification", "Checked against torch",
        tuple(said) or (Text("Not checked in this report: --verify, or --verified FILE.", "note"),),
    )  # fmt: skip
    times = [*_times(report)]
    if times:
        yield Section(
            "time", "Time", tuple(block for blocks, _ in times for block in blocks),
            tuple(picture for _, pictures in times for picture in pictures),
        )  # fmt: skip


def _plots(report: Report, several: bool) -> Iterator[Picture]:
    if any(net.symbols for net in report.nets):
        return
    kinds = ("bars", "depth", "field") if several else ("depth", "field")
    for kind in kinds:
        made = report.vocabulary.plot(kind, *report.nets, name=kind)
        if made.svg:
            yield made


def _times(report: Report) -> Iterator[tuple[list[Block], list[Picture]]]:
    draw, several = report.vocabulary.plot_if_any, len(report.nets) > 1
    for word, clocked in (("measured", report.measured), ("predicted", report.predicted)):
        if clocked is None:
            continue
        pictures: list[Picture] = []
        if several:
            pictures += draw("time", *report.nets, clocked=clocked, name=f"time-{word}")
        if word == "predicted":
            asked: dict[str, Any] = {
                "device": report.asked.device, "dtype": report.asked.dtype,
                "batch": report.asked.batches[-1],
            }  # fmt: skip
            pictures += draw("roofline", *report.nets, name="roofline", **asked)
        yield clocked.blocks(), [one for one in pictures if one.svg]
