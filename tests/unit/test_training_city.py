"""The training city: the same for a seed, inside its borders, nobody real in it."""

import csv
import hashlib
import os
import re
import unicodedata
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import contains_xy

from enrol.adapters.tables import BadRow, read_table
from enrol.training.identities import family_code, personal_id, phone, pupil_code
from enrol.training.shares import apportion
from enrol.training.streams import stream
from enrol.training.wards import (
    UnusableWardsError,
    Ward,
    hanoi_names,
    wards_from_geojson,
    wards_on_a_grid,
)
from enrol.training.writing import write_city

OPENS = datetime(2026, 6, 30, 17, tzinfo=UTC)
CLOSES = datetime(2026, 7, 3, 17, tzinfo=UTC)
COUNT = 3000

Line = dict[str, str]
BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[3] / "shared/data/hanoi_wards.geojson"


def boundaries() -> Path | None:
    named = os.environ.get("ENROL_WARDS")
    path = Path(named) if named else BESIDE_THE_CHECKOUT
    return path if path.is_file() else None


def make(
    folder: Path,
    wards: tuple[Ward, ...],
    *,
    children: int = COUNT,
    seed: int = 1,
    real: bool = False,
) -> Path:
    write_city(
        folder=folder,
        wards=wards,
        boundaries=real,
        children=children,
        seed=seed,
        opens_at=OPENS,
        closes_at=CLOSES,
    )
    return folder


def table(folder: Path, name: str) -> list[Line]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def digest(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


def documented_columns() -> dict[str, list[str]]:
    """Return the columns of each import file as docs/import-files.md names them."""
    text = (Path(__file__).resolve().parents[2] / "docs/import-files.md").read_text(
        encoding="utf-8"
    )
    lines = re.findall(r"^\| `(\w+)` \| (.*) \|$", text, flags=re.MULTILINE)
    outside_brackets = {name: re.sub(r"\([^)]*\)", "", columns) for name, columns in lines}
    return {name: re.findall(r"`(\w+)\??`", columns) for name, columns in outside_brackets.items()}


@pytest.fixture(scope="module", params=["grid", "real"])
def city(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """A city of 3,000 children and its wards, on invented ground and on the real one."""
    path = boundaries()
    if request.param == "real" and path is None:
        pytest.skip("no ward boundaries: set ENROL_WARDS to a GeoJSON file of Hanoi's wards")
    real = request.param == "real" and path is not None
    wards = wards_from_geojson(path=path) if real and path else wards_on_a_grid()
    folder = make(tmp_path_factory.mktemp("city"), wards, real=real)
    return folder, {ward.code: ward for ward in wards}


def test_all_126_wards_stand_under_the_city_with_five_digit_codes(city) -> None:
    folder, wards = city

    units = table(folder, "units")

    assert units[0]["code"] == "01"
    assert units[0]["kind"] == "city"
    assert len(units) == 127
    assert all(re.fullmatch(r"\d{5}", unit["code"]) for unit in units[1:])
    assert {unit["parent_code"] for unit in units[1:]} == {"01"}
    assert {unit["code"] for unit in units[1:]} == set(wards)
    assert all(unit["name"].startswith(("Phường ", "Xã ")) for unit in units[1:])
    assert all(unit["name_en"].endswith((" Ward", " Commune")) for unit in units[1:])


def test_codes_of_the_country_list_are_those_of_the_boundaries() -> None:
    path = boundaries()
    if path is None:
        pytest.skip("no ward boundaries: set ENROL_WARDS to a GeoJSON file of Hanoi's wards")

    wards = wards_from_geojson(path=path)

    assert [ward.code for ward in wards] == list(hanoi_names())
    assert {ward.code: ward.name for ward in wards} == hanoi_names()


def test_files_have_the_documented_columns_and_the_table_reader_takes_them(city) -> None:
    folder, _ = city
    documented = documented_columns()
    faults: list[BadRow] = []

    assert {f"{path.stem}" for path in folder.glob("*.csv")} == set(documented)
    for name, columns in documented.items():
        rows = list(read_table(path=folder / f"{name}.csv", report=faults.append))
        assert rows
        assert sorted(rows[0].values) == sorted(columns)
        assert [row.values for row in rows] == table(folder, name)
    assert not faults


def test_every_reference_from_one_file_to_another_holds(city) -> None:
    folder, _ = city
    units = {row["code"] for row in table(folder, "units")}
    zones = {row["code"] for row in table(folder, "zones")}
    groups = {(row["unit_code"], row["label"]) for row in table(folder, "residential_groups")}
    schools = {row["code"]: row for row in table(folder, "schools")}

    assert all(row["unit_code"] in units for row in table(folder, "zones"))
    assert all(row["zone_code"] in zones for row in table(folder, "residential_groups"))
    assert {row["school_code"] for row in table(folder, "seat_plans")} == set(schools)
    for child in table(folder, "children"):
        assert child["sibling_school_code"] in {"", *schools}
        for slot in ("permanent", "temporary", "current"):
            unit, group = child[f"{slot}_unit_code"], child[f"{slot}_group"]
            assert unit in {"", *units}
            assert not group or (unit, group) in groups
    staff = table(folder, "staff")
    assert Counter(row["role"] for row in staff) == {
        "city_officer": 2,
        "ward_officer": 126,
        "school_officer": len(schools),
    }
    assert len({row["email"] for row in staff}) == len(staff)
    assert all(row["email"].endswith("@enrol.example") for row in staff)


def test_keys_are_unique(city) -> None:
    folder, _ = city
    groups = table(folder, "residential_groups")
    schools = table(folder, "schools")
    children = table(folder, "children")

    assert len({(row["unit_code"], row["label"]) for row in groups}) == len(groups)
    assert (
        len({row["code"] for row in schools})
        == len({row["name"] for row in schools})
        == len(schools)
    )
    assert len({row["pupil_code"] for row in children}) == len(children) == COUNT
    ids = [row["personal_id"] for row in children if row["personal_id"]]
    assert len(set(ids)) == len(ids) > COUNT * 0.97


def test_groups_and_schools_lie_inside_their_ward(city) -> None:
    folder, wards = city

    for name in ("residential_groups", "schools"):
        for row in table(folder, name):
            ground = wards[row["unit_code"]].ground
            assert contains_xy(ground, float(row["longitude"]), float(row["latitude"])), row


def test_homes_lie_inside_the_ward_they_are_addressed_in_but_for_a_few_contradictions(city) -> None:
    folder, wards = city
    children = table(folder, "children")

    located = [row for row in children if row["latitude"]]
    astray = [
        row
        for row in located
        if not contains_xy(
            wards[row["current_unit_code"]].ground, float(row["longitude"]), float(row["latitude"])
        )
    ]

    assert len(located) > COUNT * 0.98
    assert COUNT * 0.007 < len(astray) < COUNT * 0.022
    for row in astray:  # the point still lies in the city
        place = float(row["longitude"]), float(row["latitude"])
        assert any(contains_xy(ward.ground, *place) for ward in wards.values())


def test_shares_of_residences_twins_siblings_and_policies_are_as_promised(city) -> None:
    children = table(city[0], "children")

    def share(wanted) -> float:
        return sum(1 for row in children if wanted(row)) / len(children)

    def here(row: Line) -> bool:
        return row["permanent_unit_code"] == row["current_unit_code"]

    assert (
        0.77 < share(lambda r: here(r) and r["permanent_group"] == r["current_group"] != "") < 0.86
    )
    assert 0.06 < share(lambda r: not here(r) and r["temporary_unit_code"] != "") < 0.17
    assert 0.002 < share(lambda r: not r["permanent_unit_code"]) < 0.025
    assert 0.006 < share(lambda r: not r["current_group"]) < 0.025
    assert 0.004 < share(lambda r: r["family_code"] != "") < 0.022
    assert 0.028 < share(lambda r: r["sibling_school_code"] != "") < 0.055
    assert 0.010 < share(lambda r: r["policies"] != "") < 0.032
    assert 0.32 < share(lambda r: r["full_name"].startswith("Nguyễn ")) < 0.43
    named = {policy for row in children for policy in row["policies"].split("|")}
    assert named == {"", "disability", "ethnic_minority", "war_invalid"}


def test_twins_share_home_birthday_and_guardian_and_nothing_that_must_differ(city) -> None:
    families: dict[str, list[Line]] = {}
    for row in table(city[0], "children"):
        if row["family_code"]:
            families.setdefault(row["family_code"], []).append(row)

    assert families
    for first, second in families.values():
        same = [key for key in first if first[key] == second[key]]
        assert {"birth_on", "guardian_name", "guardian_phone", "latitude", "longitude"} <= set(same)
        assert {"permanent_address", "current_address", "sibling_school_code"} <= set(same)
        assert first["pupil_code"] != second["pupil_code"]
        assert first["full_name"] != second["full_name"]


def test_personal_ids_have_impossible_provinces_and_mostly_fit_sex_and_year(city) -> None:
    children = [row for row in table(city[0], "children") if row["personal_id"]]

    assert all(re.fullmatch(r"9\d{11}", row["personal_id"]) for row in children)
    digit = {"male": "2", "female": "3"}
    fitting = [row for row in children if row["personal_id"][3:6] == digit[row["sex"]] + "20"]
    assert 0.985 < len(fitting) / len(children) < 1


def test_children_can_be_registered_and_reached_by_nobody(city) -> None:
    for row in table(city[0], "children"):
        assert re.fullmatch(r"90\d{8}", row["pupil_code"])
        assert date(2020, 1, 1) <= date.fromisoformat(row["birth_on"]) <= date(2020, 12, 31)
        assert row["sex"] in {"male", "female"}
        assert row["guardian_relation"] in {"mother", "father", "guardian"}
        assert re.fullmatch(r"(095\d{7})?", row["guardian_phone"])
        assert re.fullmatch(r"([a-z]+\d+@example\.invalid)?", row["guardian_email"])


def test_telephones_have_a_valid_shape() -> None:
    numbers = [phone(number=number, seed=5) for number in range(50)]
    numbers += [f"0245555{number:04d}" for number in range(0, 1000, 50)]

    assert all(phonenumbers.is_valid_number(phonenumbers.parse(text, "VN")) for text in numbers)


def test_texts_are_already_clean(city) -> None:
    folder, _ = city
    for path in folder.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert text == unicodedata.normalize("NFC", text)
        assert "\r" not in text
        assert not re.search(r"[ \t]{2,}|[\u200b-\u200f\ufeff\u00a0]", text)
    for row in table(folder, "children"):
        assert all(value == value.strip() for value in row.values())


def test_seats_are_95_in_100_with_some_zones_short_and_some_with_spare(city) -> None:
    folder, _ = city
    zone_of = {
        (row["unit_code"], row["label"]): row["zone_code"]
        for row in table(folder, "residential_groups")
    }
    seats: Counter[str] = Counter()
    schools: Counter[str] = Counter()
    for plan in table(folder, "seat_plans"):
        seats[plan["zone_code"]] += int(plan["seats"])
        schools[plan["zone_code"]] += 1
        assert 0 < int(plan["seats"]) <= 45 * int(plan["classes"])
        assert plan["last_year_distance"] == "" or 300 <= int(plan["last_year_distance"]) <= 4200
    homes: Counter[str] = Counter()
    for row in table(folder, "children"):
        homes[zone_of.get((row["permanent_unit_code"], row["permanent_group"]), "")] += 1

    assert 0.945 < sum(seats.values()) / COUNT < 0.955
    assert set(schools.values()) == {2, 3}
    ratios = [seats[zone] / homes[zone] for zone in seats if homes[zone]]
    assert sum(1 for ratio in ratios if ratio < 0.85) >= 8
    assert sum(1 for ratio in ratios if ratio > 1.05) >= 8


def test_some_groups_belong_to_the_zone_of_the_ward_they_border(city) -> None:
    groups = table(city[0], "residential_groups")

    across = [row for row in groups if row["zone_code"] != f"T{row['unit_code']}"]

    assert 0.01 < len(across) / len(groups) < 0.06
    assert any(re.fullmatch(r"\d+[AB]", row["label"]) for row in groups)
    assert any(re.fullmatch(r"(HH|VP|CT|N)\d", row["label"]) for row in groups)
    sizes = Counter(row["unit_code"] for row in groups).values()
    assert min(sizes) >= 10
    assert max(sizes) <= 40


def test_intake_is_official_and_its_public_value_falls_after_closing(city) -> None:
    (intake,) = table(city[0], "intakes")

    assert intake["code"] == "HN-L1-2026"
    assert intake["kind"] == "official"
    assert intake["rule_set"] == "hanoi-2018"
    assert datetime.fromisoformat(intake["opens_at"]) == OPENS
    assert datetime.fromisoformat(intake["closes_at"]) == CLOSES
    assert intake["public_value_on"] == "2026-07-05"
    assert intake["public_value_name"] == "Giải đặc biệt xổ số miền Bắc"


def test_boundaries_are_written_only_when_they_are_real(city) -> None:
    folder, wards = city
    path = folder / "units.geojson"

    real = max(ward.area_km2 for ward in wards.values()) > 13
    assert path.exists() == real
    if real:
        assert {ward.code: ward.name for ward in wards_from_geojson(path=path)} == hanoi_names()
        assert '"id":"T00004"' in (folder / "zones.geojson").read_text(encoding="utf-8")


def test_same_numbers_give_the_same_bytes_and_another_seed_another_city(tmp_path: Path) -> None:
    wards = wards_on_a_grid()

    first = digest(make(tmp_path / "first", wards, children=400, seed=7))
    again = digest(make(tmp_path / "again", wards, children=400, seed=7))
    other = digest(make(tmp_path / "other", wards, children=400, seed=8))

    assert first == again
    assert len(first) == 8
    same = {name for name in first if first[name] == other[name]}
    assert same == {"units.csv", "zones.csv", "intakes.csv"}


def test_a_larger_city_of_the_same_seed_has_the_same_groups(tmp_path: Path) -> None:
    wards = wards_on_a_grid()

    small = digest(make(tmp_path / "small", wards, children=100, seed=7))
    large = digest(make(tmp_path / "large", wards, children=200, seed=7))

    assert small["residential_groups.csv"] == large["residential_groups.csv"]
    assert small["children.csv"] != large["children.csv"]


def test_a_city_of_one_child_is_a_city(tmp_path: Path) -> None:
    folder = make(tmp_path, wards_on_a_grid(), children=1)

    assert len(table(folder, "children")) == 1
    assert all(int(plan["seats"]) >= 1 for plan in table(folder, "seat_plans"))


@pytest.mark.parametrize(
    "text",
    [
        '{"features": []}',
        '{"features": [{"id": "00004", "geometry": {"type": "Point", "coordinates": [1, 2]}}]}',
        '{"features": [{"id": "99999", "geometry": null}]}',
        '{"features": [{"geometry": null}]}',
        "[]",
    ],
)
def test_unusable_boundaries_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "wards.geojson"
    path.write_text(text)

    with pytest.raises(UnusableWardsError, match=r"wards\.geojson"):
        wards_from_geojson(path=path)


@given(
    total=st.integers(0, 10_000),
    weights=st.lists(st.floats(0.01, 1000), min_size=1, max_size=40),
)
def test_shares_add_up_and_stay_near_their_weight(total: int, weights: list[float]) -> None:
    parts = apportion(total=total, weights=weights)

    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / sum(weights)) <= 1


@given(total=st.integers(0, 300), weights=st.lists(st.floats(0.01, 1000), min_size=1, max_size=20))
def test_shares_with_a_least_part_add_up_when_they_can(total: int, weights: list[float]) -> None:
    parts = apportion(total=total, weights=weights, least=1)

    assert min(parts) >= 1
    assert sum(parts) == max(total, len(weights))


@given(
    numbers=st.lists(st.integers(0, 999_999), unique=True, min_size=2, max_size=50),
    seed=st.integers(0, 10**6),
)
def test_codes_of_different_children_differ(numbers: list[int], seed: int) -> None:
    rng = stream(seed=seed, purpose="test")

    assert len({pupil_code(number=n, seed=seed) for n in numbers}) == len(numbers)
    assert len({family_code(number=n, seed=seed) for n in numbers}) == len(numbers)
    ids = {personal_id(number=n, seed=seed, sex="male", rng=rng) for n in numbers}
    assert len({text[:3] + text[6:] for text in ids}) == len(numbers)
