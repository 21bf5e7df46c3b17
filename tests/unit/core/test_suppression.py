"""No count below five can be worked out from what a table shows, by whoever subtracts."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrol.core.suppression import SMALL, protected_line, protected_table

counts = st.lists(st.integers(0, 14), min_size=1, max_size=4)


def splits(total: int, places: int) -> Iterator[tuple[int, ...]]:
    """Every way to share ``total`` among so many places."""
    if places == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in splits(total - first, places - 1):
            yield (first, *rest)


def candidates(shown, total, *, least):
    """Every line that a reader cannot rule out: the shown counts, and hidden ones that add up."""
    hidden = [place for place, count in enumerate(shown) if count is None]
    left = total - sum(count or 0 for count in shown)
    for split in splits(left, len(hidden)):
        if min(split) >= least:
            line = list(shown)
            for place, count in zip(hidden, split, strict=True):
                line[place] = count
            yield line


@settings(max_examples=400)
@given(counts, st.booleans())
def test_every_hidden_count_may_as_well_be_five(line, hides_nought):
    shown = protected_line(line, hides_nought=hides_nought)
    if shown is None or None not in shown:
        return

    possible = list(candidates(shown, sum(line), least=0 if hides_nought else 1))

    for place, count in enumerate(shown):
        if count is None:
            found = {other[place] for other in possible}
            assert max(found) >= SMALL
            assert len(found) > 1


@settings(max_examples=150)
@given(st.lists(st.integers(0, 9), min_size=2, max_size=4), st.booleans())
def test_who_knows_the_program_cannot_tell_a_small_count_either(line, hides_nought):
    """The reader runs our program on every line that fits and keeps those that look the same."""
    shown = protected_line(line, hides_nought=hides_nought)
    if shown is None or None not in shown:
        return

    alike = [
        other
        for other in candidates(shown, sum(line), least=0)
        if protected_line(other, hides_nought=hides_nought) == shown
    ]

    for place, count in enumerate(shown):
        if count is None:
            found = {other[place] for other in alike}
            assert len(found) > 1
            assert max(found) >= SMALL


@given(counts, st.booleans())
def test_what_is_shown_is_true_and_never_small(line, hides_nought):
    shown = protected_line(line, hides_nought=hides_nought)

    for count, told in zip(line, shown or (), strict=shown is not None):
        if told is not None:
            assert told == count
            assert told >= SMALL or (told == 0 and not hides_nought)


rows_of_two_parts = st.lists(
    st.integers(0, 16).flatmap(
        lambda total: st.tuples(*(st.sampled_from(sorted(splits(total, 3))),) * 2)
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=300)
@given(rows_of_two_parts, st.booleans())
def test_a_table_protects_parts_against_rows_and_rows_against_the_whole(rows, hides_nought):
    table = protected_table(rows, hides_nought=hides_nought)
    totals = [sum(parts[0]) for parts in rows]

    for row, parts, total in zip(table.rows, rows, totals, strict=True):
        if row.total is None:
            assert all(count is None for part in row.parts for count in part)
            continue
        assert row.total == total
        assert total == 0 or total >= SMALL
        least = 0 if hides_nought and total else 1
        for part, true in zip(row.parts, parts, strict=True):
            assert all(told in (None, count) for told, count in zip(part, true, strict=True))
            if None in part:
                possible = list(candidates(part, total, least=least))
                assert all(
                    max(line[place] for line in possible) >= SMALL
                    for place, told in enumerate(part)
                    if told is None
                )
    told = [row.total for row in table.rows]
    if table.total is not None and None in told:
        assert table.total == sum(totals)
        possible = list(candidates(told, table.total, least=1))
        for place, total in enumerate(told):
            if total is None:
                assert max(line[place] for line in possible) >= SMALL


@given(rows_of_two_parts)
def test_sums_add_up_what_is_shown_and_tell_nothing_of_the_rest(rows):
    table = protected_table(rows)

    for number, sums in enumerate(table.sums):
        for place, total in enumerate(sums):
            assert total == sum(row.parts[number][place] or 0 for row in table.rows)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ([90, 12, 7, 0], (90, 12, 7, 0)),
        ([90, 12, 3, 0], (90, None, None, 0)),
        ([90, 12, 12, 3], (90, None, None, None)),
        ([90, 3, 4, 0], (None, None, None, 0)),
        ([90, 1, 1, 0], (None, None, None, 0)),
        ([3, 0, 0, 0], None),
        ([2, 3, 0, 0], None),
    ],
)
def test_examples(line, shown):
    assert protected_line(line) == shown


def test_that_nobody_was_unhappy_is_hidden_where_noughts_are():
    assert protected_line([8, 0], hides_nought=True) == (None, None)
    assert protected_line([8, 6], hides_nought=True) == (8, 6)


def test_an_empty_table_is_empty():
    assert protected_table([]).rows == ()


def exchanged(items, one, other):
    """The same with two places exchanged."""
    made = list(items)
    made[one], made[other] = made[other], made[one]
    return made


def hidden_places(counts):
    return [place for place, count in enumerate(counts) if count is None]


@settings(max_examples=200)
@given(rows_of_two_parts, st.booleans())
def test_hidden_rows_and_counts_can_be_exchanged_unseen(rows, hides_nought):
    """What the claim about who knows the program rests on, for whole tables: a small row and a
    greater one, a small count and a greater one are hidden by value and not by place.
    """
    table = protected_table(rows, hides_nought=hides_nought)

    places = hidden_places([row.total for row in table.rows])
    for other in places[1:]:
        assert (
            protected_table(exchanged(rows, places[0], other), hides_nought=hides_nought) == table
        )
    if table.total is not None and places:
        assert max(sum(rows[place][0]) for place in places) >= SMALL
    for number, row in enumerate(table.rows):
        for part, shown in enumerate(row.parts):
            hidden = hidden_places(shown) if row.total is not None else []
            for other in hidden[1:]:
                parts = list(rows[number])
                parts[part] = exchanged(parts[part], hidden[0], other)
                changed = [*rows[:number], parts, *rows[number + 1 :]]
                assert protected_table(changed, hides_nought=hides_nought) == table
