"""What do people write at the head of a column, on the tab of a sheet, and for a choice?"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from core.text import Text
from inventory.search import key
from inventory.tables import HEADINGS, TABLES

_key = lru_cache(maxsize=1 << 12)(key)
IGNORED = "-"  # the target of a column that is not read
CONTEXT = ("district", "province")  # columns that only tell namesake units apart


def _text(vi: str, en: str) -> Text:
    return Text(vi=vi, en=en)


_HEADS: Mapping[str, Text] = MappingProxyType(
    {
        "slug": _text("Mã định danh", "Identifier"),
        "code": _text("Mã đơn vị", "Unit code"),
        "level": _text("Cấp", "Level"),
        "district": _text("Huyện (cũ)", "Former district"),
        "province": _text("Tỉnh", "Province"),
        "name": _text("Tên", "Name"),
        "name_en": _text("Tên tiếng Anh", "English name"),
        "parent": _text("Đơn vị cấp trên", "Parent unit"),
        "province_code": _text("Mã tỉnh", "Province code"),
        "valid_from": _text("Hiệu lực từ", "Valid from"),
        "valid_to": _text("Hết hiệu lực từ", "Valid to"),
        "old": _text("Đơn vị cũ", "Old unit"),
        "new": _text("Đơn vị mới", "New unit"),
        "on": _text("Ngày thay đổi", "Day of change"),
        "partial": _text("Chỉ một phần", "In part only"),
        "kind": _text("Loại", "Kind"),
        "unit": _text("Đơn vị hành chính", "Administrative unit"),
        "organisation": _text("Cơ quan", "Organisation"),
        "role": _text("Vai trò", "Role"),
        "address": _text("Địa chỉ IP", "IP address"),
        "latitude": _text("Vĩ độ", "Latitude"),
        "longitude": _text("Kinh độ", "Longitude"),
        "calendar": _text("Lịch giờ bật máy", "Calendar"),
        "contact": _text("Đầu mối", "Contact"),
        "site": _text("Điểm", "Site"),
        "vendor": _text("Hãng", "Vendor"),
        "model": _text("Kiểu máy", "Model"),
        "profile": _text("Hồ sơ kiểm tra", "Profile"),
        "secret": _text("Tên chuỗi mật", "Secret name"),
        "uplinks": _text("Đường lên", "Uplinks"),
        "near": _text("Thiết bị phía trung tâm", "Near device"),
        "far": _text("Thiết bị phía xa", "Far device"),
        "near_port": _text("Cổng phía trung tâm", "Near port"),
        "far_port": _text("Cổng phía xa", "Far port"),
        "carrier": _text("Nhà mạng", "Carrier"),
        "circuit": _text("Mã kênh", "Circuit"),
        "capacity_mbps": _text("Băng thông (Mbit/s)", "Capacity (Mbit/s)"),
        "medium": _text("Môi trường truyền", "Medium"),
        "network": _text("Mạng", "Network"),
        "order": _text("Thứ tự", "Order"),
        "ring": _text("Vòng ring", "Ring"),
        "pop": _text("Trạm nhà mạng", "POP"),
        "feeder": _text("Lộ điện", "Power feeder"),
        "device": _text("Thiết bị đầu cuối", "Endpoint"),
        "seats": _text("Số chỗ", "Seats"),
        "aliases": _text("Tên trên cầu nối", "Called by bridges"),
        "url": _text("Địa chỉ (URL)", "Address (URL)"),
        "keyword": _text("Chữ phải có", "Keyword"),
        "vantage": _text("Điểm đo", "Vantage"),
        "depends_on": _text("Phụ thuộc vào", "Depends on"),
        "email": _text("Thư điện tử", "E-mail"),
        "phone": _text("Điện thoại", "Telephone"),
        "quiet": _text("Giờ không làm phiền", "Quiet hours"),
        "language": _text("Ngôn ngữ", "Language"),
        "days": _text("Các ngày trong tuần", "Days of the week"),
        "begin": _text("Giờ bắt đầu", "Begin"),
        "end": _text("Giờ kết thúc", "End"),
        "open_on_holidays": _text("Cả ngày lễ", "Open on holidays"),
        "like": _text("Theo giờ của thứ", "Like day of the week"),
        "owner": _text("Người lập lịch", "Owner"),
        "rota": _text("Lịch trực", "Rota"),
        "people": _text("Những người luân phiên", "People"),
        "start": _text("Ngày bắt đầu luân phiên", "Start"),
        "turn": _text("Mỗi phiên", "Turn"),
        "holidays": _text("Ngày lễ", "Holidays"),
        "step": _text("Bước", "Step"),
        "after": _text("Sau (phút)", "After (minutes)"),
        "tell": _text("Báo cho", "Tell"),
        "channels": _text("Kênh báo", "Channels"),
        "severities": _text("Mức sự cố", "Severities"),
        "metric": _text("Chuỗi số liệu", "Metric"),
        "labels": _text("Nhãn", "Labels"),
        "value": _text("Giá trị", "Value"),
        "window": _text("Cửa sổ (phút)", "Window (minutes)"),
        "comparison": _text("So sánh", "Comparison"),
        "threshold": _text("Ngưỡng", "Threshold"),
        "recovery": _text("Mức hết cảnh báo", "Recovery"),
        "duration": _text("Kéo dài (phút)", "Duration (minutes)"),
        "severity": _text("Mức sự cố", "Severity"),
        "enabled": _text("Có hiệu lực", "Enabled"),
        "source": _text("Nguồn của con số", "Source"),
        "target": _text("Đối tượng", "Target"),
        "template": _text("Mẫu giám sát", "Template"),
        "params": _text("Tham số", "Parameters"),
        "interval": _text("Chu kỳ (giây)", "Interval (s)"),
        "serial": _text("Số chứng thư", "Serial number"),
        "issuer": _text("Nơi cấp", "Issuer"),
        "begins": _text("Có hiệu lực từ", "Valid from (certificate)"),
        "ends": _text("Ngày hết hạn", "Expires"),
        "note": _text("Ghi chú", "Note"),
    }
)
_HEADS_OF: Mapping[tuple[str, str], Text] = MappingProxyType(
    {
        ("units", "name"): _text("Tên đơn vị", "Unit name"),
        ("organisations", "name"): _text("Tên cơ quan", "Organisation name"),
        ("sites", "name"): _text("Tên điểm", "Site name"),
        ("sites", "address"): _text("Địa chỉ", "Address"),
        ("devices", "name"): _text("Tên thiết bị", "Device name"),
        ("links", "name"): _text("Tên đường truyền", "Link name"),
        ("links", "address"): _text("Địa chỉ IP qua đường này", "IP address over this link"),
        ("rooms", "name"): _text("Tên phòng họp", "Room name"),
        ("services", "name"): _text("Tên dịch vụ", "Service name"),
        ("services", "device"): _text("Máy chủ", "Server"),
        ("contacts", "name"): _text("Họ và tên", "Full name"),
        ("calendars", "name"): _text("Tên lịch", "Calendar name"),
        ("special_days", "name"): _text("Tên ngày", "Day name"),
        ("special_days", "on"): _text("Ngày", "Day"),
        ("rotas", "name"): _text("Tên lịch trực", "Rota name"),
        ("rotas", "calendar"): _text("Giờ phải có người trực", "Hours to be covered"),
        ("rota_rules", "name"): _text("Tên quy tắc", "Rule name"),
        ("rota_rules", "role"): _text("Vai trực", "Duty role"),
        ("rota_rules", "begin"): _text("Giờ nhận ca", "From"),
        ("rota_rules", "end"): _text("Giờ giao ca", "To"),
        ("shifts", "on"): _text("Ngày trực", "Day"),
        ("shifts", "role"): _text("Vai trực", "Duty role"),
        ("shifts", "contact"): _text("Người trực", "Person on duty"),
        ("shifts", "begin"): _text("Giờ nhận ca", "From"),
        ("shifts", "end"): _text("Giờ giao ca", "To"),
        ("escalations", "name"): _text("Tên chuỗi báo tin", "Chain name"),
        ("escalations", "contact"): _text("Người được báo", "Person told"),
        ("rules", "name"): _text("Tên ngưỡng", "Rule name"),
        ("rules", "calendar"): _text("Giờ có hiệu lực", "Hours in force"),
        ("rules", "kind"): _text("Loại đối tượng", "Kind of target"),
        ("rules", "role"): _text("Loại thiết bị", "Kind of device"),
        ("certificates", "name"): _text("Cấp cho", "Holder"),
        ("certificates", "kind"): _text("Loại chứng thư", "Kind of certificate"),
        ("certificates", "contact"): _text("Người giữ", "Owner"),
    }
)


# Parts of a wide list that are rows of a table which has another part there already.
PARTS: Mapping[str, tuple[str, Text]] = MappingProxyType(
    {
        "endpoint": ("devices", _text("Thiết bị hội nghị", "Endpoint")),
        "reserve": ("links", _text("Kênh dự phòng", "Reserve line")),
    }
)


def told(target: str) -> Text:
    """Return what people call a target "table.column" of a list of several tables."""
    part, _, column = target.partition(".")
    table, tab = PARTS[part] if part in PARTS else (part, TABS[part])
    head = heading(table, column)
    return Text(f"{tab.vi}: {head.vi}", f"{tab.en}: {head.en}")


def heading(table: str, column: str) -> Text:
    """Return the heading that our own workbooks give a column."""
    return _HEADS_OF.get((table, column)) or _HEADS[column]


# Tabs of our own workbooks; Excel allows 31 letters.
TABS: Mapping[str, Text] = MappingProxyType(
    {
        "units": _text("Đơn vị hành chính", "Units"),
        "successions": _text("Đơn vị cũ - mới", "Successions"),
        "organisations": _text("Cơ quan", "Organisations"),
        "sites": _text("Điểm", "Sites"),
        "devices": _text("Thiết bị", "Devices"),
        "links": _text("Đường truyền", "Links"),
        "rooms": _text("Phòng họp trực tuyến", "Rooms"),
        "services": _text("Dịch vụ", "Services"),
        "contacts": _text("Đầu mối", "Contacts"),
        "calendars": _text("Lịch", "Calendars"),
        "special_days": _text("Ngày nghỉ, làm bù", "Special days"),
        "rotas": _text("Lịch trực", "Rotas"),
        "rota_rules": _text("Luân phiên trực", "Rota rules"),
        "shifts": _text("Ca trực", "Shifts"),
        "escalations": _text("Các bước báo tin", "Escalations"),
        "rules": _text("Ngưỡng cảnh báo", "Rules"),
        "certificates": _text("Chứng thư số", "Certificates"),
        "measures": _text("Mẫu giám sát", "Templates in use"),
    }
)
# Whose number a threshold is; what we propose must not pass for law.
SOURCES: Mapping[str, Text] = MappingProxyType(
    {
        "law": _text("quy định", "law"),
        "proposal": _text("đề xuất, chưa phải quy định", "proposal, not law"),
        "own": _text("tự đặt", "our own"),
    }
)
GUIDE = _text("Hướng dẫn", "Guide")
LOOKUP = _text("Tra cứu đơn vị", "Unit lookup")
SUMMARY = _text("Tóm tắt", "Summary")
ORDINAL = _text("STT", "No.")
EXAMPLE = _text("Ví dụ", "Example")
HELP = _text("Giải thích", "Help")
FAULTS = _text("Lỗi", "Problems")
ADVICE = _text("Gợi ý", "Suggestions")
# Sheets and columns that our own workbooks carry for people alone.
SKIPPED_TABS = frozenset(
    key(said) for text in (GUIDE, LOOKUP, SUMMARY) for said in (text.vi, text.en)
)
MARKED_ROWS = frozenset(key(said) for text in (EXAMPLE, HELP) for said in (text.vi, text.en))

_OTHER_TABS = {
    "don vi": "units",
    "danh muc don vi": "units",
    "don vi hanh chinh cac cap": "units",
    "sap xep don vi": "successions",
    "chuyen doi don vi": "successions",
    "to chuc": "organisations",
    "diem dat thiet bi": "sites",
    "diem noi dat thiet bi": "sites",
    "kenh truyen": "links",
    "kenh": "links",
    "phong hop": "rooms",
    "diem cau phong hop truc tuyen": "rooms",
    "rooms conference points": "rooms",
    "dich vu": "services",
    "trang thong tin": "services",
    "website": "services",
    "can bo dau moi": "contacts",
    "lien he": "contacts",
    "danh ba": "contacts",
    "lich lam viec": "calendars",
    "ngay nghi": "special_days",
    "danh sach chung thu so": "certificates",
    "cts": "certificates",
}
TAB_NAMES: Mapping[str, str] = MappingProxyType(
    {
        **_OTHER_TABS,
        **{key(t.title.said(tongue)): t.name for t in TABLES for tongue in ("vi", "en")},
        **{key(said): name for name, tab in TABS.items() for said in (tab.vi, tab.en)},
        **{key(t.name): t.name for t in TABLES},
    }
)

_IGNORED = (
    "stt|tt|so tt|so thu tu|no|ghi chu|ghi chu khac|tinh trang|loi|goi y|problems|suggestions"
)

# One sheet that holds a place, its gateway, its line and its person on one row: the list that
# most offices really have. Target → headings, folded.
_WIDE_WORDS = {
    "sites.slug": "ma diem",
    "sites.name": "ten don vi|don vi|ten diem|ten diem cau|diem cau|ten co quan|co quan|diem|"
    "ten diem ket noi|diem ket noi|noi lap dat|don vi su dung|ten don vi su dung|ubnd cap xa|"
    "ten diem dat thiet bi|don vi ket noi|ubnd xa phuong|co quan don vi|ten co quan don vi",
    "sites.unit": "xa phuong|xa|phuong|phuong xa|xa phuong thi tran|don vi hanh chinh|ten xa|"
    "ten xa phuong|ma don vi|ma dvhc|ma xa|ma don vi hanh chinh|xa phuong dac khu|phuong xa moi|"
    "xa phuong moi|xa moi",
    "sites.district": "huyen|huyen cu|quan huyen|huyen thi xa|huyen thi|huyen thanh pho|"
    "thuoc huyen|dia ban cu|huyen truoc sap xep|huyen thi xa thanh pho|quan huyen cu|district",
    "sites.province": "tinh|tinh thanh|tinh thanh pho|tinh cu|thuoc tinh|province",
    "sites.role": "vai tro",
    "sites.address": "dia chi|dia chi lap dat|dia diem lap dat|dia diem|dia chi dat thiet bi",
    "sites.latitude": "vi do|lat",
    "sites.longitude": "kinh do|long|lon",
    "devices.address": "ip wan|ip|dia chi ip|ip router|ip gateway|dia chi ip wan|ip thiet bi|"
    "wan ip|ip tslcd|ip ket noi|dia chi ip tslcd|ip address|gateway|ip quan ly",
    "devices.vendor": "hang|hang san xuat|hang sx",
    "devices.model": "thiet bi|router|loai thiet bi|chung loai thiet bi|kieu may|model|"
    "thiet bi dinh tuyen|ten thiet bi|modem|loai router",
    "links.near": "thiet bi trung tam|dau trung tam|thiet bi phia trung tam",
    "links.near_port": "cong trung tam|cong phia trung tam|port|cong ket noi",
    "links.carrier": "nha mang|nha cung cap|don vi cung cap|isp|doanh nghiep cung cap|"
    "nha cung cap duong truyen|don vi cung cap duong truyen|nha cung cap dich vu|doanh nghiep",
    "links.circuit": "ma kenh|ma thue bao|so hieu kenh|account|ma duong truyen|so kenh|"
    "ma kenh truyen|ma dich vu|ten kenh",
    "links.capacity_mbps": "bang thong|toc do|bang thong mbps|toc do mbps|bang thong mbit s|"
    "bang thong mb|toc do duong truyen|dung luong|bang thong duong truyen",
    "links.medium": "moi truong|moi truong truyen|hinh thuc ket noi|cong nghe|phuong thuc",
    "links.network": "mang|loai mang|loai kenh|loai duong truyen",
    "links.ring": "vong ring|ring|ten ring",
    "links.pop": "tram nha mang|pop|tram vien thong",
    "sites.feeder": "lo dien|lo ra|xuat tuyen dien|tuyen dien",
    "contacts.name": "dau moi|can bo phu trach|can bo dau moi|nguoi phu trach|nguoi lien he|"
    "lien he|ho ten|ho va ten|can bo cntt|dau moi lien he|can bo ky thuat|ho ten can bo|"
    "can bo quan ly|ho ten dau moi|can bo phu trach cntt|dau moi ky thuat",
    "contacts.phone": "sdt|dien thoai|so dien thoai|di dong|dtdd|so dt|dt|dien thoai lien he|"
    "so dien thoai lien he|sdt lien he|so di dong|dien thoai di dong|sdt dau moi|phone|tel",
    "contacts.email": "email|thu dien tu|e mail|mail|hop thu|email cong vu|hop thu cong vu",
    "rooms.name": "phong hop|ten phong hop",
    "rooms.seats": "so cho|so cho ngoi|suc chua|so ghe",
    "endpoint.address": "ip thiet bi hoi nghi|ip codec|ip endpoint|ip thiet bi dau cuoi|ip hoi nghi"
    "|ip thiet bi hnth|ip hnth|ip thth|dia chi ip thiet bi hoi nghi|ip thiet bi truyen hinh",
    "endpoint.model": "thiet bi hoi nghi|thiet bi dau cuoi|codec|thiet bi hnth|"
    "thiet bi hoi nghi truyen hinh|thiet bi hoi nghi truc tuyen",
    "sites.valid_from": "hieu luc tu|ngay dua vao su dung|ngay bat dau|tu ngay|ngay su dung",
    IGNORED: _IGNORED,
}
_RESERVE = "du phong|kenh du phong|duong du phong|duong truyen du phong|kenh 2|duong 2|du phong 1"
WIDE: Mapping[str, str] = MappingProxyType(
    {word: target for target, all_words in _WIDE_WORDS.items() for word in all_words.split("|")}
    | {
        f"{first} {second}": f"reserve.{target.partition('.')[2]}"
        for target, all_words in _WIDE_WORDS.items()
        if target.startswith("links.") and not target.endswith(("near", "near_port"))
        for word in all_words.split("|")
        for reserve in _RESERVE.split("|")
        for first, second in ((word, reserve), (reserve, word))
    }
    | {
        f"{first} {second}": "reserve.address"
        for word in _WIDE_WORDS["devices.address"].split("|")
        for reserve in _RESERVE.split("|")
        for first, second in ((word, reserve), (reserve, word))
    }
)
RESERVE_WORDS = re.compile(r"\b(?:du phong|kenh 2|duong 2)\b")
# What a heading may mean that is not read unless the user says so.
HINTS: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(
        (
            "ngay hoa mang",
            "ngay dau noi",
            "ngay lap dat",
            "ngay nghiem thu",
            "ngay ky hop dong",
            "ngay kich hoat",
        ),
        "links.valid_from",
    )
)

_OWN_WORDS = {
    "units": {
        "code": "ma xa|ma phuong|ma xa phuong|ma|ma dvhc|ma don vi hanh chinh|ma so",
        "name": "ten xa|ten phuong|ten xa phuong|ten dvhc|ten don vi hanh chinh|don vi|ten",
        "level": "cap hanh chinh|loai|loai don vi",
        "province_code": "ma tp|ma tinh tp|ma tinh thanh pho|ma tinh tp moi",
        "parent": "thuoc don vi|truc thuoc|tinh thanh pho|tinh|ten tinh|huyen",
    },
    "organisations": {"name": "co quan|ten to chuc|ten don vi|don vi|ten", "kind": "khoi"},
    "sites": {"name": "diem|ten diem cau|ten don vi|diem cau", "unit": "xa phuong|xa|phuong"},
    "devices": {"name": "thiet bi|ten", "site": "diem dat|noi dat|vi tri|diem cau|don vi"},
    "links": {
        "name": "duong truyen|kenh truyen|ten kenh|ten",
        "near": "dau gan|dau trung tam|near",
        "far": "dau xa|thiet bi dau xa|far",
    },
    "rooms": {
        "name": "phong hop|ten phong hop|diem cau|ten diem cau|ten",
        "site": "don vi|noi dat|diem dat",
    },
    "services": {
        "name": "dich vu|ten trang|trang thong tin|ten phan mem|ten he thong|he thong|ten",
        "kind": "loai dich vu|loai hinh|loai hinh dich vu|loai he thong",
        "url": "url|dia chi|dia chi truy cap|ten mien|duong dan|link|dia chi dich vu|dia chi web",
        "organisation": "don vi chu quan|co quan chu quan|don vi",
    },
    "contacts": {"unit": "don vi|dia ban", "name": "ten"},
    "special_days": {"on": "ngay nghi|ngay", "name": "ten ngay le|ngay le|noi dung|ten"},
    "shifts": {"on": "ngay", "contact": "can bo truc|ho ten nguoi truc"},
    "certificates": {
        "name": "ten thue bao|thue bao|ten nguoi duoc cap|nguoi duoc cap|ho va ten|ho ten|ten|"
        "chu so huu|subject|cn",
        "kind": "loai|loai thue bao|loai cts",
        "serial": "serial|so serial|so hieu|so hieu chung thu|serial number|so hieu cts",
        "issuer": "don vi cap|to chuc cap|nha cung cap|ca",
        "begins": "ngay cap|tu ngay|ngay bat dau|ngay hieu luc|not before",
        "ends": "het han|han su dung|den ngay|ngay het hieu luc|thoi han|not after|expiry",
        "organisation": "don vi|don vi cong tac|co quan",
        "contact": "nguoi quan ly|nguoi su dung|dau moi",
    },
}


@cache
def words_of(table: str) -> Mapping[str, str]:
    """Return folded heading → column of one table; our own headings win."""
    columns = {column.name for found in TABLES if found.name == table for column in found.columns}
    known = {word: column for word, column in HEADINGS.items() if column in columns}
    for word, target in WIDE.items():
        place, _, column = target.partition(".")
        if place == table and column in columns:
            known.setdefault(word, column)
    for column, said in _OWN_WORDS.get(table, {}).items():
        known |= dict.fromkeys(said.split("|"), column)
    known |= dict.fromkeys(_IGNORED.split("|"), IGNORED)
    if "unit" in columns:
        for name in CONTEXT:
            spoken = _WIDE_WORDS[f"sites.{name}"].split("|")
            known = dict.fromkeys(spoken, name) | known
    for column in columns:
        known[key(heading(table, column).vi)] = column
        known[key(heading(table, column).en)] = column
        known[key(column.replace("_", " "))] = column
    return MappingProxyType(known)


_DUTY = {
    "primary": "trực chính|chính",
    "secondary": "trực dự phòng|dự phòng|trực phụ",
}
_CHOICES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "units.level": {
            "province": "tỉnh|thành phố|tỉnh/thành phố|thành phố trực thuộc trung ương",
            "district": "huyện|quận|thị xã|quận/huyện|thành phố thuộc tỉnh",
            "commune": "xã|phường|thị trấn|đặc khu|xã/phường/đặc khu",
        },
        "sites.role": {
            "center": "trung tâm|centre|trung tâm dữ liệu",
            "hub": "cụm|điểm cụm|khu vực",
            "site": "điểm|điểm cầu|điểm cuối",
        },
        "devices.kind": {
            "gateway": "cổng kết nối|modem",
            "router": "bộ định tuyến|định tuyến",
            "switch": "chuyển mạch|bộ chuyển mạch|thiết bị chuyển mạch",
            "firewall": "tường lửa",
            "server": "máy chủ",
            "endpoint": "thiết bị đầu cuối|codec|thiết bị hội nghị|đầu cuối",
            "bridge": "mcu|cầu hội nghị",
            "ups": "bộ lưu điện",
            "other": "khác",
        },
        "services.kind": {
            "website": "trang thông tin|trang web|trang thông tin điện tử|web",
            "portal": "cổng thông tin|cổng dịch vụ công|cổng thông tin điện tử",
            "application": "ứng dụng|phần mềm",
            "mail": "thư điện tử",
            "dns": "tên miền",
            "ntp": "đồng bộ thời gian",
            "sip": "tổng đài",
            "other": "khác",
        },
        "contacts.language": {"vi": "tiếng việt", "en": "tiếng anh"},
        "special_days.kind": {
            "holiday": "nghỉ lễ|lễ|nghỉ|off",
            "substitute": "nghỉ bù|bù|hoán đổi",
            "working": "làm bù|đi làm",
        },
        "rota_rules.role": _DUTY,
        "shifts.role": _DUTY,
        "rota_rules.turn": {"day": "ngày|hằng ngày", "week": "tuần|hằng tuần"},
        "rota_rules.holidays": {
            "any": "như ngày thường",
            "skip": "không trực|nghỉ",
            "only": "chỉ ngày nghỉ|chỉ ngày lễ",
        },
        "escalations.tell": {
            **_DUTY,
            "contact": "một người|đầu mối",
            "site": "đầu mối của điểm",
            "concerned": "mọi đầu mối của đơn vị|tất cả",
        },
        "certificates.kind": {
            "person": "cá nhân|người",
            "organisation": "cơ quan|tổ chức|đơn vị",
            "server": "máy chủ|thiết bị|ssl",
            "other": "khác",
        },
        "rules.value": {
            "last": "mới nhất|số mới nhất",
            "mean": "trung bình",
            "rate": "mức tăng mỗi giây|tốc độ",
            "of_capacity": "phần trăm băng thông",
        },
        "rules.comparison": {"above": "trên|vượt", "below": "dưới"},
        "rules.severity": {
            "critical": "khẩn cấp",
            "major": "nghiêm trọng",
            "warning": "cảnh báo",
            "info": "thông tin",
        },
        "rules.kind": {
            "device": "thiết bị",
            "link": "đường truyền|kênh",
            "service": "dịch vụ",
        },
        "rules.source": {
            "law": "quy định",
            "proposal": "đề xuất, chưa phải quy định|đề xuất",
            "own": "tự đặt|riêng",
        },
    }
)


_CHOSEN: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        place: {
            key(word): value
            for value, said in words.items()
            for word in (*reversed(said.split("|")), value)
        }
        for place, words in _CHOICES.items()
    }
)


def choices(table: str, column: str) -> Mapping[str, str]:
    """Return value → its Vietnamese word for drop-downs; empty for what is no choice."""
    known = _CHOICES.get(f"{table}.{column}", {})
    return {value: said.split("|")[0] for value, said in known.items()}


def chosen(table: str, column: str, text: str) -> str | None:
    """Return the value that a word stands for, or None."""
    known = _CHOSEN.get(f"{table}.{column}")
    return known.get(_key(text)) if known is not None else None
