"""What autograd keeps for the backward pass, by hooks on everything that it saves.

Memory is counted once however many tensors share it; params and buffers do not count, for they are
there anyway. What a batch keeps once, such as its means, is shared out over its samples. On the
meta device operators are torch's own: kernels that fuse, such as those for attention on a GPU,
keep less, and other devices may keep a dropout's choice in fewer bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..quantities import quantity
from .base import Check, NotCounted, Oracle, Refused
from .subject import BATCH, Subject

if TYPE_CHECKING:
    from torch import Tensor, nn


@contextmanager
def noted(module: nn.Module, parts: dict[str, nn.Module], found: dict[str, int]) -> Iterator[None]:
    """Note the bytes that each layer is the first to save, by name, of what runs inside."""
    import torch

    known = {t.untyped_storage()._cdata for t in (*module.parameters(), *module.buffers())}
    seen: list[Any] = []  # so that no address is used twice
    current = ""

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        base = tensor if tensor._base is None else tensor._base
        shared = base.is_leaf and base.requires_grad  # a table that another layer owns
        if current and storage._cdata not in known and not shared:
            known.add(storage._cdata)
            seen.append(storage)
            found[current] = found.get(current, 0) + storage.nbytes()
        return tensor

    def enter(name: str) -> Any:
        def hook(_module: Any, _inputs: Any) -> None:
            nonlocal current
            current = name

        return hook

    handles = [part.register_forward_pre_hook(enter(name)) for name, part in parts.items()]
    handles.append(module.register_forward_hook(lambda *_: enter("")(None, None)))
    try:
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            yield
    finally:
        for handle in handles:
            handle.remove()


class SavedTensors(Oracle):
    """``torch.autograd.graph.saved_tensors_hooks`` while the net runs in training."""

    key, witness, rank = "saved_tensors", "saved tensors", 80

    def checks(self, subject: Subject) -> Iterable[Check]:
        """Show the bytes kept for the backward pass beside the activations, which differ."""
        settings = subject.analysis.settings
        run = subject.training
        theirs: Any = run
        if subject.without:
            theirs = NotCounted(subject.without)
        elif not isinstance(run, Refused):
            theirs = sum(run.saved.values()) // BATCH * settings.batch
        whole = quantity("activation_bytes").total(subject.analysis)
        known = whole if isinstance(whole, int) else getattr(whole, "at_least", 0)
        ours = NotCounted("no column has this definition")
        remark = f"the activations, another definition, have {known:,}"
        yield Check(
            "saved_bytes", "saved bytes", "", ours, theirs, "bytes", self.witness, "", remark
        )


ORACLE = SavedTensors()
