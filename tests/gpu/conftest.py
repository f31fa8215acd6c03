"""Tests that need a CUDA device. Without one every test is skipped, and the run says why."""

from __future__ import annotations

import pytest

try:
    import torch.nn  # not torch alone: where it is missing, a folder of that name would do
except ImportError:
    MISSING = "torch is not installed: pip install 'archcalc[torch]'"
else:
    MISSING = "" if torch.cuda.is_available() else "no CUDA device"


@pytest.fixture(autouse=True)
def device() -> None:
    """Skip where there is nothing to time."""
    if MISSING:
        pytest.skip(MISSING)
