"""What families are told by mail and SMS: the pupil code and what to do, and nothing else.

No name, school, band or result, no secret and no link: whoever reads somebody else's message
learns nothing, and a message that does carry a link is a fraud.
"""

from dataclasses import dataclass
from typing import Final

RESULTS_PROVISIONAL: Final = "results_provisional"
RESULTS_FINAL: Final = "results_final"


@dataclass(frozen=True, slots=True)
class Told:
    """The words of one message; an SMS is ``short`` alone."""

    subject: str
    body: str
    short: str


_VI: Final = {
    RESULTS_PROVISIONAL: (
        "Đã có kết quả dự kiến",
        (
            "Kết quả dự kiến của học sinh có mã {code} đã được công bố. Quý phụ huynh đăng nhập"
            " trang tuyển sinh bằng mã học sinh để xem, và báo nếu có thông tin sai."
        ),
    ),
    RESULTS_FINAL: (
        "Đã có kết quả chính thức",
        (
            "Kết quả chính thức của học sinh có mã {code} đã được công bố. Quý phụ huynh đăng nhập"
            " trang tuyển sinh bằng mã học sinh để xem và biết việc cần làm tiếp theo."
        ),
    ),
}
_EN: Final = {
    RESULTS_PROVISIONAL: (
        "Provisional results",
        (
            "The provisional result for pupil code {code} is published. Sign in to the enrolment"
            " site with the pupil code to see it, and report what is wrong."
        ),
    ),
    RESULTS_FINAL: (
        "Final results",
        (
            "The final result for pupil code {code} is published. Sign in to the enrolment site"
            " with the pupil code to see it and what to do next."
        ),
    ),
}
_NEVER_VI: Final = "Chúng tôi không bao giờ gọi điện và không bao giờ hỏi mật khẩu."
_NEVER_EN: Final = "We never call you and never ask for your secret."


def told(*, event: str, pupil_code: str) -> Told:
    """Return the message in Vietnamese, with English below; an SMS is Vietnamese only."""
    subject, vietnamese = _VI[event]
    english = _EN[event][1].format(code=pupil_code)
    vietnamese = vietnamese.format(code=pupil_code)
    return Told(
        subject=f"{subject} – {_EN[event][0]}",
        body=f"{vietnamese}\n{_NEVER_VI}\n\n{english}\n{_NEVER_EN}\n",
        short=f"{vietnamese} {_NEVER_VI}",
    )


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message for one address; ``key`` is the same however often it is handed over."""

    key: str
    address: str
    words: Told


class NotTaken(Exception):
    """The provider certainly did not take it; ``is_final`` when it never will."""

    def __init__(self, *, is_final: bool) -> None:
        super().__init__()
        self.is_final = is_final


class PerhapsTaken(Exception):
    """Nobody can know whether the provider took it: the answer was lost."""
