"""The whole zoo through torch on the meta device: shapes, weights, MACs of both passes, memory."""

from __future__ import annotations

import pytest
from counting import BATCH, agreed, in_torch, stated, subject

import archcalc
from archcalc import zoo
from archcalc.oracles import backward, flop_counter, liveness, shapes, weights
from archcalc.oracles.subject import Run


@pytest.mark.parametrize("name", zoo.entries())
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
