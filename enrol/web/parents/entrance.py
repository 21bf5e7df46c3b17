"""The way in: signing in with the two codes of the letter, or asking for codes."""

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue

from enrol.core.codes import normalise_secret
from enrol.core.names import clean_text
from enrol.services import signing_in
from enrol.web.asking import asks_again, typed
from enrol.web.guards import sign_in_as, sign_out
from enrol.web.limits import few_codes, wrong_secrets
from enrol.web.parents.forms import SignInForm, UnlistedForm

blueprint = Blueprint("entrance", __name__, url_prefix="/gia-dinh")
_count_wrong_secret = wrong_secrets("pupil_code")


@blueprint.route("/dang-nhap", methods=["GET", "POST"])
@asks_again
def sign_in() -> ResponseReturnValue:
    problems: dict[str, str] = {}
    if request.method == "POST":
        form = SignInForm(request.form)
        if form.is_good():
            family = signing_in.sign_in_family(
                pupil_code=_pupil_code(form.pupil_code.data),
                secret=normalise_secret(form.secret.data or ""),
                secrets=current_app.extensions["enrol_adapters"].secrets,
            )
            if family is not None:
                sign_in_as(family)
                return redirect(url_for("parents.home"), code=303)
            problems = form.not_known()
        else:
            problems = form.problems()
        if problems:
            _count_wrong_secret()
    body = render_template(
        "parents/sign_in.html",
        values=typed({}),
        problems=problems,
        has_ended="ended" in request.args,
        has_left="left" in request.args,
    )
    return make_response(body, 422 if problems else 200)


@blueprint.post("/thoat")
def leave() -> ResponseReturnValue:
    sign_out()
    return redirect(url_for("entrance.sign_in", left="1"), code=303)


@blueprint.get("/chua-co-ma")
def no_code() -> str:
    return render_template("parents/no_code.html")


@blueprint.route("/xin-ma", methods=["GET", "POST"])
@few_codes("phone")
@asks_again
def ask_code() -> ResponseReturnValue:
    problems: dict[str, str] = {}
    if request.method == "POST":
        form = UnlistedForm(request.form)
        if form.is_good() and form.born_on is not None:
            issued = signing_in.register_unlisted_child(
                child=form.to_child(form.born_on),
                secrets=current_app.extensions["enrol_adapters"].secrets,
            )
            sign_in_as(issued.family)
            # Kept in the signed cookie of this one device until the family has noted it.
            browser["issued"] = [issued.pupil_code, issued.secret]
            return redirect(url_for("parents.new_code"), code=303)
        problems = form.problems()
    body = render_template("parents/ask_code.html", values=typed({}), problems=problems)
    return make_response(body, 422 if problems else 200)


def _pupil_code(text: str | None) -> str:
    return "".join(clean_text(text or "").split()).upper()
