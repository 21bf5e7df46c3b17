"""The family's page of messages: it chooses its way, reads what it was told, and is warned."""

import pytest

from tests.officers import register_child
from tests.told import change, events, give_mail_address
from tests.web.conftest import sign_in
from tests.web.staff import build_house
from tests.world import add_child

pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples")
OWN = "/gia-dinh/tin-nhan"
NEVER = "We never call you, and never ask for money or the secret code."


@pytest.fixture
def house(app):
    return build_house(app)


@pytest.fixture
def parent(house, adapters):
    register_child(house.world, number=1, adapters=adapters)
    browser = house.browser()
    sign_in(browser)
    return browser


def test_the_page_shows_the_way_and_what_was_told(parent):
    page = parent.open(f"{OWN}?lang=en")
    assert "ends in 678" in page.text
    assert "912345" not in page.text
    assert "Registration received" in page.text
    assert "Will be sent" in page.text
    assert NEVER in page.text


def test_a_choice_is_kept_and_moves_what_waits(parent):
    give_mail_address()
    page = parent.press(parent.open(f"{OWN}?lang=en"), channel="email", language="en")
    assert events() == [("registered", "email", "waiting")]
    assert "Your choice is kept." in page.text
    assert page.offered()["channel"] == "email"
    assert page.offered()["language"] == "en"


def test_a_way_without_an_address_is_refused_and_the_page_comes_again(parent):
    page = parent.open(f"{OWN}?lang=en")
    answer = parent.send(page, channel="email", language="en")
    assert answer.status_code == 422
    assert "Choose how we tell you" in answer.text
    assert 'value="en" checked' in answer.text
    assert events() == [("registered", "sms", "waiting")]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"state": "in_doubt", "failure": "answer_lost"}, "Perhaps not arrived"),
        ({"state": "dead", "failure": "refused"}, "Could not be delivered"),
    ],
)
def test_what_did_not_arrive_is_said(parent, values, words):
    change(**values)
    assert words in parent.open(f"{OWN}?lang=en").text


@pytest.mark.parametrize("path", ["/gia-dinh/dang-nhap", "/gia-dinh/", OWN])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_that_matters_warns_of_callers(parent, house, path, language):
    browser = house.browser() if path.endswith("dang-nhap") else parent
    page = browser.open(f"{path}?lang={language}")
    words = {"en": NEVER, "vi": "không bao giờ hỏi tiền hay mã bí mật"}
    assert words[language] in page.text


def test_a_family_corrects_where_it_is_reached(parent):
    page = parent.open(f"{OWN}?lang=en")
    assert f"{OWN}/lien-he" in page.links()
    page = parent.open(f"{OWN}/lien-he?lang=en")
    assert page.offered()["phone"] == "0912 345 678"
    wrong = parent.send(page, phone="12", email="new@example.vn")
    assert wrong.status_code == 422
    assert "Type a telephone number" in wrong.text
    assert "new@example.vn" in wrong.text
    assert parent.send(page, phone="0987654321", email="new").status_code == 422
    kept = parent.press(page, phone="0987 654 321", email="")
    assert "We reach you at the new number" in kept.text
    assert "ends in 321" in kept.text
    assert "987654" not in kept.text


def test_who_sent_nothing_is_led_to_the_messages(house, adapters):
    add_child(house.world, number=1, secrets=adapters.secrets)
    browser = house.browser()
    sign_in(browser)
    assert browser.ask("GET", f"{OWN}/lien-he").location == OWN
