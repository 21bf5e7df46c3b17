"""A family asks for its data and for a correction; the ward answers; nobody else sees either."""

import io
import json
import zipfile

import pytest
from sqlalchemy import select, update

from enrol.core.actors import Family
from enrol.services import requesting_data
from enrol.services.refusals import NotFound
from enrol.store.data_requests import _HELD
from enrol.store.db import metadata, transaction
from enrol.store.tables.children import children
from enrol.store.tables.journal import journal
from enrol.store.tables.privacy import data_requests
from enrol.store.tables.reviews import holidays
from tests.officers import register_child
from tests.web.conftest import sign_in
from tests.web.staff import build_house
from tests.world import count_of

pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples")

OWN = "/gia-dinh/du-lieu"
INBOX = "/can-bo/du-lieu"
FAMILY = Family(child_id=1, secret_version=1)


@pytest.fixture
def house(app):
    return build_house(app)


@pytest.fixture
def code(house, adapters):
    return register_child(house.world, number=1, adapters=adapters)


@pytest.fixture
def parent(house, code):
    browser = house.browser()
    sign_in(browser)
    return browser


def actions():
    with transaction() as tx:
        return list(tx.execute(select(journal.c.action).order_by(journal.c.id)).scalars())


def file(kind="copy", words=""):
    requesting_data.file_own(actor=FAMILY, kind=kind, words=words)
    with transaction() as tx:
        return tx.execute(
            select(data_requests.c.id).order_by(data_requests.c.id.desc()).limit(1)
        ).scalar_one()


def test_a_copy_is_asked_for_answered_and_saved_by_the_family(house, parent, code):
    page = parent.press(parent.open(OWN), action=OWN, kind="copy")
    assert "Đã nhận đề nghị của gia đình." in page.text
    with pytest.raises(NotFound):
        requesting_data.own_copy(actor=FAMILY)

    ward = house.signed_in("ward")
    assert f"{INBOX}/1" in ward.open(INBOX).links()
    page = ward.press(ward.open(f"{INBOX}/1"), decision="yes", reply="Đã chuẩn bị.")
    assert "Bản sao đã sẵn sàng" in page.text

    held = requesting_data.own_copy(actor=FAMILY)
    assert held["children"][0]["full_name"] == "Nguyễn Thị Đào 1"
    assert held["registrations"][0]["code"] == code
    assert "data.request_read" in {entry["action"] for entry in held["journal"]}
    assert "secret_hash" not in held["family_secrets"][0]
    assert "salt" not in held["submissions"][0]
    assert "data.copy_fetched" in actions()
    assert "Tải bản sao" in parent.open(OWN).text


def test_the_archive_holds_both_files(house, code):
    file()
    requesting_data.answer_request(
        actor=house.officers.ward, request_id=1, reply="Xong.", grants=True
    )
    ward = house.signed_in("ward")
    token = ward.open(f"{INBOX}/1").offered()["csrf_token"]
    response = ward.ask("POST", f"{INBOX}/1/ban-sao", data={"csrf_token": token})

    with zipfile.ZipFile(io.BytesIO(response.data)) as archive:
        assert json.loads(archive.read("data.json"))["guardians"][0]["phone"] == "+84912345678"
        assert "Trần Văn Bình" in archive.read("data.html").decode()
    assert actions()[-1] == "data.handed_over"


def test_a_correction_keeps_before_after_and_reason(house, code):
    request_id = file("correction", "Tên đúng là Đào Anh")
    requesting_data.answer_request(
        actor=house.officers.ward,
        request_id=request_id,
        reply="Theo giấy khai sinh.",
        grants=True,
        field="full_name",
        value="Nguyễn Thị Đào Anh",
    )
    with transaction() as tx:
        name = tx.execute(select(children.c.full_name)).scalar_one()
        row = tx.execute(select(data_requests)).one()
        details = tx.execute(select(journal.c.detail).where(journal.c.action == "data.answered"))
        assert "Nguyễn" not in json.dumps(details.scalar_one(), ensure_ascii=False)
    assert name == row.after == "Nguyễn Thị Đào Anh"
    assert row.before == "Nguyễn Thị Đào 1"
    assert row.reply == "Theo giấy khai sinh."
    with pytest.raises(requesting_data.AlreadyAnswered):
        requesting_data.answer_request(
            actor=house.officers.ward, request_id=request_id, reply="x", grants=False
        )


@pytest.mark.parametrize(
    ("field", "value"), [("birth_on", "hôm qua"), ("sex", "male"), ("full_name", "")]
)
def test_a_value_that_will_not_do_changes_nothing(house, code, field, value):
    request_id = file("correction", "sai")
    with pytest.raises(requesting_data.NotThatValue):
        requesting_data.answer_request(
            actor=house.officers.ward,
            request_id=request_id,
            reply="x",
            grants=True,
            field=field,
            value=value,
        )
    assert count_of(data_requests, data_requests.c.answered_at.is_not(None)) == 0


def test_another_ward_and_schools_find_nothing(house, code):
    file()
    for kind in ("other_ward", "school", "nobody"):
        actor = getattr(house.officers, kind)
        for call in (requesting_data.request_page, requesting_data.hand_over):
            with pytest.raises(NotFound):
                call(actor=actor, request_id=1)
    assert requesting_data.inbox(actor=house.officers.other_ward).requests == ()
    assert len(requesting_data.inbox(actor=house.officers.city).requests) == 1


def test_the_clock_counts_working_days_without_holidays(house, code):
    file()
    with transaction() as tx:
        first = tx.execute(select(data_requests.c.due_on)).scalar_one()
        tx.execute(holidays.insert().values(on_date=first, name="Nghỉ lễ"))
        tx.execute(update(data_requests).values(kind="correction"))
    file()
    with transaction() as tx:
        dates = list(
            tx.execute(select(data_requests.c.due_on).order_by(data_requests.c.id)).scalars()
        )
    assert dates[1] > first


def test_pressed_twice_it_is_one(house, code):
    file()
    file()
    assert count_of(data_requests) == 1


def test_an_officer_files_for_a_family_that_knows_the_birth_date(house, code):
    ward = house.signed_in("ward")
    given = {"pupil_code": "0000000001", "kind": "copy"}
    page = ward.press(ward.open(INBOX), birth_on="2020-05-18", **given)
    assert (page.status, count_of(data_requests)) == (422, 0)
    assert page.offered()["pupil_code"] == "0000000001"
    ward.press(page, birth_on="2020-05-17", **given)
    assert count_of(data_requests) == 1


def test_every_table_about_a_child_is_in_the_copy():
    about = {
        table.name
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in ("children", "registrations")
    }
    assert about - set(_HELD) == set()
