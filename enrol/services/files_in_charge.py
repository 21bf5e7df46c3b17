"""Which files are an officer's to read and to decide, and until when."""

from dataclasses import dataclass

from enrol.core.actors import Actor
from enrol.core.intake import Phase
from enrol.core.reach import Reach
from enrol.core.review import Status
from enrol.services import authority
from enrol.services.refusals import NotFound, Refusal
from enrol.store import child_files, intakes, locks, rolls
from enrol.store.child_files import File
from enrol.store.db import Transaction
from enrol.store.intakes import IntakeRecord

_PUBLISHED = (Phase.PROVISIONAL, Phase.FINAL, Phase.SETTLED)
_NOT_FROZEN = (Phase.ANNOUNCED, Phase.OPEN)


class ListFrozen(Refusal):
    """The list of the intake is frozen: errors of fact are now objections and corrections."""


class FileChanged(Refusal):
    """The family or a colleague changed the file meanwhile; the officer looks again and decides."""


class NotLawful(Refusal):
    """The file cannot take this step from where it stands; ``status`` says where that is."""

    def __init__(self, status: Status) -> None:
        super().__init__()
        self.status = status


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file in the hands of an officer in charge."""

    file: File
    intake: IntakeRecord

    @property
    def status(self) -> Status:
        """Where the file stands."""
        return Status(self.file.status)

    @property
    def phase_allows(self) -> bool:
        """Tell whether the list is not frozen yet."""
        return self.intake.phase in _NOT_FROZEN

    @property
    def can_change(self) -> bool:
        """Tell whether officers may still decide about it."""
        return self.phase_allows and self.status is not Status.WITHDRAWN


def seen_file(tx: Transaction, *, actor: Actor, code: str) -> OpenFile:
    """Return a file that is the officer's to read.

    In charge are officers of the unit that answers for the child's zone (and of those above it),
    the school wished first when it is of that unit, and after publication the school of the seat.
    Raises NotFound for everybody else, as for a code that does not exist.
    """
    reach = authority.reach_of(tx, actor=actor)
    file = child_files.file_of(tx, code=code)
    if file is None:
        raise NotFound
    intake = intakes.intake_of(tx, intake_id=file.intake_id)
    if intake is None or not _is_in_charge(tx, reach=reach, file=file, phase=intake.phase):
        raise NotFound
    return OpenFile(file, intake)


def file_to_change(tx: Transaction, *, actor: Actor, code: str, version: int) -> OpenFile:
    """Return a file that the officer may decide about now, under the intake's shared lock.

    ``version`` is the submission that the officer has read. Raises NotFound, ListFrozen,
    FileChanged.
    """
    found = child_files.file_of(tx, code=code)
    if found is None:
        raise NotFound
    locks.lock_intake_shared(tx, found.intake_id)
    child_files.lock_file(tx, registration_id=found.registration_id)
    seen = seen_file(tx, actor=actor, code=code)
    if seen.intake.phase not in _NOT_FROZEN:
        raise ListFrozen
    if seen.file.version != version or seen.status is Status.WITHDRAWN:
        raise FileChanged
    return seen


def _is_in_charge(tx: Transaction, *, reach: Reach, file: File, phase: Phase) -> bool:
    if reach.leads(file.zone_unit_id):
        return True
    first = file.wishes[0]
    if first in reach.own_school_ids:
        [school] = rolls.school_names(tx, school_ids=[first])
        if school.unit_id == file.zone_unit_id:
            return True
    if phase not in _PUBLISHED:
        return False
    return child_files.seat_of(tx, intake_id=file.intake_id, code=file.code) in reach.own_school_ids
