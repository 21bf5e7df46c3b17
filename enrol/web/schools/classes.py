"""A school's classes: divided after a preview, read by name, renamed, one child moved by hand."""

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, StringField, ValidationError

from enrol.core.codes import normalise_code
from enrol.services import dividing_classes, keeping_classes
from enrol.services.dividing_classes import Preview
from enrol.services.keeping_classes import LONGEST_NAME, MOST_CLASSES, MOST_IN_A_CLASS, ClassDesk
from enrol.web.asking import PAGE, PageForm, asks_again, typed
from enrol.web.locale import gettext as _
from enrol.web.locale import ngettext
from enrol.web.numbers import row_number
from enrol.web.schools.routes import blueprint
from enrol.web.staff.guard import officer
from enrol.web.staff.pages import staff_page
from enrol.web.staff.seat_forms import whole_number

__all__ = ["blueprint"]

_APART = "rieng"
"""In the address of a preview: children of one family are dealt out like everybody."""


class NamesForm(PageForm):
    """A press of a button beside names, which are judged together."""

    mark = StringField()


class PutForm(PageForm):
    """The class for one child."""

    class_id = StringField()
    offered: frozenset[str] = frozenset()

    def validate_class_id(self, field: Field) -> None:
        """Need one of the school's classes."""
        if field.data not in self.offered:
            raise ValidationError(_("Choose a class"))


@blueprint.route("/<int:intake_id>/<int:school_id>/lop-hoc", methods=["GET", "POST"])
@asks_again
def classes(intake_id: int, school_id: int) -> ResponseReturnValue:
    desk = keeping_classes.class_desk(actor=officer(), intake_id=intake_id, school_id=school_id)
    form, problems = NamesForm(request.form), {}
    if form.is_good():
        names = {
            one.class_id or 0: request.form.get(f"ten-{one.class_id}", "") for one in desk.classes
        }
        try:
            keeping_classes.rename_classes(
                actor=officer(), intake_id=intake_id, school_id=school_id, names=names
            )
        except keeping_classes.NamesRefused:
            problems = {PAGE: names_told()}
        else:
            flash(_("The names of the classes were saved."), "success")
            return _to_classes(intake_id, school_id)
    return staff_page(
        "schools/classes.html",
        desk=desk,
        values=typed({f"ten-{one.class_id}": one.name for one in desk.classes}),
        problems=problems or form.problems(),
        longest=LONGEST_NAME,
        most_in_a_class=MOST_IN_A_CLASS,
        is_rehearsal=desk.intake.is_rehearsal,
    )


@blueprint.route("/<int:intake_id>/<int:school_id>/lop-hoc/chia", methods=["GET", "POST"])
@asks_again
def divide(intake_id: int, school_id: int) -> ResponseReturnValue:
    desk = keeping_classes.class_desk(actor=officer(), intake_id=intake_id, school_id=school_id)
    most = min(MOST_CLASSES, desk.children)
    asked = request.args.get("lop", "")
    count = whole_number(asked, most=most) if asked else desk.suggested
    keep_families = request.args.get("gia-dinh") != _APART
    form, problems = NamesForm(request.form), {}
    if not count or not desk.children:
        if asked:
            told = _("Type how many classes: a whole number from 1 to %(most)s", most=most)
            problems = {"lop": told}
        return _divide_page(desk, None, count=asked, keep_families=keep_families, problems=problems)
    names = [request.form.get(f"ten-{number}", "") for number in range(1, count + 1)]
    if form.is_good():
        try:
            done = dividing_classes.apply_division(
                actor=officer(),
                intake_id=intake_id,
                school_id=school_id,
                names=names,
                keep_families=keep_families,
                mark=form.mark.data or "",
            )
        except dividing_classes.NamesRefused:
            problems = {PAGE: names_told()}
        except dividing_classes.DivisionChanged:
            problems = {PAGE: _("Seats or classes changed meanwhile. Look at the division anew.")}
        else:
            flash(
                ngettext(
                    "%(num)s child is in a class now.", "%(num)s children are in a class now.", done
                ),
                "success",
            )
            return _to_classes(intake_id, school_id)
    preview = dividing_classes.preview_division(
        actor=officer(),
        intake_id=intake_id,
        school_id=school_id,
        classes=count,
        keep_families=keep_families,
    )
    return _divide_page(
        desk,
        preview,
        count=str(count),
        keep_families=keep_families,
        problems=problems or form.problems(),
    )


@blueprint.get("/<int:intake_id>/<int:school_id>/lop-hoc/<int:class_id>")
def one_class(intake_id: int, school_id: int, class_id: int) -> Response:
    page = keeping_classes.class_roll(
        actor=officer(), intake_id=intake_id, school_id=school_id, class_id=class_id
    )
    return staff_page("schools/one_class.html", page=page, is_rehearsal=page.intake.is_rehearsal)


@blueprint.route("/<int:intake_id>/<int:school_id>/lop-hoc/xep/<code>", methods=["GET", "POST"])
@asks_again
def put_child(intake_id: int, school_id: int, code: str) -> ResponseReturnValue:
    code = normalise_code(code)
    page = keeping_classes.one_child(
        actor=officer(), intake_id=intake_id, school_id=school_id, code=code
    )
    form = PutForm(request.form)
    form.offered = frozenset(str(one.class_id) for one in page.classes)
    if form.is_good():
        name = keeping_classes.put_into_class(
            actor=officer(),
            intake_id=intake_id,
            school_id=school_id,
            code=code,
            class_id=row_number(form.class_id.data or ""),
        )
        flash(
            _("%(child)s is in class %(name)s now.", child=page.child.full_name, name=name),
            "success",
        )
        return _to_classes(intake_id, school_id)
    return staff_page(
        "schools/put_child.html",
        page=page,
        options=[
            (str(one.class_id), one.name, _class_hint(one, page.child.class_id))
            for one in page.classes
        ],
        class_name={one.class_id: one.name for one in page.classes},
        values=typed({"class_id": str(page.child.class_id or "")}),
        problems=form.problems(),
        is_rehearsal=page.intake.is_rehearsal,
    )


def names_told() -> str:
    """Return what names of classes have to be like."""
    return _(
        "Every class needs a name of its own, of %(most)s characters at the most",
        most=LONGEST_NAME,
    )


def _class_hint(one: keeping_classes.OneClass, now_in: int | None) -> str:
    told = ngettext(
        "%(num)s child, %(girls)s of them girls",
        "%(num)s children, %(girls)s of them girls",
        len(one.children),
        girls=one.girls,
    )
    here = _("here now")
    return f"{told} · {here}" if one.class_id == now_in else told


def _divide_page(
    desk: ClassDesk,
    preview: Preview | None,
    *,
    count: str,
    keep_families: bool,
    problems: dict[str, str],
) -> Response:
    named = enumerate(preview.classes if preview else (), start=1)
    return staff_page(
        "schools/divide.html",
        desk=desk,
        preview=preview,
        asked={"lop": count, "gia-dinh": "" if keep_families else _APART},
        apart=_APART,
        values=typed({f"ten-{number}": one.name for number, one in named}),
        problems=problems,
        longest=LONGEST_NAME,
        most_in_a_class=MOST_IN_A_CLASS,
        is_rehearsal=desk.intake.is_rehearsal,
    )


def _to_classes(intake_id: int, school_id: int) -> ResponseReturnValue:
    return redirect(url_for("schools.classes", intake_id=intake_id, school_id=school_id), code=303)
