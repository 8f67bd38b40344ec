"""What collectors found wanting, in the words of the one who reads.

A collector says it in English, several findings parted by semicolons; each sentence of this kind is
known here, and what is not known stands as it was said.
"""

import re

from core.text import Language

_PARTS = {
    "power supply": "bộ nguồn",
    "power": "công suất",
    "drive": "ổ đĩa",
    "fan": "quạt",
    "temperature": "nhiệt độ",
    "voltage": "điện áp",
    "storage": "bộ lưu trữ",
    "controller": "bộ điều khiển đĩa",
    "volume": "ổ logic",
    "memory": "bộ nhớ",
    "processor": "bộ xử lý",
    "system": "máy",
    "chassis": "khung máy",
    "manager": "bộ quản lý",
}
_PART = re.compile(rf"({'|'.join(_PARTS)}) (.*): (Critical|Warning)")
_HEALTH = {"Critical": "hỏng (Critical)", "Warning": "cần chú ý (Warning)"}
_SENTENCES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"disk (.+) is (\S+) full", "ổ đĩa {0} đã đầy {1}"),
        (r"service (.+) does not run", "dịch vụ {0} không chạy"),
        (r"service (.+) is not there", "không có dịch vụ {0}"),
        (r"service (.+) has failed", "dịch vụ {0} bị lỗi"),
        (r"(\S+) of memory is in use", "bộ nhớ đã dùng {0}"),
        (r"the processors are (\S+) busy", "bộ xử lý bận {0}"),
        (r"(.+) is switched off", "{0} đang tắt nguồn"),
        (r"drive (.+) says that it will fail", "ổ đĩa {0} báo sắp hỏng"),
        (r"alarm: (.+)", "cảnh báo: {0}"),
        (r"(.+) is (\S+), above (\S+)", "{0} là {1}, cao hơn {2}"),
        (r"(.+) is (\S+), below (\S+)", "{0} là {1}, thấp hơn {2}"),
        (r"(\w+): it gives nothing", "{0}: không có số liệu"),
        (r"(\w+): query: it takes too long", "{0}: truy vấn chạy quá lâu"),
        (r"no file is called (.+)", "không có tệp nào tên {0}"),
        (
            r"the newest backup (.+) is (\d+) minutes old, more than (\d+) (?:minutes|hours|days)",
            "bản sao lưu mới nhất {0} đã cũ {1} phút",
        ),
        (
            r"the newest backup (.+) is (\d+) hours old, more than (\d+) (?:minutes|hours|days)",
            "bản sao lưu mới nhất {0} đã cũ {1} giờ",
        ),
        (
            r"the newest backup (.+) is (\d+) days old, more than (\d+) (?:minutes|hours|days)",
            "bản sao lưu mới nhất {0} đã cũ {1} ngày",
        ),
        (r"(\S+) ended ill at (.+?): (.+)", "{0} báo hỏng lúc {1}: {2}"),
        (r"(\S+) ended ill at (.+)", "{0} báo hỏng lúc {1}"),
        (r"(\S+) has not told yet that it ended well", "{0} chưa báo xong lần nào"),
        (r"(.+) has (\d+) bytes, fewer than (\d+)", "{0} chỉ có {1} byte, ít hơn {2}"),
        (
            r"(.+) is only (\S+) as large as the one before",
            "{0} chỉ bằng {1} bản trước đó",
        ),
        (r"(\S+) (\w+) are left, fewer than (\S+)", "còn {0} {1}, ít hơn {2}"),
        (r"and (\d+) more", "và {0} điều khác"),
        (r"the server speaks no TLS", "máy chủ không có TLS"),
        (r"the listener knows no service (.+)", "cổng nghe không có dịch vụ {0}"),
    )
)


def found(detail: str, language: Language) -> str | None:
    """Return what was found in words; None unless a part of it at least is known here."""
    parts = detail.split("; ")
    said = [_said(part) for part in parts]
    if all(one is None for one in said):
        return None
    if language == "en":
        return detail
    return "; ".join(one or part for one, part in zip(said, parts, strict=True))


def _said(part: str) -> str | None:
    if match := _PART.fullmatch(part):
        kind, name, health = match.groups()
        return f"{_PARTS[kind]} {name}: {_HEALTH[health]}"
    for pattern, words in _SENTENCES:
        if match := pattern.fullmatch(part):
            return words.format(*match.groups())
    return None
