"""What sliding layers share: windows from options, and the checks that they fit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..arithmetic.dims import (
    Dim,
    Shape,
    ceil_div,
    common_divisor,
    divisors,
    exact_div,
    may_equal,
    require,
)
from ..errors import LayerError
from .base import channels, described, spatial, spread
from .window import AxisWindow, Window

Padding = Any  # tuple[Pad, ...] (one for all axes or one each) or "same"


def sliding(
    kernel: tuple[Dim, ...], sizes: tuple[Dim, ...], pads: Padding, stride: Any, dilation: Any
) -> tuple[Window, ...]:
    """Return one window per axis; pads is one or several :class:`Pad`, or ``same``."""
    count = len(kernel)
    strides = spread(stride, count, "stride", "stride")
    spacings = spread(dilation, count, "dilation", "dilation")
    if pads == "same":
        return tuple(
            Window.keeping(n, k, s, d)
            for n, k, s, d in zip(sizes, kernel, strides, spacings, strict=True)
        )
    around = spread(pads, count, "pad", "padding")
    return tuple(
        Window(k, s, pad.before, pad.after, d)
        for k, s, pad, d in zip(kernel, strides, around, spacings, strict=True)
    )


def unread(
    word: str, windows: tuple[AxisWindow, ...], sizes: tuple[Dim, ...]
) -> tuple[tuple[str, str], ...]:
    """Return W01 where the last positions of an axis are read by no window.

    Positions that a stride larger than the window steps over are meant to be left out.
    """
    texts: dict[str, list[str]] = {}
    axis_names = ("rows", "columns") if len(sizes) == 2 else ("positions",) * len(sizes)
    for window, n, positions in zip(windows, sizes, axis_names, strict=True):
        if not isinstance(window, Window) or not _single(
            n, window.kernel, window.stride, window.dilation, window.padded(n)
        ):
            continue
        left = window.unread(n)
        if left > max(window.stride - window.span, 0):
            pad = f"pad {window.before}" if window.before or window.after else "no pad"
            verb = "is" if left == 1 else "are"
            why = f"{verb} never read by {{name}} ({n}, k{window.kernel}, s{window.stride}, {pad})"
            texts.setdefault(f"{left} of {n} {{axes}} {why}", []).append(positions)
    return tuple(
        ("W01", text.replace("{axes}", " and ".join(dict.fromkeys(axes))))
        for text, axes in texts.items()
    )


def kernel_of(layer: Any, x: Shape) -> tuple[Dim, ...]:
    """Return the kernel for this input; checks a filter depth that was written out (KxKxIxN)."""
    kernel: tuple[Dim, ...] = layer.kernel
    rank = len(spatial(x))
    if len(kernel) == rank and rank:
        return kernel
    if len(kernel) == rank + 1 and rank > 1 and hasattr(layer, "channels"):
        check_groups(channels(x), layer.channels, layer.groups)
        depth = exact_div(channels(x), layer.groups)
        *window, stated = kernel
        require(
            may_equal(stated, depth),
            lambda: LayerError(
                "E15",
                f"the filter depth {stated} does not match the input depth {depth}",
                part="kernel",
                help=f"`{layer.word} {joined((*window, layer.channels))}`; depth is taken from "
                "the input",
            ),
        )
        return tuple(window)
    if rank > 1 and len(kernel) == rank - 1 and hasattr(layer, "channels"):
        written = joined((*kernel, layer.channels))
        raise LayerError(
            "E10",
            f"{layer.word} needs a number of filters: `{layer.word} {written}x64`",
            part="kernel",
            help=f"archcalc layers {layer.word}",
        )
    needs = {1: "length x channels", 2: "height x width x channels"}.get(
        len(kernel), "depth x height x width x channels"
    )
    raise LayerError(
        "E31",
        f"{layer.word} needs {needs}; the input is {described(x)}",
        part="kernel" if rank else "",
        help="`fc N` takes a vector" if not rank else "",
    )


def check_groups(depth: Dim, filters: Dim, groups: Dim) -> None:
    """Raise E14 where channels or filters do not split into the groups."""
    for count, what in ((depth, "input channels"), (filters, "filters")):
        if not plain(count, groups):
            continue
        require(
            count % groups == 0,
            lambda count, what: LayerError(
                "E14",
                f"{count} {what} cannot be split into {groups} groups",
                part="groups",
                help=f"divisors of {depth} and {filters}: {_divisors(depth, filters)}",
            ),
            count,
            what,
        )


def _divisors(one: int, other: int) -> str:
    found = [str(n) for n in divisors(common_divisor(one, other))]
    return ", ".join(found[:8]) + (", ..." if len(found) > 8 else "")


def check_fit(
    what: str, windows: tuple[Window, ...], sizes: tuple[Dim, ...], kernel: tuple[Dim, ...]
) -> None:
    """Raise E12 where a window certainly is larger than the padded input.

    With ``ceil`` the last window may stick out, also the only one.
    """
    pairs = tuple(zip(windows, sizes, strict=True))
    room = [(w, w.padded(n) + (w.stride - 1 if w.ceil else 0)) for w, n in pairs]
    if all(w.same or not plain(size, w.span) or size >= w.span for w, size in room):
        return
    raise _does_not_fit(what, windows, sizes, kernel)


def _does_not_fit(
    what: str, windows: tuple[Window, ...], sizes: tuple[Dim, ...], kernel: tuple[Dim, ...]
) -> LayerError:
    """Return E12 with the least padding that fits and the one that keeps the size."""
    pairs = tuple(zip(windows, sizes, strict=True))
    known = [
        (w.span, n) for w, n in pairs if plain(w.padded(n), n, w.span)
    ]  # the others are symbols
    least = max(ceil_div(span - n, 2) for span, n in known)
    padded = joined(w.padded(n) for w, n in pairs)
    spans = tuple(w.span for w in windows)

    def outputs(pad: int) -> str:
        return joined(replace(w, before=pad, after=None).output(n) for w, n in pairs)

    advice = f"`pad {least}` gives {outputs(least)}"
    keeping = (max(span for span, _ in known) - 1) // 2
    if keeping != least and len(set(spans)) == 1 and spans[0] % 2 and windows[0].stride == 1:
        advice += f", `pad {keeping}` keeps {outputs(keeping)}"
    spaced = "" if spans == tuple(kernel) else f" (dilated to {joined(spans)})"
    around = "" if padded == joined(sizes) else f" (padded to {padded})"
    return LayerError(
        "E12",
        f"{what} {joined(kernel)}{spaced} does not fit into {joined(sizes)}{around}",
        part="kernel",
        label=f"needs at least {joined(spans)}",
        help=f"{advice}; or give a larger input",
    )


def joined(values: Any) -> str:
    """Return sizes as people write them: 5x5."""
    if isinstance(values, str | int):
        return str(values)
    return "x".join(str(value) for value in values)


def pads_text(pads: Padding) -> str:
    """Return padding as people write it: 0:1."""
    return joined(p.before if p.after is None else f"{p.before}:{p.after}" for p in pads)


def plain(*values: Any) -> bool:
    """Whether all are single numbers that can be compared now."""
    return all(hasattr(value, "__index__") and not hasattr(value, "shape") for value in values)


def _single(*values: Any) -> bool:
    """Tell whether all are numbers, and not those of many variants."""
    return plain(*values) and not any(hasattr(value, "variants") for value in values)


def certainly(condition: Any) -> bool:
    """Tell whether a condition is true now, not only for some value of a symbol."""
    return condition is True


def same(one: Any, other: Any) -> bool:
    """Tell whether two numbers are known and equal."""
    return type(one) is int and type(other) is int and one == other
