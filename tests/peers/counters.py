"""Other counters, each as a function from a torch module and an input to the numbers it prints.

Run inside the environment of ``environment.py``: ``python counters.py COUNTER SPEC...`` counts the
modules that archcalc builds, ``--torchvision NAME...`` those of torchvision where it is installed.
Prints one JSON line per net.
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


def fvcore(module: Any, x: Any) -> Counts:
    from fvcore.nn import FlopCountAnalysis

    found = FlopCountAnalysis(module, x)
    found.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    return {"fvcore": found.total()}


def torchinfo(module: Any, x: Any) -> Counts:
    from torchinfo import summary

    return {"torchinfo": summary(module, input_data=x, verbose=0).total_mult_adds}


def ptflops(module: Any, x: Any) -> Counts:
    from ptflops import get_model_complexity_info as info

    found = {}
    for key, backend in (("ptflops", "pytorch"), ("ptflops-aten", "aten")):
        macs, _ = info(
            module, tuple(x.shape[1:]), as_strings=False, print_per_layer_stat=False,
            backend=backend,
        )  # fmt: skip
        found[key] = macs
    return found


def old_ptflops(module: Any, x: Any) -> Counts:
    sys.path.insert(0, str(Path(sys.prefix) / "old"))
    from ptflops import get_model_complexity_info as info

    macs, _ = info(module, tuple(x.shape[1:]), as_strings=False, print_per_layer_stat=False)
    return {"ptflops-0.6": int(macs)}


def thop(module: Any, x: Any) -> Counts:
    from thop import profile

    macs, _ = profile(module, (x,), verbose=False)
    return {"thop": int(macs)}


def calflops(module: Any, x: Any) -> Counts:
    _stand_in("huggingface_hub", "huggingface_hub.utils", "accelerate", "accelerate.utils")
    _stand_in("transformers", "transformers.utils", "timm")
    from calflops import calculate_flops

    flops, macs, _ = calculate_flops(
        module, tuple(x.shape), print_results=False, output_as_string=False, print_detailed=False
    )
    return {"calflops": int(macs), "calflops-flops": int(flops)}


def deepspeed(module: Any, x: Any) -> Counts:
    import logging

    _stand_in("deepspeed", "deepspeed.accelerator", "deepspeed.moe", "deepspeed.moe.layer")
    _stand_in("deepspeed.utils", "deepspeed.utils.timer", "deepspeed.utils.torch")
    sys.modules["deepspeed.utils"].logger = logging.getLogger("deepspeed")  # type: ignore[attr-defined]
    sys.modules["deepspeed.utils.torch"].required_torch_version = lambda **_: True  # type: ignore[attr-defined]
    sys.modules["deepspeed.accelerator"].get_accelerator = _Accelerator  # type: ignore[attr-defined]
    import deepspeed_profiler

    flops, macs, _ = deepspeed_profiler.get_model_profile(
        module, tuple(x.shape), print_profile=False, as_string=False
    )
    return {"deepspeed": int(macs), "deepspeed-flops": int(flops)}


class _Accelerator:
    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


COUNTERS: dict[str, Callable[[Any, Any], Counts]] = {
    function.__name__: function
    for function in (fvcore, torchinfo, ptflops, old_ptflops, thop, calflops, deepspeed)
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


def main() -> None:
    warnings.simplefilter("ignore")
    counter, *names = sys.argv[1:]
    is_torchvision = names[:1] == ["--torchvision"]
    for name in names[is_torchvision:]:
        module, x = module_of(name, is_torchvision)
        with contextlib.redirect_stdout(io.StringIO()):
            found = COUNTERS[counter](module, x)
        print(json.dumps({"net": name, "counts": found}), flush=True)


if __name__ == "__main__":
    main()
