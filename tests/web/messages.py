"""The messages of pages and letters, and the Vietnamese that each of them needs.

``python -m tests.web.messages`` prints what has no Vietnamese yet, ready to paste into a catalog.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

ROOT = Path(__file__).resolve().parents[2]
CATALOGS = ROOT / "enrol" / "translations" / "vi" / "LC_MESSAGES"

_METHODS = {
    "enrol": [("web/**.py", "python"), ("adapters/**.py", "python"), ("cli/**.py", "ignore")],
    "templates": [("**.html", "jinja2"), ("**.txt", "jinja2")],
}
_KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None}


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """One message where it is used; ``plural`` is empty for most."""

    path: str
    line: int
    text: str
    plural: str


def used_messages() -> Iterator[Message]:
    """Yield every message that code and templates ask for."""
    for directory, methods in _METHODS.items():
        found = extract_from_dir(ROOT / directory, method_map=methods, keywords=_KEYWORDS)
        for path, line, text, _comments, _context in found:
            singular, plural = (text, "") if isinstance(text, str) else (text[0], text[1])
            if singular:
                yield Message(f"{directory}/{path}", line, singular, plural)


def vietnamese() -> dict[str, str]:
    """Return the Vietnamese of every message in the catalogs."""
    known: dict[str, str] = {}
    for path in sorted(CATALOGS.glob("*.po")):
        for entry in polib.pofile(str(path)):
            if not entry.fuzzy and not entry.obsolete:
                known[entry.msgid] = entry.msgstr or entry.msgstr_plural.get(0, "")
    return known


def main() -> None:
    """Print the messages without Vietnamese as entries of a catalog."""
    known = vietnamese()
    missing: dict[str, Message] = {}
    for message in sorted(used_messages()):
        if not known.get(message.text):
            missing.setdefault(message.text, message)
    for message in missing.values():
        entry = polib.POEntry(
            msgid=message.text,
            occurrences=[(message.path, str(message.line))],
            **(
                {"msgid_plural": message.plural, "msgstr_plural": {0: ""}} if message.plural else {}
            ),
        )
        sys.stdout.write(f"{entry}\n")


if __name__ == "__main__":
    main()
