"""``/metrics``: closed without the token, numbers without persons, open eyes when the database is
away.
"""

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr, ValidationError

from enrol.config import Settings
from enrol.factory import create_app
from enrol.services import counting, figures
from enrol.services.refusals import StoreBusy
from enrol.store.db import db
from tests.officers import register_child
from tests.web.browser import Browser
from tests.world import build_world

TOKEN = "t" * 32
CARRIED = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def world(app):
    return build_world()


@pytest.fixture
def watched(app, settings, world, adapters):
    """An application with a token, on a city with a registration and its figures."""
    register_child(world, number=1, adapters=adapters)
    counting.refresh_counters()
    own = create_app(settings.model_copy(update={"metrics_token": SecretStr(TOKEN)}))
    own.testing = True
    yield Browser(own.test_client())
    with own.app_context():
        db.engine.dispose()


def shown(browser) -> dict[tuple[str, ...], float]:
    text = browser.ask("GET", "/metrics", headers=CARRIED).text
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_without_a_token_in_the_settings_there_is_no_such_page(browser):
    assert browser.ask("GET", "/metrics").status_code == 404
    assert browser.ask("GET", "/metrics", headers=CARRIED).status_code == 404


@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}])
def test_without_the_token_nothing_is_shown(watched, given):
    answer = watched.ask("GET", "/metrics", headers=given)

    assert answer.status_code == 404
    assert "enrol_requests" not in answer.text


def test_requests_are_counted_by_route_and_status(watched):
    for path in ("/", "/", "/gibt/es/nicht", "/gia-dinh/"):
        watched.ask("GET", path)

    found = shown(watched)

    assert found["enrol_requests_total", "200", "GET", "public.start"] == 2
    assert found["enrol_requests_total", "404", "GET", "none"] == 1
    assert found["enrol_requests_total", "303", "GET", "parents.home"] == 1
    assert found["enrol_request_seconds_count", "public.start"] == 2
    assert found["enrol_request_seconds_sum", "public.start"] > 0


def test_the_snapshots_are_shown_by_zone_and_school(watched, world):
    name = counting.intake_snapshot(world.intake_id)

    found = shown(watched)

    assert found["enrol_registrations", name] == 1
    assert found["enrol_zone_registrations", "T00070", name] == 1
    assert found["enrol_school_first_wishes", "S1", name] == 1
    assert found["enrol_outbox_undone", "outbox"] == 0
    assert found["enrol_snapshot_age_seconds", name] >= 0
    assert found[("enrol_database_up",)] == 1
    assert ("enrol_waiting_room_waiting", name) not in found


def test_labels_hold_no_code_address_or_name(watched):
    watched.ask("GET", "/ket-qua/" + "a" * 40)
    watched.ask("GET", "/tra-cuu?ma=AR20260701000017K")

    text = watched.ask("GET", "/metrics", headers=CARRIED).text

    assert not re.search(r"AR2026|aaaa|Nguy|127\.0\.0\.1", text)


def test_a_database_that_is_away_is_told_and_hides_nothing_else(watched, monkeypatch):
    def busy() -> None:
        raise StoreBusy

    watched.ask("GET", "/tiep-can")
    monkeypatch.setattr(figures, "gauges", busy)

    found = shown(watched)

    assert found[("enrol_database_up",)] == 0
    assert found["enrol_requests_total", "200", "GET", "public.accessibility"] == 1


def test_a_token_that_can_be_guessed_is_refused(settings):
    with pytest.raises(ValidationError, match="24 characters"):
        Settings(
            environment="test",
            DATABASE_URL=settings.database_url,
            REDIS_URL=settings.redis_url,
            session_key="s" * 40,
            data_key="d" * 40,
            metrics_token="short",
        )
