r"""LaTeX to be taken over by ``\input``: booktabs tables with captions and labels.

The convention that the counts follow and what K, M, G stand for are said in the captions. The first
lines, comments, name the packages that the file needs.
"""

from __future__ import annotations

from typing import Any

from ..table import Column, Listing, Page, SpecText, Steps, Table, Text
from .latex_table import Grid, drawn, grid, units_text
from .latex_text import GLYPH, breakable, cell_latex, escaped, label, typed, worked
from .texts import table_texts


def render(page: Page, *, exact: bool = False, siunitx: bool = False, **_: Any) -> str:
    """Return the page as LaTeX; ``siunitx`` gives columns of plain numbers its S columns."""
    writer = _Writer(page, exact, siunitx)
    parts = [part for block in page.blocks for part in writer.block(block)]
    text = "\n\n".join(parts)
    packages = ["booktabs"]
    packages += ["longtable"] if r"\begin{longtable}" in text else []
    packages += ["siunitx"] if "S[table-format" in text else []
    head = f"% needs \\usepackage{{{', '.join(packages)}}}"
    if r"\archcalcglyph" in text:
        head += (
            "\n% Letters that the engine or its font lacks print as code points, such as U+AC00;"
        )
        head += "\n% XeLaTeX and LuaLaTeX with a font that has them print them.\n" + GLYPH
    return f"{head}\n\n{text}\n"


class _Writer:
    """Writes the blocks of one page: its tables share captions' sentences and have own labels."""

    def __init__(self, page: Page, exact: bool, siunitx: bool) -> None:
        self.exact, self.siunitx, self.layout = exact, siunitx, page.layout
        self.labels: set[str] = set()
        self.convention = " ".join(
            escaped(block.text)
            for block in page.blocks
            if isinstance(block, Text) and block.kind == "convention"
        )
        self.in_captions = any(isinstance(block, Table | Listing) for block in page.blocks)
        names = [block.name for block in page.blocks if isinstance(block, SpecText)]
        titles = [b.text for b in page.blocks if isinstance(b, Text) and b.kind == "title"]
        self.names = ", ".join(name for name in names if name) or " ".join(titles[:1])

    def block(self, block: Any) -> list[str]:
        """Return the parts of a block, paragraphs each."""
        if isinstance(block, Table):
            return [self.table(block)]
        if isinstance(block, SpecText):
            return [_spec(block)]
        if isinstance(block, Steps):
            return self.steps(block)
        if isinstance(block, Listing):
            return self.listing(block)
        if block.kind == "convention" and self.in_captions:
            return []
        if block.kind == "title":
            return [f"\\noindent\\textbf{{{escaped(block.text)}}}"]
        size = "\\small " if block.kind != "text" else ""
        text = breakable(block.text.strip())
        return [f"{{\\raggedright\\noindent {size}{text}\\par}}"]

    def table(self, table: Table) -> str:
        """Return a table with its caption."""
        named = table.title or self.names
        units = units_text(table, exact=self.exact, layout=self.layout)
        title = escaped(named)
        sentence = f"{title}." if title and title[-1] not in ".?!" else title
        caption = " ".join(part for part in (sentence, units, self.convention) if part)
        made = grid(table, exact=self.exact, layout=self.layout, siunitx=self.siunitx)
        return drawn(made, title, caption, label(named, self.labels))

    def steps(self, block: Steps) -> list[str]:
        """Return worked lines as a list; as a table where something stands beside them."""
        heading = f"\\noindent\\textbf{{{escaped(block.title)}}} {escaped(block.subtitle)}".strip()
        if not block.columns:
            items = "\n".join(
                f"\\item {escaped(title)}: {worked(steps)}" for title, steps in block.lines
            )
            listed = f"\\begin{{itemize}}\\raggedright\n{items}\n\\end{{itemize}}"
            return [heading, listed] if items else [heading]
        heads = ("layer", *map(escaped, block.columns), escaped(block.title))
        rows = tuple(
            (
                escaped(title),
                *map(escaped, beside),
                f"\\raggedright {worked(steps)}",
            )
            for (title, steps), beside in zip(block.lines, block.beside, strict=True)
        )
        spec = "l" + "r" * len(block.columns) + "p{0.36\\linewidth}"
        title = escaped(f"{block.title} {block.subtitle}".strip())
        named = label(block.title, self.labels)
        return [drawn(Grid(spec, heads, rows, "\\small"), title, f"{title}.", named)]

    def listing(self, block: Listing) -> list[str]:
        """Return the rows as a table, and what is said about each as a description."""
        heading = f"{block.title} - {block.aside}" if block.aside else block.title
        columns = tuple(
            column if i else Column(column.key, column.title, right=False)
            for i, column in enumerate(block.columns)
        )
        table = Table(columns, block.rows, title=heading)
        parts = [self.table(table)]
        rows = table_texts(table, exact=self.exact, layout=self.layout).rows
        items = []
        for row, cells, said in zip(rows, block.rows, block.remarks, strict=True):
            if said:
                about = " ".join(cell_latex(cells[i], row[i]) for i in (0, 1)).strip()
                lines = "\\par\n".join(
                    typed(line) if line.startswith(" ") else escaped(line) for line in said
                )
                items.append(f"\\item[{{{about}}}] {lines}")
        if items:
            listed = "\n".join(items)
            parts.append(f"\\begin{{description}}\\raggedright\n{listed}\n\\end{{description}}")
        return parts


def _spec(block: SpecText) -> str:
    """Return a spec in typewriter letters; its lines break between stages and words."""
    stages = " \\textbar{}\n".join(escaped(stage) for stage in block.stages)
    name = f"\\textbf{{{escaped(block.name)}}}\\quad\n" if block.name else ""
    return f"\\begin{{flushleft}}\\ttfamily\\small\n{name}{stages}\n\\end{{flushleft}}"
