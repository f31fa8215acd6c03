"""Templates to text: jinja2 in a sandbox, which prints what a dialect makes of each value.

What a template prints is escaped unless it is markup already, so that no name of a layer, of a
spec or of a file becomes markup. A count prints in full; filters round it. What it can reach are
the project's own values: a path could write files, and sympy runs the texts that it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ArchcalcError, UsageError, printable
from .dialects import Dialect, dialect
from .filters import FILTERS
from .spelling import near_word
from .vocabulary.desk import Desk

if TYPE_CHECKING:
    from jinja2 import BaseLoader

_BUILT_IN = Path(__file__).parent / "templates"
_OPEN = ("archcalc", "builtins", "collections", "fractions", "jinja2", "markupsafe")


def rendered(
    name: str,
    folder: Path | None,
    words: Mapping[str, Any],
    *,
    layout: str = "hwc",
    spoken: Dialect | None = None,
) -> str:
    """Return what a template says; ``folder`` is its own, None for those that come with archcalc.

    A template may include and extend others of both. Errors: :class:`UsageError` (E71) with the
    template's line for what it cannot be read or filled as, and those of what it asks for.
    """
    import jinja2

    spoken = spoken or dialect(name)
    environment = _environment(_loader(folder), spoken, layout)
    try:
        text = environment.get_template(name).render(**words)
    except ArchcalcError as error:
        if folder is not None and not error.place:
            line = _line(error, name)
            error.place = f"template {name}:{line}" if line else f"template {name}"
        raise
    except jinja2.TemplateSyntaxError as error:
        fact = near_word(str(error.message), words)
        raise _refused(error.name or name, error.lineno, fact) from None
    except jinja2.TemplateNotFound as error:
        raise UsageError("E33", f"no template {error.name}", "archcalc report --help") from None
    except RecursionError:
        raise _refused(name, 0, "it includes or calls itself without end") from None
    except Exception as error:
        if folder is None:
            raise
        raise _refused(name, _line(error, name), near_word(_fact(error), words)) from None
    return spoken.tidy(text)


def _environment(loader: BaseLoader, spoken: Dialect, layout: str) -> Any:
    from jinja2 import StrictUndefined, pass_context
    from jinja2.sandbox import SandboxedEnvironment
    from markupsafe import Markup

    class Sandbox(SandboxedEnvironment):
        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            return _is_open(obj) and super().is_safe_attribute(obj, attr, value)

    @pass_context  # a template's own constants are then written by the dialect too
    def written(_: Any, value: Any) -> Markup:
        return spoken.text(value, layout)

    names = ("block", "variable", "comment")
    signs = [f"{name}_{side}_string" for name in names for side in ("start", "end")]
    made = Sandbox(
        extensions=["jinja2.ext.do"],
        loader=loader,
        autoescape=True,  # finalize returns markup: nothing is escaped twice
        finalize=written,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        **dict(zip(signs, spoken.delimiters, strict=True)),
    )
    made.filters.update(FILTERS)
    made.filters["code"] = lambda value: Markup(spoken.code(printable(str(value))))
    made.globals["fold"] = spoken.folded
    del made.globals["lipsum"]
    return made


def _is_open(thing: Any) -> bool:
    """Tell whether a template may look into a value: not where it keeps what is drawn and read."""
    return type(thing).__module__.partition(".")[0] in _OPEN and not isinstance(thing, Desk)


def _loader(folder: Path | None) -> BaseLoader:
    from jinja2 import ChoiceLoader, FileSystemLoader

    own = FileSystemLoader(_BUILT_IN)
    return ChoiceLoader([FileSystemLoader(folder), own]) if folder else own


def _refused(name: str, line: int | None, fact: str) -> UsageError:
    place = f"{name}:{line}" if line else name
    return UsageError(
        "E71", f"template {place}: {fact}", "archcalc report --words lists what a template can say"
    )


def _fact(error: Exception) -> str:
    """Return what went wrong in a word that was asked for what it does not take."""
    import jinja2

    says = isinstance(error, jinja2.TemplateError | AttributeError | TypeError | ValueError)
    return str(error) if says else f"{type(error).__name__}: {error}".removesuffix(": ")


def _line(error: BaseException, name: str) -> int:
    """Return the line of the template at which an error was raised; 0 where none is known."""
    found, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(name):
            found = trace.tb_lineno
        trace = trace.tb_next
    return found
