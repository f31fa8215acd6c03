"""The dress of markdown: bullets, emphasis, comments and the cells of a table row."""

from __future__ import annotations

import re

_BULLET = re.compile(r"\s*(?:>\s*){0,3}(?:[-*+•·◦▪]\s+(?:\[[ xX]\]\s+)?)?")
_EMPHASIS = re.compile(r"[*_`]{1,3}")
_LABEL = re.compile(r"\(?[\w.-]{1,8}\)?")
_WRAP = re.compile(r"[*_`]{1,3}|[\"']")
_RULE = re.compile(r"[\s|:-]+")


def undressed(line: str) -> str:
    """Return a line without bullet and without the emphasis of its beginning.

    A short text in emphasis is a label, set off by a tab.

    >>> undressed("- **Q3 (MACs):** 112.9M"), undressed("**3** 112.9M")
    ('Q3 (MACs): 112.9M', '3\\t112.9M')
    """
    bullet = _BULLET.match(line)
    line = (line[bullet.end() :] if bullet else line).strip()
    opened = _EMPHASIS.match(line)
    if opened:
        end = line.find(opened[0], opened.end())
        if end > 0:
            inner, rest = line[opened.end() : end], line[end + len(opened[0]) :]
            labels = _LABEL.fullmatch(inner) and rest[:1] == " " and rest.strip()[:1].isalnum()
            line = f"{inner}\t{rest.strip()}" if labels else inner + rest
    return line.strip()


def plain(text: str) -> str:
    """Return a text without the emphasis or the quotes that wrap all of it.

    >>> plain("**112.9M**"), plain("`14x14x48`"), plain("2*3*4")
    ('112.9M', '14x14x48', '2*3*4')
    """
    text = text.strip()
    opened = _WRAP.match(text)
    if opened and len(text) > 2 * len(opened[0]) and text.endswith(opened[0]):
        inner = text[len(opened[0]) : -len(opened[0])]
        if opened[0] not in inner:
            return inner.strip()
    return text


def is_rule(line: str) -> bool:
    """Tell whether a line is the one of dashes below the header of a table."""
    return "-" in line and "|" in line and _RULE.fullmatch(line) is not None


def cells(line: str) -> tuple[str, ...]:
    r"""Return the cells of a table row; a bar behind a backslash belongs to a cell.

    >>> cells(r"| 1 | **a\|b** |")
    ('1', 'a|b')
    """
    line = line.strip().removeprefix("|")
    parts = line.replace("\\|", "\0").split("|")
    if len(parts) > 1 and not parts[-1].strip():
        parts.pop()
    return tuple(plain(part.replace("\0", "|")) for part in parts)


def without_comments(text: str) -> str:
    """Return a text with nothing where html comments were, its lines kept."""
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        kept.append(text[at:start])
        kept.append("\n" * text.count("\n", start, end))
        at = end + 3
    return "".join(kept) + text[at:]
