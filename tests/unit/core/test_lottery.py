import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrol.core import lottery

VECTOR = json.loads((Path(__file__).parents[2] / "vectors" / "lottery.json").read_text("utf-8"))
SEED = bytes.fromhex(VECTOR["seed"])
LIST_HASH = bytes.fromhex(VECTOR["list_hash"])
KEY = bytes.fromhex(VECTOR["key"])


def test_commitment_agrees_with_an_independent_program():
    assert lottery.commitment(SEED) == VECTOR["commitment"]


def test_draw_key_agrees_with_an_independent_program():
    key = lottery.draw_key(seed=SEED, public_value=VECTOR["public_value"], list_hash=LIST_HASH)

    assert key.hex() == VECTOR["key"]


def test_numbers_agree_with_an_independent_program():
    code, school = VECTOR["code"], VECTOR["school"]

    assert lottery.number(key=KEY, code=code) == VECTOR["number"]
    assert (
        lottery.number_for_school(key=KEY, code=code, school=school)
        == (VECTOR["number_for_school"])
    )


def test_each_ingredient_of_the_draw_changes_the_key():
    def key(**changes):
        usual = {"seed": SEED, "public_value": "48213", "list_hash": LIST_HASH}
        return lottery.draw_key(**{**usual, **changes})

    keys = {
        key(),
        key(seed=bytes(32)),
        key(public_value="48214"),
        key(list_hash=bytes(32)),
    }

    assert len(keys) == 4


@pytest.mark.parametrize(
    "changes",
    [{"seed": b"short"}, {"list_hash": b"short"}, {"public_value": ""}, {"public_value": "a\x00b"}],
)
def test_draw_key_refuses_a_malformed_ingredient(changes):
    usual = {"seed": SEED, "public_value": "48213", "list_hash": LIST_HASH}

    with pytest.raises(ValueError):
        lottery.draw_key(**{**usual, **changes})


def test_commitment_refuses_a_seed_of_another_length():
    with pytest.raises(ValueError):
        lottery.commitment(b"x" * 31)


@given(st.binary(min_size=32, max_size=32), st.text("AR0123456789", min_size=1))
def test_numbers_are_64_lower_case_hex_digits(key, code):
    found = lottery.number(key=key, code=code)

    assert len(found) == 64
    assert set(found) <= set("0123456789abcdef")
    assert found != lottery.number_for_school(key=key, code=code, school="")
