"""Static pages by Jinja, in both languages: no request, no session, everything escaped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.support import NullTranslations
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from enrol.adapters.catalogs import read_catalogs

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_SHOWN_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Sender:
    """Who speaks on the pages."""

    office_name: str
    office_name_en: str
    helpline: str


class JinjaPages:
    """Renders the templates that are published as files."""

    def __init__(self, *, templates: Path, translations: Path, sender: Sender) -> None:
        # Made when first used: most processes never render a page.
        self._make = partial(
            _environment, templates=templates, translations=translations, sender=sender
        )
        self._made: dict[str, Environment] = {}

    def render(self, *, template: str, language: str, values: Mapping[str, object]) -> bytes:
        if language not in self._made:
            self._made[language] = self._make(language)
        return self._made[language].get_template(template).render(values).encode("utf-8")


def _environment(
    language: str, *, templates: Path, translations: Path, sender: Sender
) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    words = _Words(read_catalogs(translations / language / "LC_MESSAGES"))
    is_english = language == "en"
    environment.globals.update(
        lang=language,
        _=words.gettext,
        ngettext=words.ngettext,
        office_name=sender.office_name_en if is_english else sender.office_name,
        helpline=sender.helpline,
        named=_english_name if is_english else _name,
    )
    environment.filters.update(moment=_moment, day=_day, metres=_metres_in(language), short=_short)
    return environment


class _Words:
    """The messages of one language, looked up once: Jinja's own extension takes twice the time."""

    def __init__(self, catalog: NullTranslations) -> None:
        self._catalog = catalog
        self._known: dict[str, Markup] = {}

    def gettext(self, message: str, **values: object) -> Markup:
        """Return a message; its values are escaped, its own words are ours."""
        if message not in self._known:
            self._known[message] = Markup(self._catalog.gettext(message))  # noqa: S704
        return self._known[message] % values if values else self._known[message]

    def ngettext(self, one: str, many: str, num: int) -> Markup:
        """Return the form of a message for this number, which it may name ``num``."""
        return Markup(self._catalog.ngettext(one, many, num)) % {"num": num}  # noqa: S704


def _name(thing: Mapping[str, str]) -> str:
    return thing["name"]


def _english_name(thing: Mapping[str, str]) -> str:
    return thing["name_en"] or thing["name"]


def _moment(instant: datetime) -> str:
    return f"{instant.astimezone(VIETNAM):%d/%m/%Y\N{NO-BREAK SPACE}%H:%M}"


def _day(instant: datetime) -> str:
    return f"{instant.astimezone(VIETNAM):%d/%m/%Y}"


def _metres_in(language: str) -> Callable[[int], str]:
    mark = "." if language == "en" else ","

    def metres(distance: int) -> str:
        if distance < 1000:
            return f"{distance} m"
        return f"{distance / 1000:.1f} km".replace(".", mark)

    return metres


def _short(number: str) -> str:
    """Return the beginning of a lottery number in groups: enough to compare two by eye."""
    return " ".join(number[at : at + 4] for at in range(0, _SHOWN_DIGITS, 4))
