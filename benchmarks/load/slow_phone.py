"""A telephone at the edge of the city: two kilobytes a second, and connections that break."""

import time
from socket import create_connection
from urllib.parse import urlencode, urlsplit

BYTES_PER_SECOND = 2_000
_PIECE = 200


class SlowPhone:
    """Sends single requests on plain sockets (which gevent has made its own)."""

    def __init__(self, address: str, *, cookies: dict[str, str]) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "localhost", parts.port or 80
        self._cookies = "; ".join(f"{name}={value}" for name, value in cookies.items())

    def post(self, path: str, form: dict[str, str]) -> int:
        """Send a form and read the answer, both slowly; returns the status."""
        with create_connection((self._host, self._port), timeout=60) as line:
            message = self._message(path, form)
            for start in range(0, len(message), _PIECE):
                line.sendall(message[start : start + _PIECE])
                time.sleep(_PIECE / BYTES_PER_SECOND)
            answer = b""
            while piece := line.recv(_PIECE):
                answer += piece
                time.sleep(_PIECE / BYTES_PER_SECOND)
        return int(answer.split(None, 2)[1]) if answer else 0

    def post_and_hang_up(self, path: str, form: dict[str, str]) -> None:
        """Send a form whole and hang up before the answer."""
        with create_connection((self._host, self._port), timeout=60) as line:
            line.sendall(self._message(path, form))

    def _message(self, path: str, form: dict[str, str]) -> bytes:
        body = urlencode(form).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nConnection: close\r\n"
            f"Cookie: {self._cookies}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body
