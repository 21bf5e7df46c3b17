"""Odds before closing: rehearsal draws zone by zone on the registrations so far.

Nothing here is official. The seed comes from the intake's code and the time, never from the sealed
one; the numbers are made up and thrown away; only counts are kept, with their time.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from enrol.core.actors import Actor, Family
from enrol.core.digests import input_digest
from enrol.core.odds import ZoneOdds, odds
from enrol.services import authority
from enrol.services.households import signed_in_child
from enrol.services.ports import JOBS
from enrol.services.refusals import NotFound
from enrol.services.zone_lists import ZoneList, zone_list
from enrol.store import estimates, outbox
from enrol.store.db import transaction
from enrol.store.estimates import ChildEstimate, FamilyEstimate, ZoneEstimate, ZoneLine
from enrol.store.intakes import IntakeRecord
from enrol.store.zone_lists import ZoneOfIntake

__all__ = [
    "DRAWS",
    "FamilyEstimate",
    "Shortages",
    "ZoneLine",
    "estimate_of",
    "estimate_zone",
    "shortages_of",
    "stage_due_zones",
]

DRAWS = 200
REFRESH_EVERY = timedelta(minutes=10)
AT_ONCE = 10
"""Zones a pass of the relay: a whole city is looked at in a few minutes, not in one burst."""


@dataclass(frozen=True, slots=True)
class Shortages:
    """The zones of an officer's units, those that will run short first."""

    intake: IntakeRecord
    lines: tuple[ZoneLine, ...]


def stage_due_zones() -> int:
    """Stage the zones whose odds are due, each once; returns how many were due. For the relay."""
    with transaction() as tx:
        due = estimates.due_zones(tx, older_than=REFRESH_EVERY, limit=AT_ONCE)
        outbox.stage(tx, job="estimate_zone", queue=JOBS["estimate_zone"], arguments=due)
    return len(due)


def estimate_zone(*, intake_zone_id: int) -> bool:
    """Draw ``DRAWS`` times for one zone and keep the counts; True when they are new.

    Read, computed without a transaction, written: run twice or at once it leaves one set of
    counts, the later read. A zone that has not changed is not drawn again, nor one whose window
    has not begun or whose list is frozen. Raises NotFound.
    """
    with transaction() as tx:
        found = zone_list(tx, intake_zone_id=intake_zone_id)
        zone = found.zone
        if zone.phase.value not in estimates.WINDOW_PHASES or zone.at < zone.opens_at:
            return False
        digest = input_digest(entries=found.entries, seat_plans=found.plans, rules=found.rules)
        if estimates.digest_of(tx, intake_zone_id=intake_zone_id) == digest:
            estimates.still_true(tx, intake_zone_id=intake_zone_id, at=zone.at)
            return False
    seed = rehearsal_seed(zone=zone)
    counted = odds(
        entries=found.entries, seat_plans=found.plans, rules=found.rules, seed=seed, draws=DRAWS
    )
    with transaction() as tx:
        return estimates.replace(
            tx,
            zone=_zone_row(zone, counted, digest=digest, seed=seed),
            children=_child_rows(found, counted),
        )


def rehearsal_seed(*, zone: ZoneOfIntake) -> bytes:
    """Return the seed of a zone's rehearsal draws: anybody could make it, so it hides nothing."""
    bucket = int(zone.at.timestamp() // REFRESH_EVERY.total_seconds())
    return hashlib.sha256(f"rehearsal/{zone.intake_code}/{zone.zone}/{bucket}".encode()).digest()


def estimate_of(*, actor: Family, intake_id: int) -> FamilyEstimate | None:
    """Return how the family's list would fare; None while it has not been drawn for.

    Raises SignedOut.
    """
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        return estimates.estimate_of(tx, intake_id=intake_id, child_id=child.child_id)


def shortages_of(*, actor: Actor, intake_id: int) -> Shortages:
    """Return the zones of the officer's units, most children left over first. Raises NotFound."""
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        if not grasp.reach.unit_ids:
            raise NotFound
        lines = estimates.zone_lines(tx, intake_id=intake_id, unit_ids=grasp.reach.unit_ids)
    return Shortages(intake=grasp.intake, lines=tuple(sorted(lines, key=_most_short_first)))


def _most_short_first(line: ZoneLine) -> tuple[float, int, str]:
    left = (line.left_total or 0) / (line.draws or 1)
    return -left, line.seats - (line.in_zone or 0), line.zone


def _zone_row(zone: ZoneOfIntake, counted: ZoneOdds, *, digest: str, seed: bytes) -> ZoneEstimate:
    return ZoneEstimate(
        intake_zone_id=zone.intake_zone_id,
        input_digest=digest,
        seed=seed.hex(),
        draws=counted.draws,
        registrations=len(counted.children),
        in_zone=counted.in_zone,
        seats=counted.seats,
        left_total=counted.left_total,
        left_least=counted.left_least,
        left_most=counted.left_most,
        taken_at=zone.at,
    )


def _child_rows(found: ZoneList, counted: ZoneOdds) -> list[ChildEstimate]:
    return [
        ChildEstimate(registration_id, version, child.in_zone, child.granted, child.left)
        for (registration_id, version), child in zip(found.versions, counted.children, strict=True)
    ]
