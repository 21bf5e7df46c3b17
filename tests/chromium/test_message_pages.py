"""Messages in a real browser: the family's choice and the officers' list of what did not arrive."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from enrol.core.actors import Family
from enrol.services import preparing, registering, reviewing
from enrol.store.db import transaction
from enrol.store.tables.messages import messages
from enrol.web.extensions import limiter
from tests.chromium.pressing import press
from tests.chromium.test_staff_pages import DESKTOP, PHONE, judge, sign_in, tab
from tests.officers import register_child
from tests.told import Provider, give_mail_address, send_all
from tests.web.staff import build_house
from tests.world import SECRET, full_answers

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples"),
]


@pytest.fixture
def house(app, adapters):
    """One family was told it is registered; that it changed and was asked waits."""
    limiter.reset()
    made = build_house(app)
    made.code = register_child(made.world, number=1, adapters=adapters)
    send_all(Provider(), Provider())
    actor = Family(child_id=1, secret_version=1)
    preparing.save_answers(
        actor=actor, intake_id=made.world.intake_id, answers=full_answers(wishes=("S1",))
    )
    registering.submit_registration(
        actor=actor,
        intake_id=made.world.intake_id,
        submission_key=preparing.open_desk(actor=actor).submission_key,
        secrets=adapters.secrets,
    )
    reviewing.ask_family(
        actor=made.officers.ward,
        code=made.code,
        version=2,
        asked_for="residence",
        message="Xin gửi ảnh màn hình VNeID.",
        due_on=datetime.now(UTC).date() + timedelta(days=5),
    )
    give_mail_address()
    yield made
    limiter.reset()


@pytest.fixture
def looking():
    """Judge pages and take their pictures; at the end nothing may be wrong."""
    seen: list[str] = []

    def look(page, name, language, viewport):
        judge(page, seen)
        folder = os.environ.get("ENROL_PICTURES")
        if folder:
            name = f"{name}-{language}-{viewport['width']}"
            page.screenshot(path=f"{folder}/{name}.png", full_page=True)

    yield look
    assert not seen, "\n".join(seen)


@pytest.mark.parametrize(("language", "viewport"), [("vi", PHONE), ("en", DESKTOP)])
def test_a_family_chooses_its_way(chromium, served, house, looking, language, viewport):
    with tab(chromium, viewport=viewport) as page:
        page.goto(f"{served}/?lang={language}")
        page.goto(f"{served}/gia-dinh/dang-nhap")
        looking(page, "told-sign-in", language, viewport)
        page.fill("#pupil_code", "0000000001")
        page.fill("#secret", SECRET)
        press(page, "main #main-form button")
        looking(page, "told-home", language, viewport)
        page.goto(f"{served}/gia-dinh/tin-nhan")
        looking(page, "told", language, viewport)
        page.check("input[name=channel][value=none]")
        press(page, "button.act")
        looking(page, "told-none", language, viewport)
        assert page.is_checked("input[name=channel][value=none]")


@pytest.mark.parametrize(("language", "viewport"), [("vi", DESKTOP), ("en", PHONE), ("vi", PHONE)])
@pytest.mark.parametrize("kind", ["ward", "school"])
def test_officers_mend(chromium, served, house, looking, kind, language, viewport):
    address = f"{served}/can-bo/tin-nhan/{house.world.intake_id}"
    with transaction() as tx:
        tx.execute(update(messages).values(state="dead", failure="not_reached", sent_at=None))
        tx.execute(
            update(messages)
            .where(messages.c.id == 2)
            .values(state="in_doubt", failure="answer_lost", perhaps_told=True, attempts=1)
        )
    with tab(chromium, viewport=viewport) as page:
        page.goto(f"{served}/?lang={language}")
        sign_in(page, served, kind)
        page.goto(address)
        looking(page, f"mend-{kind}", language, viewport)
        page.check("input[name=may_be_twice]")
        press(page, "tr:has(input[name=may_be_twice]) button")
        assert page.locator("input[name=may_be_twice]").count() == 0
        press(page, "form[action$=gui-lai-tat-ca] button")
        looking(page, f"mend-done-{kind}", language, viewport)
        assert page.locator("table").count() == 0
