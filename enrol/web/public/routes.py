"""Public pages: no session, nothing personal, and safe to keep for a minute on the way."""

import gzip
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from enrol.core.codes import normalise_code
from enrol.services import admitting, reading, result_letters
from enrol.services.ports import Secrets
from enrol.services.refusals import NotFound
from enrol.web.asking import changes_nothing
from enrol.web.limits import wrong_secrets
from enrol.web.locale import spoken
from enrol.web.offered import download, offered_files
from enrol.web.public.forms import LookUpForm
from enrol.web.public.kept import current_figures, current_notice
from enrol.web.public.pages import band_rows, calendar, order_words, value_name, zone_pages
from enrol.web.public.results import list_file, result_file, split_language

blueprint = Blueprint("public", __name__)
_count_wrong_secret = wrong_secrets("code")


@blueprint.get("/")
def start() -> Response:
    found = current_notice()
    return _page("public/start.html", notice=found, dates=calendar(found) if found else ())


@blueprint.get("/quy-dinh")
def rules() -> Response:
    found = current_notice()
    return _page(
        "public/rules.html",
        notice=found,
        bands=band_rows(found.rules) if found else (),
        order=order_words(found.rules) if found else (),
        value_name=value_name(found) if found else "",
        files=offered_files(found.window.code) if found else (),
    )


@blueprint.get("/kiem-chung/<name>")
def bundle(name: str) -> Response:
    found = current_notice()
    if found is None:
        raise NotFound
    return kept_a_minute(download(intake=found.window.code, name=name))


@blueprint.get("/truong")
def wards() -> Response:
    text = request.args.get("q", "")[:100]
    found = current_notice()
    return _page("public/wards.html", notice=found, q=text, wards=reading.find_wards(text=text))


@blueprint.get("/truong/<unit_code>")
def ward(unit_code: str) -> Response:
    found = current_notice()
    if found is None:
        raise NotFound
    seats = reading.seats_of_ward(unit_code=unit_code, intake_id=found.window.intake_id)
    return _page(
        "public/ward.html",
        notice=found,
        seats=seats,
        zones=zone_pages(seats),
        figures=current_figures(),
    )


@blueprint.route("/tra-cuu", methods=["GET", "POST"])
@changes_nothing
def find_result() -> ResponseReturnValue:
    form = LookUpForm(request.form if request.method == "POST" else None)
    problems = {}
    if form.is_good():
        adapters = current_app.extensions["enrol_adapters"]
        found = reading.find_result(
            code=normalise_code(form.code.data or ""),
            secret=form.secret.data or "",
            secrets=adapters.secrets,
        )
        if found is not None:
            return redirect(url_for("public.result", token=found.token), code=303)
        problems = form.not_found()
    elif form.was_sent():
        problems = form.problems()
    if problems:
        _count_wrong_secret()
    values = request.form if request.method == "POST" else {"code": request.args.get("ma", "")}
    body = render_template("public/find_result.html", values=values, problems=problems)
    return make_response(body, 422 if problems else 200)


@blueprint.get("/thu/<int:publication_id>/<code>/<token>")
def letter(publication_id: int, code: str, token: str) -> Response:
    """Tell whoever holds a letter whether it is genuine: no name, no school."""
    secrets: Secrets = current_app.extensions["enrol_adapters"].secrets
    found = result_letters.checked(
        publication_id=publication_id, code=code, check=token, secrets=secrets
    )
    response = _page("public/letter.html", found=found)
    response.status_code = 200 if found else 404
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/ket-qua/<token>")
def result(token: str) -> Response:
    """Serve one result page: a file, without session and database (tests/web/test_results_day)."""
    name, language = split_language(token)
    path = result_file(directory=_results(), token=name, language=_wanted(language))
    response = _published(path)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/danh-sach/<school>")
def admitted(school: str) -> Response:
    """Serve the codes admitted to a school: a file like a result page."""
    name, language = split_language(school)
    path = list_file(directory=_results(), kind="lists", code=name, language=_wanted(language))
    return _list_page(path)


@blueprint.get("/danh-sach/phuong/<unit_code>")
def admitted_of_ward(unit_code: str) -> Response:
    """Serve the codes admitted to the schools of a ward: a file like a result page."""
    name, language = split_language(unit_code)
    path = list_file(directory=_results(), kind="wards", code=name, language=_wanted(language))
    return _list_page(path)


@blueprint.get("/phong-cho")
def room() -> Response:
    waiting_room = current_app.extensions["enrol_adapters"].waiting_room
    return _page("public/room.html", proof=admitting.order_proof(waiting_room=waiting_room))


@blueprint.get("/du-lieu-ca-nhan")
def privacy() -> Response:
    return _page("public/privacy.html")


@blueprint.get("/tiep-can")
def accessibility() -> Response:
    return _page("public/accessibility.html")


def _page(template: str, **values: Any) -> Response:
    return kept_a_minute(make_response(render_template(template, **values)))


def kept_a_minute(response: Response) -> Response:
    """Let anybody on the way keep the page for a minute, and send it small.

    Only these pages are compressed by us: they hold no secret that a length could betray.
    """
    response.headers["Cache-Control"] = "public, max-age=60"
    response.vary.update(("Cookie", "Accept-Encoding"))
    if response.mimetype == "text/html" and request.accept_encodings.quality("gzip") > 0:
        response.set_data(gzip.compress(response.get_data(), compresslevel=5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _wanted(ending: str | None) -> str:
    """Return the language to show: asked for in the query, in the address, or remembered."""
    return spoken() if ending is None or "lang" in request.args else ending


def _list_page(path: Path | None) -> Response:
    response = _published(path)
    return response if path is None else kept_a_minute(response)


def _published(path: Path | None) -> Response:
    if path is None:
        return make_response(render_template("public/no_result_yet.html"), 404)
    return Response(path.read_bytes(), mimetype="text/html")


def _results() -> Path:
    directory: Path = current_app.extensions["enrol_settings"].results_directory
    return directory
