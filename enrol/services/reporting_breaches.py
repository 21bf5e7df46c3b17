"""What the authority is told within 72 hours of a breach: whose data, read or taken by whom."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from enrol.core.actors import System
from enrol.core.spreadsheets import inert
from enrol.store import breaches, journal, staff
from enrol.store.breaches import COLUMNS, CONTACT
from enrol.store.db import transaction

__all__ = ["COLUMNS", "CONTACT", "breach_rows", "unknown_officers"]


def unknown_officers(*, emails: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of these e-mail addresses that belong to no account."""
    with transaction() as tx:
        return tuple(one for one in emails if staff.staff_id_of(tx, email=one) is None)


@contextmanager
def breach_rows(
    *, since: datetime, until: datetime, officers: tuple[str, ...], with_contact: bool
) -> Iterator[Iterator[list[str]]]:
    """Lend the rows of a report, as texts that compute nothing in a spreadsheet.

    The report itself is journalled: it holds personal data when contacts are asked for.
    """
    with transaction() as tx:
        journal.record(
            tx,
            actor=System(),
            action="breach.reported",
            detail={
                "since": since.isoformat(),
                "until": until.isoformat(),
                "officers": len(officers),
                "contact": with_contact,
            },
        )
        found = breaches.readings(
            tx,
            since=since,
            until=until,
            officers=list(officers),
            with_contact=with_contact,
        )
        yield ([_said(value) for value in row] for row in found)


def _said(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else inert(str(value))
