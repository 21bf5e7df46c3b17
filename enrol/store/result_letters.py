"""What result letters are made of: placements of the results that count, with names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from enrol.store.db import Transaction, allow_minutes

BATCH = 200


@dataclass(frozen=True, slots=True)
class Placed:
    """A child's place: ``school`` is None without a seat, ``rank`` None when re-routed."""

    code: str
    pupil_code: str
    full_name: str
    birth_on: date
    school: str | None
    school_en: str | None
    address: str | None
    rank: int | None
    band: int
    number: str


def of_registration(tx: Transaction, *, intake_id: int, code: str) -> Placed | None:
    """Return where one registration ended; None when no run that counts has placed it."""
    row = tx.execute(_ONE, {"intake_id": intake_id, "code": code}).one_or_none()
    return None if row is None else Placed(*row)


def of_school(tx: Transaction, *, intake_id: int, school_id: int) -> tuple[int, Iterator[Placed]]:
    """Return how many children have a seat at a school, and stream them by name."""
    allow_minutes(tx)
    values = {"intake_id": intake_id, "school_id": school_id}
    count = int(tx.execute(_COUNT, values).scalar_one())
    return count, _stream(tx, values)


def publication_of(tx: Transaction, *, publication_id: int) -> tuple[Any, ...] | None:
    """Return kind, minute, whether it is a rehearsal's, whether a newer one stands, intake id."""
    row = tx.execute(_PUBLICATION, {"id": publication_id}).one_or_none()
    return None if row is None else tuple(row)


def _stream(tx: Transaction, values: Mapping[str, int]) -> Iterator[Placed]:
    # As a selectable: only those get a cursor on the server, so that memory stays flat.
    streaming = {"stream_results": True, "yield_per": BATCH}
    found = tx.execute(_SCHOOL.columns(), values, execution_options=streaming)
    try:
        for batch in found.partitions():
            yield from (Placed(*row) for row in batch)
    finally:
        found.close()


_COLUMNS = """
SELECT g.code, c.pupil_code, c.full_name, c.birth_on, s.name, s.name_en, s.address, p.rank,
       p.band, p.number"""

_PLACES = """
  FROM placements p
  JOIN runs ON runs.id = p.run_id AND runs.outcome = (
    SELECT CASE WHEN phase IN ('final', 'settled') THEN 'final' ELSE 'provisional' END
      FROM intakes WHERE id = :intake_id)
  JOIN registrations g ON g.code = p.code
  JOIN children c ON c.id = g.child_id
  LEFT JOIN schools s ON s.id = p.school_id
 WHERE runs.intake_id = :intake_id"""

# The second stage speaks of those whom the first left over.
_ONE = text(f"{_COLUMNS} {_PLACES} AND p.code = :code ORDER BY runs.stage DESC LIMIT 1")

_AT_SCHOOL = """ AND p.school_id = :school_id
   AND (runs.stage = 2 OR runs.intake_zone_id IN (
     SELECT intake_zone_id FROM seat_plans
      WHERE intake_id = :intake_id AND school_id = :school_id))"""
_COUNT = text(f"SELECT count(*) {_PLACES} {_AT_SCHOOL}")
_SCHOOL = text(
    f'{_COLUMNS} {_PLACES} {_AT_SCHOOL} ORDER BY c.sort_key COLLATE "C", g.code COLLATE "C"'
)

_PUBLICATION = text("""
SELECT p.kind, p.published_at, i.kind = 'rehearsal', i.id,
       EXISTS (SELECT FROM publications n WHERE n.intake_id = p.intake_id AND n.id > p.id)
  FROM publications p JOIN intakes i ON i.id = p.intake_id WHERE p.id = :id""")
