"""Lists of residences: what goes out, what came back, and what stands now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select, update

from enrol.core.residence_lists import Answer, Filled, Outcome, Standing
from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.tables.checked_homes import residence_list_rows, residence_lists

MOST_ROWS = 20_000
"""Residences of one ward: the largest has some 5,000 children of one year."""


@dataclass(frozen=True, slots=True)
class HomeLine:
    """A declared residence with the child who lives there and what stands of it."""

    standing: Standing
    group: str
    group_key: str
    address: str
    full_name: str
    birth_on: date
    guardian: str
    phone: str


@dataclass(frozen=True, slots=True)
class ListRecord:
    """A list that came back; ``state`` is brought, applied or dropped."""

    list_id: int
    intake_id: int
    unit_id: int
    brought_by: int
    brought_at: datetime
    state: str
    applied: int
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A row of a list as it was kept, and what became of it."""

    filled: Filled
    outcome: Outcome | None


_FACT_COLUMNS = """
  r.id, r.version, r.code, k.kind || '_in_zone', r.facts -> (k.kind || '_in_zone') ->> 'status',
  coalesce(r.facts -> (k.kind || '_in_zone') ->> 'decided_by', ''), r.submission_hash,
  r.status <> 'withdrawn'"""

_KINDS = "(VALUES (1, 'permanent'), (2, 'temporary'), (3, 'current')) AS k (number, kind)"

# The zones of the ward lead to the files; what is declared stands in the submission that counts.
_HOMES = f"""
SELECT {_FACT_COLUMNS},
       coalesce(p.home ->> 'group', ''), coalesce(g.sort_key, 'z'),
       coalesce(p.home ->> 'address', ''),
       c.full_name, c.birth_on, p.sent #>> '{{contact,guardian_name}}',
       p.sent #>> '{{contact,phone}}'
  FROM zones z
  JOIN intake_zones iz ON iz.zone_id = z.id AND iz.intake_id = %(intake_id)s
  JOIN registrations r ON r.intake_zone_id = iz.id AND r.status <> 'withdrawn'
  JOIN children c ON c.id = r.child_id
  JOIN submissions m ON m.registration_id = r.id AND m.version = r.version
 CROSS JOIN {_KINDS}
 CROSS JOIN LATERAL (SELECT m.payload::jsonb AS sent,
                            m.payload::jsonb -> 'residences' -> k.kind AS home) p
  JOIN units u ON u.id = z.unit_id
  LEFT JOIN residential_groups g ON g.unit_id = u.id AND g.label = p.home ->> 'group'
 WHERE z.unit_id = %(unit_id)s AND p.home ->> 'unit' = u.code
 ORDER BY coalesce(g.sort_key, 'z') COLLATE "C", p.home ->> 'group', c.sort_key COLLATE "C",
          r.code COLLATE "C", k.number
 LIMIT %(limit)s
"""  # noqa: S608 - fixed texts of this module

# In one order by everybody, so that two officers with the same files wait once, never in a circle.
_HOLD = """
SELECT r.id FROM registrations r WHERE r.code = ANY (%(codes)s) ORDER BY r.id FOR UPDATE
"""

_STANDING = f"""
SELECT {_FACT_COLUMNS}
  FROM registrations r
  JOIN intake_zones iz ON iz.id = r.intake_zone_id
  JOIN zones z ON z.id = iz.zone_id
 CROSS JOIN {_KINDS}
 WHERE r.code = ANY (%(codes)s) AND r.intake_id = %(intake_id)s AND z.unit_id = %(unit_id)s
   AND jsonb_exists(r.facts, k.kind || '_in_zone')
"""  # noqa: S608 - fixed texts of this module


def homes_of(tx: Transaction, *, intake_id: int, unit_id: int) -> list[HomeLine]:
    """Return the residences that families of a ward's zones declare in the ward, group by group.

    Residences declared elsewhere are not the ward's to confirm. At most ``MOST_ROWS``.
    """
    values = {"intake_id": intake_id, "unit_id": unit_id, "limit": MOST_ROWS}
    rows = tx.exec_driver_sql(_HOMES, values)
    return [HomeLine(Standing(*row[:8]), *row[8:]) for row in rows]


def standing_of(
    tx: Transaction, *, intake_id: int, unit_id: int, codes: Sequence[str], hold: bool = False
) -> dict[tuple[str, str], Standing]:
    """Return the residence facts of these files of a ward by code and fact.

    With ``hold``, no family and no colleague changes the files until this transaction ends.
    """
    values = {"codes": list(codes), "intake_id": intake_id, "unit_id": unit_id}
    if hold:
        with translated():
            tx.exec_driver_sql(_HOLD, {"codes": list(codes)})
    found = (Standing(*row) for row in tx.exec_driver_sql(_STANDING, values))
    return {(standing.code, standing.fact): standing for standing in found}


def keep(
    tx: Transaction,
    *,
    intake_id: int,
    unit_id: int,
    brought_by: int,
    sha256: str,
    rows: Sequence[Filled],
) -> int:
    """Keep a list that came back until it is applied or dropped; returns its id."""
    list_id: int = tx.execute(
        insert(residence_lists)
        .values(intake_id=intake_id, unit_id=unit_id, brought_by=brought_by, sha256=sha256)
        .returning(residence_lists.c.id)
    ).scalar_one()
    if rows:
        tx.execute(insert(residence_list_rows), [_row(list_id, row) for row in rows])
    return list_id


def _row(list_id: int, row: Filled) -> dict[str, object]:
    return {
        "list_id": list_id,
        "line": row.line,
        "code": row.code,
        "fact": row.fact,
        "mark": row.mark,
        "verdict": row.answer.value,
        "note": row.note or None,
    }


def list_of(tx: Transaction, *, list_id: int, hold: bool = False) -> ListRecord | None:
    """Return a list; with ``hold``, locked against whoever would apply it at the same time."""
    query = select(*_LIST).where(residence_lists.c.id == list_id)
    row = tx.execute(query.with_for_update() if hold else query).one_or_none()
    return None if row is None else ListRecord(*row)


def newest_lists(tx: Transaction, *, intake_id: int, unit_id: int, limit: int) -> list[ListRecord]:
    """Return the lists of a ward that came back last."""
    query = (
        select(*_LIST)
        .where(residence_lists.c.unit_id == unit_id, residence_lists.c.intake_id == intake_id)
        .order_by(residence_lists.c.id.desc())
        .limit(limit)
    )
    return [ListRecord(*row) for row in tx.execute(query)]


def rows_of(tx: Transaction, *, list_id: int) -> list[KeptRow]:
    """Return the rows of a list in the order of its file."""
    rows = residence_list_rows.c
    query = (
        select(rows.line, rows.code, rows.fact, rows.mark, rows.verdict, rows.note, rows.outcome)
        .where(rows.list_id == list_id)
        .order_by(rows.line)
    )
    return [
        KeptRow(
            Filled(row[0], row[1], row[2], row[3], Answer(row[4]), row[5] or ""),
            None if row[6] is None else Outcome(row[6]),
        )
        for row in tx.execute(query)
    ]


_OUTCOMES = """
UPDATE residence_list_rows SET outcome = told.outcome
  FROM unnest(%(lines)s::int[], %(outcomes)s::text[]) AS told (line, outcome)
 WHERE list_id = %(list_id)s AND residence_list_rows.line = told.line
"""


def end(
    tx: Transaction, *, list_id: int, state: str, at: datetime, outcomes: Mapping[int, Outcome]
) -> None:
    """Note that a list was applied or dropped, and what became of each line."""
    applied = sum(outcome is Outcome.APPLIED for outcome in outcomes.values())
    tx.execute(
        update(residence_lists)
        .where(residence_lists.c.id == list_id)
        .values(state=state, applied=applied, ended_at=at)
    )
    values = {
        "list_id": list_id,
        "lines": list(outcomes),
        "outcomes": [outcome.value for outcome in outcomes.values()],
    }
    tx.exec_driver_sql(_OUTCOMES, values)


_LIST = (
    residence_lists.c.id,
    residence_lists.c.intake_id,
    residence_lists.c.unit_id,
    residence_lists.c.brought_by,
    residence_lists.c.brought_at,
    residence_lists.c.state,
    residence_lists.c.applied,
    residence_lists.c.ended_at,
)
