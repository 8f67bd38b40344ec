"""Board Network: which router or switch is not well, and which of its ports?"""

from core.status import Status
from core.text import Language, Text
from core.watching import TargetKind
from grafana import variables
from grafana.board import Board
from grafana.expressions import (
    NOW,
    chosen,
    code,
    count,
    least,
    metric,
    named,
    of_all_parts,
    only,
    ranks,
    worst,
)
from grafana.measured import Measured
from grafana.panels import Column, Words, bars, lines, number, worst_first
from grafana.servers import worst_parts
from grafana.site import link_here
from grafana.statuses import ANY_IS_ORANGE, ANY_IS_RED, ANY_IS_YELLOW, PARTS
from runtime import shelf
from runtime.optics_watch import TREND

DEVICE = TargetKind.DEVICE
ROWS, CURVES = 25, 10
_ROLES = 'role=~"gateway|router|switch|firewall"'
_ALL = Measured((_ROLES,), services=False)
# The kinds of parts by which devices speak of each other, and of what they feed.
_BETWEEN = 'kind=~"bgp|ospf|stack|stack port|ha|failover|vpn|sdwan|poe"'
_DEVICES = chosen(DEVICE, _ROLES)
_THEN = chosen(DEVICE, _ROLES, at=NOW)
_PORT = "instance, ifName"


def board(language: Language) -> Board:
    """Return the board."""
    made = Board(
        slug="network",
        title=Text("Thông Suốt – Mạng", "Thông Suốt – Network"),
        question=Text(
            "Thiết bị mạng nào không khoẻ, cổng nào có lỗi?",
            "Which network device is not well, and which port has errors?",
        ),
        language=language,
        variables=(variables.source(language), variables.hub(), variables.unit(language)),
    )
    made.row(4, *_counts(language))
    made.row(12, _worst(language))
    made.row(8, _errors(language), _flaps(language))
    made.row(8, _cpu(language), _light(language), _trend(language))
    made.row(8, *_tests(language))
    made.row(8, _neighbours(language), _configurations(language), _tree(language))
    made.row(8, _sessions(language), _tunnels(language), _attacks(language), _wan(language))
    return made


def _within(expression: str, wanted: str = _DEVICES) -> str:
    """Return an expression of devices or their ports, kept to the chosen network devices."""
    return named(f"({expression})", DEVICE, wanted, ())


def _told(expression: str) -> str:
    return named(f"({expression})", DEVICE, _DEVICES)


def _counts(language: Language) -> list[object]:
    last = metric("ifLastChange")
    # Not `changes`: VictoriaMetrics counts the first sample of a series as one.
    most, least = (
        f"max by ({_PORT}) ({way}_over_time({last}[$__range]))" for way in ("max", "min")
    )
    changed = f"{most} > bool {least}"
    unsaved = f"max by (instance) ({metric('device_config_unsaved_state')})"
    silent = f"1 - max by (instance) ({metric('snmp_up')})"
    faulty = f"max by ({_PORT}) (rate({metric('ifInErrors')}[$__range])) > bool 0"
    return [
        number(
            Words(
                Text("Mất kết nối", "Down"),
                Text("Số thiết bị mạng tự nó hỏng.", "Network devices that failed themselves."),
            ),
            language,
            count(DEVICE, Status.DOWN.value, _DEVICES),
            limits=ANY_IS_RED,
        ),
        number(
            Words(
                Text("Suy giảm", "Degraded"),
                Text(
                    "Số thiết bị mạng còn trả lời nhưng có phép đo không đạt.",
                    "Network devices that answer while one of their checks finds fault.",
                ),
            ),
            language,
            count(DEVICE, Status.DEGRADED.value, _DEVICES),
            limits=ANY_IS_YELLOW,
        ),
        number(
            Words(
                Text("SNMP không trả lời", "SNMP silent"),
                Text(
                    "Số thiết bị mạng không trả lời SNMP: không biết gì về cổng và sức khoẻ.",
                    "Network devices without an answer by SNMP: ports and health are not known.",
                ),
            ),
            language,
            f"sum({_within(silent)})",
            limits=ANY_IS_ORANGE,
        ),
        number(
            Words(
                Text("Cổng đổi trạng thái", "Ports that changed"),
                Text(
                    "Số cổng có đổi trạng thái trong khoảng.",
                    "Ports whose state changed in the range.",
                ),
            ),
            language,
            f"sum({_within(changed)})",
            limits=ANY_IS_YELLOW,
        ),
        number(
            Words(
                Text("Cổng có lỗi", "Ports with errors"),
                Text("Số cổng nhận gói lỗi trong khoảng.", "Ports with inbound errors in range."),
            ),
            language,
            f"sum({_within(faulty)})",
            limits=ANY_IS_YELLOW,
        ),
        number(
            Words(
                Text("Cấu hình chưa lưu", "Unsaved configurations"),
                Text(
                    "Số thiết bị đang chạy cấu hình khác cấu hình đã lưu: khởi động lại là mất.",
                    "Devices that run what is not saved: a restart would lose it.",
                ),
            ),
            language,
            f"sum({_within(unsaved)})",
            limits=ANY_IS_YELLOW,
        ),
    ]


def _worst(language: Language) -> object:
    answering = f"max by (instance) (avg_over_time({metric('probe_duration_seconds')}[$__range]))"
    ranked = worst(ROWS, named(ranks(DEVICE, answering), DEVICE, _DEVICES, ()))
    told = only(
        named(code(DEVICE), DEVICE, _DEVICES, ("name", "vendor", "model", "site")),
        "instance",
        ranked,
    )

    def highest(name: str, factor: str = "") -> str:
        return only(f"max by (instance) ({metric(name)}){factor}", "instance", ranked)

    return worst_first(
        Words(
            Text("Thiết bị mạng, nặng nhất trước", "Network devices, worst first"),
            Text(
                f"{ROWS} thiết bị có trạng thái xấu nhất; chọn tên để mở điểm cầu.",
                f"The {ROWS} devices whose status is worst; choose a name to open its site.",
            ),
        ),
        language,
        by="instance",
        labels={
            "name": Text("Thiết bị", "Device"),
            "vendor": Text("Hãng", "Maker"),
            "model": Text("Kiểu", "Model"),
        },
        columns=[
            Column(Text("Trạng thái", "Status"), told, status=True),
            Column(Text("CPU", "CPU"), highest("device_cpu_ratio"), unit="percentunit"),
            Column(
                Text("Bộ nhớ", "Memory"), highest("device_memory_used_ratio"), unit="percentunit"
            ),
            Column(
                Text("Nhiệt độ", "Temperature"),
                highest("device_temperature_celsius"),
                unit="celsius",
            ),
            Column(Text("Đã chạy", "Uptime"), highest("sysUpTime", " / 100"), unit="s"),
        ],
        link=link_here(language, "site"),
        kept=("site",),
    )


def _ranked_ports(expression: str) -> str:
    return worst(CURVES, _within(expression, _THEN))


def _errors(language: Language) -> object:
    names = ("ifInErrors", "ifOutErrors", "ifInDiscards", "ifOutDiscards")

    def together(window: str, at: str = "") -> str:
        return " + ".join(
            f"max by ({_PORT}) (rate({metric(name)}[{window}]{at}))" for name in names
        )

    over = _ranked_ports(together("$__range", NOW))
    return lines(
        Words(
            Text("Gói lỗi và gói bị bỏ", "Errors and discards"),
            Text(
                f"Của {CURVES} cổng nhiều nhất trong khoảng.",
                f"Of the {CURVES} ports with most in the range.",
            ),
        ),
        language,
        [
            (
                _told(only(f"({together('$__rate_interval')})", _PORT, over)),
                "{{name}} {{ifName}}",
            )
        ],
        unit="pps",
    )


def _flaps(language: Language) -> object:
    name = metric("ifLastChange")
    over = _ranked_ports(f"max by ({_PORT}) (changes({name}[$__range]{NOW}))")
    return lines(
        Words(
            Text("Cổng chập chờn", "Flapping ports"),
            Text(
                f"Số lần đổi trạng thái mỗi giờ của {CURVES} cổng nhiều nhất trong khoảng.",
                f"Changes of state an hour of the {CURVES} ports with most in the range.",
            ),
        ),
        language,
        [
            (
                _told(only(f"max by ({_PORT}) (changes({name}[1h]))", _PORT, over)),
                "{{name}} {{ifName}}",
            )
        ],
        unit="short",
    )


def _cpu(language: Language) -> object:
    name = metric("device_cpu_ratio")
    over = worst(
        CURVES, _within(f"max by (instance) (avg_over_time({name}[$__range]{NOW}))", _THEN)
    )
    return lines(
        Words(
            Text("Bộ xử lý", "Processors"),
            Text(
                f"Của {CURVES} thiết bị mạng bận nhất trong khoảng.",
                f"Of the {CURVES} busiest network devices of the range.",
            ),
        ),
        language,
        [(_told(only(f"max by (instance) ({name})", "instance", over)), "{{name}}")],
        unit="percentunit",
        top=1.0,
    )


def _light(language: Language) -> object:
    name = metric("device_optical_power_dbm", 'direction="rx"')
    weakest = least(CURVES, _told(f"min by ({_PORT}) ({name})"))
    return lines(
        Words(
            Text("Công suất quang thu", "Optical power received"),
            Text(
                f"Của {CURVES} cổng yếu nhất lúc này; −40 dBm là không có ánh sáng.",
                f"Of the {CURVES} weakest ports now; −40 dBm is no light.",
            ),
        ),
        language,
        [(weakest, "{{name}} {{ifName}}")],
        unit="dBm",
        below="/^$/",  # it is negative by nature: the scale must not begin at zero
    )


def _trend(language: Language) -> object:
    by = "instance, sensor"
    trend = f"min by ({by}) ({metric(TREND)})"
    return lines(
        Words(
            Text("Suy hao tăng", "Light that fades"),
            Text(
                f"{CURVES} cảm biến giảm nhanh nhất, dB trong 30 ngày; có sau một tuần đo.",
                f"The {CURVES} sensors that fall fastest, dB in 30 days; after a week of data.",
            ),
        ),
        language,
        [(least(CURVES, _told(trend)), "{{name}} {{sensor}}")],
        unit="dB",
        below="/^$/",
    )


def _tests(language: Language) -> list[object]:
    by = "instance, test, direction"
    about = Text(
        "Phép đo do chính thiết bị chạy (IP SLA, NQA, RPM); out là từ thiết bị đi, in là về.",
        "Tests that devices run themselves (IP SLA, NQA, RPM); out is from the device, in is back.",
    )
    found = []
    for title, name, unit in (
        (
            Text("Đi về, theo thiết bị", "Round trip, by devices"),
            "device_probe_rtt_seconds",
            "s",
        ),
        (
            Text("Dao động trễ, theo chiều", "Jitter, by direction"),
            "device_probe_jitter_seconds",
            "s",
        ),
        (
            Text("Gói mất, theo chiều", "Packets lost, by direction"),
            "device_probe_lost_packets",
            "short",
        ),
    ):
        highest = worst(CURVES, _told(f"max by ({by}) ({metric(name)})"))
        found.append(
            lines(
                Words(title, about),
                language,
                [(highest, "{{name}} {{test}} {{direction}}")],
                unit=unit,
            )
        )
    return found


def _neighbours(language: Language) -> object:
    return bars(
        Words(
            Text("Láng giềng, cụm, nguồn PoE", "Neighbours, stacks, PoE"),
            Text(
                "0 tốt, 1 cần chú ý, 2 hỏng: phiên BGP, láng giềng OSPF, cụm chuyển mạch, cặp dự "
                "phòng, VPN, SD-WAN, cổng cấp nguồn.",
                "0 well, 1 wants attention, 2 failed: BGP sessions, OSPF neighbours, stacks, "
                "pairs, VPN, SD-WAN, ports that feed.",
            ),
        ),
        language,
        worst_parts(_ALL, ROWS - 10, _BETWEEN),
        "{{name}} {{kind}} {{component}}",
        unit="short",
        limits=PARTS,
        top=2.0,
    )


def _configurations(language: Language) -> object:
    return bars(
        Words(
            Text("Bản sao cấu hình cũ nhất", "Oldest copies of configurations"),
            Text(
                "Từ lần đọc được cấu hình gần nhất; hai ngày là vàng.",
                "Since a configuration was last read; two days are yellow.",
            ),
        ),
        language,
        _ALL.highest(CURVES, f"max by (instance, config) ({metric(shelf.AGE)})"),
        "{{name}} {{config}}",
        unit="s",
        limits=((None, "green"), (2 * 86_400.0, "yellow")),
    )


def _tree(language: Language) -> object:
    name = metric("dot1dStpTopChanges")
    changes = f"max by (instance) (increase({name}[$__rate_interval]))"
    return lines(
        Words(
            Text("Cây bắc cầu đổi", "Spanning trees that change"),
            Text(
                f"Số lần đổi của {CURVES} thiết bị nhiều nhất lúc đó.",
                f"Changes, of the {CURVES} devices with most at each time.",
            ),
        ),
        language,
        [(worst(CURVES, _ALL.kept(changes)), "{{name}}")],
        unit="short",
    )


def _sessions(language: Language) -> object:
    return lines(
        Words(
            Text("Phiên qua tường lửa", "Sessions of firewalls"),
            Text(
                f"Đang mở, {CURVES} thiết bị nhiều nhất trong khoảng.",
                f"Open ones, of the {CURVES} devices with most in the range.",
            ),
        ),
        language,
        [(_ALL.curves(CURVES, metric("device_sessions")), "{{name}}")],
        unit="short",
    )


def _tunnels(language: Language) -> object:
    told = " or ".join(
        f'label_replace({of_all_parts(metric(name), *by)}, "vpn", "{vpn}", "", "")'
        for name, vpn, by in (
            ("fgVpnSslStatsActiveTunnels", "SSL", ("virtual_domain",)),
            ("fgVpnTunnelUpCount", "IPsec", ()),
            ("crasNumSessions", "RAS", ()),
        )
    )
    return lines(
        Words(
            Text("VPN đang dùng", "VPN in use"),
            Text(
                "Đường hầm SSL, IPsec, phiên truy cập từ xa.",
                "Tunnels of SSL and IPsec, sessions of remote access.",
            ),
        ),
        language,
        [(worst(CURVES, _ALL.kept(told)), "{{name}} {{vpn}}")],
        unit="short",
    )


def _attacks(language: Language) -> object:
    blocked = f"rate({metric('fgIpsIntrusionsBlocked')}[$__rate_interval])"
    return lines(
        Words(
            Text("Xâm nhập bị chặn (IPS)", "Intrusions blocked (IPS)"),
            Text("Mỗi giây, theo FortiGate.", "A second, by FortiGate."),
        ),
        language,
        [
            (
                worst(
                    CURVES,
                    _ALL.kept(of_all_parts(blocked, "virtual_domain")),
                ),
                "{{name}}",
            )
        ],
        unit="cps",
    )


def _wan(language: Language) -> object:
    by = "instance, link_check"
    lost = metric("fgVWLHealthCheckLinkPacketLoss")
    return lines(
        Words(
            Text("Mất gói SD-WAN", "Loss of SD-WAN"),
            Text("Theo phép đo của FortiGate, phần trăm.", "As FortiGate measures it, per cent."),
        ),
        language,
        [(_ALL.curves(CURVES, lost, by), "{{name}} {{link_check}}")],
        unit="percent",
    )
