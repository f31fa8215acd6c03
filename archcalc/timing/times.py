"""The file of times: JSON lines, each written when it is known, so that little can be lost.

A file holds runs. A run is a line of kind ``run`` with everything the times depend on, then lines
of kind ``measurement``, one per subject that is finished. While a run lasts there are also lines
of kind ``round``, the samples of subjects that are not finished, and of kind ``kernels``, what
the profiler said afterwards; a run that ends well folds them into its measurements.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from ..errors import UsageError
from .measurement import Measurement
from .reading import LARGEST_FILE, Line, key_of, lines, measurement_of
from .task import Key

SCHEMA = 1


class Times:
    """What a file of times holds: runs, their measurements, and rounds of what is unfinished."""

    def __init__(self, path: str = "", found: Sequence[Line] = ()) -> None:
        self.path = path
        self.runs: list[dict[str, Any]] = []
        self.measurements: list[Measurement] = []
        self.of_run: list[int] = []  # the run of each measurement
        self.rounds: list[dict[Key, list[tuple[float, ...]]]] = []
        for line in found:
            self._take(line)

    def _take(self, line: Line) -> None:
        if line.kind == "run":
            self.runs.append(line.fields)
            self.rounds.append({})
        elif line.kind == "round":
            self.rounds[-1].setdefault(key_of(line), []).append(line.samples)
        elif line.kind == "measurement":
            made = measurement_of(line)
            self.rounds[-1].pop(made.key, None)
            self.measurements.append(made)
            self.of_run.append(len(self.runs) - 1)
        elif line.kind == "kernels":
            key = key_of(line)
            for i, made in enumerate(self.measurements):
                if made.key == key and self.of_run[i] == len(self.runs) - 1:
                    names = tuple(map(str, line.fields.get("kernels") or ()))
                    self.measurements[i] = replace(made, kernels=names, launches=len(names))

    def under(self, header: dict[str, Any]) -> dict[Key, Measurement]:
        """Return what was measured under the same conditions; the last of each."""
        alike = {i for i, run in enumerate(self.runs) if conditions(run) == conditions(header)}
        return {m.key: m for m, i in zip(self.measurements, self.of_run, strict=True) if i in alike}

    def unfinished(self, header: dict[str, Any]) -> dict[Key, list[tuple[float, ...]]]:
        """Return the rounds of what was begun under the same conditions and not finished."""
        done, found = self.under(header), {}
        for run, rounds in zip(self.runs, self.rounds, strict=True):
            if conditions(run) == conditions(header):
                found.update({key: kept for key, kept in rounds.items() if key not in done})
        return found


def conditions(header: dict[str, Any]) -> dict[str, Any]:
    """Return what two runs have in common where their times can stand beside each other."""
    environment = header.get("environment") or {}
    device = header.get("device") or {}
    stack = ("torch", "cuda", "cudnn", "driver", "threads")
    return {
        "stopwatch": header.get("stopwatch"),
        "device": device.get("name"),
        "flags": header.get("flags"),
        **{name: environment.get(name) for name in stack},
    }


def read_times(path: str) -> Times:
    """Return what a file of times holds; a last line that was torn off is left out.

    Errors: :class:`UsageError` (E33) for what cannot be read, (E35) for what are no times, and
    (E44) for a file that is too large.
    """
    return Times(path, tuple(lines(path)))


class Writer:
    """Adds to a file of times, line by line, each on the disk before the next is measured."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._stream: TextIO | None = None

    def begin(self, header: dict[str, Any]) -> None:
        """Begin a run; :class:`UsageError` where a file is there that holds no times."""
        if os.path.exists(self.path):
            read_times(self.path)
        try:
            if os.path.exists(self.path):
                _mend(self.path)
            self._stream = open(self.path, "a", encoding="utf-8", newline="\n")  # noqa: SIM115
        except OSError as error:
            remedy = "--store FILE names another place, --no-store keeps nothing"
            raise UsageError("E33", f"cannot write {self.path}: {error.strerror}", remedy) from None
        self._line({"kind": "run", "schema": SCHEMA, **header})

    def round(self, key: Key, samples: Sequence[float]) -> None:
        """Keep a round of a subject that is not finished."""
        self._line({"kind": "round", **_keyed(key), "samples": list(samples)})

    def measurement(self, made: Measurement) -> None:
        """Keep a finished subject."""
        self._line(measurement_line(made))

    def kernels(self, key: Key, names: Sequence[str]) -> None:
        """Keep what the profiler said of a subject."""
        self._line({"kind": "kernels", **_keyed(key), "kernels": list(names)})

    def settle(self) -> None:
        """Write the file anew without rounds, each measurement with its kernels.

        Where it cannot be written anew it stays as it is: nothing is missing from it.
        """
        self.close()
        with suppress(OSError):
            self._write_anew()

    def _write_anew(self) -> None:
        found, where = read_times(self.path), Path(self.path)
        beside = where.with_name(where.name + ".new")
        with beside.open("w", encoding="utf-8", newline="\n") as stream:
            for line in _settled(found):
                stream.write(_json(line) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, where)

    def close(self) -> None:
        """Close the file; what is in it stays as it is."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _line(self, fields: dict[str, Any]) -> None:
        assert self._stream is not None, "a run begins with its header"
        self._stream.write(_json(fields) + "\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())


def measurement_line(made: Measurement) -> dict[str, Any]:
    """Return a measurement as its line of the file."""
    return {
        "kind": "measurement",
        **_keyed(made.key),
        "name": made.name,
        **made.about,
        "host_seconds": made.host,
        "null_seconds": made.null,
        "kernels": list(made.kernels),
        "launches": made.launches,
        "samples": [list(one) for one in made.rounds],
    }


def _settled(found: Times) -> Iterator[dict[str, Any]]:
    """Yield the lines of a file; rounds stay where a later run may go on with them."""
    for i, run in enumerate(found.runs):
        yield {"kind": "run", **{k: v for k, v in run.items() if k != "kind"}}
        for made, of in zip(found.measurements, found.of_run, strict=True):
            if of == i:
                yield measurement_line(made)
        finished = found.under(run)
        for key, rounds in found.rounds[i].items():
            for samples in rounds if key not in finished else ():
                yield {"kind": "round", **_keyed(key), "samples": list(samples)}


def _keyed(key: Key) -> dict[str, Any]:
    fields = key._asdict()
    return {"spec": fields.pop("text"), **fields}


def _json(fields: dict[str, Any]) -> str:
    import json

    return json.dumps(fields, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _mend(path: str) -> None:
    """End a file of times with a whole line: what was torn off when a run was killed is cut."""
    import json

    with open(path, "rb+") as stream:
        data = stream.read(LARGEST_FILE + 1)
        tail = data.rpartition(b"\n")[2]
        if not tail:
            return
        try:
            json.loads(tail)
        except ValueError:
            stream.truncate(len(data) - len(tail))
        else:
            stream.seek(0, os.SEEK_END)
            stream.write(b"\n")
