"""A residential group goes to another zone while families register: numbers checked by hand."""

from datetime import date

import pytest
from sqlalchemy import insert, select, update

from enrol.services import preparing, registering, rezoning
from enrol.services.refusals import NotFound
from enrol.services.rezoned_files import NoSuchZone
from enrol.store.db import transaction
from enrol.store.tables.intakes import intake_zones, intakes, seat_plans
from enrol.store.tables.journal import journal
from enrol.store.tables.registrations import drafts, registrations
from enrol.store.tables.reviews import info_requests, zone_transfers
from enrol.store.tables.schools import schools
from enrol.store.tables.units import residential_groups, zones
from tests.officers import add_elsewhere, add_officers
from tests.world import HOME, add_child, build_world, full_answers, prepare

REASON = "Điều chỉnh ranh giới tuyến theo quyết định của phường"
MESSAGE = "Tổ dân phố của Quý phụ huynh nay thuộc tuyến khác. Xin chọn lại nguyện vọng."
A, B = "T00070", "T00075"
IN_A = {"unit": "00070", "group": "16A", "address": "12 phố Hàng Bài"}
ALSO_A = {"unit": "00070", "group": "17", "address": "3 phố Hàng Bài"}
IN_B = {"unit": "00070", "group": "20", "address": "9 phố Lò Đúc"}


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def officers(world):
    return add_officers(world, add_elsewhere(world))


@pytest.fixture
def zone_b(world):
    """The ward's second zone: group 20, S4 0.01 degrees north of HOME, S5 0.02 degrees."""
    with transaction() as tx:
        zone_id = tx.execute(
            insert(zones)
            .values(
                code=B,
                unit_id=world.ward_id,
                name=f"Tuyến {B}",
                name_en=f"Zone {B}",
                valid_from=date(2025, 7, 1),
            )
            .returning(zones.c.id)
        ).scalar_one()
        intake_zone_id = tx.execute(
            insert(intake_zones)
            .values(intake_id=world.intake_id, zone_id=zone_id)
            .returning(intake_zones.c.id)
        ).scalar_one()
        tx.execute(
            insert(residential_groups).values(
                unit_id=world.ward_id, zone_id=zone_id, label="20", sort_key="0020"
            )
        )
        tx.execute(
            insert(residential_groups).values(
                unit_id=world.ward_id, zone_id=world.zone_id, label="17", sort_key="0017"
            )
        )
        for place, code in enumerate(("S4", "S5"), start=1):
            school_id = tx.execute(
                insert(schools)
                .values(
                    code=code,
                    unit_id=world.ward_id,
                    name=f"Trường Tiểu học {code}",
                    name_en=f"Primary School {code}",
                    address="9 phố Lò Đúc",
                    latitude=HOME[0] + place / 100,
                    longitude=HOME[1],
                )
                .returning(schools.c.id)
            ).scalar_one()
            world.schools[code] = school_id
            tx.execute(
                insert(seat_plans).values(
                    intake_id=world.intake_id,
                    intake_zone_id=intake_zone_id,
                    school_id=school_id,
                    seats=2,
                )
            )
    return intake_zone_id


@pytest.fixture
def codes(world, zone_b, adapters):
    """Six files, by number (see ``test_exactly_the_affected_files_follow``)."""
    return {
        1: register(world, adapters, 1, wishes=("S1", "S2")),
        2: register(world, adapters, 2, current=ALSO_A),
        3: register(world, adapters, 3, permanent=ALSO_A),
        4: register(world, adapters, 4),
        5: register(world, adapters, 5, wishes=("S3",)),
        6: register(world, adapters, 6, current=IN_B, zone=B, wishes=("S5",)),
    }


def register(world, adapters, number, **changes):
    family = add_child(world, number=number, secrets=adapters.secrets)
    answers = full_answers(name=f"Nguyễn Thị Đào {number}") | {"permanent": IN_A} | changes
    preparing.save_answers(
        actor=family,
        intake_id=world.intake_id,
        answers=answers | {"wishes": list(answers["wishes"])},
    )
    receipt = registering.submit_registration(
        actor=family,
        intake_id=world.intake_id,
        submission_key=preparing.open_desk(actor=family).submission_key,
        secrets=adapters.secrets,
    )
    return receipt.lines.code


def withdraw(code):
    with transaction() as tx:
        tx.execute(
            update(registrations)
            .where(registrations.c.code == code)
            .values(status="withdrawn", withdrawn_at=registrations.c.submitted_at)
        )


def rows():
    with transaction() as tx:
        query = (
            select(
                registrations.c.code,
                zones.c.code,
                registrations.c.status,
                registrations.c.wishes,
                registrations.c.distances,
                registrations.c.facts,
            )
            .join(intake_zones, intake_zones.c.id == registrations.c.intake_zone_id)
            .join(zones, zones.c.id == intake_zones.c.zone_id)
        )
        return {row[0]: tuple(row[1:]) for row in tx.execute(query)}


def move(world, officer, **changes):
    seen = rezoning.preview_move(
        actor=officer, intake_id=world.intake_id, group_id=world.group_id, zone=B
    )
    asked = {"zone": B, "mark": seen.mark, "reason": REASON, "message": MESSAGE, **changes}
    return rezoning.move_group(
        actor=officer, intake_id=world.intake_id, group_id=world.group_id, **asked
    )


def test_the_preview_counts_and_changes_nothing(world, officers, codes):
    withdraw(codes[4])
    before = rows()

    seen = rezoning.preview_move(
        actor=officers.ward, intake_id=world.intake_id, group_id=world.group_id, zone=B
    )

    assert (seen.moved, seen.must_choose, seen.restated) == (2, 2, 2)
    assert {one.school.code: (one.before, one.after) for one in seen.schools} == {
        "S1": (1, 0),
        "S2": (1, 0),
        "S3": (1, 0),
        "S4": (0, 2),
        "S5": (0, 2),
    }
    assert rows() == before


def test_exactly_the_affected_files_follow(world, officers, codes):
    """1 and 5 live in 16A only; 2 also in 17 of the same zone; 3 not in 16A; 4 withdrew; 6 is in
    zone B by its current home and has its permanent one in 16A.
    """
    withdraw(codes[4])
    before = rows()

    done = move(world, officers.ward)

    after = rows()
    assert (done.moved, done.must_choose, done.restated) == (2, 2, 2)
    s4, s5 = world.schools["S4"], world.schools["S5"]
    for number in (1, 5):
        zone, status, wishes, distances, facts = after[codes[number]]
        assert (zone, status) == (B, "needs_info")
        assert wishes == [s4, s5]
        assert distances == [1100, 2200], "0.01 and 0.02 degrees of 111.2 km, to 100 m"
        assert facts["permanent_in_zone"]["value"] is True
        assert facts["current_in_zone"]["value"] is True
    assert after[codes[2]][:4] == before[codes[2]][:4]
    assert after[codes[2]][4]["permanent_in_zone"]["value"] is False
    assert after[codes[2]][4]["current_in_zone"]["value"] is True
    assert after[codes[3]] == before[codes[3]]
    assert after[codes[4]] == before[codes[4]]
    assert after[codes[6]][:4] == before[codes[6]][:4]
    assert before[codes[6]][4]["permanent_in_zone"]["value"] is False
    assert after[codes[6]][4]["permanent_in_zone"]["value"] is True


def test_families_are_told_and_the_journal_knows_every_file(world, officers, codes):
    move(world, officers.city)

    with transaction() as tx:
        told = tx.execute(select(info_requests.c.message)).scalars().all()
        moves = tx.execute(select(zone_transfers.c.reason)).scalars().all()
        entries = tx.execute(
            select(journal.c.action, journal.c.subject).where(
                journal.c.action.in_(["group.moved", "file.moved", "file.restated"])
            )
        ).all()
    assert told == [MESSAGE] * 3
    assert moves == ["group_moved"] * 3
    assert sorted(entries) == sorted(
        [("group.moved", "00070/16A")]
        + [("file.moved", codes[number]) for number in (1, 4, 5)]
        + [("file.restated", codes[number]) for number in (2, 6)]
    )


def test_prepared_drafts_follow_with_the_wishes_that_are_left(world, officers, zone_b, adapters):
    family = add_child(world, number=1, secrets=adapters.secrets)
    other = add_child(world, number=2, secrets=adapters.secrets)
    prepare(world, family)
    prepare(world, other, permanent=ALSO_A)

    move(world, officers.ward)

    with transaction() as tx:
        query = select(drafts.c.child_id, drafts.c.answers)
        answers = {row[0]: row[1] for row in tx.execute(query)}
    assert (answers[family.child_id]["zone"], answers[family.child_id]["wishes"]) == (B, [])
    assert answers[other.child_id]["zone"] == A


def test_what_the_preview_did_not_show_is_not_done(world, officers, codes, adapters):
    seen = rezoning.preview_move(
        actor=officers.ward, intake_id=world.intake_id, group_id=world.group_id, zone=B
    )
    register(world, adapters, 7)
    before = rows()

    with pytest.raises(rezoning.PreviewOutdated):
        move(world, officers.ward, mark=seen.mark)

    assert rows() == before


def test_a_frozen_list_does_not_change(world, officers, codes):
    with transaction() as tx:
        tx.execute(
            update(intakes).values(
                phase="closed", list_hash="0" * 64, list_size=6, frozen_at=intakes.c.opens_at
            )
        )
    before = rows()

    assert move(world, officers.ward).moved == 0

    assert rows() == before


@pytest.mark.parametrize("who", ["other_ward", "school", "nobody"])
def test_only_who_answers_for_both_zones_may(world, officers, codes, who):
    with pytest.raises(NotFound):
        move(world, getattr(officers, who))


def test_the_zone_must_be_another_of_the_intake(world, officers, codes):
    for zone in (A, "T99999"):
        with pytest.raises(NoSuchZone):
            rezoning.preview_move(
                actor=officers.city, intake_id=world.intake_id, group_id=world.group_id, zone=zone
            )
    with pytest.raises(NotFound):
        rezoning.preview_move(
            actor=officers.ward, intake_id=world.intake_id, group_id=world.group_id, zone="T00103"
        )
