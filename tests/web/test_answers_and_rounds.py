"""Families answer, the city holds rounds, a school enrols: as pages."""

import pytest
from sqlalchemy import select, update

from enrol.core.actors import SCHOOL_OFFICER
from enrol.core.intake import Phase
from enrol.core.rounds import Answer
from enrol.services import answering
from enrol.store.db import transaction
from enrol.store.tables.accounts import Staff
from enrol.store.tables.intakes import intakes
from enrol.store.tables.registrations import registrations
from enrol.store.tables.rounds import held_seats, seat_answers
from enrol.store.tables.schools import schools
from tests.answered import (
    answer,
    hold,
    let_the_day_pass,
    make_final,
    open_answers,
    seats,
    waits,
    work,
)
from tests.corrected import family_of
from tests.officers import add_officer
from tests.web.final import build_season
from tests.web.staff import HASHES, PASSWORD
from tests.world import count_of

OWN = "/gia-dinh/cho-hoc"
CITY = "city@example.vn"
SCHOOL = "school@example.vn"


@pytest.fixture
def season(app, adapters):
    built = build_season(app, adapters)
    make_final(built.drawn)
    return built


@pytest.fixture
def answerable(season):
    """The season in its days for answers; the family that can sign in holds a seat and waits."""
    open_answers(season.drawn)
    assert season.code in waits(season.drawn)
    assert season.code in seats(season.drawn)
    return season


def live_answers(season) -> list[str]:
    query = (
        select(seat_answers.c.answer)
        .join(registrations, registrations.c.id == seat_answers.c.registration_id)
        .where(registrations.c.code == season.code, seat_answers.c.replaced_at.is_(None))
        .where(seat_answers.c.round_id.is_(None))
    )
    with transaction() as tx:
        return list(tx.execute(query).scalars())


def test_before_the_days_for_answers_the_page_leads_home(season):
    parent = season.parent()
    page = parent.follow(parent.ask("GET", OWN))
    assert page.path == "/gia-dinh/"
    assert OWN in page.links()


def test_a_family_accepts_and_reads_deadline_and_default_first(answerable):
    parent = answerable.parent()
    page = parent.open(OWN)
    assert "vui lòng trả lời đến hết ngày" in page.text
    assert "Nếu không trả lời, chỗ học được dành cho học sinh khác" in page.text
    page = parent.press(page, answer="accept")
    assert "Đã ghi nhận câu trả lời" in page.text
    assert live_answers(answerable) == ["accept"]


def test_no_choice_is_told_and_nothing_is_kept(answerable):
    parent = answerable.parent()
    page = parent.press(parent.open(OWN))
    assert page.status == 422
    assert "Xin chọn một câu trả lời" in page.text
    assert live_answers(answerable) == []


def test_declining_takes_two_pages_and_shows_what_is_left(answerable):
    parent = answerable.parent()
    page = parent.press(parent.open(OWN), answer="decline")
    assert page.path == f"{OWN}/tu-choi"
    assert "Không còn chỗ học" in page.text
    assert live_answers(answerable) == []
    page = parent.press(page)
    assert page.status == 422
    assert live_answers(answerable) == []
    page = parent.press(page, sure="yes")
    assert page.path == OWN
    assert live_answers(answerable) == ["decline"]


def test_the_ledger_names_a_school_and_a_day_and_no_child(answerable):
    wanted = waits(answerable.drawn)[answerable.code][0][0]
    for code, school in seats(answerable.drawn).items():
        if school == wanted:
            answer(code, Answer.DECLINE)
    hold(answerable.drawn)
    page = answerable.parent().open(OWN)
    assert "Vòng 1" in page.text
    assert "được trả lại ngày" in page.text
    others = [entry.code for entry in answerable.drawn.entries if entry.code != answerable.code]
    assert not any(code in page.text for code in others)


def test_too_late_is_told(answerable):
    parent = answerable.parent()
    page = parent.open(OWN)
    let_the_day_pass(answerable.drawn)
    page = parent.press(page, answer="accept")
    assert page.status == 422
    assert "đã hết thời gian trả lời" in page.text
    assert live_answers(answerable) == []


def test_the_city_opens_holds_and_settles_reading_counts_first(season):
    drawn = season.drawn
    city = season.officer(CITY)
    address = f"{season.intake}/vong-xet"
    assert address in city.open(season.intake).links()
    page = city.press(city.open(address), days="0")
    assert page.status == 422
    page = city.press(page, days="5")
    assert "Đang xét một vòng" in page.text
    work()
    for code in list(seats(drawn))[1:]:
        answer(code, Answer.ACCEPT)
    answer(next(iter(seats(drawn))), Answer.DECLINE)
    page = city.open(address)
    assert "Số chỗ sẽ trống: 1." in page.text
    city.press(page, days="3")
    work()
    for code in seats(drawn):
        desk = answering.desk_of(actor=family_of(code))
        if desk is not None and desk.seat.is_unanswered:
            answer(code, Answer.ACCEPT)
    if "Xét vòng này" in city.open(address).text:
        city.press(city.open(address), days="3")
        work()
    page = city.press(city.open(address))
    assert page.status == 422
    page = city.press(page, sure="yes")
    with transaction() as tx:
        phase = tx.execute(select(intakes.c.phase).where(intakes.c.id == drawn.intake_id))
        assert phase.scalar_one() == Phase.SETTLED
    assert "Đã kết thúc" in page.text


def test_a_school_enrols_who_came_and_sees_who_has_not_answered(answerable):
    drawn = answerable.drawn
    school = seats(drawn)[answerable.code]
    with transaction() as tx:
        school_id = tx.execute(select(schools.c.id).where(schools.c.code == school)).scalar_one()
    add_officer(email=SCHOOL, role=SCHOOL_OFFICER, school_id=school_id)
    with transaction() as tx:
        tx.execute(update(Staff.__table__).values(password=HASHES[PASSWORD]))
    officer = answerable.officer(SCHOOL)
    address = f"/nha-truong/{drawn.intake_id}/{school_id}/nhap-hoc"
    page = officer.open(f"{address}?loc=chua")
    assert answerable.code in page.text
    page = officer.press(page, action=f"{address}?loc=chua", code=answerable.code)
    assert answerable.code not in page.text, "who came has answered"
    assert live_answers(answerable) == ["accept"]
    with transaction() as tx:
        query = select(held_seats.c.enrolled_at).where(held_seats.c.enrolled_at.is_not(None))
        assert len(tx.execute(query).all()) == 1
    assert "nhập học" in officer.open(address).text
    assert "Đã nhập học tại trường" in answerable.parent().open(OWN).text
    officer.open(f"/nha-truong/{drawn.intake_id}/{school_id + 1}/nhap-hoc", expect=404)
    assert count_of(seat_answers) > 0
