"""The words that name the axes of a shape, and the order that they stand in."""

from __future__ import annotations

from collections.abc import Sequence

from .tokens import BATCH, Token

_AXES = {
    "H": "h height rows 높이 세로",
    "W": "w width cols columns 너비 폭 가로",
    "C": "c d ch channels channel depth maps map filters 채널 깊이 필터",
    "N": "n b batch 배치",
}
AXES = {word: axis for axis, words in _AXES.items() for word in words.split()}
BATCHES = BATCH | {"?", "batch_size", "batchsize", "bs"}
JOINING = frozenset(
    ("by", "of", "with", "and", "x", "each", "feature", "output", "wide", "high", "deep", "곱하기")
)


def channel_words(word: str) -> bool:
    """Tell whether a word behind a size says that it counts channels."""
    return AXES.get(word) == "C" or word in ("kernels", "features")


def axis_order(found: Sequence[Token]) -> str:
    """Return the axes that a text names in order, ``CHW`` for ``(C, H, W)``; empty without.

    >>> from .page import page
    >>> from .tokens import tokens
    >>> axis_order(tokens(page("48x14x14 (NCHW)")))
    'NCHW'
    """
    letters: list[str] = []
    for token in found:
        word = token.text.upper().replace("X", "")
        named = token.kind in ("word", "behind") and word and set(word) <= set("NCHW")
        if named and (len(word) == 1 or len(set(word)) == len(word) > 2):
            letters += word
    once = len(set(letters)) == len(letters) > 2
    return "".join(letters) if once else ""
