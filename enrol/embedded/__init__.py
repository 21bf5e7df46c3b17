"""PostgreSQL and Valkey from wheels, run by ourselves in one directory.

For demos, tests and small offices.
"""

from enrol.embedded.errors import EmbeddedServicesError
from enrol.embedded.processes import Supervisor
from enrol.embedded.services import EmbeddedServices, RunningServices

__all__ = ["EmbeddedServices", "EmbeddedServicesError", "RunningServices", "Supervisor"]
