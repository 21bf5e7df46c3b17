"""Bundles made to crash, blind or exhaust whoever checks them."""

import re

import pytest

from enrol.core import bundle
from enrol.core.verification import verify
from tests.unit.core.bundles import made_members, resealed

MEMBERS = made_members()
DEEP = b"[" * 200_000
HOSTILE = [
    DEEP,
    b'{"a":' * 100_000,
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"9" * 100_000,
    b'"\\ud800"',
    b'"' + "đ".encode() + b'\\u0301"',
    b"\xff\xfe",
    b"\x00",
    b"1_000",
    "٣".encode(),
    b"2147483648",
    b"-9223372036854775809",
    b'=HYPERLINK("x")',
]
_VALUE = re.compile(rb'(?<=[:,\[])(?:"[^"]*"|-?\d+)|(?<=,)[^,\n]+')


@pytest.mark.parametrize("name", bundle.MEMBERS[1:])
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value[:12]))
def test_a_hostile_value_is_a_difference_and_no_crash(name, value):
    honest = MEMBERS[name]
    places = list(_VALUE.finditer(honest))
    for place in (places[0], places[len(places) // 2], places[-1]) if places else ():
        data = honest[: place.start()] + value + honest[place.end() :]
        report = verify(resealed({**MEMBERS, name: data}))

        # A distance that moves nobody is caught by its announced hash alone.
        assert not report.holds or (name == bundle.DISTANCES and value.isdigit())
        assert all(len(line.en) < 2000 for line in report.differences)


@pytest.mark.parametrize("data", [b"", DEEP, b"null", b"[]", b"\n", b"\xef\xbb\xbf{}"])
@pytest.mark.parametrize("name", bundle.MEMBERS[1:])
def test_a_file_that_is_something_else_is_a_difference(name, data):
    assert not verify(resealed({**MEMBERS, name: data})).holds


@pytest.mark.parametrize("data", [b"", DEEP, b"null", b"[]", b"NaN", b"9" * 100_000, b'{"a":1}'])
def test_a_manifest_that_is_something_else_is_refused(data):
    with pytest.raises(bundle.UnusableBundleError):
        verify({**MEMBERS, "manifest.json": data})


def test_a_key_that_stands_twice_is_seen():
    for name in ("rules.json", "draw.json", "certificate.json"):
        twice = MEMBERS[name].replace(b"{", b'{"a":1,"a":1,', 1)
        assert not verify(resealed({**MEMBERS, name: twice})).holds
    line, _, rest = MEMBERS["entries.jsonl"].partition(b"\n")
    key = re.search(rb'"[^"]+":', line)[0]
    twice = line.replace(key, key + b'"x",' + key, 1) + b"\n" + rest
    assert not verify(resealed({**MEMBERS, "entries.jsonl": twice})).holds
