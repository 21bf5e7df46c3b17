"""Names on signs: streets, villages, residential groups, schools, kindergartens."""

import random
from collections.abc import Iterator

STREETS = (
    "Trần Phú", "Nguyễn Trãi", "Lê Lợi", "Quang Trung", "Lý Thường Kiệt", "Trần Hưng Đạo",
    "Hai Bà Trưng", "Lê Duẩn", "Nguyễn Thái Học", "Phan Đình Phùng", "Hoàng Hoa Thám", "Đội Cấn",
    "Kim Mã", "Giảng Võ", "Láng Hạ", "Tây Sơn", "Nguyễn Lương Bằng", "Khâm Thiên", "Bạch Mai",
    "Trương Định", "Minh Khai", "Lạc Trung", "Lò Đúc", "Nguyễn Văn Cừ", "Ngọc Lâm", "Ngô Gia Tự",
    "Xuân Thủy", "Cầu Giấy", "Nguyễn Khánh Toàn", "Trần Duy Hưng", "Hoàng Quốc Việt",
    "Lạc Long Quân", "Âu Cơ", "Thụy Khuê", "Phạm Văn Đồng", "Hồ Tùng Mậu", "Lê Trọng Tấn",
    "Khương Đình", "Vũ Tông Phan", "Định Công", "Giải Phóng", "Tam Trinh", "Lĩnh Nam",
    "Nguyễn Xiển", "Tô Hiệu", "Phùng Hưng", "Văn Phú", "Yên Lãng", "Nguyễn Chí Thanh",
    "Nguyễn Phong Sắc", "Đặng Văn Ngữ", "Phạm Ngọc Thạch", "Chùa Bộc", "Thái Hà", "Hào Nam",
    "Cát Linh", "Vạn Phúc", "Liễu Giai", "Phú Diễn", "Cổ Nhuế", "Đức Thắng", "Xuân Đỉnh",
    "Hồng Tiến", "Thạch Bàn", "Cổ Linh", "Sài Đồng",
)  # fmt: skip

VILLAGES = (
    "Đông", "Đoài", "Trung", "Thượng", "Hạ", "Nội", "Ngoại", "Chợ", "Đình", "Chùa", "Cầu", "Giữa",
    "Mới", "Bãi", "Đồng", "Gò", "Ngõ", "Trại", "Xuân Sơn", "Tân Thành", "Hòa Bình", "Đồng Tâm",
    "Phú An", "Yên Mỹ", "Kim Sơn", "Thái Bình", "Đại Đồng", "Vĩnh Lộc", "Cẩm Đình", "Phúc Lâm",
    "Hương Gia", "An Mỹ", "Đồi Sen", "Bến Đò", "Cây Đa", "Giếng Ngọc", "Lam Điền", "Thọ Vực",
    "Cống Xuyên", "Ba Lăng",
)  # fmt: skip

TOWER_PREFIXES = ("HH", "CT", "VP", "N")

SCHOOL_HEROES = (
    "Nguyễn Trãi", "Lê Văn Tám", "Kim Đồng", "Võ Thị Sáu", "Trần Quốc Toản", "Lý Tự Trọng",
    "Nguyễn Bá Ngọc", "Nguyễn Du", "Chu Văn An", "Lê Quý Đôn", "Nguyễn Bỉnh Khiêm",
    "Lương Thế Vinh", "Tô Vĩnh Diện", "La Văn Cầu", "Bế Văn Đàn", "Phan Đình Giót",
    "Nguyễn Viết Xuân", "Cù Chính Lan", "Vừ A Dính", "Nguyễn Thị Minh Khai", "Lê Hồng Phong",
    "Trần Phú", "Nguyễn Văn Trỗi", "Hoàng Văn Thụ", "Ngô Quyền", "Đinh Tiên Hoàng", "Lê Lợi",
    "Quang Trung", "Lý Thái Tổ", "Lý Thường Kiệt", "Trần Nhật Duật", "Phan Chu Trinh",
    "Nguyễn Khuyến", "Đoàn Thị Điểm", "Hoàng Hoa Thám", "Tô Hiến Thành", "Nguyễn Khả Trạc",
    "Trần Nhân Tông", "Mạc Đĩnh Chi", "Nguyễn Siêu",
)  # fmt: skip

_PLACE_FIRST = (
    "An", "Bình", "Cao", "Đại", "Đông", "Hòa", "Hồng", "Hưng", "Khánh", "Kim", "Lam", "Liên",
    "Long", "Minh", "Mỹ", "Nam", "Ngọc", "Phú", "Phúc", "Quảng", "Sơn", "Tân", "Thanh", "Thịnh",
    "Thụy", "Trung", "Vân", "Viên", "Xuân", "Yên",
)  # fmt: skip
_PLACE_SECOND = (
    "Bình", "Châu", "Đình", "Đức", "Giang", "Hà", "Hải", "Hòa", "Hưng", "Khê", "Lạc", "Lâm",
    "Lãng", "Lộc", "Mỹ", "Nghĩa", "Phong", "Phú", "Quang", "Sơn", "Thành", "Thịnh", "Thủy", "Tiến",
    "Trạch", "Vân", "Viên", "Xá", "Xuân", "Yên",
)  # fmt: skip

KINDERGARTENS = (
    "Hoa Mai", "Hoa Sen", "Hoa Hồng", "Sao Mai", "Họa Mi", "Ánh Sao", "Tuổi Thơ", "Bình Minh",
    "Mầm Xanh", "Vàng Anh", "Sơn Ca", "Hướng Dương", "Tuổi Hoa", "Măng Non", "Hoa Phượng",
    "Ban Mai", "Cầu Vồng",
)  # fmt: skip

PROVINCES = (
    "tỉnh Hưng Yên", "tỉnh Ninh Bình", "tỉnh Phú Thọ", "tỉnh Bắc Ninh", "tỉnh Thái Nguyên",
    "tỉnh Thanh Hóa", "tỉnh Nghệ An", "thành phố Hải Phòng", "tỉnh Quảng Ninh", "tỉnh Tuyên Quang",
    "tỉnh Lào Cai",
)  # fmt: skip


def place_names(*, rng: random.Random) -> Iterator[str]:
    """Yield invented village names of two syllables, each once, in a drawn order."""
    pairs = [f"{one} {two}" for one in _PLACE_FIRST for two in _PLACE_SECOND if one != two]
    rng.shuffle(pairs)
    yield from pairs
