"""Rows of ``seat_plans``: the seats of each school in an intake, for one zone."""

import json
import re

from enrol.services.import_rows.cells import Cells
from enrol.services.import_rows.codes import Codes
from enrol.services.import_rows.table import ImportTable
from enrol.store.loading.staged import SeatPlanRow

MOST_SEATS = 5_000
MOST_CLASSES = 200
FARTHEST = 200_000
MOST_RESERVES = 10
_RESERVE = re.compile(r"([a-z0-9][a-z0-9_-]{0,39}) ?: ?([0-9]{1,4})")


def read_seat_plan(cells: Cells, codes: Codes) -> SeatPlanRow:
    """Read the seats of one school; it has one line, and so one zone, in an intake."""
    seats = cells.whole("seats", most=MOST_SEATS)
    row = SeatPlanRow(
        line=cells.line,
        intake_code=codes.intake(cells, "intake_code"),
        school_code=codes.school(cells, "school_code"),
        zone_code=codes.zone(cells, "zone_code"),
        seats=seats,
        classes=cells.optional_whole("classes", most=MOST_CLASSES),
        last_year_distance=cells.optional_whole("last_year_distance", most=FARTHEST),
        reserves=_reserves(cells, seats=seats),
    )
    key = (row.intake_code, row.school_code)
    codes.once(cells, table="seat_plans", key=key, column="school_code")
    return row


def _reserves(cells: Cells, *, seats: int) -> str:
    """Return the reserved seats in the order in which they fill, as ``seat_plans`` keeps them."""
    text = cells.optional_text("reserves") or ""
    found = [_RESERVE.fullmatch(part.strip()) for part in text.split(";") if part.strip()]
    reserves = [(match[1], int(match[2])) for match in found if match]
    policies = [policy for policy, _ in reserves]
    twice = sorted({policy for policy in policies if policies.count(policy) > 1})
    wanted = sum(count for _, count in reserves)
    if len(reserves) < len(found) or not all(count for _, count in reserves):
        cells.refuse("reserves", "is written policy:seats;policy:seats, each with 1 seat or more")
    elif len(reserves) > MOST_RESERVES:
        cells.refuse("reserves", f"names more than {MOST_RESERVES} policies")
    elif twice:
        cells.refuse("reserves", f"names {twice[0]} twice")
    elif wanted > seats:
        cells.refuse("reserves", f"keeps {wanted} seats of {seats}")
    return json.dumps(reserves)


SEAT_PLANS = ImportTable(
    name="seat_plans",
    required=("intake_code", "school_code", "zone_code", "seats"),
    optional=("classes", "last_year_distance", "reserves"),
    read=read_seat_plan,
)
