"""Claims in prose: the conv layer has 576,048 parameters; MACs = 112.9M; 연산량은 112.9M이다."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..measures import Subject, measure
from .claims import UNCLEAR, Claim
from .judgement import Judge, Ruling
from .pieces import Masked, Mention, Number, Piece, Quantity, masked, pieces
from .scope import Net, Scope
from .words import HEDGES, KINDS, LINKS, SINGLE, TURNS, WHOLE, Asked

_STATED = frozenset(("=", "==", ":", "is", "are", "was", "equals", "은", "는", "이", "가"))
_BETWEEN = frozenset(("learnable", "trainable", "of", "total", "개의", "개"))
_AFTER = frozenset(("after", "behind"))  # a layer: its output, and what it sees
_LONGEST = 80  # characters of a claim's text


@dataclass(frozen=True)
class Found:
    """A claim and the stretch of the sentence that its number takes."""

    claim: Claim
    start: int
    end: int


@dataclass(frozen=True)
class _Stated:
    """A number with the quantity that it is said to be."""

    asked: Asked
    text: str
    start: int
    end: int
    rough: bool


class Unclear(Exception):
    """A number whose subject or meaning is not clear; says why."""


def found_in(
    text: str,
    line: int,
    scope: Scope,
    judge: Judge,
    default: Subject | None = None,
    required: bool = False,
) -> list[Found]:
    """Return the claims of a sentence about the nets in scope.

    ``default`` is what the section or the list is about; ``required`` lets no doubt pass.
    """
    if not any(char.isdecimal() for char in text) or text.lstrip(" *").startswith("Convention "):
        return []  # the line below our own tables says how is counted, and no number of a net
    sentence = masked(text, scope)
    if not sentence.asked:
        return []
    turned = _turned(sentence)
    found: list[Found] = []
    carried: Subject | None = None
    doubtful = False  # a name stood in a piece that said something else
    for piece in pieces(sentence):
        stated = list(_stated(piece.items))
        if not stated:
            doubtful |= bool(piece.mentions)
            continue
        subject: Subject | None = None
        reason = turned
        try:
            if not reason:
                subject = _subject(piece, scope, carried, default, doubtful)
                _refuse_strange(piece, stated, subject)
        except Unclear as error:
            reason = str(error)
        said = " ".join(text.split())
        for one in stated:
            found.append(_claim(one, subject, reason, said, line, judge, required))
        if subject is not None and not reason:
            carried = subject
        else:
            doubtful |= bool(piece.mentions)
    return found


def _turned(sentence: Masked) -> str:
    words = sentence.text.lower().replace("’", "'").replace(",", " ").split()
    for word in words:
        bare = word.strip(".;:!?()\"'")
        if bare in TURNS or bare.endswith("n't"):
            return f'"{bare}" in the sentence'
    return "a question" if sentence.text.rstrip().endswith("?") else ""


def _claim(
    one: _Stated,
    subject: Subject | None,
    reason: str,
    said: str,
    line: int,
    judge: Judge,
    required: bool,
) -> Found:
    said = said if len(said) <= _LONGEST else f"{said[:_LONGEST]}..."
    if subject is None or reason:
        ruling = Ruling(UNCLEAR, one.text, lines=(reason,))
        about = measure(one.asked.key).title
    else:
        ruling = judge.ruling(one.asked, subject, one.text, rough=one.rough)
        about = f"{measure(one.asked.key).title} of {subject.name}"
    claim = Claim(
        line, said, about, ruling.written, ruling.expected, ruling.verdict, ruling.lines, required
    )
    return Found(claim, one.start, one.end)


# Which number is which quantity


def _stated(items: Sequence[Number | Quantity | str]) -> Iterator[_Stated]:
    """Yield the numbers that stand right by a quantity."""
    taken: set[int] = set()
    for at, item in enumerate(items):
        if not isinstance(item, Quantity):
            continue
        after, links = _next(items, at)
        before = _previous(items, at)
        stated = bool(_STATED & set(links))
        place = (
            after if after is not None and (stated or before is None or before in taken) else before
        )
        if place is None or place in taken:
            continue
        number = items[place]
        assert isinstance(number, Number)
        text, start = number.text, number.start
        if place == after and before is not None and "=" in links and before not in taken:
            first = items[before]  # 576,048 params = 576,000 + 48
            assert isinstance(first, Number)
            text, start = f"{first.text} = {text}", first.start
            taken.add(before)
        taken.add(place)
        words = (word for word in items[max(place - 2, 0) : place] if isinstance(word, str))
        rough = number.rough or any(word.lower() in HEDGES for word in words)
        yield _Stated(item.asked, text, start, number.end, rough)


def _next(items: Sequence[Number | Quantity | str], at: int) -> tuple[int | None, list[str]]:
    links: list[str] = []
    for place in range(at + 1, min(at + 8, len(items))):
        item = items[place]
        if isinstance(item, Number):
            return place, links
        if isinstance(item, Quantity) or item.lower() not in LINKS:
            break
        links.append(item.lower())
    return None, links


def _previous(items: Sequence[Number | Quantity | str], at: int) -> int | None:
    for place in range(at - 1, max(at - 4, -1), -1):
        item = items[place]
        if isinstance(item, Number):
            return place
        if isinstance(item, Quantity) or item.lower() not in _BETWEEN:
            return None
    return None


def _refuse_strange(piece: Piece, stated: Sequence[_Stated], subject: Subject) -> None:
    """Refuse a piece that says more than is understood."""
    places = all(measure(one.asked.key).unit in ("shape", "pixels") for one in stated)
    strange = [word for word in piece.strange if not (places and word.lower() in _AFTER)]
    if strange:
        raise Unclear(f'"{strange[0][:30]}" is not understood')
    numbers = [item for item in piece.items if isinstance(item, Number)]
    for number in numbers:
        if not any(one.start <= number.start < one.end for one in stated):
            raise Unclear(f'"{number.text[:30]}" is not understood')
    vague = KINDS if piece.mentions else KINDS | SINGLE
    one = {item.lower() for item in piece.items if isinstance(item, str)} & vague
    if one and subject.is_whole and len(subject.positions) > 1:
        raise Unclear(f"which {min(one)}?")


# What it is about


def _subject(
    piece: Piece,
    scope: Scope,
    carried: Subject | None,
    default: Subject | None,
    doubtful: bool,
) -> Subject:
    named = meant(piece.mentions, scope)
    if named is None and piece.behind is not None:
        named = meant([piece.behind], scope)
    if named is not None:
        return named
    if carried is not None:
        return carried
    if doubtful:
        raise Unclear("the sentence does not say of what")
    if default is not None:
        words = {item.lower() for item in piece.items if isinstance(item, str)}
        if not default.is_whole and words & WHOLE:
            raise Unclear(f"{default.name}, or all of the net?")
        return default
    if scope.only is None:
        names = ", ".join(net.name for net in scope.nets[:6])
        raise Unclear(f"it does not say of which: {names}")
    return scope.only.whole


def meant(mentions: Sequence[Mention], scope: Scope) -> Subject | None:
    """Return what names mean together: a net, or layers of one. Errors: :class:`Unclear`."""
    if not mentions:
        return None
    nets: dict[int, Net] = {}
    for one in mentions:
        whole = [net for net, part in one.means if part is None]
        nets |= {id(net): net for net in whole}
    if len(nets) > 1:
        raise Unclear("it names several nets")
    mine = next(iter(nets.values()), None)
    parts: dict[tuple[int, tuple[int, ...]], Subject] = {}
    for one in mentions:
        if any(part is None for _, part in one.means):
            continue
        means = [part for net, part in one.means if part and (mine is None or net is mine)]
        if len(means) != 1:
            raise Unclear("a layer of that name is in several nets" if means else "no such layer")
        parts[id(means[0].analysis), means[0].positions] = means[0]
    if len(parts) > 1:
        raise Unclear("it names several layers")
    if parts:
        return next(iter(parts.values()))
    return mine.whole if mine is not None else None
