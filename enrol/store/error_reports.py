"""Reports of errors of fact and the corrections they lead to: written once, read by due date."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, insert, literal, select, tuple_, update

from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.tables.corrections import corrections, error_reports
from enrol.store.tables.intakes import intake_zones
from enrol.store.tables.units import units, zones

CORRECTED, KEPT = "corrected", "kept"
OUTCOMES = (CORRECTED, KEPT)


@dataclass(frozen=True, slots=True)
class Report:
    """One report; what concerns the decision is None while it is open.

    ``reported_by`` is an officer's number, None when the family reported it. ``reason`` and the two
    entries (canonical JSON) are those of the correction, None when nothing was corrected.
    """

    report_id: int
    intake_id: int
    unit_id: int
    unit_name: str
    unit_name_en: str
    registration_id: int
    code: str
    fact: str
    words: str
    reported_by: int | None
    reported_at: datetime
    due_on: date
    decided_at: datetime | None
    outcome: str | None
    reply: str | None
    decided_by: int | None
    reason: str | None
    before: str | None
    entry: str | None

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.decided_at is None


@dataclass(frozen=True, slots=True)
class NewReport:
    """What is kept of a report."""

    intake_id: int
    unit_id: int
    registration_id: int
    code: str
    fact: str
    words: str
    reported_by: int | None
    due_on: date


@dataclass(frozen=True, slots=True)
class NewCorrection:
    """What is kept of a correction; both entries are canonical JSON."""

    intake_id: int
    code: str
    intake_zone_id: int
    report_id: int
    reason: str
    before: str
    entry: str
    corrected_by: int


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """A zone of the intake that a correction may lead a child to."""

    intake_zone_id: int
    code: str
    name: str
    name_en: str


def add(tx: Transaction, *, new: NewReport) -> int:
    """Keep a report and return its id. Raises AlreadyReported while another one is open."""
    values = {name: getattr(new, name) for name in NewReport.__slots__}
    with translated():
        statement = insert(error_reports).values(values).returning(error_reports.c.id)
        return int(tx.execute(statement).scalar_one())


def open_of(tx: Transaction, *, registration_id: int) -> Report | None:
    """Return the report of a registration that waits for a decision."""
    query = _reports().where(
        error_reports.c.registration_id == registration_id, error_reports.c.decided_at.is_(None)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else Report(*row)


def of_registration(tx: Transaction, *, registration_id: int) -> list[Report]:
    """Return the reports of a registration, the newest first."""
    query = _reports().where(error_reports.c.registration_id == registration_id)
    return [Report(*row) for row in tx.execute(query.order_by(error_reports.c.id.desc()))]


def report_of(tx: Transaction, *, report_id: int) -> Report | None:
    """Return one report."""
    row = tx.execute(_reports().where(error_reports.c.id == report_id)).one_or_none()
    return None if row is None else Report(*row)


def listed(
    tx: Transaction,
    *,
    intake_id: int,
    unit_ids: Collection[int],
    is_open: bool,
    after: tuple[date, int] | None,
    limit: int,
) -> list[Report]:
    """Return reports to these units, open or decided ones, those due first first, after a place of
    that order (due date, id).
    """
    query = _reports().where(
        error_reports.c.intake_id == intake_id,
        error_reports.c.unit_id.in_(unit_ids),
        error_reports.c.decided_at.is_(None) == literal(is_open),
    )
    if after is not None:
        query = query.where(tuple_(error_reports.c.due_on, error_reports.c.id) > after)
    query = query.order_by(error_reports.c.due_on, error_reports.c.id).limit(limit)
    return [Report(*row) for row in tx.execute(query)]


def has_open(tx: Transaction, *, intake_id: int) -> bool:
    """Tell whether a report of the intake waits for a decision."""
    query = select(error_reports.c.id).where(
        error_reports.c.intake_id == intake_id, error_reports.c.decided_at.is_(None)
    )
    return tx.execute(query.limit(1)).first() is not None


def decide(tx: Transaction, *, report_id: int, outcome: str, reply: str, staff_id: int) -> None:
    """Note the decision. The caller holds the registration's row and has read that it is open."""
    tx.execute(
        update(error_reports)
        .where(error_reports.c.id == report_id)
        .values(
            outcome=outcome,
            reply=reply,
            decided_by=staff_id,
            decided_at=func.clock_timestamp(),
        )
    )


def correct(tx: Transaction, *, new: NewCorrection, counts: bool) -> None:
    """Keep a correction; an earlier one of the same registration no longer counts.

    ``counts`` is false for one that leads back to the frozen entry: then nothing is corrected any
    more. Raises FinalRunOpened, and AlreadyDecided when a colleague was faster.
    """
    values = {name: getattr(new, name) for name in NewCorrection.__slots__}
    with translated():
        tx.execute(
            update(corrections)
            .where(
                corrections.c.intake_id == new.intake_id,
                corrections.c.code == new.code,
                corrections.c.replaced_at.is_(None),
            )
            .values(replaced_at=func.clock_timestamp())
        )
        replaced = None if counts else func.clock_timestamp()
        tx.execute(insert(corrections).values({**values, "replaced_at": replaced}))


def zones_of(tx: Transaction, *, intake_id: int) -> list[ZoneChoice]:
    """Return the zones of an intake, by code."""
    query = (
        select(intake_zones.c.id, zones.c.code, zones.c.name, zones.c.name_en)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .where(intake_zones.c.intake_id == intake_id)
        .order_by(zones.c.code)
    )
    return [ZoneChoice(*row) for row in tx.execute(query)]


def _reports() -> Select[*tuple[Any, ...]]:
    return (
        select(
            error_reports.c.id,
            error_reports.c.intake_id,
            error_reports.c.unit_id,
            units.c.name,
            units.c.name_en,
            error_reports.c.registration_id,
            error_reports.c.code,
            error_reports.c.fact,
            error_reports.c.words,
            error_reports.c.reported_by,
            error_reports.c.reported_at,
            error_reports.c.due_on,
            error_reports.c.decided_at,
            error_reports.c.outcome,
            error_reports.c.reply,
            error_reports.c.decided_by,
            corrections.c.reason,
            corrections.c.before,
            corrections.c.entry,
        )
        .join(units, units.c.id == error_reports.c.unit_id)
        .outerjoin(corrections, and_(corrections.c.report_id == error_reports.c.id))
    )
