"""Units entered one by one: what stands below an office, and a new one beside it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select

from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.tables.units import units


@dataclass(frozen=True, slots=True)
class StatedWard:
    """A ward or commune with the days between which it exists."""

    code: str
    name: str
    name_en: str
    valid_from: date
    valid_to: date | None
    old_names: Sequence[str]


def wards_below(tx: Transaction, *, unit_ids: Collection[int]) -> list[StatedWard]:
    """Return the wards among these units, past and coming ones too, by name."""
    query = (
        select(
            units.c.code,
            units.c.name,
            units.c.name_en,
            units.c.valid_from,
            units.c.valid_to,
            units.c.old_names,
        )
        .where(units.c.kind == "ward", units.c.id.in_(unit_ids))
        .order_by(units.c.name, units.c.code, units.c.valid_from)
    )
    return [StatedWard(*row) for row in tx.execute(query)]


def city_among(tx: Transaction, *, unit_ids: Collection[int]) -> int | None:
    """Return the city of today among these units; None without one. The oldest of several."""
    query = (
        select(units.c.id)
        .where(units.c.kind == "city", units.c.id.in_(unit_ids), units.c.valid_to.is_(None))
        .order_by(units.c.id)
        .limit(1)
    )
    return tx.execute(query).scalar_one_or_none()


def add_ward(tx: Transaction, *, city_id: int, ward: StatedWard) -> int:
    """Add a ward below a city; returns its number. Raises CodeTaken."""
    with translated():
        number: int = tx.execute(
            insert(units)
            .values(
                code=ward.code,
                kind="ward",
                name=ward.name,
                name_en=ward.name_en,
                parent_id=city_id,
                valid_from=ward.valid_from,
                valid_to=ward.valid_to,
                old_names=list(ward.old_names),
            )
            .returning(units.c.id)
        ).scalar_one()
    return number
