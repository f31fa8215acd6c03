"""Block strings of timm's EfficientNets: ir_r2_k3_s2_e6_c24_se0.25."""

from __future__ import annotations

import re
from fractions import Fraction

from ..errors import Problem, Source, Span, SpecError
from ..layers.base import written as shape_text
from .base import Given

MOST_BLOCKS = 1_000
ACTIVATIONS = {"re": "relu", "r6": "relu6", "sw": "silu", "hs": "hardswish", "mi": "mish"}
_BLOCK = re.compile(r"\b(ds|dsa|ir|er|cn)((?:_[a-z]+[\d.]*)+)\b")
_KEYS = {"r": 1, "k": 3, "s": 1, "e": 1, "c": 0, "d": 1}
_OTHER = re.compile(r"['\"]\s*([a-z][a-z0-9]*_[\w.]*)")


class _Block:
    """One block string: its kind, its whole numbers, its squeeze ratio and its function."""

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        self.squeeze = Fraction(0)
        self.activation = ""
        self.skips = True
        self.numbers = dict(_KEYS)
        for part in text.strip("_").split("_"):
            self.take(part)
        if self.numbers["c"] < 1 or min(self.numbers.values()) < 1:
            raise ValueError("it has no c..., or a number below 1")
        if self.numbers["k"] % 2 == 0:
            raise ValueError("an even kernel has no padding that keeps the size")
        if kind in ("ds", "dsa") and self.numbers["e"] != 1:
            raise ValueError("a depthwise-separable block does not expand")

    def take(self, part: str) -> None:
        found = re.fullmatch(r"([rksecd])(\d{1,5})", part)
        ratio = re.fullmatch(r"se(\d?\.?\d{1,6})", part)
        if found:
            self.numbers[found[1]] = int(found[2])
        elif ratio:
            self.squeeze = Fraction(ratio[1])
        elif part == "noskip":
            self.skips = False
        elif part[:1] == "n" and part[1:] in ACTIVATIONS:
            self.activation = ACTIVATIONS[part[1:]]
        else:
            raise ValueError(f'"{part[:20]}" has no word')

    def stages(self, width: int, stride: int) -> str:
        """Return one of the repeated blocks for so many channels of its input."""
        kernel, out, spacing = (self.numbers[key] for key in ("k", "c", "d"))
        act = f"+bn +{self.activation or 'silu'}"
        inside = width * self.numbers["e"]
        around = f"pad {spacing * (kernel - 1) // 2} stride {stride} dilation {spacing}"
        depthwise = f"dwconv {kernel}x{kernel} {around} {act}"
        if self.kind == "cn":
            chain = [f"conv {kernel}x{kernel}x{out} {around} {act}"]
        elif self.kind == "er":
            chain = [f"conv {kernel}x{kernel}x{inside} {around} {act}"]
        elif self.kind == "ir" and self.numbers["e"] > 1:
            chain = [f"conv 1x1x{inside} {act}", depthwise]
        else:
            chain = [depthwise]
        if self.squeeze:
            chain.append(f"se squeeze {max(round(width * self.squeeze), 1)} activation silu")
        if self.kind != "cn":
            chain.append(f"conv 1x1x{out} +bn")
        text = " | ".join(chain)
        skips = self.skips and stride == 1 and width == out and self.kind != "cn"
        return f"res( {text} )" if skips else text


def reads(given: Given) -> bool:
    """Take texts with a block string."""
    return _BLOCK.search(given.text) is not None and "{" not in given.text


def written(given: Given) -> tuple[str, list[str]]:
    """Return the blocks in the notation, and notes; SpecError for what has no word."""
    source = Source(given.path, given.text)
    problems: list[Problem] = []
    if given.input is None:
        raise SpecError(
            [
                Problem(
                    "E02",
                    "block strings do not say the shape that the first block reads",
                    None,
                    "state it, behind the stem: --input 112x112x32",
                )
            ]
        )
    known = {found.start() for found in _BLOCK.finditer(given.text)}
    for other in _OTHER.finditer(given.text):
        if other.start(1) not in known:
            span = Span(source, other.start(1), other.end(1))
            problems.append(Problem("E53", f'no word for the block "{other[1][:40]}"', span))
    width, parts = given.input[0], [shape_text(given.input)]
    plain = squeezed = False
    for found in _BLOCK.finditer(given.text):
        try:
            block = _Block(found[1], found[2])
        except ValueError as error:
            span = Span(source, found.start(), found.end())
            problems.append(
                Problem("E53", f'no word for the block "{found[0][:40]}": {error}', span)
            )
            continue
        plain, squeezed = plain or not block.activation, squeezed or bool(block.squeeze)
        out, repeats = block.numbers["c"], block.numbers["r"]
        parts.append(block.stages(width, block.numbers["s"]))
        if repeats > 1:
            again = block.stages(out, 1)
            parts.append(f"[ {again} ]*{repeats - 1}" if repeats > 2 else again)
        width = out
        if len(parts) > MOST_BLOCKS:
            raise SpecError([Problem("E44", f"over {MOST_BLOCKS:,} blocks in {given.path}")])
    if problems:
        raise SpecError(problems)
    notes = ["the strings are the blocks alone: stem and classifier are not in them"]
    if plain:
        notes.append("the function is silu where the string does not say (EfficientNet)")
    if squeezed:
        notes.append(
            "se ratios are of the block's input, rounded, with silu and sigmoid (EfficientNet; "
            "MobileNetV3 takes them of the inside)"
        )
    return " | ".join(parts), notes
