"""Cisco: IOS, IOS XE, IOS XR and NX-OS, ASA and Firepower, Small Business and Catalyst 1000."""

from collectors._snmp.convert import microwatts, milliwatts, tenth_microwatts
from collectors._snmp.descriptor import (
    Entry,
    Facts,
    Family,
    FirstOf,
    Measure,
    Pool,
    Quantity,
    Reader,
    Where,
    Words,
    states,
)
from collectors._snmp.families.probes import BOTH, IN, OUT
from collectors._snmp.families.standards import (
    BY_ENTITY,
    BY_PORT,
    ENTITY,
    INDEX,
    PORT_OF_ENTITY,
    numbered,
    once,
    sensors,
)
from collectors._snmp.vocabulary import (
    CPU,
    CURRENT,
    FAN,
    MEMORY,
    OPTICAL,
    POWER,
    PROBE_ANSWERED,
    PROBE_DELAY,
    PROBE_JITTER,
    PROBE_LOST,
    PROBE_RTT,
    SESSIONS,
    STATE,
    TEMPERATURE,
    VOLTAGE,
)
from core.text import Text

_CISCO = "1.3.6.1.4.1.9"
_MGMT = f"{_CISCO}.9"

# CISCO-PROCESS-MIB: cpmCPUTotalEntry. OLD-CISCO-CPU-MIB: avgBusy5.
_CPM = f"{_MGMT}.109.1.1.1.1"
_BY_CPU = (*(Words(one.column, via=f"{_CPM}.2") for one in BY_ENTITY), Words(form="CPU {0}"))
_CORES = f"{_MGMT}.109.1.1.2.1.5"  # cpmCore5min, by CPU and core
_BY_CORE = (
    *(Words(one.column, via=f"{_CPM}.2", keep=1, form="{0} core {2}") for one in BY_ENTITY),
    Words(form="CPU {1} core {2}"),
)
_QFP = f"{_MGMT}.715.1.1.6.1.14"  # CISCO-ENTITY-QFP-MIB ceqfpUtilProcessingLoad; 3 is five minutes


def _cpu(oid: str, named: tuple[Words, ...] = _BY_CPU) -> tuple[Measure, ...]:
    return (Measure(CPU, oid, named, factor=0.01, low=0, high=100),)


# CISCO-ENHANCED-MEMPOOL-MIB: cempMemPoolEntry, by entity and pool. CISCO-MEMORY-POOL-MIB.
_CEMP, _CMP = f"{_MGMT}.221.1.1.1.1", f"{_MGMT}.48.1.1.1"
_BY_POOL = tuple(Words(one.column, keep=1) for one in BY_ENTITY)
_POOL = (Words(f"{_CEMP}.3"), *_BY_POOL, *INDEX)


def _memory(named: tuple[Words, ...], used: str, free: str, unit: float = 1.0) -> tuple[Pool, ...]:
    return (Pool(MEMORY, named, used=used, free=free, unit=unit),)


# CISCO-ENVMON-MIB: normal, warning, critical, shutdown, not present, not functioning.
_ENVMON = f"{_MGMT}.13.1"
_ENVIRONMENT = states(ok=(1,), warning=(2,), critical=(3, 4, 6))
# Catalysts write the state into the name: "SW#1, Sensor#1, GREEN", "Sw1, PS1 Normal, RPS NotExist".
_BARE = r"^(.+?)(?:,? (?:GREEN|YELLOW|RED|Normal|Good|Bad|Fault\w*|NotExist|Not \w+|OK|RPS)\b.*)?$"


def _envmon(table: int) -> tuple[Words, ...]:
    return (Words(f"{_ENVMON}.{table}.1.2", only=_BARE), *INDEX)


_HSRP = f"{_MGMT}.106.1.2.1.1"  # CISCO-HSRP-MIB cHsrpGrpEntry
_POE = f"{_MGMT}.402.1.3.1"  # CISCO-POWER-ETHERNET-EXT-MIB cpeExtMainPseEntry, milliwatts
_MODEM = f"{_MGMT}.661.1.3"  # CISCO-WAN-3G-MIB
_BY_MODEM = tuple(Words(one.column, form="{0} modem") for one in BY_ENTITY)
# CISCO-ENTITY-FRU-CONTROL-MIB.
_FRU = f"{_MGMT}.117.1"
_STACK = f"{_MGMT}.500.1"  # CISCO-STACKWISE-MIB
_RF = f"{_MGMT}.176.1"  # CISCO-RF-MIB
# 2 is "disabled", where there is no peer; 9 ready to take over, 14 active.
_REDUNDANT = states(ok=(2, 9, 14), warning=(*range(3, 9), *range(10, 14), 15, 16))
_SENSORS = f"{_MGMT}.91.1.1.1.1"  # CISCO-ENTITY-SENSOR-MIB

# CISCO-RTTMON-MIB (IP SLA): rttMonCtrlAdminEntry, rttMonEchoAdminEntry, rttMonLatestRttOperEntry,
# rttMonLatestJitterOperEntry, by the number of the operation; times in milliseconds.
_SLA = f"{_MGMT}.42.1"
_SLA_NAMED = (Words(f"{_SLA}.2.1.1.3"), Words(form="IP SLA {0}"))
_SLA_PEER = (Words(f"{_SLA}.2.2.1.2", address=True),)


def _sla(
    quantity: Quantity, column: int, direction: tuple[Words, ...], *, low: float = 0
) -> Measure:
    factor = 1e-3 if quantity in {PROBE_DELAY, PROBE_JITTER} else 1.0
    oid = f"{_SLA}.5.2.1.{column}"
    return Measure(quantity, oid, _SLA_NAMED, factor=factor, low=low, others=(_SLA_PEER, direction))


_IP_SLA: tuple[Entry, ...] = (
    Measure(
        PROBE_RTT,
        f"{_SLA}.2.10.1.1",  # zero where there was no answer
        _SLA_NAMED,
        factor=1e-3,
        low=1,
        others=(_SLA_PEER, BOTH),
    ),
    _sla(PROBE_ANSWERED, 1, BOTH),
    _sla(PROBE_LOST, 26, OUT),
    _sla(PROBE_LOST, 27, IN),
    _sla(PROBE_LOST, 29, BOTH),  # of which nobody can tell where
    _sla(PROBE_JITTER, 46, BOTH),
    _sla(PROBE_JITTER, 47, OUT),
    _sla(PROBE_JITTER, 48, IN),
    _sla(PROBE_DELAY, 49, OUT, low=1),  # zero where the clocks do not agree
    _sla(PROBE_DELAY, 50, IN, low=1),
)

# IOS XR tells light in watts: milliwatts (scale 8) and microwatts (scale 7), to so many digits.
_WATTS = (
    (8, 0, milliwatts),
    (8, 3, microwatts),
    (8, 4, tenth_microwatts),
    (7, 0, microwatts),
    (7, 1, tenth_microwatts),
)


def _light_in_watts(scale: int, precision: int, read: Reader, way: str, like: str) -> Measure:
    return Measure(
        OPTICAL,
        f"{_SENSORS}.4",
        BY_ENTITY,
        read=read,
        high=30,
        where=(
            Where(f"{_SENSORS}.1", frozenset({6})),
            Where(f"{_SENSORS}.2", frozenset({scale})),
            Where(f"{_SENSORS}.3", frozenset({precision})),
            Where(f"{_SENSORS}.5", but=frozenset({2, 3}), always=True),
            Where(f"{ENTITY}.7", like=like),
            Where(f"{ENTITY}.7", like=r"(?i)power|lane"),
        ),
        others=(PORT_OF_ENTITY, once(way)),
    )


_COMMON: tuple[Entry, ...] = (
    FirstOf(
        (
            _cpu(f"{_CPM}.8"),
            _cpu(f"{_CPM}.7"),
            _cpu(f"{_CPM}.5"),
            _cpu(f"{_CISCO}.2.1.58.0", once("CPU")),
        )
    ),
    Measure(CPU, _CORES, _BY_CORE, factor=0.01, low=0, high=100),
    Measure(
        CPU,
        _QFP,
        (*_BY_POOL, Words(form="QFP {1}")),
        factor=0.01,
        low=0,
        high=100,
        where=(Where("", frozenset({"3"}), skip=-1),),
    ),
    FirstOf(
        (
            _memory(_POOL, f"{_CEMP}.18", f"{_CEMP}.20"),
            _memory(_POOL, f"{_CEMP}.7", f"{_CEMP}.8"),
            _memory((Words(f"{_CMP}.2"), *INDEX), f"{_CMP}.5", f"{_CMP}.6"),
            _memory(_BY_CPU, f"{_CPM}.17", f"{_CPM}.19", 1024),
            _memory(_BY_CPU, f"{_CPM}.12", f"{_CPM}.13", 1024),
        )
    ),
    *sensors(_SENSORS),
    *(
        _light_in_watts(scale, precision, read, way, like)
        for scale, precision, read in _WATTS
        for way, like in (("rx", r"(?i)\bRx\b"), ("tx", r"(?i)\bTx\b"))
    ),
    Measure(VOLTAGE, f"{_ENVMON}.2.1.3", _envmon(2), factor=1e-3),
    Measure(TEMPERATURE, f"{_ENVMON}.3.1.3", _envmon(3), low=1, high=200),
    *(
        Measure(
            STATE,
            f"{_ENVMON}.{table}.1.{column}",
            _envmon(table),
            kind=kind,
            low=1,
            meaning=_ENVIRONMENT,
        )
        for table, column, kind in (
            (2, 7, "voltage"),
            (3, 6, "temperature"),
            (4, 3, "fan"),
            (5, 3, "power"),
        )
    ),
    Measure(
        STATE,
        f"{_FRU}.1.2.1.2",  # cefcFRUPowerOperStatus
        BY_ENTITY,
        kind="power",
        meaning=states(ok=(2,), warning=(1, 3, 4, 9, 12), critical=(5, 6, 7, 8, 10, 11)),
    ),
    Measure(
        STATE,
        f"{_FRU}.4.1.1.1",  # cefcFanTrayOperStatus
        BY_ENTITY,
        kind="fan",
        meaning=states(ok=(2,), warning=(4,), critical=(3,)),
    ),
    Measure(
        STATE,
        f"{_FRU}.2.1.1.2",  # cefcModuleOperStatus
        BY_ENTITY,
        kind="module",
        # 14, 17: put out of service by heat, or denied power; 18…20: restarted, near its power.
        meaning=states(
            ok=(2, 3, 12, 13, 16, 21, 22, 24),
            warning=(4, 5, 6, 15, 18, 19, 20, 23, 25, 27),
            critical=(7, 8, 9, 10, 11, 14, 17),
        ),
    ),
    Measure(
        STATE,
        f"{_STACK}.2.1.1.6",  # cswSwitchState
        BY_ENTITY,
        kind="stack",
        meaning=states(ok=(4,), warning=(1, 2, 3, 8, 9), critical=(5, 6, 7, 10, 11)),
    ),
    Measure(
        STATE,
        f"{_STACK}.2.1.1.3",  # cswSwitchRole
        BY_ENTITY,
        kind="stack role",
        meaning=states(ok=(1, 2, 4), warning=(3,)),
    ),
    Measure(
        STATE,
        f"{_STACK}.2.2.1.1",  # cswStackPortOperStatus
        (*BY_PORT, *INDEX),
        kind="stack port",
        meaning=states(ok=(1,), warning=(2, 3)),
    ),
    Measure(
        STATE,
        f"{_STACK}.1.3.0",  # cswRingRedundant
        once("stack ring"),
        kind="stack",
        meaning=states(ok=(1,), warning=(2,)),
    ),
    Measure(
        STATE,
        f"{_RF}.1.2.0",  # cRFStatusUnitState
        once("this unit"),
        kind="redundancy",
        meaning=_REDUNDANT,
    ),
    Measure(
        STATE,
        f"{_RF}.1.4.0",  # cRFStatusPeerUnitState
        once("peer unit"),
        kind="redundancy",
        meaning=_REDUNDANT,
    ),
    Measure(
        STATE,
        f"{_RF}.2.16.0",  # cRFCfgRedundancyOperMode: how, not how well
        once("redundancy mode"),
        kind="redundancy",
        meaning=states(ok=tuple(range(1, 9))),
    ),
    Measure(
        STATE,
        f"{_HSRP}.15",  # cHsrpGrpStandbyState: initial, learn, listen, speak, standby, active
        (Words(f"{_HSRP}.11", address=True, form="HSRP {0}"), *numbered("HSRP")),
        kind="hsrp",
        meaning=states(ok=(5, 6), warning=(2, 3, 4), critical=(1,)),
    ),
    Measure(
        STATE,
        f"{_MGMT}.601.1.3.1.1.4",  # crepSegmentComplete
        numbered("REP segment"),
        kind="ring",
        meaning=states(ok=(1,), critical=(2,)),
    ),
    *(
        Measure(POWER, f"{_POE}.{column}", numbered(f"PoE {name}"), factor=1e-3, low=0)
        for column, name in ((4, "used"), (5, "left"))
    ),
    Measure(TEMPERATURE, f"{_MGMT}.661.1.1.1.12", (*_BY_MODEM, *INDEX), low=1, high=200),
    *(
        Measure(STATE, f"{_MODEM}.{column}", (*_BY_MODEM, *INDEX), kind=kind, meaning=meaning)
        for column, kind, meaning in (
            ("1.1.6", "modem", states(ok=(3,), warning=(4,), critical=(2,))),
            ("2.1.5", "packet service", states(ok=(3, 4, 5, 6, 7, 8, 9, 10), warning=(2,))),
            ("2.1.6", "roaming", states(ok=(2, 3))),
            ("4.1.1.3", "band", states(ok=tuple(range(4, 13)), critical=(2,))),
            ("5.1.1.2", "sim", states(ok=(2, 3), warning=(4,), critical=tuple(range(5, 14)))),
        )
    ),
    Measure(
        Quantity(
            "cpeExtPdStatsTotalDevices",
            Text("Số thiết bị lấy nguồn qua PoE", "Devices powered over Ethernet"),
        ),
        f"{_MGMT}.402.1.4.1.0",
    ),
    Measure(
        Quantity(
            "cvCallVolConnActiveConnection",
            Text("Số cuộc gọi đang có, theo giao thức", "Calls active now, by protocol"),
            ("type",),
        ),
        f"{_MGMT}.63.1.3.8.1.1.2",
        (Words(told={1: "h323", 2: "sip", 3: "mgcp", 4: "sccp", 5: "multicast"}), *INDEX),
    ),
)

# CISCO-RTTMON-MIB: the latest result of every probe between two routers.
_RTTMON = f"{_MGMT}.42.1.2"
_PROBE = (Words(f"{_RTTMON}.1.1.3"), *INDEX)
_PROBES = (
    Measure(
        Quantity(
            "rttMonLatestRttOperCompletionTime",
            Text("Độ trễ IP SLA mới nhất, mili giây", "Latest IP SLA round trip, milliseconds"),
            ("rttMonCtrlAdminTag",),
        ),
        f"{_RTTMON}.10.1.1",
        _PROBE,
        where=(Where(f"{_RTTMON}.10.1.2", frozenset({1})),),
    ),
    Measure(
        Quantity(
            "rttMonLatestRttOperSense",
            Text("Kết quả IP SLA mới nhất: 1 là tốt", "Latest result of IP SLA: 1 is well"),
            ("rttMonCtrlAdminTag",),
        ),
        f"{_RTTMON}.10.1.2",
        _PROBE,
        kind="ip sla",
        meaning=states(ok=(1,), warning=(3,), critical=(2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13)),
    ),
)

IOS = Family(
    "Cisco IOS, IOS XE, IOS XR",
    "Cisco",
    objects=(f"{_CISCO}.1",),
    health=(*_COMMON, *_PROBES),
    probes=_IP_SLA,
    facts=Facts(
        software=(
            r"Version ([^,\s]+)",
            r"\[[^\]]+\] (\S+)",
        )
    ),
)

NXOS = Family(
    "Cisco NX-OS",
    "Cisco",
    objects=(f"{_CISCO}.12.3",),
    health=_COMMON,
    probes=_IP_SLA,
    facts=Facts(software=(r"Version ([^,\s]+)",)),
)

# CISCO-FIREWALL-MIB: cfwConnectionStatEntry, cfwHardwareStatusEntry.
_CFW = f"{_MGMT}.147.1.2"
ASA = Family(
    "Cisco ASA, Firepower",
    "Cisco",
    objects=(f"{_CISCO}.1",),
    described=r"Adaptive Security Appliance|Firepower|FTD",
    health=(
        *_COMMON,
        Measure(
            SESSIONS,
            f"{_CFW}.2.2.1.5",
            (Words(f"{_CFW}.2.2.1.3"), *INDEX),
        ),
        Measure(
            STATE,
            f"{_CFW}.1.1.1.3",
            (Words(f"{_CFW}.1.1.1.2"), *INDEX),
            kind="failover",
            meaning=states(ok=(2, 9, 10), warning=(5,), critical=(3, 4)),
        ),
        *(
            Measure(
                Quantity(
                    f"cras{name}NumSessions",
                    Text(f"Số phiên VPN: {vi}", f"VPN sessions: {en}"),
                ),
                f"{_MGMT}.392.1.3.{column}.0",
            )
            for column, name, vi, en in (
                (1, "", "truy cập từ xa", "remote access"),
                (23, "Email", "thư điện tử", "e-mail proxy"),
                (26, "IPSec", "IPsec", "IPsec"),
                (29, "L2L", "nối hai mạng", "between networks"),
                (32, "LB", "chia tải", "load balancing"),
                (35, "SVC", "AnyConnect", "AnyConnect"),
                (38, "Webvpn", "qua trang web", "by web page"),
            )
        ),
    ),
    facts=Facts(software=(r"Version (\S+)",)),
)

# CISCOSB-*: the same tree as RADLAN-*, under Cisco's number. rlCpuUtilDuringLastMinute (or five),
# rlEnvMonFanStatusEntry, rlEnvMonSupplyStatusEntry, rlPhdUnitGenParamEntry.
_SB = f"{_CISCO}.6.1.101"
_UNIT = f"{_SB}.53.14.1"
# rlPhyTestGetResult, by unit, port and what was measured: 5 to 9 of a transceiver.
_DIAGNOSIS = f"{_SB}.90.1.2.1.3"
_BY_UNIT_PORT = tuple(Words(one.column, skip=-2, keep=1) for one in BY_PORT)


def _diagnosed(
    quantity: Quantity,
    kind: int,
    factor: float = 1.0,
    way: str = "",
    others: tuple[tuple[Words, ...], ...] = (),
) -> Measure:
    return Measure(
        quantity,
        _DIAGNOSIS,
        tuple(Words(one.column, skip=-2, keep=1, form=f"{{0}} {way}") for one in BY_PORT),
        factor=factor,
        where=(Where("", frozenset({str(kind)}), skip=-1), Where(_DIAGNOSIS, but=frozenset({0}))),
        others=others,
    )


SMALL_BUSINESS = Family(
    "Cisco Small Business, Catalyst 1200 and 1300",
    "Cisco",
    objects=(f"{_CISCO}.6.1", f"{_CISCO}.1"),
    health=(
        FirstOf(
            (
                (Measure(CPU, f"{_SB}.1.8.0", once("CPU"), factor=0.01, low=0, high=100),),
                (Measure(CPU, f"{_SB}.1.9.0", once("CPU"), factor=0.01, low=0, high=100),),
            )
        ),
        Measure(
            STATE,
            f"{_SB}.83.1.1.1.3",
            (Words(f"{_SB}.83.1.1.1.2"), Words(form="fan {0}")),
            kind="fan",
            meaning=_ENVIRONMENT,
        ),
        Measure(
            STATE,
            f"{_SB}.83.1.2.1.3",
            (Words(f"{_SB}.83.1.2.1.2"), Words(form="PSU {0}")),
            kind="power",
            where=(Where(f"{_SB}.83.1.2.1.3", but=frozenset({5})),),
            meaning=_ENVIRONMENT,
        ),
        Measure(
            TEMPERATURE,
            f"{_SB}.83.2.1.1.1.4",
            (Words(f"{_SB}.83.2.1.1.1.3"), *INDEX),
            low=1,
            high=200,
        ),
        Measure(TEMPERATURE, f"{_SB}.53.15.1.10", numbered("unit"), low=1, high=200),
        Measure(TEMPERATURE, f"{_SB}.83.5.1.1.2", numbered("fan"), low=1, high=200),
        Measure(FAN, f"{_SB}.83.5.1.1.3", numbered("fan"), low=1),
        Measure(  # rlPethPsePortOutputPower, by unit and port
            POWER,
            f"{_SB}.108.1.1.5",
            tuple(Words(one.column, skip=1, form="PoE {0}") for one in BY_PORT),
            factor=1e-3,
            low=1,
        ),
        _diagnosed(TEMPERATURE, 5),
        _diagnosed(VOLTAGE, 6, 1e-6),
        _diagnosed(CURRENT, 7, 1e-6),
        *(
            _diagnosed(OPTICAL, kind, 1e-3, way, others=(_BY_UNIT_PORT, once(way.lower())))
            for kind, way in ((8, "Tx"), (9, "Rx"))
        ),
        Measure(
            STATE,
            f"{_SB}.43.1.1.24",  # swIfOperSuspendedStatus
            (*BY_PORT, *INDEX),
            kind="port suspended",
            # CISCOSB also has rows for channels that need not exist: ports alone have a name here.
            where=(Where("1.3.6.1.2.1.2.2.1.3", frozenset({6, 117})),),
            meaning=states(ok=(2,), warning=(1,)),
        ),
    ),
    facts=Facts(
        model=(Words(f"{_UNIT}.7"), Words(f"{_UNIT}.11"), Words(f"{ENTITY}.13")),
        serial=(Words(f"{_UNIT}.5"),),
        software=(Words(f"{_UNIT}.2"), Words(f"{_SB}.2.4.0")),
    ),
)

UCOS = Family(
    "Cisco Unified Communications",
    "Cisco",
    objects=(f"{_CISCO}.1.1348",),
    facts=Facts(software=(Words("1.3.6.1.2.1.54.1.1.1.1.4"),)),  # sysApplInstallPkgVersion
)

CODEC = Family(
    "Cisco TelePresence, Webex",
    "Cisco",
    objects=("1.3.6.1.4.1.5596.150",),
    facts=Facts(
        model=(r"MCU: Cisco TelePresence (.+?)\s+Date:",),
        serial=(r"S/N:\s*(\S+)",),
        software=(r"SoftW:\s*(\S+)",),
    ),
)

FAMILIES = (IOS, NXOS, ASA, SMALL_BUSINESS, UCOS, CODEC)
