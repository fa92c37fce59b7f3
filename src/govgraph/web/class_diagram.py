"""A class of the ontology among its neighbours, drawn: what leads to it on the left, what it has on the right.

Wider classes stand above it and narrower ones below, in the manner of UML: a line to a wider class ends
in a hollow triangle, a property is an arrow with its name. Everything in the drawing stands beside it as a list.
"""

from collections.abc import Callable, Sequence

from govgraph.accountability.drawing import INK, PALE, PAPER, TINT
from govgraph.accountability.lettering import escaped, width, wrapped
from govgraph.web.glossary import Link
from govgraph.web.neighbours import Neighbours, Side

__all__ = ["draw_class"]

BOX, ROW, GAP, EDGE = 196.0, 30.0, 14.0, 12.0  # width of a box, height of a property, space between boxes, around all
NAME, SMALL = 14.0, 12.0  # letter sizes
TRUNK, TIP = 18.0, 10.0  # from a box to the line that its properties hang on, and the length of an arrow
STEP, INDENT = 42.0, 26.0  # from one narrower class to the next, and how far they stand to the right

Href = Callable[[str], str]


def draw_class(found: Neighbours, href: Href) -> str:
    """Draw a class.

    Parameters
    ----------
    found : the class and what stands around it.
    href : gives the address of a term's page; empty for none.

    Returns
    -------
    One ``<svg>`` element; the same neighbours always give the same text.
    """
    left, right = _Column(found.leading, href), _Column(found.has, href)
    middle = EDGE + (BOX + left.line if found.leading else 0.0)
    top = EDGE + STEP * len(found.wider)
    high = max(left.height, right.height, _tall(found.term[1]))
    parts = [_wider(found.wider, middle, top, href)]
    if found.leading:
        parts.append(left.drawn(EDGE, middle, top, leading=True))
    if found.has:
        parts.append(right.drawn(middle + BOX + right.line, middle + BOX, top, leading=False))
    parts.append(_box([found.term], middle, top, _tall(found.term[1]), href, own=True))
    below = top + _tall(found.term[1])
    parts.append(_narrower(found.narrower, middle, below, href))
    wide = middle + BOX + (right.line + BOX if found.has else 0.0) + (INDENT if found.narrower else 0.0) + EDGE
    deep = max(top + high, below + STEP * len(found.narrower)) + EDGE
    title = f"{found.term[1]} and what stands around it"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chain terms" role="group" aria-label="{escaped(title)}"'
        f' viewBox="0 0 {wide:g} {deep:g}" width="{wide:g}" height="{deep:g}"'
        ' font-family="system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif">'
        f"<title>{escaped(title)}</title>"
        f'<rect class="paper" width="{wide:g}" height="{deep:g}" fill="{PAPER}"/>{"".join(filter(None, parts))}</svg>'
    )


class _Column:
    """The boxes on one side, each with its properties."""

    def __init__(self, sides: Sequence[Side], href: Href) -> None:
        self._sides, self._href = sides, href
        names = [width(label, SMALL) for side in sides for _, label in side.properties]
        self.line = max([120.0, *(name + TRUNK + TIP + 16 for name in names)])
        self._heights = [max(len(side.properties) * ROW, _tall(_other(side))) for side in sides]
        self.height = sum(self._heights) + GAP * max(0, len(sides) - 1)

    def drawn(self, x: float, own: float, top: float, *, leading: bool) -> str:
        """The boxes, and their lines to the class.

        Parameters
        ----------
        x : left edge of the boxes.
        own : the edge of the class at which the lines meet.
        leading : whether the properties lead to the class, which stands to the right then.
        """
        trunk = own - TRUNK if leading else own + TRUNK
        near = x + BOX if leading else x
        parts, y, rows = [], top, []
        for side, height in zip(self._sides, self._heights, strict=True):
            parts.append(_box(side.other or [("", "anything")], x, y, height, self._href))
            step = height / len(side.properties)
            for number, (iri, label) in enumerate(side.properties):
                at = y + (number + 0.5) * step
                rows.append(at)
                parts.append(self._property(iri, label, at, near, trunk, leading))
            y += height + GAP
        stem = f"M{trunk:g} {min(rows):g}V{max(rows):g}"
        parts.insert(0, _line(f"{stem}M{trunk:g} {top + ROW / 2:g}H{own:g}"))
        if leading:
            parts.insert(1, f'<path class="arrow" d="M{own:g} {top + ROW / 2:g} l-9 -5 v10 z" fill="{PALE}"/>')
        return "".join(parts)

    def _property(self, iri: str, label: str, at: float, near: float, trunk: float, leading: bool) -> str:
        low, high = sorted((near, trunk))
        arrow = "" if leading else f'<path class="arrow" d="M{near:g} {at:g} l-9 -5 v10 z" fill="{PALE}"/>'
        text = (
            f'<text x="{(low + high) / 2:g}" y="{at - 5:g}" text-anchor="middle" font-size="{SMALL:g}" fill="{INK}"'
            f' stroke="{PAPER}" stroke-width="3" paint-order="stroke">{escaped(label)}</text>'
        )
        return f'{_line(f"M{low:g} {at:g}H{high:g}")}{arrow}<g class="words">{_linked(iri, text, self._href)}</g>'


def _wider(links: Sequence[Link], x: float, top: float, href: Href) -> str:
    """The wider classes above, one over the other, each with a line of its own on the left."""
    parts = []
    for number, link in enumerate(links):
        y = top - STEP * (len(links) - number)
        at = x + 14 + 12 * number
        parts.append(_line(f"M{at:g} {top:g}V{y + 30:g}") + _triangle(at, y + 30))
        parts.append(_box([link], x, y, 30, href))
    return "".join(parts)


def _narrower(links: Sequence[Link], x: float, top: float, href: Href) -> str:
    """The narrower classes below, hanging on one line."""
    if not links:
        return ""
    stem, middles = x + 12, [top + STEP * number + STEP - 15 for number in range(len(links))]
    drawn = _line(
        f"M{stem:g} {top + 9:g}V{middles[-1]:g}" + "".join(f"M{stem:g} {y:g}H{x + INDENT:g}" for y in middles)
    )
    boxes = [_box([link], x + INDENT, y - 15, 30, href) for link, y in zip(links, middles, strict=True)]
    return drawn + _triangle(stem, top) + "".join(boxes)


def _triangle(x: float, y: float) -> str:
    return f'<path class="wider" d="M{x:g} {y:g} l-6 10 h12 z" fill="{PAPER}" stroke="{PALE}" stroke-width="1.5"/>'


def _line(path: str) -> str:
    return f'<path class="line" d="{path}" fill="none" stroke="{PALE}" stroke-width="1.5"/>'


def _other(side: Side) -> str:
    return " or ".join(label for _, label in side.other) or "anything"


def _tall(label: str) -> float:
    return max(30.0, 12.0 + 18.0 * len(wrapped(label, NAME, BOX - 16, 4)))


def _box(links: Sequence[Link], x: float, y: float, height: float, href: Href, own: bool = False) -> str:
    """A box with one name, or with several between which a property leaves the choice."""
    iri, label = (links[0][0], " or ".join(name for _, name in links)) if links else ("", "")
    lines = wrapped(label, NAME, BOX - 16, max(1, int(height // 18)))
    at = y + height / 2 - 9 * len(lines) + 14
    texts = "".join(
        f'<text x="{x + BOX / 2:g}" y="{at + 18 * number:g}" text-anchor="middle" font-size="{NAME:g}"'
        f' font-weight="{600 if own else 400}" fill="{INK}">{escaped(line)}</text>'
        for number, line in enumerate(lines)
    )
    shape = (
        f'<rect x="{x:g}" y="{y:g}" width="{BOX:g}" height="{height:g}" rx="5" fill="{TINT if own else PAPER}"'
        f' stroke="{INK}" stroke-width="{2.5 if own else 1.2}"/>'
    )
    drawn = f'<g class="party{" start" if own else ""}">{shape}{texts}</g>'
    return drawn if own or len(links) > 1 else _linked(iri, drawn, href)


def _linked(iri: str, content: str, href: Href) -> str:
    address = href(iri) if iri else ""
    return f'<a href="{escaped(address)}">{content}</a>' if address else content
