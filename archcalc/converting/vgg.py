"""VGG lists: [64, 64, 'M', 128, ...], the configurations of torchvision's vgg."""

from __future__ import annotations

import re

from ..errors import Problem, SpecError
from ..layers.base import written as shape_text
from .base import Given
from .literal import items

HEAD = (
    "adaptiveavgpool 7x7",
    "fc 4096 +relu",
    "dropout 0.5",
    "fc 4096 +relu",
    "dropout 0.5",
    "fc 1000",
)
POOLS = {"M": "maxpool 2x2", "C": "maxpool 2x2 ceil"}


def reads(given: Given) -> bool:
    """Take texts with a list in brackets that begins with a number."""
    return re.search(r"^[\w\s:'\"={#]*[\[(]\s*\d+\s*,", given.text) is not None


def written(given: Given) -> tuple[str, list[str]]:
    """Return the list in the notation, and notes; SpecError (E53) for what is no such list."""
    stages: list[str] = []
    problems = []
    for item in items(given.text, given.path):
        value, span = item if isinstance(item, tuple) else ("[", None)
        if isinstance(value, int) and value > 0:
            stages.append(f"conv 3x3x{value} pad 1 +relu")
        elif value in POOLS:
            stages.append(POOLS[value])
        else:
            message = f"\"{str(value)[:20]}\" is neither a number of filters nor 'M' or 'C'"
            problems.append(Problem("E53", message, span))
    if problems or not stages:
        raise SpecError(problems or [Problem("E01", f"{given.path} has an empty list")])
    notes = [
        "a number is conv 3x3 pad 1 with bias and +relu, 'M' maxpool 2x2, as in torchvision's vgg",
        "the list ends before the classifier; torchvision's is added: 7x7, 4096, 4096, 1000",
    ]
    shape = given.input
    if shape is None:
        shape = (3, 224, 224)
        notes.append("the list has no input; 224x224x3 is torchvision's (--input for another)")
    return " | ".join([shape_text(shape), *stages, *HEAD]), notes
