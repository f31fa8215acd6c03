"""Caffe: prototxt files of nets, as they run in the test phase."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..arithmetic.dims import Shape
from ..errors import Problem, SpecError
from ..graph import Graph
from ..layers.base import Layer
from .base import Draft, Given, NoWord, made, pads
from .caffe_fields import Fields, is_deployed, old_type
from .prototxt import Message, parsed

ENDINGS = (".prototxt", ".pbtxt")
LOSSES = ("Loss", "Accuracy")
SOURCES = ("Data", "Input")  # ImageData, MemoryData, HDF5Data, ...
ACTIVATIONS = {"Sigmoid": "sigmoid", "TanH": "tanh", "ELU": "elu", "Softmax": "softmax"}


def reads(given: Given) -> bool:
    """Take prototxt files and texts that have layers in braces."""
    return given.path.endswith(ENDINGS) or bool(re.search(r"(?m)^\s*layers?\s*\{", given.text))


def net(given: Given) -> tuple[Graph, Draft]:
    """Return the net of the file; :class:`~archcalc.errors.SpecError` for what has no word."""
    whole = parsed(given.text, given.path)
    draft = Draft(given, whole.text("name"))
    reader = _Reader(draft)
    reader.begin(whole)
    for one in [*whole.all("layer"), *whole.all("layers")]:
        span = draft.span(one.start, one.end)
        if not isinstance(one.value, Message):
            raise SpecError([Problem("E56", "not a prototxt: a layer stands in braces", span)])
        reader.layer(Fields(one.value, draft, span))
    return draft.graph(reader.outputs()), draft


class _Reader:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.blobs: dict[str, str] = {}  # the node that last wrote each blob
        self.pending: str | None = None  # a batch norm that waits for its scale

    def begin(self, whole: Message) -> None:
        """Give the net its input: stated, or that of an Input or Data layer."""
        sizes = [int(text) for text in whole.texts("input_dim") if text.isdigit()]
        if not sizes:
            sizes = Fields.dims(whole.message("input_shape"))
        names = whole.texts("input")
        if len(names) > 1:
            self.draft.refuse(f"the net has {len(names)} inputs: {', '.join(names[:4])}")
        layers = [*whole.messages("layer"), *whole.messages("layers")]
        for layer in layers:
            if old_type(layer.text("type")) == "Input":
                sizes = Fields.dims(layer.message("input_param").message("shape"))
        crops = {
            layer.message(param).text("crop_size")
            for layer in layers
            for param in ("transform_param", "data_param", "image_data_param")
        } - {""}
        remedy = ""
        if len(crops) == 1 and not sizes:
            crop = crops.pop()[:9]
            remedy = f"its images are cropped to {crop}: --input {crop}x{crop}x3 if in color"
        start = self.draft.start(_shape(sizes), remedy)
        for name in names:
            self.blobs[name] = start

    def outputs(self) -> list[str]:
        """Return what nothing reads, in the order of the file."""
        read = {name for node in self.draft.nodes for name in node.inputs}
        return [node.name for node in self.draft.nodes if node.name not in read]

    def layer(self, of: Fields) -> None:
        """Add a layer, or say why not."""
        kind, draft = of.kind, self.draft
        if not is_deployed(of.layer):
            draft.note(f"layers of the training phase are left out: {of.name}, ...")
            return
        if kind.endswith(SOURCES):
            self.blobs.update(dict.fromkeys(of.tops[:1], "input"))
            return
        if kind.endswith(LOSSES) or kind == "Silence":
            draft.note(f"{kind} is left out: it is no layer of the net that runs")
            return
        unknown = [blob for blob in of.bottoms if blob not in self.blobs]
        if unknown or not of.bottoms:
            what = f'"{unknown[0][:40]}", which no layer writes' if unknown else "nothing"
            draft.refuse(f'layer "{of.name}" reads {what}', of.span)
            self.blobs.update(dict.fromkeys(of.tops, draft.lost(of.name)))
            return
        inputs = [self.blobs[blob] for blob in of.bottoms]
        try:
            found = self.added(of, inputs)
        except NoWord as error:
            draft.refuse(f'layer "{of.name}" ({of.kind[:40]}): {error}', of.span)
            found = draft.lost(of.name)
        self.blobs.update(dict.fromkeys(of.tops or [of.name], found))

    def added(self, of: Fields, inputs: list[str]) -> str:
        """Return the node of a layer; NoWord where there is no word for it."""
        for weights in of.parameter_names:
            self.draft.own(weights, of.name)
        if of.kind == "Split":
            return inputs[0]
        if of.kind in ("Concat", "Eltwise"):
            return self.draft.merge(_merge(of), inputs, of.span, of.name)
        if len(inputs) > 1:
            raise NoWord(f"it reads {len(inputs)} blobs")
        if of.kind == "Scale":
            return self.scale(of, inputs[0])
        shape = self.draft.shape(inputs[0])
        if of.kind not in _MAKERS:
            raise NoWord("the notation has no word for it")
        found = self.draft.add(_MAKERS[of.kind](of, shape), inputs, of.span, of.name)
        self.pending = found if of.kind == "BatchNorm" else self.pending
        return found

    def scale(self, of: Fields, x: str) -> str:
        """Complete a batch norm, or scale by itself."""
        has_bias = of.flag("scale_param", "bias_term", False)
        if of.number("scale_param", "axis", 1) != 1 or of.number("scale_param", "num_axes", 1) != 1:
            raise NoWord("it scales another axis than the channels")
        last = self.draft.nodes[-1] if self.draft.nodes else None
        if last is not None and last.name == x == self.pending and has_bias:
            self.draft.note("BatchNorm and Scale are one bn; alone, BatchNorm learns nothing")
            self.draft.nodes[-1] = last._replace(layer=made("bn"))
            return x
        if has_bias:
            raise NoWord("a scale with a bias that follows no BatchNorm has no word")
        return self.draft.add(made("layerscale"), [x], of.span, of.name)


def _shape(sizes: list[int]) -> Shape | None:
    """Return a shape of Caffe, whose first axis is the batch; channels come first."""
    return tuple(sizes[1:]) if len(sizes) > 1 and min(sizes[1:]) > 0 else None


def _merge(of: Fields) -> str:
    if of.kind == "Concat":
        if of.number("concat_param", "axis", of.number("concat_param", "concat_dim", 1)) != 1:
            raise NoWord("it joins another axis than the channels")
        return "concat"
    operation = of.text("eltwise_param", "operation", "SUM")
    words = {"SUM": "add", "PROD": "mul", "1": "add", "0": "mul"}
    if operation not in words:
        raise NoWord(f"the notation has no word for {operation[:20]} of branches")
    return words[operation]


def _convolution(of: Fields, x: Shape | None) -> Layer:
    word = "deconv" if of.kind == "Deconvolution" else "conv"
    param = "convolution_param"
    if of.number(param, "axis", 1) != 1:
        raise NoWord("its channels are on another axis than 1")
    around = of.pair(param, "pad", 0)
    return made(
        word,
        kernel=of.pair(param, "kernel", 0),
        channels=of.number(param, "num_output", 0),
        padding=pads([(pad, pad) for pad in around]),
        stride=of.axes(param, "stride", 1),
        dilation=of.axes(param, "dilation", 1),
        groups=of.number(param, "group", 1),
        bias=of.flag(param, "bias_term", True),
    )


def _pooling(of: Fields, x: Shape | None) -> Layer:
    param = "pooling_param"
    words = {"MAX": "maxpool", "AVE": "avgpool", "0": "maxpool", "1": "avgpool"}
    method = of.text(param, "pool", "MAX")
    if method not in words:
        raise NoWord(f"the notation has no word for {method[:20]} pooling")
    word = words[method]
    if of.flag(param, "global_pooling", False):
        return made("gap") if word == "avgpool" else made("adaptivemaxpool", target=(1, 1))
    kernel, stride = of.pair(param, "kernel", 0), of.pair(param, "stride", 1)
    pad = of.pair(param, "pad", 0)
    ceil = of.text(param, "round_mode", "CEIL") in ("CEIL", "0")
    if ceil:
        of.draft.note("pooling rounds up (ceil), as Caffe does; its stride is 1 where none is said")
    if ceil and not any(pad) and x is not None and len(x) == 3:
        starts = [-(-(n - k) // s) * s for n, k, s in zip(x[1:], kernel, stride, strict=True)]
        if any(start >= n for start, n in zip(starts, x[1:], strict=True)):
            raise NoWord("its last window begins behind the input; Caffe counts it, others do not")
    return made(
        word,
        kernel=kernel,
        stride=of.axes(param, "stride", 1),
        padding=pads([(one, one) for one in pad]),
        ceil=ceil,
    )


def _fc(of: Fields, x: Shape | None) -> Layer:
    param = "inner_product_param"
    if of.number(param, "axis", 1) != 1:
        raise NoWord("it works on another axis than 1")
    bias = of.flag(param, "bias_term", True)
    return made("fc", units=of.number(param, "num_output", 0), bias=bias)


def _lrn(of: Fields, x: Shape | None) -> Layer:
    if of.text("lrn_param", "norm_region", "ACROSS_CHANNELS") not in ("ACROSS_CHANNELS", "0"):
        raise NoWord("the notation has no word for LRN within a channel")
    return made("lrn", window=of.number("lrn_param", "local_size", 5))


def _relu(of: Fields, x: Shape | None) -> Layer:
    slope = of.text("relu_param", "negative_slope", "0")
    return made("relu" if re.fullmatch(r"0*\.?0*", slope) else "leakyrelu")


def _prelu(of: Fields, x: Shape | None) -> Layer:
    if of.flag("prelu_param", "channel_shared", False):
        raise NoWord("the notation has no word for one slope for all channels")
    return made("prelu")


def _flatten(of: Fields, x: Shape | None) -> Layer:
    if of.number("flatten_param", "axis", 1) != 1:
        raise NoWord("it flattens from another axis than 1")
    return made("flatten")


def _dropout(of: Fields, x: Shape | None) -> Layer:
    return made("dropout", probability=of.decimal("dropout_param", "dropout_ratio", "0.5"))


_MAKERS: dict[str, Callable[[Fields, Shape | None], Layer]] = {
    "Convolution": _convolution,
    "Deconvolution": _convolution,
    "Pooling": _pooling,
    "InnerProduct": _fc,
    "LRN": _lrn,
    "ReLU": _relu,
    "PReLU": _prelu,
    "Dropout": _dropout,
    "Flatten": _flatten,
    "BatchNorm": lambda of, x: made("bn", affine=False),
    **{kind: lambda of, x, word=word: made(word) for kind, word in ACTIVATIONS.items()},  # type: ignore[misc]
}
