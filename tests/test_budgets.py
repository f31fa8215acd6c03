"""Budgets: in a spec, in pyproject.toml and on the command line; one-sided, exit 1 when broken."""

from __future__ import annotations

import builtins
import sys
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archcalc.analysis import walk
from archcalc.changes import configuration
from archcalc.changes.annotations import annotated
from archcalc.changes.budgets import Held, condition, held, limit
from archcalc.changes.comment import LONGEST_COMMENT, MARKER, append_summary, comment
from archcalc.changes.configuration import project_budgets
from archcalc.changes.difference import Difference, NetChange
from archcalc.changes.states import Counting, State, state
from archcalc.errors import UsageError
from archcalc.readers import read

from repositories import isolated, write
from transcripts import run

LINEAR = "1000 | fc 1000 nobias"  # a million MACs and params
HAS_TOML = sys.version_info >= (3, 11)
needs_toml = pytest.mark.skipif(not HAS_TOML, reason="Python 3.10 reads no TOML")


def verdict(text: str, now: int, before: int | None = None) -> Held:
    """Hold a condition against a net of so many MACs."""
    analysis = walk(read(f"1 | fc {now} nobias"))
    old = None if before is None else state(walk(read(f"1 | fc {before} nobias")), "a", Counting())
    (found,) = held([condition(text, "--fail-if")], analysis, old)
    return found


@pytest.mark.parametrize(
    ("text", "now", "before", "expected"),
    [
        ("macs > 100", 100, None, "within"),
        ("macs > 100", 101, None, "over"),
        ("macs >= 100", 100, None, "over"),
        ("macs >= 100", 99, None, "within"),
        ("macs > 0.1K", 101, None, "over"),
        ("macs > +2%", 1020, 1000, "within"),
        ("macs > +2%", 1021, 1000, "over"),
        ("macs >= +2%", 1020, 1000, "over"),
        ("macs > +2.5 %", 1025, 1000, "within"),
        ("macs > +0%", 1001, 1000, "over"),
        ("macs > +0%", 1000, 1000, "within"),
        ("macs > +0%", 10, 1000, "within"),  # one-sided: less is never too much
        ("macs > +10", 1010, 1000, "within"),
        ("macs > + 10", 1011, 1000, "over"),
        ("macs>+2%", 1021, 1000, "over"),
        ("macs > +2%", 1021, None, "new"),
        ("params > +1,000", 2001, 1000, "over"),
        ("macs+bias > 100", 101, None, "over"),
    ],
)
def test_conditions(text: str, now: int, before: int | None, expected: str) -> None:
    assert verdict(text, now, before).verdict == expected


@given(before=st.integers(1, 10**6), now=st.integers(1, 10**6), tenths=st.integers(0, 5000))
def test_growth_is_exact(before: int, now: int, tenths: int) -> None:
    """The limit of so many percent is that of whole numbers, without a rounded float between."""
    found = verdict(f"macs > +{tenths // 10}.{tenths % 10}%", now, before)
    assert found.is_broken == (now * 1000 > before * (1000 + tenths))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "macs",
        "macs > ",
        "macs < 3M",
        "macs <= 3M",
        "macs > -2%",
        "macs > 2%",
        "macs > many",
        "> 3M",
        "macs > +",
        "macs > 3M > 4M",
        "macs = 3M",
    ],
)
def test_what_is_no_condition(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        condition(text, "--fail-if")
    assert refused.value.code == "E50"
    assert "--fail-if" in refused.value.message
    assert refused.value.help


@pytest.mark.parametrize("text", [">= 3M", "3M", "<= ", "<= 3 apples", "+2%", "<= -3M"])
def test_what_is_no_limit(text: str) -> None:
    with pytest.raises(UsageError, match=r"pyproject.toml:7"):
        limit("params", text, "pyproject.toml:7")


def test_an_unknown_column_names_its_place() -> None:
    text = run(f"archcalc diff '{LINEAR}' '{LINEAR}' --fail-if 'macaws > 3M'")
    assert '--fail-if: unknown quantity "macaws"' in text
    assert text.endswith("[exit 2]")


@pytest.mark.parametrize(
    ("condition", "code"),
    [("macs > 1M", 0), ("macs > 999,999", 1), ("macs > +0%", 0), ("params >= 1M", 1)],
)
def test_exit_codes(condition: str, code: int) -> None:
    text = run(f"archcalc diff '{LINEAR}' '{LINEAR}' --fail-if '{condition}'")
    assert text.endswith("[exit 1]") == bool(code)
    assert ("exceeded" in text) == bool(code)


@pytest.mark.parametrize("option", ["-q", "--format csv", "--format json"])
def test_what_is_not_printed_is_said(option: str) -> None:
    text = run(f"archcalc diff '{LINEAR}' '{LINEAR}' --fail-if 'macs > 900K' {option}")
    assert "net: budget MACs <= 900K exceeded by 100.0K (11.1%)\n[exit 1]" in text


def test_a_change_alone_is_no_failure() -> None:
    text = run(f"archcalc diff '{LINEAR}' '1000 | fc 9000 nobias'")
    assert "9.00x more" in text
    assert "[exit" not in text


def test_facts() -> None:
    assert verdict("macs > 310", 338).fact == "budget MACs <= 310 exceeded by 28 (9.0%)"
    assert verdict("macs > 100", 250).fact == "budget MACs <= 100 exceeded by 150 (2.50x the limit)"
    assert verdict("macs > 0", 5).fact == "budget MACs <= 0 exceeded by 5"
    grown = verdict("macs > +2%", 1100, 1000)
    assert grown.fact == "budget MACs <= +2% (1.020K) exceeded by 80 (7.8%)"


@pytest.mark.parametrize(("now", "said"), [(949, True), (950, False), (1000, False), (1001, False)])
def test_a_limit_that_may_be_lowered(now: int, said: bool) -> None:
    found = verdict("macs > 1K", now)
    assert bool(found.spare) == said
    if said:
        assert found.spare == "uses 949 of 1.000K MACs; you may lower the limit"


def test_what_nobody_knows_is_not_within() -> None:
    opaque = "9x9x3 | opaque one 9x9x8 | conv 3x3x8"
    text = run(f"archcalc diff '{opaque}' '{opaque}' --fail-if 'macs > 1G'")
    assert "not known" in text
    assert text.endswith("[exit 1]")
    text = run(f"archcalc diff '{opaque}' '{opaque}' --fail-if 'macs > 1K'")
    assert "budget MACs <= 1K exceeded by 27.22K" in text


def test_symbols_are_refused() -> None:
    spec = "HxWx3 | conv 3x3x8"
    for growth in ("", "+"):
        text = run(f"archcalc diff '{spec}' '{spec}' --fail-if 'macs > {growth}1K'")
        assert "--set" in text
        assert text.endswith("[exit 2]")
    text = run(f"archcalc diff '{spec}' '{spec}' --fail-if 'macs > +1K' --set H=9,W=9")
    assert "[exit" not in text


TOML = """\
[project]
name = "nets"
macs = "<= 1"

[tool.archcalc]
fail-if = [
    "macs > +2%",  # of any net
    "params > 3M",
]

[tool.archcalc.budget]
macs = "<= 900K"

[tool.archcalc.budget.student]
params = "<= 1.2M"
"macs" = "< +1%"
"""


@needs_toml
def test_the_project_s_budgets(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": TOML, "deep/er/x": ""})
    for folder in (tmp_path, tmp_path / "deep" / "er"):
        found = project_budgets(folder)
        every = [(one.figure.key, one.text, one.place) for one in found.every]
        assert every == [
            ("macs", "<= +2%", "pyproject.toml:7"),
            ("params", "<= 3M", "pyproject.toml:8"),
            ("macs", "<= 900K", "pyproject.toml:12"),
        ]
        own = [(one.figure.key, one.text, one.place) for one in found.of("student")[3:]]
        assert own == [
            ("params", "<= 1.2M", "pyproject.toml:15"),
            ("macs", "< +1%", "pyproject.toml:16"),
        ]
        assert len(found.of("teacher")) == 3


@needs_toml
def test_a_project_s_budget_breaks(tmp_path: Path) -> None:
    net = "archcalc: 1\ninput: 1000\nlayers:\n  - fc 1000 nobias\n"
    write(tmp_path, {"pyproject.toml": TOML, "student.yaml": net})
    text = run("archcalc diff student.yaml student.yaml", tmp_path)
    assert "student.yaml:1: budget MACs <= 900K exceeded by 100.0K (11.1%)" in text
    assert "help: cut the net, or raise the limit at pyproject.toml:12" in text
    assert "notice: student uses 1.000M of 1.200M params; you may lower the limit" in text
    assert text.endswith("[exit 1]")


@needs_toml
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[tool.archcalc]\nbudget = 3\n", "budget is a table"),
        ("[tool.archcalc]\nfail-if = 'macs > 3M'\n", "fail-if a list"),
        ("[tool.archcalc]\nfail-if = [3]\n", 'pyproject.toml:2: "3" does not say'),
        ("[tool]\narchcalc = 3\n", "tool.archcalc is no table"),
        ("[tool.archcalc.budget]\nmacs = 3\n", "pyproject.toml:2: the budget of macs is no limit"),
        ("[tool.archcalc.budget]\nmacs = '>= 3'\n", "pyproject.toml:2"),
        ("[tool.archcalc.budget]\nmany = '<= 3'\n", 'pyproject.toml:2: unknown quantity "many"'),
        ("[tool.archcalc\n", "pyproject.toml: Expected"),
    ],
)
def test_a_broken_project(tmp_path: Path, text: str, expected: str) -> None:
    write(tmp_path, {"pyproject.toml": text})
    found = " ".join(run(f"archcalc diff '{LINEAR}' '{LINEAR}'", tmp_path).split())
    assert expected in found
    assert found.endswith("[exit 2]")


def test_projects_without_budgets(tmp_path: Path) -> None:
    assert project_budgets(tmp_path / "a") == configuration.Budgets()
    write(tmp_path, {"pyproject.toml": "[project]\nname = 'x'\n"})
    assert project_budgets(tmp_path) == configuration.Budgets()
    (tmp_path / "inner" / ".git").mkdir(parents=True)
    write(tmp_path, {"pyproject.toml": TOML})
    assert project_budgets(tmp_path / "inner") == configuration.Budgets()


def test_python_without_toml_says_so(tmp_path: Path) -> None:
    def without(name: str) -> Any:
        if name == "tomllib":
            raise ModuleNotFoundError(name)
        return import_module(name)

    write(tmp_path, {"pyproject.toml": TOML})
    with (
        mock.patch.object(configuration, "import_module", without),
        pytest.raises(UsageError, match=r"Python 3\.10 reads no TOML") as refused,
    ):
        project_budgets(tmp_path)
    assert "--fail-if" in refused.value.help
    write(tmp_path, {"pyproject.toml": "[project]\n"})
    with mock.patch.object(configuration, "import_module", without):
        assert project_budgets(tmp_path) == configuration.Budgets()


# GitHub


def many(count: int, name: str = "net", layers: int = 1, path: str = "a.yaml") -> Difference:
    """Return nets that each break one budget."""
    chain = " | ".join(f"l{i}: fc {i + 2}" for i in range(layers))
    analysis = walk(read(f"{name}: 4 | {chain}"))
    after = state(analysis, name, Counting())
    before = State(name, (), {key: 1 for key in after.totals})
    found = tuple(held([condition("macs > 3", "--fail-if")], analysis, before))
    net = NetChange(before, after, path, True, found)
    return Difference((net,) * count, Counting(), "origin/main")


def test_annotations_are_bounded() -> None:
    text = annotated(many(25))
    assert text.count("\n::error ") == 10
    assert "15 more: see the text above, or the summary" in text
    assert annotated(many(10)).count("\n::error ") == 10


def test_annotations_are_escaped() -> None:
    text = annotated(many(1, path="a,b:c%d\n::error::e.yaml"))
    (line,) = [line for line in text.splitlines() if line.startswith("::")]
    assert line.startswith("::error file=a%2Cb%3Ac%25d%0A%3A%3Aerror%3A%3Ae.yaml,line=1::net: ")
    assert "%0Ahelp: cut the net" in line
    assert "(166.7%25)" not in line


def test_no_text_begins_a_command() -> None:
    text = run(
        f"archcalc diff '{LINEAR}' '{LINEAR}' --fail-if 'macs > 1' --format github"
        " --base '::error::x' "
    )
    assert "\n::" not in text
    found = many(1)
    found = Difference(found.nets, found.counting, "::set-output name=a::b")
    lines = annotated(found).splitlines()
    assert [line for line in lines if "::set-output" in line] == []


def test_comments_keep_their_limit() -> None:
    for count, layers in ((1, 1), (3, 300), (40, 400), (220, 9), (300, 1), (1500, 1)):
        text = comment(many(count, layers=layers), marked=True)
        assert text.startswith(MARKER + "\n")
        assert len(text) <= LONGEST_COMMENT
        assert text.count("<details>") == text.count("</details>")
        assert text.endswith("\n")
    assert "more layers" in comment(many(40, layers=400))
    assert "The rest is left out" in text


def test_comments_escape_names() -> None:
    found = many(1, path="a|b<script>@all.yaml")
    text = comment(found)
    assert "<script>" not in text
    assert "a\\|b&lt;script&gt;&#64;all.yaml" in text


def test_the_summary_keeps_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    with isolated(GITHUB_STEP_SUMMARY=str(path)):
        append_summary("one\n")
        append_summary("two\n")
        assert path.read_text(encoding="utf-8") == "one\ntwo\n"
        path.write_bytes(b"x" * (2**20 - 100))
        append_summary("y" * 200)
        assert path.stat().st_size <= 2**20
        assert path.read_bytes().endswith(
            b"the summary is full (1024 KiB); the log has the rest.\n"
        )
        path.write_bytes(b"x" * 2**20)
        append_summary("y")
        assert path.stat().st_size == 2**20


def test_a_summary_that_cannot_be_written(tmp_path: Path) -> None:
    with isolated(GITHUB_STEP_SUMMARY=str(tmp_path)), pytest.raises(UsageError) as refused:
        append_summary("one\n")
    assert refused.value.code == "E33"


def test_files_beside_the_output(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    with isolated(GITHUB_STEP_SUMMARY=str(summary)):
        text = run(
            f"archcalc diff '{LINEAR}' '1000 | fc 2000' --comment-file c.md --step-summary"
            " --format github --fail-if 'macs > +50%' -o log.txt",
            tmp_path,
        )
    assert text == "net: budget MACs <= +50% (1.500M) exceeded by 500.0K (33.3%)\n[exit 1]"
    written = (tmp_path / "c.md").read_text(encoding="utf-8")
    assert written == f"{MARKER}\n{summary.read_text(encoding='utf-8')}"
    assert "### archcalc: 1 budget exceeded" in written
    assert "::error::net: budget" in (tmp_path / "log.txt").read_text(encoding="utf-8")


def test_no_write_without_asking() -> None:
    with mock.patch.object(builtins, "open", side_effect=AssertionError("wrote a file")):
        run(f"archcalc diff '{LINEAR}' '{LINEAR}'")
