"""What others say in reports: conventions of tools or ours, and where a figure was printed."""

from __future__ import annotations

from dataclasses import replace

from archcalc.conventions import CONVENTIONS
from archcalc.reporting.evidence import conventions_table, figures, source
from archcalc.reporting.vocabulary import Vocabulary


def test_conventions_are_ours_or_those_of_tools_or_all() -> None:
    net = Vocabulary().net("4 | fc 3")

    def keys(tools: bool | None) -> list[object]:
        return [row[0].value for row in conventions_table([net], tools=tools).rows]

    assert not set(keys(False)) & set(keys(True))
    assert all(CONVENTIONS[str(key)].tool for key in keys(True))
    assert sorted(map(str, keys(None))) == sorted(map(str, keys(False) + keys(True)))


def test_a_place_in_a_paper_is_said_once() -> None:
    """The origin of lenet5 ends in a section, and so begins the source of its depth."""
    net = Vocabulary().architectures("lenet5")[0]
    depth = next(one for one in figures(net, ("depth",)))
    said = source(net, depth)
    assert said.count("section") == 1
    assert said.endswith("section II.B, seven layers not counting the input")
    elsewhere = replace(depth, figure=replace(depth.figure, source="a book"))
    assert source(net, elsewhere) == "a book"


def test_others_are_counted_without_an_option_to_press() -> None:
    table = Vocabulary().reconcile("resnet50", "3.8G", most=1)[0]
    told = [str(cell.value) for row in table.rows for cell in row]
    assert any(text.endswith("explain it, too") for text in told)
    assert not any("--all" in text for text in told)
