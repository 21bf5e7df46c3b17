"""Secrets of families in bulk: who has none yet, and the keyed hashes of those given out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert

from enrol.store.db import Transaction, allow_minutes
from enrol.store.tables.children import children, family_secrets, residences
from enrol.store.tables.intakes import intakes
from enrol.store.tables.units import units

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class BirthDates:
    """An intake and the birth dates, both inclusive, of the children who may register in it."""

    intake_id: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Addressee:
    """A child whose family is to get a secret."""

    child_id: int
    pupil_code: str
    full_name: str


def birth_dates_of(tx: Transaction, *, intake_code: str) -> BirthDates | None:
    """Return the intake with this code, None when there is none."""
    query = select(intakes.c.id, intakes.c.birth_from, intakes.c.birth_to)
    row = tx.execute(query.where(intakes.c.code == intake_code)).one_or_none()
    return None if row is None else BirthDates(*row)


def unit_id_of(tx: Transaction, *, unit_code: str) -> int | None:
    """Return the unit with this code that exists today, None when there is none."""
    query = select(units.c.id).where(units.c.code == unit_code, units.c.valid_to.is_(None))
    found: int | None = tx.execute(query).scalar_one_or_none()
    return found


def addressees_without_secret(
    tx: Transaction, *, born: BirthDates, unit_id: int | None
) -> Iterator[Sequence[Addressee]]:
    """Yield in batches the children of the register who may register and have no secret yet.

    With ``unit_id``, only those with a residence in that unit or below it. The order is that of the
    register. One pass of a server-side cursor: memory stays flat, and secrets may be written
    between two batches.
    """
    allow_minutes(tx)
    query = (
        select(children.c.id, children.c.pupil_code, children.c.full_name)
        .where(
            children.c.in_register,
            ~children.c.is_training,
            children.c.birth_on.between(born.first, born.last),
            ~exists().where(family_secrets.c.child_id == children.c.id),
        )
        .order_by(children.c.id)
    )
    if unit_id is not None:
        below = select(units.c.id).where(units.c.id == unit_id).cte("below", recursive=True)
        below = below.union(select(units.c.id).where(units.c.parent_id == below.c.id))
        lives_there = residences.c.unit_id.in_(select(below.c.id))
        query = query.where(exists().where(residences.c.child_id == children.c.id, lives_there))
    streaming = {"stream_results": True, "yield_per": BATCH}
    for rows in tx.execute(query, execution_options=streaming).partitions():
        yield [Addressee(*row) for row in rows]


def copy_in(tx: Transaction, *, hashes: Iterable[tuple[int, bytes]]) -> None:
    """Store first secrets, as (child id, keyed hash), by COPY."""
    raw = tx.connection.driver_connection
    assert raw is not None  # noqa: S101
    statement = "COPY family_secrets (child_id, secret_hash) FROM STDIN"
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        for row in hashes:
            copy.write_row(row)


def addressee_of(tx: Transaction, *, pupil_code: str) -> Addressee | None:
    """Return the child with this pupil code, None when there is none."""
    query = select(children.c.id, children.c.pupil_code, children.c.full_name)
    row = tx.execute(query.where(children.c.pupil_code == pupil_code)).one_or_none()
    return None if row is None else Addressee(*row)


def replace(tx: Transaction, *, child_id: int, secret_hash: bytes) -> int:
    """Put a new secret in the place of the old one and return its version: sessions end with it."""
    statement = insert(family_secrets).values(child_id=child_id, secret_hash=secret_hash)
    version: int = tx.execute(
        statement.on_conflict_do_update(
            index_elements=["child_id"],
            set_={
                "secret_hash": statement.excluded.secret_hash,
                "version": family_secrets.c.version + 1,
                "issued_at": func.now(),
            },
        ).returning(family_secrets.c.version)
    ).scalar_one()
    return version
