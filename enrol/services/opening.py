"""The opening: what families ticked beforehand is submitted for them when the window opens.

Nobody has to be awake, and nobody is earlier: the order of the batches has no meaning anywhere.
A draft is ticked off in the transaction that writes its registration, so a batch may be killed,
repeated or run beside another one, and beside the family's own press of the button: whoever holds
the draft's row submits it, the other finds the tick gone.
"""

from collections.abc import Sequence

from enrol.core.actors import Family
from enrol.core.answers import Answers
from enrol.core.intake import ShownPhase, shown_phase
from enrol.services import composing
from enrol.services.composing import Incomplete, NotEligible
from enrol.services.households import signed_in_child
from enrol.services.ports import JOBS, Secrets
from enrol.services.refusals import NotFound, Refusal
from enrol.store import (
    drafts,
    journal,
    locks,
    outbox,
    places,
    ticked_drafts,
    windows,
)
from enrol.store.constraints import StoreRefusal
from enrol.store.db import Transaction, transaction
from enrol.store.registrations import NewRegistration
from enrol.store.ticked_drafts import TickedDraft
from enrol.store.windows import Window

__all__ = [
    "UNREADABLE",
    "AlreadyOpen",
    "Incomplete",
    "NotEligible",
    "stage_due",
    "submit_ticked",
    "tick",
]

AT_ONCE = 500
"""Drafts a transaction: closing the window, or a family on its own draft, waits for one at most."""

MOST_A_JOB = 20_000
"""Drafts a job; the relay stages the next job while any are left."""

UNREADABLE = "unreadable"
"""The word for a draft that could not be submitted for a reason nobody foresaw."""


class AlreadyOpen(Refusal):
    """The window has opened: from now on the family's own button sends at once."""


def tick(*, actor: Family, intake_id: int, is_on: bool) -> None:
    """Note that the family wants its draft submitted at the opening, or no longer wants it.

    Setting it needs a complete draft that passes today's checks and an intake whose window has not
    opened; taking it off works until it is submitted. The draft's row is locked: a batch in flight
    is waited for, and what it has submitted stays submitted. Saying the same twice changes
    nothing. Raises Incomplete, NotEligible, AlreadyOpen, SignedOut, NotFound.
    """
    with transaction() as tx:
        locks.lock_intake_shared(tx, intake_id)
        child = signed_in_child(tx, actor)
        draft = drafts.draft_of(tx, intake_id=intake_id, child_id=child.child_id, for_update=True)
        window = windows.window_of(tx, intake_id=intake_id)
        if draft is None or window is None:
            raise NotFound
        if draft.submit_for_me == is_on:
            return
        if is_on:
            _refuse_unless_ready(tx, draft=draft, window=window)
        drafts.tick(tx, intake_id=intake_id, child_id=child.child_id, is_on=is_on)
        journal.record(
            tx,
            actor=actor,
            action="registration.ticked" if is_on else "registration.unticked",
            intake_id=intake_id,
            subject=str(child.child_id),
        )


def stage_due() -> int:
    """Stage a job for every intake that has opened and is not closed while ticked drafts wait;
    returns how many.

    Nothing but the database's clock opens the window. Idempotent: a job staged and not done stays
    the only one.
    """
    with transaction() as tx:
        due = ticked_drafts.due_intakes(tx)
        outbox.stage(tx, job="submit_drafts", queue=JOBS["submit_drafts"], arguments=due)
    return len(due)


def submit_ticked(
    *, intake_id: int, secrets: Secrets, most: int = MOST_A_JOB, at_once: int = AT_ONCE
) -> int:
    """Submit ticked drafts of an open intake in batches; returns how many were dealt with.

    Each batch is one transaction under the intake's shared lock, with the window judged by the
    database's clock, and one statement that writes it. A draft that does not pass the checks loses
    its tick and keeps the reasons for the family's page. Before the opening nothing happens;
    after the window what was ticked is still sent until the list is frozen (closing waits for it).
    """
    handled = after = 0
    while handled < most:
        batch = _submit_batch(
            intake_id, after=after, secrets=secrets, limit=min(at_once, most - handled)
        )
        if not batch:
            break
        handled += len(batch)
        after = batch[-1]
    return handled


def _submit_batch(intake_id: int, *, after: int, secrets: Secrets, limit: int) -> list[int]:
    """Return the children of the batch, whose drafts are dealt with."""
    with transaction() as tx:
        locks.lock_intake_shared(tx, intake_id)
        claimed = ticked_drafts.claim(tx, intake_id=intake_id, after=after, limit=limit)
        window = windows.window_of(tx, intake_id=intake_id)
        if window is None or not window.takes_prepared or not claimed:
            return []
        composed, refusals = _composed(tx, claimed, window=window, secrets=secrets)
        for child_id in _unwritable(tx, composed):
            refusals[child_id] = [UNREADABLE]
        ticked_drafts.refuse(tx, intake_id=intake_id, refusals=refusals)
        return [draft.child.child_id for draft in claimed]


def _refuse_unless_ready(tx: Transaction, *, draft: drafts.Draft, window: Window) -> None:
    shown = shown_phase(
        phase=window.phase, opens_at=window.opens_at, closes_at=window.closes_at, at=window.at
    )
    if shown is not ShownPhase.ANNOUNCED:
        raise AlreadyOpen
    answers = composing.complete(draft.answers)
    zone = places.zone_schools(tx, intake_id=window.intake_id, zone_code=answers.zone)
    composing.refuse_ineligible(answers, window=window, zone=composing.Zone(*zone))


def _composed(
    tx: Transaction, claimed: Sequence[TickedDraft], *, window: Window, secrets: Secrets
) -> tuple[list[NewRegistration], dict[int, list[str]]]:
    """Return what the drafts write, and the reasons of those that do not pass, by child."""
    read, refusals = _read(claimed)
    named = {place for _, answers in read for place in composing.named_places(answers)}
    groups = ticked_drafts.groups_named(tx, places=named)
    zones = ticked_drafts.schools_of_zones(
        tx, intake_id=window.intake_id, zone_codes={answers.zone for _, answers in read}
    )
    composed: list[NewRegistration] = []
    numbers = ticked_drafts.next_numbers(tx, count=len(read))
    for (draft, answers), number in zip(read, numbers, strict=True):
        try:
            new = composing.compose(
                answers=answers,
                sender=composing.Sender(draft.child, draft.places),
                window=window,
                zone=composing.Zone(*zones.get(answers.zone, (None, ()))),
                groups=groups,
                code=composing.new_code(number=number, window=window),
                submission_key=draft.submission_key,
                secrets=secrets,
            )
        except NotEligible as refusal:
            refusals[draft.child.child_id] = [str(reason) for reason in refusal.reasons]
        except (NotFound, ValueError, TypeError):
            refusals[draft.child.child_id] = [UNREADABLE]
        else:
            composed.append(new)
    return composed, refusals


def _read(
    claimed: Sequence[TickedDraft],
) -> tuple[list[tuple[TickedDraft, Answers]], dict[int, list[str]]]:
    read: list[tuple[TickedDraft, Answers]] = []
    refusals: dict[int, list[str]] = {}
    for draft in claimed:
        try:
            read.append((draft, composing.complete(draft.answers)))
        except Incomplete as refusal:
            gaps = [f"{gap.question}:{gap.gap}" for gap in refusal.gaps]
            refusals[draft.child.child_id] = gaps
    return read, refusals


def _unwritable(tx: Transaction, composed: Sequence[NewRegistration]) -> list[int]:
    """Write these registrations; returns the children whose rows the database does not take.

    One row that nobody foresaw must not keep a city waiting: a refused batch is halved.
    """
    try:
        ticked_drafts.submit(tx, sent=composed)
    except StoreRefusal:
        if len(composed) == 1:
            return [composed[0].child_id]
        half = len(composed) // 2
        return _unwritable(tx, composed[:half]) + _unwritable(tx, composed[half:])
    return []
