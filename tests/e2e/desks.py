"""Officers at their desks, each in a browser of their own, and what the city's files hold."""

import csv
import io
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from enrol.cli.demo.city import City, one_time_password
from enrol.cli.demo.morning import Letter, replay_morning
from enrol.cli.demo.stack import Stack
from enrol.store.db import transaction
from tests.e2e.conftest import Invite
from tests.e2e.pages import Officer

OWN_PASSWORD = "bảy con vịt qua cầu ao"
NEIGHBOURS = 60
# The city is thinly peopled, three children a ward: a desk with a day's work needs a full one.
_MOVE_TOGETHER = """
WITH chosen AS (
  SELECT zone_id, array_agg(id ORDER BY id) AS groups FROM residential_groups
   GROUP BY zone_id ORDER BY count(*) DESC, zone_id LIMIT 1
), movers AS (
  SELECT id, row_number() OVER (ORDER BY id) AS number FROM children
   WHERE pupil_code = ANY (:codes)
)
UPDATE residences r SET group_id = g.id, unit_id = g.unit_id
  FROM chosen, movers, residential_groups g
 WHERE r.child_id = movers.id
   AND NOT COALESCE(r.kind = 'permanent' AND movers.number % CAST(:every AS int) = 0, false)
   AND g.id = chosen.groups[1 + movers.number % cardinality(chosen.groups)]"""


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


def let_neighbours_come(
    stack: Stack, city: City, *, families: int, one_in: int | None = None
) -> None:
    """Let families live in one zone, and the first of them register over HTTP; ``one_in`` so many
    children live there and have their permanent residence where it was.
    """
    codes = [letter.pupil_code for letter in neighbours(city)]
    with stack.app.app_context(), transaction() as tx:
        tx.execute(text(_MOVE_TOGETHER), {"codes": codes, "every": one_in})
    morning = replay_morning(
        address=stack.address,
        letters=neighbours(city)[:families],
        seed=1,
        browsers=3,
        on_step=lambda: None,
    )
    assert not morning.problems


def neighbours(city: City) -> list[Letter]:
    """Return the letters of the families who live in the full zone."""
    return list(city.letters[:NEIGHBOURS])


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
