"""The quick way to write an entry gives the bytes of the general one."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from enrol.core.model import Entry, Facts
from enrol.core.sealing import canonical_json, entry_bytes, entry_to_json

texts = st.text(max_size=8).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text))
distances = st.dictionaries(texts, st.integers(0, 10**6), max_size=3)
facts = st.builds(
    Facts,
    zone=st.none() | texts,
    permanent_in_zone=st.booleans(),
    sibling_schools=st.lists(texts, max_size=2).map(tuple),
    policies=st.lists(texts, max_size=2).map(tuple),
    distances=distances.map(lambda pairs: tuple(pairs.items())),
)
entries = st.builds(
    Entry,
    code=texts,
    family=texts,
    submission_hash=texts,
    facts=facts,
    wishes=st.lists(texts, max_size=3).map(tuple),
)


def outcome(write, value):
    try:
        return write(value)
    except ValueError as error:
        return str(error)


@given(entries)
def test_an_entry_is_written_as_canonical_json(entry: Entry) -> None:
    assert outcome(entry_bytes, entry) == outcome(canonical_json, entry_to_json(entry))


def test_lists_are_sorted_in_the_spelling_in_which_they_are_written():
    decomposed = unicodedata.normalize("NFD", "é")
    facts = Facts("Z", policies=("f", decomposed), sibling_schools=("f", decomposed))
    line = entry_bytes(Entry("A1", "A1", "0" * 64, facts, ()))

    assert '"policies":["f","é"]' in line.decode()
    assert '"sibling_schools":["f","é"]' in line.decode()
