"""Texts as LaTeX: whatever stands in them prints, and nothing in them is a command.

Characters beyond ASCII go through one macro: it prints the character where the engine and its font
have it and its code point where not, so that the file compiles with pdflatex, XeTeX and LuaTeX.
"""

from __future__ import annotations

import re
from unicodedata import decomposition

from ..arithmetic.latex import latex
from ..errors import printable
from ..table import Cell, Step

GLYPH = r"""\providecommand{\archcalcglyph}[3]{% place in 8-bit fonts, code point, character
  \ifdefined\Umathchar
    \iffontchar\font"#2 #3\else\texttt{U+#2}\fi
  \else
    \ifcsname u8:\detokenize{#3}\endcsname
      \iffontchar\font#1 #3\else\texttt{U+#2}\fi
    \else\texttt{U+#2}\fi
  \fi}"""
_NOT_IN_OT1 = "«»‹›‚„ÐðĐđŊŋÞþ"  # pdflatex's first fonts lack them, and the ogonek
_SIGNS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"{\char34}",  # babel makes it active in some languages
    "`": r"\`{}",
}
_ARGUMENT = re.compile(r"\s*[*[]")  # behind the end of a row it would belong to it
_LIGATURES = re.compile(r"([-',])(?=\1)")
_BREAKS = re.compile(r"(?<=[./])(?=\S)(?!(?<=\d\.)\d)")
_LONGEST_LABEL = 40
_TIMES, _TIGHT = " \\times ", "{\\times}"


def escaped(text: str) -> str:
    """Return a text that prints as it is.

    >>> print(escaped("50% of a_b {--x}"))
    50\\% of a\\_b \\{-{}-x\\}
    """
    text = _LIGATURES.sub("\\1\0", printable(text))
    found = "".join("{}" if char == "\0" else _character(char) for char in text)
    return "{}" + found if _ARGUMENT.match(text) else found


def typed(text: str) -> str:
    """Return a text in typewriter letters that keeps its blanks."""
    lead = len(text) - len(text.lstrip(" "))
    return f"\\texttt{{{'~' * lead}{escaped(text[lead:])}}}"


def worked(steps: tuple[str, ...]) -> str:
    """Return steps as mathematics, each its own so that a line may break before an equals sign."""
    if not any(isinstance(step, Step) for step in steps):
        return typed(" = ".join(steps))
    return " ".join(_step(step, "= " if i else "") for i, step in enumerate(steps))


def cell_latex(cell: Cell, text: str) -> str:
    """Return the text of a cell: sizes and formulas as mathematics, code in typewriter letters."""
    if cell.unit == "code":
        return typed(text) if text else ""
    if cell.unit in ("text", "title"):
        return escaped(text)
    if cell.unit == "change":
        return re.sub(r"^([\d.,]+)x ", r"\1$\\times$ ", escaped(text))
    if text.startswith(">= "):
        return f"$\\geq$ {cell_latex(cell, text[3:])}"
    known = getattr(cell.value, "at_least", cell.value)
    if isinstance(known, tuple) or hasattr(known, "free_symbols"):
        return formula_latex(text)
    return f"$-${escaped(text[1:])}" if re.match(r"-\d", text) else escaped(text)


def formula_latex(text: str) -> str:
    """Return a size or a formula as mathematics; what is neither as it is.

    >>> print(formula_latex("5x5 * 2x48"), formula_latex("2 layers"))
    $5{\\times}5 \\cdot 2{\\times}48$ 2 layers
    """
    factors = [latex(part).replace(_TIMES, _TIGHT) for part in text.split(" * ")]
    return "$" + " \\cdot ".join(factors) + "$" if all(factors) else escaped(text)


def breakable(text: str) -> str:
    """Return a text whose long words may break behind their dots and bars, but not its numbers."""
    return "\\allowbreak{}".join(escaped(part) for part in _BREAKS.split(text))


def label(text: str, known: set[str], ending: str = "") -> str:
    """Return a label that no other table of the page has, and remember it.

    Of a long text its first words stand in it, and all of the ending.

    >>> label("Where A's MACs go", set()), label("합성곱", {"tab:table"})
    ('tab:where-a-s-macs-go', 'tab:table-2')
    >>> label("A and B", set(), "costs")
    'tab:a-and-b-costs'
    """
    words, last = (re.findall(r"[a-z0-9]+", part.lower()) for part in (text, ending))
    while len("-".join(words + last)) > _LONGEST_LABEL and len(words) > 1:
        words.pop()
    base = f"tab:{'-'.join(words + last)[:_LONGEST_LABEL].strip('-') or 'table'}"
    found, number = base, 1
    while found in known:
        number += 1
        found = f"{base}-{number}"
    known.add(found)
    return found


def _character(char: str) -> str:
    if char in _SIGNS:
        return _SIGNS[char]
    if char.isascii():
        return char
    place = 200 if char in _NOT_IN_OT1 or "0328" in decomposition(char) else 65
    return f"\\archcalcglyph{{{place}}}{{{ord(char):04X}}}{{{char}}}"


def _step(step: str, sign: str) -> str:
    formula = step.latex if isinstance(step, Step) else ""
    return f"${sign}{formula}$" if formula else f"{sign}{escaped(step)}"
