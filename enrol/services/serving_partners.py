"""What partners' systems read with a token: nothing beyond its unit, and names only with the right
to them. What lies outside does not exist for them: NotFound.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from enrol.core.actors import Partner, Right
from enrol.core.intake import Phase, ShownPhase, shown_phase
from enrol.core.reach import Reach
from enrol.services.ports import BundleFiles, OfferedFile
from enrol.services.refusals import NotFound, Refusal
from enrol.store import clock, intakes, journal, partner_rows, partner_tokens, staff
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.partner_rows import ListedChild, OfferedSchool, SeatTaken

__all__ = ["ListedChild", "OfferedSchool", "SeatTaken"]

MOST = 500
"""Lines of one page at the most."""

_PUBLISHED = (Phase.PROVISIONAL, Phase.FINAL, Phase.SETTLED)


class TokenRefused(Refusal):
    """There is no such token, or it has expired or was revoked: nobody is told which."""


class RightMissing(Refusal):
    """The token is good and not for this."""

    def __init__(self, right: Right) -> None:
        super().__init__()
        self.right = right


@dataclass(frozen=True, slots=True)
class Dated:
    """An intake in the calendar, as the public is told of it."""

    intake: IntakeRecord
    shown: ShownPhase


@dataclass(frozen=True, slots=True)
class Calendar:
    """A page of intakes in code order; ``after`` is where the next page begins, or None."""

    lines: tuple[Dated, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class Schools:
    """A page of schools in code order."""

    lines: tuple[OfferedSchool, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class Placements:
    """A page of a school's roll in code order."""

    lines: tuple[SeatTaken, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class ClassList:
    """A page of a school's class list in code order."""

    lines: tuple[ListedChild, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class Counters:
    """Figures out of the snapshot taken at ``taken_at``: ``registrations`` of the whole intake,
    zones and first wishes of the unit's schools only, by code.
    """

    taken_at: datetime
    registrations: int
    zones: Mapping[str, int]
    first_wishes: Mapping[str, int]


def partner_with(*, token: str) -> Partner:
    """Return who asks; the day of use is noted. Raises TokenRefused."""
    with transaction() as tx:
        found = partner_tokens.partner_of(tx, token_hash=hashlib.sha256(token.encode()).digest())
        if found is None:
            raise TokenRefused
        return found


def calendar(*, actor: Partner, after: str, limit: int) -> Calendar:
    """Return the announced official intakes in which the unit takes part."""
    with transaction() as tx:
        reach = _reach(tx, actor)
        at = clock.database_now(tx)
        # A handful a year: sorted here, cut here.
        found = intakes.intakes_within(tx, unit_ids=reach.unit_ids, school_ids=reach.school_ids)
        dated = [_dated(intake, at=at) for intake in found if _is_told(intake)]
        later = sorted((d for d in dated if d.intake.code > after), key=lambda d: d.intake.code)
        return Calendar(*_page(later, limit, key=lambda line: line.intake.code))


def intake(*, actor: Partner, code: str) -> Dated:
    """Return one intake of the calendar. Raises NotFound."""
    with transaction() as tx:
        found = _intake(tx, _reach(tx, actor), code=code)
        return _dated(found, at=clock.database_now(tx))


def schools(*, actor: Partner, code: str, after: str, limit: int) -> Schools:
    """Return the unit's schools with their seats in an intake. Raises NotFound."""
    with transaction() as tx:
        reach = _reach(tx, actor)
        found = partner_rows.offered_schools(
            tx,
            intake_id=_intake(tx, reach, code=code).intake_id,
            school_ids=reach.school_ids,
            after=after,
            limit=limit + 1,
        )
        return Schools(*_page(found, limit, key=lambda line: line.code))


def counters(*, actor: Partner, code: str) -> Counters:
    """Return the newest figures. Raises NotFound before there are any, RightMissing."""
    _need(actor, Right.COUNTERS)
    with transaction() as tx:
        reach = _reach(tx, actor)
        found = _intake(tx, reach, code=code)
        taken = intakes.snapshot_of(tx, name=f"intake/{found.intake_id}")
        if taken is None:
            raise NotFound
        offered = partner_rows.offered_schools(
            tx,
            intake_id=found.intake_id,
            school_ids=reach.school_ids,
            after="",
            limit=len(reach.school_ids),
        )
    body: Mapping[str, Any] = taken.body
    return Counters(
        taken_at=taken.taken_at,
        registrations=int(body["registrations"]),
        zones={zone: body["zones"].get(zone, 0) for zone in sorted({s.zone for s in offered})},
        first_wishes={s.code: body["first_wishes"].get(s.code, 0) for s in offered},
    )


def placements(*, actor: Partner, code: str, school: str, after: str, limit: int) -> Placements:
    """Return who has a seat at a school, by code, once it is published. Raises NotFound,
    RightMissing.
    """
    _need(actor, Right.PLACEMENTS)
    with transaction() as tx:
        intake_id, held = _published_school(tx, actor, code=code, school=school)
        found = partner_rows.seats_taken(
            tx, intake_id=intake_id, school_id=held.school_id, after=after, limit=limit + 1
        )
        return Placements(*_page(found, limit, key=lambda line: line.code))


def class_list(*, actor: Partner, code: str, school: str, after: str, limit: int) -> ClassList:
    """Return the children of a school by name, once it is published; the reading is journalled.

    Raises NotFound, RightMissing.
    """
    _need(actor, Right.NAMES)
    with transaction() as tx:
        intake_id, held = _published_school(tx, actor, code=code, school=school)
        found = partner_rows.listed_children(
            tx, intake_id=intake_id, school_id=held.school_id, after=after, limit=limit + 1
        )
        listed = ClassList(*_page(found, limit, key=lambda line: line.code))
        if listed.lines:
            journal.record(
                tx,
                actor=actor,
                action="class_list.read",
                intake_id=intake_id,
                subject=held.code,
                detail={"codes": [line.code for line in listed.lines]},
            )
        return listed


def decision_package(*, actor: Partner, code: str, bundles: BundleFiles) -> Sequence[OfferedFile]:
    """Return the published bundle and its verifier. Raises NotFound before there is one,
    RightMissing.
    """
    _need(actor, Right.BUNDLE)
    with transaction() as tx:
        found = _intake(tx, _reach(tx, actor), code=code)
    offered = bundles.offered(intake=found.code)
    if not offered:
        raise NotFound
    return offered


def _need(actor: Partner, right: Right) -> None:
    if right not in actor.rights:
        raise RightMissing(right)


def _reach(tx: Transaction, actor: Partner) -> Reach:
    return staff.reach_of_unit(tx, unit_id=actor.unit_id)


def _intake(tx: Transaction, reach: Reach, *, code: str) -> IntakeRecord:
    intake_id = partner_rows.intake_id_of(tx, code=code)
    found = None if intake_id is None else intakes.intake_of(tx, intake_id=intake_id)
    if found is None or not _is_told(found):
        raise NotFound
    has_part = reach.leads(found.unit_id) or intakes.offers_at(
        tx, intake_id=found.intake_id, school_ids=reach.school_ids
    )
    if not has_part:
        raise NotFound
    return found


def _is_told(intake: IntakeRecord) -> bool:
    """Tell whether partners hear of it: a rehearsal never leaves the house (DESIGN, promise 9)."""
    return not intake.is_rehearsal and intake.phase is not Phase.DRAFT


def _dated(intake: IntakeRecord, *, at: datetime) -> Dated:
    shown = shown_phase(
        phase=intake.phase, opens_at=intake.opens_at, closes_at=intake.closes_at, at=at
    )
    return Dated(intake=intake, shown=shown)


def _published_school(
    tx: Transaction, actor: Partner, *, code: str, school: str
) -> tuple[int, OfferedSchool]:
    reach = _reach(tx, actor)
    found = _intake(tx, reach, code=code)
    held = partner_rows.offered_school(tx, intake_id=found.intake_id, code=school)
    if held is None or not reach.holds_school(held.school_id) or found.phase not in _PUBLISHED:
        raise NotFound
    return found.intake_id, held


def _page(found: Sequence[Any], limit: int, *, key: Any) -> tuple[tuple[Any, ...], str | None]:
    """Cut a page off what was read with one line too many."""
    lines = tuple(found[:limit])
    return lines, key(lines[-1]) if len(found) > limit else None
