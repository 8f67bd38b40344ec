"""Board Servers: which server, which of its parts, and which backup wants attention?"""

from collectors._host.params import CPU, DISK, MEMORY
from core.status import Status
from core.text import Language, Text
from core.watching import TargetKind
from grafana import variables
from grafana.board import Board
from grafana.expressions import (
    LOST,
    NOW,
    chosen,
    code,
    count,
    metric,
    named,
    of_all_parts,
    only,
    ranks,
    share,
    slowness,
    worst,
)
from grafana.measured import Measured
from grafana.panels import Column, Words, bars, lines, number, timeline, worst_first
from grafana.site import link_here
from grafana.statuses import (
    ANY_IS_ORANGE,
    ANY_IS_RED,
    ANY_IS_YELLOW,
    PARTS,
    PARTS_IN_WORDS,
    Limits,
)

DEVICE = TargetKind.DEVICE
ROWS, CURVES = 25, 10
_ROLES = 'role=~"server|other"'  # storage, hypervisors and printers are `other`
_SERVERS = chosen(DEVICE, _ROLES)
_ALL = Measured((_ROLES,))
_PART = "instance, kind, component"
# The bounds of the collectors; beyond them a server is degraded.
_BUSY: Limits = ((None, "green"), (CPU, "yellow"))
_USED: Limits = ((None, "green"), (MEMORY, "yellow"))
_FULL: Limits = ((None, "green"), (DISK, "yellow"))
OLD = 26 * 3600.0  # seconds: a night's backup, and two hours
_OLD: Limits = ((None, "green"), (OLD, "yellow"))


def board(language: Language) -> Board:
    """Return the board."""
    made = Board(
        slug="servers",
        title=Text("Thông Suốt – Máy chủ", "Thông Suốt – Servers"),
        question=Text(
            "Máy chủ nào, bộ phận nào, bản sao lưu nào cần để ý?",
            "Which server, which of its parts, and which backup wants attention?",
        ),
        language=language,
        variables=(variables.source(language), variables.hub(), variables.unit(language)),
    )
    made.row(4, *_counts(language))
    made.row(12, _worst(language))
    made.row(9, _timeline(language), _parts(language))
    made.row(8, _cpu(language), _load(language), _network(language))
    made.row(8, _storage(language), _temperature(language), _drives(language))
    made.row(8, _backups(language), _backup_sizes(language), _events(language))
    made.row(8, _exporters(language), _supplies(language), _pages(language))
    return made


def parts_amiss(among: Measured, *matchers: str) -> str:
    """Return how many parts want attention or have failed."""
    status = f"max by ({_PART}) ({metric('device_component_status', *matchers)})"
    return among.total(f"{status} > bool 0")


def worst_parts(among: Measured, number: int, *matchers: str) -> str:
    """Return the parts whose state is gravest."""
    return among.highest(
        number, f"max by ({_PART}) ({metric('device_component_status', *matchers)})"
    )


def _counts(language: Language) -> list[object]:
    full = f"max by (instance, storage) ({metric('device_storage_used_ratio')}) > bool {DISK:g}"
    old = f"max by (instance) ({metric('probe_backup_age_seconds')}) > bool {OLD:g}"
    failed = metric("node_systemd_unit_state", 'state="failed"')
    running = metric("windows_service_state", 'state="running"')
    stopped = f"1 - max by (instance, name) ({running})"
    units = f"max by (instance, name) ({failed}) or {stopped}"
    return [
        number(
            Words(
                Text("Mất kết nối", "Down"),
                Text("Số máy chủ tự nó hỏng.", "Servers that failed themselves."),
            ),
            language,
            count(DEVICE, Status.DOWN.value, _SERVERS),
            limits=ANY_IS_RED,
        ),
        number(
            Words(
                Text("Suy giảm", "Degraded"),
                Text(
                    "Số máy chủ còn trả lời nhưng có phép đo không đạt.",
                    "Servers that answer while one of their checks finds fault.",
                ),
            ),
            language,
            count(DEVICE, Status.DEGRADED.value, _SERVERS),
            limits=ANY_IS_YELLOW,
        ),
        number(
            Words(
                Text("Bộ phận cần để ý", "Parts amiss"),
                Text(
                    "Số ổ đĩa, quạt, nguồn, mô-đun mà máy báo cần để ý hoặc hỏng.",
                    "Drives, fans, supplies and modules that the machines report.",
                ),
            ),
            language,
            parts_amiss(_ALL),
            limits=ANY_IS_ORANGE,
        ),
        number(
            Words(
                Text("Ổ đĩa gần đầy", "Disks nearly full"),
                Text(
                    f"Số ổ đĩa đã dùng quá {DISK:.0%}.",
                    f"Disks of which more than {DISK:.0%} is used.",
                ),
            ),
            language,
            _ALL.total(full),
            limits=ANY_IS_YELLOW,
        ),
        number(
            Words(
                Text("Dịch vụ không chạy", "Services not running"),
                Text(
                    "Số đơn vị systemd hỏng và dịch vụ Windows đã dừng, trong những cái được đo.",
                    "Failed systemd units and stopped Windows services, of those looked at.",
                ),
            ),
            language,
            _ALL.total(units),
            limits=ANY_IS_YELLOW,
        ),
        number(
            Words(
                Text("Sao lưu quá cũ", "Backups too old"),
                Text(
                    "Số nơi mà bản sao lưu mới nhất cũ hơn 26 giờ.",
                    "Places whose newest backup is older than 26 hours.",
                ),
            ),
            language,
            _ALL.total(old),
            limits=ANY_IS_ORANGE,
        ),
    ]


def _worst(language: Language) -> object:
    ranked = worst(ROWS, named(ranks(DEVICE, slowness("instance")), DEVICE, _SERVERS, ()))
    told = only(
        named(code(DEVICE), DEVICE, _SERVERS, ("name", "vendor", "model", "site")),
        "instance",
        ranked,
    )

    def highest(name: str) -> str:
        return only(f"max by (instance) ({metric(name)})", "instance", ranked)

    ran = " or ".join(
        f"max by (instance) ({expression})"
        for expression in (
            f"time() - {metric('node_boot_time_seconds')}",
            f"time() - {metric('windows_system_boot_time_timestamp_seconds')}",
            f"{metric('sysUpTime')} / 100",
        )
    )
    return worst_first(
        Words(
            Text("Máy chủ, nặng nhất trước", "Servers, worst first"),
            Text(
                f"{ROWS} máy chủ có trạng thái xấu nhất, theo bất cứ cách đo nào có: SNMP, "
                "node_exporter, windows_exporter, WinRM, Redfish. Chọn tên để mở điểm cầu.",
                f"The {ROWS} servers whose status is worst, by whatever looks at them: SNMP, "
                "node_exporter, windows_exporter, WinRM, Redfish. A name opens its site.",
            ),
        ),
        language,
        by="instance",
        labels={
            "name": Text("Máy chủ", "Server"),
            "vendor": Text("Hãng", "Maker"),
            "model": Text("Kiểu", "Model"),
        },
        columns=[
            Column(Text("Trạng thái", "Status"), told, status=True),
            Column(
                Text("CPU", "CPU"),
                highest("device_cpu_ratio"),
                unit="percentunit",
                limits=_BUSY,
                decimals=0,
            ),
            Column(
                Text("Bộ nhớ", "Memory"),
                highest("device_memory_used_ratio"),
                unit="percentunit",
                limits=_USED,
                decimals=0,
            ),
            Column(
                Text("Ổ đầy nhất", "Fullest disk"),
                highest("device_storage_used_ratio"),
                unit="percentunit",
                limits=_FULL,
                decimals=0,
            ),
            Column(
                Text("Nhiệt độ", "Temperature"),
                highest("device_temperature_celsius"),
                unit="celsius",
            ),
            Column(
                Text("Phần cứng", "Hardware"),
                highest("device_component_status"),
                words=PARTS_IN_WORDS,
            ),
            Column(Text("Đang bật", "Powered"), highest("device_powered"), words=_POWERED),
            Column(Text("Đã chạy", "Uptime"), only(f"({ran})", "instance", ranked), unit="s"),
        ],
        link=link_here(language, "site"),
        kept=("site",),
    )


_POWERED = (
    (0, Text("tắt", "off"), "orange"),
    (1, Text("bật", "on"), "text"),
)


def _timeline(language: Language) -> object:
    then = chosen(DEVICE, _ROLES, at=NOW)
    ranked = worst(ROWS, named(share(DEVICE, LOST, NOW), DEVICE, then, ()))
    return timeline(
        Words(
            Text("Mất lâu nhất trong khoảng", "Longest lost in the range"),
            Text(
                f"Trạng thái theo thời gian của {ROWS} máy chủ mất lâu nhất; chỗ trống là không "
                "có dữ liệu.",
                f"Statuses over time of the {ROWS} servers longest lost; a gap is missing data.",
            ),
        ),
        language,
        only(named(code(DEVICE), DEVICE, _SERVERS), "instance", ranked),
    )


def _parts(language: Language) -> object:
    return bars(
        Words(
            Text("Bộ phận, nặng nhất trước", "Parts, gravest first"),
            Text(
                "0 tốt, 1 cần chú ý, 2 hỏng, theo lời của máy (Redfish, iDRAC, iLO, NAS, SNMP).",
                "0 well, 1 wants attention, 2 failed, as the machine reports it.",
            ),
        ),
        language,
        worst_parts(_ALL, ROWS - 10),
        "{{name}} {{kind}} {{component}}",
        unit="short",
        limits=PARTS,
        top=2.0,
    )


def _cpu(language: Language) -> object:
    return lines(
        Words(
            Text("Bộ xử lý và bộ nhớ", "Processors and memory"),
            Text(
                f"{CURVES} máy chủ cao nhất trong khoảng, mỗi thứ.",
                f"The {CURVES} highest servers of the range, of either.",
            ),
        ),
        language,
        [
            (_ALL.curves(CURVES, metric("device_cpu_ratio")), "{{name}} CPU"),
            (_ALL.curves(CURVES, metric("device_memory_used_ratio")), "{{name}} RAM"),
        ],
        unit="percentunit",
        limits=_BUSY,
        top=1.0,
    )


def _load(language: Language) -> object:
    return lines(
        Words(
            Text("Tải (load1)", "Load (load1)"),
            Text(
                f"{CURVES} máy Linux có tải cao nhất trong khoảng, theo node_exporter.",
                f"The {CURVES} Linux machines with the highest load, by node_exporter.",
            ),
        ),
        language,
        [(_ALL.curves(CURVES, metric("node_load1")), "{{name}}")],
        unit="short",
    )


def _network(language: Language) -> object:
    def busiest(name: str) -> str:
        octets = metric(name, 'device!="lo"')
        rates = of_all_parts(f"rate({octets}[$__rate_interval])", "device")
        return worst(CURVES, _ALL.kept(f"{rates} * 8"))

    into, out = Text("vào", "in"), Text("ra", "out")
    return lines(
        Words(
            Text("Lưu lượng mạng", "Network traffic"),
            Text(
                f"{CURVES} máy nhiều nhất lúc đó, theo node_exporter; chiều ra vẽ xuống dưới.",
                f"The {CURVES} busiest at each time, by node_exporter; what leaves is below.",
            ),
        ),
        language,
        [
            (busiest("node_network_receive_bytes_total"), f"{{{{name}}}} {into.said(language)}"),
            (busiest("node_network_transmit_bytes_total"), f"{{{{name}}}} {out.said(language)}"),
        ],
        unit="bps",
        below=f"/ {out.said(language)}$/",
    )


def _storage(language: Language) -> object:
    return bars(
        Words(
            Text("Ổ đĩa đầy nhất", "Fullest disks"),
            Text(
                f"{ROWS - 10} ổ đĩa, phân vùng đầy nhất lúc này.",
                f"The {ROWS - 10} fullest disks now.",
            ),
        ),
        language,
        _ALL.highest(
            ROWS - 10, f"max by (instance, storage) ({metric('device_storage_used_ratio')})"
        ),
        "{{name}} {{storage}}",
        unit="percentunit",
        limits=_FULL,
        top=1.0,
    )


def _temperature(language: Language) -> object:
    selector = metric("device_temperature_celsius")
    return lines(
        Words(
            Text("Nhiệt độ bên trong", "Temperature inside"),
            Text(
                f"{CURVES} cảm biến nóng nhất trong khoảng.",
                f"The {CURVES} hottest sensors of the range.",
            ),
        ),
        language,
        [(_ALL.curves(CURVES, selector, "instance, sensor"), "{{name}} {{sensor}}")],
        unit="celsius",
    )


def _drives(language: Language) -> object:
    left = " or ".join(
        (
            f"min by (instance, drive) ({metric('device_drive_life_ratio')})",
            "label_replace(min by (instance, disk) "
            f"({metric('physicalDiskRemainingRatedWriteEndurance')}) / 100, "
            '"drive", "$1", "disk", "(.+)")',
        )
    )
    return bars(
        Words(
            Text("Tuổi thọ SSD còn lại", "What is left of SSDs"),
            Text(
                f"{CURVES} ổ đã mòn nhất; gần 0 là phải thay.",
                f"The {CURVES} most worn drives; near 0 they have to be replaced.",
            ),
        ),
        language,
        _ALL.lowest(CURVES, left),
        "{{name}} {{drive}}",
        unit="percentunit",
        limits=((None, "red"), (0.1, "yellow"), (0.2, "green")),
        top=1.0,
    )


def _backups(language: Language) -> object:
    return bars(
        Words(
            Text("Tuổi bản sao lưu mới nhất", "Age of the newest backup"),
            Text(
                "Cũ nhất trước. Tệp còn mới không có nghĩa là khôi phục được: phải thử.",
                "Oldest first. A fresh file is no proof that it can be restored: try it.",
            ),
        ),
        language,
        _ALL.highest(CURVES, f"max by (instance) ({metric('probe_backup_age_seconds')})"),
        "{{name}}",
        unit="s",
        limits=_OLD,
    )


def _backup_sizes(language: Language) -> object:
    return lines(
        Words(
            Text("Độ lớn bản sao lưu", "Size of the newest backup"),
            Text(
                "Bỗng nhỏ đi là dấu hiệu sao lưu thiếu.",
                "One that suddenly shrinks was not written whole.",
            ),
        ),
        language,
        [(_ALL.curves(CURVES, metric("probe_backup_size_bytes")), "{{name}}")],
        unit="bytes",
    )


def _events(language: Language) -> object:
    by = "instance, log"
    return lines(
        Words(
            Text("Lỗi trong nhật ký Windows", "Errors of Windows logs"),
            Text(
                f"Số lỗi gần đây, {CURVES} nhật ký nhiều nhất, theo WinRM.",
                f"Recent errors of the {CURVES} worst logs, by WinRM.",
            ),
        ),
        language,
        [(_ALL.curves(CURVES, metric("device_event_errors"), by), "{{name}} {{log}}")],
        unit="short",
    )


def _exporters(language: Language) -> object:
    by = "instance, reason"
    return lines(
        Words(
            Text("Chuỗi của exporter bị bỏ", "Series dropped of exporters"),
            Text(
                "Trang exporter dài quá hoặc ngoài danh sách được phép: có số liệu không đến nơi.",
                "Pages that are too long, or say what is not on the list: not all arrives.",
            ),
        ),
        language,
        [(_ALL.curves(CURVES, metric("probe_scrape_dropped_series"), by), "{{name}} {{reason}}")],
        unit="short",
    )


def _supplies(language: Language) -> object:
    return bars(
        Words(
            Text("Mực, vật tư máy in còn lại", "What is left in printers"),
            Text(f"{CURVES} hộp gần hết nhất.", f"The {CURVES} emptiest supplies."),
        ),
        language,
        _ALL.lowest(CURVES, f"min by (instance, supply) ({metric('device_supply_ratio')})"),
        "{{name}} {{supply}}",
        unit="percentunit",
        limits=((None, "red"), (0.05, "yellow"), (0.15, "green")),
        top=1.0,
    )


def _pages(language: Language) -> object:
    grown = of_all_parts(f"increase({metric('device_pages_total')}[$__range])", "marker")
    return bars(
        Words(
            Text("Số trang đã in", "Pages printed"),
            Text("Trong khoảng, nhiều nhất trước.", "In the range, most first."),
        ),
        language,
        _ALL.highest(CURVES, grown),
        "{{name}}",
        unit="short",
    )
