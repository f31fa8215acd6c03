"""Whatever is handed in, ``archcalc check`` marks it or says in a sentence why not."""

from __future__ import annotations

import csv
import importlib.util
import io
import itertools
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from unittest import mock

import jsonschema
import pytest

from archcalc.errors import ArchcalcError
from archcalc.homework.key import Key, key_of, read_key
from archcalc.renderers import formats

from transcripts import run

KEY = """\
archcalc-key: 1
specs:
  naive: '14x14x480 | c: conv 5x5x48 pad 2'
  small: '14x14x480 | r: conv 1x1x16 | c: conv 5x5x48 pad 2'
questions:
  - {id: 1, ask: output, of: naive}
  - {id: 2, ask: MACs, of: naive, points: 2}
  - {id: 3, ask: MACs, of: small, points: 2}
"""
GOOD = "1 = 14x14x48\n2 = 112.9M\n3 = 5.268M\n"
POINTS = "5"  # of all questions


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hw.key.yaml").write_text(KEY, encoding="utf-8")
    (tmp_path / "good.md").write_text(GOOD, encoding="utf-8")
    return tmp_path


def check(folder: Path, files: str, *more: str) -> str:
    return run(" ".join(["archcalc check --key hw.key.yaml", files, *more]), folder)


def marked(folder: Path, name: str, data: str | bytes, *more: str) -> dict[str, object]:
    """Return the JSON of one file's marks."""
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    text = check(folder, name, "--format json", *more)
    found: dict[str, object] = json.loads(text.split("\n[exit")[0])
    return found


def verdicts(found: dict[str, object]) -> list[str]:
    (one,) = found["sheets"]  # type: ignore[misc]
    return [answer["mark"] for answer in one["answers"]]


# Answers


def _bomb() -> str:
    names = "abcdefghijklmnop"
    lines = [f"{b}: &{b} [*{a}, *{a}, *{a}]" for a, b in itertools.pairwise(names)]
    return "\n".join(["a: &a [1, 1, 1]", *lines, "2: *p"])


@pytest.mark.parametrize(
    ("name", "data", "marks", "codes"),
    [
        ("a.md", "2 = 9^9^9\n3 = 5.268M", ["no answer", "could not read", "right"], []),
        ("a.md", "2 = " + "9" * 1500, ["no answer", "could not read", "no answer"], []),
        (
            "a.csv",
            "question,answer\n1,14x14x48\n2," + "1" * 900_000 + "\n3,5.268M\n",
            ["right", "could not read", "right"],
            ["E44"],
        ),
        ("a.md", "3 = " + "(1+" * 600, ["no answer", "no answer", "could not read"], []),
        ("a.md", "1 = 14x1\x004x48\n2 = 112.9M", ["right", "right", "no answer"], ["E35"]),
        ("a.md", "2 = 112.9M\n".encode("utf-16"), ["no answer", "right", "no answer"], []),
        ("a.md", b"\xef\xbb\xbf2 = 112.9M", ["no answer", "right", "no answer"], []),
        ("a.md", "", ["no answer"] * 3, ["E22"]),
        (
            "a.yaml",
            "1: !!python/object/apply:os.system ['touch pwned']\n2: 112.9M\n",
            ["could not read", "right", "no answer"],
            ["E22"],
        ),
        ("a.yaml", f"{_bomb()}\n3: 5.268M", ["no answer", "could not read", "right"], ["E22"]),
        ("a.json", '{"2": "112.9M", "3": ' + "1" * 5000 + "}", ["no answer", "right"], ["E44"]),
        ("a.json", '{"1": "\\ud800", "2": "112.9M"}', ["could not read", "right"], []),
    ],
)
def test_what_can_be_marked_is(
    folder: Path, name: str, data: str | bytes, marks: list[str], codes: list[str]
) -> None:
    found = marked(folder, name, data)
    assert verdicts(found)[: len(marks)] == marks
    (one,) = found["sheets"]  # type: ignore[misc]
    assert {remark["code"] for remark in one["remarks"]} == set(codes)
    assert not (folder / "pwned").exists()


@pytest.mark.parametrize(
    ("name", "data", "code", "words"),
    [
        ("a.md", "1 = 14x14x48\n" * 800_000, "E44", "larger than 1 MiB"),
        ("a.yaml", "2: " + "[" * 3000, "E44", "deep"),
        ("a.json", '{"2": ' + "[" * 3000, "E44", "deep"),
        ("a.md", "이름: 김철수\n1 = 14x14x48".encode("cp949"), "E35", "--encoding cp949"),
        ("a.md", "2 = 112.9M".encode("utf-16-le"), "E35", "--encoding utf-16-le"),
        ("a.md", b"%PDF-1.7 ...", "E35", "a PDF"),
        ("a.ipynb", "not json", "E22", "not JSON"),
    ],
)
def test_what_cannot_be_read_is_said(
    folder: Path, name: str, data: str | bytes, code: str, words: str
) -> None:
    found = marked(folder, name, data)
    assert found["sheets"] == []
    (failed,) = found["failed"]  # type: ignore[misc]
    assert failed["error"]["code"] == code
    assert words in f"{failed['error']['message']} {failed['error']['help']}"


def test_an_encoding_is_taken(folder: Path) -> None:
    data = "이름: 김철수\n2 = 1억 1289만 6000".encode("cp949")
    found = marked(folder, "a.md", data, "--encoding cp949")
    assert verdicts(found)[1] == "right"
    assert found["sheets"][0]["student"] == "김철수"  # type: ignore[index]
    text = check(folder, "a.md", "--encoding klingon")
    assert 'no encoding is called "klingon"' in text
    assert text.endswith("[exit 1]")


def test_bad_files_among_good_ones_stop_nothing(folder: Path) -> None:
    (folder / "korean.md").write_bytes("2 = 약 112.9M".encode("cp949"))
    (folder / "empty.md").touch()
    (folder / "locked.md").write_text(GOOD)
    real = Path.open

    def refusing(path: Path, *given: str, **named: str) -> object:
        if path.name == "locked.md":  # root may read everything: chmod would not do
            raise PermissionError(13, "Permission denied")
        return real(path, *given, **named)

    with mock.patch.object(Path, "open", refusing):
        text = check(folder, "good.md missing.md korean.md empty.md locked.md", "-o marks.csv")
    assert text.startswith("5 files: 1 marked, 4 could not be read")
    assert "missing.md: could not be read: cannot read missing.md: no such file" in text
    assert "Permission denied" in text
    assert text.endswith("wrote marks.csv\n[exit 1]")
    rows = list(csv.DictReader(io.StringIO((folder / "marks.csv").read_text())))
    assert {row["file"]: row["status"] for row in rows} == {
        "good.md": "marked",
        "empty.md": "could not read",
        "missing.md": "could not read",
        "korean.md": "could not read",
        "locked.md": "could not read",
    }
    assert rows[0]["total"] == rows[0]["of"] == POINTS


def test_a_folder_without_answers(folder: Path) -> None:
    (folder / "nothing").mkdir()
    text = check(folder, "nothing")
    assert text.startswith("error[E33]: no answer files in nothing")
    assert text.endswith("[exit 2]")


# Markup and commands

NASTY = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a|b||c",
    "`rm -rf`",
    "```",
    "$x$ $$y$$",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "[a](javascript:alert(1))",
    "![a](http://example.org)",
    "\x1b[31mred\x07",
    "\u202edesrever",
)


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize("form", [*formats(), "gradescope", "prairielearn"])
def test_no_text_of_a_student_is_markup_or_a_command(
    folder: Path, fuzz: ModuleType, form: str, nasty: str
) -> None:
    name = re.sub(r"[/\0]", "_", f"{nasty}.md")
    lines = (f"Name: {nasty}", f"1 = {nasty}", f"2 = 112.9M {nasty}", "3 = 3.8M", f"{nasty} = 4")
    (folder / name).write_text("\n".join(lines))
    quoted = "'" + name.replace("'", "'\"'\"'") + "'"
    assert "Traceback" not in check(folder, quoted, f"--format {form} --each -o out.txt")
    text = (folder / "out.txt").read_text()
    if form in fuzz.CHECKS:
        fuzz.CHECKS[form](text)
    else:
        fuzz.check_result(json.loads(text), read_key(str(folder / "hw.key.yaml")))


def test_a_nasty_key_is_no_markup_either(folder: Path, fuzz: ModuleType) -> None:
    key = KEY.replace("id: 1,", 'id: "<b>|`=1", title: "<script>|`$",').replace(
        "specs:", "title: '<script>|`'\nspecs:", 1
    )
    (folder / "hw.key.yaml").write_text(key)
    for form in formats():
        fuzz.CHECKS[form](run(f"archcalc check --lint hw.key.yaml --format {form}", folder))
        fuzz.CHECKS[form](check(folder, "good.md", f"--format {form}").split("\n[exit")[0])


# Keys

SPEC = "14x14x480 | c: conv 5x5x48 pad 2"


def key_with(*questions: str, spec: str = f"'{SPEC}'") -> str:
    lines = [f"  - {{{one}}}" for one in questions or ("ask: MACs, of: net",)]
    return "\n".join(["archcalc-key: 1", "specs:", f"  net: {spec}", "questions:", *lines])


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "E22", "is empty"),
        ("# nothing yet\n", "E22", "is empty"),
        ("- 1\n", "E22", "a key is a map"),
        ("abc", "E22", "a key is a map"),
        ("archcalc-key: 2\nquestions: []", "E22", "version 1"),
        ("archcalc-key: 1\nquestions: []", "E22", "no questions"),
        ("archcalc-key: 1\nquestions: {a: 1}", "E22", "questions is a list"),
        ("archcalc-key: 1\nspecs: {a: [", "E22", "cannot be read"),
        ("archcalc-key: 1\ntitle: !!python/name:os.system x\n", "E22", "not allowed"),
        (_bomb(), "E22", "anchor"),
        ("a: " * 3 + "[" * 3000, "E22", ""),
        (key_with("ask: MACs, of: nte"), "E36", 'asks for "nte"; specs are net'),
        (key_with("id: 1, ask: MACs", "id: 1, ask: params"), "E26", "appears twice"),
        (key_with(f"id: {'a' * 50}, ask: MACs", f"id: {'a' * 60}, ask: MACs"), "E26", "twice"),
        (key_with("ask: MACs, of: net/x"), "E36", 'no layer "x" in net'),
        (key_with("ask: happiness"), "E48", "nobody can ask"),
        (key_with("ask: ratio, of: [8, 9]"), "E36", "a ratio is of two questions"),
        (key_with("ask: MACs, points: lots"), "E22", "no points"),
        (key_with("ask: MACs, points: -1"), "E22", "no points"),
        (key_with("ask: MACs, partial: {X99: 1}"), "E48", 'no slip "X99"'),
        (key_with("ask: MACs, partial: {O08: 2}"), "E22", "from 0 to 1"),
        (key_with("ask: MACs, tolerance: 5%"), "E22", "tolerance"),
        (key_with("ask: MACs, accept: [nonsense]"), "E48", "nonsense"),
        (key_with(*["ask: MACs"] * 501), "E44", "more than 500"),
        (key_with(spec="'HxWx3 | conv 3x3x8'"), "E36", "is no number"),
        (key_with(spec="'8x8x4 | [ relu ]*99999999'"), "E44", "expands"),
        (key_with(spec="nothing"), "E34", 'no zoo entry "nothing"'),
        (key_with(spec="torchvision:resnet18"), "E52", "is code"),
        (key_with(spec="'evil.py:f'"), "E52", "is code"),
        (key_with(spec="/etc/passwd"), "E33", "no spec"),
        (key_with(spec="../../../../../../../../etc/passwd"), "E33", "no spec"),
        (key_with(spec="/dev/zero"), "E33", "no spec"),
        (key_with(spec="'-'"), "E33", "no spec"),
        (key_with(spec='"a\\0b"'), "E33", "no spec"),
        (key_with(spec="9" * 5000), "E33", "no spec"),
        (key_with(spec="[1]"), "E22", "is a text"),
    ],
)
def test_a_bad_key_is_refused(folder: Path, text: str, code: str, words: str) -> None:
    (folder / "evil.py").write_text("open('pwned', 'w')\nf = None\n")
    (folder / "hw.key.yaml").write_text(text)
    for command in ("--key hw.key.yaml good.md", "--lint hw.key.yaml"):
        said = run(f"archcalc check {command}", folder)
        assert said.startswith(f"error[{code}]: ")
        assert words in " ".join(said.split())
        assert said.endswith("[exit 2]")
    assert not (folder / "pwned").exists()


def test_a_mistake_in_a_spec_is_shown_in_the_key() -> None:
    with pytest.raises(ArchcalcError) as caught:
        key_of(key_with(spec=f"'{SPEC.replace('pad', 'pda')}'"), "hw.key.yaml")
    assert caught.value.render().split("\n")[1:4] == [
        "  --> hw.key.yaml:3:36",
        "   |",
        " 3 |   net: '14x14x480 | c: conv 5x5x48 pda 2'",
    ]


@pytest.mark.parametrize(
    ("path", "words"),
    [("no.yaml", "no such file"), (".", "it is a folder"), ("9" * 300, "no such file")],
)
def test_a_key_that_is_no_file(folder: Path, path: str, words: str) -> None:
    said = run(f"archcalc check --key {path} good.md", folder)
    assert " ".join(said.split()).startswith(f"error[E33]: cannot read {path[:60]}")
    assert words in said
    assert said.endswith("[exit 2]")


def test_a_key_of_500_questions(folder: Path) -> None:
    key = key_of(key_with(*[f"id: {n}, ask: MACs" for n in range(500)]))
    assert len(key.questions) == 500
    (folder / "hw.key.yaml").write_text(key_with(*[f"id: {n}, ask: MACs" for n in range(500)]))
    (folder / "a.md").write_text("\n".join(f"{n} = {n + 10}M" for n in range(500)))
    said = check(folder, "a.md")
    assert len(re.findall(r"^\d+ +MACs ", said, re.M)) == 500


def test_fifty_wrong_answers_to_a_deep_net(folder: Path) -> None:
    asked = ("MACs", "params", "output", "receptive_field", "units")
    questions = [f"id: {n}, ask: {asked[n % 5]}, of: net" for n in range(50)]
    key = key_with(*questions, spec="resnet50")
    (folder / "hw.key.yaml").write_text(key)
    wrong = [f"{n} = {'3x3x3' if n % 5 == 2 else 7_654_321 + n}" for n in range(50)]
    found = marked(folder, "a.md", "\n".join(wrong))
    assert set(verdicts(found)) == {"not yet"}


# Outputs


@pytest.mark.parametrize("option", ["-o nowhere/marks.csv", "--report nowhere/class.md"])
def test_a_folder_that_does_not_exist(folder: Path, option: str) -> None:
    said = check(folder, "good.md", option)
    assert said.startswith("error[E33]: cannot write nowhere/")
    assert said.endswith("[exit 2]")


def test_an_unknown_ending_is_said_before_the_work(folder: Path) -> None:
    with mock.patch("archcalc.homework.marking.mark_files") as work:
        for option in ("-o marks.xyz", "--report class.docx"):
            assert "error[E51]: no format for" in check(folder, "good.md", option)
    assert not work.called


def test_a_result_file_is_of_one_submission(folder: Path) -> None:
    (folder / "b.md").write_text(GOOD)
    for grader in ("gradescope", "prairielearn"):
        said = check(folder, "good.md b.md", f"--format {grader}")
        assert said.startswith(f"error[E50]: {grader} takes one submission, not 2")
        said = check(folder, "none.md", f"--format {grader}")
        assert said.startswith("error[E33]: cannot read none.md")


@pytest.mark.parametrize(
    "settings",
    [{"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "cp949"}],
)
def test_any_terminal_can_show_it(folder: Path, settings: dict[str, str]) -> None:
    (folder / "é.md").write_text("Name: É\n1 = é 🙂\n2 = 1억\n3 = 3.8M\n", encoding="utf-8")
    words = [sys.executable, "-m", "archcalc", "check", "--key", "hw.key.yaml", "é.md"]
    root = str(Path(__file__).parents[1])
    done = subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": root, **settings},
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert b"could not read" in done.stdout
    assert done.returncode == 1


# What graders read

STATUS = {"enum": ["passed", "failed"]}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
VISIBLE = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
GRADESCOPE = {
    "type": "object",
    "required": ["tests"],
    "additionalProperties": False,
    "properties": {
        "score": {"type": "number", "minimum": 0},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": FORMAT,
        "test_output_format": FORMAT,
        "test_name_format": FORMAT,
        "visibility": VISIBLE,
        "stdout_visibility": VISIBLE,
        "extra_data": {"type": "object"},
        "leaderboard": {"type": "array"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["score", "max_score"],
                "additionalProperties": False,
                "properties": {
                    "score": {"type": "number", "minimum": 0},
                    "max_score": {"type": "number", "minimum": 0},
                    "status": STATUS,
                    "name": {"type": "string"},
                    "name_format": FORMAT,
                    "number": {"type": "string"},
                    "output": {"type": "string"},
                    "output_format": FORMAT,
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "visibility": VISIBLE,
                    "extra_data": {"type": "object"},
                },
            },
        },
    },
}
PRAIRIELEARN = {
    "type": "object",
    "required": ["gradable", "score"],
    "properties": {
        "gradable": {"type": "boolean"},
        "score": {"type": "number", "minimum": 0, "maximum": 1},
        "message": {"type": "string"},
        "output": {"type": "string"},
        "images": {"type": "array"},
        "format_errors": {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
            ]
        },
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "points", "max_points"],
                "properties": {
                    "name": {"type": "string"},
                    "description": {"type": "string"},
                    "points": {"type": "number", "minimum": 0},
                    "max_points": {"type": "number", "minimum": 0},
                    "message": {"type": "string"},
                    "output": {"type": "string"},
                    "images": {"type": "array"},
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
SHEETS = {
    "right": GOOD,
    "wrong": "1 = 5\n2 = 225.8M\n3 = 1\n",
    "blank": "",
    "unreadable": "1 = 14x14x48\n2 = 112 9 M\n3 = <b>`|$x$",
    "long": "\n".join(f"{n % 3 + 1} = {'(' * 1000}{n}" for n in range(300)),
}


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("hints", ["", "--no-hints"])
@pytest.mark.parametrize(
    ("grader", "schema"), [("gradescope", GRADESCOPE), ("prairielearn", PRAIRIELEARN)]
)
def test_result_files_are_as_graders_say(
    folder: Path, sheet: str, hints: str, grader: str, schema: dict[str, object]
) -> None:
    (folder / "a.md").write_text(SHEETS[sheet])
    said = check(folder, "a.md", f"--format {grader} -o results.json {hints}")
    assert "[exit" not in said
    text = (folder / "results.json").read_text(encoding="utf-8")
    assert len(text.encode()) < 1_000_000
    found = json.loads(text)
    jsonschema.Draft202012Validator(schema).validate(found)
    tests = found["tests"]
    assert len(tests) == 3
    if grader == "gradescope":
        assert found["score"] == sum(test["score"] for test in tests)
    else:
        assert found["gradable"] == ("format_errors" not in found)
        assert found["gradable"] == (sheet not in UNREAD) or sheet == "blank"
        assert found["score"] == sum(test["points"] for test in tests) / 5


UNREAD = ("blank", "unreadable", "long")


def test_large_feedback_is_left_out(folder: Path) -> None:
    questions = [f"id: {n}, ask: MACs, points: {n % 3}" for n in range(500)]
    (folder / "hw.key.yaml").write_text(key_with(*questions))
    long = "+".join(["1"] * 900)
    (folder / "a.md").write_text("\n".join(f"{n} = {long}" for n in range(500)))
    check(folder, "a.md", "--format prairielearn -o results.json")
    text = (folder / "results.json").read_text()
    assert len(text.encode()) < 1_000_000
    jsonschema.Draft202012Validator(PRAIRIELEARN).validate(json.loads(text))


# The fuzzer

SEED, CASES = 20, 300


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    path = Path(__file__).with_name("fuzz") / "homework.py"
    spec = importlib.util.spec_from_file_location("fuzz_homework", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fuzz_homework"] = module
    spec.loader.exec_module(module)
    return module


def test_every_mutated_file_ends_in_marks_or_a_clean_error(fuzz: ModuleType) -> None:
    report = fuzz.cases(SEED, range(CASES))
    assert not report.failures, "\n".join(details for _, details in report.failures.values())
    assert report.counts["marks"] > CASES // 2
    assert report.counts["key"] >= CASES // 300
    assert len(report.counts) > 6


def test_the_fuzzed_key_asks_for_everything(fuzz: ModuleType) -> None:
    key: Key = fuzz.rich_key()
    kinds = {type(question).__name__ for question in key.questions}
    assert len(key.questions) > 20
    assert kinds == {
        "NumberQuestion",
        "ShapeQuestion",
        "RatioQuestion",
        "TableQuestion",
        "TruthQuestion",
    }
    assert fuzz.case(SEED, 7) == fuzz.case(SEED, 7) != fuzz.case(SEED, 8)


def test_the_key_of_these_tests_is_one(folder: Path) -> None:
    key = read_key(str(folder / "hw.key.yaml"))
    assert str(key.points) == POINTS
