"""Warnings: kept, listed and dismissed, and which zones are due to be looked at."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import select

from enrol.store.db import Transaction
from enrol.store.tables.flags import flags
from enrol.store.tables.registrations import registrations


@dataclass(frozen=True, slots=True)
class FlagLine:
    """A warning with the file it is about."""

    flag_id: int
    code: str
    kind: str
    key: str
    detail: Mapping[str, Any]
    found_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """A warning to be kept."""

    registration_id: int
    kind: str
    key: str
    detail: Mapping[str, Any]


# A warning that an officer dismissed stays dismissed; one that came back stands again.
_KEEP = """
INSERT INTO flags (intake_id, unit_id, registration_id, kind, key, detail)
SELECT r.intake_id, z.unit_id, r.id, f.kind, f.key, f.detail
  FROM unnest(%(ids)s::bigint[], %(kinds)s::text[], %(keys)s::text[], %(details)s::jsonb[])
       AS f (registration_id, kind, key, detail)
  JOIN registrations r ON r.id = f.registration_id
  JOIN intake_zones iz ON iz.id = r.intake_zone_id
  JOIN zones z ON z.id = iz.zone_id
 ORDER BY r.id, f.kind, f.key
    ON CONFLICT (registration_id, kind, key) DO UPDATE
       SET detail = excluded.detail, unit_id = excluded.unit_id, gone_at = NULL
"""


def keep(tx: Transaction, *, found: Collection[Found]) -> None:
    """Keep warnings; one that stands already only gets its detail anew."""
    if not found:
        return
    ordered = list(found)
    values = {
        "ids": [one.registration_id for one in ordered],
        "kinds": [one.kind for one in ordered],
        "keys": [one.key for one in ordered],
        "details": [Jsonb(dict(one.detail)) for one in ordered],
    }
    tx.exec_driver_sql(_KEEP, values)


def standing(
    tx: Transaction, *, intake_id: int, unit_ids: Collection[int], after: int, limit: int
) -> list[FlagLine]:
    """Return the warnings that stand in these units after a number, in the order of finding."""
    query = (
        select(*_LINE)
        .join(registrations, registrations.c.id == flags.c.registration_id)
        .where(
            flags.c.unit_id.in_(unit_ids),
            flags.c.intake_id == intake_id,
            flags.c.id > after,
            flags.c.gone_at.is_(None),
            flags.c.dismissed_at.is_(None),
        )
        .order_by(flags.c.id)
        .limit(limit)
    )
    return [FlagLine(*row) for row in tx.execute(query)]


def flags_of(tx: Transaction, *, registration_id: int) -> list[FlagLine]:
    """Return the warnings that stand about a file."""
    query = (
        select(*_LINE)
        .join(registrations, registrations.c.id == flags.c.registration_id)
        .where(
            flags.c.registration_id == registration_id,
            flags.c.gone_at.is_(None),
            flags.c.dismissed_at.is_(None),
        )
        .order_by(flags.c.id)
    )
    return [FlagLine(*row) for row in tx.execute(query)]


def flag_of(tx: Transaction, *, flag_id: int) -> tuple[str, str, int] | None:
    """Return the file's code, the kind and the intake of a warning, or None."""
    query = (
        select(registrations.c.code, flags.c.kind, flags.c.intake_id)
        .join(registrations, registrations.c.id == flags.c.registration_id)
        .where(flags.c.id == flag_id)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


_DISMISS = """
UPDATE flags SET dismissed_at = clock_timestamp(), dismissed_by = %(staff_id)s, reason = %(reason)s
 WHERE id = %(flag_id)s AND dismissed_at IS NULL
"""


def dismiss(tx: Transaction, *, flag_id: int, staff_id: int, reason: str) -> bool:
    """Note that an officer looked and found nothing; False when somebody already had."""
    values = {"flag_id": flag_id, "staff_id": staff_id, "reason": reason}
    return tx.exec_driver_sql(_DISMISS, values).rowcount == 1


_DUE = """
SELECT iz.id FROM intake_zones iz
  JOIN intakes i ON i.id = iz.intake_id AND i.phase IN ('announced', 'open', 'closed')
   AND clock_timestamp() >= i.opens_at
  LEFT JOIN flag_rounds f ON f.intake_zone_id = iz.id
 WHERE f.looked_at IS NULL OR f.looked_at < clock_timestamp() - %(every)s::interval
 ORDER BY f.looked_at NULLS FIRST, iz.id LIMIT %(limit)s
"""

_LOOKED = """
INSERT INTO flag_rounds (intake_zone_id) VALUES (%(intake_zone_id)s)
    ON CONFLICT (intake_zone_id) DO UPDATE SET looked_at = clock_timestamp()
"""


def due_zones(tx: Transaction, *, every: str, limit: int) -> list[int]:
    """Return the zones that were not looked at for an interval, the longest ago first."""
    return list(tx.exec_driver_sql(_DUE, {"every": every, "limit": limit}).scalars())


def note_round(tx: Transaction, *, intake_zone_id: int) -> None:
    """Note that a zone was looked at now."""
    tx.exec_driver_sql(_LOOKED, {"intake_zone_id": intake_zone_id})


_LINE = (
    flags.c.id,
    registrations.c.code,
    flags.c.kind,
    flags.c.key,
    flags.c.detail,
    flags.c.found_at,
)
