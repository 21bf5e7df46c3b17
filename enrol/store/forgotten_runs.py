"""Runs whose next piece of work is staged nowhere: what the sweeper looks for."""

from sqlalchemy import and_, exists, func, or_, select

from enrol.core.intake import Phase
from enrol.store import publication_requests
from enrol.store.db import Transaction
from enrol.store.runs import DONE, FINAL, PROVISIONAL
from enrol.store.tables.intakes import intakes, publications
from enrol.store.tables.outbox import outbox
from enrol.store.tables.rounds import rounds
from enrol.store.tables.runs import renderings, runs


def forgotten_work(tx: Transaction) -> dict[str, list[int]]:
    """Return ids by job: what is not done and has no undone row in the outbox.

    That is a run that is not done; the last step of a stage whose runs are all done while the
    intake is still *drawn* (for the final results: while there is no second stage); what two
    officers agreed to publish and whose minute has come (these are ids of requests, all others of
    runs); a zone of a publication whose pages were not rendered; and a publication whose files for
    checking are neither offered nor given up (they stand under the second stage).
    """
    found = {
        "allocate_zone": [*_undone(tx, 1), *_not_passed_on(tx)],
        "allocate_leftovers": [*_undone(tx, 2), *_not_allocated(tx)],
        "publish_outcome": publication_requests.due_unpublished(tx),
        "render_results": _not_rendered(tx, 1),
        "publish_bundle": _not_rendered(tx, 2),
    }
    return {
        job: [run_id for run_id in ids if run_id not in staged]
        for job, ids in found.items()
        for staged in [_staged(tx, job)]
    }


def _staged(tx: Transaction, job: str) -> set[int]:
    query = select(outbox.c.argument).where(outbox.c.job == job, outbox.c.done_at.is_(None))
    return set(tx.execute(query).scalars())


def _undone(tx: Transaction, stage: int) -> list[int]:
    query = select(runs.c.id).where(runs.c.stage == stage, runs.c.state != DONE)
    return list(tx.execute(query.order_by(runs.c.id)).scalars())


def _not_passed_on(tx: Transaction) -> list[int]:
    is_going_on = or_(
        and_(runs.c.outcome == PROVISIONAL, intakes.c.phase == Phase.DRAWN),
        and_(runs.c.outcome == FINAL, intakes.c.phase == Phase.PROVISIONAL),
    )
    query = (
        select(func.min(runs.c.id))
        .join(intakes, and_(intakes.c.id == runs.c.intake_id, is_going_on))
        .group_by(runs.c.draw_id, runs.c.outcome)
        .having(func.bool_and(runs.c.state == DONE), func.max(runs.c.stage) == 1)
        .order_by(runs.c.draw_id)
    )
    return list(tx.execute(query).scalars())


def _not_allocated(tx: Transaction) -> list[int]:
    query = (
        select(runs.c.id)
        .join(intakes, and_(intakes.c.id == runs.c.intake_id, intakes.c.phase == Phase.DRAWN))
        .where(runs.c.stage == 2, runs.c.state == DONE)
        .order_by(runs.c.id)
    )
    return list(tx.execute(query).scalars())


def _not_rendered(tx: Transaction, stage: int) -> list[int]:
    """Of the newest publication alone: nobody sees the pages of one that another followed.

    The files for checking tell of rounds too: those made before the last one are owed again, also
    when a worker was busy with them while it was held.
    """
    rendered = exists().where(
        renderings.c.publication_id == publications.c.id, renderings.c.run_id == runs.c.id
    )
    if stage == 2:
        last_round = (
            select(func.max(rounds.c.done_at))
            .where(rounds.c.intake_id == publications.c.intake_id, rounds.c.number > 0)
            .correlate(publications)
            .scalar_subquery()
        )
        rendered = rendered.where(or_(last_round.is_(None), renderings.c.rendered_at >= last_round))
    later = publications.alias("later")
    is_followed = exists().where(
        later.c.intake_id == publications.c.intake_id, later.c.id > publications.c.id
    )
    query = (
        select(runs.c.id)
        .join(
            publications,
            and_(
                publications.c.intake_id == runs.c.intake_id,
                publications.c.kind == runs.c.outcome,
            ),
        )
        .where(runs.c.stage == stage, runs.c.state == DONE, ~rendered, ~is_followed)
        .distinct()
        .order_by(runs.c.id)
    )
    return list(tx.execute(query).scalars())
