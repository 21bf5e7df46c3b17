"""Headers and cookies that keep pages private: sent with every response, tested as a whole."""

from datetime import timedelta

from flask import Flask, Response

from enrol.config import Settings

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Nothing is loaded but our own style sheets and pictures; no script at all, nothing inline."""

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_HSTS = "max-age=31536000"
_IDLE = timedelta(hours=12)
"""A page left open over a working day still goes through (reliability A6, row 38)."""


def register(app: Flask, *, settings: Settings) -> None:
    """Set the session cookie's attributes and send the headers with every response."""
    is_secure = settings.base_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.session_key.get_secret_value(),
        SECRET_KEY_FALLBACKS=[key.get_secret_value() for key in settings.previous_session_keys],
        # A __Host- cookie has to be Secure, which plain http on a local network cannot keep;
        # production refuses to start without https (config.py).
        SESSION_COOKIE_NAME="__Host-enrol" if is_secure else "enrol",
        SESSION_COOKIE_SECURE=is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_DOMAIN=None,
        PERMANENT_SESSION_LIFETIME=_IDLE,
    )

    every = protecting_headers(settings=settings)
    wanted = [(name.lower(), name, value) for name, value in every.items()]

    def protect(response: Response) -> Response:
        # Looked at once: asked for one by one, they cost as much as the page's routing.
        given = {name.lower() for name, _value in response.headers}
        response.headers.extend(
            [(name, value) for lower, name, value in wanted if lower not in given]
        )
        return response

    app.after_request(protect)


def protecting_headers(*, settings: Settings) -> dict[str, str]:
    """Return the headers of every answer that does not say otherwise.

    What did not say that it may be kept belongs to one family or one officer.
    """
    every = {**_HEADERS, "Cache-Control": "no-store"}
    if settings.base_url.startswith("https://"):
        every["Strict-Transport-Security"] = _HSTS
    return every
