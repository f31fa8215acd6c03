"""What autograd keeps for the backward pass, by hooks on everything that it saves.

Memory is counted once however many tensors share it; params and buffers do not count, for they are
there anyway. On the meta device operators are torch's own: kernels that fuse, such as those for
attention on a GPU, keep less.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..quantities import quantity
from .base import Check, NotCounted, Oracle, Refused
from .subject import BATCH, Subject

if TYPE_CHECKING:
    from torch import Tensor


def kept(subject: Subject) -> dict[str, int] | Refused:
    """Return the bytes per sample that each layer is the first to save, by name."""
    import torch

    module = subject.module
    found: dict[str, int] = dict.fromkeys(subject.parts, 0)
    known = {t.untyped_storage()._cdata for t in (*module.parameters(), *module.buffers())}
    seen: list[Any] = []  # so that no address is used twice
    current = ""

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        base = tensor if tensor._base is None else tensor._base
        shared = base.is_leaf and base.requires_grad  # a table that another layer owns
        if storage._cdata not in known and not shared:
            known.add(storage._cdata)
            seen.append(storage)
            found[current] += storage.nbytes()
        return tensor

    def enter(name: str) -> Any:
        def hook(_module: Any, _inputs: Any) -> None:
            nonlocal current
            current = name

        return hook

    handles = [part.register_forward_pre_hook(enter(name)) for name, part in subject.parts.items()]
    try:
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            ran = subject.run(train=True)
    finally:
        for handle in handles:
            handle.remove()
    if isinstance(ran, Refused):
        return ran
    return {name: n // BATCH for name, n in found.items()}


class SavedTensors(Oracle):
    """``torch.autograd.graph.saved_tensors_hooks`` while the net runs in training."""

    key, witness, rank = "saved_tensors", "saved tensors", 80

    def checks(self, subject: Subject) -> Iterable[Check]:
        """Show the bytes kept for the backward pass beside the activations, which differ."""
        settings = subject.analysis.settings
        found = kept(subject)
        theirs: Any = found
        if subject.without:
            theirs = NotCounted(subject.without)
        elif not isinstance(found, Refused):
            theirs = sum(found.values()) * settings.batch
        whole = quantity("activation_bytes").total(subject.analysis)
        known = whole if isinstance(whole, int) else getattr(whole, "at_least", 0)
        ours = NotCounted("no column has this definition")
        remark = f"the activations, another definition, have {known:,}"
        yield Check(
            "saved_bytes", "saved bytes", "", ours, theirs, "bytes", self.witness, "", remark
        )


ORACLE = SavedTensors()
