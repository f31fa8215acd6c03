"""Reports: what they say is in the engine, they render as they stand, and they go stale visibly."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import archcalc
from archcalc.errors import ArchcalcError, UsageError
from archcalc.reporting import Asked, Files, differences, made, report_of, save
from archcalc.reporting.dialects import MARKDOWN, tidy
from archcalc.reporting.environment import rendered
from archcalc.reporting.evidence import Verified
from archcalc.reporting.filters import FILTERS
from archcalc.reporting.ordering import order_table
from archcalc.reporting.vocabulary import Vocabulary, excerpt
from archcalc.table import Cell, Column, Table

from transcripts import run

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / "reports"
TEMPLATES = sorted(path.name for path in (REPORTS / "templates").glob("*.j2"))
FIVE, REDUCED = "14x14x480 | conv 5x5x48 pad 2", "14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2"
NETS = {
    "one layer": (FIVE,),
    "the pair": (FIVE, REDUCED),
    "branches": ("googlenet",),
    "stages": ("resnet18", "alexnet", "vit_b_16"),
    "long": ("resnet1202",),
    "recurrent": ("20x50 | lstm 64 | linear 10",),
    "symbols": ("HxWxC | conv 1x1x(C/r) | conv KxKxN same", "HxWxC | conv KxKxN same"),
    "unknown": ("8x8x3 | conv 3x3x4 | opaque routing 6x6x4 | fc 10",),
}
ALLOWED = {"details", "summary", "sup"}  # what GitHub keeps, of all that is written here


def markdown(*specs: str, path: Path | None = None, **asked: object) -> Files:
    analyses = [archcalc.analyze(spec).analysis for spec in specs]
    return made(report_of(analyses, Asked(**asked)), "markdown", path)  # type: ignore[arg-type]


def page_of(text: str) -> list[object]:
    parser = pytest.importorskip("markdown_it").MarkdownIt("commonmark", {"html": True})
    return list(parser.enable("table").parse(text))


def anchor(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("specs", NETS.values(), ids=NETS)
def test_it_renders_as_it_stands(specs: tuple[str, ...], tmp_path: Path) -> None:
    files = markdown(*specs, path=tmp_path / "it.md")
    text = files.text
    assert text.startswith("# ")
    assert text.endswith("\n")
    assert "\n\n\n" not in text
    tokens = page_of(text)
    headings = [tokens[i + 1].content for i, one in enumerate(tokens) if one.type == "heading_open"]
    assert len(headings) == len(set(headings)) >= 10, "every section has a heading of its own"
    anchors = {anchor(heading) for heading in headings}
    for target in re.findall(r"\]\(#([^)]*)\)", text):
        assert target in anchors
    for target in re.findall(r"!\[[^\]]*\]\(([^)]*)\)", text):
        assert target in files.pictures
    assert all(f"]({name})" in text for name in files.pictures)
    tags = {
        tag
        for one in tokens
        for part in ([one] if one.type == "html_block" else one.children or [])
        if part.type in ("html_block", "html_inline")
        for tag in re.findall(r"</?([a-zA-Z]+)", part.content)
    }
    assert tags <= ALLOWED
    for line in text.splitlines():
        assert not line.startswith("###") or line in text.split("\n\n")[0] or line[4:] in headings


@pytest.mark.parametrize("specs", NETS.values(), ids=NETS)
def test_every_table_is_a_table(specs: tuple[str, ...]) -> None:
    """Whatever stands before and behind it, no row is lost and no line of prose is a row."""
    text = markdown(*specs).text
    rows = sum(line.startswith("|") for line in text.splitlines())
    rules = sum(bool(re.fullmatch(r"\|[|:-]+", line)) for line in text.splitlines())
    tokens = page_of(text)
    assert sum(one.type == "table_open" for one in tokens) == rules > 0
    assert sum(one.type == "tr_open" for one in tokens) == rows - rules


def test_its_numbers_are_the_engines() -> None:
    text = markdown(FIVE, REDUCED).text
    for number in ("112,896,000", "5,268,480", "1,505,280", "3,763,200", "21.4x fewer"):
        assert number in text
    assert re.search(r"\| MACs +\| +112.9M \| +5.268M \| 21.4x fewer", text)


def test_costs_of_several_stand_in_one_unit_beside_the_reference() -> None:
    text = markdown(FIVE, REDUCED, "14x14x480 | conv 1x1x48").text
    assert "**A (reference)**" in text
    assert re.search(r"\| B +\| +14x14x48 \| +5x5 \| +5.27 \| 21.4x fewer", text)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    """In one process and in another, with hashes salted differently."""
    program = (
        "import sys; from pathlib import Path; import archcalc\n"
        "from archcalc.reporting import made, report_of\n"
        "nets = [archcalc.analyze(n).analysis for n in ('googlenet',)]\n"
        "files = made(report_of(nets), 'markdown', Path('it.md'))\n"
        "sys.stdout.buffer.write(''.join(t for _, t in files.all()).encode())\n"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    files = markdown("googlenet", path=Path("it.md"))
    assert printed == {"".join(text for _, text in files.all()).encode()}


def test_auxiliary_heads_and_unknown_parts_are_footnotes() -> None:
    assert (
        "<sup>a</sup> auxiliary heads not counted (6,379,728 params)" in markdown("googlenet").text
    )
    text = markdown(*NETS["unknown"]).text
    assert "&gt;= " in text
    assert "lower bound; not known" in text


def test_published_figures_stand_beside_ours() -> None:
    text = markdown("googlenet", columns=("macs", "published", "params")).text
    row = next(line for line in text.splitlines() if line.startswith("| googlenet<sup>"))
    assert row.split("|")[2].strip() == "1.58"
    assert "1.5G MACs" in row
    assert row.index("1.5G MACs") < row.index("7.00"), "columns stand as they are asked for"


def test_bytes_are_printed_for_float32_whatever_the_report_is_about() -> None:
    net = archcalc.analyze("alexnet", dtype="bfloat16").analysis
    text = made(report_of([net]), "markdown").text
    (row,) = [line for line in text.splitlines() if "weight bytes" in line and "233M" in line]
    assert "equal to its digits" in row


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "a|b", "`x`", "[a](b)", "*a*", "$x$", "a_b_c", "</details>"],
)
def test_no_name_is_markup(name: str) -> None:
    analyses = [archcalc.analyze(spec).analysis for spec in (FIVE, REDUCED)]
    text = made(report_of(analyses, Asked(title=name), [name, "other"]), "markdown").text
    tokens = page_of(text)
    html = [
        part.content
        for one in tokens
        for part in ([one] if one.type == "html_block" else one.children or [])
        if part.type in ("html_block", "html_inline")
    ]
    assert not any("script" in re.sub(r"&lt;.*?&gt;", "", part) for part in html)
    opened = sum(part.count("<details") for part in html)
    assert opened == sum(part.count("</details>") for part in html) > 0
    assert tokens[1].content
    headings = [tokens[1].children[0].content if tokens[1].children else ""]
    assert "".join(c.content for c in tokens[1].children) == name, headings


# Templates


def words(**more: object) -> dict[str, object]:
    return {**Vocabulary().words(), **more}


def filled(tmp_path: Path, text: str, **more: object) -> str:
    (tmp_path / "own.md.j2").write_text(text, encoding="utf-8")
    return rendered("own.md.j2", tmp_path, words(**more))


def test_a_template_prints_numbers_tables_and_names(tmp_path: Path) -> None:
    text = filled(
        tmp_path,
        '{% set a = net("14x14x480 | conv 5x5x48 pad 2", "n*e") %}'
        "{{ a.macs }} {{ a.macs|short }} {{ a.name }} {{ a.total('flops2') }} "
        "{{ a.layer('conv1').params }} {{ 1/3|digits(2) if false else 'x' }}\n{{ costs(a) }}",
    )
    assert text.startswith("112,896,000 112.9M n\\*e 225,792,000 576,048 x\n")
    assert re.search(r"\| n\\\*e +\| 14x14x48 \|", text)


def test_a_macro_and_a_fold_are_not_escaped_twice(tmp_path: Path) -> None:
    text = filled(
        tmp_path,
        '{% macro said(x) %}**{{ x }}**{% endmacro %}{{ said("a*b") }}\n'
        '{% call fold("1 < 2") %}| a |\n|---|\n| b |\n{% endcall %}\nText',
    )
    assert "**a\\*b**" in text
    assert "<details><summary>1 &lt; 2</summary>\n\n| a |" in text
    assert "</details>\n\nText" in text


REFUSED = {
    "an unknown word": ("{{ nett('x') }}", "E71", "own.md.j2:1", "nett"),
    "an unknown column": ("\n{{ net('784 | fc 10').weight }}", "E71", "own.md.j2:2", "weight"),
    "broken syntax": ("\n\n{% if %}", "E71", "own.md.j2:3", ""),
    "a spec that is wrong": ("{{ net('784 | fcc 10').macs }}", "E07", "fcc", ""),
    "code": ("{{ net('torchvision:resnet18').macs }}", "E71", "torchvision", "runs none"),
    "what is behind an object": ("{{ net.__globals__ }}", "E71", "__globals__", ""),
    "a class": ("{{ ''.__class__.__mro__ }}", "E71", "__class__", ""),
    "a file elsewhere": ("{{ json('/etc/passwd') }}", "E71", "/etc/passwd", "below"),
    "a file above": ("{{ csv('../../../../etc/passwd') }}", "E71", "passwd", "below"),
    "a spec elsewhere": ("{{ net('/etc/passwd').macs }}", "E71", "/etc/passwd", "below"),
    "standard input": ("{{ net('-').macs }}", "E71", '"-"', "below"),
    "a number that is not rounded": ("{% set x = 1 %}{{ x/3 }}", "E71", "filter that rounds", ""),
    "a row that is too short": ("{{ table(['a', 'b'], [[1]]) }}", "E71", "1 cells", "2 titles"),
    "a template that calls itself": ("{% include 'own.md.j2' %}", "E71", "without end", ""),
    "no template": ("{% include 'other.j2' %}", "E33", "other.j2", ""),
}


@pytest.mark.parametrize(("text", "code", "one", "other"), REFUSED.values(), ids=REFUSED)
def test_what_a_template_may_not(
    tmp_path: Path, text: str, code: str, one: str, other: str
) -> None:
    with pytest.raises(ArchcalcError) as caught:
        filled(tmp_path, text)
    printed = caught.value.render()
    assert code in printed
    assert one in printed
    assert other in printed


def test_templates_of_latex_and_of_html(tmp_path: Path) -> None:
    """Other endings are other dialects; LaTeX has other signs, for its own braces."""
    spec = '"14x14x480 | conv 5x5x48 pad 2", "n_1 & <b>"'
    (tmp_path / "own.tex.j2").write_text(
        f"<% set a = net({spec}) %>\\section{{<< a.name >>}} << a.macs >> << 'x|y'|code >>\n"
        "<< costs(a) >>\n\n<< costs(a) >>\n"
    )
    text = rendered("own.tex.j2", tmp_path, words())
    assert "\\section{n\\_1 \\& " in text
    assert "112,896,000" in text
    assert text.count("\\begin{tabular}") == 2
    labels = re.findall(r"\\label\{([^}]*)\}", text)
    assert len(labels) == len(set(labels)) == 2
    (tmp_path / "own.html.j2").write_text(
        f"{{% set a = net({spec}) %}}<h1>{{{{ a.name }}}}</h1>{{{{ costs(a) }}}}"
    )
    text = rendered("own.html.j2", tmp_path, words())
    assert "<h1>n_1 &amp; &lt;b&gt;</h1>" in text
    assert "<table>" in text


def test_what_a_picture_shows_is_the_caption_of_its_table_in_latex(tmp_path: Path) -> None:
    template = tmp_path / "own.tex.j2"
    template.write_text(
        '<< picture(plot("bars", net("alexnet"), net("vgg16"), alt="Two nets")) >>\n'
    )
    text = made(report_of([], Asked(template=template)), "markdown", tmp_path / "own.tex").text
    assert "\\caption[{Two nets}]{Two nets. " in text
    assert "\\textbf{Two nets}" not in text


def test_a_format_may_be_called_as_its_files_end() -> None:
    one, other = (archcalc.report("784 | fc 10", format=name) for name in ("md", "markdown"))
    assert one == other
    assert "## How the numbers are computed" in one


def test_filters_round_half_away_from_zero() -> None:
    assert FILTERS["percent"](0.125, 0) == "13%"
    assert FILTERS["percent"](1 / 3) == "33.3%"
    assert FILTERS["digits"](21.4286) == "21.4"
    assert FILTERS["short"](112_896_000) == "112.9M"
    assert FILTERS["bytes"](2**20) == "1.000 MiB"


def test_tidy_leaves_code_alone() -> None:
    text = "a\n\n\n\n```text\n| x\n\n\ny  \n```\n"
    assert tidy(text) == "a\n\n```text\n| x\n\n\ny  \n```\n"


def test_a_block_prints_itself() -> None:
    table = Table((Column("a", "a"),), ((Cell(1, "count"),),))
    assert "| 1 |" in MARKDOWN.text(table)
    assert MARKDOWN.text([]) == ""
    with pytest.raises(TypeError):
        MARKDOWN.text(object())


# Evidence


def stored(**change: object) -> dict[str, object]:
    checks = [
        {"quantity": key, "title": key, "layer": None, "archcalc": value, "witness": value,
         "by": "torch", "verdict": "equal", "reason": "", "remark": ""}
        for key, value in {"params": 576_048, "macs": 112_896_000, **change}.items()
    ]  # fmt: skip
    one = {"name": "A", "layers": 1, "equal": 2, "differs": 0, "not_checked": 0, "checks": checks}
    return {"torch": "2.13.0", "verified": [one]}


def test_checks_of_another_net_are_stale() -> None:
    analysis = archcalc.analyze(FIVE).analysis
    fresh = report_of([analysis], Asked(verified=Verified(stored())))
    assert "112,896,000 | torch" in made(fresh, "markdown").text
    assert not Verified(stored()).stale(fresh.nets[0])
    stale = report_of([analysis], Asked(verified=Verified(stored(macs=5))))
    text = made(stale, "markdown").text
    assert "checked when it was another net (macs 5, now 112,896,000)" in text


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"verified": 3}'])
def test_what_is_no_verification(tmp_path: Path, text: str) -> None:
    (tmp_path / "v.json").write_text(text)
    with pytest.raises(UsageError) as caught:
        Verified.read(tmp_path / "v.json")
    assert caught.value.code == "E51"


def test_order_of_pairs() -> None:
    """Two layers of 100 and 300 MACs, the larger one faster: no pair is in the right order."""
    from archcalc.timing import Measurement
    from archcalc.timing.task import Key

    def one(name: str, macs: int, seconds: float) -> Measurement:
        key = Key(name, 2, "fp32", "forward", "warm", False)
        return Measurement(key, name, ((seconds,),), about={"macs": macs})

    measured = [one("a", 100, 2.0), one("b", 300, 1.0), one("c", 100, 3.0), one("d", 0, 9.0)]
    (row,) = order_table(measured).rows
    assert [cell.value for cell in row] == ["2 to 5", 2, "0%", "3", "0.417"]


# Files


def test_it_is_written_held_and_made_anew(tmp_path: Path) -> None:
    files = markdown(FIVE, path=tmp_path / "sub" / "it.md")
    assert [line for line in differences(files) if "not there" in line]
    save(files)
    assert differences(files) == []
    assert files.path.read_text(encoding="utf-8") == files.text
    picture = sorted((tmp_path / "sub" / "it_files").glob("*.svg"))
    assert len(picture) == len(files.pictures) > 0
    files.path.write_text(files.text.replace("112,896,000", "113,000,000"), encoding="utf-8")
    (found,) = differences(files)
    assert "113,000,000" in found
    assert "+" in found
    (tmp_path / "sub" / "it_files" / "old.svg").write_text(picture[0].read_text(encoding="utf-8"))
    assert "old.svg: no longer part of it.md" in differences(files)[1]
    picture[0].unlink()
    assert any(f"{picture[0].name}: not there" in line for line in differences(files))
    save(files)
    assert differences(files) == []


def test_pictures_of_another_release_are_the_same_where_their_numbers_are(tmp_path: Path) -> None:
    files = markdown(FIVE, path=tmp_path / "it.md")
    save(files)
    path = next(tmp_path.glob("it_files/depth*.svg"))
    drawn = path.read_text(encoding="utf-8")
    other = re.sub(r"<metadata>matplotlib [\d.]+", "<metadata>matplotlib 3.9.9", drawn).replace(
        "<path d=", "<path D="
    )
    assert other != drawn
    path.write_text(other, encoding="utf-8")
    assert differences(files) == []
    path.write_text(other.replace("112,896,000", "112,896,001"), encoding="utf-8")
    assert len(differences(files)) == 1
    path.write_text(drawn.replace("<path d=", "<path D="), encoding="utf-8")
    assert len(differences(files)) == 1, "the same release draws the same bytes"


# The command


def test_formats_by_ending(tmp_path: Path) -> None:
    for ending, start in {
        "md": "# the pair", "html": "<!doctype html>", "csv": "architecture,", "json": "{",
        "tex": "%", "tsv": "", "txt": "",
    }.items():  # fmt: skip
        assert (
            run(
                f"archcalc report '{FIVE}' '{REDUCED}' --title 'the pair' -o {tmp_path}/it.{ending}"
            )
            == ""
        )
        text = (tmp_path / f"it.{ending}").read_text(encoding="utf-8")
        assert text.lower().startswith(start)
    data = json.loads((tmp_path / "it.json").read_text())
    assert [one["totals"]["macs"] for one in data["architectures"]] == [112_896_000, 5_268_480]
    assert data["title"] == "the pair"


def test_check_has_an_exit_code(tmp_path: Path) -> None:
    command = f"archcalc report '{FIVE}' -o {tmp_path}/it.md"
    assert "[exit 1]" in run(f"{command} --check")
    assert not (tmp_path / "it.md").exists()
    run(command)
    assert run(f"{command} --check") == "1 report up to date"
    assert (
        f"Made by `archcalc report '{FIVE}' -o {tmp_path}/it.md`."
        in (tmp_path / "it.md").read_text()
    )
    (tmp_path / "it.md").write_text("# other\n")
    assert "1 of 1 report stale" in run(f"{command} --check")
    assert (tmp_path / "it.md").read_text() == "# other\n"


def test_a_folder_of_templates_and_its_index(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "a.md.j2").write_text('# A\n\n{{ net("784 | fc 10").macs }} MACs.\n')
    (tmp_path / "t" / "README.md.j2").write_text("{{ excerpt('out/a.md').finding }}\n")
    assert run("archcalc report --template t -o out", tmp_path) == ""
    assert (tmp_path / "out" / "README.md").read_text() == "7,840 MACs.\n"
    assert run("archcalc report --template t -o out --check", tmp_path) == "2 reports up to date"


WRONG = {
    "archcalc report": "E50",
    f"archcalc report '{FIVE}' --template none.j2": "E33",
    f"archcalc report '{FIVE}' -o it.docx": "E51",
    f"archcalc report '{FIVE}' --format docx": "E51",
    f"archcalc report '{FIVE}' --columns speed": "E48",
    f"archcalc report '{FIVE}' --reference C": "E50",
    f"archcalc report '{FIVE}' --device h300": "E61",
    f"archcalc report '{FIVE}' --times none.jsonl": "E33",
    f"archcalc report '{FIVE}' --verified none.json": "E33",
    "archcalc report '14x14x480 | cnov 5x5x48'": "E07",
    f"archcalc report '{FIVE}' -o /dev/null/all.md": "E33",
}


@pytest.mark.parametrize(("command", "code"), WRONG.items(), ids=WRONG)
def test_errors_are_clear(command: str, code: str) -> None:
    printed = run(command)
    assert f"error[{code}]" in printed
    assert "[exit 2]" in printed
    assert "Traceback" not in printed


def test_excerpt_of_a_report() -> None:
    found = excerpt("# T\n\nIt saves 21.4x.\n\nMade by `x`.\n\n![a](f/b.svg)\n")
    assert found == {"title": "T", "finding": "It saves 21.4x.", "picture": "![a](f/b.svg)"}


# The committed reports


def test_there_are_templates() -> None:
    assert "bottleneck.md.j2" in TEMPLATES


@pytest.mark.parametrize("name", TEMPLATES)
def test_committed_reports_are_fresh(name: str) -> None:
    pytest.importorskip("matplotlib")
    made_to = f"reports/{name.removesuffix('.j2')}"
    command = f"archcalc report --template reports/templates/{name} -o {made_to} --check"
    assert run(command, ROOT) == "1 report up to date"


@pytest.mark.parametrize("path", sorted(REPORTS.glob("*.md")), ids=lambda path: path.name)
def test_committed_reports_render(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert f"{path.name}.j2" in TEMPLATES, "every report has a template"
    opening = excerpt(text)
    assert opening["title"]
    assert re.search(r"\d", opening["finding"]) or path.name == "README.md"
    assert f"archcalc report --template reports/templates/{path.name}.j2 -o reports/" in text
    anchors = {anchor(line.lstrip("# ")) for line in text.splitlines() if line.startswith("#")}
    for target in re.findall(r"\]\(([^)]*)\)", text):
        if target.startswith("#"):
            assert target[1:] in anchors
        elif not target.startswith("http"):
            assert (REPORTS / target.split("#")[0]).exists(), target
    rows = sum(line.startswith("|") for line in text.splitlines())
    rules = sum(bool(re.fullmatch(r"\|[|:-]+", line)) for line in text.splitlines())
    tokens = page_of(text)
    assert sum(one.type == "tr_open" for one in tokens) == rows - rules


# What a newcomer met


def test_a_report_of_a_net_over_its_budget_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "over.yaml").write_text(
        "archcalc: 1\ninput: 784\nlayers: [fc 10]\nbudget: {params: <= 1K}\n"
    )
    printed = run("archcalc report over.yaml -o over.md", tmp_path)
    assert "[exit 1]" in printed
    assert "exceeded by 6,850" in (tmp_path / "over.md").read_text()


def test_counts_follow_the_convention_everywhere() -> None:
    net = archcalc.analyze("32x32x3 | conv 3x3x8 | fc 10")
    flops = net.total("flops")
    text = markdown("32x32x3 | conv 3x3x8 | fc 10", counting="flops").text
    assert "MACs of every layer" not in text
    assert f"{flops:,}" in text
    assert "FLOPs per sample" in text.split("\n\n")[1]


def test_shapes_are_written_in_one_layout() -> None:
    text = run("archcalc report 'A: 192x28x30 | conv 5x5x32 pad 2' --layout chw")
    assert "A maps 192x28x30 to 32x28x30" in text
    assert "A  192x28x30 | conv" in text
    assert "28x30x" not in text.replace("28x30x32 \\* 5x5x192", ""), "but for the arithmetic"


def test_exact_counts_are_in_full() -> None:
    assert "|    MACs |" in run("archcalc report lenet5 --exact")
    assert "326,520 | 60,000" in run("archcalc report lenet5 --exact")


def test_a_picture_does_not_belong_to_the_list_before_it(tmp_path: Path) -> None:
    text = '{% set a = net("784 | fc 10") %}\n{{ explain(a, "fc1", "macs") }}\n![x](y.svg)\n'
    assert "\n\n![x](y.svg)" in filled(tmp_path, text)


NEAR = {
    "{{ net('784 | fc 10').mac }}": "did you mean macs?",
    "{{ shrot }}": "did you mean short?",
    "{{ 1|shrt }}": "did you mean short?",
    "{{ nets[0].name }}": "name so many specs on the command line",
}


@pytest.mark.parametrize(("text", "said"), NEAR.items(), ids=NEAR)
def test_a_word_that_there_is_not_has_a_neighbor(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        filled(tmp_path, text, nets=())
    assert said in " ".join(caught.value.render().split())


def test_an_error_inside_a_template_has_its_place(tmp_path: Path) -> None:
    with pytest.raises(ArchcalcError) as caught:
        filled(tmp_path, "\n\n{{ net('784 | fcc 10').macs }}")
    assert "asked for by template own.md.j2:3" in caught.value.render()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--template own.md.j2 -o own.html", "own.md.j2 writes .md and own.html ends in .html"),
        ("--template own.md.j2 --format latex", "a template has its own format"),
        ("784x1x1 --stamp --check -o it.md", "--check cannot hold it"),
    ],
)
def test_odd_requests(tmp_path: Path, options: str, said: str) -> None:
    (tmp_path / "own.md.j2").write_text("x")
    printed = run(f"archcalc report {options}", tmp_path)
    assert said in " ".join(printed.split())
    assert "[exit 2]" in printed
