"""A residence registry for tests: a real HTTP server that answers, is slow, or talks nonsense."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Registry:
    """What it says: ``verdicts`` by (pupil code, kind), else *unknown*."""

    address: str = ""
    verdicts: dict[tuple[str, str], str] = field(default_factory=dict)
    mode: str = "answers"
    asked: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)


@contextmanager
def running_registry() -> Iterator[Registry]:
    """Serve on a free port of this machine until the block ends."""
    registry = Registry()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            registry.asked += body["questions"]
            registry.tokens.append(self.headers.get("Authorization"))
            if registry.mode == "slow":
                time.sleep(1.5)
            if registry.mode == "redirects":
                self.send_response(307)
                self.send_header("Location", registry.address + "/elsewhere")
                self.end_headers()
                return
            status = 503 if registry.mode == "fails" else 200
            told = b"<html>" if registry.mode == "nonsense" else _told(registry, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    registry.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _told(registry: Registry, body: dict[str, Any]) -> bytes:
    answers = [
        {
            "ref": one["ref"],
            "residences": {
                kind: registry.verdicts.get((one["pupil_code"], kind), "unknown")
                for kind in one["residences"]
            },
        }
        for one in body["questions"]
    ]
    return json.dumps({"answers": answers}).encode()
