"""The HTML page in Chromium: clicks, widths, schemes, print, no script, accessibility."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
from page_reports import (
    BOTTLENECK,
    HOSTILE,
    KOREAN,
    Picture,
    Section,
    hostile_report,
    report_of,
)

import archcalc
from archcalc.arithmetic.expression import symbolic_text
from archcalc.arithmetic.units import exact, short
from archcalc.conventions import CONVENTIONS, cost
from archcalc.reporting.page import document
from archcalc.reporting.report import report_of as reported

OPAQUE = "16x16x3 | conv 3x3x8 pad 1 | opaque mystery 16x16x8 | gap | fc 10"
SYMBOLIC = "HxWxC | conv 3x3x(C/2) pad 1 | relu | gap | fc 10"
Opened = Callable[..., Any]


@cache
def text(*specs: str) -> str:
    return document(report_of(*specs))


@cache
def whole_page(*specs: str) -> str:
    """Return the page with the sections of a report."""
    return document(reported([archcalc.analyze(spec).analysis for spec in specs]))


def rows(page: Any) -> list[str]:
    """Return the names of the layers that are shown."""
    found = page.locator(".table tbody tr:not(.stage) th:visible").all_inner_texts()
    return [name.strip() for name in found]


def column(page: Any, k: int) -> list[str]:
    return page.locator(f".table tbody tr:not(.stage):visible td:nth-child({k})").all_inner_texts()


def chosen(page: Any) -> str:
    return str(page.locator(".layer:visible h4 a").inner_text())


# The layer that is chosen


def test_a_click_on_a_row_shows_its_formulas_and_its_link(opened: Opened) -> None:
    page = opened(text("googlenet"))
    page.locator("tr", has_text="3a.2.conv2conv").locator("td").first.click()
    assert chosen(page) == "3a.2.conv2"
    assert page.url.endswith("#3a.2.conv2")
    said = page.locator(".layer:visible").inner_text()
    assert "28*28*128 * 3*3*96" in said
    assert "86,704,128" in said
    assert page.locator("tr.chosen").count() == 1
    assert "One unit sees 43x43 of 224x224" in page.locator(".drawing").inner_text()
    page.get_by_role("link", name="3a.concat", exact=True).first.click()
    assert chosen(page) == "3a.concat"
    page.go_back()
    assert chosen(page) == "3a.2.conv2"


def test_the_costliest_layer_is_shown_first(opened: Opened) -> None:
    assert chosen(opened(text("googlenet"))) == "conv2"


@pytest.mark.parametrize("width", [320, 1280])
def test_a_link_opens_its_layer(opened: Opened, width: int) -> None:
    page = opened(text("googlenet"), width=width, fragment="#5a.2.conv2")
    assert chosen(page) == "5a.2.conv2"
    row = page.locator("tr.chosen")
    frame = page.locator(".tall").bounding_box()
    assert frame["y"] <= row.bounding_box()["y"] <= frame["y"] + frame["height"]
    assert page.locator(".layer:visible").bounding_box()["y"] < 900


def test_a_box_of_the_graph_leads_to_its_layer_by_keyboard(opened: Opened) -> None:
    page = opened(text("googlenet"))
    box = page.locator(".graph a", has_text="conv 5x5x32 pad 2")
    box.focus()
    page.keyboard.press("Enter")
    assert chosen(page) == "3a.3.conv2"
    assert "chosen" in box.get_attribute("class")


def test_equal_layers_show_the_whole_arithmetic(opened: Opened) -> None:
    page = opened(text("resnet50"), fragment="#conv4_x.bottleneck5.conv2")
    said = page.locator(".layer:visible").inner_text()
    assert "as in conv4_x.bottleneck2.conv2" in said
    assert "14*14*256 * 3*3*256" in said
    assert said.count("receptive field") == 1


def test_the_field_is_drawn_to_scale(opened: Opened) -> None:
    page = opened(text("googlenet"), fragment="#3b.3.conv2")
    frame = page.locator(".g-frame").bounding_box()
    field = page.locator(".g-field").bounding_box()
    size = archcalc.analyze("googlenet").column("receptive_field")["3b.3.conv2"][0]
    assert field["width"] / frame["width"] == pytest.approx(size / 224, rel=0.03)
    page = opened(text("googlenet"), fragment="#5b.concat")
    assert "Hatched: padding." in page.locator("figcaption").inner_text()
    assert page.locator(".drawing rect[fill='url(#:hatch0)']").count() == 1


def test_what_has_no_place_is_not_drawn(opened: Opened) -> None:
    page = opened(text("googlenet"), fragment="#fc")
    assert page.locator(".drawing").inner_text() == "It sees the entire input."
    assert page.locator(".drawing svg").count() == 0
    assert opened(text(SYMBOLIC)).locator(".drawing").is_hidden()


def test_a_sequence_is_drawn_as_a_strip(opened: Opened) -> None:
    page = opened(text("128x16 | linear 8 | relu"), fragment="#linear1")
    assert "sees 1 of 128" in page.locator("figcaption").inner_text()
    frame = page.locator(".g-frame").bounding_box()
    assert frame["width"] > 4 * frame["height"]


# Sorting, filters, folding


def test_a_head_sorts_both_ways_and_back(opened: Opened) -> None:
    page = opened(text("googlenet"))
    names = rows(page)
    macs = archcalc.analyze("googlenet").column("macs")
    head = page.locator(".table thead th", has_text="MACs")
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert [macs[name] for name in rows(page)] == sorted(macs.values(), reverse=True)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert [macs[name] for name in rows(page)] == sorted(macs.values())
    assert page.locator(".table thead [aria-sort=ascending]").count() == 1
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "none"
    assert rows(page) == names


def test_sorting_follows_the_convention(opened: Opened) -> None:
    page = opened(text("googlenet"))
    page.locator(".table thead button", has_text="MACs").click()
    page.select_option("select", "flops")
    flops = archcalc.analyze("googlenet").column("flops")
    assert [flops[name] for name in rows(page)] == sorted(flops.values(), reverse=True)


def test_unknown_numbers_come_last(opened: Opened) -> None:
    page = opened(text(OPAQUE))
    head = page.locator(".table thead button", has_text="params")
    for _ in range(2):
        head.click()
        assert column(page, 4)[-1] == "?"


def test_the_filter_says_how_many_it_finds(opened: Opened) -> None:
    page = opened(text("googlenet"))
    page.fill("input[type=search]", "3x3 4a")
    assert rows(page) == ["4a.2.conv2", "4a.4.maxpool1"]
    output = page.locator("output")
    assert output.inner_text() == "2 of 141 shown"
    assert output.get_attribute("aria-live") == "polite"
    page.fill("input[type=search]", "")
    assert len(rows(page)) == 141


def test_stages_fold(opened: Opened) -> None:
    page = opened(text("googlenet"))
    stage = page.locator(".stage button", has_text="3a")
    stage.click()
    assert stage.get_attribute("aria-expanded") == "false"
    assert "3a.concat" not in rows(page)
    page.fill("input[type=search]", "3a.concat")
    assert rows(page) == ["3a.concat"]
    page.fill("input[type=search]", "")
    assert "3a.concat" not in rows(page)
    page.locator(".graph a[href='#3a.concat']").click()
    assert "3a.concat" in rows(page)
    page.locator("[data-do=fold]").click()
    assert "3b.concat" not in rows(page)
    page.locator("[data-do=fold]").click()
    assert len(rows(page)) == 141


def test_while_it_is_sorted_the_order_of_the_net_is_a_click_away(opened: Opened) -> None:
    page = opened(text("googlenet"))
    names, fold = rows(page), page.locator("[data-do=fold]")
    back = page.get_by_role("button", name="Order of the net")
    assert back.is_hidden()
    page.locator(".table thead button", has_text="MACs").click()
    assert fold.is_hidden()
    back.click()
    assert rows(page) == names
    assert fold.is_visible()
    assert back.is_hidden()
    assert page.evaluate("document.activeElement.dataset.do") == "fold"
    page.fill("input[type=search]", "3a")
    assert fold.is_disabled()


def test_a_long_net_begins_folded_and_a_link_unfolds_it(opened: Opened) -> None:
    page = opened(text("densenet121"), fragment="#dense3.concat5.2.conv1")
    assert page.locator(".stage button[aria-expanded=false]").count() > 10
    assert chosen(page) == "dense3.concat5.2.conv1"
    assert chosen(page) in rows(page)
    assert "dense3.concat4.2.conv1" not in rows(page)


# Conventions


@pytest.mark.parametrize("spec", ["googlenet", "vit_b_16"])
def test_numbers_of_every_convention_are_written_as_everywhere(opened: Opened, spec: str) -> None:
    page = opened(text(spec))
    analysis = archcalc.analyze(spec).analysis
    for key, convention in CONVENTIONS.items():
        page.select_option("select", key)
        values, total = cost(key).of(analysis), cost(key).total(analysis)
        found = page.evaluate(
            "[...document.querySelectorAll('.table tbody tr:not(.stage)')]"
            ".map((row) => [row.cells[4].textContent, row.cells[4].title])"
        )
        wanted = [[short(n), exact(n) if exact(n) != short(n) else ""] for n in values]
        assert found == wanted
        assert page.locator("[data-total]").inner_text() == short(total)
        assert page.locator(".sentence").inner_text().startswith(convention.title)
        assert convention.sentence in page.locator(".sentence").inner_text()
        share = page.locator(".bars tbody td:nth-child(3)").all_inner_texts()
        assert sum(float(one.rstrip("%")) for one in share) == pytest.approx(100, abs=2)


def test_unknown_is_never_zero(opened: Opened) -> None:
    page = opened(text(OPAQUE))
    for key in ("macs", "flops", "thop", "macs"):
        page.select_option("select", key)
        total = page.locator("tfoot td").nth(3).inner_text()
        assert total.startswith(">= ")
        assert column(page, 5)[1] == "?"
        assert "%" not in "".join(page.locator(".bars tbody td:nth-child(3)").all_inner_texts())


def test_formulas_of_symbols_follow_the_convention(opened: Opened) -> None:
    page = opened(text(SYMBOLIC))
    page.select_option("select", "flops2")
    wanted = symbolic_text(cost("flops2").total(archcalc.analyze(SYMBOLIC).analysis))
    assert page.locator("[data-total]").inner_text() == wanted


def test_both_nets_follow_the_convention(opened: Opened) -> None:
    page = opened(text(*BOTTLENECK))
    page.select_option("select", "flops2")
    assert page.locator("[data-total]").all_inner_texts() == ["225.8M", "10.54M"]
    page.get_by_role("link", name="conv1", exact=True).last.click()
    assert page.url.endswith("#B/conv1")


def test_the_comparison_follows_the_convention(opened: Opened) -> None:
    page = opened(whole_page("14x14x480 | conv 5x5x48 pad 2 | relu", BOTTLENECK[1]))
    row = page.locator("#compared").locator("..").locator("tbody tr", has_text="MACs")
    before = row.inner_text().split("\t")
    assert before == ["MACs", "112.9M", "5.268M", "21.4x fewer"]
    page.select_option("select", "flops")
    analyses = [
        archcalc.analyze(spec).analysis
        for spec in ("14x14x480 | conv 5x5x48 pad 2 | relu", BOTTLENECK[1])
    ]
    a, b = (cost("flops").total(analysis) for analysis in analyses)
    row = page.locator("#compared").locator("..").locator("tbody tr", has_text="FLOPs")
    assert row.inner_text().split("\t") == ["FLOPs", short(a), short(b), f"{a / b:.1f}x fewer"]
    assert page.locator("[data-convention]").inner_text().startswith("Convention flops: ")
    page.select_option("select", "macs")
    row = page.locator("#compared").locator("..").locator("tbody tr", has_text="MACs")
    assert row.inner_text().split("\t") == before


def test_the_costs_of_several_nets_follow_the_convention(opened: Opened) -> None:
    page = opened(whole_page("alexnet", "vgg16", "googlenet"))
    table = page.locator("#compared").locator("..").locator("table").first
    before = table.inner_text()
    page.select_option("select", "flops2")
    head = table.locator("thead th").all_inner_texts()
    assert "FLOPs (2*MACs) (G)" in head
    at = next(i for i, name in enumerate(head) if name.startswith("FLOPs"))
    found = [float(n) for n in table.locator(f"tbody td:nth-child({at + 1})").all_inner_texts()]
    wanted = [
        2 * archcalc.analyze(name).total("macs") for name in ("alexnet", "vgg16", "googlenet")
    ]
    assert found == [pytest.approx(n / 1e9, rel=3e-3) for n in wanted]
    assert page.locator(".note", has_text="The pictures count MACs").count() == 1
    page.select_option("select", "macs")
    assert table.inner_text() == before


# Copies


@pytest.fixture
def copied(opened: Opened) -> Callable[[str, str], str]:
    def copy(spec: str, kind: str, query: str = "") -> str:
        page = opened(text(spec), permissions=["clipboard-read", "clipboard-write"])
        page.fill("input[type=search]", query)
        page.locator(f"[data-do={kind}]").click()
        page.get_by_text("Copied").wait_for()
        return str(page.evaluate("navigator.clipboard.readText()"))

    return copy


def test_csv_is_exact(copied: Callable[..., str]) -> None:
    found = list(csv.reader(io.StringIO(copied("googlenet", "csv"))))
    assert found[0][:5] == ["layer", "what", "output", "params", "macs"]
    macs = archcalc.analyze("googlenet").column("macs")
    assert {row[0]: int(row[4]) for row in found[1:-1]} == macs
    assert found[-1][0] == "total"
    assert int(found[-1][4]) == sum(macs.values())


def test_markdown_has_the_visible_rows(copied: Callable[..., str]) -> None:
    lines = copied("googlenet", "markdown", "3a.2.conv2").splitlines()
    assert lines[0].startswith("| layer | what | output |")
    assert lines[2].startswith("| 3a.2.conv2 | conv 3x3x128 pad 1 | 28x28x128 | 110.7K | 86.70M |")
    assert len(lines) == 4  # the net's total is not theirs


@pytest.mark.parametrize("kind", ["markdown", "csv", "latex"])
def test_the_total_stands_below_all_rows_only(copied: Callable[..., str], kind: str) -> None:
    assert "total" in copied("googlenet", kind)
    assert "total" not in copied("googlenet", kind, "5x5")


def test_latex_is_escaped(copied: Callable[..., str]) -> None:
    found = copied("resnet50", "latex", "conv3_x.bottleneck1.conv1")
    assert found.count("\\midrule") == 1
    assert "conv3\\_x.bottleneck1.conv1 & conv" in found
    assert found.startswith("\\begin{tabular}{llrrrrrr}\n\\toprule")
    assert "\\bottomrule\n\\end{tabular}" in found


def test_the_spec_reads_back(copied: Callable[..., str]) -> None:
    spec = copied("lenet5", "spec")
    assert archcalc.analyze(spec).total("macs") == archcalc.analyze("lenet5").total("macs")


def test_without_a_clipboard_the_text_is_shown(opened: Opened) -> None:
    page = opened(text("lenet5"))
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.locator("[data-do=csv]").click()
    area = page.get_by_label("Copy this text")
    assert area.input_value().startswith("layer,what,output")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.get_by_role("button", name="Close").click()
    assert area.is_hidden()


# Widths, schemes, paper, no script


@pytest.mark.parametrize(
    ("specs", "width"),
    [
        *((("googlenet",), width) for width in (320, 768, 1280, 1920)),
        *((BOTTLENECK, width) for width in (320, 768, 1280)),
        *((specs, 320) for specs in (("unet",), (SYMBOLIC,), (OPAQUE,))),
    ],
)
def test_no_page_is_wider_than_its_window(
    opened: Opened, specs: tuple[str, ...], width: int
) -> None:
    page = opened(text(*specs), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    without = opened(text(*specs), width=width, java_script_enabled=False)
    assert without.locator("body").bounding_box()["width"] <= width


def test_the_head_of_the_table_stays(opened: Opened) -> None:
    page = opened(text("googlenet"))
    page.evaluate("document.querySelector('.tall').scrollTop = 1500")
    frame = page.locator(".tall").bounding_box()
    head = page.locator(".table thead th").first.bounding_box()
    assert head["y"] == pytest.approx(frame["y"], abs=2)


def test_the_first_column_stays(opened: Opened) -> None:
    page = opened(text("googlenet"), width=320)
    page.evaluate("document.querySelector('.tall').scrollLeft = 300")
    frame = page.locator(".tall").bounding_box()
    name = page.locator(".table tbody th").first.bounding_box()
    assert name["x"] == pytest.approx(frame["x"], abs=2)


def test_dark_is_dark(opened: Opened) -> None:
    colors = []
    for scheme in ("light", "dark"):
        page = opened(text("lenet5"), color_scheme=scheme)
        colors.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert colors == ["rgb(255, 255, 255)", "rgb(21, 23, 28)"]


def test_on_paper_there_are_formulas_and_no_controls(opened: Opened) -> None:
    page = opened(text("googlenet"))
    page.fill("input[type=search]", "3a")
    page.emulate_media(media="print")
    assert page.locator("select:visible, input:visible, .controls:visible").count() == 0
    assert page.locator(".layer:visible").count() > 50
    assert len(rows(page)) == 141
    assert page.locator(".tall").evaluate("(e) => getComputedStyle(e).maxHeight") == "none"


def test_on_paper_a_sorted_table_has_no_sums_of_stages(opened: Opened) -> None:
    page = opened(text("googlenet"))
    page.emulate_media(media="print")
    assert page.locator(".stage:visible").count() > 5
    page.emulate_media(media="screen")
    page.locator(".table thead button", has_text="MACs").click()
    page.emulate_media(media="print")
    assert page.locator(".stage:visible").count() == 0
    assert len(rows(page)) == 141


def test_without_a_script_everything_is_there_to_read(opened: Opened) -> None:
    page = opened(text("googlenet"), java_script_enabled=False)
    assert len(rows(page)) == 141
    assert page.locator("button:visible, input:visible, select:visible").count() == 0
    assert page.locator(".layer:visible").count() == 0
    page.get_by_role("link", name="3a.2.conv2", exact=True).first.click()
    said = page.locator(".layer:visible").inner_text()
    assert "28*28*128 * 3*3*96" in said
    assert "receptive field" in said
    assert "FLOPs (FlopCounterMode)" in page.locator("main").inner_text()
    assert page.locator(".graph a").count() > 50


def test_names_do_nothing(opened: Opened) -> None:
    page = opened(document(hostile_report()), fragment=f"#plain/{quote(KOREAN)}")
    assert page.locator("h1").inner_text() == HOSTILE
    assert KOREAN in page.locator(".layer:visible h4 a").all_inner_texts()
    for link in page.locator(".table th a").all():
        link.click()
    page.locator("[data-do=latex]").first.click()


# Accessibility


def violations(page: Any) -> list[str]:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize(
    ("specs", "scheme"),
    [
        (BOTTLENECK, "light"), (BOTTLENECK, "dark"), (("googlenet",), "dark"),
        ((OPAQUE,), "light"), ((SYMBOLIC,), "dark"),
    ],
)  # fmt: skip
def test_axe_finds_nothing(opened: Opened, specs: tuple[str, ...], scheme: str) -> None:
    assert violations(opened(text(*specs), color_scheme=scheme)) == []


@pytest.mark.parametrize("width", [320, 1920])
def test_axe_finds_nothing_at_any_width(opened: Opened, width: int) -> None:
    table = archcalc.compare(*BOTTLENECK).table()
    section = Section("comparison", "Side by side", (table,), (Picture("p", "A line"),))
    page = opened(document(report_of(*BOTTLENECK, sections=(section,))), width=width)
    assert violations(page) == []


def test_what_scrolls_can_be_reached_and_focus_is_seen(opened: Opened) -> None:
    page = opened(text("lenet5"))
    for region in page.locator(".scroll, .strips").all():
        assert region.get_attribute("tabindex") == "0"
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the numbers"
    assert page.locator(":focus").bounding_box()["x"] >= 0
    assert page.locator(":focus").evaluate("(e) => getComputedStyle(e).outlineStyle") == "solid"
