"""Reports of anything: what templates cannot reach, what names cannot do, what is written."""

from __future__ import annotations

from pathlib import Path

import pytest

import archcalc
from archcalc.errors import ArchcalcError
from archcalc.reporting import Asked, report_of

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
    (beside / "wide.yaml").write_text("input: 784\nlayers: [fc 20]\n")
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
