"""The city gives partners' systems tokens on a page: shown once, kept as a hash, revoked."""

import re

import pytest
from sqlalchemy import select

from enrol.store.db import transaction
from enrol.store.tables.journal import journal
from enrol.store.tables.partners import partner_tokens
from enrol.web.partners.words import said
from tests.partners import ask, make_token
from tests.web.messages import vietnamese
from tests.web.staff import build_house

TOKENS = "/dieu-hanh/ma-truy-cap"
NEW = f"{TOKENS}/moi"
TOKEN = re.compile(r"enrol_[\w-]{43}")
FILLED = {"name": "Phần mềm trường học", "right_placements": "yes", "lasting": "90"}


@pytest.fixture
def house(app):
    return build_house(app)


@pytest.fixture
def city(house):
    return house.signed_in("city")


def rows():
    with transaction() as tx:
        return tx.execute(select(partner_tokens).order_by(partner_tokens.c.id)).all()


def test_a_token_is_made_shown_once_and_works(app, house, city):
    page = city.press(city.open(NEW), **FILLED, unit=str(house.world.ward_id))

    [token] = TOKEN.findall(page.text)
    assert page.response.headers["Cache-Control"] == "no-store"
    assert [intake["code"] for intake in ask(app, "/intakes", token=token).json["entries"]] == [
        "HN-L1-2026"
    ]
    listed = city.open(TOKENS)
    assert not TOKEN.search(listed.text)
    assert "Phần mềm trường học" in listed.text
    with transaction() as tx:
        entry = tx.execute(select(journal).where(journal.c.action == "token.made")).one()
    assert entry.actor == house.officers.city.label
    assert entry.detail == {"rights": "placements", "unit": "Phường Hoàn Kiếm", "days": 90}


def test_a_second_press_makes_no_second_token(house, city):
    page = city.open(NEW)
    city.press(page, **FILLED, unit=str(house.world.ward_id))

    again = city.press(page, **FILLED, unit=str(house.world.ward_id))

    assert again.path == TOKENS
    assert "đã được tạo" in again.text
    assert len(rows()) == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": " "}, "Xin ghi tên hệ thống"),
        ({"name": "x" * 121}, "120 ký tự"),
        ({"unit": ""}, "Xin chọn đơn vị"),
        ({"right_placements": None}, "ít nhất một quyền"),
        ({"lasting": "9999"}, "thời hạn"),
    ],
)
def test_what_is_missing_is_named_and_nothing_typed_is_lost(house, city, change, says):
    filled = {**FILLED, "unit": str(house.world.ward_id), **change}

    page = city.press(city.open(NEW), **{k: v for k, v in filled.items() if v is not None})

    assert page.status == 422
    assert says in page.text
    assert rows() == []
    if "name" not in change:
        assert 'value="Phần mềm trường học"' in page.response.text


def test_a_unit_of_somebody_else_does_not_exist(city):
    page = city.open(NEW)
    response = city.ask("POST", NEW, data={**page.offered(), **FILLED, "unit": "999999"})

    assert response.status_code == 404
    assert rows() == []


def test_a_revoked_token_opens_nothing(app, house, city, adapters):
    made = make_token(adapters, actor=house.officers.city, unit_id=house.world.ward_id)
    address = f"{TOKENS}/{made.line.token_id}/thu-hoi"

    page = city.press(city.open(address))

    assert page.path == TOKENS
    assert "Đã thu hồi" in page.text
    assert ask(app, "/intakes", token=made.token).status_code == 401
    with transaction() as tx:
        told = tx.execute(select(journal).where(journal.c.action == "token.revoked")).all()
    assert len(told) == 1


def test_tokens_come_page_by_page(house, city, adapters, monkeypatch):
    monkeypatch.setattr("enrol.services.giving_tokens.PAGE", 2)
    for number in range(3):
        make_token(
            adapters,
            actor=house.officers.city,
            unit_id=house.world.ward_id,
            name=f"Hệ thống {number}",
        )

    first = city.open(TOKENS)
    second = city.open(f"{TOKENS}?truoc=2")

    assert "Hệ thống 2" in first.text
    assert "Hệ thống 0" not in first.text
    assert f"{TOKENS}?truoc=2" in first.links()
    assert "Hệ thống 0" in second.text


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_of_the_document_describes_every_address(app, browser, language):
    document = ask(app, "/openapi.json").json

    page = browser.open(f"/doi-tac?lang={language}")

    for path in document["paths"]:
        assert f"GET {path}" in page.response.text
    assert "birth_on" in page.response.text


def test_everything_the_document_says_has_vietnamese(app):
    document = ask(app, "/openapi.json").json
    known, texts = vietnamese(), set()
    for operations in document["paths"].values():
        operation = operations["get"]
        texts |= {operation["summary"], " ".join(operation["description"].split())}
        texts |= {p["description"] for p in operation["parameters"] if p["in"] == "query"}
    for name, schema in document["components"]["schemas"].items():
        if name != "Problem":
            members = schema["properties"].values()
            texts |= {member["description"] for member in members if "description" in member}

    with app.test_request_context("/?lang=en"):
        assert texts == set(said())
    assert all(known.get(text) for text in texts)
