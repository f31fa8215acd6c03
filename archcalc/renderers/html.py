"""A small HTML fragment, as notebooks show it: tables with captions, every text escaped."""

from __future__ import annotations

import html
from typing import Any
from zlib import crc32

from ..errors import printable
from ..table import Listing, Page, SpecText, Step, Steps, Table
from .texts import Texts, table_texts


def render(page: Page, *, exact: bool = False, **_: Any) -> str:
    """Return the page as an HTML fragment."""
    parts = ['<div class="archcalc">']
    for block in page.blocks:
        if isinstance(block, SpecText):
            parts.append(f"<pre>{escape(block.name)}  {escape(' | '.join(block.stages))}</pre>")
        elif isinstance(block, Table):
            parts.append(_table(block, exact, page.layout))
        elif isinstance(block, Steps):
            parts.append(f"<h4>{escape(block.title)} {escape(block.subtitle)}".rstrip() + "</h4>")
            parts.append(_steps(block))
        elif isinstance(block, Listing):
            parts += _listing(block, exact, page.layout)
        else:
            parts.append(f"<p><small>{escape(block.text)}</small></p>")
    return "\n".join([*parts, "</div>"]) + "\n"


def escape(text: str) -> str:
    """Return a text that is no markup, without what cannot be seen."""
    return html.escape(printable(text))


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:1rem 0}th,td{padding:.2rem .6rem;text-align:left;"
    "border-bottom:1px solid #8886}caption{text-align:left;font-weight:bold}pre{overflow:auto}"
    ":root{color-scheme:light dark}"
)


def document(fragment: str, title: str = "") -> str:
    """Return a page that stands by itself around a fragment."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(title or 'archcalc')}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{fragment}</body>\n</html>\n"
    )


def _listing(block: Listing, exact: bool, layout: str) -> list[str]:
    """Return a heading, the rows as a table, and what is said about each as a description."""
    heading = f"{block.title} - {block.aside}" if block.aside else block.title
    table = Table(block.columns, block.rows)
    parts = [f"<h3>{escape(heading)}</h3>", _table(table, exact, layout)]
    said = []
    rows = table_texts(table, exact=exact, layout=layout).rows
    for row, remarks in zip(rows, block.remarks, strict=True):
        if remarks:
            lines = "".join(
                f"<pre>{escape(line)}</pre>" if line.startswith(" ") else f"<p>{escape(line)}</p>"
                for line in remarks
            )
            said.append(f"<dt>{escape(f'{row[0]} {row[1]}'.strip())}</dt><dd>{lines}</dd>")
    return [*parts, f"<dl>{''.join(said)}</dl>"] if said else parts


def _steps(block: Steps) -> str:
    """Return worked lines as a description list; as a table where something stands beside them."""
    if not block.columns:
        lines = (f"<dt>{escape(t)}</dt><dd>{_worked(steps)}</dd>" for t, steps in block.lines)
        return f"<dl>{''.join(lines)}</dl>"
    heads = ("layer", *block.columns, block.title)
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = []
    for (title, steps), beside in zip(block.lines, block.beside, strict=True):
        cells = "".join(f"<td>{escape(text)}</td>" for text in beside)
        row = f'<th scope="row">{escape(title)}</th>{cells}<td>{_worked(steps)}</td>'
        body.append(f"<tr>{row}</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def _worked(steps: tuple[str, ...]) -> str:
    """Return steps with equals signs between them, formulas as code and words beside them not."""
    if not any(isinstance(step, Step) for step in steps):
        return f"<code>{escape(' = '.join(steps))}</code>"
    return " = ".join(
        f"<code>{escape(step)}</code>" if isinstance(step, Step) else escape(step) for step in steps
    )


def _table(table: Table, exact: bool, layout: str) -> str:
    keep = [i for i, column in enumerate(table.columns) if not column.is_drawn]
    found = table_texts(table, exact=exact, layout=layout)
    anchor = _anchor(found)
    titles = [
        _bold(escape(found.titles[i]), i == table.reference_column)
        + _mark(found.title_marks[i], anchor)
        for i in keep
    ]
    head = "".join(
        f'<th scope="col"{_align(table, i)}>{title}</th>' if title else "<td></td>"
        for i, title in zip(keep, titles, strict=True)
    )
    body = []
    for r, (row, marks) in enumerate(zip(found.rows, found.marks, strict=True)):
        shown = [
            _bold(escape(row[i]), r == table.reference) + _mark(marks[i], anchor) for i in keep
        ]
        cells = f'<th scope="row">{shown[0]}</th>'
        cells += "".join(
            f"<td{_align(table, i)}>{one}</td>" for i, one in zip(keep[1:], shown[1:], strict=True)
        )
        body.append(f"<tr>{cells}</tr>")
    caption = f"<caption>{escape(table.title)}</caption>" if table.title else ""
    drawn = f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    said = "".join(
        f'<p id="{anchor}-{mark}"><small><sup>{mark}</sup> {escape(text)}</small></p>'
        for mark, text in found.footnotes
    )
    return drawn + said


def _anchor(found: Texts) -> str:
    """Return what the footnotes of a table are found by: of other tables it is another."""
    return f"note-{crc32(repr(found).encode()):08x}"


def _mark(mark: str, anchor: str) -> str:
    return f'<sup><a href="#{anchor}-{mark}">{mark}</a></sup>' if mark else ""


def _bold(text: str, is_reference: bool) -> str:
    return f"<b>{text}</b>" if is_reference and text else text


def _align(table: Table, i: int) -> str:
    return ' style="text-align:right"' if table.columns[i].right else ""
