"""Who a signed-in member of staff is, and passwords that the office issues for one sign-in.

Checking passwords, codes and passkeys is Flask-Security's work (``web/staff_sign_in.py``).
"""

from enrol.core.actors import Officer, System
from enrol.services.ports import StaffPasswords
from enrol.services.refusals import NotFound
from enrol.store import journal, staff
from enrol.store.db import transaction


def officer_of(*, staff_id: int) -> Officer | None:
    """Return the officer with every scope given, or None when the account is gone or disabled."""
    with transaction() as tx:
        return staff.officer_of(tx, staff_id=staff_id)


def officer_with(*, email: str) -> Officer | None:
    """Return the officer whose account has this e-mail; for commands, never for pages."""
    with transaction() as tx:
        staff_id = staff.staff_id_of(tx, email=email.strip().lower())
        return None if staff_id is None else staff.officer_of(tx, staff_id=staff_id)


def issue_password(*, email: str, passwords: StaffPasswords) -> str:
    """Give an officer a new password for one sign-in, end all sessions, and return it once.

    The first thing the officer is asked after signing in is to choose another. Raises NotFound
    when there is no such active account.
    """
    password = passwords.new_password()
    with transaction() as tx:
        staff_id = staff.store_password(
            tx,
            email=email.strip().lower(),
            password_hash=passwords.hash(password),
            session_mark=passwords.new_session_mark(),
            by=None,
        )
        if not staff_id:
            raise NotFound
        journal.record(tx, actor=System(), action="staff.password_issued", subject=str(staff_id))
    return password


def record_sign_in(*, officer: Officer) -> None:
    """Write a sign-in to the journal."""
    with transaction() as tx:
        journal.record(tx, actor=officer, action="staff.signed_in", subject=str(officer.staff_id))


def record_own_password(*, officer: Officer) -> None:
    """Write to the journal that the officer has chosen a password of their own."""
    with transaction() as tx:
        journal.record(
            tx, actor=officer, action="staff.password_chosen", subject=str(officer.staff_id)
        )
