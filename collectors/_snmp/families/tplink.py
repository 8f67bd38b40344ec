"""TP-Link: JetStream and Omada switches."""

from collectors._snmp.convert import milliwatts, spoken_as
from collectors._snmp.descriptor import Facts, Family, Info, Measure, Pool, Words, states
from collectors._snmp.families.standards import BY_PORT, INDEX, once
from collectors._snmp.vocabulary import (
    CPU,
    CURRENT,
    MEMORY,
    NEIGHBOUR,
    OPTICAL,
    POWER,
    STATE,
    TEMPERATURE,
    VOLTAGE,
)

_TPLINK = "1.3.6.1.4.1.11863"
# TPLINK-SYSINFO-MIB, TPLINK-SYSMONITOR-MIB, TPLINK-POWER-OVER-ETHERNET-MIB, TPLINK-LLDPINFO-MIB.
_INFO, _MONITOR = f"{_TPLINK}.6.1.1", f"{_TPLINK}.6.4.1"
_POE, _LLDP = f"{_TPLINK}.6.56.1.1", f"{_TPLINK}.6.35.1.2.2.1"
_PORTS = f"{_POE}.2.1.1"
_PORT = (Words(form="PoE port {0}"),)
_DDM = f"{_TPLINK}.6.96.1.7.1.1"
_MODULE = (*BY_PORT, Words(f"{_DDM}.1"), *INDEX)
_SAID = spoken_as({"false": 0, "true": 1, "no": 0, "yes": 1})


def _light(column: int, way: str) -> Measure:
    return Measure(
        OPTICAL,
        f"{_DDM}.{column}",
        tuple(Words(one.column, form=f"{{0}} {way}") for one in _MODULE),
        read=milliwatts,
        others=(_MODULE, once(way.lower())),
    )


JETSTREAM = Family(
    "TP-Link JetStream, Omada",
    "TP-Link",
    objects=(f"{_TPLINK}.5", f"{_TPLINK}.1"),
    health=(
        # tpSysMonitorCpu5Seconds, tpSysMonitorMemoryUtilization, per cent
        Measure(
            CPU, f"{_MONITOR}.1.1.1.2", (Words(form="unit {0}"),), factor=0.01, low=0, high=100
        ),
        Pool(MEMORY, (Words(form="unit {0}"),), percent=f"{_MONITOR}.2.1.1.2"),
        Measure(POWER, f"{_POE}.1.1.0", once("PoE budget"), factor=0.1),
        Measure(POWER, f"{_POE}.1.3.0", once("PoE used"), factor=0.1),
        Measure(POWER, f"{_POE}.1.4.0", once("PoE left"), factor=0.1),
        Measure(POWER, f"{_PORTS}.7", _PORT, factor=0.1, low=1),
        # TPLINK-DDMSTATUS-MIB: numbers and words, written as text.
        Measure(TEMPERATURE, f"{_DDM}.2", _MODULE, low=-40, high=200),
        Measure(VOLTAGE, f"{_DDM}.3", _MODULE, low=0.1, high=10),
        Measure(CURRENT, f"{_DDM}.4", _MODULE, factor=1e-3, low=0),
        _light(5, "Tx"),
        _light(6, "Rx"),
        *(
            Measure(STATE, f"{_DDM}.{column}", _MODULE, kind=kind, read=_SAID, meaning=meaning)
            for column, kind, meaning in (
                (7, "light ready", states(ok=(1,), warning=(0,))),
                # A module without a fibre is no failed part.
                (8, "light lost", states(ok=(0,), warning=(1,))),
                (9, "laser fault", states(ok=(0,), critical=(1,))),
            )
        ),
        Measure(
            STATE,
            f"{_PORTS}.11",
            _PORT,
            kind="poe",
            meaning=states(ok=(0, 2), warning=(1, 5), critical=(3, 4, 6, 7, 8, 9)),
        ),
    ),
    neighbours=(
        Info(
            NEIGHBOUR,
            f"{_LLDP}.4",
            (
                once("lldp"),
                (*(Words(one.column, keep=1) for one in BY_PORT), Words(f"{_LLDP}.1")),
                (Words(f"{_LLDP}.9"), Words(f"{_LLDP}.4")),
                (Words(f"{_LLDP}.6"), Words(f"{_LLDP}.8")),
                (Words(f"{_LLDP}.10"),),
            ),
        ),
    ),
    facts=Facts(
        model=(Words(f"{_INFO}.5.0"),),
        serial=(Words(f"{_INFO}.8.0"),),
        software=(Words(f"{_INFO}.6.0"),),
    ),
)

FAMILIES = (JETSTREAM,)
