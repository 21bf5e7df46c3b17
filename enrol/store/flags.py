"""Warnings: the files to look at, marks that find their likes, and what stands.

Every statement begins at a zone, a mark or a file, each of which has an index: none reads all
registrations of a city.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import select

from enrol.store.db import Transaction
from enrol.store.tables.flags import flags
from enrol.store.tables.registrations import registrations


@dataclass(frozen=True, slots=True)
class FileToMark:
    """A live file whose last submission was not looked at yet; payloads as the family sent them."""

    registration_id: int
    version: int
    family_code: str
    payload: Mapping[str, Any]
    before: Mapping[str, Any] | None
    registered: Mapping[str, Sequence[str | None]]


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


_TO_MARK = """
SELECT r.id, r.version, r.family_code, m.payload::jsonb,
       (SELECT b.payload::jsonb FROM submissions b
         WHERE b.registration_id = r.id AND b.version = r.version - 1),
       coalesce((SELECT jsonb_object_agg(h.kind, jsonb_build_array(u.code, g.label, h.address))
                   FROM residences h
                   LEFT JOIN units u ON u.id = h.unit_id
                   LEFT JOIN residential_groups g ON g.id = h.group_id
                  WHERE h.child_id = r.child_id AND u.code IS NOT NULL), '{}')
  FROM registrations r
  JOIN submissions m ON m.registration_id = r.id AND m.version = r.version
  LEFT JOIN marked_files d ON d.registration_id = r.id
 WHERE r.intake_zone_id = %(intake_zone_id)s AND r.status <> 'withdrawn'
   AND d.version IS DISTINCT FROM r.version
 ORDER BY r.id LIMIT %(limit)s
"""

_WITHDRAWN = """
SELECT r.id FROM registrations r JOIN marked_files d ON d.registration_id = r.id
 WHERE r.intake_zone_id = %(intake_zone_id)s AND r.status = 'withdrawn' ORDER BY r.id
"""

_HOME_MARKS = """
SELECT DISTINCT mark FROM file_marks WHERE kind = 'home' AND registration_id = ANY (%(ids)s)
"""

# What rested on these files: their own warnings, those of their likes about them, and those of
# everybody at one address with them. Each statement goes by the files' index.
_GONE = (
    """
UPDATE flags SET gone_at = clock_timestamp()
 WHERE gone_at IS NULL AND registration_id = ANY (%(ids)s)
""",
    """
UPDATE flags SET gone_at = clock_timestamp()
  FROM (SELECT DISTINCT o.registration_id, r.code
          FROM file_marks m
          JOIN file_marks o ON o.intake_id = m.intake_id AND o.kind = m.kind AND o.mark = m.mark
          JOIN registrations r ON r.id = m.registration_id
         WHERE m.kind = 'child' AND m.registration_id = ANY (%(ids)s)) AS likes
 WHERE flags.registration_id = likes.registration_id AND kind = 'same_child' AND key = likes.code
   AND gone_at IS NULL
""",
    """
UPDATE flags SET gone_at = clock_timestamp()
  FROM file_marks o
 WHERE o.intake_id = %(intake_id)s AND o.kind = 'home' AND o.mark = ANY (%(marks)s)
   AND flags.registration_id = o.registration_id AND flags.kind = 'crowded_address'
   AND flags.key = o.mark AND gone_at IS NULL
""",
    "DELETE FROM file_marks WHERE registration_id = ANY (%(ids)s)",
    "DELETE FROM marked_files WHERE registration_id = ANY (%(ids)s)",
)

_MARK = """
SELECT r.id, r.version, r.family_code, m.payload::jsonb,
       (SELECT b.payload::jsonb FROM submissions b
         WHERE b.registration_id = r.id AND b.version = r.version - 1),
       coalesce((SELECT jsonb_object_agg(h.kind, jsonb_build_array(u.code, g.label, h.address))
                   FROM residences h
                   LEFT JOIN units u ON u.id = h.unit_id
                   LEFT JOIN residential_groups g ON g.id = h.group_id
                  WHERE h.child_id = r.child_id AND u.code IS NOT NULL), '{}')
  FROM registrations r
  JOIN submissions m ON m.registration_id = r.id AND m.version = r.version
  LEFT JOIN marked_files d ON d.registration_id = r.id
 WHERE r.intake_zone_id = %(intake_zone_id)s AND r.status <> 'withdrawn'
   AND d.version IS DISTINCT FROM r.version
 ORDER BY r.id LIMIT %(limit)s
"""

_WITHDRAWN = """
SELECT r.id FROM registrations r JOIN marked_files d ON d.registration_id = r.id
 WHERE r.intake_zone_id = %(intake_zone_id)s AND r.status = 'withdrawn' ORDER BY r.id
"""

_FORGET = """
WITH gone AS (DELETE FROM marked_files WHERE registration_id = ANY (%(ids)s)),
     unmarked AS (DELETE FROM file_marks WHERE registration_id = ANY (%(ids)s))
UPDATE flags SET gone_at = clock_timestamp()
 WHERE gone_at IS NULL
   AND (registration_id = ANY (%(ids)s)
        OR (kind = 'same_child'
            AND key IN (SELECT code FROM registrations WHERE id = ANY (%(ids)s))
            AND registration_id IN (SELECT o.registration_id FROM file_marks o
                                      JOIN file_marks m ON m.registration_id = ANY (%(ids)s)
                                       AND o.intake_id = m.intake_id AND o.kind = m.kind
                                       AND o.mark = m.mark)))
"""

_MARK = """
WITH looked AS (
  INSERT INTO marked_files (registration_id, version)
  SELECT * FROM unnest(%(ids)s::bigint[], %(versions)s::int[])
      ON CONFLICT (registration_id) DO UPDATE SET version = excluded.version
)
INSERT INTO file_marks (registration_id, kind, mark, intake_id, family_code)
SELECT t.registration_id, t.kind, t.mark, %(intake_id)s, t.family_code
  FROM unnest(%(marked)s::bigint[], %(kinds)s::text[], %(marks)s::text[], %(families)s::text[])
       AS t (registration_id, kind, mark, family_code)
    ON CONFLICT DO NOTHING
"""

_SAME_CHILD = """
SELECT DISTINCT mine.registration_id, mine.code, theirs.registration_id, theirs.code
  FROM file_marks m
  JOIN file_marks o ON o.intake_id = m.intake_id AND o.kind = m.kind AND o.mark = m.mark
                   AND o.registration_id <> m.registration_id
  JOIN LATERAL (SELECT m.registration_id, code, child_id FROM registrations
                 WHERE id = m.registration_id) mine ON true
  JOIN LATERAL (SELECT o.registration_id, code, child_id FROM registrations
                 WHERE id = o.registration_id AND status <> 'withdrawn') theirs ON true
 WHERE m.kind = 'child' AND m.registration_id = ANY (%(ids)s)
   AND mine.child_id <> theirs.child_id
"""

# Twins and siblings share a family code: they are one family, however many they are.
_CROWDED = """
WITH crowded AS (
  SELECT mark, count(DISTINCT family_code) AS families FROM file_marks
   WHERE intake_id = %(intake_id)s AND kind = 'home' AND mark = ANY (%(marks)s)
   GROUP BY mark HAVING count(DISTINCT family_code) > %(most)s
)
SELECT m.registration_id, c.mark, c.families
  FROM crowded c
  JOIN file_marks m ON m.intake_id = %(intake_id)s AND m.kind = 'home' AND m.mark = c.mark
"""

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


def files_to_mark(tx: Transaction, *, intake_zone_id: int, limit: int) -> list[FileToMark]:
    """Return files of a zone whose latest submission was not looked at, in the order of entry."""
    values = {"intake_zone_id": intake_zone_id, "limit": limit}
    return [FileToMark(*row) for row in tx.exec_driver_sql(_TO_MARK, values)]


def withdrawn_files(tx: Transaction, *, intake_zone_id: int) -> list[int]:
    """Return the files of a zone that have marks and were withdrawn since."""
    return list(tx.exec_driver_sql(_WITHDRAWN, {"intake_zone_id": intake_zone_id}).scalars())


def unmark(tx: Transaction, *, intake_id: int, ids: Sequence[int]) -> frozenset[str]:
    """Let go of the marks of files and of every warning that rested on them.

    Returns the marks of their addresses: whether those are crowded still is to be found again.
    """
    values = {"intake_id": intake_id, "ids": list(ids)}
    marks = list(tx.exec_driver_sql(_HOME_MARKS, values).scalars())
    for statement in _GONE:
        tx.exec_driver_sql(statement, values | {"marks": marks})
    return frozenset(marks)


def mark(
    tx: Transaction,
    *,
    intake_id: int,
    files: Sequence[FileToMark],
    marks: Sequence[tuple[int, str, str, str]],
) -> None:
    """Give files, which have none, their marks: (registration id, kind, mark, family code)."""
    ids = [file.registration_id for file in files]
    columns = list(zip(*marks, strict=True)) or [(), (), (), ()]
    values = {
        "ids": ids,
        "versions": [file.version for file in files],
        "intake_id": intake_id,
        "marked": list(columns[0]),
        "kinds": list(columns[1]),
        "marks": list(columns[2]),
        "families": list(columns[3]),
    }
    tx.exec_driver_sql(_MARK, values)


def same_children(tx: Transaction, *, ids: Collection[int]) -> list[tuple[int, str, int, str]]:
    """Return pairs of live files that may be of one child, as (id, code, other id, other code)."""
    rows = tx.exec_driver_sql(_SAME_CHILD, {"ids": list(ids)})
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def crowded(
    tx: Transaction, *, intake_id: int, marks: Collection[str], most: int
) -> list[tuple[int, str, int]]:
    """Return (file, mark, families) of every file at those of these addresses that have more than
    ``most`` families.
    """
    values = {"intake_id": intake_id, "marks": list(marks), "most": most}
    return [(row[0], row[1], row[2]) for row in tx.exec_driver_sql(_CROWDED, values)]


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
