"""Steps that the families' use cases share inside their own transaction."""

from enrol.core.actors import Family
from enrol.services.refusals import SignedOut
from enrol.store import families
from enrol.store.db import Transaction
from enrol.store.families import Child


def signed_in_child(tx: Transaction, actor: Family) -> Child:
    """Return the family's child; raises SignedOut when a newer secret was issued since the session
    began.
    """
    child = families.child_of(tx, child_id=actor.child_id)
    if child is None or child.secret_version != actor.secret_version:
        raise SignedOut
    return child
