"""Public pages: what anybody may read, the way to a result, and how little they weigh."""

import gzip
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
from flask import Flask
from sqlalchemy import update

from enrol.core.priority import PRESETS, rules_hash
from enrol.factory import create_app
from enrol.services import preparing, reading, registering
from enrol.store.db import transaction
from enrol.store.tables.intakes import intakes
from enrol.store.tables.units import units
from enrol.web.kept import Kept
from tests.web.browser import Browser
from tests.web.conftest import sign_in
from tests.world import SECRET, move_window, prepare, set_phase

PAGES = (
    "/",
    "/quy-dinh",
    "/truong",
    "/truong/00070",
    "/truong-hoc/S1",
    "/tim-truong",
    "/tim-truong?phuong=00070&to=16A",
    "/thu-tuc",
    "/du-lieu-ca-nhan",
    "/tiep-can",
    "/doi-tac",
)


@pytest.fixture
def code(world, family, adapters) -> str:
    """The code of a registration that was received."""
    prepare(world, family)
    receipt = registering.submit_registration(
        actor=family,
        intake_id=world.intake_id,
        submission_key=preparing.open_desk(actor=family).submission_key,
        secrets=adapters.secrets,
    )
    return receipt.lines.code


@pytest.fixture
def results(app: Flask) -> Path:
    """The directory of the edition that is served."""
    home = app.extensions["enrol_settings"].results_directory / "HN-L1-2026" / "current"
    home.mkdir(parents=True, exist_ok=True)
    return home


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_public_pages_touch_no_session_and_may_be_kept_a_minute(browser, world, path, language):
    browser.open(f"/?lang={language}")
    page = browser.open(path)

    assert page.language == language
    assert "Set-Cookie" not in page.response.headers
    assert page.response.headers["Cache-Control"] == "public, max-age=60"
    assert "Cookie" in page.response.headers["Vary"]


def test_public_pages_are_sent_small_to_whoever_can_unpack_them(browser, world):
    plain = browser.ask("GET", "/truong")
    small = browser.ask("GET", "/truong", headers={"Accept-Encoding": "gzip"})

    assert gzip.decompress(small.data) == plain.data
    assert len(small.data) < 0.6 * len(plain.data)
    assert "Accept-Encoding" in small.headers["Vary"]


@pytest.mark.parametrize("path", ["/", "/quy-dinh", "/truong"])
def test_without_an_announced_intake_the_pages_say_so(browser, app, path):
    page = browser.open(path)

    if path != "/truong":
        assert "chưa có đợt tuyển sinh nào" in page.text


@pytest.mark.parametrize(
    ("opens", "closes", "words"),
    [
        (timedelta(days=1), timedelta(days=4), "Bắt đầu nhận đăng ký lúc"),
        (timedelta(days=-1), timedelta(days=2), "Thời gian đăng ký kéo dài đến"),
        (timedelta(days=-4), timedelta(days=-1), "Đã hết hạn đăng ký lúc"),
    ],
)
def test_the_start_page_says_where_the_intake_stands(browser, world, opens, closes, words):
    now = datetime.now(UTC)
    move_window(world, opens_at=now + opens, closes_at=now + closes)

    page = browser.open("/")

    assert words in page.text
    assert "Đăng ký sớm hay muộn đều được xét như nhau." in page.text
    assert not list(page.tree.iter("form"))


def test_times_are_those_of_hanoi(browser, world):
    opens_at = datetime(2030, 6, 30, 17, 0, tzinfo=UTC)
    move_window(world, opens_at=opens_at, closes_at=opens_at + timedelta(days=3))

    assert "01/07/2030 00:00" in browser.open("/").text


def test_the_rules_are_the_ones_whose_hash_is_announced(browser, world):
    page = browser.open("/quy-dinh")

    assert rules_hash(PRESETS["hanoi-2018"]) in page.text
    assert "0" * 64 in page.text
    rows = [" ".join("".join(row.itertext()).split()) for row in page.tree.iterfind(".//tbody/tr")]
    assert rows[0].startswith("1 DT1Thường trú trong tuyến. Thực tế đang ở trong tuyến.")
    assert rows[3] == "4 DT4Tất cả học sinh còn lại."


@pytest.mark.parametrize("typed", ["hoan kiem", "Hoàn Kiếm", "HANG BAC", "hàng bạc"])
def test_wards_are_found_without_accents_and_by_old_names(browser, world, typed):
    with transaction() as tx:
        tx.execute(update(units).where(units.c.code == "00070").values(old_names=["Hàng Bạc"]))

    page = browser.open("/truong", query_string={"q": typed})

    assert "/truong/00070" in page.links()
    assert "/truong/00070" not in browser.open("/truong", query_string={"q": "Sóc Sơn"}).links()


def test_a_wards_page_shows_groups_schools_and_places(browser, world):
    page = browser.open("/truong/00070")

    assert "16A" in page.text
    assert "Trường Tiểu học Số 3" in page.text
    assert "Tuyến này có 6 chỉ tiêu" in page.text
    assert browser.open("/truong/99999", expect=404).heading == "Không có trang này"


def test_both_codes_lead_to_the_result(browser, code, adapters, results):
    token = adapters.secrets.result_token(code=code)
    page = browser.open(f"/tra-cuu?ma={code}")
    assert page.offered() == {"code": code, "secret": ""}

    response = browser.send(page, code=f"{code[:2].lower()} {code[2:]}", secret=SECRET.lower())

    assert response.status_code == 303
    assert response.headers["Location"] == f"/ket-qua/{token}"
    assert "Set-Cookie" not in response.headers
    assert browser.open(f"/ket-qua/{token}", expect=404).heading == "Chưa có kết quả"


def test_the_published_page_is_served_in_the_readers_language(browser, code, adapters, results):
    token = adapters.secrets.result_token(code=code)
    (results / token[:2]).mkdir()
    (results / token[:2] / f"{token}.vi.html").write_text("Kết quả", encoding="utf-8")
    (results / token[:2] / f"{token}.en.html").write_text("Result", encoding="utf-8")

    vietnamese = browser.ask("GET", f"/ket-qua/{token}")
    english = browser.ask("GET", f"/ket-qua/{token}?lang=en")

    assert vietnamese.text == "Kết quả"
    assert english.text == "Result"
    assert vietnamese.headers["Cache-Control"] == "no-store"


def test_lists_of_schools_are_served_once_they_are_published(browser, world, results):
    browser.open("/danh-sach/S1", expect=404)
    (results / "lists").mkdir(exist_ok=True)
    (results / "lists" / "S1.vi.html").write_text("AR…", encoding="utf-8")
    about = '{"is_rehearsal": false, "published_at": "2026-07-10T01:00:00+00:00"}'
    (results / "about.json").write_text(about, encoding="utf-8")

    response = browser.ask("GET", "/danh-sach/S1")

    assert response.text == "AR…"
    assert response.headers["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize(
    "path",
    ["/ket-qua/../../etc/passwd", "/ket-qua/..%2f..%2fx", "/ket-qua/" + "A" * 40,
     "/danh-sach/..%2f..%2fx", "/danh-sach/.hidden", "/static/..%2fenrol.css"],
)  # fmt: skip
def test_no_path_leads_out_of_the_published_files(browser, world, results, path):
    assert browser.ask("GET", path).status_code == 404


def test_a_wrong_secret_and_an_unknown_code_get_the_same_answer(browser, code):
    page = browser.open("/tra-cuu")

    wrong = browser.press(page, code=code, secret="9999-9999-9999-9999")
    unknown = browser.press(page, code="AR202607010000018", secret=SECRET)
    nonsense = browser.press(page, code="?", secret=SECRET)

    assert wrong.status == unknown.status == nonsense.status == 422
    assert wrong.text == unknown.text == nonsense.text


def test_guessing_secrets_of_one_code_ends_soon_and_never_shuts_its_family_out(browser, code):
    page = browser.open("/tra-cuu")
    for _attempt in range(10):
        assert browser.send(page, code=code, secret="wrong").status_code == 422

    assert browser.send(page, code=code, secret="wrong").status_code == 429
    assert browser.send(page, code=code, secret=SECRET).status_code == 303
    assert browser.send(page, code="AR202607010000018", secret=SECRET).status_code == 422


def test_guesses_are_not_readable_in_redis(browser, code, redis_url):
    browser.send(browser.open("/tra-cuu"), code=code, secret="wrong")

    with redis.Redis.from_url(redis_url) as connection:
        keys = [key.decode() for key in connection.scan_iter("*")]
    assert keys
    assert not any(code in key for key in keys)


def test_a_form_too_large_does_not_move_the_counting_out_of_redis(browser, code, redis_url):
    assert browser.ask("POST", "/tra-cuu", data={"code": "x" * 2_000_000}).status_code == 413
    browser.send(browser.open("/tra-cuu"), code=code, secret="wrong")

    with redis.Redis.from_url(redis_url) as connection:
        assert list(connection.scan_iter("*"))


def test_the_notice_is_read_once_in_a_few_seconds(app, world, monkeypatch):
    kept = Kept(read=reading.current_notice, seconds=60)
    monkeypatch.setattr(app, "testing", False)

    first = kept.now()
    with transaction() as tx:
        tx.execute(update(intakes).values(name="Đợt khác"))

    assert kept.now() is first
    monkeypatch.setattr(app, "testing", True)
    assert kept.now().window.name == "Đợt khác"


# What pages weigh


def test_the_first_visit_is_light_and_takes_three_requests(browser, world):
    page = browser.open("/")
    sheets = [
        link.get("href") for link in page.tree.iter("link") if link.get("rel") == "stylesheet"
    ]
    pictures = [link for link in page.tree.iter("link") if not link.get("href").startswith("/")]

    sizes = [page.compressed_size]
    for sheet in sheets:
        response = browser.ask("GET", sheet, headers={"Accept-Encoding": "gzip"})
        assert response.headers["Content-Encoding"] == "gzip"
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        sizes.append(len(response.data))

    assert len(sizes) == 3
    assert all(link.get("href").startswith("data:") for link in pictures)
    assert sum(sizes) <= 60_000


def test_later_pages_are_light(browser, world, family, adapters):
    sizes = {path: browser.open(path).compressed_size for path in (*PAGES, "/tra-cuu")}
    sign_in(browser)
    browser.press(browser.open("/gia-dinh/"), action="/gia-dinh/bat-dau")
    for path in ("", "thong-tin", "dang-ky/hoc-sinh", "dang-ky/nguyen-vong", "gui-ho-so"):
        sizes[path] = browser.open(f"/gia-dinh/{path}").compressed_size

    assert max(sizes.values()) <= 10_000, sizes


def test_style_sheets_also_have_a_name_that_outlives_a_release(browser, app):
    response = browser.ask("GET", "/static/enrol.css")

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert browser.ask("GET", "/static/enrol.0123456789ab.css").status_code == 404


def test_an_office_puts_its_own_colour_and_emblem(settings, tmp_path):
    (tmp_path / "emblem.svg").write_text("<svg/>", encoding="utf-8")
    own = settings.model_copy(update={"accent": "#7a1f1f", "emblem": tmp_path / "emblem.svg"})
    browser = Browser(create_app(own).test_client())

    page = browser.open("/tiep-can")

    emblem = page.tree.find(".//img[@class='emblem']").get("src")
    response = browser.ask("GET", emblem)
    assert (response.text, response.mimetype) == ("<svg/>", "image/svg+xml")
    assert "--accent: #7a1f1f;" in browser.ask("GET", "/static/enrol.css").text


def test_the_files_for_checking_are_offered_once_they_are_published(browser, world, app):
    files = app.extensions["enrol_adapters"].bundles
    assert not any("/kiem-chung/" in link for link in browser.open("/quy-dinh").links())
    offered = files.publish(intake="HN-L1-2026", members={"a.txt": b"a"})

    links = [link for link in browser.open("/quy-dinh").links() if "/kiem-chung/" in link]

    assert links == ["/kiem-chung/HN-L1-2026.zip", "/kiem-chung/verify.pyz"]
    for link, file in zip(links, offered, strict=True):
        with browser.ask("GET", link) as response:
            assert response.data == file.path.read_bytes()
            assert hashlib.sha256(response.data).hexdigest() == file.sha256
            assert len(response.data) == file.size
    for name in ("HN-L1-2025.zip", "..%2f..%2fx", "other.zip"):
        assert browser.ask("GET", f"/kiem-chung/{name}").status_code == 404


def test_pages_need_no_script_and_no_other_server(browser, world):
    for path in PAGES:
        text = browser.open(path).response.text
        assert "<script" not in text
        assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
        assert "https://" not in text


def test_a_rehearsal_never_becomes_the_current_intake(browser, world):
    with transaction() as tx:
        tx.execute(update(intakes).values(kind="rehearsal"))

    assert "chưa có đợt tuyển sinh nào" in browser.open("/").text


def test_results_are_announced_on_the_start_page(browser, world, family):
    set_phase(world, "provisional")

    assert "Kết quả đã được công bố." in browser.open("/").text


def test_two_browsers_do_not_share_a_language(app, world):
    one, other = Browser(app.test_client()), Browser(app.test_client())

    one.open("/?lang=en")

    assert one.open("/").language == "en"
    assert other.open("/").language == "vi"
