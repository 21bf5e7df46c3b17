"""The pages with which a family checks for itself: readable on a phone, nothing for axe to find."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select, update

from enrol.core.priority import PRESETS, rules_hash, rules_to_json
from enrol.services import closing, drawing
from enrol.store.db import transaction
from enrol.store.tables.intakes import intakes, rule_sets, seat_plans
from tests.chromium.test_family_pages import judge, sign_in, tab
from tests.officers import (
    add_elsewhere,
    add_officers,
    back_to_draft,
    civil_day,
    end_window,
    register_child,
    set_public_value_on,
)
from tests.world import build_world

PHONE = {"width": 360, "height": 800}
DESKTOP = {"width": 1280, "height": 800}
PAGES = ("/boc-so", "/gia-dinh/kiem-chung", "/gia-dinh/", "/quy-dinh", "/truong/00070")


@pytest.fixture
def drawn(app, adapters):
    """A child of an intake that is drawn at each school and has reserved seats and a bundle."""
    world = build_world()
    officers = add_officers(world, add_elsewhere(world))
    rules = replace(PRESETS["hanoi-2018"], version="9", per_school_numbers=True)
    with transaction() as tx:
        tx.execute(
            insert(rule_sets).values(
                name="tried", version="9", body=rules_to_json(rules), hash=rules_hash(rules)
            )
        )
        made = select(rule_sets.c.id).where(rule_sets.c.name == "tried").scalar_subquery()
        tx.execute(update(intakes).values(rule_set_id=made))
        tx.execute(update(seat_plans).values(reserves=[["disability", 1]]))
    back_to_draft(world)
    asked = {"intake_id": world.intake_id}
    closing.announce_intake(actor=officers.city, vault=adapters.vault, **asked)
    register_child(world, number=1, adapters=adapters)
    end_window(world)
    closing.close_intake(actor=officers.city, **asked)
    set_public_value_on(world, civil_day(datetime.now(UTC)))
    value = asked | {"public_value": "86531", "arose_later": True}
    drawing.propose_public_value(actor=officers.city, **value)
    drawing.confirm_public_value(actor=officers.city_second, vault=adapters.vault, **value)
    return adapters.bundles.publish(intake="HN-L1-2026", members={"a.txt": b"a" * 1000})


@pytest.mark.parametrize(
    ("language", "viewport", "scheme"), [("vi", PHONE, "light"), ("en", DESKTOP, "dark")]
)
def test_the_pages_of_the_proof(chromium, served, drawn, language, viewport, scheme):
    seen: list[str] = []
    with tab(chromium, viewport=viewport, color_scheme=scheme) as page:
        page.goto(f"{served}/?lang={language}")
        sign_in(page, served)
        for path in PAGES:
            page.goto(served + path)
            judge(page, seen)
        page.goto(f"{served}/gia-dinh/kiem-chung")
        assert page.locator(".commands").first.inner_text().count("python verify.pyz") == 2
        with page.expect_download() as saving:
            page.click("text=HN-L1-2026.zip")
        saved = saving.value.path().read_bytes()

    assert hashlib.sha256(saved).hexdigest() == drawn[0].sha256
    assert not seen, "\n".join(seen)
