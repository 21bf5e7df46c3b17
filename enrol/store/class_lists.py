"""The classes of a school: which there are, and which child with a seat there is in which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.seats_now import SEATED
from enrol.store.tables.class_lists import class_places, school_classes
from enrol.store.tables.intakes import seat_plans

_SEATED = text(
    f"""
SELECT g.id, g.code, c.full_name, c.sort_key, c.sex, c.birth_on, c.family_code,
       k.id, coalesce(l.is_by_hand, false)
  FROM ({SEATED}) p
  JOIN registrations g ON g.code = p.code
  JOIN children c ON c.id = g.child_id
  LEFT JOIN (class_places l JOIN school_classes k ON k.id = l.class_id
             AND k.intake_id = :intake_id AND k.school_id = ANY(CAST(:schools AS int[])))
    ON l.registration_id = g.id
 ORDER BY c.sort_key COLLATE "C", g.code COLLATE "C"
"""  # noqa: S608 - fixed texts of this house
)


@dataclass(frozen=True, slots=True)
class SchoolClass:
    """A class of a school in an intake; ``position`` counts from 1."""

    class_id: int
    position: int
    name: str


@dataclass(frozen=True, slots=True)
class SeatedChild:
    """A child with a seat at the school now; ``class_id`` is None for one in no class of it."""

    registration_id: int
    code: str
    full_name: str
    name_key: str
    sex: str
    birth_on: date
    family: str | None
    class_id: int | None
    is_by_hand: bool


def classes_of(tx: Transaction, *, intake_id: int, school_id: int) -> list[SchoolClass]:
    """Return the classes of a school, by position."""
    query = (
        select(school_classes.c.id, school_classes.c.position, school_classes.c.name)
        .where(school_classes.c.intake_id == intake_id, school_classes.c.school_id == school_id)
        .order_by(school_classes.c.position)
    )
    return [SchoolClass(*row) for row in tx.execute(query)]


def seated_children(tx: Transaction, *, intake_id: int, school_id: int) -> list[SeatedChild]:
    """Return who has a seat at the school now, in the order of a class list."""
    values = {"intake_id": intake_id, "schools": [school_id]}
    return [SeatedChild(*row) for row in tx.execute(_SEATED, values)]


def planned_classes(tx: Transaction, *, intake_id: int, school_id: int) -> int | None:
    """Return how many classes the school's seat plan states."""
    query = select(func.max(seat_plans.c.classes)).where(
        seat_plans.c.intake_id == intake_id, seat_plans.c.school_id == school_id
    )
    found: int | None = tx.execute(query).scalar_one()
    return found


def hold_school(tx: Transaction, *, intake_id: int, school_id: int) -> None:
    """Keep others from changing the classes of the school until this transaction ends."""
    tx.execute(
        select(seat_plans.c.id)
        .where(seat_plans.c.intake_id == intake_id, seat_plans.c.school_id == school_id)
        .order_by(seat_plans.c.id)
        .with_for_update()
    )


def replace(
    tx: Transaction,
    *,
    intake_id: int,
    school_id: int,
    classes: Sequence[tuple[str, Sequence[int]]],
    staff_id: int,
) -> None:
    """Give the school these classes, each a name and its registrations, instead of those it had.

    The caller holds the school.
    """
    tx.execute(
        delete(school_classes).where(
            school_classes.c.intake_id == intake_id, school_classes.c.school_id == school_id
        )
    )
    named = [
        {"intake_id": intake_id, "school_id": school_id, "position": position, "name": name}
        for position, (name, _members) in enumerate(classes, start=1)
    ]
    tx.execute(insert(school_classes), named)
    ids = {
        one.name: one.class_id for one in classes_of(tx, intake_id=intake_id, school_id=school_id)
    }
    # A round may have brought a child that another school had in a class.
    moved = [member for _name, members in classes for member in members]
    tx.execute(delete(class_places).where(class_places.c.registration_id.in_(moved)))
    tx.execute(
        insert(class_places),
        [
            {
                "registration_id": member,
                "class_id": ids[name],
                "is_by_hand": False,
                "placed_by": staff_id,
            }
            for name, members in classes
            for member in members
        ],
    )


def put(tx: Transaction, *, registration_id: int, class_id: int, staff_id: int) -> None:
    """Put a child into a class by hand, whichever it was in. The caller holds the school."""
    values = {"class_id": class_id, "is_by_hand": True, "placed_by": staff_id}
    statement = upsert(class_places).values(registration_id=registration_id, **values)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["registration_id"],
            set_={**values, "placed_at": func.clock_timestamp()},
        )
    )


def rename(tx: Transaction, *, names: Mapping[int, str]) -> None:
    """Give classes, by id, these names. The caller holds the school and made sure they differ.

    Each passes through a name that no class can have, so that two may exchange theirs.
    """
    with translated():
        for class_id in names:
            _name(tx, class_id, f"\x01{class_id}")
        for class_id, name in names.items():
            _name(tx, class_id, name)


def _name(tx: Transaction, class_id: int, name: str) -> None:
    tx.execute(update(school_classes).where(school_classes.c.id == class_id).values(name=name))
