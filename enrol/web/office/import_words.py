"""What an import says, in the officer's language: tables, states, and why a row cannot be taken.

Reasons are English sentences with codes in them (``services/import_rows``, ``adapters/tables`` and
their like). Each is known here by its wording, so it comes out in the language of the page; one
that is not known comes out as it is.
"""

import re
from functools import cache

from enrol.web.locale import gettext as _
from enrol.web.locale import spoken
from enrol.web.office.import_reasons import REASONS

_COLUMN = re.compile(r"(?P<column>[a-z_]+(, [a-z_]+)*): ")
_VALUE = re.compile(r"%\((\w+)\)s")
_END = r"(?=; |$)"


def table_word(table: str) -> str:
    """Return what a table is called."""
    return {
        "units": _("Wards and communes"),
        "zones": _("Zones"),
        "boundaries": _("Boundaries"),
        "residential_groups": _("Residential groups"),
        "schools": _("Schools"),
        "intakes": _("Intakes"),
        "seat_plans": _("Seats of the schools"),
        "intake_zones": _("Zones of the intakes"),
        "children": _("Children"),
        "residences": _("Residences of the children"),
        "guardians": _("Parents and guardians"),
        "staff": _("Officers"),
        "writing": _("Writing"),
    }.get(table, table)


def import_tag(state: str) -> tuple[str, str]:
    """Return the kind of tag and the word of an import's state."""
    return {
        "pending": ("plain", _("Waiting to be checked")),
        "checking": ("now", _("Being checked")),
        "checked": ("care", _("Checked, not applied yet")),
        "refused": ("bad", _("Bad rows: nothing was kept")),
        "ordered": ("plain", _("Waiting to be applied")),
        "applying": ("now", _("Being applied")),
        "applied": ("good", _("Applied")),
        "dropped": ("plain", _("Dropped")),
        "failed": ("bad", _("Failed")),
    }[state]


def reason_words(reason: str) -> str:
    """Return why a row cannot be taken: every sentence that is known, the rest as it is."""
    told: list[str] = []
    rest = reason
    while rest:
        column = _COLUMN.match(rest)
        begin = column.end() if column else 0
        found = _first(rest, begin)
        if found is None:
            told.append(rest)
            break
        sentence, end = found
        told.append(f"{column['column']}: {sentence}" if column else sentence)
        rest = rest[end:].removeprefix("; ")
    return "; ".join(told)


def _first(text: str, begin: int) -> tuple[str, int] | None:
    for pattern, sentence in _patterns(spoken()):
        match = pattern.match(text, begin)
        if match:
            return sentence % match.groupdict(), match.end()
    return None


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return every known wording with its sentence in a language, the longest first."""
    del language  # what ``gettext`` returns depends on it
    return tuple(
        (re.compile(_wording(message)), _(message)) for message in sorted(REASONS, key=_length)
    )


def _length(message: str) -> int:
    return -len(message)


def _wording(english: str) -> str:
    parts = _VALUE.split(english)
    named = (
        f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)
    )
    return "".join(named) + _END
