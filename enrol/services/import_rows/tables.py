"""Every table of an import, in the order in which one refers to another."""

from enrol.services.import_rows.children import CHILDREN
from enrol.services.import_rows.intakes import INTAKES
from enrol.services.import_rows.residential_groups import RESIDENTIAL_GROUPS
from enrol.services.import_rows.schools import SCHOOLS
from enrol.services.import_rows.seat_plans import SEAT_PLANS
from enrol.services.import_rows.staff import STAFF
from enrol.services.import_rows.units import UNITS
from enrol.services.import_rows.zones import ZONES

TABLES = (UNITS, ZONES, RESIDENTIAL_GROUPS, SCHOOLS, INTAKES, SEAT_PLANS, CHILDREN, STAFF)
