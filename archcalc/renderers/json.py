"""JSON: the page's data object, exact integers."""

from __future__ import annotations

import json
from typing import Any

from ..table import Page


def render(page: Page, **_: Any) -> str:
    """Return the data object, indented."""
    return json.dumps(page.data(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
