"""Published timings as arrays, recognized by their columns, whatever the device."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from archcalc.latency import profile
from archcalc.latency.model import Device, Kernels

# What a device's name must hold, first match wins
NAMES = {
    "H200": "h200", "B200": "b200", "H100 PCIe": "h100-pcie", "H100": "h100-sxm", "L40S": "l40s",
    "L4": "l4", "T4": "t4", "V100": "v100", "A100-PCIE-40GB": "a100-sxm-40",
    "A100 80GB PCIe": "a100-pcie", "A100-SXM4-40GB": "a100-sxm-40", "A100": "a100-sxm-80",
    "A10": "a10g", "3090": "rtx3090", "4090": "rtx4090",
}  # fmt: skip
DTYPES = {"bf16": "bfloat16", "fp16": "float16", "tf32": "tf32", "fp32": "float32"}
SIZE = {"float32": 4.0, "tf32": 4.0, "bfloat16": 2.0, "float16": 2.0}
BINARY = {"add": 3, "mul": 3, "div": 3, "pow": 3}  # tensors moved; others read one and write one


@dataclass(frozen=True)
class Timings:
    """Measured layers of one kind, device and number format."""

    file: str
    device_name: str
    profile: str
    device: Device
    kind: str
    dtype: str
    kernels: Kernels
    seconds: np.ndarray

    @property
    def title(self) -> str:
        return f"{self.kind} {self.dtype}, {self.device_name}"


def layer_timings(folder: Path) -> Iterator[Timings]:
    """Yield the sets of layer timings in a folder's CSV files."""
    for path in sorted([*folder.glob("*.csv"), *folder.glob("*.csv.gz")]):
        frame = pd.read_csv(path)
        if "fwd" in frame:
            frame = frame.rename(columns={"fwd": "ms"})
            frame["gpu"] = "Tesla V100" if "v100" in path.name else path.stem
        column = next((name for name in ("device", "gpu") if name in frame), None)
        if column is None or "ms" not in frame:
            continue
        frame = frame[frame.ms > 0]
        for name, of_device in frame.groupby(column):
            for kind, dtype, kernels, seconds in _kinds(path.name, of_device):
                known, device = _device(str(name), dtype, kernels, seconds)
                yield Timings(path.name, str(name), known, device, kind, dtype, kernels, seconds)


def _kinds(file: str, frame: pd.DataFrame) -> Iterator[tuple[str, str, Kernels, np.ndarray]]:
    dtype = next((full for short, full in DTYPES.items() if short in file), "float32")
    if {"m", "n", "k"} <= set(frame):
        keys = [key for key in ("m", "n", "k", "dtype") if key in frame]
        frame = frame.groupby(keys, as_index=False).ms.median()
        for named, part in frame.groupby("dtype") if "dtype" in frame else [(dtype, frame)]:
            known = DTYPES.get(str(named), str(named))
            yield "linear", known, _linear(part, SIZE.get(known, 2.0)), _seconds(part)
    elif {"cin", "cout"} <= set(frame):
        yield "conv", dtype, _square(frame, SIZE[dtype]), _seconds(frame)
    elif {"b", "h"} <= set(frame):
        kinds = {"ln": "normalization", "softmax": "softmax"}
        for kind, part in frame.groupby(frame.cls.map(lambda c: kinds.get(c, "elementwise"))):
            yield str(kind), dtype, _stream(part, SIZE[dtype]), _seconds(part)
    elif {"padw", "padh", "sheet"} <= set(frame):
        for sheet, part in frame.groupby("sheet"):
            named = "float32" if "FP32" in str(sheet) else "float16"
            yield "conv", named, _rectangular(part, SIZE[named]), _seconds(part)


def _seconds(frame: pd.DataFrame) -> np.ndarray:
    return frame.ms.to_numpy(float) * 1e-3


def _device(name: str, dtype: str, kernels: Kernels, seconds: np.ndarray) -> tuple[str, Device]:
    """Return the profile's name and figures; where there is none, what the data bound."""
    for part, known in NAMES.items():
        if part in name and dtype in profile(known).peaks:
            return known, profile(known).device(dtype)
    peak = max(1e12, float((kernels.least_flops / seconds).max()) * 1.15)
    bandwidth = float((kernels.bytes / seconds).max()) * 1.15
    return "", Device(peak, bandwidth, 100, 20e6)


def _gemm(m, n, k, moved, stored, size, **rest) -> Kernels:  # type: ignore[no-untyped-def]
    one = np.ones(len(m))
    given = {"groups": one, "taps": one, "tiles2": 0 * one, "tiles4": 0 * one, "batch": m, **rest}
    return Kernels(
        m=m, n=n, k=k, moved=moved * size, stored=stored * size, size=size * one, **given
    )


def _linear(frame: pd.DataFrame, size: float) -> Kernels:
    m, n, k = (frame[key].to_numpy(float) for key in "mnk")
    return _gemm(m, n, k, m * k + m * n, n * k, size)


def _square(frame: pd.DataFrame, size: float) -> Kernels:
    names = ("n", "cin", "cout", "k", "hw", "stride", "pad")
    batch, depth, filters, kernel, side, stride, pad = (frame[c].to_numpy(float) for c in names)
    out = np.floor((side + 2 * pad - kernel) / stride) + 1
    return _conv(batch, depth, filters, side**2, out, out, kernel, kernel, stride, size)


def _rectangular(frame: pd.DataFrame, size: float) -> Kernels:
    names = ("n", "c", "k", "w", "h", "s", "r", "padw", "padh", "sh", "sv")
    batch, depth, filters, w, h, s, r, padw, padh, sh, sv = (
        frame[c].to_numpy(float) for c in names
    )
    across, down = np.floor((w + 2 * padw - r) / sh) + 1, np.floor((h + 2 * padh - s) / sv) + 1
    return _conv(batch, depth, filters, w * h, across, down, r, s, np.maximum(sh, sv), size)


def _conv(batch, depth, filters, plane, wide, tall, r, s, stride, size):  # type: ignore[no-untyped-def]
    positions, taps = batch * wide * tall, r * s
    moved = batch * plane * depth + positions * filters
    fits = (r == 3) & (s == 3) & (stride == 1)
    two, four = (
        np.where(fits, batch * np.ceil(wide / edge) * np.ceil(tall / edge), 0.0) for edge in (2, 4)
    )
    k = depth * taps
    rest = {"taps": taps, "tiles2": two, "tiles4": four, "batch": batch}
    return _gemm(positions, filters, k, moved, k * filters, size, **rest)


def _stream(frame: pd.DataFrame, size: float) -> Kernels:
    tensors = frame.op.map(lambda op: BINARY.get(op, 2)).to_numpy(float)
    batch, moved = frame.b.to_numpy(float), (frame.b * frame.h).to_numpy(float) * tensors
    none = 0.0 * batch
    return Kernels(
        none, none, none, none, moved * size, none, none + size, none + 1, none, none, batch
    )
