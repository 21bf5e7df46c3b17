"""The desk with its intakes, one intake's page, rolls, left-overs, the journal and files."""

from flask import Response, request

from enrol.services import overseeing, planning, publishing
from enrol.web.numbers import row_number
from enrol.web.office.blueprint import blueprint
from enrol.web.office.pages import timeline_of
from enrol.web.staff import journal_words, words
from enrol.web.staff.guard import officer
from enrol.web.staff.pages import staff_page


@blueprint.get("")
def desk() -> Response:
    return staff_page("office/desk.html", desk=planning.desk_of(actor=officer()), words=words)


@blueprint.get("/<int:intake_id>")
def intake(intake_id: int) -> Response:
    view = overseeing.overview_of(actor=officer(), intake_id=intake_id)
    return staff_page(
        "office/intake.html",
        view=view,
        steps=timeline_of(view),
        pages=publishing.render_progress(actor=officer(), intake_id=intake_id)
        if view.published
        else None,
        words=words,
        is_rehearsal=view.intake.is_rehearsal,
    )


@blueprint.get("/<int:intake_id>/truong/<int:school_id>")
def roll(intake_id: int, school_id: int) -> Response:
    found = overseeing.roll_of(actor=officer(), intake_id=intake_id, school_id=school_id)
    return staff_page("office/roll.html", roll=found, is_rehearsal=found.intake.is_rehearsal)


@blueprint.get("/<int:intake_id>/chua-co-cho")
def leftovers(intake_id: int) -> Response:
    found = overseeing.leftovers_of(actor=officer(), intake_id=intake_id)
    return staff_page("office/leftovers.html", found=found, is_rehearsal=found.intake.is_rehearsal)


@blueprint.get("/<int:intake_id>/nhat-ky")
def journal(intake_id: int) -> Response:
    page = overseeing.journal_of(
        actor=officer(), intake_id=intake_id, before=request.args.get("before", type=row_number)
    )
    return staff_page(
        "office/journal.html",
        page=page,
        words=journal_words,
        is_rehearsal=page.intake.is_rehearsal,
    )
