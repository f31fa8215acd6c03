"""The command line as a process: streams, encodings, files, pipes, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MAIN = ("14x14x480 | conv 5x5x48 pad 2", "14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2")
KOREAN = "합성곱: 28x28x192 | 축소: conv 1x1x16 | 층: concat( conv 3x3x8 pad 1 ; id )"


def archcalc(
    *arguments: str, stdin: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "archcalc", *arguments],
        input=stdin,
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
    )


def test_the_main_job() -> None:
    done = archcalc("compare", *MAIN)
    text = done.stdout.decode()
    assert done.returncode == 0
    assert done.stderr == b""
    for expected in (
        "112.9M",
        "5.268M",
        "576.0K",
        "26.94K",
        "21.4x fewer",
        "1,505,280",
        "3,763,200",
    ):
        assert expected in text
    assert "conv 5x5x48 pad 2 stride 1 dilation 1 groups 1 bias" in text
    assert text.rstrip().splitlines()[-1].startswith("Convention macs:")
    assert max(map(len, text.splitlines())) <= 80
    assert text.isascii()


@pytest.mark.parametrize("encoding", ["cp949", "cp1252", "ascii", "utf-8"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("summary", KOREAN),
        ("summary", KOREAN, "--format", "json"),
        ("summary", KOREAN, "--format", "markdown"),
        ("summary", "😀: 3x3x1 | ≈ 1"),
        ("summary", "3x3x1 | 합성곱 1x1x1"),
        ("explain", KOREAN),
        ("fmt", KOREAN),
        ("compare", KOREAN, KOREAN),
    ],
)
def test_no_encoding_raises(encoding: str, arguments: tuple[str, ...]) -> None:
    done = archcalc(*arguments, PYTHONIOENCODING=encoding)
    assert done.returncode in (0, 2)
    assert b"Traceback" not in done.stderr
    assert b"internal error" not in done.stderr + done.stdout


def test_the_c_locale() -> None:
    done = archcalc("summary", MAIN[0], LANG="C", LC_ALL="C", PYTHONUTF8="0")
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("ending", "start"),
    [
        ("md", "```text"),
        ("csv", "quantity,A,B,ratio"),
        ("json", "{"),
        ("txt", "A  14x14"),
        ("tsv", "spec\tA"),
        ("html", "<div"),
    ],
)
def test_output_files(tmp_path: Path, ending: str, start: str) -> None:
    path = tmp_path / f"out.{ending}"
    done = archcalc("compare", *MAIN, "-o", str(path))
    assert (done.returncode, done.stdout) == (0, b"")
    data = path.read_bytes()
    assert data.decode().startswith(start)
    assert b"\r" not in data


def test_an_unwritable_file(tmp_path: Path) -> None:
    done = archcalc("compare", *MAIN, "-o", str(tmp_path / "no" / "out.md"))
    assert done.returncode == 2
    assert b"cannot write" in done.stderr


def test_files_and_standard_input(tmp_path: Path) -> None:
    path = tmp_path / "net.arch"
    path.write_bytes("\ufeff# 주석\r\n14x14x480\r\nconv 1x1x16\r\nconv 5x5x48 pad 2\r\n".encode())
    from_file = json.loads(archcalc("summary", str(path), "--format", "json").stdout)
    from_stdin = json.loads(
        archcalc("summary", "-", "--format", "json", stdin=path.read_bytes()).stdout
    )
    assert from_file["architectures"][0]["name"] == "net"
    for data in (from_file, from_stdin):
        assert data["architectures"][0]["totals"]["macs"] == 5268480


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"14x14x3 | relu \xb1\xb1", "E35"),
        (b"", "E01"),
        (b"14x14x3 | relu\n" + b"#" * 2**20, "E44"),
    ],
)
def test_bad_files(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "net.arch"
    path.write_bytes(content)
    done = archcalc("summary", str(path))
    assert done.returncode == 2
    assert f"error[{code}]" in done.stderr.decode()


def test_a_closed_pipe_is_quiet() -> None:
    command = f"{sys.executable} -m archcalc layers --format json | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert done.stderr == b""


def test_an_internal_error_is_reported_without_a_traceback() -> None:
    program = (
        "import sys\n"
        "from archcalc import analysis, cli\n"
        "import archcalc.cli.output as output\n"
        "def broken(*_): raise ZeroDivisionError('boom')\n"
        "output.walk = broken\n"
        "sys.argv = ['archcalc', 'summary', '3x3x1 | relu']\n"
        "cli.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 70
    assert b"please report" in done.stderr
    assert b"archcalc summary '3x3x1 | relu'" in done.stderr
    assert b"Traceback" not in done.stderr


def test_completion_scripts() -> None:
    for shell in ("bash", "zsh", "fish"):
        assert b"_ARCHCALC_COMPLETE" in archcalc("completion", shell).stdout
    done = archcalc(
        _ARCHCALC_COMPLETE="bash_complete",
        COMP_WORDS="archcalc compare --columns macs,pa",
        COMP_CWORD="3",
    )
    assert b"macs,params" in done.stdout
    done = archcalc(
        _ARCHCALC_COMPLETE="bash_complete", COMP_WORDS="archcalc compare resnet15", COMP_CWORD="2"
    )
    assert b"resnet152\n" in done.stdout
    done = archcalc(
        _ARCHCALC_COMPLETE="bash_complete", COMP_WORDS="archcalc summary my_ne", COMP_CWORD="2"
    )
    assert b"file,my_ne" in done.stdout


def test_warnings_go_to_standard_error() -> None:
    done = archcalc("summary", "14x14x64 | conv2: conv 3x3x64 s2", "--format", "json")
    assert b"W01" in done.stderr
    (architecture,) = json.loads(done.stdout)["architectures"]
    assert [warning["code"] for warning in architecture["warnings"]] == ["W01"]
