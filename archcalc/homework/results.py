"""The result files that graders read: Gradescope and PrairieLearn."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ..errors import printable
from ..renderers.markdown import escaped, remarks
from .key import Key
from .marking import Marked
from .questions import Mark, Verdict

_LARGEST = 900_000  # characters; PrairieLearn takes 1 MB


def gradescope(key: Key, marked: Marked) -> dict[str, Any]:
    """Return the results.json of https://gradescope-autograders.readthedocs.io/en/latest/specs/."""
    from .. import __version__

    return {
        "score": float(marked.score),
        "output": escaped(key.sentence),
        "output_format": "md",
        "test_output_format": "md",
        "tests": [
            {
                "score": float(mark.score),
                "max_score": float(mark.question.points),
                "status": "passed" if mark.verdict is Verdict.RIGHT else "failed",
                "name": _name(mark),
                "name_format": "text",
                "number": mark.question.id,
                "output": feedback(mark),
                "output_format": "md",
                "tags": _tags(mark),
                "visibility": "visible",
                "extra_data": {"mark": mark.verdict.value, "followed": mark.followed},
            }
            for mark in marked.marks
        ],
        "extra_data": {
            "archcalc": {"version": __version__, "convention": key.convention},
            "remarks": [one.message for one in marked.sheet.remarks],
        },
    }


def prairielearn(key: Key, marked: Marked) -> dict[str, Any]:
    """Return the results.json of https://docs.prairielearn.com/externalGrading/.

    What could not be read makes the submission ungradable: no attempt is lost.
    """
    reached, most = marked.score, key.points
    found: dict[str, Any] = {
        "gradable": not marked.is_set_aside,
        "score": float(reached / most) if most else 0.0,
        "output": key.sentence,
        "tests": [
            {
                "name": _name(mark),
                "description": mark.question.about,
                "points": float(mark.score),
                "max_points": float(mark.question.points),
                "message": mark.verdict.value,
                "output": "\n".join(map(printable, mark.lines)),
            }
            for mark in marked.marks
        ],
    }
    if marked.is_set_aside:
        found["format_errors"] = [
            printable(f"question {mark.question.id}: {mark.problem}") for mark in marked.unreadable
        ] or ["no answer to any question was found"]
    return found


GRADERS: dict[str, Callable[[Key, Marked], dict[str, Any]]] = {
    "gradescope": gradescope,
    "prairielearn": prairielearn,
}


def results_text(key: Key, marked: Marked, grader: str) -> str:
    """Return the result file as text; feedback is left out where it would be too large."""
    found = GRADERS[grader](key, marked)
    text = _dumped(found)
    if len(text.encode()) > _LARGEST:
        for test in found["tests"]:
            test["output"] = ""
        text = _dumped(found)
    return text


def _dumped(found: dict[str, Any]) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def feedback(mark: Mark) -> str:
    """Return what is said about an answer as markdown; nothing of it can be markup."""
    given = " ".join(mark.given.split())
    answer = [f"Your answer: {given[:200]}"] if given else ["No answer was found."]
    return "\n\n".join(remarks([*answer, *mark.lines]))


def _name(mark: Mark) -> str:
    question = mark.question
    of = f" of {question.about}" if question.about else ""
    return f"{question.id} {question.title}{of}"


def _tags(mark: Mark) -> list[str]:
    return list(dict.fromkeys(slip.id for one in mark.findings for slip in one.slips))
