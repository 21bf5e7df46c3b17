"""A family reports an error, the ward corrects it, the city computes and publishes: as pages."""

import csv
from io import StringIO

import pytest
from sqlalchemy import select

from enrol.services import advancing, allocating, publishing
from enrol.store.db import transaction
from enrol.store.tables.corrections import corrections, error_reports
from enrol.store.tables.intakes import intakes, publication_requests
from tests.agreed import SECOND, let_the_minute_come
from tests.corrected import WARD, decide, final_run_ids, let_the_window_end, report
from tests.web.final import build_season
from tests.world import count_of

pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples")

OWN = "/gia-dinh/bao-sai-sot"
WORDS = "Hộ khẩu thường trú của cháu ở tổ 16A từ năm 2019."
CITY = "city@example.vn"


@pytest.fixture
def season(app, adapters):
    return build_season(app, adapters)


def to_the_last_page(parent, **changes):
    page = parent.press(parent.open(f"{OWN}/moi"), fact=changes.get("fact", "residence"))
    return parent.press(page, words=changes.get("words", WORDS))


def test_a_family_reports_page_by_page_and_reads_the_answer(season):
    parent = season.parent()
    assert OWN in parent.open("/gia-dinh/").links()

    page = parent.press(to_the_last_page(parent))

    assert (page.path, page.heading) == (OWN, "Đã nhận báo sai sót của Quý phụ huynh")
    assert "Đang chờ" in page.text or "Đang kiểm tra" in page.text
    assert f"{OWN}/moi" not in page.links()
    with transaction() as tx:
        row = tx.execute(select(error_reports)).one()
    assert (row.fact, row.words, row.reported_by) == ("residence", WORDS, None)


@pytest.mark.parametrize("words", ["", "x" * 1001])
def test_bad_input_comes_back_with_what_was_typed(season, words):
    parent = season.parent()

    page = to_the_last_page(parent, words=words)

    assert page.status == 422
    assert page.offered()["words"] == words
    assert count_of(error_reports) == 0


def test_a_page_that_was_open_too_long_says_so_and_loses_nothing(season):
    parent = season.parent()
    page = to_the_last_page(parent)
    let_the_window_end(season.drawn)

    page = parent.press(page)

    assert "Đã hết thời hạn báo sai sót" in page.text
    assert page.offered()["words"] == WORDS
    assert count_of(error_reports) == 0
    assert f"{OWN}/moi" not in parent.open(OWN).links()


def test_an_officer_in_charge_reports_for_the_family(season):
    ward = season.officer(WARD)
    address = f"/dieu-hanh/ho-so/{season.code}/bao-sai-sot"
    page = ward.press(ward.open(address))
    assert page.status == 422
    token = page.offered()["csrf_token"]
    sent = {"csrf_token": token, "fact": "zone", "words": WORDS}
    assert ward.ask("POST", address, data=sent).status_code == 303
    page = season.parent().open(OWN)

    assert "Cơ quan báo thay Quý phụ huynh" in page.text
    assert WORDS in page.text


def test_the_ward_corrects_a_fact_from_its_list(season):
    reported = report(season.code)
    ward = season.officer(WARD)
    address = f"/dieu-hanh/ho-so/{season.code}/bao-sai-sot/{reported.report_id}"
    assert address in ward.open(f"{season.intake}/sai-sot").links()
    page = ward.open(address)

    wrong = ward.press(page, outcome="corrected", reply="Đã kiểm tra", permanent_in_zone="yes")
    assert wrong.status == 422
    assert "Hãy chọn lý do sẽ được công bố" in wrong.text
    assert wrong.offered()["reply"] == "Đã kiểm tra"
    done = ward.press(wrong, reason="residence")

    assert "Đã sửa" in done.text
    with transaction() as tx:
        row = tx.execute(select(corrections)).one()
    assert '"permanent_in_zone":true' in row.entry
    assert '"permanent_in_zone":false' in row.before
    assert "Đã kiểm tra" in season.parent().open(OWN).text
    again = ward.press(page, outcome="kept", reply="Không")
    assert "Không có gì thay đổi" in again.text


def test_a_fact_that_stands_already_is_not_corrected(season):
    reported = report(season.code)
    ward = season.officer(WARD)
    page = ward.open(f"/dieu-hanh/ho-so/{season.code}/bao-sai-sot/{reported.report_id}")

    page = ward.press(page, outcome="corrected", reason="zone", reply="Đã kiểm tra")

    assert "Thông tin bên dưới đang được tính đúng như vậy" in page.text
    assert count_of(corrections) == 0


def test_the_city_ends_computes_compares_and_publishes(season):
    decide(season.drawn, report(season.code), permanent_in_zone=True, current_in_zone=True)
    city = season.officer(CITY)
    final = f"{season.intake}/ket-qua-chinh-thuc"
    assert f"{season.intake}/het-han-bao-sai-sot" in city.open(final).links()

    page = city.press(city.open(f"{season.intake}/het-han-bao-sai-sot"), reason="Đã đủ")
    assert page.path == final
    page = city.press(page)
    assert "Lượt tính chính thức của 3 tuyến đã bắt đầu" in page.text
    run_all(season.drawn)

    page = city.open(f"{season.intake}/khac-biet")
    assert season.code in page.text
    assert "Nguyễn" not in page.text.split("<main", 1)[-1].split("</main", 1)[0]
    lines = list(csv.reader(StringIO(city.ask("GET", f"{season.intake}/khac-biet.csv").text)))
    assert lines[0][0].lstrip("\ufeff") == "code"
    assert season.code in {line[0] for line in lines}

    page = city.open(f"{season.intake}/cong-bo-ket-qua")
    assert page.heading == "Đề nghị công bố kết quả chính thức"
    assert "Số học sinh thay đổi kết quả" in page.text
    city.press(page)
    second = season.officer(SECOND)
    page = second.open(f"{season.intake}/xac-nhan-cong-bo")
    assert "kết quả chính thức" in page.text
    second.press(page)
    with transaction() as tx:
        query = select(publication_requests.c.id).where(publication_requests.c.kind == "final")
        request_id = tx.execute(query).scalar_one()
    let_the_minute_come(request_id=request_id)
    publishing.publish_due(request_id=request_id)

    with transaction() as tx:
        assert tx.execute(select(intakes.c.phase)).scalar_one() == "final"
    assert "Đã công bố kết quả chính thức" in city.open(season.intake).text


def run_all(drawn) -> None:
    done: set[int] = set()
    while todo := [run_id for run_id in final_run_ids(drawn) if run_id not in done]:
        for run_id in todo:
            allocating.run_zone(run_id=run_id)
            advancing.advance(run_id=run_id)
            done.add(run_id)
