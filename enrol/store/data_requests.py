"""Requests of families about their own data, and what is held of a child."""

# ruff: noqa: S608 - every text is of this module; values are bound

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from enrol.store.db import Transaction
from enrol.store.tables.children import children, guardians
from enrol.store.tables.privacy import data_requests

CORRECTABLE = ("full_name", "birth_on", "guardian_name")


@dataclass(frozen=True, slots=True)
class DataRequest:
    """One request; ``answered_at`` and what follows are None while it waits."""

    request_id: int
    child_id: int
    unit_id: int
    kind: str
    words: str
    filed_by: str
    filed_at: datetime
    due_on: date
    answered_at: datetime | None
    outcome: str | None
    reply: str | None
    field: str | None
    before: str | None
    after: str | None
    pupil_code: str

    @property
    def is_open(self) -> bool:
        """Tell whether it waits for an answer."""
        return self.answered_at is None


def unit_for(tx: Transaction, *, child_id: int) -> int:
    """Return the unit that answers for a child: of its registration, its home, or the city."""
    return int(tx.execute(_UNIT, {"child_id": child_id}).scalar_one())


def file(
    tx: Transaction, *, child_id: int, unit_id: int, kind: str, words: str, by: str, due_on: date
) -> int | None:
    """Keep a request and return its id; None while one of this kind waits."""
    given = {"child_id": child_id, "unit_id": unit_id, "kind": kind, "words": words}
    statement = upsert(data_requests).values(**given, filed_by=by, due_on=due_on)
    found: int | None = tx.execute(
        statement.on_conflict_do_nothing().returning(data_requests.c.id)
    ).scalar_one_or_none()
    return found


def of_child(tx: Transaction, *, child_id: int, limit: int) -> list[DataRequest]:
    """Return a child's newest requests."""
    query = _requests().where(data_requests.c.child_id == child_id)
    return [
        DataRequest(*row)
        for row in tx.execute(query.order_by(data_requests.c.id.desc()).limit(limit))
    ]


def request_of(tx: Transaction, *, request_id: int) -> DataRequest | None:
    """Return one request, locked until the end of the transaction."""
    query = _requests().where(data_requests.c.id == request_id)
    row = tx.execute(query.with_for_update(of=data_requests)).one_or_none()
    return None if row is None else DataRequest(*row)


def open_ones(
    tx: Transaction, *, unit_ids: Collection[int], after: tuple[date, int] | None, limit: int
) -> list[DataRequest]:
    """Return what waits for these units, those due first first."""
    order = (data_requests.c.due_on, data_requests.c.id)
    query = _requests().where(
        data_requests.c.answered_at.is_(None), data_requests.c.unit_id.in_(unit_ids)
    )
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return [DataRequest(*row) for row in tx.execute(query.order_by(*order).limit(limit))]


def answer(
    tx: Transaction,
    *,
    request_id: int,
    staff_id: int,
    outcome: str,
    reply: str,
    corrected: tuple[str, str, str] | None,
) -> None:
    """Answer a request that the caller holds; ``corrected`` is field, before, after."""
    field, before, after = corrected or (None, None, None)
    tx.execute(
        update(data_requests)
        .where(data_requests.c.id == request_id, data_requests.c.answered_at.is_(None))
        .values(
            answered_at=func.clock_timestamp(),
            answered_by=staff_id,
            outcome=outcome,
            reply=reply,
            field=field,
            before=before,
            after=after,
        )
    )


def value_of(tx: Transaction, *, child_id: int, field: str) -> str:
    """Return what stands now in a field of ``CORRECTABLE``, locked; empty for none."""
    if field == "guardian_name":
        query = select(guardians.c.full_name).where(
            guardians.c.child_id == child_id, guardians.c.position == 1
        )
    else:
        query = select(children.c[field]).where(children.c.id == child_id)
    found: Any = tx.execute(query.with_for_update()).scalar_one_or_none()
    return "" if found is None else str(found)


def correct_name(
    tx: Transaction, *, child_id: int, name: str, sort_key: str, search_key: str
) -> None:
    """Write a child's name with the keys that lists and searches go by."""
    values = {"full_name": name, "sort_key": sort_key, "search_key": search_key}
    tx.execute(update(children).where(children.c.id == child_id).values(values))


def correct_birth(tx: Transaction, *, child_id: int, birth_on: date) -> None:
    """Write a child's date of birth."""
    tx.execute(update(children).where(children.c.id == child_id).values(birth_on=birth_on))


def correct_guardian(tx: Transaction, *, child_id: int, name: str) -> None:
    """Write the first guardian's name."""
    guardian = guardians.c.child_id == child_id, guardians.c.position == 1
    tx.execute(update(guardians).where(*guardian).values(full_name=name))


def held_of(tx: Transaction, *, child_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return every row about a child by table, as plain values, with the journal's entries.

    Left out is what would help nobody but a thief: the hash of the secret and the salts.
    """
    held = {
        name: list(tx.execute(text(query), {"child_id": child_id}).scalars())
        for name, query in _HELD.items()
    }
    return {name: rows for name, rows in held.items() if rows}


def _of(table: str, where: str) -> str:
    return f"SELECT to_jsonb(t) FROM {table} t WHERE {where}"


_MINE = "IN (SELECT id FROM registrations WHERE child_id = :child_id)"
_CODES = "ARRAY(SELECT code FROM registrations WHERE child_id = :child_id)"
_BY_CHILD = (
    "residences", "guardians", "drafts", "registrations", "objections", "data_requests",
    "message_preferences", "contacts",
)  # fmt: skip
_BY_FILE = (
    "assisted_submissions", "class_places", "documents", "error_reports", "estimates",
    "fact_decisions", "file_marks", "flags", "held_seats", "info_requests",
    "marked_files", "postponements", "rating_rights",
    "residence_answers", "rulings", "seat_answers", "zone_transfers",
)  # fmt: skip
_HELD = {
    "children": _of("children", "t.id = :child_id"),
    **{name: _of(name, "t.child_id = :child_id") for name in _BY_CHILD},
    "family_secrets": "SELECT to_jsonb(t) - 'secret_hash' FROM family_secrets t"
    " WHERE t.child_id = :child_id",
    "submissions": "SELECT to_jsonb(t) - 'salt' FROM submissions t"
    f" WHERE t.registration_id {_MINE}",
    **{name: _of(name, f"t.registration_id {_MINE}") for name in _BY_FILE},
    "messages": _of("messages", f"t.registration_id {_MINE} OR t.child_id = :child_id"),
    "frozen_entries": _of("frozen_entries", f"t.code = ANY({_CODES})"),
    "corrections": _of("corrections", f"t.code = ANY({_CODES})"),
    "placements": _of("placements", f"t.code = ANY({_CODES})"),
    # Who held the seat before is another child.
    "ledger_lines": f"SELECT to_jsonb(t) - 'by' FROM ledger_lines t WHERE t.code = ANY({_CODES})",
    "residence_list_rows": _of("residence_list_rows", f"t.code = ANY({_CODES})"),
    # Who read or changed what; an entry about many children shows this child's code alone.
    "journal": f"""
      SELECT jsonb_build_object('at', t.at, 'actor', t.actor, 'action', t.action,
               'subject', t.subject)
        FROM journal t
       WHERE t.subject = ANY({_CODES}) OR t.actor = 'family:' || :child_id
          OR (t.subject = CAST(:child_id AS text) AND t.action ~ '^(contact|counter|data|secret)')
          OR (t.intake_id IN (SELECT intake_id FROM registrations WHERE child_id = :child_id)
              AND jsonb_exists_any(t.detail -> 'codes', {_CODES}))
       ORDER BY t.id LIMIT 5000""",
}

_UNIT = text("""
SELECT coalesce(
  (SELECT z.unit_id FROM registrations g JOIN intake_zones iz ON iz.id = g.intake_zone_id
     JOIN zones z ON z.id = iz.zone_id WHERE g.child_id = :child_id ORDER BY g.id DESC LIMIT 1),
  (SELECT unit_id FROM residences WHERE child_id = :child_id AND unit_id IS NOT NULL
    ORDER BY kind = 'permanent' DESC LIMIT 1),
  (SELECT id FROM units WHERE parent_id IS NULL ORDER BY id LIMIT 1))""")


def _requests() -> Select[*tuple[Any, ...]]:
    names = (
        "id child_id unit_id kind words filed_by filed_at due_on answered_at outcome reply field"
        " before after"
    )
    columns = [data_requests.c[name] for name in names.split()]
    return select(*columns, children.c.pupil_code).join(
        children, children.c.id == data_requests.c.child_id
    )
