"""Objections, ratings and open statistics in a real browser: what axe finds."""

import os
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import insert, select

from enrol.core.actors import Family
from enrol.services import answering_objections
from enrol.services.summing_up import protected
from enrol.store import ratings as stored_ratings
from enrol.store import statistics as stored
from enrol.store.db import transaction
from enrol.store.statistics import SchoolCounts
from enrol.store.tables.intakes import intakes
from enrol.store.tables.journal import journal
from enrol.store.tables.ratings import rating_comments, ratings
from enrol.web.extensions import limiter
from tests.chromium.pressing import press
from tests.chromium.test_staff_pages import DESKTOP, PHONE, judge, sign_in, tab
from tests.objected import file_one, publish_result
from tests.officers import register_child
from tests.web.staff import build_house
from tests.world import SECRET

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples"),
]

OWN = "/gia-dinh/khieu-nai"
MAY = date(2026, 5, 1)


def count(world, publication_id, *, more):
    """Keep statistics of an intake as a worker would; ``more`` children at each school."""
    schools = [
        SchoolCounts(school_id, 140, 150 + more + place, ((1, 1, 80 + more), (1, 2, 12), (2, 1, 9)))
        if place != 1
        else SchoolCounts(school_id, 105, 96, ((1, 1, 71), (2, 2, 14), (3, 3, 2), (None, 4, 3)))
        for place, school_id in enumerate(sorted(world.schools.values()))
    ]
    whole, lines = protected(schools)
    with transaction() as tx:
        stored.keep(
            tx,
            publication_id=publication_id,
            intake_id=world.intake_id,
            whole=whole,
            lines=lines,
        )


def a_year_before(world):
    """Return the world of an intake like this one, a year earlier."""
    with transaction() as tx:
        row = tx.execute(select(intakes).where(intakes.c.id == world.intake_id)).one()._asdict()
        del row["id"]
        for name in ("opens_at", "closes_at"):
            row[name] = row[name].replace(year=row[name].year - 1)
        changed = {
            "code": "HN-L1-2025",
            "name": "Tuyển sinh lớp 1 năm học 2025-2026",
            "name_en": "Grade 1 admissions 2025-2026",
            "school_year": "2025-2026",
        }
        before = tx.execute(insert(intakes).values(**row | changed).returning(intakes.c.id))
        return replace(world, intake_id=before.scalar_one())


def rated(house):
    with transaction() as tx:
        for unit_id, satisfied, others in (
            (house.world.ward_id, 41, 9),
            (house.elsewhere.ward_id, 23, 8),
        ):
            for score, answers in ((5, satisfied), (2, others)):
                tx.execute(
                    insert(ratings).values(
                        intake_id=house.world.intake_id,
                        unit_id=unit_id,
                        month=MAY,
                        score=score,
                        answers=answers,
                    )
                )
        tx.execute(
            insert(rating_comments).values(
                intake_id=house.world.intake_id,
                unit_id=house.world.ward_id,
                month=MAY,
                words="Đăng ký nhanh, nhưng ảnh giấy tờ tải lên hơi chậm.",
            )
        )
        stored_ratings.give_rights(tx, intake_id=house.world.intake_id)


@pytest.fixture
def house(app, adapters):
    limiter.reset()
    made = build_house(app)
    made.code = register_child(made.world, number=1, adapters=adapters)
    before = a_year_before(made.world)
    count(before, publish_result(before, made.officers, kind="final"), more=-20)
    count(made.world, publish_result(made.world, made.officers), more=4)
    rated(made)
    yield made
    limiter.reset()


@pytest.fixture
def looking(served):
    """Judge pages and take their pictures; at the end nothing may be wrong."""
    seen: list[str] = []

    def look(page, name, language, viewport):
        judge(page, seen)
        folder = os.environ.get("ENROL_PICTURES")
        if folder:
            name = f"{name}-{language}-{viewport['width']}"
            page.screenshot(path=f"{folder}/{name}.png", full_page=True)

    yield look
    assert not seen, "\n".join(seen)


@pytest.mark.parametrize(("language", "viewport"), [("vi", PHONE), ("en", DESKTOP), ("en", PHONE)])
def test_a_family_objects_and_rates(chromium, served, house, looking, language, viewport):
    family = Family(child_id=1, secret_version=1)

    def look(page, name):
        looking(page, name, language, viewport)

    with tab(chromium, viewport=viewport) as page:
        page.goto(f"{served}/?lang={language}")
        page.goto(f"{served}/gia-dinh/dang-nhap")
        page.fill("#pupil_code", "0000000001")
        page.fill("#secret", SECRET)
        page.press("#secret", "Enter")
        look(page, "home")
        page.goto(served + OWN)
        look(page, "objections-none")
        page.goto(f"{served}{OWN}/moi")
        press(page, "button.act")
        look(page, "object-wrong")
        page.check("#ground")
        press(page, "button.act")
        look(page, "object-words")
        page.fill("#words", "Gia đình ở tổ 16A từ năm 2019, giấy CT07 đã nộp ngày 2/7.")
        press(page, "button.act:not(.act-quiet)")
        look(page, "object-check")
        press(page, "button.act:not(.act-quiet)")
        look(page, "objections-new")
        filed = file_one(family)
        with transaction() as tx:
            change = tx.execute(
                insert(journal)
                .values(
                    actor="system",
                    action="file.restated",
                    intake_id=house.world.intake_id,
                    subject=house.code,
                )
                .returning(journal.c.id)
            ).scalar_one()
        answering_objections.answer_objection(
            actor=house.officers.ward,
            code=house.code,
            objection_id=filed.objection_id,
            outcome="upheld",
            reply="Đã xác minh với công an phường: học sinh thường trú tại tổ 16A.",
            change_id=change,
        )
        page.goto(served + OWN)
        look(page, "objections-answered")
        page.goto(f"{served}/gia-dinh/danh-gia")
        look(page, "rating")
        press(page, "button.act")
        look(page, "rating-wrong")
        page.check("#score")
        press(page, "button.act")
        look(page, "rating-thanks")


@pytest.mark.parametrize(("language", "viewport"), [("vi", DESKTOP), ("en", PHONE)])
def test_officers_read_and_answer(chromium, served, house, looking, language, viewport):
    filed = file_one(Family(child_id=1, secret_version=1))

    def look(page, path, name):
        page.goto(served + path)
        looking(page, name, language, viewport)

    with tab(chromium, viewport=viewport) as page:
        page.goto(f"{served}/?lang={language}")
        sign_in(page, served, "city_second")
        look(page, f"{house.intake}/khieu-nai", "inbox")
        look(page, f"/dieu-hanh/ho-so/{house.code}", "file")
        address = f"/dieu-hanh/ho-so/{house.code}/khieu-nai/{filed.objection_id}"
        look(page, address, "answer")
        press(page, "main button.act")
        looking(page, "answer-wrong", language, viewport)
        page.check("#outcome")
        page.fill("#reply", "Gia đình đúng; hồ sơ sẽ được sửa.")
        press(page, "main button.act")
        looking(page, "answered", language, viewport)
        look(page, f"{house.intake}/hai-long", "ratings")


@pytest.mark.parametrize(
    ("language", "viewport"), [("vi", PHONE), ("en", DESKTOP), ("vi", DESKTOP)]
)
def test_open_statistics(chromium, served, house, looking, language, viewport):
    with tab(chromium, viewport=viewport) as page:
        page.goto(f"{served}/?lang={language}")
        for path, name in (
            ("/thong-ke", "statistics"),
            ("/thong-ke/phuong/00070", "statistics-ward"),
            ("/thong-ke/truong/S2", "statistics-school"),
        ):
            page.goto(served + path)
            looking(page, name, language, viewport)
