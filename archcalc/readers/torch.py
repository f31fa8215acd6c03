"""The torch reader: somebody's module, run once on the meta device.

``torchvision:resnet50``, ``timm:vit_tiny_patch16_224``, ``torch:package.module:factory`` and
``file.py:factory``. Reading one imports and runs that code; a spec or a YAML file never does.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import MissingDependency, UsageError
from ..graph import Graph

if TYPE_CHECKING:
    from torch import nn

_SOURCE = re.compile(r"(torchvision|timm|torch):(.+)|((?:.*[/\\])?[^/\\:|]+\.py):(.+)", re.DOTALL)
_CALL = re.compile(r"([\w.]+)\s*(?:\((.*)\))?", re.DOTALL)
_INPUT = re.compile(r"(\d+(?:x\d+)*)(?::(int|float))?")
_LARGEST = 2**31 - 1
_USUAL = {"inception_v3": "3x299x299"}


def reads(source: str) -> bool:
    """Take a source that names Python code."""
    return len(source) < 4096 and _SOURCE.fullmatch(source) is not None and "|" not in source


def graph(source: str, *, input: str = "", train: bool = False) -> Graph:
    """Return the graph of a module by the name of the code that makes it.

    ``input`` is the shape of one sample in torch's order, ``3x224x224``; several inputs are
    separated by commas, token numbers are written ``128:int``. ``file.py:factory@3x224x224``
    carries its own. Errors: :class:`UsageError` for
    code that cannot be imported or run, :class:`MissingDependency` without torch.
    """
    _require("torch", "reading a torch module")
    source, _, own = source.partition("@")
    found = _SOURCE.fullmatch(source)
    assert found is not None
    kind, name, path, call = found.groups()
    if kind in ("torchvision", "timm"):
        module, usual = _library(kind, name)
    else:
        module, usual = _own(kind, name, path, call), ""
    shapes = _shapes(own or input or usual, source)
    called = source if path is None else f"{Path(path).name}:{call}"
    return traced(module, shapes, name=called, train=train)


def traced(
    module: nn.Module,
    inputs: Sequence[Any],
    keywords: Mapping[str, Any] | None = None,
    *,
    name: str = "",
    train: bool = False,
) -> Graph:
    """Return the graph of a module; inputs are shapes of one sample, tensors, or (shape, dtype)."""
    from ..tracing.run import trace

    values = [_tensor(one) for one in inputs]
    named = {key: _tensor(one) for key, one in (keywords or {}).items()}
    return trace(module, values, named, name=name or type(module).__name__, train=train)


def is_module(value: Any) -> bool:
    """Tell whether a value is a torch module, without loading torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module)


def _tensor(value: Any) -> Any:
    """Return a tensor of one sample for a shape; other values as they are."""
    import torch

    dtype = torch.float32
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], str):
        value, dtype = value[0], torch.int64 if value[1] == "int" else torch.float32
    if isinstance(value, tuple) and value and all(isinstance(n, int) for n in value):
        return torch.empty(1, *value, device="meta", dtype=dtype)
    return value


def _require(package: str, what: str) -> Any:
    try:
        return import_module(package)
    except ImportError as error:
        if (error.name or "").partition(".")[0] != package:
            raise
        raise MissingDependency(
            f"{what} needs {package}, which is not installed. Counts of specs do not need it",
            f"pip install {package}",
        ) from None


def _shapes(text: str, source: str) -> list[Any]:
    """Return shapes and kinds of the inputs written as ``3x224x224,10:int``."""
    if not text:
        raise UsageError(
            "E52",
            f"{source} needs the shape of its input",
            "--input 3x224x224 (channels first, without the batch), or 128:int for tokens",
        )
    found: list[Any] = []
    for part in text.split(","):
        match = _INPUT.fullmatch(part.strip())
        sizes = tuple(int(n) for n in match[1].split("x")) if match and len(part) < 60 else ()
        if not match or not all(0 < n <= _LARGEST for n in sizes):
            raise UsageError(
                "E52", f'"{part.strip()[:40]}" is no input shape', "--input 3x224x224, or 128:int"
            )
        found.append((sizes, match[2] or "float"))
    return found


def _library(kind: str, name: str) -> tuple[nn.Module, str]:
    """Return a model of a library by name, and the input that it is made for."""
    from difflib import get_close_matches

    library = _require(kind, f"{kind}:{name}")
    name, arguments = _parsed(name)
    if kind == "timm":
        known: Sequence[str] = library.list_models()
        if name not in known:
            raise _no_model(kind, name, get_close_matches(name, known, 3))
        module = library.create_model(name, pretrained=False, **arguments)
        size = getattr(module, "default_cfg", {}).get("input_size")
        return module, "x".join(map(str, size)) if size else ""
    models = import_module("torchvision.models")
    if name not in models.list_models():
        raise _no_model(kind, name, get_close_matches(name, models.list_models(), 3))
    quick = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    module = models.get_model(name, weights=None, **{**quick, **arguments})
    return module, _USUAL.get(name, "3x224x224")


def _no_model(kind: str, name: str, near: Sequence[str]) -> UsageError:
    help = f"did you mean {' or '.join(near)}?" if near else ""
    return UsageError("E34", f'{kind} has no model "{name[:60]}"', help)


def _own(kind: str | None, name: str | None, path: str | None, call: str | None) -> nn.Module:
    """Return the module that somebody's code makes."""
    from types import ModuleType

    if kind == "torch":
        assert name is not None
        package, _, call = name.rpartition(":")
        if not package:
            package, _, call = name.rpartition(".")
        try:
            home: ModuleType = import_module(package)
        except ImportError as error:
            raise UsageError(
                "E52", f"cannot import {package}: {error}", "torch:package.module:factory"
            ) from None
    else:
        assert path is not None
        home = _loaded(Path(path))
    factory, arguments = _parsed(call or "")
    made: Any = home
    for part in factory.split("."):
        made = getattr(made, part, None)
    if made is None:
        where = path or name
        public = [one for one in vars(home) if not one.startswith("_")]
        raise UsageError(
            "E52", f'{where} has no "{factory}"', f"names there: {', '.join(public[:12])}"
        )
    if not is_module(made) and callable(made):
        made = _called(made, factory, arguments)
    if not is_module(made):
        raise UsageError(
            "E52",
            f"{factory} is {type(made).__name__}, not a torch module",
            "name a module, a class without arguments, or a function that returns one",
        )
    module: nn.Module = made
    return module


def _called(factory: Any, name: str, arguments: dict[str, Any]) -> Any:
    try:
        return factory(**arguments)
    except Exception as error:
        raise UsageError(
            "E52",
            f"{name}() fails: {type(error).__name__}: {str(error)[:200]}",
            f"arguments are plain values: '{name}(width=2)'",
        ) from error


def _loaded(path: Path) -> Any:
    """Import a file under a name of its own."""
    from importlib.util import module_from_spec, spec_from_file_location

    if not path.is_file():
        raise UsageError("E33", f"cannot read {path}: no such file", "file.py:factory")
    spec = spec_from_file_location(f"_archcalc_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    sys.modules[spec.name] = made  # dataclasses and pickles look their module up
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(made)
    except Exception as error:
        raise UsageError(
            "E52", f"{path} fails on import: {type(error).__name__}: {str(error)[:200]}", ""
        ) from error
    finally:
        sys.path.remove(str(path.parent))
    return made


def _parsed(call: str) -> tuple[str, dict[str, Any]]:
    """Return name and keyword arguments of ``name`` or ``name(width=2)``; plain values only."""
    found = _CALL.fullmatch(call.strip())
    if not found:
        raise UsageError("E52", f'"{call[:60]}" is no name', "file.py:factory")
    if not found[2]:
        return found[1], {}
    try:
        tree = ast.parse(f"f({found[2]})", mode="eval").body
        assert isinstance(tree, ast.Call)
        assert not tree.args
        return found[1], {str(one.arg): ast.literal_eval(one.value) for one in tree.keywords}
    except (SyntaxError, ValueError, AssertionError):
        raise UsageError(
            "E52", f'"{found[2][:60]}" are no plain keyword arguments', f"{found[1]}(width=2)"
        ) from None
