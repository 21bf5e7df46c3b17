"""Forged headers, carried-over sessions and other families' children."""

import pytest

from enrol.core.actors import Family
from enrol.services import opening
from enrol.services.refusals import NotFound, SignedOut
from enrol.web.extensions import limiter
from enrol.web.limits import keyed_by
from tests.web.browser import BASE, Browser
from tests.world import SECRET, add_child, prepare

SIGN_IN = "/gia-dinh/dang-nhap"


@pytest.fixture(autouse=True)
def _fresh_limits(app):
    limiter.reset()
    yield
    limiter.reset()


def test_guesses_are_counted_whatever_address_is_pretended(app, world, adapters):
    add_child(world, number=7, secrets=adapters.secrets)
    browser = Browser(app.test_client())
    statuses = []
    for number in range(12):
        page = browser.open(SIGN_IN)
        token = page.tree.find(".//input[@name='csrf_token']").get("value")
        response = browser.client.post(
            SIGN_IN,
            base_url=BASE,
            data={"pupil_code": "0000000007", "secret": "AAAA", "csrf_token": token},
            headers={
                "X-Forwarded-For": f"10.0.0.{number}",
                "X-Real-IP": f"10.0.0.{number}",
                "Forwarded": f"for=10.0.0.{number}",
                "Sec-Fetch-Site": "same-origin",
                "Referer": BASE + SIGN_IN,
            },
        )
        statuses.append(response.status_code)

    assert statuses == [422] * 10 + [429] * 2


@pytest.mark.parametrize(
    "spelled", [" 0000000008", "00000 00008", "0000000008\u200b", "\ufeff0000000008"]
)
def test_other_spellings_of_a_code_share_its_limit(app, world, adapters, spelled):
    add_child(world, number=8, secrets=adapters.secrets)
    browser = Browser(app.test_client())
    for _ in range(10):
        browser.send(browser.open(SIGN_IN), pupil_code="0000000008", secret="AAAA")

    response = browser.send(browser.open(SIGN_IN), pupil_code=spelled, secret="AAAA")

    assert response.status_code == 429


def test_signing_in_begins_a_new_session_and_signing_out_ends_it(app, world, adapters):
    add_child(world, number=9, secrets=adapters.secrets)
    browser = Browser(app.test_client())
    page = browser.open(SIGN_IN)
    planted = browser.client.get_cookie("__Host-enrol", domain="localhost")
    token = page.tree.find(".//input[@name='csrf_token']").get("value")
    browser.send(page, pupil_code="0000000009", secret=SECRET)
    after = browser.client.get_cookie("__Host-enrol", domain="localhost")

    assert planted is None or planted.value != after.value
    other = Browser(app.test_client())
    if planted is not None:  # who planted the cookie holds nothing by it
        other.client.set_cookie("__Host-enrol", planted.value, domain="localhost", secure=True)
    assert other.ask("GET", "/gia-dinh/").status_code == 303
    old_token = browser.client.post(
        "/gia-dinh/bat-dau",
        base_url=BASE,
        data={"csrf_token": token},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert old_token.status_code == 400


def test_nobody_ticks_for_another_child(world, adapters):
    own = add_child(world, number=11, secrets=adapters.secrets)
    other = add_child(world, number=12, secrets=adapters.secrets)
    prepare(world, own)
    with pytest.raises((NotFound, SignedOut)):
        opening.tick(
            actor=Family(child_id=other.child_id, secret_version=99),
            intake_id=world.intake_id,
            is_on=True,
        )
    with pytest.raises(NotFound):
        opening.tick(actor=other, intake_id=world.intake_id, is_on=True)


@pytest.mark.parametrize("field", ["phone", "pupil_code"])
def test_no_spelling_of_a_number_has_a_limit_of_its_own(app, field):
    spellings = ["0901234567", "0901 234 567", "0901.234-567", "0901234567\u200b", "\xad0901234567"]
    if field == "phone":
        spellings += ["+84901234567", "0084 901 234 567", "84-901-234-567"]

    def key(text: str) -> str:
        with app.test_request_context("/", method="POST", data={field: text}):
            return keyed_by(field)()

    assert len({key(text) for text in spellings}) == 1
    assert key("0901234568") != key(spellings[0])
