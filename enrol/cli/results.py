"""``enrol export-results``: the published pages as a directory for any web server or mirror."""

from pathlib import Path

import click

from enrol.adapters.result_export import (
    NothingPublished,
    count_files,
    export_edition,
    published_intakes,
)
from enrol.cli.context import load_settings
from enrol.web.assets import style_sheets


@click.command("export-results")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--intake", "chosen", metavar="CODE", help="Only this intake; otherwise every one.")
def export_results(*, directory: Path, chosen: str | None) -> None:
    """Write the published result pages and lists below DIRECTORY, each with a packed copy.

    Serve DIRECTORY/CODE/current: it changes in one step, when an edition is complete. Needs no
    database. Running it again writes only what is new.
    """
    settings = load_settings()
    results = settings.results_directory
    intakes = [chosen] if chosen else published_intakes(results=results)
    if not intakes:
        raise click.ClickException(f"nothing is published in {results}")
    sheets = {f"static/{name}": body for name, body in style_sheets(settings).items()}
    for intake in intakes:
        total = count_files(results=results, intake=intake)
        with click.progressbar(length=total, label=intake) as bar:
            try:
                served = export_edition(
                    results=results,
                    intake=intake,
                    into=directory,
                    extra=sheets,
                    note=lambda _done, bar=bar: bar.update(1),  # type: ignore[misc]
                )
            except NothingPublished:
                raise click.ClickException(f"intake {intake} has no published pages") from None
        click.echo(f"{served}: {total} files")
