"""Points as people type or paste them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrol.core.map_points import read_point


@pytest.mark.parametrize(
    "text",
    [
        "21.0285, 105.8542",
        " 21.0285,105.8542 ",
        "(21.0285; 105.8542)",
        "21,0285 105,8542",
        "21,0285; 105,8542",
        "https://www.google.com/maps/@21.0285,105.8542,17z",
        "https://maps.google.com/?q=21.0285,105.8542",
        "https://maps.apple.com/?ll=21.0285,105.8542&t=m",
    ],
)
def test_the_same_point_in_many_ways(text):
    assert read_point(text) == (21.0285, 105.8542)


@pytest.mark.parametrize("text", ["21°01'42\"N 105°51'15\"E", "21° 1′ 42″ B, 105° 51′ 15″ Đ"])
def test_degrees_minutes_and_seconds(text):
    latitude, longitude = read_point(text)

    assert abs(latitude - 21.0283) < 0.001
    assert abs(longitude - 105.8542) < 0.001


@pytest.mark.parametrize(
    "text",
    ["", "21.0285", "nhà tôi", "91, 105", "21, 181", "1,2,3", "https://example.vn/", "21.0 x"],
)
def test_what_is_no_point(text):
    assert read_point(text) is None


@given(st.text(max_size=80))
def test_any_text_is_read_or_not_and_never_fails(text):
    point = read_point(text)

    assert point is None or (abs(point[0]) <= 90 and abs(point[1]) <= 180)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_what_is_written_is_read(latitude, longitude):
    read = read_point(f"{latitude:.6f}, {longitude:.6f}")

    assert read is not None
    assert abs(read[0] - latitude) < 1e-6
    assert abs(read[1] - longitude) < 1e-6
