"""Which stopwatch: of a device that is there, or of a file of times."""

from __future__ import annotations

from ..errors import MissingDependency, UsageError
from .replay import Replay
from .stopwatch import Stopwatch
from .task import DTYPES
from .times import read_times

AUTO = "auto"


def replayed(path: str) -> Replay:
    """Return the stopwatch that gives a file of times back."""
    return Replay(read_times(path))


def require_torch() -> None:
    """Raise :class:`MissingDependency` (E39) where torch is not installed."""
    try:
        import torch.nn  # noqa: F401
    except ImportError:
        raise MissingDependency(
            "bench needs torch, which is not installed",
            "pip install 'archcalc[torch]'. Counts do not need it.",
        ) from None


def stopwatch_for(device: str, dtype: str, seed: int = 0) -> Stopwatch:
    """Return the clock of a device. Errors: E40 without CUDA, E48 for what it cannot do."""
    if dtype not in DTYPES:
        raise UsageError("E48", f'unknown dtype "{dtype}"', f"one of {', '.join(DTYPES)}")
    if device not in (AUTO, "cpu", "cuda"):
        raise UsageError("E48", f'unknown device "{device}"', "cuda or cpu")
    import torch

    if device == "cuda" or (device == AUTO and torch.cuda.is_available()):
        from .cuda import Cuda

        return Cuda(dtype, seed)
    if dtype == "tf32":
        raise UsageError("E48", "tf32 is a way of CUDA devices to multiply", "--dtype fp32")
    from .cpu import Cpu

    return Cpu(dtype, seed)
