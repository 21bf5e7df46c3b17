"""Checks of the demo: nothing acknowledged was lost, and a stranger can verify the bundle."""

import csv
import io
import json
import shutil
import subprocess
import sys
import time
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path

from enrol.adapters.bundle_files import VERIFIER
from enrol.cli.demo.morning import Morning
from enrol.services.closing import FrozenList


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold; ``detail`` says more when it does not."""

    what: str
    held: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class BundleReport:
    """Totals read from the published bundle, and how long verifying took."""

    seated: int
    rerouted: int
    unplaced: int
    seconds: float


def check_bundle(*, address: str, intake_code: str, into: Path) -> tuple[Check, BundleReport]:
    """Save what the page of the draw offers, as a stranger would, and run the verifier on it."""
    into.mkdir(parents=True, exist_ok=True)
    path, verifier = into / f"{intake_code}.zip", into / VERIFIER
    for file in (path, verifier):
        with urllib.request.urlopen(f"{address}/kiem-chung/{file.name}") as answer:  # noqa: S310
            file.write_bytes(answer.read())
    started = time.monotonic()
    result = subprocess.run(
        [sys.executable, "-I", "-S", str(verifier), str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=into,
    )
    seconds = time.monotonic() - started
    said = (result.stdout + result.stderr).strip().splitlines()
    check = Check(
        f"python {VERIFIER} {path.name} recomputed every number and placement",
        result.returncode == 0,
        " / ".join(said[-3:]),
    )
    return check, _totals(path, seconds=seconds)


def check_kept(*, morning: Morning, bundle: Path, frozen: FrozenList) -> Check:
    """Compare the receipts that families hold with the published list: each exactly once, no
    other.
    """
    with zipfile.ZipFile(bundle) as members:
        lines = members.read("entries.jsonl").decode("utf-8").splitlines()
    listed = [json.loads(line)["code"] for line in lines]
    held = sorted(morning.kept.values())
    return Check(
        "every receipt is in the frozen list exactly once, and nothing else is",
        sorted(listed) == held and len(listed) == frozen.size,
        f"{len(held)} receipts, {len(listed)} entries",
    )


def keep_copy(bundle: Path, wanted: Path) -> None:
    """Copy the bundle to where the user wants it, and the verifier beside it."""
    wanted.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(bundle, wanted)
    shutil.copyfile(bundle.with_name(VERIFIER), wanted.with_name(VERIFIER))


def _totals(path: Path, *, seconds: float) -> BundleReport:
    with zipfile.ZipFile(path) as members:
        text = members.read("placements.csv").decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    placed = [row for row in rows if row["school"]]
    by_wish = sum(1 for row in placed if row["rank"])
    return BundleReport(
        seated=by_wish,
        rerouted=len(placed) - by_wish,
        unplaced=len(rows) - len(placed),
        seconds=seconds,
    )
