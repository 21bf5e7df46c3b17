"""The waiting room's page: how many wait, and switching it, its rate and its message."""

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.core.waiting import expected_wait
from enrol.services import admitting
from enrol.services.admitting import RoomChanged, RoomPage
from enrol.web import door
from enrol.web.asking import asks_again, typed
from enrol.web.locale import gettext as _
from enrol.web.office.blueprint import blueprint
from enrol.web.office.forms import RoomForm
from enrol.web.staff import words
from enrol.web.staff.guard import officer
from enrol.web.staff.pages import staff_page


@blueprint.route("/<int:intake_id>/phong-cho", methods=["GET", "POST"])
@asks_again
def room(intake_id: int) -> ResponseReturnValue:
    page = _look(intake_id)
    form = RoomForm(request.form)
    was_changed = False
    if form.is_good():
        try:
            _change(form, intake_id=intake_id)
        except RoomChanged:
            page, was_changed = _look(intake_id), True
        else:
            flash(_("The waiting room was changed. Every page knows it within seconds."), "success")
            return redirect(url_for("office.room", intake_id=intake_id), code=303)
    held = page.room
    return staff_page(
        "office/room.html",
        page=page,
        was_changed=was_changed,
        last_wait=_last_wait(page),
        values=typed(
            {
                "is_on": "yes" if held.is_on else "no",
                "per_minute": str(held.per_minute),
                "message": held.message,
                "message_en": held.message_en,
            }
        ),
        problems=form.problems(),
        words=words,
        is_rehearsal=page.intake.is_rehearsal,
    )


def _look(intake_id: int) -> RoomPage:
    return admitting.room_page(
        actor=officer(),
        intake_id=intake_id,
        waiting_room=current_app.extensions["enrol_adapters"].waiting_room,
    )


def _change(form: RoomForm, *, intake_id: int) -> None:
    admitting.change_room(
        actor=officer(),
        intake_id=intake_id,
        is_on=form.is_on.data == "yes",
        per_minute=form.rate,
        message=form.message.data or "",
        message_en=form.message_en.data or "",
        seen=form.seen.data,
    )
    door.forget_settings()


def _last_wait(page: RoomPage) -> int | None:
    """Return in how many minutes today's rate lets in who came last, None when that is unknown."""
    if page.figures is None or not page.figures.waiting:
        return None
    wait = expected_wait(position=page.figures.waiting, per_minute=page.room.per_minute)
    return None if wait is None else max(1, round(wait.total_seconds() / 60))
