"""A published result that families can object to, put there past the services that publish."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select, update

from enrol.core.actors import Family
from enrol.core.objections import reference
from enrol.services import objecting
from enrol.services.objecting import Objection
from enrol.store.db import transaction
from enrol.store.tables.intakes import publication_requests, publications
from enrol.store.tables.objections import objection_numbers, objections
from enrol.store.tables.registrations import registrations
from tests.officers import Officers
from tests.world import World, set_phase

WORDS = "Gia đình có hộ khẩu thường trú ở tổ 16A từ năm 2019."


def publish_result(
    world: World,
    officers: Officers,
    *,
    kind: str = "provisional",
    days: int = 5,
) -> int:
    """Publish something; objections are taken for so many days from now. Returns its id."""
    now = datetime.now(UTC)
    agreed = {
        "intake_id": world.intake_id,
        "kind": kind,
        "outcome_digest": "0" * 64,
    }
    minute = now - timedelta(hours=1)
    asker, confirmer = officers.city.staff_id, officers.city_second.staff_id
    with transaction() as tx:
        tx.execute(
            insert(publication_requests).values(
                **agreed,
                totals={},
                publish_at=minute,
                objection_days=5,
                asked_by=asker,
                confirmed_by=confirmer,
                confirmed_at=minute - timedelta(hours=1),
            )
        )
        publication_id = tx.execute(
            insert(publications)
            .values(
                **agreed,
                published_by=asker,
                confirmed_by=confirmer,
                due_at=minute,
                published_at=now,
                objections_until=now + timedelta(days=days),
            )
            .returning(publications.c.id)
        ).scalar_one()
    set_phase(world, kind)
    return int(publication_id)


def end_objections(world: World) -> None:
    """Let the days for objections be over."""
    with transaction() as tx:
        tx.execute(
            update(publications)
            .where(publications.c.intake_id == world.intake_id)
            .values(objections_until=datetime.now(UTC) - timedelta(seconds=1))
        )


def file_one(family: Family, *, ground: str = "facts", words: str = WORDS) -> Objection:
    """File an objection of a family."""
    return objecting.file_objection(actor=family, ground=ground, words=words)


def file_many(world: World, *, count: int) -> None:
    """Put answered objections of the first registration there, past the services."""
    with transaction() as tx:
        child = select(registrations.c.id, registrations.c.child_id).limit(1)
        registration_id, child_id = tx.execute(child).one()
        now = datetime.now(UTC)
        tx.execute(
            insert(objections),
            [
                {
                    "intake_id": world.intake_id,
                    "unit_id": world.ward_id,
                    "registration_id": registration_id,
                    "child_id": child_id,
                    "number": number,
                    "reference": reference(year=2026, unit_code="00070", number=number),
                    "ground": "other",
                    "words": WORDS,
                    "due_on": now.date() + timedelta(days=number // 7),
                    "answered_at": now,
                    "outcome": "withdrawn",
                }
                for number in range(1, count + 1)
            ],
        )
        tx.execute(
            insert(objection_numbers).values(
                intake_id=world.intake_id, unit_id=world.ward_id, last=count
            )
        )
