"""What is frozen and announced beside the list: the seats and the distances of the second stage."""

from dataclasses import dataclass
from datetime import date

from enrol.core.bundle import DISTANCES, SEAT_PLANS, digest
from enrol.core.bundle_files import read_distances, write_distances, write_seat_plans
from enrol.core.draw_file import Renaming
from enrol.core.leftovers import ZoneDistances
from enrol.services.distances import metres_between
from enrol.services.frozen_lists import ListAltered
from enrol.store import frozen_files, renamings
from enrol.store.db import Transaction
from enrol.store.intakes import IntakeRecord


@dataclass(frozen=True, slots=True)
class FrozenHashes:
    """What is announced beside the list hash: 64 hex digits each."""

    seat_plans: str
    distances: str


def freeze_files(tx: Transaction, *, intake_id: int) -> FrozenHashes:
    """Keep the seats and the zones' distances as they are now and return their hashes.

    The intake's exclusive lock is held.
    """
    plans = write_seat_plans(frozen_files.seat_plans_of(tx, intake_id=intake_id))
    distances = write_distances(_measured(tx, intake_id=intake_id))
    for name, body in ((SEAT_PLANS, plans), (DISTANCES, distances)):
        frozen_files.save_file(tx, intake_id=intake_id, name=name, body=body)
    return FrozenHashes(seat_plans=digest(plans), distances=digest(distances))


def frozen_distances(tx: Transaction, *, intake: IntakeRecord) -> ZoneDistances:
    """Return the distances as announced. Raises ListAltered when they are not."""
    body = frozen_files.file_of(tx, intake_id=intake.intake_id, name=DISTANCES)
    if body is None or digest(body) != intake.distances_hash:
        raise ListAltered
    return read_distances(body)


def renamed_values(tx: Transaction, *, intake_id: int) -> tuple[Renaming, ...]:
    """Return the public values that did not appear, oldest first."""
    return tuple(
        Renaming(
            name=detail["before"],
            on=date.fromisoformat(detail["before_on"]),
            new_name=detail["name"],
            new_on=date.fromisoformat(detail["on"]),
            reason=detail["reason"],
        )
        for detail in renamings.renamings_of(tx, intake_id=intake_id)
    )


def _measured(tx: Transaction, *, intake_id: int) -> ZoneDistances:
    schools = frozen_files.offering_schools(tx, intake_id=intake_id)
    return {
        zone.code: [
            (
                school.code,
                metres_between(
                    latitude=zone.latitude,
                    longitude=zone.longitude,
                    other_latitude=school.latitude,
                    other_longitude=school.longitude,
                ),
            )
            for school in schools
        ]
        for zone in frozen_files.zone_middles(tx, intake_id=intake_id)
    }
