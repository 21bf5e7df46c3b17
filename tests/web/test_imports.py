"""The pages of imports: choosing files, reading the preview and the bad rows, applying."""

import re

import pytest

from enrol.services import loading_uploads
from enrol.web.office.import_reasons import REASONS
from enrol.web.office.import_words import reason_words
from tests.office_files import office_tables
from tests.web.staff import PASSWORD, build_house

PATH = "/dieu-hanh/nhap-tep"
ROW = office_tables()["children"][0] | {"current_group": "VP4", "sibling_school_code": "S1"}

pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples")


@pytest.fixture
def house(app):
    return build_house(app)


def csv_of(*rows):
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def bring(browser, *files, table="", token=None):
    """Send files as a browser does; the body is put together here, without temporary files."""
    token = token or browser.open(PATH).offered()["csrf_token"]
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in (("csrf_token", token), ("table", table))
    ]
    for name, body in files:
        head = f'--b\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        parts += [head.encode(), body, b"\r\n"]
    return browser.ask(
        "POST",
        PATH,
        data=b"".join([*parts, b"--b--\r\n"]),
        content_type="multipart/form-data; boundary=b",
    )


def test_a_ward_brings_children_reads_and_applies(house, adapters):
    browser = house.signed_in("ward")
    response = bring(browser, ("Danh sách.csv", csv_of(ROW)), table="children")
    assert response.status_code == 303, response.text
    address = response.headers["Location"]
    assert browser.open(address).response.headers["Refresh"] == "3"

    loading_uploads.check_import(import_id=1, folders=adapters.uploads)
    page = browser.open(address)
    assert "Áp dụng: ghi 4 dòng" in page.text  # the child, two residences, a guardian
    page = browser.press(page, action=f"{address}/ap-dung")
    assert "Chờ áp dụng" in page.text, page.text[:3000]
    loading_uploads.apply_import(import_id=1, folders=adapters.uploads)
    assert "Đã áp dụng" in browser.open(address).text


def test_bad_rows_are_named_in_the_officers_language(house, adapters):
    browser = house.signed_in("ward")
    bad = ROW | {"sex": "x", "birth_on": "32/01/2020", "personal_id": "12"}
    bring(browser, ("children.csv", csv_of(ROW, bad)))
    loading_uploads.check_import(import_id=1, folders=adapters.uploads)

    page = browser.open(f"{PATH}/1")

    assert "children.csv" in page.text
    assert "birth_on: không phải ngày" in page.text
    assert "sex: phải là một trong các từ: male, female" in page.text
    assert "personal_id: phải có 12 chữ số" in page.text
    english = browser.open(f"{PATH}/1?lang=en")
    assert "personal_id: must be 12 digits" in english.text


def test_bad_rows_are_fetched_as_one_file(house, adapters, monkeypatch):
    monkeypatch.setattr("enrol.services.uploading.FAULTS_A_PAGE", 1)
    browser = house.signed_in("ward")
    bad = ROW | {"sex": "x", "birth_on": "32/01/2020", "personal_id": "12"}
    bring(browser, ("children.csv", csv_of(ROW, bad, bad)))
    loading_uploads.check_import(import_id=1, folders=adapters.uploads)

    response = browser.ask("GET", f"{PATH}/1/loi.csv")

    assert f"{PATH}/1/loi.csv" in browser.open(f"{PATH}/1").links()
    assert response.mimetype == "text/csv"
    assert response.headers["Cache-Control"] == "no-store"
    head, *lines = response.data.decode("utf-8-sig").splitlines()
    assert head.startswith("Tệp,Dòng,Loại,")
    assert len(lines) == 2
    assert lines[0].startswith("children.csv,3,Dòng lỗi,")
    assert "personal_id: phải có 12 chữ số" in lines[0]
    assert house.signed_in("other_ward").ask("GET", f"{PATH}/1/loi.csv").status_code == 404


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ((), "Xin chọn ít nhất một tệp"),
        ((("staff.csv", b"email\n"),), "không phải tên bảng"),
        ((("../../children.exe", b"x"),), "không phải tên bảng"),
        ((("children.csv", b"a\n"), ("children.xlsx", b"b\n")), "Có hai tệp cùng một bảng"),
    ],
)
def test_what_cannot_be_brought_is_said(house, files, told):
    response = bring(house.signed_in("ward"), *files)

    assert response.status_code == 422
    assert told in response.text


def test_an_officer_may_send_more_than_a_family_and_not_without_end(house, monkeypatch):
    browser = house.signed_in("ward")
    large = b"pupil_code\n" + b"9000000001\n" * 150_000

    assert bring(browser, ("children.csv", large)).status_code == 303
    view = house.app.view_functions["office.imports"]
    monkeypatch.setattr(view, "most_bytes", 1_000_000)
    assert bring(browser, ("children.csv", large)).status_code == 413


def test_a_stranger_sends_no_large_file(house):
    response = bring(house.browser(), ("children.csv", b"x" * 2_000_000), token="x")

    assert response.status_code == 413


def test_every_known_reason_is_found_and_spoken(app):
    with app.test_request_context("/?lang=vi"):
        for reason in REASONS:
            values = dict.fromkeys(re.findall(r"%\((\w+)\)s", reason), "x1")
            english = reason % values
            assert reason_words(english) != english, reason
        both = "sex: must not be empty; birth_on: is no date; write YYYY-MM-DD or DD/MM/YYYY"
        assert reason_words(both) == (
            "sex: không được để trống; birth_on: không phải ngày; xin viết YYYY-MM-DD hoặc"
            " DD/MM/YYYY"
        )
        assert reason_words("something new") == "something new"


def test_who_signed_in_long_ago_says_again_who_they_are(house, adapters):
    browser = house.signed_in("ward")
    bring(browser, ("children.csv", csv_of(ROW)))
    loading_uploads.check_import(import_id=1, folders=adapters.uploads)
    page = browser.open(f"{PATH}/1")
    with browser.client.session_transaction(base_url="https://localhost") as session:
        session["fs_paa"] = 0

    page = browser.press(page, action=f"{PATH}/1/ap-dung")

    assert page.path == "/can-bo/xac-nhan" or "password" in page.text
    page = browser.press(page, password=PASSWORD)
    assert page.path == f"{PATH}/1"
