"""The rows of files that officers fetch, streamed in the order of class lists.

``children.sort_key`` holds the order (given name, middle name, family name with tones) as digits,
so that any collation sorts it alike; equal names follow the registration code.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import text

from enrol.store.db import Transaction, allow_minutes
from enrol.store.seats_now import SEATED

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
    "classes": (
        "class", "class_number", "full_name", "birth_on", "sex", "pupil_code", "code",
        "current_unit", "current_group", "current_address",
        "guardian_name", "guardian_relation", "guardian_phone",
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


def class_rows(
    tx: Transaction, *, intake_id: int, school_id: int, language: str
) -> tuple[int, Iterator[tuple[Any, ...]]]:
    """Return how many children have a seat at a school, and stream them class by class; who is in
    no class stands last.
    """
    values = {"intake_id": intake_id, "schools": [school_id], "english": language == "en"}
    return _streamed(tx, columns=_IN_CLASSES, source=_OF_CLASSES, order=_BY_CLASS, values=values)


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
  a.full_name, a.relation,
  coalesce((SELECT k.phone FROM contacts k WHERE k.child_id = c.id), a.phone)"""  # noqa: S608 - fixed texts of this module

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

_OF_SCHOOLS = f"""
  FROM ({SEATED}  ) p
  JOIN registrations g ON g.code = p.code
  JOIN children c ON c.id = g.child_id
  JOIN schools s ON s.id = p.school_id
  LEFT JOIN guardians a ON a.child_id = c.id AND a.position = 1"""

_BY_SCHOOL = 'ORDER BY s.code COLLATE "C", c.sort_key COLLATE "C", g.code COLLATE "C"'

_IN_CLASSES = f"""
  k.name, row_number() OVER (PARTITION BY k.id ORDER BY c.sort_key COLLATE "C", g.code COLLATE "C"),
  c.full_name, c.birth_on, c.sex, c.pupil_code, g.code,
  {_unit("current")}, {_group("current")},
  (SELECT r.address FROM residences r WHERE r.child_id = c.id AND r.kind = 'current'),
  a.full_name, a.relation,
  coalesce((SELECT k.phone FROM contacts k WHERE k.child_id = c.id), a.phone)"""  # noqa: S608 - fixed texts of this module

_OF_CLASSES = f"""
  FROM ({SEATED}  ) p
  JOIN registrations g ON g.code = p.code
  JOIN children c ON c.id = g.child_id
  LEFT JOIN (class_places l JOIN school_classes k ON k.id = l.class_id
             AND k.intake_id = :intake_id AND k.school_id = ANY(CAST(:schools AS int[])))
    ON l.registration_id = g.id
  LEFT JOIN guardians a ON a.child_id = c.id AND a.position = 1"""

_BY_CLASS = 'ORDER BY k.position NULLS LAST, c.sort_key COLLATE "C", g.code COLLATE "C"'
