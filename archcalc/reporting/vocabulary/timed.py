"""Times, measured and predicted, and MACs as a clock."""

from __future__ import annotations

from collections.abc import Sequence

from ...clock import Clocked, predicted, stored
from ...latency import profile
from ...table import Table
from ...timing import read_times
from .. import ordering, tables
from ..described import Described
from .desk import Desk, flat


class Timed(Desk):
    """Words that put time beside nets."""

    def predicted(
        self, *nets: Described, device: str, batches: Sequence[int] = (1,),
        dtype: str = "bfloat16", mode: str = "graph", reference: int = 0,
    ) -> Clocked:  # fmt: skip
        """Predict times on a device."""
        shown = flat(nets)
        return predicted(
            [net.analysis for net in shown], [net.name for net in shown],
            profile(self._device(device)), batches=batches, dtype=dtype, mode=mode,
            reference=reference,
        )  # fmt: skip

    def measured(
        self, *nets: Described, times: str, batches: Sequence[int] = (1,), dtype: str = "float32",
        reference: int = 0,
    ) -> Clocked:  # fmt: skip
        """Show the times that a store of ``archcalc bench`` has."""
        shown = flat(nets)
        return stored(
            [net.analysis for net in shown], [net.name for net in shown], str(self._file(times)),
            shown_path=times, batches=batches, dtype=dtype, reference=reference,
        )  # fmt: skip

    def time_by_stage(self, net: Described, clocked: Clocked) -> Table | None:
        """Sum the predicted times of a net's layers by stage, at the last batch size."""
        return tables.time_table(net, clocked)

    def macs_order(self, times: str) -> Table:
        """Tell how often more MACs take longer, over all pairs of a store of times."""
        return ordering.order_table(read_times(str(self._file(times))).measurements)

    def macs_order_share(self, times: str, least: float, most: float) -> float:
        """Return the share of pairs in the right order, of those with such a ratio of MACs."""
        measurements = read_times(str(self._file(times))).measurements
        return ordering.right_share(measurements, least, most)
