"""``enrol erase`` and ``enrol breach-report``: privacy over time."""

import csv
import os
from datetime import UTC, datetime
from pathlib import Path

import click

from enrol.cli.context import application
from enrol.services import erasing, reporting_breaches

_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
_NOT_CLEAR = 2


@click.command("erase")
@click.option("--dry-run", is_flag=True, help="Say what would go; change nothing.")
@click.option("--apply", is_flag=True, help="Erase it, for good.")
def erase(*, dry_run: bool, apply: bool) -> None:
    """Erase personal data of ended intakes whose period is over (docs/operations.md).

    Codes, numbers, digests, the frozen list and the bundle stay. May be stopped and begun again.
    Ends with 0, or with 2 unless exactly one of the two options is given.
    """
    if dry_run == apply:
        click.echo("say either --dry-run or --apply", err=True)
        raise click.exceptions.Exit(_NOT_CLEAR)
    with application() as app:
        documents = app.extensions["enrol_adapters"].documents
        due = erasing.due()
        for one in due:
            step = one.step
            click.echo(
                f"{step.table}: {one.rows} rows, {step.days} days after the end;"
                f" goes: {step.goes}; stays: {step.stays}"
            )
        if dry_run:
            click.echo(f"files without a row: {len(erasing.orphans(documents=documents))}")
            click.echo("nothing was changed")
            return
        done = erasing.erase(
            documents=documents,
            tell=lambda table, rows: click.echo(f"erased {rows} of {table}", err=True),
        )
    click.echo(f"erased {sum(done.values())} rows and files")


@click.command("breach-report")
@click.option("--since", type=click.DateTime(_MOMENTS), required=True, help="In UTC.")
@click.option("--until", type=click.DateTime(_MOMENTS), required=True, help="In UTC, not included.")
@click.option("--officer", "officers", multiple=True, metavar="EMAIL", help="Only this account.")
@click.option("--contact", is_flag=True, help="Add names and telephone numbers of the families.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A new CSV file.")
def breach_report(
    *, since: datetime, until: datetime, officers: tuple[str, ...], contact: bool, out: Path
) -> None:
    """Write whose data were read or taken as a file in a time, by whom, for the authority.

    Codes only, unless --contact. The file is for its owner alone (mode 0600) and never replaces
    another. Ends with 2 for an unknown account, a time that ends before it begins, or a file that
    is there.
    """
    if until <= since or out.exists():
        click.echo("--until must come after --since, and --out must be a new file", err=True)
        raise click.exceptions.Exit(_NOT_CLEAR)
    with application():
        unknown = reporting_breaches.unknown_officers(emails=officers)
        if unknown:
            click.echo(f"no such account: {', '.join(unknown)}", err=True)
            raise click.exceptions.Exit(_NOT_CLEAR)
        rows = _write(since, until, officers, with_contact=contact, out=out)
    click.echo(f"{rows} rows in {out.name}")


def _write(
    since: datetime, until: datetime, officers: tuple[str, ...], *, with_contact: bool, out: Path
) -> int:
    heading = reporting_breaches.COLUMNS + (reporting_breaches.CONTACT if with_contact else ())
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    written = 0
    with (
        os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file,
        reporting_breaches.breach_rows(
            since=since.replace(tzinfo=UTC),
            until=until.replace(tzinfo=UTC),
            officers=officers,
            with_contact=with_contact,
        ) as found,
    ):
        writer = csv.writer(file)
        writer.writerow(heading)
        for row in found:
            writer.writerow(row)
            written += 1
    return written
