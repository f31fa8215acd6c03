"""The scatter plot: places and ratios by hand, groups, what it refuses."""

from __future__ import annotations

import pytest

from archcalc.analysis import walk
from archcalc.errors import UsageError
from archcalc.plots import document, plot
from archcalc.readers import read

FC = "4 | fc 3"  # 4*3 + 3 params, 4*3 MACs
CONV = "8x8x2 | conv 3x3x5 pad 1"  # 3*3*2*5 + 5 params, 64*90 MACs


def nets(*specs: str) -> list[object]:
    return [walk(read(spec)) for spec in specs]


def test_places_and_ratios() -> None:
    made = plot("scatter", nets(FC, CONV), ["fc", "conv"])
    rows = [[cell.value for cell in row] for row in made.table.rows]
    assert rows == [["fc", 15, 12, "0.8"], ["conv", 95, 5760, "60.6"]]
    assert made.title == "MACs against params: fc, conv"


def test_groups_order_the_table() -> None:
    made = plot("scatter", nets(FC, CONV), ["fc", "conv"], groups={"b": ["conv"], "a": ["fc"]})
    assert [(row[0].value, row[1].value) for row in made.table.rows] == [("conv", "b"), ("fc", "a")]


def test_it_is_drawn_the_same_twice() -> None:
    pytest.importorskip("matplotlib")
    made = plot("scatter", nets(FC, CONV), ["<fc>", "conv"], columns="params,activations")
    svg = document(made)
    assert svg == document(made)
    assert b"&lt;fc&gt;" in svg
    assert b"<fc>" not in svg


@pytest.mark.parametrize(
    ("specs", "options", "says"),
    [
        ([FC], {"columns": "macs"}, "2 columns, not 1"),
        (["4 | relu"], {}, "A has no params"),
        ([FC], {"groups": {"a": ["other"]}}, '"A" is in no group'),
    ],
)
def test_refusals(specs: list[str], options: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        plot("scatter", nets(*specs), ["A"], **options)


def test_a_line_leads_to_a_name_that_stands_away() -> None:
    pytest.importorskip("matplotlib")
    crowded = plot("scatter", nets(*[CONV] * 9), [f"convolution {i}" for i in range(9)])
    alone = plot("scatter", nets(CONV), ["convolution 0"])
    lead = b"stroke-width: 0.8"
    assert document(crowded).count(lead) > document(alone).count(lead)
