"""The classes of one school in hands of its officer: what dividing and keeping them share."""

from collections.abc import Sequence
from dataclasses import dataclass

from enrol.core.actors import Actor
from enrol.core.class_division import Sex
from enrol.core.intake import Phase
from enrol.core.names import clean_text
from enrol.services import authority
from enrol.services.refusals import NotFound, Refusal
from enrol.store import class_lists, journal, locks, rolls
from enrol.store.class_lists import SchoolClass, SeatedChild
from enrol.store.db import Transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.rolls import SchoolName

LONGEST_NAME = 12
MOST_IN_A_CLASS = 35
"""Circular 28/2020/TT-BGDDT: a class of a primary school has 35 pupils at the most."""


class NamesRefused(Refusal):
    """A class has no name, one that is too long, or the name of another class."""


@dataclass(frozen=True, slots=True)
class OneClass:
    """A class, which is not kept yet when ``class_id`` is None, with its children by name."""

    class_id: int | None
    name: str
    children: tuple[SeatedChild, ...]

    @property
    def girls(self) -> int:
        """How many of them are girls."""
        return sum(1 for child in self.children if child.sex == Sex.FEMALE)

    @property
    def is_over(self) -> bool:
        """Tell whether it has more children than a class should."""
        return len(self.children) > MOST_IN_A_CLASS


@dataclass(frozen=True, slots=True)
class SchoolInHand:
    """A school with its classes, and who has a seat there now, by name."""

    intake: IntakeRecord
    school: SchoolName
    classes: Sequence[SchoolClass]
    children: Sequence[SeatedChild]

    def filled(self) -> tuple[OneClass, ...]:
        """Return the classes with their children."""
        return tuple(
            OneClass(
                one.class_id,
                one.name,
                tuple(child for child in self.children if child.class_id == one.class_id),
            )
            for one in self.classes
        )


def school_in_hand(
    tx: Transaction, *, actor: Actor, intake_id: int, school_id: int, for_change: bool = False
) -> SchoolInHand:
    """Return the school with classes and children; for a change, under the intake's shared lock
    and the school's plan. Raises NotFound for any but the officer's own, and before the final
    results.
    """
    _own_school(tx, actor=actor, intake_id=intake_id, school_id=school_id)
    if for_change:
        locks.lock_intake_shared(tx, intake_id)
        class_lists.hold_school(tx, intake_id=intake_id, school_id=school_id)
    intake, school = _own_school(tx, actor=actor, intake_id=intake_id, school_id=school_id)
    return SchoolInHand(
        intake=intake,
        school=school,
        classes=class_lists.classes_of(tx, intake_id=intake_id, school_id=school_id),
        children=class_lists.seated_children(tx, intake_id=intake_id, school_id=school_id),
    )


def _own_school(
    tx: Transaction, *, actor: Actor, intake_id: int, school_id: int
) -> tuple[IntakeRecord, SchoolName]:
    grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
    is_final = grasp.intake.phase in (Phase.FINAL, Phase.SETTLED)
    if school_id not in grasp.reach.own_school_ids or not is_final:
        raise NotFound
    [school] = rolls.school_names(tx, school_ids=[school_id])
    return grasp.intake, school


def clean_names(names: Sequence[str]) -> list[str]:
    """Return the names of all classes of a school as they are kept. Raises NamesRefused."""
    cleaned = [clean_text(name) for name in names]
    if not all(1 <= len(name) <= LONGEST_NAME for name in cleaned):
        raise NamesRefused
    if len({name.casefold() for name in cleaned}) != len(cleaned):
        raise NamesRefused
    return cleaned


def record_read(
    tx: Transaction, actor: Actor, held: SchoolInHand, read: Sequence[SeatedChild]
) -> None:
    """Journal whose names were shown."""
    if read:
        journal.record(
            tx,
            actor=actor,
            action="classes.read",
            intake_id=held.intake.intake_id,
            subject=held.school.code,
            detail={"codes": [child.code for child in read]},
        )
