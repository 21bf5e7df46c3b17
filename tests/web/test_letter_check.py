"""The page behind a letter's QR code: genuine or not, and nothing of the child."""

import pytest

from tests.objected import publish_result
from tests.officers import register_child
from tests.web.staff import build_house


@pytest.fixture
def house(app):
    return build_house(app)


def test_the_page_says_genuine_and_no_name(house, adapters):
    code = register_child(house.world, number=1, adapters=adapters)
    publication = publish_result(house.world, house.officers, kind="final")
    check = adapters.secrets.letter_check(publication_id=publication, code=code)

    page = house.browser().open(f"/thu/{publication}/{code}/{check}")

    assert page.status == 200
    assert "Giấy này là thật." in page.text
    assert f"…{code[-4:]}" in page.text
    assert "Nguyễn Thị" not in page.text


def test_a_made_up_mark_tells_nothing(house, adapters):
    code = register_child(house.world, number=1, adapters=adapters)
    publication = publish_result(house.world, house.officers)

    page = house.browser().ask("GET", f"/thu/{publication}/{code}/{'0' * 20}")

    assert page.status_code == 404
    assert "Hệ thống không nhận ra giấy này." in page.text
