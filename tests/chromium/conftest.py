"""A running server and Debian's chromium, as an old telephone and as a desktop."""

import shutil
from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from enrol.config import Settings
from enrol.factory import create_app
from enrol.store.db import db

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One for a module: two of Playwright's loops cannot stand in one process."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no chromium on this machine (bin/test installs it when run as root)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def served(settings: Settings, migrated_app: Flask) -> Iterator[str]:
    """The address of the application on a real socket."""
    local = settings.model_copy(update={"base_url": "http://localhost"})
    application = create_app(local)
    application.testing = True
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = Thread(target=server.serve_forever, name="served")
    thread.start()
    yield f"http://localhost:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
    with application.app_context():
        db.engine.dispose()
