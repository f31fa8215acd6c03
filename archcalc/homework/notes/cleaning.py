"""Prose without its markdown: no links, tags, emphasis, dates or versions; code spans stay."""

from __future__ import annotations

import re

STRANGE = "§"
"""Stands for something that is no part of a claim."""

CODE = re.compile(r"(`{1,2})(?!`)([^`\n]{1,400})\1(?!`)")
_SUBSTITUTIONS = (
    (re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{0,500}\)"), STRANGE),
    (re.compile(r"\[[^\]\n]{0,300}=[^\]\n]{0,300}\]\([^)\n]{0,500}\)"), STRANGE),
    (re.compile(r"\[([^\]\n]{0,300})\]\([^)\n]{0,500}\)"), r"\1"),
    (re.compile(r"<?(?:https?://|www\.)\S{1,2000}"), STRANGE),
    (re.compile(r"</?(?:b|i|u|em|strong|code|kbd|span|small|mark|p|li|div|font)>"), ""),
    (re.compile(r"</?(?!sup>|br>|br/>)[A-Za-z][^<>\n]{0,300}>"), STRANGE),
    (re.compile(r"~~[^~\n]{1,300}~~"), STRANGE),
    (re.compile(r"\[\^[^\]\n]{1,20}\]|(?<=[\w.)]) \[\d{1,3}(?:, ?\d{1,3}){0,5}\]"), ""),
    (re.compile(r"\\([_*|#])"), r"\1"),
    (re.compile(r"(?<![\w*])\*\*(?=[^\s*])([^*\n]{1,300})(?<=[^\s*])\*\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,300})(?<=[^\s*])\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_{1,2}(?=[^\s_])([^_\n]{1,300})(?<=[^\s_])_{1,2}(?!\w)"), r"\1"),
    (re.compile(r"(?<![\d.])(?:19|20)\d\d-(?:0\d|1[0-2])(?:-[0-3]\d)?(?![\d.])"), STRANGE),
    (re.compile(r"(?<![\w.:])\d{1,2}:\d\d(?::\d\d)?(?![\d:])"), STRANGE),
    (re.compile(r"(?<![\w.])v\d{1,4}(?:\.\d{1,6}){0,4}(?![\w.])"), STRANGE),
)
_VERSION = re.compile(r"(?<![\w.])\d{1,4}(?:\.\d{1,6}){2,5}(?![\w])")
_GROUPS = re.compile(r"\d{1,3}(?:\.\d{3}){2,5}")


def cleaned(line: str) -> str:
    """Return a line without markup and without what only looks like arithmetic.

    >>> cleaned("**112.9M** [MACs](https://a.b/c=1) of 1.13.1, see `2*3 = 6`")
    '112.9M MACs of §, see `2*3 = 6`'
    """
    parts: list[str] = []
    at = 0
    for code in CODE.finditer(line):
        parts += [_plain(line[at : code.start()]), code[0]]
        at = code.end()
    parts.append(_plain(line[at:]))
    return "".join(parts)


def _plain(text: str) -> str:
    if not text or text.isspace():
        return text
    for pattern, replacement in _SUBSTITUTIONS:
        text = pattern.sub(replacement, text)
    return _VERSION.sub(lambda found: found[0] if _GROUPS.fullmatch(found[0]) else STRANGE, text)
