"""Rows of ``seat_plans``: the seats of each school in an intake, for one zone."""

from enrol.services.import_rows.cells import Cells
from enrol.services.import_rows.codes import Codes
from enrol.services.import_rows.table import ImportTable
from enrol.store.loading.staged import SeatPlanRow

MOST_SEATS = 5_000
MOST_CLASSES = 200
FARTHEST = 200_000


def read_seat_plan(cells: Cells, codes: Codes) -> SeatPlanRow:
    """Read the seats of one school; it has one line, and so one zone, in an intake."""
    row = SeatPlanRow(
        line=cells.line,
        intake_code=codes.intake(cells, "intake_code"),
        school_code=codes.school(cells, "school_code"),
        zone_code=codes.zone(cells, "zone_code"),
        seats=cells.whole("seats", most=MOST_SEATS),
        classes=cells.optional_whole("classes", most=MOST_CLASSES),
        last_year_distance=cells.optional_whole("last_year_distance", most=FARTHEST),
    )
    key = (row.intake_code, row.school_code)
    codes.once(cells, table="seat_plans", key=key, column="school_code")
    return row


SEAT_PLANS = ImportTable(
    name="seat_plans",
    required=("intake_code", "school_code", "zone_code", "seats"),
    optional=("classes", "last_year_distance"),
    read=read_seat_plan,
)
