"""What only the family itself may take away: the last submission with its salt."""

from dataclasses import dataclass

from sqlalchemy import and_, select

from enrol.store.db import Transaction
from enrol.store.tables.registrations import registrations, submissions


@dataclass(frozen=True, slots=True)
class Submission:
    """One submission: ``payload`` is canonical JSON, ``hash`` 64 hex digits."""

    payload: str
    salt: bytes
    hash: str


def latest_submission(tx: Transaction, *, registration_id: int) -> Submission | None:
    """Return the latest submission of a registration."""
    query = (
        select(submissions.c.payload, submissions.c.salt, submissions.c.hash)
        .join(
            registrations,
            and_(
                registrations.c.id == submissions.c.registration_id,
                registrations.c.version == submissions.c.version,
            ),
        )
        .where(registrations.c.id == registration_id)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else Submission(row[0], bytes(row[1]), row[2])
