"""Dell: PowerEdge by iDRAC or OpenManage, PowerConnect and PowerSwitch (DNOS, OS9, OS10)."""

from collections.abc import Mapping

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
from collectors._snmp.families.fastpath import fastpath
from collectors._snmp.families.standards import BY_PORT, INDEX, numbered, once
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
from core.text import Text

_DELL = "1.3.6.1.4.1.674"
# IDRAC-MIB-SMIv2; MIB-Dell-10892 has the same tables two levels up, under 10892.1.
# ObjectStatusEnum: other, unknown, ok, non-critical, critical, non-recoverable.
_OBJECT = states(ok=(3,), warning=(4,), critical=(5, 6))
_PROBE = states(ok=(3,), warning=(4, 7), critical=(5, 6, 8, 9, 10))
_PROBES = frozenset({"600.20", "600.30", "600.50", "700.12", "700.20"})


def _hardware(root: str) -> tuple[Measure, ...]:
    def entry(number: str) -> str:
        return f"{root}.{number}.1"

    def named(number: str, column: int = 8) -> tuple[Words, ...]:
        return (Words(f"{entry(number)}.{column}"), *INDEX)

    def state(number: str, kind: str, column: int = 5, name: int = 8) -> Measure:
        meaning = _PROBE if number in _PROBES else _OBJECT
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
            meaning=states(ok=(1,), warning=(2, 3, 4)),
        ),
        state("1100.30", "cpu", name=23),
        state("1100.50", "memory"),
    )


_STORAGE = f"{_DELL}.10892.5.5.1.20"
_DISK, _VIRTUAL = f"{_STORAGE}.130.4.1", f"{_STORAGE}.140.1.1"
_BY_DISK = (Words(f"{_DISK}.2"), *INDEX)
_DRS = f"{_DELL}.10892.2"  # DELL-RAC-MIB: what the controller of a chassis says
_CHASSIS = {
    2: "I/O modules",
    3: "KVM",
    4: "redundancy",
    5: "power",
    6: "fans",
    7: "blades",
    8: "temperatures",
    9: "controllers",
}


def _controllers(root: str) -> tuple[Measure, ...]:
    controller, disk = f"{root}.130.1.1", f"{root}.130.4.1"
    return (
        Measure(
            STATE,
            f"{controller}.38",  # controllerComponentStatus
            (Words(f"{controller}.79"), Words(f"{controller}.2"), *INDEX),
            kind="raid controller",
            meaning=_OBJECT,
        ),
        Measure(
            STATE,
            f"{disk}.4",
            (Words(f"{disk}.2"), *INDEX),
            kind="disk",
            # … ready, online, foreign, offline, blocked, failed, no RAID, removed, read-only
            meaning=states(ok=(2, 3, 8), warning=(1, 4, 9, 10, 11), critical=(5, 6, 7)),
        ),
    )


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
        *(
            Measure(STATE, f"{_DRS}.3.1.{column}.0", once(name), kind="chassis", meaning=_OBJECT)
            for column, name in _CHASSIS.items()
        ),
        *(
            Measure(TEMPERATURE, f"{_DRS}.3.1.{column}.0", once(name), low=1, high=200)
            for column, name in ((10, "front panel"), (11, "CMC ambient"), (12, "CMC processor"))
        ),
        # drsCMCPowerTable and drsCMCPSUTable of a chassis: numbers written as text.
        *(
            Measure(POWER, f"{_DRS}.4.1.1.{column}", numbered(name), low=0)
            for column, name in (
                (2, "potential"),
                (3, "idle"),
                (4, "specified"),
                (5, "surplus"),
                (8, "peak"),
                (13, "chassis"),
            )
        ),
        Measure(CURRENT, f"{_DRS}.4.1.1.14", numbered("chassis"), low=0),
        Measure(VOLTAGE, f"{_DRS}.4.2.1.5", numbered("power supply"), low=0),
        Measure(CURRENT, f"{_DRS}.4.2.1.6", numbered("power supply"), low=0),
        Measure(
            STATE,
            f"{_DRS}.5.1.1.2",  # drsServerMonitoringCapable: absent, none, basic, off
            numbered("slot"),
            kind="blade",
            where=(Where(f"{_DRS}.5.1.1.4", but=frozenset({"N/A"})),),
            meaning=states(ok=(3,), warning=(4,)),
        ),
        # systemStateIDSDMCardUnitStatusCombined, systemStateIDSDMCardDeviceStatusCombined
        *(
            Measure(
                STATE,
                f"{_DELL}.10892.5.4.200.10.1.{column}",
                numbered("internal SD card"),
                kind=kind,
                meaning=_OBJECT,
            )
            for column, kind in ((58, "sd unit"), (60, "sd device"))
        ),
        *_controllers(_STORAGE),
        *_controllers(f"{_DRS}.6.1.20"),  # of a chassis
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
        model=(Words(f"{_DELL}.10892.5.1.3.12.0"), Words(f"{_DRS}.1.1.2.0")),
        serial=(Words(f"{_DELL}.10892.5.1.3.2.0"), Words(f"{_DRS}.1.1.11.0")),
        software=(Words(f"{_DELL}.10892.5.1.1.8.0"), Words(f"{_DRS}.1.2.1.0")),
    ),
)

# StorageManagement-MIB: controllerTable, arrayDiskTable, virtualDiskTable, batteryTable.
_OMSS = f"{_DELL}.10893.1.20"


def _storage(table: str, column: int, kind: str, meaning: Mapping[int, int]) -> Measure:
    entry = f"{_OMSS}.{table}.1"
    named = (Words(f"{entry}.2"), *INDEX)
    return Measure(STATE, f"{entry}.{column}", named, kind=kind, meaning=meaning)


OPENMANAGE = Family(
    "Dell OpenManage Server Administrator",
    "Dell",
    objects=(f"{_DELL}.10892.1", "1.3.6.1.4.1.8072.3.2.10", "1.3.6.1.4.1.311"),
    health=(
        *_hardware(f"{_DELL}.10892.1"),
        Measure(
            STATE,
            f"{_DELL}.10892.1.1100.32.1.5",  # processorDeviceStatusStatus
            (Words(f"{_DELL}.10892.1.1100.32.1.7"), *INDEX),
            kind="cpu status",
            meaning=_OBJECT,
        ),
        _storage("130.1", 5, "raid controller", states(ok=(1, 3), warning=(4,), critical=(2, 6))),
        _storage(
            "130.4",
            4,
            "disk",
            states(
                ok=(1, 3, 8, 10), warning=(6, 7, 9, *range(11, 21)), critical=(2, 4, 5, 21, 22, 23)
            ),
        ),
        _storage(
            "140.1",
            4,
            "raid",
            states(ok=(1, 3), warning=(7, 15, 16, 24, 26, 32, 35, 36), critical=(2, 4, 6, 18, 52)),
        ),
        _storage(
            "130.15", 4, "battery", states(ok=(1, 9), warning=(7, 10, 12, 36), critical=(2, 6, 21))
        ),
    ),
    facts=Facts(
        model=(Words(f"{_DELL}.10892.1.300.10.1.9.1"),),
        serial=(Words(f"{_DELL}.10892.1.300.10.1.11.1"),),
    ),
)

# DNOS-SWITCHING-MIB and DNOS-BOXSERVICES-PRIVATE-MIB: FASTPATH under Dell's number. Models of
# Marvell's software tell their load as RADLAN-rndMng does: over a minute, over a second.
POWERSWITCH = Family(
    "Dell PowerConnect, DNOS",
    "Dell",
    objects=(f"{_DELL}.10895",),
    health=(
        *fastpath(f"{_DELL}.10895.5000.2.6132.1.1"),
        *(
            Measure(CPU, f"1.3.6.1.4.1.89.1.{column}.0", once(name), factor=0.01, low=0, high=100)
            for column, name in ((8, "one minute"), (7, "one second"))
        ),
    ),
    facts=Facts(
        model=(Words(f"{_DELL}.10895.3000.1.2.100.1.0"),),
        serial=(Words(f"{_DELL}.10895.3000.1.2.100.8.1.2"),),
        software=(Words(f"{_DELL}.10895.3000.1.2.100.4.0"),),
    ),
)

# DELLEMC-OS10-CHASSIS-MIB; processors and memory by HOST-RESOURCES-MIB.
_OS10 = f"{_DELL}.11000.5000.100.4.1"
_NORMAL = states(ok=(1,), critical=(2,))
OS10 = Family(
    "Dell SmartFabric OS10",
    "Dell",
    objects=(f"{_DELL}.11000",),
    health=(
        Measure(TEMPERATURE, f"{_OS10}.1.3.1.11", numbered("chassis"), low=1, high=200),
        Measure(TEMPERATURE, f"{_OS10}.1.4.1.5", numbered("card"), low=1, high=200),
        Measure(STATE, f"{_OS10}.2.3.1.7", numbered("fan"), kind="fan", meaning=_NORMAL),
        Measure(STATE, f"{_OS10}.2.2.1.4", numbered("fan tray"), kind="fan", meaning=_NORMAL),
        Measure(STATE, f"{_OS10}.2.1.1.4", numbered("power supply"), kind="power", meaning=_NORMAL),
    ),
)

# DELL-NETWORKING-CHASSIS-MIB, …-IF-EXTENSION-MIB, …-VIRTUAL-LINK-TRUNK-MIB.
_FORCE10 = "1.3.6.1.4.1.6027"
_CHASSIS_MIB, _XCVR, _VLT = f"{_FORCE10}.3.26.1", f"{_FORCE10}.3.11.1.3.1.1", f"{_FORCE10}.3.17.1"
_BY_XCVR = (Words(f"{_XCVR}.2"), *INDEX)
_UP = states(ok=(1,), critical=(2,))
# F10-S-SERIES-, F10-M-SERIES- and F10-Z-SERIES-CHASSIS-MIB: the load of five seconds; those of
# the C series tell it by module.
_OLD_LOADS = ("10.1.2.9.1.2", "19.1.2.8.1.2", "25.1.2.3.1.1")


def _load(column: str, name: str) -> Measure:
    return Measure(CPU, column, numbered(name), factor=0.01, low=0, high=100)


def _lanes(quantity: Quantity, first: int, way: str, factor: float = 1.0) -> tuple[Measure, ...]:
    light = quantity is OPTICAL
    return tuple(
        Measure(
            quantity,
            f"{_XCVR}.{first + lane}",
            tuple(Words(one.column, form=f"{{0}} lane {lane + 1} {way}") for one in _BY_XCVR),
            factor=factor,
            where=(Where(f"{_XCVR}.{first + lane}", but=frozenset({0, "0", "0.00"})),),
            others=(BY_PORT, once(way.lower())) if light else (),
        )
        for lane in range(4)
    )


FTOS = Family(
    "Dell Networking OS9, Force10",
    "Dell",
    objects=(_FORCE10,),
    health=(
        FirstOf(
            (
                (
                    _load(f"{_CHASSIS_MIB}.4.4.1.4", "one minute"),
                    _load(f"{_CHASSIS_MIB}.4.4.1.5", "five minutes"),
                ),
                *((_load(f"{_FORCE10}.3.{column}", "unit"),) for column in _OLD_LOADS),
                (
                    _load(f"{_FORCE10}.3.8.1.3.7.1.3", "route processor"),
                    _load(f"{_FORCE10}.3.8.1.5.1.1.1", "line card"),
                ),
            )
        ),
        Pool(
            MEMORY,
            numbered("memory"),
            percent=f"{_CHASSIS_MIB}.4.4.1.6",
            size=f"{_CHASSIS_MIB}.4.3.1.6",
            unit=1024 * 1024,
        ),
        Measure(TEMPERATURE, f"{_CHASSIS_MIB}.3.4.1.13", numbered("unit"), low=1, high=200),
        Measure(STATE, f"{_CHASSIS_MIB}.4.7.1.4", numbered("fan tray"), kind="fan", meaning=_UP),
        Measure(
            STATE, f"{_CHASSIS_MIB}.4.6.1.4", numbered("power supply"), kind="power", meaning=_UP
        ),
        Measure(TEMPERATURE, f"{_XCVR}.16", _BY_XCVR, low=1, high=200),
        Measure(VOLTAGE, f"{_XCVR}.17", _BY_XCVR, low=0.1, high=10),
        *_lanes(OPTICAL, 8, "Tx"),
        *_lanes(OPTICAL, 12, "Rx"),
        *_lanes(CURRENT, 18, "Tx", 1e-3),
        Measure(
            STATE,
            f"{_VLT}.3.1.3",  # dellNetVLTDetailLocalStatus
            numbered("VLT port channel"),
            kind="redundancy",
            meaning=states(ok=(1,), critical=(0,)),
        ),
        Measure(
            STATE,
            f"{_VLT}.1.1.20",  # dellNetVLTIclBwStatus: less, more than 80 per cent
            numbered("VLT link"),
            kind="redundancy load",
            meaning=states(ok=(0,), warning=(1,)),
        ),
        Measure(
            STATE,
            f"{_VLT}.1.1.7",  # dellNetVLTIclStatus
            numbered("VLT link"),
            kind="redundancy",
            meaning=states(ok=(1,), warning=(3,), critical=(2,)),
        ),
        Measure(
            STATE,
            f"{_VLT}.1.1.5",  # dellNetVLTRole: standalone, primary, secondary
            numbered("VLT"),
            kind="redundancy role",
            meaning=states(ok=(0, 1, 2)),
        ),
    ),
    facts=Facts(
        software=(r"Application Software Version:\s*(\S+)", Words(f"{_CHASSIS_MIB}.3.4.1.10")),
        model=(r"\bSeries:\s*(\S+)",),
    ),
)

FAMILIES = (IDRAC, OPENMANAGE, POWERSWITCH, OS10, FTOS)
