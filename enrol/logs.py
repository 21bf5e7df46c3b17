"""JSON log lines: a constant event name and ids. Names, birth dates, codes of people never
enter.
"""

import logging
import sys

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


def configure_logging(*, level: str) -> None:
    """Send structlog and the standard library's warnings to standard error as JSON lines."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            drop_unknown_keys,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
