"""How many days the office gives itself and families, while nothing runs by it yet."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, StringField, ValidationError

from enrol.services import setting_days
from enrol.services.setting_days import MOST, DayCounts, DayPage
from enrol.web.asking import PageForm, asks_again, typed
from enrol.web.locale import gettext as _
from enrol.web.office.blueprint import blueprint
from enrol.web.staff.guard import officer
from enrol.web.staff.pages import staff_page
from enrol.web.staff.seat_forms import whole_number


class DaysForm(PageForm):
    """A whole number of days of each kind; what stands already need not be sent."""

    review = StringField()
    reply = StringField()
    correction = StringField()
    stands: DayCounts

    def days(self) -> DayCounts:
        """Return the numbers."""
        return DayCounts(self._number("review"), self._number("reply"), self._number("correction"))

    def _number(self, kind: str) -> int:
        found = whole_number(self[kind].data, most=MOST[kind])
        return getattr(self.stands, kind) if found is None else found

    def _judge(self, field: Field) -> None:
        if field.data is not None and not whole_number(field.data, most=MOST[field.name]):
            raise ValidationError(
                _("Type a whole number of days from 1 to %(most)s", most=MOST[field.name])
            )

    def validate_review(self, field: Field) -> None:
        """Need a number within bounds."""
        self._judge(field)

    def validate_reply(self, field: Field) -> None:
        """Need a number within bounds."""
        self._judge(field)

    def validate_correction(self, field: Field) -> None:
        """Need a number within bounds."""
        self._judge(field)


@blueprint.route("/<int:intake_id>/thoi-han", methods=["GET", "POST"])
@asks_again
def days(intake_id: int) -> ResponseReturnValue:
    page = setting_days.days_of(actor=officer(), intake_id=intake_id)
    form, problems = DaysForm(request.form), {}
    form.stands = page.days
    if form.is_good():
        try:
            changed = setting_days.set_days(actor=officer(), intake_id=intake_id, days=form.days())
        except setting_days.ClockRuns as refusal:
            problems = {kind: standing_told(kind) for kind in sorted(refusal.kinds)}
        else:
            flash(_("The days were saved.") if changed else _("Nothing was changed."), "success")
            return redirect(url_for("office.intake", intake_id=intake_id), code=303)
    return staff_page(
        "office/days.html",
        page=page,
        kinds=[(kind, *_words(kind, page)) for kind in MOST],
        values=typed({kind: str(getattr(page.days, kind)) for kind in MOST}),
        problems=problems or form.problems(),
        is_rehearsal=page.intake.is_rehearsal,
    )


def standing_told(kind: str) -> str:
    """Return why a number of days stands."""
    if kind == "review":
        return _("This number stands: families have registered, and their answers are due by it.")
    return _("This number stands since the seats were allocated: families' days run by it.")


def _words(kind: str, page: DayPage) -> tuple[str, str]:
    label, hint = {
        "review": (
            _("Working days for answering a file"),
            _("1 to 60, from the day it was sent. May change until the first registration."),
        ),
        "reply": (
            _("Working days for answering an objection"),
            _("1 to 60, from the day it was sent. May change until the seats are allocated."),
        ),
        "correction": (
            _("Days for reporting errors of fact"),
            _("1 to 30, after the provisional results. May change until the seats are allocated."),
        ),
    }[kind]
    return label, hint if kind in page.free else standing_told(kind)
