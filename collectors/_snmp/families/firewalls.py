"""Firewalls beside those of the network makers: Palo Alto, Check Point, Sophos, WatchGuard."""

from collections.abc import Mapping

from collectors._snmp.convert import spoken_as
from collectors._snmp.descriptor import Facts, Family, Measure, Pool, Quantity, Where, Words, states
from collectors._snmp.families.standards import INDEX, numbered, once
from collectors._snmp.vocabulary import (
    CPU,
    FAN,
    MEMORY,
    SESSION_SHARE,
    SESSIONS,
    STATE,
    TEMPERATURE,
    VOLTAGE,
)
from core.text import Text

# PAN-COMMON-MIB; processors, memory and disks by HOST-RESOURCES-MIB, sensors by ENTITY-SENSOR-MIB.
_PAN = "1.3.6.1.4.1.25461.2.1.2"
# What is a number in one release is the word for it in another.
_SPOKEN = {
    "suspended": 1,
    "non-functional": 2,
    "nonfunctional": 2,
    "initial": 3,
    "passive": 4,
    "active": 5,
    "tentative": 10,
    "active-secondary": 11,
    "active-primary": 12,
    "disabled": 0,
    "unknown": 0,
    "active-passive": 1,
    "active-active": 2,
    "not-connected": 0,
    "connected": 1,
}


def _pan(group: int, column: int, name: str, kind: str, meaning: Mapping[int, int]) -> Measure:
    return Measure(
        STATE,
        f"{_PAN}.{group}.{column}.0",
        once(name),
        kind=kind,
        read=spoken_as(_SPOKEN),
        meaning=meaning,
    )


# panSysHAState: suspended, not functional, initial, passive, active …; 0 is none.
_HA = states(ok=(4, 5, 11, 12), warning=(3, 10), critical=(1, 2))
_VSYS = f"{_PAN}.3.9.1"
_BY_VSYS = (Words(f"{_VSYS}.2"), *INDEX)
PANOS = Family(
    "Palo Alto PAN-OS",
    "Palo Alto",
    objects=("1.3.6.1.4.1.25461",),
    health=(
        Measure(SESSIONS, f"{_PAN}.3.3.0", once("all")),
        Measure(SESSIONS, f"{_PAN}.3.4.0", once("TCP")),
        Measure(SESSIONS, f"{_PAN}.3.5.0", once("UDP")),
        Measure(SESSIONS, f"{_PAN}.3.7.0", once("SSL proxy")),
        Measure(SESSIONS, f"{_PAN}.5.1.3.0", once("GlobalProtect tunnels")),
        Measure(SESSIONS, f"{_VSYS}.4", _BY_VSYS),
        Measure(SESSION_SHARE, f"{_PAN}.3.1.0", once("all"), factor=0.01),
        Measure(SESSION_SHARE, f"{_PAN}.3.8.0", once("SSL proxy"), factor=0.01),
        Measure(SESSION_SHARE, f"{_VSYS}.3", _BY_VSYS, factor=0.01),
        *(
            Measure(
                Quantity(
                    f"panVsysActive{name}Cps",
                    Text(f"Kết nối {vi} mới mỗi giây", f"New {en} connections a second"),
                    ("vsys",),
                ),
                f"{_VSYS}.{column}",
                _BY_VSYS,
            )
            for column, name, vi, en in (
                (6, "Tcp", "TCP", "TCP"),
                (7, "Udp", "UDP", "UDP"),
                (8, "OtherIp", "IP khác", "other IP"),
            )
        ),
        _pan(1, 11, "this unit", "redundancy", _HA),
        _pan(1, 12, "peer unit", "redundancy", _HA),
        _pan(1, 13, "redundancy mode", "redundancy", states(ok=(0, 1, 2))),
        _pan(4, 1, "Panorama 1", "management", states(ok=(1,), warning=(0,))),
        _pan(4, 2, "Panorama 2", "management", states(ok=(1,))),
    ),
    facts=Facts(
        model=(r"(PA-\d+\S*)",),
        serial=(Words(f"{_PAN}.1.3.0"),),
        software=(Words(f"{_PAN}.1.1.0"),),
    ),
)

# CHECKPOINT-MIB: svnPerf, sensorInfo (numbers written as text), fw.
_SVN = "1.3.6.1.4.1.2620.1.6"
_CORE, _RAM, _TUNNEL = f"{_SVN}.7.5.1", f"{_SVN}.7.4", "1.3.6.1.4.1.2620.500.9002.1"


def _sensor(quantity: Quantity, table: int) -> Measure:
    entry = f"{_SVN}.7.8.{table}.1"
    return Measure(
        quantity,
        f"{entry}.3",
        (Words(f"{entry}.2"), *INDEX),
        where=(Where(f"{entry}.3", but=frozenset({"0", "0.0", "0.00"})),),
    )


def _in_range(kind: str, table: int) -> Measure:
    entry = f"{_SVN}.7.8.{table}.1"
    return Measure(
        STATE,
        f"{entry}.6",
        (Words(f"{entry}.2"), *INDEX),
        kind=kind,
        meaning=states(ok=(0,), critical=(1,)),  # 1: out of range
    )


GAIA = Family(
    "Check Point Gaia",
    "Check Point",
    objects=("1.3.6.1.4.1.2620",),
    health=(
        Measure(CPU, f"{_CORE}.5", (Words(form="core {0}"),), factor=0.01, low=0, high=100),
        Measure(CPU, f"{_SVN}.7.2.4.0", once("all"), factor=0.01, low=0, high=100),
        Pool(MEMORY, once("memory"), used=f"{_RAM}.4.0", size=f"{_RAM}.3.0"),
        _sensor(TEMPERATURE, 1),
        _sensor(FAN, 2),
        _sensor(VOLTAGE, 3),
        _in_range("temperature", 1),
        _in_range("fan", 2),
        _in_range("sensor", 3),
        Measure(SESSIONS, "1.3.6.1.4.1.2620.1.1.25.3.0", once("connections")),
        Measure(SESSIONS, "1.3.6.1.4.1.2620.1.36.1.2.0", once("SecureXL")),
        Measure(
            STATE,
            f"{_SVN}.7.9.1.1.2",  # powerSupplyStatus
            numbered("power supply"),
            kind="power",
            read=spoken_as({"up": 1, "down": 2, "dummy": 0, "present": 1}),
            meaning=states(ok=(1,), critical=(2,)),
        ),
        Measure(
            STATE,
            "1.3.6.1.4.1.2620.1.5.6.0",  # haState
            once("cluster member"),
            kind="redundancy",
            read=spoken_as({"active": 1, "standby": 2, "ready": 3, "down": 4, "initializing": 5}),
            meaning=states(ok=(1, 2), warning=(3, 5), critical=(4,)),
        ),
        Measure(
            STATE,
            "1.3.6.1.4.1.2620.1.5.101.0",  # haStatCode: well, wants attention, failed
            once("cluster"),
            kind="redundancy status",
            meaning=states(ok=(0,), warning=(1,), critical=(2,)),
        ),
        Measure(
            STATE,
            f"{_SVN}.7.7.1.1.6",  # raidVolumeState: optimal, degraded, failed
            numbered("volume"),
            kind="raid",
            meaning=states(ok=(0,), warning=(1,), critical=(2,)),
        ),
        Measure(
            STATE,
            "1.3.6.1.4.1.2620.500.9002.1.3",  # tunnelState
            (Words(f"{_TUNNEL}.2"), *INDEX),
            kind="vpn",
            meaning=states(ok=(3,), warning=(129, 130, 132), critical=(4, 131)),
        ),
    ),
    facts=Facts(
        model=(Words(f"{_SVN}.16.7.0"),),
        serial=(Words(f"{_SVN}.16.3.0"),),
        software=(Words(f"{_SVN}.4.1.0"),),
    ),
)

# SFOS-FIREWALL-MIB; processors, memory and disks by HOST-RESOURCES-MIB.
_SFOS = "1.3.6.1.4.1.2604.5.1"
_LICENCES = {
    2: "network protection",
    3: "web protection",
    4: "mail protection",
    5: "web server protection",
    6: "sandbox",
    7: "enhanced support",
    8: "enhanced plus support",
    9: "central orchestration",
}
_MEMBER = states(ok=(0, 1, 2, 3, 5), critical=(4,))  # auxiliary, alone, primary, faulty, ready
SOPHOS = Family(
    "Sophos XG, XGS",
    "Sophos",
    objects=("1.3.6.1.4.1.2604", "1.3.6.1.4.1.21067"),
    health=(
        Measure(
            STATE, f"{_SFOS}.4.1.0", once("cluster"), kind="redundancy", meaning=states(ok=(0, 1))
        ),
        Measure(STATE, f"{_SFOS}.4.4.0", once("this unit"), kind="redundancy", meaning=_MEMBER),
        Measure(STATE, f"{_SFOS}.4.5.0", once("peer unit"), kind="redundancy", meaning=_MEMBER),
        *(
            Measure(
                STATE,
                f"{_SFOS}.5.{number}.1.0",  # none, trial, not subscribed, subscribed, expired, off
                once(name),
                kind="licence",
                meaning=states(ok=(0, 1, 2, 3), warning=(4, 5)),
            )
            for number, name in _LICENCES.items()
        ),
        Measure(
            Quantity(
                "sfosIPSecVpnActiveTunnel",
                Text("Số đường hầm IPsec đang thông của kết nối", "IPsec tunnels of a connection"),
                ("connection",),
            ),
            f"{_SFOS}.6.1.1.1.1.8",
            (Words(f"{_SFOS}.6.1.1.1.1.2"), *INDEX),
        ),
    ),
    facts=Facts(
        model=(Words(f"{_SFOS}.1.2.0"),),
        serial=(Words(f"{_SFOS}.1.4.0"),),
        software=(Words(f"{_SFOS}.1.3.0"),),
    ),
)

# WATCHGUARD-SYSTEM-STATISTICS-MIB: hundredths of a per cent; memory by UCD-SNMP-MIB.
_FIREWARE = "1.3.6.1.4.1.3097"
FIREWARE = Family(
    "WatchGuard Firebox",
    "WatchGuard",
    objects=(_FIREWARE,),
    health=(
        Measure(
            CPU, f"{_FIREWARE}.6.3.78.0", once("five minutes"), factor=1e-4, low=0, high=10_000
        ),
        Measure(SESSIONS, f"{_FIREWARE}.6.3.80.0", once("all")),
    ),
    facts=Facts(
        model=(r"^((?:Firebox|XTM|WatchGuard)\b.*?)(?: v\d.*)?$",),
        software=(r"^(?:Firebox|XTM|WatchGuard)\b.* v(\d\S*)",),
    ),
)

FAMILIES = (PANOS, GAIA, SOPHOS, FIREWARE)
