"""The words of messages to families, in Vietnamese and English.

``{code}`` is the pupil code, ``{on}`` the last day. An SMS is sent without diacritics and must fit
one part of 160 characters together with ``NEVER`` (a test counts).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """One event in one language."""

    title: str
    mail: str
    sms: str


NEVER: Final[Mapping[str, Words]] = {
    "vi": Words(
        "",
        "Chúng tôi không bao giờ gọi điện, không bao giờ hỏi tiền hay mã bí mật.",
        "Chúng tôi không gọi điện, không hỏi tiền hay mã bí mật.",
    ),
    "en": Words(
        "",
        "We never call you, and never ask for money or the secret code.",
        "We never call, never ask for money or the secret code.",
    ),
}

_SIGN_IN_VI = "Quý phụ huynh đăng nhập trang tuyển sinh bằng mã học sinh"
_SIGN_IN_EN = "Sign in to the enrolment site with the pupil code"

WORDS: Final[Mapping[str, Mapping[str, Words]]] = {
    "registered": {
        "vi": Words(
            "Đã nhận hồ sơ",
            f"Hồ sơ của học sinh có mã {{code}} đã được tiếp nhận. {_SIGN_IN_VI} để xem giấy biên"
            " nhận. Nếu Quý phụ huynh không gửi hồ sơ này, vui lòng gọi đường dây hỗ trợ.",
            "Đã nhận hồ sơ mã học sinh {code}. Đăng nhập trang tuyển sinh để xem biên nhận.",
        ),
        "en": Words(
            "Registration received",
            f"The registration for pupil code {{code}} is received. {_SIGN_IN_EN} to see the"
            " receipt. If you did not send it, please call the helpline.",
            "Registration for pupil code {code} received. Sign in to see the receipt.",
        ),
    },
    "submitted_for_me": {
        "vi": Words(
            "Đã gửi hồ sơ thay Quý phụ huynh",
            "Khi cổng đăng ký mở, hồ sơ của học sinh có mã {code} đã được gửi như Quý phụ huynh"
            f" yêu cầu. {_SIGN_IN_VI} để xem giấy biên nhận.",
            "Đã gửi hồ sơ mã học sinh {code} như yêu cầu. Đăng nhập trang tuyển sinh để xem biên"
            " nhận.",
        ),
        "en": Words(
            "Sent for you at the opening",
            "When registration opened, the registration for pupil code {code} was sent as you"
            f" asked. {_SIGN_IN_EN} to see the receipt.",
            "Registration for pupil code {code} was sent as you asked. Sign in to see the receipt.",
        ),
    },
    "not_submitted": {
        "vi": Words(
            "Chưa gửi được hồ sơ",
            "Khi cổng đăng ký mở, hồ sơ chuẩn bị trước của học sinh có mã {code} chưa gửi được."
            f" {_SIGN_IN_VI} để xem còn thiếu gì và gửi hồ sơ trước khi hết hạn đăng ký.",
            "Hồ sơ mã học sinh {code} CHƯA gửi được khi mở cổng. Đăng nhập trang tuyển sinh để"
            " gửi.",
        ),
        "en": Words(
            "Not sent at the opening",
            "When registration opened, the registration prepared for pupil code {code} could not"
            f" be sent. {_SIGN_IN_EN} to see what is missing, and send it before registration"
            " ends.",
            "Registration for pupil code {code} could NOT be sent at the opening. Please sign in.",
        ),
    },
    "changed": {
        "vi": Words(
            "Đã nhận thay đổi hồ sơ",
            f"Hồ sơ của học sinh có mã {{code}} đã được thay đổi. {_SIGN_IN_VI} để xem giấy biên"
            " nhận mới. Nếu Quý phụ huynh không thay đổi, vui lòng gọi đường dây hỗ trợ.",
            "Hồ sơ mã học sinh {code} đã thay đổi. Đăng nhập trang tuyển sinh xem biên nhận mới.",
        ),
        "en": Words(
            "Registration changed",
            f"The registration for pupil code {{code}} was changed. {_SIGN_IN_EN} to see the new"
            " receipt. If you did not change it, please call the helpline.",
            "Registration for pupil code {code} was changed. Sign in to see the new receipt.",
        ),
    },
    "withdrawn": {
        "vi": Words(
            "Đã rút hồ sơ",
            "Hồ sơ của học sinh có mã {code} đã được rút. Trong thời gian đăng ký, Quý phụ huynh"
            " có thể gửi hồ sơ mới. Nếu Quý phụ huynh không rút hồ sơ, vui lòng gọi đường dây hỗ"
            " trợ.",
            "Hồ sơ mã học sinh {code} đã được rút. Nếu không phải Quý phụ huynh rút, hãy gọi đường"
            " dây hỗ trợ.",
        ),
        "en": Words(
            "Registration withdrawn",
            "The registration for pupil code {code} was withdrawn. While registration is open you"
            " can send a new one. If you did not withdraw it, please call the helpline.",
            "Registration for pupil code {code} was withdrawn. Not you? Call the helpline.",
        ),
    },
    "info_asked": {
        "vi": Words(
            "Cần bổ sung hồ sơ",
            f"Hồ sơ của học sinh có mã {{code}} cần bổ sung, chậm nhất ngày {{on}}. {_SIGN_IN_VI}"
            " để xem cần bổ sung gì.",
            "Hồ sơ mã học sinh {code} cần bổ sung, chậm nhất {on}. Đăng nhập trang tuyển sinh để"
            " xem.",
        ),
        "en": Words(
            "Something is missing",
            f"The registration for pupil code {{code}} needs something from you by {{on}}."
            f" {_SIGN_IN_EN} to see what.",
            "Registration for pupil code {code} needs something from you by {on}. Please sign in.",
        ),
    },
    "file_moved": {
        "vi": Words(
            "Hồ sơ được chuyển tuyến",
            f"Hồ sơ của học sinh có mã {{code}} đã được chuyển sang tuyến tuyển sinh khác."
            f" {_SIGN_IN_VI} để xem lý do và các nguyện vọng.",
            "Hồ sơ mã học sinh {code} đã chuyển sang tuyến khác. Đăng nhập trang tuyển sinh để"
            " xem.",
        ),
        "en": Words(
            "Registration moved",
            f"The registration for pupil code {{code}} was moved to another zone. {_SIGN_IN_EN}"
            " to see why, and your wishes.",
            "Registration for pupil code {code} was moved to another zone. Please sign in.",
        ),
    },
    "file_accepted": {
        "vi": Words(
            "Hồ sơ hợp lệ",
            "Hồ sơ của học sinh có mã {code} đã được kiểm tra và hợp lệ. Quý phụ huynh không cần"
            f" làm gì thêm. {_SIGN_IN_VI} để xem hồ sơ.",
            "Hồ sơ mã học sinh {code} đã kiểm tra và hợp lệ. Không cần làm gì thêm.",
        ),
        "en": Words(
            "Registration accepted",
            "The registration for pupil code {code} was checked and accepted. There is nothing"
            f" more to do. {_SIGN_IN_EN} to see it.",
            "Registration for pupil code {code} was checked and accepted. Nothing more to do.",
        ),
    },
    "file_refused": {
        "vi": Words(
            "Có kết quả kiểm tra hồ sơ",
            f"Hồ sơ của học sinh có mã {{code}} đã được kiểm tra. {_SIGN_IN_VI} để xem kết quả và"
            " việc cần làm.",
            "Hồ sơ mã học sinh {code} đã được kiểm tra. Đăng nhập trang tuyển sinh để xem việc"
            " cần làm.",
        ),
        "en": Words(
            "Registration checked",
            f"The registration for pupil code {{code}} was checked. {_SIGN_IN_EN} to see the"
            " outcome and what you can do.",
            "Registration for pupil code {code} was checked. Sign in to see what you can do.",
        ),
    },
    "postponed": {
        "vi": Words(
            "Xin lỗi vì trả kết quả chậm",
            "Hồ sơ của học sinh có mã {code} chưa được trả lời đúng hẹn, chúng tôi xin lỗi Quý phụ"
            f" huynh. Ngày hẹn mới: {{on}}. {_SIGN_IN_VI} để xem lý do.",
            "Xin lỗi: hồ sơ mã học sinh {code} chưa trả lời đúng hẹn. Hẹn lại ngày {on}.",
        ),
        "en": Words(
            "Sorry for the delay",
            "The registration for pupil code {code} was not answered in time, and we apologise."
            f" The new date is {{on}}. {_SIGN_IN_EN} to see why.",
            "Sorry: pupil code {code} was not answered in time. The new date is {on}.",
        ),
    },
    "objection_answered": {
        "vi": Words(
            "Đã trả lời kiến nghị",
            f"Kiến nghị về hồ sơ của học sinh có mã {{code}} đã được trả lời. {_SIGN_IN_VI} để đọc"
            " trả lời.",
            "Đã trả lời kiến nghị về mã học sinh {code}. Đăng nhập trang tuyển sinh để đọc.",
        ),
        "en": Words(
            "Objection answered",
            f"The objection about pupil code {{code}} is answered. {_SIGN_IN_EN} to read the"
            " answer.",
            "The objection about pupil code {code} is answered. Sign in to read it.",
        ),
    },
    "results_provisional": {
        "vi": Words(
            "Đã có kết quả dự kiến",
            f"Kết quả dự kiến của học sinh có mã {{code}} đã được công bố. {_SIGN_IN_VI} để xem, và"
            " báo nếu có thông tin sai.",
            "Đã có kết quả dự kiến của mã học sinh {code}. Đăng nhập trang tuyển sinh để xem.",
        ),
        "en": Words(
            "Provisional results",
            f"The provisional result for pupil code {{code}} is published. {_SIGN_IN_EN} to see it,"
            " and report what is wrong.",
            "The provisional result for pupil code {code} is out. Sign in to see it.",
        ),
    },
    "results_final": {
        "vi": Words(
            "Đã có kết quả chính thức",
            f"Kết quả chính thức của học sinh có mã {{code}} đã được công bố. {_SIGN_IN_VI} để xem"
            " và biết việc cần làm tiếp theo.",
            "Đã có kết quả chính thức của mã học sinh {code}. Đăng nhập trang tuyển sinh để xem.",
        ),
        "en": Words(
            "Final results",
            f"The final result for pupil code {{code}} is published. {_SIGN_IN_EN} to see it and"
            " what to do next.",
            "The final result for pupil code {code} is out. Sign in to see it.",
        ),
    },
    "answers_opened": {
        "vi": Words(
            "Cần trả lời về chỗ học",
            f"Quý phụ huynh của học sinh có mã {{code}} cần trả lời chậm nhất ngày {{on}}."
            f" {_SIGN_IN_VI} để xem và trả lời.",
            "Mã học sinh {code}: cần trả lời chậm nhất {on}. Đăng nhập trang tuyển sinh để xem.",
        ),
        "en": Words(
            "Please answer",
            f"The family of pupil code {{code}} is asked for an answer by {{on}}. {_SIGN_IN_EN} to"
            " see it and answer.",
            "Pupil code {code}: please answer by {on}. Sign in to see.",
        ),
    },
    "answer_reminder": {
        "vi": Words(
            "Nhắc hạn trả lời",
            "Chúng tôi chưa nhận được trả lời cho học sinh có mã {code}. Hạn cuối là ngày {on}."
            f" {_SIGN_IN_VI} để trả lời.",
            "Nhắc hạn: mã học sinh {code} chưa trả lời. Hạn cuối {on}. Đăng nhập trang tuyển sinh.",
        ),
        "en": Words(
            "Reminder: please answer",
            "We have no answer yet for pupil code {code}. The last day is {on}."
            f" {_SIGN_IN_EN} to answer.",
            "Reminder: no answer yet for pupil code {code}. Last day {on}. Please sign in.",
        ),
    },
    "seat_moved": {
        "vi": Words(
            "Có thay đổi từ danh sách chờ",
            f"Sau đợt xét danh sách chờ, hồ sơ của học sinh có mã {{code}} có thay đổi."
            f" {_SIGN_IN_VI} để xem và biết việc cần làm.",
            "Mã học sinh {code}: có thay đổi từ danh sách chờ. Đăng nhập trang tuyển sinh để xem.",
        ),
        "en": Words(
            "News from the waiting list",
            "A round of the waiting list changed something for pupil code {code}."
            f" {_SIGN_IN_EN} to see it and what to do.",
            "Pupil code {code}: news from the waiting list. Sign in to see it.",
        ),
    },
}
