"""Who may open which page: every route stands here (tests/web/test_routes_access.py).

``public``: anybody. ``family``: a family signed in for one child. ``staff``: a signed-in officer,
each within reach (tests/web/test_staff_access.py tells the roles apart). ``staff entrance``: the
steps of signing in as an officer, each of which asks for what the step before has given.
"""

BLUEPRINTS = {
    "health": "public",
    "public": "public",
    "partners": "public",
    "entrance": "public",
    "proof": "family",
    "parents": "family",
    "objections": "family",
    "own_data": "family",
    "rating": "family",
    "reports": "family",
    "seat": "family",
    "telling": "family",
    "opening": "family",
    "papers": "family",
    "questions": "family",
    "residences": "family",
    "sending": "family",
    "staff": "staff",
    "office": "staff",
    "schools": "staff",
    "security": "staff entrance",
}
"""A guard stands on a whole blueprint, so its routes share one class."""

SINGLE = {"static": "public", "passkey_script": "public"}
"""Routes outside any blueprint."""


def access_of(endpoint: str) -> str:
    """Return the access class of an endpoint. Raises KeyError for one that nobody declared."""
    blueprint, dot, _name = endpoint.partition(".")
    return BLUEPRINTS[blueprint] if dot else SINGLE[endpoint]
