"""A provider of mails or SMS as a process of its own: it can be stopped at a step, and killed.

``python provider.py smtp|sms DIRECTORY [STEP]`` prints ``PORT n``; at STEP it prints ``REACHED``
and goes on when a line comes in. Every mail it takes is a file of its own; an SMS is kept under its
key once, however often it comes, and each posting is noted.
"""

import json
import socketserver
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

KIND, DIRECTORY = sys.argv[1], Path(sys.argv[2])
STEP = sys.argv[3] if len(sys.argv) > 3 else ""
_ONCE = threading.Lock()
_reached = False


def at(step: str) -> None:
    """Stop at the chosen step, the first time."""
    global _reached
    with _ONCE:
        if step != STEP or _reached:
            return
        _reached = True
    print("REACHED", flush=True)
    sys.stdin.readline()


class Mail(socketserver.StreamRequestHandler):
    """SMTP as far as a sender needs it."""

    def handle(self) -> None:
        at("CONNECT")
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            word = line.split(" ")[0].upper()
            at(word)
            self.say("354 go on" if word == "DATA" else "250 well")
            if word == "DATA":
                self.take()
            if word == "QUIT":
                return

    def take(self) -> None:
        lines = []
        while (line := self.rfile.readline().decode()) not in (".\r\n", ""):
            lines.append(line)
        at("WORDS")
        (DIRECTORY / f"{uuid.uuid4().hex}.mail").write_text("".join(lines))
        at("KEPT")
        self.say("250 kept")

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class Sms(BaseHTTPRequestHandler):
    """An HTTP provider that takes one key once."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        at("CONNECT")
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        at("WORDS")
        key = self.headers["Idempotency-Key"]
        with (DIRECTORY / "postings").open("a") as postings:
            postings.write(f"{key}\n")
        (DIRECTORY / f"{key}.sms").write_text(f"{body['to']}\n{body['text']}")
        at("KEPT")
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


made = (
    Server(("127.0.0.1", 0), Mail) if KIND == "smtp" else ThreadingHTTPServer(("127.0.0.1", 0), Sms)
)
print(f"PORT {made.server_address[1]}", flush=True)
made.serve_forever()
