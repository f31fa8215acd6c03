"""Reports of anything: what templates cannot reach, what names cannot do, what is written."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest

import archcalc
from archcalc.errors import ArchcalcError, UsageError
from archcalc.plots import kinds, options_of, plot
from archcalc.reporting import Asked, Files, Report, differences, made, report_of, save

from nets import NETS
from transcripts import run

NET = 'net("14x14x480 | conv 5x5x48 pad 2")'
SYMBOLS = 'net("HxWx3 | conv 3x3x8")'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a file outside of it and code that leaves a trace when it runs."""
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "secret.yaml").write_text("schema: 1\n")
    (tmp_path / "code.py").write_text(
        "from pathlib import Path\nPath(__file__).with_name('ran').touch()\ndef net(): pass\n"
    )
    monkeypatch.chdir(inside)
    return inside


def filled(folder: Path, text: str, name: str = "own.md.j2") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    analysis = archcalc.analyze("784 | fc 10").analysis
    return report_of([analysis], Asked(template=path)).text(folder / "own.md").text


# What a template cannot reach

TRACE = "__import__('pathlib').Path('../ran').touch()"
OUTSIDE = {
    "a path's text": "{{ report.asked.template.with_name('secret.txt').read_text() }}",
    "a path by a filter": "{{ (report.asked.template|attr('parent')) }}",
    "a path by a format": "{{ '{0.parent}'.format(report.asked.template) }}",
    "writing": "{{ (report.asked.template.parent / '../ran').write_text('') }}",
    "the pictures to be written": "{{ report.vocabulary.gallery.pictures }}",
    "text run by sympy": f'{{{{ {SYMBOLS}.macs.subs("H", "{TRACE}") }}}}',
    "text as a number": f'{{{{ net("HxWx3 | conv 3x3x8", H="{TRACE}").macs }}}}',
    "text as a sweep": f'{{{{ plot("sweep", {SYMBOLS}, symbol="H", values=["{TRACE}", 3]).alt }}}}',
    "code": "{{ reconcile('../code.py:net@3x9x9', '5M') }}",
    "a spec": "{{ reconcile('../secret.txt', '5M') }}",
    "times": f"{{{{ plot('time', {NET}, times='../secret.txt').alt }}}}",
    "a device": f"{{{{ predicted({NET}, device='../secret.yaml') }}}}",
    "a device of a plot": f"{{{{ plot('roofline', {NET}, device='../secret.yaml').alt }}}}",
}


@pytest.mark.parametrize("text", OUTSIDE.values(), ids=OUTSIDE)
def test_a_template_stays_inside(folder: Path, text: str) -> None:
    with pytest.raises(ArchcalcError) as caught:
        filled(folder, text)
    assert caught.value.code in ("E71", "E50")
    assert "secret" not in caught.value.message.replace("secret.", "")
    assert not (folder.parent / "ran").exists()


def test_a_link_leads_nowhere_else(folder: Path) -> None:
    (folder / "link.json").symlink_to("/etc/passwd")
    with pytest.raises(ArchcalcError, match="below this folder"):
        filled(folder, "{{ json('link.json') }}")


def test_a_spec_beside_a_template_is_read_from_there(folder: Path) -> None:
    beside = folder / "templates"
    beside.mkdir()
    (beside / "wide.yaml").write_text("archcalc: 1\ninput: 784\nlayers: [fc 20]\n")
    assert filled(beside, "{{ net('wide.yaml').params }}") == "15,700\n"


ODD = {
    "a reference that is none": f"{{{{ costs({NET}, {NET}, reference=9) }}}}",
    "one of a plot": f"{{{{ plot('bars', {NET}, reference=-5).alt }}}}",
    "one of a comparison": f"{{{{ compare({NET}, {NET}, reference=2) }}}}",
    "one of a table": "{{ table(['a'], [], reference=0) }}",
    "a format that is none": f"{{{{ predicted({NET}, device='h200', dtype='x') }}}}",
    "a name too long for a file": f"{{{{ json('{'a' * 9999}') }}}}",
    "an encoding": "{{ 'a'.encode('foo') }}",
    "nothing to go through": "{{ cycler() }}",
    "endless digits": "{{ 1|digits(10**9) }}",
    "endless decimals": "{{ 0.5|percent(10**9) }}",
    "infinity": "{{ 1e400|digits }}",
    "a float as a size": "{{ net('HxWx3 | conv 3x3x8', H=1.5).macs }}",
    "a list as a size": "{{ net('HxWx3 | conv 3x3x8', H=[1]).macs }}",
    "a sweep below nothing": f"{{{{ plot('sweep', {SYMBOLS}, symbol='H', values=[-1, 2]).alt }}}}",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_what_a_template_asks_wrongly_is_said(folder: Path, text: str) -> None:
    with pytest.raises(ArchcalcError) as caught:
        filled(folder, text)
    assert caught.value.code in ("E50", "E71")
    assert len(caught.value.message) < 300


def test_numbers_below_nothing_and_beside_nothing(folder: Path) -> None:
    assert filled(folder, "{{ (-0.005)|percent }} {{ (-0.0004)|percent }}") == "-0.5% 0.0%\n"
    assert filled(folder, "{{ ratio(1, 0) }} {{ ratio(3, 2) }}") == "? 1.50\n"


def test_a_template_s_own_words_are_of_its_language(folder: Path) -> None:
    assert filled(folder, "{{ 'a*b & <c>' }}") == "a\\*b &amp; &lt;c&gt;\n"
    assert filled(folder, "<< 'a & b_c' >>", "own.tex.j2") == "a \\& b\\_c\n"


# Which files are touched


@pytest.fixture
def shown(folder: Path) -> Files:
    """A report with its pictures, written."""
    pytest.importorskip("matplotlib")
    files = of("9x9x3 | conv 3x3x4").text(folder / "net.md")
    save(files)
    return files


def of(*specs: str, **asked: object) -> Report:
    return report_of([archcalc.analyze(spec).analysis for spec in specs], Asked(**asked))  # type: ignore[arg-type]


def test_files_that_no_report_made_stay(folder: Path, shown: Files) -> None:
    pictures = folder / "net_files"
    (pictures / "mine.svg").write_text("<svg xmlns='...'/>")
    (pictures / "folder.svg").mkdir()
    (folder / "other.svg").write_text((pictures / "depth.svg").read_text())
    (pictures / "link.svg").symlink_to(folder / "other.svg")
    before = sorted(pictures.iterdir())
    assert differences(shown) == []
    save(shown)
    assert sorted(pictures.iterdir()) == before


def test_a_folder_that_is_a_link_is_left_alone(folder: Path, shown: Files) -> None:
    (folder / "net_files").rename(folder / "elsewhere")
    (folder / "net_files").symlink_to(folder / "elsewhere")
    (folder / "elsewhere" / "old.svg").write_text((folder / "elsewhere" / "depth.svg").read_text())
    save(shown)
    assert (folder / "elsewhere" / "old.svg").exists()


@pytest.mark.parametrize("ending", ["html", "json", "tex"])
def test_a_report_beside_it_keeps_its_pictures(folder: Path, shown: Files, ending: str) -> None:
    page = made(of("9x9x3 | conv 3x3x4"), ending.replace("tex", "latex"), folder / f"net.{ending}")
    save(page)
    assert differences(page) == differences(shown) == []


def test_a_template_of_another_ending_keeps_them_too(folder: Path, shown: Files) -> None:
    template = folder / "net.html.j2"
    template.write_text("{{ picture(plot('bars', nets[0], name='only here')) }}")
    other = of("9x9x3 | conv 3x3x4", template=template).text(folder / "net.html")
    save(other)
    assert differences(other) == []
    assert [path.name for path in (folder / "net_files").glob("only*")] == ["only-here.svg"]
    save(shown)
    assert differences(other) == differences(shown) == []


@pytest.mark.parametrize("name", ["my report (1)", "보고서", "a&b", "<b>", "100%"])
def test_pictures_are_found_whatever_the_file_is_called(folder: Path, name: str) -> None:
    pytest.importorskip("matplotlib")
    from urllib.parse import unquote

    template = folder / "own.html.j2"
    template.write_text("{{ picture(plot('bars', nets[0])) }}")
    for files in (
        of("9x9x3 | conv 3x3x4").text(folder / f"{name}.md"),
        of("9x9x3 | conv 3x3x4", template=template).text(folder / f"{name}.html"),
    ):
        links = re.findall(r"!\[[^]]*\]\(([^ ()]+)\)|<img src=\"([^\"]+)\"", files.text)
        assert {unquote(one or other) for one, other in links} == set(files.pictures)
        assert links


def test_what_the_command_line_could_not_decode(folder: Path) -> None:
    for name in ("markdown", "json", "html", "latex", "csv"):
        files = made(of("9x9x3 | conv 3x3x4", title="\udcff", command="\udcff"), name, folder / "a")
        save(files)
        assert differences(files) == []


def test_a_command_of_several_lines_is_one_code_span() -> None:
    text = made(of("9x9x3 | conv 3x3x4", command="archcalc report '\n\n# <b>'"), "markdown").text
    assert "`archcalc report '  # <b>'`" in text


@pytest.mark.parametrize("line", ["784 --check", "784 --template t.md.j2 -o t.md.j2"])
def test_what_cannot_be_held_or_written(folder: Path, line: str) -> None:
    (folder / "t.md.j2").write_text("x")
    assert "error[E" in run(f"archcalc report {line}")
    assert (folder / "t.md.j2").read_text() == "x"


# Any net


ODD_NETS = {
    "nothing to run": ("13x36x12 | tokens",),
    "no counts": ("9x9x3 | relu", "9x9x3 | relu | id"),
    "some formulas": ("1x(r // 2)x(W // 2) | lrn (N // 3) | tanh",),
    "three dimensions": ("4x8x8x3 | conv 3x3x3x4 | relu",),
    "one": ("784 | fc 10", "10x16 | lstm 32 bidirectional | attn heads 4"),
    "opaque": ("28x28x192 | opaque one 14x14x8 | conv 3x3x8",),
    "heads": ("14x14x3 | aux head( gap | fc 10 ) | conv 3x3x8 +bn +relu",),
    "floors": ("HxWxC | conv KxKxN s2 | maxpool 2x2 | fc 10", "9x9x3 | conv 3x3x4"),
    "known": (NETS["lenet5-1998"].text, NETS["inception-3a"].text),
}


@pytest.mark.parametrize("layout", ["hwc", "chw"])
@pytest.mark.parametrize("specs", ODD_NETS.values(), ids=ODD_NETS)
def test_any_net_has_a_report_in_every_format(specs: tuple[str, ...], layout: str) -> None:
    report = of(*specs, layout=layout, device="h200")
    for name in ("markdown", "html", "latex", "csv", "json", "table"):
        assert made(report, name).text.strip()
    for kind in kinds():
        given = {"device": "h200"} if "device" in options_of(kind) else {}
        with suppress(UsageError):  # that it shows no such net
            assert plot(kind, report.analyses, report.names, **given).table.columns
