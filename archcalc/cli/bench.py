"""``archcalc bench``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from ..errors import UsageError
from .options import complete_spec, reading, shared

if TYPE_CHECKING:
    from ..timing.schedule import Progress

_STORE = "archcalc-times.jsonl"
_MOST_BATCHES = 32


@click.command(short_help="Time layers and nets in torch, on a GPU or the processor.")
@click.argument("spec", nargs=-1, required=True, metavar="SPEC...", shell_complete=complete_spec)
@click.option(
    "--device",
    type=click.Choice(["auto", "cuda", "cpu"]),
    default="auto",
    help="auto: CUDA where there is one.",
)
@click.option(
    "--dtype",
    type=click.Choice(["fp32", "tf32", "bf16", "fp16"]),
    default="fp32",
    help="Number format; TF32 is on only with tf32.",
)
@click.option("--batch", default="1", metavar="1,8,auto", help="Batch sizes; auto: past launches.")
@click.option("--backward", is_flag=True, help="Time forward and backward, in training mode.")
@click.option("--compile", "compiled", is_flag=True, help="Time what torch.compile makes of it.")
@click.option("--per-layer/--whole", "per_layer", default=None, help="Only layers, or only nets.")
@click.option(
    "--cache",
    type=click.Choice(["auto", "cold", "warm"]),
    default="auto",
    help="auto: layers on CUDA cold, all else warm.",
)
@click.option("--store", metavar="FILE", default=_STORE, help=f"Raw samples: {_STORE}.")
@click.option("--no-store", is_flag=True, help="Keep no raw samples.")
@click.option("--resume", is_flag=True, help="Do not time again what the store has.")
@click.option("--replay", metavar="FILE", help="Show the times of a store; time nothing.")
@click.option("--rounds", type=click.IntRange(1, 10_000), default=7, help="At least so many.")
@click.option(
    "--time-limit",
    type=click.FloatRange(0, min_open=True),
    default=5.0,
    metavar="S",
    help="Seconds per layer, where it stays imprecise.",
)
@click.option("--seed", type=int, default=0, metavar="N", help="Of data and order.")
@click.option("-w", "--wide", is_flag=True, help="All columns, however wide.")
@reading
@shared
def command(spec: tuple[str, ...], **options: Any) -> None:
    """Examples:

    \b
    archcalc bench '14x14x480 | conv 5x5x48 pad 2' --batch 1,8,32
    archcalc bench naive.arch bottleneck.arch --device cuda --dtype bf16 \\
                   --batch 1,auto --store times.jsonl
    archcalc bench resnet50 --batch 8 --store times.jsonl --resume

    Build every layer and the whole net in torch, check shapes, params and MACs against the
    counts, and time them: warmed up, in shuffled rounds, until the median is known to 1%.
    Nothing is predicted; what could not be timed is said.

    Samples are added to the store as they come: after Ctrl-C or a crash --resume goes on.
    Exit code 1 where something could not be timed, 3 without torch or the device.
    """
    from ..timing.clock import replayed, require_torch
    from ..timing.measuring import Interrupted, measure
    from ..timing.task import Rules
    from .output import analyses, show

    require_torch()
    batches = _batches(options["batch"])
    if options["no_store"] and options["resume"]:
        raise UsageError("E50", "--resume needs a store", "--store FILE")
    read = {**options, "train": False, "batch": 1, "dtype": "float32"}
    found = analyses(spec, read)
    rules = Rules(rounds=options["rounds"], limit=options["time_limit"], seed=options["seed"])
    replay = replayed(options["replay"]) if options["replay"] else None
    store = "" if options["no_store"] or replay else options["store"]
    parts = {None: "all", True: "layers", False: "whole"}[options["per_layer"]]
    try:
        with _progress() as step:
            timing = measure(
                *found,
                device=options["device"],
                dtype=options["dtype"],
                batches=batches,
                backward=options["backward"],
                compiled=options["compiled"],
                parts=parts,
                cache=options["cache"],
                store=store,
                resume=options["resume"],
                rules=rules,
                stopwatch=replay,
                progress=step,
            )
    except Interrupted as stop:
        _say_interrupted(stop, store)
        sys.exit(130)
    show(timing.page(layout=options["layout"]), options)
    if not timing.is_complete:
        sys.exit(1)


def _batches(text: str) -> tuple[int | str, ...]:
    """Return the batch sizes of ``1,8,auto``; :class:`UsageError` (E48) for what is none."""
    found: list[int | str] = []
    for part in text.split(",")[: _MOST_BATCHES + 1]:
        word = part.strip().lower()
        if word != "auto" and not (
            word.isascii() and word.isdigit() and 0 < int(word[:9]) <= 2**20
        ):
            raise UsageError(
                "E48", f'"{part.strip()[:40]}" is no batch size', "--batch 1,8,32 or auto"
            )
        found.append(word if word == "auto" else int(word))
    if len(found) > _MOST_BATCHES:
        raise UsageError("E44", f"more than {_MOST_BATCHES} batch sizes")
    return tuple(dict.fromkeys(found))


def _say_interrupted(stop: Any, store: str) -> None:
    """Say what is kept, and how to go on."""
    import shlex

    done = len(stop.timing.outcome.measurements)
    print(f"\ninterrupted: {done} of {stop.count} timings are done", file=sys.stderr)
    if not store:
        print("nothing is kept without a store: --store FILE", file=sys.stderr)
        return
    words = [word for word in sys.argv[1:] if word != "--resume"]
    again = shlex.join(["archcalc", *words, "--resume"])
    print(f"kept in {store}; go on with:\n  {again}", file=sys.stderr)


@contextmanager
def _progress() -> Iterator[Progress]:
    """Give a function that shows what is being timed, on a terminal's standard error only."""
    if not sys.stderr.isatty():
        yield lambda title, done, count: None
        return

    def step(title: str, done: int, count: int) -> None:
        bar = f"[{'#' * (20 * done // count):20}] {done}/{count} " if count else ""
        sys.stderr.write(f"\r{bar}{title[:40]:40}")
        sys.stderr.flush()

    try:
        yield step
    finally:
        sys.stderr.write(f"\r{'':76}\r")
