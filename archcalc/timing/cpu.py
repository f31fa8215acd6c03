"""Wall clock per block of calls, on the processor."""

from __future__ import annotations

import os
import platform
from time import perf_counter
from typing import Any

import torch

from .. import __version__
from .stopwatch import DoesNotFit, Kernels
from .task import Task
from .workload import Workload, precision

_BLOCK = 1e-3  # seconds that a sample takes at least
_MOST_CALLS = 10_000
_NULL_SAMPLES, _NULL_CALLS = 50, 200


class Cpu:
    """A stopwatch for the processor: the host is the device, so there is no other host time."""

    kind = "cpu"

    def __init__(self, dtype: str = "fp32", seed: int = 0) -> None:
        self.seed = seed
        self._precision = precision(dtype)
        self._precision.__enter__()

    def header(self) -> dict[str, Any]:
        """Return processor, versions and number formats."""
        device = {"name": _processor(), "cores": os.cpu_count(), "cache_bytes": cache_bytes()}
        environment = {
            "archcalc": __version__,
            "torch": str(torch.__version__),
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
            "threads": torch.get_num_threads(),
        }
        flags = {"channels_last": True, "mkldnn": bool(torch.backends.mkldnn.enabled)}
        return {"device": device, "environment": environment, "flags": flags}

    def clock(self) -> float:
        """Return the wall clock."""
        return perf_counter()

    def null(self) -> tuple[float, ...]:
        """Time an operator on one value: what a call costs where there is nothing to compute."""
        x, found = torch.zeros(1), []
        with torch.inference_mode():
            for _ in range(_NULL_SAMPLES):
                start = perf_counter()
                for _ in range(_NULL_CALLS):
                    x.add(1)
                found.append((perf_counter() - start) / _NULL_CALLS)
        return tuple(found)

    def prepare(self, task: Task) -> Block:
        """Build a subject; refuse what memory cannot hold, for the system would end us."""
        wanted, free = task.working_bytes(), _free_bytes()
        if free and wanted > free:
            raise DoesNotFit(f"it takes about {wanted:,} bytes and {free:,} are free")
        try:
            return Block(Workload(task, "cpu", self.seed), free)
        except MemoryError:
            raise DoesNotFit("memory ran out") from None
        except RuntimeError as error:
            if "allocate memory" in str(error):
                raise DoesNotFit(str(error).splitlines()[0][:160]) from None
            raise

    def kernels(self, task: Task) -> Kernels | None:
        """Say that the processor has no kernels to launch."""
        return None

    def close(self) -> None:
        """Put back the precision."""
        self._precision.__exit__(None, None, None)


class Block:
    """Calls on the processor, timed in blocks of at least a millisecond."""

    stored: int | None = None

    def __init__(self, work: Workload, free: int) -> None:
        self.work = work
        if work.task.cache == "cold":
            each = work.first.bytes + work.output
            most = max(1, free // (2 * each)) if free else 1
            work.extend(min(work.sets_beyond(cache_bytes()), most))
        self._calls = work.calls()
        self.sets = len(self._calls)
        self._next = 0
        self.calls = 1
        while self.calls < _MOST_CALLS and self._seconds() < _BLOCK:
            self.calls *= 2

    def samples(self, count: int) -> tuple[float, ...]:
        """Time blocks, each over the next sets."""
        return tuple(self._seconds() / self.calls for _ in range(count))

    def _seconds(self) -> float:
        order = [self._calls[(self._next + i) % self.sets] for i in range(self.calls)]
        self._next = (self._next + self.calls) % self.sets
        with self.work.mode():
            start = perf_counter()
            for call in order:
                call()
            return perf_counter() - start

    def host(self) -> float | None:
        """Say that the host's time is the time."""
        return None

    def state(self) -> dict[str, Any]:
        """Return how busy the machine is, where it says so."""
        return {"load": round(os.getloadavg()[0], 2)} if hasattr(os, "getloadavg") else {}

    def close(self) -> None:
        """Let go of all sets."""
        self._calls = []
        self.work.sets = []


def cache_bytes() -> int:
    """Return the size of the largest cache, or 32 MiB where the system does not say."""
    largest = 0
    for i in range(8):
        try:
            with open(f"/sys/devices/system/cpu/cpu0/cache/index{i}/size", encoding="ascii") as f:
                text = f.read(32).strip()
        except OSError:
            break
        unit = {"K": 2**10, "M": 2**20}.get(text[-1:], 1)
        digits = text.rstrip("KM")
        largest = max(largest, int(digits) * unit if digits.isdigit() else 0)
    return largest or 32 * 2**20


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as stream:
            for line in stream:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()[:100]
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _free_bytes() -> int:
    """Return the memory that is free, less a tenth; 0 where the system does not say."""
    try:
        with open("/proc/meminfo", encoding="ascii") as stream:
            for line in stream:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024 * 9 // 10
    except (OSError, ValueError):
        pass
    return 0
