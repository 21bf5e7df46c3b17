import hashlib
import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrol.core import sealing
from enrol.core.model import Entry, Facts

MERKLE = json.loads((Path(__file__).parents[2] / "vectors" / "merkle.json").read_text("utf-8"))
LEAVES = [bytes.fromhex(leaf) for leaf in MERKLE["leaves"]]

texts = st.text(st.characters(codec="utf-8"), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
leaf_lists = st.lists(st.binary(max_size=6), min_size=1, max_size=40)
codes = st.text("ABC0123456789", min_size=1, max_size=8)
facts = st.builds(
    Facts,
    zone=st.none() | codes,
    permanent_in_zone=st.booleans(),
    temporary_in_zone=st.booleans(),
    current_in_zone=st.booleans(),
    sibling_schools=st.sets(codes, max_size=3).map(sorted).map(tuple),
    policies=st.sets(codes, max_size=3).map(sorted).map(tuple),
    distances=st.dictionaries(codes, st.integers(0, 50_000), max_size=3).map(
        lambda found: tuple(sorted(found.items()))
    ),
)
entries = st.builds(
    Entry,
    code=codes,
    family=codes,
    submission_hash=st.just("0" * 64),
    facts=facts,
    wishes=st.lists(codes, unique=True, max_size=3).map(tuple),
)


def test_canonical_json_has_one_spelling_for_composed_and_decomposed_vietnamese():
    composed = "Nguyễn Thị Hoà, đường Bưởi"
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed

    spelling = sealing.canonical_json({"tên": [composed], "a": 1})

    assert spelling == '{"a":1,"tên":["Nguyễn Thị Hoà, đường Bưởi"]}'.encode()
    assert sealing.canonical_json({"a": 1, unicodedata.normalize("NFD", "tên"): [decomposed]}) == (
        spelling
    )


def test_canonical_json_sorts_nested_keys_and_leaves_no_space():
    value = {"b": {"d": None, "c": [True, -3]}, "a": "x\n"}

    assert sealing.canonical_json(value) == b'{"a":"x\\n","b":{"c":[true,-3],"d":null}}'


@pytest.mark.parametrize("value", [1.5, float("nan"), {1: "x"}, {"x": {None: 1}}, {1, 2}, b"x"])
def test_canonical_json_refuses_what_has_no_single_spelling(value):
    with pytest.raises(TypeError):
        sealing.canonical_json(value)


def test_canonical_json_refuses_two_keys_that_are_the_same_text():
    with pytest.raises(ValueError, match="same text"):
        sealing.canonical_json({"à": 1, unicodedata.normalize("NFD", "à"): 2})


def test_canonical_json_refuses_text_that_is_not_unicode():
    with pytest.raises(ValueError):
        sealing.canonical_json("\ud800")


@given(values)
def test_canonical_json_is_stable_under_reading_back(value):
    spelling = sealing.canonical_json(value)

    assert sealing.canonical_json(json.loads(spelling)) == spelling


@given(st.dictionaries(texts.map(sealing.nfc), st.integers(), max_size=6), st.randoms())
def test_canonical_json_does_not_know_the_order_of_insertion(value, random):
    items = list(value.items())
    random.shuffle(items)

    assert sealing.canonical_json(dict(items)) == sealing.canonical_json(value)


def test_submission_hash_is_the_salted_digest_of_the_canonical_json():
    payload = {"wishes": ["TH02", "TH01"], "pupil": "0123456789"}
    expected = hashlib.sha256(
        b"salt" + b'{"pupil":"0123456789","wishes":["TH02","TH01"]}'
    ).hexdigest()

    assert sealing.submission_hash(salt=b"salt", payload=payload) == expected
    assert sealing.submission_hash(salt=b"other", payload=payload) != expected


@pytest.mark.parametrize("size", range(9))
def test_merkle_root_agrees_with_certificate_transparency(size):
    assert sealing.merkle_root(LEAVES[:size]).hex() == MERKLE["roots"][size]


def test_inclusion_proof_agrees_with_certificate_transparency():
    proof = sealing.inclusion_proof(LEAVES, 0)

    assert [step.hex() for step in proof] == MERKLE["proof_of_first_of_eight"]


def _recursive_root(leaves):
    """The definition of RFC 6962 section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    children = _recursive_root(leaves[:half]) + _recursive_root(leaves[half:])
    return hashlib.sha256(b"\x01" + children).digest()


@given(st.lists(st.binary(max_size=6), max_size=70))
def test_merkle_root_is_the_recursive_definition(leaves):
    assert sealing.merkle_root(leaves) == _recursive_root(leaves)


@given(leaf_lists, st.data())
def test_every_leaf_has_a_proof_and_no_other_leaf_or_place_passes_with_it(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    root = sealing.merkle_root(leaves)
    proof = sealing.inclusion_proof(leaves, index)
    leaf = leaves[index]

    def holds(**changes):
        arguments = {"root": root, "leaf": leaf, "index": index, "size": len(leaves)}
        return sealing.verify_inclusion(**{**arguments, "proof": proof, **changes})

    assert holds()
    assert not holds(leaf=leaf + b"x")
    assert not holds(root=hashlib.sha256(root).digest())
    assert not holds(proof=(*proof, root))
    assert not holds(index=len(leaves))
    assert not holds(index=-1)
    for other, other_leaf in enumerate(leaves):
        if other != index and other_leaf != leaf:
            assert not holds(index=other, leaf=other_leaf) or (
                sealing.inclusion_proof(leaves, other) == proof
            )
    if proof:
        assert not holds(proof=proof[:-1])


def test_there_is_no_proof_in_an_empty_tree_or_beyond_the_last_leaf():
    with pytest.raises(IndexError):
        sealing.inclusion_proof([], 0)
    with pytest.raises(IndexError):
        sealing.inclusion_proof(LEAVES, 8)
    assert not sealing.verify_inclusion(
        root=sealing.merkle_root([]), leaf=b"", index=0, size=0, proof=()
    )


def test_a_proof_in_a_smaller_tree_is_none_in_a_larger_one():
    pair = LEAVES[:2]

    def holds(size):
        return sealing.verify_inclusion(
            root=sealing.merkle_root(pair),
            leaf=pair[0],
            index=0,
            size=size,
            proof=sealing.inclusion_proof(pair, 0),
        )

    assert holds(2)
    assert not holds(4)


def test_one_tree_gives_every_proof():
    levels = sealing.tree_levels(LEAVES[:7])

    for index in range(7):
        assert sealing.proof_in(levels, index) == sealing.inclusion_proof(LEAVES[:7], index)


def test_batch_seals_form_a_chain_that_notices_change_order_and_loss():
    first = sealing.batch_seal(previous=bytes(32), entries=[b"a", b"b"])
    chained = sealing.batch_seal(previous=first, entries=[b"c"])

    assert len(first) == 32
    assert first != sealing.batch_seal(previous=bytes(32), entries=[b"b", b"a"])
    assert first != sealing.batch_seal(previous=bytes(32), entries=[b"a"])
    assert chained != sealing.batch_seal(previous=bytes(32), entries=[b"c"])
    assert sealing.batch_seal(previous=first, entries=[]) != first


def test_batch_seal_refuses_a_previous_seal_of_another_length():
    with pytest.raises(ValueError, match="32 bytes"):
        sealing.batch_seal(previous=b"", entries=[])


@given(entries)
def test_entries_survive_their_json(entry):
    assert sealing.entry_from_json(json.loads(sealing.entry_bytes(entry))) == entry


def test_entry_bytes_do_not_know_the_order_of_sets():
    one = Entry(
        "A1", "A1", "0" * 64, Facts("Z", policies=("x", "y"), distances=(("S", 1), ("R", 2))), ()
    )
    two = Entry(
        "A1", "A1", "0" * 64, Facts("Z", policies=("y", "x"), distances=(("R", 2), ("S", 1))), ()
    )

    assert sealing.entry_bytes(one) == sealing.entry_bytes(two)


def test_an_entry_with_two_distances_to_a_school_is_refused():
    entry = Entry("A1", "A1", "0" * 64, Facts("Z", distances=(("S", 1), ("S", 2))), ())

    with pytest.raises(ValueError, match="two distances"):
        sealing.entry_bytes(entry)


@pytest.mark.parametrize(
    ("path", "bad"),
    [
        (("code",), 1),
        (("wishes",), "S"),
        (("wishes",), [1]),
        (("facts",), []),
        (("facts", "permanent_in_zone"), 1),
        (("facts", "distances"), {"S": -1}),
        (("facts", "distances"), {"S": True}),
        (("facts", "zone"), 7),
        (("facts", "extra"), 7),
        (("name",), "Nguyễn Văn A"),
    ],
)
def test_entry_from_json_refuses_anything_unexpected(path, bad):
    document = sealing.entry_to_json(Entry("A1", "A1", "0" * 64, Facts("Z"), ("S",)))
    target = document
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = bad

    with pytest.raises(ValueError):
        sealing.entry_from_json(document)


@given(st.lists(entries, max_size=8, unique_by=lambda entry: entry.code), st.randoms())
def test_list_hash_is_the_root_in_code_order(found, random):
    ordered = sorted(found, key=lambda entry: entry.code)
    shuffled = list(found)
    random.shuffle(shuffled)

    assert sealing.list_hash(shuffled) == sealing.merkle_root(map(sealing.entry_bytes, ordered))


def test_list_hash_refuses_a_code_that_stands_twice():
    entry = Entry("A1", "A1", "0" * 64, Facts("Z"), ())

    with pytest.raises(ValueError, match="A1 stands twice"):
        sealing.list_hash([entry, entry])
