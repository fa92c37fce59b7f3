"""Graphs and queries made up at random, of the kinds that an adapter sends and of some that it must not send."""

import random
from itertools import count

__all__ = ["Maker"]

N = "http://example.org/"
THINGS = [f"<{N}t{number}>" for number in range(10)]
PREDICATES = [f"<{N}{letter}>" for letter in "pqrs"]
CLASSES = [f"<{N}C{number}>" for number in range(3)]
LABEL, TYPE = f"<{N}label>", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
XSD = "http://www.w3.org/2001/XMLSchema#"
LITERALS = [
    '"a"', '"a"@en', '"b"@en', '"B"', '"é"', '"10"', f'"1"^^<{XSD}integer>', f'"10"^^<{XSD}integer>',
    f'"2.5"^^<{XSD}decimal>', f'"false"^^<{XSD}boolean>', f'"2024-01-01"^^<{XSD}date>', f'"P18M"^^<{XSD}duration>',
]  # fmt: skip


class Maker:
    """Makes up one graph or query after the other; the same seed gives the same."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._numbers = count()

    def graph(self) -> str:
        """N-Triples; no thing has two values by one property that are equal as numbers."""
        of = self._random.choice
        lines = {f"{of(THINGS)} {of(PREDICATES)} {of(THINGS)} ." for _ in range(25)}
        lines |= {f"{thing} {LABEL} {of(LITERALS)} ." for thing in THINGS if self._random.random() < 0.8}
        lines |= {f"{thing} {of(PREDICATES)} {of(LITERALS)} ." for thing in THINGS if self._random.random() < 0.2}
        lines |= {f"{thing} {TYPE} {of(CLASSES)} ." for thing in THINGS if self._random.random() < 0.7}
        return "\n".join(sorted(lines))

    def query(self) -> str:
        """A SELECT or ASK."""
        pattern, known = self._group([], 0)
        shown = " ".join(dict.fromkeys(self._random.choices(known, k=2)))
        forms = [
            f"SELECT * WHERE {{ {pattern} }}",
            f"SELECT {shown} WHERE {{ {pattern} }}",
            f"SELECT DISTINCT {shown} WHERE {{ {pattern} }}",
            f"SELECT {shown} (COUNT(*) AS ?number) WHERE {{ {pattern} }} GROUP BY {shown}",
            f"SELECT (COUNT(*) AS ?number) WHERE {{ {pattern} }}",
            f"ASK {{ {pattern} }}",
            f"SELECT {shown} (COUNT(*) AS ?number) WHERE {{ {{ SELECT * WHERE {{ {pattern} }} ORDER BY {known[0]} }} }}"
            f" GROUP BY {shown}",
        ]
        return self._random.choice(forms)

    def _fresh(self) -> str:
        return f"?v{next(self._numbers)}"

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _triple(self, known: list[str]) -> str:
        of = self._random.choice
        subject = of(known) if known and self._chance(0.85) else self._fresh()
        if subject not in known:
            known.append(subject)
        if self._chance(0.15):
            return f"{subject} {LABEL} {of([self._fresh(), *LITERALS])} ."
        if self._chance(0.1):
            return f"{subject} {TYPE} {of([*CLASSES, self._fresh()])} ."
        value = of([self._fresh(), self._fresh(), of(THINGS), of(known)])
        if not self._chance(0.45):
            return f"{subject} {of(PREDICATES)} {value} ."
        one, other = of(PREDICATES), of(PREDICATES)
        return f"{subject} {of([f'{one}/{other}', f'^{one}', f'{one}|{other}', f'{one}+', f'{one}*'])} {value} ."

    def _plain(self, known: list[str]) -> str:
        one, other, thing = self._random.choice(known), self._random.choice(known), self._random.choice(THINGS)
        return self._random.choice(
            [f"{one} != {other}", f"{one} NOT IN ({thing})", f"{one} = {thing} || {one} != {other}"]
        )

    def _computed(self, known: list[str]) -> str:
        one = self._random.choice(known)
        there = f"EXISTS {{ {one} {self._random.choice(PREDICATES)} {self._fresh()} }}"
        return self._random.choice([f'STR({one}) > "m"', f"COALESCE({one} < 2, true)", there, f"NOT {there}"])

    def _group(self, outer: list[str], depth: int) -> tuple[str, list[str]]:
        known = list(outer)
        parts = [self._triple(known) for _ in range(self._random.choice([1, 2, 3]))]
        for _ in range(self._random.choice([0, 1, 2]) if depth < 2 else 0):
            one, predicate = self._random.choice(known), self._random.choice(PREDICATES)
            parts.append(
                self._random.choice(
                    [
                        f"OPTIONAL {{ {self._group([one], depth + 1)[0]} }}",
                        f"{{ {one} {predicate} ?u{depth} }} UNION {{ {one} {LABEL} ?u{depth} }}",
                        f"FILTER NOT EXISTS {{ {one} {predicate} {self._fresh()} }}",
                        f"FILTER({self._plain(known)})",
                        f"FILTER({self._plain(known)} && EXISTS {{ {one} {predicate} {self._random.choice(known)} }})",
                        f"OPTIONAL {{ {one} {predicate} ?w{depth} FILTER EXISTS {{ ?w{depth} {TYPE} {CLASSES[0]} }} }}",
                        f"FILTER({self._computed(known)})",
                        f"BIND({self._computed(known)} AS {self._fresh()})",
                        f"GRAPH {self._fresh()} {{ {one} {predicate} {self._fresh()} }}",
                        f"VALUES {one} {{ {' '.join(THINGS[:5])} }}",
                        f"{{ SELECT DISTINCT {one} WHERE {{ {one} {predicate} {self._fresh()} }} ORDER BY {one} }}",
                    ]
                )
            )
        return " ".join(parts), known
