"""What a verification says, in Vietnamese and in English, without any library."""

from collections.abc import Mapping
from dataclasses import dataclass

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence in both languages; ``key`` names it for programs."""

    key: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked and what differs, both in the order of checking."""

    checked: tuple[Line, ...]
    differences: tuple[Line, ...]

    @property
    def holds(self) -> bool:
        """Say whether nothing differs."""
        return not self.differences


_CHECKED: Mapping[str, tuple[str, str]] = {
    "members": (
        "Đủ {count} tệp, mỗi tệp đúng với mã băm ghi trong bản kê (manifest.json).",
        "All {count} files are present and match the digests in the manifest (manifest.json).",
    ),
    "rules": (
        "Quy tắc xét tuyển {name}, phiên bản {version}; mã băm {hash}",
        "Admission rules {name}, version {version}; hash {hash}",
    ),
    "seat_plans": (
        "Chỉ tiêu: {seats} chỗ tại {count} trường, tuyến; mã băm {hash}",
        "Seat plans: {seats} seats in {count} schools and zones; hash {hash}",
    ),
    "commitment": (
        "Hạt giống đúng với cam kết đã công bố trước: {commitment}",
        "The seed of the draw fits the commitment published before it: {commitment}",
    ),
    "public_value": (
        "Giá trị công khai “{value}” ({name}) ngày {on}, sau ngày chốt danh sách ({frozen}).",
        "The public value “{value}” ({name}) is of {on}, after the day of freezing ({frozen}).",
    ),
    "same_day": (
        (
            "Giá trị công khai “{value}” ({name}) có cùng ngày {on} với ngày chốt: hai cán"
            " bộ đã cam đoan giá trị này xuất hiện sau {frozen}. Quý vị hãy đối chiếu giờ công bố."
        ),
        (
            "The public value “{value}” ({name}) is of {on}, the day of freezing itself: two"
            " officers declared that it arose after {frozen}. Compare the hour of its publication."
        ),
    ),
    "renamed": (
        (
            "Giá trị công khai đã được thay: trước là {name}, ngày {on}; sau là {new_name}, ngày "
            "{new_on}. Lý do: {reason}"
        ),
        (
            "The public value was replaced: before {name}, of {on}; then {new_name}, of {new_on}. "
            "Reason: {reason}"
        ),
    ),
    "distances": (
        "Khoảng cách từ giữa {count} tuyến đến các trường; mã băm {hash}",
        "Distances from the middle of {count} zones to the schools; hash {hash}",
    ),
    "entries": (
        "Danh sách có {count} hồ sơ, viết đúng dạng chuẩn, theo thứ tự mã hồ sơ.",
        "The list has {count} registrations, in canonical form and in code order.",
    ),
    "list_hash": (
        "Danh sách đã chốt có gốc Merkle {hash}",
        "The frozen list has the Merkle root {hash}",
    ),
    "numbers": (
        "Đã tính lại số thứ tự ngẫu nhiên của {count} hồ sơ từ hạt giống và giá trị “{value}”.",
        "Recomputed {count} lottery numbers from the seed and the public value “{value}”.",
    ),
    "placements": (
        "Đã xếp lại chỗ học cho {count} hồ sơ: mọi kết quả đều trùng khớp.",
        "Recomputed the placements of {count} registrations: every one is the same.",
    ),
    "cut_offs": (
        "Đã tính lại {count} mức trúng tuyển cuối theo trường và đối tượng.",
        "Recomputed {count} cut-offs by school and band.",
    ),
    "waiting": (
        "Đã tính lại danh sách chờ: {count} lượt chờ.",
        "Recomputed the waiting lists: {count} places in them.",
    ),
    "certificate": (
        "Đã lập lại chứng nhận: đúng chỉ tiêu, đúng điều kiện, không ai bị vượt, không bỏ phí chỗ.",
        "Recomputed the certificate: capacities, eligibility, nobody passed over, no seat wasted.",
    ),
    "corrections": (
        (
            "Đính chính {count} hồ sơ sau kết quả dự kiến, mỗi hồ sơ có lý do, chỉ sửa thông tin"
            " làm căn cứ; số ngẫu nhiên giữ nguyên. {moved} hồ sơ đổi trường trong lần xếp cuối:"
        ),
        (
            "{count} registrations were corrected after the provisional results, each with a"
            " reason and in its facts only; numbers stay. {moved} end at another school in the"
            " final run:"
        ),
    ),
    "ledger": (
        (
            "Đã làm lại {rounds} vòng gọi danh sách chờ từ {answers} câu trả lời: {count} dòng"
            " trong sổ đều trùng khớp, không ai bị vượt."
        ),
        (
            "Held {rounds} rounds again from {answers} answers: all {count} lines of the ledger"
            " are the same, nobody was passed over."
        ),
    ),
    "rolls": (
        "Danh sách trúng tuyển sau vòng cuối: {count} chỗ, đều trùng khớp.",
        "The rolls after the last round: {count} seats, every one is the same.",
    ),
    "proof": (
        "Hồ sơ {code} có trong danh sách chốt: thứ {place} trong {size}; mã danh sách {hash}",
        "Registration {code} is in the frozen list: entry {place} of {size}; list hash {hash}",
    ),
    "own_number": (
        "Số thứ tự ngẫu nhiên tính lại từ hạt giống và giá trị công khai “{value}”: {number}",
        "Lottery number, recomputed from the seed and the public value “{value}”: {number}",
    ),
    "own_number_at": (
        "Số thứ tự ngẫu nhiên tại {school}, tính lại từ hạt giống và “{value}”: {number}",
        "Lottery number at {school}, recomputed from the seed and “{value}”: {number}",
    ),
    "submission": (
        "Mã kiểm chứng của nội dung đã gửi: {hash}",
        "Submission hash of what was sent: {hash}",
    ),
    "announced": (
        "Trùng với giá trị quý vị nhập từ thông báo: {what}",
        "Equals the value you gave from the announcement: {what}",
    ),
}

_DIFFERENCES: Mapping[str, tuple[str, str]] = {
    "member_changed": (
        "Tệp {name} không đúng với mã băm ghi trong bản kê: tệp hoặc bản kê đã bị sửa.",
        "The file {name} does not match its digest in the manifest: one of them was changed.",
    ),
    "member_missing": (
        "Thiếu tệp {name}.",
        "The file {name} is missing.",
    ),
    "member_unknown": (
        "Có tệp lạ {name} không thuộc gói công bố.",
        "There is a file {name} that does not belong to the bundle.",
    ),
    "unreadable": (
        "Không đọc được tệp {name}: {reason}",
        "The file {name} cannot be read: {reason}",
    ),
    "not_canonical": (
        "Tệp {name} không viết ở dạng chuẩn.",
        "The file {name} is not in canonical form.",
    ),
    "entries_order": (
        "Tệp {name}, dòng {line}: mã hồ sơ {code} sai thứ tự hoặc bị lặp.",
        "The file {name}, line {line}: registration {code} is out of order or stands twice.",
    ),
    "commitment": (
        "Hạt giống không đúng với cam kết: băm ra {found}, cam kết ghi {stated}.",
        "The seed does not fit the commitment: it hashes to {found}, the commitment is {stated}.",
    ),
    "list_hash": (
        "Danh sách hồ sơ không phải danh sách đã chốt: gốc Merkle {found}, đã chốt {stated}.",
        "The list of registrations is not the frozen one: Merkle root {found}, frozen {stated}.",
    ),
    "proof": (
        "Bằng chứng không dẫn từ hồ sơ {code} đến mã danh sách {hash}.",
        "The proof does not lead from registration {code} to the list hash {hash}.",
    ),
    "submission": (
        "Nội dung đã gửi có mã kiểm chứng {found}, còn nơi đối chiếu ghi {stated}.",
        "What was sent has the submission hash {found}, but {stated} is stated.",
    ),
    "too_early": (
        "Giá trị công khai ({name}) đề ngày {on}, trước khi chốt danh sách ({frozen}).",
        "The public value ({name}) is of {on}, before the list was frozen ({frozen}).",
    ),
    "renamed": (
        (
            "Việc thay giá trị công khai từ {name} ({on}) sang {new_name} ({new_on}) không khớp"
            " với giá trị đã dùng hoặc đề ngày quá sớm."
        ),
        (
            "Replacing the public value {name} ({on}) by {new_name} ({new_on}) does not lead to"
            " the value that was used, or names too early a day."
        ),
    ),
    "number": (
        "Số thứ tự ngẫu nhiên của hồ sơ {code}: gói ghi {stated}, tính lại được {found}.",
        "Lottery number of registration {code}: the bundle says {stated}, recomputed {found}.",
    ),
    "placement": (
        "Kết quả của hồ sơ {what}: gói ghi {stated}; tính lại được {found}.",
        "Placement of registration {what}: the bundle says {stated}; recomputed {found}.",
    ),
    "cut_off": (
        "Mức trúng tuyển cuối của {what}: gói ghi {stated}; tính lại được {found}.",
        "Cut-off of {what}: the bundle says {stated}; recomputed {found}.",
    ),
    "waiting": (
        "Danh sách chờ, {what}: gói ghi {stated}; tính lại được {found}.",
        "Waiting list, {what}: the bundle says {stated}; recomputed {found}.",
    ),
    "certificate": (
        "Chứng nhận phân bổ, mục {what}: gói ghi {stated}; tính lại được {found}.",
        "Certificate, {what}: the bundle says {stated}; recomputed {found}.",
    ),
    "violation": (
        "Chứng nhận phân bổ không đạt: {what}.",
        "The certificate does not hold: {what}.",
    ),
    "not_allocatable": (
        "Không thể xếp lại chỗ học từ các tệp này: {reason}",
        "The placements cannot be recomputed from these files: {reason}",
    ),
    "corrections": (
        "Danh sách đã đính chính không khớp với danh sách đã chốt: {reason}",
        "The corrected list does not fit the frozen one: {reason}",
    ),
    "round": (
        "Không thể làm lại các vòng gọi danh sách chờ: {reason}",
        "The rounds cannot be held again: {reason}",
    ),
    "ledger": (
        "Sổ các vòng gọi danh sách chờ ghi {stated}; làm lại được {found}.",
        "The ledger of the rounds says {stated}; held again it is {found}.",
    ),
    "rolls": (
        "Danh sách trúng tuyển ghi {stated}; làm lại được {found}.",
        "The rolls say {stated}; held again they are {found}.",
    ),
    "kind": (
        "Hồ sơ {code} không thuộc loại đợt tuyển sinh ghi trong bản kê ({kind}).",
        "Registration {code} does not belong to the kind of intake in the manifest ({kind}).",
    ),
    "announced": (
        "Khác với thông báo, {what}: gói có {found}, giá trị quý vị nhập là {stated}.",
        "Differs from the announcement, {what}: the bundle has {found}, you gave {stated}.",
    ),
}


def checked(key: str, **values: object) -> Line:
    """Return the sentence for a check that held."""
    return _line(_CHECKED, key, values)


def difference(key: str, **values: object) -> Line:
    """Return the sentence for a difference that was found."""
    return _line(_DIFFERENCES, key, values)


def _line(words: Mapping[str, tuple[str, str]], key: str, values: Mapping[str, object]) -> Line:
    vi, en = words[key]
    shown = {name: _shown(value) for name, value in values.items()}
    return Line(key=key, vi=vi.format(**shown), en=en.format(**shown))


def _shown(value: object) -> str:
    # The values come out of a file of unknown origin: no control character reaches the terminal.
    text = "".join(c if c.isprintable() else "?" for c in str(value))
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
