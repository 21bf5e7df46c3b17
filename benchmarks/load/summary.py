"""What a run of ``bin/load`` tells: one summary of its visits, and the ratios within it."""

import argparse
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import checks, yardsticks
from benchmarks.load.processor_time import Spent


@dataclass(frozen=True)
class Visits:
    """What one run of visitors left behind."""

    requests: list[dict[str, object]]
    ends: list[dict[str, object]]
    seconds: float
    used: Spent

    @property
    def receipts(self) -> dict[str, list[str]]:
        """The codes on each family's receipts, by pupil code."""
        return {str(end["pupil_code"]): list(end["codes"]) for end in self.ends}  # type: ignore[call-overload]

    @property
    def problems(self) -> list[str]:
        """What stood in families' way."""
        return [str(end["problem"]) for end in self.ends if end["problem"]]


def summary_of(
    options: argparse.Namespace, visits: Visits, kept: checks.Kept, held: dict[str, bool]
) -> dict[str, object]:
    """Return what the visits were answered, how fast, at what cost, and what was kept of them."""
    times = sorted(float(str(line["ms"])) for line in visits.requests if _is_admitted(line))
    statuses = Counter(int(str(line["status"])) for line in visits.requests)
    journeys = len(visits.ends)
    used = visits.used
    return {
        "families": options.families,
        "shape": options.shape,
        "came": journeys,
        "acknowledged": 0,
        "lost": kept.lost,
        "registered_unasked": kept.unasked,
        "lost_or_unasked": list(kept.examples),
        "doubled": kept.doubled,
        "server_errors": sum(
            n for status, n in statuses.items() if status >= 500 and status != 503
        ),
        "turned_away": statuses[503] + sum(1 for line in visits.requests if line["waiting"]),
        "hung": statuses[0],
        "problems": Counter(visits.problems).most_common(5),
        "requests": len(visits.requests),
        "statuses": {str(status): n for status, n in sorted(statuses.items())},
        "seconds": round(visits.seconds, 1),
        "journeys_per_second": round(journeys / visits.seconds, 2),
        "requests_per_second": round(len(visits.requests) / visits.seconds, 1),
        "p50_ms": _percentile(times, 50),
        "p95_ms": _percentile(times, 95),
        "p99_ms": _percentile(times, 99),
        "cpu_ms_per_journey": round(1000 * used.serving / max(1, journeys), 2),
        "cpu_ms_per_journey_by_part": {
            name: round(1000 * seconds / max(1, journeys), 2)
            for name, seconds in used.seconds.items()
        },
        "kinds": dict(Counter(str(end["kind"]) for end in visits.ends)),
        "load_average": round(_load(), 1),
        "invariants": held,
        "invariants_ok": all(held.values()),
    }


def _is_admitted(line: dict[str, object]) -> bool:
    return not line["waiting"] and not line["slow"] and line["status"] not in (0, 503)


_MADE_OF = ("submit_ms", "submit_tps", "pgbench_tps", "journey_ms", "naive_journey_ms")


def ratios_of(found: dict[str, float]) -> dict[str, float]:
    """Return ratios, and what they are made of; a page's ratio is hello's cost over its own."""
    hello = found["hello"]
    pages = {f"{name}_vs_hello": hello / found[name] for name in yardsticks.PAGES}
    ratios = pages | {
        "submit_vs_pgbench": found["submit_tps"] / found["pgbench_tps"],
        "naive_vs_journey": found["naive_journey_ms"] / found["journey_ms"],
    }
    told = {f"{name}_ms": found[name] for name in (*yardsticks.PAGES, "hello")}
    rest = {name: found[name] for name in _MADE_OF}
    return {name: round(value, 3) for name, value in (ratios | told | rest).items()}


def _percentile(times: Sequence[float], percent: int) -> float:
    if len(times) < 2:
        return times[0] if times else 0.0
    return round(statistics.quantiles(times, n=100, method="inclusive")[percent - 1], 1)


def _load() -> float:
    return float(Path("/proc/loadavg").read_text().split()[0])
