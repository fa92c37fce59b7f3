"""The classes of the ontology that the facts use, drawn in columns.

An arrow is a property, and leads from what has it to its value. The columns are the layers of the charts
(`accountability.layout`), turned so that they are read from left to right.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from govgraph.accountability.drawing import INK, PALE, PAPER
from govgraph.accountability.layout import Node, place
from govgraph.accountability.lettering import escaped, width, wrapped
from govgraph.web.glossary import KINDS_OF_THINGS, Link, Term

__all__ = ["Joint", "draw_overview", "joints"]

# width of a box, space between boxes, around all, and for a line to turn
BOX, GAP, EDGE, LEAD = 132.0, 12.0, 12.0, 34.0
NAME, SMALL, ROW = 12.0, 11.0, 19.0  # letter sizes, and the height that a property takes

Href = Callable[[str], str]


@dataclass(frozen=True)
class Joint:
    """Two classes and the properties that lead from the first to the second."""

    start: Link
    end: Link
    properties: Sequence[Link]

    @property
    def told(self) -> str:
        """The properties in few words."""
        first, *others = [label for _, label in self.properties]
        return first + (f" +{len(others)}" if others else "")


def joints(kinds: Mapping[str, Sequence[Term]]) -> list[Joint]:
    """What joins the classes: properties in use, between two of our own classes."""
    classes = {term.iri: term.label for term in kinds.get(KINDS_OF_THINGS, ())}
    found: dict[tuple[str, str], list[Link]] = {}
    for term in (term for kind, terms in kinds.items() if kind != KINDS_OF_THINGS for term in terms if term.uses):
        for start, _ in term.domain:
            for end, _ in term.range:
                if start in classes and end in classes and start != end:
                    found.setdefault((start, end), []).append((term.iri, term.label))
    named = [Joint((start, classes[start]), (end, classes[end]), links) for (start, end), links in found.items()]
    return sorted(named, key=lambda joint: (joint.start[1], joint.end[1]))


def draw_overview(found: Sequence[Joint], href: Href) -> str:
    """Draw what joins the classes; nothing where nothing does.

    Parameters
    ----------
    href : gives the address of a term's page; empty for none.
    """
    if not found:
        return ""
    names = {link[0]: link[1] for joint in found for link in (joint.start, joint.end)}
    leaving: dict[str, list[Joint]] = {name: [] for name in names}
    for joint in found:
        leaving[joint.start[0]].append(joint)
    high = {name: max(30.0, ROW * len(leaving[name]) + 8, 18.0 * len(_lines(names[name])) + 12) for name in names}
    pairs = [(joint.start[0], joint.end[0]) for joint in found]
    placed = place(sorted(names, key=names.__getitem__), pairs, high, GAP)
    room = max(width(joint.told, SMALL) for joint in found) + 14
    step = BOX + room + LEAD
    last = len(placed.layers) - 1
    column = {node: last - number for number, row in enumerate(placed.layers) for node in row}

    def middle(node: Node) -> float:
        return EDGE + placed.x[node] + (high[node] if isinstance(node, str) else GAP) / 2

    lines, tips, words = [], [], []
    for joint in found:
        pair = joint.start[0], joint.end[0]
        back = pair in placed.back
        points = [(EDGE + column[node] * step, middle(node)) for node in placed.routes[pair]]
        if back:  # above the line that leads the other way
            points = [(x, y - 12) for x, y in points]
        else:
            points[0] = (points[0][0], _port(leaving[pair[0]], joint, middle(pair[0])))
        lines.append(_path(points, room))
        tips.append(_tip(points, back))
        words.append(_linked(joint.properties[0][0], _words(joint, points, back), href))
    boxes = [_box(name, names[name], EDGE + column[name] * step, middle(name), high[name], href) for name in names]
    drawn = (
        f'<path class="line" d="{"".join(lines)}" fill="none" stroke="{PALE}" stroke-width="1.3"/>'
        f'<path class="arrow" d="{"".join(tips)}" fill="{PALE}"/>'
        f'<g class="words" font-size="{SMALL:g}" fill="{INK}" stroke="{PAPER}" stroke-width="3" paint-order="stroke">'
        f"{''.join(words)}</g>"
        f'<g class="party" font-size="{NAME:g}" font-weight="600" text-anchor="middle" fill="{INK}">'
        f"{''.join(boxes)}</g>"
    )
    wide = 2 * EDGE + last * step + BOX
    deep = 2 * EDGE + max(placed.x[name] + high[name] for name in names)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" class="chain terms" role="group"'
        ' aria-label="The kinds of things and what joins them"'
        f' viewBox="0 0 {wide:.0f} {deep:.0f}" width="{wide:.0f}" height="{deep:.0f}"'
        ' font-family="system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif">'
        f'<rect class="paper" width="{wide:.0f}" height="{deep:.0f}" fill="{PAPER}"/>{drawn}</svg>'
    )


def _lines(label: str) -> list[str]:
    return wrapped(label, NAME, BOX - 14, 2)


def _port(leaving: Sequence[Joint], joint: Joint, middle: float) -> float:
    """Where a line leaves its box: each has a place of its own."""
    return middle + (list(leaving).index(joint) - (len(leaving) - 1) / 2) * ROW + 4


def _path(points: Sequence[tuple[float, float]], room: float) -> str:
    """A line from box to box, through the places that are kept free for it."""
    x, y = points[0]
    path = f"M{x + BOX:.1f} {y:.1f}H{x + BOX + room:.1f}"
    for number, (to, at) in enumerate(points[1:], start=1):
        path += f"C{to - LEAD / 2:.1f} {y:.1f} {to - LEAD / 2:.1f} {at:.1f} {to:.1f} {at:.1f}"
        if number < len(points) - 1:
            path += f"H{to + BOX + room:.1f}"
        y = at
    return path


def _tip(points: Sequence[tuple[float, float]], back: bool) -> str:
    """The arrow at the end of a line."""
    x, y = (points[0][0] + BOX, points[0][1]) if back else points[-1]
    return f"M{x:.1f} {y:.1f}l{9 if back else -9} -5v10z"


def _words(joint: Joint, points: Sequence[tuple[float, float]], back: bool) -> str:
    """What the line is called, where it leaves."""
    x, y = points[-1] if back else points[0]
    x, anchor = (x - 12, ' text-anchor="end"') if back else (x + BOX + 6, "")
    return f'<text x="{x:.1f}" y="{y - 4:.1f}"{anchor}>{escaped(joint.told)}</text>'


def _box(iri: str, label: str, x: float, middle: float, height: float, href: Href) -> str:
    lines = _lines(label)
    first = middle - 9 * len(lines) + 13
    texts = "".join(
        f'<text x="{x + BOX / 2:.1f}" y="{first + 18 * number:.1f}">{escaped(line)}</text>'
        for number, line in enumerate(lines)
    )
    shape = (
        f'<rect x="{x:.1f}" y="{middle - height / 2:.1f}" width="{BOX:g}" height="{height:.1f}" rx="5"'
        f' fill="{PAPER}" stroke="{INK}" stroke-width="1.2"/>'
    )
    return _linked(iri, shape + texts, href)


def _linked(iri: str, content: str, href: Href) -> str:
    address = href(iri)
    return f'<a href="{escaped(address)}">{content}</a>' if address else content
