"""The office's page of zones that will run short."""

import pytest

from enrol.services import estimating
from tests.officers import register_child
from tests.web.staff import build_house


@pytest.fixture
def house(app):
    return build_house(app)


def rows(page):
    """The texts of each row of the table."""
    return [
        ["".join(cell.itertext()).strip() for cell in row] for row in list(page.tree.iter("tr"))[1:]
    ]


def test_the_shortest_zone_stands_first_with_its_numbers_and_time(house, adapters):
    for number in range(1, 9):
        register_child(house.world, number=number, adapters=adapters)
    estimating.estimate_zone(intake_zone_id=house.world.intake_zone_id)
    city = house.signed_in("city")

    page = city.open(f"{house.intake}/thieu-cho")
    first, second = rows(page)

    assert first[0].startswith("T00070")
    assert first[1:7] == ["2", "4", "4 – 4", "8", "8", "6"]
    assert second[0].startswith("T00103")
    assert second[1:] == ["–", "–", "–", "–", "–", "3", "chưa có số liệu"]
    links = [a.get("href") for a in city.open(house.intake).tree.iter("a")]
    assert f"{house.intake}/thieu-cho" in links


def test_a_ward_sees_only_its_own_zones(house):
    page = house.signed_in("other_ward").open(f"{house.intake}/thieu-cho")

    assert "T00103" in page.text
    assert "T00070" not in page.text
