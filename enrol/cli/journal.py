"""``enrol verify-journal``: is the journal still what was written?"""

import click

from enrol.cli.context import application
from enrol.services import auditing


@click.command("verify-journal")
@click.option(
    "--head",
    metavar="HEX",
    help="A head noted earlier: the journal must still contain it (shows a rewritten journal).",
)
def verify_journal(*, head: str | None) -> None:
    """Walk every seal of the journal; ends with 1 and names the first altered entry."""
    with application():
        report = auditing.verify_journal(known_head=head.lower() if head else None)
    click.echo(
        f"{report.entries} entries in {report.seals} seals, {report.unsealed} not yet sealed"
    )
    click.echo(f"head {report.head}")
    if report.fault is None:
        click.echo("the journal is whole")
        return
    where = f"seal {report.fault.seal}"
    if report.fault.entry_id is not None:
        where += f", entry {report.fault.entry_id}"
    click.echo(f"THE JOURNAL WAS ALTERED: {where}: {report.fault.reason}", err=True)
    raise click.exceptions.Exit(1)
