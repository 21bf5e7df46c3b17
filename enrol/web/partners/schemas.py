"""What the API is asked and what it answers, as its document describes it."""

from apiflask import Schema, fields
from marshmallow import validate

from enrol.core.actors import Right
from enrol.core.intake import ShownPhase
from enrol.services.serving_partners import MOST

CODE = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$"
"""Codes of intakes and schools, registration codes: what a page begins after."""
USUAL = 100
_LINK = "Address of the next page; null on the last one."


class PageQuery(Schema):
    """Which page of a list: lists stand in the order of their codes."""

    after = fields.String(
        load_default="",
        validate=validate.Regexp(CODE),
        metadata={"description": "Begin after this code; take it from `next`, do not make it up."},
    )
    limit = fields.Integer(
        load_default=USUAL,
        validate=validate.Range(min=1, max=MOST),
        metadata={"description": "At most so many entries."},
    )


class Intake(Schema):
    """An intake of the calendar. Instants are UTC; windows are half-open."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    name_en = fields.String(required=True)
    school_year = fields.String(required=True)
    phase = fields.Enum(ShownPhase, by_value=True, required=True)
    opens_at = fields.AwareDateTime(required=True)
    closes_at = fields.AwareDateTime(
        required=True, metadata={"description": "The first instant after the window."}
    )
    public_value_on = fields.Date(
        required=True, metadata={"description": "The day of the value that decides the draw."}
    )
    list_hash = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Merkle root of the frozen list, 64 hex digits; null before."},
    )


class OneIntake(Intake):
    """An intake of the calendar, alone."""


class Intakes(Schema):
    """A page of the calendar."""

    entries = fields.List(fields.Nested(Intake), required=True)
    next = fields.String(required=True, allow_none=True, metadata={"description": _LINK})


class School(Schema):
    """A school with its seats in an intake."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    name_en = fields.String(required=True)
    unit = fields.String(required=True, metadata={"description": "Code of the ward."})
    zone = fields.String(required=True, metadata={"description": "Code of the zone."})
    seats = fields.Integer(required=True)
    classes = fields.Integer(required=True, allow_none=True)


class Schools(Schema):
    """A page of schools."""

    entries = fields.List(fields.Nested(School), required=True)
    next = fields.String(required=True, allow_none=True, metadata={"description": _LINK})


class Placement(Schema):
    """A registration with a seat at the school; no name."""

    code = fields.String(required=True, metadata={"description": "Registration code."})
    band = fields.Integer(required=True, metadata={"description": "1 is the first."})
    number = fields.String(
        required=True, metadata={"description": "Lottery number, 64 hex digits."}
    )
    rank = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "The wish that was granted; null after re-routing."},
    )
    stage = fields.Integer(
        required=True, metadata={"description": "1: within the zone. 2: over all zones."}
    )


class Placements(Schema):
    """A page of a school's roll."""

    entries = fields.List(fields.Nested(Placement), required=True)
    next = fields.String(required=True, allow_none=True, metadata={"description": _LINK})


class Child(Schema):
    """A child of the class list: personal data. Every reading is journalled."""

    code = fields.String(required=True, metadata={"description": "Registration code."})
    position = fields.Integer(
        required=True,
        metadata={"description": "Place in the list by given name, middle names, family name."},
    )
    pupil_code = fields.String(required=True)
    full_name = fields.String(required=True)
    birth_on = fields.Date(required=True)
    sex = fields.String(required=True, validate=validate.OneOf(["female", "male"]))
    class_name = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Null until the school has put the child into a class."},
    )


class ClassList(Schema):
    """A page of a school's class list."""

    entries = fields.List(fields.Nested(Child), required=True)
    next = fields.String(required=True, allow_none=True, metadata={"description": _LINK})


class Counters(Schema):
    """Figures as they were at `taken_at`; taken anew every few seconds, never for a request."""

    taken_at = fields.AwareDateTime(required=True)
    registrations = fields.Integer(required=True, metadata={"description": "Of the whole intake."})
    zones = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "Registrations by zone, for the zones of the unit's schools."},
    )
    first_wishes = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "First wishes by school of the unit."},
    )


class Package(Schema):
    """The decision package: what was published, and the program that checks it."""

    name = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "In bytes."})
    sha256 = fields.String(required=True, metadata={"description": "64 hex digits."})
    href = fields.String(required=True, metadata={"description": "Where to download it."})


class Packages(Schema):
    """Both files of the decision package."""

    entries = fields.List(fields.Nested(Package), required=True)


class Problem(Schema):
    """What went wrong (RFC 9457); `title` and `detail` in the language of `Accept-Language`."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    parameters = fields.List(
        fields.String(), metadata={"description": "The parameters that were wrong."}
    )
    right = fields.Enum(
        Right, by_value=True, metadata={"description": "The right that the token lacks."}
    )
