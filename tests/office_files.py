"""A smallest city as import files: a ward with two zones, three schools, two children."""

import csv
import json
from copy import deepcopy
from pathlib import Path

Rows = list[dict[str, str]]

_SINCE = "2025-07-01"

TABLES: dict[str, Rows] = {
    "units": [
        {"code": "01", "kind": "city", "name": "Thành phố Hà Nội", "name_en": "Hanoi City",
         "parent_code": "", "valid_from": _SINCE, "valid_to": "", "old_names": ""},
        {"code": "00070", "kind": "ward", "name": "Phường Hoàn Kiếm", "name_en": "Hoan Kiem Ward",
         "parent_code": "01", "valid_from": "01/07/2025", "valid_to": "",
         "old_names": "Hàng Bạc|Hàng Đào"},
        {"code": "00082", "kind": "ward", "name": "Phường Cửa Nam", "name_en": "Cua Nam Ward",
         "parent_code": "01", "valid_from": _SINCE, "valid_to": "", "old_names": ""},
    ],
    "zones": [
        {"code": "T00070", "unit_code": "00070", "name": "Tuyến Hoàn Kiếm", "name_en": "",
         "valid_from": _SINCE, "valid_to": ""},
        {"code": "T00082", "unit_code": "00082", "name": "Tuyến Cửa Nam", "name_en": "Cua Nam zone",
         "valid_from": _SINCE, "valid_to": ""},
    ],
    "residential_groups": [
        {"unit_code": "00070", "label": "16A", "zone_code": "T00070", "name": "Tổ dân phố số 16A",
         "latitude": "21.028500", "longitude": "105.850000"},
        {"unit_code": "00070", "label": "2", "zone_code": "T00082", "name": "", "latitude": "",
         "longitude": ""},
    ],
    "schools": [
        {"code": f"TH{number}", "unit_code": unit, "name": f"Trường Tiểu học Số {number}",
         "name_en": "", "address": f"{number} phố Tràng Thi", "latitude": "21.03",
         "longitude": "105.85", "phone": "024 3825 1234"}
        for number, unit in ((1, "00070"), (2, "00070"), (3, "00082"))
    ],
    "intakes": [
        {"code": "HN-L1-2026", "name": "Tuyển sinh lớp 1", "name_en": "Grade 1 admissions",
         "school_year": "2026-2027", "kind": "official", "unit_code": "01",
         "rule_set": "hanoi-2018", "opens_at": "2026-07-01T00:00:00+07:00",
         "closes_at": "2026-07-04T00:00:00+07:00", "birth_from": "2020-01-01",
         "birth_to": "31/12/2020", "public_value_name": "Xổ số", "public_value_name_en": "Lottery",
         "public_value_on": "2026-07-05"},
    ],
    "seat_plans": [
        {"intake_code": "HN-L1-2026", "school_code": school, "zone_code": zone, "seats": "35",
         "classes": "1", "last_year_distance": "900"}
        for school, zone in (("TH1", "T00070"), ("TH2", "T00070"), ("TH3", "T00082"))
    ],
    "children": [
        {"pupil_code": "9000000001", "full_name": "Nguyễn Thị Đào", "birth_on": "2020-05-17",
         "sex": "female", "personal_id": "901320000001", "family_code": "GD1",
         "kindergarten": "Trường Mầm non Ban Mai", "guardian_name": "Trần Văn Bình",
         "guardian_relation": "father", "guardian_phone": "0912 345 678",
         "guardian_email": "Binh@Example.com", "permanent_unit_code": "00070",
         "permanent_group": "16A", "permanent_address": "12 phố Hàng Bài",
         "temporary_unit_code": "", "temporary_group": "", "temporary_address": "",
         "current_unit_code": "00070", "current_group": "2", "current_address": "3 Hàng Trống",
         "latitude": "21.028", "longitude": "105.851", "sibling_school_code": "TH2",
         "policies": "war_invalid|disability"},
        {"pupil_code": "9000000002", "full_name": "H’Hen Niê", "birth_on": "03/09/2020",
         "sex": "male", "personal_id": "901220000002", "family_code": "", "kindergarten": "",
         "guardian_name": "", "guardian_relation": "", "guardian_phone": "", "guardian_email": "",
         "permanent_unit_code": "", "permanent_group": "", "permanent_address": "",
         "temporary_unit_code": "00082", "temporary_group": "", "temporary_address": "ngõ 5",
         "current_unit_code": "", "current_group": "", "current_address": "",
         "latitude": "", "longitude": "", "sibling_school_code": "", "policies": ""},
    ],
    "staff": [
        {"email": "City@Enrol.example", "full_name": "Vũ Thị Ngọc", "role": "city_officer",
         "unit_code": "01", "school_code": ""},
        {"email": "ward@enrol.example", "full_name": "Nguyễn Văn Hải", "role": "ward_officer",
         "unit_code": "00070", "school_code": ""},
        {"email": "school@enrol.example", "full_name": "Lê Thị Mai", "role": "school_officer",
         "unit_code": "", "school_code": "TH1"},
    ],
}  # fmt: skip


def office_tables() -> dict[str, Rows]:
    """Every table, to be changed as a test likes; the first row of a table is line 2."""
    return deepcopy(TABLES)


def write_tables(
    directory: Path, tables: dict[str, Rows], *, delimiter: str = ",", encoding: str = "utf-8"
) -> Path:
    """Write the tables as CSV and return the folder."""
    directory.mkdir(exist_ok=True)
    for name, rows in tables.items():
        path = directory / f"{name}.csv"
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), delimiter=delimiter)
            writer.writeheader()
            writer.writerows(rows)
    return directory


def write_boundaries(path: Path, grounds: dict[str, list[list[float]]]) -> None:
    """Write one polygon (longitude, latitude) a code."""
    features = [
        {"type": "Feature", "id": code, "properties": {},
         "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for code, ring in grounds.items()
    ]  # fmt: skip
    collection = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(collection), encoding="utf-8")


def square(*, west: float, south: float, side: float = 0.01) -> list[list[float]]:
    """A ring round a square."""
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]
