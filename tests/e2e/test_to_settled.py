"""Three families and their officers in browsers, from provisional results to a settled school year,
and strangers who check what was published, as it is and tampered with.
"""

import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from enrol.cli.demo.city import City
from enrol.cli.demo.season import Season
from enrol.cli.demo.stack import Stack
from enrol.core.sequel_files import read_answers, write_answers
from enrol.store.db import transaction
from enrol.store.seat_answers import moves_of
from enrol.training.office import INTAKE_CODE
from tests.e2e import settling_steps as steps
from tests.e2e.conftest import Invite, wait_until
from tests.e2e.desks import Desk, ask, let_neighbours_come, officer_in, read_csv, schools_of
from tests.e2e.pages import HOME, Family
from tests.e2e.settling_steps import Gain
from tests.e2e.words import say
from tests.unit.core.bundles import resealed

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("stack"),
    pytest.mark.timeout(900),
]

BOTH = ("vi", "en")
FAMILIES = 36
SEAT = "/gia-dinh/cho-hoc"
_PUPIL = """
SELECT c.pupil_code FROM registrations r JOIN children c ON c.id = r.child_id
 WHERE r.code = :code"""
_WARD = """
SELECT u.code FROM registrations r JOIN intake_zones i ON i.id = r.intake_zone_id
  JOIN zones z ON z.id = i.zone_id JOIN units u ON u.id = z.unit_id WHERE r.code = :code"""


def test_three_families_from_provisional_results_to_settled(
    invite: Invite, stack: Stack, city: City, season: Season, tmp_path: Path
) -> None:
    with stack.app.app_context():
        give_results(stack, city, season)
        gain = steps.who_gains(season.intake_id)
        officer = officer_in(invite, stack, "city-1@enrol.example")
        officer.at.languages = BOTH
        officer.follow_first("tbody th a")
        intake = officer.at.path

        reporting = family_of(invite, city, gain.code)
        report_an_error(reporting)
        correct_the_fact(invite, stack, intake, gain)
        steps.compute_final(officer, intake, gain=gain)
        steps.publish_final(season)
        read_the_final_result(reporting, stack, gain)

        steps.open_answers(officer, intake)
        parts = steps.cast(but=gain.code)
        moving = family_of(invite, city, parts.moves)
        wait_on(moving)
        declining = family_of(invite, city, parts.declines)
        decline(declining)
        accepting = family_of(invite, city, parts.accepts)
        accept(accepting)
        come_with_papers(invite, stack, parts)
        steps.hold_round(officer, intake)
        see_the_new_seat(moving, stack, season, parts)
        see_nothing_left(declining)
        see_enrolment(accepting)

        while steps.let_others_accept():
            steps.hold_round(officer, intake)
        steps.settle(officer, intake)
        accepting.at.open(SEAT)
        bundle = download(officer, season, tmp_path)
    check_and_tamper(bundle, tmp_path)


def give_results(stack: Stack, city: City, season: Season) -> None:
    """Let families register over HTTP, and take the office's steps to provisional results."""
    let_neighbours_come(stack, city, families=FAMILIES, one_in=2)
    steps.give_seats()
    season.close()
    season.draw()
    season.allocate()
    season.publish()


def family_of(invite: Invite, city: City, code: str) -> Family:
    """Let the family of a registration sign in on a telephone of its own."""
    [(pupil,)] = ask(_PUPIL, code=code)
    letter = next(one for one in city.letters if one.pupil_code == pupil)
    family = Family(invite(phone=True, languages=BOTH), letter)
    family.at.open("/gia-dinh/dang-nhap")
    family.type_codes(secret=letter.secret)
    family.at.press("Sign in")
    return family


def report_an_error(family: Family) -> None:
    at = family.at
    at.open(HOME)
    at.follow("Report an error of fact")
    at.follow("Report an error of fact")
    at.page.locator("main input[name=fact][value=residence]").check()
    at.press("Continue")
    at.press("Continue", expect=422)
    at.page.locator("main [name=words]").fill("Hộ khẩu của cháu ở tổ dân phố này từ tháng 2.")
    at.press("Continue")
    at.press("Send the report")
    assert at.heading == say("We have your report", at.language)


def correct_the_fact(invite: Invite, stack: Stack, intake: str, gain: Gain) -> None:
    """The office of the child's ward reads the report and corrects the residence."""
    [(ward,)] = ask(_WARD, code=gain.code)
    email = next(row["email"] for row in read_csv(stack, "staff.csv") if row["unit_code"] == ward)
    desk = officer_in(invite, stack, email)
    desk.at.languages = BOTH
    desk.at.open(intake)
    desk.at.follow("Errors of fact")
    desk.at.click(desk.at.page.get_by_role("link", name=gain.code))
    desk.at.press("Decide the report", expect=422)
    desk.choose(outcome="corrected")
    for name in ("permanent_in_zone", "current_in_zone"):
        desk.at.page.locator(f"main input[name={name}]").check()
    desk.pick(reason="residence")
    desk.fill(reply="Đã đối chiếu với Công an phường: hộ khẩu đúng như gia đình báo.")
    desk.at.press("Decide the report")
    assert desk.told("Done: the family reads it now.")


def read_the_final_result(family: Family, stack: Stack, gain: Gain) -> None:
    """The family reads the office's answer, and the result that followed from it."""
    at = family.at
    at.open(HOME)
    at.follow("Errors of fact")
    assert say("The corrected fact counts for the final result.", at.language) in at.text
    name = schools_of(stack)[gain.school].name
    granted = say("Your child has a place at %(school)s", at.language, school=name)

    def is_there() -> bool:
        at.glance(result)
        return at.heading == granted

    at.open(HOME)
    result = urlsplit(at.link("See the result").get_attribute("href") or "").path
    wait_until(is_there, what="the corrected result is shown")
    at.look()


def open_seat(family: Family) -> None:
    """Reach the page of the seat as a family does, by the links."""
    family.at.open(HOME)
    family.at.follow("Your seat and your answer")


def answer(family: Family, value: str) -> None:
    open_seat(family)
    family.at.press("Send the answer", expect=422)
    family.at.page.locator(f"main input[name=answer][value={value}]").check()
    family.at.press("Send the answer")


def accept(family: Family) -> None:
    answer(family, "accept")
    assert say("You accepted the seat.", family.at.language) in family.at.text


def wait_on(family: Family) -> None:
    answer(family, "stay")
    waits = family.at.page.locator("tbody td.number").all_inner_texts()
    assert waits[0] == "1", "called next"


def decline(family: Family) -> None:
    """Two steps: what would be left is shown first, and nothing is kept before the tick."""
    at = family.at
    answer(family, "decline")
    assert at.heading == say("Before you decline", at.language)
    at.press("Decline", expect=422)
    at.page.locator("main input[name=sure]").check()
    at.press("Decline")
    assert say("We have your answer.", at.language) in at.text


def come_with_papers(invite: Invite, stack: Stack, parts: steps.Parts) -> None:
    """The family that accepted comes to the desk of its school."""
    desk = officer_in(invite, stack, f"school-{parts.school.lower()}@enrol.example")
    desk.at.languages = BOTH
    desk.follow_first("tbody th a")
    desk.at.follow("Answers and enrolment")
    row = desk.at.page.locator("tbody tr", has_text=parts.accepts)
    desk.at.click(row.get_by_role("button"))
    row = desk.at.page.locator("tbody tr", has_text=parts.accepts)
    assert row.get_by_role("button").count() == 0, "once is enough"
    silent = "Show only who has not answered"
    desk.at.follow(silent)
    assert parts.accepts not in desk.at.text


def see_the_new_seat(family: Family, stack: Stack, season: Season, parts: steps.Parts) -> None:
    """The family that waited has the seat, reads why, and the ledger names whose it was."""
    at = family.at
    open_seat(family)
    name = schools_of(stack)[parts.wanted].name
    assert f"{say('Your child has a seat at', at.language)} {name}." in at.text
    with transaction() as tx:
        [move] = moves_of(tx, intake_id=season.intake_id, code=parts.moves)
    assert (move.taken, move.cause, move.place) == (name, "declined", 1)
    assert move.on is not None
    day = f"{move.on:%d/%m/%Y}"
    cause = say("A seat at %(school)s was declined on %(day)s.", "vi", school=name, day=day)
    assert cause in at.text
    assert ask("SELECT by FROM ledger_lines WHERE code = :code", code=parts.moves) == [
        (parts.declines,)
    ]


def see_nothing_left(family: Family) -> None:
    open_seat(family)
    assert say("Your child holds no seat at the moment.", family.at.language) in family.at.text


def see_enrolment(family: Family) -> None:
    open_seat(family)
    assert say("Enrolled at the school", family.at.language) in family.at.text


def download(officer: Desk, season: Season, folder: Path) -> Path:
    """Fetch verifier and bundle from the page of the draw, once the last round is in it."""
    at = officer.at
    [(rounds,)] = ask(
        "SELECT max(number) FROM rounds WHERE intake_id = :intake", intake=season.intake_id
    )
    bundle = folder / "B.zip"

    def has_every_round() -> bool:
        at.glance("/boc-so")
        at.download(f"/kiem-chung/{INTAKE_CODE}.zip", bundle)
        with zipfile.ZipFile(bundle) as members:
            if "answers.csv" not in members.namelist():
                return False
            return len(read_answers(members.read("answers.csv"))) == rounds

    wait_until(has_every_round, what="the bundle has every round")
    at.look()
    at.download("/kiem-chung/verify.pyz", folder / "verify.pyz")
    return bundle


def check_and_tamper(bundle: Path, folder: Path) -> None:
    """The bundle holds; copies of it with a change are refused by the name of what differs."""
    status, told = verified(bundle)
    assert status == 0, told
    with zipfile.ZipFile(bundle) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    rounds = read_answers(members["answers.csv"])
    ledger = members["ledger.csv"].splitlines(keepends=True)
    assert len(rounds) >= 2
    rolls = members["rolls.csv"].splitlines(keepends=True)
    forgeries = {
        "a member changed": ({"rolls.csv": b"".join(rolls[:-1])}, False, "The file rolls.csv does"),
        "and sealed anew": ({"rolls.csv": b"".join(rolls[:-1])}, True, "The rolls say"),
        "the first round dropped": (
            {
                "answers.csv": write_answers(rounds[1:]),
                "ledger.csv": b"".join(line for line in ledger if not line.startswith(b"1,")),
            },
            True,
            "The rolls say",
        ),
        "the order of rounds altered": (
            {"answers.csv": write_answers([rounds[1], rounds[0], *rounds[2:]])},
            True,
            "The ",
        ),
    }
    for name, (changes, is_sealed, difference) in forgeries.items():
        forged = {**members, **changes}
        path = folder / "forged.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for member, data in (resealed(forged) if is_sealed else forged).items():
                archive.writestr(member, data)
        status, told = verified(path)
        assert status == 1, (name, told)
        assert f"First difference: {difference}" in told, (name, told)


def verified(bundle: Path) -> tuple[int, str]:
    """Run the downloaded verifier beside the bundle in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(bundle.with_name("verify.pyz")), str(bundle)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
