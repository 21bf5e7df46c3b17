"""How a family wants to be told: by which way, in which language."""

from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from enrol.store.db import Transaction
from enrol.store.messages import WAY
from enrol.store.tables.children import children
from enrol.store.tables.messages import contacts, message_preferences
from enrol.store.tables.registrations import registrations


@dataclass(frozen=True, slots=True)
class Telling:
    """What the family left and chose; ``channel`` is the way that counts: email, sms or none.

    ``chosen`` is None as long as it chose nothing. ``phone`` and ``email`` are as it corrected
    them since it sent last; else as it sent them, or from its draft while it has sent nothing.
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
    SELECT nullif(m.payload, '')::jsonb -> 'contact' AS contact, m.submitted_at AS at
      FROM registrations r
      JOIN submissions m ON m.registration_id = r.id AND m.version = r.version
     WHERE r.child_id = c.id ORDER BY r.id DESC LIMIT 1) last ON true
  LEFT JOIN LATERAL (
    SELECT d.answers -> 'contact' AS contact, d.updated_at AS at FROM drafts d
     WHERE d.child_id = c.id ORDER BY d.intake_id DESC LIMIT 1) draft ON true
  LEFT JOIN contacts n ON n.child_id = c.id
        AND n.changed_at > coalesce(last.at, draft.at, '-infinity')
 CROSS JOIN LATERAL (SELECT CASE WHEN n.child_id IS NOT NULL
     THEN jsonb_build_object('phone', n.phone, 'email', n.email)
     ELSE coalesce(last.contact, draft.contact) END AS contact) sent
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


def correct_contact(tx: Transaction, *, child_id: int, phone: str, email: str | None) -> None:
    """Keep where a family is reached from now on, beside what it sent; the last one stands."""
    values = {"phone": phone, "email": email, "changed_at": func.clock_timestamp()}
    tx.execute(
        insert(contacts)
        .values(child_id=child_id, **values)
        .on_conflict_do_update(index_elements=["child_id"], set_=values)
    )


def has_sent(tx: Transaction, *, child_id: int) -> bool:
    """Tell whether a child has a registration that was not withdrawn."""
    query = select(registrations.c.id).where(
        registrations.c.child_id == child_id, registrations.c.status != "withdrawn"
    )
    return tx.execute(query.limit(1)).first() is not None


def hold_child(tx: Transaction, *, child_id: int) -> None:
    """Let two corrections for one child follow each other: hold its row until the end."""
    held = select(children.c.id).where(children.c.id == child_id)
    tx.execute(held.with_for_update(key_share=True))
