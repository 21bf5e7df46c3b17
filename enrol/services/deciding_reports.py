"""Officers decide reports of errors: the fact stays, or what is found counts for the final run.

Everybody in charge of a file reads its reports; the unit that answers for the child's zone, and
those above it, decide them. A correction replaces the facts of the entry and nothing else; the
frozen entry itself never changes.
"""

import json
from dataclasses import replace

from enrol.core.actors import Actor
from enrol.core.corrections import CorrectionReason
from enrol.core.intake import Phase
from enrol.core.model import Entry, Facts
from enrol.core.names import clean_text
from enrol.core.sealing import entry_bytes
from enrol.services import authority, files_in_charge
from enrol.services.counted_facts import Choices, choices_of, counted_entry, report_of_file
from enrol.services.refusals import NotFound, Refusal
from enrol.services.second_officers import refuse_one_hand
from enrol.store import (
    child_files,
    error_reports,
    final_outcomes,
    frozen_files,
    journal,
    locks,
)
from enrol.store.constraints import AlreadyDecided, FinalRunOpened
from enrol.store.db import Transaction, transaction
from enrol.store.error_reports import CORRECTED, KEPT, NewCorrection, Report
from enrol.store.intakes import IntakeRecord

__all__ = [
    "AlreadyDecided",
    "FactsUnknown",
    "FinalRunOpened",
    "NothingToCorrect",
    "ReplyNeeded",
    "SecondOfficerNeeded",
    "decide_report",
]

LONGEST_REPLY = 1000
FARTHEST = 200_000
"""Metres: nobody goes to primary school from farther away."""


class ReplyNeeded(Refusal):
    """A decision has 1 to ``LONGEST_REPLY`` characters to the family."""


class SecondOfficerNeeded(Refusal):
    """Who reported an error does not correct it: a colleague does."""


class NothingToCorrect(Refusal):
    """The facts stand like this already: then the answer is that they stay."""


class FactsUnknown(Refusal):
    """A zone, school or category that does not belong to this intake, or no lawful distance."""


def decide_report(
    *,
    actor: Actor,
    code: str,
    report_id: int,
    reply: str,
    facts: Facts | None = None,
    reason: CorrectionReason | None = None,
) -> None:
    """Decide a report to the officer's unit: with ``facts`` and ``reason`` they count from now on,
    without, everything stays. The family reads the reply at once.

    Under the intake's shared lock (the final run is opened under the exclusive one) and the
    registration's row, so of two officers the second finds it decided. Raises NotFound,
    ReplyNeeded, AlreadyDecided, FinalRunOpened, NothingToCorrect, FactsUnknown; for a correction
    of what an officer reported also SecondOfficerNeeded, NotIndependent, TooNew.
    """
    officer = authority.officer(actor)
    written = clean_text(reply)
    if not 0 < len(written) <= LONGEST_REPLY:
        raise ReplyNeeded
    with transaction() as tx:
        report, intake = _in_hand(tx, actor=actor, code=code, report_id=report_id)
        changed: dict[str, str | list[str]] = {}
        if facts is not None and reason is not None:
            _refuse_no_second(tx, report, approver=officer.staff_id)
            before = counted_entry(tx, report)
            _correct(tx, intake, report, officer.staff_id, reason, before, facts)
            changed = {"reason": reason.value, **_differing(before.facts, facts)}
        error_reports.decide(
            tx,
            report_id=report_id,
            outcome=CORRECTED if changed else KEPT,
            reply=written,
            staff_id=officer.staff_id,
        )
        journal.record(
            tx,
            actor=actor,
            action="correction.made" if changed else "error.kept",
            intake_id=report.intake_id,
            subject=code,
            detail={"report": report_id, **changed},
        )


def _refuse_no_second(tx: Transaction, report: Report, *, approver: int) -> None:
    """Refuse a correction that no second officer looked at; a family's report has none before."""
    if report.reported_by is None:
        return
    if report.reported_by == approver:
        raise SecondOfficerNeeded
    refuse_one_hand(tx, asker=report.reported_by, asked_at=report.reported_at, approver=approver)


def _correct(
    tx: Transaction,
    intake: IntakeRecord,
    report: Report,
    staff_id: int,
    reason: CorrectionReason,
    before: Entry,
    facts: Facts,
) -> None:
    if facts == before.facts:
        raise NothingToCorrect
    choices = choices_of(tx, intake, before)
    zones = {zone.code: zone.intake_zone_id for zone in choices.zones}
    _refuse_unknown(before, facts, choices)
    frozen = frozen_files.place_of(tx, intake_id=intake.intake_id, code=report.code)
    entry = entry_bytes(replace(before, facts=facts)).decode()
    error_reports.correct(
        tx,
        new=NewCorrection(
            intake_id=intake.intake_id,
            code=report.code,
            intake_zone_id=zones[facts.zone or ""],
            report_id=report.report_id,
            reason=reason.value,
            before=entry_bytes(before).decode(),
            entry=entry,
            corrected_by=staff_id,
        ),
        counts=frozen is None or frozen.entry != entry,
    )


def _refuse_unknown(before: Entry, facts: Facts, choices: Choices) -> None:
    known = facts.zone in {zone.code for zone in choices.zones}
    schools = {*before.wishes, *before.facts.sibling_schools}
    policies = {*choices.policies, *before.facts.policies}
    metres = dict(facts.distances)
    if (
        not known
        or not schools.issuperset(facts.sibling_schools)
        or not policies.issuperset(facts.policies)
        or not {*before.wishes, *dict(before.facts.distances)}.issuperset(metres)
        or not all(0 <= distance <= FARTHEST for distance in metres.values())
    ):
        raise FactsUnknown


def _in_hand(
    tx: Transaction, *, actor: Actor, code: str, report_id: int
) -> tuple[Report, IntakeRecord]:
    """Return an open report that is the officer's to decide, its registration's row locked."""
    found = child_files.file_of(tx, code=code)
    if found is None:
        raise NotFound
    locks.lock_intake_shared(tx, found.intake_id)
    child_files.lock_file(tx, registration_id=found.registration_id)
    seen = files_in_charge.seen_file(tx, actor=actor, code=code)
    report = report_of_file(tx, code=code, report_id=report_id)
    if not authority.reach_of(tx, actor=actor).leads(report.unit_id):
        raise NotFound
    if not report.is_open:
        raise AlreadyDecided
    if seen.intake.phase is not Phase.PROVISIONAL or final_outcomes.is_opened(
        tx, intake_id=report.intake_id
    ):
        raise FinalRunOpened
    return report, seen.intake


def _differing(before: Facts, after: Facts) -> dict[str, list[str]]:
    """Return the facts that changed, as they were and as they are: by code they are public."""
    names = [name for name in Facts.__slots__ if getattr(before, name) != getattr(after, name)]
    return {
        word: [f"{name}={_spelled(getattr(facts, name))}" for name in names]
        for word, facts in (("facts_before", before), ("facts_now", after))
    }


def _spelled(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
