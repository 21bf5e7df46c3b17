"""The exported directory: what a plain web server shows, packed copies, the switch in one step."""

import gzip
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from enrol.adapters.result_export import NothingPublished, export_edition
from enrol.adapters.result_files import ResultFiles
from enrol.cli import results as command
from enrol.cli.commands import main
from enrol.services.ports import RenderedPage

TOKEN = "ab" + "0" * 38
OTHER = "cd" + "1" * 38
INTAKE = "HN-L1-2026"


def edition(word: str, *tokens: str) -> list[RenderedPage]:
    pages = [RenderedPage("about.json", b'{"is_rehearsal": false}\n')]
    for language in ("vi", "en"):
        body = f"{word} {language}".encode()
        pages += [RenderedPage(f"{t[:2]}/{t}.{language}.html", body) for t in tokens]
        pages.append(RenderedPage(f"lists/S1.{language}.html", body))
        pages.append(RenderedPage(f"wards/00070.{language}.html", body))
    return pages


@pytest.fixture
def results(tmp_path) -> Path:
    return tmp_path / "results"


@pytest.fixture
def publish(results):
    def one(name: str, *tokens: str) -> None:
        files = ResultFiles(directory=results)
        files.write(intake=INTAKE, edition=name, pages=edition(name, *tokens))
        files.publish(intake=INTAKE, edition=name)

    return one


@pytest.fixture
def export(results, tmp_path):
    return lambda: export_edition(
        results=results, intake=INTAKE, into=tmp_path / "site", extra={"static/enrol.css": b"p{}"}
    )


class _PlainServer(SimpleHTTPRequestHandler):
    """Files as they lie, and NAME.html for NAME: what every server can be told to do."""

    def translate_path(self, path: str) -> str:
        found = super().translate_path(path)
        return found if Path(found).is_file() else found + ".html"

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def get(tmp_path):
    handler = partial(_PlainServer, directory=str(tmp_path / "site" / INTAKE / "current"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()

    def one(path: str) -> str:
        with urlopen(f"http://127.0.0.1:{server.server_port}{path}") as answer:
            return answer.read().decode()

    yield one
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_plain_server_shows_every_address(publish, export, get):
    publish("one", TOKEN)
    export()

    assert get(f"/ket-qua/{TOKEN}") == "one vi"
    assert get(f"/ket-qua/{TOKEN}.vi") == "one vi"
    assert get(f"/ket-qua/{TOKEN}.en") == "one en"
    assert get("/danh-sach/S1") == "one vi"
    assert get("/danh-sach/phuong/00070.en") == "one en"
    assert get("/static/enrol.css") == "p{}"
    with pytest.raises(HTTPError, match="404") as missing:
        get(f"/ket-qua/{OTHER}")
    missing.value.close()


def test_every_file_has_its_packed_copy(publish, export):
    publish("one", TOKEN)
    served = export()

    files = [path for path in served.rglob("*") if path.is_file() and path.suffix != ".gz"]
    assert len(files) == 11
    for path in files:
        packed = path.with_name(path.name + ".gz")
        assert gzip.decompress(packed.read_bytes()) == path.read_bytes()


def test_the_next_edition_is_shown_in_one_step_and_whole(publish, export, get):
    publish("one", TOKEN)
    export()
    publish("two", TOKEN, OTHER)
    assert get(f"/ket-qua/{TOKEN}") == "one vi"

    export()

    assert get(f"/ket-qua/{TOKEN}") == "two vi"
    assert get(f"/ket-qua/{OTHER}.en") == "two en"


def test_stopped_half_way_the_former_edition_stands_and_the_next_try_completes_it(
    publish, results, tmp_path, get
):
    publish("one", TOKEN)
    whole = partial(
        export_edition, results=results, intake=INTAKE, into=tmp_path / "site", extra={}
    )
    whole()
    publish("two", TOKEN, OTHER)

    def stop(done: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        whole(note=stop)
    assert get(f"/ket-qua/{TOKEN}") == "one vi"

    whole()
    assert get(f"/ket-qua/{OTHER}") == "two vi"


def test_a_repetition_writes_nothing(publish, export):
    publish("one", TOKEN)
    served = export()
    before = {path: path.stat().st_mtime_ns for path in served.rglob("*") if path.is_file()}

    export()

    after = {path: path.stat().st_mtime_ns for path in served.rglob("*") if path.is_file()}
    assert after == before


def test_without_a_publication_nothing_is_exported(export, tmp_path):
    with pytest.raises(NothingPublished):
        export()
    assert not (tmp_path / "site").exists()


def test_the_command_exports_every_published_intake_without_a_database(
    publish, results, settings, tmp_path, monkeypatch
):
    publish("one", TOKEN)
    nowhere = {"results_directory": results, "database_url": "postgresql://127.0.0.1:1/none"}
    monkeypatch.setattr(command, "load_settings", lambda: settings.model_copy(update=nowhere))

    done = CliRunner().invoke(main, ["export-results", str(tmp_path / "site")])
    unknown = CliRunner().invoke(main, ["export-results", str(tmp_path), "--intake", "NONE"])

    assert done.exit_code == 0, done.output
    assert f"{INTAKE}/current: 7 files" in done.output
    assert (tmp_path / "site" / INTAKE / "current" / "static" / "bootstrap.css").is_file()
    assert unknown.exit_code == 1
    assert "no published pages" in unknown.output
