"""What the event loop itself answers, out of pages that the application has drawn ahead."""

from collections.abc import Mapping, Sequence
from typing import Any

from enrol.adapters.arriving import Fault

BUSY_PAGES = "enrol_busy_pages"
"""Where the application keeps the page of a refusal, as bytes, by language."""
LARGE_PAGES = "enrol_large_pages"
"""The page of what is too large, kept alike."""
LARGE_PATHS = "enrol_large_paths"
"""Beginnings of the addresses that take more than the event loop collects."""

_PLAIN = {"vi": b"Please try again in a few seconds.\n"}


def bare(status: str) -> bytes:
    """Return an answer for programs: no browser sends what it refuses."""
    return f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode()


def busy(application: Any, *, language: str, seconds: int, is_button: bool) -> bytes:
    """Return the answer that too many are here; a page comes back by itself."""
    headers = [f"Retry-After: {seconds}", *([] if is_button else [f"Refresh: {seconds}"])]
    status = "503 Service Unavailable"
    return _drawn(application, BUSY_PAGES, language, status, headers)


def refusal(application: Any, *, fault: Fault, language: str) -> bytes:
    """Return the answer to what is refused unread: a page where it can have been a person."""
    if fault is Fault.TOO_LARGE:
        return _drawn(application, LARGE_PAGES, language, fault.value, ())
    return bare(fault.value)


def takes_large(application: Any, *, target: str) -> bool:
    """Tell whether an address takes what threads have to read."""
    paths: Sequence[str] = getattr(application, "extensions", {}).get(LARGE_PATHS, ())
    return target.startswith(tuple(paths))


def _drawn(
    application: Any, name: str, language: str, status: str, headers: Sequence[str]
) -> bytes:
    pages: Mapping[str, bytes] = getattr(application, "extensions", {}).get(name, _PLAIN)
    page = pages.get(language, pages["vi"])
    lines = [
        f"HTTP/1.1 {status}",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(page)}",
        *headers,
        "Cache-Control: no-store",
        "Content-Security-Policy: default-src 'none'; style-src 'self'; img-src data:",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + page
