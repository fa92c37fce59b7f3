"""A chain of accountability as SVG: the body at the bottom, the ends at the top.

Nothing is told by colour alone: an explicit hop is a solid line, an inferred one dashed, a weak
one dotted, and the word stands beside the line; an end has a double border and the word.
Colours are presentation attributes, so a style sheet of the page may change them
and the file also stands alone; there is no script, no style element and no font.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

import networkx as nx

from govgraph.accountability.chain import Chain, Hop
from govgraph.accountability.layout import Node, Placed, place
from govgraph.accountability.lettering import escaped, width, wrapped
from govgraph.accountability.outline import hop_in_words

__all__ = ["draw"]

BOX, GAP, PAD, EDGE = 190.0, 22.0, 11.0, 16.0  # width of a box, space between boxes, inside a box, around all
NAME, SMALL = 14.0, 12.0  # letter sizes
PORT = 20.0  # how far from a box's corner its line starts
BEND, STRAIGHT = 34.0, 16.0  # height in which lines turn, and where none turns
SHELF = 1000.0  # charts that do not hang together stand side by side up to this width
DASHES = {"explicit": "", "inferred": "7 4", "weak": "2 4"}
NO_BREAK = "\u00a0"
INK, PALE, PAPER, TINT = "#22303c", "#44525f", "#ffffff", "#e6eef6"

Link = Callable[[str], str]


def draw(chain: Chain, title: str, href: Link | None = None, *, legend: bool = True, name: str = "chart") -> str:
    """Draw a chain, or all chains of a partnership.

    Parameters
    ----------
    chain : with hops; one without shows its body alone.
    title : what the picture shows, for those who do not see it.
    href : gives the address of a thing's page; empty for none. Without it the picture has no links.
    legend : whether to explain the lines under the chart.
    name : makes the ids of this picture unlike those of another on the same page.

    Returns
    -------
    One ``<svg>`` element; the same chain always gives the same text.
    """
    parts, right, bottom = [], 0.0, EDGE
    x, y = EDGE, EDGE
    for order, hops in _pieces(chain):
        picture = _Picture(chain, order, hops, href or (lambda iri: ""))
        if x > EDGE and x + picture.width > SHELF + EDGE:
            x, y = EDGE, bottom + 2 * GAP
        parts.append(f'<g transform="translate({x:g} {y:g})">{picture.svg}</g>')
        right, bottom = max(right, x + picture.width), max(bottom, y + picture.height)
        x += picture.width + 2 * GAP
    if legend and chain.hops:
        told, size = _legend(max(right, 420.0), bottom + GAP)
        parts.append(told)
        right, bottom = max(right, size[0]), size[1]
    wide, high = round(right + EDGE), round(bottom + EDGE)
    role = "group" if href else "img"  # an img may hold no links (WAI-ARIA 1.2, children presentational)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chain{" wide" if wide > 760 else ""}" role="{role}"'
        f' aria-labelledby="{escaped(name)}-title {escaped(name)}-desc" viewBox="0 0 {wide} {high}" width="{wide}"'
        f' height="{high}" font-family="system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif">'
        f'<title id="{escaped(name)}-title">{escaped(title)}</title>'
        f'<desc id="{escaped(name)}-desc">{escaped(_told(chain))}</desc>'
        f'<rect class="paper" width="{wide}" height="{high}" fill="{PAPER}"/>{"".join(parts)}</svg>'
    )


def _told(chain: Chain) -> str:
    """The chart in words."""
    hops = [f"{chain.labels[hop.party]} → {chain.labels[hop.to]} ({hop_in_words(hop)})" for hop in chain.hops]
    ends = [chain.labels[end] for end in chain.ends]
    return ". ".join(hops + ([f"Ends: {', '.join(ends)}"] if ends else [])) + "."


def _pieces(chain: Chain) -> list[tuple[list[str], list[Hop]]]:
    """The parties and hops that hang together, the largest first."""
    graph = chain.graph
    if chain.body:
        graph.add_node(chain.body)
    pieces = []
    for members in nx.weakly_connected_components(graph):
        order = [party for party in chain.labels if party in members] or [chain.body]
        pieces.append((order, [hop for hop in chain.hops if hop.party in members and hop.party != hop.to]))
    return sorted(pieces, key=lambda piece: (-len(piece[0]), piece[0][0]))


class _Picture:
    """One chart that hangs together."""

    def __init__(self, chain: Chain, order: list[str], hops: list[Hop], href: Link) -> None:
        self._chain, self._href = chain, href
        self._names = {party: wrapped(chain.labels.get(party, party), NAME * 1.08, BOX - 2 * PAD) for party in order}
        self._ends = {hop.to for hop in hops if hop.end}
        self._labels = {_pair(hop): _label(hop) for hop in hops}
        self._placed: Placed = place(order, list(self._labels), dict.fromkeys(order, BOX), GAP)
        self._layer = {node: number for number, row in enumerate(self._placed.layers) for node in row}
        self._ports = _ports(self._placed)
        self._stacks = self._stacked(hops)
        self._set_heights()
        self.width = max(self._placed.x[party] + BOX for party in order)
        lines = [self._line(hop) for hop in hops]
        boxes = [self._box(party) for party in order]
        self.svg = "".join(lines + boxes + [self._words(hop) for hop in hops])

    def _stacked(self, hops: Sequence[Hop]) -> dict[tuple[str, bool], list[Hop]]:
        """The hops whose words stand over a box (True) or under it (False): at the end with fewer lines."""
        ends = {_pair(hop): self._ends_of(hop) for hop in hops}
        over = Counter(low for low, _ in ends.values())
        under = Counter(high for _, high in ends.values())
        stacks: dict[tuple[str, bool], list[Hop]] = {}
        for hop in hops:
            low, high = ends[_pair(hop)]
            place_ = (low, True) if over[low] <= under[high] else (high, False)
            stacks.setdefault(place_, []).append(hop)
        return stacks

    def _ends_of(self, hop: Hop) -> tuple[str, str]:
        """The lower and the higher party of a hop's line."""
        return (hop.to, hop.party) if _pair(hop) in self._placed.back else _pair(hop)

    def _set_heights(self) -> None:
        """Top and bottom of each layer's boxes, and the space for words over and under them."""
        self._top: list[float] = []
        self._bottom: list[float] = []
        self._over = [self._room(row, True) for row in self._placed.layers]
        self._under = [self._room(row, False) for row in self._placed.layers]
        y = 0.0
        for number, row in enumerate(self._placed.layers):
            self._top.append(y)
            y += max(self._box_height(node) for node in row if isinstance(node, str))
            self._bottom.append(y)
            if number + 1 < len(self._placed.layers):
                y += self._under[number] + (BEND if self._bends(number) else STRAIGHT) + self._over[number + 1]
        self.height = y

    def _bends(self, number: int) -> bool:
        """Whether a line turns in the space under a layer."""
        links = [(pair, *link) for pair, route in self._placed.routes.items() for link in pairwise(route)]
        return any(
            abs(self._ports[pair, low, True] - self._ports[pair, high, False]) > 0.5
            for pair, low, high in links
            if self._layer[high] == number
        )

    def _room(self, row: Sequence[Node], over: bool) -> float:
        stacks = [self._stacks.get((node, over), []) for node in row if isinstance(node, str)]
        return max((self._stack_height(hops) for hops in stacks), default=0.0)

    def _stack_height(self, hops: Sequence[Hop]) -> float:
        return sum(len(self._labels[_pair(hop)]) * (SMALL + 4) + 8 for hop in hops)

    def _box_height(self, party: str) -> float:
        return len(self._names[party]) * (NAME + 4) + 2 * PAD + (SMALL + 4 if party in self._ends else 0)

    def _line(self, hop: Hop) -> str:
        """The line of a hop, drawn from the lower box to the higher, with its arrow at the principal."""
        pair = _pair(hop)
        route = self._placed.routes[pair]
        path: list[str] = []
        for low, high in pairwise(route):
            over, under = self._layer[low], self._layer[high]
            x, to = self._ports[pair, low, True], self._ports[pair, high, False]
            first, last = self._top[over] - self._over[over], self._bottom[under] + self._under[under]
            middle = (first + last) / 2
            path.append(f"{'L' if path else 'M'}{x:g} {self._top[over]:g} V{first:g}")
            path.append(f"C{x:g} {middle:g} {to:g} {middle:g} {to:g} {last:g}" if abs(x - to) > 0.5 else f"V{last:g}")
            path.append(f"V{self._bottom[under]:g}")
        if pair in self._placed.back:
            tip = f"M{self._ports[pair, route[0], True]:g} {self._top[self._layer[route[0]]]:g} l-5 -9 h10 z"
        else:
            tip = f"M{self._ports[pair, route[-1], False]:g} {self._bottom[self._layer[route[-1]]]:g} l-5 9 h10 z"
        dashes = DASHES.get(hop.strength, "")
        pattern = f' stroke-dasharray="{dashes}"' if dashes else ""
        return (
            f'<g class="hop" data-from="{escaped(hop.party)}" data-to="{escaped(hop.to)}">'
            f'<path class="line" d="{" ".join(path)}" fill="none" stroke="{PALE}" stroke-width="2"{pattern}/>'
            f'<path class="arrow" d="{tip}" fill="{PALE}"/></g>'
        )

    def _box(self, party: str) -> str:
        number = self._layer[party]
        x, y = self._placed.x[party], self._top[number]
        height = self._bottom[number] - y
        start, end = party == self._chain.body, party in self._ends
        shape = (
            f'<rect x="{x:g}" y="{y:g}" width="{BOX:g}" height="{height:g}" rx="6"'
            f' fill="{TINT if start else PAPER}" stroke="{INK}" stroke-width="{3 if start else 1.5}"/>'
        )
        if end:
            shape += f'<rect x="{x + 4:g}" y="{y + 4:g}" width="{BOX - 8:g}" height="{height - 8:g}" rx="3" fill="none"'
            shape += f' stroke="{INK}" stroke-width="1.5"/>'
        lines = [(line, NAME, "600", INK) for line in self._names[party]] + [("end", SMALL, "400", PALE)] * end
        texts, at = "", y + (height - self._box_height(party)) / 2 + PAD + NAME - 1
        for line, size, weight, colour in lines:
            texts += f'<text x="{x + BOX / 2:g}" y="{at:g}" text-anchor="middle" font-size="{size:g}"'
            texts += f' font-weight="{weight}" fill="{colour}">{escaped(line)}</text>'
            at += NAME + 4
        marks = " start" * start + " end" * end
        return self._linked(party, f'<g class="party{marks}" data-party="{escaped(party)}">{shape}{texts}</g>')

    def _words(self, hop: Hop) -> str:
        """Clause, mode and strength beside the line, on the side where there is room."""
        low, high = self._ends_of(hop)
        over = hop in self._stacks.get((low, True), [])
        party = low if over else high
        stack = self._stacks[party, over]
        x = self._ports[_pair(hop), party, over]
        y = self._top[self._layer[low]] - self._stack_height(stack) if over else self._bottom[self._layer[high]] + 10
        y += self._stack_height(stack[: stack.index(hop)])
        left = x <= self._placed.x[party] + BOX / 2
        texts = ""
        for number, line in enumerate(self._labels[_pair(hop)]):
            texts += f'<text x="{x + (8 if left else -8):g}" y="{y + SMALL + number * (SMALL + 4):g}"'
            texts += (
                f' font-size="{SMALL:g}" text-anchor="{"start" if left else "end"}" fill="{PALE if number else INK}"'
            )
            texts += f' stroke="{PAPER}" stroke-width="3" paint-order="stroke">{escaped(line)}</text>'
        return self._linked(hop.lines[0].iri, f'<g class="words">{texts}</g>')

    def _linked(self, iri: str, content: str) -> str:
        address = self._href(iri)
        return f'<a href="{escaped(address)}">{content}</a>' if address else content


def _pair(hop: Hop) -> tuple[str, str]:
    return hop.party, hop.to


def _ports(placed: Placed) -> dict[tuple[tuple[str, str], Node, bool], float]:
    """Where each line leaves the top of a box (True) or arrives at its bottom (False): ordered by the other ends."""
    near: dict[tuple[Node, bool], list[tuple[float, tuple[str, str]]]] = {}
    for pair, route in placed.routes.items():
        for low, high in pairwise(route):
            near.setdefault((low, True), []).append((placed.x[high], pair))
            near.setdefault((high, False), []).append((placed.x[low], pair))
    ports = {}
    for (node, top), others in near.items():
        step = (BOX - 2 * PORT) / max(len(others) - 1, 1)
        for number, (_, pair) in enumerate(sorted(others)):
            offset = PORT + number * step if isinstance(node, str) else GAP / 2
            ports[pair, node, top] = round(placed.x[node] + offset, 1)
    return ports


def _label(hop: Hop) -> list[str]:
    line = hop.lines[0]
    room = BOX - PORT - 8
    clause = line.clause.replace(" b", NO_BREAK + "b")
    words = wrapped(f"inferred from {clause}" if line.strength == "inferred" else clause, SMALL, room, 3) + wrapped(
        f"{line.mode}, {line.strength}", SMALL, room, 2
    )
    others = list(dict.fromkeys(other.clause for other in hop.lines[1:] if other.clause != line.clause))
    return words + (
        wrapped("also " + ", ".join(others).replace(" b", NO_BREAK + "b"), SMALL, room, 2) if others else []
    )


def _legend(right: float, top: float) -> tuple[str, tuple[float, float]]:
    """What the lines and borders mean; and where it ends."""
    items = [
        ("explicit: a clause says so", DASHES["explicit"]),
        ("inferred: no clause says so", DASHES["inferred"]),
        ("weak: a softer word is used", DASHES["weak"]),
        ("end: answers to nobody in the graph", None),
    ]
    parts, x, y, far = [], EDGE, top, 0.0
    for words, dashes in items:
        room = 46 + width(words, SMALL)
        if x > EDGE and x + room > right:
            x, y = EDGE, y + 24
        if dashes is None:
            mark = f'<rect x="{x:g}" y="{y - 7:g}" width="34" height="14" rx="3" fill="none" stroke="{INK}"/>'
            mark += f'<rect x="{x + 3:g}" y="{y - 4:g}" width="28" height="8" rx="1" fill="none" stroke="{INK}"/>'
        else:
            mark = f'<path class="line" d="M{x:g} {y:g} h34" stroke="{PALE}" stroke-width="2"'
            mark += f' stroke-dasharray="{dashes}"/>' if dashes else "/>"
        parts.append(f'{mark}<text x="{x + 42:g}" y="{y + 4:g}" font-size="{SMALL:g}" fill="{PALE}">{words}</text>')
        x += room + GAP
        far = max(far, x - GAP)
    return f'<g class="legend">{"".join(parts)}</g>', (far, y + 8)
