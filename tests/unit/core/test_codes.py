import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrol.core import codes

valid_codes = st.builds(
    codes.registration_code,
    prefix=st.sampled_from(["AR", "TT"]),
    on=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    sequence=st.integers(0, 999_999),
)


@pytest.mark.parametrize(
    ("prefix", "sequence", "expected"),
    [("AR", 42, "AR20260701000042F"), ("TT", 5, "TT202607010000056")],
)
def test_a_registration_code_has_the_shape_people_know(prefix, sequence, expected):
    code = codes.registration_code(prefix=prefix, on=date(2026, 7, 1), sequence=sequence)

    assert code == expected


@given(valid_codes)
def test_every_code_made_is_a_code(code):
    assert codes.is_code(code)
    assert len(code) == 17
    assert not set(code[16:]) & set("01ILO")


@given(valid_codes, st.integers(0, 16), st.sampled_from(string.digits + string.ascii_uppercase))
def test_one_wrong_character_is_always_found(code, place, character):
    changed = code[:place] + character + code[place + 1 :]

    assert codes.is_code(changed) == (changed == code)


@given(valid_codes)
def test_two_characters_that_changed_places_are_always_found(code):
    for left in range(17):
        for right in range(left + 1, 17):
            letters = list(code)
            letters[left], letters[right] = letters[right], letters[left]
            changed = "".join(letters)

            assert codes.is_code(changed) == (changed == code)


@given(valid_codes)
def test_a_code_typed_with_spaces_dashes_and_small_letters_is_understood(code):
    typed = f" {code[:2].lower()} {code[2:10]}-{code[10:]} "

    assert codes.normalise_code(typed.lower()) == code
    assert codes.normalise_code(code.replace("0", "o").replace("1", "l")) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AR",
        "AR20260701000042",
        "AR20260701000042FF",
        "XX20260701000042F",
        "AR2026070100004²T",
        "ar20260701000042F",
    ],
)
def test_other_text_is_no_code(text):
    assert not codes.is_code(text)


def test_an_impossible_date_is_no_code():
    body = "AR20260231000042"

    assert not codes.is_code(body + codes.check_character(body))


def test_a_rehearsal_code_is_told_by_its_prefix():
    rehearsal = codes.registration_code(prefix="TT", on=date(2026, 7, 1), sequence=1)
    official = codes.registration_code(prefix="AR", on=date(2026, 7, 1), sequence=1)

    assert codes.is_rehearsal_code(rehearsal)
    assert not codes.is_rehearsal_code(official)


@pytest.mark.parametrize(
    ("prefix", "sequence"), [("XX", 1), ("AR", -1), ("AR", 1_000_000), ("ar", 1)]
)
def test_a_code_is_not_made_from_what_does_not_fit(prefix, sequence):
    with pytest.raises(ValueError):
        codes.registration_code(prefix=prefix, on=date(2026, 7, 1), sequence=sequence)


@pytest.mark.parametrize("body", ["", "AR2026070100004", "A120260701000042", "AR2026070100004X"])
def test_no_check_character_for_another_shape(body):
    with pytest.raises(ValueError):
        codes.check_character(body)


secrets = st.binary(min_size=10, max_size=10).map(codes.secret_from_bytes)


@given(secrets)
def test_a_secret_is_four_groups_of_four_without_look_alikes(secret):
    assert codes.is_secret(secret)
    assert [len(group) for group in secret.split("-")] == [4, 4, 4, 4]
    assert not set(secret) & set("ILOU")


@given(secrets)
def test_a_secret_typed_carelessly_is_understood(secret):
    careless = secret.lower().replace("-", " ").replace("0", "o").replace("1", "l")

    assert codes.normalise_secret(careless) == secret
    assert codes.normalise_secret(secret.replace("V", "u").replace("1", "I")) == secret


@given(st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_different_bytes_give_different_secrets(one, other):
    made = {codes.secret_from_bytes(one), codes.secret_from_bytes(other)}

    assert len(made) == len({one, other})


@pytest.mark.parametrize("text", ["", "ABCD", "ABCD-EFGH-JKMN-PQRO", "ABCDEFGHJKMNPQRS"])
def test_other_text_is_no_secret(text):
    assert not codes.is_secret(text)


def test_a_secret_takes_exactly_ten_bytes():
    with pytest.raises(ValueError):
        codes.secret_from_bytes(bytes(9))
