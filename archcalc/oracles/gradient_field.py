"""Receptive fields against gradients: which rows of a small input reach one row of an output.

Weights are positive and biases zero, so that nothing cancels. Maximum pooling becomes a mean: its
gradient would reach only the largest value and hide the others. Statistics of a whole map (group
normalization) are held constant, for a field is what is seen through windows. The input is a
little longer along one axis than the field, and as narrow along the others as the layers allow;
the strip's own fields have to be those of the net. All is done with double precision, so that no
product of many small weights becomes zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product as combinations
from math import lcm, prod
from typing import TYPE_CHECKING, Any

from ..analysis import Analysis, walk
from ..arithmetic.dims import Shape
from ..errors import ArchcalcError
from ..layers.base import Facts, channels, spatial
from ..quantities.field import AxisField
from ..quantities.receptive_field import Scattered, sizes, states
from .base import NOT_CHECKED, Check, NotCounted, Oracle
from .module import build
from .subject import Subject, takes_tokens

if TYPE_CHECKING:
    from torch import Tensor, nn

_LONGEST_PERIOD = 4096
_GROUP = 200_000  # multiply-adds that take as long as starting on one group of a convolution
_MOST_POSITIONS = 4  # of a pattern of different neighbours

Interval = tuple[int, int]


class GradientField(Oracle):
    """Automatic differentiation on a strip of numbers, on the CPU."""

    key, witness, rank = "gradient_field", "gradient", 60

    def checks(self, subject: Subject) -> Iterable[Check]:
        """Compare one layer of each different field; the whole net stands for the largest."""
        fields = different_fields(subject.analysis)
        reason = _without_gradient(subject, fields)
        strips = None if reason else strips_for(subject, fields)
        if strips is None:
            what = reason or f"gradients within {subject.limits.gradient_macs:,} MACs cannot tell"
            known = fields[-1][1] if fields else None
            yield self._check("", known and sizes(known), NotCounted(what))
            return
        measured = dict(_measured(strips))
        found = [
            self._check(name, *_compared(state, measured[name]))
            for name, state in fields
            if name in measured
        ]
        yield from found
        yield self._total(subject, fields, found)

    def _total(self, subject: Subject, fields: list[tuple[str, Any]], found: list[Check]) -> Check:
        last = next((one for one in reversed(found) if one.verdict != NOT_CHECKED), found[-1])
        known = {name: state for name, state in fields}
        unseen = sum(not _regular(state) for state in states(subject.analysis))
        remarks = []
        if len(found) < len(known):
            remarks.append(f"{len(found)} of {len(known)} different fields compared")
        if unseen:
            several = "s" if unseen > 1 else ""
            remarks.append(
                f"{unseen} layer{several} not compared: no one field, or everything seen"
            )
        means = f"at {last.layer}"
        return replace(last, layer="", means=means, remark="; ".join(remarks))

    def _check(self, layer: str, ours: Any, theirs: Any) -> Check:
        return Check("receptive_field", "field", layer, ours, theirs, "field", self.witness)


@dataclass(frozen=True)
class Strip:
    """A net with an input that is long along one axis, and the layers checked on it.

    ``own`` is the size that the net itself has there.
    """

    axis: int
    own: int
    analysis: Analysis
    layers: tuple[tuple[str, AxisField], ...]

    @property
    def macs(self) -> int:
        """Multiply-adds of all gradients, twice the forward pass each, and as many as groups cost.

        On a CPU, torch runs the groups of a convolution in double precision one after the other.
        """
        once = sum(
            facts.macs + _GROUP * _groups(facts)
            for facts in self.analysis.facts
            if isinstance(facts.macs, int)
        )
        return once * (1 + 2 * len(self.layers))


def _groups(facts: Facts) -> int:
    weight = facts.weights.get("weight", ())
    return channels(facts.inputs[0]) // weight[1] if len(weight) > 2 else 0


def different_fields(analysis: Analysis) -> list[tuple[str, tuple[AxisField, ...]]]:
    """Return the last layer with each different field, in order: what is before it is in it."""
    last: dict[Any, str] = {}
    for node, state in zip(analysis.nodes, states(analysis), strict=True):
        if _regular(state):
            last.pop(state, None)
            last[state] = node.name
    return [(name, state) for state, name in last.items()]


def strips_for(subject: Subject, fields: list[tuple[str, Any]]) -> list[Strip] | None:
    """Return a strip for each axis with as many of the layers as the limits allow."""
    limit = subject.limits.gradient_macs
    whole = len(fields)
    ends = sorted({whole - whole * i // 8 for i in range(8)} - {0}, reverse=True)
    for end in ends:
        strips = _strips(subject.analysis, fields[:end])
        if strips is None:
            continue
        for count in sorted({min(n, end) for n in (end, 16, 8, 4, 2, 1)}, reverse=True):
            wanted = {fields[end - 1 - i * end // count][0] for i in range(count)}
            fewer = [
                replace(one, layers=tuple(part for part in one.layers if part[0] in wanted))
                for one in strips
            ]
            for some in (fewer, _unlike(fewer)):
                if sum(one.macs for one in some) <= limit:
                    return some
    return None


def _unlike(strips: list[Strip]) -> list[Strip]:
    """Return the strips without those along an axis that is like an earlier one in every layer."""
    found: list[Strip] = []
    for strip in strips:
        if not any(strip.layers == other.layers and strip.own == other.own for other in found):
            found.append(strip)
    return found


def _strips(analysis: Analysis, fields: list[tuple[str, Any]]) -> list[Strip] | None:
    """Return the strips for all axes; None where no small input has the fields of the net."""
    ((name, shape),) = analysis.graph.inputs.items()
    found: list[Strip] = []
    for axis in range(len(spatial(shape))):
        mine = tuple((layer, state[axis]) for layer, state in fields)
        strip = _strip(analysis, name, shape, axis, mine)
        if strip is None:
            return None
        found.append(strip)
    return found


def _strip(
    analysis: Analysis,
    name: str,
    shape: Shape,
    axis: int,
    layers: tuple[tuple[str, AxisField], ...],
) -> Strip | None:
    own = spatial(shape)
    every = [state for state in states(analysis) if _regular(state)]
    periods = [lcm(*(int(state[i].shift) for state in every)) for i in range(len(own))]
    periods = [period if period <= _LONGEST_PERIOD else 1 for period in periods]
    needed = max(end + field.shift for _, field in layers for _, _, end in positions(field))
    length = needed + (own[axis] - needed) % periods[axis]
    graph = _ancestors(analysis, [layer for layer, _ in layers])
    widest = _widest_window(analysis)
    lengths = (length, length + periods[axis], own[axis])
    for long in dict.fromkeys(n for n in lengths if n >= needed):
        steps = 1
        while True:
            others = [
                min(n, (n - 1) % period + 1 + period * max(steps - 1, -(-widest // period)))
                for n, period in zip(own, periods, strict=True)
            ]
            others[axis] = long
            volume = len(shape) > 2
            small = (shape[0], *others) if volume else (*others, shape[-1])
            try:
                walked = walk(replace(graph, inputs={name: small}), analysis.settings)
            except ArchcalcError:
                walked = None
            if walked is not None and _same_fields(walked, layers, axis):
                return Strip(axis, own[axis], walked, layers)
            if all(
                one == n for i, (one, n) in enumerate(zip(others, own, strict=True)) if i != axis
            ):
                break
            steps *= 2
    return None


def _widest_window(analysis: Analysis) -> int:
    """Return the widest window; in less, one with gaps could look past all that there is."""
    windows = (facts.windows for facts in analysis.facts)
    spans = (w.span for some in windows if isinstance(some, tuple) for w in some if _spans(w))
    return max((span for span in spans if isinstance(span, int)), default=1)


def _spans(window: Any) -> bool:
    return hasattr(window, "span")


def positions(field: AxisField) -> Iterator[tuple[int, int, int]]:
    """Return positions and what they see, a jump away from the start of the input.

    Room is left at both sides, or a layer that sees more than it should would not be noticed.
    """
    pairs = list(zip(field.starts, field.ends, strict=True))[:_MOST_POSITIONS]
    for place, (start, end) in enumerate(pairs):
        if start is not None:
            turn = max(1 - int(start) // int(field.shift), 0)
            shift = turn * int(field.shift)
            yield turn * len(field.starts) + place, int(start) + shift, int(end) + shift


def _ancestors(analysis: Analysis, layers: list[str]) -> Any:
    """Return the graph of what these layers are computed from."""
    wanted = set(layers)
    for node in reversed(analysis.nodes):
        if node.name in wanted:
            wanted.update(node.inputs)
    nodes = tuple(node for node in analysis.nodes if node.name in wanted)
    return replace(analysis.graph, nodes=nodes, output=nodes[-1].name, spec=None, stated={})


def _same_fields(walked: Analysis, layers: tuple[tuple[str, AxisField], ...], axis: int) -> bool:
    found = states(walked)
    for layer, field in layers:
        state = found[walked.position(layer)]
        if not _regular(state) or state[axis] != field:
            return False
        size = spatial(walked[layer].output)[axis]
        if any(place >= size for place, _, _ in positions(field)):
            return False
    return True


def _measured(strips: list[Strip]) -> Iterator[tuple[str, list[list[tuple[Interval, Interval]]]]]:
    """Return per layer and axis what positions should see and what they see."""
    found: dict[str, list[list[tuple[Interval, Interval]]]] = {}
    for strip in strips:
        for name, pairs in reached(strip):
            found.setdefault(name, []).append(pairs)
    yield from found.items()


def reached(strip: Strip) -> Iterator[tuple[str, list[tuple[Interval, Interval]]]]:
    """Return for each layer of a strip what positions should see and what gradients reach."""
    import torch

    module: Any = positive(build_numbers(strip.analysis))
    outputs: dict[str, Tensor] = {}
    names = {makes: name for name, _, makes, _ in module.steps}
    for layer, _ in strip.layers:
        part = module.get_submodule(names[layer])
        part.register_forward_hook(
            lambda _module, _inputs, y, layer=layer: outputs.__setitem__(layer, y)
        )
    (shape,) = strip.analysis.graph.inputs.values()
    x = torch.rand(1, *shape, dtype=torch.double).add_(0.5).requires_grad_()
    with _without_routing():
        module(x)
    for layer, field in strip.layers:
        y = outputs[layer][0]
        along = strip.axis + 1 if y.dim() > 2 else 0
        pairs = []
        for place, start, end in positions(field):
            if place >= y.shape[along] or end > spatial(shape)[strip.axis]:
                continue
            row = y.select(along, place)
            row = (row * torch.rand_like(row)).sum()  # a softmax's values have a constant sum
            (gradient,) = torch.autograd.grad(row, x, retain_graph=True)
            pairs.append(((start, end), _extent(gradient[0], len(shape), strip.axis)))
        yield layer, pairs


def build_numbers(analysis: Analysis) -> nn.Module:
    """Return the net with numbers in memory: double precision, inference, statistics neutral."""
    import torch

    with torch.device("meta"):
        module = build(analysis.graph, train=analysis.settings.train)
    module = module.double().to_empty(device="cpu").eval()
    for name, buffer in module.named_buffers():
        buffer.fill_(1 if name.endswith("running_var") else 0)
    return module


def positive(module: nn.Module) -> nn.Module:
    """Make the weights positive, so that a net keeps the size of its values, and biases zero."""
    import torch

    with torch.no_grad():
        for name, weight in module.named_parameters():
            if "weight" not in name:
                weight.zero_()
            else:
                weight.uniform_(0.5, 1)
                if weight.dim() > 1:
                    weight.div_(max(prod(weight.shape[1:]), 1))
            weight.requires_grad_(False)
    return module


def _without_routing() -> Any:
    """Return a mode in which maximum pooling is a mean over the same window."""
    from torch.nn import functional
    from torch.overrides import TorchFunctionMode

    class Means(TorchFunctionMode):
        def __torch_function__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            name = getattr(func, "__name__", "")
            if name.startswith("adaptive_max_pool"):
                return getattr(functional, name.replace("max", "avg"))(*args[:2])
            if name == "group_norm":
                return scaled(*args, **(kwargs or {}))
            if name.startswith("max_pool") and name[-1] == "d":
                return window_means(name, *args, **(kwargs or {}))
            return func(*args, **(kwargs or {}))

    return Means()


def scaled(x: Tensor, groups: int, weight: Tensor | None = None, *_: Any, **__: Any) -> Tensor:
    """Return what group normalization does with its statistics held constant: a scale."""
    return x if weight is None else x * weight.reshape(-1, *(1,) * (x.dim() - 2))


def window_means(
    name: str,
    x: Tensor,
    kernel_size: tuple[int, ...],
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    **options: Any,
) -> Tensor:
    """Return means over the windows of ``torch.nn.functional``'s maximum pooling ``name``."""
    from torch.nn import functional

    pool = getattr(functional, name)
    shape = pool(x.detach().to("meta"), kernel_size, stride, padding, dilation, **options).shape
    steps = [
        given if isinstance(given, tuple) else (given,) * len(kernel_size)
        for given in (stride or kernel_size, padding, dilation)
    ]
    pads: list[int] = []
    for n, out, k, s, p, d in zip(x.shape[2:], shape[2:], kernel_size, *steps, strict=True):
        pads = [p, max((out - 1) * s + d * (k - 1) + 1 - n - p, 0), *pads]
    x = functional.pad(x.nan_to_num(neginf=0.0), pads)  # where torch cannot pad, -inf is around it
    taps = []
    for tap in combinations(*map(range, kernel_size)):
        axes = zip(tap, shape[2:], steps[0], steps[2], strict=True)
        place: Any = (..., *(slice(t * d, t * d + (out - 1) * s + 1, s) for t, out, s, d in axes))
        taps.append(x[place])
    return sum(taps[1:], taps[0]) / len(taps)


def _extent(gradient: Tensor, rank: int, axis: int) -> Interval:
    """Return the first row that a gradient reaches, and the row after the last."""
    along = axis + 1 if rank > 2 else 0
    others = [i for i in range(rank) if i != along]
    rows = gradient.abs().sum(others)
    if not bool(rows.isfinite().all()):
        return (-1, -1)
    places = rows.nonzero().flatten().tolist()
    return (places[0], places[-1] + 1) if places else (0, 0)


def _compared(state: Any, axes: list[list[tuple[Interval, Interval]]]) -> tuple[Any, Any]:
    """Return the field in two ways: sizes, or the stretches where sizes agree and places do not."""
    pairs = [pair for axis in axes for pair in axis]
    if not all(axes):
        return sizes(state), NotCounted("no position of this layer is far from the border")
    if any(seen == (-1, -1) for _, seen in pairs):
        return sizes(state), NotCounted("the gradient is not a number")
    if any(seen == (0, 0) for _, seen in pairs):
        return sizes(state), NotCounted("nothing reaches the layer on a narrow input")
    wrong = [(stated, seen) for stated, seen in pairs if stated != seen]
    if not wrong:
        return sizes(state), sizes(state)
    measured = tuple(max(end - start for _, (start, end) in axis) for axis in axes)
    measured += sizes(state)[len(measured) :]  # axes that are like one that was measured
    if measured != sizes(state):
        return sizes(state), measured
    (stated, seen), *_ = wrong
    return f"{stated[0]}..{stated[1]}", f"{seen[0]}..{seen[1]}"


def _without_gradient(subject: Subject, fields: list[Any]) -> str:
    """Return why no gradient can tell; empty where one can."""
    inputs = subject.analysis.graph.inputs
    if len(inputs) != 1:
        return f"the net has {len(inputs)} inputs"
    ((name, shape),) = inputs.items()
    readers = [node for node in subject.analysis.nodes if name in node.inputs]
    if any(takes_tokens(node.layer) for node in readers):
        return "the numbers of tokens have no gradient"
    if not spatial(shape):
        return "the input is a vector"
    if not fields:
        return "every layer sees everything, or no one field is known"
    return ""


def _regular(state: Any) -> bool:
    """Tell whether a field is known along every axis, in numbers, at its place."""
    if not isinstance(state, tuple) or isinstance(state, Scattered):
        return False
    return all(isinstance(axis.size, int) and isinstance(axis.shift, int) for axis in state)


ORACLE = GradientField()
