"""A child moved by hand while a colleague divides the school anew: no move that was reported done
is silently undone. The twin without the lock on the school's plan shows the damage.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from enrol.core.actors import SCHOOL_OFFICER
from enrol.services import dividing_classes, keeping_classes
from enrol.services.refusals import NotFound
from enrol.store import class_lists
from enrol.store.db import transaction
from enrol.store.tables.schools import schools
from tests.answered import final_intake
from tests.officers import add_officer

pytestmark = pytest.mark.race

TOGETHER_SECONDS = 1.5
UNGUARDED_SECONDS = 60.0


@pytest.fixture
def place(app):
    """A school with its officer, its children divided into 1A1 and 1A2."""
    drawn = final_intake(zones_=1, children_=40, seats=10)
    with transaction() as tx:
        query = select(schools.c.id).where(schools.c.code == "Z001S0")
        school_id = tx.execute(query).scalar_one()
    officer = add_officer(email="s@example.vn", role=SCHOOL_OFFICER, school_id=school_id)
    made = {"actor": officer, "intake_id": drawn.intake_id, "school_id": school_id}
    divide(made, preview(made))
    return made


def preview(place):
    return dividing_classes.preview_division(**place, classes=2, keep_families=True)


def divide(place, shown):
    dividing_classes.apply_division(
        **place, names=("1A1", "1A2"), keep_families=True, mark=shown.mark
    )


def race(app, place, monkeypatch, *, seconds: float) -> tuple[bool, bool]:
    """Divide anew and move a child at once; returns whether the move was reported done, and
    whether the child is where it was moved to.
    """
    shown = preview(place)
    first, second = keeping_classes.class_desk(**place).classes
    code = first.children[0].code
    looked, moved = threading.Event(), threading.Event()
    replace = class_lists.replace

    def replace_late(tx, **names):
        looked.set()
        moved.wait(seconds)
        replace(tx, **names)

    monkeypatch.setattr(class_lists, "replace", replace_late)

    def divide_anew() -> None:
        with app.app_context():
            divide(place, shown)

    def move() -> bool:
        looked.wait(UNGUARDED_SECONDS)
        with app.app_context():
            try:
                keeping_classes.put_into_class(**place, code=code, class_id=second.class_id)
            except NotFound:
                return False
            finally:
                moved.set()
        return True

    with ThreadPoolExecutor(2) as threads:
        dividing, moving = threads.submit(divide_anew), threads.submit(move)
        dividing.result()
        is_told = moving.result()
    found = keeping_classes.class_desk(**place).classes
    return is_told, code in {child.code for child in found[1].children}


def test_a_move_waits_for_the_division_and_is_refused_then(app, place, monkeypatch):
    assert race(app, place, monkeypatch, seconds=TOGETHER_SECONDS) == (False, False)


def test_twin_without_the_lock_a_move_that_was_reported_is_gone(app, place, monkeypatch):
    monkeypatch.setattr(class_lists, "hold_school", lambda *_, **__: None)

    assert race(app, place, monkeypatch, seconds=UNGUARDED_SECONDS) == (True, False)
