"""Templates to text: jinja2 in a sandbox, which prints what a dialect makes of each value.

What a template prints is escaped unless it is markup already, so that no name of a layer, of a
spec or of a file becomes markup. A count prints in full; filters round it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ArchcalcError, UsageError
from .dialects import Dialect, dialect
from .filters import FILTERS

if TYPE_CHECKING:
    from jinja2 import BaseLoader

_BUILT_IN = Path(__file__).parent / "templates"


def rendered(
    name: str, folder: Path | None, words: Mapping[str, Any], *, layout: str = "hwc"
) -> str:
    """Return what a template says; ``folder`` is its own, None for those that come with archcalc.

    A template may include and extend others of both. Errors: :class:`UsageError` (E71) with the
    template's line for what it cannot be read or filled as, and those of what it asks for.
    """
    import jinja2

    spoken = dialect(name)
    environment = _environment(_loader(folder), spoken, layout)
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
    return spoken.tidy(text)


def _environment(loader: BaseLoader, spoken: Dialect, layout: str) -> Any:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment
    from markupsafe import Markup

    names = ("block", "variable", "comment")
    signs = [f"{name}_{side}_string" for name in names for side in ("start", "end")]
    made = SandboxedEnvironment(
        extensions=["jinja2.ext.do"],
        loader=loader,
        autoescape=True,  # finalize returns markup: nothing is escaped twice
        finalize=lambda value: spoken.text(value, layout),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        **dict(zip(signs, spoken.delimiters, strict=True)),
    )
    made.filters.update(FILTERS)
    made.filters["code"] = lambda value: Markup(spoken.code(str(value)))
    made.globals["fold"] = spoken.folded
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
