"""Submitting, changing and withdrawing a registration: the transactions the whole house exists
for.
"""

from dataclasses import dataclass
from uuid import UUID

from enrol.core.actors import Family
from enrol.core.answers import Answers, Incompleteness, read_answers
from enrol.services import composing, resubmitting
from enrol.services.composing import Incomplete, NotEligible
from enrol.services.households import signed_in_child
from enrol.services.ports import Secrets
from enrol.services.refusals import NotFound, Refusal, SignedOut
from enrol.store import (
    drafts,
    journal,
    locks,
    receipts,
    registrations,
    submitting,
    windows,
)
from enrol.store.db import Transaction, statements, transaction
from enrol.store.families import Child
from enrol.store.registrations import Live, NewRegistration, ReceiptLines, WishLine
from enrol.store.submitting import Situation
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
        draft = drafts.draft_of(tx, intake_id=intake_id, child_id=actor.child_id, for_update=True)
        answers = read_answers(draft.answers if draft else {})
        now = _look(tx, actor=actor, intake_id=intake_id, key=submission_key, answers=answers)
        if draft is None:
            raise NotFound
        if now.used is not None:
            return _receipt_again(tx, now=now, used=now.used, secrets=secrets)
        _refuse_outside(now.window)
        if submission_key != draft.submission_key:
            raise PageIsOld
        if not isinstance(answers, Answers):
            raise Incomplete(answers)
        return _write(tx, now=now, draft=draft, answers=answers, secrets=secrets)


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


def _refuse_outside(window: Window) -> None:
    if window.is_open:
        return
    if window.at < window.opens_at:
        raise WindowNotOpen(window)
    raise WindowOver(window)


def _look(
    tx: Transaction,
    *,
    actor: Family,
    intake_id: int,
    key: UUID,
    answers: Answers | tuple[Incompleteness, ...],
) -> Situation:
    whole = answers if isinstance(answers, Answers) else None
    situation = submitting.look(
        tx,
        actor=actor,
        intake_id=intake_id,
        submission_key=key,
        zone=whole.zone if whole else "",
        places=composing.named_places(whole) if whole else [],
    )
    if situation is None:
        signed_in_child(tx, actor)
        raise NotFound
    return situation


def _write(
    tx: Transaction, *, now: Situation, draft: drafts.Draft, answers: Answers, secrets: Secrets
) -> Receipt:
    live = None
    if now.has_live:
        live = registrations.live_of(
            tx, intake_id=now.window.intake_id, child_id=now.child.child_id, for_update=True
        )
    new = _composed(tx, now=now, draft=draft, answers=answers, live=live, secrets=secrets)
    actor = Family(now.child.child_id, now.child.secret_version)
    if live is None:
        submitting.write_first(tx, new=new, actor=actor)
    else:
        sent_before = registrations.payload_of(tx, live=live)
        if sent_before == new.payload:
            # Sent again, the same: its receipt stands.
            return _receipt_again(tx, now=now, used=(live.code, live.version), secrets=secrets)
        new = resubmitting.write_change(
            tx, live=live, new=new, sent_before=sent_before, actor=actor
        )
    return _receipt(now=now, new=new, version=live.version + 1 if live else 1, secrets=secrets)


def _composed(
    tx: Transaction,
    *,
    now: Situation,
    draft: drafts.Draft,
    answers: Answers,
    live: Live | None,
    secrets: Secrets,
) -> NewRegistration:
    zone = composing.Zone(now.intake_zone_id, now.schools)
    composing.refuse_ineligible(answers, window=now.window, zone=zone)
    if live is None:
        number = registrations.next_number(tx) if now.number is None else now.number
        code = composing.new_code(number=number, window=now.window)
    else:
        code = live.code
    places = {item.kind: (item.unit, item.group) for item in now.residences}
    return composing.compose(
        answers=answers,
        sender=composing.Sender(now.child, places),
        window=now.window,
        zone=zone,
        groups=now.groups,
        code=code,
        submission_key=draft.submission_key,
        secrets=secrets,
    )


def _receipt(*, now: Situation, new: NewRegistration, version: int, secrets: Secrets) -> Receipt:
    """Return the receipt of what was just written, without asking for it again."""
    assert now.zone is not None  # noqa: S101 - else there was no zone to register in
    by_id = {school.school_id: school for school in now.schools}
    lines = ReceiptLines(
        code=new.code,
        status=new.status,
        version=version,
        latest_version=version,
        submitted_at=new.submitted_at,
        submission_hash=new.submission_hash,
        zone=now.zone.code,
        zone_name=now.zone.name,
        zone_name_en=now.zone.name_en,
        wishes=tuple(
            WishLine(
                rank=rank,
                school=by_id[school_id].code,
                name=by_id[school_id].name,
                name_en=by_id[school_id].name_en,
                distance=metres if metres >= 0 else None,
            )
            for rank, (school_id, metres) in enumerate(
                zip(new.wishes, new.distances, strict=True), start=1
            )
        ),
    )
    return Receipt(
        lines=lines,
        window=now.window,
        child=now.child,
        result_token=secrets.result_token(code=new.code),
    )


def _receipt_again(
    tx: Transaction, *, now: Situation, used: tuple[str, int], secrets: Secrets
) -> Receipt:
    lines = registrations.receipt_lines(
        tx,
        intake_id=now.window.intake_id,
        child_id=now.child.child_id,
        code=used[0],
        version=used[1],
    )
    if lines is None:
        raise NotFound
    return Receipt(
        lines=lines,
        window=now.window,
        child=now.child,
        result_token=secrets.result_token(code=used[0]),
    )
