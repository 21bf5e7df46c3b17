"""The tables of PostgreSQL, by topic. Constraint names decide races: see
``store/constraints.py``.
"""

from enrol.store.tables import (
    accounts,
    assistance,
    checked_homes,
    children,
    corrections,
    exchange,
    flags,
    intakes,
    journal,
    objections,
    outbox,
    ratings,
    registrations,
    rehearsals,
    reviews,
    runs,
    schools,
    statistics,
    units,
    waiting_rooms,
)

__all__ = [
    "accounts",
    "assistance",
    "checked_homes",
    "children",
    "corrections",
    "exchange",
    "flags",
    "intakes",
    "journal",
    "objections",
    "outbox",
    "ratings",
    "registrations",
    "rehearsals",
    "reviews",
    "runs",
    "schools",
    "statistics",
    "units",
    "waiting_rooms",
]
