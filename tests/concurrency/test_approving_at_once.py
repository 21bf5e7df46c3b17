"""Seats stated anew while a colleague approves them: nobody approves what nobody showed them. The
twin without the lock on the plans' rows shows the damage.
"""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from enrol.services import approving, planning
from enrol.services.approving import WaitingChanged
from enrol.store import approvals, seats_offered
from enrol.store.db import transaction
from enrol.store.tables.intakes import intakes, seat_plans
from tests.officers import add_elsewhere, add_officer, add_officers, back_to_draft
from tests.world import build_world

pytestmark = pytest.mark.race

TOGETHER_SECONDS = 1.5
UNGUARDED_SECONDS = 60.0


@pytest.fixture
def is_guarded(request) -> bool:
    return "without" not in request.node.name


@pytest.fixture
def meet(monkeypatch, is_guarded):
    """Let the approval write only after the other officer has stated other seats, if it can."""
    looked, stated = threading.Event(), threading.Event()
    looked.set()  # stating alone, before the race, waits for nobody
    seconds = TOGETHER_SECONDS if is_guarded else UNGUARDED_SECONDS
    approve, change = approvals.approve_plans, seats_offered.hold_seats

    def approve_late(tx, **names):
        looked.set()
        stated.wait(seconds)
        approve(tx, **names)

    def hold_late(tx, **names):
        looked.wait(UNGUARDED_SECONDS)
        change(tx, **names)

    monkeypatch.setattr(approvals, "approve_plans", approve_late)
    monkeypatch.setattr(seats_offered, "hold_seats", hold_late)
    return looked, stated


def state(world, actor, seats):
    planning.change_seats(
        actor=actor,
        intake_id=world.intake_id,
        school_id=world.schools["S1"],
        seats=seats,
        classes=1,
        reason="Thêm phòng học",
    )


def race(app, meet):
    """State 30 seats; then approve them and state 35 at once. Returns (seats, is approved)."""
    world = build_world()
    officers = add_officers(world, add_elsewhere(world))
    second = add_officer(email="ward3@example.vn", role="ward_officer", unit_id=world.ward_id)
    back_to_draft(world)
    with transaction() as tx:
        tx.execute(update(intakes).values(needs_approvals=True))
    state(world, officers.ward, 30)
    looked, stated = meet
    looked.clear()
    mark = approving.readiness_of(actor=second, intake_id=world.intake_id).mark

    def approve() -> None:
        with app.app_context(), contextlib.suppress(WaitingChanged):
            approving.approve_seats(actor=second, intake_id=world.intake_id, mark=mark)

    def change() -> None:
        with app.app_context():
            state(world, officers.ward, 35)
        stated.set()

    with ThreadPoolExecutor(2) as threads:
        for done in (threads.submit(approve), threads.submit(change)):
            done.result()
    with transaction() as tx:
        query = select(seat_plans.c.seats, seat_plans.c.approved_by.is_not(None)).where(
            seat_plans.c.school_id == world.schools["S1"]
        )
        return tuple(tx.execute(query).one())


def test_seats_stated_meanwhile_are_not_approved(app, meet):
    assert race(app, meet) == (35, False)


def test_twin_without_the_lock_seats_are_approved_that_nobody_showed(app, meet, monkeypatch):
    monkeypatch.setattr(approvals, "hold_plans", lambda *_, **__: None)

    assert race(app, meet) == (35, True)
