"""The program inside ``verify.pyz``: check a published bundle on any computer with Python 3.10+.

    python verify.pyz B.zip
    python verify.pyz --proof proof.json --submission submission.json
    python verify.pyz B.zip --commitment HEX --list-hash HEX --rules-hash HEX --seat-plans-hash HEX

It uses the standard library and the pure core only, reads one file and writes nothing. The values
after the file are optional: they are the ones announced before the draw (on paper, in the press,
on a receipt), and tie the bundle to that announcement. Exit status: 0 all is as it should be,
1 something differs (the first difference is named first), 2 the file cannot be used.
"""

import argparse
import gc
import io
import os
import pickle
import sys
import zipfile
import zlib
from collections.abc import Callable, Sequence

from enrol.core.bundle import SEQUEL_MEMBERS, UnusableBundleError
from enrol.core.certificate import Certificate
from enrol.core.proof import check_own
from enrol.core.stated_results import Answer
from enrol.core.verdict import Line, Report
from enrol.core.verification import Announced, verify

MAX_MEMBER_BYTES = 1 << 30
MAX_TOTAL_BYTES = 3 << 29
MAX_OWN_BYTES = 1 << 20
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_SHOWN_DIFFERENCES = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the bundle named on the command line; return the exit status."""
    _speak_utf8()
    was_looking = gc.isenabled()
    gc.disable()  # millions of small objects and no cycles: looking for some costs a tenth of all
    try:
        return _status(_options(arguments))
    finally:
        if was_looking:
            gc.enable()


def _status(options: argparse.Namespace) -> int:
    announced = Announced(
        commitment=options.commitment,
        list_hash=options.list_hash,
        rules_hash=options.rules_hash,
        seat_plans_hash=options.seat_plans_hash,
        distances_hash=options.distances_hash,
        public_value=options.public_value,
    )
    try:
        if options.bundle is None:
            report = _own_report(options)
        else:
            report = verify(
                read_members(options.bundle), announced=announced, beside=beside_on_a_processor
            )
    except (UnusableBundleError, OSError, ValueError) as error:
        print(f"Không dùng được tệp này / This file cannot be used: {error}", file=sys.stderr)
        return 2
    _print_report(report)
    return 0 if report.holds else 1


def beside_on_a_processor(task: Callable[[], Certificate | None]) -> Answer:
    """Start a task on a second processor where there is one; return what waits for its answer.

    The answer is None where there is no second processor, or when the task failed.
    """
    if not hasattr(os, "fork") or (os.cpu_count() or 1) < 2:
        return lambda: None
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1  # whatever goes wrong here: the parent does it itself, and says what is wrong
        try:
            os.close(reading)
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump(task(), pipe)
            status = 0
        finally:
            os._exit(status)
    os.close(writing)

    def answer() -> Certificate | None:
        with os.fdopen(reading, "rb") as pipe:
            told = pipe.read()
        _, status = os.waitpid(child, 0)
        return pickle.loads(told) if status == 0 else None  # noqa: S301 - written by our child

    return answer


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="verify.pyz",
        description="Kiểm tra gói kết quả đã công bố. / Check a published bundle of results.",
    )
    parser.add_argument("bundle", nargs="?", help="B.zip")
    parser.add_argument("--proof", metavar="proof.json")
    parser.add_argument("--submission", metavar="submission.json")
    for name in ("commitment", "list-hash", "rules-hash", "seat-plans-hash", "distances-hash"):
        parser.add_argument(f"--{name}", type=_hex_digits, metavar="HEX")
    parser.add_argument("--public-value", metavar="TEXT")
    options = parser.parse_args(arguments)
    if (options.bundle is None) == (options.proof is None and options.submission is None):
        parser.error("B.zip, or --proof and/or --submission")
    return options


def _own_report(options: argparse.Namespace) -> Report:
    return check_own(
        proof=_small_file(options.proof),
        submission=_small_file(options.submission),
        list_hash=options.list_hash,
    )


def _small_file(path: str | None) -> bytes | None:
    if path is None:
        return None
    with open(path, "rb") as file:  # noqa: PTH123  # one import less to read
        data = file.read(MAX_OWN_BYTES + 1)
    if len(data) > MAX_OWN_BYTES:
        raise ValueError(f"{path} is far too large")
    return data


def _hex_digits(text: str) -> str:
    digits = "".join(text.split()).lower()
    if len(digits) != 64 or not set(digits) <= set("0123456789abcdef"):
        raise argparse.ArgumentTypeError("64 hex digits expected")
    return digits


def read_members(path: str) -> dict[str, bytes]:
    """Return the members of the zip file by name.

    Only the names of a bundle are read, each at most once, at most ``MAX_TOTAL_BYTES`` together
    whatever their headers say, so that a hostile file can neither fill the memory nor reach
    outside. Raises UnusableBundleError, or OSError when the file cannot be opened.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_odd_members(archive.infolist())
            return _bounded_members(archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        raise UnusableBundleError(f"not a whole zip file ({error})") from error


def _refuse_odd_members(members: Sequence[zipfile.ZipInfo]) -> None:
    names = [member.filename for member in members]
    for member in members:
        if member.filename not in SEQUEL_MEMBERS:
            raise UnusableBundleError(f"it holds {member.filename[:80]!r}, no part of a bundle")
        if names.count(member.filename) > 1:
            raise UnusableBundleError(f"it holds {member.filename} twice")
        if member.compress_type not in _READABLE or member.flag_bits & _ENCRYPTED:
            raise UnusableBundleError(f"{member.filename} is encrypted or packed in an odd way")


def _bounded_members(archive: zipfile.ZipFile) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    left = MAX_TOTAL_BYTES
    for member in archive.infolist():
        limit = min(MAX_MEMBER_BYTES, left)
        with archive.open(member) as stream:
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise UnusableBundleError(f"{member.filename} is far too large")
        contents[member.filename] = data
        left -= len(data)
    return contents


def _print_report(report: Report) -> None:
    for line in report.checked:
        _print_line("✓", line)
    for line in report.differences[:_SHOWN_DIFFERENCES]:
        _print_line("✗", line)
    print()
    if report.holds:
        print("KẾT QUẢ: mọi kiểm tra đều đúng.")
        print("RESULT: every check holds.")
    else:
        print(f"KẾT QUẢ: CÓ SAI KHÁC. Sai khác đầu tiên: {report.differences[0].vi}")
        print(f"RESULT: IT DIFFERS. First difference: {report.differences[0].en}")


def _print_line(mark: str, line: Line) -> None:
    print(f"{mark} {line.vi}")
    print(f"  {line.en}")


def _speak_utf8() -> None:
    # A console of another code page would otherwise stop the program at the first Vietnamese word.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # to take a city of objects apart one by one would cost a tenth of all
