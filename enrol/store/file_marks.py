"""Marks by which files that resemble each other are found: which files to look at, and their likes.

Every statement begins at a zone, a mark or a file, each of which has an index: none reads all
registrations of a city.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from enrol.store.db import Transaction


@dataclass(frozen=True, slots=True)
class FileToMark:
    """A live file whose last submission was not looked at yet; payloads as the family sent them."""

    registration_id: int
    version: int
    family_code: str
    payload: Mapping[str, Any]
    before: Mapping[str, Any] | None
    registered: Mapping[str, Sequence[str | None]]


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
