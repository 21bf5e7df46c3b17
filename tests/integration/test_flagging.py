"""Warnings: found by workers, seen by officers in charge, dismissed with a reason."""

import pytest
from sqlalchemy import select, text

from enrol.services import flagging, preparing, registering
from enrol.services.flagging import ReasonNeeded
from enrol.services.refusals import NotFound
from enrol.store.db import transaction
from enrol.store.tables.flags import flags
from enrol.store.tables.journal import journal
from tests.officers import add_elsewhere, add_officers
from tests.world import add_child, build_world, full_answers

STANDS = (flags.c.gone_at.is_(None), flags.c.dismissed_at.is_(None))


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def officers(world):
    return add_officers(world, add_elsewhere(world))


def send(world, family, adapters, answers):
    preparing.save_answers(actor=family, intake_id=world.intake_id, answers=answers)
    return registering.submit_registration(
        actor=family,
        intake_id=world.intake_id,
        submission_key=preparing.open_desk(actor=family).submission_key,
        secrets=adapters.secrets,
    ).lines.code


def register(world, adapters, number, **child):
    """Register a child of the register; ``child`` changes what its family states of it."""
    family = add_child(world, number=number, secrets=adapters.secrets)
    answers = full_answers(name=f"Nguyễn Thị Đào {number}")
    address = child.pop("address", f"{number} phố Hàng Bài")
    home = {"unit": "00070", "group": "16A", "address": address}
    answers |= {"child": answers["child"] | child, "permanent": home}
    return family, send(world, family, adapters, answers)


def look(world):
    return flagging.find_flags(intake_zone_id=world.intake_zone_id)


def standing(world, officer):
    page = flagging.flag_page(actor=officer, intake_id=world.intake_id)
    return {(line.code, line.kind, line.key) for line in page.lines}


def of_kind(world, officer, kind):
    return {(code, key) for code, found, key in standing(world, officer) if found == kind}


def test_one_child_under_two_codes_is_told_about_both_files(world, officers, adapters):
    _, first = register(world, adapters, 1, full_name="Trần Thị Hòa")
    _, second = register(world, adapters, 2, full_name="TRAN THI  HOÀ")
    register(world, adapters, 3, full_name="Trần Thị Hoa Mai")

    look(world)

    assert of_kind(world, officers.ward, "same_child") == {(first, second), (second, first)}


def test_a_pair_in_two_zones_is_found_by_the_later_look(world, officers, adapters):
    _, first = register(world, adapters, 1, full_name="Trần Thị Hòa")
    look(world)
    _, second = register(world, adapters, 2, full_name="Trần Thị Hòa")

    look(world)

    assert of_kind(world, officers.ward, "same_child") == {(first, second), (second, first)}


def test_more_than_three_families_at_one_address_are_told(world, officers, adapters):
    codes = [
        register(world, adapters, number, address="Số 5, ngõ 12 phố Hàng Bài")[1]
        for number in (1, 2, 3)
    ]
    look(world)
    assert of_kind(world, officers.ward, "crowded_address") == set()

    family, last = register(world, adapters, 4, address="5 ngo 12 hang bai")
    look(world)

    told = of_kind(world, officers.ward, "crowded_address")
    assert {code for code, _ in told} == {*codes, last}

    registering.withdraw_registration(actor=family, intake_id=world.intake_id, code=last)
    look(world)
    assert of_kind(world, officers.ward, "crowded_address") == set()


def test_a_number_that_contradicts_the_child_is_told(world, officers, adapters):
    register(world, adapters, 1, personal_id="901320000001")
    _, wrong = register(world, adapters, 2, personal_id="901218000002")

    look(world)

    assert of_kind(world, officers.ward, "id_contradicts") == {
        (wrong, "sex"),
        (wrong, "birth_year"),
    }


def test_an_address_unlike_the_register_or_the_last_sending_is_told(world, officers, adapters):
    family, code = register(world, adapters, 1, address="12 phố Hàng Bài")
    look(world)
    assert of_kind(world, officers.ward, "address_changed") == set()

    moved = {"unit": "00070", "group": "16A", "address": "40 phố Hàng Bài"}
    send(world, family, adapters, full_answers() | {"permanent": moved})
    look(world)

    told = of_kind(world, officers.ward, "address_changed")
    assert told == {
        (code, "permanent/register"),
        (code, "permanent/sent"),
        (code, "current/register"),
        (code, "current/sent"),
    }


def test_looking_again_changes_nothing(world, officers, adapters):
    register(world, adapters, 1, full_name="Trần Thị Hòa")
    register(world, adapters, 2, full_name="Trần Thị Hòa")

    assert look(world) == 2
    before = standing(world, officers.ward)

    assert look(world) == 0
    assert standing(world, officers.ward) == before


def test_a_warning_is_dismissed_with_a_reason_and_stays_so(world, officers, adapters):
    family, code = register(world, adapters, 1, personal_id="901220000002")
    look(world)
    [line] = flagging.flags_of_file(actor=officers.ward, code=code)[:1]

    with pytest.raises(ReasonNeeded):
        flagging.dismiss(actor=officers.ward, flag_id=line.flag_id, reason="  ")
    for stranger in (officers.other_ward, officers.other_school, officers.nobody):
        with pytest.raises(NotFound):
            flagging.dismiss(actor=stranger, flag_id=line.flag_id, reason="x")
        with pytest.raises(NotFound):
            flagging.flags_of_file(actor=stranger, code=code)
    flagging.dismiss(actor=officers.ward, flag_id=line.flag_id, reason="Đã xem giấy khai sinh")
    flagging.dismiss(actor=officers.city, flag_id=line.flag_id, reason="khác")

    assert (code, line.kind, line.key) not in standing(world, officers.ward)
    with transaction() as tx:
        told = select(journal.c.detail).where(journal.c.action == "flag.dismissed")
        assert [detail["reason"] for detail in tx.execute(told).scalars()] == [
            "Đã xem giấy khai sinh"
        ]
    answers = full_answers(name="Nguyễn Thị Đào Mới")
    answers["child"] |= {"personal_id": "901220000002"}
    send(world, family, adapters, answers)
    look(world)
    assert (code, line.kind, line.key) not in standing(world, officers.ward)


def test_only_units_in_reach_are_listed(world, officers, adapters):
    register(world, adapters, 1, personal_id="901218000002")
    look(world)

    assert standing(world, officers.city)
    assert standing(world, officers.other_ward) == set()
    with pytest.raises(NotFound):
        flagging.flag_page(actor=officers.school, intake_id=world.intake_id)


def test_a_warning_never_changes_a_file(world, adapters):
    _, code = register(world, adapters, 1, personal_id="901218000002")
    with transaction() as tx:
        query = text("SELECT status, facts FROM registrations WHERE code = :code")
        before = tx.execute(query, {"code": code}).one()

    look(world)

    with transaction() as tx:
        assert tx.execute(query, {"code": code}).one() == before
        assert tx.execute(select(flags.c.id)).all()


def test_zones_are_looked_at_every_five_minutes(world, adapters):
    assert flagging.stage_due_zones() == 1
    look(world)
    assert flagging.stage_due_zones() == 0
    with transaction() as tx:
        tx.execute(text("UPDATE flag_rounds SET looked_at = looked_at - interval '6 minutes'"))
    assert flagging.stage_due_zones() == 1
