"""The draw: two officers, one value, the seed after the list, and numbers anyone recomputes."""

from datetime import UTC, datetime, timedelta

import pytest
from psycopg import errors
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from enrol.core.intake import Phase
from enrol.core.lottery import commitment
from enrol.services import closing, drawing, phases
from enrol.services.refusals import NotFound
from enrol.store import draws as store_draws
from enrol.store import intakes as store_intakes
from enrol.store.constraints import AlreadyDrawn, SameOfficerTwice
from enrol.store.db import transaction
from enrol.store.tables.intakes import draws, intakes
from enrol.store.tables.journal import journal
from enrol.store.tables.runs import runs
from tests.officers import (
    add_elsewhere,
    add_officers,
    back_to_draft,
    civil_day,
    set_public_value_on,
)
from tests.world import build_world, count_of, set_phase

pytestmark = pytest.mark.usefixtures("app")

VALUE = "86573"


def today():
    return civil_day(datetime.now(UTC))


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def officers(world):
    return add_officers(world, add_elsewhere(world))


@pytest.fixture
def closed(world, officers, adapters):
    """An intake announced with a real seed, closed early, whose public value is dated today."""
    back_to_draft(world)
    closing.announce_intake(actor=officers.city, intake_id=world.intake_id, vault=adapters.vault)
    closing.close_intake(actor=officers.city, intake_id=world.intake_id, early=True)
    set_public_value_on(world, today())
    return world


def propose(world, actor, value=VALUE):
    drawing.propose_public_value(
        actor=actor, intake_id=world.intake_id, public_value=value, arose_later=True
    )


def confirm(world, actor, adapters, value=VALUE):
    return drawing.confirm_public_value(
        actor=actor,
        intake_id=world.intake_id,
        public_value=value,
        vault=adapters.vault,
        arose_later=True,
    )


def phase_of(world):
    with transaction() as tx:
        return store_intakes.intake_of(tx, intake_id=world.intake_id).phase


def draw_of(world):
    with transaction() as tx:
        return store_draws.draw_of(tx, intake_id=world.intake_id)


def test_two_officers_draw_and_the_seed_is_the_one_committed_to(closed, officers, adapters):
    propose(closed, officers.city)
    assert draw_of(closed).seed is None

    drawn = confirm(closed, officers.city_second, adapters)

    with transaction() as tx:
        intake = store_intakes.intake_of(tx, intake_id=closed.intake_id)
    draw = draw_of(closed)
    assert intake.phase is Phase.DRAWN
    assert commitment(bytes.fromhex(drawn.seed)) == intake.seed_commitment
    assert (drawn.public_value, drawn.list_hash) == (VALUE, intake.list_hash)
    assert (draw.seed, draw.proposed_by, draw.confirmed_by) == (
        drawn.seed,
        officers.city.staff_id,
        officers.city_second.staff_id,
    )


def test_the_draw_computes_nothing_yet(closed, officers, adapters):
    propose(closed, officers.city)

    confirm(closed, officers.city_second, adapters)

    assert count_of(runs) == 0


def test_the_journal_tells_who_proposed_and_who_confirmed(closed, officers, adapters):
    propose(closed, officers.city)
    drawn = confirm(closed, officers.city_second, adapters)

    with transaction() as tx:
        query = select(journal).where(journal.c.action.like("draw.%")).order_by(journal.c.id)
        told = [(row.action, row.actor, row.detail) for row in tx.execute(query)]
        frozen_at = store_intakes.intake_of(tx, intake_id=closed.intake_id).frozen_at
    basics = {
        "list_hash": drawn.list_hash,
        "frozen_at": frozen_at.isoformat(),
        "declared": "the value arose after the freezing",
    }
    revealed = {"public_value": VALUE, "seed": drawn.seed}
    assert told == [
        ("draw.proposed", officers.city.label, basics),
        ("draw.confirmed", officers.city_second.label, basics | revealed),
    ]


def test_the_same_officer_cannot_confirm(closed, officers, adapters):
    propose(closed, officers.city)

    with pytest.raises(drawing.SecondOfficerNeeded):
        confirm(closed, officers.city, adapters)

    assert phase_of(closed) is Phase.CLOSED
    assert draw_of(closed).seed is None
    assert count_of(runs) == 0


def test_the_constraint_refuses_the_same_officer_whoever_asks(closed, officers):
    propose(closed, officers.city)

    with pytest.raises(SameOfficerTwice), transaction() as tx:
        store_draws.confirm(
            tx,
            draw_id=draw_of(closed).draw_id,
            confirmed_by=officers.city.staff_id,
            seed="0" * 64,
        )


def test_values_that_differ_draw_nothing(closed, officers, adapters):
    propose(closed, officers.city)

    with pytest.raises(drawing.ValuesDiffer):
        confirm(closed, officers.city_second, adapters, value="86537")

    assert phase_of(closed) is Phase.CLOSED


def test_spaces_and_unicode_spelling_do_not_make_values_differ(closed, officers, adapters):
    decomposed = "gia\u0309i 8 6"
    propose(closed, officers.city, value=f"  {decomposed} ")

    drawn = confirm(closed, officers.city_second, adapters, value="giải  8\t6")

    assert drawn.public_value == "giải 8 6"


@pytest.mark.parametrize("value", ["", "   ", "a\x00b", "\u200b"])
def test_a_value_must_be_readable(closed, officers, value):
    with pytest.raises(drawing.ValueMissing):
        propose(closed, officers.city, value=value)


def test_nothing_is_drawn_before_closing(world, officers):
    set_public_value_on(world, today())

    with pytest.raises(phases.WrongPhase):
        propose(world, officers.city)


def test_a_value_dated_tomorrow_is_not_yet_born(closed, officers, adapters):
    propose(closed, officers.city)
    set_public_value_on(closed, today() + timedelta(days=1))

    with pytest.raises(drawing.NotYetBorn) as refusal:
        confirm(closed, officers.city_second, adapters)
    assert refusal.value.on == today() + timedelta(days=1)


def test_a_value_older_than_the_list_is_refused(closed, officers):
    set_public_value_on(closed, today() - timedelta(days=1))

    with pytest.raises(drawing.OlderThanTheList):
        propose(closed, officers.city)


def test_a_value_of_the_day_of_freezing_needs_both_declarations(closed, officers, adapters):
    asked = {"intake_id": closed.intake_id, "public_value": VALUE}

    with pytest.raises(drawing.OrderNotDeclared):
        drawing.propose_public_value(actor=officers.city, **asked)
    assert draw_of(closed) is None
    propose(closed, officers.city)
    with pytest.raises(drawing.OrderNotDeclared):
        drawing.confirm_public_value(actor=officers.city_second, vault=adapters.vault, **asked)

    assert phase_of(closed) is Phase.CLOSED


def test_a_value_of_a_later_day_needs_no_declaration(closed, officers):
    with transaction() as tx:
        tx.execute(update(intakes).values(frozen_at=datetime.now(UTC) - timedelta(days=2)))

    drawing.propose_public_value(
        actor=officers.city, intake_id=closed.intake_id, public_value=VALUE
    )

    assert draw_of(closed) is not None


def test_nothing_is_confirmed_without_a_proposal(closed, officers, adapters):
    with pytest.raises(drawing.NothingProposed):
        confirm(closed, officers.city_second, adapters)


def test_a_second_proposal_waits_for_the_first_to_be_taken_back(closed, officers, adapters):
    propose(closed, officers.city, value="wrong")
    with pytest.raises(drawing.DrawStands):
        propose(closed, officers.city)

    drawing.take_back_proposal(actor=officers.city_second, intake_id=closed.intake_id)
    propose(closed, officers.city)

    assert confirm(closed, officers.city_second, adapters).public_value == VALUE


def test_a_second_official_draw_is_refused(closed, officers, adapters):
    propose(closed, officers.city)
    confirm(closed, officers.city_second, adapters)

    with pytest.raises(phases.WrongPhase):
        propose(closed, officers.city)
    with pytest.raises(phases.WrongPhase):
        confirm(closed, officers.city_second, adapters)
    with pytest.raises(phases.WrongPhase):
        drawing.take_back_proposal(actor=officers.city, intake_id=closed.intake_id)


def test_the_constraint_refuses_a_second_official_draw_whoever_asks(closed, officers, adapters):
    propose(closed, officers.city)
    confirm(closed, officers.city_second, adapters)
    set_phase(closed, "closed")

    with pytest.raises(AlreadyDrawn), transaction() as tx:
        store_draws.propose(
            tx,
            intake_id=closed.intake_id,
            kind="official",
            list_hash="1" * 64,
            public_value="another",
            proposed_by=officers.city.staff_id,
        )


def test_a_seed_is_never_shown_without_its_second_officer(closed, officers):
    propose(closed, officers.city)

    with pytest.raises(DBAPIError) as refusal, transaction() as tx:
        tx.execute(update(draws).values(seed="0" * 64))

    assert isinstance(refusal.value.orig, errors.CheckViolation)


def test_a_confirmed_draw_is_not_taken_back_by_the_store_either(closed, officers, adapters):
    propose(closed, officers.city)
    confirm(closed, officers.city_second, adapters)

    with transaction() as tx:
        store_draws.take_back(tx, draw_id=draw_of(closed).draw_id)

    assert draw_of(closed) is not None


@pytest.mark.parametrize("damage", ["altered", "exchanged"])
def test_a_seed_that_is_not_the_promised_one_stops_the_draw(closed, officers, adapters, damage):
    propose(closed, officers.city)
    sealed = (
        b"\x00" * 60
        if damage == "altered"
        else adapters.vault.seal(plain=bytes(32), context="intake/HN-L1-2026/seed")
    )
    with transaction() as tx:
        tx.execute(update(intakes).values(sealed_seed=sealed))

    with pytest.raises(drawing.SeedBroken):
        confirm(closed, officers.city_second, adapters)

    assert phase_of(closed) is Phase.CLOSED


def test_another_date_is_declared_with_a_reason_and_journalled(closed, officers):
    on = today() + timedelta(days=3)

    drawing.name_public_value(
        actor=officers.city,
        intake_id=closed.intake_id,
        name="Giải đặc biệt ngày khác",
        name_en="First prize of another day",
        on=on,
        reason="Xổ số hoãn do bão",
    )

    with transaction() as tx:
        intake = store_intakes.intake_of(tx, intake_id=closed.intake_id)
        [entry] = tx.execute(select(journal).where(journal.c.action == "draw.value_named")).all()
    assert (intake.public_value_on, intake.public_value_name) == (on, "Giải đặc biệt ngày khác")
    assert entry.detail["reason"] == "Xổ số hoãn do bão"
    assert entry.detail["before_on"] == today().isoformat()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"reason": " "}, drawing.ReasonMissing),
        ({"name": ""}, drawing.ValueMissing),
        ({"on": -1}, drawing.ChosenTooLate),
        ({"on": 0}, drawing.ChosenTooLate),
    ],
)
def test_another_date_is_refused(closed, officers, changes, refusal):
    asked = {"name": "A", "name_en": "A", "on": 1, "reason": "storm"} | changes

    with pytest.raises(refusal):
        drawing.name_public_value(
            actor=officers.city,
            intake_id=closed.intake_id,
            **asked | {"on": today() + timedelta(days=asked["on"])},
        )


def test_the_value_is_not_renamed_once_somebody_has_read_it(closed, officers):
    propose(closed, officers.city)

    with pytest.raises(drawing.DrawStands):
        drawing.name_public_value(
            actor=officers.city,
            intake_id=closed.intake_id,
            name="A",
            name_en="A",
            on=today(),
            reason="storm",
        )


@pytest.mark.parametrize("kind", ["ward", "other_ward", "school", "nobody"])
def test_only_who_leads_the_intake_draws(closed, officers, adapters, kind):
    stranger = getattr(officers, kind)
    with pytest.raises(NotFound):
        propose(closed, stranger)
    propose(closed, officers.city)

    with pytest.raises(NotFound):
        confirm(closed, stranger, adapters)
    with pytest.raises(NotFound):
        drawing.take_back_proposal(actor=stranger, intake_id=closed.intake_id)


def test_a_rehearsal_draw_is_marked_as_one(world, officers, adapters):
    with transaction() as tx:
        tx.execute(update(intakes).values(kind="rehearsal"))
    back_to_draft(world)
    closing.announce_intake(actor=officers.city, intake_id=world.intake_id, vault=adapters.vault)
    closing.close_intake(actor=officers.city, intake_id=world.intake_id, early=True)
    set_public_value_on(world, today())

    propose(world, officers.city)
    confirm(world, officers.city_second, adapters)

    assert draw_of(world).kind == "rehearsal"
