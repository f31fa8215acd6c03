"""One layer of Keras in the net being drawn, with what several layers together are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from ..arithmetic.dims import Shape, product
from ..errors import Span
from ..layers.base import Contraction, Layer, channels
from .base import INPUT, INSTEAD, Draft, NoWord, axes, made
from .draft_held import Held
from .keras_calls import Call
from .keras_held import CLIP, FLAT, PLUS, VECTOR, KerasHolding
from .keras_layers import stages
from .keras_norms import NORMS, shifts_only
from .keras_shapes import grown, is_centered, ordered, permuted, reshaped, sides
from .keras_words import NOTHING, OPERATORS, SKIPPED, WITH_NUMBER

MERGES = {"Add": "add", "Concatenate": "concat", "Multiply": "mul"}
Config = dict[str, Any]


class Added:
    """Adds layers to a draft. ``first`` tells whether the file's shapes have channels first."""

    def __init__(self, draft: Draft, first: bool) -> None:
        self.draft = draft
        self.first = first
        self.holding = KerasHolding(draft)
        self.shifts: list[tuple[str, str, str]] = []

    def layer(
        self,
        layer: Config,
        config: Config,
        label: str,
        call: Call,
        inputs: list[str],
        span: Span | None,
    ) -> str:
        """Return the node of a layer; NoWord where there is no word for it."""
        kind = str(layer.get("class_name"))
        function = str(config.get("function", "")) if kind == "TFOpLambda" else kind
        if function in OPERATORS and (function != kind or _is_operator(layer)):
            kind = OPERATORS[function]
            if len(inputs) == 1:
                return self.with_number(kind, call.numbers, inputs[0], span, label)
        if kind in (*SKIPPED, *NOTHING) and len(inputs) == 1:
            if kind in SKIPPED:
                self.draft.note(
                    f"{kind} is left out: it prepares the input or acts in training only"
                )
            return inputs[0]
        if kind in MERGES and len(inputs) > 1:
            return self.merged(kind, config, inputs, span, label)
        if kind == "CustomScaleLayer" and len(inputs) == 2:
            x, scaled = map(self.holding.real, inputs)
            scaled = self.draft.moved("scale", self.draft.shape(scaled), scaled, span)
            return self.draft.merge("add", [x, scaled], span, label)
        if len(inputs) != 1:
            raise NoWord(f"it reads {len(inputs)} tensors", INSTEAD)
        return self.unary(kind, config, inputs[0], span, label)

    def merged(
        self, kind: str, config: Config, inputs: list[str], span: Span | None, label: str
    ) -> str:
        """Join branches; a vector that became one value per channel scales a map."""
        is_vector = [self.holding.is_held(one, VECTOR) for one in inputs]
        if kind == "Multiply" and any(is_vector) and not all(is_vector):
            bases = zip(inputs, is_vector, strict=True)
            inputs = [self.holding.base(one) if vector else one for one, vector in bases]
        inputs = [self.holding.real(one) for one in inputs]
        shape = self.draft.shape(inputs[0])
        if kind == "Concatenate" and shape:
            axis = config.get("axis", -1)
            last = len(shape)
            channels = 1 if self.first and last > 1 else last
            if axis not in (channels, channels - last - 1):
                raise NoWord("it joins another axis than the channels", INSTEAD)
        return self.draft.merge(MERGES[kind], inputs, span, label)

    def with_number(
        self, kind: str, numbers: tuple[float | None, ...], x: str, span: Span | None, label: str
    ) -> str:
        """Add or multiply one number: a part of a hard sigmoid, (x + 3) clipped to 6 and by 1/6."""
        if len(numbers) != 1 or numbers[0] is None or kind not in WITH_NUMBER:
            raise NoWord("what it computes with is not one number", INSTEAD)
        if x == INPUT:
            self.draft.note(f"{kind} is left out: it prepares the input")
            return x
        factor = numbers[0] if kind == "Multiply" else 1 / (numbers[0] or 1)
        if kind == "Add" and numbers[0] == 3:
            return self.holding.hold(Held(PLUS, x, span, label), self.draft.shape(x))
        is_factor = kind in ("Multiply", "Divide")
        if is_factor and self.holding.is_held(x, CLIP) and abs(factor * 6 - 1) < 1e-6:
            base = self.holding.real(self.holding.base(self.holding.base(x)))
            return self.draft.add(made("hardsigmoid"), [base], span, label)
        x = self.holding.real(x)
        return self.draft.moved(kind.lower(), self.draft.shape(x), x, span, label)

    def unary(self, kind: str, config: Config, x: str, span: Span | None, label: str) -> str:
        """Add a layer that reads one tensor."""
        holding, shape = self.holding, self.draft.shape(x)
        if shape is None:
            return self.draft.lost(label)
        rank = len(shape) - 1
        if kind.startswith("ZeroPadding"):
            return self.border(config, x, shape, span, label)
        if kind.startswith("Cropping"):
            return self.cropped(config, x, shape, span, label)
        if kind in ("Reshape", "Permute", "RepeatVector"):
            return self.turned(kind, config, x, shape, span, label)
        if kind == "BatchNormalization" and shifts_only(config):
            return self.shifted(config, holding.real(x), span, label)
        if kind == "ReLU" and holding.is_held(x, PLUS) and config.get("max_value") == 6:
            return holding.hold(Held(CLIP, x, span, label), shape)
        if kind == "Dense" and self.first and rank > 1:
            raise NoWord("it works on the width, the last axis where channels come first")
        if self.first:
            config = {"data_format": "channels_first", **config}
            self.draft.note(
                "data_format channels_first is read as such; specs are HxWxC either way"
            )
        config, here = holding.folded(kind, config, x)
        for number, layer in enumerate(stages(kind, config, shape, self.draft.note)):
            here = self.draft.add(layer, [here], span, label if number == 0 else "")
        if kind.startswith("Global") and not config.get("keepdims", False):
            return holding.hold(Held(FLAT, here, span), shape and (channels(shape),))
        return here

    def border(self, config: Config, x: str, shape: Shape, span: Span | None, label: str) -> str:
        """Add zeros around a map, or hold back those on one side for what reads them."""
        pairs = sides(config, "padding", len(shape) - 1)
        if not any(map(any, pairs)):
            return x
        if any(before != after for before, after in pairs) or self.holding.is_border(x):
            return self.holding.zeros(x, pairs, span, label)
        around = axes([before for before, _ in pairs])
        widths = around if isinstance(around, tuple) else (around,)
        x = self.holding.real(x)
        return self.draft.add(made("zeropad", padding=widths), [x], span, label)

    def cropped(self, config: Config, x: str, shape: Shape, span: Span | None, label: str) -> str:
        """Keep the middle of a map; another part of it is only stated."""
        pairs = sides(config, "cropping", len(shape) - 1)
        if self.holding.is_border(x) or not is_centered(pairs):
            return self.holding.zeros(x, tuple((-a, -b) for a, b in pairs), span, label)
        kept = ordered(grown(shape, tuple((-a, -b) for a, b in pairs)), False)[:-1]
        return self.draft.add(made("crop", size=kept), [self.holding.real(x)], span, label)

    def turned(
        self, kind: str, config: Config, x: str, shape: Shape, span: Span | None, label: str
    ) -> str:
        """Give values another shape: a word where there is one, else only its result."""
        if kind == "RepeatVector":
            times = config.get("n")
            if type(times) is not int or times < 1 or len(shape) != 1:
                raise NoWord("it repeats no vector a number of times")
            return self.draft.moved("repeat", (times, *shape), self.holding.real(x), span, label)
        if kind == "Reshape" and self.holding.is_held(x, FLAT):
            before = self.holding.base(x)
            if self.draft.shape(before) == reshaped(config, shape, self.first):
                return before
        x = self.holding.real(x)
        turn = reshaped if kind == "Reshape" else permuted
        wanted = turn(config, shape, self.first)
        if wanted == shape and (kind == "Reshape" or config["dims"] == sorted(config["dims"])):
            return x
        if kind == "Permute":
            return self.draft.moved("permute", wanted, x, span, label)
        if len(wanted) == 1:
            return self.draft.add(made("flatten"), [x], span, label)
        if len(shape) == 3 and not self.first and wanted == (product(shape[1:]), shape[0]):
            return self.draft.add(made("tokens"), [x], span, label)
        if len(shape) == 1 and product(wanted) == wanted[0] == shape[0]:
            return self.holding.hold(Held(VECTOR, x, span, label), wanted)
        return self.draft.moved("reshape", wanted, x, span, label)

    def shifted(self, config: Config, x: str, span: Span | None, label: str) -> str:
        """Write a batch norm's shift as the bias of the layer ahead of it, which has none."""
        last, rank = self.draft.node(x), len(self.draft.shape(x) or (0, 0, 0)) - 1
        layer = last.layer if last is not None else None
        if last is None or not isinstance(layer, Contraction) or has_bias(layer):
            raise NoWord(
                "a batch norm with a shift and no scale (scale=False) has a word only behind a "
                "layer without bias",
                "use_bias=False there, or scale=True here",
            )
        config = {**config, "data_format": "channels_first"} if self.first else config
        (plain,) = NORMS["BatchNormalization"]({**config, "center": False}, rank)
        self.draft.note(
            "a batch norm with a shift and no scale is written as noaffine behind a bias: the same "
            "params, one addition per value more"
        )
        biased = last._replace(layer=cast(Layer, replace(cast(Any, layer), bias=True)))
        self.draft.nodes[self.draft.places[x]] = biased
        found = self.draft.add(plain, [x], span, label)
        self.shifts.append((x, found, label))
        return found

    def end(self, x: str) -> str:
        """Return the node of an output, after a look at what shifts changed."""
        for layer, norm, label in self.shifts:
            readers = [node.name for node in self.draft.nodes if layer in node.inputs]
            if readers != [norm] or x == layer:
                self.draft.refuse(f'layer "{label[:60]}": what it reads is read elsewhere too')
        self.shifts = []
        if self.holding.is_border(x):
            sides = f"({self.holding.held[x].more})"
            self.draft.refuse(f"zeros on one side only {sides} end the net; they have no word")
            return self.draft.lost("")
        return self.holding.real(x)


def has_bias(layer: Contraction) -> bool:
    """Tell whether a layer has a bias, or could have none."""
    return getattr(layer, "bias", True) is not False


def _is_operator(layer: Config) -> bool:
    """Tell whether a layer is an operation on tensors, as Keras 3 writes a sum without a layer."""
    return ".ops" in str(layer.get("module", ""))
