"""Tokens of partners for tests, and a published intake for them to read."""

import uuid
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import insert
from werkzeug.test import TestResponse

from enrol.core.actors import Officer, Right
from enrol.factory import Adapters
from enrol.services import giving_tokens
from enrol.store.db import transaction
from enrol.store.tables.intakes import snapshots
from tests.drawn import Drawn, draw_intake
from tests.integration.test_allocating import allocate
from tests.world import set_phase

EVERYTHING = frozenset(Right)


def make_token(
    adapters: Adapters,
    *,
    actor: Officer,
    unit_id: int,
    rights: frozenset[Right] = EVERYTHING,
    name: str = "Phần mềm quản lý trường học",
) -> giving_tokens.Made:
    """Make a token that is good for a month."""
    return giving_tokens.make_token(
        actor=actor,
        name=name,
        unit_id=unit_id,
        rights=rights,
        lasting_days=30,
        form_key=str(uuid.uuid4()),
        tokens=adapters.partner_tokens,
    )


def ask(app: Flask, path: str, *, token: str | None = None, **headers: str) -> TestResponse:
    """Ask the API, as a partner's system does."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    return app.test_client(use_cookies=False).get(f"/api/v1{path}", headers=sent, buffered=True)


def publish_drawn(adapters: Adapters) -> Drawn:
    """Make an intake of one zone, published with figures and a decision package."""
    made = draw_intake(zones_=1, children_=45, seats=11)
    allocate(made)
    set_phase(made.world, "provisional")
    figures = {"registrations": 45, "zones": {"Z001": 45}, "first_wishes": {"Z001S0": 20, "S1": 3}}
    with transaction() as tx:
        tx.execute(
            insert(snapshots).values(
                name=f"intake/{made.intake_id}", body=figures, taken_at=datetime.now(UTC)
            )
        )
    adapters.bundles.publish(intake="HN-L1-2026", members={"manifest.json": b"{}"})
    return made
