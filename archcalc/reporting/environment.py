"""Templates to text: jinja2 in a sandbox, with numbers, tables and names as markdown has them.

What a template prints is escaped unless it is markdown already, so that no name of a layer, of a
spec or of a file becomes markup. A count prints in full; filters round it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..arithmetic import units
from ..arithmetic.unknown import Unknown
from ..errors import ArchcalcError, UsageError, printable
from ..quantities.receptive_field import WHOLE
from ..renderers import cells
from ..renderers import render as render_as
from ..renderers.markdown import code_span, escaped, fenced, render
from ..table import Cell, Listing, Page, SpecText, Steps, Table, Text

if TYPE_CHECKING:
    from jinja2 import BaseLoader
    from markupsafe import Markup

BLOCKS = (Table, SpecText, Text, Steps, Listing)
_WIDE = 100  # columns of a code block
_BUILT_IN = Path(__file__).parent / "templates"


def rendered(
    name: str, folder: Path | None, words: Mapping[str, Any], *, layout: str = "hwc"
) -> str:
    """Return what a template says; ``folder`` is its own, None for those that come with archcalc.

    A template may include and extend others of both. Errors: :class:`UsageError` (E71) with the
    template's line for what it cannot be read or filled as, and those of what it asks for.
    """
    import jinja2

    environment = _environment(_loader(folder), layout)
    try:
        text = environment.get_template(name).render(**words)
    except ArchcalcError:
        raise
    except jinja2.TemplateSyntaxError as error:
        raise _refused(error.name or name, error.lineno, str(error.message)) from None
    except jinja2.TemplateNotFound as error:
        raise UsageError("E33", f"no template {error.name}", "archcalc report --help") from None
    except (jinja2.TemplateError, AttributeError, TypeError, ValueError, ArithmeticError) as error:
        raise _refused(name, _line(error, name), str(error)) from None
    except RecursionError:
        raise _refused(name, 0, "it includes or calls itself without end") from None
    return tidy(text)


def tidy(text: str) -> str:
    """Return a text whose blocks stand apart by one blank line and that ends in one line's end.

    What follows a table or what folds away would else belong to it. Fenced code stays as it is.

    >>> tidy("| a |\\nText\\n\\n\\n</details>\\nMore")
    '| a |\\n\\nText\\n\\n</details>\\n\\nMore\\n'
    """
    lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        start = line.strip()
        before = lines[-1] if lines else ""
        if not fence and start and before and _ends(before, start):
            lines.append("")
        if start.startswith("```"):
            mark = start[: len(start) - len(start.lstrip("`"))]
            fence = "" if fence == mark else fence or mark
        if fence or start or before:
            lines.append(line if fence else line.rstrip())
    return "\n".join(lines).strip("\n") + "\n"


def _ends(before: str, start: str) -> bool:
    """Tell whether a line begins another block than the line before it."""
    if before.startswith("|") != start.startswith("|") and "<" not in (before[0], start[0]):
        return True
    return before == "</details>" or start.startswith(("</details>", "<details"))


def folded(title: str, *, open: bool = False, caller: Callable[[], str] = str) -> Markup:
    """Return what stands in ``{% call fold(title) %}``, to be unfolded by a click on its title."""
    from markupsafe import Markup, escape

    head = Markup("<details{}><summary>{}</summary>").format(
        Markup(" open") if open else "", escape(printable(title))
    )
    return head + Markup("\n\n") + Markup(caller().strip()) + Markup("\n\n</details>\n\n")


def markdown_of(value: Any, layout: str = "hwc") -> Markup:
    """Return a value as markdown: blocks drawn, numbers in full, texts escaped."""
    from markupsafe import Markup

    if isinstance(value, Markup):
        return value
    if str(getattr(value, "_undefined_hint", "")).startswith("the inline if"):
        return Markup("")  # {{ text if condition }}, where the condition does not hold
    if isinstance(value, BLOCKS):
        return Markup(render(Page((value,), dict, layout=layout), layout=layout).strip())
    if isinstance(value, list) and all(isinstance(x, BLOCKS) for x in value):
        page = Page(tuple(value), dict, layout=layout)
        return Markup(render(page, layout=layout).strip() if value else "")
    if isinstance(value, bool | str) or value is None:
        return Markup(escaped("" if value is None else str(value)))
    if isinstance(value, float | Fraction):
        raise TypeError(f"{value} needs a filter that rounds it, such as | digits(3)")
    if isinstance(value, int | Unknown) or value is WHOLE or hasattr(value, "free_symbols"):
        return Markup(escaped(cells.text(Cell(value, "exact"), exact=True)))
    if isinstance(value, tuple):
        return Markup(escaped(cells.text(Cell(value, "field"))))
    raise TypeError(f"a template cannot print {type(value).__name__}")


def spec_listing(specs: Sequence[SpecText]) -> Markup:
    """Return specs as a code block in which no line is long; it can be pasted as it stands."""
    from markupsafe import Markup

    return Markup(fenced(render_as(Page(tuple(specs), dict), "table", width=_WIDE).rstrip()))


def _environment(loader: BaseLoader, layout: str) -> Any:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    made = SandboxedEnvironment(
        extensions=["jinja2.ext.do"],
        loader=loader,
        autoescape=True,  # finalize returns markup: nothing is escaped twice
        finalize=lambda value: markdown_of(value, layout),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(FILTERS)
    made.globals["fold"] = folded
    return made


def _loader(folder: Path | None) -> BaseLoader:
    from jinja2 import ChoiceLoader, FileSystemLoader

    own = FileSystemLoader(_BUILT_IN)
    return ChoiceLoader([FileSystemLoader(folder), own]) if folder else own


def _refused(name: str, line: int | None, fact: str) -> UsageError:
    place = f"{name}:{line}" if line else name
    return UsageError("E71", f"template {place}: {fact}", "README, section Reports: its words")


def _line(error: BaseException, name: str) -> int:
    """Return the line of the template at which an error was raised; 0 where none is known."""
    found, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(name):
            found = trace.tb_lineno
        trace = trace.tb_next
    return found


# Filters


def short(value: Any) -> str:
    """Write a count with four digits and K, M, G or T."""
    return cells.text(Cell(value, "count"))


def exact(value: Any) -> str:
    """Write a count in full."""
    return cells.text(Cell(value, "exact"), exact=True)


def size(value: Any) -> str:
    """Write bytes in KiB, MiB, GiB or TiB."""
    return cells.text(Cell(value, "bytes"))


def shape(value: Any, layout: str = "hwc") -> str:
    """Write a shape or sizes per axis with crosses between."""
    return cells.text(Cell(value, "shape"), layout=layout)


def digits(value: float | Fraction | int, count: int = 3) -> str:
    """Write a number with so many significant digits."""
    number = Fraction(value)
    return units.significant(number.numerator, number.denominator, count)


def percent(value: float | Fraction, places: int = 1) -> str:
    """Write a share in percent with so many decimals."""
    scaled = Fraction(value) * 100 * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    text = f"{whole:0{places + 1}d}"
    return f"{text[:-places]}.{text[-places:]}%" if places else f"{text}%"


def code(value: Any) -> Any:
    """Write a text as code."""
    from markupsafe import Markup

    return Markup(code_span(str(value)))


FILTERS = {
    "short": short, "exact": exact, "bytes": size, "shape": shape, "digits": digits,
    "percent": percent, "code": code,
}  # fmt: skip
