"""How the family wants to be told, and what it was told."""

from collections.abc import Mapping

from flask import Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.core.message_texts import title_of
from enrol.services import choosing_messages, correcting_contacts
from enrol.services.choosing_messages import KEPT_DAYS, NoSuchWay, Telling, ToldLine
from enrol.services.phones import spoken_phone
from enrol.web.asking import PageForm, asks_again, typed
from enrol.web.guards import family, family_blueprint
from enrol.web.locale import gettext as _
from enrol.web.locale import spoken
from enrol.web.parents.desk import question_page

blueprint = family_blueprint("telling", __name__, url_prefix="/gia-dinh/tin-nhan")
_SHOWN_END = 3


@blueprint.route("", methods=["GET", "POST"])
@asks_again
def own() -> ResponseReturnValue:
    form = PageForm(request.form)
    if not form.is_good():
        return _page(form.problems())
    try:
        choosing_messages.choose(
            actor=family(),
            channel=request.form.get("channel", ""),
            language=request.form.get("language", ""),
        )
    except NoSuchWay:
        return _page({"channel": _("Choose how we tell you, and in which language")})
    return redirect(url_for("telling.own", moi="1"), code=303)


@blueprint.route("/lien-he", methods=["GET", "POST"])
@asks_again
def contact() -> ResponseReturnValue:
    try:
        standing = correcting_contacts.own_contact(actor=family())
    except correcting_contacts.NothingSent:
        return redirect(url_for("telling.own"), code=303)
    form = PageForm(request.form)
    problems = form.problems()
    if form.is_good():
        try:
            correcting_contacts.correct(
                actor=family(),
                phone=request.form.get("phone", ""),
                email=request.form.get("email", ""),
            )
        except correcting_contacts.NoSuchNumber:
            problems = {"phone": _("Type a telephone number like 0912 345 678")}
        except correcting_contacts.NoSuchAddress:
            problems = {"email": _("Type an e-mail address like name@example.com, or nothing")}
        else:
            return redirect(url_for("telling.own", lienhe="1"), code=303)
    return question_page(
        "parents/new_contact.html",
        problems=problems,
        values=typed({"phone": spoken_phone(standing.phone or ""), "email": standing.email or ""}),
    )


def _page(problems: Mapping[str, str]) -> Response:
    own = choosing_messages.own_messages(actor=family())
    telling = own.telling
    standing = {"channel": telling.channel, "language": telling.language or "vi"}
    return question_page(
        "parents/telling.html",
        problems=problems,
        values={**standing, **request.form.to_dict()},
        ways=_ways(telling),
        languages_offered=[("vi", "Tiếng Việt"), ("en", "English")],
        is_changeable=bool(telling.phone or telling.email),
        can_correct=own.has_sent,
        told=[
            {
                "title": title_of(event=line.event, language=spoken()),
                "line": line,
                "tag": _tag(line),
            }
            for line in own.told
        ],
        kept_days=KEPT_DAYS,
        quiet=_quiet(),
        is_new="moi" in request.args,
        is_corrected="lienhe" in request.args,
    )


def _quiet() -> tuple[str, str] | None:
    """Return when nothing is sent, None where families are never left alone."""
    settings = current_app.extensions["enrol_settings"]
    if settings.quiet_from == settings.quiet_until:
        return None
    return (f"{settings.quiet_from:%H:%M}", f"{settings.quiet_until:%H:%M}")


def _ways(telling: Telling) -> list[tuple[str, str, str]]:
    ways = []
    if telling.phone:
        end = telling.phone[-_SHOWN_END:]
        ways.append(("sms", _("SMS"), _("To the telephone number that ends in %(end)s", end=end)))
    if telling.email:
        ways.append(("email", _("E-mail"), _("To the address you gave")))
    ways.append(("none", _("No messages"), _("Everything stands on your pages, as always")))
    return ways


def _tag(line: ToldLine) -> tuple[str, str]:
    """Return how a message stands; what is in doubt or gave up is for the office to mend."""
    if line.state == "sent":
        return ("good", _("Sent by SMS") if line.channel == "sms" else _("Sent by e-mail"))
    if line.state == "kept":
        return ("plain", _("Only on this page"))
    if line.state == "dead":
        return ("bad", _("Could not be delivered"))
    if line.state == "in_doubt":
        return ("care", _("Perhaps not arrived"))
    return ("now", _("Will be sent"))
