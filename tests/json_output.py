"""The JSON that commands print, held to the schema that ``archcalc schema`` prints."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema

from transcripts import run


@cache
def schema() -> dict[str, Any]:
    """Return the schema."""
    found: dict[str, Any] = json.loads(run("archcalc schema"))
    return found


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema())


def validated(text: str) -> Any:
    """Return the data that a command prints; :class:`jsonschema.ValidationError` if bad."""
    data = json.loads(text.split("\n[exit")[0])
    _validator().validate(data)
    return data
