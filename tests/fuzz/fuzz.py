"""Random and mutated specs, inline and YAML: each ends in results or in an ArchcalcError.

python tests/fuzz/fuzz.py --runs 200000 [--seed 7] [--jobs 2]
python tests/fuzz/fuzz.py --seed 7 --case 123    (that one case, printed, with its traceback)

A case depends on its seed and number only. Failing specs, made small, go to failures.txt beside
this file, one per place that failed.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import multiprocessing
import os
import random
import re
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(1, str(Path(__file__).resolve().parent))

import yaml_specs

from archcalc import analyze, explanation, readers
from archcalc.analysis import DTYPES, Analysis, Settings, walk
from archcalc.arithmetic.unknown import Unknown
from archcalc.blocks import block_type, block_words
from archcalc.comparison import compare, spec_text
from archcalc.conventions import CONVENTIONS
from archcalc.errors import ArchcalcError, SpecError
from archcalc.expansion import expand
from archcalc.graph import Graph
from archcalc.layers import LAYERS
from archcalc.layers.options import Option, options_of
from archcalc.notation import documents
from archcalc.notation.entries import Spec
from archcalc.notation.format import canonical, inlined, short_form
from archcalc.notation.parser import parse
from archcalc.notation.yaml_text import formatted, to_yaml
from archcalc.quantities import QUANTITIES, keys
from archcalc.renderers import formats, render
from archcalc.summary import summarize
from archcalc.table import Page

SECONDS = 20.0  # the watchdog: nobody waits longer for one spec
MOST_SHOWN = 300  # layers; larger nets are counted, not rendered
BYTES = 4 * 2**30  # what one worker may take
YAML_SHARE = 0.35  # of the cases
FAILURES = Path(__file__).with_name("failures.txt")


@dataclass(frozen=True)
class Case:
    """One spec with what it is read under; ``shown`` also formats and renders it.

    ``variant`` is None for inline text, else which net of a YAML text is read.
    """

    text: str
    values: dict[str, Any] = field(default_factory=dict)
    layout: str = "hwc"
    shown: bool = False
    settings: Settings = Settings()
    seed: str = ""
    variant: str | None = None


class Wrong(AssertionError):
    """A result that cannot be: not an exception of the program, but a mistake."""


class Hang(BaseException):
    """The watchdog's: nothing in the program may catch it."""


# Writing specs


@dataclass
class Here:
    """Where the writer is: spatial sizes and channels at this place of the net."""

    sizes: list[int]
    depth: int

    def copy(self) -> Here:
        return Here(list(self.sizes), self.depth)


WINDOWS = ("conv", "dwconv", "deconv", "maxpool", "avgpool", "subsample")
SEQUENCES = ("attn", "rnn", "lstm", "gru", "cls", "posembed")
LABELS = (
    "c1", "stem", "3a", "conv2/reduce", "a.b", "block-1", "합성곱", "층_2", "é", "x", "s2", "input",
    "total", "B", "Σ", "name" * 20, "conv1", "add1.add", "_",
)  # fmt: skip
SYMBOLS = ("C", "N", "r", "s", "K", "H", "W", "Cin", "D_2", "L", "e")


class Writer:
    """Writes a spec that is valid more often than not, over every word the registries know."""

    def __init__(self, rng: random.Random, symbolic: bool) -> None:
        self.rng = rng
        self.symbolic = symbolic
        self.values: dict[str, int] = {}
        self.level = 0

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def pick(self, *choices: Any) -> Any:
        return choices[int(self.rng.random() * len(choices))]

    def below(self, most: int) -> int:
        """A whole number from 1 to most, small ones more often."""
        return 1 + int(self.rng.random() ** 2 * most)

    # Numbers

    def number(self, value: int, inside: bool = True) -> str:
        """Write a number, in a symbolic spec perhaps as an expression that has this value."""
        if not self.symbolic or value < 1 or self.chance(0.6):
            if self.chance(0.01):
                return f"({value})"
            return str(value)
        name = self.pick(*SYMBOLS)
        way = self.rng.randrange(6)
        known = self.values.get(name)
        if known is None and way < 2:
            self.values[name] = value
            known = value
        if known == value:
            return name if name[0].isupper() and inside and self.chance(0.7) else f"({name})"
        if known is None:
            times = self.pick(2, 3, 16)
            self.values[name] = value * times
            return self.pick(f"({name}/{times})", f"({name} // {times})")
        if known < value:
            return f"({name}+{value - known})"
        if known % value == 0:
            return f"({name}/{known // value})"
        return f"({name}-{known - value})" if self.chance(0.5) else f"({value}^1)"

    def joined(self, values: Iterable[int]) -> str:
        return "x".join(self.number(value) for value in values)

    def divisor(self, number: int) -> int:
        found = [n for n in (1, 2, 3, 4, 6, 8, 12, 16) if number % n == 0]
        return int(self.pick(*found)) if not self.chance(0.04) else self.below(9)

    # The whole

    def spec(self, layout: str) -> str:
        rank = self.pick(2, 2, 2, 2, 2, 2, 1, 1, 0, 3)
        most = self.pick(8, 16, 64) if not self.chance(0.05) else 1000
        sizes = [self.below(most) for _ in range(rank)]
        here = Here(sizes, self.pick(1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 480))
        order = [*here.sizes, here.depth]
        if layout == "chw":
            order = [here.depth, *here.sizes]
        shape = self.joined(order)
        if self.chance(0.03):
            shape = f"[{shape}]"
        name = f"{self.pick(*LABELS)}: " if self.chance(0.08) else ""
        if self.chance(0.01):
            shape = "..."
        return name + shape + self.bar() + self.chain(here, self.below(6), keep=False)

    def bar(self) -> str:
        if self.chance(0.85):
            return " | "
        return str(self.pick("|", " -> ", "\n", "\n  | ", " |\n", " # a note\n| ", "\r\n| ", "|\t"))

    def chain(self, here: Here, length: int, keep: bool) -> str:
        return self.bar().join(self.stage(here, keep) for _ in range(length))

    def stage(self, here: Here, keep: bool) -> str:
        label = f"{self.pick(*LABELS)}: " if self.chance(0.06) else ""
        return label + self.unlabelled(here, keep)

    def unlabelled(self, here: Here, keep: bool) -> str:
        deep = self.rng.random()
        if self.level < 3 and deep < 0.17:
            self.level += 1
            try:
                return self.nested(here, keep)
            finally:
                self.level -= 1
        if deep < 0.19:
            return "id"
        if deep < 0.22 and len(here.sizes) > 1:
            return self.block(here)
        return self.layer(here, self.word(here, keep), keep)

    def nested(self, here: Here, keep: bool) -> str:
        kind = self.pick("group", "concat", "add", "mul", "res", "aux", "scale")
        if kind == "group":
            start = here.copy()
            inner = self.chain(here, self.below(3), keep=True)
            times = self.repeat() if here == start or self.chance(0.1) else ""
            return f"[ {inner} ]{times}"
        if kind == "aux":
            return f"aux{self.pick('', ' head', ' a/b')}( {self.chain(here.copy(), 2, keep)} )"
        if kind == "scale" and here.sizes:
            return f"mul( id ; gap | fc {here.depth} | sigmoid )"
        branches = []
        depths = []
        for _ in range(self.pick(2, 2, 2, 3, 4, 1)):
            inside = here.copy()
            text = self.chain(inside, self.below(3), keep=True)
            if kind != "concat" and inside.depth != here.depth:
                text += f" | {self.to_depth(here)}"
            branches.append(text)
            depths.append(inside.depth)
        kind = "res" if kind == "scale" else kind
        if kind == "concat":
            here.depth = sum(depths)
        times = self.repeat() if self.chance(0.2) else ""
        return f"{kind}( {' ; '.join(branches)} ){times}"

    def to_depth(self, here: Here) -> str:
        if len(here.sizes) > 1:
            return f"conv {'1x' * len(here.sizes)}{self.number(here.depth)}"
        return f"linear {self.number(here.depth)}"

    def repeat(self) -> str:
        times = self.pick(1, 2, 2, 3, 5) if not self.chance(0.01) else self.pick(100, 3000, 10**9)
        return str(self.pick(f"*{times}", f"x{times}", f" * {times}", f"*{self.number(times)}"))

    def block(self, here: Here) -> str:
        word = self.pick(*block_words())
        options = self.options(here, word, options_of(block_type(word)))  # type: ignore[arg-type]
        if self.chance(0.3):
            return f"{word}({self.pick(' ', ', ').join(options)})"
        return " ".join([word, *options])

    # Layers

    def word(self, here: Here, keep: bool) -> str:
        rank = len(here.sizes)
        if self.chance(0.04):
            return str(self.pick(*LAYERS()))
        if self.chance(0.35):
            return str(self.pick(*ELEMENTWISE))
        if rank == 0:
            return str(self.pick("fc", "linear", "fc", "embedding" if not keep else "fc", "opaque"))
        if rank == 1:
            kept = ("linear", "attn", "rnn", "lstm", "gru", "posembed", "conv", "dwconv")
            moved = ("cls", "flatten", "maxpool", "upsample", "gap", "adaptivemaxpool", "avgpool")
            return str(self.pick(*(kept if keep or self.chance(0.6) else moved)))
        if keep or self.chance(0.5):
            return str(self.pick("conv", "conv", "conv", "dwconv", "maxpool", "avgpool", "lrn"))
        return str(self.pick(*MOVING))

    def layer(self, here: Here, word: str, keep: bool) -> str:
        if word in WINDOWS and here.sizes:
            text = self.windowed(here, word, keep)
        else:
            kind = LAYERS()[word]
            text = " ".join([word, *self.options(here, word, options_of(kind))])
            self.move(here, word, text)
        if self.chance(0.12):
            text += "".join(f" +{self.pick(*ELEMENTWISE[:8])}" for _ in range(self.below(2)))
        return text

    def windowed(self, here: Here, word: str, keep: bool) -> str:
        """A layer with a window, its padding and stride chosen so that it fits, mostly."""
        rank = len(here.sizes)
        side = self.pick(1, 1, 2, 3, 3, 3, 5, 7)
        kernel = [side] * rank if self.chance(0.85) else [self.below(5) for _ in range(rank)]
        dilation = 2 if word not in ("avgpool", "subsample") and self.chance(0.08) else 1
        stride = 1 if keep else self.pick(1, 1, 2, 2, 3)
        spans = [dilation * (k - 1) + 1 for k in kernel]
        pad = self.pick(0, 0, (max(spans) - 1) // 2)
        if keep:
            kernel = [k | 1 for k in kernel]
            spans = [dilation * (k - 1) + 1 for k in kernel]
            pad = (spans[0] - 1) // 2
            if len(set(spans)) > 1:
                pad = -1
        if self.chance(0.1) and word != "deconv":
            pad = -1
        options = []
        if pad < 0:
            options.append(self.pick("same", "pad same"))
        elif pad or self.chance(0.1):
            options.append(self.way("pad", "p", pad, rank))
        pools = word in ("maxpool", "avgpool", "subsample")
        if stride > 1 or pools or self.chance(0.05):
            stride_text = self.way("stride", "s", stride, rank)
            if self.chance(0.2):
                stride_text = f"/{stride}"
            if not pools or keep or self.chance(0.7):
                options.append(stride_text)
            else:
                stride = side
        if dilation > 1:
            options.append(self.way("dilation", "d", dilation, rank))
        if pools and self.chance(0.3):
            options.append(self.pick("ceil", "floor"))
        filters = self.pick(1, 2, 4, 6, 8, 16, 24, 32, 64) if word in ("conv", "deconv") else 0
        groups = 1
        if filters and self.chance(0.1):
            groups = self.divisor(here.depth)
            filters *= groups
            options.append(self.way("groups", "g", groups, 1))
        if word == "dwconv" and self.chance(0.2):
            options.append("mult 2")
            here.depth *= 2
        if not pools and self.chance(0.2):
            options.append(self.pick("nobias", "bias"))
        if word == "deconv" and self.chance(0.1):
            options.append("outpad 1")
        if word == "conv" and self.chance(0.01):
            options.append("table lenet5")
        self.rng.shuffle(options)
        size = self.joined([*kernel, *([filters] if filters else [])])
        if filters and self.chance(0.03) and rank == 2:
            size = self.joined([*kernel, here.depth // groups, filters])
        here.sizes = [
            max(slid(n, k, stride, pad, word), 1) for n, k in zip(here.sizes, spans, strict=True)
        ]
        here.depth = filters or here.depth
        if word == "conv" and self.chance(0.04) and rank == 2 and pad >= 0:
            return f"conv{side}-{filters} s{stride} p{pad}"
        if filters and self.chance(0.04):
            return f"{self.joined(kernel)} {word}, {filters}, {', '.join(options)}"
        return " ".join([word, size, *options])

    def way(self, word: str, short: str, value: int, rank: int) -> str:
        """One option in one of the ways it can be written."""
        way = self.rng.random()
        if way < 0.3:
            return f"{short}{value}"
        if way < 0.7 or rank == 0:
            return f"{word} {self.number(value)}"
        if way < 0.8:
            return f"{word}={value}"
        if word == "pad" and way < 0.9:
            return f"pad {value}:{value}"
        return f"{word} " + "x".join([str(value)] * rank)

    def options(self, here: Here, word: str, known: dict[str, Option]) -> list[str]:
        """Options of any word, from its signature alone."""
        found, sizes = [], []
        for key, option in known.items():
            if option.kind == "sizes":
                rank = max(len(here.sizes), 1)
                sides = [self.below(4) for _ in range(rank)]
                sizes.append(self.joined(sides[:1] if self.chance(0.3) else sides))
            elif option.kind == "size" and not option.word:
                sizes.append(self.number(self.size(here, word, key)))
            elif option.kind == "name":
                found.append(self.pick("routing", "block_2", "x", "same"))
            elif option.kind == "shape":
                found.append(self.joined([*here.sizes, here.depth]))
            elif self.chance(0.25):
                found.append(self.option(here, option))
        if sizes:
            found.insert(1 if word == "opaque" else 0, "x".join(sizes))
        return found

    def size(self, here: Here, word: str, key: str) -> int:
        if word == "gn":
            return self.divisor(here.depth)
        if word == "pixelshuffle":
            return int(self.pick(1, 2, 2, 3))
        return int(self.pick(1, 2, 3, 4, 8, 10, 16, 32, 64))

    def option(self, here: Here, option: Option) -> str:
        if option.kind == "flag":
            return option.word if self.chance(0.5) else option.off or option.word
        if option.kind == "choice":
            return f"{option.word} {self.pick(*option.choices)}".strip()
        if option.kind == "number":
            return str(self.pick("0.5", ".1", "1.", "0", "1e-3", "0.25"))
        if option.kind == "pad":
            return str(self.pick("pad 1", "same", "valid", "pad 0:1", "p0", "pad 1x2"))
        if option.word in ("params", "macs"):
            return f"{option.word} {self.pick(0, 1, 1000, 10**9)}"
        value = self.divisor(here.depth) if option.word in ("heads", "ratio") else self.below(4)
        return f"{option.word} {self.number(value)}"

    def move(self, here: Here, word: str, text: str) -> None:
        """Follow what a layer without a window does to the shape, roughly."""
        numbers = [int(n) for n in re.findall(r"\d+", text)] or [1]
        if word in ("fc", "flatten"):
            here.sizes, here.depth = [], numbers[0]
        elif word in ("linear", "rnn", "lstm", "gru"):
            here.depth = numbers[0]
        elif word == "gap":
            here.sizes = [1] * len(here.sizes)
        elif word == "tokens":
            here.sizes = [max(len(here.sizes), 1)]
        elif word == "cls" and "add" not in text:
            here.sizes = []
        elif word == "embedding":
            here.sizes, here.depth = [here.depth], numbers[-1]
        elif word == "glu":
            here.depth = max(here.depth // 2, 1)


def slid(size: int, span: int, stride: int, pad: int, word: str) -> int:
    """Return about how many positions a window has."""
    if word == "deconv":
        return (size - 1) * stride + span - 2 * pad
    return -(-size // stride) if pad < 0 else (size + 2 * pad - span) // stride + 1


ELEMENTWISE = (
    "relu", "bn", "gelu", "sigmoid", "relu6", "ln", "silu", "rmsnorm", "tanh", "softmax", "dropout",
    "prelu", "hardswish", "glu", "gn", "elu",
)  # fmt: skip
MOVING = (
    "conv", "deconv", "maxpool", "avgpool", "subsample", "upsample", "pixelshuffle", "fc", "gap",
    "adaptiveavgpool", "adaptivemaxpool", "tokens", "flatten", "opaque",
)  # fmt: skip

# Spoiling specs

ODD = (
    "×", "✕", "х", "Х", "Ⅹ", "X", "｜", "∣", "│", "→", "⟶", "➔", "−", "–", "—", "“", "”", "‘",
    "«", "„", "１", "４８", "０", "²", "½", "①", "٣", "৪", "፩", "𝟑", "㎡", "ﬁ", "ß", "İ", "…", "·",
    "∗", "＊", "（", "）", "［", "］", "；", "：", "，", "\u200b", "\u200d", "\u202e", "\ufeff",
    "\u00a0", "\u3000", "\u2028", "\u0085", "\0", "\x1b[31m", "\x07", "\b", "\x7f", "\r",
    "\t", "\n", "\v", "\f", "\ud800", "\udcff", "합", "합성곱", "e\u0301", "\u0301", "🙂", "ﷺ",
)  # fmt: skip
TOKENS = (
    "|", ";", "(", ")", "[", "]", "*", "x", "/", "//", "->", "...", ",", ":", "=", "+", "-", "#",
    "^", "**", "0", "-1", "1.5", "1e9", "00", "0x10", "999999999999999", "9" * 30, "2147483648",
    "'", '"', "`", "{", "}", "\\", "%s", "{0}", "$(id)", "<b>", "&", "conv", "conv 3x3x64", "fc 0",
    "id", "aux", "res(", "concat(", "]*3", "]*N", "pad", "same", "stride", "s2", "heads 5", "+bn",
    "+relu", "+", "bias", "name:", "a: b: ", "se(", "HxWxC", "(C/r)", "(C//0)", "(", "x x", "3x3",
    "mul(", "add( ; )", "embedding 2147483647x2147483647", "groups 0", "(1/3)", "(2^16)", "valid",
    "([1])", "[1]*1", "... |", "-", "--help", "zoo:alexnet", "table lenet5", "layers 1000000000",
    "kvheads 3", "conv3-64",
)  # fmt: skip
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def mutated(rng: random.Random, text: str) -> str:
    """Spoil a text a little, in one of many ways."""
    way = rng.randrange(14)
    if way < 7:
        parts = re.findall(r"\w+|[^\w]", text)
        at = rng.randrange(len(parts)) if parts else 0
        if way == 0:
            del parts[at : at + rng.randint(1, 3)]
        elif way == 1:
            parts.insert(at, rng.choice(TOKENS))
        elif way == 2:
            parts[at:at] = parts[at : at + rng.randint(1, 6)]
        elif way == 3 and parts:
            other = rng.randrange(len(parts))
            parts[at], parts[other] = parts[other], parts[at]
        elif way == 4 and parts:
            parts[at] = rng.choice(TOKENS)
        elif way == 5 and parts:
            parts[at] = odd_number(rng) if parts[at].isdigit() else f" {rng.choice(TOKENS)} "
        else:
            parts = parts[: at + 1]
        return "".join(parts)
    at = rng.randrange(len(text) + 1)
    if way < 10:
        return text[:at] + rng.choice(ODD) + text[at + rng.randint(0, 1) :]
    if way == 10:
        return text[:at] + text[at + 1 :]
    if way == 11:
        return text.translate(FULL_WIDTH)
    if way == 12:
        return text[:at] + chr(rng.randrange(1, 0x2FFF)) + text[at:]
    sign = rng.choice("([{<")
    return text[:at] + sign * rng.choice((1, 2, 60)) + text[at:]


def odd_number(rng: random.Random) -> str:
    """Return a number that is too large, too small or hardly one."""
    known = (0, 1, 2**31 - 1, 2**31, 10**15, 10**16, "007")
    return str(rng.choice((*known, 10 ** rng.randint(1, 40))))


def monster(rng: random.Random) -> str:
    """Return a text that is large in one respect: length, nesting, repeats, labels, symbols."""
    deep = rng.choice((10, 49, 50, 51, 200, 3000))
    much = rng.choice((100, 1000, 5000))
    huge = 2**20 // rng.choice((1, 2, 4))
    return str(
        rng.choice(
            (
                lambda: "8x8x4 | " + "[" * deep + "relu" + "]" * deep,
                lambda: "8x8x4 | " + "[ relu | " * deep,
                lambda: "8x8x4 | " + "res( " * deep + "relu" + " )" * deep,
                lambda: "8x8x4 | " + "[" * 6 + "relu" + "]*10" * 6,
                lambda: f"8x8x4 | [ relu ]*{10 ** rng.randint(2, 15)}",
                lambda: "8x8x4 | " + "[" * 30 + "relu" + "]*999999999999" * 30,
                lambda: "8x8x4 | conv 1x1x(" + "(" * deep + "4" + ")" * deep + ")",
                lambda: "8x8x4 | conv 1x1x(" + "C+" * much + "1)",
                lambda: "8x8x4 | fc " + "(" * 9 + "C^16" + ")^16" * 9,
                lambda: "8x8x4 | fc (" + "(" * 9 + "9^16" + ")^16" * 9 + ")",
                lambda: "8x8x4 | " + "relu | " * much + "relu",
                lambda: "8x8x4\n" + "relu\n" * much,
                lambda: "8x8x4 | concat( " + "relu ; " * much + "relu )",
                lambda: "8x8x4 | relu " + "+relu " * much,
                lambda: "8x8x4 | conv 3x3x4 " + "pad 1 " * much,
                lambda: f"8x8x4 | {'a' * much}: relu",
                lambda: f"{'합' * 90}: 8x8x4 | {'곱' * 90}: relu | {'b' * 100}: relu",
                lambda: f"8x8x4 | {'a' * much}",
                lambda: f"8x8x4 | conv {'3x' * much}4",
                lambda: f"{'3x' * much}4 | relu",
                lambda: f"8x8x4 | conv{'9' * much}-64",
                lambda: f"8x8x4 | dropout 0.{'1' * much}",
                lambda: f"1x1x1 | [ conv 1x1x1 s2 ]*{much * 4}",
                lambda: f"1x1x1 | [ conv 3x3x1 pad 1 s{10**15} ]*{rng.choice((290, much))}",
                lambda: f"10x4 | lstm 4 layers {rng.choice((2, much, 10**9))}",
                lambda: f"10x{2**31 - 1} | attn heads {2**31 - 2}",
                lambda: "10x10x1 | upsample 64 | upsample 64 | upsample 64 | [ conv 3x3x1 ]*9",
                lambda: f"64x64x1 | adaptiveavgpool 63x61 | [ conv 3x3x1 pad 1 ]*{much // 50}",
                lambda: "8x8x4 | " + rng.choice("a|;x(# \t\n'·×1") * huge,
                lambda: "8x8x4 | " + rng.choice(("a|", "a b|", "1 x ", "1 × ", "a: ")) * huge,
                lambda: "x".join(["1"] * (huge // 2)),
                lambda: "1 x " * (huge // 4) + "1",
                lambda: "#" * huge,
                lambda: "relu\n" * (huge // 5),
                lambda: "8x8x4\n" + "relu\n" * (huge // 5),
            )
        )()
    )


def case(seed: int | str, number: int) -> Case:
    """Return a case by its seed and number."""
    rng = random.Random(f"{seed}:{number}")
    if rng.random() < YAML_SHARE:
        return yaml_case(rng, f"{seed}:{number}")
    if rng.random() < 0.0005:
        return Case(monster(rng), seed=f"{seed}:{number}")
    symbolic = rng.random() < 0.15
    layout = "chw" if rng.random() < 0.05 else "hwc"
    writer = Writer(rng, symbolic)
    text = writer.spec(layout)
    values = dict(writer.values)
    for name in list(values):
        left = rng.random()
        if left < 0.05:
            del values[name]
        elif left < 0.1:
            values[name] = rng.randint(1, 100)
    if values and rng.random() < 0.2:
        values.clear()
    if rng.random() < 0.005:
        values["Q"] = 3
    if rng.random() < 0.45:
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            text = mutated(rng, text)
    settings = Settings()
    if rng.random() < 0.2:
        settings = Settings(rng.choice((1, 2, 512)), rng.choice(tuple(DTYPES)), rng.random() < 0.5)
    return Case(text, values, layout, rng.random() < 0.08, settings, f"{seed}:{number}")


def yaml_case(rng: random.Random, seed: str) -> Case:
    """Return a YAML spec: written here, or the zoo's or a short one spoiled."""
    if rng.random() < 0.002:
        return Case(yaml_specs.large(rng), seed=seed, variant="")
    writer = Writer(rng, symbolic=False)
    here = Here([28, 28], 192)
    document = yaml_specs.Document(rng, lambda: writer.stage(here, keep=True))
    own = rng.random() < 0.6
    text = document.whole() if own else yaml_specs.sample(rng)
    if rng.random() < (0.3 if own else 0.9):
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            text = yaml_specs.spoiled(rng, text) if rng.random() < 0.8 else mutated(rng, text)
    names = [name for name in yaml_specs.NAMES if rng.random() < 0.7]
    values = {name: rng.choice((1, 2, 4, 8, Fraction(3, 4))) for name in names}
    if rng.random() < 0.3:
        values.clear()
    variant = rng.choice(("", "", "", "", "*", "*", "v"))
    layout = "chw" if rng.random() < 0.05 else "hwc"
    shown = rng.random() < 0.15
    return Case(text, values, layout, shown, Settings(), seed, variant)


# Running them


def run(one: Case) -> str:
    """Take a case through everything; return ``results`` or the code of the error it ends in.

    Any other exception, and :class:`Wrong`, is what this program looks for.
    """
    rng = random.Random(f"{one.seed}:shown")
    try:
        if one.variant is not None:
            graph = yaml_graph(rng, one)
        elif rng.random() < 0.1 and one.text.strip() != "-":
            graph = readers.read(one.text, one.values, layout=one.layout)
        else:
            graph = expand(parse(one.text, layout=one.layout), one.values)
        analysis = walk(graph, one.settings)
        totals = {column.key: column.total(analysis) for column in QUANTITIES()}
        for key, value in totals.items():
            check_total(key, value)
        for warning in graph.warnings:
            check_text(warning.render("warning"))
            json.dumps(warning.as_dict())
        if one.shown and len(graph.nodes) <= MOST_SHOWN:
            if one.variant is not None:
                check_yaml(graph, one)
            elif graph.spec is not None:
                check_format(graph.spec)
                check_written(graph)
            show(rng, analysis, one)
    except ArchcalcError as error:
        check_error(error)
        return error.code
    free = any(hasattr(value, "free_symbols") for value in totals.values())
    return "results, symbolic" if free else "results"


def yaml_graph(rng: random.Random, one: Case) -> Graph:
    """Read a YAML text in one of the ways there are; ``*`` stands for its last variant."""
    variant = one.variant or ""
    if variant == "*":
        variant = documents.variants(one.text, "fuzz.yaml")[-1]
    if not variant and one.text.startswith("archcalc:") and "\n" in one.text:
        if rng.random() < 0.1 and one.layout == "hwc":
            return analyze(one.text).graph
        return readers.read(one.text, one.values, layout=one.layout, unused=True)
    spec = documents.read_document(one.text, "fuzz.yaml", variant=variant, layout=one.layout)
    return expand(spec, one.values, unused=True)


def check_yaml(graph: Graph, one: Case) -> None:
    """A YAML spec can be written, formatted and inlined, and stays the same net."""
    spec = graph.spec
    assert spec is not None
    check_written(graph)
    line = canonical(inlined(spec))
    again = expand(parse(line), graph.values, unused=True)
    if [node.layer for node in again.nodes] != [node.layer for node in graph.nodes]:
        raise Wrong(f"inline, it is another net: {line[:300]!r}")
    if one.variant == "":
        for full in (True, False):
            text = formatted(one.text, "fuzz.yaml", full=full)
            if formatted(text, "fuzz.yaml", full=full) != text:
                raise Wrong(f"formatting is not stable: {text[:300]!r}")
            read = documents.read_document(text, "fuzz.yaml", layout=one.layout)
            same(graph, expand(read, graph.values, unused=True), text)


def check_written(graph: Graph) -> None:
    """Writing a net as YAML and reading it gives its graph."""
    assert graph.spec is not None
    text = to_yaml(graph.spec)
    same(graph, readers.read(text, graph.values, unused=True), text)


def same(graph: Graph, other: Graph, text: str) -> None:
    if (graph.nodes, graph.output, graph.inputs) != (other.nodes, other.output, other.inputs):
        raise Wrong(f"written as YAML, it is another net: {text[:300]!r}")


def check_total(key: str, value: Any) -> None:
    """A total is a count, an Unknown or a symbol; never negative."""
    if isinstance(value, Unknown):
        value = value.at_least
    if isinstance(value, float | bool) or (isinstance(value, int) and value < 0):
        raise Wrong(f"{key} is {value!r}")


def check_error(error: ArchcalcError) -> None:
    """An error has a code, a message and spans inside the text, and prints in every way."""
    shown = error.render()
    check_text(shown)
    fields = json.loads(json.dumps(error.as_dict()))
    if set(fields) - {"all"} != {"code", "message", "span", "help"}:
        raise Wrong(f"an error object with {sorted(fields)}")
    if not re.fullmatch(r"[EW]\d\d", fields["code"]) or not fields["message"]:
        raise Wrong(f"an error without code or message: {fields}")
    for problem in error.problems if isinstance(error, SpecError) else ():
        if problem.span is None:
            continue
        place: Any = problem.as_dict()["span"]
        if not 0 <= place["start"] <= place["end"] <= len(problem.span.source.original):
            raise Wrong(f"a span outside the text: {place}")


def check_text(text: str) -> None:
    """What goes to a terminal has nothing in it that moves the cursor or cannot be written."""
    bad = re.search(r"[\0-\x08\x0b-\x1f\x7f-\x9f]", text)
    if bad:
        raise Wrong(f"a control character {bad[0]!r} in what is printed")


def check_format(spec: Spec) -> None:
    """Reading back what was formatted gives the same spec."""
    for text in (canonical(spec), short_form(spec)):
        again = parse(text, fragment=True)
        if again != spec:
            raise Wrong(f"formatted, it reads differently: {text[:300]!r}")


def show(rng: random.Random, analysis: Analysis, one: Case) -> None:
    """Render every page in every format."""
    counting = rng.choice(tuple(CONVENTIONS))
    columns = tuple(rng.sample(keys(), rng.randint(1, 5))) if rng.random() < 0.7 else keys()
    summary = summarize(
        analysis,
        columns=columns,
        convention=counting,
        depth=rng.choice((0, 0, 1, 2)),
        ruler=rng.random() < 0.5,
        layout=one.layout,
    )
    check_page(rng, summary.page())
    name = analysis.graph.name
    layers: tuple[str, ...] = ()
    if analysis.nodes and rng.random() < 0.3:
        layers = (rng.choice(analysis.nodes).name,)
    spec = spec_text(analysis, name)
    check_page(rng, explanation.page(analysis, spec, layers, counting=counting))
    others = [analysis, other_than(rng, analysis, one)]
    if rng.random() < 0.2:
        others.append(analysis)
    rng.shuffle(others)
    both = compare(others, convention=counting, layout=one.layout, columns=columns)
    check_page(rng, both.page(per_layer=rng.random() < 0.3))


def other_than(rng: random.Random, analysis: Analysis, one: Case) -> Analysis:
    """Return something to compare with: the same net with a stage less, where that is one."""
    body = analysis.graph.spec.body if analysis.graph.spec else None
    if body is None or len(body.entries) < 2 or analysis.graph.spec is None:
        return analysis
    shorter = replace(analysis.graph.spec, body=replace(body, entries=body.entries[:-1]))
    with suppress(ArchcalcError):
        return walk(expand(shorter), one.settings)
    return analysis


def check_page(rng: random.Random, page: Page) -> None:
    """Every format renders, and what has a grammar can be read back."""
    for name in formats():
        options = {"exact": rng.random() < 0.3, "width": rng.choice((0, 20, 40, 80, 200))}
        text = render(page, name, **options)
        if name == "json":
            json.loads(text)
        elif name == "csv":
            rows = list(csv.reader(io.StringIO(text, newline="")))
            if len({len(row) for row in rows}) != 1:
                raise Wrong("rows of different lengths in the csv")
        elif name != "html":
            check_text(text)


def watched(one: Case, seconds: float = SECONDS) -> str:
    """Run a case under the watchdog."""
    signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return run(one)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _ring(*_: Any) -> None:
    raise Hang


@dataclass(frozen=True)
class Failure:
    """A case that failed: where, in one line, and how."""

    case: Case
    place: str
    details: str


def tried(one: Case, seconds: float = SECONDS) -> tuple[str, Failure | None]:
    """Return a case's outcome, and its failure where it is one."""
    try:
        return watched(one, seconds), None
    except (Exception, Hang) as error:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if "archcalc" in frame.filename] or frames
        last = ours[-1]
        kind = type(error).__name__
        place = f"{kind} at {Path(last.filename).name}:{last.lineno}"
        if isinstance(error, Wrong):
            place = f"Wrong: {re.split(r'[:{0-9]', str(error))[0]}"
        elif isinstance(error, Hang):
            place = f"Hang in {Path(last.filename).name}"
        return kind, Failure(one, place, "".join(traceback.format_exception(error))[-3000:])


def minimized(found: Failure, seconds: float = 20) -> Failure:
    """Delete what the failure does not need: pieces, then characters, then values."""
    until = time.monotonic() + seconds
    limit = 3.0 if found.place.startswith("Hang") else SECONDS

    def fails(one: Case) -> Failure | None:
        if time.monotonic() > until:
            return None
        failure = tried(one, limit)[1]
        return failure if failure and failure.place == found.place else None

    if not fails(found.case):
        return found
    size = max(len(found.case.text) // 2, 1)
    while size:
        at = 0
        while at < len(found.case.text):
            text = found.case.text[:at] + found.case.text[at + size :]
            smaller = fails(replace(found.case, text=text))
            if smaller:
                found = smaller
            else:
                at += size
        size //= 2
    for name in list(found.case.values):
        values = {key: value for key, value in found.case.values.items() if key != name}
        found = fails(replace(found.case, values=values)) or found
    return found


# The program


@dataclass
class Report:
    """Counts by outcome, and one failure per place."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: dict[str, Failure] = field(default_factory=dict)

    def add(self, other: Report) -> None:
        self.counts += other.counts
        for place, failure in other.failures.items():
            known = self.failures.get(place)
            if known is None or len(failure.case.text) < len(known.case.text):
                self.failures[place] = failure

    def text(self) -> str:
        total = sum(self.counts.values())
        rows = sorted(self.counts.items(), key=lambda pair: (not pair[0].startswith("r"), pair[0]))
        lines = [f"{name:18}{count:9,}  {count / total:7.2%}" for name, count in rows]
        return "\n".join([*lines, f"{'cases':18}{total:9,}"])


def cases(seed: int, numbers: Iterable[int]) -> Report:
    """Run the cases of these numbers here."""
    report = Report()
    for number in numbers:
        outcome, failure = tried(case(seed, number))
        report.counts[outcome] += 1
        if failure:
            report.add(Report(failures={failure.place: failure}))
    return report


def _work(task: tuple[int, range]) -> Report:
    return cases(*task)


def _limited() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)


def fuzz(seed: int, runs: int, jobs: int, progress: Callable[[int, Report], None]) -> Report:
    """Run so many cases on so many processes."""
    report = Report()
    tasks = [(seed, range(at, min(at + 200, runs))) for at in range(0, runs, 200)]
    with multiprocessing.get_context("fork").Pool(jobs, _limited) as pool:
        for done, part in enumerate(pool.imap_unordered(_work, tasks), 1):
            report.add(part)
            progress(min(done * 200, runs), report)
    return report


def main() -> int:
    """Fuzz, say what came out, and keep what failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--case", type=int, default=None)
    given = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    if given.case is not None:
        one = case(seed, given.case)
        print(one)
        outcome, failure = tried(one)
        print(failure.details if failure else outcome)
        return 1 if failure else 0
    started = time.monotonic()
    live = sys.stderr.isatty()

    def progress(done: int, report: Report) -> None:
        if live:
            bad = len(report.failures)
            print(f"\r{done:,} of {given.runs:,}, {bad} failing places", end="", file=sys.stderr)

    report = fuzz(seed, given.runs, given.jobs, progress)
    if live:
        print("\r\x1b[K", end="", file=sys.stderr)
    print(report.text())
    print(f"seed {seed}, {given.jobs} jobs, {time.monotonic() - started:.0f} s")
    if not report.failures:
        FAILURES.unlink(missing_ok=True)
        return 0
    with FAILURES.open("w", encoding="utf-8", errors="backslashreplace") as stream:
        for failure in report.failures.values():
            small = minimized(failure)
            stream.write(
                f"{small.place}\n  case {failure.case.seed}\n  spec {small.case.text[:2000]!r}\n"
                f"  values {small.case.values} layout {small.case.layout} {small.case.settings}"
                f" variant {small.case.variant!r}\n"
                f"{small.details}\n"
            )
            print(f"{small.place}: {small.case.text[:200]!r} {small.case.values or ''}")
    print(f"{len(report.failures)} failing places; see {FAILURES}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
