"""JSON log lines: a constant event name and ids. Names, birth dates, codes of people never
enter.
"""

import logging
import sys
import traceback

import structlog

ALLOWED_KEYS = frozenset({
    "event", "level", "timestamp", "logger", "request_id", "job", "queue", "outbox_id", "intake_id",
    "intake_zone_id", "run_id", "count", "milliseconds", "status", "method", "endpoint", "staff_id",
    "error", "exception", "epoch", "path", "name", "pid", "attempts", "seal", "entries",
})  # fmt: skip


def drop_unknown_keys(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Let only listed keys through: a new key is a decision, not an accident."""
    return {key: value for key, value in event.items() if key in ALLOWED_KEYS}


def tell_failure_without_words(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Put kinds of errors and places in the code in the stead of an exception.

    Its own words may quote a family: PostgreSQL repeats the whole row that broke a constraint,
    ``int()`` the text that is no number.
    """
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_told(error))
    return event


def _told(error: BaseException) -> list[str]:
    told: list[str] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        kind = f"{type(cause).__module__}.{type(cause).__qualname__}"
        state = getattr(cause, "sqlstate", None)
        told.append(f"{kind} {state}" if state else kind)
        told += [
            f"  {frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(cause.__traceback__)
        ]
        cause = cause.__cause__ or cause.__context__
    return told


def configure_logging(*, level: str) -> None:
    """Send structlog and the standard library's warnings to standard error as JSON lines."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            tell_failure_without_words,
            drop_unknown_keys,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
