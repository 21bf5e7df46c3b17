"""Submitting, changing and withdrawing a registration: the transactions the whole house exists
for.
"""

from uuid import UUID

from enrol.core.actors import Family
from enrol.core.message_texts import WITHDRAWN
from enrol.services.composing import Incomplete, NotEligible
from enrol.services.households import signed_in_child
from enrol.services.ports import Secrets
from enrol.services.refusals import NotFound, SignedOut
from enrol.services.sending import (
    PageIsOld,
    Receipt,
    WindowNotOpen,
    WindowOver,
    refuse_outside,
    send_draft,
)
from enrol.store import journal, locks, messages, receipts, registrations, windows
from enrol.store.db import statements, transaction

__all__ = [
    "Incomplete",
    "NotEligible",
    "PageIsOld",
    "Receipt",
    "WindowNotOpen",
    "WindowOver",
    "receipt_of",
    "submit_registration",
    "withdraw_registration",
]


def submit_registration(
    *, actor: Family, intake_id: int, submission_key: UUID, secrets: Secrets
) -> Receipt:
    """Send the saved draft, or return the receipt that this key already produced.

    One transaction: shared lock on the intake (closing waits for it), the draft's row locked so
    that two presses of the button follow each other, one read of all that decides (the window by
    the database's clock), one write. A draft of a live registration becomes its next version;
    one that says the same changes nothing and shows the receipt that stands. Time gives no
    priority.

    Raises WindowNotOpen, WindowOver, Incomplete, NotEligible, PageIsOld, SignedOut, NotFound; the
    store's AlreadyRegistered only when a constraint decides a race that the locks did not see.
    """
    with transaction() as tx:
        locks.lock_intake_shared(tx, intake_id)
        return send_draft(
            tx,
            family=actor,
            actor=actor,
            intake_id=intake_id,
            submission_key=submission_key,
            secrets=secrets,
        )


def withdraw_registration(*, actor: Family, intake_id: int, code: str) -> None:
    """End the family's live registration while the window is open; withdrawing twice is the same
    as once.
    """
    with transaction() as tx:
        locks.lock_intake_shared(tx, intake_id)
        child = signed_in_child(tx, actor)
        window = windows.window_of(tx, intake_id=intake_id)
        if window is None:
            raise NotFound
        live = registrations.live_of(
            tx, intake_id=intake_id, child_id=child.child_id, for_update=True
        )
        if live is None or live.code != code:
            return
        refuse_outside(window)
        registrations.withdraw(tx, registration_id=live.registration_id, at=window.at)
        messages.stage(tx, event=WITHDRAWN, ids=[live.registration_id])
        journal.record(
            tx, actor=actor, action="registration.withdrawn", intake_id=intake_id, subject=live.code
        )


def receipt_of(*, actor: Family, secrets: Secrets) -> Receipt:
    """Return the latest receipt of the family's live registration; NotFound when there is none."""
    with statements() as db:
        row = receipts.latest_receipt(
            db, child_id=actor.child_id, secret_version=actor.secret_version
        )
    if row is None:
        raise SignedOut
    if row.window is None or row.lines is None:
        raise NotFound
    return Receipt(
        lines=row.lines,
        window=row.window,
        child=row.child,
        result_token=secrets.result_token(code=row.lines.code),
    )
