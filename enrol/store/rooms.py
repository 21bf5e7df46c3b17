"""The settings of waiting rooms, read with the window they stand in front of."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from enrol.store.db import Transaction
from enrol.store.tables.intakes import intakes
from enrol.store.tables.waiting_rooms import waiting_rooms


@dataclass(frozen=True, slots=True)
class Room:
    """One intake's waiting room. ``per_minute`` families are let in; 0 lets in nobody for now.

    ``changed_at`` is None for a room that nobody has touched yet, which is off.
    """

    intake_id: int
    opens_at: datetime
    closes_at: datetime
    is_rehearsal: bool
    is_on: bool
    per_minute: int
    message: str
    message_en: str
    changed_at: datetime | None

    @property
    def version(self) -> str:
        """What a page carries to tell these settings from later ones."""
        return "" if self.changed_at is None else self.changed_at.astimezone(UTC).isoformat()


USUAL_PER_MINUTE = 3_000
"""What a room begins with: 50 families a second, a careful start for one small machine."""

_QUERY = select(
    intakes.c.id,
    intakes.c.opens_at,
    intakes.c.closes_at,
    intakes.c.kind == "rehearsal",
    func.coalesce(waiting_rooms.c.is_on, False),
    func.coalesce(waiting_rooms.c.per_minute, USUAL_PER_MINUTE),
    func.coalesce(waiting_rooms.c.message, ""),
    func.coalesce(waiting_rooms.c.message_en, ""),
    waiting_rooms.c.changed_at,
).outerjoin(waiting_rooms, waiting_rooms.c.intake_id == intakes.c.id)


def room_of(tx: Transaction, *, intake_id: int) -> Room:
    """Return the room of an intake that exists."""
    return Room(*tx.execute(_QUERY.where(intakes.c.id == intake_id)).one())


def current_room(tx: Transaction) -> Room | None:
    """Return the room of the newest official intake that has been announced, or None."""
    query = (
        _QUERY.where(intakes.c.kind == "official", intakes.c.phase != "draft")
        .order_by(intakes.c.opens_at.desc(), intakes.c.id.desc())
        .limit(1)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else Room(*row)


def save(
    tx: Transaction,
    *,
    intake_id: int,
    is_on: bool,
    per_minute: int,
    message: str,
    message_en: str,
    staff_id: int,
    unchanged_since: datetime | None,
) -> bool:
    """Replace the settings of a room that were read with this ``changed_at``; False, with nothing
    kept, when somebody was faster.
    """
    values = {
        "is_on": is_on,
        "per_minute": per_minute,
        "message": message,
        "message_en": message_en,
        "changed_by": staff_id,
        "changed_at": func.clock_timestamp(),
    }
    saved = tx.execute(
        insert(waiting_rooms)
        .values(intake_id=intake_id, **values)
        .on_conflict_do_update(
            index_elements=[waiting_rooms.c.intake_id],
            set_=values,
            where=waiting_rooms.c.changed_at == unchanged_since,
        )
        .returning(waiting_rooms.c.intake_id)
    )
    return saved.first() is not None
