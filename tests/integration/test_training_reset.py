"""Training: made anew in one step, never real, never beyond itself."""

import pytest
from click.testing import CliRunner
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from enrol.cli import training_reset as command
from enrol.core.actors import System
from enrol.core.codes import is_rehearsal_code
from enrol.services import (
    advancing,
    allocating,
    closing,
    drawing,
    issuing,
    opening,
    planning,
    reading,
    rehearsing,
)
from enrol.store import counters
from enrol.store.db import transaction
from enrol.store.tables.children import children, guardians
from enrol.store.tables.intakes import intakes, seat_plans
from enrol.store.tables.registrations import registrations
from enrol.store.tables.runs import runs
from enrol.training.families import made_up_families
from tests.officers import add_elsewhere, add_officers, register_child
from tests.world import build_world

ACTOR = System(label="test")


@pytest.fixture
def world(app):
    return build_world()


def reset(adapters, *, count=40, units=()):
    def make(ground, year):
        return made_up_families(ground=ground, children=count, seed=1, year=year)

    made = rehearsing.reset_training(make=make, unit_codes=units, vault=adapters.vault, actor=ACTOR)
    opening.submit_ticked(intake_id=made.intake_id, secrets=adapters.secrets)
    return made


def rows(query):
    with transaction() as tx:
        return [tuple(row) for row in tx.execute(query)]


def test_every_made_up_family_is_registered_under_a_rehearsal_code(world, adapters):
    made = reset(adapters)

    codes = [code for (code,) in rows(select(registrations.c.code))]
    assert len(codes) == made.children == 40
    assert all(map(is_rehearsal_code, codes))
    assert rows(select(intakes.c.kind, intakes.c.is_training).where(
        intakes.c.id == made.intake_id
    )) == [("rehearsal", True)]  # fmt: skip


def test_seats_are_a_little_short_on_purpose(world, adapters):
    made = reset(adapters, count=40)

    [(seats,)] = rows(
        select(func.sum(seat_plans.c.seats)).where(seat_plans.c.intake_id == made.intake_id)
    )
    assert 30 <= seats < 40


def test_officers_can_close_draw_and_allocate_on_the_day_of_the_training(world, adapters):
    officers = add_officers(world, add_elsewhere(world))
    made = reset(adapters)
    intake_id = made.intake_id

    closing.close_intake(actor=officers.city, intake_id=intake_id, early=True)
    drawing.propose_public_value(
        actor=officers.city, intake_id=intake_id, public_value="4-2-6", arose_later=True
    )
    drawing.confirm_public_value(
        actor=officers.city_second,
        intake_id=intake_id,
        public_value="4-2-6",
        arose_later=True,
        vault=adapters.vault,
    )
    allocating.start_allocation(actor=officers.city, intake_id=intake_id)
    with transaction() as tx:
        waiting = tx.execute(select(runs.c.id).where(runs.c.intake_id == intake_id)).scalars().all()
    allocating.run_zones(run_ids=list(waiting))
    advancing.advance(run_id=waiting[-1])
    with transaction() as tx:
        second = tx.execute(
            select(runs.c.id).where(runs.c.intake_id == intake_id, runs.c.stage == 2)
        ).scalar_one()
    allocating.run_zones(run_ids=[second])
    advancing.advance(run_id=second)

    assert rows(select(intakes.c.phase).where(intakes.c.id == intake_id)) == [("allocated",)]
    assert rows(select(intakes.c.phase).where(intakes.c.id == world.intake_id)) == [("announced",)]


def test_beginning_anew_puts_the_last_one_aside_and_deletes_nothing(world, adapters):
    officers = add_officers(world, add_elsewhere(world))
    first = reset(adapters)
    second = reset(adapters)

    seen = {item.intake_id for item in planning.desk_of(actor=officers.city).intakes}
    assert second.put_aside == 1
    with transaction() as tx:
        assert counters.counted_intakes(tx) == [world.intake_id, second.intake_id]
    assert seen == {world.intake_id, second.intake_id}
    assert rows(select(func.count()).select_from(registrations)) == [(80,)]
    assert rows(
        select(intakes.c.retired_at.is_not(None)).where(intakes.c.id == first.intake_id)
    ) == [(True,)]


def test_an_official_intake_and_its_files_stay_as_they_are(world, adapters):
    code = register_child(world, number=1, adapters=adapters)
    before = rows(select(intakes).where(intakes.c.id == world.intake_id))

    reset(adapters)

    assert rows(select(intakes).where(intakes.c.id == world.intake_id)) == before
    assert rows(select(registrations.c.status).where(registrations.c.code == code)) == [
        ("submitted",)
    ] or rows(select(registrations.c.code).where(registrations.c.code == code)) == [(code,)]
    assert reading.current_notice().window.intake_id == world.intake_id


def test_the_database_puts_no_official_intake_aside(world):
    with pytest.raises(IntegrityError, match="only_training_retires"), transaction() as tx:
        tx.execute(update(intakes).values(retired_at=func.now()))
    with pytest.raises(IntegrityError, match="training_is_a_rehearsal"), transaction() as tx:
        tx.execute(update(intakes).values(is_training=True))


def test_the_database_takes_no_made_up_child_into_an_official_intake(world, adapters):
    reset(adapters)
    columns = [column for column in registrations.c if column.name not in
               ("id", "official_child_id", "code", "intake_id", "intake_zone_id")]  # fmt: skip
    [row] = rows(select(*columns).limit(1))
    values = dict(zip((column.name for column in columns), row, strict=True))
    values |= {
        "code": "AR20260701000001A",
        "intake_id": world.intake_id,
        "intake_zone_id": world.intake_zone_id,
    }

    with pytest.raises(IntegrityError, match="official_child"), transaction() as tx:
        tx.execute(insert(registrations).values(values))


def test_nobody_can_be_reached(world, adapters):
    reset(adapters)

    told = rows(
        select(guardians.c.phone, guardians.c.email)
        .join(children, children.c.id == guardians.c.child_id)
        .where(children.c.is_training)
    )
    assert told
    assert all(phone.startswith("+8495") and email is None for phone, email in told)


def test_no_letters_go_out_to_made_up_children(world, adapters):
    reset(adapters)
    with transaction() as tx:
        tx.execute(
            update(intakes)
            .where(intakes.c.id == world.intake_id)
            .values(birth_from="2000-01-01", birth_to="2030-12-31")
        )

    class Letters:
        def add(self, **_letter):
            raise AssertionError("a letter to nobody")

        def secure(self):
            pass

    issued = issuing.issue_secrets(
        intake_code="HN-L1-2026",
        unit_code=None,
        letters=Letters(),
        secrets=adapters.secrets,
        actor=ACTOR,
    )
    assert issued == 0


def test_the_same_seed_gives_the_same_families_and_one_ward_is_enough(world, adapters):
    add_elsewhere(world)
    names = []
    for _ in range(2):
        made = reset(adapters, units=("00070",))
        names.append(
            rows(
                select(children.c.full_name)
                .join(registrations, registrations.c.child_id == children.c.id)
                .where(registrations.c.intake_id == made.intake_id)
                .order_by(children.c.id)
            )
        )
    assert names[0] == names[1]


def test_without_ground_nothing_is_made(app, adapters):
    with pytest.raises(rehearsing.NoGround):
        reset(adapters)
    assert rows(select(func.count()).select_from(intakes)) == [(0,)]


def test_the_command_says_what_it_made(world, app, monkeypatch):
    from contextlib import nullcontext

    monkeypatch.setattr(command, "application", lambda: nullcontext(app))

    done = CliRunner().invoke(command.training_reset, ["--children", "12"])

    assert done.exit_code == 0, done.output
    assert "12 made-up children; 0 put aside" in done.output
