"""Parts of Vietnamese personal names, with rough frequencies.

Surname shares follow the commonly quoted ones for the Kinh majority (Nguyễn about 38 %, Trần 11 %,
Lê 9 %, Phạm 7 %) with the northern spelling of a few. They make lists look and sort as they would
in an office; they are no statistics.
"""

SURNAMES: dict[str, float] = {
    "Nguyễn": 38.0, "Trần": 11.0, "Lê": 9.3, "Phạm": 7.0, "Hoàng": 4.6, "Vũ": 3.9, "Đặng": 2.2,
    "Bùi": 2.3, "Đỗ": 2.2, "Phan": 2.0, "Ngô": 1.5, "Dương": 1.2, "Đào": 1.0, "Đinh": 0.9,
    "Trịnh": 0.9, "Lưu": 0.8, "Hà": 0.8, "Phùng": 0.8, "Tạ": 0.7, "Chu": 0.7, "Mai": 0.7,
    "Đoàn": 0.7, "Cao": 0.6, "Trương": 0.6, "Vương": 0.5, "Nghiêm": 0.4, "Khuất": 0.4, "Kiều": 0.4,
    "Lương": 0.5, "Tô": 0.4, "Võ": 0.3, "Hồ": 0.3, "Lý": 0.3, "Quách": 0.2, "Doãn": 0.2, "Cấn": 0.2,
    "Thái": 0.2, "Lại": 0.2, "Đàm": 0.2, "Tống": 0.2, "Văn": 0.1, "Giang": 0.1, "Âu": 0.05,
    "Ông": 0.05, "Ứng": 0.02,
}  # fmt: skip

DOUBLE_SURNAMES = (
    "Nguyễn Hoàng", "Trần Lê", "Phạm Nguyễn", "Lê Nguyễn", "Vũ Trần", "Nguyễn Đình", "Đỗ Hoàng",
    "Nguyễn Phan", "Đặng Vũ", "Hoàng Phạm", "Nguyễn Phúc", "Lê Trần", "Bùi Đặng", "Tôn Thất",
)  # fmt: skip

BOY_MIDDLES = (
    "Minh", "Gia", "Đức", "Hoàng", "Bảo", "Quang", "Tuấn", "Anh", "Hữu", "Văn", "Nhật", "Duy",
    "Đăng", "Khánh", "Thái", "Hải", "Tiến", "Xuân", "Ngọc", "Thanh", "Quốc", "Trọng", "Việt",
    "Trung", "Phúc", "Thiên", "An", "Công", "Đình", "Mạnh",
)  # fmt: skip

BOY_GIVEN = (
    "Anh", "Khôi", "Minh", "Bảo", "Nam", "Khang", "Phúc", "Đức", "Quân", "Huy", "Long", "Nguyên",
    "Phong", "Hưng", "Kiên", "Dũng", "Tùng", "Lâm", "Sơn", "Đăng", "Thịnh", "Hiếu", "Vinh", "Việt",
    "Bách", "Tuấn", "Duy", "Quang", "An", "Khoa", "Nhật", "Hoàng", "Thành", "Trung", "Hải", "Đạt",
    "Vũ", "Trí", "Kha", "Tú", "Lộc", "Thiện", "Khải", "Mạnh", "Cường", "Giang", "Hào", "Ân", "Ý",
    "Đông",
)  # fmt: skip

GIRL_MIDDLES = (
    "Bảo", "Khánh", "Ngọc", "Phương", "Minh", "Hà", "Thùy", "Quỳnh", "Diệu", "An", "Tuệ", "Mai",
    "Thanh", "Gia", "Hải", "Kim", "Thu", "Tú", "Trúc", "Linh", "Cát", "Nhã", "Thị", "Hoàng", "Yến",
    "Lan", "Ánh", "Thảo", "Vân", "Nguyệt",
)  # fmt: skip

GIRL_GIVEN = (
    "Anh", "Linh", "Chi", "Ngân", "Hà", "Trang", "Vy", "Nhi", "My", "An", "Châu", "Diệp", "Hân",
    "Ngọc", "Thảo", "Phương", "Mai", "Lan", "Hương", "Quỳnh", "Uyên", "Khuê", "Thư", "Trâm", "Yến",
    "Dương", "Nhiên", "Băng", "Lam", "Tuệ", "Giang", "Hạnh", "Vân", "Ly", "Trà", "Thủy", "Như",
    "Khánh", "Minh", "Đan", "San", "Tâm", "Ánh", "Oanh", "Xuân", "Hiền", "Nga", "Duyên", "Bích",
    "Đào",
)  # fmt: skip

MEN_MIDDLES = (
    "Văn", "Văn", "Văn", "Đức", "Quang", "Xuân", "Hữu", "Mạnh", "Tuấn", "Minh", "Đình", "Ngọc",
    "Trọng", "Duy", "Anh", "Thanh", "Tiến", "Công", "Bá", "Huy",
)  # fmt: skip

MEN_GIVEN = (
    "Hùng", "Dũng", "Tuấn", "Hải", "Thắng", "Cường", "Sơn", "Hưng", "Nam", "Trung", "Long", "Minh",
    "Tùng", "Thành", "Hiếu", "Quân", "Kiên", "Toàn", "Đạt", "Hoàng", "Linh", "Tú", "Giang",
    "Chiến", "Thủy", "Bình", "Quyết", "Phương", "Vinh", "Khánh", "Tâm", "Lợi", "Huỳnh", "Doanh",
    "Đông",
)  # fmt: skip

WOMEN_MIDDLES = (
    "Thị", "Thị", "Thị", "Thị", "Thị Thu", "Thị Thanh", "Thị Ngọc", "Thị Minh", "Thu", "Thanh",
    "Ngọc", "Hồng", "Bích", "Phương", "Thùy", "Kim", "Mai", "Minh", "Hải", "Lan",
)  # fmt: skip

WOMEN_GIVEN = (
    "Hương", "Lan", "Huyền", "Thủy", "Hằng", "Hoa", "Dung", "Hà", "Hạnh", "Nga", "Trang", "Linh",
    "Thảo", "Phương", "Nhung", "Mai", "Yến", "Vân", "Ngọc", "Hiền", "Loan", "Tuyết", "Thúy",
    "Oanh", "Lý", "Hoài", "Ngân", "Giang", "Anh", "Quyên", "Thơm", "Nguyệt", "Xuân", "Tâm", "Bích",
)  # fmt: skip

# Family names and given names by people; an empty middle is no middle name at all.
MINORITY_NAMES: dict[str, dict[str, tuple[str, ...]]] = {
    "Mường": {
        "family": ("Quách", "Bùi", "Đinh", "Hà", "Bạch", "Phùng"),
        "male": ("Văn Thưởng", "Công Hậu", "Văn Lực", "Đình Khiêm", "Tuấn Tài"),
        "female": ("Thị Sao", "Thị Ưn", "Thị Hoài Thu", "Thị Mỷ", "Thanh Dịu"),
    },
    "Dao": {
        "family": ("Triệu", "Bàn", "Dương", "Đặng", "Lý"),
        "male": ("Chòi Vạng", "Tiến Tình", "Văn Sinh", "Phúc Lâm"),
        "female": ("Mùi Ghển", "Thị Mẩy", "Thị Nái", "Mùi Chản"),
    },
    "Thái": {
        "family": ("Lò", "Quàng", "Cà", "Lường", "Hoàng"),
        "male": ("Văn Pánh", "Văn Inh", "Minh Quyền", "Văn Chướng"),
        "female": ("Thị Ín", "Thị Phượng", "Thị Hặc", "Thị Kim Ánh"),
    },
    "Tày": {
        "family": ("Nông", "Ma", "Hoàng", "Bế", "Lục"),
        "male": ("Đức Thiện", "Văn Páo", "Quốc Khánh", "Thế Hiển"),
        "female": ("Thị Niềm", "Thúy Quỳnh", "Thị Diệu Ly", "Bảo Yến"),
    },
    "Mông": {
        "family": ("Giàng", "Sùng", "Vàng", "Thào", "Mùa", "Lầu"),
        "male": ("A Páo", "A Chớ", "Seo Lử", "A Dế", "Mí Và"),
        "female": ("Thị Mỷ", "Thị Dợ", "Thị Sua", "Y Dua"),
    },
}

# Peoples who put the family name last (Ê Đê, Gia Rai): Y is a boy, H' is a girl.
HIGHLAND_FAMILIES = (
    "Niê",
    "Ayun",
    "Êban",
    "Ksor",
    "Mlô",
    "Niê Kđăm",
    "Byă",
    "Siu",
    "Rmah",
    "Kbuôr",
)
HIGHLAND_BOYS = ("Y Khang", "Y Wil", "Y Thiên", "Y Bhiông", "Y Jun", "Y Moan", "Y Tlơ")
HIGHLAND_GIRLS = ("H' Linh", "H' Hen", "H' Ngân", "H'Mai", "H' Duyên", "H' Loan", "H'Bia")
