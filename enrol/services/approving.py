"""Two officers for seats and lists: one states or reviews, another approves; the city may go on
without an approval, with a reason.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from enrol.core.actors import Actor
from enrol.core.intake import Phase
from enrol.core.names import clean_text
from enrol.core.sealing import canonical_json
from enrol.services import authority
from enrol.services.approvals import ApprovedStep, Lacking, lacking
from enrol.services.authority import Grasp
from enrol.services.phases import locked_intake, refuse_unless_in
from enrol.services.refusals import NotFound, Refusal
from enrol.services.second_officers import independent_of
from enrol.store import approvals, journal, locks
from enrol.store.approvals import Override, WaitingPlan, ZoneList
from enrol.store.constraints import SameOfficerTwice
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord

__all__ = [
    "ListReview",
    "NothingMissing",
    "Readiness",
    "ReasonMissing",
    "WaitingChanged",
    "approve_list",
    "approve_seats",
    "go_on_without",
    "list_review",
    "readiness_of",
]

LONGEST_REASON = 300
_STEP_OF = {
    Phase.DRAFT: ApprovedStep.ANNOUNCE,
    Phase.ANNOUNCED: ApprovedStep.CLOSE,
    Phase.OPEN: ApprovedStep.CLOSE,
    Phase.CLOSED: ApprovedStep.DRAW,
}


class WaitingChanged(Refusal):
    """Seats were stated or approved since the page was shown: look at them again first."""


class NothingMissing(Refusal):
    """No approval is lacking, or the city has already decided to go on."""


class ReasonMissing(Refusal):
    """Going on without approvals needs a reason."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What an intake still waits for, of the officer's units.

    ``step`` is what cannot be done before, None when nothing waits for approvals any more. ``own``
    are the plans this officer may approve as a second one; the others are a colleague's.
    ``mark`` is what approving is bound to. ``missing`` counts the whole intake.
    """

    intake: IntakeRecord
    leads: bool
    step: ApprovedStep | None
    plans: tuple[WaitingPlan, ...]
    own: tuple[WaitingPlan, ...]
    lists: tuple[ZoneList, ...]
    missing: int
    overrides: tuple[Override, ...]
    mark: str

    @property
    def may_go_on(self) -> bool:
        """Tell whether the city may decide to go on without what is missing."""
        decided = {one.step for one in self.overrides}
        return self.leads and self.missing > 0 and self.step not in decided


@dataclass(frozen=True, slots=True)
class ListReview:
    """A zone's frozen list before it is approved: its entries and their digest (64 hex digits)."""

    intake: IntakeRecord
    zone: ZoneList
    entries: int
    digest: str

    @property
    def is_open(self) -> bool:
        """Tell whether it may be approved now."""
        is_closed = self.intake.phase is Phase.CLOSED
        return self.intake.needs_approvals and is_closed and self.zone.digest is None


def readiness_of(*, actor: Actor, intake_id: int) -> Readiness:
    """Return what waits for approval, for officers of units. Raises NotFound."""
    officer = authority.officer(actor)
    with transaction() as tx:
        grasp = _in_office(tx, actor=actor, intake_id=intake_id)
        step = _STEP_OF.get(grasp.intake.phase) if grasp.intake.needs_approvals else None
        units = grasp.reach.unit_ids
        plans = _plans(tx, grasp) if step not in (None, ApprovedStep.DRAW) else []
        own = independent_of(tx, asked=plans, approver=officer.staff_id)
        is_drawing = step is ApprovedStep.DRAW
        lists = approvals.zone_lists(tx, intake_id=intake_id, unit_ids=units) if is_drawing else []
        missing = Lacking((), ()) if step is None else lacking(tx, intake=grasp.intake, step=step)
        return Readiness(
            intake=grasp.intake,
            leads=grasp.leads,
            step=step,
            plans=tuple(plans),
            own=tuple(own),
            lists=tuple(lists),
            missing=missing.count,
            overrides=tuple(approvals.overrides(tx, intake_id=intake_id)),
            mark=_mark(own),
        )


def approve_seats(*, actor: Actor, intake_id: int, mark: str) -> int:
    """Approve every plan of the officer's units that a colleague stated; returns how many.

    ``mark`` is that of the page that was shown: when anything was stated or approved since,
    nothing is. Under the intake's lock and the plans' rows; ``ck_seat_plans_two_officers`` has the
    last word. Raises NotFound, WrongPhase, WaitingChanged.
    """
    officer = authority.officer(actor)
    with transaction() as tx:
        locks.lock_intake_shared(tx, intake_id)
        grasp = _in_office(tx, actor=actor, intake_id=intake_id)
        refuse_unless_in(grasp.intake, Phase.DRAFT, Phase.ANNOUNCED, Phase.OPEN)
        held = [plan.school_id for plan in _plans(tx, grasp)]
        approvals.hold_plans(tx, intake_id=intake_id, school_ids=held)
        own = independent_of(tx, asked=_plans(tx, grasp), approver=officer.staff_id)
        if not own or _mark(own) != mark:
            raise WaitingChanged
        try:
            approvals.approve_plans(
                tx,
                intake_id=intake_id,
                school_ids=[plan.school_id for plan in own],
                approved_by=officer.staff_id,
            )
        except SameOfficerTwice as error:
            raise WaitingChanged from error
        for plan in own:
            _record(
                tx,
                actor,
                intake_id,
                "seats.approved",
                subject=plan.school,
                seats=plan.seats,
                classes=plan.classes,
            )
        return len(own)


def list_review(*, actor: Actor, intake_id: int, zone: str) -> ListReview:
    """Return a zone's frozen list as it is to be approved, for the zone's office. Raises NotFound.

    Nothing of a child is shown: how many entries there are, and one digest over all of them.
    """
    with transaction() as tx:
        return _review(tx, actor=actor, intake_id=intake_id, zone=zone)


def approve_list(*, actor: Actor, intake_id: int, zone: str, digest: str) -> None:
    """Approve a zone's frozen list as it was shown; once more does nothing.

    Raises NotFound, WrongPhase, and WaitingChanged when the list is not the one that was shown.
    """
    officer = authority.officer(actor)
    with transaction() as tx:
        locks.lock_intake_shared(tx, intake_id)
        review = _review(tx, actor=actor, intake_id=intake_id, zone=zone)
        refuse_unless_in(review.intake, Phase.CLOSED)
        if not review.intake.needs_approvals:
            raise NotFound
        if review.digest != digest:
            raise WaitingChanged
        is_new = approvals.approve_list(
            tx,
            intake_zone_id=review.zone.intake_zone_id,
            digest=digest,
            entries=review.entries,
            approved_by=officer.staff_id,
        )
        if is_new:
            _record(
                tx,
                actor,
                intake_id,
                "list.approved",
                subject=zone,
                codes=review.entries,
                list_hash=digest,
            )


def go_on_without(*, actor: Actor, intake_id: int, reason: str) -> int:
    """Let the intake's next step be taken although approvals are lacking; returns how many.

    For the office that leads the intake, under its exclusive lock. The journal keeps the reason.
    Raises NotFound, ReasonMissing, NothingMissing.
    """
    officer = authority.officer(actor)
    why = clean_text(reason)[:LONGEST_REASON]
    if not why:
        raise ReasonMissing
    with transaction() as tx:
        intake = locked_intake(tx, actor=actor, intake_id=intake_id)
        step = _STEP_OF.get(intake.phase)
        decided = {one.step for one in approvals.overrides(tx, intake_id=intake_id)}
        if step is None or step in decided:
            raise NothingMissing
        missing = lacking(tx, intake=intake, step=step).count
        if not missing:
            raise NothingMissing
        approvals.add_override(
            tx,
            intake_id=intake_id,
            step=step.value,
            reason=why,
            missing=missing,
            decided_by=officer.staff_id,
        )
        _record(
            tx,
            actor,
            intake_id,
            "approvals.overridden",
            subject=intake.code,
            step=step.value,
            missing=missing,
            reason=why,
        )
        return missing


def _in_office(tx: Transaction, *, actor: Actor, intake_id: int) -> Grasp:
    grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
    if not grasp.reach.unit_ids:
        raise NotFound
    return grasp


def _plans(tx: Transaction, grasp: Grasp) -> list[WaitingPlan]:
    return approvals.waiting_plans(
        tx, intake_id=grasp.intake.intake_id, unit_ids=grasp.reach.unit_ids
    )


def _review(tx: Transaction, *, actor: Actor, intake_id: int, zone: str) -> ListReview:
    grasp = _in_office(tx, actor=actor, intake_id=intake_id)
    found = approvals.zone_list(tx, intake_id=intake_id, zone=zone)
    if found is None or not grasp.reach.leads(found.unit_id) or grasp.intake.list_hash is None:
        raise NotFound
    entries = approvals.frozen_entries_of(tx, intake_zone_id=found.intake_zone_id)
    return ListReview(
        intake=grasp.intake, zone=found, entries=len(entries), digest=_digest(entries)
    )


def _mark(plans: Sequence[WaitingPlan]) -> str:
    return _digest([[plan.school, plan.seats, plan.classes, plan.stated_by] for plan in plans])


def _digest(lines: Sequence[Sequence[str | int | None]]) -> str:
    return hashlib.sha256(canonical_json([list(line) for line in lines])).hexdigest()


def _record(
    tx: Transaction,
    actor: Actor,
    intake_id: int,
    action: str,
    *,
    subject: str,
    **detail: str | int | None,
) -> None:
    journal.record(
        tx, actor=actor, action=action, intake_id=intake_id, subject=subject, detail=detail
    )
