"""Who may bring which files: a ward what lies in it, the city everything."""

from collections.abc import Collection

from enrol.core.actors import CITY_OFFICER, Officer
from enrol.services.import_rows.tables import TABLES
from enrol.services.refusals import NotFound
from enrol.store import staff
from enrol.store.db import Transaction
from enrol.store.loading.belonging import TABLES_OF_WARDS

_OF_ZONES = "zones.geojson"
BOUNDARIES = ("units.geojson", _OF_ZONES)


def boundaries_for(officer: Officer) -> tuple[str, ...]:
    """Return the files of outlines that the officer may bring: a ward those of its zones."""
    return BOUNDARIES if officer.has_role(CITY_OFFICER) else (_OF_ZONES,)


def tables_for(tx: Transaction, *, officer: Officer) -> tuple[str, ...]:
    """Return the tables that the officer may bring. Raises NotFound for who has no unit."""
    reach = staff.reach_of(tx, officer=officer)
    if not reach.unit_ids:
        raise NotFound
    if officer.has_role(CITY_OFFICER):
        return tuple(table.name for table in TABLES)
    return TABLES_OF_WARDS


def is_known(name: str, *, tables: Collection[str], officer: Officer) -> bool:
    """Tell whether a file of this name is one of the tables, or outlines that are the officer's."""
    stem, _dot, ending = name.rpartition(".")
    if name in BOUNDARIES:
        return name in boundaries_for(officer)
    return stem in tables and ending in ("csv", "xlsx")
