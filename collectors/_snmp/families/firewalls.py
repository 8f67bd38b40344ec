"""Firewalls beside those of the network makers: Palo Alto PAN-OS, Check Point Gaia."""

from collectors._snmp.descriptor import Facts, Family, Measure, Pool, Quantity, Where, Words, states
from collectors._snmp.families.standards import INDEX, once
from collectors._snmp.vocabulary import (
    CPU,
    FAN,
    MEMORY,
    SESSIONS,
    STATE,
    TEMPERATURE,
    VOLTAGE,
)

# PAN-COMMON-MIB; processors, memory and disks by HOST-RESOURCES-MIB, sensors by ENTITY-SENSOR-MIB.
_PAN = "1.3.6.1.4.1.25461.2.1.2"
PANOS = Family(
    "Palo Alto PAN-OS",
    "Palo Alto",
    objects=("1.3.6.1.4.1.25461",),
    health=(
        Measure(SESSIONS, f"{_PAN}.3.3.0", once("all")),
        Measure(SESSIONS, f"{_PAN}.3.4.0", once("TCP")),
        Measure(SESSIONS, f"{_PAN}.3.5.0", once("UDP")),
    ),
    facts=Facts(
        model=(r"(PA-\d+\S*)",),
        serial=(Words(f"{_PAN}.1.3.0"),),
        software=(Words(f"{_PAN}.1.1.0"),),
    ),
)

# CHECKPOINT-MIB: svnPerf, sensorInfo (numbers written as text), fw.
_SVN = "1.3.6.1.4.1.2620.1.6"
_CORE, _RAM = f"{_SVN}.7.5.1", f"{_SVN}.7.4"


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
    ),
    facts=Facts(
        model=(Words(f"{_SVN}.16.7.0"),),
        serial=(Words(f"{_SVN}.16.3.0"),),
        software=(Words(f"{_SVN}.4.1.0"),),
    ),
)

FAMILIES = (PANOS, GAIA)
