"""Whether this process can do its work, for load balancers and supervisors."""

from enrol.store import clock
from enrol.store.constraints import StoreBusy
from enrol.store.db import transaction


def is_ready() -> bool:
    """Tell whether the database answers and its schema has been laid."""
    try:
        with transaction() as tx:
            return clock.has_schema(tx)
    except StoreBusy:
        return False
