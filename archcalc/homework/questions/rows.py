"""Which layer each row of a student's table is about: by its name, else by its kind, in order."""

from __future__ import annotations

import re
from collections.abc import Sequence

TOTAL = "total"
_TOTALS = ("total", "sum", "합계", "총합", "전체", "합", "all", "net")
_KINDS: tuple[tuple[str, str], ...] = (
    ("input", r"input|image|입력"),
    ("flatten", r"flat|평탄"),
    ("norm", r"\bbn\d*\b|batch.?norm|norm|정규화"),
    ("pool", r"pool|subsamp|풀링|\bs\d+\b|\bgap\b"),
    ("activation", r"relu|tanh|sigmoid|activation|활성|softmax"),
    ("drop", r"drop"),
    ("conv", r"conv|합성곱|컨볼루션|\bc\d+\b"),
    ("fc", r"\bfc|dense|linear|fully|완전|\bf\d+\b|output|\bout\b|출력"),
)
_WORDS = {
    "conv": "conv",
    "dwconv": "conv",
    "deconv": "conv",
    "fc": "fc",
    "linear": "fc",
    "maxpool": "pool",
    "avgpool": "pool",
    "subsample": "pool",
    "gap": "pool",
    "adaptiveavgpool": "pool",
    "adaptivemaxpool": "pool",
    "flatten": "flatten",
    "bn": "norm",
    "ln": "norm",
    "lrn": "norm",
    "gn": "norm",
    "dropout": "drop",
    "relu": "activation",
    "tanh": "activation",
    "sigmoid": "activation",
    "softmax": "activation",
}


def matched(rows: Sequence[str], names: Sequence[str], words: Sequence[str]) -> list[str] | None:
    """Return the layer of each row, ``total``, or an empty text for rows about no layer.

    ``names`` and ``words`` are those of the layers. None where the rows cannot be told: neither
    their names nor their kinds fit, and there are not as many as layers.
    """
    plain = [row.lower().strip().strip("*_`") for row in rows]
    found: list[str | None] = [_by_name(row, names) for row in plain]
    open_rows = [at for at, layer in enumerate(found) if layer is None]
    free = [at for at, name in enumerate(names) if name not in found]
    if not open_rows:
        return [layer or "" for layer in found]
    kinds = [_kind(plain[at]) for at in open_rows]
    if len(open_rows) == len(free) and all(
        kind in ("", _WORDS.get(words[at], kind)) for kind, at in zip(kinds, free, strict=True)
    ):
        pairs = list(zip(open_rows, free, strict=True))  # as many, and nothing speaks against it
    elif "" in kinds:
        return None
    else:
        pairs = _aligned(open_rows, kinds, free, [_WORDS.get(words[at], "") for at in free])
    for row, layer in pairs:
        found[row] = names[layer]
    return [layer or "" for layer in found]


def _by_name(row: str, names: Sequence[str]) -> str | None:
    together = row.replace(" ", "")
    for name in names:
        if together == name.lower().replace(" ", ""):
            return name
    if together in _TOTALS:
        return TOTAL
    near = [name for name in names if together and name.lower().split(".")[-1] == together]
    return near[0] if len(near) == 1 else None


def _kind(row: str) -> str:
    """Return the kind of layer that a row's name speaks of, empty where it does not say."""
    for kind, pattern in _KINDS:
        if re.search(pattern, row):
            return kind
    return ""


def _aligned(
    rows: Sequence[int], kinds: Sequence[str], layers: Sequence[int], words: Sequence[str]
) -> list[tuple[int, int]]:
    """Return the longest run of pairs of one kind, in order."""
    best = [[0] * (len(layers) + 1) for _ in range(len(rows) + 1)]
    for i in range(len(rows) - 1, -1, -1):
        for j in range(len(layers) - 1, -1, -1):
            here = 1 + best[i + 1][j + 1] if kinds[i] == words[j] else 0
            best[i][j] = max(here, best[i + 1][j], best[i][j + 1])
    pairs, i, j = [], 0, 0
    while i < len(rows) and j < len(layers):
        if kinds[i] == words[j] and best[i][j] == 1 + best[i + 1][j + 1]:
            pairs.append((rows[i], layers[j]))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs
