"""One record a line of the import files; the fields are the columns, in order
(docs/import-files.md).
"""

from typing import NamedTuple


class UnitRow(NamedTuple):
    """A line of ``units.csv``."""

    code: str
    kind: str
    name: str
    name_en: str
    parent_code: str
    valid_from: str
    valid_to: str
    old_names: str


class ZoneRow(NamedTuple):
    """A line of ``zones.csv``."""

    code: str
    unit_code: str
    name: str
    name_en: str
    valid_from: str
    valid_to: str


class GroupRow(NamedTuple):
    """A line of ``residential_groups.csv``."""

    unit_code: str
    label: str
    zone_code: str
    name: str
    latitude: str
    longitude: str


class SchoolRow(NamedTuple):
    """A line of ``schools.csv``."""

    code: str
    unit_code: str
    name: str
    name_en: str
    address: str
    latitude: str
    longitude: str
    phone: str


class IntakeRow(NamedTuple):
    """A line of ``intakes.csv``."""

    code: str
    name: str
    name_en: str
    school_year: str
    kind: str
    unit_code: str
    rule_set: str
    opens_at: str
    closes_at: str
    birth_from: str
    birth_to: str
    public_value_name: str
    public_value_name_en: str
    public_value_on: str


class SeatPlanRow(NamedTuple):
    """A line of ``seat_plans.csv``."""

    intake_code: str
    school_code: str
    zone_code: str
    seats: str
    classes: str
    last_year_distance: str
    reserves: str


class ChildRow(NamedTuple):
    """A line of ``children.csv``."""

    pupil_code: str
    full_name: str
    birth_on: str
    sex: str
    personal_id: str
    family_code: str
    kindergarten: str
    guardian_name: str
    guardian_relation: str
    guardian_phone: str
    guardian_email: str
    permanent_unit_code: str
    permanent_group: str
    permanent_address: str
    temporary_unit_code: str
    temporary_group: str
    temporary_address: str
    current_unit_code: str
    current_group: str
    current_address: str
    latitude: str
    longitude: str
    sibling_school_code: str
    policies: str


class StaffRow(NamedTuple):
    """A line of ``staff.csv``."""

    email: str
    full_name: str
    role: str
    unit_code: str
    school_code: str
