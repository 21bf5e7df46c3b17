"""Accounts of officers of wards and schools, looked after by the city: listed, closed, and given a
new password for one sign-in.

Officers of a city are beyond reach here: who could take over a colleague's account would be both
officers of every step that needs two.
"""

from dataclasses import dataclass

from enrol.core.actors import CITY_OFFICER, Actor
from enrol.core.names import clean_text
from enrol.core.reach import Reach
from enrol.services import authority
from enrol.services.ports import StaffPasswords
from enrol.services.refusals import NotFound, Refusal
from enrol.store import journal, places, staff, staff_accounts
from enrol.store.db import Transaction, transaction
from enrol.store.places import Named
from enrol.store.staff_accounts import Account

__all__ = ["Account", "Accounts", "ReasonMissing", "account_of", "accounts_of", "close_account"]
__all__ += ["issue_password", "wards_for"]

PAGE = 50
LONGEST_REASON = 300


class ReasonMissing(Refusal):
    """Closing an account or issuing a password needs a reason."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """A page of accounts by name; ``further`` begins the next one, None on the last."""

    accounts: tuple[Account, ...]
    further: int | None


def accounts_of(*, actor: Actor, after: int = 0) -> Accounts:
    """Return the officers of the wards and schools below the city's officer. Raises NotFound."""
    with transaction() as tx:
        reach = _city(tx, actor)
        found = staff_accounts.accounts_within(
            tx,
            unit_ids=reach.unit_ids,
            school_ids=reach.school_ids,
            after=after,
            limit=PAGE + 1,
        )
    shown = tuple(found[:PAGE])
    is_longer = len(found) > PAGE
    return Accounts(accounts=shown, further=shown[-1].staff_id if is_longer else None)


def account_of(*, actor: Actor, staff_id: int) -> Account:
    """Return one of these accounts. Raises NotFound."""
    with transaction() as tx:
        return _account(tx, actor=actor, staff_id=staff_id)


def wards_for(*, actor: Actor) -> tuple[Named, ...]:
    """Return the wards of today for the form of a new officer. Raises NotFound."""
    with transaction() as tx:
        _city(tx, actor)
        return tuple(places.wards(tx))


def close_account(*, actor: Actor, staff_id: int, reason: str, passwords: StaffPasswords) -> None:
    """Close an account: its sessions end at once and nobody signs in with it. Once more does
    nothing. Raises NotFound, ReasonMissing.
    """
    why = _why(reason)
    with transaction() as tx:
        _account(tx, actor=actor, staff_id=staff_id)
        is_new = staff_accounts.close_account(
            tx, staff_id=staff_id, session_mark=passwords.new_session_mark()
        )
        if is_new:
            _record(tx, actor, "staff.closed", staff_id=staff_id, reason=why)


def issue_password(*, actor: Actor, staff_id: int, reason: str, passwords: StaffPasswords) -> str:
    """Return a new password for one sign-in; the old one and every session end at once.

    A closed account is open again. The second factor stays as it is. Raises NotFound,
    ReasonMissing.
    """
    why = _why(reason)
    password = passwords.new_password()
    with transaction() as tx:
        account = _account(tx, actor=actor, staff_id=staff_id)
        staff_accounts.open_account(tx, staff_id=staff_id)
        staff.store_password(
            tx,
            email=account.email,
            password_hash=passwords.hash(password),
            session_mark=passwords.new_session_mark(),
            by=authority.officer(actor).staff_id,
        )
        _record(tx, actor, "staff.password_issued", staff_id=staff_id, reason=why)
    return password


def _city(tx: Transaction, actor: Actor) -> Reach:
    reach = authority.reach_of(tx, actor=actor)
    if not authority.officer(actor).has_role(CITY_OFFICER):
        raise NotFound
    return reach


def _account(tx: Transaction, *, actor: Actor, staff_id: int) -> Account:
    reach = _city(tx, actor)
    found = staff_accounts.accounts_within(
        tx,
        unit_ids=reach.unit_ids,
        school_ids=reach.school_ids,
        after=0,
        limit=1,
        staff_id=staff_id,
    )
    if not found:
        raise NotFound
    return found[0]


def _why(reason: str) -> str:
    why = clean_text(reason)[:LONGEST_REASON]
    if not why:
        raise ReasonMissing
    return why


def _record(tx: Transaction, actor: Actor, action: str, *, staff_id: int, reason: str) -> None:
    journal.record(tx, actor=actor, action=action, subject=str(staff_id), detail={"reason": reason})
