"""Specs to YAML, and YAML files formatted in place: comments and layout stay."""

from __future__ import annotations

import re
from typing import Any

from ..arithmetic.expression import Expression
from .documents import VERSION, stage_places
from .entries import Aux, Chain, Entry, Figure, Number, Parallel, Size, Spec
from .format import stage_text
from .free import Places, collect, symbols
from .structures import takes_label
from .substitution import depth_of

WIDTH = 70
DEEPEST = 8  # what is nested deeper is written as one stage


def to_yaml(spec: Spec) -> str:
    """Return a spec as a YAML document of its own; reading it gives the same graph.

    What a stage takes from defaults of the document it came from is written out.
    """
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
            return super().increase_indent(flow, False)

    shape = "x".join(str(size) for size in spec.input or ())
    found: Places = dict.fromkeys(symbols(spec))
    for body in (spec.body, *(one.body for one in spec.definitions)):
        collect(body, found, called=False)
    document: dict[str, Any] = {
        "archcalc": int(VERSION),
        "name": spec.name,
        "note": spec.note,
        "source": spec.origin,
        "input": shape,
        "symbols": {name: _number(value) for name, value in spec.symbols.items() if name in found},
        "blocks": {
            f"{one.name}({', '.join(one.parameters)})": _body(one.body) for one in spec.definitions
        },
        "layers": [_item(entry) for entry in spec.body.entries],
        "budget": {one.key: f"{one.relation} {one.text}" for one in spec.budget},
        "published": [_figure(one) for one in spec.published],
    }
    kept = {key: value for key, value in document.items() if value not in ("", {}, [])}
    text: str = yaml.dump(
        kept,
        Dumper=Dumper,
        sort_keys=False,
        width=WIDTH,
        allow_unicode=True,
        default_flow_style=None,
    )
    return _LABELLED.sub(r"\1: \2", text)


_LABELLED = re.compile(r"(?m)(?<=- )\{([\w./+-]+): ([^{}\[\],]*)\}$")


def formatted(text: str, name: str, *, full: bool) -> str:
    """Return a YAML spec with every stage in canonical form, all else as it was.

    Errors: :class:`~archcalc.errors.SpecError` where it cannot be read.
    """
    for scalar, entry in reversed(stage_places(text, name)):
        start, end = scalar.span.start, scalar.span.end
        written = text[start:end]
        quote = written[:1] if written[:1] in "'\"" else ""
        if written.strip(quote) != scalar.text:
            continue  # on several lines, or with escapes: left as it is
        label = f"{entry.label}: " if entry.label else ""
        made = f"{quote}{label}{stage_text(entry, full=full)}{quote}"
        text = text[:start] + made + text[end:]
    return text


def _number(value: Number) -> int | str:
    return value if isinstance(value, int) else str(value)


def _times(size: Size) -> int | str:
    return size.text if isinstance(size, Expression) else size


def _body(chain: Chain) -> Any:
    items = [_item(entry) for entry in chain.entries]
    made = items[0] if len(items) == 1 else items
    return made if chain.repeat == 1 else {"repeat": _times(chain.repeat), "of": made}


def _item(entry: Entry) -> Any:
    if _as_stage(entry):
        label = f"{entry.label}: " if entry.label else ""
        return label + stage_text(entry, full=False)
    made = _unlabelled(entry)
    return {entry.label: made} if entry.label else made


def _as_stage(entry: Entry) -> bool:
    """Tell what the structure of YAML cannot say: odd labels, two names, branches as a group."""
    if isinstance(entry, Aux) and entry.title:
        return bool(entry.label) or not takes_label(entry.title) or not entry.title[0].isalnum()
    if (entry.label and not takes_label(entry.label)) or depth_of(entry) > DEEPEST:
        return True
    if isinstance(entry, Chain) and entry.label and len(entry.entries) == 1:
        return isinstance(entry.entries[0], Parallel)
    return False


def _unlabelled(entry: Entry) -> Any:
    if isinstance(entry, Chain):
        made = _body(entry)
        return made if isinstance(made, list | dict) or not entry.label else [made]
    if isinstance(entry, Aux):
        return (
            {entry.title or "aux": {"aux": _body(entry.body)}}
            if entry.title
            else {"aux": _body(entry.body)}
        )
    if isinstance(entry, Parallel):
        branches = [_body(branch) for branch in entry.branches]
        made = {entry.kind: branches}
        if entry.kind == "res":
            made = dict(zip(("res", "shortcut"), branches, strict=False))
        return made if entry.repeat == 1 else {"repeat": _times(entry.repeat), "of": made}
    return stage_text(entry, full=False)


def _figure(figure: Figure) -> dict[str, Any]:
    number: Any = int(figure.text) if figure.text.isdigit() else figure.text
    made: dict[str, Any] = {figure.key: number}
    if figure.of:
        made["of"] = figure.of[0] if len(figure.of) == 1 else list(figure.of)
    if figure.thousand != 1000:
        made["thousand"] = figure.thousand
    if figure.train:
        made["train"] = True
    made["source"] = figure.source
    if figure.differs:
        made["differs"] = figure.differs
    return made
