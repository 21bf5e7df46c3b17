"""What the rows of an import may refer to: the codes that the database holds already."""

from dataclasses import dataclass

from sqlalchemy import select

from enrol.store.db import Transaction
from enrol.store.tables.intakes import intakes
from enrol.store.tables.schools import schools
from enrol.store.tables.units import residential_groups, units, zones


@dataclass(frozen=True, slots=True)
class StoredUnit:
    """A unit by code, with its kind and its parent's code."""

    code: str
    kind: str
    parent_code: str | None


@dataclass(frozen=True, slots=True)
class StoredCodes:
    """Every code there is; a group is a pair of unit code and label."""

    units: tuple[StoredUnit, ...]
    zones: frozenset[str]
    groups: frozenset[tuple[str, str]]
    schools: frozenset[str]
    intakes: frozenset[str]


def stored_codes(tx: Transaction) -> StoredCodes:
    """Return every code there is. The register's lock keeps them as they are."""
    parents = units.alias("parents")
    tree = (
        select(units.c.code, units.c.kind, parents.c.code)
        .outerjoin(parents, parents.c.id == units.c.parent_id)
        .order_by(units.c.code, units.c.valid_from)
    )
    groups = (
        select(units.c.code, residential_groups.c.label)
        .join(units, units.c.id == residential_groups.c.unit_id)
        .order_by(residential_groups.c.id)
    )
    return StoredCodes(
        units=tuple(StoredUnit(*row) for row in tx.execute(tree)),
        zones=frozenset(tx.execute(select(zones.c.code)).scalars()),
        groups=frozenset((row[0], row[1]) for row in tx.execute(groups)),
        schools=frozenset(tx.execute(select(schools.c.code)).scalars()),
        intakes=frozenset(tx.execute(select(intakes.c.code)).scalars()),
    )
