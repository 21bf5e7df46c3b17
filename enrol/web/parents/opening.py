"""“Submit it for me when the window opens”: ticked on the last page, taken back on the same one."""

from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField
from wtforms.validators import ValidationError

from enrol.services import opening
from enrol.services.preparing import Desk, Window
from enrol.web.asking import PageForm, asks_again
from enrol.web.guards import family, family_blueprint
from enrol.web.locale import format_date
from enrol.web.locale import gettext as _
from enrol.web.numbers import row_number
from enrol.web.parents.desk import open_desk
from enrol.web.parents.sending import check_page
from enrol.web.parents.steps import question_names

blueprint = family_blueprint("opening", __name__, url_prefix="/gia-dinh")


class TickForm(PageForm):
    """The one box of the last page before the opening."""

    submit_for_me = BooleanField()
    take_back = BooleanField()

    def validate_submit_for_me(self, field: BooleanField) -> None:
        """Need the tick, unless an earlier one is taken back."""
        if not field.data and not self.take_back.data:
            raise ValidationError(_("Tick the box if we are to send the registration for you"))


@blueprint.post("/gui-khi-mo")
@asks_again
def tick() -> ResponseReturnValue:
    """Keep the family's choice; the home page then says what will happen."""
    form = TickForm(request.form)
    if not form.is_good():
        return check_page(open_desk(), problems=form.problems())
    try:
        opening.tick(
            actor=family(),
            intake_id=request.form.get("intake_id", default=0, type=row_number),
            is_on=not form.take_back.data,
        )
    except (opening.Incomplete, opening.NotEligible, opening.AlreadyOpen):
        return make_response(redirect(url_for("sending.check"), code=303))
    # Taken back too late, the home page shows the receipt, with the way to withdraw.
    return make_response(redirect(url_for("parents.home"), code=303))


@blueprint.app_template_global()
def not_sent_words(desk: Desk, window: Window) -> list[str]:
    """Return, in plain words, why the opening could not send this family's registration."""
    return [_reason(word, window) for word in desk.refusals]


def _reason(word: str, window: Window) -> str:
    question, is_gap, gap = word.partition(":")
    if is_gap:
        if gap == "no_home_named":
            return _("No residence in the city is named.")
        name = question_names().get(question, question)
        return _("“%(question)s” is not answered.", question=name)
    age = _(
        "The date of birth is not between %(first)s and %(last)s.",
        first=format_date(window.birth_from),
        last=format_date(window.birth_to),
    )
    return {
        "born_too_late": age,
        "born_too_early": age,
        "no_wish_given": _("No school is wished for."),
        "too_many_wishes_given": _("There are more wishes than this intake allows."),
        "wish_repeated": _("A school is named twice."),
        "wish_outside_zone": _("A school you wished for no longer has places in your zone."),
        "holds_a_seat": _("The child holds a place of the first round."),
    }.get(word, _("The answers could not be read by our system."))
