"""The Python verbs: the same words as the command line."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import archcalc
from archcalc.analysis import DTYPES
from archcalc.errors import UsageError
from archcalc.quantities import QUANTITIES

FIVE, BOTTLENECK = "14x14x480 | conv 5x5x48 pad 2", "14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2"


def test_public_names() -> None:
    for name in archcalc.__all__:
        assert getattr(archcalc, name).__doc__, name
        assert name in dir(archcalc)
    with pytest.raises(AttributeError, match="no attribute 'sumary'"):
        archcalc.sumary  # noqa: B018


def test_read_analyze_total() -> None:
    graph = archcalc.read(BOTTLENECK)
    assert [node.name for node in graph] == ["conv1", "conv2"]
    net = archcalc.analyze(graph)
    assert archcalc.analyze(net) is net
    assert net.total("macs") == net.total("MACs") == 5268480
    assert net.total("parameters") == 26944
    assert net["conv2"].weights == {"weight": (48, 16, 5, 5), "bias": (48,)}
    assert net.output == (48, 14, 14)


@pytest.mark.parametrize("dtype", DTYPES)
def test_bytes_follow_batch_and_dtype(dtype: str) -> None:
    one, eight = (archcalc.analyze(FIVE, batch=n, dtype=dtype) for n in (1, 8))
    assert one.total("weight_bytes") == eight.total("weight_bytes") == 576048 * DTYPES[dtype]
    assert eight.total("activation_bytes") == 8 * one.total("activation_bytes")
    assert eight.total("macs") == one.total("macs")


def test_to_frame() -> None:
    frame = archcalc.analyze(BOTTLENECK).to_frame()
    assert list(frame.index) == ["conv1", "conv2"]
    assert set(frame.columns) == {"layer", *(q.key for q in QUANTITIES())}
    assert frame["macs"].sum() == 5268480
    assert frame.loc["conv2", "receptive_field"] == (5, 5)


def test_a_frame_of_symbols_and_unknowns() -> None:
    frame = archcalc.analyze("HxWxC | opaque x 3x3x4 | conv 3x3xN").to_frame()
    assert "Unknown" in repr(frame.loc["opaque1", "macs"])
    assert str(frame.loc["conv1", "params"]) == "37*N"


class Balanced(HTMLParser):
    """Checks that tags open and close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_notebook_tables_are_escaped_html() -> None:
    net = archcalc.analyze(FIVE)
    both = archcalc.compare(net, "b: " + BOTTLENECK)
    for html in (net._repr_html_(), both._repr_html_()):
        parser = Balanced()
        parser.feed(html)
        assert parser.open == []
        assert "<table>" in html
        assert "112.9M" in html
    name = "<b>&1"
    assert "&lt;b&gt;&amp;1" in archcalc.compare(FIVE, FIVE, names=(name, "B"))._repr_html_()
    assert name not in archcalc.compare(FIVE, FIVE, names=(name, "B"))._repr_html_()


def test_compare() -> None:
    both = archcalc.compare(FIVE, BOTTLENECK, names=("five", "two"), reference="two")
    assert both.reference == 1
    (macs,) = (r for r in both.ratios() if r["quantity"] == "macs")
    assert (macs["of"], macs["to"]) == (0, 1)
    assert macs["ratio"] == 112896000 / 5268480
    assert [column.key for column in both.table().columns] == ["quantity", "five", "two", "ratio"]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: archcalc.compare(FIVE), "E50"),
        (lambda: archcalc.compare(FIVE, FIVE, reference="C"), "E50"),
        (lambda: archcalc.compare(FIVE, FIVE, columns=("mac s",)), "E48"),
        (lambda: archcalc.analyze(FIVE, dtype="int3"), "E48"),
        (lambda: archcalc.analyze(FIVE, batch=0), "E48"),
        (lambda: archcalc.analyze(FIVE).total("nonsense"), "E48"),
        (lambda: archcalc.analyze(FIVE)["conv9"], "E49"),
        (lambda: archcalc.analyze("conv 5x5"), "E02"),
        (lambda: archcalc.read("HxWxC | relu", Q=3), "E29"),
    ],
)
def test_errors(call: object, code: str) -> None:
    with pytest.raises(archcalc.ArchcalcError) as caught:
        call()  # type: ignore[operator]
    assert caught.value.code == code
    assert caught.value.message
    assert re.match(rf"error\[{code}\]: ", caught.value.render())


def test_symbols() -> None:
    net = archcalc.analyze("HxWxC | conv 1x1x(C/r) | conv KxKxN same")
    macs = net.total("macs")
    values = {"H": 14, "W": 14, "C": 480, "r": 30, "K": 5, "N": 48}
    exact = {symbol: values[symbol.name] for symbol in macs.free_symbols}
    assert macs.subs(exact) == 5268480


def test_explain_and_text() -> None:
    assert "9,408 * 12,000" in archcalc.explain(FIVE, "conv1")
    assert "112.9M" in str(archcalc.analyze(FIVE))


def test_a_report_and_a_plot_from_python(tmp_path: Path) -> None:
    """As the command line writes them."""
    path = tmp_path / "it.md"
    text = archcalc.report("alexnet", "vgg16", path=path, columns="macs, published")
    assert path.read_text(encoding="utf-8") == text
    assert "724406816" not in text
    assert "724,406,816" in text
    assert sorted(tmp_path.glob("it_files/*.svg"))
    assert archcalc.report("alexnet", format="html").startswith("<!doctype html>")
    drawn = archcalc.plot("stages", "alexnet")
    assert "<svg" in drawn._repr_svg_()
    assert drawn.table.rows


BY_R = "14x14x480 | conv 1x1x(480/r) | conv 5x5x48 pad 2"


def test_values_and_columns_as_the_command_line_takes_them() -> None:
    frame = archcalc.sweep(BY_R, r="2:8:2", columns="macs,params", pareto="macs,params")
    assert frame["r"].tolist() == [8]
    batches = archcalc.sweep(BY_R, r=[2, 4], batch=[1, 2], columns="saved_bytes")
    assert batches[["batch", "r"]].values.tolist() == [[1, 2], [1, 4], [2, 2], [2, 4]]
    assert batches["saved_bytes"].tolist() == [
        archcalc.analyze(BY_R, r=r, batch=batch).total("saved_bytes")
        for batch in (1, 2) for r in (2, 4)
    ]  # fmt: skip
    front = archcalc.plot("pareto", archcalc.analyze(BY_R), grid={"r": "2:8:2"})
    assert front.caption.startswith("1 of 4 variants")


def test_what_sweeps_and_fronts_refuse() -> None:
    for asked in (
        lambda: archcalc.sweep(BY_R, r=[]),
        lambda: archcalc.plot("pareto", archcalc.analyze(BY_R), grid={"r": []}),
    ):
        with pytest.raises(UsageError, match="r has no values"):
            asked()
    with pytest.raises(UsageError, match="a predicted time is for a device"):
        archcalc.sweep(BY_R, r=[2, 4], pareto=["time"])
    with pytest.raises(UsageError, match="batch 0 must be at least 1"):
        archcalc.sweep(BY_R, r=2, batch=0)
