"""Writing and spoiling homework: a key with every kind of question, and files that answer it."""

from __future__ import annotations

import itertools
import json
import random
import re
from collections.abc import Callable

KEY = """\
archcalc-key: 1
title: "Fuzzed | `homework` <b>"
accept: [macs, macs+bias]
order: any
specs:
  naive: '14x14x480 | c: conv 5x5x48 pad 2'
  bottleneck: '14x14x480 | r: conv 1x1x16 | c: conv 5x5x48 pad 2'
  net: '28x28x3 | a: conv 3x3x8 pad 1 +relu | p: maxpool 2x2 | b: conv 5x5x16 s2 | f: fc 10'
  deep: '32x32x3 | c1: conv 7x7x8 pad 3 | maxpool 2x2 | conv 7x7x8 pad 3 | conv 7x7x8 pad 3 | gap'
  wide: '10x30x4 | w: conv 3x5x6 s1x2 groups 2'
questions:
  - {id: 1a, ask: output, of: naive}
  - {id: 1b, ask: size, of: net/b, points: 1/3}
  - {id: 2, ask: params, of: net}
  - {id: 3, ask: MACs, of: naive, points: 2}
  - {id: 4, ask: MACs, of: bottleneck, points: 2, partial: {O08: 0.5}}
  - {id: 5, ask: ratio, of: [3, 4]}
  - {id: 6, ask: FLOPs, of: net/a}
  - {id: 7, ask: units, of: net/a, truncated: none}
  - {id: 8, ask: connections, of: net/a, tolerance: {rel: 0.01}}
  - {id: 9, ask: weights, of: net/f, tolerance: {sigfigs: 3}}
  - {id: 10, ask: receptive_field, of: net/b}
  - {id: 11, ask: receptive_field, of: deep}
  - {id: 12, ask: jump, of: net/b}
  - {id: 13, ask: memory, of: net, unit: MB, batch: 64}
  - {id: 14, ask: peak_memory, of: net, unit: KiB, digits: 3}
  - {id: 15, ask: table, of: net, columns: [output, params, MACs, receptive_field], points: 5}
  - {id: 16, ask: padding, of: naive/c}
  - {id: 17, ask: smallest_input, of: net}
  - {id: 18, claim: bottleneck MACs < naive MACs}
  - {id: 19, claim: naive is cheaper than bottleneck}
  - {id: 20, ask: activations, of: [net/a, net/b], follow_through: false}
  - {id: 21, ask: channels, of: bottleneck, order: chw}
  - {id: 22, ask: training_memory, of: net, batch: 8, train: true}
  - {id: 23, ask: receptive_field, of: wide}
  - {id: ratio, ask: ratio, of: [6, 7], points: 0}
  - {id: out, ask: output, of: wide, order: hwc}
"""
ANSWERS = {
    "1a": ("14x14x48", "(14, 14, 48)", "[48, 14, 14]", "48@14x14", "14x14x480", "14", "None,48,14"),
    "1b": ("5", "5x5", "floor((14-5)/2)+1 = 5", "6", "4.5", "5 x 6"),
    "2": ("7,450", "7450", "7.45K", "224 + 3216 + 4010 = 7450", "7416", "0.00745M", "7,451"),
    "3": ("112,896,000", "(14x14x48)x(5x5x480) = 112.9M", "1억 1289만 6000", "225.8M", "112.8M"),
    "4": ("5,268,480", "1.5M + 3.8M = 5.3M", "3.8M", "526만 8480", "114,401,280", "10.5M", "5.0M"),
    "5": ("21.4", "21.43", "112.9/5.268 = 21.43", "29.7", "0.0467", "21x"),
    "6": ("351,232", "351.2K", "175,616", "0.35 MFLOPs", "702464"),
    "7": ("6,272", "28*28*8", "28^2 * 8 = 6272", "784", "6.2K"),
    "8": ("169,344", "169K", "1.69e5", "1.7 * 10^5", "170000"),
    "9": ("4,000", "4K", "4010", "400*10", "16*5*5*10 = 4000"),
    "10": ("12", "12x12", "5", "8", "1 + 2*1 + 1*1 + 4*2"),
    "11": ("whole", "전체", "62", "32x32", "the whole image", "49"),
    "12": ("4", "2", "2*2 = 4", "4x4", "4px"),
    "13": ("3.718 MB", "3.717632", "3,717,632 bytes", "3.545 MiB", "58.1 KB", "3.7"),
    "14": ("49.0", "49.00 KiB", "50,176 B", "50.2 KB", "49"),
    "16": ("2", "(5-1)/2 = 2", "same", "1"),
    "17": ("10", "10x10", "9", "12"),
    "18": ("true", "T", "yes", "참", "false", "No", "B is cheaper", "maybe"),
    "19": ("false", "F", "no", "거짓", "true", "unknown"),
    "20": ("12,944", "12.9K", "6272 + 400", "12.94K"),
    "21": ("48", "48@14x14", "14x14x48", "16"),
    "22": ("439,296 bytes", "429.0 KiB", "0.44 MB", "54912", "429"),
    "23": ("3x5", "3 x 5", "5x3", "3", "5"),
    "ratio": ("56", "351232/6272", "351232/6272 = 56.0", "1/56", "0.0179"),
    "out": ("8x13x6", "(8, 13, 6)", "8x14x6", "6x8x13", "13x8x6"),
}
TABLE = (
    ("layer", "output", "params", "MACs", "receptive field"),
    ("a", "28x28x8", "224", "169,344", "3"),
    ("p", "14x14x8", "0", "0", "4"),
    ("b", "5x5x16", "3,216", "80,000", "12"),
    ("f", "10", "4,010", "4,000", "28"),
    ("total", "", "7,450", "253,344", ""),
)
KOREAN = ("층", "출력", "파라미터", "연산량", "수용 영역")
NAMES = (
    "Kim", "김철수", "=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(A1)", "<script>alert(1)</script>",
    "a|b", "`rm`", "$x$", "O'Neil", '"quoted"', "\u202eevil", "\t=1", "＝1+1", "A" * 300,
    "\x1b[31m", "![](http://x)", "[a](javascript:x)", "**b**", "", "null", "1", "---", "%s{0}",
    "\r=2",
)  # fmt: skip
ODD = (
    "×", "✕", "х", "→", "−", "–", "“", "”", "１", "４８", "０", "²", "½", "①", "٣", "𝟑", "㎡", "ﬁ",
    "ß", "İ", "…", "·", "∗", "＊", "（", "）", "［", "］", "；", "：", "，", "．", "\u200b",
    "\u200d",
    "\u202e", "\u2067", "\u200f", "\ufeff", "\u00a0", "\u3000", "\u2028", "\u0085", "\0",
    "\x1b[2J", "\x07", "\b", "\x7f", "\x9b", "\r", "\t", "\n", "\v", "\f", "\ud800", "\udcff",
    "합", "만", "억", "조", "경", "천", "백", "십", "e\u0301", "\u0301", "🙂", "ﷺ", "\U000e0041",
)  # fmt: skip
TOKENS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</td>", "<!--", "-->", "]]>",
    "&lt;", "|", "||", "`", "```", "``", "$", "$$", "\\", "\\n", "*", "**", "_", "#", "##", "~~",
    "---", "===", "- ", "> ", "[x]", "![", "](", "{", "}", "{{", "{0}", "{given}", "%s", "%(x)s",
    "(", ")", "[", "]", "⌊", "⌋", "\\frac{", "\\frac{1}{2}", "\\lfloor", "\\cdot", "\\times", "^",
    "^^", "**9", "9^9^9", "2^64", "10^64", "(-1)", "-", "--", "+", "=", "==", "=1", "/", "//",
    "/0", "1/0", "%", "!", "e9", "E", "e-999999999", "1e999", "1e64", "inf", "nan", "None",
    "null", "true", "~", "1_000", "0x10", "0b1", "00", "-0", ".5", "5.", "1.2.3", "1,2,3", "1,23",
    "1.234.567", "1'000", "9" * 30, "9" * 2500, "K", "M", "G", "T", "B", "Ki", "Mi", "MB", "MiB",
    "GFLOPs", "MACs", "million", "bytes", "px", "억", "만",
    "!!python/object/apply:os.system ['id']", "!!int ", "&a [*a, *a]", "<<: *a", "? ", ": ", "'",
    '"', ",", ";", "\t", "\n\n", "1. ", "q3: ", "Q99 = 4", "2a)", "Name: ", "이름: ", "not", "or",
    "whole", "true and false", "total", "=HYPERLINK(A1)", "@x", "floor(", "ceil(", "max(",
    "sqrt(", "x x", "x",
)  # fmt: skip
SWAPS = ("KMGTBkm", "0123456789", "()[]{}", "+-*/^=x×", ".,", "'\"`", "억만천백", ":;|\t,")


# Sheets of answers


def sheet(rng: random.Random) -> tuple[str, str]:
    """Return a file that answers some questions, and its ending."""
    write = rng.choice(WRITERS)
    text, suffix = write(rng, chosen(rng))
    if rng.random() < 0.03:
        suffix = rng.choice((".md", ".txt", ".csv", ".tsv", ".yaml", ".json", ".ipynb", ".pdf", ""))
    return text, suffix


def chosen(rng: random.Random) -> dict[str, str]:
    """Return answers to some questions, right ones first among equals."""
    share = rng.choice((0.3, 1.0, 1.0))
    found = {}
    for id, texts in ANSWERS.items():
        if rng.random() <= share:
            found[id] = texts[0] if rng.random() < 0.4 else rng.choice(texts)
            if rng.random() < 0.02:
                found[id] = rng.choice((*TOKENS, *NAMES, *ODD))
    return found


def _text(rng: random.Random, answers: dict[str, str]) -> tuple[str, str]:
    sign = rng.choice((" = ", ": ", ") ", ". ", "\t", " -> "))
    lines = [f"Name: {rng.choice(NAMES)}"] if rng.random() < 0.5 else []
    lines += [f"{id}{sign}{text}" for id, text in answers.items()]
    return "\n".join([*lines, "", *_bars(rng, "15")]) + "\n", rng.choice((".txt", ".md"))


def _headings(rng: random.Random, answers: dict[str, str]) -> tuple[str, str]:
    word = rng.choice(("Question ", "Q", "문제 ", ""))
    parts = [f"# Homework\n\n이름: {rng.choice(NAMES)}\n"]
    parts += [f"## {word}{id}\n\nBecause of it.\n\n답: {text}\n" for id, text in answers.items()]
    return "\n".join([*parts, f"## {word}15\n", *_bars(rng, "")]) + "\n", ".md"


def _bars(rng: random.Random, id: str) -> list[str]:
    """Return the table of layers in markdown, under a heading."""
    head = TABLE[0] if rng.random() < 0.7 else KOREAN
    rows = [head, ["---"] * len(head), *TABLE[1:]]
    return [f"## {id}\n"] * bool(id) + [f"| {' | '.join(row)} |" for row in rows]


def _markdown_table(rng: random.Random, answers: dict[str, str]) -> tuple[str, str]:
    head = rng.choice(("| question | answer |", "| 문제 | 답 |", "| # | result | why |"))
    rows = [f"| {id} | {text} |" for id, text in answers.items()]
    return "\n".join([head, "|---|---|", *rows, "", *_bars(rng, "15")]) + "\n", ".md"


def _csv(rng: random.Random, answers: dict[str, str]) -> tuple[str, str]:
    sign = rng.choice((",", ";", "\t"))
    rows = [("question", "answer"), *answers.items()]
    return "\n".join(sign.join(map(_quoted, row)) for row in rows) + "\n", rng.choice(
        (".csv", ".tsv")
    )


def _class_csv(rng: random.Random, answers: dict[str, str]) -> tuple[str, str]:
    ids = list(answers)
    if rng.random() < 0.3:
        rows = [("student", "question", "answer")]
        rows += [(rng.choice(NAMES[:6]), id, text) for id, text in answers.items()]
    else:
        rows = [(rng.choice(("student", "이름", "name")), *ids)]
        rows += [
            (rng.choice(NAMES), *(rng.choice(ANSWERS[id]) for id in ids))
            for _ in range(rng.randint(1, 3))
        ]
    return "\n".join(",".join(map(_quoted, row)) for row in rows) + "\n", ".csv"


def _layers_csv(rng: random.Random, answers: dict[str, str]) -> tuple[str, str]:
    return "\n".join(",".join(map(_quoted, row)) for row in TABLE) + "\n", ".csv"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set(',;"\n\t') else cell


def _yaml(rng: random.Random, answers: dict[str, str]) -> tuple[str, str]:
    quote = rng.choice(("", "'", '"'))
    lines = [f"name: {rng.choice(NAMES[:4])}"] if rng.random() < 0.3 else []
    lines += [f"{id}: {quote}{text}{quote}" for id, text in answers.items()]
    if rng.random() < 0.5:
        lines += ["15:"]
        for row in TABLE[1:]:
            lines.append(f"- {json.dumps(dict(zip(TABLE[0], row, strict=True)))}")
    return "\n".join(lines) + "\n", ".yaml"


def _json(rng: random.Random, answers: dict[str, str]) -> tuple[str, str]:
    found: object = {"name": rng.choice(NAMES), **answers}
    if rng.random() < 0.3:
        found = [{"question": id, "answer": text} for id, text in answers.items()]
    elif rng.random() < 0.5:
        found = {**answers, "15": [dict(zip(TABLE[0], row, strict=True)) for row in TABLE[1:]]}
    ascii_only = rng.random() < 0.5
    return json.dumps(found, indent=rng.choice((None, 1)), ensure_ascii=ascii_only), ".json"


def _notebook(rng: random.Random, answers: dict[str, str]) -> tuple[str, str]:
    cells: list[dict[str, object]] = []
    for id, text in answers.items():
        way = rng.randrange(3)
        if way == 0:
            source: object = [f"## Question {id}\n", "\n", f"{text}\n"]
            cells.append({"cell_type": "markdown", "metadata": {}, "source": source})
        elif way == 1:
            tags = {"tags": [f"archcalc:{id}"]}
            cells.append({"cell_type": "raw", "metadata": tags, "source": text})
        else:
            source = f"# q{id}\nanswer = {text!r}"
            cells.append({"cell_type": "code", "metadata": {}, "source": source, "outputs": []})
    made = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(made, indent=1), ".ipynb"


WRITERS: tuple[Callable[[random.Random, dict[str, str]], tuple[str, str]], ...] = (
    _text,
    _text,
    _headings,
    _markdown_table,
    _csv,
    _class_csv,
    _layers_csv,
    _yaml,
    _json,
    _notebook,
)


# Spoiling


def spoiled(rng: random.Random, text: str) -> str:
    """Spoil a text a little, in one of many ways."""
    at, end = sorted(rng.randrange(len(text) + 1) for _ in range(2))
    end = min(end, at + rng.choice((1, 3, 20, 200)))
    way = rng.randrange(13)
    if way == 0:
        return text[:at] + text[end:]
    if way == 1:
        return text[:at] + text[at:end] * rng.choice((2, 3, 40)) + text[end:]
    if way == 2:
        other = rng.randrange(len(text) + 1)
        return text[:other] + text[at:end] + text[other:]
    if way in (3, 4):
        return text[:at] + rng.choice(TOKENS) + text[at:]
    if way == 5:
        return text[:at] + rng.choice(ODD) + text[at + rng.randint(0, 1) :]
    if way in (6, 7):
        return _swapped(rng, text)
    if way == 8:
        number = rng.choice(("0", "1", "9" * rng.randint(1, 90), f"{rng.random():.20f}", "1e64"))
        return _replaced(rng, text, r"\d[\d,.]*", number)
    if way == 9:
        sign = rng.choice(
            ("(", "[", "{", "<", "*", "-", "`", "|", "^2", "+1", "=1", "\\frac{1}{", '"')
        )
        return text[:at] + sign * rng.choice((2, 30, 600)) + text[at:]
    if way == 10:
        return _replaced(rng, text, r"[:=]\s*.+", f": {rng.choice((*TOKENS, *NAMES))}")
    if way == 11:
        return text.replace("\n", rng.choice(("\r\n", "\r", "\n\n", "\u2028", "\x0b", " ")))
    return text.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789+-*/=()"})


def _swapped(rng: random.Random, text: str) -> str:
    """Put another sign of its kind in the place of one."""
    signs = rng.choice(SWAPS)
    places = [place for place, char in enumerate(text) if char in signs]
    if not places:
        return text
    place = rng.choice(places)
    return text[:place] + rng.choice(signs) + text[place + 1 :]


def _replaced(rng: random.Random, text: str, pattern: str, by: str) -> str:
    found = list(re.finditer(pattern, text))
    if not found:
        return text + by
    one = rng.choice(found)
    return text[: one.start()] + by + text[one.end() :]


def monster(rng: random.Random) -> tuple[str, str]:
    """Return a file that is large in one respect."""
    much = rng.choice((100, 3000, 100_000))
    deep = rng.choice((10, 60, 3000))
    unit = rng.choice(
        ("(", "9^", "1+", "-", "1 ", "⌊", "1,", "9", "만", "1x", "x", "[", "=1", "a ")
    )
    token = rng.choice((*TOKENS, *ODD))
    many = "\n".join(f"{n}: {token}" for n in range(min(much, 6000)))
    made: tuple[str, str] = rng.choice(
        (
            lambda: (f"3 = {unit * much}", ".txt"),
            lambda: (f"1a = {unit * much}", ".txt"),
            lambda: (f"18 = {token * (much // 10)}", ".md"),
            lambda: (f"3 = {token * min(much, 300)}112.9M{token * 3}", ".md"),
            lambda: (f"11: {unit * min(much, 1990)}", ".md"),
            lambda: (many, rng.choice((".md", ".txt", ".csv", ".yaml"))),
            lambda: ("3: " + "[" * deep + "]" * deep, ".yaml"),
            lambda: ("3: " + "{a: " * deep + "1" + "}" * deep, ".yaml"),
            lambda: ('{"3": ' + "[" * deep + "]" * deep + "}", ".json"),
            lambda: ('{"a":' * deep + "1" + "}" * deep, rng.choice((".json", ".ipynb"))),
            lambda: ("a: &a [1,1]\n" + _aliases(deep), ".yaml"),
            lambda: ("|" * much + "\n" + "|-" * much + "\n" + "|1" * much, ".md"),
            lambda: (",".join(map(str, range(min(much, 5000)))) + "\n" + "1," * much, ".csv"),
            lambda: ("layer,params\n" + "a,=1\n" * min(much, 6000), ".csv"),
            lambda: ("student,3\n" + "=1,112.9M\n" * min(much, 40), ".csv"),
            lambda: ("> " * much + "3: 4", ".md"),
            lambda: ("#" * much + " 3\n4", ".md"),
            lambda: ("`" * much + "3: 4", ".md"),
            lambda: ("\n".join("\t" * n + "- 3: 4" for n in range(min(deep, 300))), ".md"),
            lambda: (f'"{token * min(much, 900)}', rng.choice((".csv", ".json", ".yaml"))),
        )
    )()
    return made


def _aliases(deep: int) -> str:
    names = [f"b{n}" for n in range(min(deep, 60))]
    lines = ["b0: &b0 [*a, *a, *a]"]
    lines += [f"{one}: &{one} [*{b}, *{b}, *{b}]" for b, one in itertools.pairwise(names)]
    return "\n".join([*lines, f"3: *{names[-1]}"])


# Keys

KEY_TOKENS = (
    "id", "ask", "of", "points", "title", "partial", "accept", "order", "digits", "tolerance",
    "truncated", "follow_through", "unit", "batch", "dtype", "train", "claim", "columns", "specs",
    "convention", "questions", "archcalc-key", "true", "false", "any", "chw", "macs", "flops2",
    "all", "params", "ratio", "table", "naive", "bottleneck/r", "net/nothing", "resnet18",
    "zoo:vgg16", "torchvision:resnet18", "evil.py:f", "-", "../../etc/passwd", "/etc/passwd",
    "{rel: 0.9}", "{sigfigs: 99}", "{rel: 1e999}", "[3, 4]", "[3]", "[99, 3]", "null", "~", "",
    "0", "-1", "1/0", "1/3", "1e9", "999999999", "O08", "S01", "X99", "float16", "int4", "MB",
    "XB", "thop", "fvcore", "'HxWx3 | conv 3x3x8'", "'8x8x4 | conv 9x9x4'",
    "'8x8x4 | attn heads 3'", "'10x16 | lstm 4'", "'4x4x4x3 | conv 3x3x3x8'", "'64 | fc 10'",
    "'9x9x4 | aux( gap ) | relu'", "'9x9x4 | opaque q 3'", "'8x8x4 | [ conv 3x3x4 pad 1 ]*40'",
    "receptive_field", "smallest_input", "padding", "span", "memory", "peak_memory",
    "activations", "height", "first", "depth", "!!python/name:os.system x", "&a [*a]",
    "<<: {a: 1}", "naive MACs < 0", "naive MACs == 1억", "0 < naive MACs", "a is b than c",
    "net receptive_field > 3", "deep receptive_field >= 3", "naive is larger than bottleneck.",
)  # fmt: skip


def key(rng: random.Random) -> str:
    """Return a key with one mistake or a few."""
    text = KEY
    if rng.random() < 0.5:
        head, _, questions = text.partition("questions:\n")
        lines = questions.splitlines()
        kept = rng.sample(lines, rng.randint(0, 5))
        text = f"{head}questions:\n" + "\n".join(sorted(kept, key=lines.index)) + "\n"
    for _ in range(rng.choice((0, 1, 1, 1, 2, 4))):
        way = rng.random()
        if way < 0.35:
            text = _replaced(rng, text, r"(?<=: )[^,{}\n]+", rng.choice(KEY_TOKENS))
        elif way < 0.5:
            text = _replaced(rng, text, r"[\w-]+(?=:)", rng.choice(KEY_TOKENS))
        elif way < 0.65:
            pair = f"{{{rng.choice(KEY_TOKENS[:20])}: {rng.choice(KEY_TOKENS)}, "
            text = _replaced(rng, text, r"\{(?=id)", pair)
        else:
            text = spoiled(rng, text)
    return text
