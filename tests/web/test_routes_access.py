"""Every route says who may open it, and keeps its word; looking at a page writes nothing."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import Rule

from enrol.store.db import metadata, transaction
from tests.web.access import BLUEPRINTS, SINGLE, access_of
from tests.web.browser import Browser

CLASSES = {"public", "family", "staff", "staff entrance"}
ARGUMENTS = {
    "unit_code": "00070",
    "slug": "noi-o",
    "name": "enrol.css",
    "token": "0" * 40,
    "school": "S1",
    "document_id": "1",
    "publication_id": "1",
    "code": "AR202607010000017",
}


def rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


def of_class(app: Flask, name: str, method: str) -> list[str]:
    """The addresses of one class that answer a method."""
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        return [
            adapter.build(rule.endpoint, {k: ARGUMENTS[k] for k in rule.arguments}, method=method)
            for rule in rules(app)
            if access_of(rule.endpoint) == name and method in (rule.methods or ())
        ]


def counts() -> dict[str, int]:
    """How many rows each table has."""
    with transaction() as tx:
        return {
            name: tx.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


def test_every_route_declares_its_class_and_none_is_left_over(app):
    endpoints = {rule.endpoint for rule in rules(app)}

    assert {access_of(endpoint) for endpoint in endpoints} == CLASSES
    assert set(app.blueprints) == set(BLUEPRINTS)
    assert {endpoint for endpoint in endpoints if "." not in endpoint} == set(SINGLE)


def test_pages_of_families_are_closed_to_everybody_else(app, browser, world):
    for method in ("GET", "POST"):
        for path in of_class(app, "family", method):
            response = browser.ask(method, path)
            # A press without a token is refused before anybody asks who presses.
            refused = response.status_code == 400 and method == "POST"
            sent_away = response.headers.get("Location", "").startswith("/gia-dinh/dang-nhap")
            assert refused or (response.status_code == 303 and sent_away), (method, path)


def test_pages_of_staff_are_closed_to_families(app, parent):
    for rule in rules(app):
        if access_of(rule.endpoint) != "staff" or "GET" not in (rule.methods or ()):
            continue
        path = re.sub(r"<[^>]*>", "1", rule.rule)
        response = parent.ask("GET", path)
        sent_away = response.headers.get("Location", "").startswith("/can-bo/dang-nhap")
        assert response.status_code in (302, 303), path
        assert sent_away, (path, response.headers.get("Location"))


def test_looking_at_pages_writes_nothing(app, parent):
    before = counts()

    for name in ("public", "family"):
        for path in of_class(app, name, "GET"):
            assert parent.ask("GET", path).status_code in (200, 303, 404), path

    assert counts() == before


def test_a_press_without_a_token_changes_nothing(app, parent):
    parent.press(parent.open("/gia-dinh/"), action="/gia-dinh/bat-dau")
    before = counts()

    for path in of_class(app, "family", "POST"):
        response = parent.ask("POST", path, data={"choice": "none", "code": "x"})
        assert response.status_code in (303, 400, 422), path

    assert counts() == before


@pytest.mark.parametrize("path", ["/gia-dinh/", "/gia-dinh/gui-ho-so", "/gia-dinh/bien-nhan.pdf"])
def test_a_forged_session_opens_nothing(app, world, path):
    browser = Browser(app.test_client())
    browser.client.set_cookie("__Host-enrol", "eyJmYW1pbHkiOlsxLDFdfQ.x.y", secure=True)

    assert browser.ask("GET", path).status_code == 303
