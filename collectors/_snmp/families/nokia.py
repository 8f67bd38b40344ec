"""Nokia (Alcatel-Lucent): TiMOS and SR OS of 7705, 7210, 7250, 7450, 7750."""

from collectors._snmp.convert import tenth_microwatts
from collectors._snmp.descriptor import (
    Facts,
    Family,
    Info,
    Measure,
    Pool,
    Quantity,
    Where,
    Words,
    states,
)
from collectors._snmp.families.standards import BY_PORT, INDEX, once
from collectors._snmp.vocabulary import (
    CPU,
    CURRENT,
    FAN_RATIO,
    MEMORY,
    NEIGHBOUR,
    OPTICAL,
    PART,
    STATE,
    TEMPERATURE,
    VOLTAGE,
)
from core.text import Text

_NOKIA = "1.3.6.1.4.1.6527"
# TIMETRA-SYSTEM-MIB; TIMETRA-CHASSIS-MIB tmnxChassisEntry, tmnxHwEntry; TIMETRA-PORT-MIB
# tmnxPortEntry, tmnxDigitalDiagMonitorEntry.
_SYSTEM = f"{_NOKIA}.3.1.2.1.1"
_CHASSIS, _HARDWARE = f"{_NOKIA}.3.1.2.2.1.3.1", f"{_NOKIA}.3.1.2.2.1.8.1"
_PORT, _DDM = f"{_NOKIA}.3.1.2.2.4.2.1", f"{_NOKIA}.3.1.2.2.4.31.1"
# tmnxDDMLaneEntry, by chassis, port and lane; tmnxPhysChassisFanEntry.
_LANE, _FAN = f"{_NOKIA}.3.1.2.2.4.66.1", f"{_NOKIA}.3.1.2.2.1.24.1.1"
# TIMETRA-BGP-MIB tBgpPeerNgEntry, by router and address; TIMETRA-LLDP-MIB tmnxLldpRemEntry, whose
# columns are the standard's, by time, port, kind of neighbour and number.
_BGP, _LLDP = f"{_NOKIA}.3.1.2.14.4.7.1", f"{_NOKIA}.3.1.2.59.4.1.1"
_NONE = frozenset({0})
_CLASSES = {3: "chassis", 5: "power", 6: "fan", 7: "sensor", 8: "module", 9: "cpu", 10: "backplane"}
_CLASSES |= {11: "module", 12: "other", 13: "port"}  # tmnxHwClass
_BY_PORT = (Words(f"{_PORT}.6"), *INDEX)
_THERE = (Where(f"{_DDM}.6", but=frozenset({0, ""})),)  # a module without voltage says nothing
_LANE_THERE = (Where(f"{_DDM}.6", but=frozenset({0}), keep=2),)


def _light(column: int, way: str) -> Measure:
    named = tuple(Words(one.column, form=f"{{0}} {way}") for one in _BY_PORT)
    return Measure(
        OPTICAL,
        f"{_DDM}.{column}",
        named,
        read=tenth_microwatts,
        high=30,
        where=_THERE,
        others=((*(Words(one.column, skip=1) for one in BY_PORT), *_BY_PORT), once(way.lower())),
    )


def _lane(way: str = "") -> tuple[Words, ...]:
    ports = (Words(f"{_PORT}.6", keep=2, form=f"{{0}} lane {{3}} {way}"),)
    return (*ports, Words(form=f"{{index}} {way}"))


TIMOS = Family(
    "Nokia SR OS, TiMOS",
    "Nokia",
    objects=(f"{_NOKIA}.1", f"{_NOKIA}.6"),
    health=(
        Measure(CPU, f"{_SYSTEM}.1.0", once("CPU"), factor=0.01, low=0, high=100),
        Pool(
            MEMORY,
            once("memory"),
            used=f"{_SYSTEM}.11.0",  # sgiKbMemoryUsed, sgiKbMemoryAvailable: thousands of octets
            free=f"{_SYSTEM}.10.0",
            unit=1000,
        ),
        Measure(TEMPERATURE, f"{_HARDWARE}.18", (Words(f"{_HARDWARE}.8"), *INDEX), low=1, high=200),
        Measure(
            STATE,
            f"{_HARDWARE}.24",
            (Words(f"{_HARDWARE}.8"), *INDEX),
            kind="hardware",
            meaning=states(ok=(2,), critical=(1,)),
        ),
        *(
            Measure(
                STATE,
                f"{_CHASSIS}.{column}",
                (Words(form=f"{name} {{0}}"),),
                kind="alarm",
                meaning=states(ok=(1, 5, 8), warning=(3, 4, 6, 7), critical=(2, 9)),
            )
            for column, name in ((12, "critical LED"), (13, "major LED"), (14, "minor LED"))
        ),
        Measure(
            STATE,
            f"{_CHASSIS}.24",
            (Words(form="over temperature {0}"),),
            kind="temperature",
            meaning=states(ok=(1,), critical=(2,)),
        ),
        Measure(TEMPERATURE, f"{_DDM}.1", _BY_PORT, factor=1 / 256, where=_THERE),
        Measure(VOLTAGE, f"{_DDM}.6", _BY_PORT, factor=1e-4, where=_THERE),
        Measure(CURRENT, f"{_DDM}.11", _BY_PORT, factor=2e-6, where=_THERE),
        _light(16, "Tx"),
        _light(21, "Rx"),
        Measure(
            TEMPERATURE,
            f"{_LANE}.2",
            _lane(),
            factor=1 / 256,
            where=(Where(f"{_LANE}.2", but=_NONE),),
        ),
        Measure(CURRENT, f"{_LANE}.7", _lane("Tx"), factor=2e-6, low=1),
        *(
            Measure(
                OPTICAL,
                f"{_LANE}.{column}",
                _lane(way),
                read=tenth_microwatts,
                high=30,
                where=_LANE_THERE,
                others=(
                    (*(Words(one.column, skip=1, keep=1) for one in BY_PORT), *INDEX),
                    once(way.lower()),
                ),
            )
            for column, way in ((12, "Tx"), (17, "Rx"))
        ),
        Measure(
            STATE,
            f"{_FAN}.2",  # tmnxPhysChassisFanOperStatus
            (Words(form="fan {index}"),),
            kind="fan",
            meaning=states(ok=(3,), warning=(5, 6), critical=(4,)),
        ),
        Measure(FAN_RATIO, f"{_FAN}.5", (Words(form="fan {index}"),), factor=0.01, low=0, high=100),
    ),
    neighbours=(
        Measure(
            Quantity(
                "tBgpPeerNgConnState",
                Text(
                    "Phiên BGP: 1 nghỉ, 2 kết nối, 3 chờ, 4 đã mở, 5 đã xác nhận, 6 thông",
                    "BGP session: 1 idle, 2 connect, 3 active, 4 open sent, 5 open confirmed, "
                    "6 established",
                ),
                ("peer",),
            ),
            f"{_BGP}.59",
            (Words(skip=3), *INDEX),
            kind="bgp",
            where=(Where(f"{_BGP}.6", but=frozenset({1})),),  # tBgpPeerNgShutdown
            meaning=states(ok=(6,), critical=(1, 2, 3, 4, 5)),
        ),
        Info(
            NEIGHBOUR,
            f"{_LLDP}.5",
            (
                once("lldp"),
                tuple(Words(one.column, skip=1, keep=1) for one in BY_PORT),
                (Words(f"{_LLDP}.9"), Words(f"{_LLDP}.5")),
                (Words(f"{_LLDP}.7"), Words(f"{_LLDP}.8")),
                (Words(f"{_LLDP}.10"),),
            ),
        ),
    ),
    parts=(
        Info(
            PART,
            f"{_HARDWARE}.5",
            (
                (Words(f"{_HARDWARE}.8"), *INDEX),
                (Words(f"{_HARDWARE}.7", told=_CLASSES),),
                (Words(f"{_HARDWARE}.4"),),
                (Words(f"{_HARDWARE}.5"),),
                (),
                (Words(f"{_HARDWARE}.20"),),
                (Words(f"{_HARDWARE}.21"),),
            ),
            where=(Where(f"{_HARDWARE}.5", but=frozenset({""})),),
        ),
    ),
    facts=Facts(
        model=(r"(?:Nokia|ALCATEL(?:-LUCENT)?) (\d{4} \S+(?: \S+)*?) Copyright",),
        serial=(Words(f"{_HARDWARE}.5", where=(Where(f"{_HARDWARE}.7", frozenset({3})),)),),
        software=(r"TiMOS-\w+-(\S+)",),
    ),
)

FAMILIES = (TIMOS,)
