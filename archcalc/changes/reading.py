"""Nets as they are and as they were: two sources, saved JSON, or the files of a commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..analysis import Analysis, Settings, walk
from ..comparison import unique_names
from ..errors import UsageError
from ..expansion import expand
from ..readers import inline, stored, with_input
from .budgets import condition, held, own_limits
from .configuration import project_budgets
from .difference import Difference, NetChange, refuse_another_counting
from .repository import Base, base_of
from .states import Counting, State, saved_states, state

Analyze = Callable[[tuple[str, ...]], list[Analysis]]


def differences(
    specs: Sequence[str],
    analyze: Analyze,
    *,
    base: str = "",
    conditions: Sequence[str] = (),
    columns: Sequence[str] = ("macs", "params"),
    settings: Settings | None = None,
    convention: str = "macs",
    layout: str = "hwc",
    values: Mapping[str, Any] | None = None,
    input: str = "",
    folder: Path,
) -> Difference:
    """Compare nets with a base and hold them to their budgets.

    ``base`` is a commit or a saved JSON file (``.json``); without it the first of two specs is
    the base. ``analyze`` walks sources as they are now, ``conditions`` are those of ``--fail-if``
    and ``folder`` is where pyproject.toml is looked for. Errors: :class:`UsageError` E42 for a
    base counted otherwise, E43 for what git does not know, E50 for a wrong number of specs.
    """
    counting = Counting.of(settings or Settings(), convention, layout)
    limits = [condition(one, "--fail-if") for one in conditions]
    project = project_budgets(folder)
    now, olds = _sources(tuple(specs), base)
    if any(_is_record(source) for source in now):
        fact = f"{next(filter(_is_record, now))}: what is compared now is a spec, not saved JSON"
        raise UsageError("E50", fact, "archcalc diff --base base.json SPEC")
    commit = ""
    analyses: list[Analysis]
    befores: list[State | None]
    left: tuple[str, ...] = ()
    if olds and not _is_record(olds[0]):
        both = analyze((*olds, *now))
        analyses = both[len(olds) :]
        names = _names(analyses)
        befores = [state(both[0], names[0], counting)]
    else:
        analyses = analyze(now)
        names = _names(analyses)
        record = olds[0] if olds else base
        if _is_record(record):
            befores, left = _recorded(record, names, counting)
        else:
            found = base_of(record, str(folder))
            commit = found.commit

            def before(source: str, name: str) -> State | None:
                made = _analysis_at(found, source, settings, layout, values, input)
                return state(made, name, counting) if made is not None else None

            befores = [before(*pair) for pair in zip(now, names, strict=True)]
    nets = []
    for source, name, analysis, old in zip(now, names, analyses, befores, strict=True):
        every = [*own_limits(analysis), *project.of(name), *limits]
        budgets = tuple(held(every, analysis, old))
        path = stored.path_of(source)
        is_file = stored.reads(source) and source != "-"
        after = state(analysis, name, counting)
        nets.append(NetChange(old, after, path, is_file, budgets))
    called = base or _called(olds[0])
    made = Difference(tuple(nets), counting, called, commit, tuple(columns), left)
    _ = made.quantities  # an unknown column or convention is said now
    return made


def _sources(specs: tuple[str, ...], base: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the sources as they are and, without ``--base``, the one before."""
    if base:
        return specs, ()
    if len(specs) != 2:
        raise UsageError(
            "E50",
            f"diff compares two specs, or any number with a base; got {len(specs)}",
            "archcalc diff OLD NEW; archcalc diff --base origin/main SPEC...",
        )
    return specs[1:], specs[:1]


def _is_record(source: str) -> bool:
    return source.endswith(".json") and "|" not in source


def _called(source: str) -> str:
    return source if len(source) <= 60 else f"{source[:57]}..."


def _names(analyses: Sequence[Analysis]) -> tuple[str, ...]:
    own = [analysis.graph.name for analysis in analyses]
    return unique_names(own, ("net",) if own == [""] else ())


def _recorded(
    path: str, names: Sequence[str], counting: Counting
) -> tuple[list[State | None], tuple[str, ...]]:
    """Return the nets of a saved file by their names; one net is compared with one anyway."""
    counted, states = saved_states(path)
    refuse_another_counting(counted, counting)
    if len(names) == len(states) == 1:
        return [states[0]], ()
    by_name = {one.name: one for one in states}
    left = tuple(name for name in by_name if name not in names)
    return [by_name.get(name) for name in names], left


def _analysis_at(
    base: Base,
    source: str,
    settings: Settings | None,
    layout: str,
    values: Mapping[str, Any] | None,
    input: str,
) -> Analysis | None:
    """Return the analysis of a file as the base has it; None where it has no such file."""
    path = stored.path_of(source)
    if source == "-" or not stored.reads(source):
        fact = f"--base {base.ref} compares files, and {_called(source)} is none"
        raise UsageError("E50", fact, "archcalc diff OLD NEW compares any two nets")
    text = base.text(path)
    if text is None:
        return None
    variant = source[len(path) + 1 :]
    name = f"{base.ref}:{path}"
    spec = inline.spec(text, layout, bool(input), name=name, variant=variant)
    spec = with_input(spec, input, layout)
    return walk(expand(spec, values, unused=True), settings)
