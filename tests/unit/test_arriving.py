"""A request on its way in, judged by its bytes alone."""

import pytest

from enrol.adapters.arriving import MOST_COLLECTED, MOST_HEAD, MOST_READ, Arriving, Fault


def test_a_head_that_does_not_end_is_told_apart_from_a_whole_request() -> None:
    arriving = Arriving(conn=None, began=0.0)
    arriving.body += b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"a" * MOST_HEAD

    assert arriving.is_whole(0)
    assert arriving.fault is Fault.ENDLESS_HEAD


def test_a_head_that_is_over_has_an_end() -> None:
    arriving = Arriving(conn=None, began=0.0)
    arriving.body += b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    assert arriving.is_whole(0)
    assert arriving.fault is None


def came(head: bytes) -> Arriving:
    arriving = Arriving(conn=None, began=0.0)
    arriving.body += b"POST / HTTP/1.1\r\nHost: a\r\n" + head + b"\r\n\r\nab"
    return arriving


@pytest.mark.parametrize(
    ("head", "fault"),
    [
        (b"Content-Length: 0000000000009", Fault.UNCLEAR_LENGTH),
        (b"Content-Length: 2\r\nContent-Length: 2", Fault.UNCLEAR_LENGTH),
        (b"Content-Length: 2, 2", Fault.UNCLEAR_LENGTH),
        (b"Content-Length: +2", Fault.UNCLEAR_LENGTH),
        (b"Content-Length:", Fault.UNCLEAR_LENGTH),
        (b"content-length: \xb2", Fault.UNCLEAR_LENGTH),
        (b"Content-Length: 2\r\nTransfer-Encoding: chunked", Fault.NO_LENGTH),
        (b"Transfer-Encoding : chunked", Fault.NO_LENGTH),
        (b"tRANSFER-ENCODING:\tidentity", Fault.NO_LENGTH),
        (b"Content-Length: %d" % (MOST_READ + 1), Fault.TOO_LARGE),
    ],
)
def test_a_request_without_one_plain_length_waits_for_nothing(head, fault):
    arriving = came(head)

    assert arriving.is_whole(0)
    assert arriving.fault is fault


@pytest.mark.parametrize(
    "head", [b"Content-Length: 9", b"content-length:\t09 ", b"CONTENT-LENGTH:9"]
)
def test_a_body_is_waited_for_however_its_length_is_written(head):
    arriving = came(head)

    assert not arriving.is_whole(0)
    arriving.body += b"x" * 7
    assert arriving.is_whole(0)
    assert arriving.fault is None


def test_what_is_not_collected_is_large():
    arriving = came(b"Content-Length: %d" % (MOST_COLLECTED + 1))

    assert arriving.is_whole(0)
    assert arriving.is_large
    assert arriving.fault is None


@pytest.mark.parametrize("empty", [b"", b"\r\n"])
def test_a_button_is_a_button_behind_an_empty_line(empty):
    arriving = Arriving(conn=None, began=0.0)
    arriving.body += empty + b"POST /nhap-tep HTTP/1.1\r\nCookie: lang=en\r\n\r\n"

    assert arriving.is_whole(0)
    assert arriving.is_button
    assert arriving.target.startswith("/nhap-tep ")
    assert arriving.language == "en"
