"""Rows of residence lists: what people write, what stands, what a row does."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrol.core.codes import check_character
from enrol.core.residence_lists import (
    Answer,
    Fault,
    Filled,
    Outcome,
    Standing,
    judge,
    number_of,
    read_rows,
)

CODE = "AR20260701000042"
STANDING = Standing(1, 1, "AR", "permanent_in_zone", "declared", "", "ab" * 32, is_live=True)
ROW = Filled(5, "AR", "permanent_in_zone", STANDING.mark, Answer.MATCH, "")


@pytest.fixture
def code():

    return CODE + check_character(CODE)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("Đúng", Answer.MATCH),
        (" ĐÚNG ", Answer.MATCH),
        ("dung", Answer.MATCH),
        ("Sai", Answer.MISMATCH),
        ("không đúng", Answer.MISMATCH),
        ("Không rõ", Answer.UNKNOWN),
    ],
)
def test_people_write_a_verdict_in_many_ways(code, typed, answer):
    filled, faults = read_rows([(5, code, f"1/{STANDING.mark}", typed, "")])

    assert faults == []
    assert filled == [Filled(5, code, "permanent_in_zone", STANDING.mark, answer, "")]


def test_rows_without_a_verdict_are_for_later(code):
    assert read_rows([(5, code, "1/000000000000", " ", "x"), (6, "", "", "", "")]) == ([], [])


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (("AR1", "1/000000000000", "Đúng", ""), Fault.NOT_A_CODE),
        ((None, "4/000000000000", "Đúng", ""), Fault.NOT_A_RESIDENCE),
        ((None, "1/00000000000", "Đúng", ""), Fault.NOT_A_MARK),
        ((None, "1/00000000000g", "Đúng", ""), Fault.NOT_A_MARK),
        ((None, "1/000000000000", "chắc vậy", ""), Fault.NOT_A_VERDICT),
        ((None, "1/000000000000", "Đúng", "x" * 301), Fault.LONG_NOTE),
    ],
)
def test_a_bad_row_is_named_by_its_line(code, row, fault):
    filled, faults = read_rows([(7, row[0] or code, *row[1:])])

    assert (filled, faults) == ([], [(7, fault)])


def test_a_residence_that_stands_twice_is_a_fault(code):
    rows = [(n, code, "1/000000000000", word, "") for n, word in ((5, "Đúng"), (6, "Sai"))]

    assert read_rows(rows)[1] == [(6, Fault.TWICE)]


def test_what_a_row_does_depends_on_what_stands():
    assert judge(ROW, STANDING) is Outcome.APPLIED
    assert judge(replace(ROW, answer=Answer.UNKNOWN), STANDING) is Outcome.UNKNOWN
    assert judge(ROW, None) is Fault.NOT_OURS
    assert judge(ROW, replace(STANDING, is_live=False)) is Outcome.STALE
    verified = replace(STANDING, status="verified", decided_by="officer")
    assert judge(ROW, verified) is Outcome.STALE
    assert judge(replace(ROW, mark=verified.mark), verified) is Outcome.SAME


@given(
    st.sampled_from(["code", "fact", "status", "decided_by", "submission_hash"]),
    st.text(min_size=1, max_size=8),
)
def test_any_change_of_the_file_changes_its_mark(field, value):
    other = replace(STANDING, **{field: value})

    assert (other.mark == STANDING.mark) == (getattr(STANDING, field) == value)


@given(st.lists(st.tuples(st.integers(1, 99), *[st.text(max_size=20)] * 4), max_size=20))
def test_no_row_is_both_taken_and_refused(rows):
    filled, faults = read_rows(rows)

    assert len(filled) + len(faults) <= len(rows)


def test_kinds_have_their_numbers():
    facts = ("permanent_in_zone", "temporary_in_zone", "current_in_zone")

    assert [number_of(fact) for fact in facts] == ["1", "2", "3"]
