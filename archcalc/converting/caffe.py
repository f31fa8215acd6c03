"""Caffe: prototxt files of nets, as they run in the test phase."""

from __future__ import annotations

import re

from ..arithmetic.dims import Shape
from ..errors import Problem, SpecError
from ..graph import Graph
from .base import INSTEAD, Draft, Given, NoWord, made
from .caffe_fields import Fields, is_deployed, old_type
from .caffe_heads import PERMUTE, Heads
from .caffe_layers import is_channels, made_of
from .caffe_shapes import flattened, permuted, reshaped, sliced
from .draft_held import Held
from .prototxt import Message, parsed

ENDINGS = (".prototxt", ".pbtxt")
LOSSES = ("Loss", "Accuracy")
SOURCES = ("Data", "Input")  # ImageData, MemoryData, HDF5Data, ...
CONSTANT = ""  # a blob that does not depend on the input's values
TURNS = ("Reshape", "Permute", "Flatten", "Softmax")


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
        self.heads = Heads(draft, self.single)
        self.batch = 0

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
        self.batch = sizes[0] if sizes else 0
        start = self.draft.start(_shape(sizes), remedy)
        for name in names:
            self.blobs[name] = start

    def outputs(self) -> list[str]:
        """Return what nothing reads, in the order of the file."""
        self.heads.finish()
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
            message = f'layer "{of.name}" ({of.kind[:40]}): {error}'
            draft.refuse(message, of.span, error.help)
            found = [draft.lost(of.name)]
        tops = of.tops or [of.name]
        self.blobs.update(zip(tops, found * len(tops) if len(found) == 1 else found, strict=True))

    def added(self, of: Fields, inputs: list[str]) -> list[str]:
        """Return the nodes of a layer, one for all tops or one each; NoWord where there is none."""
        for weights in of.parameter_names:
            self.draft.own(weights, of.name)
        for one in inputs:
            self.heads.read(one)
        if of.kind == "PriorBox" or all(one == CONSTANT for one in inputs):
            self.draft.note("PriorBox is left out: its boxes depend on sizes alone")
            return [CONSTANT]
        if of.kind == "DetectionOutput":
            return [self.detections(of, [one for one in inputs if one != CONSTANT])]
        if CONSTANT in inputs:
            raise NoWord("it reads boxes of PriorBox, which are left out", INSTEAD)
        if of.kind == "Slice":
            return self.parts(of, self.heads.real(inputs[0]))
        return [self.joined(of, inputs) if len(inputs) > 1 else self.unary(of, inputs[0])]

    def detections(self, of: Fields, inputs: list[str]) -> str:
        """End in the values that boxes are picked by; sorting and comparing them is left out."""
        if not inputs or any(len(self.draft.shape(one) or (0,)) != 1 for one in inputs):
            raise NoWord("it reads no vectors of places and classes", INSTEAD)
        self.draft.note(
            "DetectionOutput is left out: it picks boxes by sorting; the net ends in the values "
            "that it reads, joined"
        )
        return self.heads.together(inputs, of.span, of.name)

    def parts(self, of: Fields, x: str) -> list[str]:
        """Return the parts that a Slice cuts."""
        shape = self.draft.shape(x)
        if shape is None:
            return [self.draft.lost(of.name)]
        shapes = zip(of.tops, sliced(of, shape), strict=True)
        return [self.draft.moved("slice", part, x, of.span, top) for top, part in shapes]

    def joined(self, of: Fields, inputs: list[str]) -> str:
        """Return the node of a layer that reads several blobs."""
        if of.kind == "Concat" and all(len(self.draft.shape(one) or ()) == 1 for one in inputs):
            _merge(of, (1,))
            return self.heads.join(of, inputs)
        inputs = [self.heads.real(one) for one in inputs]
        shape = self.draft.shape(inputs[0])
        if of.kind in ("Concat", "Eltwise"):
            return self.draft.merge(_merge(of, shape), inputs, of.span, of.name)
        if (
            of.kind == "Scale"
            and len(inputs) == 2
            and not of.flag("scale_param", "bias_term", False)
        ):
            return self.draft.merge("mul", inputs, of.span, of.name)
        if of.kind == "Axpy" and len(inputs) == 3:
            scaled = self.draft.merge("mul", inputs[:2], of.span)
            return self.draft.merge("add", [scaled, inputs[2]], of.span, of.name)
        raise NoWord(f"it reads {len(inputs)} blobs", INSTEAD)

    def unary(self, of: Fields, x: str) -> str:
        """Return the node of a layer that reads one blob; heads wait for what reads them."""
        if of.kind in ("Split", "Concat", "Eltwise"):
            return x
        shape = self.draft.shape(x)
        if shape is not None and of.kind in TURNS:
            if of.kind == "Permute":
                wanted = permuted(of, shape)
                held = Held(PERMUTE, self.heads.real(x), of.span, of.name)
                return x if wanted == shape else self.heads.hold(held, wanted)
            wanted = self.turned(of, shape)
            found = self.heads.changed(of, x, wanted)
            if found is not None:
                return found
            if self.heads.is_held(x, PERMUTE) and len(wanted) == 1:
                x = self.heads.base(x)
        return self.single(of, self.heads.real(x), of.name)

    def turned(self, of: Fields, shape: Shape) -> Shape:
        """Return the shape of a layer that changes no value."""
        if of.kind == "Reshape":
            return reshaped(of, shape, self.batch)
        return flattened(of, shape) if of.kind == "Flatten" else shape

    def single(self, of: Fields, x: str, label: str) -> str:
        """Add a layer behind a node."""
        if of.kind == "Scale":
            return self.scale(of, x)
        shape = self.draft.shape(x)
        if of.kind in ("Reshape", "Flatten"):
            return self.flat(of, x, shape, label)
        found = self.draft.add(made_of(of, shape), [x], of.span, label)
        self.pending = found if of.kind == "BatchNorm" else self.pending
        return found

    def flat(self, of: Fields, x: str, shape: Shape | None, label: str) -> str:
        """Give values another shape: flatten where one axis is left, else only its result."""
        if shape is None:
            return self.draft.lost(of.name)
        wanted = self.turned(of, shape)
        if wanted == shape:
            return x
        if len(wanted) == 1:
            return self.draft.add(made("flatten"), [x], of.span, label)
        return self.draft.moved("reshape", wanted, x, of.span, label)

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


def _merge(of: Fields, x: Shape | None) -> str:
    if of.kind == "Concat":
        axis = of.number("concat_param", "axis", of.number("concat_param", "concat_dim", 1))
        if not is_channels(axis, x):
            raise NoWord("it joins another axis than the channels", INSTEAD)
        return "concat"
    operation = of.text("eltwise_param", "operation", "SUM")
    words = {"SUM": "add", "PROD": "mul", "1": "add", "0": "mul"}
    if operation not in words:
        raise NoWord(f"the notation has no word for {operation[:20]} of branches", INSTEAD)
    return words[operation]
