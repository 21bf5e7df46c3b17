"""Taking the numbers that pages show, so that no page ever counts.

A snapshot says when it was taken. A page that finds none shows none: falling back to counting on
a request is how counters take a busy service down.
"""

from enrol.services.ports import WaitingRoom
from enrol.store import counters, figures, outbox
from enrol.store.counters import Counts
from enrol.store.db import Transaction, transaction

OUTBOX = "outbox"


def intake_snapshot(intake_id: int) -> str:
    """Return the name under which an intake's numbers are kept."""
    return f"intake/{intake_id}"


def refresh_counters(*, waiting_room: WaitingRoom | None = None) -> int:
    """Take the numbers of every intake that is not over, and of the outbox; returns how many.

    An intake's snapshot holds ``registrations`` (live), ``zones`` and ``first_wishes`` (by code),
    ``minutes`` (``[minute in UTC, count]`` of the last hour, minutes without any left out),
    ``hours`` (``[hour in UTC, count]`` of all, hours without any left out),
    ``ticked`` (drafts that wait for the opening) and ``waiting`` and ``inside``, the families in
    the waiting room and past it (None while nobody can tell). The outbox's holds ``undone`` and
    ``oldest_seconds``. Idempotent; one transaction, reading committed numbers only. The room is
    looked at before, so that a slow Redis holds no transaction open.
    """
    with transaction() as tx:
        intake_ids = counters.counted_intakes(tx)
    rooms = {intake_id: _room(waiting_room, intake_id) for intake_id in intake_ids}
    with transaction() as tx:
        for intake_id, room in rooms.items():
            _refresh(tx, intake_id, room=room)
        age = outbox.oldest_undone_age(tx)
        counters.save(
            tx,
            name=OUTBOX,
            body={
                "undone": outbox.undone_count(tx),
                "oldest_seconds": int(age.total_seconds()) if age else 0,
            },
        )
    return len(rooms) + 1


def refresh_intake(*, intake_id: int, waiting_room: WaitingRoom | None = None) -> None:
    """Take the numbers of one intake now."""
    room = _room(waiting_room, intake_id)
    with transaction() as tx:
        _refresh(tx, intake_id, room=room)


def _room(waiting_room: WaitingRoom | None, intake_id: int) -> dict[str, int | None]:
    seen = waiting_room.look(intake_id=intake_id) if waiting_room else None
    return {"waiting": seen.waiting if seen else None, "inside": seen.inside if seen else None}


def _refresh(tx: Transaction, intake_id: int, *, room: dict[str, int | None]) -> None:
    counts = counters.count_registrations(tx, intake_id=intake_id)
    ticked = figures.ticked_count(tx, intake_id=intake_id)
    body = {**_body(counts), "ticked": ticked, **room}
    counters.save(tx, name=intake_snapshot(intake_id), body=body)


def _body(counts: Counts) -> dict[str, object]:
    return {
        "registrations": counts.total,
        "zones": counts.zones,
        "first_wishes": counts.first_wishes,
        "minutes": [[at.isoformat(), count] for at, count in sorted(counts.minutes.items())],
        "hours": [[at.isoformat(), count] for at, count in sorted(counts.hours.items())],
    }
