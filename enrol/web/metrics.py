"""``/metrics`` for Prometheus: what the processes did, and the live figures of the snapshots.

There is no such page without ``ENROL_METRICS_TOKEN``; a scrape carries it as a bearer token. Under
gunicorn the processes share their numbers through files (gunicorn.conf.py). No label names a
person, a code or an address: endpoints are the names of routes.
"""

import hmac
import os
from collections.abc import Iterator
from time import perf_counter

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from werkzeug.exceptions import NotFound

from enrol.config import Settings
from enrol.services import figures
from enrol.services.refusals import StoreBusy

SHARED_FILES = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
_NUMBERS = {
    "registrations": ("enrol_registrations", "Live registrations of an intake"),
    "ticked": ("enrol_ticked_drafts", "Drafts to be submitted at the opening"),
    "waiting": ("enrol_waiting_room_waiting", "Families in the waiting room"),
    "inside": ("enrol_waiting_room_inside", "Families past the waiting room"),
    "undone": ("enrol_outbox_undone", "Pieces of staged work that are due and not done"),
    "oldest_seconds": ("enrol_outbox_oldest_seconds", "Age of the oldest of them"),
}
_TABLES = {
    "zones": ("enrol_zone_registrations", "Live registrations by zone", "zone"),
    "first_wishes": ("enrol_school_first_wishes", "First wishes by school", "school"),
}


class SnapshotCollector(Collector):
    """The snapshots' numbers as gauges; one small read a scrape, nothing is counted."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauges; only ``enrol_database_up`` 0 while the database is out of reach."""
        up = GaugeMetricFamily("enrol_database_up", "Whether the database answered this scrape")
        try:
            taken = figures.gauges()
        except StoreBusy:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        age = GaugeMetricFamily("enrol_snapshot_age_seconds", "Age of a snapshot", labels=["name"])
        numbers = {
            key: GaugeMetricFamily(name, about, labels=["name"])
            for key, (name, about) in _NUMBERS.items()
        }
        tables = {
            key: GaugeMetricFamily(name, about, labels=["name", label])
            for key, (name, about, label) in _TABLES.items()
        }
        for name, (body, seconds) in taken.items():
            age.add_metric([name], seconds)
            for key, family in numbers.items():
                if isinstance(body.get(key), int):
                    family.add_metric([name], body[key])
            for key, family in tables.items():
                for code, count in body.get(key, {}).items():
                    family.add_metric([name, code], count)
        yield from (age, *numbers.values(), *tables.values())


def register(app: Flask, *, settings: Settings) -> None:
    """Count and time every request, and show the numbers to whoever brings the token."""
    if settings.metrics_token is None:
        return
    token = settings.metrics_token.get_secret_value().encode()
    own = CollectorRegistry()
    requests = Counter("enrol_requests", "Requests", ["endpoint", "method", "status"], registry=own)
    seconds = Histogram(
        "enrol_request_seconds", "Time to answer", ["endpoint"], buckets=BUCKETS, registry=own
    )

    def begin() -> None:
        g.began = perf_counter()

    def end(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        requests.labels(endpoint, _method(), str(response.status_code)).inc()
        if "began" in g:
            seconds.labels(endpoint).observe(perf_counter() - g.began)
        return response

    def metrics() -> Response:
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, b"Bearer " + token):
            raise NotFound
        return Response(_shown(own), content_type=CONTENT_TYPE_LATEST)

    app.before_request(begin)
    app.after_request(end)
    app.add_url_rule("/metrics", "metrics", metrics)


def _method() -> str:
    return request.method if request.method in ("GET", "HEAD", "POST") else "other"


def _shown(own: CollectorRegistry) -> bytes:
    processes = own
    if os.environ.get(SHARED_FILES):
        processes = CollectorRegistry()
        MultiProcessCollector(processes)  # type: ignore[no-untyped-call]
    live = CollectorRegistry()
    live.register(SnapshotCollector())
    return generate_latest(processes) + generate_latest(live)
