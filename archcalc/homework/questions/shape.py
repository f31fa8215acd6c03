"""Questions for an output shape."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ...layers.base import ordered, spatial, volume, written
from ..answers import Given
from ..candidates import mistaken_walk
from ..measures import OfFacts
from ..numerals import Sizes, sizes
from .base import Earlier, Mark, OfSubject

_SIDES = ("", "length", "height and width", "depth, height and width")


@dataclass(frozen=True, kw_only=True)
class ShapeQuestion(OfSubject):
    """The shape of a net's output, or of a layer's."""

    def expected_text(self, exact: bool = True) -> str:
        """Return the shape in the order of the key."""
        return written(self.expected, self.layout)

    def marked(self, given: Given, earlier: Earlier) -> Mark:
        read = sizes(given.text)
        if "=" not in given.text and len(given.text) < 40:
            read = replace(read, text=given.text.strip())  # with its brackets
        if len(read.values) == 1 and len(self.expected) > 1:
            return self._of_side(read, given.text)
        if self._agrees(read, self.expected):
            return self.right(read.text, read)
        if self._agrees_otherwise(read):
            other = "channels first" if self.layout == "hwc" else "height x width x channels"
            if self.policy.order == "any" or read.channels_first is not None:
                return self.right(read.text, read, f"Written with {other}; that is fine here.")
            line = f"This is the right shape in another order ({other})."
            return self.wrong(read.text, read, [], line)
        findings = self.diagnosis.of_shape(read, lambda shape: self._agrees(read, shape))
        lines = () if findings else (f"No known slip gives {read.text}.",)
        mark = self.wrong(read.text, read, findings, *lines)
        if self.policy.follow_through:
            follows = self._follows(mark, read, earlier)
            if follows is not None:
                return follows
        return mark

    def _agrees(self, read: Sizes, shape: Any) -> bool:
        layout = self.layout
        if read.channels_first is not None:
            layout = "chw" if read.channels_first else "hwc"
        return self._in(read, shape, layout)

    def _in(self, read: Sizes, shape: Any, layout: str) -> bool:
        right = list(ordered(shape, layout))
        values = list(read.values)
        if values == right:
            return True
        return len(shape) == 1 and values in ([1, 1, *right], [*right, 1, 1], [1, *right])

    def _agrees_otherwise(self, read: Sizes) -> bool:
        """Tell whether it is the right shape in the other order."""
        return any(self._in(read, self.expected, layout) for layout in ("hwc", "chw"))

    def _of_side(self, read: Sizes, given: str) -> Mark:
        """Say what is missing where one number stands for a shape."""
        sides = spatial(self.expected)
        if sides and set(sides) == {read.values[0]}:
            line = f"{read.text} is the {_SIDES[len(sides)]}; the depth belongs to the shape too."
            return self.wrong(read.text, read, [], line)
        return self.wrong(read.text, read, [], f"A shape has {len(self.expected)} numbers.")

    def as_output(self, read: Any) -> Any:
        """Return a shape that a student gave, channels first; None where it cannot be one."""
        if not isinstance(read, Sizes) or len(read.values) != len(self.expected):
            return None
        first = self.layout == "chw" if read.channels_first is None else read.channels_first
        values: list[Any] = list(read.values)
        depth = values.pop(0) if first and len(values) > 2 else values.pop()
        return volume(depth, tuple(values))

    def _follows(self, mark: Mark, read: Sizes, earlier: Earlier) -> Mark | None:
        outputs, used = self.earlier_outputs(earlier)
        if not outputs or not isinstance(self.measure, OfFacts):
            return None
        facts = mistaken_walk(self.subject, outputs)
        if facts is None or not self._agrees(read, self.measure.given(self.subject, facts)):
            return None
        texts = " and ".join(f"{one.question.id} ({one.given})" for one in used)
        return self.followed(
            replace(mark, read=read),
            f"Follows correctly from your answer{'s' * (len(used) > 1)} to {texts}.",
            f"With the right one it is {self.expected_text()}.",
        )
