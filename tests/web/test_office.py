"""The office's pages: an intake led by its buttons, from the announcement to publication."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text, update

from enrol.core.sealing import entry_from_json, list_hash
from enrol.services import advancing, allocating, bundling, closing, counting, publishing
from enrol.store import intakes as store_intakes
from enrol.store.db import transaction
from enrol.store.tables.accounts import Staff
from enrol.store.tables.intakes import publication_requests, seat_plans
from enrol.store.tables.journal import journal
from enrol.store.tables.outbox import outbox
from enrol.store.tables.registrations import drafts, frozen_entries
from enrol.store.tables.runs import runs
from tests.agreed import let_the_minute_come
from tests.officers import back_to_draft, civil_day, end_window, register_child, set_public_value_on
from tests.web.staff import build_house, close_with
from tests.world import add_child, prepare

VALUE = "86573"


@pytest.fixture
def house(app):
    return build_house(app)


@pytest.fixture
def city(house):
    return house.signed_in("city")


def intake_of(house):
    with transaction() as tx:
        return store_intakes.intake_of(tx, intake_id=house.world.intake_id)


def press_step(browser, house, address, **typed):
    page = browser.open(f"{house.intake}/buoc/{address}")
    return browser.press(page, **typed)


def buttons(page):
    return [a.text for a in page.tree.iter("a") if "act" in a.get("class", "").split()]


def draw(house, city, adapters):
    """Announce with a real seed, close early, and draw with two officers."""
    back_to_draft(house.world)
    press_step(city, house, "cong-bo-dot")
    codes = [register_child(house.world, number=n, adapters=adapters) for n in range(1, 6)]
    press_step(city, house, "dong", early="yes")
    set_public_value_on(house.world, civil_day(datetime.now(UTC)))
    city.press(city.open(f"{house.intake}/gia-tri"), public_value=VALUE, arose_later="yes")
    second = house.signed_in("city_second")
    second.press(
        second.open(f"{house.intake}/xac-nhan-gia-tri"), public_value=VALUE, arose_later="yes"
    )
    return codes


def run_everything(house):
    for stage in (1, 2):
        with transaction() as tx:
            found = tx.execute(select(runs.c.id).where(runs.c.stage == stage)).scalars().all()
        for run_id in found:
            allocating.run_zone(run_id=run_id)
            advancing.advance(run_id=run_id)


def appointed(at):
    """Let the second officer's account be made at an instant."""
    accounts = Staff.__table__
    second = accounts.c.email == "city2@example.vn"
    with transaction() as tx:
        tx.execute(update(accounts).where(second).values(appointed_at=text(at)))


def publish(house, city):
    """Let one officer ask, another confirm what both see, and the minute come."""
    wrong = city.press(city.open(f"{house.intake}/cong-bo-ket-qua"), objections="61")
    assert "Vui lòng nhập số ngày: số nguyên từ 1 đến 60" in wrong.text
    assert 'value="61"' in wrong.response.text, "what was typed stays"
    asked = city.press(wrong, objections="15")
    assert "Cần cán bộ thứ hai xác nhận." in asked.text
    assert buttons(asked) == ["Dừng công bố"]
    second = house.signed_in("city_second")
    shown = second.open(f"{house.intake}/xac-nhan-cong-bo")
    assert "gia đình có 15 ngày để khiếu nại" in shown.text
    appointed("clock_timestamp()")
    barred = second.open(f"{house.intake}/xac-nhan-cong-bo")
    assert "Tài khoản này được tạo sau khi có đề nghị nên không thể duyệt." in barred.text
    assert 'name="digest"' not in barred.response.text, "no button that would be refused"
    assert buttons(second.open(house.intake)) == ["Dừng công bố"]
    appointed("clock_timestamp() - interval '1 day'")
    agreed = second.press(shown)
    assert "Đã xác nhận. Kết quả sẽ được công bố lúc" in agreed.text
    with transaction() as tx:
        request_id = tx.execute(select(publication_requests.c.id)).scalars().all()[-1]
    let_the_minute_come(request_id=request_id)
    publishing.publish_due(request_id=request_id)
    return city.open(house.intake)


def test_the_desk_shows_the_intakes_of_the_reach(house, city):
    page = city.open("/dieu-hanh")

    assert "Tuyển sinh lớp 1 năm học 2026-2027" in page.text
    assert "Chủ trì" in page.text
    assert "Cán bộ thành phố: Thành phố Hà Nội" in page.text
    assert "Tham gia" in house.signed_in("ward").open("/dieu-hanh").text


def test_an_intake_is_led_from_the_draft_to_the_published_result(house, city, adapters):
    codes = draw(house, city, adapters)
    page = city.open(house.intake)
    assert buttons(page) == ["Bắt đầu xếp trường"]

    page = press_step(city, house, "xep-cho")
    assert "Đã bắt đầu xếp trường." in page.text
    assert "Đã xong 0 trên 2" in page.text
    run_everything(house)
    page = city.open(house.intake)
    assert "Đã xong 3 trên 3" in page.text
    assert buttons(page) == ["Đề nghị công bố kết quả dự kiến"]
    page = publish(house, city)

    assert "Đang tạo 0/2 tuyến" in page.text
    assert page.tree.find(".//progress").get("value") == "0"
    assert buttons(page) == []
    roll = city.open(f"{house.intake}/truong/{house.world.schools['S1']}")
    seated = [code for code in codes if code in roll.text]
    assert len(seated) == 2
    assert "nguyện vọng 1" in roll.text
    assert "Nguyễn Thị Đào" not in roll.text


def test_closing_over_prepared_registrations_is_told_with_what_to_do(house, city, adapters):
    for number in (1, 2):
        prepare(house.world, add_child(house.world, number=number, secrets=adapters.secrets))
    with transaction() as tx:
        tx.execute(update(drafts).values(submit_for_me=True))

    page = press_step(city, house, "dong", early="yes")

    assert "Danh sách chưa được chốt: còn 2 hồ sơ" in page.text
    assert intake_of(house).list_hash is None


def test_files_for_checking_that_cannot_be_made_are_told_with_what_to_do(house, city, adapters):
    draw(house, city, adapters)
    press_step(city, house, "xep-cho")
    run_everything(house)
    publish(house, city)
    with transaction() as tx:
        tx.execute(text("UPDATE cut_offs SET admitted = admitted + 1"))
        whole = tx.execute(update(outbox).values(attempts=9).returning(outbox.c.argument)).all()
    page = city.open(house.intake)
    assert "Đã bắt đầu 9 lần mà chưa xong." in page.text

    bundling.publish_bundle(run_id=max(whole)[0], files=adapters.bundles)

    page = city.open(house.intake)
    assert "Đã ngừng lập bộ tệp kiểm chứng lúc" in page.text
    assert "Việc cần làm:" in page.text
    assert "đang được lập" not in page.text
    told = city.open(f"{house.intake}/nhat-ky").text
    assert "Ngừng lập bộ tệp kiểm chứng" in told
    assert "khác biệt đầu tiên" in told


def test_the_confirm_page_says_what_will_happen_with_counts(house, city, adapters):
    register_child(house.world, number=1, adapters=adapters)
    counting.refresh_counters()

    page = city.open(f"{house.intake}/buoc/dong")

    assert page.heading == "Đóng trước thời hạn"
    assert "Không ai có thể thêm, sửa hoặc bỏ hồ sơ nào." in page.text
    assert ": 1." in page.text
    assert intake_of(house).phase.value == "announced"


def test_closing_early_needs_the_tick(house, city):
    page = press_step(city, house, "dong")

    assert page.status == 422
    assert "xin đánh dấu vào ô" in page.text
    assert intake_of(house).phase.value == "announced"


def test_closing_after_the_end_asks_for_no_tick(house, city):
    end_window(house.world)

    page = press_step(city, house, "dong")

    assert page.path == house.intake
    assert "Đã chốt danh sách." in page.text


def test_the_published_hash_is_the_one_anyone_recomputes(house, city, adapters):
    register_child(house.world, number=1, adapters=adapters)
    page = press_step(city, house, "dong", early="yes")

    with transaction() as tx:
        lines = tx.execute(select(frozen_entries.c.entry)).scalars().all()
    root = list_hash([entry_from_json(json.loads(line)) for line in lines]).hex()
    assert root in page.text
    assert intake_of(house).seed_commitment in page.text


def test_a_step_pressed_twice_is_told_calmly(house, city):
    other = house.signed_in("city_second")
    page = city.open(f"{house.intake}/buoc/mo")
    press_step(other, house, "mo")

    page = city.press(page)

    assert page.heading == "Chưa thể thực hiện bước này"
    assert "Đang mở đăng ký" in page.text


def test_a_step_lost_to_a_colleague_between_page_and_button(house, city, monkeypatch):
    """The phase changes after the page looked and before the step's own lock: the step refuses."""
    page = city.open(f"{house.intake}/buoc/mo")
    opened = closing.open_intake

    def a_colleague_is_faster(**names):
        opened(**{**names, "actor": house.officers.city_second})
        return opened(**names)

    monkeypatch.setattr(closing, "open_intake", a_colleague_is_faster)
    page = city.press(page)

    assert page.status == 422
    assert "Có thể đồng nghiệp đã làm trước." in page.text


@pytest.mark.parametrize("address", ["cong-bo-dot", "xep-cho", "lay-lai-gia-tri"])
def test_steps_of_other_phases_offer_no_button(house, city, address):
    page = city.open(f"{house.intake}/buoc/{address}")

    assert page.heading == "Chưa thể thực hiện bước này"
    assert not any(form.get("id") == "main-form" for form in page.tree.iter("form"))


def test_an_unknown_step_is_no_page(house, city):
    city.open(f"{house.intake}/buoc/xoa-het", expect=404)


def test_the_same_officer_does_not_get_the_second_form(house, city, adapters):
    close_with(house, adapters)
    set_public_value_on(house.world, civil_day(datetime.now(UTC)))

    page = city.press(city.open(f"{house.intake}/gia-tri"), public_value=VALUE, arose_later="yes")
    assert "Cần cán bộ thứ hai xác nhận." in page.text
    assert buttons(page) == ["Rút lại giá trị đã ghi"]
    page = city.open(f"{house.intake}/xac-nhan-gia-tri")

    assert "Anh/chị chưa thể thực hiện bước này." in page.text
    second = house.signed_in("city_second")
    assert buttons(second.open(house.intake)) == [
        "Xác nhận giá trị công khai và bốc thăm",
        "Rút lại giá trị đã ghi",
    ]


def test_a_mistyped_value_draws_nothing_and_keeps_what_was_typed(house, city, adapters):
    close_with(house, adapters)
    set_public_value_on(house.world, civil_day(datetime.now(UTC)))
    city.press(city.open(f"{house.intake}/gia-tri"), public_value=VALUE, arose_later="yes")
    second = house.signed_in("city_second")

    page = second.press(
        second.open(f"{house.intake}/xac-nhan-gia-tri"), public_value="86537", arose_later="yes"
    )

    assert page.status == 422
    assert "Hai giá trị khác nhau nên chưa bốc thăm." in page.text
    assert page.offered()["public_value"] == "86537"
    assert intake_of(house).phase.value == "closed"


def test_the_recorded_value_is_shown_to_nobody_who_confirms(house, city, adapters):
    """The second officer reads the publication, not the first officer's typing."""
    close_with(house, adapters)
    set_public_value_on(house.world, civil_day(datetime.now(UTC)))
    city.press(city.open(f"{house.intake}/gia-tri"), public_value=VALUE, arose_later="yes")
    second = house.signed_in("city_second")

    assert VALUE not in second.open(f"{house.intake}/xac-nhan-gia-tri").text
    assert VALUE not in second.open(house.intake).text
    assert VALUE not in second.open(f"{house.intake}/nhat-ky").text
    assert VALUE not in second.open(f"{house.intake}/buoc/lay-lai-gia-tri").text


def test_another_day_is_named_with_a_reason(house, city, adapters):
    close_with(house, adapters)
    page = city.open(f"{house.intake}/gia-tri-khac")

    wrong = city.press(page, on_day="31", on_month="2", on_year="2099", reason="")
    assert wrong.status == 422
    assert "Xin nhập ngày giá trị được công bố" in wrong.text
    page = city.press(wrong, on_day="1", on_month="3", on_year="2099", reason="Hoãn do bão")

    assert page.path == house.intake
    assert "01/03/2099" in page.text


def test_seats_are_stated_anew_with_a_reason(house, city):
    ward = house.signed_in("ward")
    address = f"{house.intake}/chi-tieu/{house.world.schools['S1']}"

    wrong = ward.press(ward.open(address), seats="bốn mươi", classes="-1", reason="")
    assert wrong.status == 422
    assert wrong.offered()["seats"] == "bốn mươi"
    assert "Xin nhập số chỉ tiêu" in wrong.text
    assert "Xin ghi lý do" in wrong.text
    page = ward.press(wrong, seats="1 240", classes="2", reason="thêm phòng học")

    assert page.path == f"{house.intake}/chi-tieu"
    assert "Đã lưu chỉ tiêu." in page.text
    assert "1.240" in page.text
    assert "thêm phòng học" in city.open(f"{house.intake}/nhat-ky").text


def test_the_seat_table_shows_first_wishes_from_the_snapshot(house, city, adapters):
    register_child(house.world, number=1, adapters=adapters, wishes=("S2",))
    before = city.open(f"{house.intake}/chi-tieu")
    counting.refresh_counters()

    after = city.open(f"{house.intake}/chi-tieu")

    assert "Số nguyện vọng 1 tính đến" not in before.text
    assert "Số nguyện vọng 1 tính đến" in after.text


def test_the_journal_turns_pages_by_its_own_numbers(house, city, monkeypatch):
    monkeypatch.setattr("enrol.services.overseeing.JOURNAL_PAGE", 3)
    for seats in range(3, 8):
        ward = house.world.schools["S1"]
        page = city.open(f"{house.intake}/chi-tieu/{ward}")
        city.press(page, seats=str(seats), reason="thử")

    first = city.open(f"{house.intake}/nhat-ky")
    [older] = [link for link in first.links() if "before=" in link]
    second = city.open(older)

    assert first.text.count("Thay đổi chỉ tiêu") == 3
    assert second.text.count("Thay đổi chỉ tiêu") == 2
    assert not any("before=" in link and "lang=" not in link for link in second.links())


def test_reading_a_file_is_in_the_journal_and_on_its_page(house, city, adapters):
    code = register_child(house.world, number=1, adapters=adapters)

    page = house.signed_in("ward").open(f"/dieu-hanh/ho-so/{code.lower()}")

    assert page.heading == code
    assert "Nguyễn Thị Đào 1" in page.text
    with transaction() as tx:
        [entry] = tx.execute(select(journal).where(journal.c.action == "file.read")).all()
    assert (entry.actor, entry.subject) == (house.officers.ward.label, code)
    assert "Xem hồ sơ một học sinh" in city.open(f"{house.intake}/nhat-ky").text


def test_the_language_switch_keeps_what_was_typed(house, city):
    page = city.open(f"{house.intake}/chi-tieu/{house.world.schools['S1']}")

    page = city.press(page, seats="77", reason="vì sao", lang="en")

    assert page.language == "en"
    assert page.offered()["seats"] == "77"
    assert page.heading == "Primary School 1"


@pytest.mark.parametrize(
    "path", ["", "/chi-tieu", "/nhat-ky", "/buoc/dong", "/buoc/mo", "/gia-tri", "/gia-tri-khac"]
)
def test_every_page_speaks_english_completely(house, city, path):
    page = city.open(f"{house.intake}{path}?lang=en")

    assert page.language == "en"
    assert "Đợt tuyển sinh" not in page.text


def test_a_ward_officer_sees_no_buttons_and_only_own_zones(house, city, adapters):
    draw(house, city, adapters)
    press_step(city, house, "xep-cho")

    page = house.signed_in("other_ward").open(house.intake)

    assert buttons(page) == []
    assert "T00103" in page.text
    assert "T00070" not in page.text


def test_starting_the_allocation_stages_work_and_computes_nothing(house, city, adapters):
    draw(house, city, adapters)

    press_step(city, house, "xep-cho")

    with transaction() as tx:
        staged = tx.execute(
            select(outbox.c.argument).where(outbox.c.job == "allocate_zone")
        ).scalars()
        assert set(staged) == set(tx.execute(select(runs.c.id)).scalars())
        assert set(tx.execute(select(runs.c.state)).scalars()) == {"pending"}


def test_who_has_no_seat_is_listed_for_the_own_zones_only(house, city, adapters):
    with transaction() as tx:
        tx.execute(seat_plans.update().values(seats=1))
        elsewhere = seat_plans.c.school_id == house.elsewhere.school_id
        tx.execute(seat_plans.update().where(elsewhere).values(seats=0))
    codes = draw(house, city, adapters)
    press_step(city, house, "xep-cho")
    city.open(f"{house.intake}/chua-co-cho", expect=404)  # nothing to see before all is computed
    run_everything(house)

    page = house.signed_in("ward").open(f"{house.intake}/chua-co-cho")
    other = house.signed_in("other_ward").open(f"{house.intake}/chua-co-cho")

    left = [code for code in codes if code in page.text]
    seated = []
    for school_id in house.world.schools.values():
        roll = city.open(f"{house.intake}/truong/{school_id}")
        seated += [code for code in codes if code in roll.text]
    assert len(left) == 2
    assert sorted(left + seated) == sorted(codes)
    assert "Mọi học sinh đều có chỗ" in other.text


def test_a_lost_token_loses_nothing_that_was_typed(house, city, adapters):
    close_with(house, adapters)
    set_public_value_on(house.world, civil_day(datetime.now(UTC)))
    page = city.open(f"{house.intake}/gia-tri")

    again = city.press(page, public_value=VALUE, arose_later="yes", csrf_token="old")

    assert again.status == 422
    assert "xin bấm nút thêm một lần nữa" in again.text
    assert again.offered()["public_value"] == VALUE
    assert city.press(again).path == house.intake


def test_a_rehearsal_is_marked_on_every_page(house, city):
    with transaction() as tx:
        tx.execute(store_intakes.intakes.update().values(kind="rehearsal"))

    for path in ("", "/chi-tieu", "/nhat-ky", "/buoc/dong"):
        assert "Chạy thử" in city.open(f"{house.intake}{path}").text
