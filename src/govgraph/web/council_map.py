"""A map of councils: a mark at the middle of each one's area, which together show the shape of the country.

There is no coastline in the data and none is made up. The kind of council is told by the shape of its mark, what is
sought by filled marks, so nothing depends on colour; the table of the page says the same and has the links.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from govgraph.accountability.drawing import INK, PALE, PAPER
from govgraph.accountability.lettering import escaped

__all__ = ["Mark", "draw_map"]

HEIGHT, EDGE, SIZE, LETTERS = 560.0, 14.0, 3.4, 12.0
SHAPES = {"round": "one tier, or a district", "square": "county", "diamond": "combined authority"}


@dataclass(frozen=True)
class Mark:
    """One council on the map.

    Parameters
    ----------
    latitude, longitude : in degrees.
    shape : "round", "square" or "diamond".
    found : whether it is among those that are sought.
    """

    label: str
    latitude: float
    longitude: float
    shape: str
    found: bool


def draw_map(marks: Iterable[Mark]) -> str:
    """Draw a map, those that are sought on top.

    Returns
    -------
    One ``<svg>`` element without links; nothing where there is no mark.
    """
    every = sorted(marks, key=lambda mark: (mark.found, mark.label))
    if not every:
        return ""
    north, south = max(mark.latitude for mark in every), min(mark.latitude for mark in every)
    west, east = min(mark.longitude for mark in every), max(mark.longitude for mark in every)
    narrowing = math.cos(math.radians((north + south) / 2))  # a degree of longitude is that much shorter
    scale = HEIGHT / max(north - south, (east - west) * narrowing, 0.5)
    wide = (east - west) * narrowing * scale + 2 * EDGE
    high = (north - south) * scale + 2 * EDGE
    count = sum(mark.found for mark in every)
    larger = 1.7 if count < len(every) / 2 else 1.0  # a few among many are to be seen
    groups: dict[tuple[bool, str], list[str]] = {}
    for mark in every:
        x, y = EDGE + (mark.longitude - west) * narrowing * scale, EDGE + (north - mark.latitude) * scale
        drawn = _shape(mark.shape, x, y, larger if mark.found else 1.0, f"<title>{escaped(mark.label)}</title>")
        groups.setdefault((mark.found, mark.shape), []).append(drawn)
    parts = [f"<g{_look(found, shape)}>{''.join(drawn)}</g>" for (found, shape), drawn in groups.items()]
    told = f"Map with {count} of {len(every)} councils marked" if count < len(every) else f"Map of {count} councils"
    key, wide, deep = _key(max(wide, 230.0), high)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="map" role="img" aria-label="{told}"'
        f' viewBox="0 0 {wide:.0f} {deep:.0f}" width="{wide:.0f}" height="{deep:.0f}"'
        ' font-family="system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif">'
        f'<rect class="paper" width="{wide:.0f}" height="{deep:.0f}" fill="{PAPER}"/>{"".join(parts)}{key}</svg>'
    )


def _look(found: bool, shape: str) -> str:
    """Attributes of marks: those that are sought are filled or heavy."""
    if found and shape == "round":
        return f' class="found filled" fill="{INK}" stroke="{PAPER}" stroke-width="0.6"'
    if found:
        return f' class="found" fill="none" stroke="{INK}" stroke-width="1.6"'
    return f' class="other" fill="none" stroke="{PALE}" stroke-width="0.6"'


def _shape(shape: str, x: float, y: float, larger: float = 1.0, content: str = "") -> str:
    if shape == "round":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{SIZE * larger:.1f}">{content}</circle>'
    if shape == "square":
        side = (SIZE + 1.6) * larger
        path = f"M{x - side:.1f} {y - side:.1f}h{2 * side:.1f}v{2 * side:.1f}h{-2 * side:.1f}z"
    else:
        reach = (SIZE + 4) * larger
        path = f"M{x - reach:.1f} {y:.1f}l{reach:.1f} {-reach:.1f}l{reach:.1f} {reach:.1f}l{-reach:.1f} {reach:.1f}z"
    return f'<path d="{path}">{content}</path>'


def _key(wide: float, top: float) -> tuple[str, float, float]:
    """What the marks mean; and how wide and deep the drawing is with it."""
    parts, y = [], top + 8
    for shape, words in SHAPES.items():
        parts.append(f"<g{_look(True, shape)}>{_shape(shape, EDGE + 8, y)}</g>")
        parts.append(f'<text x="{EDGE + 26:g}" y="{y + 4:g}" font-size="{LETTERS:g}" fill="{INK}">{words}</text>')
        y += 20
    return f'<g class="key">{"".join(parts)}</g>', wide, y
