"""What an officer at a counter has in hand: the child the family came for, and its receipt.

Who enters a pupil code must also know the child's birth date, as the family at the counter does:
nobody leafs through the register here.
"""

from dataclasses import dataclass
from datetime import date

from enrol.core.actors import Actor
from enrol.services import authority
from enrol.services.ports import Secrets
from enrol.services.refusals import NotFound, Refusal
from enrol.services.sending import Receipt
from enrol.store import counter_children, families, journal, places, registrations, windows
from enrol.store.counter_children import Assistance, CounterChild, SchoolOfWard
from enrol.store.db import transaction
from enrol.store.families import Guardian, Residence
from enrol.store.places import Named
from enrol.store.registrations import Live
from enrol.store.windows import Window

__all__ = [
    "Counter",
    "CounterChild",
    "NoSuchChild",
    "Printed",
    "counter",
    "find_child",
    "printed_receipt",
    "the_wards",
]


class NoSuchChild(Refusal):
    """No child has this pupil code and this birth date together."""


@dataclass(frozen=True, slots=True)
class Counter:
    """What the entry page shows: the intake, the child (None: not in the register), the ward's
    schools and groups, and a live registration that needs no second one.
    """

    window: Window | None
    child: CounterChild | None
    residences: tuple[Residence, ...]
    guardians: tuple[Guardian, ...]
    live: Live | None
    wards: tuple[Named, ...]
    schools: tuple[SchoolOfWard, ...]


@dataclass(frozen=True, slots=True)
class Printed:
    """A receipt as it is printed again."""

    receipt: Receipt
    assistance: Assistance | None


def the_wards(*, actor: Actor) -> tuple[Named, ...]:
    """Return the wards of today by name. Raises NotFound for who reaches nothing."""
    with transaction() as tx:
        authority.reach_of(tx, actor=actor)
        return tuple(places.wards(tx))


def find_child(*, actor: Actor, pupil_code: str, birth_on: date) -> int:
    """Return the id of the child with this code and birth date; the look is journalled.

    Raises NoSuchChild, and NotFound for who reaches nothing.
    """
    with transaction() as tx:
        authority.reach_of(tx, actor=actor)
        child = counter_children.child_by_code(tx, pupil_code=pupil_code, birth_on=birth_on)
        if child is None:
            raise NoSuchChild
        journal.record(tx, actor=actor, action="counter.opened", subject=str(child.child_id))
        return child.child_id


def counter(*, actor: Actor, child_id: int | None, unit_code: str) -> Counter:
    """Return the entry page for a child that this officer found. Raises NotFound."""
    with transaction() as tx:
        authority.reach_of(tx, actor=actor)
        window = (
            windows.current_window(tx)
            if child_id is None
            else windows.window_for(tx, child_id=child_id)
        )
        child = None if child_id is None else counter_children.child_by_id(tx, child_id=child_id)
        if child_id is not None and child is None:
            raise NotFound
        live = None
        if window is not None and child is not None:
            live = registrations.live_of(tx, intake_id=window.intake_id, child_id=child.child_id)
        return Counter(
            window=window,
            child=child,
            residences=tuple(families.residences_of(tx, child_id=child_id)) if child_id else (),
            guardians=tuple(families.guardians_of(tx, child_id=child_id)) if child_id else (),
            live=live,
            wards=tuple(places.wards(tx)),
            schools=tuple(
                counter_children.schools_of_ward(
                    tx, intake_id=window.intake_id, unit_code=unit_code
                )
            )
            if window
            else (),
        )


def printed_receipt(*, actor: Actor, code: str, secrets: Secrets) -> Printed:
    """Return the receipt of a registration that this officer entered, to print it again.

    Journalled. Raises NotFound for any other registration.
    """
    officer = authority.officer(actor)
    with transaction() as tx:
        assistance = counter_children.assistance_of(tx, code=code)
        found = registrations.latest_intake_of(tx, code=code)
        if assistance is None or found is None or assistance.staff_id != officer.staff_id:
            raise NotFound
        intake_id, child_id, version = found
        lines = registrations.receipt_lines(
            tx, intake_id=intake_id, child_id=child_id, code=code, version=version
        )
        window = windows.window_of(tx, intake_id=intake_id)
        child = families.child_of(tx, child_id=child_id)
        if lines is None or window is None or child is None:
            raise NotFound
        journal.record(tx, actor=actor, action="receipt.printed", intake_id=intake_id, subject=code)
        token = secrets.result_token(code=code)
        return Printed(Receipt(lines, window, child, token), assistance)
