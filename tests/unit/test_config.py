"""Settings: no secret has a default, and production refuses to start half-configured."""

import pytest
from pydantic import ValidationError

from enrol.config import Settings

COMPLETE = {
    "DATABASE_URL": "postgresql://enrol@localhost/enrol",
    "REDIS_URL": "unix:///run/valkey.sock",
    "ENROL_SESSION_KEY": "s" * 40,
    "ENROL_DATA_KEY": "d" * 40,
    "ENROL_BASE_URL": "https://tuyensinh.example",
}


@pytest.fixture
def environment(monkeypatch):
    for name in (*COMPLETE, "ENROL_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)

    def set_to(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return set_to


def test_a_complete_production_environment_starts(environment):
    environment(**COMPLETE)

    settings = Settings.load()

    assert settings.environment == "production"
    assert settings.sqlalchemy_url.startswith("postgresql+psycopg://")


@pytest.mark.parametrize("colour", ["#7fb3d5", "#ffffff", "blue", "#12345"])
def test_a_colour_on_which_white_cannot_be_read_is_refused(environment, colour):
    environment(**COMPLETE, ENROL_ACCENT=colour)

    with pytest.raises(ValidationError, match="accent"):
        Settings.load()


def test_an_emblem_has_to_be_a_picture_that_exists(environment, tmp_path):
    environment(**COMPLETE, ENROL_EMBLEM=str(tmp_path / "emblem.svg"))
    with pytest.raises(ValidationError, match="emblem"):
        Settings.load()

    (tmp_path / "emblem.svg").write_text("<svg/>", encoding="utf-8")
    assert Settings.load().emblem == tmp_path / "emblem.svg"


@pytest.mark.parametrize(
    "missing", ["DATABASE_URL", "REDIS_URL", "ENROL_SESSION_KEY", "ENROL_DATA_KEY"]
)
def test_each_missing_setting_is_named(environment, missing):
    environment(**{name: value for name, value in COMPLETE.items() if name != missing})

    with pytest.raises(ValidationError) as error:
        Settings.load()

    assert missing.removeprefix("ENROL_").lower() in str(error.value).lower()


@pytest.mark.parametrize(
    "unfit",
    [
        {"ENROL_SESSION_KEY": "short"},
        {"ENROL_DATA_KEY": "s" * 40},
        {"ENROL_BASE_URL": "http://tuyensinh.example"},
        {"ENROL_PROXY_HOPS": "-1"},
    ],
)
def test_unfit_settings_are_refused_in_production(environment, unfit):
    environment(**COMPLETE | unfit)

    with pytest.raises(ValidationError):
        Settings.load()


def test_secrets_do_not_show_when_settings_are_printed(environment):
    environment(**COMPLETE)

    shown = repr(Settings.load())

    assert "s" * 40 not in shown
    assert "d" * 40 not in shown


def test_each_purpose_has_its_own_key(environment):
    environment(**COMPLETE)
    settings = Settings.load()

    keys = {settings.key(purpose) for purpose in ("family-secret", "result-path", "seed")}

    assert len(keys) == 3
    assert all(len(key) == 32 for key in keys)


def test_a_refusal_does_not_repeat_what_was_set(environment):
    environment(**COMPLETE | {"ENROL_SESSION_KEY": "too-short-but-secret"})

    with pytest.raises(ValidationError) as error:
        Settings.load()

    assert "too-short-but-secret" not in str(error.value)
