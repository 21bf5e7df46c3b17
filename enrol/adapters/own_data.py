"""The copy of one child's data: JSON for machines, a plain page for people, in one archive."""

import io
import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

Held = Mapping[str, Sequence[Mapping[str, Any]]]


def data_archive(held: Held, *, title: str, language: str) -> bytes:
    """Return a ZIP with ``data.json`` and ``data.html``; every value is escaped."""
    body = io.BytesIO()
    with ZipFile(body, "w", ZIP_DEFLATED) as archive:
        text = json.dumps(held, ensure_ascii=False, indent=1, sort_keys=True, default=str)
        archive.writestr(ZipInfo("data.json"), text, ZIP_DEFLATED)
        archive.writestr(ZipInfo("data.html"), _page(held, title, language), ZIP_DEFLATED)
    return body.getvalue()


def _page(held: Held, title: str, language: str) -> str:
    parts = [
        f'<!doctype html><html lang="{escape(language)}"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{escape(title)}</title><h1>{escape(title)}</h1>",
    ]
    for table, rows in held.items():
        parts.append(f"<h2>{escape(table)}</h2>")
        for row in rows:
            parts.append("<dl>")
            parts += [
                f"<dt>{escape(name)}</dt><dd>{escape(_said(value))}</dd>"
                for name, value in row.items()
                if value not in (None, "", [], {})
            ]
            parts.append("</dl><hr>")
    return "\n".join(parts)


def _said(value: Any) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
