"""Staged rows that an officer of these units may not bring: what they state, or whose it is now.

Whoever may change a row must answer for it before and afterwards, so that no ward takes a school,
a residential group or a child from another one.
"""

from collections.abc import Collection, Iterator

from sqlalchemy import text

from enrol.store.db import Transaction

TABLES_OF_WARDS = ("zones", "residential_groups", "schools", "seat_plans", "children")
"""What an officer of a ward may bring: units, intakes and officers are the city's."""

_OWN_UNITS = """
CREATE TEMPORARY TABLE own_units ON COMMIT DROP AS
SELECT id, code FROM units WHERE id = ANY(CAST(:units AS int[]))"""

_ZONE_OF_OTHERS = """
SELECT s.line FROM staged_{table} s JOIN zones z ON z.code = s.{column}
 WHERE z.unit_id NOT IN (SELECT id FROM own_units)"""

_SCHOOL_OF_OTHERS = """
SELECT s.line FROM staged_{table} s JOIN schools k ON k.code = s.{column}
 WHERE k.unit_id NOT IN (SELECT id FROM own_units)"""

_STATES_ANOTHER_UNIT = """
SELECT s.line FROM staged_{table} s WHERE s.{column} NOT IN (SELECT code FROM own_units)"""

_JOINS_ANOTHER_ZONE = (
    _ZONE_OF_OTHERS
    + """
   AND NOT EXISTS (SELECT FROM residential_groups g JOIN own_units u ON u.id = g.unit_id
     WHERE u.code = s.unit_code AND g.label = s.label AND g.zone_id = z.id)"""
)

_LEAVES_ANOTHER_ZONE = """
SELECT s.line FROM staged_residential_groups s
  JOIN own_units u ON u.code = s.unit_code
  JOIN residential_groups g ON g.unit_id = u.id AND g.label = s.label
  JOIN zones z ON z.id = g.zone_id
 WHERE z.code <> s.zone_code AND z.unit_id NOT IN (SELECT id FROM own_units)"""

_LIVES_ELSEWHERE = """
SELECT s.line FROM staged_children s
 WHERE NOT EXISTS (SELECT FROM own_units u
     WHERE u.code IN (s.permanent_unit_code, s.temporary_unit_code, s.current_unit_code))
    OR EXISTS (SELECT FROM children c WHERE c.pupil_code = s.pupil_code
     AND NOT EXISTS (SELECT FROM residences r JOIN own_units u ON u.id = r.unit_id
       WHERE r.child_id = c.id))"""

_BEYOND = (
    ("zones", "unit_code", _STATES_ANOTHER_UNIT),
    ("zones", "code", _ZONE_OF_OTHERS),
    ("residential_groups", "unit_code", _STATES_ANOTHER_UNIT),
    ("residential_groups", "zone_code", _JOINS_ANOTHER_ZONE),
    ("residential_groups", "label", _LEAVES_ANOTHER_ZONE),
    ("schools", "unit_code", _STATES_ANOTHER_UNIT),
    ("schools", "code", _SCHOOL_OF_OTHERS),
    ("seat_plans", "school_code", _SCHOOL_OF_OTHERS),
    ("seat_plans", "zone_code", _ZONE_OF_OTHERS),
    ("children", "pupil_code", _LIVES_ELSEWHERE),
)
"""Table, the column to name, and the lines that lie beyond."""


def grounds_beyond(tx: Transaction, *, unit_ids: Collection[int]) -> Iterator[int]:
    """Yield the features whose zone is not one of these units'."""
    query = text("""
        SELECT s.line FROM staged_boundaries s
          LEFT JOIN zones z ON z.code = s.code LEFT JOIN staged_zones n ON n.code = s.code
         WHERE s."table" <> 'zones' OR NOT coalesce(coalesce(z.unit_id, (
                 SELECT u.id FROM units u WHERE u.code = n.unit_code AND u.valid_to IS NULL))
               = ANY(CAST(:units AS int[])), false)
         ORDER BY s.line""")
    yield from tx.execute(query, {"units": list(unit_ids)}).scalars()


def lines_beyond(
    tx: Transaction, *, tables: Collection[str], unit_ids: Collection[int]
) -> Iterator[tuple[str, str, int]]:
    """Yield (table, column, line) of the staged rows that are not these units' to bring."""
    tx.execute(text(_OWN_UNITS), {"units": list(unit_ids)})
    for table, column, query in _BEYOND:
        if table in tables:
            lines = tx.execute(text(query.format(table=table, column=column) + " ORDER BY s.line"))
            for line in lines.scalars():
                yield table, column, line
