"""The wards that an officer decides for in an intake."""

from collections.abc import Sequence

from enrol.services.authority import Grasp
from enrol.services.refusals import NotFound
from enrol.store import wards
from enrol.store.db import Transaction
from enrol.store.wards import Ward


def wards_of(tx: Transaction, grasp: Grasp) -> list[Ward]:
    """Return the wards with zones in the intake that are the officer's to decide for."""
    if not grasp.reach.unit_ids:
        raise NotFound
    return wards.with_zones(tx, intake_id=grasp.intake.intake_id, unit_ids=grasp.reach.unit_ids)


def ward_of(found: Sequence[Ward], unit_code: str | None) -> Ward:
    """Return the ward with this code, or the first; NotFound for another's."""
    for ward in found:
        if unit_code in (None, ward.code):
            return ward
    raise NotFound
