"""The files with which anybody checks an intake, as pages offer them."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, current_app, send_file

from enrol.services.ports import BundleFiles, OfferedFile
from enrol.services.refusals import NotFound

VERIFIER = "verify.pyz"


@dataclass(frozen=True, slots=True)
class Verifier:
    """The program that checks, as it is offered at this moment."""

    name: str
    size: int
    sha256: str


def offered_files(intake: str) -> Sequence[OfferedFile]:
    """Return bundle and verifier of an intake; nothing until they are published."""
    return _files().offered(intake=intake)


def offered_verifier(intake: str) -> Verifier:
    """Return the published verifier; before there is a bundle, the one of this release."""
    for file in offered_files(intake):
        if file.name == VERIFIER:
            return Verifier(file.name, file.size, file.sha256)
    body = _files().verifier
    return Verifier(VERIFIER, len(body), hashlib.sha256(body).hexdigest())


def download(*, intake: str, name: str) -> Response:
    """Return one of the files byte for byte. Raises NotFound for any other name."""
    for file in offered_files(intake):
        if file.name == name:
            return send_file(
                file.path, mimetype=_kind(name), as_attachment=True, download_name=name
            )
    if name != VERIFIER:
        raise NotFound
    body = io.BytesIO(_files().verifier)
    return send_file(body, mimetype=_kind(name), as_attachment=True, download_name=name)


def _kind(name: str) -> str:
    return "application/octet-stream" if name == VERIFIER else "application/zip"


def _files() -> BundleFiles:
    files: BundleFiles = current_app.extensions["enrol_adapters"].bundles
    return files
