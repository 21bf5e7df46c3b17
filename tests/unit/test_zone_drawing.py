"""Zones on a small flat drawing."""

from enrol.core.zone_drawing import MARGIN, TALLEST, WIDTH, Outline, draw


def test_nothing_known_is_not_drawn():
    assert draw(outlines=[], schools=[], groups=[]) is None


def test_north_is_up_and_the_margins_hold():
    made = draw(
        outlines=[Outline("T1", [(21.00, 105.80), (21.02, 105.80), (21.02, 105.82)])],
        schools=[("S1", 21.01, 105.81)],
        groups=[("16A", 21.02, 105.82)],
    )

    assert made is not None
    assert made.width == WIDTH
    assert made.height <= TALLEST
    (zone, points), *_ = made.outlines
    south_west, north_west, north_east = (
        tuple(int(part) for part in point.split(",")) for point in points.split()
    )
    assert zone == "T1"
    assert north_west == (MARGIN, MARGIN)
    assert south_west[0] == north_west[0]
    assert south_west[1] == made.height - MARGIN
    assert north_east[1] == north_west[1]
    assert (made.groups[0].x, made.groups[0].y) == north_east
    assert abs(made.schools[0].y - made.height / 2) <= 1


def test_a_single_point_is_drawn_within_the_sheet():
    made = draw(outlines=[], schools=[("S1", 21.0, 105.8)], groups=[])

    assert made is not None
    assert (made.schools[0].x, made.schools[0].y) == (MARGIN, MARGIN)
