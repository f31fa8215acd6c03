"""Models of Keras layer by layer: what each reads, and models inside models."""

from __future__ import annotations

import json
import re
from typing import Any

from ..errors import Span
from .base import Draft, NoWord
from .keras_added import Added
from .keras_calls import Call, Tensor, called, named

MODELS = ("Sequential", "Functional", "Model")
DEEPEST = 8
_NAME = re.compile(r'"name"\s*:\s*("(?:[^"\\]|\\.)*")')
_FIRST = re.compile(r'"data_format"\s*:\s*"channels_first"')
Layer = dict[str, Any]
Scope = dict[str, list[str]]


def settings(layer: Layer) -> Layer:
    """Return the options of a layer."""
    config = layer.get("config")
    return config if isinstance(config, dict) else {}


def inner_layers(model: Layer) -> list[Layer] | None:
    """Return the layers of a model, None where it has no list of them."""
    config = model.get("config")
    layers = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(layers, list) or not all(isinstance(one, dict) for one in layers):
        return None
    return layers


class Reader:
    """The layers of a model, added to a draft."""

    def __init__(self, draft: Draft, model: Layer) -> None:
        self.draft = draft
        text = draft.given.text
        self.first = _FIRST.search(text) is not None
        self.added = Added(draft, self.first)
        self.spans: dict[str, Span] = {}
        for found in _NAME.finditer(text):
            self.spans.setdefault(found[1], draft.span(found.start(), found.end()))

    def ends(self, model: Layer, start: str) -> list[str]:
        """Add a whole model; return its outputs."""
        return [self.added.end(one) for one in self.model(model, [start], "", 0)]

    def model(self, model: Layer, inputs: list[str], prefix: str, depth: int) -> list[str]:
        """Add the layers of a model that reads these; return its outputs."""
        layers = inner_layers(model)
        if layers is None or depth > DEEPEST:
            raise NoWord("a model without layers" if layers is None else "models nested too deep")
        if model.get("class_name") == "Sequential":
            return self.sequential(layers, inputs, prefix, depth)
        return self.functional(settings(model), layers, inputs, prefix, depth)

    def sequential(
        self, layers: list[Layer], inputs: list[str], prefix: str, depth: int
    ) -> list[str]:
        """Add layers one after the other."""
        for layer in layers:
            if layer.get("class_name") != "InputLayer":
                inputs = self.layer(layer, Call(), inputs, prefix, depth)
        return inputs

    def functional(
        self, config: Layer, layers: list[Layer], inputs: list[str], prefix: str, depth: int
    ) -> list[str]:
        """Add layers that name what they read."""
        names = [one.layer for one in named(config.get("input_layers"))] or [
            _name(one) for one in layers if one.get("class_name") == "InputLayer"
        ]
        if len(names) != len(inputs):
            message = f"has {len(names)} inputs"
            if depth:
                raise NoWord(f"it {message}, and is given {len(inputs)}")
            self.draft.refuse(f"the net {message}", None, "convert a model of one input")
            inputs = inputs[:1] * len(names)
        scope: Scope = {name: [one] for name, one in zip(names, inputs, strict=True)}
        for layer in layers:
            if layer.get("class_name") != "InputLayer":
                scope[_name(layer)] = self.called(layer, scope, prefix, depth)
        outputs = named(config.get("output_layers"))
        return [_output(scope, one) for one in outputs]

    def called(self, layer: Layer, scope: Scope, prefix: str, depth: int) -> list[str]:
        """Add a layer that is called once, with what stands before it."""
        calls = layer.get("inbound_nodes")
        calls = calls if isinstance(calls, list) else []
        call = called(calls[0]) if calls else Call()
        known = all(one.place < len(scope.get(one.layer, ())) for one in call.tensors)
        if len(calls) == 1 and call.tensors and known:
            inputs = [scope[one.layer][one.place] for one in call.tensors]
            return self.layer(layer, call, inputs, prefix, depth)
        name = _name(layer)
        why = "is used more than once" if len(calls) > 1 else "reads what comes after it"
        help = (
            "write it once for each use: a spec would count its weights again" if calls[1:] else ""
        )
        self.draft.refuse(f'layer "{name[:60]}" {why}', self.span(name), help)
        return [self.draft.lost(name)]

    def layer(
        self, layer: Layer, call: Call, inputs: list[str], prefix: str, depth: int
    ) -> list[str]:
        """Return the outputs of a layer, after saying why there are none where there is no word."""
        name, kind = _name(layer), str(layer.get("class_name"))
        label, span = f"{prefix}{name}", self.span(name)
        try:
            if kind in MODELS:
                return self.model(layer, inputs, f"{label}/", depth + 1)
            return [self.added.layer(layer, settings(layer), label, call, inputs, span)]
        except (NoWord, TypeError, ValueError, AttributeError, LookupError) as error:
            help = getattr(error, "help", "")
            self.draft.refuse(f'layer "{name[:60]}" ({kind[:40]}): {error}', span, help)
            return [self.draft.lost(label)]

    def span(self, name: str) -> Span | None:
        """Return where the file names a layer first."""
        return self.spans.get(json.dumps(name))


def _name(layer: Layer) -> str:
    return str(layer.get("name") or settings(layer).get("name", ""))


def _output(scope: Scope, of: Tensor) -> str:
    found = scope.get(of.layer, [])
    return found[of.place] if of.place < len(found) else ""
