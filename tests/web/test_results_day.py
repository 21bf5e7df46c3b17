"""Results day: files under paths nobody can guess, without session and database on the way."""

import re

import pytest
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import Engine

from enrol.adapters.result_files import ResultFiles
from enrol.services import publishing
from enrol.services.ports import RenderedPage
from enrol.store.db import transaction
from enrol.web.parents.pictures import token_picture
from tests.agreed import publish
from tests.drawn import draw_intake
from tests.integration.test_allocating import allocate
from tests.integration.test_publishing import zone_runs
from tests.web.browser import Browser
from tests.world import SECRET, prepare


@pytest.fixture
def directory(app, tmp_path, monkeypatch):
    """Where the application looks for pages in this test."""
    settings = app.extensions["enrol_settings"]
    own = settings.model_copy(update={"results_directory": tmp_path})
    monkeypatch.setitem(app.extensions, "enrol_settings", own)
    return tmp_path


@pytest.fixture
def published(directory, adapters):
    """A published intake whose pages stand there."""
    made = draw_intake(zones_=2, children_=30, seats=11)
    allocate(made)
    publish(officer=made.officer, intake_id=made.intake_id)
    for run_id in zone_runs():
        publishing.render_zone(
            run_id=run_id,
            pages=ResultFiles(directory=directory),
            renderer=adapters.page_renderer,
            secrets=adapters.secrets,
        )
    return made


@pytest.fixture
def nothing_else(published, monkeypatch):
    """Neither the database nor a session can be had."""

    def refuse(*_arguments, **_names):
        raise AssertionError("a page of results asked for more than its file")

    monkeypatch.setattr(Engine, "connect", refuse)
    monkeypatch.setattr(Engine, "begin", refuse)
    monkeypatch.setattr(SecureCookieSessionInterface, "get_signing_serializer", refuse)


def result_path(drawn, adapters) -> str:
    return "/ket-qua/" + adapters.secrets.result_token(code=drawn.entries[0].code)


@pytest.mark.usefixtures("nothing_else")
def test_results_and_lists_need_neither_session_nor_database(published, browser, adapters):
    path = result_path(published, adapters)

    for address in (path, f"{path}.en", "/danh-sach/Z00-S1", "/danh-sach/phuong/00070.en",
                    "/ket-qua/" + "0" * 40, "/danh-sach/none"):  # fmt: skip
        answer = browser.ask("GET", address)
        assert answer.status_code in (200, 404), address
        assert "Set-Cookie" not in answer.headers
    assert browser.ask("GET", path).status_code == 200


@pytest.mark.usefixtures("nothing_else")
def test_the_negative_control_other_public_pages_do_ask(browser):
    assert browser.ask("GET", "/truong").status_code == 500


def test_a_page_leads_to_itself_in_the_other_language_without_query_or_cookie(
    published, browser, adapters
):
    page = browser.open(result_path(published, adapters))
    assert page.language == "vi"
    (other,) = [link for link in page.links() if link.endswith(".en")]

    page = browser.open(other)

    assert page.language == "en"
    assert any(link.endswith(".vi") for link in page.links())
    assert "/?lang=en" in page.links()  # the way home keeps the language
    assert browser.open(f"{other}?lang=vi").language == "vi"
    assert "Set-Cookie" not in page.response.headers


def test_the_page_of_a_ward_holds_every_admitted_code_once_and_no_name(published, browser):
    page = browser.open("/danh-sach/phuong/00070")

    codes = re.findall(r"\bAR\d{14}\w\b", page.text)
    with transaction() as tx:
        seated = tx.exec_driver_sql(
            "SELECT code FROM placements WHERE school_id IS NOT NULL"
        ).scalars()
        assert sorted(codes) == sorted(seated)
    assert "Nguyễn" not in page.text
    assert browser.open("/danh-sach/phuong/99999", expect=404).heading == "Chưa có kết quả"


def test_rehearsals_never_stand_in_the_public_lists(published, browser, directory):
    files = ResultFiles(directory=directory)
    about = b'{"is_rehearsal": true, "published_at": "2099-01-01T00:00:00+00:00"}'
    pages = [RenderedPage("about.json", about), RenderedPage("lists/Z00-S1.vi.html", b"TT")]
    files.write(intake="TT", edition="one", pages=pages)
    files.publish(intake="TT", edition="one")

    assert browser.ask("GET", "/danh-sach/Z00-S1").text != "TT"


def test_the_receipts_picture_opens_the_result_page(world, parent: Browser, family, adapters):
    prepare(world, family)
    page = parent.press(parent.open("/gia-dinh/gui-ho-so"))
    code = page.tree.find(".//p[@class='panel-code code']").text
    token = adapters.secrets.result_token(code=code)

    (picture,) = [
        img.get("src") for img in page.tree.iter("img") if "svg" in (img.get("src") or "")
    ]

    # That this is the address's QR code is proved in tests/unit/test_pictures.py.
    assert picture == token_picture(before="https://localhost/ket-qua/", token=token)
    assert SECRET not in page.text


def test_the_service_tells_how_far_the_pages_are(published):
    done = publishing.render_progress(actor=published.officer, intake_id=published.intake_id)

    assert (done.zones_written, done.zones_left) == (len(zone_runs()), 0)
    assert done.pages > 60
    assert done.last_at is not None
