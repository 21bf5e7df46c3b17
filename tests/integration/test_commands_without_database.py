"""Commands whose database is out of reach say so in one line; 1 stays for what a command found."""

import pytest
from click.testing import CliRunner

from enrol.cli import main

MOMENTS = ("--since", "2026-01-01T00:00:00", "--until", "2026-01-02T00:00:00")


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify-journal",),
        ("bundle", "TS-2026", "--out", "{out}/bundle.zip"),
        ("erase", "--dry-run"),
        ("breach-report", *MOMENTS, "--officer", "a@b.example", "--out", "{out}/rows.csv"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_command_without_its_database_ends_with_2_and_one_line(
    arguments, settings, tmp_path, monkeypatch
):
    environment = {
        "DATABASE_URL": f"postgresql://enrol@/none?host={tmp_path}",
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "ENROL_ENVIRONMENT": "test",
        "ENROL_SESSION_KEY": settings.session_key.get_secret_value(),
        "ENROL_DATA_KEY": settings.data_key.get_secret_value(),
        "ENROL_BASE_URL": settings.base_url,
        "ENROL_ENV_FILE": str(tmp_path / "none.env"),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    ended = CliRunner().invoke(main, [part.format(out=tmp_path) for part in arguments])

    assert ended.exit_code == 2, ended.output
    assert "out of reach" in ended.stderr
    assert list(tmp_path.iterdir()) == []
