"""Open statistics as pages and as a file; the rating question and the office's table of answers."""

import csv
import io

import pytest

from enrol.services.summing_up import protected
from enrol.store import ratings as stored_ratings
from enrol.store import statistics as stored
from enrol.store.db import transaction
from enrol.store.statistics import SchoolCounts
from enrol.store.tables.ratings import rating_rights
from tests.objected import publish_result
from tests.officers import register_child
from tests.web.conftest import sign_in
from tests.web.staff import build_house
from tests.world import count_of, set_phase

pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples")

PLACED = {
    "S1": ((1, 1, 80), (1, 2, 12), (2, 1, 9)),
    "S2": ((1, 1, 71), (2, 2, 14), (3, 3, 2), (None, 4, 3)),
    "S3": ((1, 1, 3), (2, 1, 1)),
}


@pytest.fixture
def house(app):
    return build_house(app)


@pytest.fixture
def published(house):
    """Statistics of three schools: one with small parts, one that is small as a whole."""
    publication_id = publish_result(house.world, house.officers)
    whole, lines = protected(
        [
            SchoolCounts(school_id, 140, 100 + school_id, PLACED[code])
            for code, school_id in sorted(house.world.schools.items())
        ]
    )
    with transaction() as tx:
        stored.keep(
            tx,
            publication_id=publication_id,
            intake_id=house.world.intake_id,
            whole=whole,
            lines=lines,
        )
    return house


def numbers_of(page, heading):
    """The cells of the row with this heading."""
    for row in page.tree.iter("tr"):
        cells = list(row)
        if heading in "".join(cells[0].itertext()):
            return ["".join(cell.itertext()).split()[0] for cell in cells[1:]]
    raise AssertionError(heading)


def test_before_publication_there_are_none(house):
    page = house.browser().open("/thong-ke")

    assert "Chưa có số liệu" in page.text


def test_the_whole_adds_up_what_schools_show_and_says_what_it_leaves_out(published):
    page = published.browser().open("/thong-ke")

    assert "195 học sinh được xếp trường" in page.text
    pictures = [element for element in page.tree.iter() if element.get("role") == "img"]
    by_wish, by_band, _over_time = (picture.get("aria-label", "") for picture in pictures)
    assert by_wish.startswith("Nguyện vọng 1: 92; Nguyện vọng 2: 9;")
    assert by_wish.endswith("Ở các trường không công bố số này: 94")
    assert "Đối tượng 1: 89" in by_band


def test_a_ward_shows_its_schools_without_small_numbers(published):
    page = published.browser().open("/thong-ke/phuong/00070")

    assert numbers_of(page, "Số 1") == ["140", "101", "101", "92", "9", "0", "0"]
    # The small school goes, and with it the next greater one: 195 less 101 tells of both together.
    assert numbers_of(page, "Số 3") == ["140", "103", "–", "–", "–", "–", "–"]
    assert numbers_of(page, "Số 2") == ["140", "102", "–", "–", "–", "–", "–"]


def test_a_school_is_shown_intake_by_intake(published):
    page = published.browser().open("/thong-ke/truong/S1")

    assert page.heading == "Trường Tiểu học Số 1"
    assert numbers_of(page, "2026-2027") == ["140", "101", "101", "91%"]


@pytest.mark.parametrize(
    "path",
    [
        "/thong-ke/phuong/00000",
        "/thong-ke/truong/XX",
        "/thong-ke/tai-ve/XX.csv",
        "/thong-ke/tai-ve/HN-L1-2026",
        "/thong-ke/tai-ve/HN-L1-2026.xlsx",
    ],
)
def test_what_is_not_there_is_not_found(published, path):
    published.browser().open(path, expect=404)


def test_the_file_holds_the_same_with_empty_cells_for_what_is_hidden(published):
    response = published.browser().ask("GET", "/thong-ke/tai-ve/HN-L1-2026.csv")

    head, *rows = csv.reader(io.StringIO(response.get_data(as_text=True).lstrip("\ufeff")))
    assert response.mimetype == "text/csv"
    by_code = {row[4]: dict(zip(head, row, strict=True)) for row in rows}
    assert by_code["S1"]["admitted"] == "101"
    assert by_code["S1"]["wish_1"] == "92"
    assert by_code["S3"]["admitted"] == by_code["S3"]["wish_1"] == ""


@pytest.mark.parametrize(
    "path",
    [
        "/thong-ke",
        "/thong-ke/phuong/00070",
        "/thong-ke/truong/S1",
        "/thong-ke/tai-ve/HN-L1-2026.csv",
    ],
)
def test_anybody_on_the_way_may_keep_them(published, path):
    response = published.browser().ask("GET", path)

    assert response.headers["Cache-Control"] == "public, max-age=600"
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("path", ["/thong-ke", "/thong-ke/phuong/00070", "/thong-ke/truong/S1"])
def test_both_languages_small_and_without_a_script(published, path):
    browser = published.browser()

    assert browser.open(f"{path}?lang=en").language == "en"
    page = browser.open(f"{path}?lang=vi")
    assert page.compressed_size <= 10_000


@pytest.fixture
def parent(house, adapters):
    """A family whose results are final."""
    register_child(house.world, number=1, adapters=adapters)
    publish_result(house.world, house.officers, kind="final")
    with transaction() as tx:
        stored_ratings.give_rights(tx, intake_id=house.world.intake_id)
    browser = house.browser()
    sign_in(browser)
    return browser


def test_a_family_rates_once(parent):
    assert "/gia-dinh/danh-gia" in parent.open("/gia-dinh/").links()
    page = parent.open("/gia-dinh/danh-gia")

    page = parent.press(page, comment="Rất tốt")
    assert page.status == 422
    assert page.offered()["comment"] == "Rất tốt"
    page = parent.press(page, score="4", comment="x" * 501)
    assert (page.status, page.offered()["score"]) == (422, "4")
    page = parent.press(page, comment="Rất tốt")

    assert page.heading == "Xin cảm ơn Quý phụ huynh"
    assert count_of(rating_rights) == 0
    assert parent.open("/gia-dinh/danh-gia").heading == "Xin cảm ơn Quý phụ huynh"


def test_before_the_results_are_final_nobody_is_asked(parent, house):
    set_phase(house.world, "provisional")

    assert parent.follow(parent.ask("GET", "/gia-dinh/danh-gia")).path == "/gia-dinh/"


def test_the_running_month_is_not_shown_to_the_office(parent, house):
    parent.press(parent.open("/gia-dinh/danh-gia"), score="1")

    page = house.signed_in("ward").open(f"{house.intake}/hai-long")

    assert "Chưa có tháng nào" in page.text
