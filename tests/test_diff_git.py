"""Nets against a commit: repositories, shallow clones, paths outside, and what GitHub would run."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml

from archcalc.changes import repository as reading
from archcalc.errors import MissingDependency

from repositories import GROWN, STUDENT, commit, git, isolated, repository, write
from transcripts import run

ROOT = Path(__file__).parents[1]
NET = "models/student.yaml"

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="needs git")


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    with isolated():
        yield


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a repository with one net, grown since the commit."""
    folder = repository(tmp_path / "project", {NET: STUDENT})
    write(folder, {NET: GROWN})
    return folder


def test_against_a_commit(project: Path) -> None:
    text = run(f"archcalc diff --base main {NET}", project)
    name = git(project, "rev-parse", "--short=7", "HEAD")
    assert f"Base: main ({name})" in text
    assert "total          179.8M -> 266.5M  +48.2%" in text
    assert "mid -> narrow" in text
    assert "added 28.90M" in text
    assert "[exit" not in text


def test_a_broken_budget_points_at_the_layer_that_grew(project: Path) -> None:
    text = run(f"archcalc diff --base HEAD {NET} --fail-if 'macs > +2%'", project)
    assert f"{NET}:7: budget MACs <= +2% (183.4M) exceeded by 83.11M (45.3%)" in text
    assert text.endswith("[exit 1]")
    text = run(f"archcalc diff --base HEAD {NET} --fail-if 'macs > +2%' --format github", project)
    assert f"::error file={NET},line=7::student: budget MACs <= +2%25" in text


def test_annotations_name_files_from_the_top(project: Path) -> None:
    command = "archcalc diff --base HEAD student.yaml --fail-if 'macs > +2%' --format github"
    with isolated(GITHUB_WORKSPACE=str(project)):
        assert f"::error file={NET},line=7::" in run(command, project / "models")
    with isolated(GITHUB_WORKSPACE=str(project / "elsewhere")):
        assert "::error file=student.yaml,line=7::" in run(command, project / "models")


def test_a_budget_of_the_spec(project: Path) -> None:
    write(project, {NET: GROWN.replace("layers:", "budget: {macs: <= 200M}\nlayers:")})
    text = run(f"archcalc diff --base HEAD {NET}", project)
    assert f"{NET}:8: budget MACs <= 200M exceeded by 66.53M (33.3%)" in text
    assert f"help: cut the net, or raise the limit at {NET}:3" in text
    assert text.endswith("[exit 1]")


def test_a_new_file_is_a_new_net(project: Path) -> None:
    write(project, {"models/teacher.yaml": STUDENT})
    text = run(
        f"archcalc diff --base HEAD {NET} models/teacher.yaml --fail-if 'macs > +99%'", project
    )
    assert "total (new)" in text
    assert "note: teacher: budget MACs <= +99% not checked" in text
    assert "[exit" not in text


def test_branches_tags_folders_and_variants(project: Path) -> None:
    variants = STUDENT + "variants:\n  wide: {symbols: {w: 2}}\n"
    variants = variants.replace("layers:", "symbols: {w: 1}\nlayers:").replace(
        "64 pad", "(64*w) pad"
    )
    first = commit(project, {NET: variants})
    git(project, "tag", "v1")
    git(project, "branch", "old")
    commit(project, {NET: GROWN})
    write(project, {NET: variants.replace("w: 2", "w: 4")})
    for ref in ("v1", "old", first, first[:10], "HEAD~1"):
        data = json.loads(run(f"archcalc diff --base {ref} {NET}:wide --format json", project))
        assert data["commit"] == first
        macs = data["nets"][0]["totals"][0]
        assert macs["before"] < macs["after"]
    inside = run("archcalc diff --base HEAD student.yaml", project / "models")
    assert "narrow -> mid" in inside


def test_symbols_and_inputs_hold_for_both(project: Path) -> None:
    text = run(f"archcalc diff --base HEAD {NET} --input 28x28x64", project)
    assert "44.96M -> 66.63M  +48.2%" in text


def test_notation_files(tmp_path: Path) -> None:
    folder = repository(tmp_path, {"net.arch": "9x9x3 | conv 3x3x8\n"})
    write(folder, {"net.arch": "9x9x3 | conv 3x3x16\n"})
    assert "10.58K -> 21.17K  +100.0%" in run("archcalc diff --base HEAD net.arch", folder)


def test_the_old_file_has_a_mistake(project: Path) -> None:
    commit(project, {NET: STUDENT.replace("conv 3x3x64 pad 1", "cnov 3x3x64", 1)})
    write(project, {NET: STUDENT})
    text = run(f"archcalc diff --base HEAD {NET}", project)
    assert f"--> HEAD:{NET}:4:" in text
    assert "error[E07]" in text
    assert text.endswith("[exit 2]")


def test_outside_the_repository(project: Path, tmp_path: Path) -> None:
    write(tmp_path, {"other/net.yaml": STUDENT})
    (project / "linked.yaml").symlink_to(tmp_path / "other" / "net.yaml")
    for path in ("../other/net.yaml", str(tmp_path / "other/net.yaml"), "linked.yaml"):
        text = run(f"archcalc diff --base HEAD {path}", project)
        assert "error[E43]" in text
        assert "is outside the repository" in " ".join(text.split())
        assert text.endswith("[exit 2]")


def test_a_link_in_the_base_is_not_followed(project: Path, tmp_path: Path) -> None:
    (project / "net.yaml").symlink_to("/etc/passwd")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "link")
    (project / "net.yaml").unlink()
    write(project, {"net.yaml": STUDENT})
    assert "total (new)" in run("archcalc diff --base HEAD net.yaml", project)


def test_no_repository(tmp_path: Path) -> None:
    write(tmp_path, {"net.yaml": STUDENT})
    text = run("archcalc diff --base main net.yaml", tmp_path)
    assert "error[E43]: git: not a git repository" in text
    assert text.endswith("[exit 2]")


def test_a_repository_without_commits(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    write(tmp_path, {"net.yaml": STUDENT})
    assert "there is no commit yet" in run("archcalc diff --base HEAD net.yaml", tmp_path)


@pytest.mark.parametrize(
    "ref", ["origin/main", "nothing", "--output=x", "-p", "main:models", "a b", "$(touch x)", ";"]
)
def test_unknown_commits(project: Path, ref: str) -> None:
    text = run(f"archcalc diff '--base={ref}' {NET}", project)
    assert "error[E43]" in text
    assert text.endswith("[exit 2]")
    assert sorted(path.name for path in project.iterdir()) == [".git", "models"]


def test_a_remote_that_was_not_fetched(project: Path) -> None:
    text = run(f"archcalc diff --base origin/main {NET}", project)
    assert "error[E43]: origin/main is not in this clone" in text
    assert "help: git fetch origin main" in text


@pytest.fixture
def shallow(project: Path, tmp_path: Path) -> Path:
    """Give a clone of the last commit only, as actions/checkout makes it."""
    git(project, "tag", "v1")
    commit(project, {NET: GROWN})
    made = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", "--no-tags", f"file://{project}", str(made))
    return made


def test_a_shallow_clone_is_explained(shallow: Path) -> None:
    for ref in ("HEAD~1", "v1", "release"):
        text = " ".join(run(f"archcalc diff --base {ref} {NET}", shallow).split())
        assert f"error[E43]: {ref} is not in this clone, which is shallow" in text
        assert "help: fetch-depth: 0 in actions/checkout" in text
        assert text.endswith("[exit 2]")
    assert "total  266.5M" in run(f"archcalc diff --base origin/main {NET}", shallow)


def test_large_and_undecodable_files(project: Path) -> None:
    (project / "big.yaml").write_text("# " + "x" * 2**20, encoding="utf-8")
    (project / "odd.yaml").write_bytes(b"archcalc: 1\n# \xb1\n")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "odd")
    write(project, {"big.yaml": STUDENT, "odd.yaml": STUDENT})
    assert "error[E44]: HEAD:big.yaml is larger" in run(
        "archcalc diff --base HEAD big.yaml", project
    )
    assert "error[E35]: HEAD:odd.yaml is not UTF-8" in run(
        "archcalc diff --base HEAD odd.yaml", project
    )


@pytest.mark.parametrize("source", ["resnet18", "'9x9x3 | relu'", "-"])
def test_only_files_have_a_past(project: Path, source: str) -> None:
    text = run(f"echo '9x9x3 | relu' | archcalc diff --base HEAD {source}", project)
    assert "error[E50]: --base HEAD compares files" in text


def test_without_git() -> None:
    with (
        mock.patch.object(subprocess, "run", side_effect=FileNotFoundError),
        pytest.raises(MissingDependency, match="needs git"),
    ):
        reading.base_of("HEAD")


# What GitHub and pre-commit run


def action() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    return found


def steps() -> dict[str, dict[str, Any]]:
    return {step["name"]: step for step in action()["runs"]["steps"]}


def test_the_action_is_well_formed() -> None:
    found = action()
    assert found["runs"]["using"] == "composite"
    assert found["inputs"]["specs"]["required"] is True
    used = set(re.findall(r"inputs\.([\w-]+)", (ROOT / "action.yml").read_text(encoding="utf-8")))
    assert used == set(found["inputs"])
    for step in steps().values():
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "an expression in a script could hold commands"
        subprocess.run(["bash", "-n", "-c", step["run"]], check=True)


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """Give what a runner has: a temporary folder where archcalc is installed, and gh."""
    made = tmp_path / "runner"
    write(
        made,
        {
            "archcalc/bin/archcalc": f'#!/bin/sh\nexec "{sys.executable}" -m archcalc "$@"\n',
            "bin/gh": '#!/bin/sh\nprintf "%s\\n" "$*" >> "$CALLS"\n'
            'case "$*" in *--jq*) echo "$KNOWN";; *) exit "$REFUSED";; esac\n',
        },
    )
    for path in (made / "archcalc/bin/archcalc", made / "bin/gh"):
        path.chmod(path.stat().st_mode | stat.S_IEXEC)
    return made


def step(name: str, folder: Path, runner: Path, **environment: str) -> tuple[int, str]:
    """Run a step's script as GitHub does; return its exit code and what it printed."""
    given = {
        "RUNNER_TEMP": str(runner),
        "PATH": f"{runner / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "GITHUB_STEP_SUMMARY": str(runner / "summary.md"),
        "GITHUB_REPOSITORY": "someone/nets",
        "CALLS": str(runner / "calls"),
        "KNOWN": "",
        "REFUSED": "0",
        **environment,
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", steps()[name]["run"]],
        cwd=folder,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_action_compares(project: Path, runner: Path) -> None:
    write(project, {"models/with space.yaml": GROWN})
    settings = {"BASE": "main", "CONVENTION": "macs", "SPECS": "models/*.yaml\nnone/*.yaml"}
    code, text = step("Compare", project, runner, FAIL_IF="", **settings)
    assert (code, "::error" in text) == (0, False), text
    code, text = step("Compare", project, runner, FAIL_IF="macs > +2%\nparams > 1K", **settings)
    assert code == 1
    assert text.count("\n::error file=models/student.yaml,line=7::") == 2
    assert "file=models/with space.yaml" in text
    written = (runner / "archcalc.md").read_text(encoding="utf-8")
    assert written.startswith("<!-- archcalc:default -->\n### archcalc: 3 budgets exceeded")
    assert "3 budgets exceeded" in (runner / "summary.md").read_text(encoding="utf-8")
    code, text = step("Compare", project, runner, FAIL_IF="", **{**settings, "SPECS": "no/*.yaml"})
    assert (code, text) == (0, "no file matches the specs\n")


def test_the_action_runs_nothing_of_its_inputs(project: Path, runner: Path) -> None:
    evil = "$(touch evil) `touch evil` ; touch evil"
    for name in ("BASE", "CONVENTION", "FAIL_IF", "SPECS"):
        settings = {"BASE": "main", "CONVENTION": "macs", "FAIL_IF": "", "SPECS": NET, name: evil}
        step("Compare", project, runner, **settings)
        step("Fetch the base", project, runner, BASE=evil)
    assert not (project / "evil").exists()


def test_the_action_fetches_the_base(shallow: Path, project: Path, runner: Path) -> None:
    old = git(project, "rev-parse", "v1")
    git(project, "config", "uploadpack.allowAnySHA1InWant", "true")
    assert "shallow" in run(f"archcalc diff --base {old} {NET}", shallow)
    assert step("Fetch the base", shallow, runner, BASE=old)[0] == 0
    assert "179.8M -> 266.5M" in run(f"archcalc diff --base {old} {NET}", shallow)
    code, text = step("Fetch the base", shallow, runner, BASE="0" * 40)
    assert code == 0
    assert "no 0000" in text


def test_the_action_comments_once(project: Path, runner: Path) -> None:
    code, text = step("Comment", project, runner, NUMBER="7")
    assert (code, text) == (0, "")  # nothing was compared: nothing to say
    write(runner, {"archcalc.md": "text\n"})
    assert step("Comment", project, runner, NUMBER="7") == (0, "")
    assert step("Comment", project, runner, NUMBER="7", KNOWN="11\n12") == (0, "")
    calls = (runner / "calls").read_text(encoding="utf-8").splitlines()
    made = [call for call in calls if "--method" in call]
    body = f"-F body=@{runner / 'archcalc.md'}"
    assert made == [
        f"api --silent --method POST repos/someone/nets/issues/7/comments {body}",
        f"api --silent --method PATCH repos/someone/nets/issues/comments/11 {body}",
    ]
    code, text = step("Comment", project, runner, NUMBER="7", REFUSED="1")
    assert code == 0
    assert text.startswith("::notice::the token may not comment")


def test_the_hook(project: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert set(hook) >= {"id", "name", "entry", "language", "files"}
    pattern = re.compile(hook["files"])
    for path, fits in [
        (NET, True),
        ("nets/a.arch", True),
        ("src/models/b.yml", True),
        (".github/workflows/ci.yaml", False),
        ("models/deep/c.yaml", False),
        ("models/train.py", False),
    ]:
        assert bool(pattern.search(path)) == fits, path
    text = run(f"{hook['entry']} --fail-if 'macs > +2%' {NET}", project)
    assert "exceeded" in text
    assert text.endswith("[exit 1]")
