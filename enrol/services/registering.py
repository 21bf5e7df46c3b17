"""Submitting, changing and withdrawing a registration: the transactions the whole house exists
for.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from uuid import UUID

from enrol.core import eligibility
from enrol.core.actors import Family
from enrol.core.answers import Answers, Incompleteness, payload, read_answers
from enrol.core.codes import OFFICIAL_PREFIX, REHEARSAL_PREFIX, registration_code
from enrol.core.eligibility import Limits
from enrol.core.sealing import canonical_json, submission_hash
from enrol.core.stated import Known, needs_verification, stated_facts
from enrol.services.households import distance_from, home_point, signed_in_child
from enrol.services.ports import Secrets
from enrol.services.refusals import NotFound, Refusal
from enrol.store import drafts, families, journal, locks, places, registrations, windows
from enrol.store.db import Transaction, transaction
from enrol.store.families import Child
from enrol.store.places import ZoneSchool
from enrol.store.registrations import Live, NewRegistration, ReceiptLines
from enrol.store.windows import Window

VIETNAM = timezone(timedelta(hours=7))
"""Registration codes carry the local day (Asia/Ho_Chi_Minh has no summer time)."""


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


class Incomplete(Refusal):
    """Questions of the draft still need an answer."""

    def __init__(self, gaps: tuple[Incompleteness, ...]) -> None:
        super().__init__()
        self.gaps = gaps


class NotEligible(Refusal):
    """The child or its wishes do not fit this intake; ``reasons`` in the order they are told."""

    def __init__(self, reasons: tuple[eligibility.Refusal, ...]) -> None:
        super().__init__()
        self.reasons = reasons


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
    answers = read_answers(draft.answers)
    if not isinstance(answers, Answers):
        raise Incomplete(answers)
    intake_zone_id, schools = places.zone_schools(
        tx, intake_id=window.intake_id, zone_code=answers.zone
    )
    by_code = {school.code: school for school in schools}
    _check(answers, window=window, schools=by_code)
    if intake_zone_id is None:
        raise NotFound
    live = registrations.live_of(
        tx, intake_id=window.intake_id, child_id=child.child_id, for_update=True
    )
    new = _new_registration(
        tx,
        child=child,
        window=window,
        draft=draft,
        answers=answers,
        wished=[by_code[code] for code in answers.wishes],
        intake_zone_id=intake_zone_id,
        live=live,
        secrets=secrets,
    )
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


def _check(answers: Answers, *, window: Window, schools: dict[str, ZoneSchool]) -> None:
    reasons = eligibility.check(
        born_on=answers.birth_on,
        wishes=answers.wishes,
        zone_schools=schools.keys(),
        limits=Limits(
            born_from=window.birth_from, born_until=window.birth_to, max_wishes=window.max_wishes
        ),
    )
    if reasons:
        raise NotEligible(reasons)


def _new_registration(  # one record of many columns: splitting it would hide what is written
    tx: Transaction,
    *,
    child: Child,
    window: Window,
    draft: drafts.Draft,
    answers: Answers,
    wished: list[ZoneSchool],
    intake_zone_id: int,
    live: Live | None,
    secrets: Secrets,
) -> NewRegistration:
    groups = places.groups_named(
        tx, places=[(place.unit, place.group) for _, place in answers.places if place.group]
    )
    zone_of = {key: group.zone for key, group in groups.items()}
    known = _known(tx, child)
    home = home_point(tx, child=child, answers=draft.answers)
    distances = [distance_from(home=home, school=school) for school in wished]
    code = live.code if live else _new_code(tx, window)
    sent = payload(pupil_code=child.pupil_code, intake_code=window.code, answers=answers)
    salt = secrets.new_salt()
    to_verify = needs_verification(
        answers=answers, known=known, zone_of=zone_of, zones=frozenset(zone_of.values())
    )
    return NewRegistration(
        intake_id=window.intake_id,
        child_id=child.child_id,
        code=code,
        family_code=secrets.family_alias(family_code=child.family_code)
        if child.family_code
        else code,
        intake_zone_id=intake_zone_id,
        status="verifying" if to_verify else "submitted",
        wishes=tuple(school.school_id for school in wished),
        distances=tuple(-1 if metres is None else metres for metres in distances),
        facts=stated_facts(answers=answers, known=known, zone_of=zone_of),
        submission_key=draft.submission_key,
        payload=canonical_json(sent).decode(),
        salt=salt,
        submission_hash=submission_hash(salt=salt, payload=sent),
        submitted_at=window.at,
    )


def _known(tx: Transaction, child: Child) -> Known:
    return Known(
        in_register=child.in_register,
        places={
            item.kind: (item.unit, item.group)
            for item in families.residences_of(tx, child_id=child.child_id)
        },
        sibling_school=child.sibling_school,
        policies=tuple(sorted(child.policies)),
    )


def _new_code(tx: Transaction, window: Window) -> str:
    return registration_code(
        prefix=REHEARSAL_PREFIX if window.is_rehearsal else OFFICIAL_PREFIX,
        on=_local_day(window.at),
        sequence=registrations.next_number(tx),
    )


def _local_day(at: datetime) -> date:
    return at.astimezone(VIETNAM).date()


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
