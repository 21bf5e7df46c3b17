"""The pages: what every audience shares, then one package an audience."""

from flask import Flask
from flask_security import UserDatastore
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from enrol.config import Settings
from enrol.web import (
    assets,
    busy,
    door,
    errors,
    extensions,
    health,
    large,
    locale,
    metrics,
    numbers,
    office,
    parents,
    partners,
    policies,
    public,
    quick_door,
    schools,
    security,
    spoken_templates,
    staff,
)

MAX_BODY_BYTES = 1024 * 1024
"""Pages post a few kilobytes; a route that takes a file states its own limit."""


__all__ = ["partners", "register"]


def register(app: Flask, *, settings: Settings, staff_accounts: UserDatastore) -> None:
    """Put the pages on the application: headers, languages, errors, then every audience.

    ``staff_accounts`` is what Flask-Security signs in with; pages never import the store.
    """
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    spoken_templates.register(app)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    numbers.register(app)
    metrics.register(app, settings=settings)
    security.register(app, settings=settings)
    extensions.register(app, settings=settings)
    locale.register(app, settings=settings)
    policies.register(app)
    assets.register(app, settings=settings)
    errors.register(app)
    health.register(app)
    door.register(app)
    public.register(app)
    parents.register(app)
    staff.register(app, settings=settings, staff_accounts=staff_accounts)
    office.register(app)
    schools.register(app)
    busy.register(app)
    large.register(app)
    quick_door.register(app, settings=settings)
