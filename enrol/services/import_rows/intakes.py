"""Rows of ``intakes``: the window, who may register, the rules and the public value of the draw."""

from datetime import date, datetime, timedelta, timezone

from enrol.core.priority import PRESETS, rules_hash
from enrol.services.import_rows.cells import LONGEST_NAME, Cells
from enrol.services.import_rows.codes import Codes
from enrol.services.import_rows.table import ImportTable
from enrol.store.loading.staged import IntakeRow

KINDS = ("official", "rehearsal")
_VIETNAM = timezone(timedelta(hours=7))  # the whole year, no summer time
_HASHES = {name: rules_hash(rules) for name, rules in PRESETS.items()}


def read_intake(cells: Cells, codes: Codes) -> IntakeRow:
    """Read one intake; ``rule_set`` names a preset, which is kept by its hash."""
    row = IntakeRow(
        line=cells.line,
        code=cells.code("code"),
        name=cells.text("name"),
        name_en=cells.text("name_en"),
        school_year=cells.text("school_year", longest=LONGEST_NAME),
        kind=cells.one_of("kind", KINDS),
        unit_code=codes.unit(cells, "unit_code"),
        rules_hash=_HASHES.get(cells.one_of("rule_set", tuple(PRESETS)), ""),
        opens_at=cells.instant("opens_at"),
        closes_at=cells.instant("closes_at"),
        birth_from=cells.day("birth_from"),
        birth_to=cells.day("birth_to"),
        public_value_name=cells.text("public_value_name"),
        public_value_name_en=cells.text("public_value_name_en"),
        public_value_on=cells.day("public_value_on"),
    )
    codes.once(cells, table="intakes", key=row.code, column="code")
    if not cells.reasons:
        _refuse_odd_dates(cells, row)
    codes.intakes.add(row.code)
    return row


def _refuse_odd_dates(cells: Cells, row: IntakeRow) -> None:
    if row.closes_at <= row.opens_at:
        cells.refuse("closes_at", "must be after opens_at")
    if row.birth_to < row.birth_from:
        cells.refuse("birth_to", "must not be before birth_from")
    # Whoever knows the value while families may still register could choose what to send.
    if row.public_value_on < _day_in_vietnam(row.closes_at):
        cells.refuse("public_value_on", "must not be before the day on which the window closes")


def _day_in_vietnam(instant: datetime) -> date:
    return instant.astimezone(_VIETNAM).date()


INTAKES = ImportTable(
    name="intakes",
    required=(
        "code",
        "name",
        "name_en",
        "school_year",
        "kind",
        "unit_code",
        "rule_set",
        "opens_at",
        "closes_at",
        "birth_from",
        "birth_to",
        "public_value_name",
        "public_value_name_en",
        "public_value_on",
    ),
    optional=(),
    read=read_intake,
)
