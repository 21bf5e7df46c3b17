"""Whether an officer is a second one: another person, with an account that nobody made for the
occasion.

Two accounts are one hand's when one officer made the other's account, or was the last to give it a
password or its places. And an account that is not older than the request may have been made for
it. Judged in the transaction of the step that needs two.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from enrol.services.refusals import Refusal
from enrol.store import second_officers
from enrol.store.db import Transaction


class NotIndependent(Refusal):
    """One of the two accounts rests on the other officer's word."""


class TooNew(Refusal):
    """The account was made after the request that it would approve."""


class Asked(Protocol):
    """Something one officer stated and another approves."""

    @property
    def stated_by(self) -> int:
        """The officer."""

    @property
    def stated_at(self) -> datetime:
        """When."""


Thing = TypeVar("Thing", bound=Asked)


def refuse_one_hand(tx: Transaction, *, asker: int, asked_at: datetime, approver: int) -> None:
    """Raise NotIndependent or TooNew where the approver is no second officer; the same person is
    the caller's to refuse.
    """
    known = second_officers.standings(tx, staff_ids=[asker, approver])
    if known[approver].rests_on(asker) or known[asker].rests_on(approver):
        raise NotIndependent
    if known[approver].appointed_at >= asked_at:
        raise TooNew


def bar_to(
    tx: Transaction, *, asker: int, asked_at: datetime, approver: int
) -> NotIndependent | TooNew | None:
    """Return why the approver is no second officer, None when nothing speaks against it; for pages
    that show no button which would only be refused.
    """
    try:
        refuse_one_hand(tx, asker=asker, asked_at=asked_at, approver=approver)
    except (NotIndependent, TooNew) as refusal:
        return refusal
    return None


def independent_of(tx: Transaction, *, asked: Sequence[Thing], approver: int) -> list[Thing]:
    """Return what this officer may approve as a second one, in its order."""
    known = second_officers.standings(tx, staff_ids=[approver, *(one.stated_by for one in asked)])
    own = known[approver]
    return [
        one
        for one in asked
        if one.stated_by != approver
        and not own.rests_on(one.stated_by)
        and not known[one.stated_by].rests_on(approver)
        and own.appointed_at < one.stated_at
    ]
