"""Output shapes against torch's: each layer by itself, and all of them wired to one net."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .base import NOT_CHECKED, Check, NotCounted, Oracle, Refused
from .subject import Subject


class Shapes(Oracle):
    """Torch's layers, run on inputs of the stated shapes without memory."""

    key, witness, rank = "shapes", "torch, on meta", 10

    def checks(self, subject: Subject) -> Iterable[Check]:
        """Compare each layer's output; then count the layers that agree inside the whole net."""
        found = []
        for node, facts in subject.layers:
            theirs: Any = NotCounted(subject.reason(node.name))
            if not theirs.reason:
                ran = subject.forward(node, facts)
                theirs = ran if isinstance(ran, Refused) else _other(facts.output, ran)
            found.append(self._check(node.name, facts.output, theirs, "shape"))
        yield from found
        run = subject.inference
        agreeing: object = run
        if not isinstance(run, Refused):
            real = (
                (node, facts) for node, facts in subject.layers if not subject.reason(node.name)
            )
            agreeing = sum(run.layers[node.name].shape == facts.output for node, facts in real)
        checked = [check for check in found if check.verdict != NOT_CHECKED]
        yield self._check("", len(checked), agreeing, "layers")

    def _check(self, layer: str, ours: object, theirs: object, unit: str) -> Check:
        title = "shape" if layer else "shapes"
        return Check("output", title, layer, ours, theirs, unit, self.witness)


def _other(stated: tuple[int, ...], ran: list[tuple[tuple[int, ...], int]]) -> tuple[int, ...]:
    """Return torch's shape; of training and inference the one that is not the stated one."""
    return next((shape for shape, _ in ran if shape != stated), ran[0][0])


ORACLE = Shapes()
