"""What offices and schools share: signing in, the guard of their pages, the account."""

from flask import Flask
from flask_security import UserDatastore

from enrol.config import Settings
from enrol.web.staff import (
    accounts,
    counter,
    counter_after,
    data_requests,
    exports,
    flags,
    home,
    messages,
    sessions,
)

__all__ = ["counter", "counter_after", "data_requests", "exports", "flags", "messages", "register"]


def register(app: Flask, *, settings: Settings, staff_accounts: UserDatastore) -> None:
    """Put staff sign-in on the application; comes after the protection of forms."""
    accounts.register(app, settings=settings, staff_accounts=staff_accounts)
    sessions.register(app)
    app.register_blueprint(home.blueprint)
