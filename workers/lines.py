"""Several lines to each provider of messages at once: most of a message's time is waiting."""

from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from enrol.services import delivering
from enrol.services.ports import MessageSender
from workers.application import application

SECONDS_A_JOB = 600.0
"""Then the lines end and the relay stages the next job, so that no job nears its timeout."""


def send_on_lines() -> int:
    """Send what is due on every channel; returns how many messages providers took.

    The first failure of a line is raised when all lines have ended.
    """
    app = application()
    senders = app.extensions["enrol_adapters"].message_senders
    settings = app.extensions["enrol_settings"]
    quiet = delivering.QuietHours(settings.quiet_from, settings.quiet_until)
    end = monotonic() + SECONDS_A_JOB

    def one_line(channel: str, sender: MessageSender) -> int:
        with app.app_context():
            return delivering.send_channel(
                channel=channel, sender=sender, quiet=quiet, is_over=lambda: monotonic() > end
            )

    lines = [each for each in senders.items() for _ in range(settings.message_lines)]
    if not lines:
        return 0
    with ThreadPoolExecutor(max_workers=len(lines)) as pool:
        begun = [pool.submit(one_line, channel, sender) for channel, sender in lines]
    return sum(one.result() for one in begun)
