"""What a report of an error is about: the entry as it counts, and what its facts may say."""

import json
from dataclasses import dataclass

from enrol.core.model import Entry
from enrol.core.priority import policies_that_count, rules_from_json
from enrol.core.sealing import entry_from_json
from enrol.services.refusals import NotFound
from enrol.store import error_reports, final_outcomes, frozen_files, publications
from enrol.store.db import Transaction
from enrol.store.error_reports import Report, ZoneChoice
from enrol.store.intakes import IntakeRecord
from enrol.store.publications import SchoolCard


@dataclass(frozen=True, slots=True)
class Choices:
    """What corrected facts may say: zones of the intake, categories that count, wished schools."""

    zones: tuple[ZoneChoice, ...]
    policies: tuple[str, ...]
    schools: tuple[SchoolCard, ...]


def report_of_file(tx: Transaction, *, code: str, report_id: int) -> Report:
    """Return a report if it is one of this registration. Raises NotFound."""
    report = error_reports.report_of(tx, report_id=report_id)
    if report is None or report.code != code:
        raise NotFound
    return report


def counted_entry(tx: Transaction, report: Report) -> Entry:
    """Return the entry that counts now. Raises NotFound for a registration not in the list."""
    line = final_outcomes.counted_entry(tx, intake_id=report.intake_id, code=report.code)
    if line is None:
        raise NotFound
    return entry_from_json(json.loads(line))


def choices_of(tx: Transaction, intake: IntakeRecord, entry: Entry) -> Choices:
    """Return what the facts of this entry may be corrected to."""
    rules = rules_from_json(dict(frozen_files.rules_of(tx, intake_id=intake.intake_id)))
    plans = frozen_files.seat_plans_of(tx, intake_id=intake.intake_id)
    reserved = {reserve.policy for plan in plans for reserve in plan.reserves}
    cards = publications.school_cards(tx, intake_id=intake.intake_id)
    return Choices(
        zones=tuple(error_reports.zones_of(tx, intake_id=intake.intake_id)),
        policies=tuple(sorted(policies_that_count(rules=rules, reserved=reserved))),
        schools=tuple(cards[school] for school in entry.wishes if school in cards),
    )
