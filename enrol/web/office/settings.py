"""What the city sets while an intake is planned: the rules, who approves, which wards take part."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, StringField, ValidationError

from enrol.services import setting_up
from enrol.services.phases import WrongPhase
from enrol.services.setting_up import Setting
from enrol.web.asking import PAGE, PageForm, asks_again, typed
from enrol.web.locale import format_number
from enrol.web.locale import gettext as _
from enrol.web.office.blueprint import blueprint
from enrol.web.office.refusals import told
from enrol.web.office.what_ifs import rules_word
from enrol.web.staff import words
from enrol.web.staff.guard import officer
from enrol.web.staff.pages import staff_page

MOST_WARDS = 1_000


class RulesForm(PageForm):
    """The rule set by its hash, and whether second officers approve."""

    rules = StringField()
    needs_approvals = StringField()

    def validate_rules(self, field: Field) -> None:
        """Need one of the rule sets."""
        if not field.data:
            raise ValidationError(_("Choose the rules"))


class WardsForm(PageForm):
    """The wards that take part, and the choice that was shown before."""

    seen = StringField()


@blueprint.route("/<int:intake_id>/quy-tac", methods=["GET", "POST"])
@asks_again
def rules(intake_id: int) -> ResponseReturnValue:
    page = setting_up.setting_of(actor=officer(), intake_id=intake_id)
    form, problems = RulesForm(request.form), {}
    if form.is_good():
        try:
            setting_up.choose_rules(
                actor=officer(),
                intake_id=intake_id,
                wanted=form.rules.data or "",
                needs_approvals=form.needs_approvals.data == "yes",
            )
        except WrongPhase as refusal:
            problems = {PAGE: told(refusal)}
        except setting_up.NoSuchRules:
            problems = {"rules": _("Choose the rules")}
        else:
            flash(_("The rules of this intake were saved."), "success")
            return redirect(url_for("office.intake", intake_id=intake_id), code=303)
    kept = {
        "rules": page.intake.rules_hash,
        "needs_approvals": "yes" if page.intake.needs_approvals else "",
    }
    return staff_page(
        "office/rules.html",
        page=page,
        options=[
            (one.hash, f"{rules_word(one.name)} ({one.name}, {one.version})", one.hash)
            for one in page.rules
        ],
        rules_word=rules_word,
        values=typed(kept),
        problems=problems or form.problems(),
        words=words,
        is_rehearsal=page.intake.is_rehearsal,
    )


@blueprint.route("/<int:intake_id>/phuong-tham-gia", methods=["GET", "POST"])
@asks_again
def pilot(intake_id: int) -> ResponseReturnValue:
    page = setting_up.setting_of(actor=officer(), intake_id=intake_id)
    form, problems = WardsForm(request.form), {}
    chosen = _chosen(page)
    if form.is_good():
        if not chosen:
            problems = {PAGE: _("At least one ward must take part")}
        elif form.seen.data == _mark(chosen):
            try:
                joined, left = setting_up.choose_wards(
                    actor=officer(), intake_id=intake_id, taking_part=chosen
                )
            except WrongPhase as refusal:
                problems = {PAGE: told(refusal)}
            else:
                _tell(joined, left)
                return redirect(url_for("office.intake", intake_id=intake_id), code=303)
    return staff_page(
        "office/pilot.html",
        page=page,
        chosen=chosen,
        joining=[one for one in page.wards if one.set_aside and one.unit_id in chosen],
        leaving=[one for one in page.wards if not one.set_aside and one.unit_id not in chosen],
        is_shown=form.was_sent() and bool(chosen),
        mark=_mark(chosen),
        problems=problems or form.problems(),
        words=words,
        is_rehearsal=page.intake.is_rehearsal,
    )


def _chosen(page: Setting) -> list[int]:
    """Return the wards as ticked, or as they stand before anything was sent."""
    if request.method != "POST":
        return [one.unit_id for one in page.wards if not one.set_aside]
    ticked = set(request.form.getlist("ward")[:MOST_WARDS])
    return [one.unit_id for one in page.wards if str(one.unit_id) in ticked]


def _mark(chosen: list[int]) -> str:
    return "-".join(map(str, sorted(chosen)))


def _tell(joined: int, left: int) -> None:
    flash(
        _(
            "%(joined)s wards joined and %(left)s now register as before.",
            joined=format_number(joined),
            left=format_number(left),
        ),
        "success",
    )
