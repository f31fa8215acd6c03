"""MACs of the backward pass against FlopCounterMode, its count of grouped convolutions corrected.

For the weight gradient of a convolution FlopCounterMode multiplies the shapes of the whole input
and the whole output gradient, as if there were one group (torch 2.5 to 2.13, ``conv_backward_flop``
never reads ``_groups``). So it prints ``1 + groups`` times the forward pass for a backward pass
that is twice the forward pass: 5.000 with 4 groups, 33.000 for a depthwise convolution of 32
channels, 9.000 for a transposed one with 8 groups. Evidence: written as one convolution per group
the same arithmetic gets torch's own count of ``2.000``, and that is what :class:`Corrected` does:
it asks torch's formula about one group and multiplies by the groups. The test
``test_grouped_training_macs_are_those_of_separate_groups`` holds it against modules that really
are split. With one group torch's count stands as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..quantities import quantity
from .base import Check, NotCounted, Oracle, Refused
from .subject import Count, Subject, counted

if TYPE_CHECKING:
    from torch import Tensor, nn


class Backward(Oracle):
    """FlopCounterMode around ``backward()`` on the meta device, corrected for groups."""

    key, witness, rank = "backward", "FlopCounterMode/2", 40

    def checks(self, subject: Subject) -> Iterable[Check]:
        """Compare each layer's backward pass; then backward and training of the whole net."""
        run: Any = subject.training
        values = quantity("backward_macs").of(subject.analysis)
        for (node, facts), ours in zip(subject.layers, values, strict=True):
            theirs: Any = NotCounted(subject.reason(node.name) or _not_run(run))
            if not theirs.reason:
                learns = run.layers[node.name].learns
                theirs = subject.local(node, facts, learns, _backward)
            yield self._check("backward_macs", node.name, ours, theirs)
        forward, backward = (
            (Count(), Count()) if isinstance(run, Refused) else (run.forward, run.backward)
        )
        reason = subject.without
        groups = backward.excess and f"torch prints {backward.macs + backward.excess:,}"
        for key, count in (
            ("backward_macs", backward.macs),
            ("training_macs", forward.macs + backward.macs),
        ):
            theirs = NotCounted(reason) if reason else run if isinstance(run, Refused) else count
            ours = quantity(key).total(subject.analysis)
            said = f"{groups}: grouped convolutions" if groups and key == "backward_macs" else ""
            yield self._check(key, "", ours, theirs, said)

    def _check(self, key: str, layer: str, ours: Any, theirs: Any, remark: str = "") -> Check:
        means = "groups corrected" if remark else ""
        title = key.removesuffix("_macs")
        return Check(key, title, layer, ours, theirs, "count", self.witness, means, remark)


class Corrected:
    """A formula for the backward pass of convolutions that knows groups.

    ``mapping`` is FlopCounterMode's ``custom_mapping``; ``excess`` are the FLOPs that its own
    formula counts too many.
    """

    def __init__(self) -> None:
        import torch
        from torch.utils.flop_counter import flop_registry

        operator = torch.ops.aten.convolution_backward
        self.excess: int = 0
        self.formula: Callable[..., int] = flop_registry[operator]
        self.mapping: dict[Any, Any] = {operator: self.count}

    def count(
        self,
        gradient: Sequence[int],
        x: Sequence[int],
        weight: Sequence[int],
        *options: Any,
        out_shape: Any,
        **rest: Any,
    ) -> int:
        """Return the FLOPs of one backward pass of a convolution, from shapes."""
        *steps, groups, wanted = options
        whole: int = self.formula(gradient, x, weight, *options, out_val=out_shape, **rest)
        if groups == 1:
            return whole
        of_x, of_weight, *others = out_shape
        outs = (of_x and _part(of_x, 1, groups), of_weight and _part(of_weight, 0, groups), *others)
        one: int = self.formula(
            _part(gradient, 1, groups),
            _part(x, 1, groups),
            _part(weight, 0, groups),  # input channels of a transposed convolution, else filters
            *steps,
            1,
            wanted,
            out_val=outs,
            **rest,
        )
        separate: int = groups * one
        self.excess += whole - separate
        return separate


def _part(shape: Sequence[int], axis: int, groups: int) -> list[int]:
    sizes = list(shape)
    sizes[axis] //= groups
    return sizes


def _backward(part: nn.Module, inputs: Sequence[Tensor]) -> int | float:
    """Return the MACs of a layer's backward pass; ``inputs`` say which gradients are wanted."""
    import torch

    y = part.train()(*inputs)
    if not y.requires_grad:
        return 0
    with counted() as back:
        y.backward(torch.empty_like(y))
    part.zero_grad(set_to_none=True)
    return back.macs


def _not_run(run: Any) -> str:
    return f"the net does not run in torch ({run.reason})" if isinstance(run, Refused) else ""


ORACLE = Backward()
