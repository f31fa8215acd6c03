"""Plots: tables hold what analyses say, pictures hold what tables say, the same bytes each time."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from json_output import validated

import archcalc
from archcalc.analysis import Analysis
from archcalc.comparison import unique_names
from archcalc.errors import MissingDependency, UsageError, printable
from archcalc.graph import Graph
from archcalc.plots import FORMATS, Plot, document, kinds, meaning, options_of, plot
from archcalc.plots.page import page
from archcalc.plots.scale import Scale
from archcalc.plots.stages import MOST_ROWS
from archcalc.plots.style import COLORS, Series
from archcalc.quantities import quantity
from archcalc.quantities.base import sum_of
from archcalc.quantities.receptive_field import WHOLE
from archcalc.remarks import convention_text
from archcalc.renderers.cells import text
from archcalc.table import Cell, Table

from transcripts import run

pytest.importorskip("numpy")

SVG = "{http://www.w3.org/2000/svg}"
FIVE = "14x14x480 | conv 5x5x48 pad 2"
REDUCED = "14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2"
BY_R = "14x14x480 | conv 1x1x(480/r) | conv 5x5x48 pad 2"
SMALL = "28x28x1 | conv 5x5x6 pad 2 | relu | avgpool 2x2 | flatten | fc 10"
HOSTILE = "<script>alert(1)</script> & $x_1$ \\frac 한국어 " + "long" * 30
STORE = Path(__file__).parent.parent / "reports/data/amd-epyc/comparisons.jsonl"
OPTIONS: dict[str, dict[str, Any]] = {
    "roofline": {"device": "h200"},
    "time": {"device": "h200", "batches": (1, 32)},
    "sweep": {"symbol": "r", "values": (2, 4, 7, 8)},
    "pareto": {"grid": {"r": (2, 4, 7, 8)}},
}
SWEPT = ("sweep", "pareto")
SIGNATURES = {"svg": b"<svg ", "png": b"\x89PNG", "pdf": b"%PDF"}


def analyzed(*specs: str) -> tuple[list[Analysis], tuple[str, ...]]:
    found = [archcalc.analyze(spec).analysis for spec in specs]
    return found, unique_names([one.graph.name for one in found])


def made(kind: str, *specs: str, **options: Any) -> Plot:
    if kind in SWEPT and not options:
        specs = tuple(BY_R if spec == REDUCED else spec for spec in specs)
        found = [
            archcalc.analyze(spec, r=2) if "480/r" in spec else archcalc.analyze(spec)
            for spec in specs
        ]
        analyses = [one.analysis for one in found]
        return plot(kind, analyses, unique_names([""] * len(specs)), **OPTIONS[kind])
    analyses, names = analyzed(*specs)
    return plot(kind, analyses, names, **(options or OPTIONS.get(kind, {})))


def column(table: Table, key: str) -> list[Any]:
    at = [one.key for one in table.columns].index(key)
    return [row[at].value for row in table.rows]


def drawn(plot: Plot) -> ElementTree.Element:
    return ElementTree.fromstring(document(plot, "svg"))


def words(root: ElementTree.Element) -> list[str]:
    return ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]


KINDS = kinds()


def test_the_folder_is_the_list() -> None:
    named = {"stages", "depth", "field", "bars", "time", "roofline", "sweep", "pareto"}
    assert named <= set(KINDS)
    assert all(meaning(kind).endswith(".") for kind in KINDS)
    shown = run("archcalc plot --help")
    assert all(re.search(rf"^ +{kind} ", shown, re.MULTILINE) for kind in KINDS)


# Tables


def test_stages_add_up() -> None:
    for spec in ("googlenet", "resnet50", "vit_b_16", "resnet1202", SMALL, FIVE):
        analyses, _ = analyzed(spec)
        table = made("stages", spec).table
        for key in ("params", "macs"):
            *stages, total = column(table, key)
            assert sum(stages) == total == quantity(key).total(analyses[0])
        assert 2 <= len(table.rows) <= MOST_ROWS + 1
        assert table.last_is_total


def test_many_stages_are_summed() -> None:
    spec = "8x8x4 | " + " | ".join(f"conv 1x1x{4 + i}" for i in range(30))
    analyses, _ = analyzed(spec)
    table = made("stages", spec).table
    assert len(table.rows) == MOST_ROWS + 1
    assert column(table, "stage")[-2:] == ["11 others", "total"]
    *stages, total = column(table, "macs")
    assert sum(stages) == total == quantity("macs").total(analyses[0])


def test_several_nets_have_stages_of_their_own() -> None:
    table = made("stages", FIVE, REDUCED).table
    assert column(table, "net") == ["A", "A", "B", "B", "B"]
    assert column(table, "macs") == [112896000, 112896000, 1505280, 3763200, 5268480]


def test_unknown_counts_stay_lower_bounds() -> None:
    spec = "28x28x192 | opaque one 14x14x8 | conv 3x3x8"
    for kind in ("stages", "bars", "depth"):
        shown = made(kind, spec)
        assert any("lower bounds" in note for note in shown.notes)
        assert "?" in shown.description or ">= " in shown.description
        assert drawn(shown) is not None


@pytest.mark.parametrize("key", ["macs", "params", "activations"])
@pytest.mark.parametrize("spec", ["googlenet", "vgg16", SMALL])
def test_depth_holds_every_layer_that_costs(spec: str, key: str) -> None:
    (analysis,), _ = analyzed(spec)
    table = made("depth", spec, columns=key).table
    found = dict(zip(column(table, "layer"), column(table, key), strict=True))
    wanted = {
        node.name: value
        for node, value in zip(analysis.nodes, quantity(key).of(analysis), strict=True)
        if value
    }
    assert found == wanted
    assert sum_of(list(found.values())) == quantity(key).total(analysis)
    depths = dict(zip(column(table, "layer"), column(table, "depth"), strict=True))
    assert max(depths.values()) == quantity("depth").total(analysis)


def test_sums_at_a_depth() -> None:
    table = made("depth", "googlenet").table
    sums: dict[int, int] = {}
    for depth, macs in zip(column(table, "depth"), column(table, "macs"), strict=True):
        sums[depth] = sums.get(depth, 0) + macs
    assert [sums[d] for d in column(table, "depth")] == column(table, "macs_at_depth")
    assert "macs_at_depth" not in [one.key for one in made("depth", "vgg16").table.columns]


@pytest.mark.parametrize("spec", ["googlenet", "vgg16", "resnet50", SMALL, "vit_b_16"])
def test_fields_are_the_columns(spec: str) -> None:
    (analysis,), _ = analyzed(spec)
    table = made("field", spec).table
    fields = dict(zip((n.name for n in analysis.nodes),
                      quantity("receptive_field").of(analysis), strict=True))  # fmt: skip
    first, *layers = column(table, "layer")
    assert first == "input"
    assert column(table, "receptive_field")[1:] == [fields[layer] for layer in layers]
    sizes = [max(field) for field in column(table, "receptive_field") if field is not WHOLE]
    assert sizes == sorted(sizes)
    known = [max(field) for field in fields.values() if isinstance(field, tuple)]
    assert sizes[-1] == max(known)
    assert column(table, "receptive_field").count(WHOLE) == 1


def test_bars_are_totals() -> None:
    nets = ("vgg16", "lenet5", "resnet50")
    analyses, names = analyzed(*nets)
    table = made("bars", *nets).table
    for key in ("params", "macs", "activations"):
        assert column(table, key) == [quantity(key).total(one) for one in analyses]
    assert column(table, "macs_change")[0] == ""
    pair = plot("bars", *analyzed(FIVE, REDUCED), reference=1).table
    assert text(pair.rows[0][4]) == "21.4x more"
    assert names == nets


def test_a_sweep_counts_each_value_and_leaves_out_what_does_not_divide() -> None:
    shown = made("sweep", REDUCED, FIVE)
    for key in ("macs", "params"):
        wanted = [None if 480 % r else archcalc.analyze(BY_R, r=r).total(key) for r in (2, 4, 7, 8)]
        assert column(shown.table, f"A_{key}") == wanted
        assert column(shown.table, f"B_{key}") == [archcalc.analyze(FIVE).total(key)] * 4
    assert "A: left out 1 value of r (7): 480/r = 480/7 is not a whole number." in shown.notes
    assert "Without r, so the same throughout: B." in shown.notes


def test_a_sweep_takes_a_net_whose_symbol_has_no_number_yet() -> None:
    by_r = archcalc.analyze(BY_R)
    with_number = made("sweep", REDUCED)
    shown = plot("sweep", [by_r.analysis], ("A",), symbol="r", values=(2, 4, 7, 8))
    assert shown.table == with_number.table
    other = archcalc.analyze("7x7x8 | conv 1x1xM").analysis
    with pytest.raises(UsageError, match=r"the MACs of B are 392\*M"):
        plot("sweep", [by_r.analysis, other], ("A", "B"), symbol="r", values=(2, 4))


def test_a_front_is_what_no_other_variant_beats() -> None:
    text, sizes, widths = "HxHx8 | conv 3x3xN s2 | conv 3x3xN", range(7, 29), (8, 16, 24)
    shown = plot(
        "pareto", [archcalc.analyze(text).analysis], ("A",),
        grid={"H": sizes, "N": widths}, columns="macs,+activations",
    )  # fmt: skip
    points = {}
    for H in sizes:
        for N in widths:
            net = archcalc.analyze(text, H=H, N=N)
            points[f"{H}", f"{N}"] = net.total("macs"), net.total("activations")
    front = {
        key for key, (macs, acts) in points.items()
        if not any(
            m <= macs and a >= acts and (m, a) != (macs, acts) for m, a in points.values()
        )
    }  # fmt: skip
    assert 3 < len(front) < len(points)
    found = dict(
        zip(zip(column(shown.table, "H"), column(shown.table, "N"), strict=True),
            zip(column(shown.table, "macs"), column(shown.table, "activations"), strict=True),
            strict=True)
    )  # fmt: skip
    assert found == points
    rows = zip(*(column(shown.table, key) for key in ("H", "N", "front")), strict=True)
    assert {(H, N) for H, N, on in rows if on == "yes"} == front
    assert shown.caption.startswith(f"{len(front)} of {len(points)} variants are on the front")


def test_a_front_of_many_is_drawn_whole_and_the_rest_thinned() -> None:
    text = "HxWx3 | conv 3x3x8"
    grid = {"H": range(3, 83), "W": range(3, 43)}
    shown = plot("pareto", [archcalc.analyze(text).analysis], ("A",), grid=grid, columns="macs,-H")
    front = [row for row in shown.table.rows if row[-1].value == "yes"]
    assert [row[0].value for row in front] == [f"{H}" for H in range(3, 83)]
    assert len(shown.table.rows) <= 1000
    assert any("marks in all of 3,200 are drawn" in note for note in shown.notes)


def test_a_front_of_predicted_times() -> None:
    from archcalc.latency import predict_net, profile

    text = "28x28x64 | dwconv 3x3 same | conv 1x1xN"
    shown = plot(
        "pareto", [archcalc.analyze(text).analysis], ("A",), grid={"N": (64, 128, 256)},
        columns="+N,time", device="h200", dtype="bfloat16", batch=32,
    )  # fmt: skip
    wanted = [
        predict_net(
            archcalc.analyze(text, N=N, batch=32, dtype="bfloat16").analysis, profile("h200"),
            mode="graph",
        ).seconds
        for N in (64, 128, 256)
    ]  # fmt: skip
    assert column(shown.table, "seconds") == wanted
    assert any("Predicted for NVIDIA H200 SXM, not measured" in note for note in shown.notes)


def test_times_are_the_clocks() -> None:
    from archcalc.clock import predicted
    from archcalc.latency import profile

    analyses, names = analyzed(FIVE, REDUCED)
    clocked = predicted(analyses, names, profile("h200"), batches=(1, 32), dtype="bfloat16")
    shown = plot("time", analyses, names, clocked=clocked)
    again = plot("time", analyses, names, device="h200", batches=(1, 32), dtype="bfloat16")
    assert shown == again
    assert "predicted for NVIDIA H200" in shown.caption
    assert column(shown.table, "macs") == [112896000, 5268480] * 2
    times = column(shown.table, "time")
    assert times[0] == column(shown.table, "followed")[0]
    assert len(set(times)) == 4


def test_measured_times_say_so() -> None:
    if not STORE.exists():
        pytest.skip("no store of times")
    shown = made("time", FIVE, REDUCED, times=str(STORE), batches=(1, 8))
    assert "measured on AMD EPYC" in shown.caption
    assert str(STORE.parent) not in shown.description
    assert column(shown.table, "batch") == [1, 1, 8, 8]


def test_the_roofline_is_that_of_its_command() -> None:
    shown = made("roofline", SMALL)
    listed = run(f"archcalc roofline '{SMALL}' --device h200 --format csv").splitlines()
    assert column(shown.table, "layer") == [row.split(",")[1] for row in listed[1:]]
    assert b"Roofline: NVIDIA H200" in document(shown, "svg")


# Pictures


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_of_the_table_is_in_the_description(kind: str) -> None:
    pytest.importorskip("matplotlib")
    shown = made(kind, FIVE, REDUCED)
    root = drawn(shown)
    described = root.findtext(f"{SVG}desc") or ""
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == shown.title
    assert shown.table.rows
    for row in shown.table.rows:
        assert any(
            all(printable(text(cell, exact=True)) in line for cell in row)
            for line in described.split("\n")
        ), row


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_bytes_twice(kind: str) -> None:
    pytest.importorskip("matplotlib")
    for format in FORMATS if kind == "bars" else ("svg",):
        once, again = (document(made(kind, FIVE, REDUCED), format) for _ in range(2))
        assert once == again
        assert once.startswith(SIGNATURES[format])
        assert not re.search(rb"20[0-9]{2}-[0-9]{2}|CreationDate|Matplotlib", once)


def test_the_same_bytes_in_another_process_whatever_its_settings(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    (tmp_path / "matplotlibrc").write_text("font.size: 30\nsvg.fonttype: path\nlines.color: red\n")
    code = (
        "import sys; from archcalc import analyze; from archcalc.plots import document, plot;"
        f"one = plot('depth', [analyze({SMALL!r}).analysis], ['A']);"
        "[sys.stdout.buffer.write(document(one, f)) for f in ('svg', 'png', 'pdf')]"
    )
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=tmp_path
    ).stdout
    assert other == b"".join(document(made("depth", SMALL), format) for format in FORMATS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_colour_has_one_for_dark_screens(kind: str) -> None:
    pytest.importorskip("matplotlib")
    svg = document(made(kind, FIVE, REDUCED), "svg").decode()
    head, _, body = svg.partition("</style>")
    used = set(re.findall(r"(?:fill|stroke)(?:: |=\")(#[0-9a-f]{6})", body))
    assert used
    assert used <= {light for light, _ in COLORS.values()}
    assert "prefers-color-scheme: dark" in head
    for light, dark in COLORS.values():
        if light in used:
            assert dark in head
            if kind != "roofline":  # whose parts have classes
                assert f'.archcalc-plot [style*="fill: {light}"] {{ fill: {dark} !important' in head


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in SWEPT])
def test_hostile_names_stay_names(kind: str) -> None:
    pytest.importorskip("matplotlib")
    analyses, _ = analyzed(FIVE, REDUCED)
    names = (HOSTILE, "]]>--><desc>\x1b[31m" + HOSTILE)
    shown = plot(kind, analyses, names, **OPTIONS.get(kind, {}))
    for format in FORMATS:
        data = document(shown, format)
        assert data.startswith(SIGNATURES[format])
    root = drawn(shown)
    tags = {one.tag.removeprefix(SVG) for one in root.iter()}
    assert "script" not in tags
    assert len(list(root.iter(f"{SVG}desc"))) == 1
    assert "한국어" in (root.findtext(f"{SVG}desc") or "")
    assert "\x1b" not in document(shown, "svg").decode()


def test_text_is_text_and_dollars_are_dollars() -> None:
    pytest.importorskip("matplotlib")
    analyses, _ = analyzed(FIVE)
    root = drawn(plot("bars", analyses, ["$a_1$ 한국어"]))
    assert "$a_1$ 한국어" in words(root)
    assert "112.9M" in words(root)


@pytest.mark.parametrize("kind", KINDS)
def test_no_id_of_one_plot_is_another_s(kind: str) -> None:
    pytest.importorskip("matplotlib")
    found = [
        re.findall(r' id="([^"]+)"', document(one, "svg").decode())
        for one in (made(kind, FIVE, REDUCED), made(kind, REDUCED))
    ]
    for ids in found:
        assert len(ids) == len(set(ids))
    assert not set(found[0]) & set(found[1])


def test_words_stay_on_the_sheet() -> None:
    from archcalc.plots.sheet import RIGHT, foot_of, head_of, width_of

    for kind in KINDS:
        shown = made(kind, FIVE, REDUCED)
        assert all(width_of(line, size) < RIGHT * 1.2 for line, size, _, _ in head_of(shown))
        assert all(width_of(line, 11) < RIGHT * 1.2 for line in foot_of(shown))


def test_eight_nets_look_different() -> None:
    looks = [Series.of(i) for i in range(8)]
    assert len({one.marker for one in looks}) == 8
    assert len({(one.color, one.dashes) for one in looks}) == 8


@pytest.mark.parametrize("values", [[1], [9], [60], [61], [0.75, 1.5], [3, 10**15], [10**30], [0]])
def test_scales_hold_their_values(values: list[float]) -> None:
    for scale in (Scale.of(values), Scale.linear(values)):
        assert scale.high >= max(values)
        assert 1 <= len(scale.ticks) <= 12
        assert all(scale.low <= tick <= scale.high for tick in scale.ticks)


# Without matplotlib


def test_a_table_needs_no_matplotlib() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None;"
        "from archcalc.cli import archcalc;"
        f"archcalc(['plot', 'stages', {SMALL!r}], standalone_mode=False)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert "conv1" in shown.stdout


def test_without_matplotlib_a_picture_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [one for one in sys.modules if one.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingDependency, match="matplotlib") as found:
        document(made("stages", FIVE), "svg")
    assert "archcalc[plot]" in found.value.help
    assert document(made("roofline", FIVE), "svg").startswith(b"<svg")


# Errors


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("stage resnet50", 'did you mean "stages"?'),
        ("nothing resnet50", "plots: bars, depth"),
        ("stages resnet50 --device h200", "has no use for --device"),
        ("field resnet50 --convention flops", "has no use for --convention"),
        (f"stages '{BY_R}'", "a plot needs numbers"),
        ("field 'HxWx3 | conv KxKx8'", "a plot needs numbers"),
        ("depth resnet50 --columns receptive_field", "is not a count to plot"),
        ("time vgg16 alexnet", "times are measured or predicted"),
        ("time vgg16 --device h200 --times x.jsonl", "not both"),
        ("roofline vgg16", "a roof is a device's"),
        ("bars vgg16 --reference alexnet", 'no net "alexnet"'),
        (f"sweep '{BY_R}'", "over one symbol, not over none"),
        (f"sweep '{BY_R}' --set r=2:8,C=1:3", "not over r, C"),
        (f"sweep '{BY_R}' --set r=8:2", "ends before it starts"),
        (f"sweep '{BY_R}' --set r=1:1000000", "more than 1000 values"),
        (f"sweep '{BY_R}' --set r=2:8:0", "no range"),
        (f"sweep '{BY_R}' --set q=2:8:2", "no symbol q"),
        (f"sweep '{BY_R}' --set r=7,11", "is not a whole number"),
        (f"pareto '{BY_R}' --set r=2", "a front is over several values"),
        (f"pareto '{BY_R}' --set r=7,11", "is not a whole number"),
        (f"pareto '{BY_R}' --set r=2,4 --columns macs", "takes 2 columns, not 1"),
        (f"pareto '{BY_R}' --set r=2,4 --columns macs,output", "not one whole number"),
        (f"pareto '{BY_R}' --set r=2,4 --columns macs,time", "a predicted time is for a device"),
        (f"pareto '{BY_R}' --set r=2,4 --device none --columns macs,time", "no device"),
        (f"pareto '{BY_R}' --set q=2,4", "no symbol q"),
        ("stages vgg16 --format png", "a png goes to a file"),
        ("stages vgg16 -o x.bmp", "no format for"),
        ("stages vgg16 -o /dev/null/x.svg", "cannot write /dev/null/x.svg"),
        ("depth " + "vgg16 " * 9, "depth shows 1 to 8 nets, not 9"),
    ],
)
def test_errors(line: str, said: str) -> None:
    shown = " ".join(run(f"archcalc plot {line}").split())
    assert said in shown
    assert "[exit 2]" in shown
    assert "Traceback" not in shown


def test_another_format_is_refused() -> None:
    with pytest.raises(UsageError, match="bmp"):
        document(made("stages", FIVE), "bmp")


# The command


@pytest.mark.parametrize("format", FORMATS)
def test_the_command_writes_pictures(format: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / f"plot.{format}"
    assert run(f"archcalc plot stages '{SMALL}' -o {path}") == ""
    alone = plot("stages", *analyzed(SMALL))
    said = replace(alone, notes=(*alone.notes, convention_text("macs").text))
    assert path.read_bytes() == document(said, format)


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_shows_the_table(kind: str) -> None:
    given = {
        "roofline": "--device h200",
        "time": "--device h200 --batches 1,32",
        "sweep": "--set r=2,4,7,8",
        "pareto": "--set r=2,4,7,8",
    }
    spec = BY_R if kind in SWEPT else REDUCED
    line = f"archcalc plot {kind} '{spec}' '{FIVE}' {given.get(kind, '')} --format "
    data = validated(run(line + "json"))
    assert data["plot"]["kind"] == kind
    assert {len(row) for row in data["plot"]["rows"]} == {len(data["plot"]["columns"])}
    header, *rows = run(line + "csv").splitlines()
    assert len(rows) == len(data["plot"]["rows"])
    assert header.split(",")[0] == data["plot"]["columns"][0]
    assert "| " in run(line + "markdown")


def test_a_symbol_s_other_values_are_kept() -> None:
    spec = "14x14xC | conv 1x1x(C/r) | conv 5x5x48 pad 2"
    data = json.loads(
        run(f"archcalc plot sweep '{spec}' --set C=480,r=2:8:2 --columns macs --format json")
    )
    wanted = [[str(r), archcalc.analyze(spec, C=480, r=r).total("macs")] for r in (2, 4, 6, 8)]
    assert data["plot"]["rows"] == wanted


def test_conventions_reach_the_plot() -> None:
    data = json.loads(run(f"archcalc plot bars '{FIVE}' --convention flops2 --format json"))
    row = dict(zip(data["plot"]["columns"], data["plot"]["rows"][0], strict=True))
    assert 2 * 112896000 in row.values()


def test_options_of_a_kind() -> None:
    assert options_of("stages") == ("columns", "convention")
    assert options_of("field") == ()
    assert "clocked" in options_of("time")


def test_a_net_without_layers() -> None:
    graph = Graph({"input": (3, 8, 8)}, (), "input")
    analysis = archcalc.analyze(graph).analysis
    for kind in ("stages", "bars", "depth", "field"):
        shown = plot(kind, [analysis], ["empty"])
        assert page(shown).tables == (shown.table,)
        assert all(isinstance(cell, Cell) for row in shown.table.rows for cell in row)
