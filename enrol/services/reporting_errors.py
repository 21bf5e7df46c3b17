"""After the provisional results families and officers report errors of fact, until a stated end.

A report says which fact is wrong and why; an officer of the unit that answers for the child's zone
decides it (``deciding_reports``). One report of a child is open at a time.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Final

from enrol.core.actors import Actor, Family
from enrol.core.intake import Phase
from enrol.core.names import clean_text
from enrol.core.working_days import calendar_of
from enrol.services import authority, files_in_charge
from enrol.services.households import signed_in_child
from enrol.services.refusals import NotFound, Refusal
from enrol.store import (
    child_files,
    clock,
    error_reports,
    final_outcomes,
    intakes,
    journal,
    locks,
    objections,
    publications,
    registrations,
    review_queue,
    windows,
)
from enrol.store.constraints import AlreadyReported
from enrol.store.db import Transaction, transaction
from enrol.store.error_reports import NewReport, Report
from enrol.store.windows import Window

__all__ = [
    "FACTS",
    "LONGEST_WORDS",
    "AlreadyReported",
    "Report",
    "ReportDesk",
    "ReportsOver",
    "WordsNeeded",
    "desk_of",
    "report_error",
    "report_error_of_file",
]

VIETNAM = timezone(timedelta(hours=7))
FACTS: Final = ("residence", "sibling", "policy", "zone", "distance", "other")
"""What can be reported as wrong, in the order of the page."""
LONGEST_WORDS = 1000
REPLY_DAYS = 2
"""Working days within which a report is decided."""


class ReportsOver(Refusal):
    """The days for reporting errors of fact are over, or have not begun."""


class WordsNeeded(Refusal):
    """A report has a fact of the list and 1 to ``LONGEST_WORDS`` characters of words."""


@dataclass(frozen=True, slots=True)
class ReportDesk:
    """What a family's page shows: its reports, the newest first, and whether it may report now.

    ``until`` is the first instant that is too late; ``due_on`` the day by which a report sent now
    is decided. ``is_listed`` is false for a registration that was not in the frozen list.
    """

    window: Window
    code: str
    until: datetime
    is_open: bool
    is_listed: bool
    due_on: date
    reports: tuple[Report, ...]

    @property
    def waiting(self) -> Report | None:
        """The report that waits for a decision."""
        return next((report for report in self.reports if report.is_open), None)

    @property
    def may_report(self) -> bool:
        """Whether the family may report an error now."""
        return self.is_open and self.is_listed and self.waiting is None


@dataclass(frozen=True, slots=True)
class _About:
    intake_id: int
    registration_id: int
    code: str


def desk_of(*, actor: Family) -> ReportDesk | None:
    """Return the family's reports in the current intake; None before the provisional results, or
    without a registration. Raises SignedOut.
    """
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        window = windows.window_for(tx, child_id=child.child_id)
        if window is None:
            return None
        live = registrations.live_of(tx, intake_id=window.intake_id, child_id=child.child_id)
        until = window_end(tx, intake_id=window.intake_id)
        if live is None or until is None:
            return None
        entry = final_outcomes.counted_entry(tx, intake_id=window.intake_id, code=live.code)
        found = error_reports.of_registration(tx, registration_id=live.registration_id)
        return ReportDesk(
            window=window,
            code=live.code,
            until=until,
            is_open=window.phase is Phase.PROVISIONAL and window.at < until,
            is_listed=entry is not None,
            due_on=_due_on(tx, reported_at=window.at),
            reports=tuple(found),
        )


def report_error(*, actor: Family, fact: str, words: str) -> Report:
    """Report an error of fact as the family and return it; one that waits already is returned.

    Under the intake's shared lock and the registration's row, the window judged by the database's
    clock under them. Journalled without the words. Raises NotFound, WordsNeeded, ReportsOver,
    AlreadyReported, SignedOut.
    """
    written = _written(fact, words)
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        window = windows.window_for(tx, child_id=child.child_id)
        if window is None:
            raise NotFound
        locks.lock_intake_shared(tx, window.intake_id)
        live = registrations.live_of(
            tx, intake_id=window.intake_id, child_id=child.child_id, for_update=True
        )
        if live is None:
            raise NotFound
        about = _About(window.intake_id, live.registration_id, live.code)
        return _report(tx, actor=actor, about=about, fact=fact, words=written, staff_id=None)


def report_error_of_file(*, actor: Actor, code: str, fact: str, words: str) -> Report:
    """Report an error of fact on a file in the officer's charge, as ``report_error``.

    Schools may, too. Raises NotFound, WordsNeeded, ReportsOver, AlreadyReported.
    """
    officer = authority.officer(actor)
    written = _written(fact, words)
    with transaction() as tx:
        file = files_in_charge.seen_file(tx, actor=actor, code=code).file
        locks.lock_intake_shared(tx, file.intake_id)
        child_files.lock_file(tx, registration_id=file.registration_id)
        about = _About(file.intake_id, file.registration_id, file.code)
        return _report(
            tx, actor=actor, about=about, fact=fact, words=written, staff_id=officer.staff_id
        )


def window_end(tx: Transaction, *, intake_id: int) -> datetime | None:
    """Return the first instant too late to report, None before the provisional results."""
    publication = publications.publication_of(tx, intake_id=intake_id, kind="provisional")
    return None if publication is None else publication.correction_ends_at


def _report(
    tx: Transaction, *, actor: Actor, about: _About, fact: str, words: str, staff_id: int | None
) -> Report:
    intake = intakes.intake_of(tx, intake_id=about.intake_id)
    until = window_end(tx, intake_id=about.intake_id)
    at = clock.database_now(tx)
    if intake is None or until is None or intake.phase is not Phase.PROVISIONAL or at >= until:
        raise ReportsOver
    if final_outcomes.counted_entry(tx, intake_id=about.intake_id, code=about.code) is None:
        raise NotFound
    known = error_reports.open_of(tx, registration_id=about.registration_id)
    if known is not None:
        return known
    unit_id, _code = objections.answering_unit(tx, registration_id=about.registration_id)
    report_id = error_reports.add(
        tx,
        new=NewReport(
            intake_id=about.intake_id,
            unit_id=unit_id,
            registration_id=about.registration_id,
            code=about.code,
            fact=fact,
            words=words,
            reported_by=staff_id,
            due_on=_due_on(tx, reported_at=at),
        ),
    )
    journal.record(
        tx,
        actor=actor,
        action="error.reported",
        intake_id=about.intake_id,
        subject=about.code,
        detail={"report": report_id, "error": fact},
    )
    report = error_reports.report_of(tx, report_id=report_id)
    assert report is not None  # noqa: S101
    return report


def _written(fact: str, words: str) -> str:
    written = clean_text(words)
    if fact not in FACTS or not 0 < len(written) <= LONGEST_WORDS:
        raise WordsNeeded
    return written


def _due_on(tx: Transaction, *, reported_at: datetime) -> date:
    """Return the day by whose end a report is decided."""
    calendar = calendar_of(review_queue.stated_days(tx))
    return calendar.after(reported_at.astimezone(VIETNAM).date(), REPLY_DAYS)
