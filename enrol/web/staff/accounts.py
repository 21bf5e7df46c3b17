"""Staff sign-in: Flask-Security with our rules, our addresses, our words and our look."""

import base64
import hashlib
import hmac
from datetime import timedelta
from pathlib import Path
from typing import Any
from unicodedata import normalize

import flask_babel
from babel.support import NullTranslations
from flask import Flask, Response, current_app, render_template, request, session
from flask_limiter import Limiter
from flask_security import (
    ChangePasswordForm,
    LoginForm,
    MailUtil,
    Security,
    UserDatastore,
    WebauthnUtil,
    current_user,
)
from flask_security.babel import FsDomain
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from wtforms.form import BaseForm

from enrol.config import Settings
from enrol.web.asking import PAGE
from enrol.web.extensions import limiter
from enrol.web.security import CONTENT_SECURITY_POLICY

PREFIX = "/can-bo"
PASSWORD_LENGTH = 15
"""NIST SP 800-63B-4: fifteen characters when a password may be the only factor."""
FRESH_FOR = timedelta(minutes=15)
"""How long after a password or passkey a risky step is taken without asking again."""
GUESSES = "10 per 15 minutes"

_SCRIPT = (Path(__file__).resolve().parent.parent / "static" / "passkeys.js").read_bytes()
_GUESSED = ("login", "verify", "two_factor_token_validation", "mf_recovery")
_ACCEPTED = 303
_FOUND = 302


class StaffLoginForm(LoginForm):
    """E-mail and password; nobody is remembered on a desk that colleagues share."""

    remember = None  # type: ignore[assignment]  # takes the field away


class OwnPasswordForm(ChangePasswordForm):
    """The library compares the new password with the old one before it normalises the new one."""

    def validate(self, **options: Any) -> bool:
        """Tell whether the form is right, whatever spelling a keyboard gave to the letters."""
        for field in (self.new_password, self.new_password_confirm):
            field.data = normalize("NFKD", field.data or "")
        return bool(super().validate(**options))


class NoMail(MailUtil):
    """The office has no mail of its own here: nothing is ever sent about an account."""

    def send_mail(self, *_arguments: object, **_names: object) -> None:
        """Send nothing."""


class Passkeys(WebauthnUtil):
    """A passkey that signs in alone must find its account itself and check its owner."""

    def authenticator_selection(
        self,
        user: object,  # noqa: ARG002  (the library's signature)
        usage: str,
    ) -> AuthenticatorSelectionCriteria:
        """Return what a new passkey must be able to do."""
        if usage == "first":
            return AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            )
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        )


class OwnWords(FsDomain):
    """Flask-Security's messages, looked up in the same catalogs as every other text."""

    def get_translations(self) -> NullTranslations:
        """Return the catalogs of the request's language."""
        found: NullTranslations = flask_babel.get_domain().get_translations()
        return found


def register(app: Flask, *, settings: Settings, staff_accounts: UserDatastore) -> None:
    """Put the sign-in pages on the application; needs the protection of forms before it."""
    app.config.update(_rules(settings), **_addresses())
    security = Security(
        app,
        staff_accounts,
        login_form=StaffLoginForm,
        change_password_form=OwnPasswordForm,
        mail_util_cls=NoMail,
        webauthn_util_cls=Passkeys,
        render_template=_render,
    )
    security.want_json(lambda _request: False)  # pages only: no second way around them
    security.i18n_domain = OwnWords(app)  # type: ignore[no-untyped-call]
    app.jinja_env.globals.pop("_fsdomain", None)
    _keep_off_other_pages(app, security)
    _limit_guesses(app, limiter)
    app.add_url_rule(f"{PREFIX}/khoa.js", "passkey_script", _script)
    app.after_request_funcs.setdefault("security", []).extend((_see_other, _allow_passkey_script))


def _rules(settings: Settings) -> dict[str, Any]:
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_SALT": settings.key("staff-password").hex(),
        "SECURITY_PASSWORD_LENGTH_MIN": PASSWORD_LENGTH,
        "SECURITY_INPUT_NORMALIZE_FORM": "NFC",  # NFKD would refuse Vietnamese names of passkeys
        "SECURITY_REGISTERABLE": False,
        "SECURITY_RECOVERABLE": False,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_LOGOUT_CSRF": True,
        "SECURITY_FRESHNESS": FRESH_FOR,
        "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(minutes=5),
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": True,
        "SECURITY_TOTP_SECRETS": {"1": settings.key("staff-totp").hex()},
        "SECURITY_TOTP_ISSUER": "Enrol",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [
            base64.urlsafe_b64encode(settings.key("staff-recovery"))
        ],
        "SECURITY_WEBAUTHN": True,
        "SECURITY_WAN_RP_NAME": "Enrol",
        "SECURITY_WAN_ALLOW_AS_FIRST_FACTOR": True,
        "SECURITY_WAN_ALLOW_USER_HINTS": False,  # a hint would tell whether an account exists
        "SECURITY_CACHE_CONTROL": None,  # the house sends its own header
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "SECURITY_JOIN_USER_ROLES": False,
    }


def _addresses() -> dict[str, str]:
    pages = {
        "LOGIN": "/dang-nhap",
        "LOGOUT": "/thoat",
        "CHANGE": "/mat-khau",
        "VERIFY": "/xac-nhan",
        "TWO_FACTOR_SETUP": "/ma-xac-thuc",
        "TWO_FACTOR_TOKEN_VALIDATION": "/nhap-ma-xac-thuc",
        "TWO_FACTOR_SELECT": "/chon-cach-xac-thuc",
        "TWO_FACTOR_RESCUE": "/mat-thiet-bi",
        "MULTI_FACTOR_RECOVERY_CODES": "/ma-du-phong",
        "MULTI_FACTOR_RECOVERY": "/nhap-ma-du-phong",
        "WAN_REGISTER": "/khoa-truy-cap",
        "WAN_SIGNIN": "/dang-nhap-bang-khoa",
        "WAN_DELETE": "/xoa-khoa-truy-cap",
        "WAN_VERIFY": "/xac-nhan-bang-khoa",
    }
    views = {
        "POST_LOGIN": PREFIX,
        "POST_LOGOUT": f"{PREFIX}/dang-nhap",
        "POST_CHANGE": PREFIX,
        "POST_VERIFY": PREFIX,
    }
    return {
        "SECURITY_URL_PREFIX": PREFIX,
        **{f"SECURITY_{name}_URL": address for name, address in pages.items()},
        **{f"SECURITY_{name}_VIEW": address for name, address in views.items()},
    }


def _render(template: str, **context: Any) -> str:
    """Draw a page of Flask-Security with what is wrong in it, as our macros expect."""
    forms = [value for value in context.values() if isinstance(value, BaseForm)]
    found: list[tuple[Any, Any]] = [item for form in forms for item in form.errors.items()]
    problems = {
        name or PAGE: str(messages[0])
        for name, messages in found
        if messages and name != "csrf_token"
    }
    if current_user.is_authenticated:
        context["staff_name"] = current_user.full_name
    return render_template(template, problems=problems, **context)


def _keep_off_other_pages(app: Flask, security: Security) -> None:
    """Take away the hooks that look up staff on every page of the application.

    They would make public pages touch the session and families' pages load accounts; nothing of
    ours uses them: nobody is remembered by cookie, no page asks Flask-Principal.
    """
    app.before_request_funcs[None].remove(security.principal._on_before_request)  # noqa: SLF001
    app.after_request_funcs[None].remove(
        security.login_manager._update_remember_cookie  # noqa: SLF001
    )
    processors = app.template_context_processors[None]
    processors[:] = [item for item in processors if item.__module__ != "flask_login.utils"]


def _limit_guesses(app: Flask, guard: Limiter) -> None:
    """Let an account rest after too many failures, whichever page and address they come from."""
    decorate = guard.shared_limit(
        GUESSES, scope="staff", key_func=_account_key, methods=["POST"], deduct_when=_was_refused
    )
    for name in _GUESSED:
        endpoint = f"security.{name}"
        view: Any = decorate(app.view_functions[endpoint])
        app.view_functions[endpoint] = view


def _account_key() -> str:
    """Return whose account is guessed at, unreadable to whoever reads the counters."""
    known = session.get("_user_id") or session.get("tf_user_id")
    account = str(known) if known else request.form.get("email", "").strip().lower()
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.digest(secret, f"staff/{account}".encode(), hashlib.sha256).hex()[:32]


def _was_refused(response: Response) -> bool:
    return response.status_code != _ACCEPTED


def _see_other(response: Response) -> Response:
    """Lead on with 303, as every page of the house does: the browser never sends a form twice."""
    if response.status_code == _FOUND:
        response.status_code = _ACCEPTED
    return response


def _allow_passkey_script(response: Response) -> Response:
    """Let the pages of passkeys run the one script of the house: browsers offer no other way."""
    if (request.endpoint or "").startswith("security.wan_"):
        policy = f"{CONTENT_SECURITY_POLICY}; script-src 'self'"
        response.headers["Content-Security-Policy"] = policy
    return response


def _script() -> Response:
    response = Response(_SCRIPT, mimetype="text/javascript")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
