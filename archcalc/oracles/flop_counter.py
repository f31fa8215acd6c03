"""MACs of the forward pass against half of what torch's FlopCounterMode counts on meta."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..quantities import quantity
from .base import Check, NotCounted, Oracle, Refused
from .subject import Subject


class FlopCounter(Oracle):
    """FlopCounterMode on the meta device, halved: it counts every contraction as two FLOPs."""

    key, witness, rank = "flop_counter", "FlopCounterMode/2", 30

    def checks(self, subject: Subject) -> Iterable[Check]:
        """Compare each layer by itself, in training and in inference; then the whole net."""
        for node, facts in subject.layers:
            theirs: Any = NotCounted(subject.reason(node.name))
            if not theirs.reason:
                ran = subject.forward(node, facts)
                theirs = ran if isinstance(ran, Refused) else _other(facts.macs, ran)
            yield self._check(node.name, facts.macs, theirs)
        theirs = NotCounted(subject.without)
        if not theirs.reason:
            run = subject.inference
            theirs = run if isinstance(run, Refused) else run.forward.macs
        yield self._check("", quantity("macs").total(subject.analysis), theirs)

    def _check(self, layer: str, ours: Any, theirs: Any) -> Check:
        return Check("macs", "MACs", layer, ours, theirs, "count", self.witness)


def _other(stated: Any, ran: list[tuple[Any, Any]]) -> Any:
    """Return torch's count; of training and inference the one that is not the stated one."""
    return next((macs for _, macs in ran if macs != stated), ran[0][1])


ORACLE = FlopCounter()
