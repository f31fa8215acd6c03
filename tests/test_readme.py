"""The README is true: its console blocks are executed, its tables generated, its Python run."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from archcalc.homework.key import key_of, read_key

from transcripts import commands, rewritten, run

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
YAML = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
GENERATED = {
    "layers": "archcalc layers --format markdown -q",
    "columns": "archcalc columns --format markdown",
    "zoo": "archcalc zoo list --format markdown -q",
}
PICTURES = {"reports/field_alexnet.svg": "archcalc field alexnet -o"}
TEXT = README.read_text(encoding="utf-8")
CONSOLE = [
    pytest.param(command, output, id=command[9:60])
    for block in BLOCK.findall(TEXT)
    for command, output in commands(block)
]


def marked(name: str) -> re.Pattern[str]:
    return re.compile(f"(<!-- {name} -->\n)(.*?)(<!-- /{name} -->)", re.DOTALL)


def test_update(update_golden: bool) -> None:
    if not update_golden:
        pytest.skip("rewrites with --update-golden only")
    text = BLOCK.sub(lambda found: f"```console\n{rewritten(found[1], ROOT)}```", TEXT)
    for name, command in GENERATED.items():
        table = run(command, ROOT)
        text = marked(name).sub(lambda found, table=table: f"{found[1]}{table}\n{found[3]}", text)
    README.write_text(text, encoding="utf-8", newline="\n")
    for path, command in PICTURES.items():
        (ROOT / path).parent.mkdir(exist_ok=True)
        run(f"{command} {ROOT / path}", ROOT)


@pytest.mark.parametrize("path", PICTURES)
def test_picture(path: str, tmp_path: Path, update_golden: bool) -> None:
    if update_golden:
        pytest.skip("just rewritten")
    drawn = tmp_path / "drawn.svg"
    run(f"{PICTURES[path]} {drawn}", ROOT)
    assert drawn.read_bytes() == (ROOT / path).read_bytes()
    assert f"]({path})" in TEXT


def test_the_yaml_example_is_a_spec(tmp_path: Path) -> None:
    (text,) = [one for one in YAML.findall(TEXT) if "archcalc-key" not in one]
    path = tmp_path / "small.yaml"
    path.write_text(text, encoding="utf-8")
    for name in (path, f"{path}:small:wide"):
        printed = run(f"archcalc summary {name}")
        assert printed.count(": within (") == 2
        assert "exit" not in printed


def test_the_key_is_the_one_that_the_commands_use() -> None:
    (text,) = [one for one in YAML.findall(TEXT) if "archcalc-key" in one]
    shown, used = key_of(text), read_key(str(ROOT / "tests/golden/hw3.key.yaml"))
    assert [(one.id, one.points, one.expected_text()) for one in shown.questions] == [
        (one.id, one.points, one.expected_text()) for one in used.questions
    ]
    assert shown.sentence == used.sentence


def test_there_are_examples() -> None:
    assert len(CONSOLE) >= 6
    assert TEXT.index("archcalc compare '14x14x480") < 1000


@pytest.mark.parametrize(("command", "output"), CONSOLE)
def test_console(command: str, output: str, update_golden: bool) -> None:
    if update_golden:
        pytest.skip("just rewritten")
    assert run(command, ROOT) == output.rstrip("\n")


@pytest.mark.parametrize("name", GENERATED)
def test_generated_table(name: str, update_golden: bool) -> None:
    if update_golden:
        pytest.skip("just rewritten")
    found = marked(name).search(TEXT)
    assert found is not None
    assert found[2].rstrip("\n") == run(GENERATED[name], ROOT)


def test_python() -> None:
    failed, tried = doctest.testfile(str(README), module_relative=False)
    assert tried >= 6
    assert failed == 0


def test_bench_table_is_there() -> None:
    found = marked("bench").search(TEXT)
    assert found is not None
    assert "at least 20" in found[2], "run: python tests/bench/bench.py --update-readme"


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", TEXT):
        assert (ROOT / target).exists(), target
