"""The classes of a school as they stand: read by name, renamed, and a child moved by hand."""

from collections.abc import Mapping
from dataclasses import dataclass

from enrol.core.actors import Actor
from enrol.core.class_division import MOST_CLASSES
from enrol.services import authority
from enrol.services.classes_in_hand import (
    LONGEST_NAME,
    MOST_IN_A_CLASS,
    NamesRefused,
    OneClass,
    SchoolInHand,
    clean_names,
    record_read,
    school_in_hand,
)
from enrol.services.refusals import NotFound
from enrol.store import class_lists, journal
from enrol.store.class_lists import SeatedChild
from enrol.store.db import transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.rolls import SchoolName

__all__ = [
    "LONGEST_NAME",
    "MOST_CLASSES",
    "MOST_IN_A_CLASS",
    "ClassDesk",
    "ClassRoll",
    "NamesRefused",
    "OneChild",
    "OneClass",
    "SeatedChild",
    "class_desk",
    "class_roll",
    "one_child",
    "put_into_class",
    "rename_classes",
]


@dataclass(frozen=True, slots=True)
class ClassDesk:
    """The classes of a school, and who is in none of them; ``suggested`` is how many to begin with.

    Names of children in classes are not read here.
    """

    intake: IntakeRecord
    school: SchoolName
    classes: tuple[OneClass, ...]
    unplaced: tuple[SeatedChild, ...]
    children: int
    suggested: int


@dataclass(frozen=True, slots=True)
class ClassRoll:
    """One class with its children."""

    intake: IntakeRecord
    school: SchoolName
    found: OneClass


@dataclass(frozen=True, slots=True)
class OneChild:
    """A child with a seat, and the classes it can be put into; family members with their class."""

    intake: IntakeRecord
    school: SchoolName
    child: SeatedChild
    classes: tuple[OneClass, ...]
    family: tuple[SeatedChild, ...]


def class_desk(*, actor: Actor, intake_id: int, school_id: int) -> ClassDesk:
    """Return the classes of the officer's school. Who is in no class yet is named, which is
    journalled. Raises NotFound, also before the final results.
    """
    with transaction() as tx:
        held = school_in_hand(tx, actor=actor, intake_id=intake_id, school_id=school_id)
        planned = class_lists.planned_classes(tx, intake_id=intake_id, school_id=school_id)
        unplaced = tuple(child for child in held.children if child.class_id is None)
        if held.classes:  # before the first division nobody is named
            record_read(tx, actor, held, unplaced)
        return ClassDesk(
            intake=held.intake,
            school=held.school,
            classes=held.filled(),
            unplaced=unplaced if held.classes else (),
            children=len(held.children),
            suggested=len(held.classes) or _suggested(len(held.children), planned),
        )


def class_roll(*, actor: Actor, intake_id: int, school_id: int, class_id: int) -> ClassRoll:
    """Return one class by name; the reading is journalled. Raises NotFound."""
    with transaction() as tx:
        held = school_in_hand(tx, actor=actor, intake_id=intake_id, school_id=school_id)
        found = next((one for one in held.filled() if one.class_id == class_id), None)
        if found is None:
            raise NotFound
        record_read(tx, actor, held, found.children)
        return ClassRoll(held.intake, held.school, found)


def one_child(*, actor: Actor, intake_id: int, school_id: int, code: str) -> OneChild:
    """Return a child of the school with the classes; the reading is journalled. Raises NotFound,
    also while there are no classes.
    """
    with transaction() as tx:
        held = school_in_hand(tx, actor=actor, intake_id=intake_id, school_id=school_id)
        child = _child(held, code)
        if not held.classes:
            raise NotFound
        family = tuple(
            one
            for one in held.children
            if child.family is not None and one.family == child.family and one.code != code
        )
        record_read(tx, actor, held, (child, *family))
        return OneChild(held.intake, held.school, child, held.filled(), family)


def put_into_class(
    *, actor: Actor, intake_id: int, school_id: int, code: str, class_id: int
) -> str:
    """Put one child into a class by hand; returns the name of the class. The same again writes
    nothing. Under the same locks as a division. Raises NotFound.
    """
    staff_id = authority.officer(actor).staff_id
    with transaction() as tx:
        held = school_in_hand(
            tx, actor=actor, intake_id=intake_id, school_id=school_id, for_change=True
        )
        child = _child(held, code)
        names = {one.class_id: one.name for one in held.classes}
        if class_id not in names:
            raise NotFound
        if child.class_id != class_id:
            class_lists.put(
                tx, registration_id=child.registration_id, class_id=class_id, staff_id=staff_id
            )
            before = names[child.class_id] if child.class_id is not None else None
            journal.record(
                tx,
                actor=actor,
                action="class.moved",
                intake_id=intake_id,
                subject=code,
                detail={"class": names[class_id], "class_before": before},
            )
        return names[class_id]


def rename_classes(
    *, actor: Actor, intake_id: int, school_id: int, names: Mapping[int, str]
) -> int:
    """Give the classes of the school, by id, new names; returns how many changed.

    All of them have to be given. Raises NotFound, NamesRefused.
    """
    cleaned = dict(zip(names, clean_names(list(names.values())), strict=True))
    with transaction() as tx:
        held = school_in_hand(
            tx, actor=actor, intake_id=intake_id, school_id=school_id, for_change=True
        )
        before = {one.class_id: one.name for one in held.classes}
        if set(before) != set(cleaned):
            raise NotFound
        changed = {key: name for key, name in cleaned.items() if before[key] != name}
        if changed:
            class_lists.rename(tx, names=changed)
            journal.record(
                tx,
                actor=actor,
                action="classes.renamed",
                intake_id=intake_id,
                subject=held.school.code,
                detail={
                    "classes": list(changed.values()),
                    "classes_before": [before[key] for key in changed],
                },
            )
        return len(changed)


def _child(held: SchoolInHand, code: str) -> SeatedChild:
    for child in held.children:
        if child.code == code:
            return child
    raise NotFound


def _suggested(children: int, planned: int | None) -> int:
    wanted = planned or -(-children // MOST_IN_A_CLASS)
    return max(1, min(wanted, children, MOST_CLASSES))
