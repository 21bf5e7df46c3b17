"""Digests of what was decided: one a run, one over all runs of an intake."""

import hashlib
from collections.abc import Iterable, Sequence

from enrol.core.bundle_files import write_placements
from enrol.core.model import Entry, Placement, SeatPlan
from enrol.core.priority import RuleSet, rules_hash
from enrol.core.sealing import entry_bytes


def outcome_digest(placements: Iterable[Placement]) -> str:
    """Return SHA-256 (64 hex digits) of a run's placements in the spelling of ``placements.csv``.

    The order of ``placements`` does not matter.
    """
    return hashlib.sha256(write_placements(placements)).hexdigest()


def intake_digest(run_digests: Iterable[str]) -> str:
    """Return SHA-256 (64 hex digits) over the 32 raw bytes of each run's digest, in order.

    The order is: zones by code, then the second stage.
    """
    joined = b"".join(bytes.fromhex(digest) for digest in run_digests)
    return hashlib.sha256(joined).hexdigest()


def input_digest(
    *, entries: Iterable[Entry], seat_plans: Sequence[SeatPlan], rules: RuleSet
) -> str:
    """Return SHA-256 (64 hex digits) of what an allocation computes from, its key left aside.

    One line an entry in code order (its canonical JSON), one a school (``school=seats`` with its
    reserves), then the hash of the rules; whatever the order of both lists.
    """
    digest = hashlib.sha256()
    for entry in sorted(entries, key=lambda entry: entry.code):
        digest.update(entry_bytes(entry) + b"\n")
    for plan in sorted(seat_plans, key=lambda plan: (plan.zone, plan.school)):
        reserves = ",".join(f"{reserve.policy}:{reserve.seats}" for reserve in plan.reserves)
        digest.update(f"{plan.zone}/{plan.school}={plan.seats} {reserves}\n".encode())
    digest.update(rules_hash(rules).encode("ascii"))
    return digest.hexdigest()
