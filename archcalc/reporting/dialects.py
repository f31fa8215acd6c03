"""What templates write: markdown, HTML or LaTeX, by the ending of the template's name.

A dialect knows how a text is escaped, how blocks, code and pictures are written, and what folds
away. What is markup already passes as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..arithmetic.unknown import Unknown
from ..errors import printable
from ..quantities.receptive_field import WHOLE
from ..renderers import cells, html, latex, markdown
from ..renderers import render as rendered_page
from ..renderers.latex_text import escaped as latex_escaped
from ..renderers.latex_text import typed
from ..table import Block, Cell, Listing, Page, SpecText, Steps, Table, Text

if TYPE_CHECKING:
    from markupsafe import Markup

BLOCKS = (Table, SpecText, Text, Steps, Listing)
_WIDE = 100  # columns of a code block


@dataclass(frozen=True)
class Dialect:
    """How one language of documents is written.

    ``exact`` prints every count in full; ``has_captions`` says that a table's title is its caption.
    ``delimiters`` are those of jinja2 in its templates: statements, expressions, comments.
    ``picture`` takes the path of a picture's file (none: there is no file), its SVG and its words.
    """

    escape: Callable[[str], str]
    page: Callable[..., str]
    code: Callable[[str], str]
    listing: Callable[[str], str]
    bold: Callable[[str], str]
    items: Callable[[Sequence[str]], str]
    fold: Callable[[str, str, bool], str]
    picture: Callable[[str, str, str], str]
    tidy: Callable[[str], str]
    exact: bool = False
    has_captions: bool = False
    delimiters: tuple[str, ...] = ("{%", "%}", "{{", "}}", "{#", "#}")

    def text(self, value: Any, layout: str = "hwc") -> Markup:
        """Return a value in this dialect: blocks drawn, numbers in full, texts escaped.

        Errors: :class:`TypeError` for a number with decimals that nobody rounded, and for what is
        no value.
        """
        from markupsafe import Markup

        if isinstance(value, Markup):
            return value
        if str(getattr(value, "_undefined_hint", "")).startswith("the inline if"):
            return Markup("")  # {{ text if condition }}, where the condition does not hold
        if isinstance(value, BLOCKS):
            return self.blocks([value], layout)
        if isinstance(value, list) and all(isinstance(one, BLOCKS) for one in value):
            return self.blocks(value, layout)
        if isinstance(value, bool | str) or value is None:
            return Markup(self.escape("" if value is None else str(value)))
        if isinstance(value, float | Fraction):
            raise TypeError(f"{value} needs a filter that rounds it, such as | digits(3)")
        if isinstance(value, int | Unknown) or value is WHOLE or hasattr(value, "free_symbols"):
            return Markup(self.escape(cells.text(Cell(value, "exact"), exact=True)))
        if isinstance(value, tuple):
            return Markup(self.escape(cells.text(Cell(value, "field"))))
        raise TypeError(f"a template cannot print {type(value).__name__}")

    def blocks(self, blocks: Sequence[Block], layout: str = "hwc") -> Markup:
        """Return blocks below each other."""
        from markupsafe import Markup

        page = Page(tuple(blocks), dict, layout=layout)
        return Markup(self.page(page, exact=self.exact).strip() if blocks else "")

    def specs(self, specs: Sequence[SpecText]) -> Markup:
        """Return specs as code in which no line is long; it can be pasted as it stands."""
        from markupsafe import Markup

        text = rendered_page(Page(tuple(specs), dict), "table", width=_WIDE)
        return Markup(self.listing(text.rstrip()))

    def folded(self, title: str, *, open: bool = False, caller: Callable[[], str] = str) -> Markup:
        """Return what stands in ``{% call fold(title) %}``: a click on its title unfolds it."""
        from markupsafe import Markup

        return Markup(self.fold(printable(title), caller().strip(), open))

    def shown(self, path: str, svg: str, alt: str, table: Table | None) -> Markup:
        """Return a picture, then what is on it as a table that folds away.

        Where there is no picture the table stands alone under its title.
        """
        from markupsafe import Markup

        drawn = self.picture(path, svg, alt)
        if table is None:
            return Markup(drawn)
        if self.has_captions:
            return self.blocks([replace(table, title=alt)])
        numbers = self.blocks([table])
        if drawn:
            return Markup(drawn + "\n\n") + self.folded(
                "The numbers of this plot", caller=lambda: numbers
            )
        return Markup(f"{self.bold(self.escape(alt))}\n\n{numbers}")


def dialect(name: str) -> Dialect:
    """Return the dialect of a template by its name: ``.tex.j2``, ``.html.j2``, markdown else."""
    stem = name.removesuffix(".j2")
    if stem.endswith(".tex"):
        return LATEX
    return HTML if stem.endswith((".html", ".htm")) else MARKDOWN


def tidy(text: str) -> str:
    """Return markdown whose blocks stand apart by one blank line and that ends in one line's end.

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
    return before == "</details>" or start.startswith(("</details>", "<details", "![", "#"))


def _plain(text: str) -> str:
    """Return a text without runs of blank lines, ending in one line's end."""
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def _details(title: str, body: str, is_open: bool) -> str:
    head = f"<details{' open' * is_open}><summary>{html.escape(title)}</summary>"
    return f"{head}\n\n{body}\n\n</details>\n\n"


def _image(path: str, svg: str, alt: str) -> str:
    """Return an image of a file, which a picture in a page needs no network for."""
    return f'<img src="{html.escape(path)}" alt="{html.escape(alt)}">' if path and svg else ""


def _latex_page(page: Page, **options: Any) -> str:
    """Return blocks without the first lines, which name packages: the template does."""
    text = latex.render(page, **options)
    return text.split("\n\n", 1)[1] if "\n\n" in text else text


def _one_label_each(text: str) -> str:
    """Return LaTeX in which no label is given twice: a second one gets a number."""
    seen: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        seen[found[1]] = seen.get(found[1], 0) + 1
        count = seen[found[1]]
        return f"\\label{{{found[1]}-{count}}}" if count > 1 else found[0]

    return re.sub(r"\\label\{([^}]*)\}", numbered, _plain(text))


MARKDOWN = Dialect(
    escape=markdown.escaped,
    page=markdown.render,
    code=markdown.code_span,
    listing=markdown.fenced,
    bold=lambda text: f"**{text}**",
    items=lambda lines: "\n".join(f"- {line}" for line in lines),
    fold=_details,
    picture=lambda path, svg, alt: f"![{markdown.escaped(alt)}]({path})" if path and svg else "",
    tidy=tidy,
)
HTML = Dialect(
    escape=html.escape,
    page=html.render,
    code=lambda text: f"<code>{html.escape(text)}</code>",
    listing=lambda text: f"<pre>{html.escape(text)}</pre>",
    bold=lambda text: f"<strong>{text}</strong>",
    items=lambda lines: "<ul>\n" + "\n".join(f"<li>{line}</li>" for line in lines) + "\n</ul>",
    fold=_details,
    picture=_image,
    tidy=_plain,
)
LATEX = Dialect(
    escape=latex_escaped,
    page=_latex_page,
    code=lambda text: typed(text),
    listing=lambda text: "\\par\n".join(typed(line) for line in text.split("\n")),
    bold=lambda text: f"\\textbf{{{text}}}",
    items=lambda lines: (
        "\\begin{itemize}\n" + "\n".join(f"\\item {line}" for line in lines) + "\n\\end{itemize}"
    ),
    fold=lambda title, body, _: f"\\paragraph{{{latex_escaped(title)}}}\n\n{body}\n\n",
    picture=lambda path, svg, alt: "",  # no engine reads SVG: the table stands alone
    tidy=_one_label_each,
    has_captions=True,
    delimiters=("<%", "%>", "<<", ">>", "<#", "#>"),
)
