"""The session's cookie: signed when it changes or grows old, good for twelve hours, one token."""

import time
from contextvars import Context

import pytest
from flask import Flask

from enrol.web import cookies
from enrol.web.cookies import RENEWED_AFTER_SECONDS, form_token

HOME = "/gia-dinh/"
HOURS = 3600


@pytest.fixture
def later(monkeypatch):
    """Move this process's clock, for cookies alone."""

    def move(seconds: float) -> None:
        now = time.time()
        monkeypatch.setattr(cookies.time, "time", lambda: now + seconds)

    return move


def test_a_page_that_changes_nothing_sends_no_cookie(parent):
    parent.open(HOME)

    assert "Set-Cookie" not in parent.open(HOME).response.headers


def test_a_session_in_use_is_signed_anew_after_an_hour(parent, later):
    parent.open(HOME)
    later(RENEWED_AFTER_SECONDS + 60)

    assert "Set-Cookie" in parent.open(HOME).response.headers


@pytest.mark.parametrize("path", ["/", "/tiep-can", "/so-lieu", "/static/enrol.css"])
def test_what_anybody_on_the_way_may_keep_carries_nobody_s_session(parent, later, path):
    """A shared cache would hand a family's cookie to whoever asks next."""
    parent.open(HOME)
    later(RENEWED_AFTER_SECONDS + 60)

    headers = parent.ask("GET", path).headers

    assert headers["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in headers
    assert "Set-Cookie" in parent.open(HOME).response.headers


def test_no_answer_that_may_be_kept_sets_a_cookie(app: Flask):
    sessions = app.session_interface
    with app.test_request_context() as request:
        request.session["family"] = [1, 1]
        response = app.make_response("x")
        response.headers["Cache-Control"] = "public, max-age=60"
        sessions.save_session(app, request.session, response)

    assert "Set-Cookie" in response.headers
    assert response.headers["Cache-Control"] == "no-store"


def test_an_idle_session_ends_after_twelve_hours_though_its_signature_was_checked_before(
    parent, later
):
    parent.open(HOME)
    later(12 * HOURS + 60)

    page = parent.follow(parent.ask("GET", HOME))

    assert page.path == "/gia-dinh/dang-nhap"


def test_a_cookie_altered_by_one_letter_opens_nothing(parent):
    parent.open(HOME)
    cookie = parent.client.get_cookie("__Host-enrol", domain="localhost")
    # Not the last one: of its six bits some stand for nothing.
    before, letter, after = cookie.value[:-5], cookie.value[-5], cookie.value[-4:]
    altered = before + ("A" if letter != "A" else "B") + after
    parent.client.set_cookie("__Host-enrol", altered, domain="localhost", secure=True)

    page = parent.follow(parent.ask("GET", HOME))

    assert page.path == "/gia-dinh/dang-nhap"


def test_what_one_request_does_to_its_session_stays_out_of_the_next(app: Flask):
    sessions = app.session_interface
    with app.test_request_context():
        session = sessions.session_class({"family": [1, 1], "_flashes": []})
        value = sessions.get_signing_serializer(app).dumps(dict(session))
    cookie = {"Cookie": f"{app.config['SESSION_COOKIE_NAME']}={value}"}

    with app.test_request_context(headers=cookie) as first:
        first.session["_flashes"].append("said once")
    with app.test_request_context(headers=cookie) as second:
        assert second.session["_flashes"] == []


def test_a_session_has_one_token_and_another_session_another(app: Flask):
    def token_of(raw: str) -> str:
        with app.test_request_context() as request:
            request.session["csrf_token"] = raw
            return form_token()

    first, other, again = (Context().run(token_of, letter * 40) for letter in "aba")

    assert first == again != other
