"""A family objects to its result: it gets a number and the day by which it is answered.

Objections are taken from the publication until the end of the days that it named, one at a time
for a child. Pressing twice, or on two devices, is one objection.
"""

from enrol.core.actors import Family
from enrol.services.filing_objections import (
    ObjectionDesk,
    ObjectionsOver,
    TooMany,
    Words,
    WordsNeeded,
    cleaned,
    desk_in,
    file_in,
    locked_file,
    record,
)
from enrol.services.households import signed_in_child
from enrol.services.refusals import NotFound
from enrol.store import objections
from enrol.store.constraints import AlreadyObjected
from enrol.store.db import transaction
from enrol.store.objections import Objection

__all__ = [
    "AlreadyObjected",
    "Objection",
    "ObjectionDesk",
    "ObjectionsOver",
    "TooMany",
    "WordsNeeded",
    "desk_of",
    "file_objection",
    "withdraw_objection",
]


def desk_of(*, actor: Family) -> ObjectionDesk | None:
    """Return the family's objections in the current intake; None without a registration.

    Raises SignedOut.
    """
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        return desk_in(tx, child_id=child.child_id)


def file_objection(*, actor: Family, ground: str, words: str) -> Objection:
    """File an objection and return it; one that waits already is returned instead of another.

    Under the intake's shared lock and the registration's row; the database keeps to one open
    objection a child by constraint. Journalled without the family's words. Raises NotFound,
    ObjectionsOver, TooMany, WordsNeeded, AlreadyObjected, SignedOut.
    """
    said = Words(ground, cleaned(ground, words))
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        return file_in(tx, actor=actor, child_id=child.child_id, said=said)


def withdraw_objection(*, actor: Family, objection_id: int) -> None:
    """Take the family's own objection back; one that is answered stays as it is.

    Raises NotFound, SignedOut.
    """
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        _window, live = locked_file(tx, child_id=child.child_id)
        found = objections.objection_of(tx, objection_id=objection_id, for_update=True)
        if found is None or found.code != live.code:
            raise NotFound
        if objections.withdraw(tx, objection_id=objection_id):
            record(tx, actor=actor, action="objection.withdrawn", objection=found)
