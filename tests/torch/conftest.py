"""Tests that need torch. Without it every file is skipped, and the run says why."""

from __future__ import annotations

import warnings
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

try:
    import torch.nn  # not torch alone: where it is missing, this very folder would do
except ImportError:
    MISSING = "torch is not installed: pip install 'archcalc[torch]'"
else:
    MISSING = ""


class Skipped(pytest.File):
    """A file that is not even read."""

    def collect(self) -> Any:
        pytest.skip(MISSING, allow_module_level=True)


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[Any], list[Any]]:
    collectors = yield
    if MISSING and collectors and file_path.name != "conftest.py":
        return [Skipped.from_parent(parent, path=file_path)]
    return collectors


@pytest.fixture(scope="session")
def fvcore() -> Any:
    """fvcore.nn, where it is installed."""
    with warnings.catch_warnings():
        # fvcore compiles its losses when imported, with torch.jit.script, which torch deprecates
        warnings.filterwarnings("ignore", ".*torch.jit.script.* is deprecated", DeprecationWarning)
        return pytest.importorskip("fvcore.nn")


@pytest.fixture(autouse=True)
def seed() -> None:
    """Make random values the same in every run."""
    torch.manual_seed(0)
