"""What traps are called, what they mean, how grave they are; and the objects that they tell.

From the MIBs that define them: SNMPv2-MIB, IF-MIB, BGP4-MIB, OSPF-TRAP-MIB, BRIDGE-MIB, RMON-MIB,
UPS-MIB, ENTITY-MIB, Printer-MIB, VRRP-MIB, POWER-ETHERNET-MIB, LLDP-MIB, NET-SNMP-AGENT-MIB and
those of Cisco, Huawei, Fortinet and APC. A trap that is not here is shown by its number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from collectors._snmp import trap
from collectors._snmp.ber import Value
from collectors._snmp.octets import address, spoken
from core.text import Text

CRITICAL, ERROR, WARNING, NOTICE, INFO = 2, 3, 4, 5, 6  # of syslog (RFC 5424, 6.2.1)
LONGEST = 1000  # characters of what a trap tells


@dataclass(frozen=True, slots=True)
class Meaning:
    """A trap's name in its MIB, what it says, how grave that is."""

    name: str
    says: Text
    severity: int = NOTICE


def _of(name: str, severity: int, vi: str, en: str) -> Meaning:
    return Meaning(name, Text(vi, en), severity)


_STANDARD = trap.STANDARD
_CISCO, _HUAWEI, _FORTI = "1.3.6.1.4.1.9.9", "1.3.6.1.4.1.2011.5.25", "1.3.6.1.4.1.12356.101.2.0"
_MIB2, _OSPF, _NET_SNMP = "1.3.6.1.2.1", "1.3.6.1.2.1.14.16.2", "1.3.6.1.4.1.8072.4.0"
MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        f"{_STANDARD}.1": _of("coldStart", WARNING, "Khởi động lạnh", "Cold start"),
        f"{_STANDARD}.2": _of("warmStart", WARNING, "Khởi động nóng", "Warm start"),
        f"{_STANDARD}.3": _of("linkDown", ERROR, "Cổng mất kết nối", "Port down"),
        f"{_STANDARD}.4": _of("linkUp", NOTICE, "Cổng có kết nối", "Port up"),
        f"{_STANDARD}.5": _of(
            "authenticationFailure",
            WARNING,
            "Có nơi hỏi SNMP sai mật khẩu",
            "Somebody asked by SNMP with a wrong password",
        ),
        f"{_STANDARD}.6": _of("egpNeighborLoss", ERROR, "Mất láng giềng EGP", "EGP neighbour lost"),
        f"{_MIB2}.15.7.1": _of("bgpEstablished", NOTICE, "Phiên BGP thiết lập", "BGP session up"),
        f"{_MIB2}.15.7.2": _of(
            "bgpBackwardTransition", ERROR, "Phiên BGP bị mất", "BGP session lost"
        ),
        f"{_MIB2}.15.0.1": _of(
            "bgpEstablishedNotification", NOTICE, "Phiên BGP đã thiết lập", "BGP session up"
        ),
        f"{_MIB2}.15.0.2": _of(
            "bgpBackwardTransNotification", ERROR, "Phiên BGP bị mất", "BGP session lost"
        ),
        f"{_OSPF}.1": _of(
            "ospfVirtIfStateChange",
            WARNING,
            "Cổng OSPF ảo đổi trạng thái",
            "OSPF virtual interface changed",
        ),
        f"{_OSPF}.2": _of(
            "ospfNbrStateChange",
            WARNING,
            "Láng giềng OSPF đổi trạng thái",
            "OSPF neighbour changed",
        ),
        f"{_OSPF}.16": _of(
            "ospfIfStateChange", WARNING, "Cổng OSPF đổi trạng thái", "OSPF interface changed"
        ),
        f"{_MIB2}.17.0.1": _of(
            "newRoot", NOTICE, "Thiết bị thành gốc cây STP", "Became the STP root"
        ),
        f"{_MIB2}.17.0.2": _of(
            "topologyChange", NOTICE, "Cấu trúc STP thay đổi", "STP topology changed"
        ),
        f"{_MIB2}.16.0.1": _of(
            "risingAlarm", WARNING, "Vượt ngưỡng trên (RMON)", "Above a threshold (RMON)"
        ),
        f"{_MIB2}.16.0.2": _of(
            "fallingAlarm", NOTICE, "Xuống dưới ngưỡng (RMON)", "Below a threshold (RMON)"
        ),
        f"{_MIB2}.33.2.1": _of(
            "upsTrapOnBattery", CRITICAL, "UPS chạy bằng ắc quy", "UPS on battery"
        ),
        f"{_MIB2}.33.2.2": _of(
            "upsTrapTestCompleted", INFO, "UPS kiểm tra xong", "UPS test completed"
        ),
        f"{_MIB2}.33.2.3": _of("upsTrapAlarmEntryAdded", ERROR, "UPS có cảnh báo", "UPS alarm"),
        f"{_MIB2}.33.2.4": _of(
            "upsTrapAlarmEntryRemoved", NOTICE, "UPS hết cảnh báo", "UPS alarm over"
        ),
        f"{_MIB2}.43.18.2.0.1": _of(
            "printerV2Alert", NOTICE, "Máy in báo tình trạng", "Printer alert"
        ),
        f"{_MIB2}.47.2.0.1": _of(
            "entConfigChange", NOTICE, "Phần cứng thay đổi", "Hardware changed"
        ),
        f"{_MIB2}.68.0.1": _of(
            "vrrpTrapNewMaster", WARNING, "Thành thiết bị chính VRRP", "Became the VRRP master"
        ),
        f"{_MIB2}.105.0.1": _of(
            "pethPsePortOnOffNotification",
            NOTICE,
            "Cổng PoE bật hoặc tắt nguồn",
            "PoE port switched",
        ),
        "1.0.8802.1.1.2.0.0.1": _of(
            "lldpRemTablesChange", INFO, "Thiết bị kề bên thay đổi (LLDP)", "Neighbours changed"
        ),
        f"{_NET_SNMP}.1": _of("nsNotifyStart", NOTICE, "Tác nhân SNMP khởi động", "Agent started"),
        f"{_NET_SNMP}.2": _of("nsNotifyShutdown", WARNING, "Tác nhân SNMP tắt", "Agent stopped"),
        f"{_NET_SNMP}.3": _of(
            "nsNotifyRestart", NOTICE, "Tác nhân SNMP nạp lại", "Agent restarted"
        ),
        f"{_CISCO}.43.2.0.1": _of(
            "ciscoConfigManEvent", NOTICE, "Cấu hình bị đụng tới", "Configuration event"
        ),
        f"{_CISCO}.43.2.0.2": _of(
            "ccmCLIRunningConfigChanged",
            NOTICE,
            "Cấu hình đang chạy đã đổi",
            "Running configuration changed",
        ),
        f"{_CISCO}.41.2.0.1": _of(
            "clogMessageGenerated", NOTICE, "Dòng nhật ký của thiết bị", "A line of its log"
        ),
        f"{_CISCO}.13.3.0.1": _of(
            "ciscoEnvMonShutdownNotification",
            CRITICAL,
            "Thiết bị sắp tự tắt vì môi trường",
            "About to shut down for its environment",
        ),
        f"{_CISCO}.13.3.0.2": _of(
            "ciscoEnvMonVoltageNotification", ERROR, "Điện áp ngoài ngưỡng", "Voltage out of range"
        ),
        f"{_CISCO}.13.3.0.3": _of(
            "ciscoEnvMonTemperatureNotification",
            ERROR,
            "Nhiệt độ ngoài ngưỡng",
            "Temperature out of range",
        ),
        f"{_CISCO}.13.3.0.4": _of("ciscoEnvMonFanNotification", ERROR, "Quạt hỏng", "Fan failed"),
        f"{_CISCO}.13.3.0.5": _of(
            "ciscoEnvMonRedundantSupplyNotification",
            ERROR,
            "Nguồn dự phòng hỏng",
            "Redundant supply failed",
        ),
        f"{_CISCO}.117.2.0.1": _of(
            "cefcModuleStatusChange", WARNING, "Mô-đun đổi trạng thái", "Module changed"
        ),
        f"{_CISCO}.117.2.0.2": _of(
            "cefcPowerStatusChange", ERROR, "Nguồn điện đổi trạng thái", "Power supply changed"
        ),
        f"{_CISCO}.117.2.0.3": _of("cefcFRUInserted", NOTICE, "Cắm thêm bộ phận", "Part inserted"),
        f"{_CISCO}.117.2.0.4": _of("cefcFRURemoved", WARNING, "Rút bộ phận", "Part removed"),
        f"{_HUAWEI}.219.2.2.3": _of(
            "hwBoardFail", ERROR, "Bo mạch hỏng một phần", "A board has partly failed"
        ),
        f"{_HUAWEI}.219.2.2.4": _of(
            "hwBoardFailResume", NOTICE, "Bo mạch hoạt động lại", "A board works again"
        ),
        f"{_FORTI}.101": _of("fgTrapCpuThreshold", WARNING, "CPU vượt ngưỡng", "CPU load is high"),
        f"{_FORTI}.102": _of(
            "fgTrapMemThreshold", WARNING, "Bộ nhớ vượt ngưỡng", "Memory is nearly used up"
        ),
        f"{_FORTI}.301": _of("fgTrapVpnTunUp", NOTICE, "Đường hầm VPN nối lại", "VPN tunnel up"),
        f"{_FORTI}.302": _of("fgTrapVpnTunDown", ERROR, "Đường hầm VPN bị mất", "VPN tunnel down"),
        f"{_FORTI}.401": _of("fgTrapHaSwitch", WARNING, "Cụm HA đổi máy chính", "HA switched over"),
        "1.3.6.1.4.1.318.0.5": _of(
            "upsOnBattery", CRITICAL, "UPS chạy bằng ắc quy", "UPS on battery"
        ),
        "1.3.6.1.4.1.318.0.7": _of("lowBattery", CRITICAL, "Ắc quy sắp cạn", "Battery is low"),
        "1.3.6.1.4.1.318.0.9": _of("powerRestored", NOTICE, "Có điện lại", "Power restored"),
    }
)
# Columns that traps tell, by the object without its index.
OBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "1.3.6.1.2.1.2.2.1.1": "ifIndex",
        "1.3.6.1.2.1.2.2.1.2": "ifDescr",
        "1.3.6.1.2.1.2.2.1.7": "ifAdminStatus",
        "1.3.6.1.2.1.2.2.1.8": "ifOperStatus",
        "1.3.6.1.2.1.31.1.1.1.1": "ifName",
        "1.3.6.1.2.1.31.1.1.1.18": "ifAlias",
        "1.3.6.1.2.1.15.3.1.2": "bgpPeerState",
        "1.3.6.1.2.1.15.3.1.7": "bgpPeerRemoteAddr",
        "1.3.6.1.2.1.15.3.1.14": "bgpPeerLastError",
        "1.3.6.1.2.1.14.10.1.1": "ospfNbrIpAddr",
        "1.3.6.1.2.1.14.10.1.3": "ospfNbrRtrId",
        "1.3.6.1.2.1.14.10.1.6": "ospfNbrState",
        "1.3.6.1.2.1.47.1.1.1.1.7": "entPhysicalName",
        "1.3.6.1.2.1.33.1.2.3": "upsEstimatedMinutesRemaining",
        "1.3.6.1.6.3.1.1.4.3": "snmpTrapEnterprise",
        f"{_CISCO}.41.1.2.3.1.5": "clogHistMsgText",
        "1.3.6.1.4.1.9.2.2.1.1.20": "locIfReason",
    }
)


def meaning(kind: str) -> Meaning | None:
    """Return what a trap means, None if it is not among those we know."""
    return MEANINGS.get(kind)


def told(bindings: Sequence[trap.Binding]) -> str:
    """Return what a trap tells, `ifIndex=3 ifDescr=Gi0/1 …`, cut to a length that can be read."""
    return " ".join(_told(*binding) for binding in bindings)[:LONGEST]


def _told(name: str, value: Value) -> str:
    column = name
    while column not in OBJECTS and "." in column:
        column = column.rpartition(".")[0]
    called = OBJECTS.get(column, name)
    said = address(value) if called.endswith(("Addr", "RtrId")) else ""
    said = said or (value if isinstance(value, str) else spoken(value))
    return f'{called}="{said}"' if " " in said or not said else f"{called}={said}"
