"""A request on its way in, judged by its bytes alone."""

from enrol.adapters.arriving import MOST_HEAD, Arriving


def test_a_head_that_does_not_end_is_told_apart_from_a_whole_request() -> None:
    arriving = Arriving(conn=None, began=0.0)
    arriving.body += b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"a" * MOST_HEAD

    assert arriving.is_whole(0)
    assert arriving.has_endless_head


def test_a_head_that_is_over_has_an_end() -> None:
    arriving = Arriving(conn=None, began=0.0)
    arriving.body += b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    assert arriving.is_whole(0)
    assert not arriving.has_endless_head
