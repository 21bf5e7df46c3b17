"""Answers, rounds and enrolment in a real browser: what axe finds."""

import os

import pytest
from sqlalchemy import select, update

from enrol.adapters.result_letters import check_address
from enrol.core.actors import SCHOOL_OFFICER
from enrol.core.rounds import Answer
from enrol.services import holding_rounds, result_letters
from enrol.store import rounds as rounds_store
from enrol.store.db import transaction
from enrol.store.tables.accounts import Staff
from enrol.store.tables.schools import schools
from enrol.web.extensions import limiter
from tests.answered import answer, hold, make_final, open_answers, seats, waits, work
from tests.chromium.test_final_pages import sign_in
from tests.chromium.test_staff_pages import DESKTOP, PHONE, judge, tab
from tests.corrected import family_of
from tests.officers import add_officer
from tests.web.final import build_season
from tests.web.staff import HASHES, PASSWORD
from tests.world import SECRET

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples"),
]


@pytest.mark.parametrize(("language", "viewport"), [("vi", PHONE), ("en", DESKTOP)])
def test_pages_of_answers_and_rounds(chromium, served, app, adapters, language, viewport):
    limiter.reset()
    season = build_season(app, adapters)
    make_final(season.drawn)
    seen: list[str] = []

    def look(page, path, name):
        page.goto(served + path)
        judge(page, seen)
        folder = os.environ.get("ENROL_PICTURES")
        if folder:
            name = f"{name}-{language}-{viewport['width']}"
            page.screenshot(path=f"{folder}/{name}.png", full_page=True)

    rounds = f"{season.intake}/vong-xet"
    with tab(chromium, viewport=viewport) as city, tab(chromium, viewport=viewport) as parent:
        for page in (city, parent):
            page.goto(f"{served}/?lang={language}")
        sign_in(city, served, "city@example.vn")
        look(city, rounds, "rounds-open")
        open_answers(season.drawn)
        parent.goto(f"{served}/gia-dinh/dang-nhap")
        parent.fill("#pupil_code", season.pupil_code)
        parent.fill("#secret", SECRET)
        parent.press("#secret", "Enter")
        parent.wait_for_load_state()
        look(parent, "/gia-dinh/cho-hoc", "seat")
        look(parent, "/gia-dinh/cho-hoc/tu-choi", "decline")
        wanted = waits(season.drawn)[season.code][0][0]
        for code, school in seats(season.drawn).items():
            if school == wanted:
                answer(code, Answer.DECLINE)
        look(city, rounds, "rounds-hold")
        hold(season.drawn)
        look(city, rounds, "rounds-held")
        look(parent, "/gia-dinh/cho-hoc", "seat-moved")
        look(parent, slip_address(season, adapters), "slip-moved")
        school = seats(season.drawn)[season.code]
        give_up_a_round(season)
        look(city, rounds, "rounds-failed")
        holding_rounds.try_again(actor=season.drawn.officer, intake_id=season.drawn.intake_id)
        work()
        look(parent, slip_address(season, adapters), "slip-no-seat")
    school_page(chromium, served, season, look, language, viewport, school=school)
    limiter.reset()
    assert not seen, "\n".join(seen)


def slip_address(season, adapters) -> str:
    """Return the address in the QR code of the family's letter."""
    letter = result_letters.own_letter(actor=family_of(season.code), secrets=adapters.secrets)
    return check_address(letter, base_url="")


def give_up_a_round(season) -> None:
    """Let the family decline, and workers give up the round that is asked for then."""
    answer(season.code, Answer.DECLINE)
    drawn = season.drawn
    holding_rounds.hold_round(actor=drawn.officer, intake_id=drawn.intake_id, days=3)
    with transaction() as tx:
        [round_id] = rounds_store.pending_ids(tx)
        assert rounds_store.mark_failed(tx, round_id=round_id, failure="ValueError")


def school_page(chromium, served, season, look, language, viewport, *, school) -> None:
    with transaction() as tx:
        school_id = tx.execute(select(schools.c.id).where(schools.c.code == school)).scalar_one()
    add_officer(email="school@example.vn", role=SCHOOL_OFFICER, school_id=school_id)
    with transaction() as tx:
        tx.execute(update(Staff.__table__).values(password=HASHES[PASSWORD]))
    with tab(chromium, viewport=viewport) as page:
        page.goto(f"{served}/?lang={language}")
        sign_in(page, served, "school@example.vn")
        page.wait_for_load_state()
        look(page, f"/nha-truong/{season.drawn.intake_id}/{school_id}/nhap-hoc", "enrolment")
