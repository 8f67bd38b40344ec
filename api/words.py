"""The words, signs and formats of the pages: statuses, reasons, times and durations."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from alerts.wording import alert_name
from api import findings
from api.service_words import SERVICE_FAULTS
from core.clock import LOCAL
from core.finding import CATEGORIES, FAULT, Fault
from core.incident import (
    EXTERNAL,
    FLAPPING,
    THRESHOLD,
    Incident,
    IncidentNote,
    IncidentState,
    NotificationState,
    Purpose,
    Severity,
)
from core.people import Role
from core.quantity import number
from core.reading import FailureKind
from core.status import Status
from core.text import Language, Text
from core.watching import Target, TargetKind
from inventory.vocabulary import SOURCES, heading
from reports.capacity import Direction, Verdict

STATUS = {
    Status.UP: Text("hoạt động", "up"),
    Status.DEGRADED: Text("suy giảm", "degraded"),
    Status.DOWN: Text("mất kết nối", "down"),
    Status.UNREACHABLE: Text("không tới được (mất theo)", "unreachable (something above is down)"),
    Status.UNKNOWN: Text("chưa có số liệu", "no data"),
}
STATUS_SHORT = STATUS | {Status.UNREACHABLE: Text("mất theo", "unreachable")}
USE = {
    Verdict.EXCEEDED: Text("vượt 90 %", "above 90%"),
    Verdict.MET: Text("trong mức 90 %", "within 90%"),
    Verdict.UNKNOWN: Text("chưa đủ số liệu", "not enough data"),
}
USE_AS_STATUS = {
    Verdict.EXCEEDED: Status.DEGRADED,
    Verdict.MET: Status.UP,
    Verdict.UNKNOWN: Status.UNKNOWN,
}
DIRECTION = {
    Direction.IN: Text("nhận", "in"),
    Direction.OUT: Text("gửi", "out"),
}
SEVERITY = {
    Severity.CRITICAL: Text("khẩn cấp", "critical"),
    Severity.MAJOR: Text("nghiêm trọng", "major"),
    Severity.WARNING: Text("cảnh báo", "warning"),
    Severity.INFO: Text("thông tin", "info"),
}
INCIDENT_STATE = {
    IncidentState.OPEN: Text("đang diễn ra", "open"),
    IncidentState.RECOVERED: Text("đã khôi phục", "recovered"),
    IncidentState.MERGED: Text("đã gộp", "merged"),
}
KIND = {
    TargetKind.SITE: Text("điểm cầu", "site"),
    TargetKind.LINK: Text("đường truyền", "link"),
    TargetKind.DEVICE: Text("thiết bị", "device"),
    TargetKind.ROOM: Text("phòng họp", "room"),
    TargetKind.SERVICE: Text("dịch vụ", "service"),
    TargetKind.GROUP: Text("phần dùng chung", "shared risk"),
}
DEVICE_ROLE = {
    "gateway": Text("thiết bị đầu mối (gateway)", "gateway"),
    "router": Text("thiết bị định tuyến", "router"),
    "switch": Text("thiết bị chuyển mạch", "switch"),
    "firewall": Text("tường lửa", "firewall"),
    "server": Text("máy chủ", "server"),
    "endpoint": Text("thiết bị đầu cuối hội nghị", "conference endpoint"),
    "bridge": Text("thiết bị điều khiển đa điểm (MCU)", "conference bridge (MCU)"),
    "ups": Text("bộ lưu điện (UPS)", "UPS"),
    "other": Text("thiết bị khác", "other device"),
    "link": Text("đường truyền", "link"),
    "carrier": Text("mạng của nhà mạng", "a carrier's network"),
    "ring": Text("vòng của nhà mạng", "a carrier's ring"),
    "pop": Text("trạm của nhà mạng", "a carrier's station"),
    "feeder": Text("lộ điện lưới", "power feeder"),
    "center": Text("trung tâm", "centre"),
    "hub": Text("điểm nút", "hub site"),
    "site": Text("điểm cầu", "site"),
}
WEEKDAY = {
    1: Text("Thứ Hai", "Monday"),
    2: Text("Thứ Ba", "Tuesday"),
    3: Text("Thứ Tư", "Wednesday"),
    4: Text("Thứ Năm", "Thursday"),
    5: Text("Thứ Sáu", "Friday"),
    6: Text("Thứ Bảy", "Saturday"),
    7: Text("Chủ nhật", "Sunday"),
}
WEEKDAY_SHORT = {
    1: Text("T2", "Mo"),
    2: Text("T3", "Tu"),
    3: Text("T4", "We"),
    4: Text("T5", "Th"),
    5: Text("T6", "Fr"),
    6: Text("T7", "Sa"),
    7: Text("CN", "Su"),
}
DAY_KIND = {
    "holiday": Text("nghỉ lễ", "holiday"),
    "substitute": Text("nghỉ bù, hoán đổi", "day off in lieu"),
    "working": Text("làm bù", "make-up working day"),
}
HOLDER = {  # of a digital certificate
    "person": Text("cá nhân", "person"),
    "organisation": Text("cơ quan", "organisation"),
    "server": Text("máy chủ", "server"),
    "other": Text("khác", "other"),
}
SERVICE_ROLE = {
    "website": Text("trang thông tin điện tử", "website"),
    "portal": Text("cổng thông tin, dịch vụ công", "portal"),
    "application": Text("phần mềm dùng chung", "application"),
    "mail": Text("thư điện tử", "mail"),
    "dns": Text("tên miền (DNS)", "DNS"),
    "ntp": Text("giờ chuẩn (NTP)", "time (NTP)"),
    "sip": Text("tổng đài SIP", "SIP"),
    "other": Text("dịch vụ khác", "other service"),
}
LEVEL = {
    "province": Text("tỉnh, thành phố", "province"),
    "district": Text("huyện", "district"),
    "commune": Text("xã, phường", "commune"),
}
ROLE = {
    Role.VIEWER: Text("người xem", "viewer"),
    Role.OPERATOR: Text("trực vận hành", "operator"),
    Role.ADMIN: Text("quản trị", "administrator"),
}
PURPOSE = {
    Purpose.PROBLEM: Text("báo sự cố", "problem"),
    Purpose.REMINDER: Text("nhắc lại", "reminder"),
    Purpose.RECOVERY: Text("báo khôi phục", "recovery"),
    Purpose.TEST: Text("tin thử", "test"),
    Purpose.READINESS: Text("sẵn sàng họp", "readiness"),
    Purpose.CHECKLIST: Text("nhờ kiểm tra điểm cầu", "a room to be checked"),
}
NOTIFICATION_STATE = {
    NotificationState.PENDING: Text("chờ gửi", "pending"),
    NotificationState.CLAIMED: Text("đang gửi", "being sent"),
    NotificationState.SENT: Text("đã gửi", "sent"),
    NotificationState.CANCELLED: Text("đã huỷ", "cancelled"),
    NotificationState.FAILED: Text("không gửi được", "failed"),
    NotificationState.UNFOLDED: Text("đã đến lượt", "its turn has come"),
}
DUTY_ROLE = {
    "primary": Text("trực chính", "on duty"),
    "secondary": Text("trực dự phòng", "in reserve"),
}
STORM = {
    "uplink": Text("đứt mọi đường lên của một điểm trung tâm", "every uplink of a hub is cut"),
    "carrier": Text("cả một nhà mạng mất kết nối", "a whole carrier fails"),
    "all": Text("mọi điểm cầu mất kết nối", "every site falls"),
}
FLAW = {
    "gap": Text("ca trống", "gap"),
    "overlap": Text("ca trùng", "overlap"),
    "double": Text("một người hai vai", "one person in two roles"),
}
WHOM = DUTY_ROLE | {
    "contact": Text("người được chỉ định", "a named contact"),
    "officer": Text("trực kỹ thuật của cuộc họp", "on duty for the meeting"),
    "site": Text("đầu mối của điểm", "the site's contact"),
    "concerned": Text("mọi đầu mối của đơn vị", "every contact of the units"),
}
RULE_VALUE = {
    "last": Text("giá trị mới nhất của", "the latest value of"),
    "mean": Text("trung bình của", "the mean of"),
    "rate": Text("mức tăng mỗi giây của", "the rate per second of"),
    "of_capacity": Text("phần băng thông theo", "the share of capacity by"),
    "expression": Text("biểu thức", "the expression"),
}
RULE_KIND = {
    "device": Text("thiết bị", "devices"),
    "link": Text("đường truyền", "links"),
    "service": Text("dịch vụ", "services"),
}
RULE_SOURCE = SOURCES
BECAUSE = {
    "at_once": Text("báo ngay", "it is told at once"),
    "delay": Text("chờ xem có tự hết không", "it may pass by itself"),
    "unacknowledged": Text("chưa ai tiếp nhận", "nobody has taken it on"),
    "coming_back": Text(
        "nguyên nhân đã hết, chờ xem nó có lên lại không",
        "its cause is over, and it may come back",
    ),
    "night": Text("ban đêm, mức này chờ đến sáng", "it is night, and this can wait"),
    "day_off": Text(
        "ngày nghỉ, mức này chờ đến ngày làm việc", "it is a day off, and this can wait"
    ),
    "silence": Text("đang tạm dừng báo", "it is silenced"),
    "works": Text("đang có bảo trì đã báo trước", "announced works are under way"),
    "meeting": Text("liên quan cuộc họp, báo ngay", "a meeting is touched: told at once"),
    "others_meet": Text(
        "đang có cuộc họp mà nơi này không dự, chờ họp xong",
        "a meeting goes on without this place: told when it is over",
    ),
}
REHEARSED = BECAUSE | {  # why a rehearsed incident is told when it is, or not at all
    "ended": Text("hết trước giờ báo, không báo ai", "it ended before its hour: nobody was told"),
    "taken": Text("có người tiếp nhận trước giờ báo", "somebody took it on before its hour"),
    "waits": Text("còn chờ khi diễn tập kết thúc", "it still waited when the rehearsal ended"),
    "failed": Text("không gửi được", "it could not be sent"),
    "nobody": Text("không có ai để báo", "there was nobody to tell"),
}
LAYER = {
    "reachable": Text("kết nối", "reached"),
    "registered": Text("đăng ký", "registered"),
    "in_call": Text("vào họp", "in the call"),
    "media": Text("hình, tiếng", "media"),
}
LAYER_STATE = {
    "good": Text("tốt", "well"),
    "bad": Text("hỏng", "amiss"),
    "not_expected": Text("chưa cần", "not yet needed"),
    "not_checked": Text("chưa kiểm tra được", "not checked"),
}
MEETING_STATE = {
    "ahead": Text("sắp họp", "to come"),
    "on": Text("đang họp", "going on"),
    "over": Text("đã họp xong", "over"),
    "called_off": Text("đã huỷ", "called off"),
}
ATTENDING = {
    "in": Text("đang dự", "in"),
    "dropped": Text("đã rớt", "dropped"),
    "absent": Text("chưa vào", "not in yet"),
    "elsewhere": Text("đang ở cuộc họp khác", "in another meeting"),
    "hung_up": Text("đã gác máy", "hung up"),
    "unknown": Text("chưa rõ", "not known"),
}
HEARING = {
    "fair": Text("tạm được", "fair"),
    "poor": Text("kém", "poor"),
    "dropped": Text("đã rớt", "dropped"),
    "absent": Text("chưa vào", "not in yet"),
    "elsewhere": Text("đang ở cuộc họp khác", "in another meeting"),
    "hung_up": Text("đã gác máy", "hung up"),
    "not_measured": Text("chưa đo được", "not measured"),
}
NOTE = {
    "opened": Text("Mở sự cố", "Opened"),
    "joined": Text("Thêm đối tượng bị ảnh hưởng", "Also touched"),
    "left": Text("Không còn bị ảnh hưởng", "No longer touched"),
    "recovered": Text("Khôi phục", "Recovered"),
    "merged": Text("Đã nhận vào đây sự cố", "Goes on here, having taken in"),
    "merged_into": Text("Đã gộp, theo dõi tiếp ở sự cố", "Merged; it goes on as"),
    "taken_in": Text("Gộp bằng tay sự cố", "Took in by hand"),
    "taken_in_by": Text("Được gộp bằng tay vào", "Merged by hand into"),
    "split_off": Text("Tách ra sự cố riêng", "Split off"),
    "split_off_from": Text("Được tách bằng tay từ", "Split off by hand from"),
    "ack": Text("Tiếp nhận", "Acknowledged"),
    "alert": Text("Hệ thống khác cảnh báo", "Another system reports"),
    "comment": Text("Ghi chú", "Comment"),
    "escalated": Text("Đến lượt báo", "Turn to be told"),
    "told": Text("Đã báo tin", "Told"),
    "held": Text("Tin báo được giữ lại", "Messages are held back"),
    "silenced": Text("Tạm dừng báo", "Silenced"),
    "unsilenced": Text("Báo trở lại", "No longer silenced"),
    "works": Text("Ghi bảo trì để khắc phục", "Works announced to mend it"),
    "works_cancelled": Text("Huỷ bảo trì", "Works called off"),
    "ticket_reported": Text("Đã báo nhà mạng", "Reported to the carrier"),
    "ticket_received": Text("Nhà mạng đã tiếp nhận", "Received by the carrier"),
    "ticket_fixed": Text("Nhà mạng báo đã khắc phục", "The carrier says it is fixed"),
    "failed": Text("Không báo được tin", "Could not tell"),
    "finding": Text("Xác định nguyên nhân", "Cause established"),
}
TO_OTHERS = frozenset({"merged", "taken_in", "taken_in_by", "split_off", "split_off_from"})
REASON = {
    "address_silent": Text(
        "địa chỉ quản lý không phản hồi, thiết bị vẫn chuyển tiếp",
        "its own address is silent, yet it forwards",
    ),
    "answers": Text("có phản hồi", "answers"),
    "answers_again": Text("có phản hồi trở lại", "answers again"),
    "carries": Text("đang truyền tải", "carries traffic"),
    "check_failed": Text("một phép đo không đạt", "another check fails"),
    "confirmed_silence": Text("không phản hồi, đã xác minh", "silent, confirmed"),
    "dependency_failed": Text("thứ nó cần để chạy đã hỏng", "what it needs has failed"),
    "endpoint_lost": Text("thiết bị họp mất kết nối", "its endpoint is lost"),
    "far_silent": Text("đầu xa không phản hồi", "the far side is silent"),
    "first_observation": Text("quan sát lần đầu", "first observation"),
    "gateway_answers": Text("thiết bị đầu mối có phản hồi", "its gateway answers"),
    "gateway_lost": Text("thiết bị đầu mối mất kết nối", "its gateway is lost"),
    "losing_packets": Text("mất gói", "losing packets"),
    "mains_suspected": Text("nghi mất điện", "a power cut, most likely"),
    "member_amiss": Text("một thành phần có vấn đề", "a part of it is amiss"),
    "members_answer": Text("các thành viên có phản hồi", "its members answer"),
    "not_observed": Text("không quan sát được", "not observed"),
    "off_hours": Text("tắt ngoài giờ", "off outside its hours"),
    "parent_failed": Text("phần phía trên mất kết nối", "something above it failed"),
    "port_admin_down": Text("cổng bị tắt bằng lệnh (admin down)", "the port was shut by command"),
    "port_down": Text("cổng nối đường truyền mất tín hiệu", "the port of the line is down"),
    "port_up": Text("cổng nối đường truyền có tín hiệu", "the port of the line is up"),
    "port_up_silent": Text(
        "cổng vẫn có tín hiệu nhưng đầu xa im lặng", "the port is up, the far side is silent"
    ),
    "refused": Text(
        "máy có trả lời nhưng dịch vụ từ chối", "the host answers, the service refuses"
    ),
    "reserve_line": Text("đang chạy đường dự phòng hoặc mất đường dự phòng", "a line is out"),
    "shared": Text("nhiều đường cùng mất một lúc", "many lines fell at once"),
    "shared_failure": Text(
        "mất cùng lúc với các đường dùng chung phần ấy", "fell with what it shares a part with"
    ),
    "silence": Text("không phản hồi", "silence"),
    "split_off": Text("được tách ra bằng tay", "split off by hand"),
    "site_lost": Text("điểm cầu mất kết nối", "its site is lost"),
    "threshold": Text("một giá trị đo vượt ngưỡng", "a measured value is beyond its threshold"),
    "timeout": Text("không phản hồi", "no reply"),
    "wrong_answer": Text("có trả lời nhưng trả lời sai", "answers, but wrongly"),
}
FAILURE = {
    FailureKind.TIMEOUT: Text("không trả lời", "does not answer"),
    FailureKind.REFUSED: Text("từ chối kết nối", "refuses the connection"),
    FailureKind.UNREACHABLE: Text("mạng báo không tới được", "the network cannot reach it"),
    FailureKind.AUTH: Text("sai mật khẩu", "the password is wrong"),
    FailureKind.PROTOCOL: Text("có trả lời nhưng không đúng", "answers, but not as it should"),
    FailureKind.LOCAL: Text("lỗi phía máy đo", "a fault of the host that measures"),
    FailureKind.BUG: Text("lỗi phần mềm đo", "a bug of the program that measures"),
}
WAITED = Text("hết thời gian chờ", "timed out")
COLLECTOR = {
    "cli_config": Text("Cấu hình (SSH)", "Configuration (SSH)"),
    "cli_facts": Text("Hệ thống (dòng lệnh)", "System (command line)"),
    "bigbluebutton": Text("Máy chủ BigBlueButton", "BigBlueButton"),
    "cisco_codec": Text("Thiết bị họp Cisco (xAPI)", "Cisco codec (xAPI)"),
    "cisco_meeting_server": Text("Cầu Cisco Meeting Server", "Cisco Meeting Server"),
    "h323_gatekeeper": Text("Gatekeeper H.323 (RAS)", "H.323 gatekeeper (RAS)"),
    "stun": Text("Máy chủ STUN/TURN", "STUN or TURN server"),
    "jitsi": Text("Cầu Jitsi", "Jitsi Videobridge"),
    "trueconf": Text("Máy chủ TrueConf", "TrueConf Server"),
    "pexip": Text("Cầu Pexip Infinity", "Pexip Infinity"),
    "polycom_text": Text("Polycom Group, HDX (lệnh chữ)", "Polycom Group, HDX (text commands)"),
    "snmp_rmx": Text("Cầu Polycom RMX (SNMP)", "Polycom RMX (SNMP)"),
    "snmp_dma": Text("Polycom DMA (SNMP)", "Polycom DMA (SNMP)"),
    "snmp_rprm": Text("Polycom RPRM (SNMP, chưa xác nhận)", "Polycom RPRM (SNMP, unconfirmed)"),
    "snmp_map": Text("Thiết bị theo bản đồ OID", "Device by a map of objects"),
    "jicofo": Text("Jicofo (điều phối Jitsi)", "Jicofo (Jitsi's focus)"),
    "expressway": Text("Cisco Expressway, VCS", "Cisco Expressway, VCS"),
    "lifesize": Text("Thiết bị họp Lifesize (chưa xác nhận)", "Lifesize codec (unconfirmed)"),
    "yealink_text": Text("Thiết bị họp Yealink (chưa xác nhận)", "Yealink codec (unconfirmed)"),
    "yealink_ymcs": Text(
        "Máy chủ quản lý Yealink (chưa xác nhận)", "Yealink management service (unconfirmed)"
    ),
    "snmp_polycom": Text(
        "Thiết bị họp Polycom (SNMP, chưa xác nhận)", "Polycom endpoint (SNMP, unconfirmed)"
    ),
    "poly_videoos": Text("Thiết bị họp Poly (REST)", "Poly codec (REST)"),
    "vq_rtcpxr": Text("Chất lượng thiết bị tự báo", "Quality that the room reports"),
    "dns": Text("Tên miền (DNS)", "DNS"),
    "http": Text("Trang web (HTTP)", "Web page (HTTP)"),
    "http_flow": Text("Ứng dụng web (từng bước)", "Web application (steps)"),
    "dns_zone": Text("Vùng tên miền (DNS)", "Zone (DNS)"),
    "smtp": Text("Máy chủ thư (SMTP)", "Mail server (SMTP)"),
    "mailbox": Text("Hộp thư (IMAP, POP3)", "Mailbox (IMAP, POP3)"),
    "mail_roundtrip": Text("Thư đi và về", "Letter there and back"),
    "ldap": Text("Danh bạ (LDAP)", "Directory (LDAP)"),
    "ocsp": Text("Tình trạng chứng thư (OCSP)", "Certificate status (OCSP)"),
    "crl": Text("Danh sách thu hồi (CRL)", "Revocation list (CRL)"),
    "timestamp": Text("Dấu thời gian (TSA)", "Time stamp (TSA)"),
    "icmp": Text("Ping (ICMP)", "Ping (ICMP)"),
    "any_of": Text("Các đích mốc", "References"),
    "ntp": Text("Giờ chuẩn (NTP)", "Time (NTP)"),
    "sip_options": Text("SIP (OPTIONS)", "SIP (OPTIONS)"),
    "tcp": Text("Kết nối TCP", "TCP connection"),
    "tls": Text("Chứng thư (TLS)", "Certificate (TLS)"),
    "prometheus": Text("Máy chủ (trang số liệu)", "Server (page of metrics)"),
    "winrm": Text("Máy chủ Windows (WinRM, chưa xác nhận)", "Windows (WinRM, unconfirmed)"),
    "redfish": Text("Phần cứng (Redfish, chưa xác nhận)", "Hardware (Redfish, unconfirmed)"),
    "modbus": Text("Cảm biến, máy phát (Modbus, chưa xác nhận)", "Modbus (unconfirmed)"),
    "sql": Text("Cơ sở dữ liệu (SQL)", "Database (SQL)"),
    "backup_age": Text("Bản sao lưu", "Backup"),
    "gateway_balance": Text("Số dư cổng tin nhắn", "Balance of a gateway"),
    "snmp_health": Text("Sức khoẻ (SNMP)", "Health (SNMP)"),
    "snmp_inventory": Text("Mẫu máy, bộ phận (SNMP)", "Hardware (SNMP)"),
    "snmp_neighbours": Text("Láng giềng (SNMP)", "Neighbours (SNMP)"),
    "snmp_interfaces": Text("Các cổng (SNMP)", "Ports (SNMP)"),
    "snmp_probes": Text("Thiết bị tự đo (SNMP)", "Tests by the device (SNMP)"),
    "snmp_system": Text("Hệ thống (SNMP)", "System (SNMP)"),
}
SNMP_SILENT = Text(
    "SNMP không trả lời: kiểm tra community, địa chỉ và quyền truy cập trên thiết bị",
    "SNMP does not answer: check the community, the address and the device's access list",
)
_OURS: tuple[tuple[re.Pattern[str], Text], ...] = (  # what our own host lacks, and the remedy
    (
        re.compile(r"^the running configuration is not saved: (\S+) lines differ"),
        Text(
            "cấu hình đang chạy chưa được lưu, khác {0} dòng với cấu hình khởi động: thiết bị khởi "
            "động lại sẽ mất",
            "the running configuration is not saved, {0} lines differ from the startup one: a "
            "restart would lose them",
        ),
    ),
    (
        re.compile(r"^the configuration ends in the middle"),
        Text("cấu hình đọc được bị cụt", "only a part of the configuration came"),
    ),
    (
        re.compile(r"^the device refuses “(.+)” to this account"),
        Text(
            "tài khoản không được phép chạy lệnh “{0}” trên thiết bị",
            "the account may not run “{0}” on the device",
        ),
    ),
    (
        re.compile(r"^the device shows the host key (\S+), not (\S+):"),
        Text(
            "khoá SSH của thiết bị đã đổi thành {0} (trước là {1}): thay máy, hay có kẻ giả mạo?",
            "the device's SSH key is now {0}, it was {1}: was it replaced, or is it another?",
        ),
    ),
    (
        re.compile(r"^the secret (\S+) is not set$"),
        Text(
            "chưa đặt mật khẩu SNMP {0}: thongsuot secret set {0}",
            "the SNMP password {0} is not set: thongsuot secret set {0}",
        ),
    ),
    (
        re.compile(r"^neither a secret nor a community is set"),
        Text(
            "chưa khai báo mật khẩu hay community SNMP cho thiết bị",
            "neither a secret nor an SNMP community is declared for the device",
        ),
    ),
    (
        re.compile(r"^the secret (\S+) is no SNMPv3 login: (.+)$"),
        Text(
            "mật khẩu {0} bắt đầu bằng v3 nhưng không đúng mẫu tài khoản SNMPv3 ({1}); đặt lại "
            "bằng thongsuot secret set {0}",
            "the secret {0} begins with v3 but is no login of SNMPv3 ({1}); set it again by "
            "thongsuot secret set {0}",
        ),
    ),
    (
        re.compile(r"^(\d+) of (\d+) references answer(?:, (\d+) are needed)?; not (.+)$"),
        Text(
            "chỉ {0} trong {1} đích mốc trả lời; không trả lời: {3}",
            "only {0} of {1} references answer; silent: {3}",
        ),
    ),
    (
        re.compile(r"^the answers come from (\S+), not from the address that was asked$"),
        Text(
            "thiết bị trả lời SNMP từ địa chỉ {0} chứ không từ địa chỉ đã khai: khai địa chỉ ấy, "
            "hoặc đặt địa chỉ nguồn của SNMP trên thiết bị",
            "the device answers SNMP from {0}, not from the address that is declared: declare "
            "that one, or set the source address of SNMP on the device",
        ),
    ),
    (
        re.compile(r"^unknownUserName: the device has no SNMPv3 user (.+?); "),
        Text(
            "thiết bị không có người dùng SNMPv3 {0}: tạo trên thiết bị, hoặc sửa user= trong mật "
            "khẩu",
            "the device has no SNMPv3 user {0}: make it there, or correct user= in the secret",
        ),
    ),
    (
        re.compile(r"^wrongDigest: for user (.+?) the password"),
        Text(
            "sai mật khẩu hoặc kiểu xác thực SNMPv3 (auth=) của người dùng {0}",
            "the SNMPv3 password or kind of auth= of user {0} is another than on the device",
        ),
    ),
    (
        re.compile(
            r"^decryptionError: for user (.+?) the password"
            r"|^the agent is there, but does not answer what is encrypted for user (.+?): "
        ),
        Text(
            "thiết bị không giải mã được: sai mật khẩu hoặc kiểu mã hoá SNMPv3 (priv=); với "
            "aes192, aes256 hãy thử aes192c, aes256c",
            "the device cannot decrypt: the SNMPv3 password or kind of priv= is another than "
            "there; for aes192 and aes256 try aes192c, aes256c",
        ),
    ),
    (
        re.compile(r"^the agent is there, but does not answer user (.+?): "),
        Text(
            "thiết bị có SNMPv3 nhưng không trả lời người dùng {0}: xem người dùng ấy đã được tạo "
            "và cho đọc chưa",
            "the device speaks SNMPv3, but does not answer user {0}: is there such a user, with "
            "access?",
        ),
    ),
    (
        re.compile(r"^unsupportedSecLevel: the device does not take user (.+?) at (\w+); "),
        Text(
            "thiết bị không nhận người dùng SNMPv3 {0} ở mức {1}: đặt lại mức trên thiết bị, hoặc "
            "sửa mật khẩu cho khớp",
            "the device does not take SNMPv3 user {0} at {1}: give it that level there, or correct "
            "the secret",
        ),
    ),
    (
        re.compile(r"^notInTimeWindow, but not signed"),
        Text(
            "thiết bị báo lệch giờ SNMPv3 mà không ký: có thể sai mật khẩu hoặc kiểu (auth=)",
            "the device tells of another SNMPv3 time, unsigned: the password or kind of auth= may "
            "be another than there",
        ),
    ),
    (
        re.compile(r'^unknownContext: the device has no context "(.*?)"; '),
        Text(
            'thiết bị không có ngữ cảnh SNMPv3 "{0}": sửa hoặc bỏ context= trong mật khẩu',
            'the device has no SNMPv3 context "{0}": correct or leave out context= in the secret',
        ),
    ),
    (
        re.compile(r"^notInTimeWindow again and again"),
        Text(
            "đồng hồ SNMPv3 của thiết bị không chạy: khởi động lại tác nhân SNMP",
            "the device's SNMPv3 clock does not run: restart its SNMP agent",
        ),
    ),
    (
        re.compile(r"^unknownEngineID again and again"),
        Text(
            "thiết bị liên tục đổi engine ID SNMPv3: có hai thiết bị chung địa chỉ chăng?",
            "the device keeps changing its SNMPv3 engine id: do two devices share the address?",
        ),
    ),
    (
        re.compile(r"^no secret (\S+) is set$"),
        Text(
            "chưa đặt mật khẩu {0}: thongsuot secret set {0}",
            "the secret {0} is not set: thongsuot secret set {0}",
        ),
    ),
    (
        re.compile(r"^nobody listens for publications"),
        Text(
            "chưa mở nơi nghe thiết bị tự báo chất lượng: đặt [hearing] quality; chỉ hệ thống "
            "đang chạy mới nghe",
            "nobody listens for what rooms publish: set [hearing] quality; only the running "
            "platform hears",
        ),
    ),
    (
        re.compile(r"^no secret is named"),
        Text(
            "chưa ghi tên mật khẩu vào cột secret của thiết bị",
            "the device's column secret names none",
        ),
    ),
    (
        re.compile(r"^the secret is no user:password"),
        Text(
            "mật khẩu phải có dạng tên:mật-khẩu; đặt lại bằng thongsuot secret set",
            "the secret must be user:password; set it again by thongsuot secret set",
        ),
    ),
    (
        re.compile(r"^the login was not answered; .* before (.+)$"),
        Text(
            "thiết bị không trả lời sau khi nhận mật khẩu; để không khoá tài khoản, không thử lại "
            "trước {0}",
            "the device did not answer our login; to lock no account it is not tried again before "
            "{0}",
        ),
    ),
    (
        re.compile(r".*to lock no account it is not tried again before (.+)$", re.DOTALL),
        Text(
            "thiết bị từ chối đăng nhập; để không khoá tài khoản, không thử lại trước {0}. "
            "Mật khẩu mới (thongsuot secret set) thì thử ngay",
            "the device refuses our login; to lock no account it is not tried again before {0}. A "
            "new secret (thongsuot secret set) is tried at once",
        ),
    ),
    (
        re.compile(r"^\d+ devices refuse this login; .* before (.+)$"),
        Text(
            "nhiều thiết bị liền nhau từ chối tài khoản này; để không khoá tài khoản chung, không "
            "thử ở đây trước {0}. Mật khẩu mới (thongsuot secret set) thì thử ngay",
            "several devices in a row refuse this login; to lock no shared account it is not tried "
            "here before {0}. A new secret (thongsuot secret set) is tried at once",
        ),
    ),
    (
        re.compile(r"^the answer is no \w+ but (.+)$"),
        Text(
            "địa chỉ này trả lời một trang khác ({0}), không phải tình trạng thiết bị: xem lại địa "
            "chỉ, cổng và loại thiết bị",
            "another document ({0}) answers here instead of the device's status: look at the "
            "address, the port and the kind of device",
        ),
    ),
    (
        re.compile(r"^(.+?) (?:is no JSON list|tells nothing that is asked for)$"),
        Text(
            "{0} trả lời một nội dung khác, không phải tình trạng thiết bị: xem lại địa chỉ, cổng "
            "và loại thiết bị",
            "{0} answers with something else than the device's status: look at the address, the "
            "port and the kind of device",
        ),
    ),
    (
        re.compile(r".*it is left alone until (.+)$", re.DOTALL),
        Text(
            "thiết bị yêu cầu hỏi thưa hơn: để yên đến {0}",
            "the device asks to be asked more rarely: left alone until {0}",
        ),
    ),
    (
        re.compile(r".*to trust just this one: fingerprint=([0-9a-f]{64})$", re.DOTALL),
        Text(
            "chứng thư không rõ nơi cấp; nếu đúng là của thiết bị này, ghi dấu vân tay {0} vào "
            "dòng thứ hai của mật khẩu",
            "nobody vouches for the certificate; if it is this device's, write its fingerprint {0} "
            "on the secret's second line",
        ),
    ),
    (
        re.compile(r"^the certificate is not the one that is trusted: its fingerprint is (.+)$"),
        Text(
            "chứng thư đã khác với dấu vân tay ghi trong mật khẩu (nay là {0}): thiết bị bị thay, "
            "hoặc có kẻ đứng giữa",
            "the certificate is not the one whose fingerprint the secret names (now {0}): the "
            "device was replaced, or somebody stands between",
        ),
    ),
    *SERVICE_FAULTS,
    (
        re.compile(r"^the name (\S+) cannot be resolved$"),
        Text("không tra được địa chỉ của tên {0}", "the name {0} cannot be resolved"),
    ),
)
_FAILED = re.compile(
    r"^(?:(?P<collector>[a-z][a-z0-9_]*): )?(?P<kind>[a-z]+): (?P<detail>.*)$", re.DOTALL
)
_AUDITED: tuple[tuple[re.Pattern[str], Text], ...] = (
    (re.compile(r"version (\d+)"), Text("phiên bản {0}", "version {0}")),
    (
        re.compile(r"(\d+) rows written, (\d+) removed"),
        Text("ghi {0} dòng, bỏ {1} dòng", "{0} rows written, {1} removed"),
    ),
    (
        re.compile(r"(.+): (\d+) added, (\d+) changed"),
        Text("{0}: thêm {1}, sửa {2}", "{0}: {1} added, {2} changed"),
    ),
)
_SUGGESTION = re.compile(r"(links|devices)/([^?]+)\?(\w+=.*)")  # Suggestion.key
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?\+\d\d:\d\d")
ACTION = {
    "configuration.reveal": Text("tải cấu hình đầy đủ", "downloaded a whole configuration"),
    "meeting.add": Text("ghi cuộc họp", "entered a meeting"),
    "meeting.change": Text("sửa cuộc họp", "changed a meeting"),
    "meeting.cancel": Text("huỷ cuộc họp", "called a meeting off"),
    "meeting.delegates": Text("ghi số đại biểu", "noted how many take part"),
    "discovery.begin": Text("bắt đầu dò thiết bị", "began to look for devices"),
    "answer.already": Text("trả lời tin khi đã có người nhận", "answered when it was taken on"),
    "answer.ended": Text("trả lời tin khi sự cố đã hết", "answered when it was over"),
    "answer.expired": Text("trả lời bằng mã hết hạn", "answered with an expired code"),
    "answer.proven": Text("xác nhận bằng tin trả lời", "confirmed by an answer"),
    "answer.taken": Text("tiếp nhận bằng tin trả lời", "took it on by an answer"),
    "answer.unclear": Text("trả lời tin không rõ ý", "answered unclearly"),
    "answer.unknown": Text("trả lời bằng mã lạ", "answered with an unknown code"),
    "contact.ask": Text("gửi tin xác nhận địa chỉ", "asked for a proof of an address"),
    "contact.proven": Text("xác nhận địa chỉ", "confirmed an address"),
    "heartbeat.drill": Text("ngừng nhịp tim để diễn tập", "stopped the heartbeat for a drill"),
    "balance.low": Text("báo kênh sắp hết tiền", "told that a channel runs out of money"),
    "balance.enough": Text("kênh lại đủ tiền", "a channel has money again"),
    "heartbeat.resumed": Text("gửi lại nhịp tim", "let the heartbeat go on"),
    "incident.ack": Text("tiếp nhận sự cố", "acknowledged an incident"),
    "incident.comment": Text("ghi chú sự cố", "commented on an incident"),
    "incident.cause": Text("ghi nguyên nhân sự cố", "stated the cause of an incident"),
    "incident.merge": Text("gộp các sự cố", "merged incidents"),
    "incident.split": Text("tách sự cố", "split an incident"),
    "inventory.apply": Text("cập nhật danh mục", "changed the inventory"),
    "inventory.mapping": Text("ghi nhớ ý nghĩa các cột", "remembered what columns mean"),
    "login": Text("đăng nhập", "logged in"),
    "login.failed": Text("đăng nhập sai", "failed to log in"),
    "logout": Text("đăng xuất", "logged out"),
    "room_key.make": Text("cấp khoá cho máy tính phòng họp", "made the key of a room's PC"),
    "room_key.revoke": Text(
        "thu hồi khoá của máy tính phòng họp", "revoked the key of a room's PC"
    ),
    "rota.swap": Text("đổi ca trực", "swapped duty"),
    "rota.swap.cancel": Text("bỏ lần đổi ca trực", "took a swap of duty back"),
    "rota.hand_over": Text("ghi bàn giao ca trực", "left a note of handing over"),
    "maintenance.add": Text("ghi đợt bảo trì", "recorded works"),
    "maintenance.cancel": Text("huỷ đợt bảo trì", "called works off"),
    "message.test": Text("gửi tin thử", "sent a test message"),
    "silence.add": Text("tạm dừng báo", "silenced"),
    "silence.end": Text("cho báo trở lại", "ended a silence"),
    "secret.remove": Text("xoá mật khẩu thiết bị", "removed a secret"),
    "secret.set": Text("đặt mật khẩu thiết bị", "set a secret"),
    "figures.import": Text("nhập danh sách số liệu", "imported a list of figures"),
    "job.make": Text("cấp địa chỉ báo của tác vụ", "made the address of a job"),
    "job.revoke": Text("thu hồi địa chỉ báo của tác vụ", "revoked the address of a job"),
    "suggestion.offer": Text("đề xuất lại", "had it suggested again"),
    "suggestion.refuse": Text("không nhận đề xuất", "refused a suggestion"),
    "suggestion.take": Text("nhận đề xuất vào danh mục", "took a suggestion into the inventory"),
    "token.lend": Text("dùng mã truy cập tạm của dòng lệnh", "lent the command line a token"),
    "ticket.fixed": Text("ghi nhà mạng đã khắc phục", "noted that a carrier has fixed it"),
    "ticket.received": Text("ghi nhà mạng đã tiếp nhận", "noted that a carrier has received it"),
    "ticket.reported": Text("ghi đã báo nhà mạng", "noted that a carrier was told"),
    "token.create": Text("cấp mã truy cập API", "created an API token"),
    "token.revoke": Text("thu hồi mã truy cập API", "revoked an API token"),
    "user.add": Text("thêm người dùng", "added a user"),
    "user.disable": Text("khoá người dùng", "locked a user"),
    "user.enable": Text("mở khoá người dùng", "unlocked a user"),
    "user.password": Text("đổi mật khẩu", "changed a password"),
}
STEP = Text("Bước", "Step")
_AGAIN = Text(", báo thêm", ", told to more")
_STEP = re.compile(r"[^/]+/(\d+)(\+\d+)?: (.+)")  # as the ledger writes a step that came due
_FINDING = re.compile(r"(\S+) (\w+)(?:: (.*))?", re.DOTALL)  # as the ledger writes a cause
_TOLD = re.compile(r"^(\w+): (\S+) → (\S+)$")  # as the ledger writes a settled notification


def reason(name: str, language: Language) -> str:
    """Return a named reason in words; an unknown one as it stands, readable."""
    known = REASON.get(name)
    return known.said(language) if known else name.replace("_", " ")


def collector(name: str, language: Language) -> str:
    """Return a way of looking in words."""
    known = COLLECTOR.get(name)
    return known.said(language) if known else name


def failure(kind: str, detail: str, collector: str, language: Language) -> str:
    """Return in words why a look brought nothing, with the remedy where we know it."""
    for pattern, text in _OURS:
        if found := pattern.match(detail):
            return text.said(language).format(*found.groups())
    if kind == FailureKind.TIMEOUT and collector.startswith("snmp"):
        return SNMP_SILENT.said(language)
    if kind == FailureKind.PROTOCOL and (wanting := findings.found(detail, language)):
        return wanting
    return FAILURE[FailureKind(kind)].said(language) if kind in set(FailureKind) else kind


def detail(text: str, language: Language) -> str:
    """Return the detail of a status in words; one that names no failure as it stands.

    The judge writes `kind: detail`, of a check beside the deciding one `collector: kind: detail`.
    """
    found = _FAILED.match(text)
    if found is None or found["kind"] not in set(FailureKind):
        return text
    by = found["collector"] or ""
    said = failure(found["kind"], found["detail"], by, language)
    if said == FAILURE[FailureKind.TIMEOUT].said(language) and not by:
        return WAITED.said(language)  # the reason beside it says already that it is silent
    return f"{collector(by, language)}: {said}" if by else said


def action(name: str, language: Language) -> str:
    """Return an audited action in words; an unknown one as it stands."""
    known = ACTION.get(name)
    return known.said(language) if known else name


def filled(
    table: str,
    fields: Iterable[tuple[str, str | Iterable[str]]],
    language: Language,
    called: Mapping[str, str] | None = None,
) -> str:
    """Return columns of a table and what goes into them: `Cổng phía xa: Gi0/1; Đường lên: SW1`.

    `called` gives the names of targets by slug.
    """
    names = called or {}
    return "; ".join(
        f"{heading(table, column).said(language)}: "
        + ", ".join(names.get(one, one) for one in ([value] if isinstance(value, str) else value))
        for column, value in fields
    )


def _suggested(text: str, language: Language) -> str | None:
    """Return the key of a suggestion in words, None for anything else."""
    found = _SUGGESTION.fullmatch(text)
    if found is None:
        return None
    table, slug, pairs = found.groups()
    fields = [(name, value) for name, _, value in (one.partition("=") for one in pairs.split(","))]
    return f"{slug}: {filled(table, fields, language)}"


def audited(text: str, language: Language) -> str:
    """Return the subject or detail of an audit row in words, where the ledger wrote it itself."""
    if suggestion := _suggested(text, language):
        return suggestion
    for pattern, said in _AUDITED:
        if found := pattern.fullmatch(text):
            return said.said(language).format(*found.groups())
    return _INSTANT.sub(lambda at: moment(datetime.fromisoformat(at[0])), text)


def answered_in(seconds: float, language: Language) -> str:
    """Return how long an answer took: `0,8 ms`, `142 ms`, `5,0 s`."""
    if seconds >= 1:
        return f"{number(seconds, language, 1)} s"
    took = seconds * 1000
    return f"{number(took, language, 0 if took >= 10 else 1)} ms"  # noqa: PLR2004


def whom(incident: Incident, number: int) -> Text:
    """Return whom a step of an incident's chain tells."""
    steps = incident.chain.steps if incident.chain is not None else ()
    step = next((step for step in steps if step.number == number), None)
    return WHOM[step.tell] if step is not None else Text("", "")


def note_name(note: IncidentNote, incident: Incident) -> Text:
    """Return what a line of the timeline is; of two that were merged, which of them went on."""
    gone = note.kind == "merged" and note.text == incident.merged_into
    return NOTE.get("merged_into" if gone else note.kind) or Text(note.kind, note.kind)


def note_text(note: IncidentNote, person: Callable[[str], str], language: Language) -> str:
    """Return a line of the timeline in the reader's words."""
    if note.kind == "escalated" and (turn := _STEP.fullmatch(note.text)) is not None:
        people = ", ".join(person(slug) for slug in turn[3].split())
        again = _AGAIN.said(language) if turn[2] else ""
        return f"{STEP.said(language)} {turn[1]}{again}: {people}"
    if note.kind == "finding" and (stated := _FINDING.fullmatch(note.text)) is not None:
        return _cause(stated[1], stated[2], stated[3], language)
    found = _TOLD.match(note.text) if note.kind in {"told", "failed"} else None
    if found is None or found[1] not in set(Purpose):
        return note.text
    return f"{PURPOSE[Purpose(found[1])].said(language)}: {person(found[3])} ({found[2]})"


def _cause(category: str, fault: str, text: str | None, language: Language) -> str:
    known = CATEGORIES.get(category)
    name = known.name.said(language) if known is not None else category
    whose = FAULT[Fault(fault)].said(language) if fault in set(Fault) else fault
    return f"{name} ({whose})" + (f": {text}" if text else "")


def role(target: Target) -> Text:
    """Return what a target is: a router, a hub site, a portal; its kind if nothing nearer."""
    if target.kind is TargetKind.SERVICE:
        return SERVICE_ROLE.get(target.role, KIND[target.kind])
    return DEVICE_ROLE.get(target.role, KIND[target.kind])


def name_of(target: Target, language: Language) -> str:
    """Return the name to show."""
    return target.name_en or target.name if language == "en" else target.name


def local(at: datetime) -> datetime:
    """Return the instant in the province's time."""
    return at.astimezone(LOCAL)


def moment(at: datetime | None) -> str:
    """Return `dd/MM/yyyy HH:mm` local time, `–` for None."""
    return local(at).strftime("%d/%m/%Y %H:%M") if at else "–"


def moment_exact(at: datetime | None) -> str:
    """Return `dd/MM/yyyy HH:mm:ss` local time, `–` for None."""
    return local(at).strftime("%d/%m/%Y %H:%M:%S") if at else "–"


def moment_near(at: datetime, now: datetime) -> str:
    """Return the time alone if it was today, with the day otherwise."""
    return local(at).strftime("%H:%M" if local(at).date() == local(now).date() else "%H:%M %d/%m")


def share(value: float | None, language: Language, digits: int = 1) -> str:
    """Return a ratio 0…1 in per cent: `93,2 %`, in English `93.2%`; a dash for None."""
    if value is None:
        return "–"
    figure = number(value * 100, language, digits)
    return f"{figure}%" if language == "en" else f"{figure}\N{NO-BREAK SPACE}%"


def _reported(incident: Incident, root: Target | None) -> Text:
    """Return one line for what somebody else's alert says."""
    vi, en = (root.name, root.name_en or root.name) if root else (incident.root, incident.root)
    name = alert_name(incident)
    if incident.state is not IncidentState.OPEN:
        return Text(f"{vi}: hết cảnh báo {name}", f"{en}: the alert {name} is over")
    return Text(f"{vi}: hệ thống khác cảnh báo {name}", f"{en}: reported by an alert, {name}")


def _ended(incident: Incident) -> Text:
    if incident.merged_into is not None:  # it may be down still, as part of the other
        return Text(f"gộp vào {incident.merged_into}", f"part of {incident.merged_into}")
    return Text("đã khôi phục", "recovered")


def headline(incident: Incident, root: Target | None, status: Status | None) -> Text:
    """Return one line that says what is broken: the root's kind, name and status."""
    if incident.kind == EXTERNAL:
        return _reported(incident, root)
    if root is None:
        return Text(f"{incident.root}: sự cố", f"{incident.root}: incident")
    if incident.kind == THRESHOLD and incident.state is IncidentState.OPEN:
        return Text(
            f"{root.name}: vượt ngưỡng, {incident.detail}",
            f"{root.name_en or root.name}: beyond its threshold, {incident.detail}",
        )
    if incident.kind == FLAPPING and incident.state is IncidentState.OPEN:
        return Text(f"{root.name}: chập chờn", f"{root.name_en or root.name}: flapping")
    word = STATUS[
        status if status in {Status.DOWN, Status.DEGRADED, Status.UNREACHABLE} else Status.DOWN
    ]
    if root.kind is TargetKind.SERVICE and word is STATUS[Status.DOWN]:
        word = Text("ngừng phục vụ", "out of service")
    if incident.state is not IncidentState.OPEN:
        word = _ended(incident)
    return Text(f"{root.name}: {word.vi}", f"{root.name_en or root.name}: {word.en}")
