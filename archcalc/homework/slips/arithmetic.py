"""Slips about memory and sums of one's own: A01 to A03."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from .base import Example, MarkSlip, NetSlip, NumberSlip, Slip

BYTES = frozenset(
    {"activation_bytes", "weight_bytes", "peak_memory_bytes", "saved_bytes", "bytes_moved", "ram"}
)


def _units(power: int, ask: str) -> Iterable[Fraction]:
    if power and ask in BYTES:
        yield Fraction(1000, 1024) ** power
        yield Fraction(1024, 1000) ** power


def _per_image(subject: Any, measure: Any) -> Iterable[tuple[Any, str]]:
    batch = subject.analysis.settings.batch
    value = measure.value(subject)
    per_image = BYTES - {"weight_bytes", "ram"}
    if batch > 1 and isinstance(value, int) and measure.key in per_image and value % batch == 0:
        yield value // batch, str(batch)


SLIPS: tuple[Slip, ...] = (
    NumberSlip(
        "A01",
        "MB and MiB mixed up",
        "10^6 for 2^20",
        "{mib} = {mb}. Say which.",
        almost=True,
        factors=_units,
        examples=(
            Example("224x224x3 | conv 3x3x64 pad 1", "activation_bytes", "12.25 MB"),
            Example("224x224x3 | conv 3x3x64 pad 1", "activation_bytes", "12.85 MiB"),
        ),
    ),
    NetSlip(
        "A02",
        "batch forgotten",
        "/ N",
        "That is per image. The question has batch {label}.",
        values=_per_image,
    ),
    MarkSlip(
        "A03",
        "total that is not the sum of the rows",
        "-",
        "Your rows add to {sum}, your total says {given}.",
    ),
)
