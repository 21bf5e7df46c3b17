"""``bin/load``: a morning of families over HTTP, what it cost, and whether anything was lost.

Bounded in time and number, on this machine only. With ``--once`` in a fresh house of its own.
"""

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from sqlalchemy import text

from benchmarks.load import breakdown, checks, yardsticks
from benchmarks.load.crowded import crowd_one_zone
from benchmarks.load.mishaps import Mishaps
from benchmarks.load.processor_time import POSTGRES, SERVING, VALKEY, WEB, spent
from benchmarks.load.summary import Visits, ratios_of, summary_of
from enrol.cli.demo.city import City, load_city
from enrol.cli.demo.season import Season
from enrol.cli.demo.stack import Stack
from enrol.config import ROOT
from enrol.services import admitting
from enrol.store.db import transaction

SHAPES = ("opening", "steady", "results-day")
STEADY_PER_SECOND = 20.0
AT_ONCE = 1_000_000.0
SPARE = 260
"""Families beyond those who come, for what is measured one by one."""
MOST_FAMILIES = 200_000
_VIETNAM = timezone(timedelta(hours=7))
_LOCUST = ROOT / ".venv-load" / "bin" / "locust"


def main() -> int:
    """Run what was asked for, print one JSON summary, return the exit status."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="enrol-load-") as made:
        directory = options.directory or Path(made)
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(0o711)  # as root, the servers' account has to pass through
        port = options.port or _free_port()
        with Stack(directory=directory, port=port, workers=2, fresh=True) as stack:
            summary = _Day(stack, options).run()
    printed = json.dumps(summary, indent=1, ensure_ascii=False)
    if options.json:
        options.json.write_text(printed + "\n", encoding="utf-8")
    sys.stdout.write(printed + "\n")
    is_good = summary["invariants_ok"] and not summary["lost"] and not summary["doubled"]
    return 0 if is_good else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/load", description=__doc__)
    parser.add_argument("--once", action="store_true", help="in a fresh house (the only way yet)")
    parser.add_argument("--families", type=int, default=1_000)
    parser.add_argument("--shape", choices=SHAPES, default="opening")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the summary there")
    parser.add_argument("--log", type=Path, metavar="FILE", help="one line a request")
    parser.add_argument("--browsers", type=int, default=48, help="telephones at the same time")
    parser.add_argument("--per-second", type=float, help="families who come a second")
    parser.add_argument("--room", type=int, help="switch the waiting room on: families a minute")
    parser.add_argument(
        "--kill-every",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="kill Valkey, a web worker and the relay in turn while families come",
    )
    parser.add_argument("--minutes", type=float, default=30.0, help="at most, for the visits")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int)
    parser.add_argument("--directory", type=Path, help="keep the house's files there")
    parser.add_argument("--no-yardsticks", action="store_true", help="no ratios")
    options = parser.parse_args()
    if not options.once:
        parser.error("give --once: the house to be loaded is made fresh")
    if not 1 <= options.families <= MOST_FAMILIES:
        parser.error(f"--families is 1 to {MOST_FAMILIES}")
    if not _LOCUST.exists():
        parser.error("locust is not installed: start this by bin/load")
    return options


class _Day:
    """One house, one city, one shape."""

    def __init__(self, stack: Stack, options: argparse.Namespace) -> None:
        self._stack = stack
        self._options = options
        self._adapters = stack.app.extensions["enrol_adapters"]
        self._started = time.monotonic()
        self._parts: dict[str, float] = {}

    def run(self) -> dict[str, object]:
        """Do everything in order and return the summary."""
        options = self._options
        city = self._city()
        season = Season(
            intake_id=city.intake_id,
            first=city.officers[0],
            second=city.officers[1],
            adapters=self._adapters,
        )
        season.announce()
        self._stack.start_processes()
        self._say("the house stands")
        if options.room:
            self._switch_room_on(city)
        is_results = options.shape == "results-day"
        rate = options.per_second or (STEADY_PER_SECOND if options.shape == "steady" else AT_ONCE)
        with Mishaps(self._stack, every_seconds=options.kill_every) as mishaps:
            first = self._visit("registering", per_second=AT_ONCE if is_results else rate)
        self._say(f"{len(first.ends)} families came")
        ratios = {} if options.no_yardsticks else self._ratios(city)
        kept = checks.compare(
            first.receipts | self._spare_receipts(city), uncertain=self._uncertain(first)
        )
        season.close()
        season.draw()
        season.allocate()
        season.publish()
        self._say("drawn, allocated and published")
        visits = first
        if is_results:
            codes = {pupil: found[0] for pupil, found in first.receipts.items() if found}
            visits = self._visit("results", per_second=rate, codes=codes)
        held = checks.invariants(
            kept=kept, address=self._stack.address, into=self._stack.directory / "downloaded"
        )
        self._say("checked")
        acknowledged = sum(1 for codes in first.receipts.values() if codes)
        summary = {**summary_of(options, visits, kept, held), "acknowledged": acknowledged}
        summary["killed"] = dict(mishaps.killed)
        if is_results:
            summary["problems_before"] = Counter(first.problems).most_common(5)
        if ratios:
            ratios["naive_journey_ms"] = yardsticks.naive_journeys(
                letters=city.letters[-SPARE + 231 :],
                environment={"ENROL_ENV_FILE": str(self._stack.environment_file)},
            )
            ratios["pgbench_tps"] = self._pgbench()
            summary["ratios"] = ratios_of(ratios)
            summary["journey_ms_by_part"] = {
                part: round(milliseconds, 2) for part, milliseconds in self._parts.items()
            }
        return summary

    def _city(self) -> City:
        now = datetime.now(UTC).astimezone(_VIETNAM)
        midnight = now.replace(hour=23, minute=59, second=59, microsecond=0)
        city = load_city(
            folder=self._stack.directory / "city",
            children=max(400, self._options.families + SPARE),
            seed=self._options.seed,
            opens_at=now,
            closes_at=midnight,
            adapters=self._adapters,
        )
        crowd_one_zone()
        self._say("the city is loaded")
        return city

    def _switch_room_on(self, city: City) -> None:
        admitting.change_room(
            actor=city.officers[0],
            intake_id=city.intake_id,
            is_on=True,
            per_minute=self._options.room,
            message="",
            message_en="",
        )
        time.sleep(3)  # every process has read it

    def _visit(
        self, what: str, *, per_second: float, codes: dict[str, str] | None = None
    ) -> Visits:
        options, folder = self._options, self._stack.directory
        log = (options.log or folder / f"{what}.jsonl").resolve()
        settings = folder / f"{what}.json"
        ends = folder / f"{what}-ends.jsonl"
        settings.write_text(
            json.dumps(
                {
                    "what": what,
                    "letters": str(folder / "city" / "secrets.csv"),
                    "families": options.families,
                    "per_second": per_second,
                    "most_seconds": options.minutes * 60,
                    "seed": options.seed,
                    "log": str(log),
                    "ends": str(ends),
                    "codes": codes or {},
                }
            ),
            encoding="utf-8",
        )
        before, started = spent(), time.monotonic()
        _run_locust(self._stack.address, settings, browsers=options.browsers)
        seconds, used = time.monotonic() - started, spent().since(before)
        return Visits(_lines(log), _lines(ends), seconds, used)

    def _ratios(self, city: City) -> dict[str, float]:
        address = self._stack.address
        spare = city.letters[-SPARE + 10 :]
        costs = yardsticks.page_costs(address=address, letter=spare[0], times=300)
        per_second, cost = yardsticks.submissions(address=address, letters=spare[1:161])
        journey = yardsticks.our_journeys(address=address, letters=spare[161:191])
        self._parts = breakdown.inside(app=self._stack.app, letters=spare[191:221])
        self._parts["gunicorn"] = max(0.0, journey[WEB] - sum(self._parts.values()))
        self._parts |= {"PostgreSQL": journey[POSTGRES], "Valkey": journey[VALKEY]}
        self._say("the pages are measured")
        measured = {"submit_tps": per_second, "submit_ms": cost}
        return costs | measured | {"journey_ms": sum(journey[name] for name in SERVING)}

    def _spare_receipts(self, city: City) -> dict[str, list[str]]:
        """Families who registered for a measurement: what they hold is what the database says."""
        spare = {letter.pupil_code for letter in city.letters[self._options.families :]}
        with transaction() as tx:
            rows = tx.execute(
                text(
                    "SELECT c.pupil_code, r.code FROM registrations r"
                    " JOIN children c ON c.id = r.child_id"
                )
            )
            return {pupil: [code] for pupil, code in rows if pupil in spare}

    def _uncertain(self, visits: Visits) -> set[str]:
        return {
            str(end["pupil_code"])
            for end in visits.ends
            if end["problem"] and end["kind"] != "abandons"
        }

    def _pgbench(self) -> float:
        for name in self._stack.processes.names():
            self._stack.processes.stop_one(name)
        settings = self._stack.app.extensions["enrol_settings"]
        url = settings.database_url.get_secret_value().replace("+psycopg", "")
        return yardsticks.pgbench(database_url=url)

    def _say(self, what: str) -> None:
        sys.stderr.write(f"{time.monotonic() - self._started:7.1f} s  {what}\n")
        sys.stderr.flush()


def _run_locust(address: str, settings: Path, *, browsers: int) -> None:
    command = [
        str(_LOCUST), "--headless", "--only-summary", "--skip-log-setup", "--host", address,
        "-f", str(ROOT / "benchmarks" / "load" / "visitors.py"),
        "-u", str(browsers), "-r", str(browsers), "--stop-timeout", "5",
    ]  # fmt: skip
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "ENROL_LOAD_SETTINGS": str(settings),
        "LANG": "C.UTF-8",
    }
    result = subprocess.run(
        command, env=environment, cwd=settings.parent, capture_output=True, text=True, check=False
    )
    # 1: some request failed by locust's own idea; ours is in the log.
    if result.returncode not in (0, 1):
        raise RuntimeError(f"locust: {result.stderr[-2000:]}")


def _lines(path: Path) -> list[dict[str, object]]:
    if not path.exists():
        raise RuntimeError(f"the visitors wrote nothing: {path.name}")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
