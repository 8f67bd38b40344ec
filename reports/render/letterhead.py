"""Whose report it is and who gets it, as NĐ 30/2020 (annex I) wants a paper to say."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The names that the issuing office sets once; what is empty is printed as a dotted line."""

    authority: str = ""  # cơ quan chủ quản: "UBND TỈNH ĐỒNG NAI"
    office: str = ""  # cơ quan ban hành: "SỞ KHOA HỌC VÀ CÔNG NGHỆ"
    place: str = ""  # địa danh: "Đồng Nai"
    symbol: str = ""  # ký hiệu, after "Số: …": "BC-SKHCN"
    recipients: tuple[str, ...] = ()  # nơi nhận: "UBND tỉnh (để báo cáo)", "Lưu: VT"
