"""One day of a ward's officer in a browser: seats, residences, zones, the counter."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from enrol.adapters.workbook_records import workbook_records
from enrol.cli.demo.city import City
from enrol.cli.demo.stack import Stack
from enrol.core.codes import is_code
from enrol.store.db import transaction
from tests.e2e.conftest import Invite
from tests.e2e.desks import Desk, ask, let_neighbours_come, neighbours, officer_in, read_csv
from tests.e2e.words import say

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("stack"),
    pytest.mark.timeout(800),
]

BOTH = ("vi", "en")
FAMILIES = 12
_VERDICT = 7
_WARD = """
SELECT u.code, z.code, z.id, u.id FROM zones z JOIN units u ON u.id = z.unit_id
 WHERE z.id = (SELECT i.zone_id FROM registrations r
                 JOIN intake_zones i ON i.id = r.intake_zone_id
                GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)"""
_GROUP = """
SELECT g.id, count(*) FROM registrations r
  JOIN residences h ON h.child_id = r.child_id AND h.kind = 'permanent'
  JOIN residential_groups g ON g.id = h.group_id
 WHERE g.zone_id = :zone GROUP BY g.id ORDER BY count(*) DESC, g.id LIMIT 1"""
_SECOND_ZONE = """
UPDATE zones SET unit_id = :ward
 WHERE id = (SELECT z.id FROM zones z JOIN intake_zones i ON i.zone_id = z.id
              WHERE z.id <> :zone ORDER BY z.code LIMIT 1) RETURNING code"""
_BORN = "SELECT birth_on FROM children WHERE pupil_code = :code"


@dataclass(frozen=True)
class Ward:
    """The ward whose zone is crowded."""

    code: str
    zone: str
    group: str
    """The number of the residential group with most registrations."""


def test_a_ward_officer_s_day(invite: Invite, stack: Stack, city: City, tmp_path: Path) -> None:
    let_neighbours_come(stack, city, families=FAMILIES)
    with stack.app.app_context():
        [(code, zone, zone_id, ward_id)] = ask(_WARD)
        [(group, _)] = ask(_GROUP, zone=zone_id)
        second = give_a_second_zone(ward=ward_id, zone=zone_id)
        later = neighbours(city)[FAMILIES]
        [(born,)] = ask(_BORN, code=later.pupil_code)
        [(registered, registered_born)] = ask(
            "SELECT c.pupil_code, c.birth_on FROM registrations r"
            " JOIN children c ON c.id = r.child_id ORDER BY r.code LIMIT 1"
        )
    ward = Ward(str(code), str(zone), str(group))
    email = next(
        row["email"] for row in read_csv(stack, "staff.csv") if row["unit_code"] == ward.code
    )
    desk = officer_in(invite, stack, email)
    desk.at.languages = BOTH
    desk.follow_first("tbody th a")
    intake = desk.at.path

    state_more_seats(desk, intake)
    confirm_residences(desk, intake, tmp_path)
    apologise(desk, intake)
    move_a_group(desk, intake, ward, second)
    assert isinstance(born, date)
    assert isinstance(registered_born, date)
    register_at_the_counter(desk, ward, later.pupil_code, born)
    give_a_new_secret(desk, ward, str(registered), registered_born)


def give_a_second_zone(*, ward: object, zone: object) -> str:
    """Let the ward answer for a neighbouring zone too, or no group could move anywhere."""
    with transaction() as tx:
        row = tx.execute(text(_SECOND_ZONE), {"ward": ward, "zone": zone})
        return str(row.scalar_one())


def state_more_seats(desk: Desk, intake: str) -> None:
    """More than 35 children a class is not forbidden, but somebody has to say why."""
    desk.at.follow("Seats of the schools")
    desk.at.click(desk.at.page.locator("tbody a[href*='/chi-tieu/']").first)
    desk.fill(seats="40", classes="1")
    desk.send(expect=422)
    assert desk.at.page.locator("#seats").input_value() == "40", "what was typed is kept"
    desk.fill(reason="Trường có thêm phòng học rộng, đã được Sở đồng ý.")
    desk.send()
    assert desk.told("The seats were saved.")
    desk.at.open(intake)


def confirm_residences(desk: Desk, intake: str, folder: Path) -> None:
    """The list goes out to the police and comes back: first a preview, then it is applied."""
    desk.at.follow("Residences to confirm")
    page = desk.at.page
    with page.expect_download() as expected:
        desk.at.link("Fetch the list (Excel)").click()
    expected.value.save_as(folder / "list.xlsx")
    rows = [list(record.fields) for record in workbook_records(path=folder / "list.xlsx")]  # type: ignore[union-attr]
    filled = [row for row in rows if len(row) > _VERDICT and is_code(row[1].strip("'"))]
    assert len(filled) >= 2
    filled[0][_VERDICT], filled[1][_VERDICT] = "Đúng", "Sai"
    page.set_input_files("#list", _as_csv([*rows[:4], ["", "AR1", *[""] * 5, "Đúng", "", "x"]]))
    desk.send(expect=422)
    page.set_input_files("#list", _as_csv(rows))
    desk.send()
    assert desk.says(say("Will be recorded", "vi"))
    button = desk.at.page.locator("main form button").first
    assert button.inner_text() == say("Record %(count)s findings", "vi", count=2)
    desk.at.click(button)
    assert desk.says(say("Recorded", "vi"))
    code = filled[1][1].strip("'")
    desk.at.click(page.get_by_role("link", name=code).first)
    assert desk.says(
        say("found by %(source)s", "vi", source=say("the police’s list of residence", "vi"))
    )
    desk.at.open(intake)


def _as_csv(rows: list[list[str]]) -> dict[str, str | bytes]:
    body = io.StringIO()
    csv.writer(body).writerows(rows)
    content = body.getvalue().encode("utf-8-sig")
    return {"name": "list.csv", "mimeType": "text/csv", "buffer": content}


def apologise(desk: Desk, intake: str) -> None:
    """An answer will be late: a new date once, with a letter; a second time is not offered."""
    desk.at.follow("Files to look at")
    links = desk.at.page.locator("tbody th a")
    if "/xet-duyet/" not in desk.at.path:
        desk.at.click(links.first)
    desk.at.click(desk.at.page.locator("tbody th a").first)
    told = desk.at.page.locator("main p", has_text=say("To be answered by", "vi"))
    due = told.first.locator("strong").first.inner_text()
    day = date(*map(int, reversed(due.split("/")))) + timedelta(days=7)
    desk.at.follow("Apologise and postpone")
    desk.fill_day("on", day)
    desk.fill(reason="Công an phường cần thêm thời gian xác minh.")
    desk.send()
    assert desk.says(f"{day:%d/%m/%Y}")
    assert desk.at.link("Apologise and postpone").count() == 0
    letter = desk.at.link("Letter of apology (PDF)").get_attribute("href")
    answer = desk.at.context.request.get(f"{desk.at.address}{letter}")
    assert answer.body().startswith(b"%PDF-")
    desk.at.open(intake)


def move_a_group(desk: Desk, intake: str, ward: Ward, second: str) -> None:
    """Read what moving would do, press, and find the group in its new zone."""
    desk.at.follow("Zones and residential groups")
    row = desk.at.page.locator("tbody tr", has=desk.at.page.get_by_text(ward.zone, exact=False))
    desk.at.click(row.first.locator(f"a[href$='/to/{ward.group}']"))
    desk.pick(zone=second)
    desk.at.press("Show what would happen")
    assert desk.says(say("What will happen", "vi"))
    button = desk.at.page.locator("#main-form button.act").last
    moved = re.search(r"\d+", button.inner_text())
    assert moved is not None
    assert int(moved[0]) > 0
    desk.send(expect=422)
    desk.fill(
        reason="Tổ dân phố sáp nhập theo nghị quyết của phường.",
        message="Tổ dân phố của gia đình nay thuộc tuyến khác. Mời Quý phụ huynh chọn lại.",
    )
    desk.send()
    assert desk.told("The group was moved, and %(count)s files with it.", count=moved[0])
    row = desk.at.page.locator("tbody tr", has=desk.at.page.get_by_text(second, exact=False))
    assert row.first.locator(f"a[href$='/to/{ward.group}']").count() == 1
    desk.at.open(intake)


def register_at_the_counter(desk: Desk, ward: Ward, pupil_code: str, born: date) -> None:
    """A family without a telephone: one page, a receipt; coming twice is noticed."""
    find_at_the_counter(desk, ward, pupil_code, born, act="register")
    for rank in (1, 2):
        choices = desk.at.page.locator(f"main select[name=wish_{rank}] option")
        desk.pick(**{f"wish_{rank}": choices.nth(rank).get_attribute("value") or ""})
    for name, said in (("guardian_name", "Trần Thị Bình"), ("phone", "0952 345 678")):
        if not desk.at.page.locator(f"main [name={name}]").input_value():
            desk.fill(**{name: said})
    desk.choose(relation="mother")
    desk.send(expect=422)
    assert desk.at.page.locator(".problems").count() == 1, "not without consent"
    desk.at.page.locator("main input[name=consent]").first.check()
    desk.send()
    code = desk.at.page.locator(".panel-code").first.inner_text().strip()
    assert is_code(code)
    find_at_the_counter(desk, ward, pupil_code, born, act="register")
    assert desk.says(code), "registered already"


def give_a_new_secret(desk: Desk, ward: Ward, pupil_code: str, born: date) -> None:
    """A lost secret is replaced, with a reason, and shown once."""
    find_at_the_counter(desk, ward, pupil_code, born, act="reset")
    desk.send(expect=422)
    desk.fill(reason="Gia đình làm mất giấy, đã xuất trình căn cước.")
    desk.send()
    assert desk.at.heading == say("New secret code", "vi")
    secret = desk.at.page.locator("dl.summary .code").last.inner_text()
    assert re.fullmatch(r"(\w{4}-){3}\w{4}", secret)


def find_at_the_counter(desk: Desk, ward: Ward, pupil_code: str, born: date, *, act: str) -> None:
    desk.at.open("/can-bo/quay")
    desk.choose(act=act)
    desk.fill(pupil_code=pupil_code)
    desk.fill_day("birth", born)
    desk.pick(ward=ward.code)
    desk.send()
