"""Distances leave the house in steps of 100 metres, the half upwards."""

from math import pi

import pytest

from enrol.services.distances import EARTH_RADIUS, STEP, metres_between

DEGREE = EARTH_RADIUS * pi / 180


@pytest.mark.parametrize(
    ("metres", "told"), [(0, 0), (49.9, 0), (50.1, 100), (6549, 6500), (6551, 6600)]
)
def test_a_distance_is_told_in_hundreds(metres, told):
    found = metres_between(
        latitude=0.0, longitude=105.0, other_latitude=metres / DEGREE, other_longitude=105.0
    )

    assert found == told
    assert found % STEP == 0
