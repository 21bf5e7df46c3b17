"""Wards that do not take part in an intake, as their families read of it."""

from enrol.store import intake_settings
from enrol.store.db import transaction


def registers_as_before(*, intake_id: int, zone_code: str) -> bool:
    """Tell whether the families of a zone register at their ward as in the years before."""
    with transaction() as tx:
        return intake_settings.is_set_aside(tx, intake_id=intake_id, zone_code=zone_code)
