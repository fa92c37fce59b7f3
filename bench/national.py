"""A synthetic nation on the real register of councils, with known faults: `--councils N --seed S --out FILE.nq`.

With `--folder DIR` it is a data folder, one dataset for each council, that `govgraph build DIR` takes.

Made up from end to end but for the councils' names, codes and kinds. Each council is made from the seed and its own
place in the register, so the first ten of a nation of a thousand are the nation of ten, and memory holds one council.
"""

import argparse
import csv
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.nation.derived import derived
from bench.nation.fault_kinds import Site
from bench.nation.faults import Fault, put_faults
from bench.nation.papers import build_papers
from bench.nation.records import Records, Statement, iri, term
from bench.nation.register import Council, councils
from bench.nation.rules import build_rules
from bench.nation.structure import Structure, build_structure
from bench.nation.year import build_year
from govgraph.namespaces import GRAPH, ID, PREFIXES

__all__ = ["Part", "main", "nation", "write", "write_folder"]

FAULTY = 0.01
"""Share of the things of a council that have a fault, unless another is asked for."""


@dataclass(frozen=True)
class Part:
    """One council of the nation.

    Parameters
    ----------
    code : of the council.
    statements : its facts.
    faults : what a review must find in them.
    """

    code: str
    statements: list[Statement]
    faults: list[Fault]


def nation(wanted: int, seed: int = 1, faulty: float = FAULTY, derive: bool = False) -> Iterator[Part]:
    """Make a nation, council by council.

    Parameters
    ----------
    wanted : number of councils.
    faulty : share of things with a fault; 0 makes a nation in which nothing is wrong.
    derive : with what a build derives (gov:boundBy, gov:membershipSize, gov:answersTo …).
    """
    neighbour = ""
    for council in councils(wanted):
        yield _part(council, Random(f"{seed} {council.code}"), faulty, derive, neighbour)
        neighbour = iri(f"{ID}uk/council/{council.code}")


def _part(council: Council, chance: Random, faulty: float, derive: bool, neighbour: str) -> Part:
    records = Records(council.code)
    own = build_structure(records, council)
    build_rules(records, own, chance)
    build_year(records, own, chance)
    build_papers(records, own)
    if neighbour and chance.random() < 0.1:
        _joint_partnership(records, own, neighbour)
    site = Site(records, own, chance)
    faults = put_faults(site, round(len(records.things) * faulty + chance.random() - 0.5) if faulty else 0)
    stated = list(records.statements())
    return Part(council.code, [*stated, *(derived(stated) if derive else ())], faults)


def _joint_partnership(records: Records, own: Structure, neighbour: str) -> None:
    """The partnership also answers to the council next to it in the register; its own council comes first."""
    records.add(
        records.name("line", "partnership-line-neighbour"),
        "gov:AccountabilityLine",
        "partnership, accountability, neighbouring council",
        accountableParty=own.bodies["partnership"],
        accountableTo=neighbour,
        mode=term("gov:mode/accountability"),
        strength=term("gov:Explicit"),
        basis=own.clauses["partnership"],
    )


def write(parts: Iterator[Part], out: Path, key: Path | None = None, graphs: bool = False) -> tuple[int, int]:
    """Write a nation as N-Quads, and the faults in it as CSV.

    Parameters
    ----------
    key : file for the faults (kind, focus, rule).
    graphs : each council's statements also stand in a named graph of its own.

    Returns
    -------
    Numbers of statements and of faults.
    """
    statements = faults = 0
    with ExitStack() as open_files:
        quads = open_files.enter_context(out.open("w", encoding="utf-8"))
        rows = None
        if key:
            rows = csv.writer(
                open_files.enter_context(key.open("w", encoding="utf-8", newline="")), lineterminator="\n"
            )
            rows.writerow(("kind", "focus", "rule"))
        for part in parts:
            lines = [" ".join(statement) for statement in part.statements]
            quads.writelines(f"{line} .\n" for line in lines)
            if graphs:
                graph = iri(f"{GRAPH}national/{part.code}")
                quads.writelines(f"{line} {graph} .\n" for line in lines)
            if rows:
                rows.writerows((fault.kind, fault.focus, fault.rule) for fault in part.faults)
            statements += len(lines)
            faults += len(part.faults)
    return statements, faults


def write_folder(parts: Iterator[Part], folder: Path) -> tuple[int, int]:
    """Write a nation as a data folder: a catalogue, and for each council a dataset in a folder of its own.

    Returns
    -------
    Numbers of statements and of faults.
    """
    statements = faults = 0
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "catalog.ttl").open("w", encoding="utf-8") as catalog:
        catalog.writelines(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in ("dcat", "dct", "gov", "skos"))
        for part in parts:
            place = f"councils/{part.code}"
            (folder / place).mkdir(parents=True, exist_ok=True)
            lines = (f"{' '.join(statement)} .\n" for statement in part.statements)
            (folder / place / "records.nt").write_text("".join(lines), encoding="utf-8")
            title = f'"Records of council {part.code} (made up)"@en'
            catalog.write(
                f"<{GRAPH}national/{part.code}> a dcat:Dataset ; skos:prefLabel {title} ; dct:title {title} ;\n"
                f'    gov:revisionStatus gov:Current ; gov:dataFolder "{place}" .\n'
            )
            statements += len(part.statements)
            faults += len(part.faults)
    return statements, faults


def main(words: list[str] | None = None) -> None:
    """Write the nation that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench.national", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--councils", type=int, default=10, help="how many; beyond the register they are numbered")
    parser.add_argument("--seed", type=int, default=1)
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--out", type=Path, metavar="FILE.nq")
    place.add_argument("--folder", type=Path, metavar="DIR", help="a data folder, for govgraph build DIR")
    parser.add_argument("--key", type=Path, metavar="FILE.csv", help="write what a review must find: kind, focus, rule")
    parser.add_argument("--faulty", type=float, default=FAULTY, help="share of things with a fault (default: 0.01)")
    parser.add_argument("--derive", action="store_true", help="with what a build derives")
    parser.add_argument("--graphs", action="store_true", help="also one named graph for each council")
    chosen = parser.parse_args(words)
    if chosen.folder and (chosen.key or chosen.derive or chosen.graphs):
        parser.error("--key, --derive and --graphs go with --out: a build derives, and makes the graphs.")
    for path in (chosen.out, chosen.folder, chosen.key):
        if path and not path.parent.is_dir():
            parser.error(f"there is no folder {path.parent}. Make it, or name another file.")
    parts = nation(chosen.councils, chosen.seed, chosen.faulty, chosen.derive)
    if chosen.folder:
        statements, faults = write_folder(parts, chosen.folder)
    else:
        statements, faults = write(parts, chosen.out, chosen.key, chosen.graphs)
    print(f"{chosen.councils:,} councils, {statements:,} statements, {faults:,} findings to be made", file=sys.stderr)


if __name__ == "__main__":
    main()
