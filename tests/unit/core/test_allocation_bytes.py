"""The outcome of a fixed zone, byte for byte: same on every machine and under every hash seed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import hashlib
from enrol.core.allocation import allocate_zone
from enrol.core.explanation import explain_zone
from enrol.core.model import Entry, Facts, Reserve, SeatPlan
from enrol.core.priority import HANOI_2018

def child(at):
    first = "ABC"[at % 3]
    wishes = (first, *(s for s in "CAB" if s != first))[: 1 + at % 3]
    facts = Facts("Z1", permanent_in_zone=at % 4 < 2, current_in_zone=at % 4 in (0, 2),
                  policies=("disability",) if at % 11 == 0 else ())
    return Entry(f"R{at:03}", f"F{at // 2:03}", "0" * 64, facts, wishes)

zone = {
    "entries": [child(at) for at in range(120)],
    "seat_plans": [SeatPlan("A", "Z1", 20, (Reserve("disability", 4),)),
                   SeatPlan("B", "Z1", 25), SeatPlan("C", "Z1", 30)],
    "rules": HANOI_2018,
    "key": bytes(32),
}
outcome = allocate_zone(**zone)
reasons = list(explain_zone(**zone, placements=outcome.placements))
print(hashlib.sha256(repr(outcome).encode()).hexdigest())
print(hashlib.sha256(repr(reasons).encode()).hexdigest())
"""
OUTCOME = "123c273295fad46277bbb48cbb7b8b5d4bcd948f0b1ec72a1bb2d0254d4b3eb8"
REASONS = "ee25e450531d0e287ab0e907cb4dcbcbf2058dd9562e34f53ba599405166cf81"


@pytest.mark.parametrize("hash_seed", ["0", "1", "4242"])
def test_every_process_computes_the_same_outcome_and_the_same_reasons(hash_seed):
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}

    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )

    assert finished.stdout.split() == [OUTCOME, REASONS]
