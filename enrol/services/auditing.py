"""Sealing the journal in batches, and walking it to find the first altered entry.

Entries are chained after they are written, by one sealer at a time: chaining each in its own
transaction would make families queue for the head of the chain (eight times slower, measured).
"""

from dataclasses import dataclass
from datetime import UTC

from enrol.core.sealing import HASH_BYTES, batch_seal, canonical_json, leaf_hash
from enrol.store import locks, seals
from enrol.store.db import transaction
from enrol.store.seals import JournalEntry, Seal

MOST_ENTRIES = 1000
_FIRST = bytes(HASH_BYTES)


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing in the journal that is not as it was sealed.

    ``entry_id`` is the altered entry, or the entry before which one is missing; None when the
    chain of seals itself is broken or a batch lacks its end.
    """

    reason: str
    seal: int
    entry_id: int | None = None


@dataclass(frozen=True, slots=True)
class JournalReport:
    """What a walk over the whole journal found. ``head`` (64 hex digits) is worth printing and
    keeping elsewhere: only a copy outside shows a journal that was rewritten from end to end.
    """

    seals: int
    entries: int
    unsealed: int
    head: str
    fault: Fault | None

    @property
    def is_whole(self) -> bool:
        """Tell whether every sealed entry is as it was sealed."""
        return self.fault is None


def seal_journal(*, limit: int = MOST_ENTRIES) -> int:
    """Seal the oldest unsealed entries as one batch; returns how many.

    Takes ``locks.lock_journal_seal`` before it reads the head, so that batches form one chain
    whoever seals. An entry whose transaction commits later than its neighbours' falls into a later
    batch.
    """
    with transaction() as tx:
        if not seals.has_unsealed(tx):
            return 0
        locks.lock_journal_seal(tx)
        head = seals.last_seal(tx)
        batch = seals.unsealed(tx, limit=limit)
        if not batch:
            return 0
        leaves = [entry_leaf(entry) for entry in batch]
        previous = head.hash if head else _FIRST
        seal = Seal(
            number=head.number + 1 if head else 1,
            entries=len(batch),
            previous=previous,
            hash=batch_seal(previous=previous, entries=leaves),
            leaves=b"".join(map(leaf_hash, leaves)),
        )
        seals.add_seal(tx, seal=seal, entry_ids=[entry.entry_id for entry in batch])
        return len(batch)


def verify_journal(*, known_head: str | None = None) -> JournalReport:
    """Walk the chain from its first seal and stop at the first fault.

    ``known_head`` is a head (64 hex digits) that was noted outside before: a chain that no longer
    passes through it was written anew.
    """
    has_passed = known_head is None
    with transaction() as tx:
        unsealed = seals.unsealed_count(tx)
        head, count, entries = _FIRST, 0, 0
        for seal in seals.all_seals(tx):
            batch = seals.sealed_entries(tx, number=seal.number)
            fault = _chain_fault(seal, count, head) or _batch_fault(seal, batch)
            if fault is not None:
                return JournalReport(count, entries, unsealed, head.hex(), fault)
            head, count, entries = seal.hash, count + 1, entries + len(batch)
            has_passed = has_passed or head.hex() == known_head
    fault = None if has_passed else Fault("the head noted before is not in the chain", count)
    return JournalReport(count, entries, unsealed, head.hex(), fault)


def entry_leaf(entry: JournalEntry) -> bytes:
    """Return the bytes of one entry that its seal covers."""
    return canonical_json(
        {
            "id": entry.entry_id,
            "at": entry.at.astimezone(UTC).isoformat(),
            "actor": entry.actor,
            "action": entry.action,
            "intake_id": entry.intake_id,
            "subject": entry.subject,
            "detail": entry.detail,
        }
    )


def _chain_fault(seal: Seal, count: int, head: bytes) -> Fault | None:
    if seal.number != count + 1:
        return Fault(f"seal {count + 1} is missing", seal.number)
    if seal.previous != head:
        return Fault("the seal does not follow the one before it", seal.number)
    return None


def _batch_fault(seal: Seal, batch: list[JournalEntry]) -> Fault | None:
    leaves = [entry_leaf(entry) for entry in batch]
    if batch_seal(previous=seal.previous, entries=leaves) == seal.hash:
        return None
    stated = [
        seal.leaves[start : start + HASH_BYTES] for start in range(0, len(seal.leaves), HASH_BYTES)
    ]
    found = [leaf_hash(leaf) for leaf in leaves]
    for place, entry in enumerate(batch):
        if place >= len(stated):
            return Fault("an entry was added", seal.number, entry.entry_id)
        if found[place] != stated[place]:
            is_gap = found[place] in stated[place + 1 :]
            reason = "an entry before this one is missing" if is_gap else "the entry was altered"
            return Fault(reason, seal.number, entry.entry_id)
    if len(found) < len(stated):
        return Fault("the last entries of the batch are missing", seal.number)
    return Fault("the seal itself was altered", seal.number)
