r"""What LaTeX commands stand for in plain arithmetic: ``\times`` is a cross, ``\left`` nothing."""

from __future__ import annotations

SIGNS = {
    **dict.fromkeys(("times",), "×"),
    **dict.fromkeys(("cdot", "bullet"), "·"),
    **dict.fromkeys(("ast", "star"), "*"),
    **dict.fromkeys(("div", "slash"), "/"),
    **dict.fromkeys(("approx", "simeq", "cong", "equiv", "doteq", "approxeq"), "="),
    **dict.fromkeys(("to", "rightarrow", "Rightarrow", "longrightarrow", "implies"), "="),
    **dict.fromkeys(("quad", "qquad", "space", "thinspace", "enspace", "newline", "par"), " "),
    **dict.fromkeys(("left", "right", "big", "Big", "bigg", "Bigg"), ""),
    **dict.fromkeys(("bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr"), ""),
    **dict.fromkeys(("displaystyle", "textstyle", "limits", "bf", "rm", "it"), ""),
    **dict.fromkeys(("ldots", "cdots", "dots"), "..."),
    **dict.fromkeys(("lbrack", "lparen"), "("),
    **dict.fromkeys(("rbrack", "rparen"), ")"),
    "sim": "~",
    "lfloor": "⌊",
    "rfloor": "⌋",
    "lceil": "⌈",
    "rceil": "⌉",
    "max": "max",
    "min": "min",
}

WRAPPERS = frozenset(
    (
        *("text", "textrm", "textbf", "textit", "textsf", "texttt", "textnormal", "mbox", "hbox"),
        *("mathrm", "mathbf", "mathit", "mathsf", "mathtt", "mathnormal", "operatorname"),
        *("boxed", "fbox", "emph", "underline", "boldsymbol", "bm"),
    )
)
"""Commands whose braces only dress what is in them."""

FRACTIONS = frozenset(("frac", "dfrac", "tfrac", "cfrac"))

ESCAPES = {
    **dict.fromkeys(",;:> \n\t\\", " "),
    **dict.fromkeys("!()[]", ""),
    "{": "(",
    "}": ")",
}
r"""A backslash and one character: spacing (``\,``) and the ends of a formula (``\(``)."""
