"""Families registered at a counter: any desk of the city, by the same rules and locks as online.

(One-stop desks take files from anywhere in the province.) Every change stands in the journal with
the officer.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from enrol.core.actors import Actor, Family, Officer
from enrol.core.answers import Answers, read_answers
from enrol.core.names import search_key, sort_key
from enrol.services import authority
from enrol.services.composing import Incomplete
from enrol.services.ports import Secrets
from enrol.services.refusals import NotFound, Refusal
from enrol.services.sending import Receipt, send_draft
from enrol.store import (
    counter_children,
    families,
    family_secrets,
    journal,
    locks,
    registrations,
)
from enrol.store.counter_children import CounterChild, LikeChild
from enrol.store.db import Transaction, transaction
from enrol.store.families import Guardian

__all__ = [
    "CONSENTS",
    "AlreadyLive",
    "Entry",
    "Handed",
    "LooksKnown",
    "register_family",
]

CONSENTS = ("signed", "spoken")
MOST_LIKE = 5


class AlreadyLive(Refusal):
    """The child has a live registration, on paper or online: it is shown, not doubled."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


@dataclass(frozen=True, slots=True)
class Entry:
    """What the officer typed; ``child_id`` is None for a child outside the register.

    ``answers`` is a whole draft. ``is_another`` says that a child of the same name and birth date
    is another one.
    """

    child_id: int | None
    answers: Mapping[str, object]
    consent: str
    is_another: bool


@dataclass(frozen=True, slots=True)
class Handed:
    """What the family takes home; ``secret`` is None when it keeps the one it has."""

    receipt: Receipt
    secret: str | None


@dataclass(frozen=True, slots=True)
class LooksKnown:
    """Children of the same name and birth date exist: the officer says whether it is another."""

    like: tuple[LikeChild, ...]


def register_family(
    *, actor: Actor, intake_id: int, entry: Entry, secrets: Secrets
) -> Handed | LooksKnown:
    """Register a child for the family at the counter; the officer and its consent are kept.

    One transaction with the locks of a family's own press of the button (docs/locking.md). A child
    outside the register gets a provisional code and is verified later; a family without a secret
    gets one. LooksKnown when nothing was written because such a child may be known; who was shown
    is journalled. Raises AlreadyLive, Incomplete, NotEligible, WindowNotOpen, WindowOver, NotFound;
    the store's AlreadyRegistered when a constraint decides a race.
    """
    officer = authority.officer(actor)
    if entry.consent not in CONSENTS:
        raise NotFound
    answers = read_answers(entry.answers)
    if not isinstance(answers, Answers):
        raise Incomplete(answers)
    with transaction() as tx:
        authority.reach_of(tx, actor=actor)
        _lock_for_secret(tx, entry)
        locks.lock_intake_shared(tx, intake_id)
        like = _like(tx, officer, intake_id=intake_id, entry=entry, answers=answers)
        if like:
            return LooksKnown(like)
        family, secret = _family(tx, officer, entry=entry, answers=answers, secrets=secrets)
        key = counter_children.put_draft(
            tx, intake_id=intake_id, child_id=family.child_id, answers=entry.answers
        )
        live = registrations.live_of(tx, intake_id=intake_id, child_id=family.child_id)
        if live is not None:
            raise AlreadyLive(live.code)
        receipt = send_draft(
            tx,
            family=family,
            actor=officer,
            intake_id=intake_id,
            submission_key=key,
            secrets=secrets,
        )
        _note(tx, officer, intake_id=intake_id, code=receipt.lines.code, consent=entry.consent)
        return Handed(receipt=receipt, secret=secret)


def _child(tx: Transaction, child_id: int) -> CounterChild:
    child = counter_children.child_by_id(tx, child_id=child_id)
    if child is None:
        raise NotFound
    return child


def _like(
    tx: Transaction, officer: Officer, *, intake_id: int, entry: Entry, answers: Answers
) -> tuple[LikeChild, ...]:
    if entry.child_id is not None or entry.is_another:
        return ()
    found = counter_children.children_like(
        tx,
        intake_id=intake_id,
        search_key=search_key(answers.full_name),
        birth_on=answers.birth_on,
        limit=MOST_LIKE,
    )
    if found:
        journal.record(
            tx,
            actor=officer,
            action="counter.alike_shown",
            intake_id=intake_id,
            detail={"codes": [child.pupil_code for child in found]},
        )
    return tuple(found)


def _lock_for_secret(tx: Transaction, entry: Entry) -> None:
    """Take the register's lock, which comes before the intake's, when a secret is to be made."""
    if entry.child_id is not None and _child(tx, entry.child_id).secret_version is None:
        locks.lock_register(tx)


def _family(
    tx: Transaction,
    officer: Officer,
    *,
    entry: Entry,
    answers: Answers,
    secrets: Secrets,
) -> tuple[Family, str | None]:
    """Return whom the registration is for, and the secret if one was made."""
    if entry.child_id is None:
        return _unlisted(tx, officer, answers=answers, secrets=secrets)
    child = _child(tx, entry.child_id)
    if child.secret_version is not None:
        return Family(child.child_id, child.secret_version), None
    secret = secrets.new_secret()
    version = family_secrets.replace(
        tx,
        child_id=child.child_id,
        secret_hash=secrets.hash(pupil_code=child.pupil_code, secret=secret),
    )
    journal.record(
        tx,
        actor=officer,
        action="secret.reissued",
        subject=str(child.child_id),
        detail={"version": version},
    )
    return Family(child.child_id, version), secret


def _unlisted(
    tx: Transaction,
    officer: Officer,
    *,
    answers: Answers,
    secrets: Secrets,
) -> tuple[Family, str]:
    secret = secrets.new_secret()
    pupil_code = families.next_provisional_pupil_code(tx)
    child_id = families.insert_unlisted(
        tx,
        pupil_code=pupil_code,
        child=families.NewChild(
            full_name=answers.full_name,
            sort_key=sort_key(answers.full_name),
            search_key=search_key(answers.full_name),
            birth_on=answers.birth_on,
            sex=answers.sex,
            guardian=Guardian(
                answers.guardian_name, answers.relation, answers.phone, answers.email
            ),
        ),
        secret_hash=secrets.hash(pupil_code=pupil_code, secret=secret),
    )
    journal.record(tx, actor=officer, action="child.unlisted_added", subject=str(child_id))
    return Family(child_id, 1), secret


def _note(tx: Transaction, officer: Officer, *, intake_id: int, code: str, consent: str) -> None:
    counter_children.note_assistance(
        tx, code=code, version=1, staff_id=officer.staff_id, consent=consent
    )
    journal.record(
        tx,
        actor=officer,
        action="registration.assisted",
        intake_id=intake_id,
        subject=code,
        detail={"consent": consent},
    )
