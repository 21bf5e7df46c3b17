"""Names: one spelling, the order of class lists, keys for search."""

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrol.core.names import clean_text, label_key, search_key, sort_key

# The order of ICU's collation for Vietnamese: the alphabet first, then the tones in the order
# ngang, huyền, hỏi, ngã, sắc, nặng.
ALPHABET = list("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")
TONES = ["ma", "mà", "mả", "mã", "má", "mạ"]


def shuffled(words):
    return random.Random(7).sample(words, len(words))


def test_letters_stand_in_the_order_of_the_alphabet():
    assert sorted(shuffled(ALPHABET), key=sort_key) == ALPHABET


def test_tones_stand_in_the_order_of_icu():
    assert sorted(shuffled(TONES), key=sort_key) == TONES


def test_a_letter_weighs_more_than_a_tone():
    in_order = ["An", "Án", "Anh", "Ánh", "Ăn", "Ân", "Da", "Dũng", "Đa", "Đặng", "Đỗ"]

    assert sorted(shuffled(in_order), key=sort_key) == in_order


def test_given_name_goes_before_middle_name_before_family_name():
    in_order = [
        "An",
        "Bùi An",
        "Nguyễn An",
        "Đỗ Bảo An",
        "Bùi Thị Hải An",
        "Lê Thị Hải An",
        "Hồ Văn An",
        "Cao Bình",
        "Âu Cường",
    ]

    assert sorted(shuffled(in_order), key=sort_key) == in_order


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nguyễn Thị Hòa", "Nguyễn Thị Hoà"),  # both places of the tone are taught
        ("NGUYỄN THỊ ĐÀO", "nguyễn thị đào"),
        ("Nguyễn", unicodedata.normalize("NFD", "Nguyễn")),
        ("H'Hen Niê", "H’Hen Niê"),
    ],
)
def test_spellings_of_one_name_have_one_sort_key(one, other):
    assert sort_key(one) == sort_key(other)


def test_a_sort_key_is_digits_only_so_that_every_collation_agrees():
    assert sort_key("Đỗ Thị Ánh-Nguyệt Müller 李").isdigit()


def test_other_alphabets_come_last():
    assert sorted(["李", "Zoe"], key=sort_key) == ["Zoe", "李"]


def test_labels_stand_in_their_natural_order():
    in_order = ["2", "10", "16", "16A", "16B", "017", "2324", "Ba Đông", "Đoài", "Đông", "VP4"]

    assert sorted(shuffled([*in_order, "VP10"]), key=label_key) == [*in_order, "VP10"]
    assert label_key("16A Đông").isdigit()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Nguyễn Thị Đào", "nguyen thi dao"),
        ("Hòa", "hoa"),
        ("Hoà", "hoa"),
        ("ĐẶNG  ƯỚC", "dang uoc"),
        ("H’Hen Niê", "hhen nie"),
        ("Y Ánh-Nguyệt (tên ở nhà: Cún)", "y anh nguyet ten o nha cun"),
    ],
)
def test_search_needs_no_accents(name, key):
    assert search_key(name) == key


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("  Nguyễn\u00a0 Thị\tĐào\r\n", "Nguyễn Thị Đào"),
        ("\ufeffNgu\u200byễn", "Nguyễn"),
        (unicodedata.normalize("NFD", "Nguyễn Thị Đào"), "Nguyễn Thị Đào"),
        ("a\x00b\u202ec\ud800d", "abcd"),
        ("Ngõ 12,\nphố \u2028 Tràng Thi", "Ngõ 12, phố Tràng Thi"),
        ("H'Hen\u2019s 16A", "H'Hen\u2019s 16A"),
        ("", ""),
    ],
)
def test_text_has_one_spelling(typed, clean):
    assert clean_text(typed) == clean


@given(st.text())
def test_clean_text_is_clean_already(text):
    clean = clean_text(text)

    assert clean_text(clean) == clean
    assert clean == clean.strip()
    assert clean.encode("utf-8").decode("utf-8") == clean


@given(st.text(), st.text())
def test_keys_of_any_text_exist_and_compare(one, other):
    assert sort_key(one).isdigit()
    assert (sort_key(one) < sort_key(other)) == (sort_key(one).encode() < sort_key(other).encode())
    assert search_key(search_key(one)) == search_key(one)
