"""The recorder: every torch function that runs becomes a node, under its module's path."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from ..arithmetic.dims import Shape
from ..arithmetic.unknown import Unknown
from ..errors import LayerError, UsageError
from ..graph import Graph, Node
from ..layers.base import Facts, Layer, View, Weights
from .names import Axes, Ref, first_axes, lost, shape_of
from .tally import Tally
from .traced import Traced, stated


@dataclass
class Constant:
    """What a tensor that no input reaches was made of: learned values, and what that cost."""

    params: dict[int, Tensor] = field(default_factory=dict)
    macs: int = 0
    elementwise: int = 0
    unknown: tuple[str, ...] = ()


@dataclass
class Call:
    """One torch function that ran: its plain name, its arguments and what came out."""

    name: str
    func: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    out: Any = None

    def given(self, names: str, *defaults: Any) -> tuple[Any, ...]:
        """Return the arguments of these names in order, whether positional or by keyword.

        ``defaults`` belong to the last names.
        """
        words = names.split()
        filler = (None,) * (len(words) - len(defaults)) + defaults
        found = list(filler)
        for i, word in enumerate(words):
            if i < len(self.args):
                found[i] = self.args[i]
            elif word in self.kwargs:
                found[i] = self.kwargs[word]
        return tuple(found)


class Recorder(TorchFunctionMode):
    """Runs torch functions on the meta device and records what they do to the inputs."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module
        self.paths = {id(one): path for path, one in module.named_modules()}
        self.owners: dict[int, str] = {}
        for name, tensor in module.named_parameters(remove_duplicate=False):
            self.owners.setdefault(id(tensor), name)
        self.buffers = {id(tensor): name for name, tensor in module.named_buffers()}
        self.statistics: dict[int, str] = {}  # buffers by their twins
        self.known: dict[Any, Facts] = {}
        self.leaves = {path: not one._modules for path, one in module.named_modules()}
        self.twins: dict[int, Tensor] = {}
        self.stack: list[str] = []
        self.refs: dict[int, Ref] = {}
        self.constants: dict[int, Constant] = {}
        self.kept: list[Any] = []  # ids of tensors stay theirs as long as the tensors live
        self.spent: set[int] = set()  # parameters that some node already counts
        self.nodes: list[Node] = []
        self.stated: dict[Any, Facts] = {}
        self.inputs: dict[str, Shape] = {}
        self.taken: set[str] = set()
        self.running: tuple[Tensor, ...] = ()  # what the call being recorded was given
        self.failed = ""  # the path of the module whose forward raised

    # Inputs and parameters

    def enter(self, name: str, tensor: Tensor) -> None:
        """Name a tensor as an input of the net."""
        axes = first_axes(tuple(tensor.shape))
        shape = shape_of(tuple(tensor.shape), axes)
        self.inputs[name] = shape
        self.taken.add(name)
        self.refs[id(tensor)] = Ref(name, shape, axes)
        self.kept.append(tensor)

    def relabel(self, tensor: Tensor, axes: Axes) -> None:
        """Give an input, or a tensor of lost axes, the meaning that its use shows."""
        ref = self.refs[id(tensor)]
        shape = shape_of(tuple(tensor.shape), axes)
        if ref.node in self.inputs:
            self.inputs[ref.node] = shape
            self.refs[id(tensor)] = Ref(ref.node, shape, axes)
        else:
            self.refs[id(tensor)] = Ref(ref.node, ref.shape, axes)

    def twin(self, tensor: Tensor) -> Tensor:
        """Return a tensor on the meta device; that of a parameter or buffer is made once."""
        if tensor.device.type == "meta" and id(tensor) not in self.owners:
            return tensor
        made = self.twins.get(id(tensor))
        if made is None:
            with torch._C.DisableTorchFunction():
                made = torch.empty_like(tensor, device="meta").requires_grad_(False)
            self.twins[id(tensor)] = made
            self.kept += (tensor, made)
            if id(tensor) in self.owners:
                self.constants[id(made)] = Constant({id(tensor): tensor})
            elif id(tensor) in self.buffers:
                self.statistics[id(made)] = self.buffers[id(tensor)]
        return made

    # Running

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = getattr(func, "__name__", str(func))
        if name == "__get__":
            return func(*args, **(kwargs or {}))
        args, kwargs = self.moved(args), self.moved(kwargs or {})
        from .operations import OPERATIONS

        plain = _plain(name)
        tensors = list(tensors_of((args, kwargs)))
        reached = [one for one in tensors if id(one) in self.refs]
        if not reached:
            return self.constant(func, args, kwargs, tensors)
        call = Call(plain, func, args, kwargs)
        before = {id(one): self.refs[id(one)] for one in reached}
        self.running = tuple(tensors)
        handler = OPERATIONS.get(plain)
        if handler is not None:
            call.out = self.run(func, args, kwargs) if not _keeps(call) else like(tensors[0])
            if handler(self, call):
                return call.out
            self.refs.update(before)
        tally = Tally()
        with tally:
            call.out = self.run(func, args, kwargs)
        if any(isinstance(one, Tensor) for one in flat(call.out)):
            self.other(call, reached, tensors, tally)
        return call.out

    def moved(self, value: Any) -> Any:
        """Return arguments with every tensor on the meta device."""
        if isinstance(value, Tensor):
            return self.twin(value)
        if isinstance(value, tuple | list):
            made = [self.moved(one) for one in value]
            return type(value)(*made) if hasattr(value, "_fields") else type(value)(made)
        if isinstance(value, dict):
            return {key: self.moved(one) for key, one in value.items()}
        return value

    def run(self, func: Any, args: Any, kwargs: Any) -> Any:
        """Run a function; say which layer asks for what only numbers could answer."""
        try:
            if kwargs.get("device") is not None:
                kwargs = {**kwargs, "device": torch.device("meta")}
            return func(*args, **kwargs)
        except (RuntimeError, NotImplementedError) as error:
            text = str(error).partition("\n")[0]
            if "meta" not in text:
                raise
            where = self.path() or "the module's forward"
            raise UsageError(
                "E51",
                f"{where} asks for the values of a tensor ({getattr(func, '__name__', func)}): "
                f"{text[:120]}",
                "only shapes are known here; pass what it needs as a plain number",
            ) from None

    def constant(self, func: Any, args: Any, kwargs: Any, tensors: list[Tensor]) -> Any:
        """Run a function that no input reaches; remember which parameters went into it."""
        known = (self.constants.get(id(one)) for one in tensors)
        sources = list({id(one): one for one in known if one is not None}.values())
        if not sources and _plain(getattr(func, "__name__", "")) not in _PRODUCTS:
            return self.run(func, args, kwargs)
        tally = Tally()
        with tally:
            out = self.run(func, args, kwargs)
        joined = Constant()
        for one in sources:
            joined.params.update(one.params)
        joined.macs = sum(one.macs for one in sources) + tally.macs
        joined.elementwise = sum(one.elementwise for one in sources) + tally.elementwise
        joined.elementwise += tally.bias_adds
        joined.unknown = (*(u for one in sources for u in one.unknown), *tally.unknown)
        for source in sources:  # counted once, by whoever comes first
            source.macs = source.elementwise = 0
        for one in flat(out):
            if isinstance(one, Tensor):
                self.kept.append(one)
                self.constants[id(one)] = joined
        return out

    # Nodes

    def path(self) -> str:
        return self.stack[-1] if self.stack else ""

    def name(self, word: str, *, leaf: bool) -> str:
        """Return a free name: the module's path, or the path and the operation's word."""
        path = self.path()
        stem = path if leaf and path else f"{path}.{word}" if path else word
        unique, number = stem, 1
        while unique in self.taken:
            number += 1
            unique = f"{stem}_{number}"
        self.taken.add(unique)
        return unique

    def is_leaf(self) -> bool:
        """Whether the module that runs has no modules inside."""
        return self.leaves[self.path()]

    def learned(self, tensors: Sequence[Any]) -> tuple[Weights, int, Constant]:
        """Return the weights that this use is the first of, those used before, and their cost."""
        weights: Weights = {}
        shared = 0
        cost = Constant()
        given = {id(one): one for one in (*tensors, *self.running)}
        self.running = ()  # what a call was given is counted by its first node
        prefix = f"{self.path()}." if self.path() else ""
        for one in given.values():
            source = self.constants.get(id(one)) if isinstance(one, Tensor) else None
            if source is None:
                continue
            cost.macs += source.macs
            cost.elementwise += source.elementwise
            cost.unknown += source.unknown
            source.macs = source.elementwise = 0
            source.unknown = ()
            for key, param in source.params.items():
                if key in self.spent:
                    shared += param.numel()
                    continue
                self.spent.add(key)
                weights[self.owners[key].removeprefix(prefix)] = tuple(param.shape)
        return weights, shared, cost

    def stored(self, tensors: Sequence[Any]) -> Weights:
        """Return the buffers among tensors, by name."""
        found: Weights = {}
        prefix = f"{self.path()}." if self.path() else ""
        for one in tensors:
            name = self.statistics.get(id(one))
            if name is not None:
                found[name.removeprefix(prefix)] = tuple(one.shape)
        return found

    def emit(
        self,
        layer: Layer,
        sources: Sequence[Tensor],
        out: Tensor,
        axes: Axes,
        *,
        shapes: tuple[Shape, ...] = (),
        learned: Sequence[Any] = (),
        buffers: Weights | None = None,
        leaf: bool = True,
    ) -> bool:
        """Append a node of a layer of the notation; False where it would not give this output.

        ``shapes`` are the inputs as the layer takes them, where the nodes before have others.
        """
        refs = [self.refs[id(one)] for one in sources]
        inputs = tuple(ref.shape for ref in refs)
        facts = self.facts(layer, shapes or inputs)
        if facts is None:
            return False
        if facts.output != shape_of(tuple(out.shape), axes):
            return False
        weights, shared, cost = self.learned(learned)
        layer = copy(layer)  # facts are kept by the layer's identity
        made = replace(
            facts,
            inputs=inputs,
            weights=weights,
            shared_params=shared,
            buffers=facts.buffers if buffers is None else buffers,
            macs=facts.macs + cost.macs,
            elementwise=facts.elementwise + cost.elementwise,
        )
        self.append(self.name(layer.word, leaf=leaf and self.is_leaf()), layer, refs, made)
        self.place(out, self.nodes[-1].name, facts.output, axes)
        return True

    def facts(self, layer: Layer, shapes: tuple[Shape, ...]) -> Facts | None:
        """Return what a layer states, asked once for equal ones; None where it refuses."""
        key = (layer, shapes)
        if key not in self.known:
            try:
                self.known[key] = layer.facts(*shapes)
            except (LayerError, ArithmeticError):
                return None
        return self.known[key]

    def append(self, name: str, layer: Layer, refs: Sequence[Ref], facts: Facts) -> None:
        inputs = tuple(ref.node for ref in refs)
        self.nodes.append(Node(name, layer, inputs))
        self.stated[(id(layer), facts.inputs)] = facts

    def place(self, tensor: Tensor, node: str, shape: Shape, axes: Axes) -> None:
        self.kept.append(tensor)
        self.refs[id(tensor)] = Ref(node, shape, axes)

    def alias(self, source: Tensor, out: Tensor, axes: Axes) -> bool:
        """Let a tensor be the same node seen with other axes: no memory moves, no node."""
        ref = self.refs[id(source)]
        self.place(out, ref.node, ref.shape, axes)
        return True

    def other(self, call: Call, reached: list[Tensor], tensors: list[Tensor], tally: Tally) -> None:
        """Record an operation that the notation has no word for, by what it came down to."""
        outputs = [one for one in flat(call.out) if isinstance(one, Tensor)]
        sources = list(dict.fromkeys(self.refs[id(one)] for one in reached))
        first = outputs[0]
        axes, windows = self.meaning(call, reached, first, tally)
        is_view = not tally.macs and not tally.elementwise and _shares(first, reached)
        weights, shared, cost = self.learned(tensors)
        unknown = (*tally.unknown, *cost.unknown)
        reason = f"{unknown[0]} in {self.path() or 'forward'} is not counted" if unknown else ""
        macs: Any = Unknown(reason) if unknown else tally.macs + cost.macs
        other: Any = Unknown(reason) if unknown else tally.elementwise + cost.elementwise
        facts = stated(
            tuple(ref.shape for ref in sources),
            shape_of(tuple(first.shape), axes),
            weights=weights,
            shared_params=shared,
            buffers=self.stored(tensors),
            macs=macs,
            input_macs=tally.macs if weights or shared else 0,
            bias_adds=tally.bias_adds,
            elementwise=other,
            windows=windows,
            is_view=is_view,
        )
        name = self.name(call.name, leaf=False)
        self.append(name, Traced(call.name, facts), sources, facts)
        self.place(first, name, facts.output, axes)
        for number, one in enumerate(outputs[1:], 2):
            self.part(one, name, f"{call.name}_{number}", facts.output)

    def part(self, tensor: Tensor, node: str, word: str, shape: Shape) -> None:
        """Record a further output of an operation as a view of its first."""
        axes = lost(tensor.dim())
        facts = stated((shape,), shape_of(tuple(tensor.shape), axes), is_view=True)
        name = self.name(word, leaf=False)
        self.append(name, Traced(word, facts), [Ref(node, shape, axes)], facts)
        self.place(tensor, name, facts.output, axes)

    def meaning(
        self, call: Call, reached: list[Tensor], out: Tensor, tally: Tally
    ) -> tuple[Axes, Any]:
        """Return the axes of an output and what it sees of its inputs."""
        alike = [one for one in reached if one.shape == out.shape]
        if alike and not tally.macs and call.name not in _REARRANGING:
            return self.refs[id(alike[0])].axes, View.POINTWISE
        if tally.macs and out.dim() == 4 and out.shape[0] == 1:  # heads of one attention
            return lost(4), View.WHOLE
        if tally.macs or tally.elementwise or tally.unknown:
            return lost(out.dim()), View.UNKNOWN
        return lost(out.dim()), View.SCATTERED

    # The end

    def graph(self, outputs: Sequence[Tensor], name: str) -> Graph:
        """Return what was recorded; parameters that nothing used stand in a node of their own."""
        reached = [self.refs[id(one)] for one in outputs if id(one) in self.refs]
        if not reached:
            raise UsageError(
                "E51",
                f"{name}: no output comes from the input",
                "the forward has to return tensors made from its inputs",
            )
        self.prune({ref.node for ref in reached})
        self.leftover(reached[0])
        return Graph(
            inputs=self.inputs,
            nodes=tuple(self.nodes),
            output=reached[0].node,
            name=name,
            stated=self.stated,
        )

    def prune(self, ends: set[str]) -> None:
        """Drop views that nobody reads, such as the last state of a recurrence."""
        read = ends.union(*(node.inputs for node in self.nodes))
        kept = []
        for node in reversed(self.nodes):
            is_view = isinstance(node.layer, Traced) and node.layer.stated.is_view
            if is_view and node.name not in read:
                continue
            kept.append(node)
        if len(kept) < len(self.nodes):
            self.nodes = kept[::-1]
            self.prune(ends)

    def leftover(self, end: Ref) -> None:
        """Append the parameters that the forward did not touch, such as auxiliary heads."""
        weights = {
            name: tuple(tensor.shape)
            for name, tensor in self.module.named_parameters()
            if id(tensor) not in self.spent
        }
        if weights:
            unknown = Unknown("what was not run in evaluation is not counted")
            facts = stated((end.shape,), end.shape, weights=weights, windows=View.POINTWISE)
            facts = replace(facts, is_view=True, macs=unknown, elementwise=unknown)
            layer = Traced("unused", facts)
            self.taken.add("unused")
            self.nodes.append(Node("unused", layer, (end.node,), training_only=True))
            self.stated[(id(layer), facts.inputs)] = facts


def _keeps(call: Call) -> bool:
    """Tell whether a function is known to give a new tensor like its first argument.

    Torch takes norms apart on the meta device, which costs more than all the rest; they are only
    run where their weights do not fit, for torch's own message.
    """
    if call.name == "batch_norm":
        x, *others = call.given("input running_mean running_var weight bias")
        return x.dim() > 1 and all(t is None or t.numel() == x.shape[1] for t in others)
    if call.name == "layer_norm":
        x, sizes, *others = call.given("input normalized_shape weight bias")
        fits = tuple(x.shape[-len(sizes) :]) == tuple(sizes)
        return fits and all(t is None or tuple(t.shape) == tuple(sizes) for t in others)
    return call.name == "gelu"


def like(tensor: Tensor) -> Tensor:
    """Return a new tensor of the same shape."""
    with torch._C.DisableTorchFunction():
        return torch.empty_like(tensor)


_PRODUCTS = frozenset(("matmul", "mm", "bmm", "einsum", "linear", "conv1d", "conv2d", "tensordot"))
_REARRANGING = frozenset(("roll", "flip", "sort", "cumsum", "transpose", "permute", "rot90"))


def _plain(name: str) -> str:
    """Return a function's name without underscores and in-place or reflected marks."""
    bare = name.strip("_")
    if name.startswith("__") and bare[:1] in "ir" and bare[1:] in _OPERATORS:
        return bare[1:]
    return bare


_OPERATORS = {"add", "sub", "mul", "truediv", "matmul", "pow", "floordiv", "mod", "and", "or"}


def flat(value: Any) -> list[Any]:
    """Return what a structure of tuples, lists and dictionaries holds, in order."""
    if isinstance(value, tuple | list):
        return [one for part in value for one in flat(part)]
    if isinstance(value, dict):
        return [one for part in value.values() for one in flat(part)]
    return [value]


def tensors_of(value: Any) -> list[Tensor]:
    """Return the tensors that a structure holds."""
    return [one for one in flat(value) if isinstance(one, Tensor)]


def _shares(out: Tensor, sources: list[Tensor]) -> bool:
    """Tell whether an output is the memory of an input seen otherwise."""
    with torch._C.DisableTorchFunction():
        base = out._base if out._base is not None else out
        return any(
            one is base or (one._base is not None and one._base is base) or one is out
            for one in sources
        )
