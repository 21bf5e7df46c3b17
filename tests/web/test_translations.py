"""Every message has its Vietnamese, with the same values in it."""

import re

import polib
import pytest

from tests.web.messages import CATALOGS, used_messages, vietnamese

_VALUE = re.compile(r"%\(\w+\)[sd]")


def entries() -> list[tuple[str, polib.POEntry]]:
    return [
        (path.name, entry)
        for path in sorted(CATALOGS.glob("*.po"))
        for entry in polib.pofile(str(path))
        if not entry.obsolete
    ]


def test_no_message_is_without_vietnamese():
    known = vietnamese()

    missing = {f"{m.path}:{m.line}: {m.text}" for m in used_messages() if not known.get(m.text)}

    assert not missing, "\n".join(sorted(missing))


def test_values_in_a_message_stand_in_its_translation_too():
    for name, entry in entries():
        translated = entry.msgstr or entry.msgstr_plural[0]
        values = set(_VALUE.findall(entry.msgid)) | set(_VALUE.findall(entry.msgid_plural))
        assert set(_VALUE.findall(translated)) <= values, (name, entry.msgid)
        assert set(_VALUE.findall(entry.msgid)) <= set(_VALUE.findall(translated)), (
            name,
            entry.msgid,
        )


def test_a_message_is_translated_the_same_everywhere():
    seen: dict[str, tuple[str, str]] = {}
    for name, entry in entries():
        translated = entry.msgstr or entry.msgstr_plural[0]
        first = seen.setdefault(entry.msgid, (name, translated))
        assert first[1] == translated, (entry.msgid, first, (name, translated))


def test_no_translation_is_a_leftover():
    used = {message.text for message in used_messages()}

    # staff.po also holds the messages of Flask-Security, which are not ours to extract.
    leftovers = {
        f"{name}: {entry.msgid}"
        for name, entry in entries()
        if entry.msgid not in used and name != "staff.po"
    }

    assert not leftovers, "\n".join(sorted(leftovers))


@pytest.mark.parametrize("word", ["bạn ", "Bạn ", "vui lòng"])
def test_parents_are_addressed_as_an_office_does(word):
    for name, entry in entries():
        if name in ("public.po", "parents.po"):
            assert word not in entry.msgstr, (name, entry.msgid)
