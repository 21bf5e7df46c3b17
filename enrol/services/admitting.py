"""The waiting room: what officers set, what families are told, and what everybody can check."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from enrol.core.actors import Actor
from enrol.core.waiting import RoomFigures
from enrol.services import authority
from enrol.services.ports import WaitingRoom
from enrol.services.refusals import Refusal
from enrol.store import clock, journal, rooms
from enrol.store.db import transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.rooms import Room

__all__ = [
    "LONGEST_MESSAGE",
    "MOST_PER_MINUTE",
    "OrderProof",
    "Room",
    "RoomChanged",
    "RoomPage",
    "RoomSettingsRefused",
    "change_room",
    "current_room",
    "order_proof",
    "room_page",
]

MOST_PER_MINUTE = 60_000
LONGEST_MESSAGE = 300


class RoomSettingsRefused(Refusal):
    """The rate is 0 to ``MOST_PER_MINUTE`` families a minute, a message at most 300 characters."""


class RoomChanged(Refusal):
    """A colleague changed the settings after this officer's page was drawn."""


@dataclass(frozen=True, slots=True)
class RoomPage:
    """A waiting room as the office sees it; ``figures`` are None while Redis cannot be asked."""

    intake: IntakeRecord
    room: Room
    figures: RoomFigures | None


@dataclass(frozen=True, slots=True)
class OrderProof:
    """How the order of the early can be checked.

    ``commitment`` is the SHA-256 of the seed, 64 hex digits; ``seed`` itself, 64 hex digits, is
    told once the window is over.
    """

    opens_at: datetime
    commitment: str
    seed: str | None


def current_room() -> Room | None:
    """Return the room in front of the families' pages, or None when no intake is announced."""
    with transaction() as tx:
        return rooms.current_room(tx)


def order_proof(*, waiting_room: WaitingRoom) -> OrderProof | None:
    """Return what is public about the drawn order of the current intake, or None without one."""
    with transaction() as tx:
        room = rooms.current_room(tx)
        now = clock.database_now(tx)
    if room is None:
        return None
    seed = waiting_room.seed_of(intake_id=room.intake_id)
    return OrderProof(
        opens_at=room.opens_at,
        commitment=hashlib.sha256(seed).hexdigest(),
        seed=seed.hex() if now >= room.closes_at else None,
    )


def room_page(*, actor: Actor, intake_id: int, waiting_room: WaitingRoom) -> RoomPage:
    """Return the room of an intake for an officer who leads it. Raises NotFound."""
    with transaction() as tx:
        intake = authority.led_intake(tx, actor=actor, intake_id=intake_id)
        room = rooms.room_of(tx, intake_id=intake_id)
    return RoomPage(intake=intake, room=room, figures=waiting_room.look(intake_id=intake_id))


def change_room(
    *,
    actor: Actor,
    intake_id: int,
    is_on: bool,
    per_minute: int,
    message: str,
    message_en: str,
    seen: str | None = None,
) -> None:
    """Switch a room on or off, set how many families a minute it lets in and what it says.

    For officers who lead the intake; the journal keeps what stood before. Every web process reads
    it within seconds. Setting the same again writes nothing. ``seen`` is the ``Room.version`` that
    the officer looked at; without it nothing is compared. Raises NotFound, RoomSettingsRefused,
    RoomChanged.
    """
    texts = (message.strip(), message_en.strip())
    if not 0 <= per_minute <= MOST_PER_MINUTE or max(map(len, texts)) > LONGEST_MESSAGE:
        raise RoomSettingsRefused
    officer = authority.officer(actor)
    with transaction() as tx:
        authority.led_intake(tx, actor=actor, intake_id=intake_id)
        before = rooms.room_of(tx, intake_id=intake_id)
        if before.changed_at is not None and (
            (before.is_on, before.per_minute, before.message, before.message_en)
            == (is_on, per_minute, *texts)
        ):
            return
        if seen is not None and seen != before.version:
            raise RoomChanged
        is_saved = rooms.save(
            tx,
            intake_id=intake_id,
            is_on=is_on,
            per_minute=per_minute,
            message=texts[0],
            message_en=texts[1],
            staff_id=officer.staff_id,
            unchanged_since=before.changed_at,
        )
        if not is_saved:
            raise RoomChanged
        journal.record(
            tx,
            actor=actor,
            action="room.changed",
            intake_id=intake_id,
            detail={
                "is_on": is_on,
                "was_on": before.is_on,
                "per_minute": per_minute,
                "per_minute_before": before.per_minute,
                "message": texts[0],
                "message_en": texts[1],
            },
        )
