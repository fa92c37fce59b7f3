"""Where the boxes and lines of a chart stand: layers from the longest path, few crossings, no overlaps.

The method is the usual one for layered drawings (Sugiyama, Tagawa and Toda 1981): in a circle
the hops that lead back are turned round, every party is put one layer below the lowest of
those that it answers to, lines that pass a layer get a place of their own there, and the
order within a layer follows the neighbours. Sizes are given; the result is deterministic.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import networkx as nx

__all__ = ["Placed", "layers_of", "place"]

_SWEEPS = 12


@dataclass
class Placed:
    """What stands in the layers.

    Parameters
    ----------
    layers : from the top; each a list of nodes in order. A node is a party, or a tuple for a passing line.
    x : left edge of each node.
    routes : for each hop the nodes that its line visits, from the lower to the higher.
    back : hops that lead downwards, because they close a circle.
    """

    layers: list[list["Node"]]
    routes: dict[tuple[str, str], list["Node"]]
    back: set[tuple[str, str]]
    x: dict["Node", float] = field(default_factory=dict)


Node = str | tuple[str, str, int]


def layers_of(order: Sequence[str], hops: Sequence[tuple[str, str]]) -> tuple[dict[str, int], set[tuple[str, str]]]:
    """Layer of every party, 0 for those that answer to nobody; and the hops that lead back in a circle.

    >>> layers_of("abc", [("a", "b"), ("b", "c"), ("c", "b")])
    ({'c': 0, 'b': 1, 'a': 2}, {('c', 'b')})
    """
    graph: nx.DiGraph[str] = nx.DiGraph(hops)
    graph.add_nodes_from(order)
    rank = {party: number for number, party in enumerate(order)}
    circle = {party: number for number, found in enumerate(nx.strongly_connected_components(graph)) for party in found}
    back = {(low, high) for low, high in hops if circle[low] == circle[high] and rank[low] > rank[high]}
    graph.remove_edges_from(back)
    graph.add_edges_from((high, low) for low, high in back)
    layer: dict[str, int] = {}
    for party in reversed(list(nx.lexicographical_topological_sort(graph, key=rank.__getitem__))):
        layer[party] = max((layer[above] + 1 for above in graph.successors(party)), default=0)
    return layer, back


def place(order: Sequence[str], hops: Sequence[tuple[str, str]], widths: Mapping[str, float], gap: float) -> Placed:
    """Place the parties of one chart.

    Parameters
    ----------
    order : all parties; earlier ones stand to the left where nothing else decides.
    hops : pairs of party and principal.
    widths : of each party's box; a passing line takes `gap`.
    gap : space between neighbours.
    """
    level, back = layers_of(order, hops)
    layers: list[list[Node]] = [[] for _ in range(max(level.values(), default=0) + 1)]
    for party in order:
        layers[level[party]].append(party)
    routes: dict[tuple[str, str], list[Node]] = {}
    links: list[tuple[Node, Node]] = []
    for party, to in hops:
        low, high = (to, party) if (party, to) in back else (party, to)
        passed = range(level[low] - 1, level[high], -1)
        between: list[Node] = [(party, to, number) for number in passed]
        for node, number in zip(between, passed, strict=True):
            layers[number].append(node)
        routes[party, to] = [low, *between, high]
        links += zip(routes[party, to], routes[party, to][1:], strict=False)
    _order(layers, links)
    placed = Placed(layers, routes, back)
    sizes = {node: widths[node] if isinstance(node, str) else gap for row in layers for node in row}
    _spread(placed, links, sizes, gap)
    return placed


def _neighbours(links: list[tuple[Node, Node]]) -> tuple[dict[Node, list[Node]], dict[Node, list[Node]]]:
    above: dict[Node, list[Node]] = {}
    below: dict[Node, list[Node]] = {}
    for low, high in links:
        above.setdefault(low, []).append(high)
        below.setdefault(high, []).append(low)
    return above, below


def _order(layers: list[list[Node]], links: list[tuple[Node, Node]]) -> None:
    """Order each layer by the mean place of its neighbours, sweeping down and up; keep the best order seen."""
    above, below = _neighbours(links)
    best, fewest = [list(row) for row in layers], _crossings(layers, above)
    for sweep in range(_SWEEPS):
        rows = layers[1:] if sweep % 2 == 0 else layers[-2::-1]
        near = above if sweep % 2 == 0 else below
        for row in rows:
            at = {node: (place + 0.5) / len(other) for other in layers for place, node in enumerate(other)}
            weight = {node: _mean([at[n] for n in near.get(node, [])], at[node]) for node in row}
            row.sort(key=weight.__getitem__)
        if (count := _crossings(layers, above)) < fewest:
            best, fewest = [list(row) for row in layers], count
    for row, kept in zip(layers, best, strict=True):
        row[:] = kept


def _crossings(layers: list[list[Node]], above: Mapping[Node, list[Node]]) -> int:
    at = {node: place for row in layers for place, node in enumerate(row)}
    count = 0
    for row in layers:
        ends = [at[high] for low in row for high in sorted(above.get(low, []), key=at.__getitem__)]
        count += sum(1 for i, one in enumerate(ends) for other in ends[i + 1 :] if one > other)
    return count


def _spread(placed: Placed, links: list[tuple[Node, Node]], widths: Mapping[Node, float], gap: float) -> None:
    """Pull each node to the middle of its neighbours without overlap, keeping the order."""
    above, below = _neighbours(links)
    middle: dict[Node, float] = {}
    for row in placed.layers:
        at = -sum(widths[node] + gap for node in row) / 2
        for node in row:
            middle[node] = at + widths[node] / 2
            at += widths[node] + gap
    for sweep in range(_SWEEPS * 2):
        rows = placed.layers if sweep % 2 else placed.layers[::-1]
        for row in rows:
            near = {node: above.get(node, []) + below.get(node, []) for node in row}
            wish = [_mean([middle[n] for n in near[node]], middle[node]) for node in row]
            for node, found in zip(row, _apart(row, wish, widths, gap), strict=True):
                middle[node] = found
    left = min((middle[node] - widths[node] / 2 for node in middle), default=0.0)
    placed.x = {node: round(found - widths[node] / 2 - left, 1) for node, found in middle.items()}


def _apart(row: Sequence[Node], wish: list[float], widths: Mapping[Node, float], gap: float) -> list[float]:
    """Middles close to the wishes that keep order and distance: blocks that collide are merged and averaged."""
    offset = 0.0
    blocks: list[list[float]] = []  # sum of wishes less their offset, number of nodes
    offsets = []
    for number, node in enumerate(row):
        if number:
            offset += (widths[row[number - 1]] + widths[node]) / 2 + gap
        offsets.append(offset)
        blocks.append([wish[number] - offset, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, count = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += count
    starts = [total / count for total, count in blocks for _ in range(int(count))]
    return [start + passed for start, passed in zip(starts, offsets, strict=True)]


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
