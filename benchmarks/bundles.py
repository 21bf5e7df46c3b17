"""How long anyone needs to check a published city with ``verify.pyz``."""

import resource
import subprocess
import sys
import tempfile
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from time import perf_counter

from benchmarks.city import PUBLIC_VALUE, RULES, SEED, City, key_of
from enrol.adapters.bundle_files import write_zip
from enrol.adapters.verifier_file import build_verifier
from enrol.core.bundle import OFFICIAL, build
from enrol.core.draw_file import Draw
from enrol.core.intake_certificate import certify_intake
from enrol.core.lottery import commitment
from enrol.core.results import compute
from enrol.core.sealing import list_hash


def verified(city: City, *, repeats: int) -> dict[str, object]:
    """Build the city's bundle, check it by ``verify.pyz``: seconds, and the most memory in MB."""
    entries, plans = list(city.entries()), city.plans()
    frozen = list_hash(entries).hex()
    inputs = {
        "entries": entries,
        "seat_plans": plans,
        "distances": {},
        "rules": RULES,
        "key": key_of(frozen),
    }
    results = compute(**inputs).results
    members = build(
        intake="BENCHMARK",
        kind=OFFICIAL,
        rules=RULES,
        seat_plans=plans,
        entries=entries,
        draw=Draw(
            seed=SEED.hex(),
            commitment=commitment(SEED),
            public_value=PUBLIC_VALUE,
            public_value_name="-",
            public_value_name_en="-",
            public_value_on=date(2026, 7, 6),
            list_hash=frozen,
            frozen_at=datetime(2026, 7, 5, 17, 0, tzinfo=timezone(timedelta(hours=7))),
        ),
        distances={},
        results=results,
        certificate=certify_intake(**inputs, placements=results.placements),
    )
    with tempfile.TemporaryDirectory() as name:
        bundle, verifier = Path(name) / "b.zip", Path(name) / "verify.pyz"
        write_zip(bundle, members)
        build_verifier(verifier)
        taken = []
        for _ in range(repeats):
            began = perf_counter()
            subprocess.run(
                [sys.executable, verifier, bundle], check=True, stdout=subprocess.DEVNULL
            )
            taken.append(perf_counter() - began)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        return {"taken": taken, "peak_mb": peak, "bundle_bytes": bundle.stat().st_size}
