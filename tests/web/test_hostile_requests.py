"""Addresses and forms that no browser makes: a calm page, never a failure, nothing changed."""

import re

import pytest
from flask import Flask

from tests.web.browser import Browser
from tests.web.staff import build_house

HUGE = "99999999999999999999"
SMALL = "2147483648"
ODD_PATHS = [
    "//evil.example/",
    "//evil.example/gia-dinh/",
    "/gia-dinh//",
    "/gia-dinh/..%2f..%2f",
    "/ket-qua/..%2f..%2f..%2fetc%2fpasswd",
    "/ket-qua/%00",
    "/ket-qua/" + "a" * 5000,
    "/ket-qua/%ff%fe",
    "/danh-sach/..",
    "/danh-sach/..%5c..%5c",
    "/danh-sach/phuong/%00",
    "/danh-sach/phuong/%2e%2e.en",
    "/kiem-chung/..%2f..%2fsecret",
    "/kiem-chung/%00",
    "/static/..%2f..%2fenrol%2fconfig.py",
    "/static/%00",
    "/phuong/%00",
    "/phuong/%ff",
    "/?lang=%00",
    "/?lang=vi%0d%0aSet-Cookie:%20a=b",
    "/?q=%00&q=%ff",
]


def is_calm(response) -> bool:
    return response.status_code < 500 and "Traceback" not in response.get_data(as_text=True)


@pytest.mark.parametrize("path", ODD_PATHS)
def test_an_odd_address_is_answered_calmly_and_leads_nowhere_else(parent: Browser, path):
    response = parent.ask("GET", path)

    assert is_calm(response), response.status_code
    assert "a=b" not in response.headers.get("Set-Cookie", "")
    target = response.headers.get("Location", "/")
    assert not target.startswith("//"), target
    assert re.match(r"(https://localhost)?/(?!/)", target), target


def addresses(app: Flask, number: str) -> list[tuple[str, str]]:
    found = []
    for rule in app.url_map.iter_rules():
        if "<" not in rule.rule:
            continue
        path = re.sub(r"<int:[^>]*>", number, rule.rule)
        path = re.sub(r"<[^>]*>", "%00" if number == HUGE else "..", path)
        found += [(method, path) for method in ("GET", "POST") if method in (rule.methods or ())]
    return found


@pytest.mark.parametrize("number", [HUGE, SMALL, "0"])
def test_numbers_that_no_table_holds_are_not_found(app: Flask, number):
    house = build_house(app)
    city = house.signed_in("city")
    page = city.open("/dieu-hanh")
    token = page.tree.find(".//input[@name='csrf_token']")
    data = {} if token is None else {"csrf_token": token.get("value")}
    failed = [
        (method, path)
        for method, path in addresses(app, number)
        if not is_calm(city.ask(method, path, data=data if method == "POST" else None))
    ]
    assert not failed


FORMS = [
    {"intake_id": HUGE},
    {"intake_id": SMALL, "submission_key": "x"},
    {"intake_id": "1", "submission_key": "00000000-0000-0000-0000-000000000000\x00"},
    {"wishes": "\x00", "wish": "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")},
    {"version": HUGE, "after": "\x00", "code": "\x00", "secret": "\x00", "pupil_code": "\x00"},
    {"lang": "\x00", "choice": "\x00", "unit": "\x00", "group": "\x00", "address": "\x00" * 9},
]


@pytest.mark.filterwarnings("ignore:Passing SelectField choices:DeprecationWarning")  # a library's
@pytest.mark.parametrize("form", FORMS, ids=lambda form: ",".join(form))
def test_forms_that_no_page_offers_fail_nothing(app: Flask, parent: Browser, form):
    parent.press(parent.open("/gia-dinh/"), action="/gia-dinh/bat-dau")
    token = parent.open("/gia-dinh/").tree.find(".//input[@name='csrf_token']").get("value")
    failed = []
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or "<int" in rule.rule:
            continue
        path = re.sub(r"<slug>|<[^>]*slug>", "noi-o", rule.rule)
        path = re.sub(r"<[^>]*>", "00070", path)
        if path.startswith(("/gia-dinh/thoat", "/can-bo/dang-xuat")):
            continue
        if not is_calm(parent.ask("POST", path, data={**form, "csrf_token": token})):
            failed.append(path)
    assert not failed
