"""Every page of a rehearsal says so; a made-up family is nobody that could sign in."""

import re

import pytest
from sqlalchemy import delete, update

from enrol.store.db import transaction
from enrol.store.tables.intakes import intakes
from enrol.store.tables.messages import messages
from tests.officers import register_child
from tests.web.staff import build_house

pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples")


@pytest.fixture
def house(app, adapters):
    made = build_house(app)
    register_child(made.world, number=1, adapters=adapters)
    with transaction() as tx:
        tx.execute(delete(messages))  # what an official intake has said stands in the way
        tx.execute(update(intakes).values(kind="rehearsal", is_training=True, phase="open"))
    return made


def addresses(house, kinds):
    """Pages about one intake that need nothing else to be looked at."""
    given = {"intake_id": str(house.world.intake_id), "school_id": str(house.world.schools["S1"])}
    for rule in house.app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] not in kinds or "GET" not in (rule.methods or ()):
            continue
        if "intake_id" in rule.arguments and rule.arguments <= set(given):
            yield re.sub(r"<(?:int:)?(\w+)>", lambda match: given[match[1]], rule.rule)


@pytest.mark.parametrize(
    ("kind", "places"), [("city", ("office", "staff")), ("school", ("schools", "staff"))]
)
def test_every_page_of_a_training_intake_carries_the_banner(house, kind, places):
    browser = house.signed_in(kind)
    seen = 0

    for path in addresses(house, places):
        response = browser.ask("GET", path)
        if response.status_code == 200 and response.mimetype == "text/html":
            seen += 1
            assert 'class="rehearsal"' in response.text, path

    assert seen >= 2


def test_it_is_tagged_among_the_intakes(house):
    assert "Chạy thử" in house.signed_in("city").open("/dieu-hanh").text


def test_families_and_the_public_never_see_it(house):
    page = house.browser().open("/")

    assert "chưa có đợt tuyển sinh nào" in page.text
