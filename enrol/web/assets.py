"""Our style sheets and the office's emblem, named by their content: a phone fetches each once."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

import flask_bootstrap
from flask import Flask, Response, request, url_for
from werkzeug.exceptions import NotFound

from enrol.config import Settings

_OWN = Path(__file__).resolve().parent / "static"
_BOOTSTRAP = Path(flask_bootstrap.__file__).resolve().parent / "static" / "bootstrap5" / "css"
_SHEETS = {
    "bootstrap.css": _BOOTSTRAP / "bootstrap.min.css",
    "enrol.css": _OWN / "enrol.css",
    "still.css": _OWN / "still.css",
    "wall.css": _OWN / "wall.css",
}
_TYPES = {"css": "text/css", "svg": "image/svg+xml", "png": "image/png"}
_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_A_WHILE = "public, max-age=300"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file held in memory, plain and compressed."""

    name: str
    mimetype: str
    body: bytes
    compressed: bytes


def register(app: Flask, *, settings: Settings) -> None:
    """Serve the style sheets under names that change when they do, and under their plain names for
    published result pages, which outlive a release.
    """
    assets = {sheet: _asset(sheet, body) for sheet, body in style_sheets(settings).items()}
    if settings.emblem is not None:
        emblem = f"emblem{settings.emblem.suffix}"
        assets[emblem] = _asset(emblem, settings.emblem.read_bytes())
        app.jinja_env.globals["emblem"] = emblem
    else:
        app.jinja_env.globals["emblem"] = ""
    by_name = {asset.name: asset for asset in assets.values()}

    def static(name: str) -> Response:
        if name in by_name:
            return _served(by_name[name], keep=_FOR_EVER)
        if name in assets:
            return _served(assets[name], keep=_FOR_A_WHILE)
        raise NotFound

    def asset_url(sheet: str) -> str:
        return url_for("static", name=assets[sheet].name)

    app.add_url_rule("/static/<name>", "static", static)
    app.jinja_env.globals["asset_url"] = asset_url


def style_sheets(settings: Settings) -> dict[str, bytes]:
    """Return every style sheet by its plain name, our own with the office's colour."""
    colour = _own_colour(settings.accent)
    return {
        sheet: path.read_bytes() + (colour if path.parent == _OWN else b"")
        for sheet, path in _SHEETS.items()
    }


def _asset(name: str, body: bytes) -> Asset:
    stem, _, ending = name.rpartition(".")
    unique = f"{stem}.{hashlib.sha256(body).hexdigest()[:12]}.{ending}"
    return Asset(unique, _TYPES[ending], body, gzip.compress(body, compresslevel=9, mtime=0))


def _own_colour(accent: str) -> bytes:
    """Return the lines that put the office's colour in place of ours; dark mode keeps its own."""
    rgb = ", ".join(str(int(accent[at : at + 2], 16)) for at in (1, 3, 5))
    return (
        f":root {{ --masthead: {accent}; }}\n"
        "@media not (prefers-color-scheme: dark) { :root {"
        f" --accent: {accent}; --bs-link-color-rgb: {rgb}; }} }}\n"
    ).encode()


def _served(asset: Asset, *, keep: str) -> Response:
    response = Response(mimetype=asset.mimetype)
    if request.accept_encodings.quality("gzip") > 0:
        response.set_data(asset.compressed)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response.set_data(asset.body)
    response.headers["Cache-Control"] = keep
    response.headers["Vary"] = "Accept-Encoding"
    return response
