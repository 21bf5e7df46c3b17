"""The lines an education office would supply besides the children: units, zones, schools, seats,
intake, staff.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone

from enrol.training.city import CITY_CODE, Quarter
from enrol.training.geometry import Point
from enrol.training.names import adult_name
from enrol.training.rows import (
    GroupRow,
    IntakeRow,
    SchoolRow,
    SeatPlanRow,
    StaffRow,
    UnitRow,
    ZoneRow,
)
from enrol.training.schools import School, Seats
from enrol.training.streams import stream
from enrol.training.wards import plain_letters, short_name

INTAKE_CODE = "HN-L1-2026"
_SINCE = "2025-07-01"  # the first day of two-tier government
_STAFF_DOMAIN = "enrol.example"
_VIETNAM = timezone(timedelta(hours=7))
_CITY_OFFICERS = 2

# A few wards keep the names of the wards they were made of, so that a search by an old name has
# something to find. For practice only: no gazetteer.
_OLD_NAMES = {
    "Phường Ba Đình": "Quán Thánh|Trúc Bạch",
    "Phường Ngọc Hà": "Ngọc Hà|Cống Vị",
    "Phường Hoàn Kiếm": "Hàng Bạc|Hàng Bồ|Hàng Đào|Hàng Gai|Hàng Mã",
    "Phường Cửa Nam": "Hàng Bài|Phan Chu Trinh|Trần Hưng Đạo",
    "Phường Láng": "Láng Thượng|Láng Hạ",
}


def unit_rows(*, quarters: Sequence[Quarter]) -> Iterator[UnitRow]:
    """Yield the city, then its wards and communes."""
    yield UnitRow(CITY_CODE, "city", "Thành phố Hà Nội", "Hanoi City", "", _SINCE, "", "")
    for ward in (quarter.ward for quarter in quarters):
        old_names = _OLD_NAMES.get(ward.name, "")
        yield UnitRow(ward.code, "ward", ward.name, ward.name_en, CITY_CODE, _SINCE, "", old_names)


def zone_rows(*, quarters: Sequence[Quarter]) -> Iterator[ZoneRow]:
    """Yield one zone a ward."""
    for quarter in quarters:
        ward = quarter.ward
        name, name_en = f"Tuyến tuyển sinh {ward.name}", f"{ward.name_en} zone"
        yield ZoneRow(quarter.zone_code, ward.code, name, name_en, _SINCE, "")


def group_rows(*, quarters: Sequence[Quarter]) -> Iterator[GroupRow]:
    """Yield every residential group with the zone it belongs to."""
    for quarter in quarters:
        for group in quarter.groups:
            yield GroupRow(
                group.unit_code, group.label, group.zone_code, group.name, *_written(group.point)
            )


def school_rows(*, schools: Sequence[School]) -> Iterator[SchoolRow]:
    """Yield every school."""
    for school in schools:
        latitude, longitude = _written(school.point)
        yield SchoolRow(
            code=school.code,
            unit_code=school.unit_code,
            name=school.name,
            name_en=school.name_en,
            address=school.address,
            latitude=latitude,
            longitude=longitude,
            phone=school.phone,
        )


def seat_plan_rows(*, seats: Sequence[Seats]) -> Iterator[SeatPlanRow]:
    """Yield what each school offers in the one intake."""
    for plan in seats:
        school, reach = plan.school, plan.last_year_distance
        yield SeatPlanRow(
            intake_code=INTAKE_CODE,
            school_code=school.code,
            zone_code=school.zone_code,
            seats=str(plan.seats),
            classes=str(plan.classes),
            last_year_distance="" if reach is None else str(reach),
            reserves="",
        )


def intake_row(*, opens_at: datetime, closes_at: datetime) -> IntakeRow:
    """Return the official grade 1 intake of school year 2026-2027, drawn from a lottery after
    closing.

    The lottery is the one of the day after the last day of registration, Vietnamese time: its
    numbers cannot be known while anybody may still register.
    """
    drawn_on = closes_at.astimezone(_VIETNAM).date() + timedelta(days=1)
    return IntakeRow(
        code=INTAKE_CODE,
        name="Tuyển sinh vào lớp 1 năm học 2026-2027",
        name_en="Grade 1 admissions, school year 2026-2027",
        school_year="2026-2027",
        kind="official",
        unit_code=CITY_CODE,
        rule_set="hanoi-2018",
        opens_at=opens_at.isoformat(),
        closes_at=closes_at.isoformat(),
        birth_from="2020-01-01",
        birth_to="2020-12-31",
        public_value_name="Giải đặc biệt xổ số miền Bắc",
        public_value_name_en="Special prize of the Northern Vietnam lottery",
        public_value_on=drawn_on.isoformat(),
    )


def staff_rows(
    *, quarters: Sequence[Quarter], schools: Sequence[School], seed: int
) -> Iterator[StaffRow]:
    """Yield two officers of the city, one a ward, one a school, under a domain that cannot
    exist.
    """
    rng = stream(seed=seed, purpose="staff")

    def row(account: str, role: str, unit_code: str, school_code: str) -> StaffRow:
        name = adult_name(rng=rng, sex="female" if rng.random() < 0.6 else "male")
        return StaffRow(f"{account}@{_STAFF_DOMAIN}", name, role, unit_code, school_code)

    for nth in range(1, _CITY_OFFICERS + 1):
        yield row(f"city-{nth}", "city_officer", CITY_CODE, "")
    for quarter in quarters:
        yield row(f"ward-{_slug(quarter)}", "ward_officer", quarter.ward.code, "")
    for school in schools:
        yield row(f"school-{school.code.lower()}", "school_officer", "", school.code)


def _slug(quarter: Quarter) -> str:
    letters = plain_letters(short_name(quarter.ward.name)).lower()
    return "-".join("".join(c if c.isalpha() else " " for c in letters).split())


def _written(point: Point) -> tuple[str, str]:
    return f"{point.latitude:.6f}", f"{point.longitude:.6f}"
