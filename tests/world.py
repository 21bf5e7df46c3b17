"""A small city made by hand: one ward zone with three schools, an open intake, children with
secrets."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert, select, update

from enrol.core.actors import Family
from enrol.core.priority import PRESETS, rules_hash, rules_to_json
from enrol.services import preparing
from enrol.services.ports import Secrets
from enrol.store.db import Transaction, transaction
from enrol.store.tables.children import children, family_secrets, guardians, residences
from enrol.store.tables.intakes import intake_zones, intakes, rule_sets, seat_plans
from enrol.store.tables.schools import schools
from enrol.store.tables.units import residential_groups, units, zones

SECRET = "0123-4567-89AB-CDEF"
HOME = (21.030, 105.850)


@dataclass
class World:
    """Ids and codes of what was made."""

    intake_id: int
    city_id: int
    ward_id: int
    zone_id: int
    intake_zone_id: int
    group_id: int
    other_group_id: int
    schools: dict[str, int] = field(default_factory=dict)


def build_world(*, seats: int = 2, opens_in: timedelta = timedelta(hours=-1)) -> World:
    """Make the city; the window opens ``opens_in`` from now and lasts two hours."""
    now = datetime.now(UTC)
    with transaction() as tx:
        city_id = _unit(tx, code="01", kind="city", name="Thành phố Hà Nội", parent_id=None)
        ward_id = _unit(tx, code="00070", kind="ward", name="Phường Hoàn Kiếm", parent_id=city_id)
        zone_id = _zone(tx, code="T00070", unit_id=ward_id)
        far_zone_id = _zone(tx, code="T00071", unit_id=ward_id)
        group_id = _group(tx, unit_id=ward_id, zone_id=zone_id, label="16A")
        other_group_id = _group(tx, unit_id=ward_id, zone_id=far_zone_id, label="VP4")
        intake_id = _intake(tx, city_id=city_id, opens_at=now + opens_in)
        intake_zone_id = _one(
            tx,
            insert(intake_zones)
            .values(intake_id=intake_id, zone_id=zone_id)
            .returning(intake_zones.c.id),
        )
        world = World(
            intake_id, city_id, ward_id, zone_id, intake_zone_id, group_id, other_group_id
        )
        for number, code in enumerate(("S1", "S2", "S3"), start=1):
            world.schools[code] = _school(tx, code=code, number=number, unit_id=ward_id)
            tx.execute(
                insert(seat_plans).values(
                    intake_id=intake_id,
                    intake_zone_id=intake_zone_id,
                    school_id=world.schools[code],
                    seats=seats,
                )
            )
    return world


def add_child(
    world: World, *, number: int, secrets: Secrets, family_code: str | None = None
) -> Family:
    """Add a child of the register who lives in the zone, with the secret ``SECRET``."""
    pupil_code = f"{number:010}"
    with transaction() as tx:
        child_id = _one(
            tx,
            insert(children)
            .values(
                pupil_code=pupil_code,
                full_name=f"Nguyễn Thị Đào {number}",
                sort_key=f"{number:06}",
                search_key=f"nguyen thi dao {number}",
                birth_on=date(2020, 5, 17),
                sex="female",
                family_code=family_code,
                latitude=HOME[0],
                longitude=HOME[1],
            )
            .returning(children.c.id),
        )
        for kind in ("permanent", "current"):
            tx.execute(
                insert(residences).values(
                    child_id=child_id,
                    kind=kind,
                    unit_id=world.ward_id,
                    group_id=world.group_id,
                    address="12 phố Hàng Bài",
                    source="register",
                )
            )
        tx.execute(
            insert(guardians).values(
                child_id=child_id,
                position=1,
                full_name="Trần Văn Bình",
                relation="father",
                phone="+84912345678",
            )
        )
        secret_hash = secrets.hash(pupil_code=pupil_code, secret=SECRET)
        tx.execute(insert(family_secrets).values(child_id=child_id, secret_hash=secret_hash))
    return Family(child_id=child_id, secret_version=1)


def full_answers(
    *, wishes: tuple[str, ...] = ("S1", "S2"), name: str = "Nguyễn Thị Đào 1"
) -> dict[str, object]:
    """Return a complete draft that agrees with the register."""
    home = {"unit": "00070", "group": "16A", "address": "12 phố Hàng Bài"}
    return {
        "child": {
            "full_name": name,
            "birth_on": "2020-05-17",
            "sex": "female",
            "personal_id": None,
        },
        "permanent": home,
        "temporary": {"none": True},
        "current": {"same_as": "permanent"},
        "sibling": {"school": None},
        "contact": {
            "guardian_name": "Trần Văn Bình",
            "relation": "father",
            "phone": "+84912345678",
            "email": None,
        },
        "zone": "T00070",
        "wishes": list(wishes),
    }


def prepare(world: World, family: Family, **changes: object) -> None:
    """Save a complete draft for the family."""
    preparing.save_answers(
        actor=family, intake_id=world.intake_id, answers=full_answers() | changes
    )


def set_phase(world: World, phase: str) -> None:
    """Put the intake into a phase, bypassing the services that would do it lawfully."""
    frozen = {"list_hash": "0" * 64, "list_size": 0, "frozen_at": datetime.now(UTC)}
    with transaction() as tx:
        tx.execute(
            update(intakes).where(intakes.c.id == world.intake_id).values(phase=phase, **frozen)
        )


def move_window(world: World, *, opens_at: datetime, closes_at: datetime) -> None:
    """Set the window's instants."""
    with transaction() as tx:
        tx.execute(
            update(intakes)
            .where(intakes.c.id == world.intake_id)
            .values(opens_at=opens_at, closes_at=closes_at)
        )


def count_of(table, *conditions) -> int:
    """Count rows, for assertions."""
    with transaction() as tx:
        return len(tx.execute(select(table).where(*conditions)).all())


def _one(tx: Transaction, statement) -> int:
    return int(tx.execute(statement).scalar_one())


def _unit(tx: Transaction, *, code: str, kind: str, name: str, parent_id: int | None) -> int:
    values = {
        "code": code,
        "kind": kind,
        "name": name,
        "name_en": name,
        "parent_id": parent_id,
        "valid_from": date(2025, 7, 1),
    }
    return _one(tx, insert(units).values(values).returning(units.c.id))


def _zone(tx: Transaction, *, code: str, unit_id: int) -> int:
    values = {
        "code": code,
        "unit_id": unit_id,
        "name": f"Tuyến {code}",
        "name_en": f"Zone {code}",
        "valid_from": date(2025, 7, 1),
    }
    return _one(tx, insert(zones).values(values).returning(zones.c.id))


def _group(tx: Transaction, *, unit_id: int, zone_id: int, label: str) -> int:
    values = {
        "unit_id": unit_id,
        "zone_id": zone_id,
        "label": label,
        "sort_key": label,
        "latitude": HOME[0],
        "longitude": HOME[1],
    }
    return _one(tx, insert(residential_groups).values(values).returning(residential_groups.c.id))


def _school(tx: Transaction, *, code: str, number: int, unit_id: int) -> int:
    values = {
        "code": code,
        "unit_id": unit_id,
        "name": f"Trường Tiểu học Số {number}",
        "name_en": f"Primary School {number}",
        "address": f"{number} phố Tràng Thi",
        "latitude": HOME[0] + number / 1000,
        "longitude": HOME[1],
    }
    return _one(tx, insert(schools).values(values).returning(schools.c.id))


def _intake(tx: Transaction, *, city_id: int, opens_at: datetime) -> int:
    rules = PRESETS["hanoi-2018"]
    rule_set_id = _one(
        tx,
        insert(rule_sets)
        .values(
            name=rules.name,
            version=rules.version,
            body=rules_to_json(rules),
            hash=rules_hash(rules),
        )
        .returning(rule_sets.c.id),
    )
    values = {
        "code": "HN-L1-2026",
        "kind": "official",
        "name": "Tuyển sinh lớp 1 năm học 2026-2027",
        "name_en": "Grade 1 admissions 2026-2027",
        "school_year": "2026-2027",
        "unit_id": city_id,
        "rule_set_id": rule_set_id,
        "phase": "announced",
        "opens_at": opens_at,
        "closes_at": opens_at + timedelta(hours=2),
        "birth_from": date(2020, 1, 1),
        "birth_to": date(2020, 12, 31),
        "public_value_name": "Giải đặc biệt xổ số miền Bắc",
        "public_value_name_en": "First prize of the northern lottery",
        "public_value_on": date(2026, 7, 6),
        "seed_commitment": "0" * 64,
        "sealed_seed": b"sealed",
    }
    return _one(tx, insert(intakes).values(values).returning(intakes.c.id))
