"""Times beside a comparison: predicted for a device, measured here, or read from a store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..table import Page

if TYPE_CHECKING:
    from ..clock import Clocked
    from ..comparison import Comparison


def with_times(page: Page, compared: Comparison, options: dict[str, Any]) -> Page:
    """Return the page of a comparison with the times of its nets behind the first table."""
    batches = batch_sizes(options["batches"])
    if options["time"] == "predicted":
        clocked = _predicted(compared, batches, options)
    else:
        clocked = _measured(compared, batches, options)
    blocks = [*page.blocks]
    at = next(i for i, block in enumerate(blocks) if block is page.tables[0]) + 1
    blocks[at:at] = clocked.blocks()

    def data() -> dict[str, Any]:
        return {**page.data(), "times": {"basis": options["time"], "rows": clocked.data()}}

    return replace(page, blocks=tuple(blocks), data=data)


def _predicted(compared: Comparison, batches: tuple[int, ...], options: dict[str, Any]) -> Clocked:
    from ..clock import predicted
    from ..latency import profile

    if not options["device"] or options["device"] in ("cpu", "cuda"):
        raise UsageError(
            "E61", "a prediction is for a device", "--device h200; archcalc devices lists them"
        )
    return predicted(
        compared.analyses,
        compared.names,
        profile(options["device"]),
        batches=batches,
        dtype=compared.analyses[0].settings.dtype,
        mode=options["mode"],
        reference=compared.reference,
    )


def _measured(compared: Comparison, batches: tuple[int, ...], options: dict[str, Any]) -> Clocked:
    from ..clock import SHORT_DTYPES, measured, stored
    from ..timing.task import net_piece

    settings = compared.analyses[0].settings
    if options["times"]:
        return stored(
            compared.analyses,
            compared.names,
            options["times"],
            batches=batches,
            dtype=settings.dtype,
            reference=compared.reference,
        )
    from ..timing.measuring import measure

    dtype = SHORT_DTYPES.get(settings.dtype)
    if dtype is None:
        raise UsageError("E48", "times are measured in fp32, tf32, bf16 or fp16", "--dtype fp32")
    timing = measure(
        *compared.analyses,
        names=compared.names,
        device=options["device"] or "auto",
        dtype=dtype,
        batches=batches,
        parts="whole",
    )
    found = {(one.key.text, one.key.batch): one for one in timing.measurements}
    return measured(
        compared.analyses,
        compared.names,
        lambda analysis, name, batch: found.get((net_piece(analysis, name, 1).text, batch)),
        batches=batches,
        title="Time per batch, measured",
        basis=["Measured here, now: archcalc bench shows how, and keeps the samples."],
        reference=compared.reference,
    )


def batch_sizes(text: str) -> tuple[int, ...]:
    """Return the batch sizes of ``1,8``; :class:`UsageError` (E48) for what is none."""
    found = []
    for part in text.split(",")[:16]:
        word = part.strip()
        if not (word.isascii() and word.isdigit() and 0 < int(word[:9]) <= 2**20):
            raise UsageError("E48", f'"{word[:40]}" is no batch size', "--batches 1,8,32")
        found.append(int(word))
    return tuple(dict.fromkeys(found))
