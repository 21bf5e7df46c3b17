"""Signing in as staff: password, one-time password, second step, limits, sessions, passkeys."""

import re
import time

import pytest
from flask import url_for
from flask_security.totp import Totp
from sqlalchemy import select, update

from enrol.services import signing_in_staff
from enrol.services.refusals import NotFound
from enrol.store.db import transaction
from enrol.store.tables.accounts import Staff
from enrol.store.tables.journal import journal
from enrol.web.extensions import limiter
from enrol.web.staff import sessions
from tests.web.staff import PASSWORD, SIGN_IN, build_house, email_of, sign_in

# The library builds its forms with a form that WTForms 3.4 will drop; nothing of ours to change.
pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples")

WRONG = "Thư điện tử hoặc mật khẩu không đúng"


@pytest.fixture
def house(app):
    limiter.reset()
    yield build_house(app)
    limiter.reset()


def staff_row(email):
    with transaction() as tx:
        return tx.execute(select(Staff.__table__).where(Staff.__table__.c.email == email)).one()


def actions(*names):
    with transaction() as tx:
        query = select(journal).where(journal.c.action.in_(names)).order_by(journal.c.id)
        return tx.execute(query).all()


@pytest.mark.parametrize(
    ("kind", "path"),
    [("city", "/dieu-hanh"), ("ward", "/dieu-hanh"), ("school", "/nha-truong")],
)
def test_each_officer_arrives_at_their_own_desk(house, kind, path):
    page = sign_in(house.browser(), email=email_of(kind))

    assert page.path == path
    assert f"Cán bộ {email_of(kind)}" in page.text


def test_an_officer_without_scopes_is_told_whom_to_ask(house):
    page = sign_in(house.browser(), email=email_of("nobody"))

    assert page.path == "/can-bo"
    assert page.heading == "Chưa có việc"


def test_a_sign_in_is_in_the_journal(house):
    sign_in(house.browser(), email=email_of("city"))

    assert [(row.actor, row.subject) for row in actions("staff.signed_in")] == [
        (house.officers.city.label, str(house.officers.city.staff_id))
    ]


def test_unknown_wrong_and_disabled_are_told_alike(house):
    with transaction() as tx:
        ward = Staff.__table__.c.email == email_of("ward")
        tx.execute(update(Staff.__table__).where(ward).values(active=False))

    texts = set()
    for email, password in (
        ("stranger@example.vn", PASSWORD),
        (email_of("city"), "không phải mật khẩu này"),
        (email_of("ward"), PASSWORD),
    ):
        page = sign_in(house.browser(), email=email, password=password)
        assert page.path == SIGN_IN
        assert WRONG in page.text
        texts.add(page.text.replace(email, "…"))

    assert len(texts) == 1


def test_the_pages_speak_english_too(house):
    browser = house.browser()
    browser.open(f"{SIGN_IN}?lang=en")

    page = sign_in(browser, email=email_of("city"), password="not this one at all")

    assert page.heading == "Staff sign-in"
    assert "Authentication failed" in page.text


def test_the_wanted_page_comes_after_signing_in(house):
    browser = house.browser()

    page = browser.follow(browser.ask("GET", f"{house.intake}/chi-tieu"))
    assert page.path == SIGN_IN
    assert "Xin đăng nhập để mở trang này." in page.text
    page = browser.press(page, email=email_of("ward"), password=PASSWORD)

    assert page.path == f"{house.intake}/chi-tieu"


def test_signing_in_never_leads_to_another_site(house):
    browser = house.browser()
    page = browser.open(f"{SIGN_IN}?next=https://evil.example/")

    response = browser.send(page, email=email_of("city"), password=PASSWORD)

    assert "evil.example" not in response.headers.get("Location", "")


def test_signing_out_ends_the_session(house):
    browser = house.signed_in("city")
    page = browser.open("/dieu-hanh")

    page = browser.press(page, action="/can-bo/thoat")

    assert page.path == SIGN_IN
    assert browser.ask("GET", "/dieu-hanh").status_code == 303


def test_signing_out_needs_the_button_of_a_page(house):
    browser = house.signed_in("city")

    assert browser.ask("POST", "/can-bo/thoat").status_code == 400
    assert browser.ask("GET", "/can-bo/thoat").status_code == 405
    browser.open("/dieu-hanh")


def test_a_disabled_account_loses_its_sessions(house):
    browser = house.signed_in("city")
    with transaction() as tx:
        tx.execute(update(Staff.__table__).values(active=False))

    assert browser.ask("GET", "/dieu-hanh").status_code == 303


def test_an_issued_password_must_be_replaced_first(house, adapters):
    old = house.signed_in("city")
    issued = signing_in_staff.issue_password(
        email="City@Example.vn ", passwords=adapters.staff_passwords
    )
    assert old.ask("GET", "/dieu-hanh").status_code == 303  # earlier sessions have ended
    browser = house.browser()

    page = sign_in(browser, email=email_of("city"), password=issued)
    assert page.path == "/can-bo/mat-khau"
    assert browser.follow(browser.ask("GET", house.intake)).path == "/can-bo/mat-khau"
    own = "mười hai quả trứng vịt"
    page = browser.press(page, password=issued, new_password=own, new_password_confirm=own)

    assert page.path == "/dieu-hanh"
    assert sign_in(house.browser(), email=email_of("city"), password=own).path == "/dieu-hanh"
    assert WRONG in sign_in(house.browser(), email=email_of("city"), password=issued).text
    assert len(actions("staff.password_issued", "staff.password_chosen")) == 2


def test_a_password_is_issued_to_known_accounts_only(house, adapters):
    with pytest.raises(NotFound):
        signing_in_staff.issue_password(
            email="stranger@example.vn", passwords=adapters.staff_passwords
        )


@pytest.mark.parametrize(
    ("new", "again", "problem"),
    [
        ("quá ngắn", "quá ngắn", "Mật khẩu phải có ít nhất 15 ký tự"),
        ("một mật khẩu đủ dài", "một mật khẩu khác hẳn", "Hai mật khẩu không giống nhau"),
        (PASSWORD, PASSWORD, "Mật khẩu mới phải khác mật khẩu cũ."),
    ],
)
def test_a_new_password_is_judged(house, new, again, problem):
    browser = house.signed_in("city")
    page = browser.open("/can-bo/mat-khau")

    page = browser.press(page, password=PASSWORD, new_password=new, new_password_confirm=again)

    assert problem in page.text
    assert page.title.startswith("Lỗi")


def test_passwords_are_stored_as_argon2id(house):
    assert staff_row(email_of("city")).password.startswith("$argon2id$")


def test_an_account_rests_after_ten_wrong_passwords(house):
    browser = house.browser()
    for _ in range(10):
        sign_in(browser, email=email_of("city"), password="không phải mật khẩu này")

    response = browser.send(browser.open(SIGN_IN), email=email_of("city"), password=PASSWORD)
    other = sign_in(house.browser(), email=email_of("ward"))

    assert response.status_code == 429
    assert other.path == "/dieu-hanh"


def test_good_sign_ins_do_not_count(house):
    for _ in range(12):
        assert sign_in(house.browser(), email=email_of("city")).path == "/dieu-hanh"


@pytest.mark.parametrize("limit", ["IDLE", "ABSOLUTE"])
def test_a_session_ends(house, monkeypatch, limit):
    browser = house.signed_in("city")
    began = time.time()
    allowed = getattr(sessions, limit).total_seconds()
    if limit == "ABSOLUTE":  # steps in between keep it from being idle
        for minute in range(0, int(allowed / 60), 25):
            monkeypatch.setattr(time, "time", lambda minute=minute: began + minute * 60)
            browser.open("/dieu-hanh")
    monkeypatch.setattr(time, "time", lambda: began + allowed + 5)

    page = browser.follow(browser.ask("GET", "/dieu-hanh"))

    assert page.path == SIGN_IN
    assert "Phiên làm việc đã quá lâu" in page.text


def test_a_risky_step_asks_for_the_password_again(house, monkeypatch):
    browser = house.signed_in("city")
    began = time.time()
    monkeypatch.setattr(time, "time", lambda: began + 16 * 60)
    browser.open(house.intake)

    page = browser.follow(browser.ask("GET", f"{house.intake}/buoc/dong"))
    assert page.path == "/can-bo/xac-nhan"
    page = browser.press(page, password=PASSWORD)

    assert page.path == f"{house.intake}/buoc/dong"


def test_nobody_registers_resets_or_is_remembered(house):
    browser = house.browser()

    for path in ("register", "reset", "dang-ky", "us-signin"):
        assert browser.ask("GET", f"/can-bo/{path}").status_code == 404
    response = browser.send(
        browser.open(SIGN_IN), email=email_of("city"), password=PASSWORD, remember="y"
    )
    cookies = response.headers.getlist("Set-Cookie")
    assert cookies
    assert all(cookie.startswith("__Host-enrol=") for cookie in cookies)
    assert not any("Expires" in cookie or "Max-Age" in cookie for cookie in cookies)


def test_json_is_answered_as_any_form_and_gives_no_token(house):
    browser = house.browser()
    page = browser.open(SIGN_IN)

    response = browser.ask(
        "POST",
        SIGN_IN,
        json={"email": email_of("city"), "password": PASSWORD},
        headers={"X-CSRFToken": page.offered()["csrf_token"]},
    )

    assert response.status_code == 303
    assert "json" not in response.content_type
    assert "token" not in response.text


def test_public_pages_touch_no_staff_session(house):
    response = house.browser().ask("GET", "/quy-dinh")

    assert response.headers.getlist("Set-Cookie") == []


def code_for(email, *, ago=0):
    secret = staff_row(email).tf_totp_secret
    totp: Totp = _security()._totp_factory
    return totp._totp.from_source(secret).generate(time.time() - ago).token


def _security():
    from flask import current_app

    return current_app.extensions["security"]


def set_up_second_step(browser):
    page = browser.open("/can-bo/ma-xac-thuc")
    page = browser.press(page, setup="authenticator")
    key = re.search(r"[A-Z2-7]{4}(-[A-Z2-7]{4})+", page.text)[0].replace("-", "")
    token = _security()._totp_factory._totp(key=key).generate().token
    return browser.press(page, code=token)


def test_the_second_step_is_set_up_and_asked_for(house):
    browser = house.signed_in("city")

    page = set_up_second_step(browser)
    assert "Đã thiết lập bước xác thực thứ hai." in page.text
    browser = house.browser()
    page = sign_in(browser, email=email_of("city"))

    assert page.heading == "Nhập mã từ ứng dụng xác thực"
    assert browser.ask("GET", "/dieu-hanh").status_code == 303  # the password alone opens nothing
    wrong = browser.press(page, code="000000")
    assert "Mã không đúng" in wrong.text
    page = browser.press(page, code=code_for(email_of("city")))
    assert page.path == "/dieu-hanh"


def test_a_recovery_code_opens_once(house):
    browser = house.signed_in("city")
    set_up_second_step(browser)
    page = browser.press(browser.open("/can-bo/ma-du-phong"))
    codes = [li.text for li in page.tree.iter("li") if li.get("class") == "code"]
    assert len(codes) == 8
    stored = staff_row(email_of("city")).mf_recovery_codes
    assert not any(code in stored for code in codes)

    for attempt, path in ((1, "/dieu-hanh"), (2, "/can-bo/nhap-ma-du-phong")):
        browser = house.browser()
        sign_in(browser, email=email_of("city"))
        page = browser.press(browser.open("/can-bo/nhap-ma-du-phong"), code=codes[0])
        assert page.path == path, attempt


def test_only_passkey_pages_run_a_script_and_only_ours(house):
    browser = house.signed_in("city")
    page = browser.open("/can-bo/khoa-truy-cap")
    policy = page.response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy

    response = browser.send(page, name="máy tính cơ quan", usage="first")
    assert 'data-passkey="register"' in response.text
    assert '<script src="/can-bo/khoa.js" defer></script>' in response.text
    assert "script-src" not in browser.ask("GET", "/dieu-hanh").headers["Content-Security-Policy"]


def test_a_passkey_sign_in_names_no_account(house):
    browser = house.browser()
    page = browser.open("/can-bo/dang-nhap-bang-khoa")

    known = browser.send(page, identity=email_of("city")).text
    assert "allowCredentials" not in known or "&#34;allowCredentials&#34;: []" in known


def test_the_account_page_leads_to_its_parts(house):
    page = house.signed_in("school").open("/can-bo/tai-khoan")

    with house.app.test_request_context():
        for endpoint in (
            "change_password",
            "two_factor_setup",
            "wan_register",
            "mf_recovery_codes",
        ):
            assert url_for(f"security.{endpoint}") in page.links()
