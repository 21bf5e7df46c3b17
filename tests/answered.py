"""Final results on which families can answer, and rounds held at once in this process."""

from sqlalchemy import func, select, text, update

from enrol.core.rounds import Answer
from enrol.services import answering, holding_rounds, running_rounds
from enrol.store import rounds as rounds_store
from enrol.store.db import transaction
from enrol.store.tables.registrations import registrations
from enrol.store.tables.rounds import held_seats
from enrol.store.tables.schools import schools
from tests.agreed import publish
from tests.corrected import compute_final, family_of, let_the_window_end
from tests.drawn import Drawn, draw_intake
from tests.integration.test_allocating import allocate


def final_intake(*, zones_: int = 2, children_: int = 40, seats: int = 10, seed: int = 1) -> Drawn:
    """Return a drawn intake whose final results are public."""
    drawn = draw_intake(zones_=zones_, children_=children_, seats=seats, seed=seed)
    allocate(drawn)
    publish(officer=drawn.officer, intake_id=drawn.intake_id)
    make_final(drawn)
    return drawn


def make_final(drawn: Drawn) -> None:
    """Compute and publish the final results after the provisional ones."""
    let_the_window_end(drawn)
    compute_final(drawn)
    publish(officer=drawn.officer, intake_id=drawn.intake_id)


def open_answers(drawn: Drawn) -> None:
    """Let families answer, with the worker's part done."""
    holding_rounds.open_answers(actor=drawn.officer, intake_id=drawn.intake_id, days=5)
    work()


def hold(drawn: Drawn) -> None:
    """Hold a round, with the worker's part done."""
    holding_rounds.hold_round(actor=drawn.officer, intake_id=drawn.intake_id, days=3)
    work()


def work() -> None:
    """Do what workers owe."""
    with transaction() as tx:
        waiting = rounds_store.pending_ids(tx)
    for round_id in waiting:
        running_rounds.run_round(round_id=round_id)


def answer(code: str, given: Answer) -> None:
    """Answer as the family."""
    answering.give_answer(actor=family_of(code), answer=given)


def seats(drawn: Drawn) -> dict[str, str]:
    """Return the school of each child that holds a seat."""
    query = (
        select(registrations.c.code, schools.c.code)
        .join(held_seats, held_seats.c.registration_id == registrations.c.id)
        .join(schools, schools.c.id == held_seats.c.school_id)
        .where(held_seats.c.intake_id == drawn.intake_id)
    )
    with transaction() as tx:
        return {row[0]: row[1] for row in tx.execute(query)}


def waits(drawn: Drawn) -> dict[str, list[tuple[str, int]]]:
    """Return the places of each child that waits, as [school, place]."""
    query = (
        select(registrations.c.code, held_seats.c.waits)
        .join(held_seats, held_seats.c.registration_id == registrations.c.id)
        .where(held_seats.c.intake_id == drawn.intake_id)
    )
    with transaction() as tx:
        return {code: places for code, places in tx.execute(query) if places}


def let_the_day_pass(drawn: Drawn) -> None:
    """Move the instant by which seats are to be answered to now."""
    with transaction() as tx:
        tx.execute(
            update(held_seats)
            .where(held_seats.c.intake_id == drawn.intake_id, held_seats.c.is_unanswered)
            .values(answer_by=func.clock_timestamp() - text("interval '1 second'"))
        )
