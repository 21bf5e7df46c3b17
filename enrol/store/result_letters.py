# ruff: noqa: S608 - every text is of this house; values are bound
"""What result letters are made of: placements of the results that count, with names, and what
rounds of the waiting lists made of them since.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from enrol.store.db import Transaction, allow_minutes
from enrol.store.seats_now import SEATED

BATCH = 200


@dataclass(frozen=True, slots=True)
class Placed:
    """A child's place: ``school`` is None without a seat, ``rank`` None when re-routed.

    ``moved_at`` is when a round last changed its seat. With ``is_given_up`` it holds none since,
    and ``school`` is the one that was published.
    """

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
    moved_at: datetime | None
    is_given_up: bool


def of_registration(tx: Transaction, *, intake_id: int, code: str) -> Placed | None:
    """Return where one registration ended; None when no run that counts has placed it."""
    row = tx.execute(_ONE, {"intake_id": intake_id, "code": code}).one_or_none()
    return None if row is None else Placed(*row)


def of_school(tx: Transaction, *, intake_id: int, school_id: int) -> tuple[int, Iterator[Placed]]:
    """Return how many children have a seat at a school now, and stream them by name."""
    allow_minutes(tx)
    values = {"intake_id": intake_id, "schools": [school_id]}
    count = int(tx.execute(_COUNT, values).scalar_one())
    return count, _stream(tx, values)


def publication_of(tx: Transaction, *, publication_id: int) -> tuple[Any, ...] | None:
    """Return kind, minute, whether it is a rehearsal's, whether a newer one stands, intake id."""
    row = tx.execute(_PUBLICATION, {"id": publication_id}).one_or_none()
    return None if row is None else tuple(row)


def last_move(tx: Transaction, *, intake_id: int, code: str) -> tuple[datetime, bool] | None:
    """Return when a round last changed the seat of a registration and whether it holds none since;
    None when no round did.
    """
    row = tx.execute(_MOVED, {"intake_id": intake_id, "code": code}).one_or_none()
    return None if row is None else (row[0], bool(row[1]))


def _stream(tx: Transaction, values: Mapping[str, Any]) -> Iterator[Placed]:
    # As a selectable: only those get a cursor on the server, so that memory stays flat.
    streaming = {"stream_results": True, "yield_per": BATCH}
    found = tx.execute(_SCHOOL.columns(), values, execution_options=streaming)
    try:
        for batch in found.partitions():
            yield from (Placed(*row) for row in batch)
    finally:
        found.close()


# A round's latest line about the child; ``taken_id`` is null when that left it without a seat.
_LAST_MOVE = """
  SELECT r.done_at, l.taken_id FROM ledger_lines l JOIN rounds r ON r.id = l.round_id
   WHERE l.code = g.code AND r.intake_id = :intake_id AND r.done_at IS NOT NULL
   ORDER BY r.number DESC, l.line DESC LIMIT 1"""

# The second stage speaks of those whom the first left over.
_ONE = text(f"""
SELECT g.code, c.pupil_code, c.full_name, c.birth_on, s.name, s.name_en, s.address,
       CASE WHEN moved.taken_id IS NULL THEN p.rank
            ELSE array_position(g.wishes, moved.taken_id) END,
       p.band, p.number, moved.done_at, moved.done_at IS NOT NULL AND moved.taken_id IS NULL
  FROM placements p
  JOIN runs ON runs.id = p.run_id AND runs.outcome = (
    SELECT CASE WHEN phase IN ('final', 'settled') THEN 'final' ELSE 'provisional' END
      FROM intakes WHERE id = :intake_id)
  JOIN registrations g ON g.code = p.code
  JOIN children c ON c.id = g.child_id
  LEFT JOIN LATERAL ({_LAST_MOVE}) moved ON true
  LEFT JOIN schools s ON s.id = coalesce(moved.taken_id, p.school_id)
 WHERE runs.intake_id = :intake_id AND p.code = :code
 ORDER BY runs.stage DESC LIMIT 1""")

_COUNT = text(f"SELECT count(*) FROM ({SEATED}) seated")
_SCHOOL = text(f"""
SELECT g.code, c.pupil_code, c.full_name, c.birth_on, s.name, s.name_en, s.address, seated.rank,
       seated.band, seated.number, moved.done_at, false
  FROM ({SEATED}) seated
  JOIN registrations g ON g.code = seated.code
  JOIN children c ON c.id = g.child_id
  JOIN schools s ON s.id = seated.school_id
  LEFT JOIN LATERAL ({_LAST_MOVE}) moved ON true
 ORDER BY c.sort_key COLLATE "C", g.code COLLATE "C"
""")

_MOVED = text(f"""
SELECT moved.done_at, moved.taken_id IS NULL
  FROM registrations g CROSS JOIN LATERAL ({_LAST_MOVE}) moved
 WHERE g.code = :code AND g.intake_id = :intake_id""")

_PUBLICATION = text("""
SELECT p.kind, p.published_at, i.kind = 'rehearsal', i.id,
       EXISTS (SELECT FROM publications n WHERE n.intake_id = p.intake_id AND n.id > p.id)
  FROM publications p JOIN intakes i ON i.id = p.intake_id WHERE p.id = :id""")
