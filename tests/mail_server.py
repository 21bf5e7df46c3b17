"""A real mail server for tests, on a socket: it takes, refuses, or dies at a chosen step."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class MailServer:
    """``dies_at`` names the step at which it hangs up; ``answers`` overrides a step's code."""

    port: int = 0
    dies_at: str | None = None
    answers: dict[str, str] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)


@contextmanager
def running_mail_server() -> Iterator[MailServer]:  # noqa: C901 - the handler needs its mail
    """Serve on a free port of this machine until the block ends."""
    mail = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            if not self._say("CONNECT", "220 here"):
                return
            while line := self.rfile.readline().decode().strip():
                step = line.split(" ")[0].upper()
                if not self._say(step, "354 go on" if step == "DATA" else "250 well"):
                    return
                if step == "DATA" and "DATA" not in mail.answers and not self._take():
                    return
                if step == "QUIT":
                    return

        def _take(self) -> bool:
            lines = []
            while (line := self.rfile.readline().decode()) not in (".\r\n", ""):
                lines.append(line)
            if mail.dies_at == "BEFORE_KEEPING":
                return False
            if "END" not in mail.answers:
                mail.taken.append("".join(lines))
            return self._say("END", "250 kept")

        def _say(self, step: str, words: str) -> bool:
            if mail.dies_at == step:
                return False
            self.wfile.write(f"{mail.answers.get(step, words)}\r\n".encode())
            return True

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    mail.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield mail
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
