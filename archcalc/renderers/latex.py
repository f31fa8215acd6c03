r"""LaTeX to be taken over by ``\input``: booktabs tables with captions and labels.

A caption names the nets and what the table holds, what K, M, G stand for, the convention that the
counts follow and, of bytes, batch and dtype. The first lines, comments, name the packages that the
file needs. Tables are no wider than the lines of an article.
"""

from __future__ import annotations

from typing import Any

from ..table import Column, Listing, Page, SpecText, Steps, Table, Text
from .latex_grid import Grid, drawn
from .latex_table import grid, net_of, units_text
from .latex_text import GLYPH, breakable, cell_latex, escaped, label, typed, worked
from .texts import table_texts

_HELD = {  # what a table with such a column holds
    "printed": "published figures",
    "architecture": "costs",
    "quantity": "costs",
    "layer": "layers",
}


def render(page: Page, *, exact: bool = False, siunitx: bool = False, **_: Any) -> str:
    """Return the page as LaTeX; ``siunitx`` gives columns of plain numbers its S columns."""
    writer = _Writer(page, exact, siunitx)
    parts = [part for block in page.blocks for part in writer.block(block)]
    text = "\n\n".join(parts)
    packages = ["booktabs"]
    packages += ["longtable"] if r"\begin{longtable}" in text else []
    packages += ["siunitx"] if "S[table-format" in text else []
    head = f"% needs \\usepackage{{{', '.join(packages)}}}"
    if "longtable" in packages:
        head += (
            "\n% A table over pages needs one column: in a class of two it takes pages of its own;"
            "\n% within multicols it cannot stand."
        )
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
        self.assumption = " ".join(
            escaped(block.text)
            for block in page.blocks
            if isinstance(block, Text) and block.kind == "assumption"
        )
        tables = [block for block in page.blocks if isinstance(block, Table | Listing)]
        self.in_captions = bool(tables)
        self.has_bytes = any(_has_bytes(table) for table in tables)
        self.is_named = any(isinstance(table, Table) and not table.title for table in tables)
        self.nets = [b.name for b in page.blocks if isinstance(b, SpecText) and b.name]
        titles = [b.text for b in page.blocks if isinstance(b, Text) and b.kind == "title"]
        self.names = ", ".join(self.nets) or " ".join(titles[:1])

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
        if block.kind == "assumption" and self.has_bytes:
            return []
        if block.kind == "title":
            if self.is_named:  # a caption says it
                return []
            return [f"\\noindent\\textbf{{{escaped(block.text)}}}"]
        size = "\\small " if block.kind != "text" else ""
        text = breakable(block.text.strip())
        return [f"{{\\raggedright\\noindent {size}{text}\\par}}"]

    def table(self, table: Table) -> str:
        """Return a table with its caption."""
        named, ending = self.named(table)
        units = units_text(table, exact=self.exact, layout=self.layout)
        title = escaped(f"{named}: {ending}" if named and ending else named or ending.capitalize())
        sentence = f"{title}." if title and title[-1] not in ".?!" else title
        assumption = self.assumption if _has_bytes(table) else ""
        said = (sentence, units, self.convention, assumption)
        made = grid(table, exact=self.exact, layout=self.layout, siunitx=self.siunitx)
        caption = " ".join(part for part in said if part)
        return drawn(made, title, caption, label(named, self.labels, ending))

    def named(self, table: Table) -> tuple[str, str]:
        """Return whose numbers a table holds, and what they are where its title does not say."""
        title = table.title
        if not title:
            keys = {column.key for column in table.columns}
            held = next((held for key, held in _HELD.items() if key in keys), "")
            return net_of(table) or self.names, held
        known = self.nets or [self.names]
        if not any(name in title for name in known):
            return self.names, title
        return title, ""

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
        specs = ("l", *("r" for _ in block.columns), "p{0.36\\linewidth}")
        title = escaped(f"{block.title} {block.subtitle}".strip())
        named = label(block.title, self.labels)
        return [drawn(Grid(specs, heads, rows, "\\small"), title, f"{title}.", named)]

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


def _has_bytes(table: Table | Listing) -> bool:
    """Tell whether a table has numbers that depend on batch and dtype."""
    return any(cell.unit in ("bytes", "ratio") for row in table.rows for cell in row)
