"""Data files, and other reports."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from ...errors import UsageError
from .desk import Desk


class DataFiles(Desk):
    """Words that read files."""

    def json(self, path: str) -> Any:
        """Read a JSON file."""
        try:
            return json.loads(self._text(path))
        except ValueError as error:
            raise UsageError("E51", f"{path} is no JSON: {error}") from None

    def json_lines(self, path: str) -> list[Any]:
        """Read a file of JSON objects, one a line."""
        try:
            return [json.loads(line) for line in self._text(path).splitlines() if line.strip()]
        except ValueError as error:
            raise UsageError("E51", f"{path} is no JSON: {error}") from None

    def csv(self, path: str) -> list[dict[str, str]]:
        """Read a CSV file as rows by title."""
        return [dict(row) for row in csv.DictReader(io.StringIO(self._text(path)))]

    def excerpt(self, path: str) -> dict[str, str]:
        """Return the title, the first sentence and the first picture of a report beside this."""
        return excerpt(self._text(path))


def excerpt(text: str) -> dict[str, str]:
    """Return what a report opens with: its title, its finding and its first picture.

    >>> excerpt("# Heads\\n\\nA finding.\\n\\n![alt](a_files/b.svg)\\n")
    {'title': 'Heads', 'finding': 'A finding.', 'picture': '![alt](a_files/b.svg)'}
    """
    parts = [part.strip() for part in text.split("\n\n")]
    title = next((part[2:] for part in parts if part.startswith("# ")), "")
    finding = next((part for part in parts if part and not part.startswith(("#", "`", "!"))), "")
    picture = next((part for part in parts if part.startswith("![")), "")
    return {"title": title, "finding": finding, "picture": picture}
