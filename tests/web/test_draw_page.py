"""The page of the draw and a family's own proof: before, during and after."""

import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, update

from enrol.core.priority import PRESETS, rules_hash, rules_to_json
from enrol.core.proof import check_own
from enrol.services import closing, drawing
from enrol.store import intakes as store_intakes
from enrol.store.db import transaction
from enrol.store.tables.intakes import intakes, rule_sets
from tests.officers import (
    add_elsewhere,
    add_officers,
    back_to_draft,
    civil_day,
    end_window,
    register_child,
    set_public_value_on,
)
from tests.web.browser import Browser
from tests.web.conftest import sign_in


@pytest.fixture
def officers(world):
    return add_officers(world, add_elsewhere(world))


@pytest.fixture
def visitor(app):
    return Browser(app.test_client())


def intake_of(world):
    with transaction() as tx:
        return store_intakes.intake_of(tx, intake_id=world.intake_id)


def close(world, officers):
    end_window(world)
    return closing.close_intake(actor=officers.city, intake_id=world.intake_id)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_grows_with_the_draw(world, officers, visitor, language):
    if language == "en":
        visitor.open("/boc-so?lang=en")
    before = visitor.open("/boc-so")
    assert intake_of(world).rules_hash in before.text

    closed = close(world, officers)
    after = visitor.open("/boc-so")

    intake = intake_of(world)
    for value in (closed.list_hash, intake.seat_plans_hash, intake.distances_hash):
        assert value not in before.text
        assert value in after.text


def test_a_replaced_public_value_is_told(world, officers, visitor):
    close(world, officers)
    tomorrow = civil_day(datetime.now(UTC)).replace(year=2099)
    drawing.name_public_value(
        actor=officers.city,
        intake_id=world.intake_id,
        name="Giải ngày khác",
        name_en="Prize of another day",
        on=tomorrow,
        reason="hoãn do bão",
    )

    page = visitor.open("/boc-so")

    assert "hoãn do bão" in page.text
    assert "Giải ngày khác" in page.text


def test_a_proposed_value_is_not_shown(world, officers, visitor):
    close(world, officers)
    set_public_value_on(world, civil_day(datetime.now(UTC)))
    drawing.propose_public_value(
        actor=officers.city, intake_id=world.intake_id, public_value="86531", arose_later=True
    )

    assert "86531" not in visitor.open("/boc-so").text


def test_nothing_is_downloaded_before_the_publication(app, world, visitor):
    page = visitor.open("/boc-so")
    assert not [link for link in page.links() if "/kiem-chung/" in link]

    visitor.open(f"/kiem-chung/{intake_of(world).code}.zip", expect=404)


def test_the_published_files_stand_there_with_size_and_digest(app, world, visitor):
    files = app.extensions["enrol_adapters"].bundles
    offered = files.publish(intake=intake_of(world).code, members={"a.txt": b"a" * 5000})

    page = visitor.open("/boc-so?lang=en")

    for file in offered:
        assert f"/kiem-chung/{file.name}" in page.links()
        assert file.sha256 in page.text
        assert f"{file.size:,} bytes" in page.text


def test_a_family_takes_its_proof_away(world, officers, adapters, visitor):
    code = register_child(world, number=7, adapters=adapters)
    sign_in(visitor, pupil_code="0000000007")
    sent = visitor.ask("GET", "/gia-dinh/submission.json").data
    assert visitor.open("/gia-dinh/kiem-chung").status == 200
    closed = close(world, officers)

    page = visitor.open("/gia-dinh/kiem-chung")
    proof = visitor.ask("GET", "/gia-dinh/proof.json").data

    report = check_own(proof=proof, submission=sent, list_hash=closed.list_hash)
    assert report.holds
    assert code in page.text
    assert json.loads(proof)["size"] == closed.size


@pytest.mark.parametrize("per_school", [False, True])
def test_the_page_shows_the_numbers_that_the_proof_gives(
    world, officers, adapters, visitor, per_school
):
    rules = replace(PRESETS["hanoi-2018"], version="9", per_school_numbers=per_school)
    with transaction() as tx:
        tx.execute(
            update(intakes).values(
                rule_set_id=insert(rule_sets)
                .values(name="x", version="1", body=rules_to_json(rules), hash=rules_hash(rules))
                .returning(rule_sets.c.id)
                .cte("made")
                .select()
                .scalar_subquery()
            )
        )
    back_to_draft(world)
    closing.announce_intake(actor=officers.city, intake_id=world.intake_id, vault=adapters.vault)
    register_child(world, number=7, adapters=adapters)
    sign_in(visitor, pupil_code="0000000007")
    close(world, officers)
    set_public_value_on(world, civil_day(datetime.now(UTC)))
    value = {"intake_id": world.intake_id, "public_value": "86531", "arose_later": True}
    drawing.propose_public_value(actor=officers.city, **value)
    drawing.confirm_public_value(actor=officers.city_second, vault=adapters.vault, **value)

    page = visitor.open("/gia-dinh/kiem-chung")
    proof = visitor.ask("GET", "/gia-dinh/proof.json").data
    program = visitor.ask("GET", "/kiem-chung/verify.pyz").data

    checked = check_own(proof=proof, submission=None).checked
    told = [re.search(r"[0-9a-f]{64}$", line.en)[0] for line in checked if "number" in line.key]
    assert len(told) == (2 if per_school else 1)
    for number in told:
        assert number in page.text
    assert hashlib.sha256(program).hexdigest() in page.text
    assert ("Trường Tiểu học Số 2" in page.text) == per_school
