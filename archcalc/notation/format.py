"""Entries to text: the canonical form, in which every default is written out, and the short one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..arithmetic.expression import Expression, size_text
from ..layers.options import REQUIRED, Option, Pad, options_of
from .entries import Aux, BlockStage, Call, Chain, Entry, Identity, Parallel, Size, Spec, Stage


def canonical(spec: Spec) -> str:
    """Return the spec on one line with every default written out; parsing it gives it back."""
    return _whole(spec, full=True)


def short_form(spec: Spec) -> str:
    """Return the spec on one line with only what differs from the defaults."""
    return _whole(spec, full=False)


def stages(spec: Spec, *, full: bool = True) -> tuple[str, ...]:
    """Return the input and each stage, to be joined with bars."""
    head = f"{spec.name}: " if spec.name else ""
    shape = "..." if spec.input is None else "x".join(str(size) for size in spec.input)
    return (head + shape, *(_entry(entry, full) for entry in spec.body.entries))


def inlined(spec: Spec) -> Spec:
    """Return the spec with the blocks it defines for itself written out where they are called."""
    return replace(spec, body=_inlined(spec.body), definitions=()) if spec.definitions else spec


def _inlined(chain: Chain) -> Chain:
    return replace(chain, entries=tuple(_inlined_entry(entry) for entry in chain.entries))


def _inlined_entry(entry: Entry) -> Entry:
    if isinstance(entry, Call):
        body = _inlined(entry.body)
        only = body.entries[0] if len(body.entries) == 1 else body
        return only if only.label and not entry.label else replace(only, label=entry.label)
    if isinstance(entry, Chain):
        return _inlined(entry)
    if isinstance(entry, Parallel):
        return replace(entry, branches=tuple(map(_inlined, entry.branches)))
    if isinstance(entry, Aux):
        return replace(entry, body=_inlined(entry.body))
    return entry


def stage_text(entry: Entry, *, full: bool) -> str:
    """Return one stage without its label."""
    return _unlabelled(entry, full)


def _whole(spec: Spec, full: bool) -> str:
    return " | ".join(stages(spec, full=full))


def _entry(entry: Entry, full: bool) -> str:
    label = f"{entry.label}: " if entry.label else ""
    return label + _unlabelled(entry, full)


def _unlabelled(entry: Entry, full: bool) -> str:
    if isinstance(entry, Stage):
        return _stage(entry, full)
    if isinstance(entry, BlockStage):
        return layer_text(entry.block, full=full)
    if isinstance(entry, Call):
        return f"{entry.definition.name}({' '.join(map(_argument, entry.arguments))})"
    if isinstance(entry, Identity):
        return "id"
    if isinstance(entry, Chain):
        return f"[ {_chain(entry, full)} ]" + _times(entry.repeat)
    if isinstance(entry, Parallel):
        inner = " ; ".join(_chain(branch, full) for branch in entry.branches)
        return f"{entry.kind}( {inner} )" + _times(entry.repeat)
    assert isinstance(entry, Aux)
    name = f" {entry.title}" if entry.title else ""
    return f"aux{name}( {_chain(entry.body, full)} )"


def _argument(size: Size) -> str:
    """Write a value of a call, where an expression needs no parentheses around it."""
    return size.text if isinstance(size, Expression) else str(size)


def _stage(stage: Stage, full: bool) -> str:
    """Write a layer and what follows it: behind +bn, no bias is what goes without saying."""
    words = layer_text(stage.layer, full=full).split(" ")
    plus = [f"+{suffix.layer.word}" for suffix in stage.suffixes]
    if not full and "+bn" in plus and hasattr(stage.layer, "bias"):
        words = [word for word in words if word != "nobias"]
        words += ["bias"] * bool(stage.layer.bias)
    return " ".join([*words, *plus])


def _chain(chain: Chain, full: bool) -> str:
    return " | ".join(_entry(entry, full) for entry in chain.entries)


def _times(repeat: Any) -> str:
    return "" if repeat == 1 else f"*{repeat}"


def layer_text(layer: Any, *, full: bool) -> str:
    """Return one layer or block as notation; ``full`` writes every default out."""
    kind: type = type(layer)
    options = options_of(kind)
    words = [layer.word]
    positional = [
        _sizes(getattr(layer, key))
        for key, option in options.items()
        if option.kind in ("sizes", "size") and not option.word.islower()
    ]
    names = [getattr(layer, key) for key, o in options.items() if o.kind == "name"]
    words += names
    if positional:
        words.append("x".join(positional))
    for key, option in options.items():
        value = getattr(layer, key)
        if option.kind == "shape":
            words.append(_sizes(value))
            continue
        positional_one = option.kind in ("sizes", "size", "name") and not option.word.islower()
        if not positional_one and (full or _differs(layer, key, option, value)):
            words += _option(option, value, full)
    return " ".join(words)


def _differs(layer: Any, key: str, option: Option, value: Any) -> bool:
    if option.default is None:  # a default that the layer works out, such as a pool's stride
        return bool(replace(layer, **{key: None}) != layer)
    return option.default is REQUIRED or bool(value != option.default)


def _option(option: Option, value: Any, full: bool) -> list[str]:
    if value is None:
        return []
    if option.kind == "flag":
        return [option.word if value else option.off] if (value or option.off) else []
    if option.kind == "number":
        return [str(value)]
    if option.kind == "choice":
        return [option.word, value] if option.word else [value]
    if option.kind == "pad":
        return ["same"] if value == "same" else [option.word, _pads(value)]
    text = _sizes(value)
    if not full and option.short and text.replace("x", "").isdigit():
        return [option.short + text]
    return [option.word, text]


def _sizes(value: Any) -> str:
    if isinstance(value, tuple):
        return "x".join(size_text(part) for part in value)
    return size_text(value)


def _pads(value: tuple[Pad, ...]) -> str:
    return "x".join(str(p.before) if p.after is None else f"{p.before}:{p.after}" for p in value)
