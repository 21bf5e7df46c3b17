"""What sending a draft does inside the transaction of whoever presses the button: the family at
home, or an officer at the counter for it.
"""

from dataclasses import dataclass
from uuid import UUID

from enrol.core.actors import Actor, Family
from enrol.core.answers import Answers, Incompleteness, read_answers
from enrol.services import composing, resubmitting
from enrol.services.composing import Incomplete
from enrol.services.households import signed_in_child
from enrol.services.ports import Secrets
from enrol.services.refusals import NotFound, Refusal
from enrol.store import drafts, registrations, submitting
from enrol.store.db import Transaction
from enrol.store.families import Child
from enrol.store.registrations import Live, NewRegistration, ReceiptLines, WishLine
from enrol.store.submitting import Situation
from enrol.store.windows import Window


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


def send_draft(
    tx: Transaction,
    *,
    family: Family,
    actor: Actor,
    intake_id: int,
    submission_key: UUID,
    secrets: Secrets,
) -> Receipt:
    """Send a family's saved draft under the intake's shared lock, which must be held; see
    ``registering.submit_registration``. ``actor`` is who presses the button and stands in the
    journal: the family, or an officer for it.
    """
    draft = drafts.draft_of(tx, intake_id=intake_id, child_id=family.child_id, for_update=True)
    answers = read_answers(draft.answers if draft else {})
    now = _look(tx, actor=family, intake_id=intake_id, key=submission_key, answers=answers)
    if draft is None:
        raise NotFound
    if now.used is not None:
        return _receipt_again(tx, now=now, used=now.used, secrets=secrets)
    refuse_outside(now.window)
    if submission_key != draft.submission_key:
        raise PageIsOld
    if not isinstance(answers, Answers):
        raise Incomplete(answers)
    return _write(tx, now=now, draft=draft, answers=answers, actor=actor, secrets=secrets)


def refuse_outside(window: Window) -> None:
    """Raise WindowNotOpen or WindowOver unless a registration may be written now."""
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
    tx: Transaction,
    *,
    now: Situation,
    draft: drafts.Draft,
    answers: Answers,
    actor: Actor,
    secrets: Secrets,
) -> Receipt:
    live = None
    if now.has_live:
        live = registrations.live_of(
            tx, intake_id=now.window.intake_id, child_id=now.child.child_id, for_update=True
        )
    new = _composed(tx, now=now, draft=draft, answers=answers, live=live, secrets=secrets)
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
    composing.refuse_ineligible(
        answers, window=now.window, zone=zone, holds_a_seat=now.holds_a_seat
    )
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
