"""CUDA graphs of unrolled calls, an event pair per replay: device time without the host's."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any, TypeVar

import torch

from .. import __version__
from . import clocks
from .stopwatch import DoesNotFit, Kernels, NoDevice
from .task import Task
from .workload import Call, Workload, precision

_REPLAY = 1e-3  # seconds that a replay takes at least: events are no finer than half a microsecond
_MOST_CALLS = 4096
_HOST_CALLS = 100
_NULL_CALLS = 1000
_QUEUED = 500  # launches that surely wait in the queue without blocking the host
_STATE_SECONDS = 2.0
_UNKNOWN_CACHE = 64 * 2**20

Made = TypeVar("Made")


class Cuda:
    """A stopwatch for the current CUDA device."""

    kind = "cuda"

    def __init__(self, dtype: str = "fp32", seed: int = 0) -> None:
        if not torch.cuda.is_available():
            raise NoDevice("no CUDA device", "`--device cpu`")
        self.seed = seed
        found = torch.cuda.get_device_properties(torch.cuda.current_device())
        self.cache = int(getattr(found, "L2_cache_size", 0)) or _UNKNOWN_CACHE
        self._state: tuple[float, dict[str, Any]] | None = None
        self._precision = precision(dtype)
        self._precision.__enter__()
        self._benchmark = torch.backends.cudnn.benchmark
        torch.backends.cudnn.benchmark = True

    def header(self) -> dict[str, Any]:
        """Return the device's properties, the stack's versions and the flags."""
        found = torch.cuda.get_device_properties(torch.cuda.current_device())
        device = {
            "name": found.name,
            "capability": f"{found.major}.{found.minor}",
            "sms": found.multi_processor_count,
            "memory_bytes": found.total_memory,
            "cache_bytes": self.cache,
            "clock_khz": getattr(found, "clock_rate", None),
            "memory_clock_khz": getattr(found, "memory_clock_rate", None),
            "memory_bus_bits": getattr(found, "memory_bus_width", None),
            **clocks.limits(torch.cuda.current_device()),
        }
        environment = {
            "archcalc": __version__,
            "torch": str(torch.__version__),
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
            "cuda": torch.version.cuda,
            "cudnn": torch.backends.cudnn.version(),  # type: ignore[no-untyped-call]
            "driver": clocks.driver(torch.cuda.current_device()),
            "threads": torch.get_num_threads(),
        }
        flags = {
            "channels_last": True,
            "cudnn_benchmark": True,
            "matmul_tf32": torch.backends.cuda.matmul.allow_tf32,
            "cudnn_tf32": torch.backends.cudnn.allow_tf32,
            "fp16_accumulation": torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction,
        }
        return {"device": device, "environment": environment, "flags": flags}

    def clock(self) -> float:
        """Return the wall clock."""
        return perf_counter()

    def null(self) -> tuple[float, ...]:
        """Time a kernel on one value in a graph: the launch term that every kernel has."""
        x = torch.zeros(1, device="cuda")
        graph = captured([lambda: x.add_(1)], _NULL_CALLS)
        return replayed(graph, _NULL_CALLS, 20)

    def prepare(self, task: Task) -> Replays:
        """Build a subject and capture its graph."""
        return fitting(lambda: Replays(Workload(task, "cuda", self.seed), self.cache, self._now))

    def kernels(self, task: Task) -> Kernels | None:
        """Return the kernels of one eager call, from one profiler pass."""
        from torch.profiler import ProfilerActivity, profile

        work = fitting(lambda: Workload(task, "cuda", self.seed))
        (call,) = work.calls()
        with work.mode():
            for _ in range(3):
                call()
            torch.cuda.synchronize()
            activities = [ProfilerActivity.CPU, ProfilerActivity.CUDA]
            with profile(activities=activities) as found:
                call()
                torch.cuda.synchronize()
        events = [
            event
            for event in found.events() or []
            if str(event.device_type).endswith("CUDA") and not event.name.startswith("Mem")
        ]
        events.sort(key=lambda event: event.time_range.start)
        return Kernels(tuple(event.name for event in events)) if events else None

    def _now(self) -> dict[str, Any]:
        """Return clocks, power, temperature and why clocks are low; asked every two seconds."""
        now = perf_counter()
        if self._state is None or now - self._state[0] > _STATE_SECONDS:
            self._state = (now, clocks.state(torch.cuda.current_device()))
        return self._state[1]

    def close(self) -> None:
        """Put back the flags."""
        torch.backends.cudnn.benchmark = self._benchmark
        self._precision.__exit__(None, None, None)


class Replays:
    """A graph that holds the calls; a sample is one replay between two events."""

    stored: int | None = None

    def __init__(self, work: Workload, cache: int, state: Callable[[], dict[str, Any]]) -> None:
        self.work, self.state = work, state
        if work.task.cache == "cold":
            work.extend(work.sets_beyond(cache))
        calls = work.calls()
        self.sets = len(calls)
        with work.mode():
            seconds = _eager(calls)
            self.calls = max(self.sets, min(_MOST_CALLS, int(_REPLAY / seconds) + 1))
            self.graph = captured(calls, self.calls)
            once = replayed(self.graph, self.calls, 3)[-1]
            if once * self.calls < _REPLAY and self.calls < _MOST_CALLS:  # the host was slower
                self.calls = min(_MOST_CALLS, int(1.2 * _REPLAY / once) + 1)
                self.graph = captured(calls, self.calls)
        self._eager_calls = calls

    def samples(self, count: int) -> tuple[float, ...]:
        """Queue replays back to back and return the seconds per call of each."""
        return fitting(lambda: replayed(self.graph, self.calls, count))

    def host(self) -> float | None:
        """Return the seconds that queueing one eager call takes, the device far behind or not."""
        count = max(3, min(_HOST_CALLS, _QUEUED // self.work.task.piece.launches))
        with self.work.mode():
            torch.cuda.synchronize()
            start = perf_counter()
            for i in range(count):
                self._eager_calls[i % self.sets]()
            queued = perf_counter() - start
            torch.cuda.synchronize()
        return queued / count

    def close(self) -> None:
        """Give graph, sets and cached memory back."""
        self.graph.reset()
        self._eager_calls, self.work.sets = [], []
        torch.cuda.empty_cache()


def captured(calls: Sequence[Call], count: int) -> torch.cuda.CUDAGraph:
    """Return a graph of so many calls round the sets; each set keeps an output of its own."""
    stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for call in calls[:3]:
            call()
    torch.cuda.current_stream().wait_stream(stream)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    outputs: list[Any] = [None] * len(calls)
    with torch.cuda.graph(graph):
        for i in range(count):
            place = i % len(calls)
            outputs[place] = None
            outputs[place] = calls[place]()
    return graph


def replayed(graph: torch.cuda.CUDAGraph, calls: int, count: int) -> tuple[float, ...]:
    """Return the seconds per call of replays; one before them hides the first one's launch."""
    event: Any = torch.cuda.Event
    events = [event(enable_timing=True) for _ in range(count + 1)]
    graph.replay()
    events[0].record()
    for one in events[1:]:
        graph.replay()
        one.record()
    torch.cuda.synchronize()
    ends = [events[0].elapsed_time(one) for one in events]  # milliseconds
    return tuple((ends[i + 1] - ends[i]) / 1e3 / calls for i in range(count))


def fitting(make: Callable[[], Made]) -> Made:
    """Return what is made; :class:`DoesNotFit` where memory runs out."""
    try:
        return make()
    except RuntimeError as error:
        cause: BaseException | None = error  # while a graph is captured, others follow it
        while cause is not None and not isinstance(cause, torch.cuda.OutOfMemoryError):
            cause = cause.__context__
        if cause is None:
            raise
        text = str(cause).splitlines()[0][:160]
    torch.cuda.empty_cache()  # what the failed attempt held is free only now
    raise DoesNotFit(text)


def _eager(calls: Sequence[Call]) -> float:
    """Return about how long an eager call takes; everything is loaded and searched before."""
    for call in calls[:3]:
        call()
    torch.cuda.synchronize()
    count = 10
    start = perf_counter()
    for i in range(count):
        calls[i % len(calls)]()
    torch.cuda.synchronize()
    return max((perf_counter() - start) / count, 1e-7)
