"""The words of the notation, from the registries: sizes, options, defaults, formulas."""

from __future__ import annotations

from typing import Any

from .blocks import block_type, block_words
from .explanation import formulas
from .layers import LAYERS, layer_type
from .layers.options import REQUIRED, Option, options_of
from .notation.format import _option
from .table import Cell, Column, Page, Steps, Table, Text


def catalogue_page() -> Page:
    """Return the table of all words."""
    columns = (
        Column("word", "word", False),
        Column("usage", "sizes and options", False, True),
        Column("params", "params", False, True),
        Column("macs", "MACs", False, True),
        Column("elementwise_ops", "elementwise ops", False, True),
    )
    rows: list[tuple[Cell, ...]] = []
    data = []
    known = [(word, kind, formulas(kind)) for word, kind in LAYERS().items()]
    for word, kind, made in sorted(known, key=lambda one: _plainness(one[2])):
        texts = (word, usage(kind), made["params"], made["macs"], made["elementwise_ops"])
        rows.append(tuple(Cell(text, "code") for text in texts))
        data.append({"word": word, "meaning": meaning(kind), **described(kind), **made})
    for word in block_words():
        block = block_type(word)
        texts = (word, usage(block), "(a block)", "", "")
        rows.append(tuple(Cell(text, "code") for text in texts))
        data.append({"word": word, "meaning": meaning(block), **described(block)})
    note = Text(
        "Formulas of the defaults, H W C in, Ho Wo Co out; archcalc layers WORD shows one.", "note"
    )
    return Page((Table(columns, tuple(rows)), note), lambda: {"schema": 1, "layers": data})


def _plainness(made: dict[str, Any]) -> tuple[bool, bool]:
    """Put layers that multiply first, then those that learn, then the others."""
    return made["macs"] == "0", made["params"] == "0"


def word_page(word: str) -> Page:
    """Return everything about one word."""
    kind: Any = layer_type(word) or block_type(word)
    lines = [("is", (meaning(kind),)), ("write", (f"{word} {usage(kind)}".strip(),))]
    for option in options_of(kind).values():
        lines.append((_name(option), (_explained(option),)))
    data: dict[str, Any] = {"word": word, "meaning": meaning(kind), **described(kind)}
    if layer_type(word) is not None:
        made = formulas(kind)
        lines += [
            *zip(_axes(len(made["shape"])), [(text,) for text in made["shape"]], strict=True),
            ("params", (made["params"],)),
            ("MACs", (made["macs"],)),
            ("elementwise ops", (made["elementwise_ops"],)),
        ]
        data |= made
    examples = [text.format(word=word) for text in kind.examples]
    lines += [("example", (text,)) for text in examples[:4]]
    data["examples"] = examples
    page = Steps(word, "", tuple(lines))
    return Page((page,), lambda: {"schema": 1, "layers": [data]})


def meaning(kind: Any) -> str:
    """Return the sentence that describes a layer or block."""
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split())


def _axes(count: int) -> tuple[str, ...]:
    """Return what the sizes of an output are called."""
    names = {1: (), 2: ("length",), 3: ("height", "width"), 4: ("depth", "height", "width")}
    return (*names[count], "width D" if count < 3 else "channels")


def usage(kind: Any) -> str:
    """Return the sizes and options with their defaults: ``KxKxN [pad 0] [stride 1]``."""
    sizes, options = [], []
    for option in options_of(kind).values():
        if option.kind in ("sizes", "size") and not option.word.islower():
            letter = option.letter
            sizes.append(option.word or letter if option.kind == "sizes" else letter)
        elif option.kind == "name":
            sizes.insert(0, "NAME ")
        elif option.kind == "shape":
            sizes.append("HxWxC")
        else:
            options.append(f"[{_default(option)}]")
    joined = "x".join(size for size in sizes if size != "NAME ")
    return " ".join([*(s.strip() for s in sizes if s == "NAME "), joined, *options]).strip()


def described(kind: Any) -> dict[str, Any]:
    """Return the usage and the options, for scripts."""
    options = [
        {
            "name": _name(option),
            "meaning": option.meaning,
            "short": option.short or None,
            "default": None if option.default is REQUIRED else _default(option),
        }
        for option in options_of(kind).values()
    ]
    return {"usage": usage(kind), "options": options}


def _name(option: Option) -> str:
    if option.kind in ("sizes", "size") and not option.word.islower():
        return option.letter
    return option.word if option.word.islower() else (option.word or option.kind)


def _default(option: Option) -> str:
    if option.kind == "choice":
        shown = "|".join(option.choices)
        return f"{option.word} {shown}".strip()
    if option.default is None:
        return f"{option.word} {option.letter or 'N'}"
    if option.kind == "size":
        return f"{option.word} {option.default}"
    return " ".join(_option(option, option.default, full=True))


def _explained(option: Option) -> str:
    short = f"; short {option.short}2" if option.short else ""
    off = f"; or {option.off}" if option.off else ""
    default = "" if option.default in (REQUIRED, None) else f"; default {_default(option)}"
    if option.kind == "choice" and default:
        default = f"; one of {', '.join(option.choices)}; default {option.default}"
    return f"{option.meaning}{off}{short}{default}"
