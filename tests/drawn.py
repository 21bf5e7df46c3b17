"""An intake just drawn: several zones with more children than seats, frozen and ready to run."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from enrol.core.actors import CITY_OFFICER, Officer
from enrol.core.bundle import DISTANCES
from enrol.core.bundle_files import read_distances
from enrol.core.codes import registration_code
from enrol.core.leftovers import Distances, ZoneDistances, distances_from_zones
from enrol.core.lottery import commitment, draw_key
from enrol.core.model import Entry, Facts, SeatPlan
from enrol.core.priority import PRESETS
from enrol.core.sealing import entry_bytes, merkle_root, tree_levels
from enrol.services.frozen_files import freeze_files
from enrol.store import frozen_files
from enrol.store.db import transaction
from enrol.store.tables.children import children, residences
from enrol.store.tables.intakes import draws, intake_zones, intakes, seat_plans
from enrol.store.tables.registrations import frozen_entries, registrations
from enrol.store.tables.runs import cut_offs, fills, placements, runs, waiting_lists
from enrol.store.tables.schools import schools
from enrol.store.tables.units import residential_groups, zones
from tests.officers import add_officer
from tests.world import HOME, World, build_world

SEED = bytes(range(32))
PUBLIC_VALUE = "1-2-3-4-5-6"
RULES = PRESETS["hanoi-2018"]


@dataclass(frozen=True)
class Drawn:
    """The intake, its zones in code order, and what the core needs to compute the same."""

    world: World
    intake_id: int
    draw_id: int
    list_hash: str
    officer: Officer
    entries: list[Entry]
    plans: list[SeatPlan]
    table: ZoneDistances

    @property
    def distances(self) -> Distances:
        """What leads the children of each zone in the second stage."""
        return distances_from_zones(table=self.table, entries=self.entries, rules=RULES)

    @property
    def key(self) -> bytes:
        return draw_key(
            seed=SEED, public_value=PUBLIC_VALUE, list_hash=bytes.fromhex(self.list_hash)
        )


def draw_intake(*, zones_: int = 3, children_: int = 40, seats: int = 12, seed: int = 1) -> Drawn:
    """Make ``zones_`` zones of three schools with ``seats`` seats each and ``children_`` children.

    About a tenth live outside their zone. The world's own zone stays empty.
    """
    world = build_world(seats=seats)
    officer = add_officer(email="city@example.vn", role=CITY_OFFICER, unit_id=world.city_id)
    second = add_officer(email="city2@example.vn", role=CITY_OFFICER, unit_id=world.city_id)
    plans = [SeatPlan(code, "T00070", seats) for code in world.schools]
    entries: list[Entry] = []
    chance = random.Random(seed)
    for number in range(1, zones_ + 1):
        zone, school_codes = f"Z{number:03}", [f"Z{number:03}S{s}" for s in range(3)]
        entries += [
            _entry(chance, number * 10_000 + child, zone, school_codes)
            for child in range(children_)
        ]
        plans += [SeatPlan(code, zone, seats) for code in school_codes]
        _add_zone(world, number, zone, school_codes, seats)
    return _freeze(world, officer, second.staff_id, entries, plans)


def _entry(chance: random.Random, number: int, zone: str, school_codes: list[str]) -> Entry:
    code = registration_code(prefix="AR", on=date(2026, 7, 1), sequence=number)
    is_outside = chance.random() < 0.1
    return Entry(
        code=code,
        family=code,
        submission_hash=f"{number:064x}",
        facts=Facts(
            zone=zone,
            permanent_in_zone=not is_outside and chance.random() < 0.7,
            current_in_zone=not is_outside,
            distances=tuple((school, chance.randrange(100, 3000)) for school in school_codes),
        ),
        wishes=tuple(chance.sample(school_codes, k=chance.randint(1, 3))),
    )


def _add_zone(world: World, number: int, zone: str, school_codes: list[str], seats: int) -> None:
    with transaction() as tx:
        zone_id = tx.execute(
            insert(zones)
            .values(
                code=zone,
                unit_id=world.ward_id,
                name=f"Tuyến {zone}",
                name_en=f"Zone {zone}",
                valid_from=date(2025, 7, 1),
            )
            .returning(zones.c.id)
        ).scalar_one()
        tx.execute(
            insert(residential_groups).values(
                unit_id=world.ward_id,
                zone_id=zone_id,
                label=zone,
                sort_key=zone,
                latitude=HOME[0] + number / 100,
                longitude=HOME[1],
            )
        )
        intake_zone_id = tx.execute(
            insert(intake_zones)
            .values(intake_id=world.intake_id, zone_id=zone_id)
            .returning(intake_zones.c.id)
        ).scalar_one()
        for place, code in enumerate(school_codes):
            school_id = tx.execute(
                insert(schools)
                .values(
                    code=code,
                    unit_id=world.ward_id,
                    name=f"Trường Tiểu học <{code}> & bạn",
                    name_en=f"Primary School <{code}> & friends",
                    address=f"{place + 1} phố Lý Thường Kiệt",
                    latitude=HOME[0] + number / 100 + place / 1000,
                    longitude=HOME[1],
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


def _freeze(
    world: World, officer: Officer, second_id: int, entries: list[Entry], plans: list[SeatPlan]
) -> Drawn:
    ordered = sorted(entries, key=lambda entry: entry.code)
    leaves = [entry_bytes(entry) for entry in ordered]
    list_hash = merkle_root(leaves).hex()
    with transaction() as tx:
        _register(tx, world, ordered)
        beside = freeze_files(tx, intake_id=world.intake_id)
        frozen_files.save_levels(tx, intake_id=world.intake_id, levels=tree_levels(leaves))
        zone_ids = _zone_ids(tx, world.intake_id)
        tx.execute(
            insert(frozen_entries),
            [
                {
                    "intake_id": world.intake_id,
                    "code": entry.code,
                    "position": position,
                    "intake_zone_id": zone_ids[entry.facts.zone],
                    "entry": leaf.decode(),
                }
                for position, (entry, leaf) in enumerate(zip(ordered, leaves, strict=True))
            ],
        )
        tx.execute(
            update(intakes)
            .where(intakes.c.id == world.intake_id)
            .values(
                phase="drawn",
                list_hash=list_hash,
                list_size=len(ordered),
                seat_plans_hash=beside.seat_plans,
                distances_hash=beside.distances,
                frozen_at=datetime.now(UTC),
                public_value_on=datetime.now(UTC).date() + timedelta(days=1),
                seed_commitment=commitment(SEED),
            )
        )
        draw_id = tx.execute(
            insert(draws)
            .values(
                intake_id=world.intake_id,
                kind="official",
                list_hash=list_hash,
                public_value=PUBLIC_VALUE,
                proposed_by=officer.staff_id,
                confirmed_by=second_id,
                confirmed_at=datetime.now(UTC),
                seed=SEED.hex(),
            )
            .returning(draws.c.id)
        ).scalar_one()
        body = frozen_files.file_of(tx, intake_id=world.intake_id, name=DISTANCES)
    table = read_distances(body or b"")
    return Drawn(world, world.intake_id, draw_id, list_hash, officer, ordered, plans, table)


def _zone_ids(tx: Any, intake_id: int) -> dict[str | None, int]:
    query = (
        select(zones.c.code, intake_zones.c.id)
        .join(intake_zones, intake_zones.c.zone_id == zones.c.id)
        .where(intake_zones.c.intake_id == intake_id)
    )
    return dict(tx.execute(query).all())


def _register(tx: Any, world: World, entries: list[Entry]) -> None:
    zone_ids = _zone_ids(tx, world.intake_id)
    groups = dict(tx.execute(select(residential_groups.c.label, residential_groups.c.id)).all())
    for number, entry in enumerate(entries, start=1):
        child_id = tx.execute(
            insert(children)
            .values(
                pupil_code=f"{number:010}",
                full_name=f"Nguyễn Thị Đào {number}",
                sort_key=f"{number:06}",
                search_key=f"nguyen thi dao {number}",
                birth_on=date(2020, 5, 17),
                sex="female",
            )
            .returning(children.c.id)
        ).scalar_one()
        tx.execute(
            insert(residences).values(
                child_id=child_id,
                kind="current",
                unit_id=world.ward_id,
                group_id=groups[entry.facts.zone],
                address="12 phố Hàng Bài",
                source="register",
            )
        )
        tx.execute(
            insert(registrations).values(
                intake_id=world.intake_id,
                child_id=child_id,
                code=entry.code,
                family_code=entry.family,
                intake_zone_id=zone_ids[entry.facts.zone],
                status="submitted",
                wishes=[1],
                distances=[-1],
                facts={},
                submission_hash=entry.submission_hash,
                submitted_at=datetime.now(UTC),
            )
        )


def outcome_rows() -> dict[str, list[tuple[Any, ...]]]:
    """Return everything that runs wrote, for comparing two histories."""
    tables = (placements, fills, cut_offs, waiting_lists)
    with transaction() as tx:
        rows = {
            table.name: [tuple(row) for row in tx.execute(select(table).order_by(*table.c))]
            for table in tables
        }
        done = select(runs.c.id, runs.c.state, runs.c.outcome_digest).order_by(runs.c.id)
        rows["runs"] = [tuple(row) for row in tx.execute(done)]
    return rows


def run_ids() -> list[int]:
    """Return the ids of all runs in order."""
    with transaction() as tx:
        return list(tx.execute(select(runs.c.id).order_by(runs.c.id)).scalars())
