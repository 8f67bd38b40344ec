"""Dell: PowerEdge by iDRAC or OpenManage, PowerConnect and PowerSwitch (DNOS, OS10)."""

from collectors._snmp.convert import sixty_seconds
from collectors._snmp.descriptor import (
    Facts,
    Family,
    FirstOf,
    Measure,
    Pool,
    Quantity,
    Where,
    Words,
    states,
)
from collectors._snmp.families.standards import INDEX, once
from collectors._snmp.vocabulary import (
    CPU,
    CURRENT,
    FAN,
    MEMORY,
    POWER,
    STATE,
    TEMPERATURE,
    VOLTAGE,
)
from core.text import Text

_DELL = "1.3.6.1.4.1.674"
# IDRAC-MIB-SMIv2; MIB-Dell-10892 has the same tables two levels up, under 10892.1.
# ObjectStatusEnum: other, unknown, ok, non-critical, critical, non-recoverable.
_OBJECT = states(ok=(3,), warning=(4,), critical=(5, 6))
_PROBE = states(ok=(3,), warning=(4, 7), critical=(5, 6, 8, 9, 10))


def _hardware(root: str) -> tuple[Measure, ...]:
    def entry(number: str) -> str:
        return f"{root}.{number}.1"

    def named(number: str, column: int = 8) -> tuple[Words, ...]:
        return (Words(f"{entry(number)}.{column}"), *INDEX)

    def state(number: str, kind: str, column: int = 5, name: int = 8) -> Measure:
        meaning = _PROBE if number in {"600.20", "600.30", "700.12", "700.20"} else _OBJECT
        return Measure(
            STATE, f"{entry(number)}.{column}", named(number, name), kind=kind, meaning=meaning
        )

    amperage = f"{entry('600.30')}"
    watts = frozenset({24, 26})  # amperageProbeTypeIsPowerSupplyWatts, …IsSystemWatts
    return (
        Measure(
            TEMPERATURE, f"{entry('700.20')}.6", named("700.20"), factor=0.1, low=-400, high=2000
        ),
        Measure(FAN, f"{entry('700.12')}.6", named("700.12"), low=0),
        Measure(
            CURRENT,
            f"{amperage}.6",
            named("600.30"),
            factor=0.1,
            where=(Where(f"{amperage}.7", but=watts),),
        ),
        Measure(POWER, f"{amperage}.6", named("600.30"), where=(Where(f"{amperage}.7", watts),)),
        Measure(VOLTAGE, f"{entry('600.20')}.6", named("600.20"), factor=1e-3),
        Measure(VOLTAGE, f"{entry('600.12')}.16", named("600.12"), low=1),
        state("600.12", "power"),
        state("600.20", "voltage"),
        state("600.30", "current"),
        state("600.50", "battery", name=7),
        state("700.12", "fan"),
        state("700.20", "temperature"),
        state("300.70", "intrusion"),
        Measure(
            STATE,
            f"{entry('300.70')}.6",
            named("300.70"),
            kind="intrusion reading",
            meaning=states(ok=(1,), warning=(2, 3)),
        ),
        state("1100.30", "cpu", name=23),
        state("1100.50", "memory"),
    )


_STORAGE = f"{_DELL}.10892.5.5.1.20"
_CONTROLLER, _DISK, _VIRTUAL = f"{_STORAGE}.130.1.1", f"{_STORAGE}.130.4.1", f"{_STORAGE}.140.1.1"
_BY_DISK = (Words(f"{_DISK}.2"), *INDEX)

IDRAC = Family(
    "Dell PowerEdge, iDRAC",
    "Dell",
    objects=(f"{_DELL}.10892.5", f"{_DELL}.10892.2"),
    health=(
        *_hardware(f"{_DELL}.10892.5.4"),
        Measure(
            STATE,
            f"{_DELL}.10892.5.2.1.0",  # globalSystemStatus
            once("system"),
            kind="system",
            meaning=_OBJECT,
        ),
        Measure(
            STATE,
            f"{_DELL}.10892.2.2.1.0",  # drsGlobalSystemStatus
            once("remote access"),
            kind="system",
            meaning=_OBJECT,
        ),
        Measure(
            STATE,
            f"{_CONTROLLER}.38",  # controllerComponentStatus
            (Words(f"{_CONTROLLER}.79"), Words(f"{_CONTROLLER}.2"), *INDEX),
            kind="raid controller",
            meaning=_OBJECT,
        ),
        Measure(
            STATE,
            f"{_DISK}.4",
            _BY_DISK,
            kind="disk",
            meaning=states(ok=(2, 3, 9), warning=(1, 8, 10, 11), critical=(5, 6, 7)),
        ),
        Measure(
            STATE,
            f"{_VIRTUAL}.4",
            (Words(f"{_VIRTUAL}.2"), *INDEX),
            kind="raid",
            meaning=states(ok=(2,), critical=(3,), warning=(4,)),
        ),
        Measure(
            Quantity(
                "physicalDiskProgress",
                Text("Việc đang làm trên đĩa, phần trăm", "Work on a disk, per cent done"),
                ("disk",),
            ),
            f"{_DISK}.51",
            _BY_DISK,
            low=0,
            high=100,
        ),
        Measure(
            Quantity(
                "physicalDiskRemainingRatedWriteEndurance",
                Text("Tuổi thọ ghi còn lại của SSD, phần trăm", "SSD life left, per cent"),
                ("disk",),
            ),
            f"{_DISK}.49",
            _BY_DISK,
            low=0,
            high=100,
        ),
    ),
    facts=Facts(
        model=(Words(f"{_DELL}.10892.5.1.3.12.0"),),
        serial=(Words(f"{_DELL}.10892.5.1.3.2.0"),),
        software=(Words(f"{_DELL}.10892.5.1.1.8.0"),),
    ),
)

OPENMANAGE = Family(
    "Dell OpenManage Server Administrator",
    "Dell",
    objects=(f"{_DELL}.10892.1", "1.3.6.1.4.1.8072.3.2.10", "1.3.6.1.4.1.311"),
    health=_hardware(f"{_DELL}.10892.1"),
    facts=Facts(
        model=(Words(f"{_DELL}.10892.1.300.10.1.9.1"),),
        serial=(Words(f"{_DELL}.10892.1.300.10.1.11.1"),),
    ),
)

# DNOS-SWITCHING-MIB and DNOS-BOXSERVICES-PRIVATE-MIB: FASTPATH under Dell's number.
_DNOS = f"{_DELL}.10895.5000.2.6132.1.1"
_BOX = f"{_DNOS}.43.1"
_SWITCH_CPU = f"{_DNOS}.1.1.4"


def _load(column: int) -> tuple[Measure, ...]:
    """Return a load written as `5 Secs (6.5%) 60 Secs (7.2%) 300 Secs (7.5%)`."""
    oid = f"{_SWITCH_CPU}.{column}.0"
    return (Measure(CPU, oid, once("CPU"), factor=0.01, read=sixty_seconds),)


def _heat(column: int) -> tuple[Measure, ...]:
    return (
        Measure(
            TEMPERATURE, f"{_BOX}.8.1.{column}", (Words(form="sensor {index}"),), low=1, high=200
        ),
    )


POWERSWITCH = Family(
    "Dell PowerConnect, DNOS",
    "Dell",
    objects=(f"{_DELL}.10895",),
    health=(
        FirstOf((_load(9), _load(4))),
        Pool(
            MEMORY, once("memory"), free=f"{_SWITCH_CPU}.1.0", size=f"{_SWITCH_CPU}.2.0", unit=1024
        ),
        FirstOf((_heat(5), _heat(4))),  # by unit and sensor, and by sensor alone before that
        Measure(
            STATE,
            f"{_BOX}.6.1.3",
            (Words(form="fan {index}"),),
            kind="fan",
            meaning=states(ok=(2,), critical=(3,)),
        ),
        Measure(
            STATE,
            f"{_BOX}.7.1.3",
            (Words(form="power supply {index}"),),
            kind="power",
            meaning=states(ok=(2,), critical=(3,)),
        ),
    ),
)

FAMILIES = (IDRAC, OPENMANAGE, POWERSWITCH)
