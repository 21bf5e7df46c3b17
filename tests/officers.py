"""Officers of the city that ``tests.world`` makes, a second ward, and ways to move its intake."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert, update

from enrol.core.actors import (
    CITY_OFFICER,
    SCHOOL_OFFICER,
    WARD_OFFICER,
    Officer,
)
from enrol.factory import Adapters
from enrol.services import preparing, registering, signing_in_staff
from enrol.services.ports import Secrets
from enrol.store.db import transaction
from enrol.store.tables.accounts import Staff, scopes
from enrol.store.tables.children import children
from enrol.store.tables.intakes import intake_zones, intakes, seat_plans
from enrol.store.tables.schools import schools
from enrol.store.tables.units import units, zones
from tests.world import World, add_child, full_answers


@dataclass(frozen=True)
class Officers:
    """One of each kind, and their likes elsewhere."""

    city: Officer
    city_second: Officer
    ward: Officer
    other_ward: Officer
    school: Officer
    other_school: Officer
    nobody: Officer


@dataclass(frozen=True)
class Elsewhere:
    """A second ward with one zone and one school, S9, in the same intake."""

    ward_id: int
    intake_zone_id: int
    school_id: int


def add_officer(
    *, email: str, role: str | None = None, unit_id: int | None = None, school_id: int | None = None
) -> Officer:
    """Add an active account without a password, with at most one scope."""
    with transaction() as tx:
        staff_id = tx.execute(
            insert(Staff.__table__)
            .values(email=email, full_name=f"Cán bộ {email}", active=True, fs_uniquifier=email)
            .returning(Staff.__table__.c.id)
        ).scalar_one()
        if role is not None:
            tx.execute(
                insert(scopes).values(
                    staff_id=staff_id, role=role, unit_id=unit_id, school_id=school_id
                )
            )
    officer = signing_in_staff.officer_of(staff_id=staff_id)
    assert officer is not None
    return officer


def add_elsewhere(world: World, *, seats: int = 3) -> Elsewhere:
    """Add the second ward to the world's city and intake."""
    with transaction() as tx:
        ward_id = tx.execute(
            insert(units)
            .values(
                code="00103",
                kind="ward",
                name="Phường Tây Hồ",
                name_en="Tay Ho Ward",
                parent_id=world.city_id,
                valid_from=date(2025, 7, 1),
            )
            .returning(units.c.id)
        ).scalar_one()
        zone_id = tx.execute(
            insert(zones)
            .values(
                code="T00103",
                unit_id=ward_id,
                name="Tuyến T00103",
                name_en="Zone T00103",
                valid_from=date(2025, 7, 1),
            )
            .returning(zones.c.id)
        ).scalar_one()
        intake_zone_id = tx.execute(
            insert(intake_zones)
            .values(intake_id=world.intake_id, zone_id=zone_id)
            .returning(intake_zones.c.id)
        ).scalar_one()
        school_id = tx.execute(
            insert(schools)
            .values(
                code="S9",
                unit_id=ward_id,
                name="Trường Tiểu học Số 9",
                name_en="Primary School 9",
                address="9 phố Quảng An",
                latitude=21.06,
                longitude=105.82,
            )
            .returning(schools.c.id)
        ).scalar_one()
        tx.execute(
            insert(seat_plans).values(
                intake_id=world.intake_id,
                intake_zone_id=intake_zone_id,
                school_id=school_id,
                seats=seats,
            )
        )
    return Elsewhere(ward_id, intake_zone_id, school_id)


def add_officers(world: World, elsewhere: Elsewhere) -> Officers:
    """Add the officers of every kind."""
    return Officers(
        city=add_officer(email="city@example.vn", role=CITY_OFFICER, unit_id=world.city_id),
        city_second=add_officer(email="city2@example.vn", role=CITY_OFFICER, unit_id=world.city_id),
        ward=add_officer(email="ward@example.vn", role=WARD_OFFICER, unit_id=world.ward_id),
        other_ward=add_officer(
            email="ward2@example.vn", role=WARD_OFFICER, unit_id=elsewhere.ward_id
        ),
        school=add_officer(
            email="school@example.vn", role=SCHOOL_OFFICER, school_id=world.schools["S1"]
        ),
        other_school=add_officer(
            email="school2@example.vn", role=SCHOOL_OFFICER, school_id=elsewhere.school_id
        ),
        nobody=add_officer(email="nobody@example.vn"),
    )


def back_to_draft(world: World, *, opens_in: timedelta = timedelta(hours=-1)) -> None:
    """Make the world's intake a draft whose public value is born on the day the window ends."""
    now = datetime.now(UTC)
    closes_at = now + opens_in + timedelta(hours=2)
    with transaction() as tx:
        tx.execute(
            update(intakes)
            .where(intakes.c.id == world.intake_id)
            .values(
                phase="draft",
                seed_commitment=None,
                sealed_seed=None,
                opens_at=now + opens_in,
                closes_at=closes_at,
                public_value_on=civil_day(closes_at),
            )
        )


def end_window(world: World) -> None:
    """Let the window have ended a second ago."""
    now = datetime.now(UTC)
    with transaction() as tx:
        tx.execute(
            update(intakes)
            .where(intakes.c.id == world.intake_id)
            .values(opens_at=now - timedelta(hours=1), closes_at=now - timedelta(seconds=1))
        )


def set_public_value_on(world: World, on: date) -> None:
    """Set the date of the public value, past every rule."""
    with transaction() as tx:
        tx.execute(
            update(intakes).where(intakes.c.id == world.intake_id).values(public_value_on=on)
        )


def civil_day(at: datetime) -> date:
    """Return the date in Hanoi, which keeps UTC+7 all year."""
    return (at + timedelta(hours=7)).date()


def register_child(
    world: World,
    *,
    number: int,
    adapters: Adapters,
    wishes: tuple[str, ...] = ("S1", "S2"),
    policies: tuple[str, ...] = (),
) -> str:
    """Add a child, prepare and submit for it; returns the registration code."""
    secrets: Secrets = adapters.secrets
    family = add_child(world, number=number, secrets=secrets)
    with transaction() as tx:
        tx.execute(
            update(children).where(children.c.id == family.child_id).values(policies=list(policies))
        )
    preparing.save_answers(
        actor=family,
        intake_id=world.intake_id,
        answers=full_answers(wishes=wishes, name=f"Nguyễn Thị Đào {number}"),
    )
    receipt = registering.submit_registration(
        actor=family,
        intake_id=world.intake_id,
        submission_key=preparing.open_desk(actor=family).submission_key,
        secrets=secrets,
    )
    return receipt.lines.code
