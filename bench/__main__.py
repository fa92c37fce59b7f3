"""`python -m bench` runs every bench; `python -m bench NAME …` some, one alone with options; `--list` names them."""

import importlib
import inspect
import pkgutil
import sys

import bench

SHARED = ("__main__", "measure", "nation", "national", "scaling", "shacl")


def main(words: list[str]) -> None:
    """List benches, or run them one after the other."""
    names = [module.name for module in pkgutil.iter_modules(bench.__path__) if module.name not in SHARED]
    if len(words) > 1 and words[0] in names and words[1].startswith("-"):
        one = importlib.import_module(f"bench.{words[0]}").main
        if not inspect.signature(one).parameters:
            sys.exit(f"bench: {words[0]} takes no options")
        one(words[1:])
        return
    if unknown := [word for word in words if word not in (*names, "--list")]:
        sys.exit(f"bench: there is no bench named {', '.join(unknown)}. There are: {', '.join(names)}")
    if "--list" in words or not words:
        for name in names:
            print(f"{name}: {(importlib.import_module(f'bench.{name}').__doc__ or '').splitlines()[0]}")
    for name in () if "--list" in words else words or names:
        print(f"\n## {name}\n", flush=True)
        importlib.import_module(f"bench.{name}").main()


main(sys.argv[1:])
