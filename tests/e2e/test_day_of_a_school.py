"""One day of a school's officer in a browser: the queue, files one by one, many at once, a list."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from enrol.cli.demo.city import City
from enrol.cli.demo.stack import Stack
from enrol.core.names import search_key
from tests.documents import A_PDF
from tests.e2e.conftest import Invite, wait_until
from tests.e2e.desks import Desk, ask, let_neighbours_come, officer_in
from tests.e2e.words import say

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("stack"),
    pytest.mark.timeout(800),
]

BOTH = ("vi", "en")
FAMILIES = 24
NEEDED = 6
_BUSIEST = """
SELECT s.code, array_agg(r.code ORDER BY r.code), array_agg(c.full_name ORDER BY r.code)
  FROM registrations r
  JOIN schools s ON s.id = r.wishes[1]
  JOIN children c ON c.id = r.child_id
 WHERE r.status = 'submitted'
 GROUP BY s.code ORDER BY count(*) DESC, s.code LIMIT 1"""


@dataclass(frozen=True)
class File:
    """A registration that wishes the school first."""

    code: str
    name: str


def test_a_school_officer_s_day(invite: Invite, stack: Stack, city: City) -> None:
    let_neighbours_come(stack, city, families=FAMILIES)
    with stack.app.app_context():
        [(school, codes, names)] = ask(_BUSIEST)
    files = [File(*pair) for pair in zip(codes, names, strict=True)]  # type: ignore[call-overload]
    assert len(files) >= NEEDED, "the busiest school has too few files for a day"
    first, second, third, fourth, *rest = files

    desk = officer_in(invite, stack, f"school-{str(school).lower()}@enrol.example")
    desk.at.languages = BOTH
    desk.follow_first("tbody th a")
    desk.at.follow("Files to look at")
    queue = desk.at.path

    find_without_accents(desk, first)
    look_at_a_family_s_facts(desk, first)
    put_a_document_in(desk, first)
    ask_a_family(desk, queue, second)
    refuse(desk, queue, third)
    accept_one(desk, queue, fourth)
    accept_many(desk, queue, rest)
    fetch_the_list(desk, queue, [first, second, fourth, *rest])
    read_what_was_written_down(desk, first)


def find_without_accents(desk: Desk, file: File) -> None:
    """Type the name as one types in a hurry, and press Enter."""
    desk.fill(tim=search_key(file.name))
    with desk.at.page.expect_navigation():
        desk.at.page.locator("#tim").press("Enter")
    rows = desk.at.page.locator("tbody tr")
    assert file.code in rows.first.inner_text()
    assert all(search_key(file.name) in search_key(row) for row in rows.all_inner_texts()), (
        "others were found too"
    )
    desk.at.click(desk.at.page.get_by_role("link", name=file.code))
    assert file.code in desk.at.heading
    assert desk.says(file.name)


def look_at_a_family_s_facts(desk: Desk, file: File) -> None:
    """Confirm one fact, contradict another, and see both beside what the family stated."""
    facts = desk.at.page.locator("tbody th[scope=row] a")
    assert facts.count() >= 2
    desk.at.click(facts.nth(0))
    desk.send(expect=422)
    assert desk.at.page.locator(".problems").count() == 1, "not without a finding"
    desk.choose(finding="verified:seen_in_vneid")
    desk.send()
    desk.at.click(facts.nth(1))
    desk.choose(finding="contradicted:not_resident")
    desk.fill(note="Công an phường trả lời sáng nay")
    desk.send()
    assert file.code in desk.at.heading
    assert desk.says(say("not registered there", "vi"))
    assert desk.says("Công an phường trả lời sáng nay")


def put_a_document_in(desk: Desk, file: File) -> None:
    """A page that is no document is refused; a PDF is kept and comes back as it was."""
    desk.at.follow("Add a document")
    desk.choose(about="residence")
    page = desk.at.page
    page.set_input_files(
        "#document", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"MZ not a PDF"}
    )
    desk.send(expect=422)
    page.set_input_files(
        "#document", {"name": "giay.pdf", "mimeType": "application/pdf", "buffer": A_PDF}
    )
    desk.choose(about="residence")
    desk.send()
    assert file.code in desk.at.heading
    address = page.locator("main a[href*='/giay-to/']").first.get_attribute("href")
    answer = desk.at.context.request.get(f"{desk.at.address}{address}")
    assert (answer.status, answer.body()) == (200, A_PDF)


def ask_a_family(desk: Desk, queue: str, file: File) -> None:
    """Ask for a paper until a day; the file then waits for the family."""
    open_file(desk, queue, file)
    desk.at.follow("Ask the family")
    desk.choose(asked_for="birth_certificate")
    desk.fill(message="Xin gửi ảnh giấy khai sinh của cháu.")
    desk.fill_day("on", (datetime.now(UTC) + timedelta(days=5)).date())
    desk.send()
    assert desk.says("Xin gửi ảnh giấy khai sinh của cháu.")
    assert desk.says(say("Not answered yet", "vi"))


def refuse(desk: Desk, queue: str, file: File) -> None:
    """Mark a file not eligible; a reason must be chosen."""
    open_file(desk, queue, file)
    desk.at.follow("Mark not eligible")
    desk.send(expect=422)
    desk.choose(reason="already_at_school")
    desk.send()
    assert desk.says(say("Not eligible", "vi"))


def accept_one(desk: Desk, queue: str, file: File) -> None:
    open_file(desk, queue, file)
    desk.at.follow("Accept")
    desk.send()
    assert desk.says(say("Eligible", "vi"))
    assert desk.at.link("Accept").count() == 0, "it is accepted already"


def accept_many(desk: Desk, queue: str, files: list[File]) -> None:
    """Tick files, read how many they are, and only then press."""
    desk.at.open(queue)
    for file in files:
        desk.at.page.locator(f"#tick-{file.code}").check()
    desk.at.press("Accept…")
    count = str(len(files))
    assert count in desk.at.heading
    assert all(desk.says(file.code) for file in files)
    desk.send()
    assert desk.at.page.locator(".notice").first.inner_text().count(count) == 1
    for file in files:
        assert desk.at.page.locator(f"#tick-{file.code}").count() == 0, "it waits no longer"


def fetch_the_list(desk: Desk, queue: str, files: list[File]) -> None:
    """Have the list of registrations written, and save it."""
    desk.at.open(queue.removesuffix("/ho-so").removesuffix("/xet-duyet"))
    desk.at.follow("Lists and files")
    desk.choose(kind="registrations", form="csv")
    desk.at.press("Make the file")
    page = desk.at.page

    def is_ready() -> bool:
        desk.at.reload()
        return desk.at.link("Save the file").count() == 1

    wait_until(is_ready, what="the list is written")
    desk.at.look()
    address = desk.at.link("Save the file").get_attribute("href")
    with page.expect_download() as expected:
        desk.at.link("Save the file").click()
    saved = Path(expected.value.path()).read_text(encoding="utf-8-sig")
    assert address is not None
    assert all(file.name in saved for file in files)
    names = [line for line in saved.splitlines() if any(file.code in line for file in files)]
    assert len(names) >= len(files)


def read_what_was_written_down(desk: Desk, file: File) -> None:
    """The file's own journal names the officer's findings and readings."""
    desk.at.open(f"/nha-truong/ho-so/{file.code}")
    journal = desk.at.page.locator("table").last.inner_text()
    assert journal.count("\n") >= 4
    assert "document.added" not in journal, "the journal speaks in words"


def open_file(desk: Desk, queue: str, file: File) -> None:
    desk.at.open(queue)
    desk.at.click(desk.at.page.get_by_role("link", name=file.code))
