"""Steps that the families' use cases share inside their own transaction."""

from collections.abc import Mapping

from enrol.core.actors import Family
from enrol.core.answers import read_place
from enrol.services.composing import Sender, distance_from, home_of
from enrol.services.refusals import SignedOut
from enrol.store import families, places
from enrol.store.db import Transaction
from enrol.store.families import Child

__all__ = ["distance_from", "home_point", "signed_in_child"]


def signed_in_child(tx: Transaction, actor: Family) -> Child:
    """Return the family's child; raises SignedOut when a newer secret was issued since the session
    began.
    """
    child = families.child_of(tx, child_id=actor.child_id)
    if child is None or child.secret_version != actor.secret_version:
        raise SignedOut
    return child


def home_point(
    tx: Transaction, *, child: Child, answers: Mapping[str, object]
) -> tuple[float, float] | None:
    """Return where the child lives: the register's point while its current residence stands, else
    its group's.
    """
    current = read_place(answers, "current")
    residences = families.residences_of(tx, child_id=child.child_id)
    sender = Sender(child, {item.kind: (item.unit, item.group) for item in residences})
    named = [(current.unit, current.group)] if current is not None and current.group else []
    return home_of(sender=sender, current=current, groups=places.groups_named(tx, places=named))
