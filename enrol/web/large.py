"""What the web server is told of large requests: the page that refuses them, and who takes them."""

from flask import Flask, render_template

from enrol.web.locale import LANGUAGES

DRAWN = "enrol_large_pages"
"""Where the web server finds the page for what is too large (adapters)."""
PATHS = "enrol_large_paths"
"""Where it finds the addresses of views marked with ``asking.takes_files``."""


def register(app: Flask) -> None:
    """Draw the page ahead in every language; called when all else is on the application."""
    drawn = {}
    for language in LANGUAGES:
        with app.test_request_context(query_string={"lang": language}):
            drawn[language] = render_template("errors/large.html").encode()
    app.extensions[DRAWN] = drawn
    app.extensions[PATHS] = tuple(
        sorted(
            rule.rule.partition("<")[0]
            for rule in app.url_map.iter_rules()
            if hasattr(app.view_functions[rule.endpoint], "most_bytes")
        )
    )
