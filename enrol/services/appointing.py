"""Appointing officers by hand: the first one of a new system, or officers of wards and schools by
the city's form.
"""

from dataclasses import dataclass

from enrol.core.actors import CITY_OFFICER, SCHOOL_OFFICER, WARD_OFFICER, Actor, Officer
from enrol.core.names import clean_text
from enrol.services import authority
from enrol.services.import_rows.cells import Cells
from enrol.services.import_rows.codes import Codes
from enrol.services.import_rows.staff import read_officer
from enrol.services.ports import StaffPasswords
from enrol.services.refusals import NotFound, Refusal
from enrol.store import journal, locks, staff, staff_accounts
from enrol.store.db import Transaction, transaction
from enrol.store.loading import merging
from enrol.store.loading import staff as loading
from enrol.store.loading.codes import stored_codes


class OfficerRefused(Refusal):
    """What was given does not make an officer; ``reasons`` say why."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__()
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Appointment:
    """Who is to be an officer of which place: a unit's code or a school's."""

    email: str
    full_name: str
    role: str
    unit_code: str | None
    school_code: str | None


def appoint_officer(
    *,
    email: str,
    full_name: str,
    role: str,
    unit_code: str | None,
    school_code: str | None,
    passwords: StaffPasswords,
    actor: Actor,
) -> str:
    """Make an account with one place to answer for and return its password for one sign-in.

    Judged by the same rules as a line of ``staff``, under the register's lock. An account that is
    there already is left as it is. Raises OfficerRefused, StoreBusy.
    """
    appointment = Appointment(email, full_name, role, unit_code, school_code)
    with transaction() as tx:
        locks.lock_register(tx)
        return _appointed(tx, appointment, passwords=passwords, actor=actor)


def appoint_below(*, appointment: Appointment, passwords: StaffPasswords, actor: Officer) -> str:
    """Make an account for an officer of a ward or school below the city's officer who asks, and
    return its password for one sign-in.

    Officers of a city are not made here: who could make one would be both officers of every step
    that needs two. Raises NotFound for who is no officer of a city or names a place beyond reach,
    OfficerRefused, StoreBusy.
    """
    with transaction() as tx:
        locks.lock_register(tx)
        reach = authority.reach_of(tx, actor=actor)
        if not actor.has_role(CITY_OFFICER) or appointment.role not in (
            WARD_OFFICER,
            SCHOOL_OFFICER,
        ):
            raise NotFound
        unit_id = staff_accounts.place_of(
            tx, unit_code=appointment.unit_code, school_code=appointment.school_code
        )
        if unit_id is not None and not reach.leads(unit_id):
            raise NotFound
        return _appointed(tx, appointment, passwords=passwords, actor=actor)


def _appointed(
    tx: Transaction, asked: Appointment, *, passwords: StaffPasswords, actor: Actor
) -> str:
    given = {
        "email": asked.email,
        "full_name": asked.full_name,
        "role": asked.role,
        "unit_code": asked.unit_code or "",
        "school_code": asked.school_code or "",
    }
    cells = Cells(line=1, values={name: clean_text(text) for name, text in given.items()})
    password = passwords.new_password()
    row = read_officer(cells, Codes(stored_codes(tx)))
    if staff.has_account(tx, email=row.email):
        cells.refuse("email", "has an account already")
    if cells.reasons:
        raise OfficerRefused(tuple(cells.reasons))
    merging.begin(tx)
    merging.copy_in(tx, table="staff", rows=[row])
    by = actor.staff_id if isinstance(actor, Officer) else None
    loading.merge_staff(tx, by=by)
    staff_id = staff.store_password(
        tx,
        email=row.email,
        password_hash=passwords.hash(password),
        session_mark=passwords.new_session_mark(),
        by=by,
    )
    journal.record(
        tx,
        actor=actor,
        action="staff.appointed",
        subject=str(staff_id),
        detail={"role": row.role, "unit": row.unit_code, "school": row.school_code},
    )
    return password
