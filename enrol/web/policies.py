"""Policy categories (diện ưu tiên) in words."""

from collections.abc import Sequence

from flask import Flask

from enrol.web.locale import gettext as _


def register(app: Flask) -> None:
    """Give the templates the words for reserved seats."""
    app.jinja_env.filters.update(reserved=reserved_words)


def policy_name(policy: str) -> str:
    """Return who belongs to a category; one that the office made up stands as it is."""
    known = {
        "disability": _("children with disabilities"),
        "ethnic_minority": _("children of ethnic minorities"),
        "war_invalid": _("children of war invalids and martyrs"),
    }
    return known.get(policy, policy)


def reserved_words(reserves: Sequence[tuple[str, int]]) -> str:
    """Return the reserved seats of a school in the order in which they fill."""
    return "; ".join(f"{seats} – {policy_name(policy)}" for policy, seats in reserves)
