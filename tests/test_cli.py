"""The command line as a process: streams, encodings, files, pipes, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from transcripts import run

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


# What a terminal shows


@pytest.mark.parametrize("name", ["resnet50", "mobilenet_v2", "unet", "googlenet", "vit_b_16"])
def test_numbers_stay_on_a_narrow_terminal(name: str) -> None:
    shown = run(f"archcalc summary {name}")
    table = shown.split("\n\n")[1].splitlines()
    assert max(map(len, table)) <= 80
    assert table[0].split() == ["layer", "what", "output", "params", "MACs", "field"]
    assert "hidden" not in shown
    assert len(table[-1].split()) == 5  # the total has its numbers too


def test_a_long_net_points_at_its_blocks() -> None:
    hint = "--depth 1 sums these 174 layers to 8 rows."
    assert run("archcalc summary resnet50").splitlines()[-1] == hint
    for command in ("summary lenet5", "summary resnet50 --depth 1", "summary resnet50 -q"):
        assert "--depth 1 sums" not in run(f"archcalc {command}")
    assert "--depth" not in run("archcalc summary resnet50 --format markdown")


def test_the_ruler_has_a_heading() -> None:
    heads = run("archcalc summary lenet5 --rf --columns macs -q").splitlines()[0].split()
    assert heads == ["layer", "what", "MACs", "field"]


BUDGET = """\
archcalc: 1
input: 14x14x480
budget: {macs: <= 5M, params: <= 1M}
layers:
  - conv 5x5x48 pad 2
"""


@pytest.mark.parametrize("options", [("-q",), ("--format", "csv"), ("--format", "json")])
def test_a_broken_budget_is_always_said(tmp_path: Path, options: tuple[str, ...]) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(BUDGET, encoding="utf-8")
    done = archcalc("summary", str(path), *options)
    assert done.returncode == 1
    assert done.stderr.decode().splitlines() == [
        "budget MACs <= 5M: exceeded by 107,896,000 (112,896,000)"
    ]
    plain = archcalc("summary", str(path))
    assert (plain.returncode, plain.stderr) == (1, b"")
    assert b"exceeded by 107,896,000" in plain.stdout


def test_where_the_costs_go_can_be_chosen() -> None:
    assert "Where lenet5's MACs go (the cheapest)" in run("archcalc compare lenet5 alexnet vgg16")
    one = run("archcalc compare lenet5 alexnet --where alexnet")
    assert "Where alexnet's MACs go\n" in one
    assert "Where lenet5" not in one
    assert run("archcalc compare lenet5 alexnet --where all").count("MACs go\n") == 2
    assert "Where" not in run("archcalc compare lenet5 alexnet --where none")
    assert "(the cheaper" not in run("archcalc compare lenet5 lenet5")
    assert "error[E50]" in run("archcalc compare lenet5 alexnet --where vgg16")


@pytest.mark.parametrize("form", ["table", "markdown", "html", "plain"])
@pytest.mark.parametrize("command", ["list lenet", "show lenet5", "list lenet --convention flops"])
def test_the_zoo_names_its_convention(command: str, form: str) -> None:
    key = "flops" if "flops" in command else "macs"
    assert f"Convention {key}:" in run(f"archcalc zoo {command} --format {form}")


def test_csv_names_the_cost_by_its_convention() -> None:
    for key in ("macs", "flops2"):
        options = f"--columns macs --format csv --convention {key}"
        assert run(f"archcalc summary lenet5 {options}").startswith(f"layer,what,{key}\n")


def test_only_values_that_say_something_are_named() -> None:
    assert "with n" not in run("archcalc summary resnet50")
    assert "resnet50: with n2=2\n" in run("archcalc compare resnet50 resnet18 --set n2=2")
    assert "with r=30\n" in run("archcalc summary 'HxWxC | conv 1x1x(C/r)' --set r=30")


def test_all_columns_leave_out_what_nobody_has() -> None:
    titles = [
        line.split("  ")[1]
        for line in run("archcalc compare lenet5 alexnet --columns all -q").splitlines()
        if line.startswith("  ")
    ]
    assert titles.count("field before head") == 1
    assert not {"jump", "first", "receptive field"} & set(titles)
    asked = run("archcalc compare lenet5 alexnet --columns jump --format csv")
    assert asked.splitlines()[1].startswith("jump,")


def test_attention_counts_as_its_projections() -> None:
    columns = "units,connections,connections_with_bias"
    shown = run(
        f"archcalc summary '4x8 | attn heads 2 | linear 5' --columns {columns} --format csv"
    )
    assert shown.splitlines()[1:] == [
        "attn1,attn h2,32,1024,1152",
        "linear1,linear 5,20,160,180",
        "total,,52,1184,1332",
    ]


def test_explained_groups_have_totals() -> None:
    shown = run("archcalc explain resnet50 conv2_x --metric macs")
    assert "relu" not in shown
    assert "total of these layers\n" in shown
    assert "=  667,942,912" in shown
    assert "28*28*6 * 5*5*1  =" in run("archcalc explain lenet5 c1")
    assert "1*1*120 * 5*5*16  =" in run("archcalc explain lenet5 c5")


def test_explained_merges_and_paddings() -> None:
    shown = run(
        "archcalc explain '32x32x3 | concat( conv 1x1x4 ; conv 3x3x4 pad 1 ; conv 5x5x4 same )'"
    )
    assert "max(1, 3, 5)  =  5" in shown
    assert "4: 2 before, 2 after" in shown
    apart = run("archcalc explain '9x9x1 | add( conv 3x3x4 pad 2:0 ; conv 3x3x4 pad 0:2 )'")
    assert "2 - (-2) + 1, all paths together  =  5" in apart


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_no_internal_error() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "archcalc", "zoo", "list", "lenet"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 3
    assert done.stderr.decode() == "error[E33]: cannot write: No space left on device\n"
