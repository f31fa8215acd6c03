"""Other counters, each as a function from a torch module and its inputs to the numbers it prints.

Run inside the environment of ``environment.py``: ``python counters.py COUNTER SPEC...`` counts the
modules that archcalc builds, ``--torchvision NAME...`` those of torchvision where it is installed,
``--probes NAME...`` the probes of tests/torch/probe_modules.py. Prints one JSON line per net; a
probe that a counter cannot do is its error, and the last: some counters leave torch patched.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import types
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

Counts = dict[str, int]
Inputs = tuple[Any, ...]


class _StandIn(types.ModuleType):
    """A module that has every name: for imports that counting does not need."""

    __path__: ClassVar[list[str]] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (Exception,), {"__call__": lambda self, *a, **k: None})


def _stand_in(*names: str) -> None:
    for name in names:
        sys.modules.setdefault(name, _StandIn(name))


def fvcore(module: Any, inputs: Inputs) -> Counts:
    from fvcore.nn import FlopCountAnalysis

    found = FlopCountAnalysis(module, inputs)
    found.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    return {"fvcore": int(found.total())}


def torchinfo(module: Any, inputs: Inputs) -> Counts:
    from torchinfo import summary

    return {"torchinfo": summary(module, input_data=list(inputs), verbose=0).total_mult_adds}


def ptflops(module: Any, inputs: Inputs) -> Counts:
    from ptflops import get_model_complexity_info as info

    given: Any = inputs[0]
    if len(inputs) > 1:
        module, given = _named(module), {f"input{i}": x for i, x in enumerate(inputs)}
    found = {}
    for key, backend in (("ptflops", "pytorch"), ("ptflops-aten", "aten")):
        macs, _ = info(
            module, (1,), as_strings=False, print_per_layer_stat=False, backend=backend,
            input_constructor=lambda _: given,
        )  # fmt: skip
        if macs is None:
            raise RuntimeError("gives no number")
        found[key] = macs
    found["ptflops"] *= len(inputs[0])  # it prints the mean over the batch
    return found


def _named(module: Any) -> Any:
    """Return a module that takes by name what another takes by place."""
    import torch

    class Named(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module = module

        def forward(self, **inputs: Any) -> Any:
            return self.module(*inputs.values())

    return Named()


def old_ptflops(module: Any, inputs: Inputs) -> Counts:
    (x,) = inputs
    sys.path.insert(0, str(Path(sys.prefix) / "old"))
    from ptflops import get_model_complexity_info as info

    macs, _ = info(module, tuple(x.shape[1:]), as_strings=False, print_per_layer_stat=False)
    return {"ptflops-0.6": int(macs)}


def thop(module: Any, inputs: Inputs) -> Counts:
    from thop import profile

    macs, _ = profile(module, inputs, verbose=False)
    return {"thop": int(macs)}


def calflops(module: Any, inputs: Inputs) -> Counts:
    _stand_in("huggingface_hub", "huggingface_hub.utils", "accelerate", "accelerate.utils")
    _stand_in("transformers", "transformers.utils", "timm")
    from calflops import calculate_flops

    try:
        flops, macs, _ = calculate_flops(
            module,
            args=list(inputs),
            print_results=False,
            output_as_string=False,
            print_detailed=False,
        )
    except StopIteration:
        raise StopIteration("the module has no parameters") from None
    return {"calflops": int(macs), "calflops-flops": int(flops)}


def deepspeed(module: Any, inputs: Inputs) -> Counts:
    import logging

    _stand_in("deepspeed", "deepspeed.accelerator", "deepspeed.moe", "deepspeed.moe.layer")
    _stand_in("deepspeed.utils", "deepspeed.utils.timer", "deepspeed.utils.torch")
    sys.modules["deepspeed.utils"].logger = logging.getLogger("deepspeed")  # type: ignore[attr-defined]
    sys.modules["deepspeed.utils.torch"].required_torch_version = lambda **_: True  # type: ignore[attr-defined]
    sys.modules["deepspeed.accelerator"].get_accelerator = _Accelerator  # type: ignore[attr-defined]
    import deepspeed_profiler

    flops, macs, _ = deepspeed_profiler.get_model_profile(
        module, args=list(inputs), print_profile=False, as_string=False
    )
    return {"deepspeed": int(macs), "deepspeed-flops": int(flops)}


class _Accelerator:
    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


def archcalc(module: Any, inputs: Inputs) -> Counts:
    from archcalc import analyze

    return {"archcalc": int(analyze(module, input_shape=list(inputs)).total("macs"))}


def flop_counter(module: Any, inputs: Inputs) -> Counts:
    """Count on both devices; it prints operations, of which a multiply-add is two."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    found = {}
    for device in ("cpu", "meta"):
        module, moved = module.to(device), [x.to(device) for x in inputs]
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            module(*moved)
        found[f"torch-{device}"] = counter.get_total_flops() // 2
    return found


# Those that have a convention of archcalc, and those that meet the probes
COUNTERS: dict[str, Callable[[Any, Inputs], Counts]] = {
    function.__name__: function
    for function in (fvcore, torchinfo, ptflops, old_ptflops, thop, calflops, deepspeed)
}
PROBED: dict[str, Callable[[Any, Inputs], Counts]] = {
    function.__name__: function
    for function in (archcalc, flop_counter, fvcore, deepspeed, calflops, ptflops, thop, torchinfo)
}


def module_of(name: str, is_torchvision: bool) -> tuple[Any, Any]:
    """Return a torch module and an input for it."""
    import torch

    if is_torchvision:
        import torchvision

        options = {"init_weights": False, "aux_logits": False} if name == "googlenet" else {}
        size = 299 if name == "inception_v3" else 224
        return torchvision.models.get_model(name, **options).eval(), torch.zeros(1, 3, size, size)
    from archcalc.oracles.module import build
    from archcalc.readers import read

    graph = read(name)
    (shape, *_) = graph.inputs.values()
    module: Any = build(graph).eval()
    for known, child in module._modules.items():
        if type(child) is not torch.nn.Linear and isinstance(child, torch.nn.Linear):
            # counters go by the very type of a module, and this one flattens by itself
            linear = torch.nn.Linear(child.in_features, child.out_features, child.bias is not None)
            module._modules[known] = torch.nn.Sequential(torch.nn.Flatten(), linear)
    # fvcore finds no module with a slash in its name, such as googlenet's conv2/reduce
    plain = {known: known.replace("/", "_") for known in module._modules}
    module._modules = {plain[known]: child for known, child in module._modules.items()}
    module.steps = [(plain[known], *step) for known, *step in module.steps]
    return module, torch.zeros(1, *shape)


def probe(name: str) -> tuple[Any, Inputs]:
    """Return a probe as a torch module and its inputs, one sample where it gives a shape."""
    import torch

    sys.path.insert(0, str(Path(__file__).parents[1] / "torch"))
    from probe_modules import PROBES

    make, inputs, _ = PROBES[name]
    sizes = [x.shape if isinstance(x, torch.Tensor) else (1, *x) for x in inputs]
    return make().eval(), tuple(torch.zeros(*size) for size in sizes)


def main() -> None:
    warnings.simplefilter("ignore")
    counter, *names = sys.argv[1:]
    kind = names.pop(0) if names[0] in ("--torchvision", "--probes") else ""
    for name in names:
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                if kind == "--probes":
                    found = PROBED[counter](*probe(name))
                else:
                    module, x = module_of(name, bool(kind))
                    found = COUNTERS[counter](module, (x,))
        except Exception as error:
            if kind != "--probes":
                raise
            print(json.dumps({"net": name, "error": f"{type(error).__name__}: {error}"}))
            break
        print(json.dumps({"net": name, "counts": found}), flush=True)


if __name__ == "__main__":
    main()
