"""One season in browsers: a family registers, the office closes, draws and publishes, the family
reads its result, a stranger verifies it.
"""

import io
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pypdf
import pytest

from enrol.cli.demo.city import City
from enrol.cli.demo.morning import Letter, Morning, replay_morning
from enrol.cli.demo.stack import Stack
from enrol.config import ROOT
from enrol.core.codes import is_code
from enrol.training.office import INTAKE_CODE
from enrol.web.locale import VIETNAM
from tests.e2e.conftest import Invite, wait_until
from tests.e2e.desks import School, officer_in, read_csv, schools_of
from tests.e2e.pages import CHECK, HOME, RECEIPT, WISHES, Family, Officer
from tests.e2e.season_steps import ASK, THROWN, allocate, close, draw
from tests.e2e.visitor import Visitor
from tests.e2e.words import say

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("stack"),
    pytest.mark.timeout(800),
]

BOTH = ("vi", "en")
OTHERS = 12
CONFIRM = "Confirm publication as the second officer"
PROOF, SUBMISSION = "proof.json", "submission.json"


def test_a_family_registers_the_office_draws_and_the_family_reads_why(
    invite: Invite, stack: Stack, city: City, tmp_path: Path
) -> None:
    family = Family(invite(phone=True, languages=BOTH), city.letters[0])
    code = register(family, tmp_path)
    morning = let_others_register(stack, city.letters[1 : 1 + OTHERS])
    morning.kept[family.letter.pupil_code] = code

    first, second = sign_city_in(invite, stack)
    close(first)
    draw(first, second)
    allocate(first)
    school_ids = publish(first, second)

    school = read_result(family, code, schools_of(stack))
    read_what_anybody_can(family, school, tmp_path)
    see_own_only(invite, stack, school, code, school_ids)
    read_journal(first, code)
    verify(stack, family.at, morning, tmp_path)


def register(family: Family, folder: Path) -> str:
    """From the start page to the receipt; returns the code."""
    at = family.at
    at.open("/")
    at.follow("Sign in")
    family.type_codes(secret="0000-0000-0000-0000")
    at.press("Sign in", expect=422)
    assert at.page.locator(".problems").evaluate("box => box === document.activeElement")
    family.type_codes(secret=family.letter.secret)
    at.press("Sign in")
    family.begin()
    family.answer_until(WISHES)
    rank_wishes(family)
    family.answer_until(CHECK)
    code = send(family)
    keep_receipt(family, code, folder)
    send_once_more(family, code)
    read_in_english(family, code)
    return code


def rank_wishes(family: Family) -> None:
    """Rank schools, wrongly at first; the language switch keeps what was chosen."""
    at = family.at
    near, next_near, *_ = family.offered()
    at.press("Continue", expect=422)
    family.rank(next_near, next_near)
    at.press("Continue", expect=422)
    family.rank(next_near, near)
    chosen = family.chosen()
    at.switch_language()
    assert at.path == WISHES
    assert at.heading == "The schools you wish for"
    assert family.chosen() == chosen
    at.switch_language()
    assert at.path == WISHES
    assert family.chosen() == chosen
    at.press("Continue")


def send(family: Family) -> str:
    """Check and send, in two windows at once; returns the code on the receipt."""
    at = family.at
    assert at.heading == say("Check your answers", "vi")
    twin = Family(at.second_window(), family.letter)
    at.press("Send the registration")
    assert at.path == RECEIPT
    code = family.code()
    assert is_code(code)
    twin.at.press("Send the registration")
    assert (twin.at.path, twin.code()) == (RECEIPT, code)
    assert not twin.is_changed(), "one press too many became a second version"
    twin.at.page.close()
    return code


def keep_receipt(family: Family, code: str, folder: Path) -> None:
    """See the picture that leads to the result, and save the receipt."""
    picture = family.at.page.locator("main img")
    assert picture.evaluate("image => image.naturalWidth") > 0
    saved = family.at.download("/gia-dinh/bien-nhan.pdf", folder / "receipt.pdf")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(saved)).pages)
    assert code in text


def send_once_more(family: Family, code: str) -> None:
    """Go back from the receipt and send again: the same receipt."""
    at = family.at
    at.go_back()
    assert at.path == CHECK
    at.press("Send the changes")
    assert (at.path, family.code()) == (RECEIPT, code)
    assert not family.is_changed(), "nothing was changed"


def read_in_english(family: Family, code: str) -> None:
    """Switch to English and back; the receipt stays."""
    at = family.at
    for heading in ("Registration received", say("Registration received", "vi")):
        at.switch_language()
        assert (at.path, at.heading, family.code()) == (RECEIPT, heading, code)


def let_others_register(stack: Stack, letters: Sequence[Letter]) -> Morning:
    """Let other families register over HTTP."""
    morning = replay_morning(
        address=stack.address, letters=letters, seed=1, browsers=3, on_step=lambda: None
    )
    assert not morning.problems
    return morning


def sign_city_in(invite: Invite, stack: Stack) -> tuple[Officer, Officer]:
    """Let both city officers sign in, each in a browser of their own."""
    officers = []
    for number in (1, 2):
        officer = officer_in(invite, stack, f"city-{number}@enrol.example")
        assert officer.at.heading == say("Intakes", "vi")
        officer.at.page.locator("tbody th a").click()
        officers.append(officer)
    return officers[0], officers[1]


def publish(first: Officer, second: Officer) -> dict[str, str]:
    """One officer asks for a minute, another confirms the same fingerprint, the minute comes; then
    read the pages that came of it. Returns the schools' numbers by code.
    """
    at = datetime.now(VIETNAM).replace(second=0) + timedelta(minutes=2)  # at least one from now
    first.at.follow(ASK)
    seen = first.at.page.locator("dl.summary .code").inner_text()
    for name, part in (("Day", at.day), ("Month", at.month), ("Year", at.year)):
        first.at.entry(name).fill(str(part))
    first.at.entry("Hour and minute").fill(f"{at:%H:%M}")
    first.at.press(ASK)
    assert not first.is_offered(CONFIRM)
    second.at.reload()
    second.at.follow(CONFIRM)
    assert second.at.page.locator("dl.summary .code").inner_text() == seen
    second.at.look()
    second.at.press(CONFIRM)

    def is_public() -> bool:  # a worker publishes it, nobody presses a button
        first.at.reload()
        return first.at.page.locator("#pages-title").count() == 1

    deadline = time.monotonic() + 240
    while not is_public():
        assert time.monotonic() < deadline, "the agreed minute came and went"
        time.sleep(2)
    intake = first.at.path
    first.at.follow("Registrations without a seat")
    first.at.open(intake)
    first.at.follow("Seats of the schools")
    numbers = first.school_numbers()
    first.at.open(intake)
    return numbers


def read_result(family: Family, code: str, schools: dict[str, School]) -> School:
    """Find the result with code and secret, and again from home; returns the school."""
    at = family.at
    at.open("/tra-cuu")
    family.type_result_codes(code=code, secret="0000-0000-0000-0000")
    at.press("Show the result", expect=422)

    def is_there() -> bool:  # a worker writes every zone's pages
        at.open(f"/tra-cuu?ma={code}")
        at.entry("Secret code").fill(family.letter.secret)
        return at.press("Show the result", expect=(200, 404)) == 200

    wait_until(is_there, what="the result is published")
    decision = at.heading
    school = next(school for school in schools.values() if school.name in decision)
    granted = say("Your child has a place at %(school)s", "vi", school=school.name)
    proposed = say("A place is proposed for your child at %(school)s", "vi", school=school.name)
    assert decision in (granted, proposed)
    assert at.page.locator("h2").first.inner_text() == say("Why", "vi")
    address = at.path
    at.open(HOME)
    at.follow("See the result")
    assert (at.path, at.heading) == (address, decision)
    at.switch_language()
    assert at.path == f"{address}.en"
    assert at.heading.startswith(("Your child has a place at", "A place is proposed"))
    at.switch_language()
    at.open(f"/danh-sach/{school.code}")
    assert code in at.text
    return school


def read_what_anybody_can(family: Family, school: School, folder: Path) -> None:
    """Read the rules, the draw, a ward's schools, and fetch the proof for the own registration."""
    at = family.at
    for path in ("/", "/quy-dinh", "/truong", f"/truong/{school.unit}", "/tiep-can"):
        at.open(path)
    at.open("/boc-so")
    assert THROWN in at.text
    at.open("/gia-dinh/kiem-chung")
    for name in (PROOF, SUBMISSION):
        at.download(f"/gia-dinh/{name}", folder / name)


def see_own_only(
    invite: Invite, stack: Stack, school: School, code: str, numbers: dict[str, str]
) -> None:
    """A ward and a school see their own children; what belongs to others is not there."""
    staff = read_csv(stack, "staff.csv")
    other = next(line for line in schools_of(stack).values() if line.unit != school.unit)
    ward = next(row["email"] for row in staff if row["unit_code"] == school.unit)
    office = officer_in(invite, stack, ward)
    office.at.page.locator("tbody th a").click()
    rows = office.at.page.locator("tbody th").all_inner_texts()
    assert rows, "its zone"
    intake = office.at.path
    office.at.follow("Seats of the schools")
    assert school.name in office.at.text
    assert other.name not in office.at.text
    roll = office.at.page.locator("tr", has_text=school.code)
    roll.get_by_role("link").click()
    assert code in office.at.text
    file = office.at.page.get_by_role("link", name=code)
    if file.count():
        office.at.click(file)
        assert code in office.at.heading
    else:  # led here from another ward, whose desk holds the file
        office.at.open(f"/dieu-hanh/ho-so/{code}", expect=404)
    office.at.open(f"{intake}/nhat-ky", expect=404)

    own = officer_in(invite, stack, f"school-{school.code.lower()}@enrol.example")
    own.at.page.locator("tbody th a").click()
    own.at.look()
    desk = own.at.path
    own.at.follow("Registrations that wish us first")
    own.at.open(desk)
    own.at.follow("Our roll")
    assert code in own.at.text
    foreign = numbers[other.code]
    own.at.open(f"{desk.rpartition('/')[0]}/{foreign}", expect=404)
    own.at.open(f"{desk.rpartition('/')[0]}/{foreign}/danh-sach", expect=404)
    office.at.open(f"{intake}/truong/{foreign}", expect=404)


def read_journal(first: Officer, code: str) -> None:
    """The city's journal says who read the child's file."""
    intake = first.at.path
    first.at.open(f"/dieu-hanh/ho-so/{code}")
    first.at.open(intake)
    first.at.follow("Journal")
    assert code in first.at.text


def verify(stack: Stack, at: Visitor, morning: Morning, folder: Path) -> None:
    """A family verifies what the page of the draw offers, put there by workers."""

    def is_offered() -> bool:
        return at.context.request.get(f"{at.address}/kiem-chung/{INTAKE_CODE}.zip").ok

    wait_until(is_offered, what="the bundle is offered")
    at.open("/boc-so")
    bundle, program = folder / "B.zip", folder / "verify.pyz"
    at.download(f"/kiem-chung/{INTAKE_CODE}.zip", bundle)
    at.download("/kiem-chung/verify.pyz", program)

    verifier = ["-I", "-S", str(program)]
    assert run([*verifier, str(bundle)], stack)
    own = ["--proof", str(folder / PROOF), "--submission", str(folder / SUBMISSION)]
    assert run([*verifier, *own], stack)
    with zipfile.ZipFile(bundle) as members:
        entries = members.read("entries.jsonl").decode().splitlines()
    listed = sorted(json.loads(entry)["code"] for entry in entries)
    assert listed == sorted(morning.kept.values())


def run(arguments: list[str], stack: Stack) -> str:
    """Run Python as an administrator would, with the stack's settings."""
    environment = os.environ | {"ENROL_ENV_FILE": str(stack.environment_file)}
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=ROOT, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
