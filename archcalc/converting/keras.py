"""Keras: the JSON of Sequential and Functional models, as to_json writes it."""

from __future__ import annotations

import json
import re
from typing import Any

from ..arithmetic.dims import Shape
from ..errors import Problem, Span, SpecError
from ..graph import Graph
from .base import Draft, Given, NoWord
from .keras_layers import MERGES, SKIPPED, stages

MODELS = ("Sequential", "Functional", "Model")
DEEPEST = 40


def reads(given: Given) -> bool:
    """Take JSON objects with the class of a model."""
    begins = given.text.lstrip()[:1] == "{"
    return begins and re.search(r'"class_name"\s*:\s*"', given.text) is not None


def net(given: Given) -> tuple[Graph, Draft]:
    """Return the net of the file; :class:`~archcalc.errors.SpecError` for what has no word."""
    model = _loaded(given)
    kind, config = model.get("class_name"), model.get("config")
    if kind not in MODELS or not isinstance(config, dict | list):
        listed = " or ".join(MODELS[:2])
        raise SpecError([Problem("E56", f"{given.path} holds no {listed} model of Keras")])
    layers = config if isinstance(config, list) else config.get("layers")
    if not isinstance(layers, list) or not all(isinstance(one, dict) for one in layers):
        raise SpecError([Problem("E56", f"{given.path} holds a model without layers")])
    name = "" if isinstance(config, list) else str(config.get("name", ""))
    reader = _Reader(Draft(given, name), layers)
    if kind == "Sequential":
        reader.sequential(layers)
        ends = [reader.last]
    else:
        reader.functional(layers)
        assert isinstance(config, dict)
        ends = [reader.tensors.get(one, "") for one in _names(config.get("output_layers", []))]
    return reader.draft.graph(ends), reader.draft


def _loaded(given: Given) -> dict[str, Any]:
    try:
        if given.text.count("[") > 10**5:
            raise ValueError("too many lists")
        model = json.loads(given.text)
    except (ValueError, RecursionError) as error:
        raise SpecError([Problem("E56", f"{given.path} is no JSON: {error}")]) from None
    return model if isinstance(model, dict) else {}


class _Reader:
    def __init__(self, draft: Draft, layers: list[dict[str, Any]]) -> None:
        self.draft = draft
        self.tensors: dict[str, str] = {}
        self.last = draft.start(_input_shape(layers))
        first = self._config(layers[0]) if layers else {}
        if first.get("dtype") == "int32":
            draft.refuse("the input is a sequence of numbers of words")

    @staticmethod
    def _config(layer: dict[str, Any]) -> dict[str, Any]:
        config = layer.get("config")
        return config if isinstance(config, dict) else {}

    def sequential(self, layers: list[dict[str, Any]]) -> None:
        """Add layers one after the other."""
        for layer in layers:
            if layer.get("class_name") != "InputLayer":
                self.last = self.layer(layer, [self.last])

    def functional(self, layers: list[dict[str, Any]]) -> None:
        """Add layers that name what they read."""
        inputs = [one for one in layers if one.get("class_name") == "InputLayer"]
        if len(inputs) != 1:
            self.draft.refuse(f"the net has {len(inputs)} inputs")
        for layer in layers:
            name = str(layer.get("name") or self._config(layer).get("name", ""))
            if layer.get("class_name") == "InputLayer":
                self.tensors[name] = self.last
                continue
            calls = layer.get("inbound_nodes")
            calls = calls if isinstance(calls, list) else []
            read = _names(calls[0]) if calls else []
            if len(calls) != 1 or not read or any(one not in self.tensors for one in read):
                why = "is used more than once" if len(calls) > 1 else "reads what comes after it"
                self.draft.refuse(f'layer "{name[:60]}" {why}', self.span(name))
                self.tensors[name] = self.draft.lost(name)
                continue
            self.tensors[name] = self.layer(layer, [self.tensors[one] for one in read])

    def layer(self, layer: dict[str, Any], inputs: list[str]) -> str:
        """Return the node of a layer, after saying why there is none where there is no word."""
        kind, config = str(layer.get("class_name")), self._config(layer)
        name = str(config.get("name", ""))
        try:
            return self.added(kind, config, name, inputs)
        except (NoWord, TypeError, ValueError, AttributeError, LookupError) as error:
            self.draft.refuse(f'layer "{name[:60]}" ({kind[:40]}): {error}', self.span(name))
            return self.draft.lost(name)

    def added(self, kind: str, config: dict[str, Any], name: str, inputs: list[str]) -> str:
        draft, span = self.draft, self.span(name)
        if kind in SKIPPED:
            draft.note(f"{kind} is left out: it prepares the input or acts in training only")
            return inputs[0]
        if kind in MERGES:
            shape = draft.shape(inputs[0])
            if kind == "Concatenate" and shape and config.get("axis", -1) not in (-1, len(shape)):
                raise NoWord("it joins another axis than the channels")
            return draft.merge(MERGES[kind], inputs, span, name)
        if len(inputs) != 1:
            raise NoWord(f"it reads {len(inputs)} tensors")
        if config.get("data_format") == "channels_first":
            draft.note("data_format channels_first is read as such; specs are HxWxC either way")
        here = inputs[0]
        for number, layer in enumerate(stages(kind, config, draft.shape(here), draft.note)):
            here = draft.add(layer, [here], span, name if number == 0 else "")
        return here

    def span(self, name: str) -> Span | None:
        """Return where the file names a layer."""
        found = re.search(rf'"name"\s*:\s*{re.escape(json.dumps(name))}', self.draft.given.text)
        return self.draft.span(found.start(), found.end()) if found and name else None


def _input_shape(layers: list[dict[str, Any]]) -> Shape | None:
    """Return the input's shape, channels first, where the file says it."""
    configs = [one["config"] for one in layers if isinstance(one.get("config"), dict)]
    for config in configs[:1] + [one for one in configs if "sparse" in one]:
        sizes = config.get("batch_input_shape") or config.get("batch_shape")
        if not isinstance(sizes, list) or len(sizes) < 2:
            continue
        inner = sizes[1:]
        if not all(isinstance(size, int) and size > 0 for size in inner):
            return None
        first = any(one.get("data_format") == "channels_first" for one in configs)
        return tuple(inner) if first else (inner[-1], *inner[:-1])
    return None


def _names(value: Any, depth: int = 0) -> list[str]:
    """Return the layers that a call reads, in the form of Keras 2 or 3."""
    if depth > DEEPEST:
        return []
    if isinstance(value, dict):
        history = value.get("keras_history")
        if isinstance(history, list) and history:
            return [str(history[0])]
        inner = [value.get("args"), value.get("config")]
        return [name for one in inner for name in _names(one, depth + 1)]
    if not isinstance(value, list):
        return []
    if value and isinstance(value[0], str):
        return [value[0]]
    return [name for one in value for name in _names(one, depth + 1)]
