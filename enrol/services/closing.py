"""Announcing, opening and closing an intake: each under its exclusive lock and the database's
clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from enrol.core.actors import Actor
from enrol.core.intake import Phase, can_close
from enrol.core.lottery import commitment
from enrol.core.sealing import entry_bytes, merkle_root, tree_levels
from enrol.services.approvals import ApprovedStep, refuse_unapproved
from enrol.services.frozen_files import freeze_files
from enrol.services.live_entries import EntryReader
from enrol.services.phases import locked_intake, refuse_unless_next, seed_context
from enrol.services.ports import Vault
from enrol.services.refusals import Refusal
from enrol.store import (
    clock,
    figures,
    frozen_entries,
    frozen_files,
    intakes,
    journal,
    seats_offered,
)
from enrol.store.db import Transaction, transaction
from enrol.store.frozen_entries import FrozenLine
from enrol.store.intakes import IntakeRecord


class NothingOffered(Refusal):
    """No school offers a seat in this intake yet."""


class WindowIsPast(Refusal):
    """The window would be over before it began; its dates must be changed first."""


class WindowNotBegun(Refusal):
    """The window has not opened yet, so it cannot be closed early."""


class PublicValueTooEarly(Refusal):
    """The public value would be known before the list is closed."""


class PreparedWaiting(Refusal):
    """So many drafts that families ticked before the opening are not sent yet: nobody may lose a
    place because the system was late.
    """

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count


class WindowStillOpen(Refusal):
    """The window ends at ``closes_at``; closing before must be asked for in so many words."""

    def __init__(self, closes_at: datetime) -> None:
        super().__init__()
        self.closes_at = closes_at


@dataclass(frozen=True, slots=True)
class FrozenList:
    """The frozen list: its Merkle root as 64 hex digits and how many entries it has."""

    list_hash: str
    size: int


def announce_intake(*, actor: Actor, intake_id: int, vault: Vault) -> str:
    """Make and seal the seed, publish its commitment, and return it (64 hex digits).

    From now on rules, window and the named public value stand. Raises NotFound, WrongPhase,
    NothingOffered, WindowIsPast, PublicValueTooEarly, ApprovalsMissing.
    """
    with transaction() as tx:
        intake = locked_intake(tx, actor=actor, intake_id=intake_id)
        refuse_unless_next(intake, Phase.ANNOUNCED)
        _refuse_unready(tx, intake)
        refuse_unapproved(tx, intake=intake, step=ApprovedStep.ANNOUNCE)
        seed = vault.new_seed()
        promised = commitment(seed)
        sealed = vault.seal(plain=seed, context=seed_context(intake))
        intakes.announce(tx, intake_id=intake_id, commitment=promised, sealed_seed=sealed)
        journal.record(
            tx,
            actor=actor,
            action="intake.announced",
            intake_id=intake_id,
            subject=intake.code,
            detail={
                "seed_commitment": promised,
                "rules_hash": intake.rules_hash,
                "public_value_name": intake.public_value_name,
                "public_value_on": intake.public_value_on.isoformat(),
            },
        )
        return promised


def open_intake(*, actor: Actor, intake_id: int) -> datetime:
    """Open the window now, or confirm that it opened on time; returns the opening instant.

    Raises NotFound, WrongPhase, WindowIsPast.
    """
    with transaction() as tx:
        intake = locked_intake(tx, actor=actor, intake_id=intake_id)
        refuse_unless_next(intake, Phase.OPEN)
        now = clock.database_now(tx)
        if now >= intake.closes_at:
            raise WindowIsPast
        opens_at = min(now, intake.opens_at)
        intakes.open_window(tx, intake_id=intake_id, opens_at=opens_at)
        journal.record(
            tx,
            actor=actor,
            action="intake.opened",
            intake_id=intake_id,
            subject=intake.code,
            detail={"opens_at": opens_at.isoformat(), "early": now < intake.opens_at},
        )
        return opens_at


def close_intake(*, actor: Actor, intake_id: int, early: bool = False) -> FrozenList:
    """Freeze the list of live registrations and publish its Merkle root.

    Waits for every registration in flight (exclusive lock of the intake), then none can follow: the
    phase is read under the same lock by whoever writes. ``early`` ends a window that is still open,
    at this instant. While drafts wait that families ticked before the opening, nothing is frozen:
    workers send them, also after the window. Raises NotFound, WrongPhase, WindowStillOpen,
    WindowNotBegun, ApprovalsMissing, PreparedWaiting, and ValueError when a registration holds
    facts that cannot be read.
    """
    with transaction() as tx:
        intake = locked_intake(tx, actor=actor, intake_id=intake_id)
        refuse_unless_next(intake, Phase.CLOSED)
        now = clock.database_now(tx)
        is_due = can_close(phase=intake.phase, closes_at=intake.closes_at, at=now)
        if not is_due and not early:
            raise WindowStillOpen(intake.closes_at)
        if now <= intake.opens_at:
            raise WindowNotBegun
        refuse_unapproved(tx, intake=intake, step=ApprovedStep.CLOSE)
        waiting = figures.ticked_count(tx, intake_id=intake_id)
        if waiting:
            raise PreparedWaiting(waiting)
        frozen = _freeze(tx, intake_id=intake_id)
        beside = freeze_files(tx, intake_id=intake_id)
        intakes.close_window(
            tx,
            intake_id=intake_id,
            closes_at=min(intake.closes_at, now),
            list_hash=frozen.list_hash,
            list_size=frozen.size,
            seat_plans_hash=beside.seat_plans,
            distances_hash=beside.distances,
            frozen_at=now,
        )
        journal.record(
            tx,
            actor=actor,
            action="intake.closed",
            intake_id=intake_id,
            subject=intake.code,
            detail={
                "list_hash": frozen.list_hash,
                "list_size": frozen.size,
                "seat_plans_hash": beside.seat_plans,
                "distances_hash": beside.distances,
                "early": not is_due,
            },
        )
        return frozen


def _refuse_unready(tx: Transaction, intake: IntakeRecord) -> None:
    seats, _, _ = seats_offered.seats_planned(tx, intake_id=intake.intake_id)
    if not seats:
        raise NothingOffered
    if clock.database_now(tx) >= intake.closes_at:
        raise WindowIsPast
    if intake.public_value_on < intakes.civil_date(tx, at=intake.closes_at):
        raise PublicValueTooEarly


def _freeze(tx: Transaction, *, intake_id: int) -> FrozenList:
    frozen_entries.allow_minutes(tx)
    freezer = _Freezer(tx, intake_id=intake_id)
    levels = tree_levels(freezer.leaves(tx))
    frozen_files.save_levels(tx, intake_id=intake_id, levels=levels)
    root = levels[-1][0] if levels else merkle_root(())
    return FrozenList(list_hash=root.hex(), size=freezer.size)


class _Freezer:
    """Writes the frozen list batch by batch while its leaves are hashed: nothing is held twice."""

    def __init__(self, tx: Transaction, *, intake_id: int) -> None:
        self.size = 0
        self._intake_id = intake_id
        self._reader = EntryReader(tx, intake_id=intake_id)

    def leaves(self, tx: Transaction) -> Iterator[bytes]:
        for batch in frozen_entries.live_batches(tx, intake_id=self._intake_id):
            leaves = [entry_bytes(self._reader.entry(registration)) for registration in batch]
            lines = [
                FrozenLine(self.size + index, registration.code, registration.intake_zone_id, leaf)
                for index, (registration, leaf) in enumerate(zip(batch, leaves, strict=True))
            ]
            frozen_entries.copy_in(tx, intake_id=self._intake_id, lines=lines)
            self.size += len(lines)
            yield from leaves
