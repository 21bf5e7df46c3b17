"""Training: a rehearsal intake full of made-up families in which officers cannot break anything.

Beginning anew deletes nothing: the journal and the submissions of an intake are evidence, made-up
or not. The intake before is put aside, out of every desk, and a fresh one takes its place.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from enrol.core.actors import Actor
from enrol.core.lottery import commitment
from enrol.core.made_up import TrainingFamily, TrainingGround, TrainingHome
from enrol.core.names import search_key, sort_key
from enrol.core.priority import PRESETS, rules_hash, rules_to_json
from enrol.services.phases import seed_context
from enrol.services.ports import Vault
from enrol.services.refusals import NotFound, Refusal
from enrol.store import clock, intakes, journal, locks, trainings
from enrol.store.db import Transaction, transaction
from enrol.store.loading import plans

__all__ = ["PREFIX", "NoGround", "Training", "reset_training"]

PREFIX = "TT"
"""How the pupil codes of made-up children begin; imports refuse them."""
AGE = 6
OPEN_FOR = timedelta(days=14)
SHARE_OF_SEATS = 0.9
"""Seats for each child: a little short, so that allocation and re-routing have something to do."""
_RULES = "hanoi-2018"

MakeFamilies = Callable[[TrainingGround, int], Iterable[TrainingFamily]]
"""Makes families on a ground, born in a year."""


class NoGround(Refusal):
    """There is no city with zones, residential groups and schools to practise on."""


@dataclass(frozen=True, slots=True)
class Training:
    """A training intake that was just made."""

    intake_id: int
    code: str
    children: int
    put_aside: int


def reset_training(
    *, make: MakeFamilies, unit_codes: Sequence[str], vault: Vault, actor: Actor
) -> Training:
    """Put the training intake aside and make a fresh one, open, with families that wait to be
    submitted (``opening.submit_ticked``); one transaction.

    Real units, zones and schools are used, in ``unit_codes`` only when there are any; every child
    is made up. Official intakes are neither read for families nor changed: the database refuses to
    put one aside, and to take a made-up child into one. Raises NoGround, StoreBusy.
    """
    with transaction() as tx:
        locks.lock_register(tx)
        city = trainings.city_unit(tx)
        ground = trainings.ground(tx, unit_codes=unit_codes)
        if city is None or not ground.groups:
            raise NoGround
        before = trainings.standing(tx)
        for intake_id in before:
            locks.lock_intake_exclusive(tx, intake_id)
        trainings.retire(tx, intake_ids=before)
        year = clock.database_now(tx).year - AGE
        families = list(make(ground, year))
        intake_id = _add_intake(tx, unit_id=city.unit_id, year=year)
        trainings.add_seats(tx, intake_id=intake_id, seats=_seats(ground, families))
        _add_families(tx, intake_id=intake_id, families=families)
        code = _announce(tx, intake_id=intake_id, vault=vault)
        journal.record(
            tx,
            actor=actor,
            action="training.reset",
            intake_id=intake_id,
            subject=code,
            detail={"children": len(families)},
        )
        return Training(intake_id, code, len(families), len(before))


def _add_intake(tx: Transaction, *, unit_id: int, year: int) -> int:
    rule_set_id = trainings.last_rules(tx)
    if rule_set_id is None:
        rules = PRESETS[_RULES]
        named = {"name": rules.name, "version": rules.version, "rules_hash": rules_hash(rules)}
        plans.store_rule_set(tx, body=rules_to_json(rules), **named)
        rule_set_id = trainings.rules_of_hash(tx, rules_hash=rules_hash(rules))
    now = clock.database_now(tx)
    school_year = f"{year + AGE}-{year + AGE + 1}"
    return trainings.add_intake(
        tx,
        unit_id=unit_id,
        rule_set_id=rule_set_id,
        names={
            "code": f"TAP-HUAN-{now:%Y%m%d-%H%M%S}-{now.microsecond // 1000:03}",
            "name": f"Tập huấn: tuyển sinh lớp 1 năm học {school_year} (dữ liệu giả)",
            "name_en": f"Training: grade 1 admissions {school_year} (made-up data)",
            "school_year": school_year,
            "public_value_name": "Kết quả gieo xúc xắc khi tập huấn",
            "public_value_name_en": "Dice thrown at the training",
        },
        opens_at=now - timedelta(minutes=1),
        closes_at=now + OPEN_FOR,
        birth=(date(year, 1, 1), date(year, 12, 31)),
        # Of today: whoever closes early on the day of the training can draw on the same day.
        public_value_on=intakes.civil_date(tx, at=now),
    )


def _announce(tx: Transaction, *, intake_id: int, vault: Vault) -> str:
    intake = intakes.intake_of(tx, intake_id=intake_id)
    if intake is None:
        raise NotFound
    seed = vault.new_seed()
    sealed = vault.seal(plain=seed, context=seed_context(intake))
    intakes.announce(tx, intake_id=intake_id, commitment=commitment(seed), sealed_seed=sealed)
    intakes.open_window(tx, intake_id=intake_id, opens_at=intake.opens_at)
    return intake.code


def _seats(ground: TrainingGround, families: Sequence[TrainingFamily]) -> dict[str, dict[str, int]]:
    """Return a few seats less than children in each zone, spread over its schools."""
    counts: dict[str, int] = {}
    for family in families:
        counts[family.zone] = counts.get(family.zone, 0) + 1
    return {
        zone: _spread(max(1, int(SHARE_OF_SEATS * count)), over=ground.schools[zone])
        for zone, count in counts.items()
    }


def _spread(seats: int, *, over: Sequence[str]) -> dict[str, int]:
    each, rest = divmod(seats, len(over))
    return {school: each + (place < rest) for place, school in enumerate(over)}


def _add_families(tx: Transaction, *, intake_id: int, families: Sequence[TrainingFamily]) -> None:
    taken = trainings.taken_ids(tx, personal_ids=[family.personal_id for family in families])
    trainings.add_children(
        tx,
        intake_id=intake_id,
        rows=[_child(intake_id, family, taken) for family in families],
        homes=[_homes(family.registered) for family in families],
        grown_ups=[
            {
                "full_name": family.guardian_name,
                "relation": family.relation,
                "phone": _spoken_abroad(family.phone),
            }
            for family in families
        ],
        answers=[_answers(family, taken) for family in families],
    )


def _child(intake_id: int, family: TrainingFamily, taken: set[str]) -> dict[str, Any]:
    homes = [*family.stated.values()]
    point = homes[-1].group
    is_twin = family.household is not None
    return {
        "pupil_code": f"{PREFIX}{intake_id:05}{family.number:06}",
        "personal_id": None if family.personal_id in taken else family.personal_id,
        "full_name": family.full_name,
        "sort_key": sort_key(family.full_name),
        "search_key": search_key(family.full_name),
        "birth_on": family.birth_on,
        "sex": family.sex,
        "family_code": f"{PREFIX}{intake_id:05}G{family.household}" if is_twin else None,
        "kindergarten": "Trường Mầm non Tập Huấn",
        "latitude": point.latitude,
        "longitude": point.longitude,
        "policies": list(family.policies),
    }


def _homes(homes: Mapping[str, TrainingHome]) -> dict[str, tuple[str, str, str]]:
    return {kind: (home.group.unit, home.group.label, home.address) for kind, home in homes.items()}


def _answers(family: TrainingFamily, taken: set[str]) -> dict[str, Any]:
    """Return what the family states, as the pages of a draft keep it (``core.answers``)."""
    kinds = ("permanent", "temporary", "current")
    return {
        "child": {
            "full_name": family.full_name,
            "birth_on": family.birth_on.isoformat(),
            "sex": family.sex,
            "personal_id": None if family.personal_id in taken else family.personal_id,
        },
        **{kind: _stated(family.stated.get(kind)) for kind in kinds},
        "sibling": {"school": family.sibling_school},
        "contact": {
            "guardian_name": family.guardian_name,
            "relation": family.relation,
            "phone": _spoken_abroad(family.phone),
            "email": None,
        },
        "zone": family.zone,
        "wishes": list(family.wishes),
    }


def _stated(home: TrainingHome | None) -> dict[str, Any]:
    if home is None:
        return {"none": True}
    return {"unit": home.group.unit, "group": home.group.label, "address": home.address}


def _spoken_abroad(phone: str) -> str:
    return "+84" + phone.removeprefix("0")
