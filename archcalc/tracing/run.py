"""A module and the shapes of its inputs, to a graph."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules import module as hooks

from ..errors import UsageError
from ..graph import Graph
from .recorder import Recorder, flat


def trace(
    module: nn.Module,
    args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
    *,
    name: str = "",
    train: bool = False,
) -> Graph:
    """Return the graph of a module, run once on the meta device with a batch of one.

    ``args`` and ``kwargs`` are tensors of any device, or what else the forward takes; shapes are
    all that is used of them. The module is not changed: its weights are not read, and its mode is
    put back. Errors: :class:`UsageError` (E51) where the forward asks for values.
    """
    for path, one in module.named_modules():
        if isinstance(one, torch.jit.ScriptModule):
            raise UsageError(
                "E51",
                f"{path or name} was compiled by TorchScript: what it does cannot be seen",
                "give the module before torch.jit.script or torch.jit.trace",
            )
    recorder = Recorder(module)
    given, named = list(args), dict(kwargs or {})
    for i, value in enumerate(given):
        given[i] = _entered(recorder, value, "input" if len(given) == 1 else f"input{i + 1}")
    for key, value in named.items():
        named[key] = _entered(recorder, value, key)
    modes = {one: one.training for one in module.modules()}
    module.eval()
    if train:  # containers only: batch norm in training refuses a batch of one
        for one in modes:
            one.training = next(one.children(), None) is not None
    before = hooks.register_module_forward_pre_hook(_entering(recorder))
    after = hooks.register_module_forward_hook(_leaving(recorder), always_call=True)
    try:
        with warnings.catch_warnings(), torch.no_grad(), torch.device("meta"), recorder:
            warnings.simplefilter("ignore")  # about speed and memory of what is not computed
            out = module(*given, **named)
    except UsageError:
        raise
    except Exception as error:
        where = recorder.failed or "the module's forward"
        text = str(error).partition("\n")[0]
        raise UsageError(
            "E51",
            f"{where} refuses its input: {type(error).__name__}: {text[:200]}",
            "--input gives the shape that the module takes, without the batch, such as 3x224x224",
        ) from error
    finally:
        before.remove()
        after.remove()
        for one, mode in modes.items():
            one.training = mode
    tensors = [one for one in flat(_plain_outputs(out)) if isinstance(one, Tensor)]
    return recorder.graph(tensors, name)


def _entered(recorder: Recorder, value: Any, name: str) -> Any:
    """Put an input on the meta device and name it; structures are named by their parts."""
    if isinstance(value, Tensor):
        made = torch.empty_like(value, device="meta")
        recorder.enter(name, made)
        return made
    if isinstance(value, tuple | list):
        return type(value)(_entered(recorder, one, f"{name}.{i}") for i, one in enumerate(value))
    if isinstance(value, dict):
        return {key: _entered(recorder, one, f"{name}.{key}") for key, one in value.items()}
    return value


def _entering(recorder: Recorder) -> Any:
    def hook(module: nn.Module, args: Any) -> None:
        path = recorder.paths.get(id(module))
        recorder.stack.append(recorder.path() if path is None else path)

    return hook


def _leaving(recorder: Recorder) -> Any:
    def hook(module: nn.Module, args: Any, out: Any) -> None:
        import sys

        if sys.exc_info()[1] is not None and not recorder.failed:
            recorder.failed = recorder.path()
        if recorder.stack:
            recorder.stack.pop()

    return hook


def _plain_outputs(out: Any) -> Any:
    """Return an output object of a library as a plain structure."""
    if isinstance(out, Tensor | tuple | list | dict):
        return out
    values = getattr(out, "__dict__", {})
    return [value for value in values.values() if value is not None]
