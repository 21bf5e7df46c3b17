"""The ground of units, as it was imported."""

from typing import Any

from sqlalchemy import select

from enrol.store.db import Transaction
from enrol.store.tables.units import units


def unit_boundaries(tx: Transaction, *, kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Return (code, GeoJSON geometry in WGS 84) of the units of a kind that exist today and whose
    ground is known, by code.
    """
    query = (
        select(units.c.code, units.c.boundary)
        .where(units.c.kind == kind, units.c.valid_to.is_(None), units.c.boundary.is_not(None))
        .order_by(units.c.code)
    )
    return [(row[0], row[1]) for row in tx.execute(query)]
