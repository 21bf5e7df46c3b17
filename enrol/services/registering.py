"""Submitting, changing and withdrawing a registration: the transactions the whole house exists
for.
"""

from dataclasses import dataclass
from uuid import UUID

from enrol.core.actors import Family
from enrol.services import composing
from enrol.services.composing import Incomplete, NotEligible
from enrol.services.households import signed_in_child
from enrol.services.ports import Secrets
from enrol.services.refusals import NotFound, Refusal
from enrol.store import drafts, families, journal, locks, places, registrations, windows
from enrol.store.db import Transaction, transaction
from enrol.store.families import Child
from enrol.store.registrations import Live, NewRegistration, ReceiptLines
from enrol.store.windows import Window

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


class WindowNotOpen(Refusal):
    """The window has not opened yet; ``window`` says when it does."""

    def __init__(self, window: Window) -> None:
        super().__init__()
        self.window = window


class WindowOver(Refusal):
    """The window has ended; ``window`` says when it did."""

    def __init__(self, window: Window) -> None:
        super().__init__()
        self.window = window


class PageIsOld(Refusal):
    """The page was opened before a later submission or change; the family looks again and
    decides.
    """


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the family holds in its hand: lines of the submission, the intake and the child."""

    lines: ReceiptLines
    window: Window
    child: Child
    result_token: str


def submit_registration(
    *, actor: Family, intake_id: int, submission_key: UUID, secrets: Secrets
) -> Receipt:
    """Send the saved draft, or return the receipt that this key already produced.

    One transaction: shared lock on the intake (closing waits for it), the window judged by the
    database's clock, the draft's row locked so that two presses of the button follow each other,
    then the writes. A draft of a live registration becomes its next version; one that says the
    same changes nothing and shows the receipt that stands. Time gives no priority.

    Raises WindowNotOpen, WindowOver, Incomplete, NotEligible, PageIsOld, SignedOut, NotFound; the
    store's AlreadyRegistered only when a constraint decides a race that the locks did not see.
    """
    with transaction() as tx:
        locks.lock_intake_shared(tx, intake_id)
        child = signed_in_child(tx, actor)
        draft = drafts.draft_of(tx, intake_id=intake_id, child_id=child.child_id, for_update=True)
        window = windows.window_of(tx, intake_id=intake_id)
        if draft is None or window is None:
            raise NotFound
        used = registrations.submitted_with(
            tx, submission_key=submission_key, child_id=child.child_id
        )
        if used is None:
            _refuse_outside(window)
            if submission_key != draft.submission_key:
                raise PageIsOld
            used = _write(tx, child=child, window=window, draft=draft, secrets=secrets)
        return _receipt(
            tx, child=child, window=window, code=used[0], version=used[1], secrets=secrets
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
        _refuse_outside(window)
        registrations.withdraw(tx, registration_id=live.registration_id, at=window.at)
        journal.record(
            tx, actor=actor, action="registration.withdrawn", intake_id=intake_id, subject=live.code
        )


def receipt_of(*, actor: Family, secrets: Secrets) -> Receipt:
    """Return the latest receipt of the family's live registration; NotFound when there is none."""
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        window = windows.current_window(tx)
        if window is None:
            raise NotFound
        live = registrations.live_of(tx, intake_id=window.intake_id, child_id=child.child_id)
        if live is None:
            raise NotFound
        return _receipt(
            tx, child=child, window=window, code=live.code, version=live.version, secrets=secrets
        )


def _refuse_outside(window: Window) -> None:
    if window.is_open:
        return
    if window.at < window.opens_at:
        raise WindowNotOpen(window)
    raise WindowOver(window)


def _write(
    tx: Transaction, *, child: Child, window: Window, draft: drafts.Draft, secrets: Secrets
) -> tuple[str, int]:
    live = registrations.live_of(
        tx, intake_id=window.intake_id, child_id=child.child_id, for_update=True
    )
    new = _composed(tx, child=child, window=window, draft=draft, live=live, secrets=secrets)
    if live is not None and registrations.payload_of(tx, live=live) == new.payload:
        return live.code, live.version  # sent again, the same: its receipt stands
    version = 1 if live is None else live.version + 1
    if live is None:
        registrations.insert_first(tx, new=new)
    else:
        registrations.insert_change(
            tx, registration_id=live.registration_id, version=version, new=new
        )
    journal.record(
        tx,
        actor=Family(child.child_id, child.secret_version),
        action="registration.submitted" if live is None else "registration.changed",
        intake_id=window.intake_id,
        subject=new.code,
        detail={"version": version, "submission_hash": new.submission_hash},
    )
    drafts.renew_key(tx, intake_id=window.intake_id, child_id=child.child_id)
    return new.code, version


def _composed(
    tx: Transaction,
    *,
    child: Child,
    window: Window,
    draft: drafts.Draft,
    live: Live | None,
    secrets: Secrets,
) -> NewRegistration:
    answers = composing.complete(draft.answers)
    zone = composing.Zone(
        *places.zone_schools(tx, intake_id=window.intake_id, zone_code=answers.zone)
    )
    composing.refuse_ineligible(answers, window=window, zone=zone)
    residences = families.residences_of(tx, child_id=child.child_id)
    return composing.compose(
        answers=answers,
        sender=composing.Sender(child, {item.kind: (item.unit, item.group) for item in residences}),
        window=window,
        zone=zone,
        groups=places.groups_named(tx, places=composing.named_places(answers)),
        code=live.code
        if live
        else composing.new_code(number=registrations.next_number(tx), window=window),
        submission_key=draft.submission_key,
        secrets=secrets,
    )


def _receipt(
    tx: Transaction, *, child: Child, window: Window, code: str, version: int, secrets: Secrets
) -> Receipt:
    lines = registrations.receipt_lines(
        tx, intake_id=window.intake_id, child_id=child.child_id, code=code, version=version
    )
    if lines is None:
        raise NotFound
    return Receipt(
        lines=lines, window=window, child=child, result_token=secrets.result_token(code=code)
    )
