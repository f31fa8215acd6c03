"""What a layer of Keras is called with: tensors and numbers, as Keras 2 and 3 write them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

DEEPEST = 40
NOWHERE = 10**6
CONSTANT = "_CONSTANT_VALUE"  # Keras 2 writes a number that stands first as a layer of this name


class Tensor(NamedTuple):
    """One of the outputs of a layer."""

    layer: str
    place: int = 0


class Call(NamedTuple):
    """What a layer reads: tensors in order, and numbers; None stands for an array of them."""

    tensors: tuple[Tensor, ...] = ()
    numbers: tuple[float | None, ...] = ()


def called(value: Any) -> Call:
    """Return what a call reads.

    >>> called([["a", 0, 0, {"y": ["b", 0, 1]}]])
    Call(tensors=(Tensor(layer='a', place=0), Tensor(layer='b', place=1)), numbers=())
    >>> called({"args": [{"config": {"keras_history": ["a", 0, 0]}}, 3.0], "kwargs": {}})
    Call(tensors=(Tensor(layer='a', place=0),), numbers=(3.0,))
    """
    found = list(_read(value, 0))
    tensors = tuple(one for one in found if isinstance(one, Tensor))
    return Call(tensors, tuple(one for one in found if not isinstance(one, Tensor)))


def named(value: Any) -> tuple[Tensor, ...]:
    """Return the tensors that a model names as its inputs or outputs."""
    return called(value).tensors


def _read(value: Any, depth: int) -> Iterator[Tensor | float | None]:
    if depth > DEEPEST or isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield value
    elif isinstance(value, dict):
        yield from _mapped(value, depth)
    elif isinstance(value, list):
        if value and isinstance(value[0], str):
            yield from _listed(value, depth)
        else:
            for one in value:
                yield from _read(one, depth + 1)


def _mapped(value: dict[str, Any], depth: int) -> Iterator[Tensor | float | None]:
    """Read a tensor or an array of Keras 3, or arguments by name."""
    config = value.get("config")
    history = config.get("keras_history") if isinstance(config, dict) else None
    if isinstance(history, list) and history:
        yield Tensor(str(history[0]), _place(history))
    elif "class_name" in value:
        yield None
    else:
        for one in value.values():
            yield from _read(one, depth + 1)


def _listed(value: list[Any], depth: int) -> Iterator[Tensor | float | None]:
    """Read a tensor of Keras 2: the layer, the call, the place and what it is called with."""
    if value[0] == CONSTANT:
        yield from _read(value[2:3], depth + 1)
    else:
        yield Tensor(value[0], _place(value))
    yield from _read(value[3:], depth + 1)


def _place(value: list[Any]) -> int:
    """Return which output is meant; one that is not there where it is no number of one."""
    place = value[2] if len(value) > 2 else 0
    return place if type(place) is int and 0 <= place < NOWHERE else NOWHERE
