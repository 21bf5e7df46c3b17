"""What if: other seats or other rules, tried on the list as a rehearsal; nothing official changes.

An officer asks and reads here; a worker computes in between (``services/comparing``).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from enrol.core.actors import Actor
from enrol.core.priority import PRESETS
from enrol.services import authority
from enrol.services.authority import Grasp
from enrol.services.ports import JOBS
from enrol.services.refusals import NotFound, Refusal
from enrol.store import journal, outbox, run_inputs, seats_offered, what_ifs, zone_lists
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.seats_offered import SeatLine
from enrol.store.what_ifs import ChangeLine, WhatIf

__all__ = [
    "MOST_SEATS",
    "ChangeLine",
    "NothingImagined",
    "SeatLine",
    "SeatsNeedAZone",
    "SeatsOutOfRange",
    "WhatIf",
    "WhatIfPage",
    "Workbench",
    "ZoneName",
    "ask_what_if",
    "what_if_page",
    "workbench_of",
]

MOST_SEATS = 5_000
NEWEST = 30
CHANGES_A_PAGE = 100


class NothingImagined(Refusal):
    """Nothing differs from what stands."""


class SeatsNeedAZone(Refusal):
    """Seats are changed in one zone at a time."""


class SeatsOutOfRange(Refusal):
    """Seats are 0 to ``MOST_SEATS``."""


@dataclass(frozen=True, slots=True)
class ZoneName:
    """A zone that the officer may try something in."""

    intake_zone_id: int
    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Workbench:
    """What an officer may try: zones within reach, all at once for who leads, and what was tried.

    ``schools`` are those of the zone that was asked for.
    """

    intake: IntakeRecord
    leads: bool
    zones: tuple[ZoneName, ...]
    zone: ZoneName | None
    schools: tuple[SeatLine, ...]
    tried: tuple[WhatIf, ...]


@dataclass(frozen=True, slots=True)
class WhatIfPage:
    """A what-if with one page of its changes by code; ``more`` is where the next page begins."""

    intake: IntakeRecord
    what_if: WhatIf
    gained: int
    lost: int
    better: int
    worse: int
    lines: tuple[ChangeLine, ...]
    more: str | None


def workbench_of(*, actor: Actor, intake_id: int, zone: str | None = None) -> Workbench:
    """Return what the officer may try in an intake, and in one zone. Raises NotFound."""
    with transaction() as tx:
        grasp = _grasp(tx, actor=actor, intake_id=intake_id)
        within = _zones_within(tx, grasp)
        chosen = _chosen(within, zone) if zone else None
        schools = _seats_of(tx, intake_id=intake_id, chosen=chosen) if chosen else []
        tried = what_ifs.newest(
            tx,
            intake_id=intake_id,
            unit_ids=grasp.reach.unit_ids,
            leads=grasp.leads,
            limit=NEWEST,
        )
        return Workbench(
            intake=grasp.intake,
            leads=grasp.leads,
            zones=tuple(within),
            zone=chosen,
            schools=tuple(schools),
            tried=tuple(tried),
        )


def ask_what_if(
    *,
    actor: Actor,
    intake_id: int,
    zone: str | None,
    seats: Mapping[str, int],
    rules: str | None,
) -> int:
    """Stage a rehearsal of one zone, or of all for who leads the intake; returns its id.

    ``seats`` gives school codes other seats (those that stand are left aside), ``rules`` names a
    preset. Raises NotFound, SeatsNeedAZone, SeatsOutOfRange, NothingImagined.
    """
    with transaction() as tx:
        grasp = _grasp(tx, actor=actor, intake_id=intake_id)
        within = _zones_within(tx, grasp)
        chosen = _chosen(within, zone) if zone else None
        if chosen is None and not grasp.leads:
            raise NotFound
        if rules is not None and rules not in PRESETS:
            raise NotFound
        other = _other_seats(tx, chosen=chosen, seats=seats)
        other_rules = None if rules == grasp.intake.rules_name else rules
        if not other and other_rules is None:
            raise NothingImagined
        what_if_id = what_ifs.ask(
            tx,
            intake_id=intake_id,
            intake_zone_id=chosen.intake_zone_id if chosen else None,
            asked_by=authority.officer(actor).staff_id,
            seats=other,
            rules=other_rules,
            zones=1 if chosen else len(within),
        )
        outbox.stage(
            tx, job="compute_what_if", queue=JOBS["compute_what_if"], arguments=[what_if_id]
        )
        journal.record(
            tx,
            actor=actor,
            action="what_if.asked",
            intake_id=intake_id,
            subject=chosen.code if chosen else None,
            detail={"what_if": what_if_id, "rules": other_rules, "schools": sorted(other)},
        )
        return what_if_id


def what_if_page(*, actor: Actor, intake_id: int, what_if_id: int, after: str = "") -> WhatIfPage:
    """Return a what-if with its changes after a code. Raises NotFound outside the reach."""
    with transaction() as tx:
        grasp = _grasp(tx, actor=actor, intake_id=intake_id)
        asked = what_ifs.what_if_of(tx, what_if_id=what_if_id)
        if asked is None or asked.intake_id != intake_id or not _sees(grasp, asked):
            raise NotFound
        lines = what_ifs.changes_after(
            tx, what_if_id=what_if_id, after=after, limit=CHANGES_A_PAGE + 1
        )
        shown = lines[:CHANGES_A_PAGE]
        gained, lost, better, worse = what_ifs.change_counts(tx, what_if_id=what_if_id)
        return WhatIfPage(
            intake=grasp.intake,
            what_if=asked,
            gained=gained,
            lost=lost,
            better=better,
            worse=worse,
            lines=tuple(shown),
            more=shown[-1].code if len(lines) > CHANGES_A_PAGE else None,
        )


def _grasp(tx: Transaction, *, actor: Actor, intake_id: int) -> Grasp:
    grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
    if not grasp.reach.unit_ids:
        raise NotFound
    return grasp


def _zones_within(tx: Transaction, grasp: Grasp) -> list[ZoneName]:
    found = zone_lists.zones_of_intake(tx, intake_id=grasp.intake.intake_id)
    return [
        ZoneName(zone_id, code, name, name_en)
        for zone_id, code, name, name_en, unit_id in found
        if grasp.leads or grasp.reach.leads(unit_id)
    ]


def _chosen(within: list[ZoneName], code: str) -> ZoneName:
    for zone in within:
        if zone.code == code:
            return zone
    raise NotFound


def _sees(grasp: Grasp, asked: WhatIf) -> bool:
    return grasp.leads or (asked.unit_id is not None and grasp.reach.leads(asked.unit_id))


def _seats_of(tx: Transaction, *, intake_id: int, chosen: ZoneName) -> list[SeatLine]:
    schools = run_inputs.zone_schools(tx, intake_zone_id=chosen.intake_zone_id)
    school_ids = [school.school_id for school in schools]
    return seats_offered.seat_lines(tx, intake_id=intake_id, school_ids=school_ids)


def _other_seats(
    tx: Transaction, *, chosen: ZoneName | None, seats: Mapping[str, int]
) -> dict[str, int]:
    if not seats:
        return {}
    if chosen is None:
        raise SeatsNeedAZone
    schools = run_inputs.zone_schools(tx, intake_zone_id=chosen.intake_zone_id)
    planned = {school.code: school.seats for school in schools}
    if not set(seats) <= set(planned):
        raise NotFound
    if not all(0 <= count <= MOST_SEATS for count in seats.values()):
        raise SeatsOutOfRange
    return {school: count for school, count in seats.items() if count != planned[school]}
