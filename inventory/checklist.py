"""The systems that the provinces' documents name (A1 to E4), and what each is looked at by.

What a template serves stands in the template (`inventory.templating`), what is declared in its form
(`inventory.figureforms`). Here stand the rows themselves, the profiles of devices and the parts of
the platform that serve them, and why a row is not polled.
"""

from dataclasses import dataclass

from core.text import Text
from inventory.profiles import PROFILES


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the checklist. `parts`: what serves it without a poll of its own."""

    code: str
    name: Text
    profiles: tuple[str, ...] = ()  # of devices
    collectors: tuple[str, ...] = ()  # beside those of profiles and templates
    boards: tuple[str, ...] = ()
    parts: Text | None = None
    unpolled: Text | None = None  # why nothing is asked


def _named(prefix: str) -> tuple[str, ...]:
    return tuple(name for name in PROFILES if name.startswith(prefix))


def rows() -> tuple[Row, ...]:
    """Return every row of the checklist, in order."""
    return (
        Row(
            "A1",
            Text("Hội nghị truyền hình tỉnh – huyện", "Conference of province and districts"),
            _named("endpoint-"),
            ("icmp", "sip_options", "h323_gatekeeper", "stun", "vq_rtcpxr", "snmp_map"),
            ("rooms", "meeting"),
        ),
        Row(
            "A2",
            Text("Họp trực tuyến tỉnh – xã", "Conference of province and communes"),
            _named("endpoint-"),
            ("icmp",),
            ("rooms", "meeting"),
            Text(
                "phòng họp bằng máy tính: chương trình báo về (room-heartbeat), người trong phòng "
                "đánh dấu",
                "rooms with a PC: a program that reports (room-heartbeat), a person's tick",
            ),
        ),
        Row(
            "A3",
            Text("Giao ban đa phương tiện, cầu nối (MCU)", "Multimedia conference, bridges"),
            _named("bridge"),
            boards=("bridges", "meeting"),
        ),
        Row(
            "A4",
            Text("MCU, codec, camera, micro", "Bridges, codecs, cameras, microphones"),
            (*_named("endpoint-"), *_named("bridge")),
            boards=("rooms", "bridges"),
        ),
        Row(
            "A5",
            Text("Lịch họp", "Calendar of meetings"),
            boards=("meeting",),
            parts=Text(
                "cuộc họp: nhập tay, CSV/XLSX, iCal, API; kiểm tra sẵn sàng T-24 h … T-10 phút",
                "meetings: by hand, CSV/XLSX, iCal, API; readiness from T-24 h to T-10 min",
            ),
        ),
        Row(
            "B1",
            Text("Mạng truyền số liệu chuyên dùng", "The leased network TSLCD"),
            ("network", "network-cli"),
            ("icmp", "snmp_interfaces", "snmp_probes"),
            ("links",),
        ),
        Row("B2", Text("Mạng nội bộ", "Local networks"), ("network",), (), ("network",)),
        Row("B3", Text("Internet", "Internet"), ("network",), ("icmp",), ("links",)),
        Row(
            "B4",
            Text("Cáp quang đến trung tâm", "Fibre to the centre"),
            ("network",),
            (),
            ("network", "links"),
        ),
        Row(
            "B5",
            Text("Trạm thu phát sóng (BTS)", "Base stations"),
            unpolled=Text(
                "của nhà mạng, không đo được từ đây: nhập danh sách nhà mạng báo theo kỳ",
                "the carriers' own, not to be polled from here: their lists are imported",
            ),
        ),
        Row(
            "B6",
            Text("Thiết bị mạng, tường lửa", "Network devices, firewalls"),
            ("network", "network-cli"),
            ("cli_config", "cli_facts"),
            ("network",),
        ),
        Row(
            "B7",
            Text("Phát thanh truyền hình", "Radio and television"),
            unpolled=Text("ngoài phạm vi, chỉ ghi trong danh mục", "out of scope, inventory only"),
        ),
        Row(
            "C1",
            Text("Trung tâm dữ liệu", "Data centre"),
            ("ups", "server-redfish"),
            ("snmp_health",),
            ("power", "servers"),
        ),
        Row(
            "C2",
            Text("Máy chủ", "Servers"),
            ("server", "server-linux", "server-windows", "server-winrm", "server-redfish"),
            boards=("servers",),
        ),
        Row("C3", Text("LGSP", "LGSP")),
        Row("C4", Text("Trục liên thông quốc gia", "National axis of documents")),
        Row(
            "C5",
            Text("Kiến trúc chính quyền điện tử, đô thị thông minh", "Architecture, smart city"),
            unpolled=Text("là văn bản, không phải hệ thống", "documents, no systems"),
        ),
        Row("D1", Text("Thư điện tử công vụ", "Official e-mail")),
        Row("D2", Text("Quản lý văn bản và điều hành", "Document management")),
        Row("D3", Text("Một cửa điện tử", "One-stop shop")),
        Row("D4", Text("Dịch vụ công", "Public services")),
        Row("D5", Text("Cổng, trang thông tin điện tử", "Portals and websites")),
        Row("D6", Text("Chữ ký số", "Digital signatures")),
        Row("D7", Text("Giáo dục", "Education")),
        Row("D8", Text("Y tế cơ sở", "Health stations")),
        Row("D9", Text("Ứng dụng chuyên ngành", "Applications of sectors")),
        Row("D10", Text("Tin nhắn Brandname", "SMS Brandname")),
        Row("D11", Text("Danh bạ công chức", "Directory of officials")),
        Row("D12", Text("Cơ sở dữ liệu nối cổng dịch vụ công", "Databases behind the portal")),
        Row("D13", Text("Chuyên mục cử tri", "Pages for voters")),
        Row("D14", Text("Hệ thống cấp huyện", "Instances of districts")),
        Row(
            "E1",
            Text("Máy tính", "PCs"),
            unpolled=Text(
                "không đo từng máy: nhập số lượng theo kỳ", "not polled: their numbers are imported"
            ),
        ),
        Row(
            "E2",
            Text("Máy in, máy quét", "Printers and scanners"),
            ("other",),
            ("snmp_health",),
            ("servers",),
        ),
        Row(
            "E3",
            Text("Phần cứng, phần mềm an toàn thông tin", "Security hardware and software"),
            ("network",),
            ("snmp_health", "cli_config"),
            ("network",),
        ),
        Row("E4", Text("Nguồn điện, UPS", "Power, UPS"), ("ups",), ("snmp_health",), ("power",)),
    )
