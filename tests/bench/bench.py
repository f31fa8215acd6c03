"""Speed as ratios in one run: start-up against imports and torchinfo, the engine against peers.

    python tests/bench/bench.py [--rounds N] [--update-readme]

Rounds are interleaved, so that a slow moment of the machine meets everyone; medians are printed,
with the lowest and highest ratio of the rounds. Peers analyze a module that is already built, on
the meta device, where they are fastest (fvcore traces, which the meta device refuses: it runs on
the CPU); archcalc reads the text, walks it and fills every column.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from tabulate import tabulate

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (
    "14x14x480 | conv 5x5x48 pad 2",
    "14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2",
)
IMPORTS = "import click, tabulate, yaml"
TORCHINFO = """
import torch
from torch import nn
from torchinfo import summary
for net in (
    nn.Sequential(nn.Conv2d(480, 48, 5, padding=2)),
    nn.Sequential(nn.Conv2d(480, 16, 1), nn.Conv2d(16, 48, 5, padding=2)),
):
    print(summary(net, input_size=(1, 480, 14, 14), verbose=0))
"""
DEPTHS = (1_000, 3_000, 10_000, 30_000, 100_000)


def resnet152() -> str:
    """ResNet-152 v1.5 in the notation."""
    text = "224x224x3 | conv 7x7x64 s2 pad 3 +bn +relu | maxpool 3x3 s2 pad 1"
    for width, blocks, stride in ((64, 3, 1), (128, 8, 2), (256, 36, 2), (512, 3, 2)):
        body = f"conv 3x3x{width} pad 1 s{{}} +bn +relu | conv 1x1x{4 * width} +bn"
        first = f"conv 1x1x{width} +bn +relu | {body.format(stride)}"
        shortcut = f"conv 1x1x{4 * width} s{stride} +bn"
        text += f" | res( {first} ; {shortcut} ) | relu"
        rest = f"conv 1x1x{width} +bn +relu | {body.format(1)}"
        text += f" | [ res( {rest} ) | relu ]*{blocks - 1}"
    return text + " | gap | fc 1000"


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def process(*command: str) -> Callable[[], object]:
    # Python without cached bytecode would measure the compiler instead.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def run() -> object:
        return subprocess.run(
            [sys.executable, *command],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=ROOT,
        )

    return run


def engine(text: str) -> Callable[[], object]:
    from archcalc.analysis import walk
    from archcalc.expansion import expand
    from archcalc.notation.parser import parse
    from archcalc.quantities import QUANTITIES

    columns = QUANTITIES()

    def run() -> object:
        analysis = walk(expand(parse(text)))
        return [(column.of(analysis), column.total(analysis)) for column in columns]

    return run


def peers(text: str) -> dict[str, Callable[[], object]]:
    import torch
    from fvcore.nn import ActivationCountAnalysis, FlopCountAnalysis, parameter_count
    from torch.utils.flop_counter import FlopCounterMode
    from torchinfo import summary

    from archcalc import read
    from archcalc.oracles.module import build

    with torch.device("meta"):
        module = build(read(text)).eval()
        image = torch.empty(1, 3, 224, 224)
    traced, real_image = build(read(text)).eval(), torch.zeros(1, 3, 224, 224)

    def torchinfo() -> object:
        return summary(module, input_data=[image], verbose=0, device="meta")

    def fvcore() -> object:
        flops = FlopCountAnalysis(traced, real_image).unsupported_ops_warnings(False)
        acts = ActivationCountAnalysis(traced, real_image).unsupported_ops_warnings(False)
        return flops.total(), acts.total(), parameter_count(module)

    def flop_counter() -> object:
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            module(image)
        return counter.get_total_flops()

    return {"torchinfo": torchinfo, "fvcore": fvcore, "FlopCounterMode": flop_counter}


def interleaved(actions: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Time every action once per round, after one round that does not count.

    Objects that exist by then, torch's own above all, are kept out of garbage collection: nobody
    pays for them.
    """
    times: dict[str, list[float]] = {name: [] for name in actions}
    for number in range(rounds + 1):
        for name, action in actions.items():
            taken = seconds(action)
            if number:
                times[name].append(taken)
        if not number:
            gc.collect()
            gc.freeze()
        if sys.stderr.isatty():
            print(f"\rround {number}/{rounds}", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print("\r" + " " * 20 + "\r", end="", file=sys.stderr)
    return times


def ratio(one: list[float], other: list[float]) -> str:
    pairs = [a / b for a, b in zip(one, other, strict=True)]
    middle = statistics.median(one) / statistics.median(other)
    return f"{middle:.2f} ({min(pairs):.2f} to {max(pairs):.2f})"


def start_up(rounds: int) -> list[list[str]]:
    times = interleaved(
        {
            "archcalc": process("-m", "archcalc", "compare", *EXAMPLE),
            "imports": process("-c", IMPORTS),
            "torchinfo": process("-c", TORCHINFO),
            "zoo": process("-m", "archcalc", "zoo", "list"),
            "torch": process("-c", "import torch"),
        },
        rounds,
    )
    ours, zoo = times["archcalc"], times["zoo"]
    return [
        [
            "whole process",
            "archcalc / importing click, tabulate, yaml",
            ratio(ours, times["imports"]),
            "at most 1.5",
        ],
        ["whole process", "torchinfo / archcalc", ratio(times["torchinfo"], ours), "at least 8"],
        [
            "whole zoo, process",
            "archcalc zoo list, seconds",
            f"{statistics.median(zoo):.2f}",
            "at most 2",
        ],
        ["whole zoo, process", "importing torch / zoo list", ratio(times["torch"], zoo), "-"],
    ]


def engines(rounds: int) -> list[list[str]]:
    text = resnet152()
    times = interleaved({"archcalc": engine(text), **peers(text)}, rounds)
    ours = times.pop("archcalc")
    rows = [
        [
            "ResNet-152, all columns",
            "archcalc, milliseconds",
            f"{statistics.median(ours) * 1e3:.1f}",
            "at most 10",
        ]
    ]
    for name, theirs in times.items():
        rows.append(
            ["ResNet-152, all columns", f"{name} / archcalc", ratio(theirs, ours), "at least 20"]
        )
    return rows


def reading(rounds: int) -> list[list[str]]:
    """Reading somebody's module and printing its table, beside torchinfo's summary of it.

    Torchinfo is timed as people call it, with an input size, and on the meta device.
    """
    import torch
    from torchinfo import summary

    from archcalc import analyze

    library = torch.library.Library("torchvision", "DEF")  # what its models here do not use
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor a, Tensor b, float c) -> Tensor")
    from torchvision import models

    rows = []
    for name, goal in (("resnet50", "at least 1"), ("vit_b_16", "0.67"), ("swin_t", "0.67")):
        module = models.get_model(name, weights=None).eval()
        shapes = models.get_model(name, weights=None).eval().to("meta")
        image = torch.empty(1, 3, 224, 224, device="meta")
        actions: dict[str, Callable[[], object]] = {
            "archcalc": lambda module=module: str(analyze(module, input_shape=(3, 224, 224))),
            "torchinfo": lambda module=module: str(
                summary(module, input_size=(1, 3, 224, 224), verbose=0)
            ),
            "meta": lambda shapes=shapes, image=image: str(
                summary(shapes, input_data=[image], verbose=0, device="meta")
            ),
        }
        times = interleaved(actions, max(rounds // 3, 3))
        ours = times["archcalc"]
        what = f"reading torchvision's {name}"
        rows.append([what, "torchinfo / archcalc", ratio(times["torchinfo"], ours), goal])
        rows.append([what, "torchinfo on meta / archcalc", ratio(times["meta"], ours), "-"])
    return rows


def linear(rounds: int) -> list[list[str]]:
    """Time per layer at several depths, against that of the shallowest."""
    actions = {
        str(depth): engine(f"32x32x8 | [ conv 3x3x8 pad 1 | relu ]*{depth // 2}")
        for depth in DEPTHS
    }
    times = interleaved(actions, max(rounds // 5, 3))
    base = statistics.median(times[str(DEPTHS[0])]) / DEPTHS[0]
    rows = []
    for depth in DEPTHS:
        each = statistics.median(times[str(depth)]) / depth
        rows.append(
            [f"{depth:,} layers", "time per layer / at 1,000", f"{each / base:.2f}", "about 1"]
        )
    return rows


def sweeps(rounds: int) -> list[list[str]]:
    """Counting ResNet-50 at many input sizes: arrays, the scalar loop, sympy, and peers.

    All counts and bytes that add up are totaled; the others are timed on as many variants as they
    do in about a second, and compared per variant. Sympy's formulas hold MACs and activations only;
    they are timed with and without being derived. They check nothing: neither whether a layer fits
    its input, nor whether a number still fits into 64 bits. Peers analyze a built module.
    """
    from dataclasses import replace

    import numpy
    import sympy
    import torch
    from fvcore.nn import FlopCountAnalysis
    from torch.utils.flop_counter import FlopCounterMode
    from torchinfo import summary

    from archcalc.analysis import Settings, walk
    from archcalc.expansion import expand
    from archcalc.notation.parser import parse_input
    from archcalc.oracles.module import build
    from archcalc.quantities import QUANTITIES
    from archcalc.readers import read, spec_of
    from archcalc.sweeping.counting import counter
    from archcalc.sweeping.grid import grid

    spec = replace(spec_of("resnet50"), input=parse_input("HxWx3", "input"))
    totals = [one for one in QUANTITIES() if one.unit in ("count", "bytes", "layers")]
    values = grid(["H=32:431,W=32:281"])
    few = grid(["H=200:203,W=224:226"])
    two = [one for one in totals if one.key in ("macs", "activations")]

    def derived() -> Callable[..., object]:
        closed = walk(expand(spec))
        symbols = sympy.symbols("H W", integer=True, positive=True)
        counts = [one.total(closed) for one in two]
        return sympy.lambdify(symbols, counts, "numpy", cse=True)

    formula = derived()
    heights, widths = (axis.ravel() for axis in numpy.mgrid[32:432, 32:282])
    with torch.device("meta"):
        module = build(read("resnet50")).eval()
        image = torch.empty(1, 3, 224, 224)
    traced, real_image = build(read("resnet50")).eval(), torch.zeros(1, 3, 224, 224)

    def flop_counter() -> object:
        with torch.no_grad(), FlopCounterMode(display=False) as found:
            module(image)
        return found.get_total_flops()

    def scalar() -> object:
        nets = [walk(expand(spec, few.at(i))) for i in range(len(few))]
        return [[one.total(net) for one in totals] for net in nets]

    actions: dict[str, tuple[int, Callable[[], object]]] = {
        "arrays": (
            len(values),
            lambda: list(counter(spec, Settings(), totals, values).counted()),
        ),
        "arrays, two": (
            len(values),
            lambda: list(counter(spec, Settings(), two, values).counted()),
        ),
        "scalar loop": (len(few), scalar),
        "sympy": (len(values), lambda: derived()(heights, widths)),
        "sympy lambdify": (len(values), lambda: formula(heights, widths)),
        "torchinfo": (1, lambda: summary(module, input_data=[image], verbose=0, device="meta")),
        "fvcore": (
            1,
            lambda: FlopCountAnalysis(traced, real_image).unsupported_ops_warnings(False).total(),
        ),
        "FlopCounterMode": (1, flop_counter),
    }
    times = interleaved(
        {name: action for name, (_, action) in actions.items()}, max(rounds // 3, 3)
    )
    each = {name: [one / actions[name][0] for one in taken] for name, taken in times.items()}
    what = f"sweep of ResNet-50, {len(totals)} totals"
    speed = 1 / statistics.median(each["arrays"])
    rows = [[what, "variants a second, one core", f"{speed:,.0f}", "at least 100,000"]]
    for name in ("scalar loop", "torchinfo", "fvcore", "FlopCounterMode"):
        rows.append([what, f"{name} / sweep, per variant", ratio(each[name], each["arrays"]), "-"])
    what, ours = "sweep of ResNet-50, MACs and activations", each["arrays, two"]
    rows.append([what, "sympy, formulas derived / sweep", ratio(each["sympy"], ours), "-"])
    known = ratio(ours, each["sympy lambdify"])
    rows.append([what, "sweep / sympy lambdify, derived before", known, "-"])
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--update-readme", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    rows = start_up(options.rounds)
    depths = linear(options.rounds)  # before torch is loaded
    rows += engines(options.rounds) + depths + reading(options.rounds) + sweeps(options.rounds)
    table = tabulate(
        rows,
        headers=["what", "ratio", "median (rounds)", "goal"],
        tablefmt="pipe",
        disable_numparse=True,
    )
    print(table)
    if options.update_readme:
        readme = ROOT / "README.md"
        text = readme.read_text(encoding="utf-8")
        before, _, rest = text.partition("<!-- bench -->\n")
        _, _, after = rest.partition("<!-- /bench -->")
        readme.write_text(
            f"{before}<!-- bench -->\n{table}\n<!-- /bench -->{after}", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
