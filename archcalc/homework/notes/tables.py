"""Claims in tables: a row per layer, a row per net, or a column per net."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..measures import Subject, measure
from ..numerals.vocabulary import behind
from .claims import JUDGED, UNCLEAR, UNREADABLE, Claim
from .elements import NotedTable
from .judgement import Judge
from .scope import Net, Scope
from .words import Asked, titled

_UNIT = re.compile(r"(.*?)\s*[(\[]([^()\[\]]*)[)\]]\s*$")
_TOTAL = frozenset(("total", "sum", "all", "net", "합계", "총합", "전체", "합", "총계"))
_INPUT = frozenset(("input", "입력", "image"))
_NOTHING = frozenset(("", "-", "--", "–", "—", "n/a", "?", "...", "…", '"', "〃", "same", "none"))
_LAYERS = frozenset(
    ("layer", "layers", "block", "stage", "name", "op", "operation", "층", "레이어", "계층", "이름")
)


@dataclass(frozen=True)
class _Head:
    """What a heading asks for: of which net, and in which unit."""

    asked: Asked
    net: Net | None = None
    scale: Fraction = Fraction(1)


def claims_of(
    table: NotedTable, scope: Scope, judge: Judge, default: Subject | None
) -> list[Claim]:
    """Return the claims of a table about the nets in scope; ``default`` is its section's net."""
    labels = [_net(row[0], scope) if row else None for row in table.rows]
    along = {at: net for at, cell in enumerate(table.head) if at and (net := _net(cell, scope))}
    if along:
        return list(_columns_of_nets(table, along, scope, judge))
    if any(labels):
        return list(_rows_of_nets(table, labels, scope, judge))
    return list(_rows_of_layers(table, scope, judge, default))


def _net(text: str, scope: Scope) -> Net | None:
    """Return the net that a cell names and nothing else."""
    nets = [net for net, part in scope.find(text.strip(" `*:")) if part is None]
    return nets[0] if len(nets) == 1 else None


def head_of(text: str, scope: Scope) -> _Head | None:
    """Return what a heading asks for; None where it asks for nothing, or for more than is known."""
    asked = titled(text)
    found = _UNIT.match(text)
    if asked is not None and (found is None or titled(found[1]) is None or asked.key == "flops2"):
        return _Head(asked)
    if found is None or (asked := titled(found[1])) is None:
        return None
    inside = found[2].strip()
    net = _net(inside, scope)
    if net is not None:
        return _Head(asked, net)
    if inside.lower() in ("hxwxc", "h x w x c", "h×w×c", "#", "per image", "개", "총"):
        return _Head(asked)
    if inside in ("B", "b") and measure(asked.key).unit == "bytes":
        return _Head(asked)
    unit = behind(inside)
    if unit is None or (unit.scale == 1 and not unit.unit):
        return None
    return _Head(asked, None, unit.scale)


# A table with nets for columns or rows


def _columns_of_nets(
    table: NotedTable, along: dict[int, Net], scope: Scope, judge: Judge
) -> Iterator[Claim]:
    for row, line in zip(table.rows, table.lines, strict=True):
        head = head_of(row[0], scope) if row else None
        if head is None or head.net is not None:
            continue
        for at, net in along.items():
            if at < len(row):
                yield from _cell(row[at], head, net.whole, line, judge)


def _rows_of_nets(
    table: NotedTable, labels: Sequence[Net | None], scope: Scope, judge: Judge
) -> Iterator[Claim]:
    heads = [head_of(cell, scope) for cell in table.head]
    for row, line, net in zip(table.rows, table.lines, labels, strict=True):
        for head, text in zip(heads[1:], row[1:], strict=False):
            if net is not None and head is not None and head.net is None:
                yield from _cell(text, head, net.whole, line, judge)


def _cell(text: str, head: _Head, subject: Subject, line: int, judge: Judge) -> Iterator[Claim]:
    """Yield the claim of a cell that is not empty."""
    if text.strip().lower() in _NOTHING:
        return
    title = measure(head.asked.key).title
    ruling = judge.ruling(head.asked, subject, text, scale=head.scale)
    if ruling.verdict in (UNCLEAR, UNREADABLE) and not any(map(str.isdecimal, text)):
        return  # words in a column of numbers
    said = f"{subject.name} | {title} | {text.strip()}"
    yield Claim(
        line,
        said if len(said) <= 80 else f"{said[:80]}...",
        f"{title} of {subject.name}",
        ruling.written,
        ruling.expected if ruling.verdict in JUDGED else "",
        ruling.verdict,
        ruling.lines,
    )


# A table of layers


def _rows_of_layers(
    table: NotedTable, scope: Scope, judge: Judge, default: Subject | None
) -> Iterator[Claim]:
    heads = [head_of(cell, scope) for cell in table.head]
    if not any(heads):
        return
    place = _place(table)
    nets = [net for net in scope.nets if default is None or net.analysis is default.analysis]
    fitting = [(net, _layers(table, place, net)) for net in nets]
    fitting = [(net, rows) for net, rows in fitting if any(rows)]
    announced = titled(table.head[place]) is None and _plain(table.head[place]) in _LAYERS
    if len(fitting) != 1:
        if announced:
            reason = "several nets have such layers" if fitting else "no net has such layers"
            yield _unclear(table.line, " | ".join(table.head)[:80], reason)
        return
    net, rows = fitting[0]
    for row, line, subject in zip(table.rows, table.lines, rows, strict=True):
        if subject is None:
            if _plain(row[place] if place < len(row) else "") not in (*_INPUT, ""):
                yield _unclear(line, " | ".join(row)[:80], f"no layer of {net.name or 'the net'}")
            continue
        for at, (head, text) in enumerate(zip(heads, row, strict=False)):
            if at != place and head is not None and head.net in (None, net):
                yield from _cell(text, head, subject, line, judge)


def _unclear(line: int, text: str, reason: str) -> Claim:
    return Claim(line, text, "table", "", "", UNCLEAR, (reason,))


def _place(table: NotedTable) -> int:
    """Return the column that names the layers: announced as such, or the first."""
    for at, cell in enumerate(table.head):
        if _plain(cell) in _LAYERS:
            return at
    return 0


def _plain(text: str) -> str:
    return "".join(text.lower().split()).strip("*_`:#")


def _layers(table: NotedTable, place: int, net: Net) -> list[Subject | None]:
    """Return what each row is about: by name, else by order where there is a row per layer."""
    names = {_plain(name): (name, where) for name, where in net.parts.items()}
    last: dict[str, list[str]] = {}
    for node in net.analysis.nodes:
        last.setdefault(_plain(node.name.rsplit(".", 1)[-1]), []).append(node.name)
    found: list[Subject | None] = []
    rows: list[int] = []  # of single layers, by order
    for at, row in enumerate(table.rows):
        label = _plain(row[place]) if place < len(row) else ""
        subject: Subject | None = None
        if label in names:
            name, where = names[label]
            subject = net.part(where, name)
        elif label in _TOTAL:
            subject = net.whole
        elif len(last.get(label, ())) == 1:
            name = last[label][0]
            subject = net.part(net.parts[name], name)
        if label not in _TOTAL and label not in _INPUT:
            rows.append(at)
        found.append(subject)
    nodes = net.analysis.nodes
    if len(rows) != len(nodes):
        named = [at for at in rows if found[at] is not None]
        return found if named else [None] * len(found)
    for order, at in enumerate(rows):
        known = found[at]
        if known is not None and known.positions != (order,):
            return found
    for order, at in enumerate(rows):
        found[at] = found[at] or net.part((order,), nodes[order].name)
    return found
