"""Bars over time: within their frame, a round scale, and named hours."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from enrol.web.charts import HEIGHT, WIDTH, bars_over_time, round_top

BEGIN = datetime(2026, 7, 1, 1, tzinfo=UTC)


def minutes(counts: list[int]) -> list[tuple[datetime, int]]:
    return [(BEGIN + timedelta(minutes=place), count) for place, count in enumerate(counts)]


@given(st.lists(st.integers(0, 2_000_000), min_size=1, max_size=120))
def test_every_bar_stands_in_the_frame_and_is_as_high_as_its_number(counts):
    chart = bars_over_time(minutes(counts))

    assert len(chart.bars) == sum(count > 0 for count in counts)
    for bar in chart.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH
        assert 0 <= bar.y <= bar.y + bar.height <= HEIGHT + 0.1
    heights = [bar.height for bar in chart.bars]
    expected = sorted(range(len(heights)), key=lambda i: [c for c in counts if c][i])
    assert sorted(heights) == [heights[i] for i in expected]


@given(st.integers(0, 10**9))
def test_the_scale_ends_at_a_round_even_number(most):
    top = round_top(most)

    assert top >= max(2, most)
    assert top % 2 == 0
    assert top <= max(2, 2 * most)
    assert len(str(top).rstrip("0")) == 1


def test_the_last_minute_is_named_and_every_quarter_before():
    chart = bars_over_time(minutes([1] * 60))

    assert [mark.moment for mark in chart.times] == [
        BEGIN + timedelta(minutes=place) for place in (59, 44, 29, 14)
    ]


def test_nothing_yet_is_an_empty_frame():
    chart = bars_over_time([])

    assert chart.bars == ()
    assert [line.value for line in chart.lines] == [0, 1, 2]
