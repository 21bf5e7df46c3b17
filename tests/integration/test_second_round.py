"""A second round for who registered late or has no seat: its seats, its families, its own draw."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from enrol.core.eligibility import Refusal
from enrol.core.intake import Phase
from enrol.core.objections import GROUNDS
from enrol.core.rounds import Answer
from enrol.core.verification import verify
from enrol.services import (
    advancing,
    allocating,
    answering,
    bundling,
    closing,
    draw_records,
    drawing,
    holding_rounds,
    objecting,
    preparing,
    registering,
    second_rounds,
)
from enrol.services.composing import NotEligible
from enrol.services.phases import WrongPhase
from enrol.services.refusals import NotFound
from enrol.services.second_rounds import (
    BadTerms,
    NewRound,
    NothingFree,
    NoThirdRound,
    SecondRoundPlanned,
)
from enrol.store import intakes
from enrol.store.db import transaction
from enrol.store.tables.intakes import intakes as intake_rows
from enrol.store.tables.intakes import seat_plans
from enrol.store.tables.journal import journal
from enrol.store.tables.runs import runs
from enrol.store.tables.schools import schools
from tests.agreed import publish, second_officer
from tests.answered import answer, final_intake, hold, open_answers, seats
from tests.corrected import family_of, ward_officer
from tests.officers import civil_day
from tests.world import add_child, full_answers

NOW = datetime.now(UTC)
TERMS = NewRound(
    code="HN-L1-2026-2",
    name="Tuyển sinh lớp 1 – đợt bổ sung",
    name_en="Grade 1 – second round",
    opens_at=NOW + timedelta(days=2),
    closes_at=NOW + timedelta(days=3),
    public_value_name="Xổ số kiến thiết miền Bắc, giải đặc biệt",
    public_value_name_en="Northern state lottery, special prize",
    public_value_on=civil_day(NOW + timedelta(days=5)),
)


@pytest.fixture
def settled(app):
    """Two zones of 40 children and 36 seats each, half a dozen of whom declined."""
    drawn = final_intake(zones_=2, children_=40, seats=12)
    open_answers(drawn)
    for code in sorted(seats(drawn))[::9]:
        answer(code, Answer.DECLINE)
    hold(drawn)
    while waiting := [code for code in sorted(seats(drawn)) if may_accept(code)]:
        for code in waiting:
            answer(code, Answer.ACCEPT)
        hold(drawn)
    holding_rounds.settle(actor=drawn.officer, intake_id=drawn.intake_id)
    return drawn


def may_accept(code: str) -> bool:
    desk = answering.desk_of(actor=family_of(code))
    return desk is not None and desk.seat.is_unanswered and desk.may(Answer.ACCEPT)


def plan(drawn, **changes: object) -> int:
    return second_rounds.plan_second_round(
        actor=drawn.officer, intake_id=drawn.intake_id, new=replace(TERMS, **changes)
    )


def planned_seats(intake_id: int) -> dict[str, int]:
    query = (
        select(schools.c.code, seat_plans.c.seats)
        .join(seat_plans, seat_plans.c.school_id == schools.c.id)
        .where(seat_plans.c.intake_id == intake_id)
    )
    with transaction() as tx:
        return {row[0]: row[1] for row in tx.execute(query)}


def announce(drawn, second: int, adapters) -> None:
    closing.announce_intake(actor=drawn.officer, intake_id=second, vault=adapters.vault)


def window_of(actor) -> int | None:
    window = preparing.open_desk(actor=actor).window
    return None if window is None else window.intake_id


def without_a_seat(drawn) -> str:
    return next(entry.code for entry in drawn.entries if entry.code not in seats(drawn))


def submit(actor, intake_id: int, adapters) -> str:
    receipt = registering.submit_registration(
        actor=actor,
        intake_id=intake_id,
        submission_key=preparing.open_desk(actor=actor).submission_key,
        secrets=adapters.secrets,
    )
    return receipt.lines.code


def answers_for(zone: str, wishes: tuple[str, ...], name: str) -> dict[str, object]:
    return {**full_answers(wishes=wishes, name=name), "zone": zone}


def test_its_seats_are_exactly_those_that_nobody_holds(settled):
    held = Counter(seats(settled).values())
    desk = second_rounds.second_round_desk(actor=settled.officer, intake_id=settled.intake_id)
    second = plan(settled)

    left = {plan.school: plan.seats - held[plan.school] for plan in settled.plans}
    assert any(left.values())
    assert planned_seats(second) == left
    assert (desk.free.seats, desk.free.schools) == (sum(left.values()), len(left))
    assert desk.free.schools_with_any == sum(1 for seats_ in left.values() if seats_)
    assert desk.free.children_without == len(settled.entries) - len(seats(settled))
    with transaction() as tx:
        made = intakes.intake_of(tx, intake_id=second)
        entry = tx.execute(
            select(journal.c.detail).where(journal.c.action == "intake.second_round_planned")
        ).scalar_one()
    assert made is not None
    assert (made.phase, made.follows_id) == (Phase.DRAFT, settled.intake_id)
    assert entry["seats"] == sum(left.values())
    again = second_rounds.second_round_desk(actor=settled.officer, intake_id=settled.intake_id)
    assert again.second is not None
    assert again.second.intake_id == second


def test_there_is_one_for_a_settled_intake_planned_by_the_city_alone(settled):
    with pytest.raises(NotFound):
        second_rounds.plan_second_round(
            actor=ward_officer(settled), intake_id=settled.intake_id, new=TERMS
        )
    second = plan(settled)
    with pytest.raises(SecondRoundPlanned):
        plan(settled, code="HN-L1-2026-3")
    with transaction() as tx:
        tx.execute(
            update(intake_rows)
            .where(intake_rows.c.id == second)
            .values(
                phase="settled",
                seed_commitment="0" * 64,
                sealed_seed=b"0",
                list_hash="0" * 64,
                list_size=0,
                frozen_at=NOW,
            )
        )
    with pytest.raises(NoThirdRound):
        second_rounds.plan_second_round(actor=settled.officer, intake_id=second, new=TERMS)
    with pytest.raises(NotFound):
        second_rounds.second_round_desk(actor=settled.officer, intake_id=second)


def test_not_before_the_first_is_settled(app):
    drawn = final_intake(zones_=1, children_=8, seats=3)
    with pytest.raises(WrongPhase):
        plan(drawn)
    with pytest.raises(NotFound):
        second_rounds.second_round_desk(actor=drawn.officer, intake_id=drawn.intake_id)


def test_nothing_free_means_no_second_round(settled):
    with transaction() as tx:
        tx.execute(update(seat_plans).values(seats=0))
    with pytest.raises(NothingFree):
        plan(settled)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"opens_at": NOW - timedelta(hours=1)}, "opens_at"),
        ({"closes_at": NOW + timedelta(days=1)}, "closes_at"),
        ({"public_value_on": civil_day(NOW + timedelta(days=3))}, "public_value_on"),
        ({"name": " \u200b "}, "name"),
        ({"public_value_name_en": "x" * 201}, "public_value_name_en"),
    ],
)
def test_terms_that_do_not_fit_are_named(settled, changes, field):
    with pytest.raises(BadTerms) as refused:
        plan(settled, **changes)
    assert refused.value.fields == {field}
    with transaction() as tx:
        assert len(tx.execute(select(intake_rows.c.id)).all()) == 1


def test_it_is_for_whoever_holds_no_seat_and_nobody_else(settled, adapters):
    seated, unseated = next(iter(seats(settled))), without_a_seat(settled)
    late = add_child(settled.world, number=990077, secrets=adapters.secrets)
    second = plan(settled)
    assert window_of(family_of(unseated)) == settled.intake_id, "a draft is seen by nobody"

    announce(settled, second, adapters)
    assert window_of(family_of(seated)) == settled.intake_id
    assert window_of(family_of(unseated)) == window_of(late) == second
    desk = answering.desk_of(actor=family_of(seated))
    assert desk is not None
    assert desk.seat.school is not None
    first = second_rounds.first_registration(actor=family_of(unseated), first_id=settled.intake_id)
    assert first is not None
    assert first.code == unseated
    assert second_rounds.first_registration(actor=late, first_id=settled.intake_id) is None
    current = draw_records.current_draw()
    assert current is not None
    assert current.first is not None
    assert draw_records.draw_of(code=current.first.code).outcome_digest is not None
    with pytest.raises(NotFound):
        draw_records.draw_of(code="HN-L1-2099")


def test_an_objection_of_the_first_round_is_still_read_in_the_second(settled, adapters):
    family = family_of(without_a_seat(settled))
    filed = objecting.file_objection(actor=family, ground=GROUNDS[0], words="Xin xem lại ạ.")
    announce(settled, plan(settled), adapters)
    first = second_rounds.first_registration(actor=family, first_id=settled.intake_id)
    assert first is not None
    [kept] = first.objections
    assert (kept.reference, kept.is_open) == (filed.reference, True)


def test_a_family_with_a_seat_is_refused_by_whatever_way_it_comes(settled, adapters):
    seated = next(iter(seats(settled)))
    second = plan(settled)
    announce(settled, second, adapters)
    closing.open_intake(actor=settled.officer, intake_id=second)
    family = family_of(seated)
    preparing.save_answers(
        actor=family, intake_id=second, answers=answers_for("Z001", ("Z001S0",), "Nguyễn Thị Đào")
    )
    with transaction() as tx:
        key = tx.exec_driver_sql(
            "SELECT submission_key FROM drafts WHERE intake_id = %s", (second,)
        ).scalar_one()
    with pytest.raises(NotEligible) as refused:
        registering.submit_registration(
            actor=family, intake_id=second, submission_key=key, secrets=adapters.secrets
        )
    assert refused.value.reasons == (Refusal.HOLDS_A_SEAT,)


def test_from_late_registrations_to_a_file_of_its_own_that_verifies(settled, adapters):
    second = plan(settled)
    announce(settled, second, adapters)
    closing.open_intake(actor=settled.officer, intake_id=second)
    free = planned_seats(second)
    open_school = next(school for school in sorted(free) if free[school] > 1)
    zone = "T00070" if open_school in settled.world.schools else open_school[:4]
    late = add_child(settled.world, number=990077, secrets=adapters.secrets)
    codes = {}
    for family in (late, family_of(without_a_seat(settled))):
        preparing.save_answers(
            actor=family,
            intake_id=second,
            answers=answers_for(zone, (open_school,), "Nguyễn Thị Đào 77"),
        )
        codes[family] = submit(family, second, adapters)
    draw_second(settled, second, adapters)

    built = bundling.build_bundle(intake_code=TERMS.code)
    assert verify(built.members).holds
    rows = built.members["placements.csv"].decode().splitlines()[1:]
    assert {row.split(",")[0] for row in rows} == set(codes.values())
    assert all(f",{open_school}," in row for row in rows)
    first = bundling.build_bundle(intake_code="HN-L1-2026")
    assert verify(first.members).holds, "the first round's file stays as it was"


def draw_second(settled, second: int, adapters) -> None:
    with transaction() as tx:
        tx.execute(
            update(intake_rows)
            .where(intake_rows.c.id == second)
            .values(opens_at=NOW - timedelta(hours=2), closes_at=NOW - timedelta(seconds=1))
        )
    closing.close_intake(actor=settled.officer, intake_id=second)
    today: date = civil_day(datetime.now(UTC))
    with transaction() as tx:
        tx.execute(
            update(intake_rows).where(intake_rows.c.id == second).values(public_value_on=today)
        )
    value = {"intake_id": second, "public_value": "4-5-6", "arose_later": True}
    confirmer = second_officer(intake_id=second)
    drawing.propose_public_value(actor=settled.officer, **value)
    drawing.confirm_public_value(actor=confirmer, vault=adapters.vault, **value)
    allocating.start_allocation(actor=settled.officer, intake_id=second)
    done: set[int] = set()
    while todo := [run_id for run_id in run_ids(second) if run_id not in done]:
        for run_id in todo:
            allocating.run_zone(run_id=run_id)
            advancing.advance(run_id=run_id)
            done.add(run_id)
    publish(officer=settled.officer, intake_id=second)


def run_ids(intake_id: int) -> list[int]:
    query = select(runs.c.id).where(runs.c.intake_id == intake_id).order_by(runs.c.id)
    with transaction() as tx:
        return list(tx.execute(query).scalars())
