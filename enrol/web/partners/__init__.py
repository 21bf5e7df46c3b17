"""The API for partners' systems: an application of its own beside the pages.

It has no session, no cookie and no form, and a small pool of connections of its own: whatever a
partner's system does, families keep theirs. ``mount`` puts it in front of the pages.
"""

from collections.abc import Iterable
from typing import Any

from apiflask import APIFlask
from flask import Flask, Request, Response, g, request
from flask.sessions import SessionInterface
from werkzeug.routing import BaseConverter

from enrol.config import Settings
from enrol.web import locale
from enrol.web.partners import document, limits, pages, problems, routes
from enrol.web.partners.schemas import CODE
from enrol.web.security import protecting_headers

__all__ = ["create", "mount"]

_KEPT_PRIVATE = "private, no-cache"
_LARGEST_BODY = 16 * 1024
_PUBLIC = "public, max-age=300"


class CodeConverter(BaseConverter):
    """A code of an intake or a school."""

    regex = CODE.strip("^$")


class FileConverter(BaseConverter):
    """The name of a file that is offered."""

    regex = document.FILE.strip("^$")


class NoSessions(SessionInterface):
    """No session, whatever cookie comes along."""

    def open_session(self, app: Flask, request: Request) -> None:
        """Read nothing."""
        del app, request


def create(*, settings: Settings, adapters: object) -> APIFlask:
    """Return the application of the API; its database is bound by who wires it."""
    api = APIFlask(
        "enrol.web.partners",
        title=document.TITLE,
        version=document.VERSION,
        docs_path=None,  # a page of our own, without scripts (pages.py)
        spec_path=f"{routes.PREFIX}/openapi.json",
        static_folder=None,  # type: ignore[arg-type]
    )
    api.session_interface = NoSessions()
    api.json.sort_keys = False  # type: ignore[attr-defined]
    api.url_map.strict_slashes = False  # a redirect would answer strangers before the guard does
    api.url_map.converters.update(code=CodeConverter, file=FileConverter)
    api.config.update(
        MAX_CONTENT_LENGTH=_LARGEST_BODY,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        OPENAPI_VERSION="3.0.3",
        DESCRIPTION=document.DESCRIPTION,
        AUTO_SERVERS=False,
        SECURITY_SCHEMES={"token": {"type": "http", "scheme": "bearer"}},
        HTTP_ERROR_SCHEMA=document.problem_schema(),
        VALIDATION_ERROR_SCHEMA=document.problem_schema(),
    )
    api.extensions["enrol_settings"] = settings
    api.extensions["enrol_adapters"] = adapters
    locale.speak(api, choose=_wanted_language)
    problems.register(api)
    limits.register(api, settings=settings)
    document.register(api)
    api.register_blueprint(routes.blueprint)
    always = protecting_headers(settings=settings)

    def protect(response: Response) -> Response:
        _say_what_may_be_kept(response)
        for name, value in always.items():
            response.headers.setdefault(name, value)
        return response

    api.after_request(protect)
    return api


def mount(app: Flask, *, api: APIFlask) -> None:
    """Answer the API's addresses before the pages' application sees them."""
    app.extensions[pages.NAME] = api
    app.register_blueprint(pages.blueprint)
    others, ours = app.wsgi_app, api.wsgi_app

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        is_ours = path == routes.PREFIX or path.startswith(f"{routes.PREFIX}/")
        return ours(environ, start_response) if is_ours else others(environ, start_response)

    app.wsgi_app = serve  # type: ignore[method-assign]


def _wanted_language() -> str:
    return request.accept_languages.best_match(list(locale.LANGUAGES)) or locale.DEFAULT


def _say_what_may_be_kept(response: Response) -> None:
    """Name the answer, and answer 304 to who has it; personal data is kept by nobody."""
    if response.status_code != 200:
        return
    is_document = request.endpoint == "openapi.spec"
    if g.get("is_personal", False):
        response.headers["Cache-Control"] = "no-store"
    else:
        response.headers["Cache-Control"] = _PUBLIC if is_document else _KEPT_PRIVATE
    if not is_document:
        response.vary.add("Authorization")
    if not response.direct_passthrough:
        response.add_etag()
        response.make_conditional(request)
