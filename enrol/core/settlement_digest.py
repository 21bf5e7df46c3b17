"""The digest of a settled zone, without a record a child."""

import hashlib

from enrol.core.bundle_files import write_placements
from enrol.core.digests import outcome_digest
from enrol.core.settlement import Settlement


def settlement_digest(settlement: Settlement) -> str:
    """Return ``outcome_digest`` of a settled zone's placements (64 hex digits)."""
    schools = [*settlement.names, ""]  # ``NOWHERE`` is the last
    if any(mark in text for text in (*schools, "".join(settlement.codes)) for mark in '",\r\n'):
        return outcome_digest(settlement.placements())
    digest = hashlib.sha256(write_placements(()))
    columns = (
        settlement.codes,
        settlement.schools,
        settlement.ranks,
        settlement.bands,
        settlement.numbers,
    )
    lines = [
        f"{code},{schools[school]},{rank or ''},{band},{number},1\n"
        for code, school, rank, band, number in zip(*columns, strict=True)
    ]
    digest.update("".join(lines).encode())
    return digest.hexdigest()
