"""What the oracles are asked about: a net, its torch module, and what torch does when it runs.

Everything here is on the meta device: shapes and operators without memory or arithmetic. There
FlopCounterMode also sees attention and recurrence, which it misses on a CPU in inference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from ..analysis import Analysis
from ..arithmetic.dims import Shape
from ..graph import Node
from ..layers.base import Facts, Layer
from .base import Refused
from .module import StandIns, build

if TYPE_CHECKING:
    from torch import Tensor, nn

BATCH = 2  # so that a count that forgets the batch, or counts it twice, is found


@dataclass(frozen=True)
class Limits:
    """How much the witnesses that compute with real numbers may cost.

    ``cpu_macs`` and ``cpu_layers`` bound a forward pass on the CPU, ``cpu_bytes`` its weights, and
    ``gradient_macs`` all gradients together.
    """

    cpu_macs: int = 20 * 10**9
    cpu_layers: int = 2_000
    cpu_bytes: int = 2 * 10**9
    gradient_macs: int = 12 * 10**9


@dataclass
class Count:
    """MACs per sample, known after the ``with`` block that counted them.

    ``excess`` is what torch's own count has too many (see ``backward``).
    """

    macs: int | float = 0
    excess: int | float = 0


@contextmanager
def counted() -> Iterator[Count]:
    """Count the multiply-adds of what runs inside: FlopCounterMode's, halved, per sample."""
    from torch.utils.flop_counter import FlopCounterMode

    from .backward import Corrected

    found, corrected = Count(), Corrected()
    with FlopCounterMode(display=False, custom_mapping=corrected.mapping) as counter:
        yield found
    found.macs = halved(counter.get_total_flops())
    found.excess = halved(corrected.excess)


def halved(flops: int, batch: int = BATCH) -> int | float:
    """Return MACs per sample: an integer wherever that is exact, as it has to be."""
    whole, rest = divmod(flops, 2 * batch)
    return whole if not rest else flops / 2 / batch


def takes_tokens(layer: Layer) -> bool:
    """Tell whether a layer's input are the numbers of tokens, which it looks up."""
    return layer.word == "embedding"


def sample(shape: Shape, *, tokens: bool = False, batch: int = BATCH) -> Tensor:
    """Return an input on the meta device."""
    import torch

    return torch.empty(batch, *shape, device="meta", dtype=torch.long if tokens else None)


@dataclass
class Made:
    """What one layer of the net did when the net ran: the memory read and made, in bytes."""

    reads: list[int]
    makes: int
    learns: tuple[bool, ...]
    shape: Shape


@dataclass
class Run:
    """A run of the whole net, layer by layer.

    ``values`` are those that each memory holds; ``saved`` are the bytes that each layer is the
    first to keep for the backward pass.
    """

    layers: dict[str, Made] = field(default_factory=dict)
    forward: Count = field(default_factory=Count)
    backward: Count = field(default_factory=Count)
    saved: dict[str, int] = field(default_factory=dict)
    values: dict[int, int] = field(default_factory=dict)
    inputs: list[int] = field(default_factory=list)
    output: int = 0
    kept: list[Any] = field(default_factory=list)  # so that no address is used twice

    def memory(self, tensor: Tensor) -> int:
        """Return what tells the memory behind a tensor from others; note its values."""
        self.kept.append(tensor)
        storage = tensor.untyped_storage()
        self.values.setdefault(storage._cdata, tensor.numel())
        return int(storage._cdata)


class Subject:
    """A net and the torch module that was built from its graph, on the meta device."""

    def __init__(self, analysis: Analysis, limits: Limits | None = None) -> None:
        self.analysis = analysis
        self.limits = limits or Limits()
        self.stand_ins = StandIns()
        self._local: dict[Any, Any] = {}

    @property
    def layers(self) -> Iterator[tuple[Node, Facts]]:
        """The layers with what they state."""
        return zip(self.analysis.nodes, self.analysis.facts, strict=True)

    @cached_property
    def module(self) -> nn.Module:
        """The net as one torch module, without memory."""
        return self.built("meta")

    def built(self, device: str) -> nn.Module:
        """Return the net as a torch module on a device; on ``meta`` nothing is allocated."""
        import torch

        graph, train = self.analysis.graph, self.analysis.settings.train
        with torch.device("meta"):
            module = build(graph, train=train, stand_ins=self.stand_ins)
        return module if device == "meta" else module.to_empty(device=device)

    @cached_property
    def parts(self) -> dict[str, nn.Module]:
        """The module of each layer, by the layer's name."""
        module: Any = self.module
        return {makes: module.get_submodule(name) for name, _, makes, _ in module.steps}

    def inputs(self, batch: int = BATCH) -> list[Tensor]:
        """Return inputs on the meta device: numbers of tokens where an embedding looks them up."""
        tokens = {
            name for node in self.analysis.nodes if takes_tokens(node.layer) for name in node.inputs
        }
        named = self.analysis.graph.inputs.items()
        return [sample(shape, tokens=name in tokens, batch=batch) for name, shape in named]

    def reason(self, layer: str) -> str:
        """Return why torch cannot run a layer: only its cost is stated; empty where it can."""
        return self.stand_ins.reasons.get(layer, "")

    @property
    def without(self) -> str:
        """The first reason why torch cannot run the whole net; empty where it can."""
        return next(iter(self.stand_ins.reasons.values()), "") if self.module else ""

    def local(self, node: Node, facts: Facts, learns: tuple[bool, ...], what: Any) -> Any:
        """Return ``what(part, inputs)`` for a layer by itself, on inputs of the shapes it states.

        Layers of one kind at one shape are run once. Where torch refuses: :class:`Refused`.
        """
        key = (id(facts), learns, what)
        if key not in self._local:
            tokens = takes_tokens(node.layer)
            inputs = [sample(shape, tokens=tokens) for shape in facts.inputs]
            for x, needs in zip(inputs, learns, strict=False):
                x.requires_grad_(needs and x.is_floating_point())
            try:
                self._local[key] = what(self.parts[node.name], inputs)
            except (RuntimeError, ValueError, IndexError) as error:
                self._local[key] = Refused(_first_line(error))
        return self._local[key]

    def forward(self, node: Node, facts: Facts) -> Any:
        """Return shape and MACs of a layer by itself; a pair for each of training and inference."""
        return self.local(node, facts, (), _forward)

    @cached_property
    def inference(self) -> Run | Refused:
        """What each layer reads and makes in inference, and the MACs of all."""
        return self._run(train=False)

    @cached_property
    def training(self) -> Run | Refused:
        """What each layer reads, makes and keeps in training, and the MACs of both passes.

        Everything that no layer reads has a gradient, so auxiliary heads are trained along; the
        net's input needs none.
        """
        return self._run(train=True)

    def _run(self, *, train: bool) -> Run | Refused:
        import torch

        from .saved_tensors import noted

        run = Run()
        read = {name for node in self.analysis.nodes for name in node.inputs}
        loose: list[Tensor] = []

        def hook(name: str) -> Any:
            def made(_module: Any, inputs: Any, output: Tensor) -> None:
                learns = tuple(bool(x.requires_grad) for x in inputs)
                memory = [run.memory(x) for x in inputs]
                shape = tuple(output.shape[1:])
                run.layers[name] = Made(memory, run.memory(output), learns, shape)
                if name not in read and output.requires_grad:
                    loose.append(output)

            return made

        handles = [part.register_forward_hook(hook(name)) for name, part in self.parts.items()]
        x = self.inputs()
        run.inputs = [run.memory(one) for one in x]
        try:
            with torch.set_grad_enabled(train), noted(self.module, self.parts, run.saved):
                with counted() as run.forward:
                    run.output = run.memory(self.module.train(train)(*x))
                if loose:
                    sums = [y.sum() for y in loose]
                    with counted() as run.backward:
                        sum(sums[1:], sums[0]).backward()  # type: ignore[no-untyped-call]
        except (RuntimeError, ValueError, IndexError) as error:
            return Refused(_first_line(error))
        finally:
            for handle in handles:
                handle.remove()
            self.module.zero_grad(set_to_none=True)
        return run


def _forward(part: nn.Module, inputs: Sequence[Tensor]) -> list[tuple[Shape, int | float]]:
    import torch

    found = []
    for training in (True, False):
        with counted() as torchs, torch.no_grad():
            y = part.train(training)(*inputs)
        found.append((tuple(y.shape[1:]), torchs.macs))
    return found


def _first_line(error: Exception) -> str:
    return f"torch: {str(error).strip().splitlines()[0][:160]}" if str(error) else repr(error)


@lru_cache(maxsize=1)
def torch_version() -> str:
    """Return the version of torch, as reports print it."""
    import torch

    return str(torch.__version__).partition("+")[0]
