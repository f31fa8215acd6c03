"""What autograd keeps for the backward pass, by hooks on everything that it saves.

Memory is counted once however many tensors share it; params and buffers do not count, for they are
there anyway. On the meta device operators are torch's own: kernels that fuse, such as those for
attention on a GPU, keep less, and other devices may keep a dropout's choice in fewer bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..quantities import quantity
from .base import Check, NotCounted, Oracle, Refused
from .subject import Subject

if TYPE_CHECKING:
    from torch import Tensor, nn


@contextmanager
def noted(
    module: nn.Module,
    parts: dict[str, nn.Module],
    found: dict[str, int],
    bytes_per_value: int | None = None,
) -> Iterator[None]:
    """Note the bytes that each layer is the first to save, by name, of what runs inside.

    ``bytes_per_value`` counts decimals as of another number format than they are.
    """
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
            saved = storage.nbytes()
            if bytes_per_value and tensor.is_floating_point():
                saved = saved // tensor.element_size() * bytes_per_value
            found[current] = found.get(current, 0) + saved
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
        """Compare what each layer is the first to keep of the batch; then the whole net."""
        column = quantity("saved_bytes")
        saved = self._saved(subject)
        for (node, _), ours in zip(subject.layers, column.of(subject.analysis), strict=True):
            theirs = saved.get(node.name, 0) if isinstance(saved, dict) else saved
            if isinstance(theirs, Refused):
                break
            yield self._check(node.name, ours, theirs)
        theirs = sum(saved.values()) if isinstance(saved, dict) else saved
        yield self._check("", column.total(subject.analysis), theirs)

    def _saved(self, subject: Subject) -> dict[str, int] | NotCounted | Refused:
        """Run the net in training on as large a batch as the analysis is about."""
        if subject.without:
            return NotCounted(subject.without)
        if isinstance(subject.training, Refused):
            return subject.training
        settings, found = subject.analysis.settings, dict[str, int]()
        module = subject.module.train()
        try:
            with noted(module, subject.parts, found, settings.bytes_per_value):
                module(*subject.inputs(batch=settings.batch))
        except ValueError as error:  # batch norm of one value per channel
            return NotCounted(f"torch cannot train on a batch of {settings.batch}: {error}")
        return found

    def _check(self, layer: str, ours: Any, theirs: Any) -> Check:
        return Check("saved_bytes", "saved bytes", layer, ours, theirs, "bytes", self.witness)


ORACLE = SavedTensors()
