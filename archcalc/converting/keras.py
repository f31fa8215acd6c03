"""Keras: the JSON of Sequential and Functional models, as to_json and .keras files hold it."""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from dataclasses import replace
from io import BytesIO
from typing import Any

from ..arithmetic.dims import Shape
from ..errors import Problem, SpecError
from ..graph import Graph
from .base import Draft, Given
from .keras_reader import MODELS, Reader, inner_layers, settings
from .keras_shapes import restored

PACKED, STORED = ".keras", (".h5", ".hdf5")
DESCRIPTION = "config.json"
LARGEST_DESCRIPTION = 2**23
_WRITE = 'open("net.json", "w").write(model.to_json()), and convert net.json'


def reads(given: Given) -> bool:
    """Take JSON objects with the class of a model, and files that end as Keras's do."""
    if given.path.endswith((PACKED, *STORED)):
        return True
    begins = given.text.lstrip()[:1] == "{"
    return begins and re.search(r'"class_name"\s*:\s*"', given.text) is not None


def net(given: Given) -> tuple[Graph, Draft]:
    """Return the net of the file; :class:`~archcalc.errors.SpecError` for what has no word."""
    given = _described(given)
    model = _unwrapped(_loaded(given))
    kind, config = model.get("class_name"), model.get("config")
    if kind not in MODELS or not isinstance(config, dict | list):
        listed = " or ".join(MODELS[:2])
        message = f"{given.path} holds no {listed} model of Keras"
        raise SpecError([Problem("E56", message, None, _WRITE)])
    layers = inner_layers(model)
    if layers is None:
        raise SpecError([Problem("E56", f"{given.path} holds a model without layers")])
    draft = Draft(given, "" if isinstance(config, list) else str(config.get("name", "")))
    reader = Reader(draft, model)
    start = draft.start(_input_shape(model, reader.first))
    if (settings(layers[0]) if layers else {}).get("dtype") in ("int32", "int64"):
        draft.refuse("the input is a sequence of numbers of words")
    return draft.graph(reader.ends(model, start)), draft


def _described(given: Given) -> Given:
    """Return the description that a .keras file packs, bounded in size."""
    if given.path.endswith(STORED):
        message = f"{given.path} is HDF5, which holds weights; the model's JSON is enough"
        raise SpecError([Problem("E56", message, None, _WRITE)])
    if not given.path.endswith(PACKED):
        return given
    try:
        with zipfile.ZipFile(BytesIO(given.data)) as packed, packed.open(DESCRIPTION) as file:
            found = file.read(LARGEST_DESCRIPTION + 1)
        text = found.decode("utf-8")
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError, EOFError) as error:
        raise _unreadable(given, str(error)) from None
    except (RuntimeError, NotImplementedError) as error:  # encrypted, or packed in another way
        raise _unreadable(given, str(error)) from None
    if len(found) > LARGEST_DESCRIPTION:
        message = f"{DESCRIPTION} in {given.path} is larger than {LARGEST_DESCRIPTION:,} bytes"
        raise SpecError([Problem("E44", message)])
    return replace(given, text=text)


def _unreadable(given: Given, why: str) -> SpecError:
    message = f"{given.path} has no {DESCRIPTION} that can be read: {why[:80]}"
    return SpecError([Problem("E56", message, None, _WRITE)])


def _loaded(given: Given) -> dict[str, Any]:
    try:
        if given.text.count("[") > 10**6:
            raise ValueError("too many lists")
        model = json.loads(given.text, object_hook=_listed)
    except (ValueError, RecursionError) as error:
        raise SpecError([Problem("E56", f"{given.path} is no JSON: {error}")]) from None
    return model if isinstance(model, dict) else {}


def _listed(value: dict[str, Any]) -> Any:
    """Return the items of what Keras 2 writes as an object in some files: tuples and shapes."""
    is_list = value.keys() == {"class_name", "items"} and isinstance(value["items"], list)
    return value["items"] if is_list else value


def _unwrapped(model: dict[str, Any]) -> dict[str, Any]:
    """Return the model inside what TensorFlow.js writes around it."""
    for key in ("modelTopology", "model_config"):
        inner = model.get(key)
        model = inner if isinstance(inner, dict) else model
    return model


def _input_shape(model: dict[str, Any], first: bool) -> Shape | None:
    """Return the input's shape, channels first, where the file says it."""
    sizes = _stated(model)
    if not isinstance(sizes, list) or len(sizes) < 2:
        return None
    inner = sizes[1:]
    if not all(type(size) is int and size > 0 for size in inner):
        return None
    return restored(tuple(inner), first and len(inner) > 1)


def _stated(model: dict[str, Any], depth: int = 0) -> Any:
    """Return the sizes that the first layer of a model states, or the model itself."""
    layers = inner_layers(model) or []
    inputs = [one for one in layers if one.get("class_name") == "InputLayer"]
    for layer in [*layers[:1], *inputs]:
        config = settings(layer)
        sizes = config.get("batch_input_shape") or config.get("batch_shape")
        if not sizes and layer.get("class_name") in MODELS and depth < 8:
            sizes = _stated(layer, depth + 1)
        if sizes:
            return sizes
    built = settings(model).get("build_input_shape")
    if built is None and isinstance(model.get("build_config"), dict):
        built = model["build_config"].get("input_shape")
    return built
