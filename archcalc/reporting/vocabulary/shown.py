"""Tables, arithmetic and pictures of nets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...comparison import compare
from ...conventions import cost
from ...errors import UsageError
from ...explanation import working
from ...explanation.layer import METRICS, explanation
from ...fieldmap.fieldmap import field_map
from ...remarks import where_table
from ...table import Block, Steps, Table
from .. import tables
from ..described import Described
from ..own_table import own_table
from ..pictures import Picture
from .desk import Desk, flat, keys_of

if TYPE_CHECKING:
    from markupsafe import Markup


class Shown(Desk):
    """Words that show nets."""

    def specs(self, *nets: Described, full: bool = False) -> Markup:
        """Print the specs of nets as code, long ones on several lines."""
        return self.dialect.specs([net.spec_text(full=full) for net in flat(nets)])

    def costs(self, *nets: Described, columns: str = "", **options: Any) -> Table:
        """Put nets below each other, a row each, beside their ratios to the ``reference``."""
        keys = keys_of(columns) or tables.DEFAULT_COLUMNS
        return tables.cost_table(flat(nets), keys, counting=self.counting, **options)

    def compare(self, *nets: Described, columns: str = "", reference: int = 0) -> Table:
        """Put nets side by side, quantities down."""
        shown = flat(nets)
        made = compare(
            [net.analysis for net in shown], [net.name for net in shown], reference=reference,
            columns=keys_of(columns) or tables.DEFAULT_COLUMNS, convention=self.counting,
            layout=self.layout,
        )  # fmt: skip
        return made.table()

    def where(self, net: Described, remark: str = "") -> list[Block]:
        """Show where the cost of a net goes; nothing where nobody knows all of it."""
        column = cost(self.counting)
        if not isinstance(column.total(net.analysis), int):
            return []
        found = where_table(net.analysis, net.name, column, remark)
        return [] if found is None else [found]

    def stages(self, net: Described, columns: str = "") -> Table:
        """Sum a net by its stages."""
        return tables.stages(net, keys_of(columns) or tables.LAYER_COLUMNS, self.counting)

    def stage_layers(self, net: Described, columns: str = "") -> list[tuple[str, Table]]:
        """Return the layers of each stage as a table, under the stage's name."""
        return tables.stage_layers(net, keys_of(columns) or tables.LAYER_COLUMNS, self.counting)

    def fields(self, net: Described, layer: str = "") -> Table:
        """Show the receptive fields of the layers."""
        return tables.field_table(net, layer)

    def has_field(self, net: Described) -> bool:
        """Tell whether a layer of the net sees a part of its input that can be drawn."""
        try:
            return bool(field_map(net.analysis, layout=net.layout, drawn=True).shown)
        except UsageError:
            return False

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[Any]], **options: Any) -> Table:
        """Make a table of a template's own rows."""
        return own_table(columns, rows, **options)

    def explain(self, net: Described, layer: str, metrics: str = "") -> Steps:
        """Work out the numbers of a layer."""
        position = net.analysis.position(layer)
        keys = keys_of(metrics) or METRICS
        return explanation(net.analysis, position, keys, self.counting, self.layout)

    def working(self, net: Described, metric: str = "macs") -> Steps:
        """Work out a total, layer by layer."""
        return working(net.analysis, None, metric, counting=self.counting, layout=self.layout)

    def field_picture(self, net: Described, layer: str = "", alt: str = "") -> Picture:
        """Draw the receptive field of a layer to scale."""
        return self.gallery.field(net, layer, alt)

    def plot(
        self, kind: str, *nets: Described, alt: str = "", name: str = "", **options: Any
    ) -> Picture:
        """Draw a plot of nets."""
        if options.get("times"):
            options["times"] = str(self._file(options["times"]))
        if options.get("device"):
            options["device"] = self._device(options["device"])
        return self.gallery.plot(kind, flat(nets), alt, name, **options)

    def plot_if_any(self, kind: str, *nets: Described, **options: Any) -> list[Picture]:
        """Draw a plot of nets where it can show them: a list of one picture, or of none."""
        try:
            return [self.plot(kind, *nets, **options)]
        except UsageError as error:
            if error.code not in ("E50", "E61"):  # nothing to draw, nothing to time
                raise
            return []
