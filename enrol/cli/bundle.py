"""``enrol bundle``: the file that lets anybody check an intake's result."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import click

from enrol.cli.context import application
from enrol.cli.zipapp import build_verifier
from enrol.services.bundling import BundleDiffers, build_bundle
from enrol.services.phases import WrongPhase
from enrol.services.refusals import NotFound

VERIFIER = "verify.pyz"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_FILE_MODE = 0o100644 << 16


@click.command()
@click.argument("intake")
@click.option(
    "--out",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="B.zip",
    help="Where to write; a file of that name is replaced.",
)
@click.option("--publish", is_flag=True, help=f"Put it and {VERIFIER} on the page of the draw.")
@click.option("--verifier", is_flag=True, help=f"Write {VERIFIER} beside it.")
def bundle(*, intake: str, path: Path | None, publish: bool, verifier: bool) -> None:
    """Write the bundle of the published INTAKE, after computing everything in it once more.

    Anyone can check it with Python alone: python verify.pyz B.zip
    """
    if path is None and not publish:
        raise click.UsageError("give --out B.zip or --publish")
    with application() as app:
        directory: Path = app.extensions["enrol_settings"].bundles_directory
        try:
            built = build_bundle(intake_code=intake)
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
    for line in built.checked:
        click.echo(line.en)
    if publish:
        directory.mkdir(parents=True, exist_ok=True)
        build_verifier(directory / VERIFIER)
        write_zip(directory / f"{intake}.zip", built.members)
        click.echo(f"{directory / intake}.zip is on the page of the draw")
    if path is None:
        return
    write_zip(path, built.members)
    click.echo(f"{path}: {path.stat().st_size} bytes")
    if verifier:
        build_verifier(path.with_name(VERIFIER))
        click.echo(f"{path.with_name(VERIFIER)}: python {VERIFIER} {path.name}")


def write_zip(path: Path, members: Mapping[str, bytes]) -> None:
    """Write the members in their order with one fixed date; the file appears whole or not at all.

    The same members give the same bytes wherever zlib packs alike; what counts is inside, under
    the digests of the manifest.
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = _UNIX
            entry.external_attr = _FILE_MODE
            archive.writestr(entry, data)
    unfinished.replace(path)
