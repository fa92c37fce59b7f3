"""Review of a nation split by council: a PySpark cluster on this machine beside two Python processes (needs Java).

Both are given the same parts of some councils each, and run the same function of this project on each part: read,
derive, review. They must find the same number of things. The cluster is Spark's own for tests (`local-cluster`: a
master and two workers with a core each, every one a process), so a task travels as it would between machines. PySpark
is not among the dependencies; `pip install pyspark` brings it.
"""

import argparse
import importlib.util
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyoxigraph as ox

from bench.measure import run, table
from bench.nation.derived import DAY, ontology
from govgraph.knowledge.derive import derive
from govgraph.knowledge.facts import Facts, statements
from govgraph.review.reviewing import review

__all__ = ["main", "reviewed"]

PROCESSES = 2
PART = 12
"""Councils of a part, about 60,000 statements with what is derived: as many as a build judges together."""


def main(words: list[str] | None = None) -> None:
    """Review each size in both ways, and print the table."""
    options = argparse.ArgumentParser(prog="python -m bench spark")
    options.add_argument("--councils", type=int, nargs="+", default=[100], metavar="N")
    options.add_argument("--way", choices=sorted(WAYS), help=argparse.SUPPRESS)  # one way, in a process of its own
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args(words or [])
    if given.way:
        print(json.dumps(WAYS[given.way](_parts(given.folder))))
        return
    if not importlib.util.find_spec("pyspark") or not shutil.which("java"):
        print("not run: PySpark or Java is not installed: pip install pyspark, and a Java runtime of 17 or later")
        return
    rows = []
    for councils in given.councils:
        with tempfile.TemporaryDirectory(prefix="govgraph-bench-") as folder:
            run(sys.executable, "-m", "bench.national", "--councils", str(councils), "--folder", folder)
            told = {way: _measured(way, Path(folder)) for way in WAYS}
        if len({findings for _, _, findings in told.values()}) > 1:
            sys.exit(f"bench: the two ways found different numbers of things: {told}")
        own = told["two processes"][0]
        rows += [
            [f"{councils:,} councils, {way}", f"{seconds:.1f}", f"{first:.1f}", f"{findings:,}", f"{seconds / own:.2f}"]
            for way, (seconds, first, findings) in told.items()
        ]
        print(f"\n{table(['what', 'seconds', 'before the first task, s', 'findings', 'ratio'], rows)}\n", flush=True)


def _measured(way: str, folder: Path) -> tuple[float, float, int]:
    """Seconds from start to end of the process, those before its first task began, and the number of findings."""
    started, began = time.perf_counter(), time.time()
    command = [sys.executable, "-m", "bench", "spark", "--way", way, "--folder", str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        sys.exit(f"bench: the review by {way} ended with exit code {done.returncode}")
    tasks = json.loads(done.stdout.splitlines()[-1])
    first = min(start for start, _ in tasks) - began
    return time.perf_counter() - started, first, sum(findings for _, findings in tasks)


def _parts(folder: Path) -> list[list[str]]:
    files = sorted(map(str, folder.glob("councils/*/records.nt")))
    return [files[at : at + PART] for at in range(0, len(files), PART)]


def reviewed(files: list[str]) -> tuple[float, int]:
    """Derive and review the facts of some councils.

    Returns
    -------
    When it began (seconds since 1970), and the number of findings.
    """
    began = time.time()
    facts = Facts(ontology())
    for file in files:
        for statement in statements(ox.parse(path=file, format=ox.RdfFormat.N_TRIPLES)):
            facts.add(*statement)
    derive(facts, DAY)
    store = ox.Store()
    store.bulk_extend(ox.Quad(*statement) for statement in facts)
    return began, len(review(store).findings)


def _processes(parts: list[list[str]]) -> list[tuple[float, int]]:
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        return pool.map(reviewed, parts, 1)


def _cluster(parts: list[list[str]]) -> list[tuple[float, int]]:
    from pyspark import SparkConf, SparkContext

    path = os.pathsep.join(filter(None, sys.path))
    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    settings = SparkConf().setMaster(f"local-cluster[{PROCESSES},1,1024]").setAppName("govgraph review")
    settings.setExecutorEnv("PYTHONPATH", path).set("spark.log.level", "ERROR")
    settings.set("spark.ui.enabled", "false").set("spark.ui.showConsoleProgress", "false")
    context = SparkContext(conf=settings)
    try:
        found: list[tuple[float, int]] = context.parallelize(parts, len(parts)).map(reviewed).collect()
        return found
    finally:
        context.stop()


WAYS = {"two processes": _processes, "PySpark cluster": _cluster}
