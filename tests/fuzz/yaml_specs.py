"""Random YAML specs, the zoo's files spoiled, and texts that are large in one respect."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml

from archcalc import zoo
from archcalc.layers import LAYERS

HEAD = "archcalc: 1\ninput: 28x28x192\n"
NAMES = ("c", "s", "n", "w", "k", "C", "N", "width")
NUMBERS = ("1", "2", "3", "4", "8", "16", "0.5", "0.75", "3/4", "1/3", "5/2")
ODD_NUMBERS = (
    "0", "-1", "1/999999999999999", "999999999999999", "0x10", "010", "12:30", "1e5", "3/0", "٣",
    "~", "", "yes", "[3]", "1/0", "3.", ".5", "9" * 30, "1_000", "inf",
)  # fmt: skip
LABELS = (
    "a", "conv1", "3a", "stem", "f1", "f1.conv1", "a/b", "합성곱", "on", "y", "1", "concat", "res",
    "of", "repeat", "seq", "aux", "concatt", "repeats", "b.add", "input", "null", "1.5", "x" * 120,
)  # fmt: skip
KEYS = (
    "archcalc", "name", "note", "source", "input", "layout", "symbols", "defaults", "blocks",
    "layers", "net", "budget", "published", "variants", "extends", "res", "shortcut", "concat",
    "add", "mul", "aux", "repeat", "of", "seq", "params", "differs", "train", "thousand",
)  # fmt: skip
SIGNS = (
    "- ", "-", ": ", ":", "? ", "&a ", "*a", "!!int ", "!!python/object:os.system ", "|", ">-", "{",
    "}", "[", "]", ", ", ",", " #", "---\n", "...\n", "\t", "<<: ", '"', "'", "''", "\\", "@", "`",
    "%", "~", "\n", "\n\n", "\r\n", "\r", "\ufeff", "\0", "\x07", "\x85", "\u2028", "\ud800", "*3",
    "합성곱", "😀", "{}", "[]", "null", "yes", "(", ")", "(c)", "f(3)", "f()", "(n - 1)", "^16",
    "1/3", "0", "10**9",
)  # fmt: skip
SNIPPETS = (
    "symbols: {n: 2}\nblocks:\n  pair(c, s): [conv 1x1x(c), unit((2*c) s)]\n"
    "  unit(c, s): conv 3x3x(c) pad 1 stride (s)\nlayers:\n  - a: pair(8 1)\n  - b: pair((4*n) 2)\n"
    "  - {repeat: n - 1, of: pair(3 1)}\n",
    "defaults: {conv: nobias pad 1, pool: ceil}\n"
    "layers: [conv 3x3x8, conv 3x3x8 pad 0 bias, maxpool 3x3 s2, avgpool 3x3 s2 floor]\n",
    "net: |\n  ...\n  | a: conv 3x3x8 pad 1   # a comment\n  | res( relu | conv 3x3x8 pad 1 )\n",
    "net: >-\n  ...\n  | conv 3x3x8\n\n     | relu\n",
    "layers:\n- 3a: {add: [conv 1x1x8, [relu, conv 1x1x8]]}\n- {res: [conv 1x1x8], shortcut: id}\n"
    "- r: {repeat: 2, of: {res: conv 1x1x8}}\n"
    "- h: {aux: [gap, fc 10]}\n- {seq: [relu, {seq: tanh}]}"
    '\n- "[ relu | tanh ]*2"\n- bottleneck 16\n',
    "name: base\nsymbols: {c: 4, n: 1, w: 0.75}\nblocks: {u(k): conv 3x3x(k) pad 1}\n"
    "layers: [u(c), {repeat: n, of: relu}, 'conv 1x1x(divisible(24*w, 8))']\n"
    "variants:\n  wide: {symbols: {c: 8}}\n  wide:deep: {extends: wide, symbols: {n: 3}, note: yes}"
    "\n  other: {blocks: {u(k): conv 5x5x(k) pad 2}}\n  flat: {layers: [fc 10]}\n",
    "budget: {params: <= 3M, macs: < 1G}\nlayers: [conv 1x1x10]\npublished:\n"
    "- {params: 1930, source: me}\n- {macs: 2M, of: conv1, differs: rounded, source: me}\n",
)


@dataclass
class Document:
    """A YAML spec being written; ``values`` are its symbols."""

    rng: random.Random
    stage: Callable[[], str]
    values: dict[str, str] = field(default_factory=dict)
    blocks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    level: int = 0

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def pick(self, *choices: Any) -> Any:
        return self.rng.choice(choices)

    # Numbers

    def expression(self, names: tuple[str, ...], depth: int = 2) -> str:
        """Return an expression, mostly a sensible one."""
        if depth == 0 or self.chance(0.35):
            return self.pick(*names, "1", "2", "8", str(self.rng.randint(0, 64)))
        one, other = (self.expression(names, depth - 1) for _ in range(2))
        way = self.rng.random()
        if way < 0.6:
            return f"{one}{self.pick('*', '+', '*', '//', '/', ' - ')}{other}"
        if way < 0.7:
            return f"({one})^{self.pick(1, 2, 2, 16)}"
        if way < 0.8:
            return f"{self.pick('min', 'max')}({one}, {other})"
        if way < 0.9:
            return f"divisible({one})" if self.chance(0.6) else f"divisible({one}, {other})"
        return f"ceil({one})"

    def size(self, names: tuple[str, ...]) -> str:
        if not names or self.chance(0.4):
            return str(self.pick(1, 2, 4, 8, 16, 192))
        return f"({self.expression(names)})" if self.chance(0.5) else f"({self.pick(*names)})"

    # Stages

    def text(self, names: tuple[str, ...]) -> str:
        """Return one stage."""
        way = self.rng.random()
        if self.blocks and way < 0.25:
            name = self.pick(*self.blocks)
            values = [self.size(names) for _ in self.blocks[name]]
            if self.chance(0.05):
                values.append("3")
            return f"{name}({self.pick(' ', ', ', ' ').join(values)})"
        if way < 0.45:
            return f"conv 1x1x{self.size(names)}{self.pick('', ' +bn +relu', ' nobias', '')}"
        if way < 0.55:
            return f"conv 3x3x{self.size(names)} pad 1 stride {self.pick('1', self.size(names))}"
        if way < 0.65:
            return str(self.pick("relu", "bn", "id", "maxpool 2x2", "gap", "tanh", "dropout 0.5"))
        if way < 0.7:
            deep = self.pick("denseblock 2", "denseblock 4 growth 12", f"basic {self.size(names)}")
            return str(self.pick(deep, f"bottleneck {self.size(names)}"))
        return self.stage()

    def body(self, names: tuple[str, ...]) -> Any:
        """Return what can stand where a stage or a chain is wanted."""
        self.level += 1
        try:
            way = self.rng.random()
            if self.level > 4 or way < 0.55:
                return self.text(names)
            if way < 0.72:
                return [self.body(names) for _ in range(self.rng.randint(1, 3))]
            if way < 0.8:
                return {self.pick("concat", "add", "mul"): [self.body(names) for _ in range(2)]}
            if way < 0.86:
                made = {"res": self.body(names)}
                return {**made, "shortcut": self.body(names)} if self.chance(0.3) else made
            if way < 0.92:
                times = self.pick(1, 2, 3, "n", "n - 1", self.expression((*names, "n")))
                times = times if self.chance(0.97) else 10**9
                return {"repeat": times, "of": self.body(names)}
            if way < 0.96:
                return {self.pick(*LABELS): self.body(names)}
            return {self.pick("aux", "seq"): self.body(names)}
        finally:
            self.level -= 1

    # The whole

    def whole(self) -> str:
        made: dict[str, Any] = {"archcalc": 1, **self.about()}
        names = self.rng.sample(NAMES, self.rng.randint(0, 3))
        for name in names:
            self.values[name] = self.pick(*NUMBERS) if not self.chance(0.04) else self.odd()
        if "n" in names or self.chance(0.7):
            self.values["n"] = self.pick("1", "2", "3")
        shapes = ("28x28x192", "32x32x3", "(9*n)x(9*n)x3", "(8*n)x(C)x4", "HxWx3")
        made["input"] = self.pick(*shapes) if self.chance(0.95) else self.pick("64", "3x0", "q")
        if self.values:
            made["symbols"] = dict(self.values)
        if self.chance(0.05):
            word = self.pick(*LAYERS(), "pool", "conv", "conv")
            made["defaults"] = {
                word: self.pick("nobias", "pad 1", "ceil", "same", "+bn", "3x3", "")
            }
        if self.chance(0.6):
            made["blocks"] = self.definitions()
        names = (*self.values, "C", "n")
        if self.chance(0.1):
            made["net"] = " | ".join(("...", *(self.text(names) for _ in range(3))))
        else:
            made["layers"] = [self.body(names) for _ in range(self.rng.randint(1, 5))]
        if self.chance(0.25):
            made["variants"] = self.variants(names)
        if self.chance(0.95):
            self.declare(made)
        return self.dumped(made)

    def declare(self, made: dict[str, Any]) -> None:
        """Declare the symbols that the whole reads, and no others."""
        texts = []
        for one in (made, *made.get("variants", {}).values()):
            texts += [str(one.get(key)) for key in ("input", "layers", "net", "defaults")]
            texts += map(str, one.get("blocks", {}).values())
        read = {word for text in texts for word in re.findall(r"[A-Za-z]\w*", text)}
        if "symbols" in made:
            own = {name: value for name, value in made["symbols"].items() if name in read}
            small = [name for name in NAMES if name in read and name.islower()]
            made["symbols"] = {**{name: self.pick("1", "2", "3") for name in small}, **own}
        for variant in made.get("variants", {}).values():
            if not variant.get("symbols", {}).keys() <= read:
                del variant["symbols"]

    def odd(self) -> str:
        return str(self.pick(*ODD_NUMBERS))

    def about(self) -> dict[str, Any]:
        made = {}
        for key in ("name", "note", "source", "layout"):
            if self.chance(0.02 if key == "layout" else 0.1):
                made[key] = self.pick("x", "resnet50", "chw", "- {a: relu}", "합성곱 " * 30, "a: b")
        if self.chance(0.05):
            made["budget"] = {self.pick("params", "macs", "depth"): self.pick("<= 3M", "<3", "3")}
        if self.chance(0.05):
            figure = {self.pick("params", "output", "macs"): self.pick("3M", "3x3", 5)}
            made["published"] = [{**figure, "source": "me", "of": self.pick("conv1", ["a", "b"])}]
        return made

    def definitions(self) -> dict[str, Any]:
        found = {}
        for name in self.rng.sample(("f", "g", "unit", "h2"), self.rng.randint(1, 3)):
            parameters = tuple(self.rng.sample(NAMES[:6], self.rng.randint(0, 3)))
            inside = (*parameters, self.pick(*NAMES)) if self.chance(0.2) else parameters
            found[f"{name}({', '.join(parameters)})"] = self.body(inside)
            if self.chance(0.05):
                self.blocks[self.pick("f", "g", "conv")] = parameters
            self.blocks[name] = parameters  # known to those behind it, sometimes to itself
        return found

    def variants(self, names: tuple[str, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in ("v", "v:2", "deep"):
            own: dict[str, Any] = {}
            if self.chance(0.4):
                own["extends"] = self.pick("v", "v:2", "deep", "x", "nobody", name)
            if self.chance(0.5):
                own["symbols"] = {self.pick(*NAMES): self.pick(*NUMBERS)}
            if self.chance(0.2):
                own["layers"] = [self.body(names)]
            if self.chance(0.2):
                own["blocks"] = self.definitions()
            found[name] = own
        return found

    def dumped(self, made: dict[str, Any]) -> str:
        style = self.pick(None, None, None, None, "'", '"')
        text: str = yaml.safe_dump(
            _texts(made) if style else made,
            sort_keys=self.chance(0.05),
            default_flow_style=self.pick(None, False, False, True),
            default_style=style,
            width=self.pick(30, 80, 10**6),
            indent=self.pick(2, 2, 4),
            allow_unicode=self.chance(0.6),
        )
        return text


def _texts(made: Any) -> Any:
    """Return numbers as texts: quoted, YAML would give them a tag."""
    if isinstance(made, dict):
        return {key: _texts(value) for key, value in made.items()}
    return [_texts(value) for value in made] if isinstance(made, list) else str(made)


def spoiled(rng: random.Random, text: str) -> str:
    """Spoil a YAML text a little: lines, indentation, signs, names, numbers."""
    lines = text.split("\n")
    at, other = (rng.randrange(len(lines)) for _ in range(2))
    way = rng.randrange(12)
    if way == 0:
        del lines[at : at + rng.randint(1, 3)]
    elif way == 1:
        lines[other:other] = lines[at : at + rng.randint(1, 5)]
    elif way == 2:
        lines[at], lines[other] = lines[other], lines[at]
    elif way == 3:
        lines[at] = " " * rng.randint(1, 4) + lines[at]
    elif way == 4:
        lines[at] = lines[at][rng.randint(1, 3) :]
    elif way == 5:
        lines[at] = lines[at].replace(rng.choice(("(", ")", ":", ",", "[", "}", " ", "- ")), "", 1)
    elif way == 6:
        lines[at] = lines[at].replace(rng.choice(KEYS), rng.choice(KEYS), 1)
    elif way == 7:
        lines.insert(at, " " * rng.randint(0, 4) + f"{rng.choice((*KEYS, *LABELS))}: {word(rng)}")
    elif way == 8:
        return text.replace(rng.choice("0123456789"), rng.choice(ODD_NUMBERS), 1)
    elif way == 9:
        return text.replace("\n", rng.choice(("\r\n", "\r", "\n\n", "\n\t", "\u2028", "\n ")))
    else:
        place = rng.randrange(len(text) + 1)
        return text[:place] + rng.choice(SIGNS) + text[place + rng.randint(0, 2) :]
    return "\n".join(lines)


def word(rng: random.Random) -> str:
    return rng.choice((*SIGNS, *KEYS, *ODD_NUMBERS, "relu", "[relu]", "{res: relu}", "f(3)"))


def sample(rng: random.Random) -> str:
    """Return one of the zoo's files or a short text, as it is."""
    if rng.random() < 0.5:
        return HEAD + rng.choice(SNIPPETS)
    return rng.choice(tuple(zoo.families().values()))


def large(rng: random.Random) -> str:
    """Return a YAML text that is large in one respect: blocks, calls, repeats, lines, keys."""
    much, deep = rng.choice((100, 1000, 9000)), rng.choice((10, 30, 60, 3000))
    argument = rng.choice(("c", "c*c", "c+c", "c" + "+1" * 90, "max(c*2, 3)*2", "divisible(c)"))
    last = f"  b{deep}(c): {rng.choice(('relu', 'conv 1x1x(c)', '{repeat: c, of: relu}'))}\n"
    calls = "".join(f"- f({i})\n" for i in range(1, much))
    nested = rng.choice(("{repeat: 999999999999, of: ", "{res: ", "{concat: [id, ", "[", "{a: "))
    closing = {"{": "}", "[": "]"}
    end = "".join(closing[sign] for sign in reversed(nested) if sign in closing)
    texts = (
        lambda: (
            "blocks:\n"
            + "".join(f"  b{i}(c): b{i + 1}(({argument}))\n" for i in range(deep))
            + last
            + f"layers: [b0({rng.choice(('1', 'q'))})]\n"
        ),
        lambda: (
            "blocks:\n"
            + "".join(f"  b{i}(c): [b{i + 1}(c), b{i + 1}(c)]\n" for i in range(deep))
            + last
            + "layers: [b0(1)]\n"
        ),
        lambda: (
            "blocks:\n"
            + "".join(
                f"  b{i}(c): {nested * 20}b{i + 1}(c){end * 20}\n" for i in range(min(deep, 60))
            )
            + last.replace(f"b{deep}", f"b{min(deep, 60)}")
            + "layers: [b0(1)]\n"
        ),
        lambda: "blocks:\n  f(c):\n" + "    - conv 1x1x(c)\n" * much + f"layers:\n{calls}",
        lambda: "blocks:\n  f(c): []\n" + f"layers:\n{calls}",
        lambda: f"layers: {nested * deep}relu{end * deep}\n",
        lambda: "layers:\n" + "- conv 1x1x4\n" * much + "variants:\n" + "  v{}: {{}}\n" * 9,
        lambda: (
            "symbols: {"
            + "".join(f"s{i}: 1, " for i in range(much))
            + "}\nlayers: [relu]\nvariants:\n  v0: {}\n"
            + "".join(f"  v{i}: {{extends: v{i - 1}, symbols: {{s: 1}}}}\n" for i in range(1, deep))
        ),
        lambda: "symbols: {n: 1}\nlayers: [{repeat: 99999999, of: {repeat: n - 1, of: relu}}]\n",
        lambda: "".join(f"key_number_{i}: 3\n" for i in range(much)) + "layers: [relu]\n",
        lambda: "layers:\n" + "".join(f"- convv{i} 3x3\n" for i in range(2 * much)),
        lambda: "layers:\n" + "".join(f"- label_{i}: [relu]\n" for i in range(much // 2)),
        lambda: "layers: [" + "tnah, " * much + "]\n",
        lambda: f"layers:\n- {rng.choice(('a', 'a.', 'a: ', '- ', '? ', '합', 'x ')) * 400_000}\n",
        lambda: 'net: "... | ' + r"r\x65lu | \n" * much + '"\n',
        lambda: "net: >\n  ...\n" + "  | relu\n\n" * much,
        lambda: "layers: [" + "&a [" * deep + "*a" + "]" * deep + "]\n",
        lambda: f"layers: ['conv 1x1x({'(' * 15}{argument}{')^2' * 15})']\n",
    )
    return HEAD + rng.choice(texts)()
