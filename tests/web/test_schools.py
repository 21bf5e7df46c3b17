"""A school's pages: its own seats, who wishes it first, its roll, and what is journalled."""

import pytest
from sqlalchemy import insert, select, update

from enrol.core.names import sort_key
from enrol.store.db import transaction
from enrol.store.tables.children import children
from enrol.store.tables.intakes import draws, seat_plans
from enrol.store.tables.journal import journal
from enrol.store.tables.registrations import registrations
from enrol.store.tables.runs import placements, runs
from tests.officers import register_child
from tests.web.staff import build_house
from tests.world import set_phase

NAME = "Nguyễn Thị Đào 1"


@pytest.fixture
def house(app):
    return build_house(app)


@pytest.fixture
def school(house):
    return house.signed_in("school")


def address(house, code="S1"):
    school_id = house.elsewhere.school_id if code == "S9" else house.world.schools[code]
    return f"/nha-truong/{house.world.intake_id}/{school_id}"


def entries(action):
    with transaction() as tx:
        return tx.execute(select(journal).where(journal.c.action == action)).all()


def place(house, code, school_id):
    """Give a registration a seat, as a finished run would."""
    with transaction() as tx:
        draw_id = tx.execute(
            insert(draws)
            .values(
                intake_id=house.world.intake_id,
                kind="official",
                list_hash="0" * 64,
                public_value="1",
                proposed_by=house.officers.city.staff_id,
            )
            .returning(draws.c.id)
        ).scalar_one()
        run_id = tx.execute(
            insert(runs)
            .values(
                intake_id=house.world.intake_id,
                intake_zone_id=house.world.intake_zone_id,
                stage=1,
                kind="official",
                draw_id=draw_id,
                list_hash="0" * 64,
                state="done",
                outcome_digest="0" * 64,
            )
            .returning(runs.c.id)
        ).scalar_one()
        tx.execute(
            insert(placements).values(
                run_id=run_id, code=code, school_id=school_id, rank=2, band=1, number="a" * 64
            )
        )


def test_the_desk_leads_to_the_own_school(house, school):
    page = school.open("/nha-truong")

    assert "Trường Tiểu học Số 1" in page.text
    assert address(house) in page.links()


def test_the_school_sees_its_seats_and_waits_for_its_roll(house, school):
    page = school.open(address(house))

    assert "2 chỉ tiêu" in page.text
    assert "Sau khi công bố" in page.text
    school.open(f"{address(house)}/danh-sach", expect=404)


def test_first_wishes_stand_by_code_with_names_of_the_own_ward(house, school, adapters):
    own = register_child(house.world, number=1, adapters=adapters)
    second_wish = register_child(house.world, number=2, adapters=adapters, wishes=("S2", "S1"))

    page = school.open(f"{address(house)}/ho-so")

    assert own in page.text
    assert NAME in page.text
    assert second_wish not in page.text
    [entry] = entries("wishes.read")
    assert (entry.actor, entry.subject, entry.detail) == (
        house.officers.school.label,
        "S1",
        {"codes": [own]},
    )


def test_a_child_of_another_ward_stands_without_a_name(house, school, adapters):
    """A zone of another ward may offer this school: the code is enough for its planning."""
    code = register_child(house.world, number=1, adapters=adapters)
    with transaction() as tx:
        elsewhere = house.elsewhere.intake_zone_id
        tx.execute(update(registrations).values(intake_zone_id=elsewhere))
        tx.execute(
            update(seat_plans)
            .where(seat_plans.c.school_id == house.world.schools["S1"])
            .values(intake_zone_id=elsewhere)
        )

    page = school.open(f"{address(house)}/ho-so")

    assert code in page.text
    assert NAME not in page.text
    assert entries("wishes.read") == []
    school.open(f"/nha-truong/ho-so/{code}", expect=404)
    assert entries("file.read") == []


def test_withdrawn_registrations_are_not_listed(house, school, adapters):
    code = register_child(house.world, number=1, adapters=adapters)
    with transaction() as tx:
        tx.execute(
            update(registrations).values(
                status="withdrawn", withdrawn_at=registrations.c.submitted_at
            )
        )

    assert code not in school.open(f"{address(house)}/ho-so").text


def test_the_list_turns_pages_by_code(house, school, adapters, monkeypatch):
    monkeypatch.setattr("enrol.services.serving_schools.PAGE", 2)
    codes = sorted(register_child(house.world, number=n, adapters=adapters) for n in range(1, 4))

    first = school.open(f"{address(house)}/ho-so")
    [further] = [a for a in first.links() if "after=" in a and "lang=" not in a]
    second = school.open(further)

    assert [code for code in codes if code in first.text] == codes[:2]
    assert [code for code in codes if code in second.text] == codes[2:]


def test_every_look_into_a_file_is_journalled(house, school, adapters):
    code = register_child(house.world, number=1, adapters=adapters)

    for _ in range(2):
        page = school.open(f"/nha-truong/ho-so/{code}")

    assert NAME in page.text
    assert "0000000001" in page.text
    assert [entry.subject for entry in entries("file.read")] == [code, code]


def test_the_roll_names_the_school_s_children_once_published(house, school, adapters):
    code = register_child(house.world, number=1, adapters=adapters, wishes=("S2", "S1"))
    place(house, code, house.world.schools["S1"])
    set_phase(house.world, "allocated")
    school.open(f"{address(house)}/danh-sach", expect=404)
    school.open(f"/nha-truong/ho-so/{code}", expect=404)
    set_phase(house.world, "provisional")

    page = school.open(f"{address(house)}/danh-sach")

    assert code in page.text
    assert NAME in page.text
    assert "nguyện vọng 2" in page.text
    assert entries("roll.read")[0].detail == {"codes": [code]}
    assert NAME in school.open(f"/nha-truong/ho-so/{code}").text


def test_the_roll_stands_as_a_class_list_does(house, school, adapters):
    names = ["Trần Bình", "Nguyễn Thị Ân", "Phạm Ánh", "Lê Văn An", "Bùi An"]
    for number, name in enumerate(names, start=1):
        code = register_child(house.world, number=number, adapters=adapters, wishes=("S1",))
        if number == 1:
            place(house, code, house.world.schools["S1"])
        else:
            place_beside(code, house.world.schools["S1"])
        with transaction() as tx:
            tx.execute(
                update(children)
                .where(children.c.pupil_code == f"{number:010}")
                .values(full_name=name, sort_key=sort_key(name))
            )
    set_phase(house.world, "provisional")

    page = school.open(f"{address(house)}/danh-sach")

    found = [cell.text for cell in page.tree.iterfind(".//tbody/tr/th")]
    assert found == ["Bùi An", "Lê Văn An", "Phạm Ánh", "Nguyễn Thị Ân", "Trần Bình"]


def place_beside(code, school_id):
    """Give a further registration a seat in the run that is there."""
    with transaction() as tx:
        run_id = tx.execute(select(runs.c.id)).scalar_one()
        row = {"run_id": run_id, "code": code, "school_id": school_id, "rank": 1, "band": 1}
        tx.execute(insert(placements).values(row | {"number": "0" * 64}))


@pytest.mark.parametrize("path", ["", "/ho-so"])
def test_the_pages_speak_english_completely(house, school, adapters, path):
    register_child(house.world, number=1, adapters=adapters)

    page = school.open(f"{address(house)}{path}?lang=en")

    assert page.language == "en"
    assert "Hồ sơ" not in page.text
