"""Whole nets: how well their totals give their time and their order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

import archcalc
from archcalc.latency import predict_net, profile
from archcalc.latency.nets import DISPATCH
from archcalc.latency.score import folds, kendall, score

MOST_OPERATIONS = 2000
Rows = list[tuple[str, ...]]
ZOO = {
    "alexnet", "vgg11", "vgg13", "vgg16", "vgg19", "resnet18", "resnet34", "resnet50",
    "resnet101", "resnet152", "densenet121", "densenet161", "densenet169", "densenet201",
    "mobilenet_v2", "mobilenetv2_100", "convnext_tiny", "convnext_small",
    "vit_tiny_patch16_224", "vit_small_patch16_224", "vit_base_patch16_224", "resnext50_32x4d",
    "resnext101_32x8d", "wide_resnet50_2", "regnetx_002", "regnetx_032", "regnety_032",
    "efficientnet_b0",
}  # fmt: skip
SYNONYMS = {"mobilenetv2_100": "mobilenet_v2", "vit_base_patch16_224": "vit_b_16"}


def net_tables(folder: Path) -> Iterator[tuple[str, tuple[str, ...], Rows]]:
    """Yield title, header and rows of each table about nets."""
    for path in sorted([*folder.glob("*.csv"), *folder.glob("*.csv.gz")]):
        frame = pd.read_csv(path)
        if {"infer_gmacs", "infer_macts", "infer_step_time"} <= set(frame):
            title = "Whole nets per image ({}): mean / median error in %, Kendall's tau."
            head = ("set-up", "nets", "MACs", "activations", "both", "predicted")
            yield title.format(path.name), head, list(_timm(frame))
        if {"gf", "gb", "nops", "level"} <= set(frame):
            title = f"Nets run eagerly ({path.name}), no recurrences: shares of single operations."
            yield (
                title,
                ("device", "nets", "FLOPs", "fitted roofline", "with the host"),
                list(_kernelbench(frame)),
            )


def _timm(frame: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    for name, part in frame.groupby("cfg" if "cfg" in frame else frame.index.map(lambda _: "all")):
        part = part.dropna(subset=["infer_gmacs", "infer_macts", "infer_step_time"])
        part = part[(part.infer_gmacs > 0) & (part.infer_macts > 0)]
        time = (part.infer_step_time / part.infer_batch_size).to_numpy(float)
        macs, acts = part.infer_gmacs.to_numpy(float), part.infer_macts.to_numpy(float)
        columns = ((macs,), (acts,), (macs, acts))
        cells = [_held_out(np.stack(c, 1), time) for c in columns]
        yield str(name), str(len(part)), *cells, _of_zoo(str(name), part)


def _held_out(columns: np.ndarray, time: np.ndarray) -> str:
    """Return the errors of a sum of columns with fitted rates, and its order."""
    from scipy.optimize import least_squares

    fold, predicted = folds(len(time), 3), np.zeros(len(time))
    for index in range(3):
        out = fold == index
        start = np.log(np.median(time[~out][:, None] / columns[~out], axis=0))
        best = least_squares(
            lambda p, out=~out: np.log(columns[out] @ np.exp(p) / time[out]),
            start, loss="soft_l1", f_scale=0.15,
        )  # fmt: skip
        predicted[out] = columns[out] @ np.exp(best.x)
    found = score(predicted, time)
    return f"{found.mape:.1f} / {found.median:.1f}, {kendall(predicted, time):.2f}"


def _of_zoo(name: str, part: pd.DataFrame) -> str:
    """Return the same for nets that the zoo holds too, predicted layer by layer, uncalibrated."""
    device = "rtx4090" if "4090" in name else "rtx3090" if "3090" in name else ""
    if not device:
        return "-"
    known = profile(device)
    pairs = []
    for row in part[part.infer_img_size == 224].itertuples():
        plain = str(row.model).split(".")[0]
        if plain not in ZOO:
            continue
        try:
            net = archcalc.analyze(SYNONYMS.get(plain, plain)).analysis
        except archcalc.ArchcalcError:
            continue
        mode = "compile" if "dynamo" in name else "graph"
        found = predict_net(net, known, batch=int(row.infer_batch_size), dtype="float16", mode=mode)
        if not found.unknown:
            pairs.append((found.seconds, row.infer_step_time * 1e-3))
    if len(pairs) < 5:
        return "-"
    predicted, measured = np.array(pairs).T
    errors = score(predicted, measured)
    order = kendall(predicted, measured)
    return f"{errors.mape:.1f} / {errors.median:.1f}, {order:.2f} ({len(pairs)} nets)"


def _kernelbench(frame: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    for column in [c for c in frame if f"{c}_cv" in frame]:
        # cuDNN runs a recurrence as one call, whose steps the counts list one by one
        part = frame[frame.nops < MOST_OPERATIONS].dropna(subset=[column])
        single, nets = part[part.level == "level1"], part[part.level == "level3"]
        if len(nets) < 5:
            continue
        known = profile("h100-pcie" if "PCIe" in column else "h100-sxm").device("float32")
        time = nets[column].to_numpy(float) * 1e-3
        shares = [
            np.quantile(amount / limit / (single[column] * 1e-3), 0.8)
            for amount, limit in (
                (single.gf * 1e9, known.peak), (single.gb * 1e9, known.bandwidth),
            )
        ]  # fmt: skip
        flops = nets.gf.to_numpy(float) * 1e9
        compute = flops / known.peak / max(shares[0], 0.3)
        memory = nets.gb.to_numpy(float) * 1e9 / known.bandwidth / max(shares[1], 0.3)
        device = np.maximum(compute, memory)
        hosted = np.maximum(device, DISPATCH * nets.nops.to_numpy(float))
        rate = np.exp(np.median(np.log(time / np.maximum(flops, 1))))
        made = (np.maximum(flops, 1) * rate, device, hosted)
        cells = [score(p, time) for p in made]
        yield (
            column,
            str(len(nets)),
            *(
                f"{c.mape:.1f} / {c.median:.1f}, {kendall(p, time):.2f}"
                for c, p in zip(cells, made, strict=True)
            ),
        )
