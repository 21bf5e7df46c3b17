"""The quick way to read a list says what the strict one says, or refuses as it does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrol.core.entry_lines import entries_of_lines
from enrol.core.model import Entry, Facts
from enrol.core.sealing import entry_bytes, entry_of_line

SIGNS = '",:{}[]\\ 0129abĐ\n\x7f'
texts = st.text(SIGNS, max_size=6) | st.from_regex(r"[A-Z0-9-]{1,8}", fullmatch=True)
facts = st.builds(
    Facts,
    zone=st.none() | texts,
    permanent_in_zone=st.booleans(),
    temporary_in_zone=st.booleans(),
    current_in_zone=st.booleans(),
    sibling_schools=st.sets(texts, max_size=2).map(sorted).map(tuple),
    policies=st.sets(texts, max_size=2).map(sorted).map(tuple),
    distances=st.dictionaries(texts, st.integers(0, 30_000), max_size=3).map(
        lambda pairs: tuple(sorted(pairs.items()))
    ),
)
entries = st.builds(
    Entry,
    code=texts,
    family=texts,
    submission_hash=texts,
    facts=facts,
    wishes=st.lists(texts, max_size=3, unique=True).map(tuple),
)


def said(read, lines):
    try:
        return read(lines)
    except ValueError:
        return "refused"


@given(st.lists(entries, max_size=4))
def test_a_list_is_read_as_it_was_written(listed):
    lines = [entry_bytes(entry) for entry in listed]

    assert entries_of_lines(lines) == [entry_of_line(line) for line in lines]


@settings(max_examples=500)
@given(st.lists(entries, min_size=1, max_size=2), st.data())
def test_an_altered_line_is_judged_alike(listed, data):
    lines = [entry_bytes(entry) for entry in listed]
    text = lines[-1].decode()
    at = data.draw(st.integers(0, len(text)))
    taken = data.draw(st.integers(0, 2))
    put = data.draw(st.sampled_from(["", *SIGNS, "00", '","', '"x":1,', ".5", "-", "1e3"]))
    lines[-1] = (text[:at] + put + text[at + taken :]).encode()

    strictly = said(lambda some: [entry_of_line(line) for line in some], lines)
    assert said(entries_of_lines, lines) == strictly


@pytest.mark.parametrize(
    "spelled",
    [
        '"S2":1,"S1":2',
        '"S1":1,"S1":2',
        '"S1":01',
        '"S1":1,',
        '"S1":-1',
        '"S1": 1',
    ],
)
def test_distances_in_another_spelling_are_refused(spelled):
    facts = Facts("Z", distances=(("S1", 1), ("S2", 2)))
    line = entry_bytes(Entry("A1", "A1", "0" * 64, facts, ("S1",))).decode()
    altered = line.replace('"S1":1,"S2":2', spelled)

    assert altered != line
    with pytest.raises(ValueError, match="line 1"):
        entries_of_lines([altered.encode()])
