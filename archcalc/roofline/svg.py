"""The picture as an SVG document, the same bytes every time."""

from __future__ import annotations

from ..fieldmap.sheet import escaped, number, point
from .strokes import COLORS, WIDTH, Mark, Part, Picture, Stroke, Words

_FONT = "'Helvetica Neue', Arial, 'Noto Sans', sans-serif"


def document(picture: Picture) -> str:
    """Return the picture; every text of a net is escaped."""
    height = number(picture.height)
    parts = "\n".join(map(_part, picture.parts))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" font-family="{_FONT}">\n'
        f"<title>{escaped(picture.title)}</title>\n<desc>{escaped(picture.description)}</desc>\n"
        f"<style>@media (prefers-color-scheme: dark) {{\n{_dark()}\n}}</style>\n"
        f'<rect class="f-paper" fill="{COLORS["paper"][0]}" width="{WIDTH}" height="{height}"/>\n'
        f"{parts}\n</svg>\n"
    )


def _dark() -> str:
    rules = (
        f".f-{name} {{ fill: {dark} }} .s-{name} {{ stroke: {dark} }}"
        for name, (_, dark) in COLORS.items()
    )
    return "\n".join(rules)


def _part(part: Part) -> str:
    if isinstance(part, Stroke):
        return _stroke(part)
    return _words(part) if isinstance(part, Words) else _mark(part)


def _stroke(part: Stroke) -> str:
    d = "M" + "L".join(point(x, y) for x, y in part.places)
    dashes = f' stroke-dasharray="{" ".join(map(str, part.dashes))}"' if part.dashes else ""
    return (
        f'<path class="s-{part.color}" stroke="{COLORS[part.color][0]}" '
        f'stroke-width="{number(part.width)}"{dashes} fill="none" d="{d}"/>'
    )


def _words(part: Words) -> str:
    more = f' text-anchor="{part.anchor}"' if part.anchor != "start" else ""
    more += ' font-weight="bold"' if part.bold else ""
    if part.upright:
        more += f' transform="rotate(-90 {point(part.x, part.y)})"'
    return (
        f'<text class="f-{part.color}" fill="{COLORS[part.color][0]}" x="{number(part.x)}" '
        f'y="{number(part.y)}" font-size="{number(part.size)}"{more}>{escaped(part.text)}</text>'
    )


def _mark(part: Mark) -> str:
    fill = part.color if part.filled else "paper"
    paint = (
        f'class="f-{fill} s-{part.color}" fill="{COLORS[fill][0]}" '
        f'stroke="{COLORS[part.color][0]}" stroke-width="2"'
    )
    title = f"<title>{escaped(part.title)}</title>" if part.title else ""
    if part.shape == "circle":
        place = f'cx="{number(part.x)}" cy="{number(part.y)}" r="{number(part.radius)}"'
        return f"<circle {paint} {place}>{title}</circle>"
    d = "M" + "L".join(point(x, y) for x, y in part.corners) + "Z"
    return f'<path {paint} d="{d}">{title}</path>'
