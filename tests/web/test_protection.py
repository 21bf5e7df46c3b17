"""Headers, cookies, tokens and errors: what protects a family on every page."""

import pytest
from flask import Flask

from enrol.config import Settings
from enrol.factory import create_app
from enrol.services import preparing, signing_in
from enrol.services.refusals import AlreadyRegistered, StoreBusy
from enrol.store.db import db
from enrol.web.security import CONTENT_SECURITY_POLICY
from tests.web.browser import Browser
from tests.web.test_parents import QUESTION, draft

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize(
    "path", ["/", "/khong-co", "/gia-dinh/dang-nhap", "/gia-dinh/", "/static/enrol.css", "/healthz"]
)
def test_every_answer_carries_the_protecting_headers(browser, world, path):
    response = browser.ask("GET", path)

    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert "Permissions-Policy" in response.headers


def test_the_policy_allows_nothing_but_our_own_style_and_pictures():
    rules = dict(rule.split(" ", 1) for rule in CONTENT_SECURITY_POLICY.split("; "))

    assert rules == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize("path", ["", "thong-tin", "dang-ky/hoc-sinh", "gui-ho-so"])
def test_what_belongs_to_one_family_is_never_kept_on_the_way(parent, path):
    assert parent.open("/gia-dinh/" + path).response.headers["Cache-Control"] == "no-store"


def test_the_session_cookie_cannot_be_set_or_read_by_others(browser, family):
    page = browser.open("/gia-dinh/dang-nhap")

    cookie = page.response.headers["Set-Cookie"]

    assert cookie.startswith("__Host-enrol=")
    parts = {part.strip() for part in cookie.split(";")}
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts
    assert not any(part.startswith("Domain") for part in parts)


def test_signing_in_begins_a_fresh_session(browser, family):
    before = browser.open("/gia-dinh/dang-nhap").offered()["csrf_token"]
    page = browser.open("/gia-dinh/dang-nhap")
    browser.press(page, pupil_code="0000000001", secret="0123-4567-89AB-CDEF")

    response = browser.ask("POST", "/gia-dinh/bat-dau", data={"csrf_token": before})

    assert response.status_code == 400


# Tokens


def test_a_page_whose_token_was_lost_comes_back_filled(parent, family):
    page = parent.open(QUESTION + "hoc-sinh")

    again = parent.press(page, full_name="Lê Thị Sáu", csrf_token="stale")

    assert again.status == 422
    assert "đã mở khá lâu" in again.text
    assert again.offered()["full_name"] == "Lê Thị Sáu"
    assert draft(family) == {}
    parent.press(again)
    assert draft(family)["child"]["full_name"] == "Lê Thị Sáu"


def test_a_button_without_entries_asks_to_be_pressed_once_more(parent, family):
    response = parent.ask("POST", "/gia-dinh/bat-dau", data={})

    assert response.status_code == 400
    assert "Xin bấm nút thêm một lần nữa" in response.text
    assert draft(family) == {}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_site_sends_is_refused_token_or_not(parent, family, site):
    values = parent.open(QUESTION + "hoc-sinh").offered()

    response = parent.ask(
        "POST", QUESTION + "hoc-sinh", data=values, headers={"Sec-Fetch-Site": site}
    )

    assert response.status_code == 400
    assert draft(family) == {}


def test_a_token_lives_as_long_as_the_session(app: Flask):
    assert app.config["WTF_CSRF_TIME_LIMIT"] is None
    assert app.permanent_session_lifetime.total_seconds() == 12 * 3600


# Errors


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    ("status", "path", "method"),
    [(404, "/khong-co", "GET"), (405, "/gia-dinh/thoat", "GET"), (405, "/", "DELETE")],
)
def test_errors_are_calm_pages_in_both_languages(browser, app, status, path, method, language):
    browser.open(f"/tiep-can?lang={language}")

    response = browser.ask(method, path)

    page = browser._page(response, path, status)
    assert page.language == language
    assert "Traceback" not in page.text
    if status == 405:
        assert response.headers["Allow"]


def test_what_is_too_large_is_told(browser, family):
    response = browser.ask("POST", "/tra-cuu", data={"code": "x" * 2_000_000})

    assert response.status_code == 413
    assert "quá lớn" in response.text


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (StoreBusy(), 503, "Hệ thống đang bận"),
        (AlreadyRegistered(), 409, "Học sinh này đã được đăng ký"),
        (RuntimeError("Nguyễn Thị Đào 0912345678"), 500, "Hệ thống gặp trục trặc"),
    ],
)
def test_trouble_below_becomes_a_page_that_says_what_happened_to_the_data(
    parent, monkeypatch, error, status, words
):
    def fail(**_arguments):
        raise error

    monkeypatch.setattr(preparing, "open_desk", fail)

    page = parent.open("/gia-dinh/", expect=status)

    assert page.heading == words
    assert "Nguyễn" not in page.text
    assert ("Retry-After" in page.response.headers) is (status == 503)
    if status == 500:
        assert page.tree.find(".//strong[@class='code']") is not None


def test_a_database_out_of_reach_is_busy_not_broken(settings: Settings):
    elsewhere = settings.model_copy(
        update={"database_url": type(settings.database_url)("postgresql://nobody@127.0.0.1:1/x")}
    )
    elsewhere.__dict__.pop("sqlalchemy_url", None)
    lonely = Browser(create_app(elsewhere).test_client())

    assert lonely.ask("GET", "/").status_code == 503
    assert lonely.ask("GET", "/readyz").status_code == 503
    assert lonely.ask("GET", "/healthz").status_code == 200


def test_readiness_needs_the_schema(browser, app):
    assert browser.ask("GET", "/readyz").text == "ready\n"


def test_pages_work_while_redis_is_away(settings: Settings, world, family):
    without = settings.model_copy(
        update={"redis_url": type(settings.redis_url)("redis://127.0.0.1:1/0")}
    )
    application = create_app(without)
    application.testing = True
    alone = Browser(application.test_client())

    page = alone.open("/gia-dinh/dang-nhap")
    page = alone.press(page, pupil_code="0000000001", secret="0123-4567-89AB-CDEF")

    assert page.path == "/gia-dinh/"
    for _attempt in range(10):
        alone.press(alone.open("/gia-dinh/dang-nhap"), pupil_code="0000000007", secret="wrong")
    page = alone.open("/gia-dinh/dang-nhap")
    assert alone.send(page, pupil_code="0000000007", secret="x").status_code == 429
    with application.app_context():
        db.engine.dispose()


def test_what_was_typed_comes_back_on_the_busy_page_and_is_sent_again(parent, family, monkeypatch):
    page = parent.open(QUESTION + "hoc-sinh")
    real = preparing.save_answers

    def busy(**_arguments):
        raise StoreBusy

    monkeypatch.setattr(preparing, "save_answers", busy)
    response = parent.send(page, full_name='Lê Thị "Sáu" <b>')
    again = parent._page(response, page.address, 503)

    assert 5 <= int(response.headers["Retry-After"]) <= 20
    assert "Refresh" not in response.headers
    monkeypatch.setattr(preparing, "save_answers", real)
    form = next(again.tree.iter("form"))
    values = {entry.get("name"): entry.get("value") for entry in form.iter("input")}
    assert values["full_name"] == 'Lê Thị "Sáu" <b>'
    sent = parent.ask("POST", form.get("action"), data=values | {"full_name": "Lê Thị Sáu"})
    assert sent.status_code == 303
    assert draft(family)["child"]["full_name"] == "Lê Thị Sáu"


def test_a_busy_page_that_was_only_looked_at_comes_back_by_itself(parent, monkeypatch):
    def busy(**_arguments):
        raise StoreBusy

    monkeypatch.setattr(preparing, "open_desk", busy)
    response = parent.ask("GET", "/gia-dinh/?lang=en")

    assert response.headers["Refresh"] == response.headers["Retry-After"]
    assert "tries again by itself" in response.text


def test_no_secret_stands_on_the_busy_page(browser, family, monkeypatch):
    def busy(**_arguments):
        raise StoreBusy

    monkeypatch.setattr(signing_in, "sign_in_family", busy)
    page = browser.open("/gia-dinh/dang-nhap")

    response = browser.send(page, pupil_code="0000000001", secret="0123-4567-89AB-CDEF")

    assert response.status_code == 503
    assert "0123" not in response.text
