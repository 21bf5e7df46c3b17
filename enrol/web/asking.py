"""Forms judge what was sent; templates draw the fields from plain values (DESIGN section 7)."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import current_app, g, request, session
from wtforms import Form

from enrol.web.locale import gettext as _

View = TypeVar("View", bound=Callable[..., Any])

PAGE = ""
"""The key under which ``PageForm.problems`` tells what is wrong with the page as a whole."""


def asks_again(view: View) -> View:
    """Mark a view that validates a ``PageForm`` first and shows itself again when that fails."""
    view.asks_again = True  # type: ignore[attr-defined]
    return view


def changes_nothing(view: View) -> View:
    """Mark a view whose form only looks something up: it needs no token and so no session."""
    view.changes_nothing = True  # type: ignore[attr-defined]
    return view


def takes_files(*, most_bytes: int) -> Callable[[View], View]:
    """Mark a view that takes files from officers or families: what it is sent may be so large."""

    def mark(view: View) -> View:
        view.most_bytes = most_bytes  # type: ignore[attr-defined]
        return view

    return mark


def allow_files() -> None:
    """Let a view marked with ``takes_files`` read what a signed-in officer or family sends it.

    To be called before the form is read. From anybody else the common limit stands, so that no
    stranger fills the disk.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    most_bytes = getattr(view, "most_bytes", None)
    if most_bytes is not None and ("_user_id" in session or "family" in session):
        request.max_content_length = most_bytes


class PageForm(Form):
    """The fields of one page. Build it only for what was sent; never to draw the page."""

    def was_sent(self) -> bool:
        """Tell whether the page was sent to be judged.

        A press on the language switch sends the page too: then nothing is judged and nothing is
        wrong, the page only appears again in the other language.
        """
        return request.method == "POST" and "lang" not in request.form

    def is_good(self) -> bool:
        """Tell whether the page was sent, its token is good and every field is right."""
        if not self.was_sent():
            return False
        self.validate()
        return not self.problems()

    def problems(self) -> dict[str, str]:
        """Return the first problem of each field by name, in page order; ``PAGE`` for the page.

        There is none before ``is_good`` has judged.
        """
        if not self.was_sent():
            return {}
        found = {field.name: str(field.errors[0]) for field in self if field.errors}
        if g.get("token_was_lost", False):
            lost = _(
                "This page was open for a long time. Nothing you typed is lost:"
                " please press the button once more."
            )
            return {PAGE: lost, **found}
        return found


def typed(kept: Mapping[str, object]) -> Mapping[str, object]:
    """Return what the fields show: what was just sent, or what is already kept."""
    return request.form if request.method == "POST" else kept
