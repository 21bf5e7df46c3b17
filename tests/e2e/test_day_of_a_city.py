"""One day of the city's officers in browsers: data, a try, the end of the window, a halted
publication.
"""

import csv
import io
from datetime import datetime, timedelta

import pytest

from enrol.cli.demo.city import City
from enrol.cli.demo.stack import Stack
from enrol.web.locale import VIETNAM
from tests.e2e.conftest import Invite, wait_until
from tests.e2e.desks import Desk, ask, let_neighbours_come, officer_in, read_csv
from tests.e2e.season_steps import ASK, allocate, close, draw
from tests.e2e.words import say

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("stack"),
    pytest.mark.timeout(800),
]

BOTH = ("vi", "en")
FAMILIES = 12
CONFIRM = "Confirm publication as the second officer"
HALT = "Halt the publication"
_FULL = """
SELECT z.code, count(*) FROM registrations r
  JOIN intake_zones i ON i.id = r.intake_zone_id JOIN zones z ON z.id = i.zone_id
 GROUP BY 1 ORDER BY 2 DESC LIMIT 1"""


def test_a_city_officer_s_day(invite: Invite, stack: Stack, city: City) -> None:
    let_neighbours_come(stack, city, families=FAMILIES)
    with stack.app.app_context():
        [(zone, _)] = ask(_FULL)
    first = officer_in(invite, stack, "city-1@enrol.example")
    first.at.languages = BOTH
    first.at.open("/dieu-hanh")
    state_a_holiday(first)
    bring_data_in(first, stack)
    first.at.open("/dieu-hanh")
    first.follow_first("tbody th a")
    intake = first.at.path
    look_around(first, intake)
    try_fewer_seats(first, intake, str(zone))

    second = officer_in(invite, stack, "city-2@enrol.example")
    second.follow_first("tbody th a")
    first.at.languages = ()
    close(first)
    draw(first, second)
    allocate(first)
    first.at.languages = BOTH
    halt(first, second, intake)
    read_the_journal(first, intake)


def state_a_holiday(desk: Desk) -> None:
    """A day off counts at once, and can be taken back."""
    desk.at.follow("Holidays")
    day = (datetime.now(VIETNAM) + timedelta(days=40)).date()
    desk.fill_day("on", day)
    desk.send(expect=422)
    desk.fill(name="Ngày hội của thành phố")
    desk.send()
    assert desk.says(f"{day:%d/%m/%Y} Ngày hội của thành phố")
    desk.at.click(desk.at.page.locator(f"main button[value='{day.isoformat()}']"))
    assert not desk.says("Ngày hội của thành phố")


def bring_data_in(desk: Desk, stack: Stack) -> None:
    """A file with one bad row changes nothing and names it; mended, it is previewed and applied."""
    rows = read_csv(stack, "schools.csv")
    rows[0]["address"] = "Số 1 phố Mới"
    spoilt = [*rows[:-1], rows[-1] | {"unit_code": "99999"}]

    import_files(desk, spoilt)
    wait_for(desk, "Rows that cannot be taken, and warnings")
    assert desk.says(f"schools.csv {len(rows) + 1}"), "the bad row by file and line"
    import_files(desk, rows)
    wait_for(desk, "What would be written")
    apply = desk.at.page.locator("main form[action$='/ap-dung'] button")
    assert apply.inner_text() == say("Apply: write %(count)s rows", "vi", count=1)
    desk.at.click(apply)
    wait_for(desk, "What was written")


def import_files(desk: Desk, rows: list[dict[str, str]]) -> None:
    desk.at.open("/dieu-hanh")
    desk.at.follow("Bring in data from files")
    body = io.StringIO()
    writer = csv.DictWriter(body, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    content = body.getvalue().encode("utf-8")
    desk.at.page.set_input_files(
        "#files", {"name": "schools.csv", "mimeType": "text/csv", "buffer": content}
    )
    desk.send()


def wait_for(desk: Desk, english: str) -> None:
    """Look until the page says so: workers are at it."""

    def is_there() -> bool:
        desk.at.reload()
        return desk.says(say(english, "vi"))

    wait_until(is_there, what=english)
    desk.at.look()


def look_around(desk: Desk, intake: str) -> None:
    """What a city reads in the morning: seats, totals, zones that run short, warnings."""
    for page in (
        "Seats of the schools",
        "Files to look at",
        "Totals by ward and hour",
        "Zones that will run short",
        "Warnings",
        "Zones and residential groups",
    ):
        desk.at.follow(page)
        desk.at.open(intake)


def try_fewer_seats(desk: Desk, intake: str, zone: str) -> None:
    """What if the crowded zone had a single seat? Nothing official changes."""
    desk.at.open(f"{intake}/phuong-an/moi?tuyen={zone}")
    seats = desk.at.page.locator("main input[name^=seats_]")
    for number in range(seats.count()):
        seats.nth(number).fill("1")
    desk.at.press("Try it")
    wait_for(desk, "Child by child")
    assert desk.says(say("loses every wish", "vi"))
    desk.at.open(intake)


def halt(first: Desk, second: Desk, intake: str) -> None:
    """Whoever asked cannot confirm; the second officer sees the same fingerprint and halts."""
    at = datetime.now(VIETNAM) + timedelta(minutes=30)
    first.at.open(intake)
    first.at.follow(ASK)
    seen = first.at.page.locator("dl.summary .code").first.inner_text()
    first.fill_day("on", at.date())
    first.fill(at=f"{at:%H:%M}")
    first.send()
    assert not first.is_offered(CONFIRM), "nobody confirms what they asked for"
    first.at.open(f"{intake}/xac-nhan-cong-bo")
    assert first.at.button(CONFIRM).count() == 0
    second.at.open(intake)
    second.at.follow(CONFIRM)
    assert second.at.page.locator("dl.summary .code").first.inner_text() == seen
    second.at.press(CONFIRM)
    second.at.open(intake)
    second.at.follow(HALT)
    second.send(expect=422)
    second.fill(reason="Một trường vừa báo sai chỉ tiêu.")
    second.send()
    assert second.told("The publication was halted. Nothing is public.")
    first.at.open(intake)
    assert first.says("Một trường vừa báo sai chỉ tiêu.")
    assert first.is_offered(ASK), "it can be asked for again"


def read_the_journal(desk: Desk, intake: str) -> None:
    desk.at.open(f"{intake}/nhat-ky")
    assert desk.says("Một trường vừa báo sai chỉ tiêu.")
