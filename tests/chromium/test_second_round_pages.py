"""Planning a second round, and what families without a seat and everybody read of it, in a real
browser: what axe finds.
"""

import os
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from enrol.core.rounds import Answer
from enrol.services import answering, closing, holding_rounds
from enrol.store.db import transaction
from enrol.store.tables.intakes import intakes
from enrol.web.extensions import limiter
from tests.answered import answer, hold, make_final, open_answers, seats
from tests.chromium.pressing import press
from tests.chromium.test_final_pages import sign_in
from tests.chromium.test_staff_pages import DESKTOP, PHONE, judge, tab
from tests.corrected import family_of
from tests.officers import civil_day
from tests.web.final import build_season
from tests.world import SECRET

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples"),
]

DAYS = {"opens": 2, "closes": 3, "value_on": 5}


@pytest.mark.parametrize(("language", "viewport"), [("vi", PHONE), ("en", DESKTOP)])
def test_a_second_round_from_its_plan_to_the_family(
    chromium, served, app, adapters, language, viewport
):
    limiter.reset()
    season = build_season(app, adapters)
    settle(season)
    seen: list[str] = []

    def look(page, name, path=None):
        if path is not None:
            page.goto(served + path)
        judge(page, seen)
        if folder := os.environ.get("ENROL_PICTURES"):
            picture = f"{folder}/{name}-{language}-{viewport['width']}.png"
            page.screenshot(path=picture, full_page=True)

    with tab(chromium, viewport=viewport) as city, tab(chromium, viewport=viewport) as parent:
        for page in (city, parent):
            page.goto(f"{served}/?lang={language}")
        sign_in(city, served, "city@example.vn")
        look(city, "settled", season.intake)
        press(city, "a[href$='/dot-bo-sung']")
        look(city, "plan")
        fill(city, season, backwards=True)
        look(city, "plan-refused")
        assert city.input_value("#opens_hour") == "07:30", "what was typed is still there"
        fill(city, season)
        look(city, "planned")
        look(city, "plan-done", f"{season.intake}/dot-bo-sung")
        announce(season, adapters)
        parent.goto(f"{served}/gia-dinh/dang-nhap")
        parent.fill("#pupil_code", season.pupil_code)
        parent.fill("#secret", SECRET)
        press(parent, "main #main-form button, main form button[type=submit]")
        look(parent, "family")
        assert season.code in parent.inner_text("main")
        look(parent, "draw", "/boc-so")
        press(parent, "main a[href*='/boc-so/']")
        look(parent, "first-draw")
    limiter.reset()
    assert not seen, "\n".join(seen)


def settle(season) -> None:
    """Everybody accepts but the family, which declines; then the intake is settled."""
    make_final(season.drawn)
    open_answers(season.drawn)
    if season.code in seats(season.drawn):
        answer(season.code, Answer.DECLINE)
        hold(season.drawn)
    while waiting := [code for code in sorted(seats(season.drawn)) if is_asked(code)]:
        for code in waiting:
            answer(code, Answer.ACCEPT)
        hold(season.drawn)
    holding_rounds.settle(actor=season.drawn.officer, intake_id=season.drawn.intake_id)


def is_asked(code: str) -> bool:
    desk = answering.desk_of(actor=family_of(code))
    return desk is not None and desk.may(Answer.ACCEPT) and desk.seat.is_unanswered


def fill(page, season, *, backwards: bool = False) -> None:
    """Type the plan and press; ``backwards`` closes it before it opens."""
    for name, days in DAYS.items():
        day = civil_day(datetime.now(UTC) + timedelta(days=days))
        if backwards and name == "closes":
            day -= timedelta(days=3)
        for part in ("day", "month", "year"):
            page.fill(f"#{name}_{part}", str(getattr(day, part)))
    page.fill("#opens_hour", "07:30")
    press(page, "main #main-form button")


def announce(season, adapters) -> None:
    with transaction() as tx:
        query = select(intakes.c.id).where(intakes.c.follows_id == season.drawn.intake_id)
        second = tx.execute(query).scalar_one()
    closing.announce_intake(actor=season.drawn.officer, intake_id=second, vault=adapters.vault)
