"""Measure the allocation: ``python -m benchmarks.allocation [--children N] [--repeats N] …``.

Starts its own PostgreSQL and Valkey in a temporary directory, each part in a process of its own so
that memory is told apart, and prints a table. What counts are the ratios within one run.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from time import perf_counter

from flask import Flask
from sqlalchemy import text

from benchmarks import engines, paths
from benchmarks.bundles import verified
from benchmarks.city import City, load
from enrol.config import ROOT, Settings
from enrol.embedded import EmbeddedServices
from enrol.factory import create_app
from enrol.store import schema
from enrol.store.db import transaction

PARTS = ("engine", "packages", "load", "floor", "path", "second", "queue", "verify")
MOST_FOR_PACKAGES = 20_000


def main() -> None:
    """Measure what was asked for and print it."""
    options = _options()
    if options.inside:
        print(json.dumps(_part(options.inside, options)))
        return
    found: dict[str, object] = {}
    with ExitStack() as stack:
        environment = dict(os.environ)
        if set(options.parts) - {"engine", "packages"}:
            environment |= stack.enter_context(_services())
        for part in PARTS:
            if part in options.parts or (part == "load" and "DATABASE_URL" in environment):
                found[part] = _inside(part, options, environment)
                print(_lines(part, found), flush=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=160_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--package-children", type=int, default=MOST_FOR_PACKAGES)
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--inside", choices=PARTS, help=argparse.SUPPRESS)
    return parser.parse_args()


class _services:  # noqa: N801 - a context manager used as a function
    """Servers of this run alone; gives the environment that leads to them."""

    def __enter__(self) -> dict[str, str]:
        self._stack = ExitStack()
        directory = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        services = self._stack.enter_context(EmbeddedServices(directory / "var"))
        return {
            "DATABASE_URL": services.database_url,
            "REDIS_URL": services.redis_url,
            "ENROL_ENVIRONMENT": "test",
            "ENROL_SESSION_KEY": "s" * 40,
            "ENROL_DATA_KEY": "d" * 40,
            "ENROL_RESULTS_DIRECTORY": str(directory / "results"),
            "ENROL_BUNDLES_DIRECTORY": str(directory / "bundles"),
        }

    def __exit__(self, *error: object) -> None:
        self._stack.close()


def _inside(part: str, options: argparse.Namespace, environment: dict[str, str]) -> object:
    command = [sys.executable, "-m", "benchmarks.allocation", "--inside", part]
    for name in ("children", "repeats", "workers", "package_children"):
        command += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def _part(part: str, options: argparse.Namespace) -> object:
    city, repeats = City(options.children), range(options.repeats)
    if part == "engine":
        return engines.measure(city, repeats=options.repeats)
    if part == "packages":
        return engines.against_packages(options.package_children)
    if part == "verify":
        return verified(city, repeats=options.repeats)
    app = _application(part)
    with app.app_context():
        if part == "load":
            began = perf_counter()
            load(city)
            return perf_counter() - began
        with transaction() as tx:
            intake_id = int(tx.execute(text("SELECT id FROM intakes")).scalar_one())
        if part == "floor":
            return [paths.io_floor() for _ in repeats]
        if part == "path":
            before = _peak_mb()
            taken = [paths.whole_path(intake_id) for _ in repeats]
            peak = _peak_mb()
            two = [paths.whole_path_overlapped(intake_id) for _ in repeats]
            return {"taken": taken, "two_threads": two, "before_mb": before, "peak_mb": peak}
        if part == "second":
            return paths.second_stage()
        url = os.environ["REDIS_URL"]
        return [paths.queued(intake_id, workers=options.workers, redis_url=url) for _ in repeats]


def _application(part: str) -> Flask:
    app = create_app(Settings.load(), with_pages=False)
    if part == "load":
        schema.bring_up(app)
    return app


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _lines(part: str, found: dict[str, object]) -> str:
    """Return what was measured as lines of a table, with ratios to what was measured before."""
    value = found[part]
    medians: dict[str, float] = {}
    if part == "path" and isinstance(value, dict):
        taken = value["taken"]
        medians = {name: median(one[name] for one in taken) for name in taken[0]}
        medians["total, two threads"] = median(value["two_threads"])
        medians["peak MB (before: " + str(value["before_mb"]) + ")"] = value["peak_mb"]
        found["path_s"] = medians["total"]
    elif part == "verify" and isinstance(value, dict):
        medians = {"total": median(value["taken"]), "peak MB": value["peak_mb"]}
    elif isinstance(value, dict):
        medians = {
            name: median(one) if isinstance(one, list) else one for name, one in value.items()
        }
    elif isinstance(value, list):
        medians = {"total": median(value)}
    elif isinstance(value, float):
        medians = {"total": value}
    if part == "floor":
        found["floor_s"] = medians["total"]
    rows = [f"{part:9} {name:42} {number:10.3f}" for name, number in medians.items()]
    return "\n".join([*rows, *_ratios(part, medians, found)])


def _ratios(part: str, medians: dict[str, float], found: dict[str, object]) -> list[str]:
    pairs: list[tuple[str, float, object]] = []
    if part == "engine":
        pairs.append(("engine / textbook heap", medians["engine"], medians["textbook"]))
    if part == "packages":
        pairs += [
            (f"{name} / engine", number, medians["engine"])
            for name, number in medians.items()
            if name != "engine"
        ]
    if part == "path":
        floor = found.get("floor_s")
        pairs.append(("whole path / I/O floor", medians["total"], floor))
        pairs.append(("with two threads / I/O floor", medians["total, two threads"], floor))
    if part in {"queue", "verify"}:
        pairs.append((f"{part} / whole path", medians["total"], found.get("path_s")))
    return [
        f"{'ratio':9} {name:42} {above / below:10.2f}"
        for name, above, below in pairs
        if isinstance(below, float)
    ]


if __name__ == "__main__":
    main()
