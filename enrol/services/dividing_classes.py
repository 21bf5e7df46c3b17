"""A school divides the children who have a seat with it among its classes.

After the final results, and again after rounds: what stands is who has a seat now. A child whom a
round brings is in no class until the school puts it into one or divides anew; a child whom a round
takes away leaves its class by that.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from enrol.core.actors import Actor
from enrol.core.class_division import MOST_CLASSES, Division, Pupil, Sex, class_names, divide
from enrol.core.sealing import canonical_json
from enrol.services import authority
from enrol.services.classes_in_hand import (
    NamesRefused,
    OneClass,
    SchoolInHand,
    clean_names,
    record_read,
    school_in_hand,
)
from enrol.services.refusals import NotFound, Refusal
from enrol.store import class_lists, journal
from enrol.store.class_lists import SeatedChild
from enrol.store.db import transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.rolls import SchoolName

__all__ = [
    "DivisionChanged",
    "NamesRefused",
    "Preview",
    "apply_division",
    "preview_division",
]


class DivisionChanged(Refusal):
    """Seats or classes changed since the preview was shown: look at it again first."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A division before it is kept. ``parted`` are children who could not stay with their family;
    ``by_hand`` counts those whose place by hand would be lost; applying is bound to ``mark``.
    """

    intake: IntakeRecord
    school: SchoolName
    classes: tuple[OneClass, ...]
    parted: tuple[SeatedChild, ...]
    by_hand: int
    replaces: bool
    mark: str


def preview_division(
    *, actor: Actor, intake_id: int, school_id: int, classes: int, keep_families: bool
) -> Preview:
    """Return what a division would come to; the reading of names is journalled.

    Raises NotFound, also for a number of classes that the children cannot fill.
    """
    with transaction() as tx:
        held = school_in_hand(tx, actor=actor, intake_id=intake_id, school_id=school_id)
        record_read(tx, actor, held, held.children)
        division = _divided(held, classes=classes, keep_families=keep_families)
        return _preview(held, division, keep_families=keep_families)


def apply_division(
    *,
    actor: Actor,
    intake_id: int,
    school_id: int,
    names: Sequence[str],
    keep_families: bool,
    mark: str,
) -> int:
    """Keep the division that was shown, with a name for each class; returns for how many children.

    It is computed again from who has a seat now and must be what ``mark`` stands for. Under the
    intake's shared lock and the school's plan, so that of two officers one divides. Raises
    NotFound, NamesRefused, DivisionChanged.
    """
    chosen = clean_names(names)
    staff_id = authority.officer(actor).staff_id
    with transaction() as tx:
        held = school_in_hand(
            tx, actor=actor, intake_id=intake_id, school_id=school_id, for_change=True
        )
        division = _divided(held, classes=len(chosen), keep_families=keep_families)
        if _preview(held, division, keep_families=keep_families).mark != mark:
            raise DivisionChanged
        ids = {child.code: child.registration_id for child in held.children}
        class_lists.replace(
            tx,
            intake_id=intake_id,
            school_id=school_id,
            classes=[
                (name, [ids[code] for code in codes])
                for name, codes in zip(chosen, division.classes, strict=True)
            ],
            staff_id=staff_id,
        )
        journal.record(
            tx,
            actor=actor,
            action="classes.divided",
            intake_id=intake_id,
            subject=held.school.code,
            detail={
                "classes": chosen,
                "sizes": [len(codes) for codes in division.classes],
                "families_together": keep_families,
                "mark": mark,
            },
        )
        return len(held.children)


def _divided(held: SchoolInHand, *, classes: int, keep_families: bool) -> Division:
    if not 1 <= classes <= min(MOST_CLASSES, len(held.children)):
        raise NotFound
    pupils = [
        Pupil(child.code, child.name_key, Sex(child.sex), child.family) for child in held.children
    ]
    return divide(pupils, classes=classes, keep_families=keep_families)


def _preview(held: SchoolInHand, division: Division, *, keep_families: bool) -> Preview:
    by_code = {child.code: child for child in held.children}
    kept = [one.name for one in held.classes]
    count = len(division.classes)
    names = kept if len(kept) == count else class_names(classes=count)
    state = [[child.code, child.class_id] for child in held.children]
    divided = [list(codes) for codes in division.classes]
    sealed = canonical_json({"now": state, "then": divided, "together": keep_families})
    return Preview(
        intake=held.intake,
        school=held.school,
        classes=tuple(
            OneClass(None, name, tuple(by_code[code] for code in codes))
            for name, codes in zip(names, division.classes, strict=True)
        ),
        parted=tuple(child for child in held.children if child.family in division.parted),
        by_hand=sum(1 for child in held.children if child.class_id and child.is_by_hand),
        replaces=bool(held.classes),
        mark=hashlib.sha256(sealed).hexdigest(),
    )
