"""A due date that cannot be kept: drafted one working day before, confirmed once, never twice."""

from dataclasses import dataclass
from datetime import date, datetime

from enrol.core.actors import Actor
from enrol.core.message_texts import POSTPONED
from enrol.core.names import clean_text
from enrol.core.review import Status
from enrol.services import due_dates, files_in_charge
from enrol.services.due_dates import AWAITED
from enrol.services.files_in_charge import NotLawful, OpenFile
from enrol.services.refusals import NotFound, Refusal
from enrol.store import intakes, journal, messages, postponing, reviews
from enrol.store.db import Transaction, transaction

LONGEST_REASON = 300
PROPOSED = 3
"""Working days after the missed date that a draft proposes."""


class PostponedBefore(Refusal):
    """The due date was postponed once; the law allows no second time (Decree 61/2018, art. 21)."""

    def __init__(self, due_on: date) -> None:
        super().__init__()
        self.due_on = due_on


class NotADate(Refusal):
    """The new date must be a working day after the old one and after today."""


class ReasonMissing(Refusal):
    """The letter names a reason."""


@dataclass(frozen=True, slots=True)
class Apology:
    """What the letter of apology says; ``is_sent`` once an officer has confirmed it."""

    code: str
    intake_name: str
    intake_name_en: str
    school_year: str
    full_name: str
    due_on: date
    new_due_on: date
    reason: str
    is_sent: bool
    made_at: datetime
    is_rehearsal: bool


def postpone(*, actor: Actor, code: str, version: int, new_due_on: date, reason: str) -> None:
    """Postpone the day by which a file is answered, once, with a reason that the family reads.

    Raises NotFound, ListFrozen, FileChanged, NotLawful for a file that does not wait for the
    office, PostponedBefore, NotADate, ReasonMissing.
    """
    said = clean_text(reason)[:LONGEST_REASON]
    if not said:
        raise ReasonMissing
    with transaction() as tx:
        seen = files_in_charge.file_to_change(tx, actor=actor, code=code, version=version)
        if seen.status.value not in AWAITED:
            raise NotLawful(seen.status)
        terms = due_dates.terms_of(tx, intake_id=seen.file.intake_id)
        former = reviews.postponement_of(tx, registration_id=seen.file.registration_id)
        if former is not None and former.new_due_on is not None:
            raise PostponedBefore(former.new_due_on)
        due_on = terms.due_on(submitted_at=seen.file.submitted_at, new_due_on=None)
        if new_due_on <= max(due_on, terms.today) or not terms.calendar.is_working(new_due_on):
            raise NotADate
        if not postponing.confirm(
            tx,
            registration_id=seen.file.registration_id,
            due_on=due_on,
            new_due_on=new_due_on,
            reason=said,
            actor=actor,
        ):
            raise PostponedBefore(new_due_on)
        messages.stage(tx, event=POSTPONED, ids=[seen.file.registration_id])
        if seen.status is Status.SUBMITTED:
            # Whoever postpones has begun with the file; the family's page then says why.
            reviews.rule(
                tx,
                files=[(seen.file.registration_id, version)],
                status=Status.VERIFYING,
                reason=None,
                note=None,
                actor=actor,
            )
        journal.record(
            tx,
            actor=actor,
            action="file.postponed",
            intake_id=seen.file.intake_id,
            subject=code,
            detail={"on": new_due_on.isoformat(), "before_on": due_on.isoformat()},
        )


def draft_apologies() -> int:
    """Draft the letter for every file that is due by the next working day and not answered.

    A chore of the relay; may run any number of times. Returns how many drafts are new.
    """
    with transaction() as tx:
        drafted = 0
        for intake_id in intakes.with_window(tx):
            terms = due_dates.terms_of(tx, intake_id=intake_id)
            horizon = terms.calendar.after(terms.today, 1)
            drafted += postponing.draft(
                tx,
                intake_id=intake_id,
                statuses=AWAITED,
                before=terms.sent_until(horizon),
                due_days=terms.due_by_day(horizon),
            )
        return drafted


def apology_of(*, actor: Actor, code: str) -> Apology:
    """Return the letter of apology of a file, drafted or confirmed; the reading is journalled.

    Raises NotFound, also for a file without one.
    """
    with transaction() as tx:
        seen = files_in_charge.seen_file(tx, actor=actor, code=code)
        found = reviews.postponement_of(tx, registration_id=seen.file.registration_id)
        if found is None:
            raise NotFound
        terms = due_dates.terms_of(tx, intake_id=seen.file.intake_id)
        proposed = terms.calendar.after(max(found.due_on, terms.today), PROPOSED)
        _record(tx, actor=actor, seen=seen)
        return Apology(
            code=code,
            intake_name=seen.intake.name,
            intake_name_en=seen.intake.name_en,
            school_year=seen.intake.school_year,
            full_name=seen.file.full_name,
            due_on=found.due_on,
            new_due_on=found.new_due_on or proposed,
            reason=found.reason or "",
            is_sent=found.new_due_on is not None,
            made_at=found.confirmed_at or found.drafted_at,
            is_rehearsal=seen.intake.is_rehearsal,
        )


def proposed_date(*, actor: Actor, code: str) -> date:
    """Return the new date that the page proposes. Raises NotFound."""
    with transaction() as tx:
        seen = files_in_charge.seen_file(tx, actor=actor, code=code)
        terms = due_dates.terms_of(tx, intake_id=seen.file.intake_id)
        due_on = terms.due_on(submitted_at=seen.file.submitted_at, new_due_on=None)
        return terms.calendar.after(max(due_on, terms.today), PROPOSED)


def _record(tx: Transaction, *, actor: Actor, seen: OpenFile) -> None:
    journal.record(
        tx,
        actor=actor,
        action="apology.read",
        intake_id=seen.file.intake_id,
        subject=seen.file.code,
    )
