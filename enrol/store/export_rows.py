"""The rows of files that officers fetch, streamed in the order of class lists.

``children.sort_key`` holds the order (given name, middle name, family name with tones) as digits,
so that any collation sorts it alike; equal names follow the registration code.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import text

from enrol.store.db import Transaction, allow_minutes

BATCH = 1_000

COLUMNS = {
    "registrations": (
        "zone", "code", "pupil_code", "full_name", "birth_on", "sex", "status", "first_wish",
        "permanent_unit", "permanent_group", "current_unit", "current_group", "current_address",
        "guardian_name", "guardian_relation", "guardian_phone", "submitted_at",
    ),
    "admitted": (
        "school", "school_name", "code", "pupil_code", "full_name", "birth_on", "sex", "band",
        "wish", "permanent_unit", "permanent_group", "current_unit", "current_group",
        "current_address", "guardian_name", "guardian_relation", "guardian_phone",
    ),
}  # fmt: skip
"""The columns of each kind of file, in their order."""


def zone_rows(
    tx: Transaction,
    *,
    intake_id: int,
    unit_ids: Collection[int],
    wished_first: int | None,
    language: str,
) -> tuple[int, Iterator[tuple[Any, ...]]]:
    """Return how many live registrations the zones of these units have, and stream them by zone.

    With ``wished_first``, only those that wish this school first.
    """
    values = {
        "intake_id": intake_id,
        "units": list(unit_ids),
        "school_id": wished_first,
        "english": language == "en",
    }
    return _streamed(tx, columns=_REGISTRATIONS, source=_OF_ZONES, order=_BY_ZONE, values=values)


def seat_rows(
    tx: Transaction, *, intake_id: int, school_ids: Collection[int], language: str
) -> tuple[int, Iterator[tuple[Any, ...]]]:
    """Return how many children have a seat at these schools, and stream them by school."""
    values = {
        "intake_id": intake_id,
        "schools": list(school_ids),
        "english": language == "en",
    }
    return _streamed(tx, columns=_ADMITTED, source=_OF_SCHOOLS, order=_BY_SCHOOL, values=values)


def _streamed(
    tx: Transaction, *, columns: str, source: str, order: str, values: Mapping[str, Any]
) -> tuple[int, Iterator[tuple[Any, ...]]]:
    allow_minutes(tx)
    counted = {name: value for name, value in values.items() if name != "english"}
    count = int(tx.execute(text(f"SELECT count(*) {source}"), counted).scalar_one())
    # As a selectable: only those get a cursor on the server, so that memory stays flat.
    query = text(f"SELECT {columns} {source} {order}").columns()
    return count, _rows(tx, query, values)


def _rows(tx: Transaction, query: Any, values: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    streaming = {"stream_results": True, "yield_per": BATCH}
    found = tx.execute(query, values, execution_options=streaming)
    try:
        for batch in found.partitions():
            yield from (tuple(row) for row in batch)
    finally:
        found.close()


def _unit(kind: str) -> str:
    return f"""(SELECT CASE WHEN CAST(:english AS boolean) THEN u.name_en ELSE u.name END
                 FROM residences r JOIN units u ON u.id = r.unit_id
                WHERE r.child_id = c.id AND r.kind = '{kind}')"""  # noqa: S608 - a word of ours


def _group(kind: str) -> str:
    return f"""(SELECT g.label FROM residences r JOIN residential_groups g ON g.id = r.group_id
                WHERE r.child_id = c.id AND r.kind = '{kind}')"""  # noqa: S608 - a word of ours


_HOME_AND_GUARDIAN = f"""
  {_unit("permanent")}, {_group("permanent")}, {_unit("current")}, {_group("current")},
  (SELECT r.address FROM residences r WHERE r.child_id = c.id AND r.kind = 'current'),
  a.full_name, a.relation, a.phone"""  # noqa: S608 - fixed texts of this module

_REGISTRATIONS = f"""
  z.code, g.code, c.pupil_code, c.full_name, c.birth_on, c.sex, g.status,
  CASE WHEN CAST(:english AS boolean) THEN s.name_en ELSE s.name END,
  {_HOME_AND_GUARDIAN}, g.submitted_at"""

_OF_ZONES = """
  FROM registrations g
  JOIN intake_zones iz ON iz.id = g.intake_zone_id
  JOIN zones z ON z.id = iz.zone_id
  JOIN children c ON c.id = g.child_id
  JOIN schools s ON s.id = g.wishes[1]
  LEFT JOIN guardians a ON a.child_id = c.id AND a.position = 1
 WHERE iz.intake_id = :intake_id AND z.unit_id = ANY(CAST(:units AS int[]))
   AND g.status <> 'withdrawn'
   AND (CAST(:school_id AS int) IS NULL OR g.wishes[1] = CAST(:school_id AS int))"""

_BY_ZONE = 'ORDER BY z.code COLLATE "C", c.sort_key COLLATE "C", g.code COLLATE "C"'

_ADMITTED = f"""
  s.code, CASE WHEN CAST(:english AS boolean) THEN s.name_en ELSE s.name END, g.code,
  c.pupil_code, c.full_name, c.birth_on, c.sex, p.band, p.rank,
  {_HOME_AND_GUARDIAN}"""

# Before rounds, who the counting results placed; after, who the last round left a seat. The band is
# of the run that placed the child there, else of its zone's.
_OF_SCHOOLS = """
  FROM (
    SELECT p.code, p.school_id, p.band, p.rank
      FROM placements p
      JOIN runs ON runs.id = p.run_id AND runs.outcome = (
        SELECT CASE WHEN phase IN ('final', 'settled') THEN 'final' ELSE 'provisional' END
          FROM intakes WHERE id = :intake_id)
     WHERE runs.intake_id = :intake_id AND p.school_id = ANY(CAST(:schools AS int[]))
       AND (runs.stage = 2 OR runs.intake_zone_id IN (
         SELECT intake_zone_id FROM seat_plans
          WHERE intake_id = :intake_id AND school_id = ANY(CAST(:schools AS int[]))))
       AND NOT EXISTS (SELECT FROM held_seats WHERE intake_id = :intake_id)
     UNION ALL
    SELECT g.code, h.school_id, first.band,
           CASE WHEN first.is_there THEN first.rank
                ELSE array_position(g.wishes, h.school_id) END
      FROM held_seats h
      JOIN registrations g ON g.id = h.registration_id
     CROSS JOIN LATERAL (
       SELECT p.band, p.rank, p.school_id IS NOT DISTINCT FROM h.school_id AS is_there
         FROM placements p
         JOIN runs ON runs.id = p.run_id AND runs.outcome = 'final'
        WHERE runs.intake_id = :intake_id AND p.code = g.code
          AND (runs.stage = 2 OR runs.intake_zone_id = g.intake_zone_id)
        ORDER BY is_there DESC, runs.stage LIMIT 1) first
     WHERE h.intake_id = :intake_id AND h.school_id = ANY(CAST(:schools AS int[]))
  ) p
  JOIN registrations g ON g.code = p.code
  JOIN children c ON c.id = g.child_id
  JOIN schools s ON s.id = p.school_id
  LEFT JOIN guardians a ON a.child_id = c.id AND a.position = 1"""

_BY_SCHOOL = 'ORDER BY s.code COLLATE "C", c.sort_key COLLATE "C", g.code COLLATE "C"'
