"""The school desk in a browser: the queue, one file, its steps, ticked files, documents."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select, update

from enrol.core.actors import Family
from enrol.services import documenting, preparing, registering, reviewing_many
from enrol.services.refusals import NotFound
from enrol.store.db import transaction
from enrol.store.tables.journal import journal
from enrol.store.tables.registrations import registrations
from enrol.store.tables.reviews import documents, holidays, info_requests, postponements
from tests.documents import A_JPEG, A_PDF, A_PNG
from tests.officers import register_child
from tests.web.staff import build_house
from tests.world import SECRET, full_answers, set_phase

pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples")


@pytest.fixture
def house(app):
    return build_house(app)


@pytest.fixture
def codes(house, adapters):
    return [register_child(house.world, number=number, adapters=adapters) for number in (1, 2, 3)]


@pytest.fixture
def ward(house):
    return house.signed_in("ward")


def queue_of(house):
    return f"{house.intake}/xet-duyet/{house.world.ward_id}"


def file_of(code):
    return f"/dieu-hanh/ho-so/{code}"


def status_of(code):
    with transaction() as tx:
        return tx.execute(
            select(registrations.c.status).where(registrations.c.code == code)
        ).scalar_one()


def actions_about(code):
    with transaction() as tx:
        return list(
            tx.execute(
                select(journal.c.action).where(journal.c.subject == code).order_by(journal.c.id)
            ).scalars()
        )


def step(browser, code, act, **typed):
    return browser.press(browser.open(f"{file_of(code)}/viec/{act}"), **typed)


def family(house, number=1):
    browser = house.browser()
    page = browser.open("/gia-dinh/dang-nhap")
    browser.press(page, pupil_code=f"{number:010}", secret=SECRET)
    return browser


def test_the_queue_finds_names_without_accents_in_any_order(house, ward, codes):
    found = ward.open(f"{queue_of(house)}?tim=dao+2+NGUYEN")

    assert codes[1] in found.text
    assert codes[0] not in found.text
    assert codes[2] in ward.open(f"{queue_of(house)}?tim={codes[2]}").text
    assert codes[0] in ward.open(f"{queue_of(house)}?tim=0000000001").text


@pytest.mark.parametrize("typed", ["%25", "_", "'", "%5C", "%25%25%25"])
def test_signs_of_a_pattern_find_nothing_and_break_nothing(house, ward, codes, typed):
    assert codes[0] not in ward.open(f"{queue_of(house)}?tim={typed}").text


def test_the_queue_filters_by_status_fact_and_due_date(house, ward, codes):
    step(ward, codes[0], "su-that?fact=permanent_in_zone", finding="contradicted:not_resident")
    step(ward, codes[1], "nhan")
    with transaction() as tx:
        tx.execute(
            update(registrations)
            .where(registrations.c.code == codes[2])
            .values(submitted_at=datetime.now(UTC) - timedelta(days=60))
        )

    def shown(query):
        text = ward.open(f"{queue_of(house)}?{query}").text
        return {code for code in codes if code in text}

    assert shown("trang-thai=eligible") == {codes[1]}
    assert shown("trang-thai=waiting") == {codes[0], codes[2]}
    assert shown("trang-thai=&ket-luan=contradicted") == {codes[0]}
    assert shown("trang-thai=&su-that=permanent_in_zone&ket-luan=declared") == {
        codes[1],
        codes[2],
    }
    assert shown("han=overdue") == {codes[2]}
    assert shown("han=soon") == set()


def test_pages_follow_each_other_by_code(house, ward, codes, monkeypatch):
    monkeypatch.setattr("enrol.services.review_queues.PAGE", 2)
    first = ward.open(queue_of(house))
    assert codes[2] not in first.text

    second = ward.open(f"{queue_of(house)}?after={codes[1]}")

    assert codes[2] in second.text
    assert codes[1] not in second.text
    assert f"after={codes[1]}" in "".join(first.links())


def test_a_school_sees_names_only_where_it_is_in_charge(house, adapters, codes):
    second = register_child(house.world, number=4, adapters=adapters, wishes=("S2", "S1"))
    school = house.signed_in("school")
    queue = f"/nha-truong/{house.world.intake_id}/{house.world.schools['S1']}/xet-duyet"

    own = school.open(queue)
    assert "Nguyễn Thị Đào 1" in own.text
    assert second not in own.text
    every = school.open(f"{queue}?nguyen-vong=tat-ca")
    assert second in every.text
    assert "Nguyễn Thị Đào 4" not in every.text
    assert second not in school.open(f"{queue}?nguyen-vong=tat-ca&tim=dao+4").text


def test_a_finding_is_shown_with_its_source_and_journalled(ward, codes):
    page = step(
        ward,
        codes[0],
        "su-that?fact=permanent_in_zone",
        finding="contradicted:not_resident",
        note="Hỏi công an phường",
    )

    assert page.path == file_of(codes[0])
    assert "Hỏi công an phường" in page.text
    assert "fact.contradicted" in actions_about(codes[0])


def test_nothing_chosen_comes_back_with_what_was_typed(ward, codes):
    page = step(ward, codes[0], "su-that?fact=permanent_in_zone", note="giữ lại")

    assert page.status == 422
    assert page.offered()["note"] == "giữ lại"


def test_the_family_is_asked_and_answers_with_a_photo(house, ward, codes):
    day = datetime.now(UTC) + timedelta(days=7)
    step(
        ward,
        codes[0],
        "hoi",
        asked_for="residence",
        message="Xin gửi ảnh giấy CT07 <b>",
        on_day=str(day.day),
        on_month=str(day.month),
        on_year=str(day.year),
    )
    assert status_of(codes[0]) == "needs_info"

    home = family(house)
    page = home.open("/gia-dinh/")
    assert "Xin gửi ảnh giấy CT07 <b>" in page.text
    page = home.open("/gia-dinh/giay-to")
    token = page.offered()["csrf_token"]
    answer = home.ask(
        "POST",
        "/gia-dinh/giay-to",
        data={
            "csrf_token": token,
            "about": "residence",
            "document": (BytesIO(A_JPEG), "ảnh.exe"),
        },
        content_type="multipart/form-data",
    )

    assert answer.status_code == 303
    assert status_of(codes[0]) == "verifying"
    assert "CT07" not in home.open("/gia-dinh/").text
    fetched = ward.ask("GET", f"{file_of(codes[0])}/giay-to/1")
    assert fetched.data == A_JPEG
    assert fetched.headers["Content-Type"] == "image/jpeg"
    assert fetched.headers["Content-Disposition"] == 'attachment; filename="giay-to-1.jpg"'
    assert fetched.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in fetched.headers["Content-Security-Policy"]
    assert actions_about(codes[0])[-1] == "document.read"


def test_a_family_answers_by_correcting_and_the_request_ends(house, ward, codes, adapters):
    day = datetime.now(UTC) + timedelta(days=7)
    step(
        ward,
        codes[0],
        "hoi",
        asked_for="correct_answers",
        message="Xin sửa nguyện vọng",
        on_day=str(day.day),
        on_month=str(day.month),
        on_year=str(day.year),
    )
    first = Family(child_id=1, secret_version=1)
    preparing.save_answers(
        actor=first,
        intake_id=house.world.intake_id,
        answers=full_answers(wishes=("S2",)),
    )
    registering.submit_registration(
        actor=first,
        intake_id=house.world.intake_id,
        submission_key=preparing.open_desk(actor=first).submission_key,
        secrets=adapters.secrets,
    )

    assert status_of(codes[0]) == "verifying"
    assert "Đã trả lời: đã sửa hồ sơ" in ward.open(file_of(codes[0])).text
    assert "Xin sửa nguyện vọng" not in family(house).open("/gia-dinh/").text


def test_documents_of_others_are_not_there(house, ward, codes):
    upload(ward, codes[0], A_PNG, "a.png")

    assert ward.ask("GET", f"{file_of(codes[1])}/giay-to/1").status_code == 404
    assert family(house, number=2).ask("GET", "/gia-dinh/giay-to/1").status_code == 404
    assert family(house, number=1).ask("GET", "/gia-dinh/giay-to/1").data == A_PNG


def upload(browser, code, data, name):
    token = browser.open(f"{file_of(code)}/giay-to").offered()["csrf_token"]
    return browser.ask(
        "POST",
        f"{file_of(code)}/giay-to",
        data={"csrf_token": token, "about": "other", "document": (BytesIO(data), name)},
        content_type="multipart/form-data",
    )


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<html><script>alert(1)</script>", "photo.jpg"),
        (b"GIF89a" + bytes(50), "photo.png"),
        (A_PNG[:-4], "torn.png"),
        (A_JPEG[:20], "torn.jpg"),
        (b"%PDF-1.4 nothing more", "a.pdf"),
        (b"", "empty.pdf"),
        (A_PDF[:9] + bytes(3000) + A_PDF[9:], "large.pdf"),
    ],
)
def test_what_is_no_document_is_refused_whatever_its_name(ward, codes, data, name, monkeypatch):
    monkeypatch.setattr(documenting, "MOST_BYTES", 2000)
    answer = upload(ward, codes[0], data, name)

    assert answer.status_code == 422
    with transaction() as tx:
        assert tx.execute(select(documents.c.id)).all() == []


def test_documents_lie_encrypted_and_the_same_one_once(app, ward, codes):
    for _ in range(2):
        assert upload(ward, codes[0], A_PDF, "đơn.pdf").status_code == 303

    [path] = app.extensions["enrol_settings"].documents_directory.iterdir()
    assert b"PDF" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


def test_a_photo_is_kept_without_where_it_was_taken(app, ward, codes):
    place = b"Exif\x00\x00GPS 21.028 105.85"
    tagged = A_JPEG[:2] + b"\xff\xe1" + (len(place) + 2).to_bytes(2, "big") + place + A_JPEG[2:]
    assert upload(ward, codes[0], tagged, "ảnh.jpg").status_code == 303

    with transaction() as tx:
        row = tx.execute(select(documents.c.name, documents.c.size, documents.c.sha256)).one()
    kept = app.extensions["enrol_adapters"].documents.read(name=row.name)
    assert kept == A_JPEG
    assert (row.size, row.sha256) == (len(A_JPEG), hashlib.sha256(A_JPEG).hexdigest())


def test_ticked_files_are_counted_before_anything_happens(house, ward, codes):
    step(ward, codes[2], "nhan")
    page = ward.open(f"{queue_of(house)}?trang-thai=")
    many = f"{house.intake}/nhieu-ho-so"
    token = page.offered(many)["csrf_token"]
    told = ward.ask(
        "POST",
        many,
        data={"csrf_token": token, "viec": "accept", "code": codes, "ve": queue_of(house)},
    )
    assert told.status_code == 200
    assert "Chấp nhận 2 hồ sơ?" in told.text
    assert codes[2] in told.text
    assert status_of(codes[0]) == "submitted"

    done = ward.ask(
        "POST",
        many,
        data={
            "csrf_token": token,
            "viec": "accept",
            "xac-nhan": "yes",
            "code": codes,
            "ho-so": [f"{codes[0]}:1", f"{codes[1]}:7"],
            "ve": "https://elsewhere.example/",
        },
    )

    assert done.status_code == 303
    assert "elsewhere" not in done.headers["Location"]
    assert [status_of(code) for code in codes] == ["eligible", "submitted", "eligible"]


def test_ticked_files_of_others_are_left_alone(house, codes):
    other = house.signed_in("other_ward")
    token = other.open("/can-bo/mat-khau").offered()["csrf_token"]
    answer = other.ask(
        "POST",
        f"{house.intake}/nhieu-ho-so",
        data={
            "csrf_token": token,
            "viec": "verify",
            "xac-nhan": "yes",
            "code": codes,
            "ho-so": [f"{code}:1" for code in codes],
        },
    )
    assert answer.status_code == 404
    assert status_of(codes[0]) == "submitted"


def test_a_refused_file_tells_its_family_why(house, ward, codes):
    step(ward, codes[0], "tu-choi", reason="duplicate", note="Xem hồ sơ kia")

    assert status_of(codes[0]) == "ineligible"
    page = family(house).open("/gia-dinh/")
    assert "Xem hồ sơ kia" in page.text
    step(ward, codes[0], "xem-lai")
    assert status_of(codes[0]) == "verifying"


@pytest.mark.parametrize("act", ["nhan", "hoi", "tu-choi", "chuyen-tuyen", "hen-lai"])
def test_no_step_works_on_a_frozen_list(house, ward, codes, act):
    set_phase(house.world, "closed")

    answer = ward.ask("GET", f"{file_of(codes[0])}/viec/{act}")

    assert answer.status_code == 303
    assert "viec/" not in "".join(ward.follow(answer).links())
    assert status_of(codes[0]) == "submitted"


def test_a_file_moves_to_the_right_zone_after_showing_what_happens(house, ward, codes):
    page = ward.open(f"{file_of(codes[0])}/viec/chuyen-tuyen?zone=T00103")
    assert "S9" in page.text or "Số 9" in page.text

    ward.press(page, reason="address_in_other_zone")

    with transaction() as tx:
        row = tx.execute(
            select(
                registrations.c.intake_zone_id,
                registrations.c.wishes,
                registrations.c.distances,
                registrations.c.facts,
            ).where(registrations.c.code == codes[0])
        ).one()
    assert row.intake_zone_id == house.elsewhere.intake_zone_id
    assert row.wishes == [house.elsewhere.school_id]
    assert len(row.distances) == 1
    assert row.facts["permanent_in_zone"]["value"] is False
    assert ward.ask("GET", file_of(codes[0])).status_code == 404
    assert house.signed_in("other_ward").ask("GET", file_of(codes[0])).status_code == 200
    assert "T00103" in family(house).open("/gia-dinh/").text


def test_a_due_date_is_postponed_once(house, ward, codes):
    done = step(ward, codes[0], "hen-lai", reason="Chờ công an xác minh")

    assert done.status == 200, done.text
    with transaction() as tx:
        row = tx.execute(select(postponements)).one()
    assert row.new_due_on > row.due_on
    assert "Chờ công an xác minh" in family(house).open("/gia-dinh/").text
    letter = ward.ask("GET", f"{file_of(codes[0])}/thu-xin-loi")
    assert letter.data.startswith(b"%PDF-")
    again = step(ward, codes[0], "hen-lai", reason="Lần nữa")
    assert again.status == 422
    with transaction() as tx:
        assert tx.execute(select(postponements.c.reason)).scalar_one() == "Chờ công an xác minh"


def test_a_holiday_moves_the_due_date(ward, codes):
    def due():
        return re.findall(r"Hạn trả lời (\S+)", ward.open(file_of(codes[0])).text)

    before = due()
    with transaction() as tx:
        for ahead in range(1, 30):
            day = (datetime.now(UTC) + timedelta(days=ahead, hours=7)).date()
            tx.execute(holidays.insert().values(on_date=day, name="Nghỉ"))

    assert len(before) == 1
    assert due() != before


def tick(browser, house, step, codes, **said):
    """Send the ticked files for a step, with what is said for all of them."""
    many = f"{house.intake}/nhieu-ho-so"
    page = browser.open(f"{queue_of(house)}?trang-thai=")
    token = page.offered(many)["csrf_token"]
    data = {"csrf_token": token, "viec": step, "code": codes, "ve": queue_of(house), **said}
    return browser.ask("POST", many, data=data)


def test_a_fact_is_marked_not_right_in_several_files_after_their_number_was_stated(
    house, ward, codes
):
    first = tick(ward, house, "contradict", codes)
    assert first.status_code == 200
    assert "Thông tin nào không đúng?" in first.text
    finding = {"gui": "yes", "fact": "permanent_in_zone", "reason": "not_resident"}
    wrong = tick(ward, house, "contradict", codes, **finding | {"reason": "not_at_school"})
    assert wrong.status_code == 422
    counted = tick(ward, house, "contradict", codes, **finding)
    assert f"không đúng trong {len(codes)} hồ sơ?" in counted.text
    assert {status_of(code) for code in codes} == {"submitted"}, "nothing happened yet"

    files = [f"{code}:1" for code in codes]
    sure = {"xac-nhan": "yes", "ho-so": files}
    assert tick(ward, house, "contradict", codes, **finding, **sure).status_code == 303

    assert {status_of(code) for code in codes} == {"verifying"}
    with transaction() as tx:
        query = select(registrations.c.facts["permanent_in_zone"]["status"])
        assert set(tx.execute(query).scalars()) == {"contradicted"}
        noted = select(journal.c.subject).where(journal.c.action == "fact.contradicted")
        assert sorted(tx.execute(noted).scalars()) == sorted(codes)
    again = tick(ward, house, "contradict", codes, **finding)
    assert "Không có gì để làm" in again.text or "trong 0 hồ sơ" in again.text


def test_several_families_are_asked_the_same_and_those_asked_already_are_left_out(
    house, ward, codes
):
    day = datetime.now(UTC).date() + timedelta(days=7)
    question = {
        "gui": "yes",
        "asked_for": "residence",
        "message": "Xin gửi ảnh giấy xác nhận cư trú.",
        "on_day": day.day,
        "on_month": day.month,
        "on_year": day.year,
    }
    empty = tick(ward, house, "ask", codes, gui="yes")
    assert empty.status_code == 422
    late = tick(ward, house, "ask", codes, **question | {"on_year": day.year + 1})
    assert late.status_code == 422
    assert "30 ngày làm việc" in late.text
    assert "giấy xác nhận cư trú" in late.text, "nothing typed is lost"
    counted = tick(ward, house, "ask", codes, **question)
    assert f"Hỏi gia đình của {len(codes)} hồ sơ?" in counted.text

    def sure(which):
        files = {"xac-nhan": "yes", "ho-so": [f"{code}:1" for code in which]}
        return tick(ward, house, "ask", which, **question, **files)

    assert sure(codes[:1]).status_code == 303
    assert sure(codes).status_code == 303
    assert {status_of(code) for code in codes} == {"needs_info"}
    with transaction() as tx:
        asked = tx.execute(select(info_requests.c.message, info_requests.c.answered_at)).all()
    assert asked == [("Xin gửi ảnh giấy xác nhận cư trú.", None)] * len(codes)


def test_a_file_of_another_version_or_ward_is_not_decided_together(house, ward, codes):
    finding = {"gui": "yes", "fact": "permanent_in_zone", "reason": "not_resident"}
    old = {"xac-nhan": "yes", "ho-so": [f"{code}:2" for code in codes]}
    tick(ward, house, "contradict", codes, **finding, **old)
    assert {status_of(code) for code in codes} == {"submitted"}
    with pytest.raises(NotFound):
        reviewing_many.contradict_ticked(
            actor=house.officers.other_ward,
            intake_id=house.world.intake_id,
            files=[(codes[0], 1)],
            fact="permanent_in_zone",
            reason="not_resident",
        )
