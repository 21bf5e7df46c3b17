"""Two officers agree to publish an outcome at a set minute; either can halt it until then.

The second officer confirms exactly what the first asked for: the digest over all placements, the
totals and the minute. Everything is hashed again at each step, and once more at the minute
(``publishing.publish_due``), which a worker takes: nobody presses a button then.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from enrol.core.actors import Actor
from enrol.core.sealing import nfc
from enrol.services import authority
from enrol.services.phases import WrongPhase, locked_intake
from enrol.services.ports import JOBS
from enrol.services.publishable import FINAL, Agreement, agreement_of, publishable_kind
from enrol.services.refusals import NotFound, Refusal
from enrol.services.second_officers import refuse_one_hand
from enrol.services.stored_outcomes import StoredOutcome, stored_outcome
from enrol.store import (
    clock,
    journal,
    outbox,
    publication_requests,
)
from enrol.store.constraints import SameOfficerTwice
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.publication_requests import PublicationRequest

__all__ = [
    "FINAL",
    "Agreement",
    "MinuteNotOffered",
    "MinutePassed",
    "NothingAsked",
    "ObjectionDaysOutOfBounds",
    "OutcomeChanged",
    "PublicationRequest",
    "ReasonMissing",
    "RequestStands",
    "SecondOfficerNeeded",
    "StaleSignIn",
    "TooLateToHalt",
    "agreement_of",
    "ask_publication",
    "confirm_publication",
    "halt_publication",
]

OBJECTION_DAYS = 7
"""What a family has to object in when the officer who asks says nothing else."""
MOST_OBJECTION_DAYS = 60
"""As ``ck_publication_requests_objection_days`` has it; the least is 1."""
FRESH_FOR = timedelta(minutes=15)
"""How long after a password or passkey an officer may ask or confirm."""
FARTHEST = timedelta(days=60)
LONGEST_REASON = 300


class StaleSignIn(Refusal):
    """The officer gave password or passkey too long ago for a step like this."""


class MinuteNotOffered(Refusal):
    """The minute lies in the past, or too far ahead."""


class ObjectionDaysOutOfBounds(Refusal):
    """The days to object in are none, or more than ``MOST_OBJECTION_DAYS``."""


class RequestStands(Refusal):
    """Somebody asked already: confirm that, or halt it first."""


class NothingAsked(Refusal):
    """No request stands that could be confirmed or halted."""


class SecondOfficerNeeded(Refusal):
    """Who asked for publication cannot confirm it."""


class OutcomeChanged(Refusal):
    """What would be published is not what the officer saw: digest, totals or minute differ."""


class MinutePassed(Refusal):
    """The minute came before anybody confirmed: halt the request and ask anew."""


class TooLateToHalt(Refusal):
    """The minute has come: the result is public or about to be."""


class ReasonMissing(Refusal):
    """Halting needs a reason."""


@dataclass(frozen=True, slots=True)
class _Step:
    intake: IntakeRecord
    kind: str
    now: datetime


def ask_publication(
    *,
    actor: Actor,
    intake_id: int,
    publish_at: datetime,
    signed_in_at: datetime,
    objection_days: int = OBJECTION_DAYS,
) -> PublicationRequest:
    """Ask for publication of the outcome at a minute; every placement is hashed.

    That is the provisional one of an allocated intake, or the final one after its final run.

    ``signed_in_at`` is when the officer last gave password or passkey. Under the intake's exclusive
    lock. Raises NotFound, WrongPhase, StaleSignIn, MinuteNotOffered, ObjectionDaysOutOfBounds,
    RequestStands, OutcomeAltered.
    """
    officer = authority.officer(actor)
    with transaction() as tx:
        step = _locked(tx, actor=actor, intake_id=intake_id, signed_in_at=signed_in_at)
        if not step.now < publish_at <= step.now + FARTHEST:
            raise MinuteNotOffered
        if not 1 <= objection_days <= MOST_OBJECTION_DAYS:
            raise ObjectionDaysOutOfBounds
        if _standing(tx, intake_id, step.kind) is not None:
            raise RequestStands
        outcome = stored_outcome(tx, intake_id=intake_id, outcome=step.kind)
        request_id = publication_requests.ask(
            tx,
            intake_id=intake_id,
            kind=step.kind,
            outcome_digest=outcome.digest,
            totals=outcome.totals,
            publish_at=publish_at,
            objection_days=objection_days,
            asked_by=officer.staff_id,
        )
        request = _request(tx, request_id)
        _record(tx, actor, step.intake, "publication.asked", request)
        return request


def confirm_publication(
    *,
    actor: Actor,
    intake_id: int,
    request_id: int,
    seen_digest: str,
    signed_in_at: datetime,
) -> PublicationRequest:
    """Agree, as the second officer, to what was seen; a worker publishes it at its minute.

    Bound to the request (which never changes its minute or totals) and to the digest on the page:
    everything stored is hashed again and must still be that. Repeated by the same officer it
    returns what stands. Under the intake's exclusive lock. Raises NotFound, WrongPhase,
    StaleSignIn, NothingAsked, SecondOfficerNeeded, NotIndependent, TooNew, MinutePassed,
    OutcomeAltered, OutcomeChanged.
    """
    officer = authority.officer(actor)
    with transaction() as tx:
        step = _locked(tx, actor=actor, intake_id=intake_id, signed_in_at=signed_in_at)
        request = _standing(tx, intake_id, step.kind)
        if request is None:
            raise NothingAsked
        if request.asked_by == officer.staff_id:
            raise SecondOfficerNeeded
        if request.request_id != request_id:
            raise OutcomeChanged
        if request.is_confirmed:
            return request
        refuse_one_hand(
            tx, asker=request.asked_by, asked_at=request.asked_at, approver=officer.staff_id
        )
        if step.now >= request.publish_at:
            raise MinutePassed
        _refuse_change(
            stored_outcome(tx, intake_id=intake_id, outcome=step.kind),
            request=request,
            seen_digest=seen_digest,
        )
        try:
            publication_requests.confirm(tx, request_id=request_id, confirmed_by=officer.staff_id)
        except SameOfficerTwice as error:  # the constraint, should the check ever be passed by
            raise SecondOfficerNeeded from error
        outbox.stage(
            tx,
            job="publish_outcome",
            queue=JOBS["publish_outcome"],
            arguments=[request_id],
            due_at=request.publish_at,
        )
        confirmed = _request(tx, request_id)
        _record(tx, actor, step.intake, "publication.confirmed", confirmed)
        return confirmed


def halt_publication(*, actor: Actor, intake_id: int, request_id: int, reason: str) -> None:
    """Halt a request, confirmed or not, until its minute comes; the journal keeps the reason.

    Any officer who leads the intake may: stopping needs neither a second officer nor a fresh
    sign-in. An unconfirmed request can be halted for ever. Raises NotFound, NothingAsked,
    TooLateToHalt, ReasonMissing.
    """
    officer = authority.officer(actor)
    said = nfc(" ".join(reason.split()))[:LONGEST_REASON]
    if not said:
        raise ReasonMissing
    with transaction() as tx:
        intake = locked_intake(tx, actor=actor, intake_id=intake_id)
        request = publication_requests.request_of(tx, request_id=request_id)
        standing = None if request is None else _standing(tx, intake_id, request.kind)
        if request is None or standing is None or standing.request_id != request_id:
            raise NothingAsked
        if request.is_confirmed and clock.database_now(tx) >= request.publish_at:
            raise TooLateToHalt
        publication_requests.halt(
            tx, request_id=request_id, halted_by=officer.staff_id, reason=said
        )
        _record(tx, actor, intake, "publication.halted", request, reason=said)


def _locked(tx: Transaction, *, actor: Actor, intake_id: int, signed_in_at: datetime) -> _Step:
    intake = locked_intake(tx, actor=actor, intake_id=intake_id)
    kind = publishable_kind(tx, intake)
    if kind is None:
        raise WrongPhase(intake.phase)
    now = clock.database_now(tx)
    if now - signed_in_at > FRESH_FOR:
        raise StaleSignIn
    return _Step(intake, kind, now)


def _refuse_change(
    outcome: StoredOutcome, *, request: PublicationRequest, seen_digest: str
) -> None:
    stands = (outcome.digest, dict(outcome.totals))
    if seen_digest != request.outcome_digest or stands != (
        request.outcome_digest,
        dict(request.totals),
    ):
        raise OutcomeChanged


def _standing(tx: Transaction, intake_id: int, kind: str) -> PublicationRequest | None:
    request = publication_requests.latest(tx, intake_id=intake_id, kind=kind)
    return None if request is None or request.halted_at is not None else request


def _request(tx: Transaction, request_id: int) -> PublicationRequest:
    request = publication_requests.request_of(tx, request_id=request_id)
    if request is None:
        raise NotFound
    return request


def _record(
    tx: Transaction,
    actor: Actor,
    intake: IntakeRecord,
    action: str,
    request: PublicationRequest,
    **detail: str,
) -> None:
    journal.record(
        tx,
        actor=actor,
        action=action,
        intake_id=intake.intake_id,
        subject=intake.code,
        detail={
            "kind": request.kind,
            "outcome_digest": request.outcome_digest,
            "publish_at": request.publish_at.isoformat(),
            **detail,
        },
    )
