"""Fortinet: FortiGate, and what FortiSwitch, FortiAP and others share with it."""

from collectors._snmp.descriptor import Facts, Family, Measure, Pool, Quantity, Where, Words, states
from collectors._snmp.families.standards import INDEX, numbered, once
from collectors._snmp.vocabulary import (
    CPU,
    FAN,
    MEMORY,
    SESSIONS,
    STATE,
    STORAGE,
    TEMPERATURE,
    VOLTAGE,
)
from core.text import Text

_FORTINET = "1.3.6.1.4.1.12356"
# FORTINET-FORTIGATE-MIB: fgSystemInfo, fgHwSensors, fgProcessors, fgVWLHealthCheckLink (SD-WAN),
# fgHighAvailability, fgVpn, fgIps, fgWebfilter.
_FG = f"{_FORTINET}.101"
_SYSTEM, _SENSOR, _SDWAN = f"{_FG}.4.1", f"{_FG}.4.3.2.1", f"{_FG}.4.9.2.1"
_DOMAIN, _MONITOR = f"{_FG}.3.2.1.1", f"{_FG}.4.8.2.1"  # fgVdEntry, fgLinkMonitorEntry
_MODEM = f"{_FG}.19"  # fgLte…: signal, session
_BY_MONITOR = (Words(f"{_MONITOR}.2"), *INDEX)
_HA, _TUNNEL, _SSL = f"{_FG}.13.2.1.1", f"{_FG}.12.2.2.1", f"{_FG}.12.2.3.1"
_IPS, _WEB = f"{_FG}.9.2.1.1", f"{_FG}.10.1.2.1.1"
_BY_LINK = (Words(f"{_SDWAN}.2", form="{0} {1}"), *INDEX)


def _own(name: str, vi: str, en: str, *, label: str, oid: str, named: tuple[Words, ...]) -> Measure:
    return Measure(Quantity(name, Text(vi, en), (label,)), oid, named)


def _counted(name: str, vi: str, en: str, oid: str) -> Measure:
    return Measure(Quantity(name, Text(vi, en), ("virtual_domain",), counter=True), oid, INDEX)


def _sensor(quantity: Quantity, kind: str) -> Measure:
    """Return the sensors of fgHwSensorTable whose name says what they measure."""
    pattern = f"(?i)^(.*(?:{kind}).*)$"
    return Measure(
        quantity,
        f"{_SENSOR}.3",
        (Words(f"{_SENSOR}.2"), *INDEX),
        where=(Where(f"{_SENSOR}.2", like=pattern), Where(f"{_SENSOR}.3", but=frozenset({"0"}))),
    )


_VOLTAGES = (
    r"volt|vcc|vdd|\bv\b|[+-]?\d+(?:\.\d+)?v\b|vin|vout|vtt|vcore|vsa\b|vdq\d|vsb|vbus|p\d+v\d*"
)
# By the names of their parts: of the digital thermal sensors and cores of the processor, and of
# the diodes of the board.
_HEATS = r"temp|LM75|ADT|TMP|DTS|cpu core \d|^t[ds]\d"
FORTIGATE = Family(
    "Fortinet FortiGate",
    "Fortinet",
    objects=(f"{_FG}.1",),
    health=(
        Measure(CPU, f"{_SYSTEM}.3.0", once("all"), factor=0.01, low=0, high=100),
        Measure(CPU, f"{_FG}.4.4.2.1.2", (Words(form="core {0}"),), factor=0.01, low=0, high=100),
        Pool(
            MEMORY,
            once("memory"),
            percent=f"{_SYSTEM}.4.0",
            size=f"{_SYSTEM}.5.0",
            unit=1024,
        ),
        Pool(
            STORAGE,
            once("disk"),
            used=f"{_SYSTEM}.6.0",
            size=f"{_SYSTEM}.7.0",
            unit=2**20,
            where=(Where(f"{_SYSTEM}.7.0", but=frozenset({0, ""})),),  # it has none
        ),
        _sensor(TEMPERATURE, _HEATS),
        _sensor(FAN, "fan"),
        _sensor(VOLTAGE, _VOLTAGES),
        Measure(
            STATE,
            f"{_SENSOR}.4",
            (Words(f"{_SENSOR}.2"), *INDEX),
            kind="sensor",
            meaning=states(ok=(0,), critical=(1,)),
        ),
        Measure(SESSIONS, f"{_SYSTEM}.8.0", once("IPv4")),
        Measure(SESSIONS, f"{_SYSTEM}.15.0", once("IPv6")),
        *(
            _own(
                f"fgSysSesRate{minutes}",
                f"Phiên mới mỗi giây, trung bình {minutes} phút",
                f"New sessions a second, over {minutes} minutes",
                label="protocol",
                oid=f"{_SYSTEM}.{column}.0",
                named=once("IPv4"),
            )
            for column, minutes in ((11, 1), (12, 10), (13, 30), (14, 60))
        ),
        _own(
            "fgVpnTunnelUpCount",
            "Số đường hầm IPsec đang thông",
            "IPsec tunnels up",
            label="type",
            oid=f"{_FG}.12.1.1.0",
            named=once("ipsec"),
        ),
        Measure(
            STATE,
            f"{_FG}.12.4.2.1.26",
            (Words(f"{_FG}.12.4.2.1.3"), Words(f"{_FG}.12.4.2.1.2"), *INDEX),
            kind="vpn",
            meaning=states(ok=(2,), critical=(1,)),
        ),
        Measure(
            STATE,
            f"{_TUNNEL}.20",
            (Words(f"{_TUNNEL}.3"), Words(f"{_TUNNEL}.2"), *INDEX),
            kind="vpn",
            meaning=states(ok=(2,), critical=(1,)),
        ),
        Measure(
            STATE,
            f"{_SSL}.1",
            (Words(form="SSL VPN {0}"),),
            kind="vpn",
            meaning=states(ok=(2,)),
        ),
        _own(
            "fgVpnSslStatsLoginUsers",
            "Số người đang dùng VPN SSL",
            "Users logged in by SSL VPN",
            label="virtual_domain",
            oid=f"{_SSL}.2",
            named=INDEX,
        ),
        _own(
            "fgVpnSslStatsActiveTunnels",
            "Số đường hầm VPN SSL",
            "SSL VPN tunnels",
            label="virtual_domain",
            oid=f"{_SSL}.6",
            named=INDEX,
        ),
        Measure(
            STATE,
            f"{_SDWAN}.4",
            _BY_LINK,
            kind="sdwan",
            meaning=states(ok=(0,), critical=(1,)),
        ),
        _own(
            "fgVWLHealthCheckLinkLatency",
            "Độ trễ đường SD-WAN, mili giây",
            "Latency of an SD-WAN link, milliseconds",
            label="link_check",
            oid=f"{_SDWAN}.5",
            named=_BY_LINK,
        ),
        _own(
            "fgVWLHealthCheckLinkJitter",
            "Dao động trễ đường SD-WAN, mili giây",
            "Jitter of an SD-WAN link, milliseconds",
            label="link_check",
            oid=f"{_SDWAN}.6",
            named=_BY_LINK,
        ),
        _own(
            "fgVWLHealthCheckLinkPacketLoss",
            "Mất gói đường SD-WAN, phần trăm",
            "Loss of an SD-WAN link, per cent",
            label="link_check",
            oid=f"{_SDWAN}.9",
            named=_BY_LINK,
        ),
        Measure(
            STATE,
            f"{_MONITOR}.3",  # fgLinkMonitorState: alive, dead
            _BY_MONITOR,
            kind="link monitor",
            meaning=states(ok=(0,), critical=(1,)),
        ),
        *(
            _own(
                f"fgLinkMonitor{name}",
                f"Giám sát đường truyền: {vi}",
                f"Link monitor: {en}",
                label="link_monitor",
                oid=f"{_MONITOR}.{column}",
                named=_BY_MONITOR,
            )
            for column, name, vi, en in (
                (4, "Latency", "độ trễ, mili giây", "latency, milliseconds"),
                (5, "Jitter", "dao động trễ, mili giây", "jitter, milliseconds"),
                (8, "PacketLoss", "mất gói, phần trăm", "loss, per cent"),
            )
        ),
        Measure(
            STATE,
            f"{_DOMAIN}.4",  # fgVdEntHaState: primary, secondary, standalone
            (Words(f"{_DOMAIN}.2"), *INDEX),
            kind="ha role",
            meaning=states(ok=(1, 2, 3)),
        ),
        Measure(
            STATE,
            f"{_MODEM}.5.1.1.4",  # fdLteSessConnStat: unknown, off, on, suspended, authenticating
            numbered("LTE session"),
            kind="modem",
            meaning=states(ok=(2,), warning=(4,), critical=(1, 3)),
        ),
        *(
            _own(
                f"fg{name}Rssi",
                f"Cường độ sóng {name.upper()} của modem, dBm",
                f"{name.upper()} signal of the modem, dBm",
                label="modem",
                oid=f"{_MODEM}.3.1.1.{column}",
                named=INDEX,
            )
            for column, name in ((9, "Wcdma"), (11, "Lte"))
        ),
        Measure(
            STATE,
            f"{_HA}.12",
            (Words(f"{_HA}.11"), *INDEX),
            kind="ha",
            meaning=states(ok=(1,), warning=(0,)),
        ),
        *(
            _counted(f"fgIps{name}", f"IPS: {vi}", f"IPS: {en}", f"{_IPS}.{column}")
            for column, name, vi, en in (
                (1, "IntrusionsDetected", "số lần phát hiện", "intrusions detected"),
                (2, "IntrusionsBlocked", "số lần chặn", "intrusions blocked"),
                (3, "CritSevDetections", "mức khẩn cấp", "of critical severity"),
                (4, "HighSevDetections", "mức cao", "of high severity"),
                (5, "MedSevDetections", "mức vừa", "of medium severity"),
                (6, "LowSevDetections", "mức thấp", "of low severity"),
                (7, "InfoSevDetections", "mức thông tin", "informational"),
                (8, "SignatureDetections", "theo mẫu", "by signature"),
                (9, "AnomalyDetections", "theo bất thường", "by anomaly"),
            )
        ),
        *(
            _counted(f"fgWf{name}", f"Lọc web: {vi}", f"Web filter: {en}", f"{_WEB}.{column}")
            for column, name, vi, en in (
                (1, "HTTPBlocked", "phiên HTTP bị chặn", "HTTP sessions blocked"),
                (2, "HTTPSBlocked", "phiên HTTPS bị chặn", "HTTPS sessions blocked"),
                (3, "HTTPURLBlocked", "địa chỉ HTTP bị chặn", "HTTP addresses blocked"),
                (4, "HTTPSURLBlocked", "địa chỉ HTTPS bị chặn", "HTTPS addresses blocked"),
                (5, "ActiveXBlocked", "ActiveX bị chặn", "ActiveX blocked"),
                (6, "CookieBlocked", "cookie bị chặn", "cookies blocked"),
                (7, "AppletBlocked", "applet bị chặn", "applets blocked"),
            )
        ),
    ),
    facts=Facts(
        model=(Words("1.3.6.1.2.1.47.1.1.1.1.13"), Words("1.3.6.1.2.1.47.1.1.1.1.2")),
        serial=(Words(f"{_FORTINET}.100.1.1.1.0"),),
        software=(Words(f"{_SYSTEM}.1.0"),),
    ),
)

# FORTINET-FORTISWITCH-MIB: fsSystemInfo.
_FS = f"{_FORTINET}.106"
FORTISWITCH = Family(
    "Fortinet FortiSwitch",
    "Fortinet",
    objects=(f"{_FS}.1",),
    health=(
        Measure(CPU, f"{_FS}.4.1.2.0", once("CPU"), factor=0.01, low=0, high=100),
        Pool(MEMORY, once("memory"), used=f"{_FS}.4.1.3.0", size=f"{_FS}.4.1.4.0", unit=1024),
    ),
    facts=Facts(
        serial=(Words(f"{_FORTINET}.100.1.1.1.0"),),
        software=(Words(f"{_FS}.4.1.1.0"),),
    ),
)

FAMILIES = (FORTIGATE, FORTISWITCH)
