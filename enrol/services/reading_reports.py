"""Officers read reports of errors: the list by due date, one report, those of one file.

Everybody in charge of a file reads its reports; every reading is journalled.
"""

from dataclasses import dataclass
from datetime import date, timedelta, timezone

from enrol.core.actors import Actor
from enrol.core.intake import Phase
from enrol.core.model import Facts
from enrol.services import authority, files_in_charge
from enrol.services.counted_facts import Choices, choices_of, counted_entry, report_of_file
from enrol.services.refusals import NotFound
from enrol.store import clock, error_reports, final_outcomes, journal, staff
from enrol.store.db import Transaction, transaction
from enrol.store.error_reports import Report
from enrol.store.intakes import IntakeRecord

__all__ = ["Choices", "Inbox", "Report", "ReportPage", "inbox", "report_page", "reports_of_file"]

VIETNAM = timezone(timedelta(hours=7))
PAGE = 50


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of the reports to the officer's units, those due first first.

    ``after`` is where the next page begins, None at the end; ``today`` is the day in Hanoi.
    """

    intake: IntakeRecord
    lines: tuple[Report, ...]
    after: tuple[date, int] | None
    today: date


@dataclass(frozen=True, slots=True)
class ReportPage:
    """One report with the facts that count now, and what this officer may do.

    ``officers`` are the names of who reported and who decided, None for a family and while open.
    """

    intake: IntakeRecord
    report: Report
    facts: Facts
    choices: Choices
    may_decide: bool
    is_too_late: bool
    reporter: str | None
    decider: str | None
    today: date


def inbox(
    *, actor: Actor, intake_id: int, is_open: bool = True, after: tuple[date, int] | None = None
) -> Inbox:
    """Return a page of reports to the officer's units; the reading is journalled.

    Raises NotFound for officers without a unit.
    """
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        if not grasp.reach.unit_ids:
            raise NotFound
        found = error_reports.listed(
            tx,
            intake_id=intake_id,
            unit_ids=grasp.reach.unit_ids,
            is_open=is_open,
            after=after,
            limit=PAGE + 1,
        )
        lines = tuple(found[:PAGE])
        if lines:
            journal.record(
                tx,
                actor=actor,
                action="errors.read",
                intake_id=intake_id,
                detail={"codes": sorted({line.code for line in lines})},
            )
        is_more = len(found) > PAGE
        return Inbox(
            intake=grasp.intake,
            lines=lines,
            after=(lines[-1].due_on, lines[-1].report_id) if is_more else None,
            today=_today(tx),
        )


def reports_of_file(*, actor: Actor, code: str) -> tuple[Report, ...]:
    """Return the reports of a file in the officer's charge, the newest first. Raises NotFound.

    Part of the file's page, whose reading is journalled.
    """
    with transaction() as tx:
        file = files_in_charge.seen_file(tx, actor=actor, code=code).file
        return tuple(error_reports.of_registration(tx, registration_id=file.registration_id))


def report_page(*, actor: Actor, code: str, report_id: int) -> ReportPage:
    """Return a report of a file in the officer's charge; the reading is journalled.

    Raises NotFound.
    """
    with transaction() as tx:
        seen = files_in_charge.seen_file(tx, actor=actor, code=code)
        report = report_of_file(tx, code=code, report_id=report_id)
        entry = counted_entry(tx, report)
        leads = authority.reach_of(tx, actor=actor).leads(report.unit_id)
        is_too_late = seen.intake.phase is not Phase.PROVISIONAL or final_outcomes.is_opened(
            tx, intake_id=report.intake_id
        )
        labels = [f"staff:{who}" for who in (report.reported_by, report.decided_by) if who]
        names = staff.names_by_label(tx, labels=labels) if labels else {}
        journal.record(
            tx,
            actor=actor,
            action="error.read",
            intake_id=report.intake_id,
            subject=code,
            detail={"report": report_id},
        )
        return ReportPage(
            intake=seen.intake,
            report=report,
            facts=entry.facts,
            choices=choices_of(tx, seen.intake, entry),
            may_decide=leads and report.is_open and not is_too_late,
            is_too_late=is_too_late,
            reporter=names.get(f"staff:{report.reported_by}"),
            decider=names.get(f"staff:{report.decided_by}"),
            today=_today(tx),
        )


def _today(tx: Transaction) -> date:
    return clock.database_now(tx).astimezone(VIETNAM).date()
