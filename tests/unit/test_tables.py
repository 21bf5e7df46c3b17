"""Tables from an office: what is read, what is refused, and that every fault names its line."""

import csv
import datetime as dt
import io
import unicodedata
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from enrol.adapters import workbook_scan
from enrol.adapters.records import UnreadableFileError
from enrol.adapters.tables import BadRow, Row, read_table
from enrol.core.names import clean_text


def read(path: Path) -> tuple[list[Row], list[BadRow]]:
    faults: list[BadRow] = []
    return list(read_table(path=path, report=faults.append)), faults


def read_csv(folder: Path, content: bytes | str) -> tuple[list[Row], list[BadRow]]:
    path = folder / "zones.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path)


def workbook(folder: Path, *rows: list[object], zeros: str = "00000") -> Path:
    """Write a sheet whose negative whole numbers stand for zero-padded ones."""
    path = folder / "zones.xlsx"
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"})
    sheet, padded = book.add_worksheet(), book.add_format({"num_format": zeros})
    for line, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, int) and not isinstance(value, bool) and value < 0:
                sheet.write_number(line, column, -value, padded)
            elif isinstance(value, str):
                sheet.write_string(line, column, value)
            elif value is not None:
                sheet.write(line, column, value)
    book.add_worksheet().write(0, 0, "not this sheet")
    book.close()
    return path


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("comma", [",", ";"])
def test_csv_dialects_read_the_same(tmp_path: Path, mark: bytes, end: str, comma: str) -> None:
    lines = [
        '"code"|name|address',
        '00004|Ba Đình|"Số 5, ngõ ""Gạch""; tổ 1"',
        "",
        "00008|Ngọc Hà|",
    ]
    text = end.join(line.replace("|", comma) for line in lines) + end

    rows, faults = read_csv(tmp_path, mark + text.encode())

    assert not faults
    assert rows == [
        (2, {"code": "00004", "name": "Ba Đình", "address": 'Số 5, ngõ "Gạch"; tổ 1'}),
        (4, {"code": "00008", "name": "Ngọc Hà", "address": ""}),
    ]


def test_semicolons_inside_quotation_marks_do_not_decide(tmp_path: Path) -> None:
    rows, faults = read_csv(tmp_path, 'code,"a;b;c"\n1,2\n')

    assert not faults
    assert rows == [(2, {"code": "1", "a;b;c": "2"})]


def test_last_line_may_lack_its_end_and_rows_of_nothing_are_left_out(tmp_path: Path) -> None:
    rows, faults = read_csv(tmp_path, "code;name\n;\n00004;Ba Đình\n;;\n;")

    assert rows == [(3, {"code": "00004", "name": "Ba Đình"})]
    assert not faults


def test_a_row_over_several_lines_is_known_by_its_first(tmp_path: Path) -> None:
    rows, faults = read_csv(tmp_path, 'code,name\n1,"Ba\r\nĐình"\n2,x,y\n3,z\n')

    assert rows == [(2, {"code": "1", "name": "Ba Đình"}), (5, {"code": "3", "name": "z"})]
    assert faults == [BadRow("zones.csv", 4, "3 fields where the heading names 2")]


def test_every_bad_row_is_named_and_the_good_ones_are_read(tmp_path: Path) -> None:
    rows, faults = read_csv(tmp_path, 'code,name\n1\n2,"b"x\n3,c\n4,d,e\n')

    assert [row.values["code"] for row in rows] == ["3"]
    assert [str(fault).split(": ")[0] for fault in faults] == [
        "zones.csv:2",
        "zones.csv:3",
        "zones.csv:5",
    ]
    assert str(faults[0]) == "zones.csv:2: 1 fields where the heading names 2"


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"", 1, "the file is empty"),
        (b"\ncode,name\n", 1, "the first row must name the columns"),
        (b"code,,name\n1,2,3\n", 1, "column 2 has no name"),
        (b"code,name, code\n1,2,3\n", 1, "column 'code' stands there twice"),
        (b"code\tname\n1\t2\n", 1, "tabs"),
        ("code,name\n1,Đình\n".encode("utf-16"), 1, "UTF-16"),
        ("code,name\n1,Đình\n".encode("utf-16-be"), 1, "NUL byte"),
        ("\ufeffcode,name\n".encode("utf-16-be"), 1, "UTF-16"),
        (b"code,name\n1,a\x00b\n", 2, "NUL byte"),
        ("code,name\n1,a\n2,Hòn Đất\n".encode("cp1258", "replace"), 3, "windows-1258"),
        (b'code,name\n1,"a\n2,b\n', 2, "quotation mark"),
        (b'code,name\n1,"' + b"x" * 140_000 + b"\n2,b\n", 2, "quotation mark"),
        (b"code,name\r1,a\r2,b\r", 1, "bare CR"),
        (b"PK\x03\x04whatever", 1, "Excel workbook"),
        (b"\xd0\xcf\x11\xe0whatever", 1, "old Excel workbook"),
        (b"code,name\n1,a\n" + b"x" * 10_000_001, 3, "10 MB"),
    ],
)
def test_unreadable_csv_is_refused_with_its_line(
    tmp_path: Path, content: bytes, line: int, reason: str
) -> None:
    _, faults = read_csv(tmp_path, content)

    assert [fault.line for fault in faults] == [line]
    assert reason in faults[0].reason


def test_no_fault_repeats_what_stands_in_the_row(tmp_path: Path) -> None:
    _, faults = read_csv(tmp_path, 'code,name\nNguyễn,Văn,An\n"Nguyễn"Văn,An\nx,"Nguyễn\n')

    assert len(faults) == 3
    assert not any("Nguyễn" in str(fault) for fault in faults)


def test_values_and_names_are_cleaned(tmp_path: Path) -> None:
    name = unicodedata.normalize("NFD", "Nguyễn Thị Ấn")

    rows, _ = read_csv(tmp_path, f"\u200b code ,na\u00a0me\n \u200e00004 , {name}\u00ad\t\n")

    assert rows == [(2, {"code": "00004", "na me": "Nguyễn Thị Ấn"})]


def test_workbook_cells_become_the_texts_an_officer_sees(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        ["code", "seats", "latitude", "tiny", "on", "at", "yes", "group", "id"],
        ["00004", 35, 21.0387, 1e-7, dt.date(2020, 1, 2), None, True, -4, 901220123456],
        [None] * 9,
        ["  \u200bVP4", 0, -0.5, 100.0, None, None, False, -123456, None],
    )

    rows, faults = read(path)

    assert not faults
    assert [row.line for row in rows] == [2, 4]
    assert list(rows[0].values.values()) == [
        "00004", "35", "21.0387", "0.0000001", "2020-01-02", "", "TRUE", "00004", "901220123456",
    ]  # fmt: skip
    assert list(rows[1].values.values()) == [
        "VP4", "0", "-0.5", "100", "", "", "FALSE", "123456", "",
    ]  # fmt: skip


def test_workbook_instants_are_iso(tmp_path: Path) -> None:
    path = tmp_path / "zones.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["at", "hour", "long"])
        formats = ["yyyy-mm-dd hh:mm:ss", "hh:mm", "[h]:mm"]
        values = [
            dt.datetime(2026, 7, 1, 8, 30),  # noqa: DTZ001 - cells know no zone
            dt.time(8, 30),
            dt.timedelta(days=1, hours=2),
        ]
        for column, (value, shown) in enumerate(zip(values, formats, strict=True)):
            sheet.write_datetime(1, column, value, book.add_format({"num_format": shown}))

    rows, faults = read(path)

    assert not faults
    assert rows[0].values == {
        "at": "2026-07-01T08:30:00",
        "hour": "08:30:00",
        "long": "1 day, 2:00:00",
    }


def test_workbook_faults_name_their_row(tmp_path: Path) -> None:
    path = tmp_path / "zones.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["code", "name"])
        sheet.write_row(1, 0, ["1", "a"])
        sheet.write_formula(2, 1, "=VLOOKUP(1,A1:B2,2)", None, "#N/A")
        sheet.write_row(3, 0, [901220123456789012, "b"])
        sheet.write_row(4, 0, ["2", "c", "stray"])
        sheet.write_formula(5, 0, "=A2", None, "3")

    rows, faults = read(path)

    assert [(row.line, row.values["code"]) for row in rows] == [(2, "1"), (6, "3")]
    assert [str(fault) for fault in faults] == [
        "zones.xlsx:3: an error value in column B",
        "zones.xlsx:4: a number of over 15 digits in column A; make it text",
        "zones.xlsx:5: a value stands right of the last named column",
    ]


def test_a_table_not_at_the_corner_of_the_sheet_is_refused(tmp_path: Path) -> None:
    _, below = read(workbook(tmp_path, [None], ["code", "name"]))
    _, right = read(workbook(tmp_path, [None, "code", "name"]))

    assert "first row" in below[0].reason
    assert "column 1 has no name" in right[0].reason


def test_empty_sheet_is_refused(tmp_path: Path) -> None:
    _, faults = read(workbook(tmp_path))

    assert [str(fault) for fault in faults] == ["zones.xlsx:1: the file is empty"]


@pytest.mark.parametrize("content", [b"", b"code,name\n", b"PK\x03\x04" + b"x" * 100])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "zones.xlsx"
    path.write_bytes(content)

    _, faults = read(path)

    assert [str(fault) for fault in faults] == [
        "zones.xlsx:1: not an Excel workbook (.xlsx), or a damaged one"
    ]


def test_zip_that_is_no_workbook_or_a_truncated_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "zones.xlsx"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("hello.txt", "hello")
    _, stranger = read(path)
    whole = workbook(tmp_path, ["code"], ["1"]).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    _, half = read(path)

    assert "not an Excel workbook" in stranger[0].reason
    assert "not an Excel workbook" in half[0].reason


def test_zip_bomb_is_refused_even_when_it_lies_about_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_scan, "LARGEST_CONTENT", 3_000_000)
    path = tmp_path / "zones.xlsx"
    bomb = b" " * 4_000_000
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", bomb)
    honest = path.read_bytes()
    size = len(bomb).to_bytes(4, "little")
    lying = honest.replace(size, (10).to_bytes(4, "little"))

    for content in (honest, lying):
        path.write_bytes(content)
        _, faults = read(path)
        assert "400 MB" in faults[0].reason
    assert lying != honest


def test_one_cell_far_away_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "zones.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "code")
        sheet.write(1_048_575, 16_383, "far")

    _, faults = read(path)

    assert [str(fault) for fault in faults] == [
        "zones.xlsx:1: the sheet has more than 8 million cells; use CSV"
    ]


def test_cells_that_do_not_say_where_they_are_still_count(tmp_path: Path) -> None:
    sheet = (
        b'<row r="1">' + b"<c><v>1</v></c>" * 9000 + b'</row><row r="1000000"><c><v>1</v></c></row>'
    )

    scan = workbook_scan._scan(iter([sheet[:1000]]), {})

    assert (scan.rows, scan.columns) == (1, sheet[:1000].count(b"<c>"))
    with pytest.raises(workbook_scan.UnreadableFileError):
        workbook_scan._scan(iter([sheet]), {})


def test_formatted_but_empty_cells_take_no_room(tmp_path: Path) -> None:
    path = tmp_path / "zones.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.write_row(0, 0, ["code"])
        sheet.write_row(1, 0, ["1"])
        sheet.write_blank(1_048_575, 16_383, None, bold)

    rows, faults = read(path)

    assert not faults
    assert rows == [(2, {"code": "1"})]


@given(st.text())
def test_clean_text_is_stable_composed_and_visible(text: str) -> None:
    cleaned = clean_text(text)

    assert clean_text(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == " ".join(cleaned.split())
    assert not any(unicodedata.category(letter) in {"Cc", "Cf"} for letter in cleaned)


@given(
    rows=st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8),
            st.text('",;\n x\r', max_size=6),
        ),
        max_size=8,
    ),
    comma=st.sampled_from(",;"),
)
def test_what_a_spreadsheet_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], comma: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=comma, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["one", "two"])
    writer.writerows(rows)

    read_rows, faults = read_csv(tmp_path_factory.mktemp("csv"), text.getvalue())

    assert not faults
    cleaned = [[clean_text(one), clean_text(two)] for one, two in rows]
    expected = [row for row in cleaned if any(row)]
    assert [list(row.values.values()) for row in read_rows] == expected


PARTS = {
    "xl/_rels/workbook.xml.rels": b'<R><Relationship Id="r1" Target="worksheets/s.xml"/></R>',
    "xl/workbook.xml": b'<w><sheets><sheet name="a" r:id="r1"/></sheets></w>',
    "xl/worksheets/s.xml": b'<d><row r="1"><c r="A1"><v>0</v></c></row></d>',
}
LONG = b"a" * 900_000
HOSTILE = [
    ("xl/workbook.xml", b'<w><sheet name="a"/></w>', "damaged"),
    ("xl/workbook.xml", b'<w><sheet name="a" r:id="r9"/></w>', "damaged"),
    ("xl/worksheets/s.xml", b'<d><row r="x"><c r="A1"><v>0</v></c></row></d>', "damaged"),
    ("xl/worksheets/s.xml", b'<d><row r="' + b"9" * 5000 + b'"/></d>', "damaged"),
    ("xl/worksheets/s.xml", b'<d><row r="1"><c r="1"><v>0</v></c></row></d>', "damaged"),
    (
        "xl/worksheets/s.xml",
        b'<d><row r="1"><c r="' + LONG + b'1"><v>0</v></c></row></d>',
        "damaged",
    ),
    # The row says 1; its cell, which is what is read, stands in row 300,000.
    ("xl/worksheets/s.xml", b'<d><row r="1"><c r="ZZ300000"><v>0</v></c></row></d>', "8 million"),
]


@pytest.mark.parametrize(("name", "part", "words"), HOSTILE)
def test_a_workbook_made_to_do_harm_is_refused(
    tmp_path: Path, name: str, part: bytes, words: str
) -> None:
    path = tmp_path / "children.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for each, content in (PARTS | {name: part}).items():
            made.writestr(each, content)

    with pytest.raises(UnreadableFileError, match=words):
        workbook_scan.scan_first_sheet(path=path)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("tag", [b"<row " + LONG + b">", b"<c " + LONG, b"<" * 900_000])
def test_a_tag_of_a_megabyte_costs_no_more_than_its_length(tmp_path: Path, tag: bytes) -> None:
    path = tmp_path / "children.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for each, content in (PARTS | {"xl/worksheets/s.xml": b"<d>" + tag + b"</d>"}).items():
            made.writestr(each, content)

    assert workbook_scan.scan_first_sheet(path=path).rows == 0
