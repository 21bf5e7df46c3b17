"""The ``.po`` files of a language, read as they are: nothing to compile, nothing to go stale."""

from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations


def read_catalogs(directory: Path) -> NullTranslations:
    """Return all messages of the ``.po`` files in a directory, in the order of their names."""
    merged: Translations | None = None
    for path in sorted(directory.glob("*.po")):
        compiled = BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file))
        compiled.seek(0)
        catalog = Translations(compiled)
        merged = merged.merge(catalog) if merged else catalog
    return merged or NullTranslations()
