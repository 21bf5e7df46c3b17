"""Our two style sheets, named by their content so that a phone fetches each of them once."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

import flask_bootstrap
from flask import Flask, Response, request, url_for
from werkzeug.exceptions import NotFound

_OWN = Path(__file__).resolve().parent / "static"
_BOOTSTRAP = Path(flask_bootstrap.__file__).resolve().parent / "static" / "bootstrap5" / "css"
_SHEETS = {
    "bootstrap.css": _BOOTSTRAP / "bootstrap.min.css",
    "enrol.css": _OWN / "enrol.css",
}
_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_A_WHILE = "public, max-age=300"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file held in memory, plain and compressed."""

    name: str
    body: bytes
    compressed: bytes


def register(app: Flask) -> None:
    """Serve the style sheets under names that change when they do, and under their plain names for
    published result pages, which outlive a release.
    """
    assets = {sheet: _asset(sheet, path) for sheet, path in _SHEETS.items()}
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


def _asset(sheet: str, path: Path) -> Asset:
    body = path.read_bytes()
    stem, _, ending = sheet.rpartition(".")
    name = f"{stem}.{hashlib.sha256(body).hexdigest()[:12]}.{ending}"
    return Asset(name, body, gzip.compress(body, compresslevel=9, mtime=0))


def _served(asset: Asset, *, keep: str) -> Response:
    response = Response(mimetype="text/css")
    if request.accept_encodings.quality("gzip") > 0:
        response.set_data(asset.compressed)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response.set_data(asset.body)
    response.headers["Cache-Control"] = keep
    response.headers["Vary"] = "Accept-Encoding"
    return response
