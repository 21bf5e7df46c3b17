"""The final run: everything computed again over the corrected list with the same numbers.

It is recorded also when nothing was corrected, and then equals the first. Two officers look at it
and at the difference before they publish (``agreeing``).
"""

from dataclasses import dataclass
from datetime import datetime

from enrol.core.actors import Actor
from enrol.core.intake import Phase
from enrol.core.names import clean_text
from enrol.services import authority
from enrol.services.frozen_lists import counted_root, refuse_altered_list
from enrol.services.phases import locked_intake, refuse_unless_in
from enrol.services.ports import JOBS
from enrol.services.refusals import NotFound, Refusal
from enrol.store import (
    clock,
    draws,
    error_reports,
    final_outcomes,
    journal,
    opened_runs,
    outbox,
    publications,
    runs,
)
from enrol.store.db import Transaction, transaction
from enrol.store.final_outcomes import Difference
from enrol.store.intakes import IntakeRecord
from enrol.store.publications import Publication

__all__ = [
    "AlreadyEnded",
    "Difference",
    "DifferencePage",
    "FinalDesk",
    "ReasonMissing",
    "ReportsUndecided",
    "WindowNotOver",
    "all_differences",
    "compute_final",
    "differences_of",
    "end_corrections",
    "final_desk",
]

PAGE = 100
LONGEST_REASON = 300


class WindowNotOver(Refusal):
    """Families may still report errors of fact: the final run waits for the end of the window."""


class ReportsUndecided(Refusal):
    """A report waits for a decision: the final run waits for it."""


class AlreadyEnded(Refusal):
    """The window is over already."""


class ReasonMissing(Refusal):
    """Ending the window before its time needs a reason."""


@dataclass(frozen=True, slots=True)
class FinalDesk:
    """Where an intake stands between its provisional and its final results.

    ``runs`` counts the runs of the final results, ``done`` those that are done; both 0 before the
    final run is begun. ``moved`` is None until it is done.
    """

    intake: IntakeRecord
    at: datetime
    ends_at: datetime
    has_open: bool
    corrections: int
    runs: int
    done: int
    is_done: bool
    moved: int | None

    @property
    def is_over(self) -> bool:
        """Whether the window for reports is over."""
        return self.at >= self.ends_at

    @property
    def is_begun(self) -> bool:
        """Whether the final run has begun."""
        return self.runs > 0

    @property
    def may_end(self) -> bool:
        """Whether the window can be ended before its time."""
        return self.intake.phase is Phase.PROVISIONAL and not self.is_over

    @property
    def may_compute(self) -> bool:
        """Whether the final run can be begun."""
        is_waiting = self.intake.phase is Phase.PROVISIONAL and not self.is_begun
        return is_waiting and self.is_over and not self.has_open


@dataclass(frozen=True, slots=True)
class DifferencePage:
    """Whom the final run leads elsewhere; ``after`` begins the next page, None at the end."""

    intake: IntakeRecord
    lines: tuple[Difference, ...]
    moved: int
    corrections: int
    after: str | None


def final_desk(*, actor: Actor, intake_id: int) -> FinalDesk:
    """Return where the final results stand, for officers who lead the intake.

    Raises NotFound, also before the provisional results.
    """
    with transaction() as tx:
        intake = authority.led_intake(tx, actor=actor, intake_id=intake_id)
        publication = _provisional(tx, intake_id)
        draw = draws.draw_of(tx, intake_id=intake_id)
        if draw is None or publication.correction_ends_at is None:
            raise NotFound
        found = runs.runs_of_draw(tx, draw_id=draw.draw_id, outcome=runs.FINAL)
        is_done = final_outcomes.is_computed(tx, intake_id=intake_id)
        return FinalDesk(
            intake=intake,
            at=clock.database_now(tx),
            ends_at=publication.correction_ends_at,
            has_open=error_reports.has_open(tx, intake_id=intake_id),
            corrections=len(final_outcomes.corrections_of(tx, intake_id=intake_id)),
            runs=len(found),
            done=sum(run.is_done for run in found),
            is_done=is_done,
            moved=final_outcomes.moved_count(tx, draw_id=draw.draw_id) if is_done else None,
        )


def end_corrections(*, actor: Actor, intake_id: int, reason: str) -> None:
    """End the window for reports now, before its time; the journal keeps the reason.

    Under the intake's exclusive lock: reports in flight are kept first. Raises NotFound,
    WrongPhase, AlreadyEnded, ReasonMissing.
    """
    said = clean_text(reason)[:LONGEST_REASON]
    if not said:
        raise ReasonMissing
    with transaction() as tx:
        intake = locked_intake(tx, actor=actor, intake_id=intake_id)
        refuse_unless_in(intake, Phase.PROVISIONAL)
        publication = _provisional(tx, intake_id)
        ends_at = publication.correction_ends_at
        if ends_at is None or clock.database_now(tx) >= ends_at:
            raise AlreadyEnded
        publications.end_corrections(tx, publication_id=publication.publication_id)
        journal.record(
            tx,
            actor=actor,
            action="corrections.ended",
            intake_id=intake_id,
            subject=intake.code,
            detail={"would_have_ended": ends_at.isoformat(), "reason": said},
        )


def compute_final(*, actor: Actor, intake_id: int) -> int:
    """Open one run a zone over the corrected list and stage them; returns how many there are.

    Harmless to repeat: what is not done is staged again. Both the frozen and the corrected list are
    hashed first. Under the intake's exclusive lock, against which reports and decisions hold it
    shared; ``uq_runs_official`` has the last word. Raises NotFound, WrongPhase, WindowNotOver,
    ReportsUndecided, ListAltered.
    """
    with transaction() as tx:
        intake = locked_intake(tx, actor=actor, intake_id=intake_id)
        refuse_unless_in(intake, Phase.PROVISIONAL)
        draw = draws.draw_of(tx, intake_id=intake_id)
        if draw is None:
            raise NotFound
        if not final_outcomes.is_opened(tx, intake_id=intake_id):
            _refuse_too_early(tx, intake)
            refuse_altered_list(tx, intake=intake)
            _open(tx, actor=actor, intake=intake, draw_id=draw.draw_id)
        opened = runs.runs_of_draw(tx, draw_id=draw.draw_id, outcome=runs.FINAL)
        waiting = [run.run_id for run in opened if run.stage == 1 and not run.is_done]
        outbox.stage(tx, job="allocate_zone", queue=JOBS["allocate_zone"], arguments=waiting)
    return len(opened)


def differences_of(*, actor: Actor, intake_id: int, after: str = "") -> DifferencePage:
    """Return a page of whom the final run leads elsewhere, codes only, once it is done.

    For officers who lead the intake. Raises NotFound.
    """
    with transaction() as tx:
        intake, draw_id = _computed(tx, actor=actor, intake_id=intake_id)
        found = final_outcomes.differences(tx, draw_id=draw_id, after=after, most=PAGE + 1)
        lines = tuple(found[:PAGE])
        return DifferencePage(
            intake=intake,
            lines=lines,
            moved=final_outcomes.moved_count(tx, draw_id=draw_id),
            corrections=len(final_outcomes.corrections_of(tx, intake_id=intake_id)),
            after=lines[-1].code if len(found) > PAGE else None,
        )


def all_differences(*, actor: Actor, intake_id: int) -> list[Difference]:
    """Return all of them, for a file; who took it stands in the journal. Raises NotFound."""
    with transaction() as tx:
        intake, draw_id = _computed(tx, actor=actor, intake_id=intake_id)
        found = final_outcomes.differences(tx, draw_id=draw_id, most=intake.list_size or 0)
        journal.record(
            tx,
            actor=actor,
            action="differences.taken",
            intake_id=intake_id,
            subject=intake.code,
            detail={"lines": len(found)},
        )
        return found


def _refuse_too_early(tx: Transaction, intake: IntakeRecord) -> None:
    ends_at = _provisional(tx, intake.intake_id).correction_ends_at
    if ends_at is not None and clock.database_now(tx) < ends_at:
        raise WindowNotOver
    if error_reports.has_open(tx, intake_id=intake.intake_id):
        raise ReportsUndecided


def _open(tx: Transaction, *, actor: Actor, intake: IntakeRecord, draw_id: int) -> None:
    list_hash = counted_root(tx, intake_id=intake.intake_id)
    opened = opened_runs.open_missing(tx, draw_id=draw_id, outcome=runs.FINAL, list_hash=list_hash)
    journal.record(
        tx,
        actor=actor,
        action="final_run.started",
        intake_id=intake.intake_id,
        subject=intake.code,
        detail={
            "runs": opened,
            "corrections": len(final_outcomes.corrections_of(tx, intake_id=intake.intake_id)),
            "list_hash": list_hash,
        },
    )


def _computed(tx: Transaction, *, actor: Actor, intake_id: int) -> tuple[IntakeRecord, int]:
    intake = authority.led_intake(tx, actor=actor, intake_id=intake_id)
    draw = draws.draw_of(tx, intake_id=intake_id)
    if draw is None or not final_outcomes.is_computed(tx, intake_id=intake_id):
        raise NotFound
    return intake, draw.draw_id


def _provisional(tx: Transaction, intake_id: int) -> Publication:
    publication = publications.publication_of(tx, intake_id=intake_id, kind=runs.PROVISIONAL)
    if publication is None:
        raise NotFound
    return publication
