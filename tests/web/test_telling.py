"""The family's page of messages: it chooses its way, reads what it was told, and is warned."""

import pytest

from tests.officers import register_child
from tests.told import change, events, give_mail_address
from tests.web.conftest import sign_in
from tests.web.staff import build_house

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
