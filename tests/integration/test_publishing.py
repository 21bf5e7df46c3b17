"""Publishing: one decision, then static pages in two languages that hold codes and reasons only."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import html5lib
import pytest
from sqlalchemy import select, text, update

from enrol.adapters.result_files import ResultFiles
from enrol.services import publishing
from enrol.services.phases import WrongPhase
from enrol.services.refusals import NotFound
from enrol.store.db import transaction
from enrol.store.tables.intakes import publication_requests
from enrol.store.tables.journal import journal
from enrol.store.tables.outbox import outbox
from enrol.store.tables.runs import placements, runs
from enrol.store.tables.schools import schools
from tests.agreed import publish
from tests.drawn import draw_intake
from tests.integration.test_allocating import allocate
from tests.officers import add_officer

MOST_BYTES = 6_000
LANGUAGES = ("vi", "en")


@pytest.fixture
def drawn(app):
    """An intake with an outcome of every kind: wished, re-routed, waiting."""
    made = draw_intake(zones_=2, children_=45, seats=11)
    allocate(made)
    return made


@pytest.fixture
def results(tmp_path) -> Path:
    """Where this test's pages go."""
    return tmp_path / "results"


@pytest.fixture
def render_zone(adapters, results):
    def one(run_id: int) -> int:
        return publishing.render_zone(
            run_id=run_id,
            pages=ResultFiles(directory=results),
            renderer=adapters.page_renderer,
            secrets=adapters.secrets,
        )

    return one


@pytest.fixture
def render(render_zone):
    def everything() -> None:
        for run_id in zone_runs():
            render_zone(run_id)

    return everything


@pytest.fixture
def current(drawn, render, results) -> Path:
    """The served directory after publishing and rendering everything."""
    publish(officer=drawn.officer, intake_id=drawn.intake_id)
    render()
    return results / "HN-L1-2026" / "current"


def zone_runs() -> list[int]:
    with transaction() as tx:
        query = select(runs.c.id).where(runs.c.stage == 1).order_by(runs.c.id)
        return list(tx.execute(query).scalars())


def ended() -> dict[str, tuple[str | None, int | None]]:
    """Return school and rank by code, from the rows alone."""
    query = (
        select(placements.c.code, schools.c.code, placements.c.rank)
        .outerjoin(schools, schools.c.id == placements.c.school_id)
        .order_by(placements.c.run_id)
    )
    with transaction() as tx:
        return {row[0]: (row[1], row[2]) for row in tx.execute(query)}


def school_names() -> dict[str, tuple[str, str]]:
    with transaction() as tx:
        query = select(schools.c.code, schools.c.name, schools.c.name_en)
        return {row[0]: (row[1], row[2]) for row in tx.execute(query)}


def page(current: Path, adapters, code: str, language: str) -> str:
    token = adapters.secrets.result_token(code=code)
    return (current / publishing.result_path(token=token, language=language)).read_text("utf-8")


def written(current: Path) -> dict[Path, tuple[bytes, int]]:
    """Return every file with its bytes and the time it was written."""
    files = current.rglob("*.html")
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def words(body: str) -> str:
    """Return the text that a reader sees."""
    tree = html5lib.parse(body, namespaceHTMLElements=False)
    return " ".join(" ".join(tree.itertext()).split())


def test_publishing_is_one_decision_however_often_it_is_pressed(drawn):
    first = publish(officer=drawn.officer, intake_id=drawn.intake_id)
    with transaction() as tx:
        request_id = tx.execute(select(publication_requests.c.id)).scalar_one()
    again = publishing.publish_due(request_id=request_id)

    with transaction() as tx:
        staged = tx.execute(select(outbox.c.argument).where(outbox.c.job == "render_results"))
        entries = tx.execute(
            select(journal.c.detail).where(journal.c.action == "intake.published")
        ).scalars()
        assert sorted(staged.scalars()) == zone_runs()
        assert [entry["outcome_digest"] for entry in entries] == [first.outcome_digest]
    assert first.is_new
    assert again is not None
    assert not again.is_new
    assert again.outcome_digest == first.outcome_digest
    assert first.objections_until > first.published_at
    here = first.objections_until.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    assert (here.hour, here.minute, here.second) == (0, 0, 0)


def test_strangers_and_early_birds_are_refused(drawn):
    with pytest.raises(NotFound):
        publish(officer=add_officer(email="nobody@example.vn"), intake_id=drawn.intake_id)
    with transaction() as tx:
        tx.execute(text("UPDATE intakes SET phase = 'drawn'"))
    with pytest.raises(WrongPhase):
        publish(officer=drawn.officer, intake_id=drawn.intake_id)


def test_altered_placements_are_not_published(drawn):
    with transaction() as tx:
        tx.execute(update(placements).where(placements.c.rank == 1).values(rank=2))

    with pytest.raises(publishing.OutcomeAltered):
        publish(officer=drawn.officer, intake_id=drawn.intake_id)


def test_nothing_is_rendered_before_it_is_published(drawn, render):
    with pytest.raises(NotFound):
        render()


def test_nothing_is_served_before_the_last_zone_is_written(drawn, render_zone, results):
    publish(officer=drawn.officer, intake_id=drawn.intake_id)
    current = results / "HN-L1-2026" / "current"
    seen = []
    for run_id in zone_runs():
        seen.append(current.exists())
        render_zone(run_id)

    assert seen == [False] * len(seen), "the edition was shown before its last zone"
    assert current.is_symlink()
    assert current.is_dir()


def test_every_registration_has_its_page_in_both_languages(drawn, current, adapters):
    outcomes, names = ended(), school_names()
    kinds = set()
    for entry in drawn.entries:
        school, rank = outcomes[entry.code]
        vietnamese = words(page(current, adapters, entry.code, "vi"))
        english = words(page(current, adapters, entry.code, "en"))
        assert entry.code in vietnamese
        assert entry.code in english
        if school is None:
            kinds.add("waiting")
            assert "danh sách chờ" in vietnamese
            assert "is on the waiting list" in english
        elif rank is None:
            kinds.add("rerouted")
            assert f"đề xuất xếp học tại {names[school][0]}" in vietnamese
            assert f"is proposed for your child at {names[school][1]}" in english
        else:
            kinds.add("seat")
            assert f"được xếp học tại {names[school][0]}" in vietnamese
            assert f"has a place at {names[school][1]}" in english

    assert kinds == {"waiting", "rerouted", "seat"}


def test_pages_are_small_safe_and_name_nobody(drawn, current):
    pages = sorted(current.rglob("*.html"))
    letters = [path for path in pages if path.parent.name not in ("lists", "wards")]

    assert len(letters) == len(drawn.entries) * 2
    for path in pages:
        body = path.read_text("utf-8")
        assert not re.search(r"<script|<form|Nguyễn|Thị Đào|Hàng Bài|http-equiv", body), path
        assert "<Z00" not in body, "a school's name was not escaped"
        assert path.stat().st_mode & 0o777 == 0o644
        html5lib.HTMLParser(strict=True).parse(body)
    assert max(path.stat().st_size for path in letters) < MOST_BYTES


def test_no_english_stands_on_vietnamese_pages(current):
    for path in sorted(current.rglob("*.vi.html")):
        found = re.findall(
            r"\b(?:the|your|child|place|school|full|group|number|wish|published|waiting)\b",
            words(path.read_text("utf-8")).replace("English", ""),
            re.IGNORECASE,
        )
        assert not found, (path, found)


def test_lists_hold_every_admitted_code_once(drawn, current):
    outcomes = ended()
    listed = {}
    for path in sorted((current / "lists").glob("*.vi.html")):
        for code in re.findall(r"\bAR\d{14}\w\b", path.read_text("utf-8")):
            assert code not in listed
            listed[code] = path.name.removesuffix(".vi.html")

    assert listed == {code: school for code, (school, _) in outcomes.items() if school}


def test_rendering_again_writes_the_same_bytes(current, render):
    before = written(current)

    render()

    assert written(current) == before


def test_paths_cannot_be_guessed_from_the_code(drawn, current, adapters):
    token = adapters.secrets.result_token(code=drawn.entries[0].code)

    assert re.fullmatch(r"[0-9a-f]{40}", token)
    assert drawn.entries[0].code not in str(list(current.rglob("*.html")))
    assert not list(current.rglob("index.html"))
