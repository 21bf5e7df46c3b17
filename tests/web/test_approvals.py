"""Pages where a second officer approves, and where the city chooses rules and wards."""

import pytest
from sqlalchemy import select, update

from enrol.core.priority import PRESETS, rules_hash
from enrol.services import planning, setting_up
from enrol.store.db import transaction
from enrol.store.tables.approvals import list_approvals, parked_seat_plans
from enrol.store.tables.intakes import intakes, seat_plans
from tests.officers import back_to_draft
from tests.web.conftest import sign_in as sign_in_family
from tests.web.staff import build_house, close_with
from tests.world import add_child, count_of, prepare

pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples")


@pytest.fixture
def house(app):
    return build_house(app)


@pytest.fixture
def planned(house):
    back_to_draft(house.world)
    return house


def ask_for_approvals(house):
    with transaction() as tx:
        tx.execute(update(intakes).values(needs_approvals=True))


def state(house, actor, *, seats=30):
    planning.change_seats(
        actor=actor,
        intake_id=house.world.intake_id,
        school_id=house.world.schools["S1"],
        seats=seats,
        classes=1,
        reason="Thêm phòng học",
    )


def test_the_city_chooses_rules_and_asks_for_approvals(planned):
    city = planned.signed_in("city")
    wanted = rules_hash(PRESETS["residence-2026"])
    page = city.open(f"{planned.intake}/quy-tac")
    assert wanted in page.text

    after = city.press(page, rules=wanted, needs_approvals="yes")

    assert "Đã lưu quy tắc của đợt tuyển sinh." in after.text
    assert wanted in after.text
    assert "Nội dung chờ duyệt" in after.text


def test_a_rule_set_that_does_not_exist_is_refused_and_nothing_typed_is_lost(planned):
    city = planned.signed_in("city")

    after = city.press(
        city.open(f"{planned.intake}/quy-tac"), rules="f" * 64, needs_approvals="yes"
    )

    assert after.response.status_code == 422
    assert "Chọn quy tắc" in after.text
    assert after.offered()["needs_approvals"] == "yes"


def test_a_stated_plan_holds_the_announcement_until_a_colleague_presses(planned):
    ask_for_approvals(planned)
    state(planned, planned.officers.ward)
    city = planned.signed_in("city")
    announce = f"{planned.intake}/buoc/cong-bo-dot"
    refused = city.press(city.open(announce))
    assert "Còn thiếu phê duyệt của cán bộ thứ hai: 1 chỉ tiêu" in refused.text
    own = planned.signed_in("ward").open(f"{planned.intake}/duyet")
    assert "Duyệt 1 chỉ tiêu" not in own.text

    page = city.open(f"{planned.intake}/duyet")
    assert "Duyệt 1 chỉ tiêu" in page.text
    after = city.press(page, action=f"{planned.intake}/duyet/chi-tieu")

    assert "Đã duyệt 1 chỉ tiêu." in after.text
    assert "Không thiếu phê duyệt nào" in after.text
    city.press(city.open(announce))
    with transaction() as tx:
        assert tx.execute(select(intakes.c.phase)).scalar_one() == "announced"


def test_a_school_proposes_its_seats_and_the_ward_approves_them(planned):
    address = f"/nha-truong/{planned.world.intake_id}/{planned.world.schools['S1']}"
    school = planned.signed_in("school")
    assert school.ask("GET", f"{address}/chi-tieu").status_code == 404
    ask_for_approvals(planned)
    [link] = [one for one in school.open(address).links() if one.endswith("/chi-tieu")]
    page = school.open(link)
    assert school.press(page, seats="70", classes="1").response.status_code == 422

    done = school.press(page, seats="70", classes="1", reason="Thêm một phòng học")

    assert "Đã gửi đề xuất chỉ tiêu." in done.text
    ward = planned.signed_in("ward")
    shown = ward.open(f"{planned.intake}/duyet")
    assert "Lý do: Thêm một phòng học" in shown.text
    assert "trên 35 học sinh một lớp" in shown.text
    after = ward.press(shown, action=f"{planned.intake}/duyet/chi-tieu")
    assert "Đã duyệt 1 chỉ tiêu." in after.text


def test_seats_changed_since_the_page_are_not_approved(planned):
    ask_for_approvals(planned)
    state(planned, planned.officers.ward)
    city = planned.signed_in("city")
    page = city.open(f"{planned.intake}/duyet")
    state(planned, planned.officers.ward, seats=34)

    after = city.press(page, action=f"{planned.intake}/duyet/chi-tieu")

    assert "chưa duyệt nội dung nào" in after.text
    assert count_of(seat_plans, seat_plans.c.approved_by.is_not(None)) == 0


def test_the_city_goes_on_with_a_reason(planned):
    ask_for_approvals(planned)
    state(planned, planned.officers.ward)
    city = planned.signed_in("city")
    page = city.open(f"{planned.intake}/duyet/khong-cho")
    assert "Tiếp tục dù thiếu 1 phê duyệt" in page.text
    assert city.press(page, reason=" ").response.status_code == 422

    after = city.press(page, reason="Người duyệt nghỉ ốm")

    assert "Người duyệt nghỉ ốm" in after.text
    assert "Tiếp tục khi chưa đủ phê duyệt" not in after.text.split("<h2>")[-1].split("</ul>")[-1]


def test_a_ward_approves_the_list_of_its_zone(house, adapters):
    close_with(house, adapters, children=2)
    ask_for_approvals(house)
    ward = house.signed_in("ward")
    page = ward.open(f"{house.intake}/duyet/tuyen/T00070")
    assert "Duyệt danh sách gồm 2 hồ sơ" in page.text

    after = ward.press(page)

    assert "Đã duyệt danh sách của tuyến T00070." in after.text
    assert count_of(list_approvals) == 1


def test_wards_are_chosen_after_a_preview_that_changes_nothing(planned):
    city = planned.signed_in("city")
    first = city.open(f"{planned.intake}/phuong-tham-gia")

    shown = city.press(first, ward=str(planned.world.ward_id))

    assert "1 phường, xã đăng ký như trước; 3 chỉ tiêu được tạm giữ: Phường Tây Hồ" in shown.text
    assert count_of(parked_seat_plans) == 0
    done = city.press(shown, ward=str(planned.world.ward_id))
    assert "0 phường, xã tham gia thêm và 1 phường, xã đăng ký như trước." in done.text
    assert count_of(parked_seat_plans) == 1


def test_families_of_a_ward_that_takes_no_part_read_so(house, adapters):
    back_to_draft(house.world)
    setting_up.choose_wards(
        actor=house.officers.city,
        intake_id=house.world.intake_id,
        taking_part=[house.elsewhere.ward_id],
    )
    with transaction() as tx:
        tx.execute(
            update(intakes).values(
                phase="announced", seed_commitment="0" * 64, sealed_seed=b"sealed"
            )
        )
    prepare(house.world, add_child(house.world, number=1, secrets=adapters.secrets))
    browser = house.browser()
    sign_in_family(browser)

    page = browser.open("/gia-dinh/dang-ky/nguyen-vong?zone=T00070")

    assert "Phường, xã của Quý phụ huynh đăng ký như trước." in page.text
