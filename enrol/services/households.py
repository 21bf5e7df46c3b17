"""Steps that the families' use cases share inside their own transaction."""

from collections.abc import Mapping

from enrol.core.actors import Family
from enrol.core.answers import read_place
from enrol.services.distances import metres_between
from enrol.services.refusals import SignedOut
from enrol.store import families, places
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


def distance_from(*, home: tuple[float, float] | None, school: places.ZoneSchool) -> int | None:
    """Return straight metres between a home and a school, a multiple of 100; None for no home."""
    if home is None:
        return None
    return metres_between(
        latitude=home[0],
        longitude=home[1],
        other_latitude=school.latitude,
        other_longitude=school.longitude,
    )


def home_point(
    tx: Transaction, *, child: Child, answers: Mapping[str, object]
) -> tuple[float, float] | None:
    """Return where the child lives: the register's point while its current residence stands, else
    its group's.
    """
    current = read_place(answers, "current")
    registered = [
        (item.unit, item.group)
        for item in families.residences_of(tx, child_id=child.child_id)
        if item.kind == "current"
    ]
    has_moved = current is not None and (current.unit, current.group) not in registered
    if not has_moved and child.latitude is not None and child.longitude is not None:
        return (child.latitude, child.longitude)
    if current is None or current.group is None:
        return None
    group = places.groups_named(tx, places=[(current.unit, current.group)]).get(
        (current.unit, current.group)
    )
    if group is None or group.latitude is None or group.longitude is None:
        return None
    return (group.latitude, group.longitude)
