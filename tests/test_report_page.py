"""The HTML page of a report: structure, links, escapes, numbers; read without a browser."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

import pytest
from page_reports import (
    BOTTLENECK,
    HOSTILE,
    KOREAN,
    REVERSED,
    Picture,
    Report,
    Section,
    hostile_report,
    layer_of,
    report_of,
)

import archcalc
from archcalc.analysis import walk
from archcalc.arithmetic.expression import symbolic_text
from archcalc.arithmetic.unknown import Unknown
from archcalc.conventions import CONVENTIONS, cost
from archcalc.graph import Graph, Node
from archcalc.reporting.page import document
from archcalc.reporting.page.boxes import boxes, segments
from archcalc.reporting.page.layout import BOX, laid
from archcalc.reporting.page.stages import stages
from archcalc.reporting.page.strips import runs
from archcalc.table import Cell, Column, Table, Text

VOID = {"meta", "input", "img", "br", "link", "hr"}
SYMBOLIC = "HxWxC | conv 3x3x(C/2) pad 1 | relu | gap | fc 10"
OPAQUE = "16x16x3 | conv 3x3x8 pad 1 | opaque mystery 16x16x8 | gap | fc 10"
NETS = ("lenet5", "googlenet", "resnet50", "unet", "vit_b_16", "gpt2", SYMBOLIC, OPAQUE)


class Reader(HTMLParser):
    """Collects the elements of a page with their attributes, text and ancestors."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[dict[str, Any]] = []
        self.elements: list[dict[str, Any]] = []
        self.feed(page)
        self.close()
        assert not self.open, f"never closed: {[one['tag'] for one in self.open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        keys = [key for key, _ in attrs]
        assert len(keys) == len(set(keys)), f"an attribute twice: <{tag} {keys}>"
        one = {
            "tag": tag,
            "attrs": dict(attrs),
            "text": "",
            "within": [o["tag"] for o in self.open],
        }
        self.elements.append(one)
        if tag not in VOID:
            self.open.append(one)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> without a start"
        assert self.open[-1]["tag"] == tag, f"</{tag}> inside <{self.open[-1]['tag']}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for one in self.open:
            one["text"] += data

    def all(self, tag: str, **attrs: str) -> list[dict[str, Any]]:
        return [
            one
            for one in self.elements
            if one["tag"] == tag and all(one["attrs"].get(k) == v for k, v in attrs.items())
        ]

    @property
    def ids(self) -> list[str]:
        return [one["attrs"]["id"] for one in self.elements if "id" in one["attrs"]]

    @property
    def data(self) -> Any:
        (script,) = self.all("script", type="application/json")
        return json.loads(script["text"])


@cache
def page(*specs: str) -> str:
    return document(report_of(*specs))


@cache
def read(*specs: str) -> Reader:
    return Reader(page(*specs))


def number(found: Any) -> Any:
    return int(found) if isinstance(found, str) else found


@pytest.mark.parametrize("spec", NETS)
def test_ids_are_unique_and_links_lead_somewhere(spec: str) -> None:
    one = read(spec)
    assert len(one.ids) == len(set(one.ids))
    links = [a["attrs"]["href"] for a in one.all("a")]
    assert len(links) > len(archcalc.analyze(spec).analysis.nodes)
    for link in links:
        assert link.startswith("#")
        assert unquote(link[1:]) in one.ids


@pytest.mark.parametrize("spec", NETS)
def test_every_layer_has_its_section_by_its_name(spec: str) -> None:
    one, analysis = read(spec), archcalc.analyze(spec).analysis
    found = [s["attrs"]["id"] for s in one.all("section") if "layer" in s["attrs"].get("class", "")]
    assert found == [node.name for node in analysis.nodes]


def test_several_nets_have_their_names_before_those_of_layers() -> None:
    one = read(*BOTTLENECK)
    assert {"A/conv1", "B/conv1", "B/conv2"} <= set(one.ids)
    assert len(one.all("section")) > 3


@pytest.mark.parametrize("spec", NETS)
def test_tables_have_captions_and_scopes(spec: str) -> None:
    one = read(spec)
    tables, captions = one.all("table"), one.all("caption")
    assert len(tables) == len(captions) == 3
    assert all(caption["text"].strip() for caption in captions)
    heads = one.all("th")
    assert {head["attrs"]["scope"] for head in heads} <= {"col", "row", "rowgroup"}
    rows = [tr for tr in one.all("tr") if tr["within"][-1] == "tbody"]
    firsts = [th for th in heads if th["attrs"]["scope"] != "col"]
    assert len(firsts) == len(rows) + len(one.all("tfoot"))


def test_the_language_the_width_and_the_way_in() -> None:
    one = read("lenet5")
    (html,) = one.all("html")
    assert html["attrs"]["lang"] == "en"
    (viewport,) = one.all("meta", name="viewport")
    assert "width=device-width" in viewport["attrs"]["content"]
    assert "user-scalable" not in viewport["attrs"]["content"]
    first = next(e for e in one.elements if e["tag"] == "a")
    assert first["attrs"]["class"] == "skip"
    assert unquote(first["attrs"]["href"][1:]) in one.ids
    assert len(one.all("h1")) == len(one.all("main")) == 1
    levels = [int(e["tag"][1]) for e in one.elements if re.fullmatch("h[1-6]", e["tag"])]
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("specs", [("googlenet",), BOTTLENECK])
def test_nothing_is_fetched(specs: tuple[str, ...]) -> None:
    one = read(*specs)
    (policy,) = one.all("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy["attrs"]["content"].startswith("default-src 'none'; img-src data:")
    for element in one.elements:
        for key in ("src", "srcset", "href", "xlink:href", "action", "data", "poster"):
            target = element["attrs"].get(key) or "#"
            assert target.startswith(("#", "data:image/svg+xml,%3C")), element
        assert not any(key.startswith("on") for key in element["attrs"])
    (style,) = one.all("style")
    assert "@import" not in style["text"]
    assert "url(" not in style["text"]
    assert not one.all("link")


def test_the_script_is_the_one_that_the_policy_allows() -> None:
    from base64 import b64encode
    from hashlib import sha256

    one = read("lenet5")
    (script,) = [s for s in one.all("script") if not s["attrs"]]
    digest = b64encode(sha256(script["text"].encode()).digest()).decode()
    (policy,) = one.all("meta", **{"http-equiv": "Content-Security-Policy"})
    assert f"script-src 'sha256-{digest}'" in policy["attrs"]["content"]


def test_a_page_is_small_and_the_same_every_time() -> None:
    assert len(page("googlenet").encode()) < 400_000
    assert document(report_of("googlenet")) == page("googlenet")
    assert len(document(report_of("resnet152")).encode()) < 1_500_000


def test_bytes_do_not_hang_on_the_process() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from page_reports import report_of\n"
        "from archcalc.reporting.page import document\n"
        "from hashlib import sha256\n"
        "print(sha256(document(report_of('inception3a')).encode()).hexdigest())\n"
        "assert 'torch' not in sys.modules\n"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


# Numbers


@pytest.mark.parametrize("spec", NETS)
def test_the_scripts_numbers_are_the_analysis(spec: str) -> None:
    analysis = archcalc.analyze(spec).analysis
    (net,) = read(spec).data["nets"]
    rows = [tr["attrs"] for tr in read(spec).all("tr") if "data-k" in tr["attrs"]]
    assert list(net["costs"]) == sorted(CONVENTIONS)
    for key, found in net["costs"].items():
        column = cost(key)
        values, total = column.of(analysis), column.total(analysis)
        kinds = [found["kinds"][int(row["data-k"])] for row in rows]
        assert len(kinds) == len(values)
        for value, given in zip((*values, total), (*kinds, found["total"]), strict=True):
            if isinstance(value, int):
                assert number(given) == value
            elif isinstance(value, Unknown):
                assert given["reason"] == value.reason
            elif value is None:
                assert given is None
            else:
                assert given["expr"] == symbolic_text(value)
        if all(isinstance(value, int) for value in values):
            assert sum(map(number, found["groups"])) == total
            assert sum(map(number, found.get("bars", found["groups"]))) == total


def test_unknown_stays_unknown() -> None:
    one = read(OPAQUE)
    (row,) = [tr for tr in one.all("tr") if "opaque mystery" in tr["text"] and tr["attrs"]]
    assert "?" in row["text"]
    (total,) = one.all("tfoot")
    assert ">= " in total["text"]
    assert "lower bounds" in page(OPAQUE)


def test_formulas_stand_for_symbols() -> None:
    one = read(SYMBOLIC)
    assert "C*(9*H*W*C + 10)/2" in one.all("tfoot")[0]["text"]
    assert one.data["nets"][0]["fields"] == [None]


def test_numbers_are_readable_in_cells_and_exact_in_titles() -> None:
    one = read("googlenet")
    cells = {td["text"]: td["attrs"].get("title") for td in one.all("td")}
    assert cells["86.70M"] == "86,704,128"
    assert cells["1.583G"] == f"{archcalc.analyze('googlenet').total('macs'):,}"
    assert cells["28x28x256"] is None


def test_what_equal_layers_say_is_said_once() -> None:
    one = read("resnet50")
    analysis = archcalc.analyze("resnet50").analysis
    like = [dd for dd in one.all("dd") if dd["attrs"].get("class") == "like"]
    assert len(like) == len(analysis.nodes) - len(analysis.distinct)
    text = {s["attrs"].get("id"): s["text"] for s in one.all("section")}
    assert "14*14*256 * 3*3*256" in text["conv4_x.bottleneck2.conv2"]
    assert "as in conv4_x.bottleneck2.conv2" in text["conv4_x.bottleneck5.conv2"]
    assert "receptive field" in text["conv4_x.bottleneck5.conv2"]


def test_fields_are_four_numbers_and_the_units() -> None:
    one = read("googlenet")
    (net,) = one.data["nets"]
    (row,) = [tr for tr in one.all("tr") if tr["text"].startswith("3a.2.conv2conv")]
    assert net["fields"][int(row["attrs"]["data-f"])] == [[43, 8, -15, 224, 28]] * 2
    assert "whole" in net["fields"]


@pytest.mark.parametrize("counting", ["flops", "thop", "keras"])
def test_the_reports_convention_is_what_stands_without_a_script(counting: str) -> None:
    one = Reader(document(report_of("lenet5", counting=counting)))
    total = cost(counting).total(archcalc.analyze("lenet5").analysis)
    (selected,) = [o for o in one.all("option") if "selected" in o["attrs"]]
    assert selected["attrs"]["value"] == counting
    (cell,) = [dd for dd in one.all("dd") if "data-total" in dd["attrs"]]
    assert cell["attrs"].get("title", cell["text"]) == f"{total:,}"
    assert CONVENTIONS[counting].sentence in one.all("body")[0]["text"]


def test_layout_and_further_columns() -> None:
    report = report_of("lenet5", layout="chw", columns=("weights", "Paper says", "params"))
    one = Reader(document(report))
    heads = [th["attrs"].get("data-key") for th in one.all("th")]
    assert heads.count("weights") == heads.count("params") == 1
    assert "6x28x28" in one.all("table")[0]["text"]


def test_a_net_recorded_from_code_has_a_page_without_a_spec() -> None:
    node = Node("features.0", layer_of("conv 3x3x4"), ("x",))
    graph = Graph({"x": (3, 8, 8)}, (node,), "features.0", name="recorded")
    one = Reader(document(Report("t", ("recorded",), (walk(graph),))))
    assert "features.0" in one.ids
    assert not one.all("pre")


# What people write


def test_names_are_inert() -> None:
    text = document(hostile_report())
    one = Reader(text)
    assert len(one.ids) == len(set(one.ids))
    assert len(one.all("script")) == text.count("<script") == 2
    assert "alert(1)</script>" not in text
    assert HOSTILE in one.all("h1")[0]["text"]
    assert KOREAN in text
    assert REVERSED not in text
    assert "\u202e" not in text
    assert f"plain/{KOREAN}" in one.ids
    for link in (a["attrs"]["href"] for a in one.all("a")):
        assert unquote(link[1:]) in one.ids


def test_a_layer_may_be_called_like_a_part_of_the_page() -> None:
    node = Node(":conventions", layer_of("conv 3x3x4"), ("x",))
    graph = Graph({"x": (3, 8, 8)}, (node,), ":conventions", name="main")
    one = Reader(document(Report("main", ("main",), (walk(graph),))))
    assert len(one.ids) == len(set(one.ids))
    assert "_:conventions" in one.ids


def test_sections_hold_blocks_and_pictures() -> None:
    table = Table((Column("a", "a", right=False),), ((Cell("x"),),), "A table")
    comparison = Section("comparison", "Side by side", (table,))
    times = Section("times", "Times", (Text("Predicted."),), (Picture("p", "A <line>"),))
    one = Reader(document(report_of(*BOTTLENECK, sections=(times, comparison))))
    titles = [h2["text"].split()[0] for h2 in one.all("h2")]
    assert titles == ["Side", "A", "B", "Times", "Ways"]
    (picture,) = one.all("img")
    assert picture["attrs"]["alt"] == "A <line>"
    assert "A table" in [caption["text"] for caption in one.all("caption")]
    assert "#times" in [a["attrs"]["href"] for a in one.all("a")]


# The graph


def test_branches_are_drawn_side_by_side() -> None:
    analysis = archcalc.analyze("inception3a").analysis
    (run,) = runs(analysis)
    (strip,) = run.strips
    places = laid([box.inputs for box in strip.boxes]).places
    words = [analysis.nodes[box.positions[0]].layer.word for box in strip.boxes]
    ranks = {}
    for k, (rank, middle) in places.items():
        ranks.setdefault(rank, []).append(middle)
        assert words[k] != "concat" or rank == 3
    assert [len(ranks[rank]) for rank in (1, 2, 3)] == [4, 3, 1]
    for middles in ranks.values():
        ordered = sorted(middles)
        assert all(b - a >= BOX for a, b in pairwise(ordered))


@pytest.mark.parametrize("spec", ["googlenet", "unet", "densenet121", "vit_b_16", "xception"])
def test_every_layer_is_in_one_box_and_every_edge_between_boxes(spec: str) -> None:
    analysis = archcalc.analyze(spec).analysis
    found = boxes(analysis)
    assert sorted(i for box in found for i in box.positions) == list(range(len(analysis.nodes)))
    home = {analysis.nodes[i].name: k for k, box in enumerate(found) for i in box.positions}
    for k, box in enumerate(found):
        read_names = analysis.nodes[box.positions[0]].inputs
        assert {home.get(name, -1) for name in read_names} == set(box.inputs)
        assert all(source < k for source in box.inputs)
    stretches = segments(found)
    assert [k for stretch in stretches for k in stretch] == list(range(len(found)))
    for stretch in stretches:
        outside = {s for k in stretch for s in found[k].inputs if s < stretch.start}
        assert outside <= {stretch.start - 1}


def test_long_nets_are_drawn_once_where_alike() -> None:
    analysis = archcalc.analyze("resnet1202").analysis
    found = runs(analysis)
    assert sum(run.times * len(run.strips) for run in found) == len(segments(boxes(analysis)))
    assert max(run.times for run in found) == 200
    assert sum(len(strip.boxes) for run in found for strip in run.strips) < 60


def test_a_net_in_which_everything_reads_everything_has_bounds() -> None:
    nodes, names = [], ["x"]
    for i in range(150):
        nodes.append(Node(f"c{i}", layer_of("concat(id; id)"), tuple(names[-12:])))
        names.append(f"c{i}")
    graph = Graph({"x": (1, 2, 2)}, tuple(nodes), names[-1], name="woven")
    (run,) = runs(walk(graph))
    assert run.strips[0].whole
    text = document(Report("woven", ("woven",), (walk(graph),)))
    assert "150 layers" in text
    assert "one box stands for many layers" in text


def test_stages_cover_the_net_in_order() -> None:
    for spec, some in (("googlenet", "3a"), ("resnet50", "conv4_x.bottleneck6"), ("unet", "down1")):
        analysis = archcalc.analyze(spec).analysis
        found = stages(analysis)
        assert [i for part in found for i in part.positions] == list(range(len(analysis.nodes)))
        assert some in [part.name for part in found]
