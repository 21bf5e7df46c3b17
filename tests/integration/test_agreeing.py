"""Two officers agree on what is published and when; nothing is public otherwise."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from enrol.services import agreeing, publishing, relaying
from enrol.services.refusals import NotFound
from enrol.store.db import transaction
from enrol.store.tables.intakes import publication_requests, publications
from enrol.store.tables.journal import journal
from enrol.store.tables.outbox import outbox
from enrol.store.tables.runs import placements, runs
from tests.agreed import ask, confirm, let_the_minute_come, second_officer
from tests.drawn import draw_intake
from tests.integration.test_allocating import allocate
from tests.officers import add_officer


@pytest.fixture
def drawn(app):
    made = draw_intake(zones_=1, children_=12, seats=3)
    allocate(made)
    return made


@pytest.fixture
def second(drawn):
    return second_officer(intake_id=drawn.intake_id)


@pytest.fixture
def asked(drawn):
    return ask(officer=drawn.officer, intake_id=drawn.intake_id)


def published_count() -> int:
    with transaction() as tx:
        return tx.execute(select(func.count()).select_from(publications)).scalar_one()


def actions() -> list[str]:
    with transaction() as tx:
        query = select(journal.c.action).where(journal.c.action.like("publication.%"))
        return list(tx.execute(query.order_by(journal.c.id)).scalars())


def test_both_officers_see_the_same_digest_and_totals(drawn, second, asked):
    seen = agreeing.agreement_of(actor=second, intake_id=drawn.intake_id)

    assert seen.standing == asked
    assert seen.digest == asked.outcome_digest
    assert dict(seen.totals) == dict(asked.totals)
    assert asked.totals["entries"] == 12
    assert asked.totals["seats"] == 18, "three schools in each of two zones"
    placed = asked.totals["seated"] + asked.totals["rerouted"]
    assert placed + asked.totals["unplaced"] <= 12
    assert placed >= 9


def test_it_is_published_once_at_its_minute_and_not_before(drawn, second, asked):
    confirm(officer=second, request=asked)
    with pytest.raises(publishing.NotYetDue):
        publishing.publish_due(request_id=asked.request_id)
    assert published_count() == 0

    let_the_minute_come(request_id=asked.request_id)
    first = publishing.publish_due(request_id=asked.request_id)
    again = publishing.publish_due(request_id=asked.request_id)

    assert first is not None
    assert again is not None
    assert (first.is_new, again.is_new) == (True, False)
    assert published_count() == 1
    assert actions() == ["publication.asked", "publication.confirmed"]


def test_the_worker_is_woken_at_the_minute_and_the_sweeper_finds_it_again(drawn, second, asked):
    confirm(officer=second, request=asked)
    with transaction() as tx:
        due = tx.execute(select(outbox.c.due_at).where(outbox.c.job == "publish_outcome"))
        assert due.scalar_one() == asked.publish_at
        tx.execute(text("DELETE FROM outbox"))
    assert relaying.restage_forgotten() == 0, "its minute has not come"

    let_the_minute_come(request_id=asked.request_id)

    assert relaying.restage_forgotten() == 1


def test_one_officer_cannot_be_both(drawn, asked):
    with pytest.raises(agreeing.SecondOfficerNeeded):
        confirm(officer=drawn.officer, request=asked)

    with transaction() as tx, pytest.raises(IntegrityError, match="two_officers"):
        tx.execute(
            update(publication_requests).values(
                confirmed_by=publication_requests.c.asked_by, confirmed_at=func.now()
            )
        )


def test_a_stale_sign_in_neither_asks_nor_confirms(drawn, second, asked):
    stale = datetime.now(UTC) - timedelta(minutes=16)
    with pytest.raises(agreeing.StaleSignIn):
        confirm(officer=second, request=asked, signed_in_at=stale)

    agreeing.halt_publication(
        actor=second, intake_id=drawn.intake_id, request_id=asked.request_id, reason="Đợi"
    )
    with pytest.raises(agreeing.StaleSignIn):
        ask(officer=drawn.officer, intake_id=drawn.intake_id, signed_in_at=stale)


def test_what_changed_in_between_is_not_confirmed(drawn, second, asked):
    with pytest.raises(agreeing.OutcomeChanged):
        confirm(officer=second, request=asked, seen_digest="0" * 64)
    with pytest.raises(agreeing.OutcomeChanged):
        confirm(officer=second, request=asked, request_id=asked.request_id + 1)

    with transaction() as tx:
        tx.execute(update(runs).where(runs.c.stage == 1).values(totals={"entries": 11}))
    with pytest.raises(agreeing.OutcomeChanged):
        confirm(officer=second, request=asked)
    assert published_count() == 0


def test_what_changed_after_both_agreed_is_halted_at_the_minute(drawn, second, asked):
    confirm(officer=second, request=asked)
    with transaction() as tx:
        tx.execute(update(placements).where(placements.c.rank == 1).values(rank=2))
    let_the_minute_come(request_id=asked.request_id)

    assert publishing.publish_due(request_id=asked.request_id) is None

    assert published_count() == 0
    assert actions()[-1] == "publication.altered"
    stands = agreeing.agreement_of(actor=second, intake_id=drawn.intake_id)
    assert stands.standing is None
    assert stands.request is not None
    assert stands.request.halt_reason == publishing.ALTERED


@pytest.mark.parametrize("by_second", [True, False])
def test_either_officer_halts_until_the_minute_comes(drawn, second, asked, by_second):
    confirm(officer=second, request=asked)
    who = second if by_second else drawn.officer

    agreeing.halt_publication(
        actor=who, intake_id=drawn.intake_id, request_id=asked.request_id, reason="Sai sĩ số"
    )
    let_the_minute_come(request_id=asked.request_id)

    assert publishing.publish_due(request_id=asked.request_id) is None
    assert published_count() == 0
    assert ask(officer=second, intake_id=drawn.intake_id).asked_by == second.staff_id


def test_halting_comes_too_late_once_the_minute_has_come(drawn, second, asked):
    confirm(officer=second, request=asked)
    let_the_minute_come(request_id=asked.request_id)

    with pytest.raises(agreeing.TooLateToHalt):
        agreeing.halt_publication(
            actor=second, intake_id=drawn.intake_id, request_id=asked.request_id, reason="Sai"
        )


def test_nobody_confirms_after_the_minute(drawn, second, asked):
    let_the_minute_come(request_id=asked.request_id)

    with pytest.raises(agreeing.MinutePassed):
        confirm(officer=second, request=asked)


def test_a_second_request_waits_until_the_first_is_halted(drawn, second, asked):
    with pytest.raises(agreeing.RequestStands):
        ask(officer=second, intake_id=drawn.intake_id)


@pytest.mark.parametrize("ahead", [timedelta(minutes=-1), timedelta(days=61)])
def test_the_minute_lies_ahead_but_not_too_far(drawn, ahead):
    with pytest.raises(agreeing.MinuteNotOffered):
        ask(
            officer=drawn.officer,
            intake_id=drawn.intake_id,
            publish_at=datetime.now(UTC) + ahead,
        )


def test_officers_elsewhere_find_nothing(drawn, asked):
    stranger = add_officer(email="nobody@example.vn")
    with pytest.raises(NotFound):
        agreeing.agreement_of(actor=stranger, intake_id=drawn.intake_id)
    with pytest.raises(NotFound):
        confirm(officer=stranger, request=asked)
    with pytest.raises(NotFound):
        agreeing.halt_publication(
            actor=stranger, intake_id=drawn.intake_id, request_id=asked.request_id, reason="Sai"
        )


def _row(asked, **changes):
    return {
        "intake_id": asked.intake_id,
        "kind": "provisional",
        "outcome_digest": asked.outcome_digest,
        "published_by": asked.asked_by,
        "confirmed_by": None,
        "due_at": asked.publish_at,
        "published_at": asked.publish_at,
        "objections_until": asked.publish_at + timedelta(days=7),
        **changes,
    }


@pytest.mark.parametrize(
    ("case", "constraint"),
    [
        ("nobody confirmed", "ck_publications_two_officers"),
        ("never confirmed", "fk_publications_as_confirmed"),
        ("another digest", "fk_publications_as_confirmed"),
        ("before its minute", "ck_publications_not_before_its_minute"),
        ("halted", "fk_publications_as_confirmed"),
    ],
)
def test_the_database_publishes_nothing_that_two_officers_did_not_confirm(
    drawn, second, asked, case, constraint
):
    if case in ("another digest", "before its minute", "halted"):
        confirm(officer=second, request=asked)
    if case == "halted":
        agreeing.halt_publication(
            actor=second, intake_id=drawn.intake_id, request_id=asked.request_id, reason="Sai"
        )
    row = {
        "nobody confirmed": _row(asked),
        "never confirmed": _row(asked, confirmed_by=second.staff_id),
        "another digest": _row(asked, confirmed_by=second.staff_id, outcome_digest="0" * 64),
        "before its minute": _row(
            asked, confirmed_by=second.staff_id, published_at=datetime.now(UTC)
        ),
        "halted": _row(asked, confirmed_by=second.staff_id),
    }[case]

    with transaction() as tx, pytest.raises(IntegrityError, match=constraint):
        tx.execute(insert(publications).values(row))


def test_what_is_public_can_no_longer_be_halted_even_by_hand(drawn, second, asked):
    confirm(officer=second, request=asked)
    let_the_minute_come(request_id=asked.request_id)
    publishing.publish_due(request_id=asked.request_id)

    with transaction() as tx, pytest.raises(IntegrityError, match="as_confirmed"):
        tx.execute(update(publication_requests).values(halted_at=func.now(), halt_reason="muộn"))


def test_the_officer_who_asks_says_how_long_families_may_object(drawn, second):
    request = ask(officer=drawn.officer, intake_id=drawn.intake_id, objection_days=15)
    assert confirm(officer=second, request=request).objection_days == 15
    let_the_minute_come(request_id=request.request_id)
    publishing.publish_due(request_id=request.request_id)
    with transaction() as tx:
        kept = publications.c
        [(at, until)] = tx.execute(select(kept.published_at, kept.objections_until))
    assert timedelta(days=15) <= until - at <= timedelta(days=16), "the last day counts in full"


@pytest.mark.parametrize("days", [0, -1, 61])
def test_days_to_object_out_of_bounds_ask_for_nothing(drawn, days):
    with pytest.raises(agreeing.ObjectionDaysOutOfBounds):
        ask(officer=drawn.officer, intake_id=drawn.intake_id, objection_days=days)
    assert actions() == []
