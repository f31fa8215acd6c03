"""Darknet: cfg files, sections of options, as YOLO comes in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ..errors import Problem, Source, Span, SpecError
from ..graph import Graph
from ..layers.base import channels, spatial, volume
from .base import INSTEAD, Draft, Given, NoWord, axes, made, pads

ACTIVATIONS = {
    "linear": "",
    "leaky": "leakyrelu",
    "relu": "relu",
    "relu6": "relu6",
    "logistic": "sigmoid",
    "tanh": "tanh",
    "elu": "elu",
    "selu": "selu",
    "gelu": "gelu",
    "swish": "silu",
    "mish": "mish",
    "hardtan": "hardtanh",
}
OUTPUTS = ("yolo", "gaussian_yolo", "region", "detection")
SKIPPED = ("cost", *OUTPUTS)
_SECTION = re.compile(r"\[\s*([\w-]+)\s*\]$")


@dataclass
class Section:
    """A section's name, where it stands, and its options as texts."""

    kind: str
    span: Span
    options: dict[str, str] = field(default_factory=dict)

    def number(self, key: str, default: int) -> int:
        """Return a whole number; NoWord where it is none."""
        text = self.options.get(key, str(default))
        if not re.fullmatch(r"-?\d{1,9}", text):
            raise NoWord(f"{key}={text[:20]} is no whole number")
        return int(text)

    def numbers(self, key: str) -> list[int]:
        """Return whole numbers, separated by commas; NoWord where they are none."""
        parts = [part.strip() for part in self.options.get(key, "").split(",") if part.strip()]
        if not parts or not all(re.fullmatch(r"-?\d{1,9}", part) for part in parts):
            raise NoWord(f"{key}={self.options.get(key, '')[:20]} names no layers")
        return [int(part) for part in parts]


def reads(given: Given) -> bool:
    """Take cfg files and texts that begin with the section of a net."""
    first = re.search(r"(?m)^\s*\[\s*(\w+)\s*\]\s*$", given.text)
    return first is not None and first[1] in ("net", "network")


def net(given: Given) -> tuple[Graph, Draft]:
    """Return the net of the file; :class:`~archcalc.errors.SpecError` for what has no word."""
    draft = Draft(given)
    head, *layers = _sections(draft.source)
    if head.kind not in ("net", "network"):
        raise SpecError([Problem("E56", "a cfg begins with the section [net]", head.span)])
    try:
        sizes = [head.number(key, 0) for key in ("channels", "height", "width")]
    except NoWord as error:
        raise SpecError([Problem("E56", f"[{head.kind}]: {error}", head.span)]) from None
    draft.start((sizes[0], sizes[1], sizes[2]) if min(sizes) > 0 else None)
    reader = _Reader(draft)
    for section in layers:
        reader.section(section)
    return draft.graph(reader.outputs or [reader.last]), draft


def _sections(source: Source) -> list[Section]:
    found: list[Section] = []
    place = 0
    for line in source.original.splitlines(keepends=True):
        text = line.strip()
        start = place + len(line) - len(line.lstrip())
        span = Span(source, start, start + max(len(text), 1))
        place += len(line)
        section = _SECTION.match(text)
        if section:
            found.append(Section(section[1].lower(), span))
        elif text and text[0] not in "#;":
            key, equals, value = text.partition("=")
            if not equals or not found:
                raise SpecError([Problem("E56", "not a cfg: no [section] or key=value", span)])
            found[-1].options[key.strip()] = value.strip()
    if not found:
        raise SpecError([Problem("E56", f"{source.name} has no [section]")])
    return found


class _Reader:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.last = "input"
        self.ends: list[str] = []  # the node that each section ends in, as routes count them
        self.outputs: list[str] = []

    def section(self, of: Section) -> None:
        try:
            self.last = self.added(of)
        except NoWord as error:
            message = f"[{of.kind}] (layer {len(self.ends)}): {error}"
            self.draft.refuse(message, of.span, error.help)
            self.last = self.draft.lost(of.kind)
        self.ends.append(self.last)

    def added(self, of: Section) -> str:
        makers = {
            "convolutional": self.convolution,
            "deconvolutional": self.convolution,
            "connected": self.connected,
            "maxpool": self.maxpool,
            "local_avgpool": self.maxpool,
            "route": self.route,
            "shortcut": self.shortcut,
            "scale_channels": self.product,
            "sam": self.product,
            "avgpool": lambda of: self.plain(of, "gap"),
            "softmax": lambda of: self.plain(of, "softmax"),
            "dropout": self.dropout,
            "upsample": self.upsample,
            "reorg": self.reorg,
            "reorg3d": self.reorg,
            "crop": self.crop,
        }
        kind = {"conv": "convolutional", "max": "maxpool", "avg": "avgpool", "conn": "connected"}
        name = kind.get(of.kind, of.kind)
        if name in SKIPPED:
            if name in OUTPUTS:
                self.outputs.append(self.last)
                self.draft.note(f"[{name}] only reads its boxes off; its logistic is not counted")
            return self.last
        if name not in makers:
            raise NoWord("the notation has no word for it", INSTEAD)
        return makers[name](of)

    def plain(self, of: Section, word: str, **options: object) -> str:
        return self.draft.add(made(word, **options), [self.last], of.span)

    def activated(self, of: Section, x: str, default: str) -> str:
        """Return the node behind a layer's batch norm and function."""
        if of.number("batch_normalize", 0):
            x = self.draft.add(made("bn"), [x], of.span)
        name = of.options.get("activation", default)
        if name not in ACTIVATIONS:
            raise NoWord(f"the notation has no word for activation={name[:20]}")
        word = ACTIVATIONS[name]
        return self.draft.add(made(word), [x], of.span) if word else x

    def convolution(self, of: Section) -> str:
        size, stride = of.number("size", 1), of.number("stride", 1)
        around = of.number("padding", 0)
        if of.number("pad", 0):
            around = size // 2
            self.draft.note("darknet's pad=1 means size//2 on each side, not one pixel")
        for key in ("binary", "xnor", "share_index", "antialiasing", "deform"):
            if key in of.options and of.options[key] != "0":
                raise NoWord(f"{key}={of.options[key][:20]} has no word")
        options = dict(
            kernel=(size, size),
            channels=of.number("filters", 1),
            padding=pads([(around, around)] * 2),
            stride=stride,
            bias=not of.number("batch_normalize", 0),
        )
        if of.kind == "deconvolutional":
            made_one = made("deconv", **options)
        else:
            high, wide = of.number("stride_y", stride), of.number("stride_x", stride)
            options["stride"] = stride if high == wide == stride else (high, wide)
            spacing, groups = of.number("dilation", 1), of.number("groups", 1)
            made_one = made("conv", **options, dilation=spacing, groups=groups)
        x = self.draft.add(made_one, [self.last], of.span)
        return self.activated(of, x, "logistic")

    def connected(self, of: Section) -> str:
        bias = not of.number("batch_normalize", 0)
        layer = made("fc", units=of.number("output", 1), bias=bias)
        return self.activated(of, self.draft.add(layer, [self.last], of.span), "logistic")

    def maxpool(self, of: Section) -> str:
        """Pool over size - 1 zeros around the map, which darknet adds unless told otherwise."""
        for key in ("maxpool_depth", "antialiasing"):
            if of.number(key, 0):
                raise NoWord(f"{key}={of.options[key][:20]} has no word", INSTEAD)
        stride = of.number("stride", 1)
        size = of.number("size", stride)
        high, wide = of.number("stride_y", stride), of.number("stride_x", stride)
        both = of.number("padding", size - 1)
        if "padding" not in of.options and both:
            self.draft.note(
                "darknet pads a maxpool by size - 1 in all: its output is size/stride rounded up"
            )
        before = both // 2
        return self.plain(
            of,
            "avgpool" if of.kind == "local_avgpool" else "maxpool",
            kernel=(size, size),
            stride=axes((high, wide)),
            padding=pads([(before, both - before)] * 2),
        )

    def dropout(self, of: Section) -> str:
        text = of.options.get("probability", ".5")
        if not re.fullmatch(r"\d?\.?\d{0,9}", text) or not re.search(r"\d", text):
            raise NoWord(f"probability={text[:20]} is no decimal")
        return self.plain(of, "dropout", probability=f"0{text}" if text[0] == "." else text)

    def upsample(self, of: Section) -> str:
        stride = of.number("stride", 2)
        if stride < 1:
            raise NoWord(f"stride={stride} makes the map smaller")
        return self.plain(of, "upsample", factor=(stride, stride))

    def reorg(self, of: Section) -> str:
        self.draft.note("reorg is written as pixelunshuffle; darknet orders its values otherwise")
        word = "pixelshuffle" if of.number("reverse", 0) else "pixelunshuffle"
        return self.plain(of, word, factor=of.number("stride", 1))

    def crop(self, of: Section) -> str:
        sizes = (of.number("crop_height", 1), of.number("crop_width", 1))
        return self.plain(of, "crop", size=sizes)

    def route(self, of: Section) -> str:
        """Join layers, or the same one of so many groups of the channels of each."""
        groups, which = of.number("groups", 1), of.number("group_id", 0)
        inputs = self.named(of, "layers")
        if groups != 1:
            if not 0 <= which < groups:
                raise NoWord(f"group_id={which} is none of {groups} groups", "0 is the first")
            inputs = [self.group(one, groups, of.span) for one in inputs]
        return self.draft.merge("concat", inputs, of.span)

    def group(self, x: str, groups: int, span: Span) -> str:
        """Return one of so many groups of channels."""
        shape = self.draft.shape(x)
        if shape is None:
            return self.draft.lost("route")
        depth, sizes = channels(shape), spatial(shape)
        if depth % groups:
            raise NoWord(f"{depth} channels in {groups}: a group of channels would not be whole")
        return self.draft.moved("slice", volume(depth // groups, sizes), x, span)

    def shortcut(self, of: Section) -> str:
        if of.options.get("weights_type", "none") != "none":
            raise NoWord("a sum with learned weights has no word", INSTEAD)
        x = self.draft.merge("add", [self.last, *self.named(of, "from")], of.span)
        return self.activated(of, x, "linear")

    def product(self, of: Section) -> str:
        x = self.draft.merge("mul", [*self.named(of, "from"), self.last], of.span)
        return self.activated(of, x, "linear")

    def named(self, of: Section, key: str) -> list[str]:
        """Return the nodes that a section names, negative numbers counted from itself."""
        here = len(self.ends)
        found = []
        for number in of.numbers(key):
            place = number if number >= 0 else here + number
            if not 0 <= place < here:
                raise NoWord(f"{key}={number} is no layer before it")
            found.append(self.ends[place])
        return found
