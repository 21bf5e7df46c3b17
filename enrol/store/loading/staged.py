"""What an import puts down first: one record a line, one temporary table a file.

The tables vanish with the transaction. ``line`` is where the row stands in its file.
"""

from datetime import date, datetime
from types import UnionType
from typing import Any, NamedTuple, get_args, get_type_hints

from sqlalchemy import ARRAY, Column, Date, DateTime, Double, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

staging = MetaData()


class UnitRow(NamedTuple):
    """A unit, its parent by code."""

    line: int
    code: str
    kind: str
    name: str
    name_en: str
    parent_code: str | None
    valid_from: date
    valid_to: date | None
    old_names: list[str]


class ZoneRow(NamedTuple):
    """A zone and the unit that answers for it."""

    line: int
    code: str
    unit_code: str
    name: str
    name_en: str
    valid_from: date
    valid_to: date | None


class GroupRow(NamedTuple):
    """A residential group with its zone and its place in the natural order of labels."""

    line: int
    unit_code: str
    label: str
    sort_key: str
    zone_code: str
    name: str | None
    latitude: float | None
    longitude: float | None


class SchoolRow(NamedTuple):
    """A school; ``phone`` is E.164."""

    line: int
    code: str
    unit_code: str
    name: str
    name_en: str
    address: str
    latitude: float
    longitude: float
    phone: str | None


class IntakeRow(NamedTuple):
    """An intake; ``rules_hash`` names its rule set."""

    line: int
    code: str
    name: str
    name_en: str
    school_year: str
    kind: str
    unit_code: str
    rules_hash: str
    opens_at: datetime
    closes_at: datetime
    birth_from: date
    birth_to: date
    public_value_name: str
    public_value_name_en: str
    public_value_on: date


class SeatPlanRow(NamedTuple):
    """The seats of a school in an intake; ``reserves`` is JSON, a list of [policy, seats]."""

    line: int
    intake_code: str
    school_code: str
    zone_code: str
    seats: int
    classes: int | None
    last_year_distance: int | None
    reserves: str


class ChildRow(NamedTuple):
    """A child of the register with up to three residences and one guardian (``phone`` in E.164)."""

    line: int
    pupil_code: str
    full_name: str
    sort_key: str
    search_key: str
    birth_on: date
    sex: str
    personal_id: str | None
    family_code: str | None
    kindergarten: str | None
    guardian_name: str | None
    guardian_relation: str | None
    guardian_phone: str | None
    guardian_email: str | None
    permanent_unit_code: str | None
    permanent_group: str | None
    permanent_address: str | None
    temporary_unit_code: str | None
    temporary_group: str | None
    temporary_address: str | None
    current_unit_code: str | None
    current_group: str | None
    current_address: str | None
    latitude: float | None
    longitude: float | None
    sibling_school_code: str | None
    policies: list[str]


class StaffRow(NamedTuple):
    """One place that an officer answers for."""

    line: int
    email: str
    full_name: str
    role: str
    unit_code: str | None
    school_code: str | None


class BoundaryRow(NamedTuple):
    """The ground of a unit or zone; ``table`` says which, ``boundary`` is a GeoJSON geometry."""

    line: int
    table: str
    code: str
    boundary: str


_TYPES: dict[type, TypeEngine[Any]] = {
    int: Integer(),
    float: Double(),
    str: Text(),
    date: Date(),
    datetime: DateTime(timezone=True),
}


def _column(name: str, hint: Any) -> Column[Any]:
    is_optional = isinstance(hint, UnionType)
    kind = get_args(hint)[0] if is_optional else hint
    sort = _TYPES[kind] if kind in _TYPES else ARRAY(Text())
    return Column(name, JSONB() if name == "boundary" else sort, nullable=is_optional)


def _staged(name: str, row: type) -> Table:
    columns = [_column(field, hint) for field, hint in get_type_hints(row).items()]
    return Table(
        f"staged_{name}",
        staging,
        *columns,
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )


units = _staged("units", UnitRow)
zones = _staged("zones", ZoneRow)
residential_groups = _staged("residential_groups", GroupRow)
schools = _staged("schools", SchoolRow)
intakes = _staged("intakes", IntakeRow)
seat_plans = _staged("seat_plans", SeatPlanRow)
children = _staged("children", ChildRow)
staff = _staged("staff", StaffRow)
boundaries = _staged("boundaries", BoundaryRow)

TABLES = {
    "units": units,
    "zones": zones,
    "residential_groups": residential_groups,
    "schools": schools,
    "intakes": intakes,
    "seat_plans": seat_plans,
    "children": children,
    "staff": staff,
    "boundaries": boundaries,
}
"""The temporary table of each file; both files of boundaries share one."""
