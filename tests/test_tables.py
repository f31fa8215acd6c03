"""Tables that are read at a glance: one unit per column, decimals below each other, footnotes."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.architectures import list_page
from archcalc.arithmetic.units import BINARY, DECIMAL, printed
from archcalc.arithmetic.unknown import Unknown
from archcalc.renderers import render
from archcalc.renderers.decimals import column_scale
from archcalc.renderers.texts import Texts, table_texts
from archcalc.table import Cell, Column, Page, Table

WORTH = {"": 1, "B": 1, **{unit: worth for worth, unit in (*DECIMAL, *BINARY)}}
READ_BY_PEOPLE = ("table", "markdown", "html", "latex")
COUNTS = st.lists(st.integers(0, 10**13), min_size=1, max_size=12)
SIMILAR = st.integers(1, 10**9).flatmap(
    lambda least: st.lists(st.integers(least, 5000 * least), min_size=1, max_size=12)
)
PAPERS = {  # published counts, as a paper prints them
    "params": ((60965224, 138357544, 6998552), "params (M)", ("60.97", "138.36", "7.00")),
    "macs": ((724406816, 15470264320, 1582671872), "MACs (G)", ("0.724", "15.470", "1.583")),
    "depth": ((8, 16, 152), "depth", ("8", "16", "152")),
    "values": ((9408, 12544, 0), "values", ("9,408", "12,544", "0")),
    "close": ((25557032, 25557033), "close", ("25,557,032", "25,557,033")),
    "far": ((3, 25557032), "far", ("3", "25.56M")),
}


def one_column(values: Sequence[object], unit: str = "count", title: str = "n") -> Table:
    rows = tuple((Cell(f"r{i}"), Cell(value, unit)) for i, value in enumerate(values))
    columns = (Column("architecture", "net", right=False), Column("n", title))
    return Table(columns, rows, uniform=True)


def page(table: Table) -> Page:
    return Page((table,), dict)


def column_of(found: Texts) -> list[str]:
    return [row[1] for row in found.rows]


def visible(text: str, name: str) -> str:
    """Return a rendered page as its reader sees it, marks as in a terminal."""
    if name == "html":
        text = re.sub(r"<sup>(?:<a [^>]*>)?(\w+)(?:</a>)?</sup>", r"[\1]", text)
        return html.unescape(re.sub(r"<[^>]+>", " ", text.replace("</tr>", "\n")))
    if name == "markdown":
        text = re.sub(r"<sup>(\w+)</sup>", r"[\1]", text.replace("**", ""))
        return html.unescape(re.sub(r"\\(.)", r"\1", text).replace("|", " "))
    if name == "latex":
        text = re.sub(r"\\textbf\{([^{}]*)\}", r"\1", text).replace("$\\geq$", ">=")
        text = re.sub(r"\\(?:rlap|textsuperscript)\b", "", text)
        return re.sub(r"\{+(\w)\}+", r"[\1]", text)
    return text


@pytest.mark.parametrize("name", PAPERS)
def test_as_papers_print_them(name: str) -> None:
    values, title, texts = PAPERS[name]
    found = table_texts(one_column(values, title=title.split(" (")[0]))
    assert (found.titles[1], tuple(column_of(found))) == (title, texts)


@settings(deadline=None)
@given(SIMILAR, st.sampled_from(["count", "bytes"]))
def test_one_unit_and_as_many_decimals(values: list[int], unit: str) -> None:
    found = table_texts(one_column(values, unit))
    name = re.search(r"\((\w+)\)$", found.titles[1])
    worth = WORTH[name[1] if name else ""]
    texts = [text.replace(",", "") for text in column_of(found)]
    places = {len(text.partition(".")[2]) for text in texts}
    assert len(places) == 1
    (decimals,) = places
    for value, text in zip(values, texts, strict=True):
        assert abs(Fraction(text) * worth - value) <= Fraction(worth, 2 * 10**decimals)
    assert len(set(texts)) == len(set(values))


@settings(deadline=None)
@given(COUNTS)
def test_columns_that_reach_far_keep_their_values_apart(values: list[int]) -> None:
    found = table_texts(one_column(values))
    texts = column_of(found)
    assert len(set(texts)) == len(set(values))
    if column_scale([Cell(value, "count") for value in values]) is None and any(values):
        assert found.titles[1] == "n"
        for value, text in zip(values, texts, strict=True):
            number, step = printed(text.replace("T", "000G") if "." not in text else text)
            assert abs(number - value) <= step / 2


@settings(deadline=None)
@given(SIMILAR)
def test_the_smallest_number_says_something(values: list[int]) -> None:
    scale = column_scale([Cell(value, "count") for value in values])
    assert scale is not None
    digits = scale.text(Fraction(min(values))).replace(",", "").replace(".", "").lstrip("0")
    assert len(digits) >= min(2, len(str(min(values))))


@settings(deadline=None)
@given(SIMILAR, st.sampled_from(READ_BY_PEOPLE))
def test_every_format_has_the_same_numbers(values: list[int], name: str) -> None:
    table = one_column(values)
    texts = column_of(table_texts(table))
    text = visible(render(page(table), name), name)
    for i, number in enumerate(texts):
        (line,) = re.findall(rf"^\W*r{i}\b(.*)$", text, re.MULTILINE)
        assert re.findall(r"[\d.,]+", line) == [number]


@settings(deadline=None)
@given(SIMILAR)
def test_scripts_get_the_numbers_in_full(values: list[int]) -> None:
    lines = render(page(one_column(values)), "csv").splitlines()
    assert lines == ["architecture,n", *(f"r{i},{value}" for i, value in enumerate(values))]
    plain = render(page(one_column(values)), "plain").splitlines()
    assert plain == [f"r{i}\tn\t{value}" for i, value in enumerate(values)]


def test_exact_is_exact() -> None:
    found = table_texts(one_column([60965224, 7]), exact=True)
    assert (found.titles[1], column_of(found)) == ("n", ["60,965,224", "7"])


def test_decimals_stand_below_each_other() -> None:
    table = one_column([60965224, Unknown("opaque", 138357544), 6998552])
    lines = render(page(Table(table.columns, table.rows, uniform=True, footnoted=True)), "table")
    points = {line.index(".") for line in lines.splitlines() if line.lstrip().startswith("r")}
    assert len(points) == 1


def test_ratios_have_as_many_decimals() -> None:
    found = table_texts(one_column([(225792, 10000), (10007, 3), (5, 4)], "ratio"))
    assert column_of(found) == ["22.58", "3,335.67", "1.25"]


def test_formulas_keep_their_column_as_it_is() -> None:
    symbol = archcalc.analyze("HxWxC | conv 1x1x4").total("macs")
    found = table_texts(one_column([symbol, 60965224]))
    assert (found.titles[1], column_of(found)[1]) == ("n", "60.97M")


def noted() -> Table:
    columns = (
        Column("architecture", "net", right=False),
        Column("params", "params", note="learned values"),
        Column("macs", "MACs"),
    )
    rows = (
        (Cell("one"), Cell(60965224, "count"), Cell(Unknown("r is opaque", 7 * 10**6), "count")),
        (Cell("two"), Cell(6998552, "count", "no <heads>"), Cell(Unknown("r is opaque"), "count")),
        (Cell("three"), Cell(5 * 10**6, "count", "no <heads>"), Cell(9 * 10**6, "count")),
    )
    return Table(columns, rows, uniform=True, footnoted=True, reference=1)


NOTES = (
    "learned values",
    "lower bound; not known: r is opaque",
    "no <heads>",
    "not known: r is opaque",
)


@pytest.mark.parametrize("name", READ_BY_PEOPLE)
def test_footnotes(name: str) -> None:
    text = re.sub(r" +", " ", visible(render(page(noted()), name), name))
    text = text.replace(r"\textless{}", "<").replace(r"\textgreater{}", ">")
    assert re.search(r"params \(M\) ?\[a\]", text)
    rows = {word: next(x for x in text.splitlines() if word in x) for word in ("one", "two", "ree")}
    assert re.search(r">= 7\.00 ?\[b\]", rows["one"])
    assert re.search(r"7\.00 ?\[c\].*\? ?\[d\]", rows["two"])
    assert re.search(r"5\.00 ?\[c\].*9\.00 ?$|5\.00 ?\[c\].*9\.00 \\\\", rows["ree"])
    for mark, said in zip("abcd", NOTES, strict=True):
        assert len(re.findall(rf"\[{mark}\] {re.escape(said)}", text)) == 1


def test_footnotes_for_scripts() -> None:
    lines = render(page(noted()), "plain").splitlines()
    assert [line for line in lines if line.startswith("note")] == [
        "note\tparams\tlearned values",
        "note\tone macs\tlower bound; not known: r is opaque",
        "note\ttwo params\tno <heads>",
        "note\ttwo macs\tnot known: r is opaque",
        "note\tthree params\tno <heads>",
    ]
    assert render(page(noted()), "csv").splitlines()[1] == "one,60965224,>=7000000"


def test_marks_go_on_behind_z() -> None:
    columns = (Column("k", "k", right=False), Column("n", "n"))
    rows = tuple((Cell(f"r{i}"), Cell(i, "count", f"note {i}")) for i in range(28))
    text = render(page(Table(columns, rows)), "table")
    assert [mark for mark in ("25[z]", "26[aa]", "[ab] note 27") if mark not in text] == []


def test_links_of_footnotes_lead_somewhere_and_are_unique() -> None:
    other = Table(noted().columns, noted().rows[:2], footnoted=True)
    text = render(Page((noted(), other), dict), "html")
    ids = re.findall(r'id="([^"]+)"', text)
    assert len(ids) == len(set(ids)) == 8
    assert set(re.findall(r'href="#([^"]+)"', text)) == set(ids)


def test_unknown_numbers_have_footnotes_only_where_asked() -> None:
    plain = Table(noted().columns[1:], tuple(row[1:] for row in noted().rows))
    found = table_texts(plain)
    assert [said for _, said in found.footnotes] == ["learned values", "no <heads>"]


@pytest.mark.parametrize(
    ("name", "row", "column"),
    [
        ("table", "two (reference)", "MACs (M) (reference)"),
        ("markdown", "**two (reference)**", "**MACs (M) (reference)**"),
        ("html", "<b>two (reference)</b>", "<b>MACs (M) (reference)</b>"),
        ("latex", r"\textbf{two (reference)}", r"\textbf{MACs (M) (reference)}"),
    ],
)
def test_the_reference_is_marked(name: str, row: str, column: str) -> None:
    rows = tuple((Cell(word), Cell(10**7, "count")) for word in ("one", "two"))
    columns = (Column("architecture", "net", right=False), Column("macs", "MACs"))
    table = Table(columns, rows, uniform=True, reference=1, reference_column=1)
    text = render(page(table), name)
    assert row in text
    assert column in text
    assert text.count("(reference)") == 2


NETS = ("8x8x3 | conv 3x3x4", "8x8x3 | conv 1x1x4 | conv 3x3x4", "8x8x3 | fc 5")
ORDERS = (("macs", "params", "output"), ("output", "macs", "params"), ("params", "output", "macs"))


@pytest.mark.parametrize("wanted", ORDERS)
@pytest.mark.parametrize("count", [2, 3, 6])
def test_columns_stand_as_they_were_named(wanted: tuple[str, ...], count: int) -> None:
    sources = [NETS[i % len(NETS)] for i in range(count)]
    table = archcalc.compare(*sources, columns=wanted).table()
    keys = [row[0].value[1] for row in table.rows] if count < 6 else [c.key for c in table.columns]
    assert tuple(key for key in keys if key in wanted) == wanted
    summary = archcalc.analyze(NETS[1]).table(wanted)
    assert tuple(column.key for column in summary.columns if column.key in wanted) == wanted
    (listed, *_) = list_page(["lenet5"], wanted).tables
    assert tuple(column.key for column in listed.columns if column.key in wanted) == wanted
