"""A subject as torch calls: modules and random inputs on a device, in as many sets as wanted."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import torch
from torch import Tensor, nn

from ..layers.base import Layer
from ..oracles.module import build
from ..oracles.subject import takes_tokens
from .task import Task

Call = Callable[[], Any]
_TYPES = {
    "fp32": torch.float32,
    "tf32": torch.float32,
    "bf16": torch.bfloat16,
    "fp16": torch.float16,
}
MOST_SETS = 1024


@dataclass
class Set:
    """One set of weights and inputs; in training also the gradient of the output."""

    module: nn.Module
    inputs: tuple[Tensor, ...]
    gradient: Tensor | None = None

    @property
    def bytes(self) -> int:
        """Bytes that a call reads of this set, or writes: its output is as large as it is made."""
        tensors = (*self.module.parameters(), *self.module.buffers(), *self.inputs)
        return sum(t.numel() * t.element_size() for t in tensors)


class Workload:
    """A task on a device: sets of everything it reads, and calls over them.

    Weights are initialized as torch does, inputs are normal and tokens random: constants would be
    faster than real data. Volumes are channels last.
    """

    def __init__(self, task: Task, device: str, seed: int) -> None:
        self.task, self.device = task, device
        self.training = task.direction == "training"
        self.dtype = _TYPES[task.dtype]
        with warnings.catch_warnings(), torch.random.fork_rng():
            warnings.simplefilter("ignore")  # torch warns about initializing what has no values
            torch.manual_seed(seed)
            self.first = self._set(self._module())
        self.sets = [self.first]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what torch says of itself while it compiles
            self.function = self._function()
            self.output = self._output()

    def _module(self) -> nn.Module:
        graph = self.task.piece.graph
        with torch.device(self.device):
            if self.task.piece.whole:
                module = build(graph)
            else:
                (node,) = graph.nodes
                module = node.layer.build(*graph.inputs.values())
        module = module.to(self.dtype).train(self.training)
        if any(p.dim() == 4 for p in module.parameters()):
            module = module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return module.requires_grad_(self.training)

    def _set(self, module: nn.Module) -> Set:
        return Set(module, tuple(self._input(name) for name in self.task.piece.graph.inputs))

    def _input(self, name: str) -> Tensor:
        graph = self.task.piece.graph
        shape = (self.task.batch, *graph.inputs[name])
        for node in graph:
            if takes_tokens(node.layer) and name in node.inputs:
                return torch.randint(_vocabulary(node.layer), shape, device=self.device)
        x = torch.randn(shape, device=self.device, dtype=self.dtype)
        if x.dim() == 4:
            x = x.contiguous(memory_format=torch.channels_last)
        return x.requires_grad_(self.training and not self.task.piece.whole)

    def _function(self) -> Callable[[Set], Any]:
        """Return what runs the module of a set: as it is, or compiled once for all sets."""
        if not self.task.compiled:
            return lambda one: one.module(*one.inputs)
        module = deepcopy(self.first.module).to("meta")  # its weights are never those of a set

        def run(weights: dict[str, Tensor], inputs: tuple[Tensor, ...]) -> Any:
            return torch.func.functional_call(module, weights, inputs)

        # torch keeps what it compiled with the code, and no more than eight of one code
        own = FunctionType(run.__code__.replace(), globals(), "run", None, run.__closure__)
        compiled = torch.compile(own, dynamic=False)

        def call(one: Set) -> Any:
            weights = {**dict(one.module.named_parameters()), **dict(one.module.named_buffers())}
            return compiled(weights, one.inputs)

        return call

    def _output(self) -> int:
        """Run once; return the bytes of the output, and make the gradient that comes back."""
        with self.mode():
            y = self.function(self.first)
        if self.training and y.requires_grad:
            self.first.gradient = torch.randn_like(y)
        return int(y.numel() * y.element_size())

    def extend(self, count: int) -> None:
        """Make more sets, until there are so many: other memory with values like the first's."""
        while len(self.sets) < min(count, MOST_SETS):
            one = self._set(deepcopy(self.first.module))
            if self.first.gradient is not None:
                one.gradient = torch.randn_like(self.first.gradient)
            self.sets.append(one)

    def sets_beyond(self, cache: int) -> int:
        """Return how many sets three caches take."""
        return max(1, min(MOST_SETS, -(-3 * cache // (self.first.bytes + self.output))))

    def calls(self) -> list[Call]:
        """Return a call per set."""
        return [self._call(one) for one in self.sets]

    def _call(self, one: Set) -> Call:
        run = self.function
        if not self.training:
            return lambda: run(one)
        wanted = [t for t in (*one.module.parameters(), *one.inputs) if t.requires_grad]

        def both() -> Any:
            y = run(one)
            if not y.requires_grad:
                return y
            return y, torch.autograd.grad(y, wanted, one.gradient, allow_unused=True)

        return both

    @contextmanager
    def mode(self) -> Iterator[None]:
        """Run what is inside as inference, or with gradients."""
        with torch.enable_grad() if self.training else torch.inference_mode():
            yield


@contextmanager
def precision(dtype: str) -> Iterator[None]:
    """Say explicitly whether products of float32 may be rounded to TF32; put it back afterwards."""
    wanted = dtype == "tf32"
    before = (torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32)
    torch.backends.cuda.matmul.allow_tf32 = wanted
    torch.backends.cudnn.allow_tf32 = wanted
    try:
        yield
    finally:
        torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = before


def _vocabulary(layer: Layer) -> int:
    rows: Any = getattr(layer, "vocabulary", 1)
    return int(rows)
