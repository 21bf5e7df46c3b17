"""The Flask extensions of the pages, made once and bound to the application here."""

from flask import Flask, abort, current_app, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFError, CSRFProtect

from enrol.config import Settings
from enrol.web import cookies
from enrol.web.asking import allow_files

csrf = CSRFProtect()
limiter = Limiter(key_func=get_remote_address)
"""Every limit names its own key (a keyed hash of a code or phone): whole networks share one
address. A limit stands on its view and is checked there; no other page is asked about limits.
"""

_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_NUL = "\0"
_OWN_PAGES = frozenset({"same-origin", "none"})


def register(app: Flask, *, settings: Settings) -> None:
    """Bind the extensions to the application."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # checked below, so that a page can show itself again
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a parent may wait three hours
        WTF_CSRF_SSL_STRICT=False,  # our Referrer-Policy sends no referrer to compare
        WTF_I18N_ENABLED=False,  # WTForms has no Vietnamese; every message is our own
        RATELIMIT_STORAGE_URI=_storage(settings.redis_url.get_secret_value()),
        RATELIMIT_STORAGE_OPTIONS={
            "socket_connect_timeout": settings.redis_timeout_seconds,
            "socket_timeout": settings.redis_timeout_seconds,
        },
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_HEADERS_ENABLED=False,
        RATELIMIT_KEY_PREFIX="enrol",
    )
    app.before_request(_read_form)
    csrf.init_app(app)
    cookies.register(app)
    limiter.init_app(app)
    _check_at_the_views_only(app)
    app.before_request(_check_sender)


def _check_at_the_views_only(app: Flask) -> None:
    """Take away the limiter's question before every request whether some limit stands for it.

    No limit stands for the whole application or a blueprint: each is on its view and is checked
    there. The question cost every page a tenth of a millisecond.
    """
    app.before_request_funcs[None] = [
        function
        for function in app.before_request_funcs[None]
        if getattr(function, "__self__", None) is not limiter
    ]


def _storage(redis_url: str) -> str:
    return "redis+" + redis_url if redis_url.startswith("unix://") else redis_url


def _read_form() -> None:
    """Refuse a form that is too large or broken before anything counts it.

    A limit's key is read from the form, and to the limiter every exception there means that Redis
    is gone: one such form would make this process count in its own memory for a while.
    """
    if request.method in _CHANGING:
        allow_files()
        is_odd = any(_NUL in part for sent in request.form.items(multi=True) for part in sent)
    else:
        is_odd = False
    if is_odd or _NUL in request.path or b"%00" in request.query_string:
        abort(400)  # PostgreSQL keeps no such text, and nobody types it


def _check_sender() -> None:
    """Refuse what another site sends; a page that can show itself again only notes a lost token.

    A view marked with ``asking.asks_again`` validates a ``PageForm``, which fails while the token
    is bad: what was typed comes back with a fresh token and nothing is changed.
    """
    if request.method not in _CHANGING or request.endpoint is None:
        return
    if request.headers.get("Sec-Fetch-Site", "none") not in _OWN_PAGES:
        raise CSRFError("another site")
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "changes_nothing", False):
        return
    try:
        csrf.protect()
    except CSRFError:
        if not getattr(view, "asks_again", False):
            raise
        g.token_was_lost = True
