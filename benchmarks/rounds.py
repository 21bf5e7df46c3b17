"""Measure one round of the waiting lists: ``python -m benchmarks.rounds [--children N]``.

A made-up city (126 zones with 160,000 children) is placed in this process; then a share of who
holds a seat declines it, and one round is held as a worker and the verifier hold it: the state
after the final results, the queues, the round, its second opinion, the files of ledger and rolls.
Reading from and writing to the database are not part of it. Prints seconds, how many moved, and
memory in MB; ``--json FILE`` keeps them.
"""

import argparse
import json
import random
import resource
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from time import perf_counter

from benchmarks.city import PUBLIC_VALUE, RULES, SEED, City, key_of
from enrol.core.draw_file import Draw
from enrol.core.lottery import commitment
from enrol.core.results import Results, compute
from enrol.core.rounds import Answer, Answered, Round
from enrol.core.sealing import list_hash
from enrol.core.sequel import hold_rounds
from enrol.core.sequel_files import write_ledger, write_rolls
from enrol.core.stated_results import Inputs

ON = "2026-07-25"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=160_000)
    parser.add_argument("--declines", type=float, default=0.05, help="share of who holds a seat")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    city = City(options.children)
    inputs, results = placed(city)
    told = measured(inputs, results, share=options.declines, repeats=options.repeats)
    told = {"children": options.children, "zones": len(city.zones), **told}
    for name, value in told.items():
        print(f"{name:>16}  {value}")
    if options.json:
        options.json.write_text(json.dumps(told), encoding="utf-8")


def placed(city: City) -> tuple[Inputs, Results]:
    """Return the city with its final results."""
    entries, plans = list(city.entries()), city.plans()
    frozen = list_hash(entries).hex()
    inputs = Inputs(RULES, plans, entries, {}, _draw(frozen), key_of(frozen))
    results = compute(
        entries=entries, seat_plans=plans, distances={}, rules=RULES, key=inputs.key
    ).results
    return inputs, results


def measured(inputs: Inputs, results: Results, *, share: float, repeats: int) -> dict[str, object]:
    """Hold the round so often, and return what it took and did."""
    chance = random.Random("declines")
    holders = [item.code for item in results.placements if item.school is not None]
    leavers = chance.sample(holders, round(len(holders) * share))
    answers = [[Answered(code, Answer.DECLINE, ON) for code in sorted(leavers)]]
    taken = []
    for _ in range(repeats):
        began = perf_counter()
        [held] = hold_rounds(inputs=inputs, results=results, answers=answers)
        _files(held)
        taken.append(round(perf_counter() - began, 2))
    return {
        "seats_held": len(holders),
        "declined": len(leavers),
        "moved": sum(line.taken is not None for line in held.ledger),
        "seconds": taken,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _files(held: Round) -> bytes:
    return write_ledger([held.ledger]) + write_rolls(held.holdings.holds)


def _draw(frozen: str) -> Draw:
    return Draw(
        seed=SEED.hex(),
        commitment=commitment(SEED),
        public_value=PUBLIC_VALUE,
        public_value_name="-",
        public_value_name_en="-",
        public_value_on=date(2026, 7, 6),
        list_hash=frozen,
        frozen_at=datetime(2026, 7, 5, 17, 0, tzinfo=timezone(timedelta(hours=7))),
    )


if __name__ == "__main__":
    main()
