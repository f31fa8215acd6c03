"""The words that students write behind a number: K, million, GFLOPs, MiB, 파라미터."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

_DECIMAL = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
SCALES = {name: Fraction(scale) for name, scale in {**_DECIMAL, **_BINARY}.items()}

_LETTERS = {
    **{"K": "K", "k": "K", "M": "M", "m": "M", "G": "G", "g": "G", "B": "G", "T": "T"},
    **{name: name for name in _BINARY},
    **{"ki": "Ki", "mi": "Mi", "gi": "Gi", "ti": "Ti"},
}
_WORDS = {
    **dict.fromkeys(("thousand", "thousands", "tsd", "kilo"), "K"),
    **dict.fromkeys(("million", "millions", "mio", "mill", "mil", "mn", "mln"), "M"),
    **dict.fromkeys(("millionen", "mega"), "M"),
    **dict.fromkeys(("billion", "billions", "bn", "mrd", "milliarden", "giga"), "G"),
    **dict.fromkeys(("trillion", "trillions", "tn", "tera"), "T"),
    **{"kibi": "Ki", "mebi": "Mi", "gibi": "Gi", "tebi": "Ti"},
}
_PREFIXES = sorted((*_LETTERS, *_WORDS), key=len, reverse=True)
_UNITS = {
    "MACs": "mac macs madd madds multadds mult-adds multiply-adds multiply-add mult-add "
    "multiply-accumulate multiply-accumulates multiplyadds mul-adds 곱셈덧셈 곱셈-덧셈",
    "FLOPs": "flop flops",
    "FLOP/s": "flop/s flops/s",
    "MACs/s": "mac/s macs/s",
    "multiplications": "multiplication multiplications multiplies mults muls multiply 곱셈",
    "additions": "addition additions adds 덧셈",
    "ops": "op ops operation operations 연산",
    "params": "param params parameter parameters 파라미터 매개변수 모수",
    "weights": "weight weights 가중치",
    "biases": "bias biases 편향 바이어스",
    "bytes": "byte bytes 바이트",
    "bytes/s": "byte/s bytes/s",
    "bits": "bit bits 비트",
    "pixels": "pixel pixels px 픽셀 화소",
    "units": "unit units neuron neurons 뉴런 유닛",
    "connections": "connection connections 연결",
    "layers": "layer layers 층 레이어",
    "filters": "filter filters kernel kernels 필터 커널",
    "channels": "channel channels map maps 채널",
    "positions": "position positions location locations 위치",
    "values": "value values element elements number numbers 값",
    "activations": "activation activations 활성값",
    "images": "image images sample samples 이미지",
    "features": "feature features 특징",
    "times": "times 배",
    "": "개 회 번",
}
UNITS = {word: unit for unit, words in _UNITS.items() for word in words.split()}
HANGUL_UNITS = sorted((word for word in UNITS if word[0] >= "가"), key=len, reverse=True)
SCALABLE = frozenset(
    ("MACs", "FLOPs", "FLOP/s", "MACs/s", "ops", "params", "bytes", "bits", "bytes/s", "pixels")
)
_PER = frozenset(("image", "img", "sample", "layer", "pixel", "position", "inference", "frame"))
NOT_READ = frozenset(("hundred", "hundreds", "dozen", "lakh", "crore", "point", "quadrillion"))
FILLERS = frozenset(
    (
        *("about", "approx", "approximately", "circa", "ca", "roughly", "around", "nearly", "so"),
        *("thus", "hence", "therefore", "then", "i", "e", "ie", "the", "total", "answer", "is"),
        *("약", "대략", "따라서", "즉", "그래서", "총", "합계", "합", "정답", "답", "답은"),
    )
)
"""Words beside a calculation that say nothing about it."""


@dataclass(frozen=True)
class Behind:
    """What a word behind a number says: a scale (``suffix`` names it) and a unit."""

    suffix: str = ""
    unit: str = ""
    scale: Fraction = Fraction(1)


def behind(word: str) -> Behind | None:
    """Return what a word behind a number says, or None for a word of prose.

    >>> behind("GFLOPs")
    Behind(suffix='G', unit='FLOPs', scale=Fraction(1000000000, 1))
    >>> behind("because") is None
    True
    """
    if len(word) > 40:
        return None
    head, slash, per = word.partition("/")
    if slash and per.lower() in _PER:
        return behind(head)
    if slash and per.lower() in ("s", "sec", "second"):
        word = f"{head}/s"
    if word in _LETTERS:
        return _scaled(_LETTERS[word])
    lower = word.lower()
    if lower in _WORDS:
        return _scaled(_WORDS[lower])
    if lower in UNITS:
        return Behind(unit=UNITS[lower])
    return _prefixed(word)


def _scaled(suffix: str, unit: str = "") -> Behind:
    return Behind(suffix, unit, SCALES[suffix])


def _prefixed(word: str) -> Behind | None:
    """Read a scale and a unit in one word: MMACs, kB, MiB, megabytes, Mbit/s."""
    for prefix in _PREFIXES:
        same = word.startswith(prefix) or (len(prefix) > 2 and word.lower().startswith(prefix))
        if not same:
            continue
        suffix = _LETTERS.get(prefix) or _WORDS[prefix.lower()]
        rest = word[len(prefix) :]
        unit = _byte(prefix, rest) or UNITS.get(rest.lower(), "")
        if unit in SCALABLE:
            return _scaled(suffix, unit)
    return None


def _byte(prefix: str, rest: str) -> str:
    """Read B as bytes, and b only where all is written small (mb, kb)."""
    if prefix == "B" or rest not in ("B", "b", "B/s"):
        return ""
    if rest == "b" and not prefix.islower():
        return ""
    return "bytes/s" if rest == "B/s" else "bytes"


def hangul_behind(word: str) -> tuple[str, int] | None:
    """Return the unit that a Korean word begins with and its length, or None.

    >>> hangul_behind("픽셀입니다")
    ('pixels', 2)
    """
    for unit in HANGUL_UNITS:
        if word.startswith(unit):
            return UNITS[unit], len(unit)
    return None
