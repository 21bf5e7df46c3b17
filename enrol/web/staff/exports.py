"""Lists as files, for every kind of officer: asking for one, watching it, fetching it."""

from pathlib import Path

from flask import Response, current_app, make_response, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import AnyOf

from enrol.services import exporting
from enrol.services.exporting import CLASSES, LETTER_FORM, LETTERS, Choices, Export, SchoolName
from enrol.services.ports import ExportFiles
from enrol.services.refusals import NotFound
from enrol.web.asking import PageForm, asks_again, typed
from enrol.web.locale import gettext as _
from enrol.web.locale import spoken
from enrol.web.numbers import row_number
from enrol.web.staff.guard import officer
from enrol.web.staff.home import blueprint
from enrol.web.staff.pages import staff_page

__all__ = ["blueprint"]

_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "zip": "application/zip",
}


class ExportForm(PageForm):
    """What list, and as what kind of file."""

    kind = StringField()
    form = StringField(validators=[AnyOf(exporting.FORMS)])
    offered: tuple[str, ...] = ()

    def problems(self) -> dict[str, str]:
        """Return what was not chosen."""
        found = super().problems()
        if self.was_sent() and self.kind.data not in self.offered:
            found["kind"] = _("Choose which list")
        if "form" in found:
            found["form"] = _("Choose Excel or CSV")
        return found


@blueprint.route("/danh-sach/<int:intake_id>", methods=["GET", "POST"])
@asks_again
def lists(intake_id: int) -> ResponseReturnValue:
    choices = exporting.choices_of(actor=officer(), intake_id=intake_id)
    school = _school_asked(choices)
    form = ExportForm(request.form)
    form.offered = _offered(choices, school)
    if form.is_good():
        asked = exporting.ask_export(
            actor=officer(),
            intake_id=intake_id,
            kind=form.kind.data or "",
            form=LETTER_FORM if form.kind.data == LETTERS else form.form.data or "",
            school_id=school.school_id if school else None,
            language=spoken(),
        )
        return redirect(url_for("staff.export", export_id=asked), code=303)
    return staff_page(
        "staff/lists.html",
        choices=choices,
        school=school,
        kinds=[(kind, *kind_words(kind, of_school=school is not None)) for kind in form.offered],
        forms=[("xlsx", _("Excel file (XLSX)")), ("csv", _("CSV file"))],
        values=typed({"form": "xlsx", "kind": form.offered[0] if form.offered else ""}),
        problems=form.problems(),
        kind_word=kind_word,
        state_tag=state_tag,
        is_rehearsal=choices.intake.is_rehearsal,
    )


@blueprint.get("/tep/<int:export_id>")
def export(export_id: int) -> Response:
    page = exporting.export_page(actor=officer(), export_id=export_id)
    response = staff_page(
        "staff/export.html",
        page=page,
        asked=page.export,
        kind_word=kind_word,
        state_tag=state_tag,
        is_rehearsal=page.intake.is_rehearsal,
    )
    if not page.export.is_over:
        response.headers["Refresh"] = "2"  # the page says that it looks again by itself
    return response


@blueprint.get("/tep/<int:export_id>/tai-ve")
def fetch(export_id: int) -> Response:
    page = exporting.export_page(actor=officer(), export_id=export_id)
    path = _path(page.export)
    if path is None:
        return _gone(export_id)
    try:
        fetched = exporting.fetch_export(actor=officer(), export_id=export_id).export
    except exporting.FileGone:
        return _gone(export_id)
    place = f"-{page.school.code}" if page.school else ""
    name = f"{page.intake.code}{place}-{fetched.kind}-{fetched.export_id}.{fetched.form}"
    response = send_file(
        path, mimetype=_TYPES[fetched.form], as_attachment=True, download_name=name, etag=False
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def kind_words(kind: str, *, of_school: bool) -> tuple[str, str]:
    """Return what a list is called and what it holds."""
    if kind == "admitted":
        return kind_word(kind), _("Every child with a place, school by school, by name")
    if kind == LETTERS:
        return kind_word(kind), _(
            "A letter for every child with a place, to print: PDF files of 50 letters each"
        )
    if kind == CLASSES:
        return kind_word(kind), _(
            "Every child with a place, class by class, by name; who is in no class stands last"
        )
    if kind == "objections":
        return kind_word(kind), _("Every objection with its answer, ward by ward, by number")
    if of_school:
        return kind_word(kind), _("Children of the school’s ward who wish it first, by name")
    return kind_word(kind), _("Every registration that was not withdrawn, zone by zone, by name")


def kind_word(kind: str) -> str:
    """Return what a list is called."""
    return {
        "registrations": _("List of registrations"),
        "admitted": _("List of admitted children"),
        "objections": _("List of objections"),
        "letters": _("Result letters"),
        "classes": _("Class lists"),
    }[kind]


def state_tag(state: str) -> tuple[str, str]:
    """Return the kind of tag and the word of an order's state."""
    return {
        "pending": ("plain", _("Waiting")),
        "running": ("now", _("Being written")),
        "done": ("good", _("Ready")),
        "failed": ("bad", _("Failed")),
        "deleted": ("plain", _("Deleted")),
    }[state]


def _school_asked(choices: Choices) -> SchoolName | None:
    asked = request.args.get("truong", type=row_number)
    if asked is None:
        return None if choices.has_units else choices.schools[0]
    for school in choices.schools:
        if school.school_id == asked:
            return school
    raise NotFound


def _offered(choices: Choices, school: SchoolName | None) -> tuple[str, ...]:
    has_roll = (
        choices.has_rolls if school is None else (school.school_id in choices.schools_with_roll)
    )
    of_seats = ("admitted", "registrations") if has_roll else ("registrations",)
    if school is not None:
        with_letters = (*of_seats, LETTERS) if choices.has_letters else of_seats
        return (*with_letters, CLASSES) if choices.has_classes else with_letters
    return (*of_seats, "objections") if choices.has_objections else of_seats


def _path(asked: Export) -> Path | None:
    files: ExportFiles = current_app.extensions["enrol_adapters"].exports
    return None if asked.file is None else files.path_of(name=asked.file)


def _gone(export_id: int) -> Response:
    return make_response(redirect(url_for("staff.export", export_id=export_id), code=303))
