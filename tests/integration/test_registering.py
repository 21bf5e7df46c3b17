"""One registration from draft to receipt, and everything that may refuse it."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from enrol.core.actors import Family
from enrol.core.codes import is_code
from enrol.core.eligibility import Refusal
from enrol.core.sealing import submission_hash
from enrol.services import preparing, registering
from enrol.services.refusals import NotFound, SignedOut
from enrol.store.db import transaction
from enrol.store.tables.children import family_secrets
from enrol.store.tables.registrations import registrations, submissions
from tests.world import (
    World,
    add_child,
    build_world,
    count_of,
    full_answers,
    move_window,
    prepare,
    set_phase,
)

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def world(app) -> World:
    return build_world()


@pytest.fixture
def family(world, adapters) -> Family:
    return add_child(world, number=1, secrets=adapters.secrets)


def submit(world, family, adapters, key=None):
    key = key or preparing.open_desk(actor=family).submission_key
    return registering.submit_registration(
        actor=family, intake_id=world.intake_id, submission_key=key, secrets=adapters.secrets
    )


def ward_of(code):
    return preparing.ward_places(unit_code=code)


def row_of(code):
    with transaction() as tx:
        return tx.execute(select(registrations).where(registrations.c.code == code)).one()


def test_a_prepared_family_gets_a_receipt_with_a_code_that_checks(world, family, adapters):
    prepare(world, family)

    receipt = submit(world, family, adapters)

    assert is_code(receipt.lines.code)
    assert receipt.lines.code.startswith("AR")
    assert [wish.school for wish in receipt.lines.wishes] == ["S1", "S2"]
    assert receipt.lines.wishes[0].distance == 100
    assert row_of(receipt.lines.code).status == "submitted"


def test_the_receipts_hash_is_the_hash_of_what_the_family_sent(world, family, adapters):
    prepare(world, family)

    receipt = submit(world, family, adapters)

    with transaction() as tx:
        kept = tx.execute(select(submissions)).one()
    sent = json.loads(kept.payload)
    assert sent["wishes"] == ["S1", "S2"]
    assert submission_hash(salt=bytes(kept.salt), payload=sent) == receipt.lines.submission_hash


def test_the_same_press_again_gives_the_same_receipt(world, family, adapters):
    prepare(world, family)
    key = preparing.open_desk(actor=family).submission_key

    receipt = submit(world, family, adapters, key)
    again = submit(world, family, adapters, key)

    assert again.lines == receipt.lines
    assert count_of(submissions) == 1


def test_the_same_press_after_closing_still_gives_the_receipt(world, family, adapters):
    prepare(world, family)
    key = preparing.open_desk(actor=family).submission_key
    receipt = submit(world, family, adapters, key)

    set_phase(world, "closed")

    assert submit(world, family, adapters, key).lines == receipt.lines


def test_a_change_keeps_the_code_and_gets_a_new_receipt(world, family, adapters):
    prepare(world, family)
    first = submit(world, family, adapters)

    prepare(world, family, wishes=["S3", "S1"])
    second = submit(world, family, adapters)

    assert second.lines.code == first.lines.code
    assert second.lines.version == 2
    assert second.lines.submission_hash != first.lines.submission_hash
    assert [wish.school for wish in second.lines.wishes] == ["S3", "S1"]
    assert count_of(registrations) == 1
    assert count_of(submissions) == 2


def test_sending_the_same_again_changes_nothing(world, family, adapters):
    prepare(world, family)
    first = submit(world, family, adapters)

    again = submit(world, family, adapters)

    assert again.lines == first.lines
    assert count_of(submissions) == 1
    assert submit(world, family, adapters).lines == first.lines


def test_a_page_opened_before_the_last_change_is_asked_to_look_again(world, family, adapters):
    prepare(world, family)

    with pytest.raises(registering.PageIsOld):
        submit(world, family, adapters, uuid4())

    assert count_of(registrations) == 0


def test_before_the_window_nothing_is_written_and_the_opening_is_told(world, family, adapters):
    prepare(world, family)
    opens_at = datetime.now(UTC) + timedelta(minutes=1)
    move_window(world, opens_at=opens_at, closes_at=opens_at + timedelta(days=1))

    with pytest.raises(registering.WindowNotOpen) as refusal:
        submit(world, family, adapters)

    assert refusal.value.window.opens_at == opens_at
    assert count_of(registrations) == 0


def test_after_the_window_nothing_is_written(world, family, adapters):
    prepare(world, family)
    closes_at = datetime.now(UTC) - timedelta(seconds=1)
    move_window(world, opens_at=closes_at - timedelta(days=1), closes_at=closes_at)

    with pytest.raises(registering.WindowOver):
        submit(world, family, adapters)

    assert count_of(registrations) == 0


def test_missing_answers_are_named_in_page_order(world, family, adapters):
    preparing.save_answers(
        actor=family, intake_id=world.intake_id, answers={"child": full_answers()["child"]}
    )

    with pytest.raises(registering.Incomplete) as refusal:
        submit(world, family, adapters)

    questions = [gap.question for gap in refusal.value.gaps]
    assert questions == ["permanent", "temporary", "current", "sibling", "contact", "wishes"]


def test_a_child_born_outside_the_dates_is_refused_with_the_reason(world, family, adapters):
    prepare(world, family, child=full_answers()["child"] | {"birth_on": "2021-01-01"})

    with pytest.raises(registering.NotEligible) as refusal:
        submit(world, family, adapters)

    assert refusal.value.reasons == (Refusal.BORN_TOO_LATE,)


def test_a_wish_outside_the_zone_is_refused(world, family, adapters):
    prepare(world, family, wishes=["S1", "S9"])

    with pytest.raises(registering.NotEligible) as refusal:
        submit(world, family, adapters)

    assert refusal.value.reasons == (Refusal.WISH_OUTSIDE_ZONE,)


def test_a_statement_unlike_the_register_goes_to_verification(world, family, adapters):
    moved = {"unit": "00070", "group": "VP4", "address": "1 phố Lý Thường Kiệt"}
    prepare(world, family, current=moved)

    receipt = submit(world, family, adapters)

    row = row_of(receipt.lines.code)
    assert row.status == "verifying"
    assert row.facts["current_in_zone"] == {
        "value": False,
        "status": "declared",
        "source": "family",
    }
    assert row.facts["permanent_in_zone"]["value"] is True


def test_a_group_that_is_not_in_the_list_goes_to_verification(world, family, adapters):
    unknown = {"unit": "00070", "group": None, "address": "ngõ mới mở"}
    prepare(world, family, permanent=unknown)

    receipt = submit(world, family, adapters)

    row = row_of(receipt.lines.code)
    assert row.status == "verifying"
    assert row.facts["permanent_in_zone"]["value"] is False


def test_twins_share_an_opaque_family_code(world, adapters):
    twins = [
        add_child(world, number=number, secrets=adapters.secrets, family_code="GD-1")
        for number in (1, 2)
    ]
    for twin in twins:
        prepare(world, twin)

    codes = {submit(world, twin, adapters).lines.code for twin in twins}

    families = {row_of(code).family_code for code in codes}
    assert len(codes) == 2
    assert len(families) == 1
    assert "GD-1" not in families


def test_withdrawing_frees_the_child_for_a_new_registration(world, family, adapters):
    prepare(world, family)
    first = submit(world, family, adapters)

    for _ in range(2):
        registering.withdraw_registration(
            actor=family, intake_id=world.intake_id, code=first.lines.code
        )

    with pytest.raises(NotFound):
        registering.receipt_of(actor=family, secrets=adapters.secrets)
    second = submit(world, family, adapters)
    assert second.lines.code != first.lines.code
    assert row_of(first.lines.code).status == "withdrawn"


def test_the_receipt_can_be_fetched_again(world, family, adapters):
    prepare(world, family)
    receipt = submit(world, family, adapters)

    assert registering.receipt_of(actor=family, secrets=adapters.secrets).lines == receipt.lines


def test_a_reissued_secret_ends_the_session(world, family):
    with transaction() as tx:
        tx.execute(update(family_secrets).values(version=2))

    with pytest.raises(SignedOut):
        preparing.open_desk(actor=family)


def test_the_schools_of_a_zone_come_nearest_first(world, family):
    prepare(world, family)

    desk = preparing.open_desk(actor=family)
    schools = preparing.zone_schools(intake_id=world.intake_id, zone_code="T00070")
    options = preparing.school_options(
        desk=desk, answers=desk.answers, schools=schools, ward_of=ward_of
    )

    assert [(option.code, option.distance) for option in options] == [
        ("S1", 100),
        ("S2", 200),
        ("S3", 300),
    ]


def test_a_family_between_two_zones_may_choose(world, family):
    moved = {"unit": "00070", "group": "VP4", "address": "1 phố Lý Thường Kiệt"}
    prepare(world, family, current=moved)

    answers = preparing.open_desk(actor=family).answers
    choices = preparing.zone_choices(answers=answers, ward_of=ward_of)

    assert [(choice.code, choice.residences) for choice in choices] == [
        ("T00070", ("permanent",)),
        ("T00071", ("current",)),
    ]
