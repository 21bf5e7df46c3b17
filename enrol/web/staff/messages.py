"""Messages to families that did not arrive for certain, and how they are tried again."""

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.core.message_texts import title_of
from enrol.services import mending_messages
from enrol.services.mending_messages import MOST_AT_ONCE, MustBeSaid
from enrol.services.refusals import NotFound
from enrol.web.locale import format_number, ngettext, spoken
from enrol.web.locale import gettext as _
from enrol.web.numbers import row_number
from enrol.web.staff.guard import officer
from enrol.web.staff.home import blueprint
from enrol.web.staff.pages import staff_page

__all__ = ["blueprint"]


@blueprint.get("/tin-nhan/<int:intake_id>")
def messages(intake_id: int) -> Response:
    after = request.args.get("sau", 0, type=row_number)
    desk = mending_messages.desk(actor=officer(), intake_id=intake_id, after=after)
    return staff_page(
        "staff/messages.html",
        desk=desk,
        title_word=lambda event: title_of(event=event, language=spoken()),
        channel_word=channel_word,
        failure_word=failure_word,
        most=MOST_AT_ONCE,
        file_page="office.file" if desk.is_office else "schools.file",
        is_rehearsal=desk.intake.is_rehearsal,
    )


@blueprint.post("/tin-nhan/<int:intake_id>/gui-lai")
def message_again(intake_id: int) -> ResponseReturnValue:
    try:
        message_id = row_number(request.form.get("message", ""))
    except ValueError:
        raise NotFound from None
    try:
        mending_messages.again(
            actor=officer(),
            intake_id=intake_id,
            message_id=message_id,
            may_be_twice=request.form.get("may_be_twice") == "yes",
        )
    except MustBeSaid:
        flash(_("Nothing was sent: tick first that the family may be told twice."), "error")
    else:
        flash(_("The message will be sent again."), "success")
    return redirect(url_for("staff.messages", intake_id=intake_id), code=303)


@blueprint.post("/tin-nhan/<int:intake_id>/gui-lai-tat-ca")
def messages_again(intake_id: int) -> ResponseReturnValue:
    done = mending_messages.all_again(actor=officer(), intake_id=intake_id)
    flash(
        ngettext(
            "%(count)s message will be sent again.",
            "%(count)s messages will be sent again.",
            done,
            count=format_number(done),
        ),
        "success",
    )
    return redirect(url_for("staff.messages", intake_id=intake_id), code=303)


def channel_word(channel: str) -> str:
    """Return what a way of telling is called."""
    return {"sms": _("SMS"), "email": _("E-mail")}.get(channel, channel)


def failure_word(failure: str) -> str:
    """Return why a message did not arrive for certain."""
    return {
        "answer_lost": _("The provider's answer was lost"),
        "stopped_half_way": _("The sending stopped half way"),
        "refused": _("The provider refuses this address"),
        "not_reached": _("The provider could not be reached"),
        "no_address": _("The family left no address for this"),
    }.get(failure, failure)
