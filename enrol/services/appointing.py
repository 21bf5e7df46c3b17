"""Appointing an officer by hand: the first one of a new system, or one whom no file names."""

from enrol.core.actors import Actor
from enrol.core.names import clean_text
from enrol.services.import_rows.cells import Cells
from enrol.services.import_rows.codes import Codes
from enrol.services.import_rows.staff import read_officer
from enrol.services.ports import StaffPasswords
from enrol.services.refusals import Refusal
from enrol.store import journal, locks, staff
from enrol.store.db import transaction
from enrol.store.loading import merging
from enrol.store.loading import staff as loading
from enrol.store.loading.codes import stored_codes


class OfficerRefused(Refusal):
    """What was given does not make an officer; ``reasons`` say why."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__()
        self.reasons = reasons


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
    given = {
        "email": email,
        "full_name": full_name,
        "role": role,
        "unit_code": unit_code or "",
        "school_code": school_code or "",
    }
    cells = Cells(line=1, values={name: clean_text(text) for name, text in given.items()})
    password = passwords.new_password()
    with transaction() as tx:
        locks.lock_register(tx)
        row = read_officer(cells, Codes(stored_codes(tx)))
        if staff.has_account(tx, email=row.email):
            cells.refuse("email", "has an account already")
        if cells.reasons:
            raise OfficerRefused(tuple(cells.reasons))
        merging.begin(tx)
        merging.copy_in(tx, table="staff", rows=[row])
        loading.merge_staff(tx)
        staff_id = staff.store_password(
            tx,
            email=row.email,
            password_hash=passwords.hash(password),
            session_mark=passwords.new_session_mark(),
        )
        journal.record(
            tx,
            actor=actor,
            action="staff.appointed",
            subject=str(staff_id),
            detail={"role": row.role, "unit": row.unit_code, "school": row.school_code},
        )
    return password
