"""Which lists an officer may have as a file, and when."""

from typing import Final

from enrol.core.intake import Phase
from enrol.services.authority import Grasp
from enrol.services.refusals import NotFound
from enrol.store import export_rows, objection_rows, rolls
from enrol.store.db import Transaction
from enrol.store.rolls import SchoolName

ALLOCATED = (Phase.ALLOCATED, Phase.PROVISIONAL, Phase.FINAL, Phase.SETTLED)
_PUBLISHED = (Phase.PROVISIONAL, Phase.FINAL, Phase.SETTLED)


LETTERS: Final = "letters"
CLASSES: Final = "classes"
COLUMNS: Final = {**export_rows.COLUMNS, "objections": objection_rows.COLUMNS, LETTERS: ()}
"""The columns of each kind of list, in their order."""


def school_of(tx: Transaction, grasp: Grasp, school_id: int | None) -> SchoolName | None:
    """Return the school asked for, None for all within reach. Raises NotFound beyond it."""
    if school_id is None:
        return None
    if not grasp.reach.holds_school(school_id):
        raise NotFound
    return rolls.school_names(tx, school_ids=[school_id])[0]


def refuse_beyond(grasp: Grasp, *, kind: str, school: SchoolName | None) -> None:
    """Raise NotFound for a list that the officer may not have, or that is not there yet."""
    if school is None:
        if not grasp.reach.unit_ids:
            raise NotFound
        if kind in (LETTERS, CLASSES) or (
            kind == "admitted" and grasp.intake.phase not in ALLOCATED
        ):
            raise NotFound
        if kind == "objections" and not lists_objections(grasp):
            raise NotFound
        return
    if kind == "objections":  # offices answer them; a school reads them on its files
        raise NotFound
    if not grasp.reach.holds_school(school.school_id):
        raise NotFound
    is_there = {
        "admitted": lists_seats(grasp, school),
        LETTERS: prints_letters(grasp),
        CLASSES: lists_classes(grasp),
    }
    if not is_there.get(kind, True):
        raise NotFound


def lists_objections(grasp: Grasp) -> bool:
    """Tell whether objections can be listed: by offices, once there is something to object to."""
    return bool(grasp.reach.unit_ids) and grasp.intake.phase in _PUBLISHED


def lists_seats(grasp: Grasp, school: SchoolName) -> bool:
    """Tell whether the school's admitted children may be listed: for its unit once all runs are
    done, for the school once published.
    """
    leads = grasp.reach.leads(school.unit_id)
    return grasp.intake.phase in (ALLOCATED if leads else _PUBLISHED)


def prints_letters(grasp: Grasp) -> bool:
    """Tell whether a school's result letters can be printed: once results are published."""
    return grasp.intake.phase in _PUBLISHED


def lists_classes(grasp: Grasp) -> bool:
    """Tell whether a school's classes can be listed: once it may divide its children."""
    return grasp.intake.phase in (Phase.FINAL, Phase.SETTLED)
