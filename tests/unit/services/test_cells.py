"""Cells of import files: what they mean, and what is wrong with them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrol.services.import_rows.cells import Cells
from enrol.services.import_rows.children import agrees
from enrol.services.import_rows.tables import TABLES
from enrol.store.loading import staged


def cells(**values):
    return Cells(line=2, values=values)


def is_taken(row):
    return not row.reasons


@pytest.mark.parametrize("written", ["2020-05-07", "07/05/2020", "7/5/2020"])
def test_a_date_is_written_in_two_ways(written):
    row = cells(on=written)

    assert row.day("on") == date(2020, 5, 7)
    assert is_taken(row)


@pytest.mark.parametrize(
    "written",
    ["", "2020-5-7", "05-07-2020", "31/02/2020", "2020-02-30", "07.05.2020", "7/5/20", "1899-12-31",
     "20200507", "2020-05-07T00:00:00", "hôm nay"],
)  # fmt: skip
def test_anything_else_is_no_date(written):
    row = cells(on=written)

    row.day("on")

    assert not is_taken(row)


def test_an_instant_keeps_its_moment():
    vietnam = timezone(timedelta(hours=7))
    row = cells(at="2026-07-01T00:00:00+07:00", z="2026-06-30T17:00:00Z")

    assert row.instant("at") == datetime(2026, 7, 1, tzinfo=vietnam) == row.instant("z")
    assert row.instant("z") == datetime(2026, 6, 30, 17, tzinfo=UTC)
    assert is_taken(row)


@pytest.mark.parametrize("written", ["", "2026-07-01", "2026-07-01T00:00:00", "01/07/2026 00:00"])
def test_an_instant_needs_its_offset(written):
    row = cells(at=written)

    row.instant("at")

    assert not is_taken(row)


@pytest.mark.parametrize(
    "name",
    ["An", "Nguyễn Thị Ánh-Nguyệt", "H'Hen Niê", "H’Hen Niê", "Y Wơ̆r Ksơr", "Trần T. An", "Đỗ"],
)
def test_names_are_taken_as_they_are(name):
    row = cells(name=name)

    assert row.person("name") == name
    assert is_taken(row)


@pytest.mark.parametrize(
    "name", ["", "-", "=A1", "Nguyễn An 2", "An_Bình", "An (Cún)", "<b>An</b>", "a@b", "An" * 61]
)
def test_what_is_no_name_is_refused(name):
    row = cells(name=name)

    row.person("name")

    assert not is_taken(row)


@pytest.mark.parametrize("code", ["1", "00070", "T00070", "HN-L1-2026", "a.b_c-d", "x" * 40])
def test_codes(code):
    row = cells(code=code)

    assert row.code("code") == code
    assert is_taken(row)


@pytest.mark.parametrize(
    "code", ["", "a b", "../x", "a/b", "Đ1", "-x", ".x", "x" * 41, "a\n", "１２"]
)
def test_what_is_no_code_is_refused(code):
    row = cells(code=code)

    row.code("code")

    assert not is_taken(row)


@pytest.mark.parametrize(
    ("latitude", "longitude"), [("21.0285", "105.85"), ("21,0285", "105,85"), ("-1", "180")]
)
def test_points(latitude, longitude):
    row = cells(latitude=latitude, longitude=longitude)

    assert row.point(is_required=True) == (
        float(latitude.replace(",", ".")),
        float(longitude.replace(",", ".")),
    )
    assert is_taken(row)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [("105.85", "21.02"), ("21", ""), ("", "105"), ("x", "105"), ("nan", "1"), ("1e1", "1"),
     ("21.0", "181")],
)  # fmt: skip
def test_half_a_point_or_none_is_refused(latitude, longitude):
    row = cells(latitude=latitude, longitude=longitude)

    row.point(is_required=False)

    assert not is_taken(row)


@pytest.mark.parametrize(
    ("email", "is_one"),
    [
        ("Mai.Le+1@Truong.Example.vn", True),
        ("a@b.c", True),
        ("a@b", False),
        ("a b@c.d", False),
        ("a@b..c", False),
        ("a,b@c.d", False),
        ("a@b.c;d@e.f", False),
        (f"{'a' * 65}@b.c", False),
    ],
)
def test_email_addresses(email, is_one):
    row = cells(email=email)

    assert row.email("email") == email.lower()
    assert is_taken(row) is is_one


def test_lists_lose_what_is_empty_or_repeated():
    assert cells(names="Hàng Đào| |Hàng Gai|Hàng Đào|").items("names") == ["Hàng Đào", "Hàng Gai"]
    assert cells().items("names") == []


@pytest.mark.parametrize(
    ("personal_id", "sex", "born", "expected"),
    [
        ("001220123456", "male", date(2020, 1, 1), True),
        ("001320123456", "female", date(2020, 1, 1), True),
        ("001320123456", "male", date(2020, 1, 1), False),
        ("001319123456", "female", date(2020, 1, 1), False),
        ("001085123456", "male", date(1985, 1, 1), True),
        ("001185123456", "female", date(1985, 1, 1), True),
    ],
)
def test_a_personal_id_tells_sex_and_year(personal_id, sex, born, expected):
    assert agrees(personal_id=personal_id, birth_on=born, sex=sex) is expected


@given(st.text(max_size=30))
def test_no_text_breaks_a_cell(text):
    row = cells(x=text, latitude=text, longitude=text)

    for read in (row.day, row.instant, row.code, row.person, row.email, row.optional_phone):
        read("x")
    row.whole("x", most=10)
    row.items("x")
    row.point(is_required=True)

    assert all("\n" not in reason for reason in row.reasons)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_an_empty_row_is_refused_for_every_required_cell(table):
    """Refused, not crashed on; and each record fits the temporary table of its name."""
    from enrol.services.import_rows.codes import Codes
    from enrol.store.loading.codes import StoredCodes

    nothing = frozenset()
    row = cells()

    record = table.read(row, Codes(StoredCodes((), nothing, nothing, nothing, nothing)))

    assert {reason.split(":")[0] for reason in row.reasons} >= set(table.required)
    assert list(record._fields) == staged.TABLES[table.name].columns.keys()
