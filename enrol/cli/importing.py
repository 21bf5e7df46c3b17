"""Commands for the office's data: import files, issue secrets, open accounts of officers."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click
from flask import Flask

from enrol.adapters.import_folder import ImportFolder
from enrol.adapters.secret_letters import SecretLetterFile
from enrol.cli.context import application
from enrol.core.actors import System
from enrol.core.names import clean_text
from enrol.factory import Adapters
from enrol.services import appointing, importing, issuing, signing_in_staff
from enrol.services.import_rows.faults import Fault
from enrol.services.import_rows.staff import ROLES
from enrol.services.refusals import NotFound

_SHOWN_WARNINGS = 20
_ACTOR = System(label="system:command")


@click.command("import")
@click.argument(
    "folder",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, readable=True, path_type=Path),
)
@click.option("--all-warnings", is_flag=True, help="Show every warning, not only the first ones.")
def import_(*, folder: Path, all_warnings: bool) -> None:
    """Load the office's files in DIR (docs/import-files.md): all of them or nothing.

    Every bad row is named as FILE:LINE: reason; then the exit status is 2 and nothing is kept.
    Loading the same files again changes nothing.
    """
    warnings = _Warnings(limit=None if all_warnings else _SHOWN_WARNINGS)
    with application(), _readable(folder):
        files = ImportFolder(directory=folder)
        try:
            results = importing.import_files(files=files, actor=_ACTOR, warn=warnings)
        except importing.NothingToImport:
            _refuse(f"{folder}: none of the files of docs/import-files.md is there")
        except importing.ImportRefused as refusal:
            _name_strangers(files)
            for fault in refusal.faults:
                click.echo(str(fault), err=True)
            _refuse(f"nothing was imported: {len(refusal.faults)} bad rows")
    _name_strangers(files)
    warnings.sum_up()
    for result in results:
        rows = "" if result.rows is None else f"{result.rows} rows, "
        click.echo(f"{result.table}: {rows}{result.added} added, {result.changed} changed")


@click.command("issue-secrets")
@click.option("--intake", "intake_code", metavar="CODE", help="Who may register in this intake.")
@click.option("--unit", "unit_code", metavar="CODE", help="Only children with a residence there.")
@click.option("--reissue", "pupil_code", metavar="PUPIL_CODE", help="A new secret for one child.")
@click.option(
    "--out",
    "path",
    metavar="FILE.csv",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the secrets go, readable by you alone. The only place where they ever stand.",
)
def issue_secrets(
    *, intake_code: str | None, unit_code: str | None, pupil_code: str | None, path: Path
) -> None:
    """Issue a secret to every child without one, and write the list from which letters are printed.

    Running it again goes on with children who came later. A new secret ends the old one.
    """
    if (intake_code is None) == (pupil_code is None) or (pupil_code and unit_code):
        raise click.UsageError("give --intake (and --unit if you like), or --reissue")
    with application() as app, _letters(path) as letters:
        secrets = _adapters(app).secrets
        try:
            if pupil_code is not None:
                issuing.reissue_secret(
                    pupil_code=clean_text(pupil_code),
                    letters=letters,
                    secrets=secrets,
                    actor=_ACTOR,
                )
                issued = 1
            else:
                issued = issuing.issue_secrets(
                    intake_code=clean_text(intake_code or ""),
                    unit_code=unit_code,
                    letters=letters,
                    secrets=secrets,
                    actor=_ACTOR,
                )
        except NotFound as missing:
            _refuse(f"there is no such {missing}")
    click.echo(f"{path}: {issued} secrets; keep the file safe, delete it when the letters are out")


@click.command("staff-password")
@click.argument("email")
def staff_password(*, email: str) -> None:
    """Give an officer a password for one sign-in and print it once.

    Earlier sessions end. The first page after signing in asks for a password of one's own.
    """
    with application() as app:
        try:
            password = signing_in_staff.issue_password(
                email=clean_text(email), passwords=_adapters(app).staff_passwords
            )
        except NotFound:
            _refuse("there is no active account with this e-mail")
    click.echo(password)


@click.command("create-officer")
@click.option("--email", required=True)
@click.option("--name", "full_name", required=True, metavar="FULL NAME")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--unit", "unit_code", metavar="CODE", help="For officers of a city or ward.")
@click.option("--school", "school_code", metavar="CODE", help="For officers of a school.")
def create_officer(
    *, email: str, full_name: str, role: str, unit_code: str | None, school_code: str | None
) -> None:
    """Open an officer's account and print a password for one sign-in.

    The unit or school must have been imported before.
    """
    with application() as app:
        try:
            password = appointing.appoint_officer(
                email=email,
                full_name=full_name,
                role=role,
                unit_code=unit_code,
                school_code=school_code,
                passwords=_adapters(app).staff_passwords,
                actor=_ACTOR,
            )
        except appointing.OfficerRefused as refusal:
            _refuse("; ".join(refusal.reasons))
    click.echo(password)


class _Warnings:
    """Shows the first warnings and counts the rest."""

    def __init__(self, *, limit: int | None) -> None:
        self._limit = limit
        self._heard = 0

    def __call__(self, fault: Fault) -> None:
        self._heard += 1
        if self._limit is None or self._heard <= self._limit:
            click.echo(f"warning: {fault}", err=True)

    def sum_up(self) -> None:
        if self._limit is not None and self._heard > self._limit:
            hidden = self._heard - self._limit
            click.echo(f"warning: {hidden} more; --all-warnings shows them", err=True)


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        _refuse(f"{error.filename or folder}: {error.strerror or 'cannot be read'}")


@contextmanager
def _letters(path: Path) -> Iterator[SecretLetterFile]:
    try:
        with SecretLetterFile(path=path) as letters:
            yield letters
    except OSError as error:
        _refuse(
            f"{error.filename or path}: {error.strerror or 'is there already; choose a new name'}"
        )


def _name_strangers(files: ImportFolder) -> None:
    for name in files.strangers():
        click.echo(f"warning: {name} is no file of docs/import-files.md; not read", err=True)


def _adapters(app: Flask) -> Adapters:
    wired: Adapters = app.extensions["enrol_adapters"]
    return wired


def _refuse(message: str) -> NoReturn:
    sys.stdout.flush()
    click.echo(message, err=True)
    raise click.exceptions.Exit(2)
