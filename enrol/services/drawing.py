"""The draw: one officer reads the public value in, another reads it again, then the seed is shown.

Numbers are not computed here: they follow from seed, public value and list hash for anyone.
"""

from dataclasses import dataclass
from datetime import date

from enrol.core.actors import Actor
from enrol.core.intake import Phase
from enrol.core.lottery import commitment, draw_key
from enrol.core.sealing import nfc
from enrol.services import authority
from enrol.services.approvals import ApprovedStep, refuse_unapproved
from enrol.services.phases import (
    locked_intake,
    refuse_unless_in,
    refuse_unless_next,
    seed_context,
)
from enrol.services.ports import Vault
from enrol.services.refusals import NotFound, Refusal
from enrol.services.second_officers import refuse_one_hand
from enrol.store import clock, draws, intakes, journal
from enrol.store.constraints import AlreadyDrawn, SameOfficerTwice
from enrol.store.db import Transaction, transaction
from enrol.store.draws import Draw
from enrol.store.intakes import IntakeRecord


class ValueMissing(Refusal):
    """No public value was typed."""


class NotYetBorn(Refusal):
    """The public value is dated ``on``, which is still to come."""

    def __init__(self, on: date) -> None:
        super().__init__()
        self.on = on


class OlderThanTheList(Refusal):
    """The public value is dated before the list was frozen, so it could have been known."""


class ChosenTooLate(Refusal):
    """The value named in the place of another is of today or earlier, so it may be known."""


class OrderNotDeclared(Refusal):
    """The value is of the day of freezing, and the officer did not declare that it came later."""


class NothingProposed(Refusal):
    """There is no proposal to confirm or to take back."""


class SecondOfficerNeeded(Refusal):
    """The officer who proposed the value cannot confirm it."""


class ValuesDiffer(Refusal):
    """The two officers typed different values; nothing was drawn."""


class DrawStands(Refusal):
    """The intake already has its draw, or a proposal that waits for confirmation."""


class SeedBroken(Exception):
    """The sealed seed does not open, or is not the one committed to: stop, call the operators."""


class ReasonMissing(Refusal):
    """Naming another date needs a reason that can be published."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What everyone may know after the draw; ``seed`` and ``list_hash`` are 64 hex digits."""

    seed: str
    public_value: str
    list_hash: str


def propose_public_value(
    *, actor: Actor, intake_id: int, public_value: str, arose_later: bool = False
) -> None:
    """Record the public value as the first officer read it.

    ``arose_later`` is the officer's declaration that the value arose after the list was frozen,
    asked for when both are of one day (ADR 0005). Raises NotFound, WrongPhase, ValueMissing,
    NotYetBorn, OlderThanTheList, OrderNotDeclared, ApprovalsMissing, DrawStands.
    """
    officer = authority.officer(actor)
    typed = _cleaned(public_value)
    with transaction() as tx:
        intake = locked_intake(tx, actor=actor, intake_id=intake_id)
        refuse_unless_next(intake, Phase.DRAWN)
        declared = _refuse_wrong_date(tx, intake, arose_later=arose_later)
        refuse_unapproved(tx, intake=intake, step=ApprovedStep.DRAW)
        if draws.draw_of(tx, intake_id=intake_id) is not None:
            raise DrawStands
        try:
            draws.propose(
                tx,
                intake_id=intake_id,
                kind=intake.kind,
                list_hash=_frozen_hash(intake),
                public_value=typed,
                proposed_by=officer.staff_id,
            )
        except AlreadyDrawn as error:  # the constraint, should the lock ever be passed by
            raise DrawStands from error
        # Not the value: who confirms must read the publication, and the journal is open to both.
        _record(tx, actor, intake, "draw.proposed", **declared)


def take_back_proposal(*, actor: Actor, intake_id: int) -> None:
    """Remove a proposal that nobody confirmed (a slip of the pen); the journal keeps it.

    Raises NotFound, WrongPhase, NothingProposed.
    """
    with transaction() as tx:
        intake = locked_intake(tx, actor=actor, intake_id=intake_id)
        refuse_unless_next(intake, Phase.DRAWN)
        proposal = _proposal(tx, intake_id)
        draws.take_back(tx, draw_id=proposal.draw_id)
        _record(tx, actor, intake, "draw.taken_back", public_value=proposal.public_value)


def confirm_public_value(
    *,
    actor: Actor,
    intake_id: int,
    public_value: str,
    vault: Vault,
    arose_later: bool = False,
) -> Drawn:
    """Confirm by typing the value again; reveals the seed. The runs are opened by the button that
    starts the allocation (``allocating.start_allocation``).

    Raises NotFound, WrongPhase, NothingProposed, SecondOfficerNeeded, NotIndependent, TooNew,
    ValueMissing, ValuesDiffer, NotYetBorn, OlderThanTheList, OrderNotDeclared, ApprovalsMissing;
    SeedBroken when the seed is not the promised one.
    """
    officer = authority.officer(actor)
    typed = _cleaned(public_value)
    with transaction() as tx:
        intake = locked_intake(tx, actor=actor, intake_id=intake_id)
        refuse_unless_next(intake, Phase.DRAWN)
        declared = _refuse_wrong_date(tx, intake, arose_later=arose_later)
        refuse_unapproved(tx, intake=intake, step=ApprovedStep.DRAW)
        proposal = _proposal(tx, intake_id)
        if proposal.proposed_by == officer.staff_id:
            raise SecondOfficerNeeded
        refuse_one_hand(
            tx,
            asker=proposal.proposed_by,
            asked_at=proposal.proposed_at,
            approver=officer.staff_id,
        )
        if proposal.public_value != typed:
            raise ValuesDiffer
        seed = _opened_seed(tx, intake=intake, vault=vault)
        # Fails here, before anything is written, if the numbers could not be computed from it.
        draw_key(seed=seed, public_value=typed, list_hash=bytes.fromhex(proposal.list_hash))
        try:
            draws.confirm(
                tx, draw_id=proposal.draw_id, confirmed_by=officer.staff_id, seed=seed.hex()
            )
        except SameOfficerTwice as error:
            raise SecondOfficerNeeded from error
        intakes.move_to(tx, intake_id=intake_id, phase=Phase.DRAWN)
        _record(
            tx, actor, intake, "draw.confirmed", public_value=typed, seed=seed.hex(), **declared
        )
        return Drawn(seed=seed.hex(), public_value=typed, list_hash=proposal.list_hash)


def name_public_value(
    *, actor: Actor, intake_id: int, name: str, name_en: str, on: date, reason: str
) -> None:
    """Declare another public value or date for a closed intake whose value failed to appear.

    Never silent: the reason goes to the journal, the bundle and the page of the draw, and the new
    date is tomorrow or later, so that nobody can choose among values already known. Raises
    NotFound, WrongPhase, ReasonMissing, ValueMissing, DrawStands, ChosenTooLate.
    """
    if not reason.strip():
        raise ReasonMissing
    if not name.strip() or not name_en.strip():
        raise ValueMissing
    with transaction() as tx:
        intake = locked_intake(tx, actor=actor, intake_id=intake_id)
        refuse_unless_in(intake, Phase.CLOSED)
        if draws.draw_of(tx, intake_id=intake_id) is not None:
            raise DrawStands
        if on <= intakes.civil_date(tx, at=clock.database_now(tx)):
            raise ChosenTooLate
        intakes.rename_public_value(
            tx, intake_id=intake_id, name=nfc(name.strip()), name_en=nfc(name_en.strip()), on=on
        )
        journal.record(
            tx,
            actor=actor,
            action="draw.value_named",
            intake_id=intake_id,
            subject=intake.code,
            detail={
                "name": nfc(name.strip()),
                "name_en": nfc(name_en.strip()),
                "on": on.isoformat(),
                "before": intake.public_value_name,
                "before_en": intake.public_value_name_en,
                "before_on": intake.public_value_on.isoformat(),
                "reason": nfc(" ".join(reason.split())),
            },
        )


def _cleaned(public_value: str) -> str:
    """Return the value as both officers are compared by: NFC, single spaces, no control signs."""
    value = nfc(" ".join(public_value.split()))
    if not value or not value.isprintable():
        raise ValueMissing
    return value


def _refuse_wrong_date(
    tx: Transaction, intake: IntakeRecord, *, arose_later: bool
) -> dict[str, str]:
    """Return what the journal keeps of the order of freezing and value."""
    now = clock.database_now(tx)
    if intake.public_value_on > intakes.civil_date(tx, at=now):
        raise NotYetBorn(intake.public_value_on)
    frozen_at = intake.frozen_at
    if frozen_at is None:
        raise OlderThanTheList
    frozen_on = intakes.civil_date(tx, at=frozen_at)
    if intake.public_value_on < frozen_on:
        raise OlderThanTheList
    told = {"frozen_at": frozen_at.isoformat()}
    if intake.public_value_on > frozen_on:
        return told
    if not arose_later:
        raise OrderNotDeclared
    return {**told, "declared": "the value arose after the freezing"}


def _proposal(tx: Transaction, intake_id: int) -> Draw:
    draw = draws.draw_of(tx, intake_id=intake_id)
    if draw is None or draw.is_confirmed:
        raise NothingProposed
    return draw


def _frozen_hash(intake: IntakeRecord) -> str:
    if intake.list_hash is None:
        raise NotFound
    return intake.list_hash


def _opened_seed(tx: Transaction, *, intake: IntakeRecord, vault: Vault) -> bytes:
    sealed = intakes.sealed_seed_of(tx, intake_id=intake.intake_id)
    try:
        seed = vault.open(sealed=sealed, context=seed_context(intake))
        is_promised = commitment(seed) == intake.seed_commitment
    except ValueError as error:
        raise SeedBroken from error
    if not is_promised:
        raise SeedBroken
    return seed


def _record(
    tx: Transaction, actor: Actor, intake: IntakeRecord, action: str, **detail: str
) -> None:
    journal.record(
        tx,
        actor=actor,
        action=action,
        intake_id=intake.intake_id,
        subject=intake.code,
        detail={**detail, "list_hash": _frozen_hash(intake)},
    )
