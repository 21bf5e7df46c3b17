"""Where a family is reached, corrected after it sent its registration, also long after the window.

Beside what was sent, never in it: the submission, its hash and the frozen list stay as they were.
A registration sent later brings its own contact again, which then counts.
"""

import re
from dataclasses import dataclass

from enrol.core.actors import Actor, Family
from enrol.core.names import clean_text
from enrol.services import authority
from enrol.services.households import signed_in_child
from enrol.services.phones import normalise_phone
from enrol.services.refusals import NotFound, Refusal
from enrol.store import counter_children, deliveries, journal, message_preferences
from enrol.store.counter_children import CounterChild
from enrol.store.db import Transaction, transaction
from enrol.store.message_preferences import Telling

__all__ = [
    "LONGEST_EMAIL",
    "ContactAtCounter",
    "NoSuchAddress",
    "NoSuchNumber",
    "NothingSent",
    "Telling",
    "contact_at_counter",
    "correct",
    "correct_at_counter",
    "own_contact",
]

LONGEST_EMAIL = 200
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class NothingSent(Refusal):
    """The family has no registration: it gives its contact there."""


class NoSuchNumber(Refusal):
    """This is no telephone number."""


class NoSuchAddress(Refusal):
    """This is no e-mail address."""


@dataclass(frozen=True, slots=True)
class ContactAtCounter:
    """A child that came to a counter, and how its family is told."""

    child: CounterChild
    telling: Telling


def own_contact(*, actor: Family) -> Telling:
    """Return where the signed-in family is reached. Raises SignedOut, NothingSent."""
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        return _telling(tx, child.child_id)


def correct(*, actor: Family, phone: str, email: str) -> None:
    """Keep the family's telephone number and e-mail address (or none) from now on.

    Messages that wait go there. The journal keeps that something changed, not what. Saying the
    same again changes nothing. Raises SignedOut, NothingSent, NoSuchNumber, NoSuchAddress.
    """
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        _correct(tx, actor=actor, child_id=child.child_id, phone=phone, email=email)


def contact_at_counter(*, actor: Actor, child_id: int) -> ContactAtCounter:
    """Return the same for a child that the officer found at the counter.

    Raises NotFound, NothingSent.
    """
    with transaction() as tx:
        child = _child(tx, actor=actor, child_id=child_id)
        return ContactAtCounter(child=child, telling=_telling(tx, child_id))


def correct_at_counter(*, actor: Actor, child_id: int, phone: str, email: str) -> None:
    """Do what ``correct`` does, for a family at the counter; the officer stands in the journal.

    Raises NotFound, NothingSent, NoSuchNumber, NoSuchAddress.
    """
    with transaction() as tx:
        _child(tx, actor=actor, child_id=child_id)
        _correct(tx, actor=actor, child_id=child_id, phone=phone, email=email)


def _child(tx: Transaction, *, actor: Actor, child_id: int) -> CounterChild:
    authority.reach_of(tx, actor=actor)
    child = counter_children.child_by_id(tx, child_id=child_id)
    if child is None:
        raise NotFound
    return child


def _telling(tx: Transaction, child_id: int) -> Telling:
    if not message_preferences.has_sent(tx, child_id=child_id):
        raise NothingSent
    return message_preferences.telling_of(tx, child_id=child_id)


def _correct(tx: Transaction, *, actor: Actor, child_id: int, phone: str, email: str) -> None:
    number = normalise_phone(clean_text(phone))
    if number is None:
        raise NoSuchNumber
    address = clean_text(email) or None
    if address and not (_EMAIL.fullmatch(address) and len(address) <= LONGEST_EMAIL):
        raise NoSuchAddress
    message_preferences.hold_child(tx, child_id=child_id)
    before = _telling(tx, child_id)
    if (before.phone, before.email) == (number, address):
        return
    message_preferences.correct_contact(tx, child_id=child_id, phone=number, email=address)
    deliveries.reroute_child(tx, child_id=child_id, kept=deliveries.KEPT_FOR)
    journal.record(
        tx,
        actor=actor,
        action="contact.corrected",
        subject=str(child_id),
        detail={"phone": before.phone != number, "email": before.email != address},
    )
