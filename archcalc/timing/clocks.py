"""Clocks, power and driver of a CUDA device as nvidia-smi tells them; read, never set."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

_STATE = {
    "clocks.sm": "sm_mhz",
    "clocks.mem": "memory_mhz",
    "power.draw": "power_w",
    "temperature.gpu": "celsius",
    "clocks_throttle_reasons.active": "throttle",
}
_LIMITS = {"clocks.max.sm": "max_sm_mhz", "power.limit": "power_limit_w"}


def state(index: int) -> dict[str, Any]:
    """Return the device's clocks, power and temperature now; nothing where nobody tells."""
    return _asked(index, _STATE)


def limits(index: int) -> dict[str, Any]:
    """Return the highest clock and the power limit."""
    return _asked(index, _LIMITS)


def driver(index: int) -> str | None:
    """Return the driver's version."""
    found = _asked(index, {"driver_version": "driver"}).get("driver")
    return None if found is None else str(found)


def _asked(index: int, wanted: dict[str, str]) -> dict[str, Any]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return {}
    try:
        done = subprocess.run(
            [
                program,
                f"--id={_identity(index)}",
                f"--query-gpu={','.join(wanted)}",
                "--format=csv,noheader,nounits",
            ],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    values = done.stdout.strip().split(", ")
    if len(values) != len(wanted):
        return {}
    return {name: _number(v) for name, v in zip(wanted.values(), values, strict=True)}


def _identity(index: int) -> str:
    """Return what nvidia-smi calls torch's device: it does not know CUDA_VISIBLE_DEVICES."""
    import torch

    uuid = getattr(torch.cuda.get_device_properties(index), "uuid", None)
    return f"GPU-{uuid}" if uuid else str(index)


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text[:40]
