"""The zoo through torch on the meta device: shapes, weights, MACs of both passes, memory.

Each family's first net and its smallest are run here, and every small one. What torch counted of
all of them is kept in reports/data/verification (`make verification`); tests/test_zoo.py holds
every net to that.
"""

from __future__ import annotations

import pytest
from counting import BATCH, agreed, in_torch, stated, subject

import archcalc
from archcalc import zoo
from archcalc.oracles import backward, flop_counter, liveness, shapes, weights
from archcalc.oracles.subject import Run

_SMALL = 60  # layers


def representatives() -> list[str]:
    """Return the nets that stand for their families."""
    families: dict[str, list[str]] = {}
    for name, family in zoo.entries().items():
        families.setdefault(family, []).append(name)
    found = []
    for names in families.values():
        sizes = {name: len(archcalc.read(name)) for name in names}
        smallest = min(sizes, key=lambda name: sizes[name])
        chosen = (names[0], smallest)
        found += [name for name in names if name in chosen or sizes[name] <= _SMALL]
    # torch unrolls recurrent layers, which takes long: one net stands for the others
    return [name for name in found if zoo.entries()[name] != "rnn" or name == "gru"]


@pytest.mark.parametrize("name", representatives())
def test_torch_counts_the_same(name: str) -> None:
    net, asked = archcalc.analyze(name, train=True), subject(name, train=True)
    assert in_torch(asked.module.named_parameters()) == stated(net, "weights")
    assert in_torch(asked.module.named_buffers()) == stated(net, "buffers")
    totals = {}
    for oracle in (shapes, weights, flop_counter, backward, liveness):
        checks = agreed(oracle.ORACLE.checks(asked))
        assert {check.layer for check in checks} == {"", *(node.name for node in net.graph)}
        totals.update({check.key: check.theirs for check in checks if not check.layer})
    assert totals["output"] == len(net.graph)
    for key in ("params", "macs", "backward_macs", "training_macs", "peak_memory_bytes"):
        assert totals[key] == net.total(key)
    run = asked.inference
    assert isinstance(run, Run)
    assert run.layers[net.graph.output].shape == net.output
    assert run.values[run.output] >= BATCH
