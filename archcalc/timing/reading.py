"""Lines of a file of times, read with limits: whoever wrote them, they are numbers or an error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any, NoReturn

from ..errors import UsageError
from .measurement import Measurement
from .task import Key

LARGEST_FILE, LONGEST_LINE = 256 * 2**20, 16 * 2**20
_MOST_ROUNDS = 100_000
_OWN = ("kind", "spec", "name", "host_seconds", "null_seconds", "kernels", "launches", "samples")


@dataclass(frozen=True)
class Line:
    """One line: what kind it says it is, its fields, and where it stands."""

    kind: str
    fields: dict[str, Any]
    path: str
    number: int

    @property
    def samples(self) -> tuple[float, ...]:
        """The samples of one round."""
        return self._seconds(self.fields.get("samples"))

    @property
    def rounds(self) -> tuple[tuple[float, ...], ...]:
        """The samples of a measurement, by rounds."""
        rounds = self.fields.get("samples")
        if not isinstance(rounds, list) or not 0 < len(rounds) <= _MOST_ROUNDS:
            self.refused("has no samples")
        return tuple(self._seconds(one) for one in rounds)

    def optional(self, name: str) -> float | None:
        """Return a number of seconds, or None where the line has none."""
        value = self.fields.get(name)
        return None if value is None else self._seconds([value])[0]

    def _seconds(self, values: Any) -> tuple[float, ...]:
        if not isinstance(values, list) or not values:
            self.refused("has no samples")
        for value in values:
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not 0 < value < 1e9 or not isfinite(value):
                self.refused(f"has a sample that is no time: {str(value)[:40]}")
        return tuple(float(value) for value in values)

    def refused(self, why: str) -> NoReturn:
        """Raise :class:`UsageError` (E35) that names the line."""
        raise UsageError("E35", f"{self.path}, line {self.number}: {why}", "see archcalc bench")


def lines(path: str) -> Iterator[Line]:
    """Yield the lines of a file; a last one that was torn off is left out."""
    import json

    try:
        stream = open(path, "rb")  # noqa: SIM115
    except OSError as error:
        raise UsageError("E33", f"cannot read {path}: {error.strerror}") from None
    with stream:
        try:
            read, begun, number = 0, False, 0
            while raw := stream.readline(LONGEST_LINE + 1):
                number, read = number + 1, read + len(raw)
                if len(raw) > LONGEST_LINE or read > LARGEST_FILE:
                    raise UsageError("E44", f"{path} is too large for a file of times")
                if not raw.strip():
                    continue
                try:
                    fields = json.loads(raw.decode("utf-8"), parse_constant=_no_number)
                except (ValueError, RecursionError):
                    if begun and not raw.endswith(b"\n"):
                        return  # a run was killed while it wrote this
                    fields = None
                line = Line(_kind(fields), fields if isinstance(fields, dict) else {}, path, number)
                if line.kind not in ("run", "round", "measurement", "kernels"):
                    line.refused("is no line of a file of times")
                if line.kind == "run" and line.fields.get("schema") != 1:
                    line.refused(f"has the schema {str(line.fields.get('schema'))[:20]}, not 1")
                if not begun and line.kind != "run":
                    line.refused("stands before the first run")
                begun = True
                yield line
        except OSError as error:
            raise UsageError("E33", f"cannot read {path}: {error.strerror}") from None


def key_of(line: Line) -> Key:
    """Return what a line is about."""
    fields = line.fields
    names = ("spec", "batch", "dtype", "direction", "cache", "compiled")
    kinds = (str, int, str, str, str, bool)
    values = [fields.get(name) for name in names]
    for name, value, kind in zip(names, values, kinds, strict=True):
        if type(value) is not kind:
            line.refused(f'has no "{name}"')
    return Key(*values)  # type: ignore[arg-type]


def measurement_of(line: Line) -> Measurement:
    """Return the measurement of a line."""
    fields, key = line.fields, key_of(line)
    names = fields.get("kernels") or []
    launches = fields.get("launches")
    if not isinstance(names, list) or not isinstance(launches, int | None):
        line.refused("has no kernels")
    known = {*_OWN, *Key._fields}
    return Measurement(
        key=key,
        name=str(fields.get("name", ""))[:200],
        rounds=line.rounds,
        host=line.optional("host_seconds"),
        null=line.optional("null_seconds"),
        kernels=tuple(map(str, names)),
        launches=launches,
        about={name: value for name, value in fields.items() if name not in known},
    )


def _kind(fields: Any) -> str:
    return str(fields.get("kind", "")) if isinstance(fields, dict) else ""


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")
