"""A few of the fuzzer's cases on every run; ``make fuzz`` runs 200,000."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SEED, CASES = 20, 1_000


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    path = Path(__file__).with_name("fuzz") / "fuzz.py"
    spec = importlib.util.spec_from_file_location("fuzz", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fuzz"] = module
    spec.loader.exec_module(module)
    return module


def test_every_case_ends_in_results_or_a_clean_error(fuzz: ModuleType) -> None:
    report = fuzz.cases(SEED, range(CASES))
    failed = [f"{place}: {f.case.text[:200]!r}" for place, f in report.failures.items()]
    assert not failed, "\n".join(failed)
    assert report.counts["results"] > CASES // 4  # most of the writing is valid
    assert len(report.counts) > 15  # and the rest fails in many ways


def test_yaml_is_read_written_and_formatted(fuzz: ModuleType) -> None:
    found = [one for number in range(CASES) if (one := fuzz.case(SEED, number)).variant is not None]
    outcomes = [fuzz.tried(one)[0] for one in found if one.shown]
    assert len(found) > CASES // 4
    assert sum(one.startswith("results") for one in outcomes) > 10


def test_a_case_depends_on_its_seed_and_number_alone(fuzz: ModuleType) -> None:
    assert fuzz.case(SEED, 7) == fuzz.case(SEED, 7)
    assert fuzz.case(SEED, 7) != fuzz.case(SEED, 8)
