"""Whose data were read or taken away, and by whom, out of the journal."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import text

from enrol.store.db import Transaction, allow_minutes

BATCH = 1_000
COLUMNS = ("at", "actor", "officer", "action", "intake", "subject", "code", "export", "rows",
           "sha256")  # fmt: skip
CONTACT = ("child", "guardian", "phone", "email")


def readings(
    tx: Transaction,
    *,
    since: datetime,
    until: datetime,
    officers: list[str],
    with_contact: bool,
) -> Iterator[tuple[Any, ...]]:
    """Stream one row for each child in each reading or export in ``[since, until)``, in order.

    ``officers`` (e-mail addresses) narrows it; all when empty. A list fetched as a file says its
    number, rows and digest, and no codes.
    """
    allow_minutes(tx)
    contact = _CONTACT if with_contact else ""
    join = _JOIN if with_contact else ""
    query = text(f"SELECT {_TOLD} {contact} {_FROM} {join} {_WHERE} {_ORDER}")
    values = {"since": since, "until": until, "officers": officers}
    streaming = {"stream_results": True, "yield_per": BATCH}
    found = tx.execute(query.columns(), values, execution_options=streaming)
    try:
        for batch in found.partitions():
            yield from (tuple(row) for row in batch)
    finally:
        found.close()


_TOLD = """j.at, j.actor, s.email, j.action, i.code, j.subject, code.of,
  j.detail ->> 'export', j.detail ->> 'rows', j.detail ->> 'sha256'"""
_CONTACT = ", c.full_name, a.full_name, a.phone, a.email"
_FROM = """
  FROM journal j
  LEFT JOIN intakes i ON i.id = j.intake_id
  LEFT JOIN staff s ON j.actor = 'staff:' || s.id
  CROSS JOIN LATERAL (
    SELECT jsonb_array_elements_text(j.detail -> 'codes') AS of
     WHERE jsonb_typeof(j.detail -> 'codes') = 'array'
     UNION ALL
    SELECT j.subject WHERE jsonb_typeof(j.detail -> 'codes') IS DISTINCT FROM 'array'
  ) code"""
_WHERE = r"""
 WHERE j.at >= :since AND j.at < :until
   AND (j.actor LIKE 'staff:%' OR j.actor LIKE 'token:%')
   AND (j.action ~ '\.(read|fetched|opened|printed|handed_over|seen|downloaded)$'
        OR jsonb_typeof(j.detail -> 'codes') = 'array')
   AND (cardinality(CAST(:officers AS text[])) = 0 OR s.email = ANY(CAST(:officers AS text[])))"""
_JOIN = r"""
  LEFT JOIN registrations g ON g.code = code.of
  LEFT JOIN children c ON c.id = coalesce(
    g.child_id, CASE WHEN j.action ~ '^(counter|data)\.' AND code.of ~ '^[0-9]{1,9}$'
                     THEN code.of::int END)
  LEFT JOIN guardians a ON a.child_id = c.id AND a.position = 1"""
_ORDER = "ORDER BY j.id, code.of"
