"""Taking the numbers that pages show, so that no page ever counts.

A snapshot says when it was taken. A page that finds none shows none: falling back to counting on
a request is how counters take a busy service down.
"""

from enrol.store import counters, outbox
from enrol.store.counters import Counts
from enrol.store.db import Transaction, transaction

OUTBOX = "outbox"


def intake_snapshot(intake_id: int) -> str:
    """Return the name under which an intake's numbers are kept."""
    return f"intake/{intake_id}"


def refresh_counters() -> int:
    """Take the numbers of every intake that is not over, and of the outbox; returns how many.

    An intake's snapshot holds ``registrations`` (live), ``zones`` and ``first_wishes`` (by code)
    and ``minutes`` (``[minute in UTC, count]`` of the last hour, minutes without any left out). The
    outbox's holds ``undone`` and ``oldest_seconds``. Idempotent; one transaction, reading
    committed numbers only.
    """
    with transaction() as tx:
        intake_ids = counters.counted_intakes(tx)
        for intake_id in intake_ids:
            _refresh(tx, intake_id)
        age = outbox.oldest_undone_age(tx)
        counters.save(
            tx,
            name=OUTBOX,
            body={
                "undone": outbox.undone_count(tx),
                "oldest_seconds": int(age.total_seconds()) if age else 0,
            },
        )
    return len(intake_ids) + 1


def refresh_intake(*, intake_id: int) -> None:
    """Take the numbers of one intake now."""
    with transaction() as tx:
        _refresh(tx, intake_id)


def _refresh(tx: Transaction, intake_id: int) -> None:
    counts = counters.count_registrations(tx, intake_id=intake_id)
    counters.save(tx, name=intake_snapshot(intake_id), body=_body(counts))


def _body(counts: Counts) -> dict[str, object]:
    return {
        "registrations": counts.total,
        "zones": counts.zones,
        "first_wishes": counts.first_wishes,
        "minutes": [[at.isoformat(), count] for at, count in sorted(counts.minutes.items())],
    }
