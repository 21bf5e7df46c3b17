"""The rows of a file with objections, streamed by unit and number."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import text

from enrol.store.db import Transaction, allow_minutes
from enrol.store.export_rows import BATCH

COLUMNS = (
    "objection", "unit_name", "code", "full_name", "ground", "words", "filed_at", "due_on",
    "outcome", "reply", "answered_at", "officer", "changed_at",
)  # fmt: skip
"""The columns, in their order."""

_OF_UNITS = """
  FROM objections o
  JOIN units u ON u.id = o.unit_id
  JOIN registrations g ON g.id = o.registration_id
  JOIN children c ON c.id = o.child_id
  LEFT JOIN staff s ON s.id = o.answered_by
  LEFT JOIN journal j ON j.id = o.change_id
 WHERE o.intake_id = :intake_id AND o.unit_id = ANY(CAST(:units AS int[]))"""

_ROWS = f"""
SELECT o.reference, CASE WHEN CAST(:english AS boolean) THEN u.name_en ELSE u.name END, g.code,
       c.full_name, o.ground, o.words, o.filed_at, o.due_on, o.outcome, o.reply, o.answered_at,
       s.full_name, j.at
{_OF_UNITS}
 ORDER BY u.code COLLATE "C", o.number"""


def objection_rows(
    tx: Transaction, *, intake_id: int, unit_ids: Collection[int], language: str
) -> tuple[int, Iterator[tuple[Any, ...]]]:
    """Return how many objections these units have in an intake, and stream them."""
    allow_minutes(tx)
    values = {"intake_id": intake_id, "units": list(unit_ids)}
    count = int(tx.execute(text(f"SELECT count(*) {_OF_UNITS}"), values).scalar_one())
    # As a selectable: only those get a cursor on the server, so that memory stays flat.
    query = text(_ROWS).columns()
    return count, _rows(tx, query, {**values, "english": language == "en"})


def _rows(tx: Transaction, query: Any, values: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    streaming = {"stream_results": True, "yield_per": BATCH}
    found = tx.execute(query, values, execution_options=streaming)
    try:
        for batch in found.partitions():
            yield from (tuple(row) for row in batch)
    finally:
        found.close()
