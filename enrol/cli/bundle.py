"""``enrol bundle``: the file that lets anybody check an intake's result."""

from pathlib import Path

import click

from enrol.adapters.bundle_files import VERIFIER, write_zip
from enrol.adapters.verifier_file import build_verifier
from enrol.cli.context import application
from enrol.factory import Adapters
from enrol.services.bundling import BuiltBundle, BundleDiffers, build_bundle, offer_bundle
from enrol.services.phases import WrongPhase
from enrol.services.ports import BundleFiles
from enrol.services.refusals import NotFound


@click.command()
@click.argument("intake")
@click.option(
    "--out",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="B.zip",
    help="Where to write; a file of that name is replaced.",
)
@click.option(
    "--publish",
    is_flag=True,
    help=f"Put it and {VERIFIER} on the page of the draw, as workers do.",
)
@click.option("--verifier", is_flag=True, help=f"Write {VERIFIER} beside it.")
def bundle(*, intake: str, path: Path | None, publish: bool, verifier: bool) -> None:
    """Write the bundle of the published INTAKE, after computing everything in it once more.

    Anyone can check it with Python alone: python verify.pyz B.zip
    """
    if path is None and not publish:
        raise click.UsageError("give --out B.zip or --publish")
    with application() as app:
        adapters: Adapters = app.extensions["enrol_adapters"]
        built = _built(intake, files=adapters.bundles if publish else None)
    for line in built.checked:
        click.echo(line.en)
    if publish:
        for file in adapters.bundles.offered(intake=intake):
            click.echo(f"{file.name} is on the page of the draw, SHA-256 {file.sha256}")
    if path is None:
        return
    write_zip(path, built.members)
    click.echo(f"{path}: {path.stat().st_size} bytes")
    if verifier:
        build_verifier(path.with_name(VERIFIER))
        click.echo(f"{path.with_name(VERIFIER)}: python {VERIFIER} {path.name}")


def _built(intake: str, *, files: BundleFiles | None) -> BuiltBundle:
    try:
        if files is not None:
            return offer_bundle(intake_code=intake, files=files)
        return build_bundle(intake_code=intake)
    except NotFound:
        raise click.ClickException(f"there is no intake {intake} with a draw") from None
    except WrongPhase as refusal:
        raise click.ClickException(
            f"intake {intake} is {refusal.phase}: its results are not published"
        ) from None
    except BundleDiffers as refusal:
        raise click.ClickException(
            f"what is stored does not follow from the inputs: {refusal.first.en}"
        ) from None
