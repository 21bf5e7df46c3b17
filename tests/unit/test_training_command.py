"""``enrol training-city`` on the command line."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from enrol.cli import training as command


def test_command_says_when_the_ground_is_invented(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(command, "BESIDE_THE_CHECKOUT", tmp_path / "absent.geojson")
    monkeypatch.delenv("ENROL_WARDS", raising=False)
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "units.geojson").write_text("left by an earlier run")

    result = CliRunner().invoke(
        command.training_city, ["--children", "50", "--seed", "3", "--out", str(tmp_path / "city")]
    )

    assert result.exit_code == 0
    assert "invented" in result.stderr
    assert "50 children, 126 wards" in result.stdout
    assert not (tmp_path / "city" / "units.geojson").exists()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--opens-at", "2026-07-01T00:00"], "lacks an offset"),
        (["--opens-at", "tomorrow"], "not an ISO 8601"),
        (["--opens-at", "2026-07-04T00:00+07:00"], "must lie before"),
        (["--wards", __file__], "JSONDecodeError"),
        (["--children", "0"], "0 is not in the range"),
    ],
)
def test_command_refuses_with_exit_code_2(tmp_path: Path, options: list[str], reason: str) -> None:
    result = CliRunner().invoke(
        command.training_city,
        ["--children", "50", "--seed", "3", "--out", str(tmp_path / "city"), *options],
    )

    assert result.exit_code == 2
    assert reason in result.stderr
    assert not (tmp_path / "city").exists()
