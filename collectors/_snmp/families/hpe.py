"""HPE and Aruba: ProCurve and ArubaOS-Switch, AOS-CX, ProLiant by iLO, JetDirect printers."""

from collectors._snmp.convert import milliwatts, number
from collectors._snmp.descriptor import (
    Facts,
    Family,
    Measure,
    Pool,
    Quantity,
    Where,
    Words,
    states,
)
from collectors._snmp.families.standards import (
    BY_ENTITY,
    BY_PORT,
    ENTITY_CLASS,
    INDEX,
    numbered,
    once,
)
from collectors._snmp.vocabulary import (
    CPU,
    CURRENT,
    FAN,
    MEMORY,
    OPTICAL,
    POWER,
    STATE,
    STORAGE,
    TEMPERATURE,
    VOLTAGE,
)

_HP = "1.3.6.1.4.1.11"
# HP-ICF-CHASSIS hpicfSensorEntry, NETSWITCH-MIB hpLocalMem and hpGlobalMem, STATISTICS-MIB
# hpSwitchCpuStat, HP-ICF-TRANSCEIVER-MIB hpicfXcvrInfoEntry, SEMI-MIB.
_SWITCH = f"{_HP}.2.14.11"
_SENSOR, _KINDS = f"{_SWITCH}.1.2.6.1", f"{_HP}.2.3.7.8.3"
_MEMORY, _XCVR = f"{_SWITCH}.5.1.1.2", f"{_SWITCH}.5.1.82.1.1.1.1"
# FAN-MIB hpicfFanEntry, POWERSUPPLY-MIB hpicfPsEntry, HP-ICF-POE-MIB hpicfPseFeaturesEntry,
# HP-STACK-MIB, ENTITY-STATE-MIB entStateOper.
_FAN_STATE, _SUPPLIES = f"{_SWITCH}.5.1.54.2.1.1.4", f"{_SWITCH}.5.1.55.1.1.1"
_PSE, _STACK = f"{_SWITCH}.1.9.1.6.1", f"{_SWITCH}.5.1.69.1"
_OPERATES = "1.3.6.1.2.1.131.1.1.1.3"


def _slot_memory(table: int, name: str) -> Pool:
    entry = f"{_MEMORY}.{table}.1.1"
    return Pool(
        MEMORY,
        (Words(form=f"{name} {{0}}"),),
        used=f"{entry}.7",
        free=f"{entry}.6",
        size=f"{entry}.5",
    )


def _icf(kind: str, *types: int) -> Measure:
    return Measure(
        STATE,
        f"{_SENSOR}.4",
        (Words(f"{_SENSOR}.7"), *INDEX),
        kind=kind,
        where=(Where(f"{_SENSOR}.2", frozenset(f"{_KINDS}.{one}" for one in types)),),
        meaning=states(ok=(4,), warning=(3,), critical=(2,)),
    )


def _light(column: int, way: str) -> Measure:
    return Measure(
        OPTICAL,
        f"{_XCVR}.{column}",
        (Words(f"{_XCVR}.2", form=f"{{0}} {way}"),),
        factor=1e-3,
        low=-60_000,  # -99999999: no light, or a transceiver that does not measure it
        high=30_000,
        others=((Words(f"{_XCVR}.2"),), once(way.lower())),
    )


PROCURVE = Family(
    "HPE ProCurve, ArubaOS-Switch",
    "HPE",
    objects=(f"{_HP}.2.3.7",),
    health=(
        Measure(CPU, f"{_SWITCH}.5.1.9.6.1.0", once("CPU"), factor=0.01, low=0, high=100),
        _slot_memory(2, "global"),
        _slot_memory(1, "local"),
        _icf("power", 1),
        _icf("fan", 2),
        _icf("temperature", 3, 4),
        Measure(
            STATE,
            _FAN_STATE,  # failed, removed, off, too slow, too fast, well
            numbered("chassis fan"),
            kind="fan",
            meaning=states(ok=(5,), warning=(1, 2, 3, 4), critical=(0,)),
        ),
        Measure(
            STATE,
            f"{_SUPPLIES}.2",  # absent, not plugged, powered, failed …
            numbered("power supply"),
            kind="power",
            meaning=states(ok=(3,), warning=(2, 7, 8, 9), critical=(4, 5)),
        ),
        Measure(TEMPERATURE, f"{_SUPPLIES}.4", numbered("power supply"), low=1, high=200),
        Measure(POWER, f"{_SUPPLIES}.6", numbered("power supply"), low=0),
        Measure(POWER, f"{_PSE}.4", numbered("PoE in all"), low=0),
        Measure(POWER, f"{_PSE}.5", numbered("PoE used in all"), low=0),
        Measure(
            STATE,
            f"{_STACK}.1.2.0",  # unavailable, disabled, active, fragment inactive, fragment active
            once("stack"),
            kind="stack",
            meaning=states(ok=(1, 2), warning=(4,), critical=(3,)),
        ),
        Measure(
            STATE,
            f"{_STACK}.1.4.0",  # standalone, chain, ring, mesh …
            once("stack"),
            kind="stack topology",
            meaning=states(ok=(1, 3, 4), warning=(2, 5)),
        ),
        Measure(
            STATE,
            f"{_STACK}.3.1.9",  # … missing, provisioned, commander, standby, member, shut down …
            numbered("stack member"),
            kind="stack member",
            meaning=states(ok=(3, 4, 5), warning=(2, 6, 7, 11), critical=(1, 8, 9)),
        ),
        Measure(
            STATE,
            _OPERATES,
            (*BY_ENTITY, *INDEX),
            kind="operation",
            where=(Where(ENTITY_CLASS, but=frozenset({"", 5, 6, 7, 8, 10})),),
            meaning=states(ok=(3,), warning=(2, 4)),
        ),
        _light(14, "Tx"),
        _light(15, "Rx"),
        Measure(
            TEMPERATURE, f"{_XCVR}.11", (Words(f"{_XCVR}.2"),), factor=1e-3, low=1, high=150_000
        ),
        Measure(VOLTAGE, f"{_XCVR}.12", (Words(f"{_XCVR}.2"),), factor=1e-4, low=1),
        Measure(CURRENT, f"{_XCVR}.13", (Words(f"{_XCVR}.2"),), factor=1e-6, low=1),
    ),
    facts=Facts(
        model=(
            r"^(?:HP|HPE|Aruba|ProCurve|Hewlett-Packard Company)[ -]?\w* ?(J\w+ .+?)(?: Switch)?,",
        ),
        serial=(Words(f"{_HP}.2.36.1.1.2.9.0"),),
        software=(r"revision ([^,\s]+)", Words(f"{_SWITCH}.5.1.1.3.0")),
    ),
)

# ARUBAWIRED-*: temperature, fan, power supply, VSF; the rest of AOS-CX is by standards.
_CX = "1.3.6.1.4.1.47196.4.1.1.3.11"
_CX_TEMPERATURE, _CX_FAN, _CX_POWER = (f"{_CX}.{table}.1.1" for table in (3, 5, 2))
# ARUBAWIRED-PM-MIB, by port, and by port and lane: numbers written as text; VSX, VSFv2.
_MODULES = "1.3.6.1.4.1.47196.4.1.1.3.27.1.2"
_DOM, _LANE = f"{_MODULES}.1.1", f"{_MODULES}.2.1"
_VSX, _VSF = "1.3.6.1.4.1.47196.4.1.1.3.7.2", "1.3.6.1.4.1.47196.4.1.1.3.15.1"


def _lane(quantity: Quantity, column: int, way: str) -> Measure:
    ports = tuple(Words(one.column, keep=1) for one in BY_PORT)
    light = quantity is OPTICAL
    return Measure(
        quantity,
        f"{_LANE}.{column}",
        tuple(Words(one.column, keep=1, form=f"{{0}} lane {{2}} {way}") for one in BY_PORT),
        factor=1.0 if light else 1e-3,
        read=milliwatts if light else number,
        where=(Where(f"{_DOM}.11", like=r"^$|[1-9]", keep=1),),  # else it measures nothing
        others=(ports, once(way.lower())) if light else (),
    )


AOS_CX = Family(
    "Aruba AOS-CX",
    "HPE Aruba",
    objects=("1.3.6.1.4.1.47196",),
    health=(
        Measure(
            TEMPERATURE,
            f"{_CX_TEMPERATURE}.7",
            (Words(f"{_CX_TEMPERATURE}.5"), *INDEX),
            factor=1e-3,
            low=1,
            high=200000,
        ),
        Measure(FAN, f"{_CX_FAN}.8", (Words(f"{_CX_FAN}.4"), *INDEX), low=0),
        Measure(POWER, f"{_CX_POWER}.7", (Words(f"{_CX_POWER}.3"), *INDEX), low=0),
        Measure(
            STATE,
            f"{_CX_FAN}.10",
            (Words(f"{_CX_FAN}.4"), *INDEX),
            kind="fan",
            meaning=states(ok=(4,), warning=(3,), critical=(5,)),
        ),
        Measure(
            STATE,
            f"{_CX_POWER}.11",
            (Words(f"{_CX_POWER}.3"), *INDEX),
            kind="power",
            meaning=states(
                ok=(1,), warning=(7, 9, 10, 11, 14, 15), critical=(2, 3, 4, 5, 6, 13, 16, 17)
            ),
        ),
        Measure(
            STATE,
            f"{_CX}.6.1.1.6",  # arubaWiredModuleState; 2 is an empty slot
            numbered("module"),
            kind="module",
            meaning=states(ok=(1,), warning=(5, 6, 7, 8, 9, 10), critical=(3, 4)),
        ),
        Measure(TEMPERATURE, f"{_DOM}.2", BY_PORT, low=1, high=200),
        Measure(VOLTAGE, f"{_DOM}.11", BY_PORT, low=0.1, high=10),
        _lane(CURRENT, 2, "Tx"),
        _lane(OPTICAL, 7, "Tx"),
        _lane(OPTICAL, 12, "Rx"),
        Measure(
            STATE,
            f"{_VSX}.1.1.0",  # arubaWiredVsxIslOperState: starting, out of sync, in sync
            once("VSX link"),
            kind="redundancy",
            meaning=states(ok=(3,), warning=(1,), critical=(2,)),
        ),
        Measure(
            STATE,
            f"{_VSX}.2.1.0",  # arubaWiredVsxKeepAliveOperState
            once("VSX keepalive"),
            kind="redundancy",
            meaning=states(ok=(3,), warning=(1, 2, 4, 5), critical=(6, 7)),
        ),
        Measure(
            STATE,
            f"{_VSF}.1.1.0",  # arubaWiredVsfv2OperStatus: no split, active part, inactive part
            once("stack"),
            kind="stack",
            meaning=states(ok=(0,), warning=(1,), critical=(2,)),
        ),
        Measure(
            STATE,
            f"{_VSF}.1.2.0",  # arubaWiredVsfv2Topology: standalone, ring, chain
            once("stack"),
            kind="stack topology",
            meaning=states(ok=(0, 1), warning=(2,)),
        ),
        Measure(
            STATE,
            f"{_VSF}.2.1.3",  # arubaWiredVsfv2MemberStatus: absent, booting, ready, other version
            numbered("stack member"),
            kind="stack member",
            meaning=states(ok=(12,), warning=(11, 13), critical=(10,)),
        ),
    ),
    facts=Facts(software=(r"^(\w\w\.\d\d\.\d\d\.\S+)", r" (\w\w\.\d\d\.\d\d\.\S+)")),
)

# CPQHLTH-MIB, CPQIDA-MIB, CPQSTDEQ-MIB, CPQSINFO-MIB, CPQSM2-MIB: other, ok, degraded, failed.
_CPQ = "1.3.6.1.4.1.232"
_CONDITION = states(ok=(2,), warning=(3,), critical=(4,))
_PLACES = {
    1: "other",
    2: "unknown",
    3: "system",
    4: "system board",
    5: "I/O board",
    6: "processor",
    7: "memory",
    8: "storage",
    9: "removable media",
    10: "power supply",
    11: "ambient",
    12: "chassis",
    13: "bridge card",
}
_FANS, _HEAT = f"{_CPQ}.6.2.6.7.1", f"{_CPQ}.6.2.6.8.1"
_SUPPLY, _DIMM = f"{_CPQ}.6.2.9.3.1", f"{_CPQ}.6.2.14.13.1"
_ARRAY, _LOGICAL, _DISK = f"{_CPQ}.3.2.2.1.1", f"{_CPQ}.3.2.3.1.1", f"{_CPQ}.3.2.5.1.1"
_PROCESSOR = f"{_CPQ}.1.2.2.1.1"
_BATTERY = f"{_CPQ}.6.2.17.2.1"  # cpqHeSysBatteryEntry
_HOST, _FILES = f"{_CPQ}.11.2.13", f"{_CPQ}.11.2.4.1.1"  # CPQHOST-MIB, by the agents: megabytes
_BY_BAY = (Words(f"{_DISK}.64"), Words(form="disk {index}"))

PROLIANT = Family(
    "HPE ProLiant, iLO",
    "HPE",
    # The last two: servers whose own system answers, with HPE's agents beside.
    objects=(
        f"{_CPQ}.9.4",
        f"{_CPQ}.9",
        f"{_CPQ}.11",
        "1.3.6.1.4.1.8072.3.2.10",
        "1.3.6.1.4.1.311",
    ),
    health=(
        Measure(
            TEMPERATURE,
            f"{_HEAT}.4",
            (Words(f"{_HEAT}.8"), Words(f"{_HEAT}.3", told=_PLACES, form="{0} {2}"), *INDEX),
            low=1,
            high=200,
        ),
        Measure(
            STATE,
            f"{_FANS}.9",
            (Words(form="fan {2}"),),
            kind="fan",
            meaning=_CONDITION,
        ),
        Measure(
            STATE,
            f"{_SUPPLY}.4",
            (Words(form="power supply {2}"),),
            kind="power",
            meaning=_CONDITION,
        ),
        Measure(POWER, f"{_SUPPLY}.7", (Words(form="power supply {2}"),), low=0),
        Measure(
            VOLTAGE,
            f"{_SUPPLY}.6",
            (Words(form="power supply {2} input"),),
            low=1,
        ),
        Measure(
            STATE,
            f"{_DIMM}.20",
            (Words(f"{_DIMM}.13"), Words(form="DIMM {index}")),
            kind="memory",
            meaning=_CONDITION,
        ),
        Measure(
            STATE,
            f"{_PROCESSOR}.6",
            (Words(form="processor {0}"),),
            kind="cpu",
            meaning=states(ok=(2,), warning=(3,), critical=(4, 5)),
        ),
        Measure(
            STATE,
            f"{_ARRAY}.6",
            (
                Words(f"{_ARRAY}.20", form="array controller {0}"),
                Words(form="array controller {0}"),
            ),
            kind="raid",
            meaning=_CONDITION,
        ),
        Measure(
            STATE,
            f"{_LOGICAL}.11",
            (Words(form="logical drive {index}"),),
            kind="raid",
            meaning=_CONDITION,
        ),
        Measure(
            STATE,
            f"{_LOGICAL}.4",
            (Words(form="logical drive {index}"),),
            kind="raid status",
            # From 16 on: what is done to it while it works, but for those without their key.
            meaning=states(
                ok=(2, 18, 19, 21, 22, 24, 25),
                warning=(5, 6, 7, 11, 12, 13, 14, 15, 16, 17),
                critical=(3, 8, 9, 10, 20, 23),
            ),
        ),
        Measure(STATE, f"{_DISK}.37", _BY_BAY, kind="disk", meaning=_CONDITION),
        Measure(
            STATE,
            f"{_DISK}.6",  # cpqDaPhyDrvStatus
            _BY_BAY,
            kind="disk status",
            meaning=states(ok=(2, 10), warning=(4, 5, 6, 7, 8), critical=(3,)),
        ),
        Measure(
            STATE,
            f"{_DISK}.57",  # cpqDaPhyDrvSmartStatus: other, well, replace, worn out
            _BY_BAY,
            kind="disk health",
            meaning=states(ok=(2,), warning=(3, 4)),
        ),
        Measure(STATE, f"{_BATTERY}.4", numbered("battery"), kind="battery", meaning=_CONDITION),
        Measure(
            STATE,
            f"{_BATTERY}.5",  # other, well, and eleven faults
            numbered("battery"),
            kind="battery status",
            meaning=states(ok=(2,), warning=(11,), critical=(*range(3, 11), 12, 13)),
        ),
        Measure(
            STATE,
            f"{_CPQ}.3.2.2.2.1.6",  # cpqDaAccelBattery: … ok, charging, failed, degraded, absent
            numbered("cache battery"),
            kind="battery",
            meaning=states(ok=(2, 3), warning=(5,), critical=(4,)),
        ),
        Pool(MEMORY, once("physical"), size=f"{_HOST}.1.0", free=f"{_HOST}.2.0", unit=1024 * 1024),
        Pool(MEMORY, once("paging"), size=f"{_HOST}.3.0", free=f"{_HOST}.4.0", unit=1024 * 1024),
        Pool(
            STORAGE,
            (Words(f"{_FILES}.2"), *INDEX),
            size=f"{_FILES}.3",
            used=f"{_FILES}.4",
            unit=1024 * 1024,
        ),
        Measure(TEMPERATURE, f"{_DISK}.70", _BY_BAY, low=1, high=200),
    ),
    facts=Facts(
        model=(Words(f"{_CPQ}.2.2.4.2.0"),),
        serial=(Words(f"{_CPQ}.2.2.2.1.0"),),
        software=(r"Lights-Out \d+ (\S+)", Words(f"{_CPQ}.9.2.2.2.0")),
    ),
)

JETDIRECT = Family(
    "HP JetDirect printers",
    "HP",
    objects=(f"{_HP}.2.3.9",),
    facts=Facts(
        model=(Words(f"{_HP}.2.3.9.1.1.7.0", only=r"MDL:([^;]+)"), r"PID:([^,]+)"),
        serial=(r"SN:([^,]+)",),
        software=(r"FN:([^,]+)",),
    ),
)

FAMILIES = (PROCURVE, AOS_CX, PROLIANT, JETDIRECT)
