"""TP-Link: JetStream and Omada switches."""

from collectors._snmp.descriptor import Facts, Family, Info, Measure, Pool, Words, states
from collectors._snmp.families.standards import BY_PORT, once
from collectors._snmp.vocabulary import CPU, MEMORY, NEIGHBOUR, POWER, STATE

_TPLINK = "1.3.6.1.4.1.11863"
# TPLINK-SYSINFO-MIB, TPLINK-SYSMONITOR-MIB, TPLINK-POWER-OVER-ETHERNET-MIB, TPLINK-LLDPINFO-MIB.
_INFO, _MONITOR = f"{_TPLINK}.6.1.1", f"{_TPLINK}.6.4.1"
_POE, _LLDP = f"{_TPLINK}.6.56.1.1", f"{_TPLINK}.6.35.1.2.2.1"
_PORTS = f"{_POE}.2.1.1"
_PORT = (Words(form="PoE port {0}"),)

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
                (Words(f"{_LLDP}.1"), *(Words(one.column, keep=1) for one in BY_PORT)),
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
