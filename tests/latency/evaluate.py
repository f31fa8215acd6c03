"""How well time is predicted on layers that were held out, as markdown tables.

    python tests/latency/evaluate.py FOLDER [--update-profiles | --json FILE]

The folder holds CSV files of timings; columns say what they are, names of devices which profile.
The JSON file holds the errors that the tables show, no timing: reports/latency.md is made of it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from archcalc.latency import Profile, fit, profile, text_of
from archcalc.latency.calibration import calibration_of
from archcalc.latency.fit import parameters_of, seconds
from archcalc.latency.model import Device, Kernels, Parameter
from archcalc.latency.score import Score, folds, score
from archcalc.latency.work import MULTIPLYING

from timings import SIZE, Timings, layer_timings

FOLDS = 3
MOST = 1200  # rows per set: more would only take longer
DRAWS = 5
FEWEST = 60  # rows for a profile
NUMBERS = {"deep": ("float16",)}  # of its fp32 there are larger sets
Values = Mapping[str, float] | None
Predict = Callable[[Kernels], np.ndarray]


def main(folder: Path, update: bool, record: str) -> None:
    """Print every table, and keep the errors where a record is asked for."""
    sets = [sampled(found) for found in layer_timings(folder)] if folder.is_dir() else []
    if not sets:
        print(f"No timings in {folder}: give the folder with DATA=... (CSV files, see timings.py).")
        return
    if update:
        update_profiles(sets)
        return
    print(f"Held-out error, {FOLDS} folds: mean / median of |predicted/measured - 1| in %.\n")
    head = ("layers", "n", *(name for name, _ in METHODS))
    errors = {t.title: {name: held(t, method) for name, method in METHODS} for t in sets}
    table(head, [(t.title, str(len(t.seconds)), *map(cell, errors[t.title].values()))
                 for t in sets])  # fmt: skip
    products = [t for t in sets if t.kind in MULTIPLYING and len(t.seconds) >= 600]
    print(
        f"\nCalibrated on few layers drawn at random ({DRAWS} draws), tested on the rest: "
        "mean / median (worst draw).\n"
    )
    draws = {t.title: {f"{n}{' + residual' if r else ''}": few(t, n, r) for n, r in CALIBRATIONS}
             for t in products}  # fmt: skip
    table(("layers", *next(iter(draws.values()), {})),
          [(title, *map(drawn, found.values())) for title, found in draws.items()])  # fmt: skip
    print(
        "\nParameters of another device: the usual values were chosen with these sets in "
        "sight, those of another device were not.\n"
    )
    pairs = [(a, b) for a in products for b in products
             if a.title != b.title and (a.kind, a.dtype) == (b.kind, b.dtype)]  # fmt: skip
    transfers = [(a, b, transfer(a, b)) for a, b in pairs]
    table(("fitted on", "predicted", "as they are", "as usual values of a fit to 40"),
          [(a.device_name, b.title, cell(bare), drawn(usual))
           for a, b, (bare, usual) in transfers])  # fmt: skip
    from nets import net_tables

    nets = list(net_tables(folder))
    for title, header, body in nets:
        print(f"\n{title}\n")
        table(header, body)
    if record:
        kept = {
            "made_by": "make evaluate, python tests/latency/evaluate.py FOLDER --json FILE",
            "folds": FOLDS,
            "draws": DRAWS,
            "sets": [
                {
                    "layers": t.title, "kind": t.kind, "dtype": t.dtype, "device": t.device_name,
                    "source": PUBLISHERS.get(t.file.split("_")[0], t.file),
                    "n": len(t.seconds),
                    "held_out": {
                        name: asdict(found) if found else None
                        for name, found in errors[t.title].items()
                    },
                    "calibrated_on": {
                        name: [asdict(one) for one in found]
                        for name, found in draws.get(t.title, {}).items()
                    },
                }
                for t in sets
            ],
            "transfers": [
                {"fitted_on": a.device_name, "predicted": b.title, "as_they_are": asdict(bare),
                 "as_usual_values": [asdict(one) for one in usual]}
                for a, b, (bare, usual) in transfers
            ],
            "nets": [
                {"title": title, "columns": header, "rows": body} for title, header, body in nets
            ],
        }  # fmt: skip
        Path(record).write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def sampled(found: Timings) -> Timings:
    """Return at most so many rows, always the same."""
    index = np.random.default_rng(0).permutation(len(found.seconds))[:MOST]
    return replace(found, kernels=found.kernels[index], seconds=found.seconds[index])


def macs_only(found: Timings, kernels: Kernels, measured: np.ndarray) -> Predict:
    """One number: FLOP/s (bytes/s where nothing is multiplied)."""
    amount = amount_of(kernels)
    rate = np.exp(np.median(np.log(measured / amount)))
    return lambda some: rate * amount_of(some)


def amount_of(kernels: Kernels) -> np.ndarray:
    """Return the FLOPs, or the bytes of layers without."""
    return np.where(kernels.flops > 0, kernels.flops, kernels.bytes)


def datasheet(found: Timings, kernels: Kernels, measured: np.ndarray) -> Predict:
    """No number: the roofline of the datasheet."""
    return lambda some: roofline((1.0, 1.0, 0.0), some, found.device)


def fitted_roofline(found: Timings, kernels: Kernels, measured: np.ndarray) -> Predict:
    """Three numbers: the shares of both peaks, and a launch."""
    from scipy.optimize import least_squares

    def off(point: np.ndarray) -> np.ndarray:
        return np.log(roofline(np.exp(point), kernels, found.device) / measured)

    start = np.log([0.7, 0.7, max(1e-6, measured.min() / 2)])
    best = least_squares(off, start, loss="soft_l1", f_scale=0.15)
    return lambda some: roofline(np.exp(best.x), some, found.device)


def roofline(values: object, kernels: Kernels, device: Device) -> np.ndarray:
    peak, bandwidth, launch = np.asarray(values)
    compute = kernels.flops / (device.peak * peak)
    return launch + np.maximum(compute, kernels.bytes / (device.bandwidth * bandwidth))


def ours(found: Timings, kernels: Kernels, measured: np.ndarray) -> Predict:
    """The model."""
    made = fit(kernels, measured, found.device, names_of(found))
    return lambda some: seconds(made, some, found.device)


def with_residual(found: Timings, kernels: Kernels, measured: np.ndarray) -> Predict:
    """The model and its bounded correction."""
    made = fit(kernels, measured, found.device, names_of(found), residual=True)
    return lambda some: seconds(made, some, found.device)


def names_of(found: Timings) -> dict[str, Parameter]:
    return dict(parameters_of(found.kind, found.dtype))


METHODS = (
    ("MACs", macs_only), ("datasheet roofline", datasheet), ("fitted roofline", fitted_roofline),
    ("ours", ours), ("ours + residual", with_residual),
)  # fmt: skip
CALIBRATIONS = ((40, False), (300, False), (300, True))


def held(found: Timings, method: Callable[..., Predict]) -> Score | None:
    """Return the held-out errors of a method; None where it does not apply."""
    if method is with_residual and found.kind not in MULTIPLYING:
        return None
    fold, predicted = folds(len(found.seconds), FOLDS), np.zeros(len(found.seconds))
    for index in range(FOLDS):
        out = fold == index
        made = method(found, found.kernels[~out], found.seconds[~out])
        predicted[out] = made(found.kernels[out])
    return score(predicted, found.seconds)


def few(found: Timings, count: int, residual: bool, usual: Values = None) -> list[Score]:
    """Return the errors after calibrations on so many layers, one per draw."""
    scores = []
    for draw in range(DRAWS):
        order = np.random.default_rng(draw + 1).permutation(len(found.seconds))
        seen, rest = order[:count], order[count:]
        made = fit(
            found.kernels[seen], found.seconds[seen], found.device, names_of(found),
            residual=residual, usual=usual,
        )  # fmt: skip
        predicted = seconds(made, found.kernels[rest], found.device)
        scores.append(score(predicted, found.seconds[rest]))
    return scores


def drawn(scores: list[Score]) -> str:
    """Return mean and median over the draws, and the mean error of the worst."""
    mape, median = (np.mean([getattr(s, key) for s in scores]) for key in ("mape", "median"))
    return f"{mape:.1f} / {median:.1f} ({max(s.mape for s in scores):.1f})"


def transfer(fitted: Timings, asked: Timings) -> tuple[Score, list[Score]]:
    """Return the errors of one device's shares on another, as they are and as usual values."""
    some = slice(0, 400)
    made = fit(fitted.kernels[some], fitted.seconds[some], fitted.device, names_of(fitted))
    bare = score(seconds(made, asked.kernels, asked.device), asked.seconds)
    return bare, few(asked, 40, False, made.values)


def update_profiles(sets: list[Timings]) -> None:
    """Write what was fitted into the profiles of the devices that have one."""
    written: dict[str, Profile] = {}
    for found in sets:
        if (
            not found.profile
            or len(found.seconds) < FEWEST
            or found.dtype not in NUMBERS.get(found.file[:4], SIZE)
        ):
            continue
        old = written.get(found.profile) or profile(found.profile)
        made = calibration_of(
            found.kind, found.dtype, found.kernels, found.seconds, found.device,
            source_of(found), "neusight" in found.file,
        )  # fmt: skip
        kept = [c for c in old.calibrations if (c.kind, c.dtype) != (made.kind, made.dtype)]
        written[found.profile] = replace(old, calibrations=(*kept, made))
    for name, new in written.items():
        place = Path(__file__).parents[2] / "archcalc" / "devices" / f"{name}.yaml"
        place.write_text(text_of(new), "utf-8")


PUBLISHERS = {
    "aic": "AIConfigurator (Apache-2.0)",
    "neusight": "NeuSight (MIT)",
    "deepbench": "DeepBench (Apache-2.0)",
}


def source_of(found: Timings) -> str:
    """Return where timings come from, in words."""
    file = found.file
    name = next((text for key, text in PUBLISHERS.items() if file.startswith(key)), file)
    return f"fitted to timings published by {name} on {found.device_name}"


def cell(errors: Score | None) -> str:
    return "-" if errors is None else f"{errors.mape:.1f} / {errors.median:.1f}"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print a markdown table."""
    for row in (head, ("---",) * len(head), *rows):
        print("| " + " | ".join(row) + " |")
    sys.stdout.flush()


if __name__ == "__main__":
    words = sys.argv[1:]
    record = words[words.index("--json") + 1] if "--json" in words else ""
    given = [word for word in words if not word.startswith("--") and word != record]
    main(Path(given[0] if given else "timings"), "--update-profiles" in words, record)
