"""Officers at their desks, each in a browser of their own, and what the city's files hold."""

import csv
import io
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from benchmarks.load.crowded import crowd_one_zone
from enrol.cli.demo.city import City, one_time_password
from enrol.cli.demo.morning import replay_morning
from enrol.cli.demo.stack import Stack
from enrol.store.db import transaction
from tests.e2e.conftest import Invite
from tests.e2e.pages import Officer

OWN_PASSWORD = "bảy con vịt qua cầu ao"
_NEIGHBOURS = """
WITH living AS (
  SELECT c.pupil_code, g.zone_id FROM residences r
    JOIN residential_groups g ON g.id = r.group_id
    JOIN children c ON c.id = r.child_id
   WHERE r.kind = 'permanent'
)
SELECT pupil_code FROM living
 WHERE zone_id = (SELECT zone_id FROM living GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1)"""


@dataclass(frozen=True)
class School:
    """A line of the office's files."""

    code: str
    name: str
    unit: str


class Desk(Officer):
    """An officer's desk: forms filled in by the names of their fields."""

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.at.page.locator(f"main [name={name}]").fill(value)

    def choose(self, **fields: str) -> None:
        for name, value in fields.items():
            self.at.page.locator(f"main input[name={name}][value='{value}']").check()

    def pick(self, **fields: str) -> None:
        for name, value in fields.items():
            self.at.page.locator(f"main select[name={name}]").select_option(value)

    def fill_day(self, name: str, day: date) -> None:
        parts = {"day": day.day, "month": day.month, "year": day.year}
        self.fill(**{f"{name}_{part}": str(number) for part, number in parts.items()})

    def follow_first(self, css: str) -> None:
        self.at.click(self.at.page.locator(f"main {css}").first)

    def send(self, *, expect: int = 200) -> None:
        """Press the page's own button, whatever it is called."""
        self.at.click(self.at.page.locator("main #main-form button.act").last, expect=expect)

    def says(self, words: str) -> bool:
        return words in self.at.text


def officer_in(invite: Invite, stack: Stack, email: str) -> Desk:
    """Give an officer a password for one sign-in, and let them sign in with it."""
    adapters = stack.app.extensions["enrol_adapters"]
    password = one_time_password(email=email, adapters=adapters)
    officer = Desk(invite(phone=False), email)
    officer.sign_in(password=password, own=OWN_PASSWORD)
    return officer


def let_neighbours_come(stack: Stack, city: City, *, families: int) -> None:
    """Let one zone be crowded, and that many families who live there register over HTTP."""
    with stack.app.app_context():
        crowd_one_zone()
        there = {code for (code,) in ask(_NEIGHBOURS)}
    letters = [letter for letter in city.letters if letter.pupil_code in there]
    morning = replay_morning(
        address=stack.address, letters=letters[:families], seed=1, browsers=3, on_step=lambda: None
    )
    assert not morning.problems


def ask(query: str, **values: object) -> list[tuple[object, ...]]:
    """Return what the database says, for choosing whom a test is about."""
    with transaction() as tx:
        return [tuple(row) for row in tx.execute(text(query), values)]


def schools_of(stack: Stack) -> dict[str, School]:
    """Return the city's schools by code."""
    rows = read_csv(stack, "schools.csv")
    return {row["code"]: School(row["code"], row["name"], row["unit_code"]) for row in rows}


def read_csv(stack: Stack, name: str) -> list[dict[str, str]]:
    text = (stack.directory / "city" / name).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))
