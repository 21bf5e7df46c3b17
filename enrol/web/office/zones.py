"""Zones on a page with their groups, schools and a drawing; moving a group, previewed first."""

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, StringField, ValidationError

from enrol.core.names import clean_text
from enrol.services import rezoning, zoning
from enrol.services.refusals import NotFound, Refusal
from enrol.services.rezoning import Rezoning
from enrol.web.asking import PageForm, asks_again, typed
from enrol.web.locale import format_number
from enrol.web.locale import gettext as _
from enrol.web.office.blueprint import blueprint
from enrol.web.staff import words
from enrol.web.staff.guard import officer
from enrol.web.staff.pages import staff_page


class MoveForm(PageForm):
    """Where a group goes, why, and what families who must choose again are told."""

    zone = StringField()
    mark = StringField()
    reason = StringField()
    message = StringField()

    def validate_reason(self, field: Field) -> None:
        """Need a reason."""
        _text(field, most=rezoning.LONGEST_REASON, missing=_("Say why: the journal keeps it"))

    def validate_message(self, field: Field) -> None:
        """Need words to the families."""
        missing = _("Write what families read who must choose again")
        _text(field, most=rezoning.LONGEST_MESSAGE, missing=missing)


@blueprint.get("/<int:intake_id>/tuyen")
def zones(intake_id: int) -> Response:
    after = (request.args.get("don-vi", "")[:200], request.args.get("tuyen", "")[:50])
    page = zoning.zone_page(actor=officer(), intake_id=intake_id, after=after)
    return staff_page(
        "office/zones.html", page=page, words=words, is_rehearsal=page.intake.is_rehearsal
    )


@blueprint.route("/<int:intake_id>/tuyen/to/<int:group_id>", methods=["GET", "POST"])
@asks_again
def move_group(intake_id: int, group_id: int) -> ResponseReturnValue:
    known = rezoning.choices_of(actor=officer(), intake_id=intake_id, group_id=group_id)
    form = MoveForm(request.form)
    zone = (request.form.get("zone") or request.args.get("zone", ""))[:50]
    problems: dict[str, str] = {}
    if form.is_good():
        try:
            done = rezoning.move_group(
                actor=officer(),
                intake_id=intake_id,
                group_id=group_id,
                zone=zone,
                mark=form.mark.data or "",
                reason=form.reason.data or "",
                message=form.message.data or "",
            )
        except rezoning.PreviewOutdated:
            problems = {
                "": _("Files came or went meanwhile. Look at the new numbers, then press again.")
            }
        else:
            moved = format_number(done.moved)
            flash(_("The group was moved, and %(count)s files with it.", count=moved), "success")
            return redirect(url_for("office.zones", intake_id=intake_id), code=303)
    preview = _preview(intake_id, group_id, zone)
    default = _(
        "Your residential group now belongs to zone %(zone)s, so the schools you wished for are no"
        " longer in your zone. Please choose again. Until then the schools of the new zone stand"
        " as your wishes, the nearest first.",
        zone=zone,
    )
    return staff_page(
        "office/move_group.html",
        known=known,
        zone=zone,
        preview=preview,
        values=typed({"message": default}),
        mark=preview.mark if preview else "",
        problems=problems or form.problems(),
        words=words,
        is_rehearsal=known.intake.is_rehearsal,
    )


def _preview(intake_id: int, group_id: int, zone: str) -> Rezoning | None:
    if not zone:
        return None
    try:
        return rezoning.preview_move(
            actor=officer(), intake_id=intake_id, group_id=group_id, zone=zone
        )
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        return None


def _text(field: Field, *, most: int, missing: str) -> None:
    field.data = clean_text(field.data or "")
    if not field.data:
        raise ValidationError(missing)
    if len(field.data) > most:
        raise ValidationError(_("Please keep it under %(count)s characters", count=most))
