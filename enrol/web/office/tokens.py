"""Tokens of partners' systems: the city gives them, sees when they were used, takes them back."""

import uuid

from flask import Response, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, StringField, ValidationError

from enrol.core.actors import Right
from enrol.core.names import clean_text
from enrol.services import giving_tokens
from enrol.services.giving_tokens import LASTING_DAYS, LONGEST_NAME, TokenLine, TokenMade
from enrol.web.asking import PageForm, asks_again, typed
from enrol.web.locale import gettext as _
from enrol.web.locale import named
from enrol.web.office.blueprint import blueprint
from enrol.web.staff.guard import asks_who_again, officer
from enrol.web.staff.pages import staff_page

_USUAL_DAYS = 180


class TokenForm(PageForm):
    """Whose system, for which unit, which rights, for how long."""

    name = StringField()
    unit = StringField()
    lasting = StringField()

    def validate_name(self, field: Field) -> None:
        """Need a name that fits."""
        field.data = clean_text(field.data or "")
        if not field.data:
            raise ValidationError(_("Type the name of the system that will use the token"))
        if len(field.data) > LONGEST_NAME:
            raise ValidationError(_("Please keep the name under 120 characters"))

    def validate_unit(self, field: Field) -> None:
        """Need a unit of the list."""
        if _whole(field.data) is None:
            raise ValidationError(_("Choose the unit that the token is for"))

    def validate_lasting(self, field: Field) -> None:
        """Need a time of the list."""
        if _whole(field.data) not in LASTING_DAYS:
            raise ValidationError(_("Choose how long the token is good"))

    def problems(self) -> dict[str, str]:
        """Return what is wrong; some right is needed, too."""
        found = super().problems()
        if self.was_sent() and not self.rights:
            found["right_counters"] = _("Choose at least one right")
        return found

    @property
    def rights(self) -> frozenset[Right]:
        """The rights that were ticked."""
        return frozenset(right for right in Right if request.form.get(f"right_{right.value}"))


@blueprint.get("/ma-truy-cap")
def tokens() -> Response:
    given = giving_tokens.given_tokens(
        actor=officer(), before=request.args.get("truoc", None, type=_row)
    )
    return staff_page("office/tokens.html", given=given, right_word=right_word, state=state_tag)


@blueprint.route("/ma-truy-cap/moi", methods=["GET", "POST"])
@asks_who_again
@asks_again
def new_token() -> ResponseReturnValue:
    units = giving_tokens.units_to_choose(actor=officer())
    form = TokenForm(request.form)
    if form.is_good():
        return _make(form)
    return staff_page(
        "office/new_token.html",
        units=[(str(unit.unit_id), named(unit)) for unit in units],
        rights=[(right.value, *right_words(right.value)) for right in Right],
        lasting=[(str(days), _("%(number)s days", number=days)) for days in LASTING_DAYS],
        form_key=_form_key(),
        values=typed({"lasting": str(_USUAL_DAYS)}),
        problems=form.problems(),
    )


@blueprint.route("/ma-truy-cap/<int:token_id>/thu-hoi", methods=["GET", "POST"])
@asks_again
def revoke_token(token_id: int) -> ResponseReturnValue:
    line = giving_tokens.given_token(actor=officer(), token_id=_fitting(token_id))
    form = PageForm(request.form)
    if form.is_good():
        giving_tokens.revoke_token(actor=officer(), token_id=token_id)
        flash(_("The token was revoked: the system can no longer read anything."), "success")
        return redirect(url_for("office.tokens"), code=303)
    return staff_page(
        "office/revoke_token.html",
        line=line,
        right_word=right_word,
        state=state_tag,
        problems=form.problems(),
    )


def right_word(right: str) -> str:
    """Return what a right is called."""
    return right_words(right)[0]


def right_words(right: str) -> tuple[str, str]:
    """Return what a right is called, and what it lets a system read."""
    return {
        "counters": (_("Live figures"), _("How many registrations, by zone and school.")),
        "placements": (_("Placements"), _("Who has a seat, by registration code, without names.")),
        "names": (
            _("Class lists with names"),
            _("Personal data: name, date of birth, sex and pupil code of admitted children."),
        ),
        "bundle": (_("Decision package"), _("The published files with which anybody checks.")),
    }[right]


def state_tag(line: TokenLine) -> tuple[str, str]:
    """Return the kind of tag and the word for where a token stands."""
    if line.revoked_at is not None:
        return "plain", _("Revoked")
    return ("good", _("Good")) if line.is_good else ("plain", _("Expired"))


def _make(form: TokenForm) -> ResponseReturnValue:
    try:
        made = giving_tokens.make_token(
            actor=officer(),
            name=form.name.data or "",
            unit_id=_whole(form.unit.data) or 0,
            rights=form.rights,
            lasting_days=_whole(form.lasting.data) or 0,
            form_key=_form_key(),
            tokens=current_app.extensions["enrol_adapters"].partner_tokens,
        )
    except TokenMade:
        flash(_("This token was made already and shown once. If it is lost, revoke it here."))
        return redirect(url_for("office.tokens"), code=303)
    return staff_page(
        "office/token_made.html", token=made.token, line=made.line, right_word=right_word
    )


def _form_key() -> str:
    try:
        return str(uuid.UUID(request.form.get("form_key", "")))
    except ValueError:
        return str(uuid.uuid4())


_MOST = 2**31 - 1


def _whole(text: str | None) -> int | None:
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None


def _row(text: str) -> int:
    return min(int(text), _MOST)


def _fitting(token_id: int) -> int:
    return min(token_id, _MOST)
