"""What the office sees of an intake: where it stands, the next steps, runs, rolls, journal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from enrol.core.actors import Actor
from enrol.core.intake import Phase
from enrol.services import authority
from enrol.services.authority import Grasp
from enrol.services.publishable import FINAL, PROVISIONAL, publishable_kind
from enrol.services.refusals import NotFound
from enrol.services.second_officers import NotIndependent, TooNew, bar_to
from enrol.store import (
    clock,
    draws,
    final_outcomes,
    intakes,
    journal_pages,
    publication_requests,
    rolls,
    seats_offered,
    staff,
)
from enrol.store.db import Transaction, transaction
from enrol.store.draws import Draw
from enrol.store.intakes import IntakeRecord, Snapshot
from enrol.store.journal_pages import JournalLine
from enrol.store.publication_requests import PublicationRequest
from enrol.store.rolls import LeftOver, RollLine, RunLine, SchoolName

__all__ = [
    "Draw",
    "IntakeRecord",
    "JournalLine",
    "JournalPage",
    "LeftOver",
    "LeftOvers",
    "Overview",
    "Roll",
    "RollLine",
    "RunLine",
    "Snapshot",
    "Step",
    "journal_of",
    "leftovers_of",
    "overview_of",
    "roll_of",
]

JOURNAL_PAGE = 50

_WITH_OUTCOME = (Phase.ALLOCATED, Phase.PROVISIONAL, Phase.FINAL, Phase.SETTLED)


class Step(StrEnum):
    """A button of the office, in the order of an intake's life."""

    ANNOUNCE = "announce"
    OPEN = "open"
    CLOSE = "close"
    CLOSE_EARLY = "close_early"
    PROPOSE = "propose"
    NAME_VALUE = "name_value"
    CONFIRM = "confirm"
    TAKE_BACK = "take_back"
    ALLOCATE = "allocate"
    PUBLISH = "publish"
    AGREE = "agree"
    HALT = "halt"


_OF_A_SECOND = (Step.CONFIRM, Step.AGREE)


@dataclass(frozen=True, slots=True)
class Overview:
    """An intake as its page shows it; ``runs`` are those of the officer's own zones, of the final
    run once that has begun.

    ``publishes`` says which results can be published now: provisional, final or None. ``request``
    is the newest one for these.

    ``steps`` are the buttons this officer may press now. ``seats``, ``schools`` and ``zones`` count
    the whole intake. ``counters`` are None until they were taken for the first time. ``bar`` says
    why this officer cannot be the second one for what waits for one, None where nothing does.
    """

    intake: IntakeRecord
    leads: bool
    at: datetime
    seats: int
    schools: int
    zones: int
    draw: Draw | None
    publishes: str | None
    request: PublicationRequest | None
    runs: tuple[RunLine, ...]
    counters: Snapshot | None
    published: Mapping[str, datetime]
    steps: tuple[Step, ...]
    bar: NotIndependent | TooNew | None


@dataclass(frozen=True, slots=True)
class Roll:
    """The children with a seat at one school, by code; ``readable`` are the codes whose files the
    officer may open: a re-routed child's may lie with another ward.
    """

    intake: IntakeRecord
    school: SchoolName
    lines: tuple[RollLine, ...]
    readable: frozenset[str]


@dataclass(frozen=True, slots=True)
class LeftOvers:
    """The registrations without a seat in the officer's zones."""

    intake: IntakeRecord
    lines: tuple[LeftOver, ...]


@dataclass(frozen=True, slots=True)
class JournalPage:
    """One page of the journal, newest first; ``older`` is where the next page begins, or None.

    ``names`` gives the officers' names by the label the journal keeps.
    """

    intake: IntakeRecord
    lines: tuple[JournalLine, ...]
    names: Mapping[str, str]
    older: int | None


def overview_of(*, actor: Actor, intake_id: int) -> Overview:
    """Return the intake's page for this officer. Raises NotFound."""
    officer = authority.officer(actor)
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        seats, schools, zones = seats_offered.seats_planned(tx, intake_id=intake_id)
        draw = draws.draw_of(tx, intake_id=intake_id)
        publishes = publishable_kind(tx, grasp.intake)
        request = publication_requests.latest(
            tx, intake_id=intake_id, kind=publishes or PROVISIONAL
        )
        at = clock.database_now(tx)
        is_final = final_outcomes.is_opened(tx, intake_id=intake_id)
        all_runs = rolls.run_lines(
            tx, intake_id=intake_id, outcome=FINAL if is_final else PROVISIONAL
        )
        bar = _bar(tx, draw, request, staff_id=officer.staff_id) if grasp.leads else None
        steps = _steps(
            grasp.intake, draw=draw, at=at, staff_id=officer.staff_id, is_started=bool(all_runs)
        ) + _publication_steps(publishes, request, at=at, staff_id=officer.staff_id)
        return Overview(
            intake=grasp.intake,
            leads=grasp.leads,
            at=at,
            seats=seats,
            schools=schools,
            zones=zones,
            draw=draw,
            publishes=publishes,
            request=request,
            runs=tuple(run for run in all_runs if _sees_run(grasp, run)),
            counters=intakes.snapshot_of(tx, name=f"intake/{intake_id}"),
            published=rolls.published_kinds(tx, intake_id=intake_id),
            steps=tuple(step for step in steps if bar is None or step not in _OF_A_SECOND)
            if grasp.leads
            else (),
            bar=bar,
        )


def roll_of(*, actor: Actor, intake_id: int, school_id: int) -> Roll:
    """Return who has a seat at a school, by code, once all runs are done.

    For officers of the school's unit and above. Raises NotFound.
    """
    with transaction() as tx:
        grasp = _with_outcome(tx, actor=actor, intake_id=intake_id)
        found = rolls.school_names(tx, school_ids=[school_id])
        if not found or not grasp.reach.leads(found[0].unit_id):
            raise NotFound
        lines = rolls.roll_of(tx, intake_id=intake_id, school_id=school_id)
        readable = frozenset(line.code for line in lines if grasp.reach.leads(line.unit_id))
        return Roll(intake=grasp.intake, school=found[0], lines=tuple(lines), readable=readable)


def leftovers_of(*, actor: Actor, intake_id: int) -> LeftOvers:
    """Return who has no seat in the zones of the officer's units, once all runs are done.

    Raises NotFound.
    """
    with transaction() as tx:
        grasp = _with_outcome(tx, actor=actor, intake_id=intake_id)
        if not grasp.reach.unit_ids:
            raise NotFound
        lines = rolls.leftovers(tx, intake_id=intake_id, unit_ids=grasp.reach.unit_ids)
        return LeftOvers(intake=grasp.intake, lines=tuple(lines))


def journal_of(*, actor: Actor, intake_id: int, before: int | None = None) -> JournalPage:
    """Return a page of the intake's journal, for officers who lead it. Raises NotFound."""
    with transaction() as tx:
        intake = authority.led_intake(tx, actor=actor, intake_id=intake_id)
        found = journal_pages.newest_entries(
            tx, intake_id=intake_id, before=before, limit=JOURNAL_PAGE + 1
        )
        lines = found[:JOURNAL_PAGE]
        return JournalPage(
            intake=intake,
            lines=tuple(lines),
            names=staff.names_by_label(tx, labels=[line.actor for line in lines]),
            older=lines[-1].entry_id if len(found) > JOURNAL_PAGE else None,
        )


def _with_outcome(tx: Transaction, *, actor: Actor, intake_id: int) -> Grasp:
    grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
    if grasp.intake.phase not in _WITH_OUTCOME:
        raise NotFound
    return grasp


def _sees_run(grasp: Grasp, run: RunLine) -> bool:
    return grasp.leads or (run.unit_id is not None and grasp.reach.leads(run.unit_id))


def _bar(
    tx: Transaction, draw: Draw | None, request: PublicationRequest | None, *, staff_id: int
) -> NotIndependent | TooNew | None:
    """Return what speaks against this officer as the second one of what waits, if anything does.

    Of one's own proposal the page says more plainly whose it is.
    """
    if draw is not None and not draw.is_confirmed:
        asker, asked_at = draw.proposed_by, draw.proposed_at
    elif request is not None and request.halted_at is None and not request.is_confirmed:
        asker, asked_at = request.asked_by, request.asked_at
    else:
        return None
    if asker == staff_id:
        return None
    return bar_to(tx, asker=asker, asked_at=asked_at, approver=staff_id)


def _steps(
    intake: IntakeRecord, *, draw: Draw | None, at: datetime, staff_id: int, is_started: bool
) -> tuple[Step, ...]:
    """Return the buttons that lead on from here; the services judge again when one is pressed."""
    is_proposed = draw is not None and not draw.is_confirmed
    is_own = draw is not None and draw.proposed_by == staff_id
    has_window = intake.phase in (Phase.ANNOUNCED, Phase.OPEN)
    lawful = {
        Step.ANNOUNCE: intake.phase is Phase.DRAFT,
        Step.OPEN: intake.phase is Phase.ANNOUNCED and at < intake.closes_at,
        Step.CLOSE: has_window and at >= intake.closes_at,
        Step.CLOSE_EARLY: has_window and intake.opens_at < at < intake.closes_at,
        Step.PROPOSE: intake.phase is Phase.CLOSED and draw is None,
        Step.NAME_VALUE: intake.phase is Phase.CLOSED and draw is None,
        Step.CONFIRM: intake.phase is Phase.CLOSED and is_proposed and not is_own,
        Step.TAKE_BACK: intake.phase is Phase.CLOSED and is_proposed,
        Step.ALLOCATE: intake.phase is Phase.DRAWN and not is_started,
    }
    return tuple(step for step in lawful if lawful[step])


def _publication_steps(
    publishes: str | None, request: PublicationRequest | None, *, at: datetime, staff_id: int
) -> tuple[Step, ...]:
    """Return what can be done about publishing: ask for it, agree as the second officer, halt."""
    if publishes is None:
        return ()
    if request is None or request.halted_at is not None:
        return (Step.PUBLISH,)
    is_ahead = at < request.publish_at
    if request.is_confirmed:
        return (Step.HALT,) if is_ahead else ()
    can_agree = is_ahead and request.asked_by != staff_id
    return (Step.AGREE, Step.HALT) if can_agree else (Step.HALT,)
