"""Languages: Vietnamese first, English second, switched on any page without losing what was
typed.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.support import NullTranslations
from flask import Flask, Response, current_app, g, request
from flask_babel import Babel, Domain, get_locale, get_translations
from werkzeug.exceptions import HTTPException

from enrol.adapters.catalogs import read_catalogs
from enrol.config import Settings
from enrol.services.phones import spoken_phone

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
DEFAULT = "vi"
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

_COOKIE = "lang"
_YEAR = 365 * 24 * 3600
_CATALOGS = Path(__file__).resolve().parent.parent / "translations"


def gettext(message: str, **variables: object) -> str:
    """Return a message in the language of the request (import it as ``_``)."""
    found = messages().gettext(message)
    return found % variables if variables else found


def ngettext(singular: str, plural: str, number: int, **variables: object) -> str:
    """Return a message that counts."""
    return messages().ngettext(singular, plural, number) % {"num": number, **variables}


def messages() -> NullTranslations:
    """Return the messages of the request's language, looked up once a request: a page asks for
    dozens.
    """
    found: NullTranslations | None = g.get("messages")
    if found is None:
        found = g.messages = get_translations()
    return found


class Catalogs(Domain):  # type: ignore[misc]
    """The ``.po`` files of a language, read as they are: nothing to compile, nothing to go stale.

    Every audience keeps its own file; a message is the same wherever it stands.
    """

    def get_translations(self) -> NullTranslations:
        """Return the messages of the request's language (English is the source)."""
        language = spoken()
        if language not in self.cache:
            self.cache[language] = read_catalogs(_CATALOGS / language / "LC_MESSAGES")
        found: NullTranslations = self.cache[language]
        return found


class _Babel(Babel):  # type: ignore[misc]
    @cached_property
    def domain_instance(self) -> Catalogs:
        return Catalogs()


def register(app: Flask, *, settings: Settings) -> None:
    """Choose the language of every request and give the templates their words and numbers."""
    speak(app, choose=_selected)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: messages().gettext(text),
        ngettext=lambda one, many, number: messages().ngettext(one, many, number),
        newstyle=True,
    )
    app.jinja_env.filters.update(
        date=format_date,
        moment=format_moment,
        number=format_number,
        metres=format_metres,
        phone=spoken_phone,
    )

    def words() -> dict[str, object]:
        language = spoken()
        return {
            "lang": language,
            "languages": LANGUAGES,
            "named": named,
            "address_in": address_in,
            "office_name": settings.office_name if language == "vi" else settings.office_name_en,
            "helpline": settings.helpline,
        }

    app.context_processor(words)
    app.after_request(_remember)


def speak(app: Flask, *, choose: Callable[[], str]) -> None:
    """Let the words of an application be in the language that ``choose`` names for a request."""
    _Babel(
        app,
        default_locale=DEFAULT,
        default_timezone="Asia/Ho_Chi_Minh",
        locale_selector=choose,
    )


def spoken() -> str:
    """Return the language of this request: ``vi`` or ``en``; asked dozens of times a page."""
    found: str | None = g.get("spoken")
    if found is None:
        locale = get_locale()
        found = g.spoken = str(locale.language) if locale else DEFAULT
    return found


def named(thing: object) -> str:
    """Return the name of a school, zone, unit or intake in the language of the page."""
    english = getattr(thing, "name_en", "")
    return str(english) if spoken() == "en" and english else str(getattr(thing, "name", ""))


def address_in(language: str) -> str:
    """Return the address of this page in another language."""
    arguments = {key: value for key, value in request.args.items() if key != "lang"}
    return f"{request.path}?{urlencode({**arguments, 'lang': language})}"


def format_date(day: date) -> str:
    """Return a date as 01/07/2026."""
    return f"{day:%d/%m/%Y}"


def format_moment(instant: datetime) -> str:
    """Return an instant in Hanoi's time: 01/07/2026 08:00."""
    return f"{instant.astimezone(VIETNAM):%d/%m/%Y\N{NO-BREAK SPACE}%H:%M}"


def format_number(number: int) -> str:
    """Return a whole number with the language's thousands mark: 1.234 or 1,234."""
    grouped = f"{number:,}"
    return grouped.replace(",", ".") if spoken() == "vi" else grouped


def format_metres(metres: int) -> str:
    """Return a distance as 850 m or 1,2 km (1.2 km in English)."""
    if metres < 1000:
        return f"{metres}\N{NO-BREAK SPACE}m"
    kilometres = f"{metres / 1000:.1f}\N{NO-BREAK SPACE}km"
    return kilometres.replace(".", ",") if spoken() == "vi" else kilometres


def _selected() -> str:
    asked = _asked()
    if asked in LANGUAGES:
        g.asked_language = asked
        return asked
    kept = request.cookies.get(_COOKIE)
    return kept if kept in LANGUAGES else DEFAULT


def _asked() -> str | None:
    if request.method != "POST":
        return request.args.get("lang")
    try:
        return request.form.get("lang")
    except HTTPException:  # too large or broken: the error page still needs a language
        return None


def _remember(response: Response) -> Response:
    asked = g.get("asked_language")
    if asked is not None:
        response.set_cookie(
            _COOKIE,
            asked,
            max_age=_YEAR,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        response.headers["Cache-Control"] = "no-store"
    return response
