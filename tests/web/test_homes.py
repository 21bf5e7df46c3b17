"""Residence lists and warnings, as an officer's browser meets them."""

from io import BytesIO

import pytest

from enrol.services import flagging, preparing, registering
from tests.officers import register_child
from tests.residence_lists import children_of, filled, sheet_rows
from tests.web.staff import build_house
from tests.world import add_child, full_answers

pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples")


@pytest.fixture
def house(app):
    return build_house(app)


def bring(browser, house, content, name="list.csv"):
    page = browser.open(f"{house.intake}/cu-tru?phuong=00070")
    data = {"csrf_token": page.offered()["csrf_token"], "list": (BytesIO(content), name)}
    return browser.ask(
        "POST",
        f"{house.intake}/cu-tru?phuong=00070",
        data=data,
        content_type="multipart/form-data",
    )


def fetched(browser, house):
    response = browser.ask("GET", f"{house.intake}/cu-tru/00070/danh-sach")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert "attachment" in response.headers["Content-Disposition"]
    return sheet_rows(response.data)


def test_a_list_goes_out_comes_back_and_is_applied(house, adapters):
    code = register_child(house.world, number=1, adapters=adapters)
    browser = house.signed_in("ward")
    rows = fetched(browser, house)

    response = bring(browser, house, filled(rows, **{f"{code}_1": "Đúng", f"{code}_3": "Sai"}))
    page = browser.follow(response)
    assert "Ghi nhận 2 kết quả" in page.text
    assert code in page.text
    applied = browser.press(page, action=f"{page.path}/ap-dung")

    assert "Đã ghi nhận" in applied.text
    file = browser.open(f"/dieu-hanh/ho-so/{code}")
    assert "Sai" in file.text or "Không đúng" in file.text
    assert "2 kết quả đã ghi nhận" in browser.open(f"{house.intake}/cu-tru?phuong=00070").text


def test_bad_rows_are_told_by_line_and_nothing_is_kept(house, adapters):
    code = register_child(house.world, number=1, adapters=adapters)
    browser = house.signed_in("ward")
    rows = fetched(browser, house)
    line = rows.index(children_of(rows)[0]) + 1

    response = bring(browser, house, filled(rows, **{f"{code}_1": "ừ"}))

    assert response.status_code == 422
    assert "Kết quả phải là Đúng, Sai hoặc Không rõ" in response.text
    assert f">{line}<" in response.text
    browser.open("/dieu-hanh/cu-tru/1", expect=404)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "list.csv"),
        (b"not a workbook", "list.xlsx"),
        (b"x", "list.pdf"),
        (b"\xff\xfe", "a.csv"),
    ],
)
def test_a_file_that_is_no_list_is_told_calmly(house, content, name):
    browser = house.signed_in("ward")

    response = bring(browser, house, content, name)

    assert response.status_code == 422


def test_a_city_officer_chooses_the_ward(house, adapters):
    register_child(house.world, number=1, adapters=adapters)
    browser = house.signed_in("city")

    page = browser.open(f"{house.intake}/cu-tru")

    assert "Phường Hoàn Kiếm" in page.text
    assert any(link.endswith("cu-tru?phuong=00070") for link in page.links())


def test_a_warning_is_listed_shown_in_the_file_and_dismissed(house, adapters):
    family = add_child(house.world, number=1, secrets=adapters.secrets)
    answers = full_answers()
    answers["child"] |= {"personal_id": "901319000001"}
    preparing.save_answers(actor=family, intake_id=house.world.intake_id, answers=answers)
    registering.submit_registration(
        actor=family,
        intake_id=house.world.intake_id,
        submission_key=preparing.open_desk(actor=family).submission_key,
        secrets=adapters.secrets,
    )
    flagging.find_flags(intake_zone_id=house.world.intake_zone_id)
    browser = house.signed_in("ward")

    listed = browser.open(f"/can-bo/canh-bao/{house.world.intake_id}")
    assert "Số định danh không khớp" in listed.text
    code = next(link for link in listed.links() if "/ho-so/" in link)
    file = browser.open(code)
    action = next(
        form.get("action")
        for form in file.tree.iter("form")
        if "/canh-bao/" in (form.get("action") or "")
    )
    without = browser.press(file, action=action)
    assert "Xin ghi lý do" in without.text
    after = browser.press(without, action=action, reason="Đã xem giấy khai sinh")

    assert action not in [form.get("action") for form in after.tree.iter("form")]
