"""A layer of a prototxt: its fields with Caffe's defaults, and the names of older versions."""

from __future__ import annotations

import re

from ..errors import Span
from .base import Draft, NoWord, axes
from .prototxt import Message

# The types of the first version, where they are not the same in small letters without the bars.
_OLD = {"RELU": "ReLU", "LRN": "LRN", "PRELU": "PReLU", "TANH": "TanH", "ELU": "ELU"}


def old_type(kind: str) -> str:
    """Return the name of a layer's type as it is now.

    >>> old_type("INNER_PRODUCT"), old_type("RELU"), old_type("Convolution"), old_type("LRN")
    ('InnerProduct', 'ReLU', 'Convolution', 'LRN')
    """
    if not kind.isupper():
        return kind
    return _OLD.get(kind, "".join(part.capitalize() for part in kind.split("_")))


def is_deployed(layer: Message) -> bool:
    """Tell whether a layer is there when the net runs, in the test phase."""
    included, excluded = layer.messages("include"), layer.messages("exclude")
    return (not included or any(map(_runs, included))) and not any(map(_runs, excluded))


def _runs(rule: Message) -> bool:
    stages = rule.texts("stage")
    return rule.text("phase", "TEST") in ("TEST", "1") and (not stages or "deploy" in stages)


class Fields:
    """What a layer says of itself."""

    def __init__(self, layer: Message, draft: Draft, whole: Span) -> None:
        self.layer = layer
        self.draft = draft
        self.name = layer.text("name") or layer.text("type")
        self.kind = old_type(layer.text("type"))
        self.tops = layer.texts("top")
        self.bottoms = layer.texts("bottom")
        named = [*layer.all("type"), *layer.all("name")]
        self.span = draft.span(named[0].start, named[0].end) if named else whole

    @property
    def parameter_names(self) -> list[str]:
        """The names that a layer gives its weights, to share them."""
        params = [one.value for one in self.layer.all("param")]
        names = [one if isinstance(one, str) else one.text("name") for one in params]
        return [name for name in names if name]

    @staticmethod
    def dims(shape: Message) -> list[int]:
        """Return the sizes of a shape."""
        return [int(text) for text in shape.texts("dim") if re.fullmatch(r"\d{1,10}", text)]

    def text(self, param: str, key: str, default: str) -> str:
        """Return a field of a layer's parameters."""
        return self.layer.message(param).text(key, default)

    def number(self, param: str, key: str, default: int) -> int:
        """Return a whole number; NoWord where it is none."""
        return _whole(key, self.text(param, key, str(default)))

    def decimal(self, param: str, key: str, default: str) -> str:
        """Return a decimal as it is written; NoWord where it is none."""
        text = self.text(param, key, default)
        if not re.fullmatch(r"\d{0,9}\.?\d{0,9}", text) or not re.search(r"\d", text):
            raise NoWord(f"{key} {text[:20]} is no decimal")
        return text

    def flag(self, param: str, key: str, default: bool) -> bool:
        """Return whether something is set."""
        text = self.text(param, key, str(default).lower())
        if text.lower() not in ("true", "false", "1", "0", "t", "f"):
            raise NoWord(f"{key} {text[:20]} is neither true nor false")
        return text.lower() in ("true", "1", "t")

    def pair(self, param: str, key: str, default: int) -> tuple[int, ...]:
        """Return height and width of a kernel, stride or padding, however they are written."""
        message = self.layer.message(param)
        high, wide = message.text(f"{key}_h"), message.text(f"{key}_w")
        if high and wide:
            return _whole(key, high), _whole(key, wide)
        name = "kernel_size" if key == "kernel" else key
        found = [_whole(key, text) for text in message.texts(name)]
        if not found and key == "kernel":
            raise NoWord("it has no kernel_size")
        found = found or [default]
        if len(found) > 2:
            raise NoWord(f"{name} has {len(found)} axes")
        return (found[0], found[-1])

    def axes(self, param: str, key: str, default: int) -> int | tuple[int, ...]:
        """Return one number for both axes, or one each."""
        return axes(self.pair(param, key, default))


def _whole(key: str, text: str) -> int:
    if not re.fullmatch(r"-?\d{1,10}", text):
        raise NoWord(f"{key} {text[:20]} is no whole number")
    return int(text)
