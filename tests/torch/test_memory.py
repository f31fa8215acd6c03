"""Peak memory against a replay of what torch's modules read and make.

Hooks record the memory behind every tensor that a module takes and returns; nothing here knows
the graph, or which layers are views. Then memory lives from when it appears to its last use.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import archcalc
from archcalc.oracles.module import build

BATCH = 2

SPECS = {
    "inception": """28x28x16 | concat( conv 1x1x8 ; conv 1x1x4 | relu | conv 3x3x8 pad 1 | relu
        ; maxpool 3x3 s1 pad 1 | conv 1x1x4 ) | relu | dropout | gap | flatten | fc 10""",
    "residual": """16x16x4 | conv 3x3x8 pad 1 +bn +relu
        | res( conv 1x1x2 +bn +relu | conv 3x3x32 pad 1 | conv 1x1x8 )*2 | relu
        | res( conv 3x3x16 s2 pad 1 ; conv 1x1x16 s2 ) | flatten | fc 5 | softmax""",
    "gated": """12x12x6 | mul( id ; gap | flatten | fc 3 | relu | fc 6 | sigmoid ) | dropout
        | add( id ; dwconv 3x3 pad 1 ; res( conv 1x1x6 ) ) | tokens | res( ln | linear 24 | gelu
        | linear 6 ) | res( attn heads 2 ) | cls""",
    "decoder": """8x8x4 | conv1: conv 3x3x16 pad 1 | concat( conv 2x2x8 s2 | relu
        | deconv 2x2x8 s2 ; id ) | upsample 2 | conv 1x1x2""",
    "input is large": "64x64x3 | conv 3x3x4 s4 | dropout | relu | fc 2",
    "views only": "10x16 | flatten | dropout",
}


class Recorder:
    """What each module read and made: addresses and bytes of the memory behind the tensors."""

    def __init__(self) -> None:
        self.kept: list[Tensor] = []  # so that no address is used twice
        self.bytes: dict[int, int] = {}
        self.steps: list[tuple[list[int], int]] = []

    def memory(self, tensor: Tensor) -> int:
        self.kept.append(tensor)
        storage = tensor.untyped_storage()
        self.bytes[storage.data_ptr()] = storage.nbytes()
        return storage.data_ptr()

    def hook(self, _module: nn.Module, inputs: Any, output: Tensor) -> None:
        self.steps.append(([self.memory(x) for x in inputs], self.memory(output)))

    def alive(self, x: Tensor, y: Tensor) -> list[int]:
        """Return the bytes alive while each module runs: its output, and all that is yet read."""
        appears, last_use = {self.memory(x): -1}, {self.memory(x): -1}
        for step, (read, made) in enumerate(self.steps):
            appears.setdefault(made, step)
            last_use.update(dict.fromkeys([*read, made], step))
        last_use[self.memory(y)] = len(self.steps)
        return [
            sum(n for at, n in self.bytes.items() if appears[at] <= step <= last_use[at])
            for step in range(len(self.steps))
        ]


@pytest.mark.parametrize("name", SPECS)
def test_peak_memory_is_what_a_replay_of_torch_needs(name: str) -> None:
    net = archcalc.analyze(SPECS[name], batch=BATCH)
    module = build(net.graph).eval()
    recorder = Recorder()
    for child in module.children():
        child.register_forward_hook(recorder.hook)
    x = torch.randn(BATCH, *net.graph.inputs["input"])
    with torch.no_grad():
        y = module(x)
    alive = recorder.alive(x, y)
    assert list(net.column("peak_memory_bytes").values()) == alive
    assert net.total("peak_memory_bytes") == max(alive)
