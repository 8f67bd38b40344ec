"""Which files and columns make an inventory, what they mean, and how each column is read."""

from dataclasses import dataclass
from types import MappingProxyType

from core.inventory import (
    CalendarSpan,
    Certificate,
    Contact,
    Dated,
    Device,
    EscalationStep,
    Inventory,
    Link,
    Measure,
    Organisation,
    Room,
    Rota,
    RotaRule,
    Rule,
    Service,
    Shift,
    Site,
    SpecialDay,
    Succession,
    Unit,
)
from core.text import Text
from inventory import cells
from inventory.cells import Read

AnyRow = Dated | Succession | SpecialDay | Shift
Identity = tuple[object, ...]  # what a row is about, without its days
Key = tuple[object, ...]  # sorts; unique within a table


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how a cell is read, what it means, an example."""

    name: str
    read: Read
    vi: str
    en: str
    example: str = ""

    @property
    def help(self) -> Text:
        """Return what the column means."""
        return Text(vi=self.vi, en=self.en)


@dataclass(frozen=True, slots=True)
class Table:
    """One file: the model of its rows and its columns in canonical order."""

    name: str  # the field of Inventory; the file is "<name>.csv"
    model: type[AnyRow]
    title: Text
    columns: tuple[Column, ...]

    @property
    def file(self) -> str:
        """Return the file's name."""
        return f"{self.name}.csv"

    @property
    def required(self) -> tuple[str, ...]:
        """Return the names of the columns that may not be empty."""
        fields = self.model.model_fields
        return tuple(c.name for c in self.columns if fields[c.name].is_required())


LEVELS = ("province", "district", "commune")
ROLES = ("center", "hub", "site")
KINDS = (
    "gateway",
    "router",
    "switch",
    "firewall",
    "server",
    "endpoint",
    "bridge",
    "ups",
    "other",
)
SERVICE_KINDS = ("website", "portal", "application", "mail", "dns", "ntp", "sip", "other")
HOLDERS = ("person", "organisation", "server", "other")
DAY_KINDS = ("holiday", "substitute", "working")
DUTY_ROLES = ("primary", "secondary")
TURNS = ("day", "week")
ON_HOLIDAYS = ("any", "skip", "only")
WHOM = ("primary", "secondary", "contact", "site", "concerned")
SEVERITIES = ("critical", "major", "warning", "info")
RULE_VALUES = ("last", "mean", "rate", "of_capacity", "expression")
COMPARISONS = ("above", "below")
RULE_KINDS = ("device", "link", "service")
RULE_SOURCES = ("law", "proposal", "own")
_LEVEL_WORDS = MappingProxyType(
    {
        "tinh": "province",
        "thanh pho": "province",
        "huyen": "district",
        "quan": "district",
        "thi xa": "district",
        "xa": "commune",
        "phuong": "commune",
        "thi tran": "commune",
        "dac khu": "commune",
    }
)
_HOLDER_WORDS = MappingProxyType(
    {
        "ca nhan": "person",
        "nguoi": "person",
        "co quan": "organisation",
        "to chuc": "organisation",
        "don vi": "organisation",
        "may chu": "server",
        "thiet bi": "server",
        "ssl": "server",
        "khac": "other",
    }
)
_RULE_VALUE_WORDS = MappingProxyType(
    {
        "moi nhat": "last",
        "trung binh": "mean",
        "toc do": "rate",
        "phan tram bang thong": "of_capacity",
        "bieu thuc": "expression",
    }
)
_COMPARISON_WORDS = MappingProxyType({"tren": "above", "vuot": "above", "duoi": "below"})
_RULE_KIND_WORDS = MappingProxyType(
    {"thiet bi": "device", "duong truyen": "link", "kenh": "link", "dich vu": "service"}
)
_SOURCE_WORDS = MappingProxyType(
    {"quy dinh": "law", "de xuat": "proposal", "tu dat": "own", "rieng": "own"}
)
_ROLE_WORDS = MappingProxyType({"trung tam": "center", "centre": "center", "diem cau": "site"})
_KIND_WORDS = MappingProxyType(
    {
        "bo dinh tuyen": "router",
        "chuyen mach": "switch",
        "tuong lua": "firewall",
        "may chu": "server",
        "thiet bi dau cuoi": "endpoint",
        "codec": "endpoint",
        "mcu": "bridge",
        "bo luu dien": "ups",
        "khac": "other",
    }
)
_SERVICE_WORDS = MappingProxyType(
    {
        "trang thong tin": "website",
        "trang web": "website",
        "cong thong tin": "portal",
        "cong dich vu cong": "portal",
        "ung dung": "application",
        "phan mem": "application",
        "thu dien tu": "mail",
        "khac": "other",
    }
)
_DAY_WORDS = MappingProxyType(
    {
        "nghi le": "holiday",
        "le": "holiday",
        "nghi": "holiday",
        "off": "holiday",
        "nghi bu": "substitute",
        "bu": "substitute",
        "hoan doi": "substitute",
        "lam bu": "working",
        "di lam": "working",
    }
)
_DUTY_WORDS = MappingProxyType(
    {
        "truc chinh": "primary",
        "chinh": "primary",
        "truc du phong": "secondary",
        "du phong": "secondary",
        "truc phu": "secondary",
    }
)
_TURN_WORDS = MappingProxyType({"ngay": "day", "hang ngay": "day", "tuan": "week"})
_HOLIDAY_WORDS = MappingProxyType(
    {"nhu ngay thuong": "any", "nghi": "skip", "khong truc": "skip", "chi ngay le": "only"}
)
_WHOM_WORDS = MappingProxyType(
    {
        **_DUTY_WORDS,
        "dau moi": "contact",
        "nguoi": "contact",
        "dau moi diem": "site",
        "tat ca": "concerned",
        "don vi": "concerned",
    }
)
_SEVERITY_WORDS = MappingProxyType(
    {
        "khan cap": "critical",
        "nghiem trong": "major",
        "canh bao": "warning",
        "thong tin": "info",
    }
)

_FROM = Column(
    "valid_from",
    cells.day,
    "Ngày bắt đầu hiệu lực; để trống là từ trước đến nay",
    "First day on which the row holds; empty = since ever",
    "2025-07-01",
)
_TO = Column(
    "valid_to",
    cells.day,
    "Ngày đầu tiên hết hiệu lực; để trống là còn hiệu lực",
    "First day on which the row no longer holds; empty = still holds",
)


def _slug(vi: str, en: str, example: str) -> Column:
    return Column("slug", cells.slug, vi, en, example)


def _name(vi: str, en: str, example: str) -> Column:
    return Column("name", cells.line, vi, en, example)


_CALENDAR = Column(
    "calendar",
    cells.slug,
    "Lịch giờ bật máy (calendars.csv); để trống là luôn bật",
    "Expected-on hours (calendars.csv); empty = always on",
    "gio-hanh-chinh",
)

_ROLE = Column(
    "role",
    cells.choice(DUTY_ROLES, _DUTY_WORDS),
    "Vai: primary (trực chính, mặc định), secondary (trực dự phòng)",
    "Role: primary (default), secondary",
    "primary",
)
_DUTY_HOURS = (
    Column("begin", cells.time_of_day, "Giờ nhận ca (mặc định 07:30)", "From (default 07:30)"),
    Column(
        "end",
        cells.time_of_day,
        "Giờ giao ca (mặc định 07:30); không sau giờ nhận thì là hôm sau",
        "To (default 07:30); if not after the begin, of the next day",
    ),
)

TABLES: tuple[Table, ...] = (
    Table(
        "units",
        Unit,
        Text(vi="Đơn vị hành chính", en="Administrative units"),
        (
            _slug("Mã định danh, không bao giờ đổi", "Identifier that never changes", "binh-phuoc"),
            Column(
                "code",
                cells.unit_code,
                "Mã chính thức: tỉnh 2, huyện 3, xã 5 chữ số, giữ số 0 ở đầu",
                "Official code: province 2, district 3, commune 5 digits, zeros kept",
                "25195",
            ),
            Column(
                "level",
                cells.choice(LEVELS, _LEVEL_WORDS),
                "Cấp: province (tỉnh), district (huyện, đến 30/6/2025), commune (xã)",
                "Level: province, district (until 30 June 2025), commune",
                "commune",
            ),
            _name("Tên đầy đủ", "Full name", "Phường Bình Phước"),
            Column("name_en", cells.line, "Tên tiếng Anh", "Name in English", "Binh Phuoc Ward"),
            Column(
                "parent",
                cells.slug,
                "slug của đơn vị cấp trên",
                "slug of the unit above",
                "dong-nai",
            ),
            Column(
                "province_code",
                cells.province_code,
                "Mã tỉnh, 2 chữ số",
                "Code of its province, 2 digits",
                "75",
            ),
            _FROM,
            _TO,
        ),
    ),
    Table(
        "successions",
        Succession,
        Text(vi="Đơn vị cũ thành đơn vị mới", en="Which unit became which"),
        (
            Column("old", cells.slug, "slug của đơn vị cũ", "slug of the old unit", "xa-tien-hung"),
            Column("new", cells.slug, "slug của đơn vị mới", "slug of the new unit", "binh-phuoc"),
            Column("on", cells.day, "Ngày thay đổi", "Day of the change", "2025-07-01"),
            Column(
                "partial",
                cells.flag,
                "true nếu chỉ một phần đơn vị cũ chuyển sang",
                "true if only a part of the old unit went there",
                "true",
            ),
        ),
    ),
    Table(
        "organisations",
        Organisation,
        Text(vi="Cơ quan, tổ chức", en="Organisations"),
        (
            _slug("Mã định danh", "Identifier", "ubnd-binh-phuoc"),
            _name("Tên cơ quan", "Name", "UBND phường Bình Phước"),
            Column(
                "kind",
                cells.line,
                "Loại: government (chính quyền), party (Đảng), union, school, clinic …",
                "Kind: government, party, union, school, clinic …",
                "government",
            ),
            Column(
                "unit",
                cells.slug,
                "Đơn vị hành chính (units.csv)",
                "Administrative unit (units.csv)",
                "binh-phuoc",
            ),
            _FROM,
            _TO,
        ),
    ),
    Table(
        "sites",
        Site,
        Text(vi="Điểm cầu (nơi đặt thiết bị)", en="Sites (places with equipment)"),
        (
            _slug(
                "Mã định danh; không trùng với thiết bị, đường truyền",
                "Identifier; shared with no device or link",
                "dc-binh-phuoc",
            ),
            _name("Tên điểm", "Name", "Điểm cầu UBND phường Bình Phước"),
            Column("name_en", cells.line, "Tên tiếng Anh", "Name in English"),
            Column(
                "unit",
                cells.slug,
                "Đơn vị hành chính nơi đặt điểm (units.csv)",
                "Administrative unit in which it lies (units.csv)",
                "binh-phuoc",
            ),
            Column(
                "organisation",
                cells.slug,
                "Cơ quan (organisations.csv)",
                "Organisation (organisations.csv)",
                "ubnd-binh-phuoc",
            ),
            Column(
                "role",
                cells.choice(ROLES, _ROLE_WORDS),
                "Vai trò: center (trung tâm), hub (cụm), site (mặc định)",
                "Role: center, hub, site (default)",
                "site",
            ),
            Column("address", cells.line, "Địa chỉ bưu chính", "Postal address"),
            Column("latitude", cells.number(-90, 90), "Vĩ độ", "Latitude", "11.5349"),
            Column("longitude", cells.number(-180, 180), "Kinh độ", "Longitude", "106.8823"),
            _CALENDAR,
            Column("contact", cells.slug, "Đầu mối (contacts.csv)", "Contact (contacts.csv)"),
            Column(
                "feeder",
                cells.line,
                "Lộ điện lưới cấp cho điểm: nhiều điểm cùng lộ mất một lúc là mất điện",
                "Power feeder of the site: sites of one feeder that fall at once lost power",
                "Lộ 473 E75",
            ),
            _FROM,
            _TO,
        ),
    ),
    Table(
        "devices",
        Device,
        Text(vi="Thiết bị", en="Devices"),
        (
            _slug(
                "Mã định danh; không trùng với điểm, đường truyền",
                "Identifier; shared with no site or link",
                "gw-binh-phuoc",
            ),
            _name("Tên thiết bị", "Name", "Gateway phường Bình Phước"),
            Column("site", cells.slug, "Điểm (sites.csv)", "Site (sites.csv)", "dc-binh-phuoc"),
            Column(
                "kind",
                cells.choice(KINDS, _KIND_WORDS),
                "Loại: gateway (cổng kết nối), router, switch, firewall, server (máy chủ), "
                "endpoint (thiết bị đầu cuối), bridge (MCU), ups (bộ lưu điện), other (khác)",
                "Kind: gateway, router, switch, firewall, server, endpoint, bridge (MCU), "
                "ups, other",
                "gateway",
            ),
            Column("vendor", cells.line, "Hãng", "Vendor", "Cisco"),
            Column("model", cells.line, "Kiểu máy", "Model", "C1111-4P"),
            Column(
                "address",
                cells.address,
                "Địa chỉ IPv4, IPv6 hoặc tên máy",
                "IPv4 or IPv6 address, or host name",
                "10.70.1.1",
            ),
            Column(
                "profile",
                cells.slug,
                "Hồ sơ kiểm tra; để trống là theo kind và vendor",
                "Profile of checks; empty = by kind and vendor",
            ),
            Column(
                "secret",
                cells.secret,
                "Tên chuỗi mật (đặt bằng thongsuot secret set), không phải chuỗi mật",
                "Name of a credential (thongsuot secret set), never the credential",
                "snmp-xa",
            ),
            Column(
                "uplinks",
                cells.slugs,
                "Đường lên theo thứ tự ưu tiên: slug của link hoặc thiết bị, cách nhau bằng "
                "dấu cách; để trống là cổng kết nối của điểm",
                "Uplinks in order: slugs of links or devices with blanks between; "
                "empty = the gateway of its site",
            ),
            _CALENDAR,
            _FROM,
            _TO,
        ),
    ),
    Table(
        "links",
        Link,
        Text(vi="Đường truyền", en="Links"),
        (
            _slug(
                "Mã định danh; không trùng với điểm, thiết bị",
                "Identifier; shared with no site or device",
                "kt-binh-phuoc",
            ),
            _name("Tên đường truyền", "Name", "Kênh phường Bình Phước"),
            Column(
                "near",
                cells.slug,
                "Thiết bị phía trung tâm (devices.csv)",
                "Device on the side of the centre (devices.csv)",
                "gw-dong-xoai",
            ),
            Column(
                "far",
                cells.slug,
                "Thiết bị phía xa (devices.csv)",
                "Device on the far side (devices.csv)",
                "gw-binh-phuoc",
            ),
            Column(
                "near_port",
                cells.line,
                "Tên cổng ở near (ifName)",
                "Port at near (ifName)",
                "Gi0/0/1",
            ),
            Column(
                "far_port", cells.line, "Tên cổng ở far (ifName)", "Port at far (ifName)", "wan"
            ),
            Column("carrier", cells.line, "Nhà mạng", "Carrier", "VNPT"),
            Column(
                "circuit",
                cells.line,
                "Mã kênh của nhà mạng",
                "The carrier's own id of the line",
                "DNI-TSLCD-0042",
            ),
            Column(
                "capacity_mbps",
                cells.number(0, None),
                "Băng thông, Mbit/s",
                "Capacity, Mbit/s",
                "200",
            ),
            Column("medium", cells.line, "Môi trường truyền", "Medium", "quang"),
            Column("network", cells.line, "Mạng", "Network", "TSLCD cấp II"),
            Column(
                "address",
                cells.line_address,
                "Địa chỉ chỉ trả lời qua đường này, nếu có; nhiều đích mốc: any:8.8.8.8,1.1.1.1",
                "An address that answers only over this line, where there is one; "
                "several references: any:8.8.8.8,1.1.1.1",
            ),
            Column(
                "order",
                cells.order,
                "Thứ tự: 1 là đường chính của far (mặc định), 2 là dự phòng đầu tiên …",
                "Order: 1 = main line of far (default), 2 = its first reserve …",
                "1",
            ),
            Column(
                "ring",
                cells.line,
                "Vòng ring của nhà mạng mà đường này nằm trên",
                "The carrier's ring that the line lies on",
                "Ring 3",
            ),
            Column(
                "pop",
                cells.line,
                "Trạm của nhà mạng cấp đường này",
                "The carrier's station that the line comes from",
                "Trạm Đồng Xoài",
            ),
            _FROM,
            _TO,
        ),
    ),
    Table(
        "rooms",
        Room,
        Text(vi="Phòng họp trực tuyến", en="Meeting rooms"),
        (
            _slug(
                "Mã định danh; không trùng với điểm, thiết bị, đường truyền",
                "Identifier; shared with no site, device or link",
                "ph-binh-phuoc",
            ),
            _name("Tên phòng họp", "Name", "Phòng họp UBND phường Bình Phước"),
            Column("name_en", cells.line, "Tên tiếng Anh", "Name in English"),
            Column("site", cells.slug, "Điểm (sites.csv)", "Site (sites.csv)", "dc-binh-phuoc"),
            Column(
                "device",
                cells.slug,
                "Thiết bị đầu cuối (devices.csv); để trống nếu họp bằng máy tính",
                "Its endpoint (devices.csv); empty = joins by PC",
                "codec-binh-phuoc",
            ),
            Column("seats", cells.order, "Số chỗ ngồi", "Seats", "30"),
            Column(
                "contact",
                cells.slug,
                "Người trực phòng họp (contacts.csv)",
                "Whom to phone (contacts.csv)",
            ),
            _CALENDAR,
            Column(
                "aliases",
                cells.aliases,
                "Cầu nối gọi điểm cầu này là gì: URI SIP, số máy, tài khoản; cách nhau bằng dấu "
                "cách. Để trống: nhận theo địa chỉ thiết bị, rồi theo tên",
                "What bridges call it: SIP URIs, numbers, accounts, blanks between. Empty: known "
                "by its equipment's address, then by its name",
                "binh-phuoc@hop.dongnai.gov.vn 7501",
            ),
            _FROM,
            _TO,
        ),
    ),
    Table(
        "services",
        Service,
        Text(vi="Dịch vụ, trang thông tin điện tử", en="Services and websites"),
        (
            _slug(
                "Mã định danh; không trùng với điểm, thiết bị, đường truyền, phòng họp",
                "Identifier; shared with no site, device, link or room",
                "cong-dich-vu-cong",
            ),
            _name("Tên dịch vụ", "Name", "Cổng dịch vụ công"),
            Column("name_en", cells.line, "Tên tiếng Anh", "Name in English"),
            Column(
                "kind",
                cells.choice(SERVICE_KINDS, _SERVICE_WORDS),
                "Loại: website (trang thông tin, mặc định), portal (cổng), application (phần mềm), "
                "mail (thư điện tử), dns, ntp, sip, other (khác)",
                "Kind: website (default), portal, application, mail, dns, ntp, sip, other",
                "portal",
            ),
            Column(
                "url",
                cells.service_url,
                "Địa chỉ: https://…, tls://máy:cổng, tcp://máy:cổng, dns://máy-chủ/tên?type=A, "
                "ntp://máy, sip:máy:5060, any:IP,IP",
                "Address: https://…, tls://host:port, tcp://host:port, dns://server/name?type=A, "
                "ntp://host, sip:host:5060, any:IP,IP",
                "https://dichvucong.dongnai.gov.vn/",
            ),
            Column(
                "unit",
                cells.slug,
                "Đơn vị hành chính mà nó phục vụ; để trống là theo cơ quan hoặc điểm",
                "The unit it serves; empty = that of its organisation or site",
            ),
            Column(
                "organisation",
                cells.slug,
                "Cơ quan chủ quản (organisations.csv)",
                "Who owns it (organisations.csv)",
            ),
            Column(
                "site",
                cells.slug,
                "Điểm đặt máy chủ (sites.csv); để trống nếu ở ngoài",
                "Where it stands (sites.csv); empty = elsewhere",
            ),
            Column(
                "device",
                cells.slug,
                "Máy chủ (devices.csv): máy chủ hỏng thì dịch vụ hỏng theo",
                "Its server (devices.csv), whose failure explains the service's",
            ),
            Column(
                "keyword",
                cells.line,
                "Chữ phải có trên trang web",
                "Text that the web page must contain",
                "Dịch vụ công",
            ),
            Column("contact", cells.slug, "Đầu mối (contacts.csv)", "Contact (contacts.csv)"),
            _CALENDAR,
            Column(
                "vantage",
                cells.slug,
                "Nhìn từ đâu: tên một điểm đo trong [looking] vantages, ví dụ internet; để trống "
                "là từ máy giám sát này",
                "From where it is looked at: a vantage of [looking] vantages, such as internet; "
                "empty = from this platform",
            ),
            Column(
                "depends_on",
                cells.needs,
                "Những gì nó cần để chạy: mã dịch vụ, thiết bị, điểm, cách nhau bằng dấu cách; "
                "chỉ cần một trong nhiều thì nối các mã bằng gạch đứng, không có dấu cách",
                "What it needs to run: services, devices, sites, blanks between; where one of "
                "several is enough, join them by a vertical bar without blanks",
            ),
            _FROM,
            _TO,
        ),
    ),
    Table(
        "contacts",
        Contact,
        Text(vi="Đầu mối", en="Contacts"),
        (
            _slug("Mã định danh", "Identifier", "nguyen-van-an"),
            _name("Họ tên", "Name", "Nguyễn Văn An"),
            Column("email", cells.email, "Thư điện tử", "E-mail", "an@donvi.gov.vn"),
            Column("phone", cells.phone, "Điện thoại", "Telephone", "0912345678"),
            Column(
                "language",
                cells.choice(("vi", "en"), {"tieng viet": "vi", "tieng anh": "en"}),
                "Ngôn ngữ tin báo: vi (mặc định) hoặc en",
                "Language of messages: vi (default) or en",
                "vi",
            ),
            Column(
                "unit",
                cells.slug,
                "Chỉ nhận tin của đơn vị này và cấp dưới; để trống là tất cả",
                "Told of this unit and those below it only; empty = of everything",
            ),
            Column(
                "quiet",
                cells.slug,
                "Giờ không làm phiền (calendars.csv): chỉ nhận sự cố khẩn cấp, trừ khi đang trực",
                "Quiet hours (calendars.csv): only critical incidents are told, unless on duty",
            ),
            _FROM,
            _TO,
        ),
    ),
    Table(
        "calendars",
        CalendarSpan,
        Text(vi="Lịch giờ bật máy", en="Expected-on hours"),
        (
            _slug(
                "Mã lịch; mỗi dòng là một khung giờ của lịch",
                "Identifier of the calendar; each row is one span of it",
                "gio-hanh-chinh",
            ),
            _name("Tên lịch", "Name", "Giờ hành chính"),
            Column(
                "days",
                cells.days,
                "Các ngày trong tuần, 1 là Thứ Hai, 7 là Chủ nhật",
                "Days of the week, 1 = Monday, 7 = Sunday",
                "1 2 3 4 5",
            ),
            Column("begin", cells.time_of_day, "Giờ bắt đầu", "From", "07:30"),
            Column("end", cells.time_of_day, "Giờ kết thúc", "To", "11:30"),
            Column(
                "open_on_holidays",
                cells.flag,
                "true: ngày lễ, ngày làm bù (special_days.csv) cũng như ngày thường",
                "true: holidays and make-up days (special_days.csv) are like any other day",
            ),
            _FROM,
            _TO,
        ),
    ),
    Table(
        "special_days",
        SpecialDay,
        Text(vi="Ngày nghỉ, ngày làm bù", en="Holidays and make-up days"),
        (
            Column("on", cells.day, "Ngày", "Day", "2026-11-24"),
            Column(
                "kind",
                cells.choice(DAY_KINDS, _DAY_WORDS),
                "Loại: holiday (nghỉ lễ, mặc định), substitute (nghỉ bù, hoán đổi), "
                "working (làm bù)",
                "Kind: holiday (default), substitute, working",
                "holiday",
            ),
            _name("Tên ngày", "Name", "Ngày Văn hoá Việt Nam"),
            Column(
                "like",
                cells.day_of_week,
                "Ngày làm bù theo giờ của thứ mấy: 1 là Thứ Hai (mặc định)",
                "Whose hours a make-up day has: 1 = Monday (default)",
                "1",
            ),
        ),
    ),
    Table(
        "rotas",
        Rota,
        Text(vi="Lịch trực", en="Rotas"),
        (
            _slug("Mã lịch trực", "Identifier of the rota", "truc-cntt"),
            _name("Tên lịch trực", "Name", "Trực kỹ thuật CNTT"),
            Column(
                "owner",
                cells.slug,
                "Người lập lịch (contacts.csv)",
                "Who makes the rota (contacts.csv)",
                "nguyen-van-an",
            ),
            Column(
                "calendar",
                cells.slug,
                "Giờ phải có người trực (calendars.csv); để trống là suốt ngày đêm",
                "Hours in which somebody must be on duty (calendars.csv); empty = day and night",
            ),
            _FROM,
            _TO,
        ),
    ),
    Table(
        "rota_rules",
        RotaRule,
        Text(vi="Quy tắc luân phiên trực", en="Rules by which people take turns"),
        (
            _slug("Mã quy tắc", "Identifier of the rule", "truc-cntt-tuan"),
            _name("Tên quy tắc", "Name", "Luân phiên theo tuần"),
            Column("rota", cells.slug, "Lịch trực (rotas.csv)", "Rota (rotas.csv)", "truc-cntt"),
            _ROLE,
            Column(
                "people",
                cells.slugs,
                "Những người luân phiên theo thứ tự (contacts.csv), cách nhau bằng dấu cách",
                "Who takes turns, in order (contacts.csv), with blanks between",
                "nguyen-van-an tran-thi-binh",
            ),
            Column(
                "start",
                cells.day,
                "Ngày người đầu tiên bắt đầu; tuần tính từ ngày này",
                "First day of the first person; weeks are counted from it",
                "2026-12-07",
            ),
            Column(
                "turn",
                cells.choice(TURNS, _TURN_WORDS),
                "Mỗi người một day (ngày trực, mặc định) hay một week (tuần)",
                "A turn is one duty day (day, default) or a week",
                "week",
            ),
            Column(
                "days",
                cells.days,
                "Các ngày trong tuần có trực, 1 là Thứ Hai; để trống là mọi ngày",
                "Days of the week with duty, 1 = Monday; empty = every day",
                "1 2 3 4 5",
            ),
            *_DUTY_HOURS,
            Column(
                "holidays",
                cells.choice(ON_HOLIDAYS, _HOLIDAY_WORDS),
                "Ngày nghỉ lễ (special_days.csv): any (như ngày thường, mặc định), skip (không "
                "trực, ngày làm bù thì trực), only (chỉ trực ngày nghỉ)",
                "Days off (special_days.csv): any (like other days, default), skip (no duty, but "
                "on make-up days), only (days off alone)",
                "any",
            ),
            _FROM,
            _TO,
        ),
    ),
    Table(
        "shifts",
        Shift,
        Text(vi="Ca trực theo ngày", en="Shifts by day"),
        (
            Column("rota", cells.slug, "Lịch trực (rotas.csv)", "Rota (rotas.csv)", "truc-cntt"),
            Column("on", cells.day, "Ngày trực", "Day", "2026-12-24"),
            _ROLE,
            Column(
                "contact",
                cells.slug,
                "Người trực (contacts.csv), thay cho người theo quy tắc",
                "Who is on duty (contacts.csv), instead of whom the rules say",
                "tran-thi-binh",
            ),
            *_DUTY_HOURS,
        ),
    ),
    Table(
        "escalations",
        EscalationStep,
        Text(vi="Các bước báo tin", en="Steps of telling"),
        (
            _slug(
                "Mã chuỗi báo tin; mỗi dòng là một bước của chuỗi",
                "Identifier of the chain; each row is one step of it",
                "khan-cap",
            ),
            _name("Tên chuỗi", "Name of the chain", "Khẩn cấp"),
            Column("step", cells.order, "Bước thứ mấy (mặc định 1)", "Which step (default 1)", "1"),
            Column(
                "after",
                cells.minutes,
                "Bao nhiêu phút sau lần báo đầu, nếu chưa ai tiếp nhận (mặc định 0)",
                "How many minutes after the first telling, if nobody has acknowledged (default 0)",
                "0",
            ),
            Column(
                "tell",
                cells.choice(WHOM, _WHOM_WORDS),
                "Báo cho: primary (trực chính, mặc định), secondary (trực dự phòng), contact "
                "(một người), site (đầu mối của điểm), concerned (mọi đầu mối của đơn vị)",
                "Whom: primary (on duty, default), secondary, contact (one person), site (the "
                "contact of the site), concerned (every contact of the units touched)",
                "primary",
            ),
            Column(
                "rota",
                cells.slug,
                "Lịch trực nào (rotas.csv), với primary và secondary",
                "Which rota (rotas.csv), for primary and secondary",
                "truc-cntt",
            ),
            Column(
                "contact",
                cells.slug,
                "Người được báo (contacts.csv), với contact",
                "Who is told (contacts.csv), for contact",
            ),
            Column(
                "channels",
                cells.slugs,
                "Các kênh báo, theo tên trong cấu hình; để trống là mọi kênh",
                "By which channels, as named in the settings; empty = all",
            ),
            Column(
                "severities",
                cells.choices(SEVERITIES, _SEVERITY_WORDS),
                "Dùng cho mức: critical major warning info; để trống là mọi mức (ghi ở bước 1)",
                "For which severities: critical major warning info; empty = all; on step 1",
                "critical major",
            ),
            Column(
                "unit",
                cells.slug,
                "Chỉ cho sự cố của đơn vị này và cấp dưới (units.csv); ghi ở bước 1",
                "For incidents of this unit and those below only (units.csv); on step 1",
            ),
            _FROM,
            _TO,
        ),
    ),
    Table(
        "rules",
        Rule,
        Text(vi="Ngưỡng cảnh báo", en="Rules"),
        (
            _slug("Mã ngưỡng", "Identifier of the rule", "bang-thong-90"),
            _name("Tên ngưỡng, như trong tin nhắn", "Name, as messages say it", "Độ trễ cao"),
            Column("name_en", cells.line, "Tên tiếng Anh", "English name", "High delay"),
            Column(
                "metric",
                cells.metric,
                "Tên chuỗi số liệu; với value là expression thì là biểu thức PromQL",
                "Name of the series; with the value expression, a PromQL expression",
                "probe_icmp_rtt_mean_seconds",
            ),
            Column(
                "labels",
                cells.matchers,
                "Chỉ các chuỗi có nhãn này: ten=gia_tri hoặc ten!=gia_tri, cách nhau bằng dấu cách",
                "Only series with these labels: name=value or name!=value, with blanks between",
                "ifName=Gi0/1",
            ),
            Column(
                "value",
                cells.choice(RULE_VALUES, _RULE_VALUE_WORDS),
                "So sánh cái gì: last (số mới nhất, mặc định), mean (trung bình trong cửa sổ), "
                "rate (mức tăng mỗi giây của bộ đếm), of_capacity (bộ đếm byte chiếm bao nhiêu "
                "phần trăm băng thông đường truyền), expression (biểu thức PromQL ở cột metric)",
                "What is compared: last (default), mean (over the window), rate (of a counter, per "
                "second), of_capacity (per cent of the link that a counter of octets takes), "
                "expression (the PromQL of the column metric)",
                "last",
            ),
            Column(
                "window",
                cells.minutes,
                "Cửa sổ, phút; cần cho mean, rate, of_capacity",
                "Window in minutes; needed by mean, rate and of_capacity",
                "5",
            ),
            Column(
                "comparison",
                cells.choice(COMPARISONS, _COMPARISON_WORDS),
                "Báo khi giá trị above (trên, mặc định) hay below (dưới) ngưỡng",
                "It fires above (default) or below the threshold",
                "above",
            ),
            Column(
                "threshold",
                cells.number(None, None),
                "Ngưỡng, theo đơn vị của chuỗi: giây, tỷ lệ 0…1, phần trăm với of_capacity",
                "Threshold in the unit of the series: seconds, a ratio 0…1, per cent of_capacity",
                "0.1",
            ),
            Column(
                "recovery",
                cells.number(None, None),
                "Hết cảnh báo khi giá trị về tới mức này; để trống là chính ngưỡng",
                "It ends when the value is back at this; empty = the threshold itself",
                "0.08",
            ),
            Column(
                "duration",
                cells.minutes,
                "Phải kéo dài bao nhiêu phút mới báo (mặc định 0)",
                "For how many minutes it must hold (default 0)",
                "5",
            ),
            Column(
                "calendar",
                cells.slug,
                "Chỉ xét trong giờ này (calendars.csv); để trống là suốt ngày đêm",
                "Hours in which it holds (calendars.csv); empty = day and night",
            ),
            Column(
                "severity",
                cells.choice(SEVERITIES, _SEVERITY_WORDS),
                "Mức: critical, major, warning (mặc định), info",
                "Severity: critical, major, warning (default), info",
                "warning",
            ),
            Column(
                "unit",
                cells.slug,
                "Chỉ cho đơn vị này và cấp dưới (units.csv)",
                "For this unit and those below only (units.csv)",
            ),
            Column(
                "kind",
                cells.choice(RULE_KINDS, _RULE_KIND_WORDS),
                "Chỉ cho device (thiết bị), link (đường truyền) hoặc service (dịch vụ)",
                "For devices, links or services only",
                "link",
            ),
            Column(
                "role",
                cells.line,
                "Chỉ cho thiết bị loại này (như cột kind của devices.csv)",
                "For devices of this kind only (as in devices.csv)",
            ),
            Column(
                "enabled",
                cells.flag,
                "true: có hiệu lực; để trống: chỉ để đó, chạy thử bằng thongsuot rules try",
                "true: in force; empty: only kept, to be tried by thongsuot rules try",
                "true",
            ),
            Column(
                "source",
                cells.choice(RULE_SOURCES, _SOURCE_WORDS),
                "Con số từ đâu: law (quy định), proposal (đề xuất, chưa phải quy định), own (tự "
                "đặt, mặc định)",
                "Whose number it is: law, proposal (of ours, no rule), own (default)",
                "own",
            ),
            _FROM,
            _TO,
        ),
    ),
    Table(
        "measures",
        Measure,
        Text(vi="Mẫu giám sát được dùng", en="Templates in use"),
        (
            _slug("Mã định danh", "Identifier", "van-ban-dang-nhap"),
            Column(
                "target",
                cells.slug,
                "Dịch vụ hoặc thiết bị được đo (services.csv, devices.csv)",
                "The service or device that is looked at (services.csv, devices.csv)",
                "cong-thong-tin",
            ),
            Column(
                "template",
                cells.slug,
                "Tên mẫu; xem thongsuot measure list",
                "Name of the template; thongsuot measure list shows them",
                "web-portal",
            ),
            Column(
                "params",
                cells.params,
                "Tham số của mẫu: tên=giá trị; tên=giá trị",
                "The template's parameters: field=value; field=value",
                "url=https://dongnai.gov.vn/tin-tuc; max_age_days=7",
            ),
            Column(
                "address",
                cells.address,
                "Máy phải hỏi; để trống là máy của đối tượng",
                "Whom to ask; empty = the target's own address",
            ),
            Column(
                "secret",
                cells.secret,
                "Tên mật khẩu (thongsuot secret set), nếu mẫu cần",
                "Name of the credential (thongsuot secret set), where the template needs one",
            ),
            Column(
                "interval",
                cells.number(10, 86_400),
                "Bao lâu đo một lần, giây; để trống là theo mẫu",
                "Seconds between two looks; empty = the template's",
            ),
            _FROM,
            _TO,
        ),
    ),
    Table(
        "certificates",
        Certificate,
        Text(vi="Chứng thư số", en="Digital certificates"),
        (
            _slug("Mã định danh", "Identifier", "cts-nguyen-van-an"),
            _name("Cấp cho ai: người, cơ quan, máy chủ", "Of whom it is for", "Nguyễn Văn An"),
            Column(
                "kind",
                cells.choice(HOLDERS, _HOLDER_WORDS),
                "Loại: person (cá nhân, mặc định), organisation (cơ quan), server (máy chủ), other "
                "(khác)",
                "Kind: person (default), organisation, server, other",
                "person",
            ),
            Column(
                "serial",
                cells.line,
                "Số chứng thư (serial)",
                "Serial number",
                "540111019a2b3c4d",
            ),
            Column(
                "issuer",
                cells.line,
                "Nơi cấp",
                "Its authority",
                "Cơ quan chứng thực số chuyên dùng Chính phủ",
            ),
            Column(
                "begins",
                cells.day_of_instant,
                "Ngày bắt đầu hiệu lực của chứng thư",
                "First day on which the certificate may be used",
                "2024-11-20",
            ),
            Column(
                "ends",
                cells.day_of_instant,
                "Ngày hết hạn của chứng thư",
                "Last day on which the certificate may be used",
                "2027-11-20",
            ),
            Column("unit", cells.slug, "Đơn vị hành chính (units.csv)", "Unit (units.csv)"),
            Column(
                "organisation",
                cells.slug,
                "Cơ quan (organisations.csv)",
                "Organisation (organisations.csv)",
            ),
            Column(
                "contact",
                cells.slug,
                "Người giữ (contacts.csv), được nhắc trước khi hết hạn",
                "Its owner (contacts.csv), who is told before it ends",
                "nguyen-van-an",
            ),
            Column("note", cells.line, "Ghi chú", "Note"),
            _FROM,
            _TO,
        ),
    ),
)

# What people write at the head of a column; folded. Helps the mend alone.
HEADINGS = MappingProxyType(
    {
        "ma": "slug",
        "ma dinh danh": "slug",
        "ma don vi": "code",
        "ten": "name",
        "ten tieng anh": "name_en",
        "cap": "level",
        "cap tren": "parent",
        "ma tinh": "province_code",
        "don vi": "unit",
        "co quan": "organisation",
        "vai tro": "role",
        "dia chi": "address",
        "ip": "address",
        "vi do": "latitude",
        "kinh do": "longitude",
        "lich": "calendar",
        "dau moi": "contact",
        "diem": "site",
        "loai": "kind",
        "hang": "vendor",
        "kieu may": "model",
        "nha mang": "carrier",
        "ma kenh": "circuit",
        "bang thong": "capacity_mbps",
        "moi truong": "medium",
        "mang": "network",
        "thu tu": "order",
        "thu dien tu": "email",
        "dien thoai": "phone",
        "so dien thoai": "phone",
        "ngon ngu": "language",
        "ngay": "days",
        "tu": "begin",
        "den": "end",
        "vai": "role",
        "nguoi truc": "contact",
        "lich truc": "rota",
        "ngay truc": "on",
        "nguoi lap": "owner",
        "buoc": "step",
        "sau": "after",
        "bao cho": "tell",
        "kenh": "channels",
        "muc": "severities",
        "chuoi": "metric",
        "nhan": "labels",
        "nguong": "threshold",
        "keo dai": "duration",
        "tu ngay": "valid_from",
        "den ngay": "valid_to",
    }
)
BY_NAME = MappingProxyType({table.name: table for table in TABLES})


def rows(inventory: Inventory, table: str) -> tuple[AnyRow, ...]:
    """Return the rows of a table by its name."""
    found: tuple[AnyRow, ...] = getattr(inventory, table)
    return found


def identity(row: AnyRow) -> Identity:
    """Return what a row is about; rows of one identity follow each other in time."""
    if isinstance(row, Succession):
        return (row.old, row.new, row.on)
    if isinstance(row, SpecialDay):
        return (row.on,)
    if isinstance(row, Shift):
        return (row.rota, row.on, row.begin, row.role)
    if isinstance(row, CalendarSpan):
        return (row.slug, row.days, row.begin)
    if isinstance(row, EscalationStep):
        return (row.slug, row.step)
    return (row.slug,)


def key(row: AnyRow) -> Key:
    """Return the key of a row: its identity and its first day."""
    if isinstance(row, Succession):
        return (row.old, row.new, row.on)
    if isinstance(row, SpecialDay):
        return (row.on,)
    if isinstance(row, Shift):
        return (row.rota, row.on, row.begin, row.role)
    if isinstance(row, CalendarSpan):
        return (row.slug, row.valid_from, row.days, row.begin)
    if isinstance(row, EscalationStep):
        return (row.slug, row.valid_from, row.step)
    return (row.slug, row.valid_from)


def named(row: AnyRow) -> str:
    """Return what people call a row: its slug, or what else tells it from the others."""
    if isinstance(row, SpecialDay):
        return row.on.isoformat()
    if isinstance(row, Shift):
        return f"{row.rota} {row.on.isoformat()}"
    return f"{row.old} → {row.new}" if isinstance(row, Succession) else row.slug
