"""``enrol allocate`` and ``enrol lottery``: the engine and the draw on plain files and values.

A contract that other programs build on: no database, no configuration, the same bytes everywhere.
"""

import os
import secrets
from pathlib import Path

import click

from enrol.cli.contest_files import place, read_contest
from enrol.core.lottery import draw_key, number
from enrol.core.sealing import nfc
from enrol.core.tables import write_table

_DIGITS = frozenset("0123456789abcdef")
_File = click.Path(path_type=Path)


@click.command()
@click.option("--schools", type=_File, required=True, metavar="S.csv", help="school,seats")
@click.option(
    "--wishes",
    type=_File,
    required=True,
    metavar="W.csv",
    help="child,rank,school,band and, if it counts after the band, distance_m",
)
@click.option("--lottery", type=_File, required=True, metavar="L.csv", help="child,number")
@click.option("--out", type=_File, required=True, metavar="P.csv", help="child,school")
@click.pass_context
def allocate(
    context: click.Context, *, schools: Path, wishes: Path, lottery: Path, out: Path
) -> None:
    """Place the children of the files in the schools of the files.

    Every child with a lottery number is in P.csv, sorted by child; the school is empty when there
    was no seat. The order of rows does not matter. When a row cannot be used, every bad row is
    named as FILE:LINE: reason, nothing is written and the exit status is 2.
    """
    if out.resolve() in {path.resolve() for path in (schools, wishes, lottery)}:
        raise click.UsageError("--out would overwrite one of the files to read")
    files = read_contest(schools=schools, wishes=wishes, lottery=lottery)
    for fault in files.faults:
        click.echo(str(fault), err=True)
    if files.faults:
        context.exit(2)
    try:
        write_whole(path=out, data=place(files))
    except OSError as error:
        click.echo(f"{out}: cannot be written: {error.strerror}", err=True)
        context.exit(2)


class _Hash(click.ParamType[bytes]):
    """32 bytes as 64 hex digits."""

    name = "hex"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> bytes:
        text = str(value).lower()
        if len(text) != 64 or not set(text) <= _DIGITS:
            self.fail("64 hex digits expected", param, ctx)
        return bytes.fromhex(text)


class _Code(click.ParamType[str]):
    """A registration or family code: something that fits between commas."""

    name = "code"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        text = str(value)
        if not text or not text.isprintable():
            self.fail("a code is printable text", param, ctx)
        return text


@click.command()
@click.option("--seed", type=_Hash(), required=True, metavar="HEX", help="The seed, once published")
@click.option("--public-value", required=True, metavar="TEXT", help="The public value, as recorded")
@click.option("--list-hash", type=_Hash(), required=True, metavar="HEX", help="Of the frozen list")
@click.argument("codes", type=_Code(), nargs=-1, required=True, metavar="CODE…")
def lottery(*, seed: bytes, public_value: str, list_hash: bytes, codes: tuple[str, ...]) -> None:
    """Print the table code,number of these registration or family codes, sorted by code.

    Numbers are 64 hex digits, the lowest goes first. Twins and siblings draw under their family
    code.
    """
    try:
        key = draw_key(seed=seed, public_value=nfc(public_value), list_hash=list_hash)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--public-value") from error
    rows = [(code, number(key=key, code=code)) for code in sorted(set(codes))]
    click.echo(write_table(header=("code", "number"), rows=rows), nl=False)


def write_whole(*, path: Path, data: bytes) -> None:
    """Write a file so that a reader finds the old one, the new one, or none, never a part.

    What is not a plain file (a pipe, a terminal) is written to as it is. Raises OSError.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        target.write_bytes(data)
        return
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        with unfinished.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
