"""Reading the journal for sealing and for checking, and the chain of its seals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Text, cast, func, insert, select, update

from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.tables.journal import journal, journal_seals

PAGE = 200


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One entry as it is sealed; ``detail`` is the database's own spelling of the JSON."""

    entry_id: int
    at: datetime
    actor: str
    action: str
    intake_id: int | None
    subject: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Seal:
    """One link of the chain; ``leaves`` holds the 32-byte leaf hash of each entry, in order."""

    number: int
    entries: int
    previous: bytes
    hash: bytes
    leaves: bytes


_ENTRY = (
    journal.c.id,
    journal.c.at,
    journal.c.actor,
    journal.c.action,
    journal.c.intake_id,
    journal.c.subject,
    cast(journal.c.detail, Text),
)
_SEAL = (
    journal_seals.c.number,
    journal_seals.c.entries,
    journal_seals.c.previous,
    journal_seals.c.hash,
    journal_seals.c.leaves,
)


def has_unsealed(tx: Transaction) -> bool:
    """Tell whether there is anything to seal, from a partial index."""
    query = select(select(journal.c.id).where(journal.c.seal.is_(None)).exists())
    return bool(tx.execute(query).scalar_one())


def unsealed_count(tx: Transaction) -> int:
    """Return how many entries wait for their seal."""
    query = select(func.count()).select_from(journal).where(journal.c.seal.is_(None))
    return int(tx.execute(query).scalar_one())


def unsealed(tx: Transaction, *, limit: int) -> list[JournalEntry]:
    """Return the oldest entries without a seal, in id order."""
    query = select(*_ENTRY).where(journal.c.seal.is_(None)).order_by(journal.c.id).limit(limit)
    return [JournalEntry(*row) for row in tx.execute(query)]


def last_seal(tx: Transaction) -> Seal | None:
    """Return the head of the chain."""
    query = select(*_SEAL).order_by(journal_seals.c.number.desc()).limit(1)
    row = tx.execute(query).one_or_none()
    return None if row is None else _seal(row)


def add_seal(tx: Transaction, *, seal: Seal, entry_ids: Sequence[int]) -> None:
    """Write a seal and tie its entries to it; the caller holds ``locks.lock_journal_seal``."""
    with translated():
        tx.execute(
            insert(journal_seals).values(
                number=seal.number,
                entries=seal.entries,
                previous=seal.previous,
                hash=seal.hash,
                leaves=seal.leaves,
            )
        )
        tx.execute(update(journal).where(journal.c.id.in_(entry_ids)).values(seal=seal.number))


def all_seals(tx: Transaction) -> Iterator[Seal]:
    """Yield the chain from its first seal, page by page."""
    last = -1
    while True:
        query = select(*_SEAL).where(journal_seals.c.number > last)
        rows = tx.execute(query.order_by(journal_seals.c.number).limit(PAGE)).all()
        if not rows:
            return
        yield from map(_seal, rows)
        last = rows[-1][0]


def sealed_entries(tx: Transaction, *, number: int) -> list[JournalEntry]:
    """Return the entries that carry this seal, in id order."""
    query = select(*_ENTRY).where(journal.c.seal == number).order_by(journal.c.id)
    return [JournalEntry(*row) for row in tx.execute(query)]


def _seal(row: Row[int, int, bytes, bytes, bytes]) -> Seal:
    number, entries, previous, digest, leaves = row
    return Seal(number, entries, bytes(previous), bytes(digest), bytes(leaves))
