"""How often a token may ask, told with every answer (``RateLimit`` and ``RateLimit-Policy`` of
draft-ietf-httpapi-ratelimit-headers; 429 of RFC 6585; ``Retry-After`` of RFC 9110).
"""

import math
import time

from apiflask import APIFlask
from flask import Response, current_app, g
from flask_limiter import Limiter
from flask_limiter.errors import RateLimitExceeded

from enrol.config import Settings
from enrol.web.partners.problems import problem

WINDOW_SECONDS = 60
NAME = "enrol_partner_limit"


def count_request() -> None:
    """Count one request of the token that asks; RateLimitExceeded beyond its limit."""
    current_app.extensions[NAME]()


def register(api: APIFlask, *, settings: Settings) -> None:
    """Count in Redis; while that is lost, each process counts for itself."""
    redis_url = settings.redis_url.get_secret_value()
    waits = settings.redis_timeout_seconds
    api.config.update(
        RATELIMIT_STORAGE_URI="redis+" + redis_url
        if redis_url.startswith("unix://")
        else redis_url,
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": waits, "socket_timeout": waits},
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_HEADERS_ENABLED=False,  # ours are the newer ones, below
        RATELIMIT_KEY_PREFIX="enrol/partners",
    )
    limiter = Limiter(key_func=_token, app=api)

    @limiter.limit(f"{settings.partner_requests_per_minute} per minute")
    def count_one() -> None:
        return None

    def seconds_left() -> int:
        limit = limiter.current_limit
        if limit is None:
            return WINDOW_SECONDS
        return min(WINDOW_SECONDS, max(1, math.ceil(limit.reset_at - time.time())))

    def tell(response: Response) -> Response:
        limit = limiter.current_limit
        if limit is not None:
            most, left = limit.limit.amount, max(0, limit.remaining)
            response.headers["RateLimit-Policy"] = f'"token";q={most};w={WINDOW_SECONDS}'
            response.headers["RateLimit"] = f'"token";r={left};t={seconds_left()}'
        return response

    def too_many(_exceeded: RateLimitExceeded) -> Response:
        return problem(429, headers={"Retry-After": str(seconds_left())})

    api.extensions[NAME] = count_one
    api.register_error_handler(RateLimitExceeded, too_many)
    api.after_request(tell)


def _token() -> str:
    return str(g.partner.token_id)
