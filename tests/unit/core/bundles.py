"""A small made-up intake and its published bundle, and ways to change a published file."""

import dataclasses
import hashlib
import random
from datetime import date, datetime, timedelta, timezone

from enrol.core import bundle
from enrol.core.codes import registration_code
from enrol.core.draw_file import Draw, Renaming
from enrol.core.intake_certificate import certify_intake
from enrol.core.leftovers import distances_from_zones
from enrol.core.lottery import commitment, draw_key
from enrol.core.model import Entry, Facts, Reserve, SeatPlan
from enrol.core.priority import HANOI_2018, RuleSet
from enrol.core.results import Results, compute
from enrol.core.sealing import canonical_json, list_hash

SEED = bytes(range(32))
PUBLIC_VALUE = "Giải đặc biệt: 48213"
ZONES = {"Z1": ("TH01", "TH02"), "Z2": ("TH03",), "Z3": ("TH04", "TH05")}
SCHOOLS = tuple(school for schools in ZONES.values() for school in schools)
FROZEN_AT = datetime(2026, 7, 15, 17, 30, tzinfo=timezone(timedelta(hours=7)))
TABLE = {"Z1": [(school, 100 * at) for at, school in enumerate(SCHOOLS)]}
SEATS = {"TH01": 5, "TH02": 4, "TH03": 4, "TH04": 9, "TH05": 8}
PER_SCHOOL = dataclasses.replace(HANOI_2018, name="hanoi-own-numbers", per_school_numbers=True)


def made_entries(*, count: int = 36, prefix: str = "AR") -> list[Entry]:
    chance = random.Random(20260701)
    entries = []
    for sequence in range(count):
        code = registration_code(prefix=prefix, on=date(2026, 7, 1), sequence=sequence)
        zone = chance.choice(("Z1", "Z1", "Z2", "Z3"))
        wishes = chance.sample(ZONES[zone], chance.randint(1, len(ZONES[zone])))
        is_twin = sequence % 9 == 8
        facts = Facts(
            zone=zone,
            permanent_in_zone=chance.random() < 0.6,
            current_in_zone=chance.random() < 0.7,
            policies=("disability",) if chance.random() < 0.1 else (),
            distances=tuple(sorted((school, chance.randint(50, 4000)) for school in wishes)),
        )
        family = entries[-1].family if is_twin else code
        digest = hashlib.sha256(code.encode()).hexdigest()
        entries.append(Entry(code, family, digest, facts, tuple(wishes)))
    return entries


def made_plans() -> list[SeatPlan]:
    return [
        SeatPlan(school, zone, SEATS[school], (Reserve("disability", 1),))
        for zone, schools in ZONES.items()
        for school in schools
    ]


def made_members(
    *, rules: RuleSet = HANOI_2018, kind: str = "official", prefix: str = "AR"
) -> dict[str, bytes]:
    """Return the members of the honest bundle."""
    return members_of(entries=made_entries(prefix=prefix), rules=rules, kind=kind)


def members_of(
    *,
    entries: list[Entry],
    plans: list[SeatPlan] | None = None,
    rules: RuleSet = HANOI_2018,
    kind: str = "official",
    results: Results | None = None,
    renamed: tuple[Renaming, ...] = (),
) -> dict[str, bytes]:
    """Return the bundle of these entries; ``results`` replaces what honest computing gives."""
    root = list_hash(entries)
    inputs = {
        "entries": entries,
        "seat_plans": made_plans() if plans is None else plans,
        "distances": distances_from_zones(table=TABLE, entries=entries, rules=rules),
        "rules": rules,
        "key": draw_key(seed=SEED, public_value=PUBLIC_VALUE, list_hash=root),
    }
    published = results or compute(**inputs).results
    return bundle.build(
        intake="HN-2026-L1",
        kind=kind,
        rules=rules,
        seat_plans=inputs["seat_plans"],
        entries=entries,
        draw=Draw(
            seed=SEED.hex(),
            commitment=commitment(SEED),
            public_value=PUBLIC_VALUE,
            public_value_name="Xổ số Thủ đô, giải đặc biệt",
            public_value_name_en="Capital lottery, special prize",
            public_value_on=date(2026, 7, 16),
            list_hash=root.hex(),
            frozen_at=FROZEN_AT,
            renamed=renamed,
        ),
        distances=TABLE,
        results=published,
        certificate=certify_intake(placements=published.placements, **inputs),
    )


def resealed(members: dict[str, bytes]) -> dict[str, bytes]:
    """Return the members with a manifest that fits them: what a careful forger would write."""
    manifest = bundle.json_document(members["manifest.json"])
    manifest["members"] = {
        name: hashlib.sha256(data).hexdigest()
        for name, data in members.items()
        if name != "manifest.json"
    }
    return {**members, "manifest.json": canonical_json(manifest)}


def changed(members: dict[str, bytes], name: str, old: str, new: str) -> dict[str, bytes]:
    """Return the members with the first ``old`` in a member replaced, the manifest untouched."""
    assert old.encode() in members[name], f"{old} is not in {name}"
    return {**members, name: members[name].replace(old.encode(), new.encode(), 1)}
