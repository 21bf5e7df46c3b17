"""Digests of what was decided: one a run, one over all runs of an intake."""

import hashlib
from collections.abc import Iterable

from enrol.core.bundle_files import write_placements
from enrol.core.model import Placement


def outcome_digest(placements: Iterable[Placement]) -> str:
    """Return SHA-256 (64 hex digits) of a run's placements in the spelling of ``placements.csv``.

    The order of ``placements`` does not matter.
    """
    return hashlib.sha256(write_placements(placements)).hexdigest()


def intake_digest(run_digests: Iterable[str]) -> str:
    """Return SHA-256 (64 hex digits) over the 32 raw bytes of each run's digest, in order.

    The order is: zones by code, then the second stage.
    """
    joined = b"".join(bytes.fromhex(digest) for digest in run_digests)
    return hashlib.sha256(joined).hexdigest()
