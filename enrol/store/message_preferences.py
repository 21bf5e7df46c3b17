"""How a family wants to be told: by which way, in which language."""

from dataclasses import dataclass

from sqlalchemy import func, text
from sqlalchemy.dialects.postgresql import insert

from enrol.store.db import Transaction
from enrol.store.messages import WAY
from enrol.store.tables.messages import message_preferences


@dataclass(frozen=True, slots=True)
class Telling:
    """What the family left and chose; ``channel`` is the way that counts: email, sms or none.

    ``chosen`` is None as long as it chose nothing. ``phone`` and ``email`` are from what it sent
    last, or from its draft while it has sent nothing.
    """

    chosen: str | None
    language: str | None
    phone: str | None
    email: str | None
    channel: str


_TELLING = f"""
SELECT p.channel, p.language, nullif(sent.contact ->> 'phone', ''),
       nullif(sent.contact ->> 'email', ''), way.channel
  FROM children c
  LEFT JOIN message_preferences p ON p.child_id = c.id
  LEFT JOIN LATERAL (
    SELECT nullif(m.payload, '')::jsonb -> 'contact' AS contact
      FROM registrations r
      JOIN submissions m ON m.registration_id = r.id AND m.version = r.version
     WHERE r.child_id = c.id ORDER BY r.id DESC LIMIT 1) last ON true
  LEFT JOIN LATERAL (
    SELECT d.answers -> 'contact' AS contact FROM drafts d
     WHERE d.child_id = c.id ORDER BY d.intake_id DESC LIMIT 1) draft ON true
 CROSS JOIN LATERAL (SELECT coalesce(last.contact, draft.contact) AS contact) sent
 CROSS JOIN LATERAL ({WAY}) way
 WHERE c.id = :child_id"""  # noqa: S608 - names of columns, no values


def telling_of(tx: Transaction, *, child_id: int) -> Telling:
    """Return how the family of a child is told."""
    return Telling(*tx.execute(text(_TELLING), {"child_id": child_id}).one())


def choose(tx: Transaction, *, child_id: int, channel: str, language: str) -> None:
    """Keep what the family chose; the last choice stands."""
    values = {"channel": channel, "language": language, "changed_at": func.clock_timestamp()}
    tx.execute(
        insert(message_preferences)
        .values(child_id=child_id, **values)
        .on_conflict_do_update(index_elements=["child_id"], set_=values)
    )
