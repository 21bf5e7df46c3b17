"""The tables of PostgreSQL, by topic. Constraint names decide races: see
``store/constraints.py``.
"""

from enrol.store.tables import (
    accounts,
    children,
    intakes,
    journal,
    outbox,
    registrations,
    rehearsals,
    runs,
    schools,
    units,
    waiting_rooms,
)

__all__ = [
    "accounts",
    "children",
    "intakes",
    "journal",
    "outbox",
    "registrations",
    "rehearsals",
    "runs",
    "schools",
    "units",
    "waiting_rooms",
]
