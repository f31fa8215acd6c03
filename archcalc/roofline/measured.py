"""Measured times of layers on a device, from a store of ``archcalc bench``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError, printable
from ..graph import Node
from ..latency import Profile
from ..layers.base import Facts
from ..timing import Measurement, read_times
from ..timing.task import DTYPES, layer_piece


@dataclass(frozen=True)
class Measured:
    """Measurements by the text of their layer; ``note`` says where they are from."""

    found: dict[str, Measurement]
    note: str

    @classmethod
    def read(cls, path: str, profile: Profile, batch: int, dtype: str) -> Measured:
        """Return the forward times in a store that fit; :class:`UsageError` (E61) if no run does.

        Of cold and warm times the cold ones are taken: the roof counts every byte as memory's.
        """
        times = read_times(path)
        devices = [str((run.get("device") or {}).get("name", "")) for run in times.runs]
        if not any(is_device(name, profile) for name in devices):
            others = ", ".join(dict.fromkeys(printable(name)[:80] for name in devices)) or "nothing"
            raise UsageError(
                "E61",
                f"{Path(path).name} holds times of {others}, not of {profile.title}",
                "--device names the device that was measured",
            )
        found: dict[str, Measurement] = {}
        for one, run in zip(times.measurements, times.of_run, strict=True):
            key = one.key
            plain = key.direction == "forward" and not key.compiled
            if not (plain and key.batch == batch and DTYPES.get(key.dtype) == dtype):
                continue
            before = found.get(key.text)
            colder = before is None or before.key.cache == "warm" or key.cache == "cold"
            if is_device(devices[run], profile) and colder:
                found[key.text] = one
        name = next(name for name in devices if is_device(name, profile))
        return cls(found, f"{Path(path).name}, on {printable(name)[:80]}")

    def of(self, node: Node, facts: Facts) -> Measurement | None:
        """Return the measurement of a layer."""
        return self.found.get(layer_piece(node, facts).text)


def is_device(name: str, profile: Profile) -> bool:
    """Tell whether the name that a driver gives a device is that of a profile.

    >>> from ..latency import profile
    >>> is_device("NVIDIA H200", profile("h200")), is_device("NVIDIA L40S", profile("l4"))
    (True, False)
    """
    title = profile.title.lower()
    words = re.split(r"[ -]", name.lower()[:200])
    model = next((word for word in title.split() if re.search(r"\d", word)), title)
    return model in words and ("pcie" in words) == ("pcie" in title.split())
