"""Peak memory against a replay of what torch's modules read and make.

The memory behind every tensor that a module takes and returns is noted while the net runs; nothing
here knows the graph, or which layers are views. Memory then lives from when it appears to its last
use. What it holds is counted in values of the net's number format (token numbers too), as handed
on by the layer that made it: where torch has to pad or crop around a layer, that is torch's alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..quantities import quantity
from .base import Check, NotCounted, Oracle, Refused
from .subject import BATCH, Run, Subject


class Liveness(Oracle):
    """A replay of the memory that torch's modules read and make in inference."""

    key, witness, rank = "liveness", "replay of storages", 70

    def checks(self, subject: Subject) -> Iterable[Check]:
        """Compare what is alive while each layer runs; then the largest of these sets."""
        run = subject.inference
        settings = subject.analysis.settings
        values = quantity("peak_memory_bytes").of(subject.analysis)
        largest: Any = run
        if not isinstance(run, Refused):
            scale = settings.bytes_per_value * settings.batch
            live = {name: n // BATCH * scale for name, n in alive(run).items()}
            for (node, _), ours in zip(subject.layers, values, strict=True):
                theirs = NotCounted(subject.without) if subject.without else live[node.name]
                yield self._check(node.name, ours, theirs)
            largest = (
                NotCounted(subject.without) if subject.without else max(live.values(), default=0)
            )
        yield self._check("", quantity("peak_memory_bytes").total(subject.analysis), largest)

    def _check(self, layer: str, ours: Any, theirs: Any) -> Check:
        title = "alive bytes" if layer else "peak bytes"
        return Check("peak_memory_bytes", title, layer, ours, theirs, "bytes", self.witness)


def alive(run: Run) -> dict[str, int]:
    """Return the values alive while each layer runs: its output, and all that is yet read."""
    appears = dict.fromkeys(run.inputs, -1)
    last_use = dict(appears)
    for step, made in enumerate(run.layers.values()):
        appears.setdefault(made.makes, step)
        last_use.update(dict.fromkeys([*made.reads, made.makes], step))
    last_use[run.output] = len(run.layers)
    change = [0] * (len(run.layers) + 2)  # at index i + 1: what appears with step i
    for memory, start in appears.items():
        change[start + 1] += run.values[memory]
        if last_use[memory] < len(run.layers):
            change[last_use[memory] + 2] -= run.values[memory]
    found, now = {}, change[0]
    for name, difference in zip(run.layers, change[1:], strict=False):
        now += difference
        found[name] = now
    return found


ORACLE = Liveness()
