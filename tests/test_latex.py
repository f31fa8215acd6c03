r"""LaTeX that compiles, whatever stands in the names; without an engine, what can be read of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.arithmetic.unknown import Unknown
from archcalc.cli import main
from archcalc.renderers import format_of, formats, render
from archcalc.renderers.latex_text import escaped
from archcalc.table import Cell, Column, Listing, Page, SpecText, Step, Steps, Table, Text

ENGINES = [engine for engine in ("pdflatex", "xelatex", "tectonic") if shutil.which(engine)]
HOSTILE = (
    "\\ % & $ # _ { } ~ ^ < > | \" ' ` \\end{document} \\input{x} --c ''d'' ,,e ^^M",
    "[a]",
    "* b",
    "합성곱 층",
    "é ß Ł ą Đ « „q“ × ≥ → 🦊 \u202e\x1b",
    "a" * 200,
    "stage1.block12." * 12,
    "",
)
COMMANDS = {
    "pair": "compare '14x14x480 | conv 5x5x48 pad 2' '14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2'",
    "many": "compare lenet5 alexnet vgg16 googlenet resnet18 resnet50 --columns macs,params",
    "layers": "compare '9x9x3 | relu' '9x9x3 | conv 1x1x1' --per-layer",
    "summary": "summary alexnet --rf",
    "long": "summary resnet50",
    "unknown": "summary '28x28x192 | opaque routing 14x14x256 params 1000 | conv 3x3x64 pad 1'",
    "symbols": "summary 'HxWxC | conv 1x1x(C/r) | conv 3x3x9 pad 1'",
    "worked": "explain alexnet conv1",
    "path": "explain googlenet --metric receptive_field",
    "zoo": "zoo show resnet50",
    "list": "zoo list vgg",
}


def printed(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what a command prints as LaTeX."""
    import shlex
    import sys
    from unittest import mock

    words = ["archcalc", *shlex.split(command), "--format", "latex"]
    with mock.patch.object(sys, "argv", words), pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    return capsys.readouterr().out


def hostile_page(name: str) -> Page:
    """Return a page with a name wherever one can stand."""
    columns = (Column("k", name, right=False, wraps=True, note=name), Column("n", name))
    first = (Cell(name), Cell(name, "code"), Cell((name, "k"), "title"), Cell(name, "text", name))
    rows = tuple((one, Cell(Unknown(name, i * 999_999), "count")) for i, one in enumerate(first))
    table = Table(columns, rows, name, True, footnoted=True, reference=1, reference_column=1)
    sizes = Table(columns, ((Cell(name), Cell((5, 5, 48), "shape")),) * 50, name)
    line = (name, (name, Step("1 + 2*(3"), Step("1 + 2")))
    return Page(
        (
            Text(name, "title"),
            SpecText(name, (name, name)),
            table,
            table,
            sizes,
            Steps(name, name, (line, (name, (name,)))),
            Steps(name, name, (line,), columns=(name,), beside=((name,),)),
            Listing(name, name, columns, ((Cell(name), Cell(name)),), ((name, f"  {name}"),)),
            Text(name, "note"),
            Text(name, "convention"),
        ),
        dict,
    )


def well_formed(text: str) -> None:
    """Assert what can be read off LaTeX: braces and environments close, rows have all cells."""
    bare = re.sub(r"\\.", "", re.sub(r"^%.*$", "", text, flags=re.MULTILINE))
    depth = 0
    for sign in re.findall(r"[{}]", bare):
        depth += 1 if sign == "{" else -1
        assert depth >= 0
    assert depth == 0
    opened: list[str] = []
    for which, name in re.findall(r"\\(begin|end)\{(\w+)\}", text):
        if which == "begin":
            opened.append(name)
        else:
            assert opened.pop() == name
    assert opened == []
    for spec, body in re.findall(
        r"\\begin\{(?:tabular|longtable)\}\{([^\n]*)\}\n(.*?)\\end\{", text, re.DOTALL
    ):
        columns = len(re.findall(r"p\{[^}]*\}|S\[[^]]*\]|[lr]", re.sub(r"\\linewidth", "", spec)))
        rows = [x for x in body.splitlines() if x.endswith((r"\\", r"\tabularnewline"))]
        rows = [x for x in rows if not x.startswith(r"\caption")]
        assert rows
        assert {len(re.findall(r"(?<!\\)&", row)) + 1 for row in rows} == {columns}
    labels = re.findall(r"\\label\{(.*?)\}", text)
    assert len(labels) == len(set(labels)) == text.count(r"\caption")
    assert all(re.fullmatch(r"tab:[a-z0-9-]+", label) for label in labels)


def compiled(texts: list[str], folder: Path, engine: str) -> None:
    """Assert that an engine takes texts, in an article that loads what their first lines name."""
    packages, inputs = set(), ""
    for i, text in enumerate(texts):
        (folder / f"taken{i}.tex").write_text(text, encoding="utf-8")
        needed = re.match(r"% needs \\usepackage\{([\w, ]+)\}\n", text)
        assert needed
        packages.update(needed[1].split(", "))
        inputs += f"\\input{{taken{i}}}\n"
    document = "\n".join(
        [
            r"\documentclass{article}",
            f"\\usepackage{{{','.join(sorted(packages))}}}",
            r"\begin{document}",
            r"\listoftables",
            inputs,
            r"\end{document}",
        ]
    )
    (folder / "article.tex").write_text(document, encoding="utf-8")
    quiet = [] if engine == "tectonic" else ["-interaction=nonstopmode", "-halt-on-error"]
    for _ in range(2):  # the second time with the list of tables
        done = subprocess.run(
            [engine, *quiet, "article.tex"], cwd=folder, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    assert (folder / "article.pdf").stat().st_size > 1000


def test_it_is_a_format() -> None:
    assert "latex" in formats()
    assert not [name for name in formats() if name.startswith("latex_")]
    assert format_of("a/table.tex") == "latex"


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_are_well_formed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    well_formed(printed(COMMANDS[name], capsys))


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("siunitx", [False, True])
def test_hostile_names_are_well_formed(name: str, siunitx: bool) -> None:
    text = render(hostile_page(name), "latex", siunitx=siunitx)
    well_formed(text)
    assert r"\end{document}" not in text
    assert r"\input" not in text


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_escaped(text: str) -> None:
    bare = escaped(text)
    bare = re.sub(r"\\text[a-z]+\{\}|\{\\char34\}|\\`\{\}|\\[{}$&#%_]", "", bare)
    bare = re.sub(r"\\archcalcglyph\{\d+\}\{[0-9A-F]{4,6}\}\{[^\\{}]\}", "", bare)
    assert not re.search(r"[\\$&#%_^~<>|\"`]", bare)
    assert bare.replace("{}", "").isascii()
    assert not re.search(r"[{}]", bare.replace("{}", ""))


def test_units_and_convention_stand_in_the_caption(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(COMMANDS["pair"], capsys)
    captions = re.findall(r"\\caption.*", text)
    assert len(captions) == 2
    assert all("Convention macs: 1 MAC = 1 multiply + 1 add" in one for one in captions)
    assert "K = $10^{3}$, M = $10^{6}$." in captions[0]
    assert text.count("Convention macs") == 2
    assert "% needs \\usepackage{booktabs}\n" in text
    assert r"\toprule" in text
    assert r"112.9M & 5.268M & 21.4$\times$ fewer" in text
    assert r"$14{\times}14{\times}48$" in text


def test_a_page_without_tables_says_the_convention(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Convention macs" in printed(COMMANDS["worked"], capsys)


def test_long_tables_go_over_pages(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(COMMANDS["long"], capsys)
    assert text.startswith(
        "% needs \\usepackage{booktabs, longtable}\n% A table over pages needs one"
    )
    assert "\\onecolumn" in text
    assert r"\endhead" in text


REPORTS = {
    "three": "report alexnet vgg16 resnet50",
    "plain": "report lenet5 alexnet vgg16 googlenet resnet18 resnet50 mobilenet_v2",
    "one": "report googlenet",
    "bytes": "report alexnet vgg16 resnet50 --columns macs,params,weight_bytes,peak_memory_bytes",
    "summary": "summary googlenet --columns output,params,macs,activations,weight_bytes,jump",
    "pair": COMMANDS["pair"],
}


def captions(text: str) -> list[str]:
    return re.findall(r"\\caption\[\{(.*?)\}\]", text)


def test_captions_say_whose_numbers_and_what_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed("report lenet5", capsys)
    assert captions(text) == ["lenet5: costs", "lenet5: published figures", "Layers of lenet5"]
    labels = re.findall(r"\\label\{(.*?)\}", text)
    assert labels == ["tab:lenet5-costs", "tab:lenet5-published-figures", "tab:layers-of-lenet5"]
    assert r"\noindent\textbf" not in text  # the captions have the title


def test_captions_of_bytes_name_batch_and_dtype(capsys: pytest.CaptureFixture[str]) -> None:
    said = "Bytes: batch 1, float32."
    text = printed(REPORTS["bytes"], capsys)
    assert text.count(said) == 1
    assert said in re.findall(r"\\caption.*", text)[0]
    assert said not in printed(REPORTS["three"], capsys)


def test_few_nets_that_are_too_wide_stand_beside_each_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = printed(REPORTS["three"], capsys)
    assert r" & \textbf{alexnet (reference)} & vgg16 & resnet50 \\" in text
    assert r"MACs (G) & \textbf{0.724} & 15.470 & 4.089 \\" in text


def test_many_columns_stand_in_panels(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(REPORTS["plain"], capsys)
    assert text.count(r"\begin{table*}") == 1
    panels = re.findall(r"\\begin\{tabular\}.*?\\end\{tabular\}", text, re.DOTALL)
    assert len(panels) == 2
    assert all("alexnet &" in panel for panel in panels)
    for head in ("MACs", "params", "activations"):
        assert sum(head in panel for panel in panels) == 1


def test_sources_of_figures_are_footnotes(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed("report lenet5", capsys)
    assert r"params of c1 & 156\rlap{\textsuperscript{a}} & 156 & equal \\" in text
    assert text.count("Gradient-Based Learning Applied to Document Recognition, section II.B") == 2


@pytest.mark.skipif("pdflatex" not in ENGINES, reason="no pdflatex")
@pytest.mark.parametrize("columns", ["onecolumn", "twocolumn"])
@pytest.mark.parametrize("siunitx", [False, True])
def test_no_table_is_wider_than_an_article(
    columns: str, siunitx: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if siunitx and not _has_siunitx():
        pytest.skip("no siunitx")
    packages = "booktabs,longtable" + ",siunitx" * siunitx
    head = f"\\documentclass[{columns}]{{article}}\\usepackage{{{packages}}}"
    for name, command in REPORTS.items():
        if siunitx and not command.startswith("report"):
            continue
        text = printed(command + " --siunitx" * siunitx, capsys)
        well_formed(text)
        article = f"{head}\n\\begin{{document}}\n{text}\n\\end{{document}}\n"
        (tmp_path / f"{name}.tex").write_text(article, encoding="utf-8")
        engine = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"]
        for _ in range(2):  # the second time with the widths of longtables
            done = subprocess.run(engine, cwd=tmp_path, capture_output=True, check=False)
        said = done.stdout.decode(errors="replace")
        assert done.returncode == 0, said[-2000:]
        assert not re.findall(r"Overfull \\hbox.*", said), name


def numbers_page() -> Page:
    """Return a page with a column of numbers and one that has a lower bound."""
    columns = (Column("k", "net", right=False), Column("a", "a"), Column("b", "b"))
    values = ((60965224, None), (138357544, 12), (6998552, Unknown("opaque", 3)), (None, 5))
    rows = tuple((Cell("r"), *(Cell(value, "count", "b") for value in row)) for row in values)
    return Page((Table(columns, rows, uniform=True),), dict)


def test_siunitx_aligns_plain_numbers() -> None:
    text = render(numbers_page(), "latex", siunitx=True)
    assert "{lS[table-format=3.2]r}" in text
    assert "r & 60.97{\\rlap{\\textsuperscript{a}}} & -" in text
    assert "S[" not in render(numbers_page(), "latex")


def test_the_total_stands_under_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert "\\midrule\ntotal" in printed(COMMANDS["summary"], capsys)


@pytest.mark.skipif(not ENGINES, reason="neither pdflatex nor xelatex nor tectonic is here")
@pytest.mark.parametrize("engine", ENGINES or ["none"])
def test_commands_compile(engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = [printed(command, capsys) for command in COMMANDS.values()]
    compiled(texts, tmp_path, engine)


@pytest.mark.skipif(not ENGINES, reason="neither pdflatex nor xelatex nor tectonic is here")
@pytest.mark.parametrize("engine", ENGINES or ["none"])
def test_hostile_names_compile(engine: str, tmp_path: Path) -> None:
    compiled([render(hostile_page(name), "latex") for name in HOSTILE], tmp_path, engine)


def _has_siunitx() -> bool:
    """Tell whether pdflatex is here and finds siunitx."""
    if "pdflatex" not in ENGINES or not shutil.which("kpsewhich"):
        return False
    return bool(subprocess.run(["kpsewhich", "siunitx.sty"], capture_output=True).stdout)


@pytest.mark.skipif(not _has_siunitx(), reason="no pdflatex that finds siunitx")
def test_columns_of_siunitx_compile(tmp_path: Path) -> None:
    texts = [render(hostile_page(name), "latex", siunitx=True) for name in HOSTILE[:5]]
    texts.append(render(numbers_page(), "latex", siunitx=True))
    compiled(texts, tmp_path, "pdflatex")


def test_the_same_bytes_again() -> None:
    page = archcalc.compare("8x8x3 | conv 3x3x4", "8x8x3 | conv 1x1x4").page()
    assert render(page, "latex") == render(page, "latex")
