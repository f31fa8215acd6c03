"""A throw-away environment with other counters in it, beside the torch of this one.

Torch and fvcore are not installed again: the environment sees the packages of the one that makes
it. Counters are installed without what they ask for, and the little that they import of it and
do not need for counting is stood in for: DeepSpeed would compile kernels, calflops would fetch
models.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

PEERS = ("torchinfo==1.8.0", "ptflops==0.7.5", "thop==0.1.1.post2209072238", "calflops==0.3.2")
OLD_PTFLOPS = "ptflops==0.6.9"
DEEPSPEED = "deepspeed==0.19.8"
_PROFILER = "deepspeed/profiling/flops_profiler/profiler.py"


@contextlib.contextmanager
def peers() -> Iterator[Path]:
    """Give the Python of an environment with the peers, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="archcalc-peers-") as folder:
        home = Path(folder)
        venv.create(home, with_pip=True)
        python = home / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        packages = Path(answer(python, "import sysconfig; print(sysconfig.get_path('purelib'))"))
        seen = {sysconfig.get_path("purelib"), str(Path(__file__).parents[2])}
        (packages / "beside.pth").write_text("\n".join(sorted(seen)) + "\n", encoding="utf-8")
        _pip(python, "install", *PEERS, "einops")
        _pip(python, "install", "--target", str(home / "old"), OLD_PTFLOPS)
        with contextlib.suppress(subprocess.CalledProcessError):  # no source to be had: without
            _pip(python, "download", "--no-binary", ":all:", "-d", str(home), DEEPSPEED)
            _profiler(home, packages)
        yield python


def _profiler(home: Path, packages: Path) -> None:
    """Take the one file of DeepSpeed that counts out of its source."""
    (archive,) = home.glob("deepspeed-*.tar.gz")
    with tarfile.open(archive) as source:
        name = archive.name.removesuffix(".tar.gz")
        member = source.extractfile(f"{name}/{_PROFILER}")
        assert member is not None
        (packages / "deepspeed_profiler.py").write_bytes(member.read())


def _pip(python: Path, verb: str, *rest: str) -> None:
    command = [str(python), "-m", "pip", verb, "--quiet", "--no-deps", *rest]
    subprocess.run(command, check=True)


def answer(python: Path, code: str) -> str:
    return subprocess.run(
        [str(python), "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()
