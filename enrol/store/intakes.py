"""Intakes: their record, the changes of phase, the seats planned in them and the counters shown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, func, literal, or_, select, update

from enrol.core.intake import Phase
from enrol.store.db import Transaction
from enrol.store.tables.intakes import intakes, rule_sets, seat_plans, snapshots
from enrol.store.tables.units import units

CIVIL_TIME = "Asia/Ho_Chi_Minh"


@dataclass(frozen=True, slots=True)
class IntakeRecord:
    """An intake as the office sees it; the sealed seed stays in the database."""

    intake_id: int
    code: str
    kind: str
    name: str
    name_en: str
    school_year: str
    unit_id: int
    unit_name: str
    unit_name_en: str
    phase: Phase
    opens_at: datetime
    closes_at: datetime
    birth_from: date
    birth_to: date
    max_wishes: int
    public_value_name: str
    public_value_name_en: str
    public_value_on: date
    announced_at: datetime | None
    seed_commitment: str | None
    list_hash: str | None
    list_size: int | None
    seat_plans_hash: str | None
    distances_hash: str | None
    frozen_at: datetime | None
    rules_name: str
    rules_version: int
    rules_hash: str
    needs_approvals: bool
    follows_id: int | None = None

    @property
    def is_rehearsal(self) -> bool:
        """Tell whether nothing of this intake is real."""
        return self.kind == "rehearsal"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A counter page's numbers and when they were taken."""

    body: Mapping[str, object]
    taken_at: datetime


_PHASE = 9


def _records() -> Select[*tuple[Any, ...]]:
    return (
        select(
            intakes.c.id,
            intakes.c.code,
            intakes.c.kind,
            intakes.c.name,
            intakes.c.name_en,
            intakes.c.school_year,
            intakes.c.unit_id,
            units.c.name,
            units.c.name_en,
            intakes.c.phase,
            intakes.c.opens_at,
            intakes.c.closes_at,
            intakes.c.birth_from,
            intakes.c.birth_to,
            intakes.c.max_wishes,
            intakes.c.public_value_name,
            intakes.c.public_value_name_en,
            intakes.c.public_value_on,
            intakes.c.announced_at,
            intakes.c.seed_commitment,
            intakes.c.list_hash,
            intakes.c.list_size,
            intakes.c.seat_plans_hash,
            intakes.c.distances_hash,
            intakes.c.frozen_at,
            rule_sets.c.name,
            rule_sets.c.version,
            rule_sets.c.hash,
            intakes.c.needs_approvals,
            intakes.c.follows_id,
        )
        .join(units, units.c.id == intakes.c.unit_id)
        .join(rule_sets, rule_sets.c.id == intakes.c.rule_set_id)
    )


def _record(row: Row[*tuple[Any, ...]]) -> IntakeRecord:
    values: list[Any] = list(row)
    values[_PHASE] = Phase(values[_PHASE])
    return IntakeRecord(*values)


def intake_of(tx: Transaction, *, intake_id: int) -> IntakeRecord | None:
    """Return one intake."""
    row = tx.execute(_records().where(intakes.c.id == intake_id)).one_or_none()
    return None if row is None else _record(row)


def announced_by_code(tx: Transaction, *, code: str) -> IntakeRecord | None:
    """Return the official intake with this code, once it is announced."""
    query = _records().where(
        intakes.c.code == code, intakes.c.kind == "official", intakes.c.phase != "draft"
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else _record(row)


def intakes_within(
    tx: Transaction, *, unit_ids: Collection[int], school_ids: Collection[int]
) -> list[IntakeRecord]:
    """Return the intakes that one of the units leads or one of the schools offers seats in, newest
    first.
    """
    offered = (
        select(literal(1))
        .where(seat_plans.c.intake_id == intakes.c.id, seat_plans.c.school_id.in_(school_ids))
        .exists()
    )
    query = (
        _records()
        .where(or_(intakes.c.unit_id.in_(unit_ids), offered), intakes.c.retired_at.is_(None))
        .order_by(intakes.c.opens_at.desc(), intakes.c.id.desc())
    )
    return [_record(row) for row in tx.execute(query)]


def offers_at(tx: Transaction, *, intake_id: int, school_ids: Collection[int]) -> bool:
    """Tell whether one of these schools has seats planned in the intake."""
    planned = select(literal(1)).where(
        seat_plans.c.intake_id == intake_id, seat_plans.c.school_id.in_(school_ids)
    )
    return bool(tx.execute(select(planned.exists())).scalar_one())


def announce(tx: Transaction, *, intake_id: int, commitment: str, sealed_seed: bytes) -> None:
    """Announce with the commitment to a seed that stays sealed."""
    _change(
        tx,
        intake_id,
        phase=Phase.ANNOUNCED,
        announced_at=func.clock_timestamp(),
        seed_commitment=commitment,
        sealed_seed=sealed_seed,
    )


def open_window(tx: Transaction, *, intake_id: int, opens_at: datetime) -> None:
    """Open, from the instant given."""
    _change(tx, intake_id, phase=Phase.OPEN, opens_at=opens_at)


def close_window(
    tx: Transaction,
    *,
    intake_id: int,
    closes_at: datetime,
    list_hash: str,
    list_size: int,
    seat_plans_hash: str,
    distances_hash: str,
    frozen_at: datetime,
) -> None:
    """Close for good: the list is frozen under this hash."""
    _change(
        tx,
        intake_id,
        phase=Phase.CLOSED,
        closes_at=closes_at,
        list_hash=list_hash,
        list_size=list_size,
        seat_plans_hash=seat_plans_hash,
        distances_hash=distances_hash,
        frozen_at=frozen_at,
    )


def move_to(tx: Transaction, *, intake_id: int, phase: Phase) -> None:
    """Record the next phase; the caller has checked that it is lawful, under the intake's lock."""
    _change(tx, intake_id, phase=phase)


def rename_public_value(
    tx: Transaction, *, intake_id: int, name: str, name_en: str, on: date
) -> None:
    """Name another public value or date for the draw."""
    _change(tx, intake_id, public_value_name=name, public_value_name_en=name_en, public_value_on=on)


def sealed_seed_of(tx: Transaction, *, intake_id: int) -> bytes:
    """Return the encrypted seed of an announced intake."""
    query = select(intakes.c.sealed_seed).where(intakes.c.id == intake_id)
    return bytes(tx.execute(query).scalar_one() or b"")


def civil_date(tx: Transaction, *, at: datetime) -> date:
    """Return the date that an instant has on the calendars of the office's families."""
    day = tx.execute(select(func.date(func.timezone(CIVIL_TIME, at)))).scalar_one()
    assert isinstance(day, date)  # noqa: S101
    return day


def snapshot_of(tx: Transaction, *, name: str) -> Snapshot | None:
    """Return the counters that were last taken under this name."""
    query = select(snapshots.c.body, snapshots.c.taken_at).where(snapshots.c.name == name)
    row = tx.execute(query).one_or_none()
    return None if row is None else Snapshot(body=row[0], taken_at=row[1])


def _change(tx: Transaction, intake_id: int, **values: object) -> None:
    tx.execute(update(intakes).where(intakes.c.id == intake_id).values(**values))


def with_window(tx: Transaction) -> list[int]:
    """Return the ids of the intakes whose list is not frozen yet."""
    query = select(intakes.c.id).where(intakes.c.phase.in_(("announced", "open")))
    return list(tx.execute(query.order_by(intakes.c.id)).scalars())
