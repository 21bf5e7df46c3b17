"""Messages say the code and what to do, in one part of an SMS, in both languages."""

import re
import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrol.core.message_texts import EVENTS, LANGUAGES, told
from enrol.core.sms_parts import is_gsm, sms_parts, without_marks
from enrol.store.tables.messages import messages

LONGEST_CODE = "012345678901"
DUE = date(2026, 12, 31)
WITH_A_DATE = {"info_asked", "postponed", "answers_opened", "answer_reminder"}


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_has_the_code_and_fits_one_sms(event, language):
    words = told(event=event, pupil_code=LONGEST_CODE, due_on=DUE, language=language)
    assert is_gsm(words.short), words.short
    assert sms_parts(words.short) == 1, len(words.short)
    assert words.body.count(LONGEST_CODE) == 2
    assert LONGEST_CODE in words.short
    assert ("31/12/2026" in words.short) is (event in WITH_A_DATE)
    assert words.body.count("31/12/2026") == 2 * (event in WITH_A_DATE)
    for text in (words.subject, words.body, words.short):
        assert "http" not in text
        assert not re.search(r"[{}]", text)
    assert LONGEST_CODE not in words.subject


@pytest.mark.parametrize("event", EVENTS)
def test_the_familys_language_comes_first_and_the_warning_stands_in_both(event):
    vietnamese, english = (
        told(event=event, pupil_code="1", due_on=DUE, language=language) for language in LANGUAGES
    )
    for words in (vietnamese, english):
        assert "We never call you" in words.body
        assert "không bao giờ gọi điện" in words.body
    assert vietnamese.body.index("không bao giờ gọi") < vietnamese.body.index("We never call")
    assert english.body.index("We never call") < english.body.index("không bao giờ gọi")
    assert "khong goi dien" in vietnamese.short
    assert "never call" in english.short


def test_the_table_knows_every_event():
    (check,) = (str(one.sqltext) for one in messages.constraints if one.name == "ck_messages_event")
    assert set(re.findall(r"'(\w+)'", check)) == set(EVENTS)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ạ" * 70, 1),
        ("ạ" * 71, 2),
        ("ạ" * 134, 2),
        ("ạ" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_parts_are_counted_as_networks_do(text, parts):
    assert sms_parts(text) == parts


def test_vietnamese_without_marks():
    assert without_marks("Đã nhận hồ sơ, ĐƯỜNG lưỡng ỹ") == "Da nhan ho so, DUONG luong y"


@given(st.text(alphabet=string.ascii_letters + "ăâđêôơưĂÂĐÊÔƠƯàảãáạằẳẵắặếệộợự 0123456789.,"))
def test_every_vietnamese_text_without_marks_is_of_the_gsm_alphabet(text):
    plain = without_marks(text)
    assert is_gsm(plain)
    assert len(plain) == len(text)
