"""Checked notes as a page: what is wrong and why, and how much was looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...envelope import SCHEMA
from ...table import Block, Cell, Column, Page, Table, Text
from .claims import CUT_OFF, JUDGED, RIGHT, UNCLEAR, UNREADABLE, WRONG, Checked, Claim

_COLUMNS = (
    Column("place", "place", right=False),
    Column("claim", "claim", right=False, wraps=True),
    Column("expected", "right"),
    Column("why", "", right=False, wraps=True),
)


def notes_page(checked: Sequence[Checked], *, every: bool = False) -> Page:
    """Return what is wrong in notes and one line of counts for each.

    ``every`` shows what was cut off, unclear or could not be read as well.
    """
    blocks: list[Block] = []
    shown = [(one, claim) for one in checked for claim in one.claims if not claim.holds]
    if shown:
        blocks.append(Table(_COLUMNS, tuple(_row(*pair) for pair in shown), "Not as computed"))
    rest = [
        (one, claim)
        for one in checked
        for claim in one.claims
        if claim.holds and claim.verdict != RIGHT
    ]
    if every and rest:
        blocks.append(Table(_COLUMNS, tuple(_row(*pair) for pair in rest), "Cut off, or unclear"))
    blocks += [Text(counted(one)) for one in checked]
    if len(checked) > 1:
        blocks.append(Text(_together(checked)))
    return Page(tuple(blocks), lambda: _data(checked), _records(checked))


def counted(one: Checked) -> str:
    """Return how many claims of a note were checked, and how many were not."""
    text = f"{one.name}: {_counts(one.claims)}"
    if not one.judged and not one.specs:
        text += "; no ```archcalc block gives a spec"
    return text


def _together(checked: Sequence[Checked]) -> str:
    claims = [claim for one in checked for claim in one.claims]
    return f"{len(checked)} notes: {_counts(claims)}"


def _counts(claims: Sequence[Claim]) -> str:
    verdicts = [claim.verdict for claim in claims]
    judged = sum(verdict in JUDGED for verdict in verdicts)
    wrong, cut = verdicts.count(WRONG), verdicts.count(CUT_OFF)
    text = f"{judged} claim{'s' * (judged != 1)} checked"
    if judged:
        text += f", {judged - wrong} right"
        text += f" ({cut} cut off)" if cut else ""
        text += f", {wrong} wrong"
    rest = [f"{verdicts.count(one)} {one}" for one in (UNCLEAR, UNREADABLE) if one in verdicts]
    return "; ".join([text, *rest])


def _row(one: Checked, claim: Claim) -> tuple[Cell, ...]:
    why = " ".join(line for line in claim.explanation if not line.startswith(" "))
    if not claim.holds and claim.verdict == WRONG and not why:
        why = "No known slip gives this number."
    elif claim.verdict != WRONG:
        why = f"{claim.verdict}: {why}" if why else claim.verdict
    text = claim.text if claim.written in claim.text else f"{claim.text}: {claim.written}"
    return (Cell(f"{one.name}:{claim.line}"), Cell(text), Cell(claim.expected), Cell(why))


def _records(checked: Sequence[Checked]) -> Table:
    """Return every claim as scripts read them."""
    keys = ("file", "line", "verdict", "about", "claim", "written", "expected", "explanation")
    rows = []
    for one in checked:
        for claim in one.claims:
            values = (one.name, str(claim.line), claim.verdict, claim.about, claim.text)
            more = (claim.written, claim.expected, " ".join(claim.explanation))
            rows.append(tuple(Cell(value) for value in (*values, *more)))
    return Table(tuple(Column(key, key, right=False) for key in keys), tuple(rows))


def _data(checked: Sequence[Checked]) -> dict[str, Any]:
    from ... import __version__

    return {
        "schema": SCHEMA,
        "archcalc": __version__,
        "holds": all(one.holds for one in checked),
        "notes": [
            {
                "name": one.name,
                "specs": one.specs,
                "checked": len(one.judged),
                "right": one.count(RIGHT, CUT_OFF),
                "wrong": one.count(WRONG),
                "unclear": one.count(UNCLEAR, UNREADABLE),
                "holds": one.holds,
                "claims": [_claim(claim) for claim in one.claims],
            }
            for one in checked
        ],
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "line": claim.line,
        "verdict": claim.verdict,
        "about": claim.about,
        "text": claim.text,
        "written": claim.written,
        "expected": claim.expected,
        "explanation": list(claim.explanation),
        "required": claim.required,
    }
