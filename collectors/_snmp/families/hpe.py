"""HPE and Aruba: ProCurve and ArubaOS-Switch, AOS-CX, ProLiant by iLO, JetDirect printers."""

from collectors._snmp.descriptor import Facts, Family, Measure, Pool, Where, Words, states
from collectors._snmp.families.standards import INDEX, once
from collectors._snmp.vocabulary import (
    CPU,
    CURRENT,
    FAN,
    MEMORY,
    OPTICAL,
    POWER,
    STATE,
    TEMPERATURE,
    VOLTAGE,
)

_HP = "1.3.6.1.4.1.11"
# HP-ICF-CHASSIS hpicfSensorEntry, NETSWITCH-MIB hpLocalMem and hpGlobalMem, STATISTICS-MIB
# hpSwitchCpuStat, HP-ICF-TRANSCEIVER-MIB hpicfXcvrInfoEntry, SEMI-MIB.
_SWITCH = f"{_HP}.2.14.11"
_SENSOR, _KINDS = f"{_SWITCH}.1.2.6.1", f"{_HP}.2.3.7.8.3"
_MEMORY, _XCVR = f"{_SWITCH}.5.1.1.2", f"{_SWITCH}.5.1.82.1.1.1.1"


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
_CX_TEMPERATURE, _CX_FAN, _CX_POWER = f"{_CX}.3.1.1.1", f"{_CX}.5.1.1.1", f"{_CX}.2.1.1.1"
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
            where=(Where(f"{_CX_FAN}.10", but=frozenset({2})),),
            meaning=states(ok=(4,), warning=(3,), critical=(5,)),
        ),
        Measure(
            STATE,
            f"{_CX_POWER}.11",
            (Words(f"{_CX_POWER}.3"), *INDEX),
            kind="power",
            where=(Where(f"{_CX_POWER}.11", but=frozenset({12})),),
            meaning=states(
                ok=(1,), warning=(7, 9, 10, 11, 14, 15), critical=(2, 3, 4, 5, 6, 13, 16, 17)
            ),
        ),
    ),
    facts=Facts(software=(r"^(\w\w\.\d\d\.\d\d\.\S+)",)),
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
_BY_BAY = (Words(f"{_DISK}.64"), Words(form="disk {index}"))

PROLIANT = Family(
    "HPE ProLiant, iLO",
    "HPE",
    objects=(f"{_CPQ}.9.4", f"{_CPQ}.9", f"{_CPQ}.11"),
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
            meaning=states(ok=(2,), warning=(5, 6, 7, 11, 12, 13, 15), critical=(3, 8, 9, 10, 14)),
        ),
        Measure(STATE, f"{_DISK}.37", _BY_BAY, kind="disk", meaning=_CONDITION),
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
