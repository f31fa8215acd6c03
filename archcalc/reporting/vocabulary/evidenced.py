"""What others say about the numbers: published figures, torch, other tools."""

from __future__ import annotations

from collections.abc import Mapping

from ...reconciliation import reconcile, reconciliation_page
from ...table import Block, Table
from .. import agreement, evidence
from ..described import Described
from .desk import Desk, flat


class Evidenced(Desk):
    """Words that hold numbers against what others say."""

    def conventions(self, *nets: Described, tools: bool | None = None) -> Table:
        """Show what every convention counts: all, those of ``tools`` only, or ours only."""
        return evidence.conventions_table(flat(nets), tools=tools)

    def published(self, *nets: Described, layers: bool | None = None) -> Table | None:
        """Hold published figures against nets: of all, of their ``layers`` only, or of none."""
        return evidence.published_table(flat(nets), layers)

    def agreement(self, *nets: Described) -> Table:
        """Count the published figures that agree, by family of the zoo."""
        return agreement.agreement_table(flat(nets))

    def verdicts(self, *nets: Described) -> Mapping[str, int]:
        """Return how many published figures are ``equal``, ``rounded``, ``truncated``, ..."""
        return agreement.verdicts(flat(nets))

    def disagreements(self, *nets: Described) -> Table:
        """Show the published figures that differ, each with the reason."""
        return agreement.differing_table(flat(nets))

    def reconcile(
        self, source: str, *printed: str, metric: str = "macs", torchvision: bool = False,
        most: int = 3,
    ) -> list[Block]:  # fmt: skip
        """Show which net and convention gives printed numbers: the table, then the conventions.

        At most so many (``most``) explanations of each are shown.
        """
        found = reconcile(
            self._source(source),
            printed,
            metric=metric,
            torchvision=torchvision,
            layout=self.layout,
        )
        page = reconciliation_page(
            found, layout=self.layout, metric=metric, most=most, remedy=" explain it, too"
        )
        return list(page.blocks)

    def verified(self, path: str) -> evidence.Verified:
        """Read what ``archcalc verify --format json`` found."""
        return evidence.Verified.read(self._file(path))
