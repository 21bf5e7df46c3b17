"""Errors reported after the provisional results, decided, and the final run computed at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update

from enrol.core.actors import WARD_OFFICER, Family, Officer
from enrol.core.corrections import CorrectionReason
from enrol.core.model import Entry, Facts, Placement
from enrol.core.sealing import entry_bytes
from enrol.services import (
    advancing,
    allocating,
    deciding_reports,
    final_runs,
    reporting_errors,
    signing_in_staff,
)
from enrol.services.reporting_errors import Report
from enrol.store import final_outcomes
from enrol.store.db import transaction
from enrol.store.tables.children import family_secrets
from enrol.store.tables.corrections import error_reports
from enrol.store.tables.intakes import draws, publication_requests, publications
from enrol.store.tables.registrations import frozen_entries, registrations
from enrol.store.tables.runs import runs
from tests.drawn import Drawn
from tests.officers import Officers, add_officer
from tests.world import World

WARD = "ward@example.vn"


def ward_officer(drawn: Drawn) -> Officer:
    """Return the officer of the ward of all zones, always the same."""
    known = signing_in_staff.officer_with(email=WARD)
    if known is not None:
        return known
    return add_officer(email=WARD, role=WARD_OFFICER, unit_id=drawn.world.ward_id)


def family_of(code: str) -> Family:
    """Return the family of a registration of ``tests.drawn``, with a secret."""
    with transaction() as tx:
        query = select(registrations.c.child_id).where(registrations.c.code == code)
        child_id = tx.execute(query).scalar_one()
        if tx.execute(select(family_secrets).filter_by(child_id=child_id)).first() is None:
            values = {"child_id": child_id, "secret_hash": bytes(32)}
            tx.execute(insert(family_secrets).values(values))
    return Family(child_id=child_id, secret_version=1)


def report(code: str, *, fact: str = "residence") -> Report:
    """Report an error as the family."""
    return reporting_errors.report_error(
        actor=family_of(code), fact=fact, words="Hộ khẩu của cháu ở tổ dân phố này."
    )


def decide(drawn: Drawn, reported: Report, **changes: Any) -> None:
    """Decide a report: with changes of facts they count from now on."""
    facts = replace(facts_of(drawn, reported.code), **changes) if changes else None
    deciding_reports.decide_report(
        actor=ward_officer(drawn),
        code=reported.code,
        report_id=reported.report_id,
        reply="Nhà trường đã kiểm tra giấy tờ.",
        facts=facts,
        reason=CorrectionReason.RESIDENCE if changes else None,
    )


def facts_of(drawn: Drawn, code: str) -> Facts:
    """Return the facts of a registration as they were frozen."""
    return next(entry for entry in drawn.entries if entry.code == code).facts


def let_the_window_end(drawn: Drawn) -> None:
    """Move the end of the window to now."""
    with transaction() as tx:
        tx.execute(
            update(publications)
            .where(publications.c.intake_id == drawn.intake_id)
            .values(correction_ends_at=func.clock_timestamp())
        )


def final_run_ids(drawn: Drawn) -> list[int]:
    """Return the final runs, those of zones first."""
    with transaction() as tx:
        query = select(runs.c.id).where(
            runs.c.intake_id == drawn.intake_id, runs.c.outcome == "final"
        )
        return list(tx.execute(query.order_by(runs.c.stage, runs.c.id)).scalars())


def compute_final(drawn: Drawn) -> None:
    """Open the final run and do in this process what the workers would do."""
    final_runs.compute_final(actor=drawn.officer, intake_id=drawn.intake_id)
    done: set[int] = set()
    while todo := [run_id for run_id in final_run_ids(drawn) if run_id not in done]:
        for run_id in todo:
            allocating.run_zone(run_id=run_id)
            advancing.advance(run_id=run_id)
            done.add(run_id)


def placements_of(drawn: Drawn, outcome: str) -> dict[str, Placement]:
    """Return where everybody ended, by code."""
    with transaction() as tx:
        results = final_outcomes.results_of(tx, draw_id=drawn.draw_id, outcome=outcome)
    return {placement.code: placement for placement in results.placements}


def keep_final_run(world: World, officers: Officers, *, code: str) -> None:
    """Put a publication, a report of an error and both runs there, past the services."""
    now = datetime.now(UTC)
    agreed = {
        "intake_id": world.intake_id,
        "kind": "provisional",
        "outcome_digest": "0" * 64,
    }
    with transaction() as tx:
        tx.execute(
            insert(publication_requests).values(
                **agreed,
                totals={},
                publish_at=now - timedelta(hours=1),
                objection_days=7,
                asked_by=officers.city.staff_id,
                confirmed_by=officers.city_second.staff_id,
                confirmed_at=now - timedelta(hours=2),
            )
        )
        tx.execute(
            insert(publications).values(
                **agreed,
                published_by=officers.city.staff_id,
                confirmed_by=officers.city_second.staff_id,
                due_at=now - timedelta(hours=1),
                objections_until=now + timedelta(days=7),
                correction_ends_at=now + timedelta(days=3),
            )
        )
        entry = Entry(code, code, "0" * 64, Facts(zone="T00070"), ("S1",))
        tx.execute(
            insert(frozen_entries).values(
                intake_id=world.intake_id,
                code=code,
                position=0,
                intake_zone_id=world.intake_zone_id,
                entry=entry_bytes(entry).decode(),
            )
        )
        tx.execute(
            insert(error_reports).values(
                intake_id=world.intake_id,
                unit_id=world.ward_id,
                registration_id=select(registrations.c.id)
                .where(registrations.c.code == code)
                .scalar_subquery(),
                code=code,
                fact="residence",
                words="Hộ khẩu của cháu ở tổ dân phố này.",
                due_on=now.date(),
            )
        )
        drawn = {"intake_id": world.intake_id, "kind": "official", "list_hash": "0" * 64}
        draw_id = tx.execute(
            insert(draws)
            .values(
                **drawn,
                public_value="1",
                proposed_by=officers.city.staff_id,
                confirmed_by=officers.city_second.staff_id,
                confirmed_at=now,
                seed="0" * 64,
            )
            .returning(draws.c.id)
        ).scalar_one()
        for outcome in ("provisional", "final"):
            done = {"state": "done", "outcome_digest": "0" * 64, "totals": {}}
            tx.execute(
                insert(runs).values(**drawn, **done, stage=2, outcome=outcome, draw_id=draw_id)
            )
