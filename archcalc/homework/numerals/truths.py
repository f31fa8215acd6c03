"""True or false, in the words and signs that students use for it."""

from __future__ import annotations

from unicodedata import normalize

from .page import LONGEST
from .refusal import Blank, Unreadable

_TRUE = (
    "true yes correct right t y o ok 맞다 맞음 맞아요 맞습니다 맞는다 참 예 네 그렇다 옳다 옳음 "
    "그렇습니다 동의 ✓ ✔ ☑ ✅ ○ ◯ ⭕ 〇"
)
_FALSE = (
    "false no wrong incorrect f n x 틀리다 틀림 틀렸다 틀립니다 거짓 아니오 아니요 아니다 아님 "
    "아닙니다 그르다 ✗ ✘ ❌ × ✕ ✖ ☒"
)
TRUTHS = {
    **dict.fromkeys(_TRUE.split(), True),
    **dict.fromkeys(_FALSE.split(), False),
}
_BLANK = frozenset(("", "?", "n/a", "na", "todo", "tbd", "모름", "idk"))
_MARKS = " \t\r\n*_`\"'.,;:!()[]$~\ufe0f\u200b\ufeff"
_NEGATIONS = frozenset(("not", "nicht", "never"))


def truth(text: str) -> bool:
    """Read true or false; a reason may follow, as long as it does not say the opposite.

    >>> truth("**True**, B is cheaper"), truth("틀리다")
    (True, False)
    """
    if len(text) > LONGEST:
        raise Unreadable(f"{len(text):,} characters", "", LONGEST, len(text))
    whole = normalize("NFC", text).strip(_MARKS + "-—–?…").casefold()
    if whole in _BLANK:
        raise Blank("nothing was written", "", 0, len(text))
    if whole in TRUTHS:
        return TRUTHS[whole]
    read = _words(whole.rpartition("=")[2] or whole)
    found = [word for word in read if word in TRUTHS]
    letters = [word for word in found if len(word) == 1 and word.isascii()]
    label = whole.replace("=", ":").partition(":")[2].strip(_MARKS)
    if label in TRUTHS:
        return TRUTHS[label]
    said = {TRUTHS[word] for word in found if word not in letters}
    if len(said) != 1 or not read or read[0] not in TRUTHS or _NEGATIONS & set(read[:3]):
        raise Unreadable("neither true nor false", "true or false", 0, len(text))
    return said.pop()


def _words(text: str) -> list[str]:
    words = (word.strip(_MARKS + "-") for word in text.replace("/", " ").split())
    return [normalize("NFKC", word) if word not in TRUTHS else word for word in words if word]
