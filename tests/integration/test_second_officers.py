"""A second officer is another person: no account made, re-keyed or young enough to be a puppet."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text, update

from enrol.core.corrections import CorrectionReason
from enrol.services import (
    appointing,
    approving,
    closing,
    deciding_reports,
    drawing,
    planning,
    reading_reports,
    reporting_errors,
    signing_in_staff,
    staffing,
)
from enrol.services.overseeing import Step, overview_of
from enrol.services.second_officers import NotIndependent, TooNew
from enrol.store.db import transaction
from enrol.store.tables.accounts import Staff
from enrol.store.tables.intakes import intakes
from tests.agreed import ask, confirm, publish
from tests.corrected import ward_officer
from tests.drawn import draw_intake
from tests.integration.test_allocating import allocate
from tests.officers import (
    add_elsewhere,
    add_officer,
    add_officers,
    back_to_draft,
    civil_day,
    set_public_value_on,
)
from tests.world import build_world

pytestmark = pytest.mark.usefixtures("app")

# How an approver's account (or the asker's) may come to be in one hand with the other.
TIES = {
    "made by the asker": ("approver", "appointed_by"),
    "re-keyed by the asker": ("approver", "keyed_by"),
    "asker made by the approver": ("asker", "appointed_by"),
    "asker re-keyed by the approver": ("asker", "keyed_by"),
}


@pytest.fixture(params=[*TIES, "younger"])
def tie(request):
    return request.param


def bind(tie: str, *, asker, approver) -> type[Exception]:
    """Make the two accounts one hand's; returns the refusal that has to come."""
    accounts = Staff.__table__
    if tie == "younger":
        values, whose = {"appointed_at": func.clock_timestamp()}, approver
    else:
        which, column = TIES[tie]
        whose, other = (approver, asker) if which == "approver" else (asker, approver)
        values = {column: other.staff_id}
    with transaction() as tx:
        tx.execute(update(accounts).where(accounts.c.id == whose.staff_id).values(**values))
    return TooNew if tie == "younger" else NotIndependent


def untie(*officers) -> None:
    """Let the accounts be old and the administrator's."""
    accounts = Staff.__table__
    with transaction() as tx:
        tx.execute(
            update(accounts)
            .where(accounts.c.id.in_([one.staff_id for one in officers]))
            .values(
                appointed_by=None,
                keyed_by=None,
                appointed_at=func.clock_timestamp() - text("interval '1 day'"),
            )
        )


def test_publishing(tie):
    drawn = draw_intake(zones_=1, children_=10, seats=5)
    allocate(drawn)
    unit = {"role": "city_officer", "unit_id": drawn.world.city_id}
    second = add_officer(email="second@example.vn", **unit)
    request = ask(officer=drawn.officer, intake_id=drawn.intake_id)
    refusal = bind(tie, asker=drawn.officer, approver=second)

    seen = overview_of(actor=second, intake_id=drawn.intake_id)
    assert (type(seen.bar), seen.steps) == (refusal, (Step.HALT,)), "no button to be refused"
    with pytest.raises(refusal):
        confirm(officer=second, request=request)

    untie(drawn.officer, second)
    seen = overview_of(actor=second, intake_id=drawn.intake_id)
    assert (seen.bar, seen.steps) == (None, (Step.AGREE, Step.HALT))
    assert confirm(officer=second, request=request).is_confirmed


def test_the_public_value(tie, adapters):
    world = build_world()
    officers = add_officers(world, add_elsewhere(world))
    back_to_draft(world)
    closing.announce_intake(actor=officers.city, intake_id=world.intake_id, vault=adapters.vault)
    closing.close_intake(actor=officers.city, intake_id=world.intake_id, early=True)
    set_public_value_on(world, civil_day(datetime.now(UTC)))
    value = {"intake_id": world.intake_id, "public_value": "86573", "arose_later": True}
    drawing.propose_public_value(actor=officers.city, **value)
    refusal = bind(tie, asker=officers.city, approver=officers.city_second)

    def agree():
        drawing.confirm_public_value(actor=officers.city_second, vault=adapters.vault, **value)

    seen = overview_of(actor=officers.city_second, intake_id=world.intake_id)
    assert (type(seen.bar), seen.steps) == (refusal, (Step.TAKE_BACK,)), "no button to be refused"
    with pytest.raises(refusal):
        agree()
    untie(officers.city, officers.city_second)
    seen = overview_of(actor=officers.city_second, intake_id=world.intake_id)
    assert (seen.bar, Step.CONFIRM in seen.steps) == (None, True)
    agree()


def test_seats(tie):
    world = build_world()
    back_to_draft(world)
    officers = add_officers(world, add_elsewhere(world))
    with transaction() as tx:
        tx.execute(update(intakes).values(needs_approvals=True))
    planning.change_seats(
        actor=officers.ward,
        intake_id=world.intake_id,
        school_id=world.schools["S1"],
        seats=30,
        classes=1,
        reason="",
    )
    seen = approving.readiness_of(actor=officers.city, intake_id=world.intake_id)
    assert len(seen.own) == 1
    bind(tie, asker=officers.ward, approver=officers.city)

    def approve(mark):
        return approving.approve_seats(actor=officers.city, intake_id=world.intake_id, mark=mark)

    assert approving.readiness_of(actor=officers.city, intake_id=world.intake_id).own == ()
    with pytest.raises(approving.WaitingChanged):
        approve(seen.mark)
    untie(officers.ward, officers.city)
    assert approve(seen.mark) == 1


def test_corrections(tie):
    _drawn, decider, reporter, code = published_with_reporter()
    reported = reporting_errors.report_error_of_file(
        actor=reporter, code=code, fact="policy", words="Con thương binh, giấy kèm theo."
    )
    refusal = bind(tie, asker=reporter, approver=decider)

    def correct():
        look = {"code": code, "report_id": reported.report_id}
        page = reading_reports.report_page(actor=decider, **look)
        facts = replace(page.facts, permanent_in_zone=not page.facts.permanent_in_zone)
        deciding_reports.decide_report(
            actor=decider,
            reply="Đã sửa.",
            facts=facts,
            reason=next(iter(CorrectionReason)),
            **look,
        )

    with pytest.raises(refusal):
        correct()
    untie(reporter, decider)
    correct()


def published_with_reporter():
    drawn = draw_intake(zones_=1, children_=10, seats=5)
    allocate(drawn)
    decider = ward_officer(drawn)
    reporter = add_officer(
        email="reporter@example.vn", role="ward_officer", unit_id=drawn.world.ward_id
    )
    publish(officer=drawn.officer, intake_id=drawn.intake_id)
    return drawn, decider, reporter, drawn.entries[0].code


def test_who_reported_an_error_does_not_correct_it_but_may_say_that_all_stays():
    _drawn, _decider, reporter, code = published_with_reporter()
    reported = reporting_errors.report_error_of_file(
        actor=reporter, code=code, fact="policy", words="Con thương binh, giấy kèm theo."
    )
    look = {"code": code, "report_id": reported.report_id}
    page = reading_reports.report_page(actor=reporter, **look)
    facts = replace(page.facts, permanent_in_zone=not page.facts.permanent_in_zone)
    reason = next(iter(CorrectionReason))

    with pytest.raises(deciding_reports.SecondOfficerNeeded):
        deciding_reports.decide_report(
            actor=reporter, reply="Đã sửa.", facts=facts, reason=reason, **look
        )
    deciding_reports.decide_report(actor=reporter, reply="Báo nhầm.", **look)


def test_an_account_remembers_who_made_it_and_who_gave_it_its_last_password(adapters):
    world = build_world()
    officers = add_officers(world, add_elsewhere(world))
    appointing.appoint_below(
        actor=officers.city,
        appointment=appointing.Appointment(
            "new@example.vn", "Trần Thị Mới", "ward_officer", "00070", None
        ),
        passwords=adapters.staff_passwords,
    )

    def word():
        accounts = Staff.__table__.c
        query = select(accounts.id, accounts.appointed_by, accounts.keyed_by)
        with transaction() as tx:
            return tx.execute(query.where(accounts.email == "new@example.vn")).one()

    first, second = officers.city.staff_id, officers.city_second.staff_id
    assert word()[1:] == (first, first)
    staffing.issue_password(
        actor=officers.city_second,
        staff_id=word()[0],
        reason="quên mật khẩu",
        passwords=adapters.staff_passwords,
    )
    assert word()[1:] == (first, second)
    signing_in_staff.issue_password(email="new@example.vn", passwords=adapters.staff_passwords)
    assert word()[1:] == (first, None)
