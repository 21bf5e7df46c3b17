"""A made-up city: frozen entries and seat plans, loaded by COPY as if a list had just been drawn.

Hanoi has 126 communes and wards and about 160,000 children in grade 1: larger cities are more zones
of the same size, smaller ones fewer.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import insert, literal, select, text, update

from enrol.core.codes import registration_code
from enrol.core.lottery import commitment, draw_key
from enrol.core.model import Entry, Facts, SeatPlan
from enrol.core.priority import PRESETS, rules_hash, rules_to_json
from enrol.core.sealing import entry_bytes, merkle_root
from enrol.services.frozen_files import freeze_files
from enrol.store.db import Transaction, db, transaction
from enrol.store.tables.accounts import Staff
from enrol.store.tables.intakes import draws, intake_zones, intakes, rule_sets
from enrol.store.tables.schools import schools
from enrol.store.tables.units import units, zones

SEED = bytes(range(32))
PUBLIC_VALUE = "1-2-3-4-5-6"
RULES = PRESETS["hanoi-2018"]
CHILDREN_A_ZONE = 1_270
SCHOOLS_A_ZONE = 6
OUTCOME_TABLES = "placements, waiting_lists, runs, outbox"
"""What hangs on runs goes with them."""


@dataclass(frozen=True)
class City:
    """How large the city is; the same numbers always give the same children."""

    children: int

    @property
    def zones(self) -> list[str]:
        """Zone codes."""
        return [f"T{n:05}" for n in range(max(1, round(self.children / CHILDREN_A_ZONE)))]

    def schools(self, zone: str) -> list[str]:
        """School codes of a zone."""
        return [f"{zone}-{n}" for n in range(SCHOOLS_A_ZONE)]

    def seats(self, zone: str) -> list[int]:
        """Seats of the zone's schools: uneven, and a few less than children in some zones."""
        chance = random.Random(f"seats {zone}")
        share = self.children / len(self.zones) / SCHOOLS_A_ZONE
        return [round(share * chance.uniform(0.6, 1.4)) for _ in range(SCHOOLS_A_ZONE)]

    def plans(self) -> list[SeatPlan]:
        """All seat plans."""
        return [
            SeatPlan(school, zone, seats)
            for zone in self.zones
            for school, seats in zip(self.schools(zone), self.seats(zone), strict=True)
        ]

    def entries(self) -> Iterator[Entry]:
        """Yield the children in code order, zones mixed as registrations come in."""
        chance = random.Random(f"children {self.children}")
        names = self.zones
        offered = {zone: self.schools(zone) for zone in names}
        weights = [1.0, 0.9, 0.8, 0.5, 0.4, 0.3]
        family = ""
        for number in range(self.children):
            zone = names[chance.randrange(len(names))]
            on = date(2026, 7, 1 + number // 500_000)
            code = registration_code(prefix="AR", on=on, sequence=number % 500_000)
            is_twin = chance.random() < 0.01
            family = family if is_twin and family else code
            kind = chance.random()
            wishes = dict.fromkeys(chance.choices(offered[zone], weights, k=4))
            yield Entry(
                code=code,
                family=family,
                submission_hash=f"{chance.getrandbits(256):064x}",
                facts=Facts(
                    zone=zone,
                    permanent_in_zone=kind < 0.7,
                    current_in_zone=0.1 < kind < 0.95,
                    distances=tuple((school, chance.randrange(100, 3000)) for school in wishes),
                ),
                wishes=tuple(wishes),
            )


def load(city: City) -> tuple[int, int]:
    """Write the city, drawn, into empty tables; returns the ids of intake and draw."""
    with transaction() as tx:
        tx.execute(text("SET LOCAL statement_timeout = 0"))
        tx.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        intake_id, zone_ids = _places(tx, city)
        leaves: list[bytes] = []
        raw = tx.connection.driver_connection
        assert raw is not None
        into = "frozen_entries (intake_id, code, position, intake_zone_id, entry)"
        with raw.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for position, entry in enumerate(city.entries()):
                leaf = entry_bytes(entry)
                zone_id = zone_ids[entry.facts.zone or ""]
                copy.write_row((intake_id, entry.code, position, zone_id, leaf.decode()))
                leaves.append(leaf)
        draw_id = _draw(tx, intake_id, merkle_root(leaves).hex(), len(leaves))
    # As autovacuum does within a minute of the freezing.
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))
    return intake_id, draw_id


def key_of(list_hash: str) -> bytes:
    """Return the draw key of a loaded city."""
    return draw_key(seed=SEED, public_value=PUBLIC_VALUE, list_hash=bytes.fromhex(list_hash))


def forget_outcome(intake_id: int) -> None:
    """Take every run away, so that the same list can be allocated again."""
    with transaction() as tx:
        tx.execute(text(f"TRUNCATE {OUTCOME_TABLES} RESTART IDENTITY CASCADE"))
        tx.execute(update(intakes).where(intakes.c.id == intake_id).values(phase="drawn"))


def _places(tx: Transaction, city: City) -> tuple[int, dict[str, int]]:
    since = {"valid_from": date(2025, 7, 1)}
    unit = {"code": "01", "kind": "city", "name": "Thành phố", "name_en": "City", **since}
    unit_id = tx.execute(insert(units).values(unit).returning(units.c.id)).scalar_one()
    tx.execute(
        insert(zones),
        [{"code": z, "unit_id": unit_id, "name": z, "name_en": z, **since} for z in city.zones],
    )
    tx.execute(
        insert(schools),
        [
            {
                "code": plan.school,
                "unit_id": unit_id,
                "name": plan.school,
                "name_en": plan.school,
                "address": "-",
                "latitude": 21.0,
                "longitude": 105.8,
            }
            for plan in city.plans()
        ],
    )
    intake_id = _intake(tx, unit_id)
    of_zone = select(literal(intake_id), zones.c.id)
    tx.execute(insert(intake_zones).from_select(["intake_id", "zone_id"], of_zone))
    zone_ids = dict(
        tx.execute(
            select(zones.c.code, intake_zones.c.id).join(
                intake_zones, intake_zones.c.zone_id == zones.c.id
            )
        )
        .tuples()
        .all()
    )
    tx.execute(
        text(
            "INSERT INTO seat_plans (intake_id, intake_zone_id, school_id, seats)"
            " SELECT :intake, :zone, id, :seats FROM schools WHERE code = :school"
        ),
        [
            {"intake": intake_id, "zone": zone_ids[p.zone], "school": p.school, "seats": p.seats}
            for p in city.plans()
        ],
    )
    return intake_id, zone_ids


def _intake(tx: Transaction, unit_id: int) -> int:
    rule_set_id = tx.execute(
        insert(rule_sets)
        .values(
            name=RULES.name,
            version=RULES.version,
            hash=rules_hash(RULES),
            body=rules_to_json(RULES),
        )
        .returning(rule_sets.c.id)
    ).scalar_one()
    values = {
        "code": "BENCHMARK",
        "kind": "official",
        "name": "Benchmark",
        "name_en": "Benchmark",
        "school_year": "2026-2027",
        "unit_id": unit_id,
        "rule_set_id": rule_set_id,
        "phase": "announced",
        "opens_at": datetime(2026, 7, 1, tzinfo=UTC),
        "closes_at": datetime(2026, 7, 3, tzinfo=UTC),
        "birth_from": date(2020, 1, 1),
        "birth_to": date(2020, 12, 31),
        "public_value_name": "-",
        "public_value_name_en": "-",
        "public_value_on": date(2026, 7, 6),
        "seed_commitment": commitment(SEED),
        "sealed_seed": b"sealed",
    }
    return int(tx.execute(insert(intakes).values(values).returning(intakes.c.id)).scalar_one())


def _draw(tx: Transaction, intake_id: int, list_hash: str, size: int) -> int:
    people = [
        tx.execute(
            insert(Staff.__table__)
            .values(email=name, full_name=name, active=True, fs_uniquifier=name)
            .returning(Staff.__table__.c.id)
        ).scalar_one()
        for name in ("one@example.vn", "two@example.vn")
    ]
    now = datetime.now(UTC)
    beside = freeze_files(tx, intake_id=intake_id)
    frozen = {
        "list_hash": list_hash,
        "list_size": size,
        "frozen_at": now,
        "seat_plans_hash": beside.seat_plans,
        "distances_hash": beside.distances,
    }
    tx.execute(update(intakes).where(intakes.c.id == intake_id).values(phase="drawn", **frozen))
    drawn = {
        "intake_id": intake_id,
        "kind": "official",
        "list_hash": list_hash,
        "public_value": PUBLIC_VALUE,
        "proposed_by": people[0],
        "confirmed_by": people[1],
        "confirmed_at": now,
        "seed": SEED.hex(),
    }
    return int(tx.execute(insert(draws).values(drawn).returning(draws.c.id)).scalar_one())
